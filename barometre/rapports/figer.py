"""Mêmes données, mêmes octets : les dates que les bibliothèques bureautiques écrivent sont ôtées."""

from __future__ import annotations

import io
import re
import zipfile

from barometre.exports.archive import write_entree

# `dcterms:created` et `modified` des propriétés (OOXML, ECMA-376 partie 2, §11) : l'instant de l'écriture.
_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</)")
_PROPRIETES = "docProps/core.xml"
_IMBRIQUES = (".xlsx",)


def freeze_paquet(octets: bytes, jour: str) -> bytes:
    """Le même paquet, daté du jour des données (AAAA-MM-JJ), classeurs des graphiques compris."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as lu, zipfile.ZipFile(sortie, "w") as ecrit:
        for nom in lu.namelist():
            contenu = lu.read(nom)
            if nom.endswith(_IMBRIQUES):
                contenu = freeze_paquet(contenu, jour)
            elif nom == _PROPRIETES:
                contenu = _DATES.sub(rb"\g<1>" + f"{jour}T00:00:00Z".encode() + rb"\g<2>", contenu)
            write_entree(ecrit, nom, contenu)
    return sortie.getvalue()
