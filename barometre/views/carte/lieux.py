"""Les lieux d'une carte : ceux d'un niveau, dans un territoire ; et le chemin qui remonte à la France."""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.domain.territoire import FRANCE
from barometre.views.lecture.libelles import ZONES
from barometre.views.lecture.selection import Selection

NOMS_NIVEAUX = {
    "region": "région",
    "departement": "département",
    "epci": "intercommunalité",
    "commune": "commune",
}
COLONNES = ["territoire_id", "code", "nom", "region", "departement", "epci", "strate", "couverture"]


def list_lieux(gate: Gate, niveau: str, selection: Selection) -> pd.DataFrame:
    """Un lieu par ligne : identifiant, code, nom, région ; dans l'ordre des codes."""
    type_, _, code = selection.territoire_id.partition("-")
    filtres: dict[str, Any] = {type_: code} if type_ in ("region", "departement", "epci") else {}
    if niveau == "epci" and type_ == "departement":
        lieux = _list_epci_of(gate, code)
    else:
        lieux = gate.list_collectivites(type=niveau, cadre=False, **filtres)
    if type_ == "zone":
        lieux = lieux[lieux["zone"].eq(code)]
    if niveau == "departement":
        # La Collectivité européenne d'Alsace exerce les compétences de deux départements : ils sont là.
        lieux = lieux[lieux["departement"].fillna("") != ""]
    lieux = lieux.rename(columns={"collectivite_id": "territoire_id"})
    return lieux[COLONNES].sort_values("code", ignore_index=True)


def get_millesime(gate: Gate) -> str:
    """Le millésime du code officiel géographique des données en service."""
    millesimes = gate.list_collectivites(type="region", cadre=False)["millesime"].dropna()
    return str(millesimes.max()) if len(millesimes) else ""


def _list_epci_of(gate: Gate, departement: str) -> pd.DataFrame:
    """Un EPCI à cheval est des deux départements : il y a des communes des deux côtés."""
    communes = gate.list_collectivites(type="commune", departement=departement, cadre=False)
    epci = gate.list_collectivites(type="epci", cadre=False)
    return epci[epci["code"].isin(set(communes["epci"].dropna()))]


def build_fil(gate: Gate, territoire_id: str) -> tuple[tuple[str, str], ...]:
    """« France › Nouvelle-Aquitaine › Gironde » : chaque étape avec son identifiant, la dernière comprise."""
    racine = (FRANCE, "France")
    if territoire_id in ("", FRANCE):
        return (racine,)
    if territoire_id in ZONES:
        return (racine, (territoire_id, ZONES[territoire_id]))
    lieu = gate.get_collectivite(territoire_id)
    if lieu is None:
        return (racine,)
    dessus = [f"region-{lieu.region}" if lieu.region and lieu.type != "region" else ""]
    if lieu.type in ("epci", "commune") and lieu.departement:
        dessus.append(f"departement-{lieu.departement}")
    etapes = [(id_, trouve.nom) for id_ in dessus if id_ and (trouve := gate.get_collectivite(id_))]
    return (racine, *etapes, (territoire_id, lieu.nom))
