"""Une obligation dit quand et où elle a été lue, ou qu'elle reste à relire."""

from __future__ import annotations

from dataclasses import replace

from barometre.catalogue import load_catalogue
from barometre.views.collectivite.obligations import describe_verification


def test_une_obligation_lue_dit_le_jour_et_le_texte() -> None:
    seuil = next(s for s in load_catalogue().seuils if s.id == "delegue_protection_donnees")
    phrase = describe_verification(seuil)
    assert phrase.startswith("Référence vérifiée le 22 novembre 2026")
    assert "CNIL" in phrase


def test_une_obligation_a_relire_le_dit() -> None:
    seuil = replace(load_catalogue().seuils[0], verifie_le=None, verifie_dans="")
    assert "à relire" in describe_verification(seuil)
