"""Ce que l'archive d'une vue porte à côté des données : questionnaires, méthode, de quoi la refaire."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from barometre.catalogue.model import Catalogue
from barometre.domain.provenance import LICENCE, Piece
from barometre.domain.version import Version
from barometre.views.donnees.questionnaire import build_table_questionnaire
from barometre.views.donnees.reproduire import list_recettes

METHODE = Path(__file__).resolve().parents[3] / "docs" / "methode.md"
LICENCE_URL = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"


def build_pieces(
    catalogue: Catalogue, themes: Sequence[str], requete: str, version: Version
) -> tuple[Piece, ...]:
    """Les questionnaires des thèmes de la vue, la méthode, la licence, les recettes."""
    return (
        *(_build_questionnaire(catalogue, theme) for theme in themes if theme in catalogue.questionnaires),
        Piece("methode.md", _read_methode()),
        Piece("LICENCE.txt", f"{LICENCE}\n{LICENCE_URL}\n"),
        Piece("REFAIRE.txt", _build_recettes(requete, version)),
    )


def _build_questionnaire(catalogue: Catalogue, theme: str) -> Piece:
    table = build_table_questionnaire(catalogue.get_questionnaire(theme))
    return Piece(f"questionnaires/{theme}.csv", table.to_csv(index=False, lineterminator="\r\n"))


@cache
def _read_methode() -> str:
    """Le document de la méthode, lu une fois : il ne change qu'avec le code."""
    return METHODE.read_text(encoding="utf-8")


def _build_recettes(requete: str, version: Version) -> str:
    return "\n".join(f"{r.titre}\n\n{r.texte}\n" for r in list_recettes(requete, version))
