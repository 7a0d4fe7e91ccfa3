"""Combien ont répondu : des comptes sur assez de collectivités, et un EPCI seulement par classe."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import cast

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.access.participation import count_by_group, count_jours, is_dite, list_confondus
from barometre.domain.brouillage import draw_bruit_effectif

# La somme de clés nulles est nulle, et son bruit aussi : les comptes se lisent ici à l'arrondi près.
assert draw_bruit_effectif(0) == 0


def _compter(groupe: str, cadre: int, ont: int) -> pd.Series:
    groupes = pd.Series(groupe, [f"c{i}" for i in range(cadre)])
    return count_by_group(groupes, dict.fromkeys([f"c{i}" for i in range(ont)], 0)).iloc[0]


def test_sous_quinze_collectivites_ou_sous_dix_reponses_rien_ne_se_dit() -> None:
    assert _compter("region-01", 100, 9)[["repondantes", "taux"]].isna().all()
    assert _compter("region-01", 10, 10)[["repondantes", "taux"]].isna().all()  # toutes auraient répondu
    # La seule qui n'a pas répondu le saurait des dix autres.
    assert _compter("region-01", 11, 10)[["repondantes", "taux"]].isna().all()
    assert _compter("region-01", 15, 10)["repondantes"] == 10


def test_un_compte_se_dit_si_l_exact_et_le_brouille_font_dix() -> None:
    comptes = pd.DataFrame([(10, 10), (9, 12), (12, 9)], columns=["exactes", "brouillees"])
    assert is_dite(comptes).tolist() == [True, False, False]


def test_un_epci_ne_donne_qu_un_taux_a_dix_points_pres() -> None:
    ligne = _compter("epci-200000172", 23, 12)
    assert pd.isna(ligne["repondantes"])
    assert ligne["taux"] == 0.5  # 12 / 23 = 52 %


@pytest.mark.parametrize("groupe", ["epci-200000172", "region-01"])
def test_un_taux_brouille_ne_passe_pas_cent_pour_cent(groupe: str) -> None:
    bruyante = next(cle for cle in range(1, 10_000) if draw_bruit_effectif(cle) >= 3)
    ids = [f"c{i}" for i in range(15)]
    ligne = count_by_group(pd.Series(groupe, ids), dict.fromkeys(ids, 0) | {"c0": bruyante}).iloc[0]
    assert ligne["taux"] == 1.0


@pytest.mark.parametrize("reponses", [9, 10, 11])
def test_un_jour_se_dit_a_partir_de_dix_reponses(reponses: int) -> None:
    jour = pd.Timestamp("2026-01-01")
    lignes = pd.DataFrame({"date_reponse": jour, "cle": pd.Series([0] * reponses, dtype=object)})
    lus = count_jours(lignes, [])
    assert lus["questionnaires"].tolist() == ([10] if reponses >= 10 else [])
    assert (lus["date_reponse"] == jour).all()


def test_deux_jours_se_separent_si_chacun_fait_dix() -> None:
    for premier, second, jours in ((10, 10, 2), (9, 11, 1), (11, 9, 1)):
        dates = pd.to_datetime(["2026-01-01"] * premier + ["2026-01-02"] * second)
        lignes = pd.DataFrame({"date_reponse": dates, "cle": pd.Series([0] * 20, dtype=object)})
        lus = count_jours(lignes, [])
        assert len(lus) == jours
        assert lus["questionnaires"].sum() == 20


def test_une_strate_d_epci_n_est_pas_un_epci() -> None:
    ligne = _compter("epci-0-14999", 400, 120)
    assert ligne["repondantes"] == 120
    assert ligne["taux"] == 0.3


# Deux régions, quatre départements, et le conseil de chaque région, qui n'est d'aucun département.
CADRE = pd.DataFrame(
    {
        "collectivite_id": [f"c{i}" for i in range(140)],
        "region": [f"r{i // 70}" for i in range(140)],
        "departement": [None if i % 70 == 69 else f"d{i // 35}" for i in range(140)],
    }
)
DEPARTEMENTS = {str(d): frozenset(g) for d, g in CADRE.groupby("departement")["collectivite_id"]}
REGIONS = {str(r): frozenset(g) for r, g in CADRE.groupby("region")["collectivite_id"]}


def _confondre(perimetres: dict[str, frozenset[str]]) -> frozenset[str]:
    lignes = [(opsn, c) for opsn, siennes in perimetres.items() for c in sorted(siennes)]
    return list_confondus(pd.DataFrame(lignes, columns=["opsn_id", "collectivite_id"]), CADRE)


def test_un_perimetre_a_une_collectivite_d_une_region_ne_dit_pas_son_taux() -> None:
    """Mégalis couvre la Bretagne moins la région : deux comptes exacts, et leur différence la nommait."""
    assert _confondre({"o": REGIONS["r0"] - {"c69"}}) == {"o"}
    assert _confondre({"o": REGIONS["r0"]}) == set()  # le même groupe : le même compte
    assert _confondre({"o": DEPARTEMENTS["d0"] | {"c139"}}) == {"o"}
    assert _confondre({"o": DEPARTEMENTS["d0"] | DEPARTEMENTS["d2"] | {"c139"}}) == {"o"}
    assert _confondre({"o": frozenset(f"c{i}" for i in range(0, 140, 3))}) == set()


def test_a_dix_collectivites_d_ecart_le_taux_se_dit() -> None:
    plus = sorted(DEPARTEMENTS["d3"])
    assert _confondre({"o": DEPARTEMENTS["d0"] | set(plus[:9])}) == {"o"}
    assert _confondre({"o": DEPARTEMENTS["d0"] | set(plus[:10])}) == set()


def test_un_compte_est_brouille_par_les_cles_de_qui_il_compte() -> None:
    """D'un groupe à celui qui a une répondante de plus, la différence peut être nulle, ou négative."""
    tirage = random.Random(4)
    groupes = pd.Series([f"d{i // 50}" for i in range(20_000)], [f"c{i}" for i in range(20_000)])
    cles = {f"c{i}": tirage.getrandbits(64) for i in range(20_000) if i % 2}
    lus = count_by_group(groupes, cles)["repondantes"]
    assert (lus % 5 == 0).all()
    assert lus.mean() == pytest.approx(25, abs=0.5)
    assert lus.nunique() >= 3
    une_de_moins = count_by_group(groupes, {c: k for c, k in cles.items() if not c.endswith("01")})
    assert {int(e) for e in lus - une_de_moins["repondantes"]} >= {-5, 0, 5}


def test_les_jours_reunis_font_le_total_que_disent_les_autres_pages() -> None:
    jours = pd.to_datetime("2026-01-01") + pd.to_timedelta([i // 7 for i in range(200)], "D")
    cles = [random.Random(i).getrandbits(64) for i in range(200)]
    lignes = pd.DataFrame({"date_reponse": jours, "cle": pd.Series(cles, dtype=object), "vague_id": "v"})
    lus = count_jours(lignes, ["vague_id"])
    total = count_by_group(
        pd.Series("g", [str(i) for i in range(200)]), dict(zip(map(str, range(200)), cles, strict=True))
    )
    assert lus["questionnaires"].sum() == total.at["g", "repondantes"]
    assert (lus["questionnaires"] >= 0).all()
    assert 10 < len(lus) < 29
    sans = count_jours(lignes.assign(date_reponse=pd.NaT), ["vague_id"])
    assert sans["questionnaires"].tolist() == [total.at["g", "repondantes"]]
    assert count_jours(lignes.head(9), ["vague_id"]).empty


def test_de_deux_perimetres_voisins_un_seul_se_dit() -> None:
    un = frozenset(f"c{i}" for i in range(0, 140, 2))
    assert _confondre({"a": un, "b": un | {"c1"}}) == {"b"}
    assert _confondre({"a": un, "b": un}) == set()


@pytest.mark.parametrize("graine", range(5))
def test_le_compte_de_tous_les_opsn_est_celui_qu_on_refait_un_par_un(graine: int) -> None:
    """Lus ensemble, 73 OPSN prennent 0,2 s au lieu de dix : la lecture lente, naïve, dit la même chose."""
    tirage = random.Random(graine)
    ids = CADRE["collectivite_id"].tolist()
    repondantes = dict.fromkeys(tirage.sample(ids, 60), 0)
    # Des périmètres qui se recouvrent, du vide au pays entier, avec des membres hors du cadre.
    perimetres = {
        f"o{i}": [*tirage.sample(ids, tirage.choice([3, 12, 30, 80])), "ailleurs"] for i in range(12)
    }
    paires = pd.DataFrame(
        [(o, c) for o, siennes in perimetres.items() for c in siennes], columns=["opsn_id", "collectivite_id"]
    )
    porte = SimpleNamespace(
        list_collectivites=lambda: CADRE,
        list_perimetres_opsn=lambda: paires,
        count_repondantes=lambda groupes: count_by_group(groupes, repondantes),
    )
    lus = Gate.count_repondantes_opsn(cast("Gate", porte)).to_dict("index")
    assert set(lus) == set(perimetres)
    confondus = _confondre({o: frozenset(siennes) - {"ailleurs"} for o, siennes in perimetres.items()})
    dits = 0
    for opsn, siennes in perimetres.items():
        connues = [c for c in siennes if c in ids]
        ont = sum(c in repondantes for c in connues)
        assert lus[opsn]["cadre"] == len(connues)
        if len(connues) <= 10 or ont < 10 or opsn in confondus:
            assert pd.isna(lus[opsn]["taux"])
            continue
        dits += 1
        # Un nombre se dit à cinq près, et le taux de même.
        assert lus[opsn]["taux"] == pytest.approx(ont / len(connues), abs=5 / len(connues))
        assert lus[opsn]["repondantes"] % 5 == 0
    assert dits


@pytest.mark.parametrize("double", [False, True])
def test_un_groupe_par_categories_se_compte_comme_ses_noms(double: bool) -> None:
    """Des catégories dans le désordre, l'une sans unité ; et une unité de deux groupes."""
    noms = pd.Series(["b"] * 30 + ["a"] * 40, [f"c{i}" for i in range(70)], dtype="str")
    if double:
        noms = pd.concat([noms, pd.Series(["a"] * 30, noms.index[:30], dtype="str")])
    cles = {f"c{i}": i for i in range(15, 60)} | {"ailleurs": 7}
    rangees = noms.astype(pd.CategoricalDtype(["z", "b", "a"]))
    lus, attendus = count_by_group(rangees, cles), count_by_group(noms, cles)
    assert attendus["cadre"].tolist() == ([70, 30] if double else [40, 30])
    assert attendus["repondantes"].notna().all()
    pd.testing.assert_frame_equal(lus, attendus)


def test_une_unite_sans_groupe_ne_compte_dans_aucun() -> None:
    groupes = pd.Series(["a"] * 40 + [None] * 30, [f"c{i}" for i in range(70)], dtype="category")
    cles = {f"c{i}": i for i in range(15, 70)}
    for rangees in (groupes, groupes.astype("object")):
        pd.testing.assert_frame_equal(count_by_group(rangees, cles), count_by_group(groupes.dropna(), cles))


def test_des_cles_qui_debordent_font_le_bruit_de_leur_somme_exacte() -> None:
    """Deux questionnaires additionnent deux clés de 64 bits : seul le reste de la somme compte."""
    tirage = random.Random(11)
    cles = {f"c{i}": tirage.getrandbits(64) + tirage.getrandbits(64) for i in range(300)}
    lu = count_by_group(pd.Series("g", list(cles)), cles).at["g", "repondantes"]
    attendu = 300 + draw_bruit_effectif(sum(cles.values()) % 2**64)
    assert lu == 5 * round(attendu / 5)


def _compter_opsn(perimetre: int, departement: int) -> pd.Series:
    """Ce que la porte dit d'un OPSN, dont le périmètre est fait des premières communes d'un département."""
    ids = [f"c{i}" for i in range(departement + 60)]
    cadre = pd.DataFrame({"collectivite_id": ids, "region": "r"})
    cadre["departement"] = ["d0"] * departement + ["d1"] * 60
    paires = pd.DataFrame({"opsn_id": "o", "collectivite_id": ids[:perimetre]})
    porte = SimpleNamespace(
        list_collectivites=lambda: cadre,
        list_perimetres_opsn=lambda: paires,
        count_repondantes=lambda groupes: count_by_group(groupes, dict.fromkeys(ids[:12], 0)),
    )
    return Gate.count_repondantes_opsn(cast("Gate", porte)).loc["o"]


def test_un_perimetre_confondu_se_tait_des_qu_un_taux_s_y_lirait() -> None:
    """À une commune de son département : leurs deux taux diraient si elle a répondu."""
    seul = _compter_opsn(15, 15)  # le même groupe : le même compte
    assert (seul["repondantes"], seul["taux"], seul["confondu"]) == (10, pytest.approx(10 / 15), False)
    voisin = _compter_opsn(15, 16)
    assert voisin[["repondantes", "taux"]].isna().all()
    assert voisin["confondu"]
    # En dessous, un taux se tait de lui-même : rien n'est confondu.
    petit = _compter_opsn(14, 16)
    assert petit[["repondantes", "taux"]].isna().all()
    assert not petit["confondu"]
