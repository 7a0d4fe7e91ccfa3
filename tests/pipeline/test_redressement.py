"""Les poids : marges tenues, regroupements et replis dits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.domain.brouillage import draw_bruit_effectif
from barometre.pipeline.quality import Reference, build_quality
from barometre.pipeline.regroupements import COLONNES, merge_levels
from barometre.pipeline.weights import (
    BORNES,
    DENSITE,
    MARGES,
    SANS_DENSITE,
    Redressement,
    _check_ratios,
    adjust_weights,
    compute_weights,
)
from barometre.stats.calibration import CalibrationError
from barometre.stats.perturbation import Perturbation
from tests import mini


@pytest.fixture(scope="module")
def cadre() -> pd.DataFrame:
    lignes = mini.build_collectivites()
    return lignes[lignes["porteur_id"].isna()].set_index("collectivite_id")


def test_une_modalite_rare_rejoint_sa_voisine() -> None:
    valeurs = pd.Series(["a"] * 6 + ["b"] * 2 + ["c"] * 7, name="region")
    marge = pd.Series({"a": 20.0, "b": 10.0, "c": 30.0})
    neuves, neuve, rapport = merge_levels(valeurs, marge, {"b": ("z", "c", "a")})
    assert neuve.to_dict() == {"a": 20.0, "c": 40.0}  # z n'existe pas : la suivante
    assert neuves.tolist() == ["a"] * 6 + ["c"] * 9
    assert [(r["modalite"], r["avec"], r["repondants"]) for r in rapport] == [("b", "c", 2)]


def test_de_proche_en_proche() -> None:
    valeurs = pd.Series(["a", "b", "c"] + ["d"] * 6, name="region")
    marge = pd.Series({"a": 5.0, "b": 5.0, "c": 5.0, "d": 5.0})
    _, neuve, rapport = merge_levels(valeurs, marge, {"a": ("b",), "b": ("a", "c"), "c": ("b",)})
    # a, b et c ensemble n'ont que 3 réponses, et aucune voisine au-delà : le plus grand des autres groupes
    assert neuve.to_dict() == {"d": 20.0}
    assert len(rapport) == 3


def test_les_poids_font_le_cadre(cadre: pd.DataFrame) -> None:
    repondants = cadre.index[::2]
    redressement = compute_weights(cadre, repondants, load_catalogue().regroupements)
    poids = redressement.repondants["poids"]
    assert poids.sum() == pytest.approx(len(cadre))
    assert (poids > 0).all()
    for marge in redressement.marges:
        par_modalite = poids.groupby(redressement.repondants[marge]).sum()
        assert par_modalite.sum() == pytest.approx(len(cadre))
    assert set(redressement.marges) <= set(MARGES)
    assert len(redressement.regroupements) > 0  # 59 collectivités dans 16 strates


def test_une_seule_reponse_ne_fait_pas_tomber_le_calcul(cadre: pd.DataFrame) -> None:
    redressement = compute_weights(cadre, cadre.index[:1], load_catalogue().regroupements)
    assert redressement.repondants["poids"].tolist() == [pytest.approx(len(cadre))]


def test_le_rapport_de_qualite_dit_ce_qui_a_ete_fait(cadre: pd.DataFrame) -> None:
    redressement = compute_weights(cadre, cadre.index[::2], load_catalogue().regroupements)
    rapport = build_quality("2023-v1", "communication", redressement, Reference(cadre))
    assert not rapport.duplicated(["cle", "objet"]).any()
    assert {"repondants", "taux", "methode", "n_eff", "part_max", "regroupement", "ecart"} <= set(
        rapport["cle"]
    )
    assert rapport["phrase"].str.endswith(".").all()
    cales = rapport[rapport["cle"].eq("ecart")].set_index("objet")["phrase"]
    assert cales.str.contains("petit par construction").all()
    assert {"strate", "type"} <= set(cales.index)  # le type se lit dans la strate
    assert ("zone" in cales) == ("region" in redressement.marges)
    libres = rapport.loc[rapport["cle"].eq("ecart_libre"), "phrase"]
    assert not libres.str.contains("par construction").any()


def test_les_propensions_disent_qui_repond_le_plus_volontiers(cadre: pd.DataFrame) -> None:
    neutre = compute_weights(cadre, cadre.index[::2], load_catalogue().regroupements)
    premiere_region = cadre.index[cadre["region"] == cadre["region"].iloc[0]]
    partial = compute_weights(cadre, premiere_region, load_catalogue().regroupements)
    cv = {
        nom: build_quality("2023-v1", "communication", redressement, Reference(cadre))
        .set_index(["cle", "objet"])
        .loc[("cv_propensions", ""), "valeur"]
        for nom, redressement in {"neutre": neutre, "region": partial}.items()
    }
    assert cv["region"] > cv["neutre"]  # une seule région répond : tout dépend d'elle
    rapport = build_quality("2023-v1", "communication", partial, Reference(cadre))
    partiels = rapport[rapport["cle"] == "propension_partielle"].set_index("objet")["valeur"]
    assert partiels.idxmax() == "region"


def test_tout_le_cadre_a_repondu(cadre: pd.DataFrame) -> None:
    redressement = compute_weights(cadre, cadre.index, load_catalogue().regroupements)
    rapport = build_quality("2023-v1", "communication", redressement, Reference(cadre)).set_index("cle")
    assert "pas de biais" in rapport.loc["cv_propensions", "phrase"]


def test_la_densite_en_quatrieme_marge_ote_son_biais() -> None:
    """Les denses répondent trois fois plus et disent oui deux fois plus, à marges égales par ailleurs."""
    hasard = np.random.default_rng(12)
    n = 6_000
    dense = hasard.random(n) < 0.4
    cadre = pd.DataFrame(
        {
            "type": "commune",
            "strate": hasard.choice(["commune-0-499", "commune-500-999"], n),
            "region": hasard.choice(["84", "93"], n),
            "couverture": hasard.choice(["inconnue", "perimetre"], n),
            "densite": np.where(dense, "Urbain", "Rural"),
        },
        index=[f"commune-{i:05d}" for i in range(n)],
    )  # fmt: skip
    oui = pd.Series(hasard.random(n) < np.where(dense, 0.6, 0.3), cadre.index).astype(float)
    repondants = cadre.index[hasard.random(n) < np.where(dense, 0.3, 0.1)]
    biais = {}
    for nom, connu in (("sans", cadre.assign(densite=None)), ("avec", cadre)):
        redressement = compute_weights(connu, repondants, load_catalogue().regroupements)
        poids = redressement.repondants["poids"]
        biais[nom] = abs(float((poids * oui[repondants]).sum() / poids.sum() - oui.mean()))
        assert (DENSITE in redressement.marges) is (nom == "avec")
    assert biais["sans"] > 0.06
    assert biais["avec"] < 0.025


def test_poids_de_base_par_strate_et_recit_du_calage(cadre: pd.DataFrame) -> None:
    redressement = compute_weights(cadre, cadre.index[::2], load_catalogue().regroupements)
    lignes = redressement.repondants
    # Le poids de base : la population de la strate, partagée entre ses répondants.
    tailles = lignes.groupby("strate")["strate"].transform("size")
    pd.testing.assert_series_equal(lignes["poids_base"], lignes["population"] / tailles, check_names=False)
    assert lignes["population"].groupby(lignes["strate"]).first().sum() == len(cadre)
    assert redressement.calage is not None
    assert redressement.methode.startswith("raking, rapport des poids entre ")
    assert {m: total.sum() for m, total in redressement.totaux.items()} == dict.fromkeys(
        redressement.marges, len(cadre)
    )


def build_desequilibre(part: float) -> tuple[pd.DataFrame, pd.Index]:
    """Une strate, deux régions ; `part` du cadre dans la seconde, dont deux dixièmes des répondants."""
    n, seconds = 1_000, round(1_000 * part)
    cadre = pd.DataFrame(
        {"type": "commune", "strate": "commune-0-499", "region": ["93"] * seconds + ["84"] * (n - seconds),
         "couverture": "inconnue"},
        index=[f"commune-{i:05d}" for i in range(n)],
    )  # fmt: skip
    return cadre, cadre.index[:8].append(cadre.index[-32:])


def test_des_bornes_depassees_s_elargissent_et_se_disent() -> None:
    """La région « 93 » : 3 % du cadre, 20 % des réponses, donc 0,15 fois son poids de base."""
    cadre, repondants = build_desequilibre(0.03)
    redressement = compute_weights(cadre, repondants, {})
    assert redressement.methode == "raking, rapport des poids entre 0,1 et 10"
    assert redressement.marges == MARGES
    assert redressement.replis == (
        "raking sur strate, region, couverture : le rapport des poids va de 0,15 à 1,21, hors des bornes "
        "0,25 et 5.",
    )


def test_une_marge_intenable_est_otee_apres_les_bornes() -> None:
    """À 1 % du cadre, le rapport est de 0,05 : aucune borne ne tient, couverture puis région sont ôtées."""
    cadre, repondants = build_desequilibre(0.01)
    redressement = compute_weights(cadre, repondants, {})
    assert redressement.marges == ("strate",)
    assert redressement.methode == "raking, rapport des poids entre 0,25 et 5"  # la strate seule se cale
    assert redressement.calage is not None
    assert [repli.partition(" : ")[0] for repli in redressement.replis] == [
        "raking sur strate, region, couverture",
        "raking sur strate, region, couverture",
        "raking sur strate, region",
        "raking sur strate, region",
    ]
    assert redressement.repondants["poids"].tolist() == pytest.approx([25.0] * 40)


def build_deux_regions() -> Redressement:
    """100 communes, deux strates, deux régions : 12 des 60 petites et 8 des 40 grandes ont répondu."""
    cadre = pd.DataFrame(
        {"type": "commune", "strate": ["commune-0-499"] * 60 + ["commune-500-999"] * 40,
         "region": (["84"] * 45 + ["93"] * 15) + (["84"] * 10 + ["93"] * 30), "couverture": "inconnue"},
        index=[f"commune-{i:05d}" for i in range(100)],
    )  # fmt: skip
    rangs = [*range(6), *range(45, 51), *range(60, 64), *range(70, 74)]
    return compute_weights(cadre, cadre.index[rangs], {"strate": {}, "region": {}})


def test_redresser_de_nouveau_sur_les_memes_marges_ne_change_rien() -> None:
    premier = build_deux_regions()
    second = adjust_weights(premier, premier.marges)
    pd.testing.assert_series_equal(second.repondants["poids"], premier.repondants["poids"])
    assert (second.marges, set(second.totaux)) == (MARGES, set(MARGES))
    assert (second.methode, second.replis) == (premier.methode, premier.replis)


def test_redresser_sur_moins_de_marges_part_des_poids_de_base() -> None:
    """Sans la strate, rien d'autre que les poids de base ne porte ce que le calage savait d'elle."""
    premier = build_deux_regions()
    r = premier.repondants.assign(poids_base=np.where(np.arange(20) % 2, 3.0, 1.0))
    second = adjust_weights(replace(premier, repondants=r), ("region",))
    poids = second.repondants["poids"]
    assert poids.groupby(r["region"]).sum().to_dict() == pytest.approx({"84": 55.0, "93": 45.0})
    for _, groupe in poids.groupby(r["region"]):  # à l'intérieur d'une région, les rapports de départ
        assert groupe.max() / groupe.min() == pytest.approx(3.0)
    assert second.calage is not None
    assert (second.marges, list(second.totaux)) == (("region",), ["region"])


def test_un_calage_impossible_rend_les_poids_de_base() -> None:
    premier = build_deux_regions()
    contradictoires = dict(premier.totaux) | {"region": premier.totaux["region"] * 2}
    second = adjust_weights(replace(premier, totaux=contradictoires), MARGES)
    assert second.calage is None
    assert second.marges == ("strate",)
    pd.testing.assert_series_equal(
        second.repondants["poids"], premier.repondants["poids_base"], check_names=False
    )


def build_strates(petites: int, grandes: int) -> tuple[pd.DataFrame, pd.Index]:
    """900 petites communes et 100 grandes, dont `petites` et `grandes` ont répondu ; une région."""
    cadre = pd.DataFrame(
        {"type": "commune", "strate": ["commune-0-499"] * 900 + ["commune-500-999"] * 100,
         "region": "84", "couverture": "inconnue"},
        index=[f"commune-{i:05d}" for i in range(1_000)],
    )  # fmt: skip
    return cadre, cadre.index[:petites].append(cadre.index[900 : 900 + grandes])


def test_le_rapport_se_prend_aux_poids_de_base_de_chaque_strate() -> None:
    """Une strate répond à 1 %, l'autre à 50 % : les poids de base le disent, le calage n'y ajoute rien."""
    redressement = compute_weights(*build_strates(9, 50), {})
    assert (redressement.methode, redressement.replis) == ("raking, rapport des poids entre 0,25 et 5", ())
    assert redressement.marges == MARGES
    assert redressement.repondants["poids"].tolist() == pytest.approx([100.0] * 9 + [2.0] * 50)
    # Rien à regrouper : le rapport garde ses colonnes.
    assert redressement.regroupements.columns.tolist() == list(COLONNES)


def test_un_rapport_a_la_borne_tient_encore() -> None:
    calage = compute_weights(*build_strates(20, 20), {}).calage
    assert calage is not None
    bas, haut = BORNES[0]
    _check_ratios(replace(calage, ratio_min=bas, ratio_max=haut), BORNES[0])
    for dehors in ({"ratio_min": bas - 0.01}, {"ratio_max": haut + 0.01}):
        with pytest.raises(CalibrationError, match="hors des bornes 0,25 et 5"):
            _check_ratios(replace(calage, **dehors), BORNES[0])


def test_aucun_calage_ne_se_fait_restent_les_poids_de_base(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuser(*_: object, **__: object) -> None:
        raise CalibrationError("essai")

    monkeypatch.setattr("barometre.pipeline.weights.rake", refuser)
    redressement = compute_weights(*build_strates(9, 50), {})
    assert (redressement.marges, redressement.calage) == (("strate",), None)
    assert redressement.methode == "post-stratification par strate"
    assert redressement.replis[-1] == "raking sur strate : essai"
    assert len(redressement.replis) == len(MARGES) * len(BORNES)
    pd.testing.assert_series_equal(
        redressement.repondants["poids"], redressement.repondants["poids_base"], check_names=False
    )


@pytest.mark.parametrize(
    ("voisins", "avec"), [({"region": {"93": ("11",)}}, "11"), ({"region": {}}, "84"), ({}, "84")]
)
def test_une_region_rare_rejoint_sa_voisine_ou_la_plus_grande(
    voisins: dict[str, dict[str, tuple[str, ...]]], avec: str
) -> None:
    cadre, repondants = build_strates(60, 30)
    cadre["region"] = (["84"] * 40 + ["11"] * 18 + ["93"] * 2) * 15 + ["84"] * 100
    redressement = compute_weights(cadre, repondants, voisins)
    (ligne,) = redressement.regroupements.to_dict("records")
    assert (ligne["modalite"], ligne["avec"], ligne["repondants"]) == ("93", avec, 2)


def test_sans_densite_connue_une_collectivite_garde_sa_place() -> None:
    """Un EPCI n'a pas de densité : elles forment une modalité, aucune ne sort du calage."""
    cadre, repondants = build_strates(60, 40)
    cadre["densite"] = (["Urbain"] * 30 + ["Rural"] * 30) * 15 + [None] * 100
    redressement = compute_weights(cadre, repondants, {})
    assert redressement.totaux[DENSITE].to_dict() == {"Urbain": 450, "Rural": 450, SANS_DENSITE: 100}
    assert redressement.repondants["poids"].sum() == pytest.approx(1_000)


def test_la_dispersion_que_lit_la_note_est_celle_que_le_hasard_ne_ferait_pas(cadre: pd.DataFrame) -> None:
    redressement = compute_weights(cadre, cadre.index[::2], load_catalogue().regroupements)
    reponse = pd.DataFrame([{"variable": "", "rate": 0.5, "cv": 0.3, "noise": 0.05}])
    assert replace(redressement, reponse=reponse).cv == pytest.approx(0.2)
    assert replace(redressement, reponse=reponse.assign(noise=0.1)).cv == 0.0
    assert replace(redressement, reponse=None).cv == 0.0


@pytest.mark.parametrize(("reponses", "regroupee"), [(5, False), (4, True)])
def test_cinq_reponses_suffisent_a_une_modalite(reponses: int, regroupee: bool) -> None:
    valeurs = pd.Series(["a"] * reponses + ["b"] * 6, name="region")
    neuves, _, rapport = merge_levels(valeurs, pd.Series({"a": 20.0, "b": 30.0}), {})
    assert bool(rapport) == regroupee
    assert neuves.nunique() == (1 if regroupee else 2)


def test_le_rapport_dit_l_ecart_avant_et_celui_d_apres() -> None:
    """Trois cents petites, cent grandes, cinquante réponses de chaque : les poids en refont trois quarts."""
    ids = pd.Index([f"c{i}" for i in range(400)])
    strates = ["petite"] * 300 + ["grande"] * 100
    cadre = pd.DataFrame(
        {"strate": strates, "region": "84", "couverture": "inconnue", "type": "commune", "zone": "metropole"},
        ids,
    )
    redressement = compute_weights(cadre, ids[:50].union(ids[-50:]), {})
    rapport = build_quality("v", "q", redressement, Reference(cadre)).set_index(["cle", "objet"])
    assert rapport.loc[("ecart_brut", "strate"), "valeur"] == 0.25
    assert rapport.loc[("ecart", "strate"), "valeur"] == 0.0
    phrase = rapport.loc[("ecart", "strate"), "phrase"]
    assert "25,0 points avant redressement, 0,0 après" in phrase
    # Cinquante poids de 6 et cinquante de 2 : (400)²/(50·36 + 50·4), et 6/400 pour le plus lourd.
    assert rapport.loc[("n_eff", ""), "valeur"] == pytest.approx(80.0)
    assert rapport.loc[("part_max", ""), "valeur"] == pytest.approx(0.015)
    assert rapport.loc[("taux", ""), "valeur"] == 0.25


def test_les_comptes_du_rapport_sont_ceux_qui_se_publient() -> None:
    """À cinq près, brouillés : ni cent deux réponses, ni la seule d'une strate ne s'y lisent exactes."""
    ids = pd.Index([f"c{i}" for i in range(400)])
    cadre = pd.DataFrame(
        {"strate": ["petite"] * 390 + ["rare"] * 10, "region": "84", "couverture": "inconnue",
         "type": "commune", "zone": "metropole"}, ids,
    )  # fmt: skip
    repondants = ids[:101].append(ids[-1:])
    redressement = compute_weights(cadre, repondants, {})
    seule = next(cle for cle in range(10_000) if draw_bruit_effectif(cle) <= -1)
    muettes, dites = np.zeros(102, dtype=np.uint64), np.zeros(102, dtype=np.uint64)
    dites[-1] = seule
    vides = []
    for cles in (muettes, dites):
        rapport = build_quality("v", "q", redressement, Reference(cadre), Perturbation(cles, {}))
        assert rapport.set_index("cle").loc["repondants", "valeur"] % 5 == 0
        vides.append("strates_vides" in set(rapport["cle"]))
    assert vides == [False, True]
    exact = build_quality("v", "q", redressement, Reference(cadre)).set_index("cle")
    assert exact.loc["repondants", "valeur"] == 102
