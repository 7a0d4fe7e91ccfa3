"""Avant et après, chez les bénéficiaires d'un programme ou d'un fonds et chez des comparables.

Une association, jamais une preuve. Un programme de l'État est un état à une date, souvent commencé avant la
première vague ; la liste d'un fonds a une date de début par projet, et là seulement il y a un avant. Les
bénéficiaires se nomment : mêmes seuils que l'association d'une seule vague, et jamais de cybersécurité.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from barometre.catalogue import Catalogue
from barometre.catalogue.fonds import load_fonds
from barometre.catalogue.programmes import load_programmes
from barometre.domain.enquete import Vague
from barometre.domain.indicateur import Indicateur
from barometre.pipeline.associations import build_comparables, count_nommees, find_etat, judge_lignes
from barometre.pipeline.changes import list_comparables
from barometre.pipeline.cles import Tirages, read_cles, read_tardives
from barometre.pipeline.mesures import Mesures
from barometre.stats.difference import Panel, compare_changes
from barometre.warehouse.engine import Engine
from barometre.warehouse.repository import read_rows

COLONNES = [
    "programme_id", "indicateur_id", "vague_1", "vague_2", "n_beneficiaires", "n_comparables",
    "beneficiaires_avant", "beneficiaires_apres", "comparables_avant", "comparables_apres", "difference",
    "bas", "haut", "q_value", "verdict", "vague_temoin", "temoin", "temoin_bas", "temoin_haut", "etat",
]  # fmt: skip
_NOMS = {
    "item": "indicateur_id", "n_1": "n_beneficiaires", "n_0": "n_comparables",
    "avant_1": "beneficiaires_avant", "apres_1": "beneficiaires_apres",
    "avant_0": "comparables_avant", "apres_0": "comparables_apres",
}  # fmt: skip
_TEMOINS = {"difference": "temoin", "bas": "temoin_bas", "haut": "temoin_haut"}
ABANDONNE = "abandonne"


@dataclass(frozen=True)
class Vagues:
    """D'un thème, les réponses de chaque vague (collectivité × indicateur), leurs poids, leur bruit."""

    theme_id: str
    reponses: Mapping[str, pd.DataFrame]
    poids: Mapping[str, pd.Series]
    tirages: Tirages
    ordre: tuple[Vague, ...] = ()


def build_vagues(
    catalogue: Catalogue, theme_id: str, reponses: pd.DataFrame, poids: pd.DataFrame, tirages: Tirages
) -> Vagues:
    """`reponses` : celles que l'on peut exploiter (indicateur_id, collectivite_id, periode, valeur)."""
    parts = {i.id for i in catalogue.list_indicateurs(theme_id, origine="declare") if i.est_part}
    lignes = reponses[reponses["indicateur_id"].isin(parts)].astype({"periode": "str"})
    tables = {
        str(vague): siennes.pivot(index="collectivite_id", columns="indicateur_id", values="valeur")
        for vague, siennes in lignes.groupby("periode")
    }
    pesees = {
        str(vague): siens.set_index("collectivite_id")["poids"] for vague, siens in poids.groupby("vague_id")
    }
    ordre = tuple(v for v in catalogue.vagues if v.id in tables and v.id in pesees)
    return Vagues(theme_id, tables, pesees, tirages, ordre)


def compute_doubles_differences(mesures: Mesures, vagues: Vagues) -> pd.DataFrame:
    """Les lignes de `double_difference` d'un thème : par programme et fonds, de vague en vague."""
    comparees = [
        table.assign(programme_id=programme_id)
        for rang in range(1, len(vagues.ordre))
        for programme_id, beneficie in list_beneficiaires(mesures, *vagues.ordre[rang - 1 : rang + 1])
        if not (table := _compare(mesures, vagues, rang, beneficie)).empty
    ]
    return pd.concat(comparees, ignore_index=True)[COLONNES] if comparees else pd.DataFrame(columns=COLONNES)


def list_beneficiaires(mesures: Mesures, premiere: Vague, seconde: Vague) -> Iterator[tuple[str, pd.Series]]:
    """Par programme et fonds : qui bénéficie (vrai) ou non (faux) ; qui ne dit rien n'y est pas."""
    communes = mesures.communes.index
    for programme in load_programmes():
        if programme.mesure in mesures.table:
            yield programme.id, mesures.table[programme.mesure].reindex(communes).dropna().eq(1)
    debut, fin = _date(premiere), _date(seconde)
    if mesures.actions.empty or debut is None or fin is None:
        return
    for fonds in load_fonds():
        siennes = mesures.actions[mesures.actions["fonds_id"].eq(fonds.id)]
        if not siennes.empty:
            yield fonds.id, split_beneficiaires(siennes, mesures.cadre.index, debut, fin)


def has_beneficiaires(mesures: Mesures) -> bool:
    """Vrai si une liste de bénéficiaires est là, d'un programme ou d'un fonds."""
    if not mesures.actions.empty:
        return True
    return not mesures.table.empty and any(p.mesure in mesures.table for p in load_programmes())


def split_beneficiaires(actions: pd.DataFrame, cadre: pd.Index, debut: date, fin: date) -> pd.Series:
    """Vrai : un premier projet commencé entre les deux vagues ; faux : aucun encore.

    Un projet d'avant, ou sans date, ôte sa collectivité : elle n'a pas d'avant. Un abandon ne compte pas ; un
    projet d'OPSN ne dit pas lesquels de ses membres en profitent.
    """
    suivies = actions[actions["statut"].ne(ABANDONNE) & actions["collectivite_id"].notna()]
    jours = pd.to_datetime(suivies["date_debut"])
    par_collectivite = suivies["collectivite_id"].astype("str")
    sans_avant = par_collectivite[jours.isna() | (jours <= pd.Timestamp(debut))]
    entre = par_collectivite[(jours > pd.Timestamp(debut)) & (jours <= pd.Timestamp(fin))]
    retenues = cadre[~cadre.isin(sans_avant)]
    return pd.Series(retenues.isin(entre), index=retenues)


def _date(vague: Vague) -> date | None:
    """Quand une vague a commencé, sinon quand elle a fini ; `None` : rien n'en est connu."""
    return vague.ouverture or vague.fermeture


def _compare(mesures: Mesures, vagues: Vagues, rang: int, beneficie: pd.Series) -> pd.DataFrame:
    """Une vague et la précédente ; et, s'il y en a une encore avant, le témoin : le même écart, plus tôt."""
    avant, apres = vagues.ordre[rang - 1], vagues.ordre[rang]
    indicateurs = {
        i.id: i
        for i in list_comparables(mesures.catalogue, vagues.theme_id, avant.id, apres.id)
        if i.est_part
    }
    table = _compare_pair(mesures, vagues, (avant, apres), beneficie, list(indicateurs.values()))
    if table.empty:
        return table
    nommees = count_nommees(mesures.cadre, beneficie)
    table["etat"] = [find_etat(indicateurs[str(x["item"])], x, nommees) for x in table.to_dict("records")]
    table = judge_lignes(table).rename(columns=_NOMS).assign(vague_1=avant.id, vague_2=apres.id)
    return table.merge(_build_temoins(mesures, vagues, rang, beneficie), on="indicateur_id", how="left")


def _build_temoins(mesures: Mesures, vagues: Vagues, rang: int, beneficie: pd.Series) -> pd.DataFrame:
    """Le même écart chez les mêmes, sur les deux vagues d'avant ; seulement là où il se montrerait."""
    colonnes = ["indicateur_id", "vague_temoin", *_TEMOINS.values()]
    catalogue, paire = mesures.catalogue, vagues.ordre[max(rang - 2, 0) : rang]
    table = pd.DataFrame()
    if len(paire) == 2:
        parts = list_comparables(catalogue, vagues.theme_id, *(v.id for v in paire))
        table = _compare_pair(mesures, vagues, paire, beneficie, [i for i in parts if i.est_part])
    if table.empty:
        return pd.DataFrame(columns=colonnes, dtype="object")
    nommees, lus = count_nommees(mesures.cadre, beneficie), table.to_dict("records")
    etats = [find_etat(catalogue.get_indicateur(str(x["item"])), x, nommees) for x in lus]
    montrees = table[[etat == "published" for etat in etats]]
    return montrees.rename(columns={"item": "indicateur_id", **_TEMOINS}).assign(vague_temoin=paire[0].id)[
        colonnes
    ]


def _compare_pair(
    mesures: Mesures,
    vagues: Vagues,
    paire: Sequence[Vague],
    beneficie: pd.Series,
    indicateurs: Sequence[Indicateur],
) -> pd.DataFrame:
    avant, apres = (vagues.reponses[v.id] for v in paire)
    items = [i.id for i in indicateurs if i.id in avant and i.id in apres]
    panel = avant.index.intersection(apres.index).intersection(beneficie.index).sort_values()
    if not items or panel.empty or not beneficie[panel].any():
        return pd.DataFrame()
    lieux = [(vagues.theme_id, v.id) for v in paire]
    premiere, seconde = (vagues.tirages.build(lieu, panel, indicateurs) for lieu in lieux)
    siens = beneficie[panel]
    strates = build_comparables(mesures.cadre.loc[panel], siens)
    poids = vagues.poids[paire[1].id].reindex(panel)
    return compare_changes(
        Panel(avant.loc[panel, items], apres.loc[panel, items], siens, strates, poids, (premiere, seconde))
    )


def read_vagues(moteur: Engine, catalogue: Catalogue, theme_id: str) -> Vagues:
    """Celles d'une version, en service ou en chantier."""
    ids = [i.id for i in catalogue.list_indicateurs(theme_id, origine="declare") if i.est_part]
    reponses: pd.DataFrame = read_rows(moteur, "fait_valeur", indicateur_id=ids)
    filtres: dict[str, Any] = {"questionnaire_id": theme_id}
    repondues = reponses[reponses["etat"].eq("repondu")]
    poids = read_rows(moteur, "poids", **filtres)
    tirages = Tirages(read_cles(moteur), read_tardives(moteur, theme_id))
    return build_vagues(catalogue, theme_id, repondues, poids, tirages)
