"""L'heure du registre : UTC, sans fuseau, comme ses colonnes la gardent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Horloge = Callable[[], datetime]


def get_now() -> datetime:
    """L'instant présent, en UTC."""
    return datetime.now(UTC).replace(tzinfo=None)
