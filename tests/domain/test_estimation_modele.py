"""Les usages interdits d'une estimation par modèle sont refusés par le type, d'une phrase."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from barometre.domain.estimation_modele import EstimationModele, UsageRefuse

PAQUET = Path(__file__).resolve().parents[2] / "barometre"
UNE = EstimationModele("departement-01", _part=0.3, _bas=0.2, _haut=0.4)
AUTRE = EstimationModele("departement-02", _part=0.5, _bas=0.4, _haut=0.6)
# Un changement, une comparaison, un ordre, un test d'effet ; et tout ce qui en ferait un nombre.
USAGES: dict[str, Callable[[], Any]] = {
    "changement": lambda: operator.sub(UNE, AUTRE),
    "écart à un chiffre direct": lambda: operator.sub(0.25, UNE),
    "rapport": lambda: operator.truediv(UNE, AUTRE),
    "comparaison": lambda: operator.gt(UNE, AUTRE),
    "comparaison à un chiffre direct": lambda: operator.le(UNE, 0.4),
    "ordre": lambda: sorted([AUTRE, UNE]),  # type: ignore[type-var]
    "premier": lambda: max(UNE, AUTRE),  # type: ignore[type-var]
    "moyenne": lambda: sum([UNE, AUTRE]),  # type: ignore[list-item]
    "effet": lambda: float(UNE),
    "effet, en tableau": lambda: np.array([UNE, AUTRE]).astype(float),
}
# Qui nomme la table ou sa lecture : le calcul, l'entrepôt, la porte, et la seule vue qui la montre.
LECTEURS = {
    "access/chiffres_publics.py", "pipeline/calcul.py", "views/comprendre/modele.py",
    "warehouse/deletions.py", "warehouse/repository.py", "warehouse/schema/__init__.py",
    "warehouse/schema/chiffres.py",
}  # fmt: skip


@pytest.mark.parametrize("usage", USAGES)
def test_un_usage_interdit_est_refuse(usage: str) -> None:
    with pytest.raises(UsageRefuse, match="ne se compare pas et ne se classe pas"):
        USAGES[usage]()


def test_elle_ne_se_lit_qu_en_mots() -> None:
    assert UNE.format(lambda p: f"{p:.0%}", lambda bas, haut: f"{bas}-{haut}") == ("30%", "0.2-0.4")
    assert "0.3" not in repr(UNE)


def test_aucun_autre_calcul_ne_lit_les_estimations() -> None:
    """Évolutions, contrastes, classements, associations, explorateur : aucun ne connaît la table."""
    connaissent = {
        fichier.relative_to(PAQUET).as_posix()
        for fichier in PAQUET.rglob("*.py")
        if any(nom in _list_names(fichier) for nom in ("estimation_modele", "list_estimations_modele"))
    }
    assert connaissent == LECTEURS


def _list_names(fichier: Path) -> set[str]:
    noms: set[str] = set()
    for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
        if isinstance(noeud, ast.Name | ast.Attribute | ast.FunctionDef):
            noms.add(getattr(noeud, "id", None) or getattr(noeud, "attr", None) or getattr(noeud, "name", ""))
        elif isinstance(noeud, ast.Constant) and isinstance(noeud.value, str):
            noms.add(noeud.value)
    return noms
