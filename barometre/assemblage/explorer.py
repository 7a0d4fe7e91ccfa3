"""La vue d'Explorer, gardée : la page, le fichier et l'API d'une même adresse lisent la même."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from barometre.access import Gate
from barometre.assemblage import depot, memoire
from barometre.catalogue import load_catalogue
from barometre.charts import Dessin, build_points
from barometre.charts.image import FormatImage, Trait, build_image_traits
from barometre.charts.nuage import build_nuage
from barometre.domain.formats import format_effectif, is_absent
from barometre.domain.indicateur import Indicateur
from barometre.domain.notes import explain_lettres
from barometre.domain.provenance import Provenance
from barometre.views.donnees.demande import DemandeExplorer, parse_demande
from barometre.views.donnees.explorer import VueExplorer, build_vue_explorer
from barometre.views.donnees.figure import build_cadre_figure, choose_figure
from barometre.views.donnees.reproduire import add_suivie
from barometre.views.lecture.address import read_query


@dataclass(frozen=True, slots=True)
class FigureExplorer:
    """Le graphique proposé, et ses lignes pour une image ; sans lignes, il n'a que sa forme à l'écran."""

    titre: str
    dessin: Dessin
    traits: tuple[Trait, ...] = ()


def load_explorer(gate: Gate, demande: DemandeExplorer) -> VueExplorer:
    """La vue d'une demande."""
    return memoire.get_vue(gate, _explorer, demande)


def load_requete(gate: Gate, requete: str) -> VueExplorer:
    """La vue d'une adresse ; `ExplorationRefusee` si l'une de ses valeurs n'existe pas.

    La collectivité que suit le lecteur ne change pas la vue, seulement ce que son archive porte à côté.
    """
    vue = load_explorer(gate, parse_demande(requete, load_catalogue(), depot.list_territoires_of(gate)))
    suivie = read_query(requete).get("collectivite")
    lue = vue.provenance
    return replace(vue, provenance=replace(lue, adresse=add_suivie(lue.adresse, suivie))) if suivie else vue


def load_figure(gate: Gate, demande: DemandeExplorer) -> FigureExplorer | None:
    """Le nuage ou les lignes que propose la forme de la vue ; None pour une carte, ou pour rien."""
    return memoire.get_vue(gate, _figure, demande)


def _explorer(gate: Gate, demande: DemandeExplorer) -> VueExplorer:
    return build_vue_explorer(gate, load_catalogue(), demande)


def _figure(gate: Gate, demande: DemandeExplorer) -> FigureExplorer | None:
    vue = load_explorer(gate, demande)
    nature = choose_figure(vue, demande)
    if nature not in ("nuage", "traits"):
        return None
    presents = set(vue.table["indicateur_id"])
    indicateurs = [i for i in vue.indicateurs if i.id in presents]
    cadres = [build_cadre_figure(vue.table, i, demande) for i in indicateurs]
    valeur = demande.selection.valeur
    if nature == "nuage":
        (x, y), (cadre_x, cadre_y) = indicateurs, cadres
        nuage = build_nuage((x, cadre_x), (y, cadre_y), valeur=valeur)
        return FigureExplorer(f"{x.titre} et {y.titre}", nuage)
    (indicateur,), (cadre,) = indicateurs, cadres
    simulee = vue.provenance.simulee
    points = build_points(cadre, indicateur, titre=indicateur.titre, valeur=valeur, simulee=simulee)
    return FigureExplorer(indicateur.titre, points, list_traits(indicateur, cadre.to_dict("records"), valeur))


def list_traits(
    indicateur: Indicateur, lignes: Sequence[Mapping[Any, Any]], valeur: str
) -> tuple[Trait, ...]:
    """Les lignes de l'image, depuis celles d'un cadre ; seule une part se dessine de 0 à 100 %."""
    if not indicateur.est_part:
        return ()
    return tuple(
        Trait(
            str(ligne["groupe"]),
            f"{ligne[f'{valeur}_texte']} · {format_effectif(ligne['n'], 'réponse')} · {ligne['note']}",
            float(ligne[valeur]),
            None if is_absent(ligne["bas"]) else float(ligne["bas"]),
            None if is_absent(ligne["haut"]) else float(ligne["haut"]),
            ligne["note"] == "C",
        )
        if ligne["montre"]
        else Trait(str(ligne["groupe"]), "non publié")
        for ligne in lignes
    )


def build_image_figure(
    traits: tuple[Trait, ...], titre: str, lue: Provenance, extension: FormatImage
) -> bytes:
    """L'image du graphique ; titre, champ, source, date, version et simulation y sont écrits."""
    # Les mots de la note ne tiennent pas à côté d'un trait : le pied les porte.
    pied = " · ".join(filter(None, (lue.pied, explain_lettres(simulee=lue.simulee))))
    return build_image_traits(traits, titre=titre, pied=pied, extension=extension, adresse=lue.adresse)[0]
