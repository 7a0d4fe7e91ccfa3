"""Réduit la police d'icônes de Streamlit à celles que ses scripts nomment : 52 Ko au lieu de 375.

Une icône s'écrit par son nom (« close »), que la police remplace par un dessin : un nom oublié se lirait en
toutes lettres. Est gardé tout nom qui est un mot des scripts de Streamlit, employé ou non.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

STATIQUE = "static/static"
POLICE = "media/MaterialSymbols-Rounded.*.woff2"
# Un mot entre guillemets, de n'importe quelle sorte, ou la forme « :material/close: ».
NOM = re.compile(r"""["'`](?::material/)?([a-z0-9_]+):?["'`]|:material/([a-z0-9_]+):""")
# Ce dont les noms s'écrivent : sans ces lettres, aucune ligature ne se forme.
LETTRES = range(0x20, 0x7F)
# À côté des paquets de npm, que son installation remplace : refaite chaque fois après elle.
DOSSIER = Path(__file__).resolve().parents[1] / "node_modules" / ".icones"


def list_noms(textes: Iterable[str]) -> set[str]:
    """Les mots de ces textes qui peuvent nommer une icône."""
    return {nom for texte in textes for trouve in NOM.findall(texte) for nom in trouve if nom}


def list_dessins(fonte: TTFont) -> dict[str, str]:
    """Nom d'icône → glyphe : les ligatures de la police. Un glyphe ne porte pas toujours ce nom (« 123 »)."""
    lettres = {glyphe: chr(code) for code, glyphe in fonte.getBestCmap().items()}
    tables = (table for recherche in fonte["GSUB"].table.LookupList.Lookup for table in recherche.SubTable)
    return {
        "".join(lettres[glyphe] for glyphe in (premier, *ligature.Component)): ligature.LigGlyph
        for table in tables
        for premier, ligatures in getattr(getattr(table, "ExtSubTable", table), "ligatures", {}).items()
        for ligature in ligatures
    }


def reduce_police(police: Path, noms: set[str]) -> bytes:
    """La police, woff2, réduite aux dessins de ces noms ; un nom qu'elle n'a pas est passé.

    `layout_closure` garderait les quatre mille dessins : toute ligature s'écrit des mêmes lettres.
    """
    options = Options(layout_closure=False, glyph_names=False, layout_features=["*"], flavor="woff2")
    fonte, sortie = TTFont(police, recalcTimestamp=False), BytesIO()
    reduction = Subsetter(options)
    dessins = list_dessins(fonte)
    reduction.populate(glyphs=[dessins[nom] for nom in noms & dessins.keys()], unicodes=LETTRES)
    reduction.subset(fonte)
    fonte.flavor = "woff2"
    fonte.save(sortie)
    return sortie.getvalue()


def find_statique() -> Path:
    """Le dossier des fichiers que Streamlit sert, sans l'importer (une seconde)."""
    paquet = find_spec("streamlit")
    if paquet is None or paquet.origin is None:
        sys.exit("Streamlit n'est pas installé : pip install -r requirements.txt")
    return Path(paquet.origin).parent / STATIQUE


def main() -> None:
    """Écrit la police réduite sous le nom de l'entière : une autre version de Streamlit l'ignore."""
    statique = find_statique()
    noms = list_noms(script.read_text(encoding="utf-8") for script in statique.glob("js/*.js"))
    DOSSIER.mkdir(parents=True, exist_ok=True)
    for police in statique.glob(POLICE):
        (DOSSIER / police.name).write_bytes(reduce_police(police, noms))


if __name__ == "__main__":
    main()
