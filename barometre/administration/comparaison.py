"""« Ce qui change » d'une version à l'autre, indicateur par indicateur, tel que le public le lira."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.domain.formats import BORNES, format_compte, format_valeur, is_absent
from barometre.domain.notes import format_note
from barometre.domain.secret import MONTRES
from barometre.views.donnees.revisions import join_versions, list_changees
from barometre.views.lecture.chiffres import ABSENT, Chiffre, Cle, format_cellule, inflect_unite
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau

# Ce qui change d'abord : sur un téléphone, deux ou trois colonnes se lisent sans faire défiler.
COLONNES = ("indicateur", "valeur_avant", "valeur_apres", "groupe", "vague", "n_avant", "n_apres",
            "cellules_changees")  # fmt: skip

LUS = ("n", "brut", "redresse", "note", "plafond")


@dataclass(frozen=True, slots=True)
class Changements:
    """Une ligne par indicateur et par vague touchés, et ce que le tableau dit en une phrase."""

    table: pd.DataFrame
    phrase: str


def compare_versions(avant: Gate, apres: Gate) -> Changements:
    """Les chiffres publiés (France et régions) qui changent, lus par la porte du public.

    De chaque indicateur et vague, le plus large des chiffres qui changent : la France entière, à défaut un
    type, une taille, une région ; jamais celui d'un ensemble que l'on ne publie pas.
    """
    jointes = join_versions(avant, apres)
    changees = _sort_larges(jointes[list_changees(jointes)])
    comptes = changees.groupby(["indicateur_id", "vague_id"], sort=True, observed=True).size()
    larges = changees.drop_duplicates(["indicateur_id", "vague_id"]).sort_values(
        ["indicateur_id", "vague_id"]
    )
    fiches, libelles = _index_fiches(avant, apres), Libelles(load_catalogue(), apres)
    simulee = apres.get_version().simulee
    cellules: list[dict[Any, Any]] = larges.to_dict("records")
    lignes = [
        _describe(fiches[str(cellule["indicateur_id"])], cellule, libelles, int(nombre), simulee=simulee)
        for cellule, nombre in zip(cellules, comptes.tolist(), strict=True)
    ]
    return Changements(build_tableau(lignes, COLONNES), _explain(len(lignes), int(comptes.sum())))


def _sort_larges(cellules: pd.DataFrame) -> pd.DataFrame:
    """Les plus larges d'abord : la France avant une région, tous avant un type, un type avant une taille."""
    etroites = cellules[["couverture", "strate", "type"]] != ""
    rangs = etroites.assign(
        region=cellules["niveau"] != "france", n=-cellules[["n_apres", "n_avant"]].max(axis=1).fillna(0)
    )
    return cellules.loc[
        rangs.sort_values(["region", "couverture", "strate", "type", "n"], kind="stable").index
    ]


def _index_fiches(avant: Gate, apres: Gate) -> dict[str, dict[str, Any]]:
    """Les indicateurs des deux versions, tels que la seconde les dit."""
    return {
        str(fiche["indicateur_id"]): {str(nom): valeur for nom, valeur in fiche.items()}
        for gate in (avant, apres)
        for fiche in gate.list_indicateurs().to_dict("records")
    }


def _describe(
    fiche: Mapping[str, Any], cellule: Mapping[Any, Any], libelles: Libelles, nombre: int, *, simulee: bool
) -> tuple[object, ...]:
    avant, apres = (_read_chiffre(cellule, moment) for moment in ("avant", "apres"))
    valeurs = [_write_valeur(chiffre, fiche, simulee=simulee) for chiffre in (avant, apres)]
    qui = Selection(territoire_id=apres.territoire_id, type=apres.type, strate=apres.strate,
                    couverture=apres.couverture)  # fmt: skip
    return (fiche["titre"], *valeurs, libelles.get_champ(qui), apres.vague_id, avant.n, apres.n, nombre)


def _read_chiffre(cellule: Mapping[Any, Any], moment: str) -> Chiffre:
    """La cellule, telle qu'une des deux versions la publie ; cachée, elle ne porte rien."""
    etat = cellule[f"etat_{moment}"]
    adresse: Cle = (
        str(cellule["indicateur_id"]), str(cellule["vague_id"]), str(cellule["territoire_id"]),
        str(cellule["type"]), str(cellule["strate"]), str(cellule["couverture"]),
    )  # fmt: skip
    if etat not in MONTRES:
        return Chiffre(*adresse, etat=ABSENT if is_absent(etat) else etat)
    lus: dict[str, Any] = {nom: cellule[f"{nom}_{moment}"] for nom in LUS}
    dits: dict[str, Any] = {
        nom: int(lu) if nom == "n" else lu for nom, lu in lus.items() if not is_absent(lu)
    }
    return Chiffre(*adresse, etat=etat, **dits)


def _write_valeur(chiffre: Chiffre, fiche: Mapping[str, Any], *, simulee: bool) -> str | None:
    """« 63 %, note B » ; None si rien n'est publié."""
    if not chiffre.montre:
        return None
    indicateur, unite = load_catalogue().indicateurs.get(chiffre.indicateur_id), str(fiche["unite"])
    lu = (
        format_cellule(indicateur, chiffre, "redresse")
        if indicateur
        # Retiré du catalogue depuis : l'unité de sa version dit seule comment l'écrire.
        else BORNES.get(chiffre.plafond, "")
        + format_valeur(chiffre.valeur, inflect_unite(unite, chiffre.valeur), est_part=unite == "%")
    )
    return f"{lu}, {format_note(chiffre.note, simulee=simulee)}" if chiffre.note else lu


def _explain(indicateurs: int, cellules: int) -> str:
    if not cellules:
        return "Aucun chiffre publié ne change, en France ni par région."
    chiffres = format_compte(cellules, "chiffre publié change", "chiffres publiés changent")
    return (
        f"{chiffres} (France et régions), pour "
        f"{format_compte(indicateurs, 'indicateur et vague', 'indicateurs et vagues')}."
    )
