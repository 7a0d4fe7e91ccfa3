"""Ce qu'une portée ne peut pas voir est effacé avant tout affichage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.access.masques import mask_agregats, mask_evolutions
from barometre.domain.portee import PUBLIC, Portee

PROGRAMME = Portee(role="programme")


def cellule(**valeurs: object) -> dict[str, object]:
    return {
        "indicateur_id": "site_internet", "vague_id": "2023-v1", "niveau": "region",
        "territoire_id": "region-84", "type": "", "strate": "", "couverture": "", "population": 400,
        "participants": 43, "n": 40, "n_oui": 13, "n_eff": 33.3, "brut": 0.325, "redresse": 0.3127,
        "se": 0.07123, "df": 30.0, "bas": 0.1942, "haut": 0.4671, "note": "B",
        "etat": "published", "etat_programme": "published",
    } | valeurs  # fmt: skip


def masque(portee: Portee = PUBLIC, cyber: bool = False, **valeurs: object) -> pd.Series:
    sensibles = frozenset({"site_internet"} if cyber else ())
    return mask_agregats(pd.DataFrame([cellule(**valeurs)]), portee, sensibles).iloc[0]


def test_le_public_lit_des_pour_cents_entiers() -> None:
    vue = masque()
    assert (vue["brut"], vue["redresse"]) == (0.32, 0.31)
    assert (vue["bas"], vue["haut"]) == (0.19, 0.47)
    assert np.isnan(vue["n_oui"])  # avec n, il redonnerait la part exacte
    assert vue["n"] == 40


@pytest.mark.parametrize("etat", ["primary", "complementary"])
def test_une_cellule_cachee_ne_garde_aucun_chiffre(etat: str) -> None:
    vue = masque(etat=etat)
    effaces = ["n", "n_oui", "n_eff", "brut", "redresse", "se", "df", "bas", "haut"]
    assert vue[effaces].isna().all()
    assert vue["note"] == ""
    assert vue["participants"] == 43  # savoir combien ont répondu est public


def test_le_programme_a_son_propre_etat() -> None:
    vue = masque(PROGRAMME, etat="primary", etat_programme="indicative")
    assert vue["etat"] == "indicative"
    assert (vue["redresse"], vue["n_oui"]) == (0.3127, 13)
    assert np.isnan(masque(PROGRAMME, etat_programme="primary")["redresse"])


def test_une_part_sensible_tres_basse_n_est_que_bornee() -> None:
    vue = masque(cyber=True, brut=0.06, redresse=0.04, bas=0.013, haut=0.11, n_oui=3)
    assert vue["plafond"] == "au_plus"
    assert (vue["brut"], vue["redresse"], vue["bas"]) == (0.05, 0.05, 0.0)
    assert vue["haut"] == pytest.approx(0.15)  # 0,11 arrondi au-dessus, par pas de 5 points
    assert np.isnan(vue["se"])


def test_une_part_sensible_tres_haute_aussi() -> None:
    vue = masque(cyber=True, brut=0.97, redresse=0.94, bas=0.88, haut=0.99)
    assert (vue["plafond"], vue["brut"], vue["redresse"]) == ("au_moins", 0.95, 0.95)
    assert (vue["bas"], vue["haut"]) == (pytest.approx(0.85), 1.0)


def test_une_part_ordinaire_n_a_pas_de_plafond() -> None:
    assert masque(brut=0.02, redresse=0.02)["plafond"] == ""
    assert masque(cyber=True)["plafond"] == ""
    assert masque(PROGRAMME, cyber=True, redresse=0.01)["redresse"] == 0.01


def test_une_moyenne_n_est_pas_arrondie_comme_une_part() -> None:
    vue = masque(n_oui=None, brut=12.345, redresse=13.579, bas=10.123, haut=17.456)
    assert vue["redresse"] == 13.579


def test_une_evolution_cachee_ne_dit_ni_sens_ni_panel() -> None:
    lignes = pd.DataFrame(
        [{"etat": "primary", "changement": 0.1, "se": 0.05, "bas": 0.0, "haut": 0.2, "gains": 3, "pertes": 1,
          "p_mcnemar": 0.6, "n_1": 8, "n_2": 12, "n_panel": 5, "verdict": "hausse"}]
    )  # fmt: skip
    vue = mask_evolutions(lignes).iloc[0]
    assert vue["verdict"] == ""
    assert vue[["changement", "gains", "pertes", "n_panel", "n_1"]].isna().all()
    assert mask_evolutions(lignes.assign(etat="published")).iloc[0]["verdict"] == "hausse"
