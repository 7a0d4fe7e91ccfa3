"""Déclaré et mesuré : l'accord chez les répondantes, et l'écart sur un fait connu de toutes les communes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from barometre.catalogue import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.pipeline.associations import (
    build_associations,
    compare_programmes,
    is_group_safe,
    read_declared,
)
from barometre.pipeline.terrain import MONTRES
from barometre.warehouse.engine import Engine
from barometre.warehouse.etat import replace_croisements
from barometre.warehouse.repository import read_rows

ECART = "ecart_mesure"
COLONNES_ACCORD = [
    "indicateur_id", "mesure_id", "vague_id", "type", "periode", "n", "oui_oui", "declare_seul",
    "mesure_seule", "non_non", "etat",
]  # fmt: skip
# Un fait n'est connu « de toutes les communes » que s'il manque à moins d'une sur cent.
PART_CONNUE = 0.99


def refresh_croisements(moteur: Engine, catalogue: Catalogue) -> None:
    """Recalcule tout ce qui rapproche les réponses et les données de l'État, à la place du précédent."""
    mesures = _last_measures(moteur, catalogue)
    collectivites = read_rows(moteur, "dim_collectivite")
    cadre = collectivites[collectivites["porteur_id"].isna()].set_index("collectivite_id")
    poids = read_rows(moteur, "poids")
    if mesures.empty or poids.empty:
        replace_croisements(
            moteur, ECART, _gaps_frame([]), accord=_accords([]), association=build_associations([])
        )
        return
    replace_croisements(
        moteur,
        ECART,
        _gaps_frame(list(_gaps(mesures, cadre, poids, catalogue))),
        accord=_accords(list(_agreements(moteur, mesures, cadre, catalogue))),
        association=build_associations(list(compare_programmes(moteur, mesures, cadre, catalogue))),
    )


def _last_measures(moteur: Engine, catalogue: Catalogue) -> pd.DataFrame:
    """Collectivité × mesure : la dernière valeur propre, pour les mesures qui valent 0 ou 1."""
    binaires = [i.id for i in catalogue.list_indicateurs(origine="mesure") if i.est_part and not i.montee_de]
    lignes = read_rows(moteur, "fait_valeur", indicateur_id=binaires)
    lignes = lignes[lignes["etat"].eq("repondu") & lignes["n_communes"].isna()]
    derniere = lignes.groupby("indicateur_id")["periode"].transform("max")
    lignes = lignes[lignes["periode"].eq(derniere)]
    table = lignes.pivot(index="collectivite_id", columns="indicateur_id", values="valeur")
    gardees = [c for c in table if set(table[c].dropna().unique()) <= {0.0, 1.0}]
    periodes = lignes.drop_duplicates("indicateur_id").set_index("indicateur_id")["periode"]
    table = table[gardees]
    table.attrs["periodes"] = periodes.to_dict()
    return table


def _agreements(
    moteur: Engine, mesures: pd.DataFrame, cadre: pd.DataFrame, catalogue: Catalogue
) -> Iterator[dict[str, Any]]:
    lies = {
        i.id: i
        for i in catalogue.list_indicateurs(origine="declare")
        if i.est_part and i.mesure_id in mesures
    }
    declares = read_declared(moteur, list(lies))
    declares = declares.assign(type=declares["collectivite_id"].map(cadre["type"]))
    montrees = _list_shown_types(moteur, list(lies))
    for (indicateur_id, vague, type_), lignes in declares.groupby(["indicateur_id", "periode", "type"]):
        indicateur = lies[str(indicateur_id)]
        mesure = lignes["collectivite_id"].map(mesures[indicateur.mesure_id])
        connus = lignes[mesure.notna()]
        if len(connus):
            periode = mesures.attrs["periodes"][indicateur.mesure_id]
            comptes = _count(connus["valeur"].to_numpy(dtype=float), mesure.dropna().to_numpy(dtype=float))
            reste = lignes.loc[mesure.isna(), "valeur"]
            sur = _is_safe(indicateur, comptes) and _is_rest_safe(indicateur, reste)
            montree = (str(indicateur_id), str(vague), str(type_)) in montrees
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


def _list_shown_types(moteur: Engine, indicateurs: list[str]) -> set[tuple[str, str, str]]:
    """Les totaux nationaux par type que le public voit ; l'accord n'en montre pas un qui se cache."""
    lignes = read_rows(
        moteur, "agregat", indicateur_id=indicateurs, territoire_id="france", strate="", couverture="",
        etat=list(MONTRES),
    )  # fmt: skip
    return set(zip(*(lignes[c].astype(str) for c in ("indicateur_id", "vague_id", "type")), strict=True))


def _accords(lignes: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(lignes, columns=COLONNES_ACCORD)


def _gaps(
    mesures: pd.DataFrame, cadre: pd.DataFrame, poids: pd.DataFrame, catalogue: Catalogue
) -> Iterator[tuple[Any, ...]]:
    """Sur un fait connu de toutes les communes : la vérité, et ce qu'en disent les répondantes."""
    communes = cadre.index[cadre["type"].eq("commune")]
    faits = mesures.reindex(communes)
    faits = faits.loc[:, faits.notna().mean().ge(PART_CONNUE)]
    densites = pd.get_dummies(cadre.loc[communes, "densite"], dtype="float64")
    noms = {str(c): catalogue.get_indicateur(str(c)).titre for c in faits}
    noms |= {str(d): f"Densité : {str(d).lower()}" for d in densites}
    tout = faits.join(densites.rename(columns=str)) if len(densites.columns) else faits
    for (vague, questionnaire), lignes in poids.groupby(["vague_id", "questionnaire_id"]):
        p = lignes.set_index("collectivite_id")["poids"]
        p = p[communes.get_indexer(p.index) >= 0]
        for colonne in tout:
            oui = tout[colonne].reindex(p.index)
            vraie, brute = float(tout[colonne].mean()), float(oui.mean())
            redressee = float((oui * p).sum() / p[oui.notna()].sum())
            phrase = _say_gap(noms[str(colonne)], vraie, brute, redressee)
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
