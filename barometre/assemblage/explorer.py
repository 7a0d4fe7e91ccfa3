"""La vue d'Explorer, gardée : la page, le fichier et l'API d'une même adresse lisent la même."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from barometre.access import Gate
from barometre.assemblage import depot, memoire
from barometre.catalogue import load_catalogue
from barometre.charts import Dessin, build_points
from barometre.charts.nuage import build_nuage
from barometre.views.donnees.demande import DemandeExplorer, parse_demande
from barometre.views.donnees.explorer import VueExplorer, build_vue_explorer
from barometre.views.donnees.figure import build_cadre_figure, choose_figure
from barometre.views.donnees.reproduire import add_suivie
from barometre.views.lecture.address import read_query

LIEUX_EN_MOTS = {"commune": "commune", "epci": "intercommunalité"}


@dataclass(frozen=True, slots=True)
class FigureExplorer:
    """Le graphique proposé, et son titre."""

    titre: str
    dessin: Dessin


def load_explorer(gate: Gate, demande: DemandeExplorer) -> VueExplorer:
    """La vue d'une demande."""
    return memoire.get_vue(gate, _explorer, demande)


def load_requete(gate: Gate, requete: str) -> VueExplorer:
    """La vue d'une adresse ; `ExplorationRefusee` si l'une de ses valeurs n'existe pas.

    La collectivité que suit le lecteur ne change pas la vue, seulement ce que son archive porte à côté.
    """
    demande = parse_demande(
        requete, load_catalogue(), depot.list_territoires_of(gate), depot.build_is_lieu(gate)
    )
    vue = load_explorer(gate, demande)
    suivie = read_query(requete).get("collectivite")
    lue = vue.provenance
    return replace(vue, provenance=replace(lue, adresse=add_suivie(lue.adresse, suivie))) if suivie else vue


def load_figure(gate: Gate, demande: DemandeExplorer) -> FigureExplorer | None:
    """Le nuage ou les lignes que propose la forme de la vue ; None pour une carte, ou pour rien."""
    return memoire.get_vue(gate, _figure, demande)


def list_lieux(gate: Gate, territoire_id: str, nommes: Sequence[str]) -> dict[str, str]:
    """Les communes et les intercommunalités que l'on choisit une à une : celles d'un département.

    `nommes` : ceux de l'adresse, gardés quand le lecteur passe à un autre département. Trente-cinq mille
    communes dans une liste feraient attendre le navigateur ; celles d'un département y tiennent.
    """
    niveau, _, code = territoire_id.partition("-")
    if niveau != "departement" and not any(nomme.startswith(depot.LIEUX) for nomme in nommes):
        return {}
    lieux = gate.get_referentiel()
    voulus = lieux["collectivite_id"].isin(nommes)
    if niveau == "departement":
        voulus |= lieux["departement"].eq(code)
    retenus = lieux[voulus & lieux["type"].isin(list(LIEUX_EN_MOTS))].sort_values("nom")
    noms = retenus["nom"] + " (" + retenus["type"].map(LIEUX_EN_MOTS) + " " + retenus["code"] + ")"
    return dict(zip(retenus["collectivite_id"], noms, strict=True))


def _explorer(gate: Gate, demande: DemandeExplorer) -> VueExplorer:
    return build_vue_explorer(gate, load_catalogue(), demande)


def _figure(gate: Gate, demande: DemandeExplorer) -> FigureExplorer | None:
    vue = load_explorer(gate, demande)
    nature = choose_figure(vue, demande)
    if nature not in ("nuage", "traits"):
        return None
    presents = set(vue.table["indicateur_id"])
    indicateurs = [i for i in vue.indicateurs if i.id in presents]
    vagues = {vague.id: vague.titre for vague in load_catalogue().vagues}
    cadres = [build_cadre_figure(vue.table, i, demande, vagues) for i in indicateurs]
    valeur = demande.selection.valeur
    if nature == "nuage":
        (x, y), (cadre_x, cadre_y) = indicateurs, cadres
        nuage = build_nuage((x, cadre_x), (y, cadre_y), valeur=valeur)
        return FigureExplorer(f"{x.titre} et {y.titre}", nuage)
    (indicateur,), (cadre,) = indicateurs, cadres
    simulee = vue.provenance.simulee
    points = build_points(cadre, indicateur, titre=indicateur.titre, valeur=valeur, simulee=simulee)
    return FigureExplorer(indicateur.titre, points)
