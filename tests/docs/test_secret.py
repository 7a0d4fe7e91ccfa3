"""Ce que la page dit du secret est ce que le code applique."""

from __future__ import annotations

from pathlib import Path

from barometre.domain.secret import (
    BRUIT_ECART,
    EFFECTIF_EXACT,
    PAS_EFFECTIF,
    SEUIL,
    SEUIL_CYBER,
    SEUIL_PARTICIPATION,
)
from barometre.views.piloter.participation import CACHE, PRECAUTION

RACINE = Path(__file__).resolve().parents[2]
MOTS = {5: "cinq", 10: "dix", 100: "cent"}


def _read() -> str:
    return " ".join((RACINE / "docs" / "lire_un_chiffre.md").read_text(encoding="utf-8").split())


def test_la_page_dit_les_seuils_du_code() -> None:
    page = _read()
    assert f"Moins de {SEUIL} réponses ({SEUIL_CYBER} en cybersécurité)" in page
    assert f"moins de {SEUIL} réponses n’est pas montré ; en cybersécurité, il en faut {SEUIL_CYBER}" in page
    assert f"sous {MOTS[EFFECTIF_EXACT]}, est donné à {MOTS[PAS_EFFECTIF]} près" in page


def test_une_ou_deux_reponses_est_l_ordre_du_bruit() -> None:
    assert "au hasard, à une ou deux réponses près" in _read()
    assert 1 <= BRUIT_ECART <= 2


def test_la_participation_dit_les_memes_seuils() -> None:
    assert f"moins de {SEUIL_PARTICIPATION} réponses" == CACHE
    assert f"sous {MOTS[SEUIL_PARTICIPATION]} réponses" in PRECAUTION
    assert (
        f"Sous {MOTS[EFFECTIF_EXACT]}, un nombre de réponses se dit à {MOTS[PAS_EFFECTIF]} près" in PRECAUTION
    )
