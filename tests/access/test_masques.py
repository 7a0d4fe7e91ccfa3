"""Ce qui ne se montre pas est effacé, ce qui se montre est arrondi : pour tous les lecteurs pareil."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from barometre.access.masque_agregats import CHIFFRES, PRUDENCE, mask_agregats
from barometre.access.masques import (
    mask_accords,
    mask_associations,
    mask_contrastes,
    mask_doubles_differences,
    mask_estimations,
    mask_evolutions,
)
from barometre.access.participation import count_by_group
from barometre.domain.secret import ETATS, MONTRES
from tests.access import masque_pandas


def cellule(**valeurs: object) -> dict[str, object]:
    return {
        "indicateur_id": "site_internet", "vague_id": "2023-v1", "niveau": "region",
        "territoire_id": "region-84", "type": "", "strate": "", "couverture": "", "population": 400,
        "participants": 43, "n": 41, "n_publie": 42, "n_oui": 13, "n_eff": 33.3, "brut": 0.325,
        "redresse": 0.3127, "se": 0.07123, "df": 30.0, "bas": 0.1942, "haut": 0.4671, "note": "B",
        "raison": "nombre", "prudence_bas": 0.1617, "prudence_haut": 0.5229, "g_etoile": 1.8888,
        "pente": 0.987, "egal": 0.2987, "egal_bas": 0.1712, "egal_haut": 0.4888, "egal_note": "C",
        "egal_manque": "", "etat": "published",
    } | valeurs  # fmt: skip


def masque(**valeurs: object) -> pd.Series:
    return mask_agregats(pd.DataFrame([cellule(**valeurs)])).iloc[0]


def test_des_pour_cents_entiers_et_un_effectif_a_cinq_pres() -> None:
    vue = masque()
    assert (vue["brut"], vue["redresse"]) == (0.32, 0.31)
    assert (vue["bas"], vue["haut"]) == (0.19, 0.47)
    assert np.isnan(vue["n_oui"])  # avec n, il redonnerait la part exacte
    assert np.isnan(vue["df"])
    assert (vue["n"], vue["participants"], vue["n_eff"]) == (40, 45, 35)
    assert vue[list(PRUDENCE)].tolist() == [0.16, 0.52, 1.9, 1.0]  # rien de plus fin que la part elle-même
    assert masque(n_publie=1203)["n"] == 1205


def test_sous_trente_reponses_la_prudence_ne_redit_pas_le_redresse() -> None:
    assert masque(n_publie=27)[list(PRUDENCE)].isna().all()


def test_une_cellule_cachee_ne_garde_aucun_chiffre() -> None:
    vue = masque(etat="primary", participants=9)
    effaces = [
        "n", "n_oui", "n_eff", "brut", "redresse", "se", "df", "bas", "haut", "participants", *PRUDENCE
    ]  # fmt: skip
    assert vue[effaces].isna().all()
    assert (vue["note"], vue["raison"]) == ("", "")
    assert "n_publie" not in vue


@pytest.mark.parametrize("oui", [0, 3])
def test_une_part_a_trois_reponses_de_zero_n_est_que_bornee(oui: int) -> None:
    vue = masque(n_oui=oui, brut=oui / 41, redresse=0.04, bas=0.013, haut=0.11)
    assert (vue["plafond"], vue["bas"]) == ("au_plus", 0.0)
    assert (vue["brut"], vue["redresse"]) == (0.1, 0.1)  # (3 + 1) / 40 : la même pour 0 et pour 3
    assert vue["haut"] == pytest.approx(0.25)  # Wilson sur 35, de 10 % : de l'effectif seul
    assert np.isnan(vue["se"])


def test_une_part_a_trois_reponses_de_cent_aussi() -> None:
    vue = masque(n_oui=39, brut=0.95, redresse=0.97, bas=0.88, haut=0.99)
    assert (vue["plafond"], vue["brut"], vue["haut"]) == ("au_moins", 0.9, 1.0)
    assert masque(n_oui=20, brut=0.5)["plafond"] == ""


@pytest.mark.parametrize(
    ("oui", "redresse", "plafond"),
    [
        (4, 0.1, ""),
        (3, 0.1, "au_plus"),  # le moindre des deux, brut et redressé, décide
        (4, 3 / 40, "au_plus"),
        (37, 0.9, "au_moins"),
        (36, 0.9, ""),
        (36, 37 / 40, "au_moins"),
    ],
)
def test_a_trois_reponses_de_zero_ou_de_cent_et_pas_a_quatre(oui: int, redresse: float, plafond: str) -> None:
    vue = masque(n_publie=40, n_oui=oui, brut=oui / 40, redresse=redresse, bas=0.05, haut=0.95)
    assert vue["plafond"] == plafond
    assert np.isnan(vue["se"]) == bool(plafond)
    assert np.isnan(vue["g_etoile"]) == bool(plafond)


def test_un_intervalle_garde_sa_borne_quand_l_autre_s_efface() -> None:
    """La borne qui reste ne vient que de l'effectif, au vingtième : jamais de l'intervalle de la part tue."""
    vue = masque(n_publie=40, n_oui=39, brut=0.975, redresse=0.97, bas=0.951, haut=0.99)
    assert (vue["plafond"], vue["bas"], vue["haut"]) == ("au_moins", pytest.approx(0.75), 1.0)
    vue = masque(n_publie=40, n_oui=1, brut=0.025, redresse=0.03, bas=0.01, haut=0.049)
    assert (vue["plafond"], vue["bas"], vue["haut"]) == ("au_plus", 0.0, pytest.approx(0.25))


def test_les_participantes_se_disent_a_partir_de_dix() -> None:
    assert masque(participants=10)["participants"] == 10
    assert np.isnan(masque(participants=9)["participants"])


def test_a_trente_reponses_montrees_le_redresse_se_lit() -> None:
    for n in (28, 30):  # l'effectif montré, à cinq près, décide
        vue = masque(n_publie=n)
        assert (vue["n"], vue["redresse"], vue["se"]) == (30, 0.31, 0.071)
        assert vue[list(PRUDENCE)].notna().all()
    vue = masque(n_publie=27)
    assert vue["n"] == 25
    assert vue[["redresse", "se"]].isna().all()


def test_une_moyenne_se_lit_a_trois_chiffres() -> None:
    vue = masque(n_oui=None, brut=1234.5, redresse=13.579, bas=0.10123, haut=0.0)
    assert (vue["brut"], vue["redresse"], vue["bas"], vue["haut"]) == pytest.approx((1230, 13.6, 0.101, 0))


def test_sous_trente_reponses_le_brut_se_lit_et_le_redresse_se_tait() -> None:
    vue = masque(n_publie=16, n_oui=5, brut=0.3125, redresse=0.41, bas=0.1, haut=0.6)
    assert (vue["brut"], vue["n_eff"]) == (0.31, 15)
    assert np.isnan(vue["redresse"])
    assert vue["bas"] <= 0.14
    assert np.isnan(vue["se"])
    # Trente, lus à cinq près, suffisent : 28 se lit trente, 27 se lit vingt-cinq.
    assert [bool(np.isnan(masque(n_publie=n)["redresse"])) for n in (27, 28, 30)] == [True, False, False]


def test_un_epci_n_a_qu_un_taux_a_dix_points_pres() -> None:
    groupes = pd.Series(
        ["epci-200000001"] * 25 + ["region-1"] * 25 + ["region-2"] * 9, index=map(str, range(59))
    )
    ont = dict.fromkeys(map(str, [*range(12), *range(25, 38), *range(50, 59)]), 0)
    table = count_by_group(groupes, ont)
    assert np.isnan(table.at["epci-200000001", "repondantes"])
    assert table.at["epci-200000001", "taux"] == pytest.approx(0.5)  # 12 sur 25
    assert table.at["region-1", "repondantes"] == 15  # 13, d'un bruit nul à cette clé, à cinq près
    assert np.isnan(table.at["region-2", "taux"])


def evolution(**valeurs: object) -> pd.DataFrame:
    return pd.DataFrame(
        [{"indicateur_id": "site_internet", "territoire_id": "france", "type": "", "strate": "",
          "couverture": "", "etat": "published", "changement": 0.1234, "se": 0.05678, "bas": 0.012,
          "haut": 0.234, "gains": 30, "pertes": 10, "p_mcnemar": 0.6, "n_1": 80, "n_2": 120, "n_panel": 50,
          "verdict": "hausse", "egal_changement": 0.0987, "egal_bas": 0.0149, "egal_haut": 0.187,
          "egal_verdict": "hausse", "verdict_meme_methode": "hausse"} | valeurs]
    )  # fmt: skip


def test_une_evolution_cachee_ne_dit_ni_sens_ni_panel() -> None:
    vue = mask_evolutions(evolution(etat="primary"), frozenset()).iloc[0]
    assert (vue["verdict"], vue["egal_verdict"], vue["verdict_meme_methode"]) == ("", "", "")
    caches = ["changement", "gains", "pertes", "n_panel", "n_1", "egal_changement", "egal_bas", "egal_haut"]
    assert vue[caches].isna().all()
    assert mask_evolutions(evolution(), frozenset()).iloc[0]["verdict"] == "hausse"


def test_un_changement_se_lit_en_points_entiers() -> None:
    vue = mask_evolutions(evolution(), frozenset()).iloc[0]
    assert (vue["changement"], vue["bas"], vue["haut"], vue["se"]) == (0.12, 0.01, 0.23, 0.057)
    assert (vue["egal_changement"], vue["egal_bas"], vue["egal_haut"]) == (0.1, 0.01, 0.19)
    assert (vue["n_1"], vue["n_2"], vue["n_panel"]) == (80, 120, 50)


@pytest.mark.parametrize(
    ("valeurs", "montre"),
    [
        ({}, True),
        ({"territoire_id": "region-84"}, False),
        ({"type": "commune"}, False),
        ({"strate": "commune-0-499"}, False),
        ({"couverture": "couverte"}, False),
        ({"n_panel": 9}, False),
        ({"n_panel": 10}, True),
    ],
)
def test_le_panel_n_isole_personne(valeurs: dict[str, object], montre: bool) -> None:
    vue = mask_evolutions(evolution(**valeurs), frozenset()).iloc[0]
    assert vue[["gains", "pertes", "n_panel", "p_mcnemar"]].notna().all() == montre
    assert np.isfinite(vue["changement"])
    assert mask_evolutions(evolution(), frozenset({"site_internet"}))["gains"].isna().all()


def test_un_passage_du_panel_se_dit_a_cinq_pres_et_se_tait_sous_dix() -> None:
    vue = mask_evolutions(evolution(gains=32, pertes=9), frozenset()).iloc[0]
    assert vue["gains"] == 30
    assert np.isnan(vue["pertes"])
    assert mask_evolutions(evolution(gains=132), frozenset()).iloc[0]["gains"] == 130


def test_une_estimation_par_modele_est_entiere_et_tait_son_effectif() -> None:
    lignes = pd.DataFrame({
        "indicateur_id": "site_internet", "territoire_id": ["departement-01", "departement-02"], "n": [0, 12],
        "estimation": 0.12345, "bas": 0.1049, "haut": 0.2,
    })  # fmt: skip
    vues = mask_estimations(lignes, frozenset())
    assert [v.territoire_id for v in vues] == ["departement-01", "departement-02"]
    assert vues[0].format(str, lambda bas, haut: f"{bas} {haut}") == ("0.12", "0.1 0.2")
    assert mask_estimations(lignes, frozenset({"site_internet"})) == ()


def test_un_contraste_cache_ne_sort_pas_et_un_montre_est_entier() -> None:
    ligne = {
        "indicateur_id": "site", "territoire_id": "region-84", "n": 61, "n_reference": 403, "se": 0.0456,
        "difference": 0.12345, "difference_simple": 0.1, "bas": 0.0333, "haut": 0.2111,
        "p_value": 0.007, "q_value": 0.01,
        "position": 1, "niveau": "95", "etat": "published",
    }  # fmt: skip
    caches = [{"etat": "primary"}, {"etat": "empty"}, {"n": 29}, {"n_reference": 29}]
    montres = [{}, {"n": 30, "etat": "indicative"}, {"n_reference": 30}]
    vues = mask_contrastes(pd.DataFrame([ligne | autre for autre in (*caches, *montres)]))
    assert vues[["difference", "bas", "haut", "n", "n_reference"]].to_numpy().tolist() == [
        [0.12, 0.03, 0.21, 60, 405], [0.12, 0.03, 0.21, 30, 405], [0.12, 0.03, 0.21, 60, 30],
    ]  # fmt: skip
    assert vues.index.tolist() == [0, 1, 2]
    assert not {"se", "p_value", "q_value"} & set(vues.columns)


ACCORD = {"indicateur_id": "site", "mesure_id": "m", "n": 41, "oui_oui": 11, "declare_seul": 13,
          "mesure_seule": 7, "non_non": 10, "note": "B", "raison": "nombre"}  # fmt: skip


def test_un_accord_se_lit_en_parts_de_celles_qui_ont_repondu() -> None:
    etats = [*MONTRES, "primary", "empty"]
    vues = mask_accords(pd.DataFrame([ACCORD | {"etat": etat} for etat in etats]))
    parts = {
        "n": 40,
        "accord": 0.51,
        "declare": 0.59,
        "mesure": 0.44,
        "declare_seul": 0.32,
        "mesure_seule": 0.17,
    }
    for etat, (_, vue) in zip(etats, vues.iterrows(), strict=True):
        if etat in MONTRES:
            assert vue[list(parts)].to_dict() == parts
            assert vue["note"] == "B"
        else:
            assert vue[list(parts)].isna().all()
            assert (vue["note"], vue["raison"]) == ("", "")
    assert not {"oui_oui", "non_non"} & set(vues.columns)


COMPARAISON = {"n_beneficiaires": 48, "n_comparables": 303, "difference": 0.2149, "bas": -0.0344,
               "haut": 0.3051, "verdict": "superieur", "q_value": 0.04}  # fmt: skip
ASSOCIATION = COMPARAISON | {
    "part_beneficiaires": 0.6049,
    "part_comparables": 0.4,
    "se": 0.05,
    "p_value": 0.01,
}
DIFFERENCE = COMPARAISON | {
    "beneficiaires_avant": 0.301, "beneficiaires_apres": 0.6, "comparables_avant": 0.2,
    "comparables_apres": 0.31, "temoin": 0.012, "temoin_bas": -0.1, "temoin_haut": 0.1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("masquer", "ligne", "tues"),
    [
        (mask_associations, ASSOCIATION, {"se", "p_value", "q_value"}),
        (mask_doubles_differences, DIFFERENCE, {"q_value"}),
    ],
)
def test_une_comparaison_cachee_ne_dit_ni_chiffre_ni_verdict(
    masquer: Callable[[pd.DataFrame], pd.DataFrame], ligne: dict[str, object], tues: set[str]
) -> None:
    """Rien ne reste de ce qui affinerait l'écart : erreur type, valeur p, effectif exact."""
    vues = masquer(pd.DataFrame([ligne | {"etat": "published"}, ligne | {"etat": "primary"}]))
    assert set(vues.columns) == {*ligne, "etat"} - tues
    montree, cachee = vues.iloc[0], vues.iloc[1]
    chiffres = [nom for nom in vues.columns if nom not in {"etat", "verdict"}]
    assert montree[["difference", "bas", "haut", "n_beneficiaires", "n_comparables"]].tolist() == [
        0.21, -0.03, 0.31, 50, 305
    ]  # fmt: skip
    assert (montree[chiffres].astype(float).round(2) == montree[chiffres].astype(float)).all()
    assert cachee[chiffres].isna().all()
    assert (montree["verdict"], cachee["verdict"]) == ("superieur", "")


part = st.one_of(st.none(), st.floats(0, 1))
cellules = st.fixed_dictionaries(
    {
        "n_publie": st.integers(0, 260), "n_oui": st.one_of(st.none(), st.integers(0, 260)),
        "participants": st.integers(0, 260), "n_eff": st.floats(0, 260), "brut": part, "redresse": part,
        "se": part, "bas": part, "haut": part, "prudence_bas": part, "prudence_haut": part,
        "g_etoile": st.floats(1, 9), "pente": st.floats(-2, 2), "egal": part,
        "egal_bas": part, "egal_haut": part, "note": st.sampled_from("ABC"),
        "etat": st.sampled_from(ETATS),
    }
)  # fmt: skip


# Autant de cellules que cent petits tableaux, en trente : c'est le tableau qui coûte.
@given(st.lists(cellules, min_size=12, max_size=24))
@example([])
@settings(deadline=None, max_examples=30)
def test_numpy_et_pandas_appliquent_le_meme_secret(lignes: list[dict[str, object]]) -> None:
    cadre = pd.DataFrame([cellule(**ligne) for ligne in lignes], columns=list(cellule()))
    nombres = [*CHIFFRES, "n_publie", "participants", "population"]
    cadre = cadre.astype(dict.fromkeys(nombres, "float64"))
    attendu = masque_pandas.mask_agregats(cadre)
    pd.testing.assert_frame_equal(mask_agregats(cadre), attendu, check_dtype=False, rtol=1e-12)
