"""CSV : UTF-8 avec BOM ; la provenance en tête, chaque ligne précédée de « # ».

Français : points-virgules et virgule décimale, ce qu'ouvre Excel en France. International : RFC 4180.
"""

from __future__ import annotations

import io
from typing import Literal

import pandas as pd

from barometre.domain.provenance import Provenance
from barometre.exports.cellules import escape_table, strip_controles

BOM = "\ufeff"
Variante = Literal["francais", "international"]


def to_csv(table: pd.DataFrame, provenance: Provenance, *, variante: Variante = "francais") -> bytes:
    """Le fichier entier."""
    tampon = io.StringIO()
    tampon.write(BOM)
    for ligne in _entete(provenance):
        tampon.write(f"# {ligne}\r\n")
    tampon.write(write_donnees(table, variante))
    return tampon.getvalue().encode("utf-8")


def to_csv_international(table: pd.DataFrame, provenance: Provenance) -> bytes:
    """Le fichier entier, virgules et point décimal."""
    return to_csv(table, provenance, variante="international")


def write_donnees(table: pd.DataFrame, variante: Variante) -> str:
    """Les données seules, sans provenance : une archive la porte à côté."""
    separateur, decimale = (";", ",") if variante == "francais" else (",", ".")
    return escape_table(table).to_csv(sep=separateur, index=False, decimal=decimale, lineterminator="\r\n")


def _entete(provenance: Provenance) -> list[str]:
    lignes = [f"{nom} : {texte}" for nom, texte in provenance.mentions]
    for definition in provenance.definitions:
        morceaux = (
            definition.definition,
            definition.base and f"Base : {definition.base.rstrip('.')}.",
            definition.precautions,
        )
        lignes.append(f"Définition de {definition.objet} : {' '.join(filter(None, morceaux))}")
    # Un retour à la ligne dans un texte ferait une ligne de données : il devient une espace.
    return [" ".join(strip_controles(ligne).split()) for ligne in lignes]
