"""Ce que l'archive d'une vue porte à côté des données : questionnaires, méthode, de quoi la refaire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from barometre.catalogue.model import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import LICENCE, LICENCE_URL, Provenance
from barometre.domain.version import Version
from barometre.views.donnees.questionnaire import build_table_questionnaire
from barometre.views.donnees.reproduire import list_recettes

METHODE = Path(__file__).resolve().parents[3] / "docs" / "methode.md"
# Un nom de fichier, et son texte ou son tableau.
Pieces = Mapping[str, str | pd.DataFrame]
SANS_RECETTE = "Ce tableau ne porte pas d’indicateur : Explorer ne le refait pas, son adresse le rouvre.\n"
A_COTE = (
    "Les mêmes indicateurs dans Explorer, pour un programme : leurs chiffres publics, dans le champ de la "
    "page. Une page y ajoute des comparaisons et des mots qu’Explorer n’a pas."
)


def list_themes(catalogue: Catalogue, table: pd.DataFrame, provenance: Provenance) -> list[str]:
    """Les thèmes dont des réponses entrent dans ce tableau, dans l'ordre du catalogue."""
    nommes = list_indicateurs(catalogue, table, provenance)
    dits = {i.theme_id for i in nommes if i.origine == "declare"}
    for colonne in ("theme_id", "questionnaire_id"):
        if colonne in table:
            dits |= set(table[colonne].dropna().astype(str))
    return [t.id for t in catalogue.themes if t.id in dits and t.id in catalogue.questionnaires]


def list_indicateurs(catalogue: Catalogue, table: pd.DataFrame, provenance: Provenance) -> list[Indicateur]:
    """Les indicateurs qu'un tableau nomme, par ses définitions ou par ses lignes, chacun une fois."""
    lignes = table["indicateur_id"].dropna().astype(str) if "indicateur_id" in table else ()
    nommes = dict.fromkeys([*(d.indicateur_id for d in provenance.definitions), *lignes])
    return [catalogue.indicateurs[i] for i in nommes if i in catalogue.indicateurs]


def build_pieces(
    catalogue: Catalogue,
    themes: Sequence[str],
    provenance: Provenance,
    recettes: str,
) -> Pieces:
    """Les questionnaires des thèmes de la vue, la méthode, la licence, les recettes."""
    questionnaires = {
        f"questionnaires/{theme}.csv": build_table_questionnaire(catalogue.get_questionnaire(theme))
        for theme in themes
    }
    return questionnaires | {
        "methode.md": _read_methode(),
        "LICENCE.txt": f"{provenance.licence}\n{LICENCE_URL if provenance.licence == LICENCE else ''}\n",
        "REFAIRE.txt": recettes,
    }


@cache
def _read_methode() -> str:
    """Le document de la méthode, lu une fois : il ne change qu'avec le code."""
    return METHODE.read_text(encoding="utf-8")


def build_recettes(requete: str, version: Version, service: str, *, adresse: str, meme_vue: bool) -> str:
    """L'adresse qui rouvre la page, et les recettes ; `meme_vue` : elles refont ce tableau même."""
    tete = f"{adresse}\n\n" if adresse else ""
    if not requete:
        return f"{tete}{SANS_RECETTE}"
    avis = "" if meme_vue else f"{A_COTE}\n\n"
    recettes = "\n".join(f"{r.titre}\n\n{r.texte}\n" for r in list_recettes(requete, version, service))
    return f"{tete}{avis}{recettes}"
