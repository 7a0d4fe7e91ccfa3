"""Un nom de colonne, un sens : le dictionnaire est complet, et un nom mal écrit échoue."""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometre.domain.colonnes import ColonneInconnue, Nature, get_colonne, load_colonnes
from barometre.domain.formats import FINE, format_part
from barometre.views.lecture.tableau import build_tableau, to_pourcent

VUES = Path(__file__).resolve().parents[2] / "barometre" / "views"
# Les cadres qu'un graphique lit et qui ne sortent jamais en fichier.
CADRES = {"situation.py", "repartition.py", "valeurs.py"}

CLE = re.compile(r"[a-z0-9_]+")


def _list_declarees() -> list[tuple[str, str]]:
    """(fichier, colonne) de chaque suite `COLONNES…` déclarée par une vue."""
    trouvees = []
    for chemin in sorted(VUES.rglob("*.py")):
        for noeud in ast.parse(chemin.read_text(encoding="utf-8")).body:
            if not isinstance(noeud, ast.Assign) or chemin.name in CADRES:
                continue
            noms = [c.id for c in noeud.targets if isinstance(c, ast.Name)]
            if any("COLONNES" in nom for nom in noms) and isinstance(noeud.value, ast.Tuple):
                valeurs = [e.value for e in noeud.value.elts if isinstance(e, ast.Constant)]
                trouvees += [(chemin.name, str(valeur)) for valeur in valeurs]
    return trouvees


def test_chaque_colonne_d_une_vue_est_au_dictionnaire() -> None:
    declarees = _list_declarees()
    assert len(declarees) > 80
    assert [paire for paire in declarees if paire[1] not in load_colonnes()] == []


def _list_entetes(appel: ast.Call) -> list[str]:
    """Les noms de colonnes écrits en toutes lettres dans la construction d'un tableau."""
    cles = [k for a in appel.args for n in ast.walk(a) if isinstance(n, ast.Dict) for k in n.keys]
    cles += [n for m in appel.keywords if m.arg == "columns" for n in ast.walk(m.value)]
    return [c.value for c in cles if isinstance(c, ast.Constant) and isinstance(c.value, str)]


@pytest.mark.parametrize("piece", ["assemblage", "charts", "maps", "ui", "views"])
def test_un_tableau_n_a_que_des_cles_pour_colonnes(piece: str) -> None:
    """Un titre écrit là (« Réponses ») échapperait au dictionnaire : sans nature ni définition."""
    fautes = []
    for chemin in sorted((VUES.parent / piece).rglob("*.py")):
        for noeud in ast.walk(ast.parse(chemin.read_text(encoding="utf-8"))):
            if isinstance(noeud, ast.Call) and ast.unparse(noeud.func).endswith("DataFrame"):
                fautes += [(chemin.name, e) for e in _list_entetes(noeud) if not CLE.fullmatch(e)]
    assert fautes == []


def test_le_dictionnaire_est_complet_et_se_lit() -> None:
    for colonne in load_colonnes().values():
        assert colonne.nature in get_args(Nature), colonne.nom
        assert colonne.titre, colonne.nom
        assert colonne.definition.endswith((".", "…")), colonne.nom


def test_un_nom_mal_ecrit_echoue() -> None:
    with pytest.raises(ColonneInconnue, match="redrese"):
        build_tableau([(1.0,)], ("redrese",))
    with pytest.raises(ColonneInconnue):
        get_colonne("")


def test_un_nombre_reste_un_nombre() -> None:
    table = build_tableau([("A", 12, 8.6), ("B", None, None)], ("groupe", "repondantes", "taux"))
    assert table["repondantes"].dtype == "Int64"
    assert table["taux"].tolist()[0] == 8.6
    with pytest.raises(ValueError, match="convert"):
        build_tableau([("A", 12, "8,6 %")], ("groupe", "repondantes", "taux"))


@pytest.mark.parametrize(
    ("part", "decimales", "attendu"), [(0.2349, 0, 23.0), (0.086, 1, 8.6), (None, 0, None)]
)
def test_une_part_devient_un_pourcentage(part: float | None, decimales: int, attendu: float | None) -> None:
    assert to_pourcent(part, decimales) == attendu


@given(st.decimals(0, 1, places=4), st.integers(0, 2))
def test_un_fichier_et_l_ecran_arrondissent_pareil(part: Decimal, decimales: int) -> None:
    """0,285 se lisait 29 % à l'écran et 28 dans le fichier."""
    lu = format_part(float(part), decimales).removesuffix(f"{FINE}%").replace(",", ".")
    assert float(lu) == to_pourcent(float(part), decimales)
