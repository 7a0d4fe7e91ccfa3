"""Une estimation par modèle : un chiffre qui se lit et ne se calcule pas.

Tirée vers sa région, elle doit aux autres départements ce qu'elle a d'eux : deux estimations se ressemblent
par construction. Les CDC (PLACES) écrivent qu'on ne s'en sert ni pour suivre un changement, ni pour comparer,
ni pour classer, ni pour juger d'un effet ; ici l'usage est refusé. Aucun nombre n'en sort : des textes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn


class UsageRefuse(TypeError):
    """Un calcul, une comparaison ou un ordre tenté sur une estimation par modèle."""


def _refuse(*_: Any) -> NoReturn:
    raise UsageRefuse(
        "Une estimation par modèle ne se soustrait pas, ne se compare pas et ne se classe pas : pour un "
        "changement, un écart, un ordre ou un effet, prenez les chiffres directs (la région, la France)."
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EstimationModele:
    """Le département, et sa part avec son intervalle, que seul `format` donne, en mots."""

    territoire_id: str
    _part: float = field(kw_only=True)
    _bas: float = field(kw_only=True)
    _haut: float = field(kw_only=True)

    def format(
        self, part: Callable[[float], str], intervalle: Callable[[float, float], str]
    ) -> tuple[str, str]:
        """La part et son intervalle, écrits par les fonctions données."""
        return part(self._part), intervalle(self._bas, self._haut)

    __float__ = __int__ = __index__ = __round__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __neg__ = __abs__ = _refuse
