"""Ce qui va être retiré de l'API : annoncé douze mois avant, dans chaque réponse de l'adresse.

`Deprecation` (RFC 9745) dit depuis quand ne plus s'en servir, `Sunset` (RFC 8594) quand elle ne répondra
plus, `Link` par quoi la remplacer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Retrait:
    """Une adresse annoncée comme retirée ; `remplacante` : celle qui lui succède, vide s'il n'y en a pas."""

    annonce: date
    fin: date
    remplacante: str = ""

    @property
    def en_tetes(self) -> dict[str, str]:
        """Les en-têtes de ses réponses."""
        dits = {
            "Deprecation": f"@{int(_at(self.annonce).timestamp())}",
            "Sunset": format_datetime(_at(self.fin), usegmt=True),
        }
        suite = {"Link": f'<{self.remplacante}>; rel="successor-version"'} if self.remplacante else {}
        return dits | suite


def _at(jour: date) -> datetime:
    return datetime.combine(jour, time(), UTC)


# Chemin dans l'API (« /valeurs ») → son retrait. Aucun à ce jour.
RETRAITS: Mapping[str, Retrait] = {}
