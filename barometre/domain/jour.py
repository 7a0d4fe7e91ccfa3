"""Le jour où une page se lit : une obligation y est en vigueur, un questionnaire y ferme bientôt.

Une relecture le fixe : un fichier d'un autre jour s'y refait tel qu'il était.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

_FIXES: list[date] = []


def get_jour() -> date:
    """Aujourd'hui, ou le jour d'une relecture."""
    return _FIXES[-1] if _FIXES else date.today()


@contextmanager
def apply_jour(jour: date) -> Iterator[None]:
    """Le temps d'une relecture, dans tous les fils du processus : un serveur n'en fait jamais."""
    _FIXES.append(jour)
    try:
        yield
    finally:
        _FIXES.pop()
