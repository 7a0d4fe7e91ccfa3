"""Ce qui se compare du regard : chaque chiffre sur le bon axe, du bon côté, creux s'il est indicatif."""

from __future__ import annotations

import re

import pytest

from barometre.charts import build_positions
from barometre.charts.nuage import build_nuage
from barometre.charts.palette import ACCENT, GRIS
from barometre.charts.representation import build_representation
from barometre.domain.cadre import LignePosition
from tests.charts.cadres import cadre, ligne
from tests.charts.test_image import REPRESENTATION
from tests.views.fausse_porte import build_indicateur


def test_les_pairs_et_leur_intervalle_sont_a_leur_place_et_un_indicatif_est_creux() -> None:
    sur = LignePosition(groupe="Un site", note="B", n=60, valeur=0.4, bas=0.3, haut=0.55, texte="40 %")
    indicatif = LignePosition(groupe="Une charte", note="C", n=20, valeur=0.2, bas=0.1, haut=0.4, soi=1.0)
    dessin = build_positions((sur, indicatif), titre="T", phrase="P.")
    html = dessin.html
    assert re.findall(r'baro-(bande|point)-(\w+)" style="left:([\d.]+)%(?:;width:([\d.]+)%)?', html) == [
        ("bande", "plein", "30.0", "25.0"), ("point", "plein", "40.0", ""),
        ("bande", "douteux", "10.0", "30.0"), ("point", "douteux", "20.0", ""),
    ]  # fmt: skip
    lues = dessin.table[["indicateur", "pairs_lu", "n", "note"]].to_numpy().tolist()
    assert lues == [["Un site", "40 %", 60, "B"], ["Une charte", "", 20, "C"]]


def test_la_barre_est_celle_des_repondantes_et_le_trait_celui_du_pays() -> None:
    html = build_representation(REPRESENTATION, titre="T", phrase="P.", table=REPRESENTATION).html
    places = re.findall(r'baro-(barre|repere)" style="left:([\d.]+)%?(?:;width:([\d.]+)%)?', html)
    assert places == [("barre", "0", "83.33"), ("repere", "100.0", "")]


@pytest.mark.parametrize("valeur", ["redresse", "brut"])
def test_un_nuage_met_chaque_chiffre_sur_son_axe_et_creuse_le_rond_d_un_seul_indicatif(valeur: str) -> None:
    largeur = cadre(ligne("A", 0.1), ligne("B", 0.2, note="C"), ligne("C", 0.3), ligne("D", None))
    hauteur = cadre(ligne("C", 0.6), ligne("A", 0.7), ligne("B", 0.8), ligne("D", 0.9))
    x, y = build_indicateur("site", titre="Un site"), build_indicateur("charte", titre="Une charte")
    nuage = build_nuage((x, largeur), (y, hauteur), valeur=valeur)
    (points,) = nuage.figure.data
    de_plus = 0 if valeur == "redresse" else 2
    assert [round(v) - de_plus for v in (*points.x, *points.y)] == [10, 20, 30, 70, 80, 60]
    assert points.marker.symbol == ("circle", "circle-open", "circle")
    assert points.marker.color == (ACCENT, GRIS, ACCENT)
    assert [dit.partition("<br>")[0] for dit in points.customdata] == ["<b>A</b>", "<b>B</b>", "<b>C</b>"]
    assert (nuage.figure.layout.xaxis.title.text, nuage.figure.layout.yaxis.title.text) == (
        "Un site", "Une charte",
    )  # fmt: skip
    lus = nuage.table[["Un site", "Une charte"]].iloc[0].tolist()
    assert lus == ([f"{10 + de_plus} %", f"{70 + de_plus} %"])
