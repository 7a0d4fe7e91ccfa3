"""Déclaré et mesuré : l'accord chez les répondantes, et l'écart sur un fait connu de toutes les communes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from barometre.catalogue import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.pipeline.associations import build_associations, compare_programmes, is_group_safe
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.mesures import Mesures, build_mesures, list_binaires
from barometre.pipeline.terrain import MONTRES
from barometre.warehouse.engine import Engine
from barometre.warehouse.etat import read_propres, replace_croisements
from barometre.warehouse.repository import read_rows

ECART = "ecart_mesure"
COLONNES_ACCORD = [
    "indicateur_id", "mesure_id", "vague_id", "type", "periode", "n", "oui_oui", "declare_seul",
    "mesure_seule", "non_non", "etat",
]  # fmt: skip
COLONNES_DECLAREES = ["indicateur_id", "collectivite_id", "periode", "valeur"]
_TOTAL_NATIONAL = {"territoire_id": "france", "strate": "", "couverture": ""}
# indicateur, vague, type
Type = tuple[str, str, str]


@dataclass(frozen=True)
class Declarees:
    """D'un questionnaire : réponses exploitables, poids, et totaux nationaux par type que le public voit."""

    reponses: pd.DataFrame
    poids: pd.DataFrame
    montrees: set[Type]


def compute_croisements(mesures: Mesures, theme_id: str, donnees: Donnees) -> Donnees:
    """Les tables `qualite`, `accord` et `association` d'un questionnaire dont tout vient d'être calculé."""
    valeurs = donnees.get("fait_valeur").astype(dict.fromkeys(COLONNES_DECLAREES[:3], "str"))
    totaux = [_filter_totals(a) for a in donnees.list_frames("agregat") if not a.empty]
    declarees = Declarees(
        valeurs.loc[valeurs["etat"].eq("repondu"), COLONNES_DECLAREES],
        donnees.get("poids"),
        set().union(*map(_list_shown_types, totaux)),
    )
    return _cross(mesures, theme_id, declarees)


def read_mesures(moteur: Engine, cadre: pd.DataFrame, catalogue: Catalogue) -> Mesures:
    """Les mesures d'une version, en service ou en chantier."""
    return build_mesures(read_propres(moteur, list_binaires(catalogue)), cadre, catalogue)


def refresh_croisements(moteur: Engine, catalogue: Catalogue) -> None:
    """Recalcule tout ce qui rapproche les réponses et les données de l'État, à la place du précédent."""
    collectivites = read_rows(moteur, "dim_collectivite")
    cadre = collectivites[collectivites["porteur_id"].isna()].set_index("collectivite_id")
    mesures = read_mesures(moteur, cadre, catalogue)
    donnees = Donnees()
    for theme in catalogue.themes:
        donnees.extend(_cross(mesures, theme.id, _read_declarees(moteur, theme.id, catalogue)))
    tables = {nom: donnees.get(nom) for nom in ("accord", "association")}
    replace_croisements(moteur, ECART, donnees.get("qualite"), **tables)


def _read_declarees(moteur: Engine, theme_id: str, catalogue: Catalogue) -> Declarees:
    ids = [i.id for i in catalogue.list_indicateurs(theme_id, origine="declare")]
    totaux = read_rows(moteur, "agregat", indicateur_id=ids, **_TOTAL_NATIONAL)
    reponses = read_rows(moteur, "fait_valeur", indicateur_id=ids)
    return Declarees(
        reponses[reponses["etat"].eq("repondu")],
        read_rows(moteur, "poids", questionnaire_id=theme_id),
        _list_shown_types(totaux),
    )


def _cross(mesures: Mesures, theme_id: str, declarees: Declarees) -> Donnees:
    donnees = Donnees()
    if mesures.table.empty or declarees.poids.empty:
        return donnees
    donnees.add("qualite", _gaps_frame(list(_gaps(mesures, declarees.poids))))
    accords = pd.DataFrame(list(_agreements(mesures, theme_id, declarees)), columns=COLONNES_ACCORD)
    donnees.add("accord", accords)
    comparees = compare_programmes(mesures, theme_id, declarees.reponses)
    donnees.add("association", build_associations(list(comparees)))
    return donnees


def _agreements(mesures: Mesures, theme_id: str, declarees: Declarees) -> Iterator[dict[str, Any]]:
    indicateurs = mesures.catalogue.list_indicateurs(theme_id, origine="declare")
    lies = {i.id: i for i in indicateurs if i.est_part and i.mesure_id in mesures.table}
    declares = declarees.reponses[declarees.reponses["indicateur_id"].isin(list(lies))]
    declares = declares.assign(type=declares["collectivite_id"].map(mesures.cadre["type"]))
    for (indicateur_id, vague, type_), lignes in declares.groupby(["indicateur_id", "periode", "type"]):
        indicateur = lies[str(indicateur_id)]
        mesure = lignes["collectivite_id"].map(mesures.table[indicateur.mesure_id])
        connus = lignes[mesure.notna()]
        if len(connus):
            periode = mesures.periodes[indicateur.mesure_id]
            comptes = _count(connus["valeur"].to_numpy(dtype=float), mesure.dropna().to_numpy(dtype=float))
            reste = lignes.loc[mesure.isna(), "valeur"]
            sur = _is_safe(indicateur, comptes) and _is_rest_safe(indicateur, reste)
            montree = (str(indicateur_id), str(vague), str(type_)) in declarees.montrees
            etat = "published" if sur and montree else "primary"
            yield {
                "indicateur_id": indicateur_id, "mesure_id": indicateur.mesure_id, "vague_id": vague,
                "type": type_, "periode": periode, "n": len(connus), **comptes, "etat": etat,
            }  # fmt: skip


def _count(declare: np.ndarray, mesure: np.ndarray) -> dict[str, int]:
    oui, vrai = declare == 1, mesure == 1
    return {
        "oui_oui": int((oui & vrai).sum()), "declare_seul": int((oui & ~vrai).sum()),
        "mesure_seule": int((~oui & vrai).sum()), "non_non": int((~oui & ~vrai).sum()),
    }  # fmt: skip


def _is_safe(indicateur: Indicateur, comptes: dict[str, int]) -> bool:
    """La donnée de l'État est nominative : chacun des deux groupes qu'elle forme est une cellule."""
    groupes = [
        (comptes["oui_oui"], comptes["mesure_seule"]),
        (comptes["declare_seul"], comptes["non_non"]),
    ]
    return all(is_group_safe(indicateur, oui, non) for oui, non in groupes)


def _is_rest_safe(indicateur: Indicateur, reste: pd.Series) -> bool:
    """Qui n'a pas de mesure se lit en ôtant l'accord du total de son type : personne, ou assez."""
    oui = int(reste.sum())
    return reste.empty or is_group_safe(indicateur, oui, len(reste) - oui)


def _filter_totals(agregats: pd.DataFrame) -> pd.DataFrame:
    """Les totaux nationaux par type."""
    egaux = [agregats[colonne].eq(valeur) for colonne, valeur in _TOTAL_NATIONAL.items()]
    return agregats[np.logical_and.reduce(egaux)]


def _list_shown_types(totaux: pd.DataFrame) -> set[Type]:
    """Les totaux nationaux par type que le public voit ; l'accord n'en montre pas un qui se cache."""
    lignes = totaux[totaux["etat"].isin(MONTRES)]
    return set(zip(*(lignes[c].astype(str) for c in ("indicateur_id", "vague_id", "type")), strict=True))


def _gaps(mesures: Mesures, poids: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Sur un fait connu de toutes les communes : la vérité, et ce qu'en disent les répondantes."""
    faits = mesures.faits
    for (vague, questionnaire), lignes in poids.groupby(["vague_id", "questionnaire_id"]):
        p = lignes.set_index("collectivite_id")["poids"]
        p = p[faits.index.get_indexer(p.index) >= 0]
        for colonne in faits:
            oui = faits[colonne].reindex(p.index)
            vraie, brute = float(faits[colonne].mean()), float(oui.mean())
            redressee = float((oui * p).sum() / p[oui.notna()].sum())
            phrase = _say_gap(mesures.noms[str(colonne)], vraie, brute, redressee)
            yield vague, questionnaire, ECART, str(colonne), redressee - vraie, phrase


def _say_gap(nom: str, vraie: float, brute: float, redressee: float) -> str:
    return (
        f"« {nom} » : {_percent(vraie)} des communes en réalité ; {_percent(brute)} chez celles qui ont "
        f"répondu, {_percent(redressee)} après redressement (écart de {_points(redressee - vraie)})."
    )


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %".replace(".", ",")


def _points(ecart: float) -> str:
    return f"{100 * ecart:+.1f} point{'s' if abs(ecart) >= 0.02 else ''}".replace(".", ",").replace("-", "−")


def _gaps_frame(lignes: list[tuple[Any, ...]]) -> pd.DataFrame:
    colonnes = ["vague_id", "questionnaire_id", "cle", "objet", "valeur", "phrase"]
    return pd.DataFrame(lignes, columns=colonnes)
