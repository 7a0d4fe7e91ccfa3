"""Un groupe face à l'ensemble : des mots sans jugement quand le sens est neutre, jamais un palmarès."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from barometre.domain.indicateur import Sens
from barometre.views.comprendre.dimensions import TERRITOIRE, build_repartitions
from barometre.views.lecture import groupes_compares
from barometre.views.lecture.groupes_compares import (
    Accompagnement,
    GroupeCompare,
    build_phrase_groupes,
    explain_seuls,
    read_accompagnement,
    read_couvertes,
    read_groupes_compares,
)
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.selection import Selection
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur, cellule, contraste

VAGUE = "2026-v4"
HAUT = GroupeCompare(1, "95", 0.12, 0.04, 0.19, 60, 240)
BAS = GroupeCompare(-1, "998", -0.2, -0.3, -0.1, 60, 240)
PAREIL = GroupeCompare(0, "", 0.01, -0.05, 0.07, 60, 240)


@pytest.mark.parametrize(
    ("sens", "haut", "bas"),
    [
        ("plus_haut_mieux", "au-dessus, mieux", "nettement en dessous, moins bien"),
        ("plus_bas_mieux", "au-dessus, moins bien", "nettement en dessous, mieux"),
        ("neutre", "au-dessus", "nettement en dessous"),
    ],
)
def test_les_mots_suivent_le_sens(sens: Sens, haut: str, bas: str) -> None:
    indicateur = build_indicateur(sens=sens)
    assert (HAUT.get_mot(indicateur), BAS.get_mot(indicateur)) == (haut, bas)
    assert PAREIL.get_mot(indicateur) == "sans écart démontré"


def test_la_marque_et_l_ecart() -> None:
    assert [g.marque for g in (HAUT, BAS, PAREIL)] == ["▲", "▼▼", "="]
    assert HAUT.ecart == "+12\u00a0points (entre +4 et +19)"
    assert BAS.ecart == "−20\u00a0points (entre −30 et −10)"


@pytest.mark.parametrize(
    ("groupes", "attendu"),
    [
        ([], ""),
        ([("A", None)], ""),
        ([("A", PAREIL), ("B", None)], "Aucune région ne se distingue de l’ensemble."),
        (
            [("A", HAUT), ("B", BAS), ("C", HAUT), ("D", PAREIL), ("E", PAREIL)],
            "Deux régions sont au-dessus de l’ensemble (A et C) ; "
            "une région est en dessous de l’ensemble (B) ; les autres ne s’en distinguent pas.",
        ),
    ],
)
def test_la_phrase(groupes: list[tuple[str, GroupeCompare | None]], attendu: str) -> None:
    assert build_phrase_groupes("territoire", groupes) == attendu


def test_au_dela_de_quatre_la_phrase_ne_nomme_plus() -> None:
    groupes = [(nom, HAUT) for nom in "ABCDE"]
    assert build_phrase_groupes("strate", groupes) == "Cinq tailles sont au-dessus de l’ensemble."


def test_un_ecart_dont_l_intervalle_exclut_zero_sans_etre_demontre_dit_pourquoi() -> None:
    seul = GroupeCompare(0, "", 0.3, 0.06, 0.55, 40, 60)
    assert seul.is_seul
    assert not replace(seul, sens=1).is_seul
    assert not replace(seul, bas=0.004).is_seul  # « +0 » se lit comme zéro
    assert replace(seul, bas=-0.3, haut=-0.06).is_seul
    assert "bien que l’intervalle exclue zéro" in Accompagnement(seul, "Communes").phrase
    assert "bien que" not in Accompagnement(replace(seul, sens=1), "Communes").phrase
    assert explain_seuls([]) == ""
    assert explain_seuls(["A"]).startswith("Pour «")
    assert "3\u00a0indicateurs, dont" in explain_seuls(["A", "B", "C"])


def _lecture(selection: Selection, *contrastes: dict[str, Any]) -> Lecture:
    regions = [cellule(niveau="region", territoire_id=f"region-0{i}") for i in (1, 2, 3)]
    porte = FaussePorte([cellule(), *regions], contrastes=contrastes)
    return Lecture(porte, build_catalogue(), selection)  # type: ignore[arg-type]


def test_la_repartition_dit_la_position_de_chaque_groupe() -> None:
    lecture = _lecture(Selection(vague_id=VAGUE), contraste(territoire_id="region-02"))
    trouvees = {r.id: r for r in build_repartitions(lecture, build_indicateur())}
    marques = {ligne.groupe: ligne.marque for ligne in trouvees[TERRITOIRE].cadre}
    assert marques == {"Île d’Essai": "", "Nord-Essai": "", "Sud-Essai": "▲"}
    assert trouvees[TERRITOIRE].phrase_groupes == "Une région est au-dessus de l’ensemble (Sud-Essai)."


def test_hors_de_la_france_entiere_rien_n_est_compare() -> None:
    selection = Selection(vague_id=VAGUE, type="commune")
    lecture = _lecture(selection, contraste(territoire_id="region-02"))
    assert all(not r.phrase_groupes for r in build_repartitions(lecture, build_indicateur()))


def test_couvertes_face_a_inconnues() -> None:
    ligne = contraste(couverture="couverte", reference="inconnue", position=0, niveau="")
    selection = Selection(vague_id=VAGUE)
    porte = _lecture(selection, ligne).gate
    trouve = read_accompagnement(porte, "site", selection, "Toutes les collectivités, France")
    assert trouve is not None
    assert "+12\u00a0points (entre +4 et +19)" in trouve.phrase
    assert "aucun écart démontré, bien que l’intervalle exclue zéro" in trouve.phrase
    assert read_accompagnement(porte, "site", replace(selection, territoire_id="region-01"), "") is None


def test_un_seul_lecteur_des_ecarts_de_couverture() -> None:
    """Le thème, la page OPSN et « Comparer » disent le même verdict parce qu'ils lisent la même fonction."""
    vues = Path(groupes_compares.__file__).parents[1]
    lecteurs = [f.name for f in vues.rglob("*.py") if "list_contrastes(" in f.read_text(encoding="utf-8")]
    assert lecteurs == ["groupes_compares.py"]


def test_le_type_voulu_d_abord_puis_toutes() -> None:
    lignes = [
        contraste(couverture="couverte", reference="inconnue", type=t, n=n)
        for t, n in (("", 90), ("epci", 40))
    ]
    # D'une région ou d'une strate, un écart du même nom n'est pas celui de la France.
    for autre in ({"territoire_id": "region-01"}, {"strate": "commune-0-499"}):
        lignes.append(contraste(couverture="couverte", reference="inconnue", n=7, **autre))
    porte = _lecture(Selection(vague_id=VAGUE), *lignes).gate
    assert read_couvertes(porte, ["site"], VAGUE, ("epci", ""))["site"][1].n == 40
    assert read_couvertes(porte, ["site"], VAGUE, ("commune", ""))["site"][1].n == 90
    assert read_couvertes(porte, ["site"], VAGUE, ("commune",)) == {}


def test_l_ecart_de_couverture_dit_ce_qui_est_tenu_egal() -> None:
    ligne = contraste(couverture="couverte", reference="inconnue", difference_simple=0.2)
    porte = _lecture(Selection(vague_id=VAGUE), ligne).gate
    ecart = read_couvertes(porte, ["site"], VAGUE)["site"][1].ecart
    assert ecart.startswith("+12\u00a0points à taille et région égales")
    assert "+20\u00a0points sans" in ecart


def test_le_verdict_d_une_region_est_celui_a_structure_egale_l_ecart_simple_vient_apres() -> None:
    # L'écart simple, de 14 points, sortirait de l'intervalle ; la structure l'explique : rien n'est marqué.
    ligne = contraste(
        territoire_id="region-01", difference=0.01, bas=-0.05, haut=0.07, position=0, difference_simple=0.14
    )
    porte = _lecture(Selection(vague_id=VAGUE), ligne).gate
    (compare,) = read_groupes_compares(porte, "site", VAGUE).values()
    assert (compare.marque, compare.get_mot(build_indicateur())) == ("=", "sans écart démontré")
    egal, simple = (
        "+1\u00a0point à taille et couverture égales (entre −5 et +7)",
        "+14\u00a0points sans cette correction",
    )
    assert compare.ecart == f"{egal} ; {simple}"
