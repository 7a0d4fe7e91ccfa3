"""Ce qu'une portée ne peut pas voir est effacé avant tout affichage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.access.masques import PRUDENCE, mask_agregats, mask_estimations, mask_evolutions
from barometre.domain.portee import PUBLIC, Portee

PROGRAMME = Portee(role="programme")


def cellule(**valeurs: object) -> dict[str, object]:
    return {
        "indicateur_id": "site_internet", "vague_id": "2023-v1", "niveau": "region",
        "territoire_id": "region-84", "type": "", "strate": "", "couverture": "", "population": 400,
        "participants": 43, "n": 40, "n_oui": 13, "n_eff": 33.3, "brut": 0.325, "redresse": 0.3127,
        "se": 0.07123, "df": 30.0, "bas": 0.1942, "haut": 0.4671, "note": "B",
        "raison": "nombre", "prudence_bas": 0.1617, "prudence_haut": 0.5229,
        "g_etoile": 1.8888, "pente": 0.987,
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
    assert vue[list(PRUDENCE)].tolist() == [0.16, 0.52, 1.9, 1.0]  # rien de plus fin que la part elle-même


def test_sous_trente_reponses_la_prudence_ne_redit_pas_le_redresse() -> None:
    assert masque(n=29, participants=30)[list(PRUDENCE)].isna().all()


@pytest.mark.parametrize("etat", ["primary", "complementary"])
def test_une_cellule_cachee_ne_garde_aucun_chiffre(etat: str) -> None:
    vue = masque(etat=etat)
    effaces = ["n", "n_oui", "n_eff", "brut", "redresse", "se", "df", "bas", "haut", *PRUDENCE]
    assert vue[effaces].isna().all()
    assert (vue["note"], vue["raison"]) == ("", "")
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


def test_une_moyenne_se_lit_a_trois_chiffres() -> None:
    vue = masque(n_oui=None, brut=1234.5, redresse=13.579, bas=0.10123, haut=0.0)
    assert (vue["brut"], vue["redresse"], vue["bas"], vue["haut"]) == pytest.approx((1230, 13.6, 0.101, 0))


def test_ce_qui_dirait_qui_a_repondu_quoi_s_efface() -> None:
    """Les poids se recalculent de faits publics : un effectif efficace exact trahirait les absents."""
    vue = masque(n_eff=33.3172)
    assert vue["n_eff"] == 33
    assert np.isnan(vue["df"])
    assert masque(PROGRAMME)["df"] == 30.0


def test_sous_trente_reponses_le_brut_tient_lieu_de_redresse() -> None:
    vue = masque(n=16, n_oui=4, brut=0.25, redresse=0.41)
    assert (vue["brut"], vue["redresse"], vue["n_eff"]) == (0.25, 0.25, 16)
    assert (vue["bas"], vue["haut"]) == (0.1, 0.49)  # Wilson, 4 oui sur 16
    assert np.isnan(vue["se"])
    assert masque(PROGRAMME, n=16, n_oui=4, brut=0.25, redresse=0.41)["redresse"] == 0.41


def test_une_moyenne_sur_peu_de_reponses_garde_sa_largeur_autour_du_brut() -> None:
    vue = masque(n=16, n_oui=None, brut=10.0, redresse=14.0, bas=12.0, haut=16.0)
    assert (vue["redresse"], vue["bas"], vue["haut"]) == pytest.approx((10.0, 8.0, 12.0))


def test_la_raison_d_une_absence_ne_vient_que_de_faits_publics() -> None:
    """Une cellule de 43 participants cachée parce que 2 ont dit oui ne doit pas le laisser entendre."""
    assert masque(etat="primary")["etat"] == "complementary"
    assert masque(etat="complementary", participants=9)["etat"] == "primary"
    assert masque(cyber=True, etat="complementary", participants=19)["etat"] == "primary"


def evolution(**valeurs: object) -> pd.DataFrame:
    return pd.DataFrame(
        [{"indicateur_id": "site_internet", "territoire_id": "france", "type": "", "strate": "",
          "couverture": "", "etat": "published", "changement": 0.1234, "se": 0.05678, "bas": 0.012,
          "haut": 0.234, "gains": 30, "pertes": 10, "p_mcnemar": 0.6, "n_1": 80, "n_2": 120, "n_panel": 50,
          "verdict": "hausse"} | valeurs]
    )  # fmt: skip


def test_une_evolution_cachee_ne_dit_ni_sens_ni_panel() -> None:
    vue = mask_evolutions(evolution(etat="primary")).iloc[0]
    assert vue["verdict"] == ""
    assert vue[["changement", "gains", "pertes", "n_panel", "n_1"]].isna().all()
    assert mask_evolutions(evolution()).iloc[0]["verdict"] == "hausse"


def test_un_changement_se_lit_en_points_entiers_et_sur_trente_reponses() -> None:
    vue = mask_evolutions(evolution()).iloc[0]
    assert (vue["changement"], vue["bas"], vue["haut"], vue["se"]) == (0.12, 0.01, 0.23, 0.057)
    petite = mask_evolutions(evolution(n_1=29)).iloc[0]
    assert petite["etat"] == "complementary"
    assert np.isnan(petite["changement"])
    assert mask_evolutions(evolution(n_1=29), PROGRAMME).iloc[0]["gains"] == 30


@pytest.mark.parametrize(
    ("valeurs", "montre"),
    [
        ({}, True),
        ({"territoire_id": "region-84"}, False),
        ({"strate": "commune-0-499"}, False),
        ({"n_1": 58}, False),  # huit réponses hors du panel à la première vague
        ({"n_1": 50}, True),  # toutes les premières sont au panel
        ({"n_panel": 9}, False),
    ],
)
def test_le_panel_n_isole_personne(valeurs: dict[str, object], montre: bool) -> None:
    vue = mask_evolutions(evolution(**valeurs)).iloc[0]
    assert vue[["gains", "pertes", "n_panel", "p_mcnemar"]].notna().all() == montre
    assert np.isfinite(vue["changement"])
    assert mask_evolutions(evolution(), PUBLIC, frozenset({"site_internet"}))["gains"].isna().all()


def test_une_estimation_par_modele_ne_repose_jamais_sur_une_ou_deux_reponses() -> None:
    lignes = pd.DataFrame(
        {"indicateur_id": "site_internet", "n": [0, 1, 2, 3, 12], "estimation": 0.12345, "bas": 0.1,
         "haut": 0.2}
    )  # fmt: skip
    vues = mask_estimations(lignes, PUBLIC, frozenset())
    assert vues["n"].isna().tolist() == [True, True, False]
    assert vues["estimation"].eq(0.12).all()
    assert mask_estimations(lignes, PROGRAMME, frozenset())["n"].tolist() == [0, 3, 12]
    assert mask_estimations(lignes, PUBLIC, frozenset({"site_internet"})).empty
