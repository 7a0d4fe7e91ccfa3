"""Ce que le document fait demander d'avance, selon la page, pendant que la connexion s'ouvre.

Streamlit découpe son application en petits fichiers, demandés quand le premier élément qui en a besoin
arrive. On sait ici ce que chaque page contient.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

from streamlit.file_util import get_static_dir

SCRIPTS = Path(get_static_dir(), "static", "js")
# Les noms de Streamlit pour ce que toute page contient, puis pour ce que certaines ajoutent.
COMMUNS = ("Html", "Selectbox", "ButtonGroup", "PageLink")
FOLIUM, COMPOSANT, GRAPHIQUE, FICHIERS = "ComponentInstance", "BidiComponent", "PlotlyChart", "DownloadButton"
# La carte de toutes les communes : son moteur, son fil de travail, son style, le lecteur de ses tuiles.
MOTEUR = (
    '<link rel="modulepreload" crossorigin href="./vendor/maplibre-gl/maplibre-gl.mjs" />'
    '<link rel="preload" as="script" href="./vendor/pmtiles/pmtiles.js" />'
    '<link rel="preload" as="style" href="./vendor/maplibre-gl/maplibre-gl.css" />'
    '<link rel="prefetch" href="./vendor/maplibre-gl/maplibre-gl-worker.mjs" />'
)
_IMPORT = re.compile(r"""(?:from|import)\s*["`']\./([\w.\-]+\.js)["`']""")


def build_avance(*, graphiques: bool = False, carte: bool = False, requete: str = "") -> str:
    """Les balises à poser dans la tête du document d'une page."""
    communes = carte and _is_communes(requete)
    noms = [*COMMUNS]
    noms += [COMPOSANT if communes else FOLIUM] if carte else []
    noms += [FICHIERS] if graphiques else []
    # Le plus gros fichier de Streamlit (4,7 Mo) : il passe derrière ce qui affiche le texte.
    derriere = _precharge([GRAPHIQUE], 'fetchpriority="low" ') if graphiques else ""
    return _precharge(noms) + derriere + (MOTEUR if communes else "")


@cache
def list_fichiers(nom: str) -> tuple[str, ...]:
    """Un élément de Streamlit et ce qu'il importe, hors de ce que toute page charge ; vide s'il a disparu."""
    socle = _close(tuple(f.name for f in SCRIPTS.glob("index.*.js") if not f.name.startswith("index.esm")))
    tout = _close(tuple(f.name for f in SCRIPTS.glob(f"{nom}.*.js")))
    return tuple(fichier for fichier in tout if fichier not in socle)


def _close(noms: tuple[str, ...]) -> tuple[str, ...]:
    vus: dict[str, None] = {}
    reste = list(noms)
    while reste:
        nom = reste.pop()
        if nom not in vus and (SCRIPTS / nom).is_file():
            vus[nom] = None
            reste += _IMPORT.findall((SCRIPTS / nom).read_text(encoding="utf-8"))
    return tuple(vus)


def _is_communes(requete: str) -> bool:
    """Vrai si la carte s'ouvre sur toutes les communes, et non celles d'un département ou une image."""
    demande = {cle: valeurs[0] for cle, valeurs in parse_qs(requete).items()}
    local = demande.get("territoire", "").startswith(("departement-", "epci-"))
    return demande.get("niveau") == "commune" and demande.get("vue") != "image" and not local


def _precharge(noms: Iterable[str], attribut: str = "") -> str:
    fichiers = dict.fromkeys(fichier for nom in noms for fichier in list_fichiers(nom))
    debut = f'<link rel="modulepreload" crossorigin {attribut}href="./static/js/'
    return "".join(f'{debut}{fichier}" />' for fichier in fichiers)
