"""Notes et verdicts de l'entrepôt actif : ce que chaque règle laisse dire.

Compte ce qui se montre : notes, notes nationales, évolutions dites, marques ▲▼, écarts de couverture,
associations, g*. À refaire avant et après un changement de méthode : `python -m tests.bench verdicts`.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pandas as pd
from sqlalchemy import Table, select

from barometre.domain.secret import MONTRES
from barometre.warehouse import schema
from barometre.warehouse.repository import open_repository

NATIONAL = {"territoire_id": "france", "type": "", "strate": "", "couverture": ""}


def run() -> list[dict[str, Any]]:
    """Une ligne par compte."""
    agregats, evolutions, contrastes, associations = (
        _read(t) for t in (schema.agregat, schema.evolution, schema.contraste, schema.association)
    )
    nationaux = agregats[(agregats[list(NATIONAL)] == pd.Series(NATIONAL)).all(axis=1)]
    dites = evolutions[evolutions["verdict"].isin(["hausse", "baisse"])]
    egales = evolutions[evolutions["egal_verdict"].ne("")]
    egales_dites = egales[egales["egal_verdict"].isin(["hausse", "baisse"])]
    liees, seuils = associations[associations["verdict"].ne("non_demontre")], nationaux["g_etoile"]
    regions = contrastes[contrastes["territoire_id"].ne("france")]
    couvertes = contrastes[contrastes["reference"].eq("inconnue")]
    autres = contrastes[contrastes["territoire_id"].eq("france") & contrastes["reference"].eq("autres")]
    comptes = {
        "chiffres montrés, notes A / B / C": _count_notes(agregats, "note"),
        "chiffres nationaux, notes A / B / C": _count_notes(nationaux, "note"),
        "à structure égale, notes A / B / C": _count_notes(agregats, "egal_note"),
        "évolutions dites, sur testées": f"{len(dites)} / {len(evolutions)}",
        "évolutions à structure égale dites, sur testées": f"{len(egales_dites)} / {len(egales)}",
        "marques ▲▼ de régions": _count_marks(regions),
        "marques ▲▼ nationales (strates, types, couvertures)": _count_marks(autres),
        "couvertes contre inconnues": _count_marks(couvertes),
        "associations dites, sur testées": f"{len(liees)} / {len(associations)}",
        "g* national, médiane et minimum": f"{seuils.median():.2f} ; {seuils.min():.2f}",
    }
    return [{"compte": nom, "valeur": valeur} for nom, valeur in comptes.items()]


def _read(table: Table) -> pd.DataFrame:
    """Les lignes d'une table qui se montrent."""
    with closing(open_repository()) as depot, depot.get_engine().connect() as connexion:
        return pd.read_sql(select(table).where(table.c.etat.in_(MONTRES)), connexion)


def _count_notes(lignes: pd.DataFrame, colonne: str) -> str:
    notes = lignes[colonne].value_counts()
    return " / ".join(str(notes.get(note, 0)) for note in "ABC")


def _count_marks(lignes: pd.DataFrame) -> str:
    sens = lignes["position"].value_counts()
    return f"{sens.get(1, 0)} ▲ et {sens.get(-1, 0)} ▼ sur {len(lignes)}"
