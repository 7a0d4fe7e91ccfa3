"""« Ce qui change » d'une version à l'autre, indicateur par indicateur, tel que le public le lira."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_compte, is_absent, to_pourcents
from barometre.views.donnees.revisions import join_versions, list_changees
from barometre.views.lecture.tableau import build_tableau

COLONNES = ("theme", "indicateur", "vague", "valeur_avant", "valeur_apres", "unite", "n_avant", "n_apres",
            "cellules_changees")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changements:
    """Une ligne par indicateur et par vague touchés, et ce que le tableau dit en une phrase."""

    table: pd.DataFrame
    phrase: str


def compare_versions(avant: Gate, apres: Gate) -> Changements:
    """Les chiffres publiés (France et régions) qui changent, lus par la porte du public."""
    jointes = join_versions(avant, apres)
    changees = jointes[list_changees(jointes)]
    comptes = changees.groupby(["indicateur_id", "vague_id"], sort=True, observed=True).size()
    france = _index_france(jointes)
    fiches = _index_fiches(avant, apres)
    lignes = [
        _describe(fiches[str(cle[0])], str(cle[1]), int(nombre), france.get((str(cle[0]), str(cle[1])), {}))
        for cle, nombre in zip(comptes.index.tolist(), comptes.tolist(), strict=True)
    ]
    return Changements(build_tableau(lignes, COLONNES), _explain(len(lignes), int(comptes.sum())))


def _index_fiches(avant: Gate, apres: Gate) -> dict[str, dict[str, Any]]:
    """Les indicateurs des deux versions, tels que la seconde les dit."""
    return {
        str(fiche["indicateur_id"]): {str(nom): valeur for nom, valeur in fiche.items()}
        for gate in (avant, apres)
        for fiche in gate.list_indicateurs().to_dict("records")
    }


def _index_france(jointes: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    """Par indicateur et vague : la cellule de toute la France."""
    totale = (jointes["niveau"] == "france") & (jointes[["type", "strate", "couverture"]] == "").all(axis=1)
    lignes: list[dict[Any, Any]] = jointes[totale].to_dict("records")
    return {(str(r["indicateur_id"]), str(r["vague_id"])): r for r in lignes}


def _describe(
    fiche: Mapping[str, Any], vague: str, nombre: int, cellule: Mapping[str, Any]
) -> tuple[object, ...]:
    unite = str(fiche["unite"])
    valeurs = [_read_valeur(cellule, moment, unite) for moment in ("avant", "apres")]
    effectifs = [_read_effectif(cellule, moment) for moment in ("avant", "apres")]
    theme = load_catalogue().get_theme(str(fiche["theme_id"])).titre
    return (theme, fiche["titre"], vague, *valeurs, unite, *effectifs, nombre)


def _read_valeur(cellule: Mapping[str, Any], moment: str, unite: str) -> float | None:
    """Le redressé, ou le brut là où le redressé se tait ; None si la cellule n'est pas publiée."""
    lues = (cellule.get(f"{nom}_{moment}") for nom in ("redresse", "brut"))
    valeur = next((v for v in lues if not is_absent(v)), None)
    return to_pourcents(valeur) if valeur is not None and unite == "%" else valeur


def _read_effectif(cellule: Mapping[str, Any], moment: str) -> int | None:
    n = cellule.get(f"n_{moment}")
    return None if is_absent(n) else int(n)  # type: ignore[arg-type]


def _explain(indicateurs: int, cellules: int) -> str:
    if not cellules:
        return "Aucun chiffre publié ne change, en France ni par région."
    chiffres = format_compte(cellules, "chiffre publié change", "chiffres publiés changent")
    return (
        f"{chiffres} (France et régions), pour "
        f"{format_compte(indicateurs, 'indicateur et vague', 'indicateurs et vagues')}."
    )
