"""La carte folium : jusqu'à 1 500 formes, sans tuile, sans rien d'un autre hôte."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import branca.element
import folium
import shapely
from branca.element import Element, MacroElement
from folium.template import Template

from barometre.contours import encarts
from barometre.maps.composition import Carte
from barometre.maps.palettes import CLAIR, SOMBRE
from barometre.maps.textes import build_js, escape_html

FORMES_MAXIMALES = 1_500
GABARITS = 48
DECIMALES = 3
DECIMALES_LOCALES = 4
# branca compilait vingt fois par carte les mêmes gabarits jinja, la moitié de son dessin : chacun une fois.
# Les noms qu'il tire au sort y entrent : fixés, le gabarit d'une carte déjà dessinée se retrouve.
branca.element.Template = lru_cache(GABARITS)(branca.element.Template)  # type: ignore[misc, assignment]
# Vu depuis la page de streamlit-folium (/component/streamlit_folium.st_folium/), quelle que soit la base.
LEAFLET = "../../vendor/leaflet"


_RESSOURCES = Path(__file__).with_name("ressources")
# `light-dark()` suit l'apparence de la page, que `feuille.js` recopie sur ce document.
_COULEURS = "".join(f"--{nom}: light-dark({CLAIR[nom]}, {SOMBRE[nom]}); " for nom in CLAIR)
STYLE = f":root {{ {_COULEURS}}}\n" + (_RESSOURCES / "feuille.css").read_text(encoding="utf-8")
PROGRAMME = (_RESSOURCES / "feuille.js").read_text(encoding="utf-8")


class AdresseExterieure(ValueError):
    """Un élément de la carte appelle un autre hôte."""


class Feuille(folium.Map):
    """Une carte folium réduite à Leaflet, servi par l'application : ni jQuery, ni Bootstrap, ni tuiles."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.default_js = [("leaflet", f"{LEAFLET}/leaflet.js")]
        self.default_css = [("leaflet_css", f"{LEAFLET}/leaflet.css")]


class Socle(MacroElement):
    """Ce qui ne change pas d'une carte à l'autre : style, programme, lien avec la carte d'en face."""

    _template = Template("""
        {% macro header(this, kwargs) %}
        <style>{{ this.style }}</style>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        {{ this.programme }}
        preparer({{ this._parent.get_name() }}, {{ this.canal }});
        {% endmacro %}
    """)

    def __init__(self, canal: str = "") -> None:
        super().__init__()
        self._name, self._id = "Socle", "socle"
        self.style = STYLE
        self.programme = PROGRAMME
        self.canal = build_js(canal)


class Lieux(MacroElement):
    """Les formes, leurs motifs, leurs bulles. Les données arrivent en un seul littéral JavaScript échappé."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        poserLieux(map_div, {{ this._parent.get_name() }}, {{ this.donnees }});
        {% endmacro %}
    """)

    def __init__(self, donnees: str) -> None:
        super().__init__()
        self._name, self._id = "Lieux", "lieux"
        self.donnees = donnees


def build_donnees(carte: Carte) -> str:
    """Les formes, leurs classes et leurs bulles, en JavaScript : ce qui coûte, et que l'on peut garder."""
    if len(carte.dessin) > FORMES_MAXIMALES + len(encarts.PETITE_COURONNE):
        raise ValueError(f"Trop de formes pour cette carte : {len(carte.dessin)}.")
    return build_js(build_lot(carte))


def build_feuille(canal: str = "") -> Feuille:
    """Le fond de la carte, toujours le même ; `canal` lie les vues de deux cartes.

    Les lieux arrivent à part (`build_lieux`) : streamlit-folium les échange sans recharger la carte, et une
    autre vague ou un autre indicateur se montrent dans la vue que le lecteur avait choisie.
    """
    feuille = Feuille(
        location=(46.6, 2.4),
        zoom_start=5,
        tiles=None,
        zoom_control=False,
        attributionControl=False,
        scrollWheelZoom=False,
        zoomSnap=0.1,
    )
    feuille._id = feuille.get_root()._id = "feuille"
    feuille.add_child(Socle(canal))
    check_adresses(feuille)
    return feuille


def build_lieux(donnees: str) -> folium.FeatureGroup:
    """Ce que la carte montre : `donnees` vient de `build_donnees`."""
    groupe = folium.FeatureGroup()
    groupe._id = "lieux"
    groupe.add_child(Lieux(donnees))
    check_adresses(groupe)
    return groupe


def build_lot(carte: Carte) -> dict[str, Any]:
    """Tout ce que le navigateur reçoit."""
    dessin = carte.dessin
    decimales = DECIMALES if _is_large(dessin.total_bounds) else DECIMALES_LOCALES
    bulles = dict.fromkeys(dessin["bulle"])
    rangs = {bulle: rang for rang, bulle in enumerate(bulles)}
    formes = [
        {
            "type": "Feature",
            "properties": {
                "t": ligne.territoire_id,
                "r": ligne.rang,
                "m": ligne.motif,
                "i": rangs[ligne.bulle],
            },
            "geometry": _to_geojson(ligne.geometry, decimales),
        }
        for ligne in dessin.itertuples()
    ]
    return {
        "formes": {"type": "FeatureCollection", "features": formes},
        "bulles": list(bulles),
        "couleurs": list(carte.legende.couleurs),
        "epaisseur": 0.5 if len(dessin) > 200 else 1,
        "cadres": [_to_cadre(encart) for encart in encarts.list_cadres(dessin)],
        "couche": _list_traits(carte, decimales),
        "nom": carte.nom,
    }


def _to_cadre(encart: encarts.Encart) -> dict[str, Any]:
    ouest, sud, est, nord = encart.cadre.bounds
    return {"b": [[sud, ouest], [nord, est]], "nom": escape_html(encart.nom)}


def _list_traits(carte: Carte, decimales: int) -> list[dict[str, Any]]:
    if carte.couche is None:
        return []
    return [
        {
            "type": "Feature",
            "properties": {"n": forme.nombre},
            "geometry": _to_geojson(forme.geometry, decimales),
        }
        for forme in carte.couche.itertuples()
    ]


def _is_large(bornes: Any) -> bool:
    return bool(bornes[2] - bornes[0] > 3)


def _to_geojson(forme: Any, decimales: int) -> dict[str, Any]:
    # Arrondir des points partagés donne le même point des deux côtés : aucun trou ne s'ouvre.
    arrondie = shapely.transform(forme, lambda points: points.round(decimales))
    geometrie: dict[str, Any] = json.loads(shapely.to_geojson(arrondie))
    return geometrie


def check_adresses(feuille: Element) -> None:
    """Refuse tout élément qui chargerait un script ou un style d'un autre hôte."""
    for element in _walk(feuille):
        liens = [*getattr(element, "default_js", ()), *getattr(element, "default_css", ())]
        for _, adresse in liens:
            if "//" in adresse:
                raise AdresseExterieure(f"{type(element).__name__} appelle {adresse}")


def _walk(element: Element) -> list[Element]:
    return [element, *(petit for enfant in element._children.values() for petit in _walk(enfant))]
