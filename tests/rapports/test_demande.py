"""Ce que l'on demande d'une synthèse : le territoire publié qui la contient, les vagues de son édition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.domain.formats import INSECABLE
from barometre.rapports.demande import Demande, DemandeRefusee, choose_vagues, resolve_champ

COMMUNES = (
    ("commune-33063", "33", "75"),
    ("commune-33381", "33", "75"),
    ("commune-87085", "87", "75"),
    ("commune-69123", "69", "84"),
)


@dataclass(frozen=True)
class _Porte:
    """Ce qu'une demande lit d'une porte : un OPSN, son périmètre, où sont les communes."""

    perimetre: tuple[str, ...] = ()

    def list_opsn(self) -> pd.DataFrame:
        return pd.DataFrame([("opsn-essai", "Essai Numérique")], columns=["opsn_id", "nom"])

    def list_perimetre_opsn(self, _opsn_id: str) -> tuple[str, ...]:
        return self.perimetre

    def get_referentiel(self) -> pd.DataFrame:
        return pd.DataFrame(COMMUNES, columns=["collectivite_id", "departement", "region"])

    def get_collectivite(self, _collectivite_id: str) -> None:
        return None


@pytest.mark.parametrize(
    ("perimetre", "territoire"),
    [
        (("commune-33063", "commune-33381"), "departement-33"),
        (("commune-33063", "commune-87085"), "region-75"),
        (("commune-33063", "commune-69123"), "france"),
    ],
)
def test_un_opsn_se_lit_sur_le_plus_petit_territoire_publie_qui_le_contient(
    perimetre: tuple[str, ...], territoire: str
) -> None:
    """Un périmètre seul n'a pas de chiffre : on y devinerait des réponses."""
    porte: Any = _Porte(perimetre)
    champ = resolve_champ(porte, Demande(opsn_id="opsn-essai"))
    assert (champ.selection.territoire_id, champ.opsn) == (territoire, "Essai Numérique")
    assert champ.phrase.startswith(f"Essai Numérique : 2{INSECABLE}collectivités dans son périmètre.")


def test_un_opsn_dont_rien_n_est_connu_n_a_pas_de_synthese() -> None:
    """Sans périmètre, le plus petit territoire serait la France : ses chiffres passeraient pour les siens."""
    porte: Any = _Porte()
    with pytest.raises(DemandeRefusee, match="aucune collectivité de son périmètre n'est connue"):
        resolve_champ(porte, Demande(opsn_id="opsn-essai"))


@pytest.mark.parametrize("territoire", ["france", "zone-metropole", "zone-outre_mer"])
def test_la_france_et_ses_zones_ne_sont_pas_au_referentiel_et_se_demandent(territoire: str) -> None:
    porte: Any = _Porte()
    assert resolve_champ(porte, Demande(territoire)).selection.territoire_id == territoire


def test_une_edition_se_nomme_par_sa_vague_ou_par_son_annee() -> None:
    catalogue = load_catalogue()
    datees = [v for v in catalogue.vagues if v.ouverture]
    assert datees
    for vague in datees:
        assert vague.ouverture is not None
        par_annee = choose_vagues(catalogue, str(vague.ouverture.year))
        assert par_annee == choose_vagues(catalogue, vague.id)
        assert par_annee == {
            theme.id: vague.id for theme in catalogue.themes if theme.id in vague.questionnaires
        }
