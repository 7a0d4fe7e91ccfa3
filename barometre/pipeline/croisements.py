"""Déclaré et mesuré : l'accord chez les répondantes, et l'écart sur un fait connu de toutes les communes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from barometre.catalogue import Catalogue
from barometre.domain.ecarts import CLES_ECARTS
from barometre.domain.indicateur import Indicateur
from barometre.domain.secret import MARGE_CADRE, MONTRES, get_seuil
from barometre.pipeline.associations import build_associations, compare_programmes
from barometre.pipeline.avant_apres import (
    COLONNES,
    build_vagues,
    compute_doubles_differences,
    has_beneficiaires,
    read_vagues,
)
from barometre.pipeline.cles import Tirages, read_cles, read_tardives
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.ecarts import compute_gaps
from barometre.pipeline.mesures import Mesures, build_mesures, list_binaires
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import publish_counts
from barometre.warehouse.engine import Engine
from barometre.warehouse.etat import (
    read_propres,
    read_repondus,
    replace_croisements,
    replace_doubles_differences,
)
from barometre.warehouse.repository import read_rows

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
    """D'un questionnaire : réponses exploitables, poids, totaux par type montrés, bruit."""

    reponses: pd.DataFrame
    poids: pd.DataFrame
    montrees: set[Type]
    tirages: Tirages


def compute_croisements(mesures: Mesures, theme_id: str, donnees: Donnees, tirages: Tirages) -> Donnees:
    """Les tables `qualite`, `accord` et `association` d'un questionnaire dont tout vient d'être calculé."""
    valeurs = donnees.get("fait_valeur").astype(dict.fromkeys(COLONNES_DECLAREES[:3], "str"))
    totaux = [_filter_totals(a) for a in donnees.list_frames("agregat") if not a.empty]
    declarees = Declarees(
        valeurs.loc[valeurs["etat"].eq("repondu"), COLONNES_DECLAREES],
        donnees.get("poids"),
        set().union(*map(_list_shown_types, totaux)),
        tirages,
    )
    return _cross(mesures, theme_id, declarees)


def compute_avant_apres(mesures: Mesures, theme_id: str, donnees: Donnees, tirages: Tirages) -> Donnees:
    """La table `double_difference` d'un questionnaire dont toutes les vagues viennent d'être calculées."""
    valeurs = donnees.get("fait_valeur").astype(dict.fromkeys(COLONNES_DECLAREES[:3], "str"))
    repondues = valeurs.loc[valeurs["etat"].eq("repondu"), COLONNES_DECLAREES]
    vagues = build_vagues(mesures.catalogue, theme_id, repondues, donnees.get("poids"), tirages)
    comparees = Donnees()
    comparees.add("double_difference", compute_doubles_differences(mesures, vagues))
    return comparees


def refresh_avant_apres(moteur: Engine, mesures: Mesures, themes: Sequence[str]) -> None:
    """Recalcule, d'une version en chantier, les lignes de `double_difference` de ces questionnaires.

    `mesures` : celles de cette version, que charger un lot de réponses ne change pas.
    """
    catalogue = mesures.catalogue
    repondus = read_repondus(moteur) if has_beneficiaires(mesures) else set()
    utiles = [theme for theme in themes if theme in repondus]
    tables = [compute_doubles_differences(mesures, read_vagues(moteur, catalogue, t)) for t in utiles]
    indicateurs = [i.id for t in themes for i in catalogue.list_indicateurs(t, origine="declare")]
    lignes = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLONNES)
    replace_doubles_differences(moteur, indicateurs, lignes)


def read_cadre(moteur: Engine) -> pd.DataFrame:
    """Les collectivités d'une version qu'aucune autre ne porte, par identifiant."""
    collectivites = read_rows(moteur, "dim_collectivite")
    return collectivites[collectivites["porteur_id"].isna()].set_index("collectivite_id")


def read_mesures(moteur: Engine, cadre: pd.DataFrame, catalogue: Catalogue) -> Mesures:
    """Les mesures d'une version, en service ou en chantier."""
    lignes = read_propres(moteur, list_binaires(catalogue))
    return build_mesures(lignes, cadre, catalogue, read_rows(moteur, "action_fonds"))


def refresh_croisements(moteur: Engine, catalogue: Catalogue) -> None:
    """Recalcule tout ce qui rapproche les réponses et les données de l'État, à la place du précédent."""
    mesures = read_mesures(moteur, read_cadre(moteur), catalogue)
    donnees, repondus = Donnees(), read_repondus(moteur)
    # D'un questionnaire sans réponse, rien à rapprocher : ne pas le lire épargne quatre tables par thème.
    for theme in (t for t in catalogue.themes if t.id in repondus):
        donnees.extend(_cross(mesures, theme.id, _read_declarees(moteur, theme.id, catalogue)))
    tables = {nom: donnees.get(nom) for nom in ("accord", "association")}
    replace_croisements(moteur, CLES_ECARTS, donnees.get("qualite"), **tables)
    refresh_avant_apres(moteur, mesures, [theme.id for theme in catalogue.themes])


def _read_declarees(moteur: Engine, theme_id: str, catalogue: Catalogue) -> Declarees:
    ids = [i.id for i in catalogue.list_indicateurs(theme_id, origine="declare")]
    totaux = read_rows(moteur, "agregat", indicateur_id=ids, **_TOTAL_NATIONAL)
    reponses = read_rows(moteur, "fait_valeur", indicateur_id=ids)
    return Declarees(
        reponses[reponses["etat"].eq("repondu")],
        read_rows(moteur, "poids", questionnaire_id=theme_id),
        _list_shown_types(totaux),
        Tirages(read_cles(moteur), read_tardives(moteur, theme_id)),
    )


def _cross(mesures: Mesures, theme_id: str, declarees: Declarees) -> Donnees:
    donnees = Donnees()
    if mesures.table.empty or declarees.poids.empty:
        return donnees
    donnees.add("qualite", compute_gaps(mesures, declarees.poids, declarees.tirages))
    accords = pd.DataFrame(list(_agreements(mesures, theme_id, declarees)), columns=COLONNES_ACCORD)
    donnees.add("accord", accords)
    comparees = compare_programmes(mesures, theme_id, declarees.reponses, declarees.tirages)
    donnees.add("association", build_associations(list(comparees)))
    return donnees


def _agreements(mesures: Mesures, theme_id: str, declarees: Declarees) -> Iterator[dict[str, Any]]:
    indicateurs = mesures.catalogue.list_indicateurs(theme_id, origine="declare")
    lies = {i.id: i for i in indicateurs if i.est_part and i.mesure_id in mesures.table}
    declares = declarees.reponses[declarees.reponses["indicateur_id"].isin(list(lies))]
    declares = declares.assign(type=declares["collectivite_id"].map(mesures.cadre["type"]))
    participantes = declarees.poids.groupby("vague_id")["collectivite_id"]
    presents = {str(vague): pd.Index(cites) for vague, cites in participantes}
    du_type = {str(type_): pd.Index(cites) for type_, cites in mesures.cadre.groupby("type").groups.items()}
    for (indicateur_id, vague, type_), lignes in declares.groupby(["indicateur_id", "periode", "type"]):
        indicateur = lies[str(indicateur_id)]
        connues = mesures.table[indicateur.mesure_id].reindex(du_type[str(type_)]).dropna()
        mesure = connues.reindex(presents[str(vague)]).dropna()
        reponses = lignes.set_index("collectivite_id")["valeur"].reindex(mesure.index)
        if reponses.notna().any():
            periode = mesures.periodes[indicateur.mesure_id]
            cles = declarees.tirages.build((theme_id, str(vague)), mesure.index, [indicateur])
            groupes = np.vstack([mesure.eq(1), ~mesure.eq(1)])
            comptes = _count(reponses, groupes, cles)
            exacts = groupes[:, reponses.notna().to_numpy()].sum(axis=1)
            montree = (str(indicateur_id), str(vague), str(type_)) in declarees.montrees
            nommees = np.array([connues.eq(1).sum(), (~connues.eq(1)).sum()])
            sure = _is_safe(indicateur, comptes, exacts, nommees)
            etat = "published" if sure and montree else "primary"
            yield {
                "indicateur_id": indicateur_id, "mesure_id": indicateur.mesure_id, "vague_id": vague,
                "type": type_, "periode": periode, "n": sum(comptes.values()), **comptes, "etat": etat,
            }  # fmt: skip


def _count(reponses: pd.Series, masques: np.ndarray, cles: Perturbation) -> dict[str, int]:
    """Les quatre comptes : de chaque groupe, l'effectif et les « oui » brouillés comme ceux d'une cellule.

    `reponses` : de toutes les participantes dont la mesure est connue, vides où elles n'ont pas répondu ;
    `masques` : groupe × participante, celles dont la mesure dit oui, puis les autres.
    """
    declare, noms = reponses.to_numpy(dtype=float)[:, None], cles.questions
    groupes = csr_array(masques.astype(float))
    exact = np.asarray(groupes @ np.isfinite(declare).astype(float))
    n = publish_counts(cles, exact, declare, groupes)
    bruit = cles.draw(groupes, declare, noms) + cles.draw_second(groupes, declare, noms, n)
    oui = np.clip(groupes @ np.nan_to_num(declare) + bruit, 0, n)
    n, oui = (np.rint(x[:, 0]).astype(int) for x in (n, oui))
    return {
        "oui_oui": int(oui[0]), "declare_seul": int(oui[1]),
        "mesure_seule": int(n[0] - oui[0]), "non_non": int(n[1] - oui[1]),
    }  # fmt: skip


def _is_safe(
    indicateur: Indicateur, comptes: dict[str, int], exacts: np.ndarray, nommees: np.ndarray
) -> bool:
    """La donnée de l'État est nominative : chacun des deux groupes qu'elle forme est une cellule.

    Il s'y montre, comme elle, si son effectif exact et son effectif brouillé font le seuil, et s'il compte
    assez de collectivités (`nommees`) : d'onze que l'État nomme, « au moins dix réponses » dirait lesquelles.
    En cybersécurité, un groupe nommé est plus fin que région × type : rien ne se montre.
    """
    brouilles = comptes["oui_oui"] + comptes["mesure_seule"], comptes["declare_seul"] + comptes["non_non"]
    seuil = get_seuil(False)
    assez = int(min(*brouilles, *exacts)) >= seuil and int(nommees.min()) >= seuil + MARGE_CADRE
    return indicateur.sensibilite != "cyber" and assez


def _filter_totals(agregats: pd.DataFrame) -> pd.DataFrame:
    """Les totaux nationaux par type."""
    egaux = [agregats[colonne].eq(valeur) for colonne, valeur in _TOTAL_NATIONAL.items()]
    return agregats[np.logical_and.reduce(egaux)]


def _list_shown_types(totaux: pd.DataFrame) -> set[Type]:
    """Les totaux nationaux par type que le public voit ; l'accord n'en montre pas un qui se cache."""
    lignes = totaux[totaux["etat"].isin(MONTRES)]
    return set(zip(*(lignes[c].astype(str) for c in ("indicateur_id", "vague_id", "type")), strict=True))
