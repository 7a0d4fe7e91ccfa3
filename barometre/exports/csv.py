"""CSV : UTF-8 avec BOM, points-virgules ; la provenance en tête, chaque ligne précédée de « # »."""

from __future__ import annotations

import io

import pandas as pd

from barometre.domain.provenance import Provenance
from barometre.exports.cellules import desarmer_table

BOM = "\ufeff"


def to_csv(table: pd.DataFrame, provenance: Provenance, *, virgule: bool = True) -> bytes:
    """Le fichier entier ; `virgule` : virgule décimale, celle des tableurs français."""
    tampon = io.StringIO()
    tampon.write(BOM)
    for ligne in _entete(provenance):
        tampon.write(f"# {ligne}\r\n")
    desarmer_table(table).to_csv(
        tampon, sep=";", index=False, decimal="," if virgule else ".", lineterminator="\r\n"
    )
    return tampon.getvalue().encode("utf-8")


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
    return [" ".join(ligne.split()) for ligne in lignes]
