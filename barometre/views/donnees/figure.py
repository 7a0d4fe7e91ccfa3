"""Le graphique que propose la forme d'une vue d'Explorer, comme dans les autres pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd

from barometre.domain.cadre import Cadre
from barometre.domain.formats import is_absent
from barometre.domain.indicateur import Indicateur
from barometre.views.donnees.demande import TERRITOIRE, VAGUE, DemandeExplorer
from barometre.views.donnees.explorer import CACHEE, VueExplorer
from barometre.views.lecture.chiffres import ABSENT, Chiffre
from barometre.views.lecture.repartition import Groupe, build_cadre

Nature = Literal["carte", "nuage", "traits", ""]
CARTES = ("region", "departement")
# Au-delà, un dessin d'une ligne par groupe ne se lit plus.
TRAITS = 60
SANS_FIGURE = (
    "Un graphique est proposé pour un seul indicateur, ou pour deux parts réparties par territoire "
    f"({TRAITS} groupes au plus)."
)


def choose_figure(vue: VueExplorer, demande: DemandeExplorer) -> Nature:
    """Une carte, un nuage de deux indicateurs, une ligne par groupe, ou rien."""
    presents = list(dict.fromkeys(vue.table["indicateur_id"]))
    if any(p not in {i.id for i in vue.indicateurs} for p in presents):
        return ""
    par_lieu = demande.par == (TERRITOIRE,) and demande.niveau in CARTES
    if len(presents) == 1 and par_lieu and not demande.territoires:
        return "carte"
    declares = vue.table["origine"].eq("declare").all()
    parts = all(i.est_part for i in vue.indicateurs if i.id in presents)
    if len(presents) == 2 and par_lieu and declares and parts:
        return "nuage"
    return "traits" if len(presents) == 1 and declares and len(vue.table) <= TRAITS else ""


def build_cadre_figure(
    table: pd.DataFrame, indicateur: Indicateur, demande: DemandeExplorer, vagues: Mapping[str, str]
) -> Cadre:
    """Le cadre que lisent les graphiques : les lignes d'un indicateur, dans l'ordre de la vue.

    `vagues` : le titre de chacune, comme les autres pages la nomment.
    """
    lignes = table[table["indicateur_id"].eq(indicateur.id)].to_dict("records")
    groupes = [Groupe(_name(ligne, demande, vagues), _build_chiffre(ligne, indicateur)) for ligne in lignes]
    return build_cadre(groupes, [indicateur] * len(groupes))


def _name(ligne: Mapping[Any, Any], demande: DemandeExplorer, vagues: Mapping[str, str]) -> str:
    vague = vagues.get(ligne["vague_id"], str(ligne["vague_id"]))
    if demande.par == (VAGUE,):
        return vague
    groupe = str(ligne["groupe"])
    if TERRITOIRE not in demande.par and not demande.territoires:
        # Le même territoire partout : le titre le dit.
        groupe = groupe.partition(", ")[2] or groupe
    return f"{groupe}, {vague}" if VAGUE in demande.par else groupe


def _build_chiffre(ligne: Mapping[Any, Any], indicateur: Indicateur) -> Chiffre:
    """Le chiffre d'une ligne de la vue : rien n'est relu, ce que la vue cache n'a pas de valeur ici."""
    cles = ("indicateur_id", "vague_id", "territoire_id", "type", "strate", "couverture")
    adresse: dict[str, Any] = {cle: str(ligne[cle]) for cle in cles}
    if is_absent(ligne["valeur"]):
        return Chiffre(**adresse, etat="primary" if ligne["marque"] == CACHEE else ABSENT)
    echelle = 100 if indicateur.est_part else 1
    nombres: dict[str, Any] = {
        nom: None if is_absent(ligne[nom]) else ligne[nom] / echelle
        for nom in ("redresse", "brut", "bas", "haut")
    }
    etat = "indicative" if ligne["note"] == "C" else "published"
    return Chiffre(
        **adresse, etat=etat, n=int(ligne["n"]), note=ligne["note"], plafond=ligne["plafond"], **nombres
    )
