"""Combien ont répondu, sans dire qui : des comptes et des taux, sur assez de collectivités.

Tout compte est brouillé par les clés de qui il compte, comme l'effectif d'une cellule
(`domain.brouillage`), puis dit à cinq près : de comptes exacts ou seulement arrondis, la différence de
groupes emboîtés disait qui les sépare (`tests/secret/test_comptes.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from barometre.access.masque_agregats import round_comptes
from barometre.access.masques import round_effectifs
from barometre.domain.brouillage import MODULO, draw_bruit_effectif
from barometre.domain.secret import PAS_TAUX_EPCI, SEUIL_CADRE, SEUIL_PARTICIPATION

EPCI = re.compile(r"epci-\d{9}")


def count_by_group(groupes: pd.Series, repondantes: Mapping[str, int]) -> pd.DataFrame:
    """Une ligne par groupe : `cadre`, `repondantes`, `taux` ; les deux derniers vides sous les seuils.

    `repondantes` : la clé de chacune. Un EPCI compte souvent vingt communes : son compte se tait, son taux se
    dit par classe.
    """
    rangs, uniques = _factorize(groupes)
    cadre = np.bincount(rangs[rangs >= 0], minlength=len(uniques))
    unites, cles = groupes.index, _reduce(repondantes.values())
    if unites.is_unique:
        # Deux mille répondantes se cherchent dans le cadre, non trente-cinq mille unités parmi elles.
        places = unites.get_indexer(pd.Index(list(repondantes), dtype=object))
        cles, rangs = cles[places >= 0], rangs[places[places >= 0]]
    else:
        # Une collectivité peut être de plusieurs groupes. `isin` convertirait les répondantes en Arrow.
        places = pd.Index(list(repondantes), dtype=object).get_indexer(unites.astype(object))
        cles, rangs = cles[places[places >= 0]], rangs[places >= 0]
    exactes, brouillees = _blur(cles[rangs >= 0], rangs[rangs >= 0], len(uniques))
    montre = (cadre >= SEUIL_CADRE) & _is_assez(exactes, brouillees)
    comptes = np.where(montre, round_comptes(brouillees.astype(np.float64)), np.nan)
    # Un EPCI a neuf chiffres ; « epci-0-14999 » est une strate.
    epci = np.array([EPCI.fullmatch(str(nom)) is not None for nom in uniques], dtype=bool)
    taux = np.where(epci, np.round(brouillees / cadre / PAS_TAUX_EPCI) * PAS_TAUX_EPCI, comptes / cadre)
    return pd.DataFrame(
        {
            "cadre": cadre,
            "repondantes": np.where(epci, np.nan, comptes),
            "taux": np.where(montre, np.minimum(taux, 1.0), np.nan),
        },
        index=uniques,
    )


def _factorize(groupes: pd.Series) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
    """Le rang du groupe de chaque unité (−1 : aucun), et les noms des groupes présents, triés."""
    if not isinstance(groupes.dtype, pd.CategoricalDtype):
        rangs, noms = pd.factorize(groupes.to_numpy(dtype=object), sort=True)
        return rangs, noms
    # Déjà rangée par catégories : trente-cinq mille noms ne se relisent pas.
    codes = groupes.cat.codes.to_numpy()
    presents = np.flatnonzero(np.bincount(codes[codes >= 0]))
    noms = groupes.cat.categories.to_numpy(dtype=object)[presents]
    ordre = np.argsort(noms)
    # Une place de plus, la dernière : celle qu'un −1 désigne.
    nouveaux = np.full(len(groupes.cat.categories) + 1, -1, dtype=np.intp)
    nouveaux[presents[ordre]] = np.arange(len(presents))
    return nouveaux[codes], noms[ordre]


def _reduce(cles: Iterable[int]) -> npt.NDArray[np.uint64]:
    """Les clés, ou leurs sommes, modulo 2⁶⁴."""
    return np.array([cle % MODULO for cle in cles], dtype=np.uint64)


def _blur(
    cles: npt.NDArray[np.uint64], rangs: npt.NDArray[np.intp], taille: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Par groupe, combien de répondantes, et le même compte brouillé ; zéro reste zéro.

    Les sommes de clés débordent exprès : leur reste modulo 2⁶⁴ est celui dont le bruit se tire.
    """
    exactes = np.bincount(rangs, minlength=taille).astype(np.int64)
    sommes = np.zeros(taille, dtype=np.uint64)
    np.add.at(sommes, rangs, cles)
    bruits = np.zeros(taille, dtype=np.int64)
    vus = np.flatnonzero(exactes)
    bruits[vus] = [draw_bruit_effectif(somme) for somme in sommes[vus].tolist()]
    return exactes, np.where(exactes > 0, np.maximum(exactes + bruits, 1), 0)


def count_brouillees(cles: pd.Series, groupes: Any) -> pd.DataFrame:
    """Par groupe, `exactes` et `brouillees` ; `cles` : celle de chaque répondante, `groupes` : son groupe."""
    par_groupe = cles.groupby(groupes, dropna=False, observed=True)
    noms = par_groupe.size().index
    exactes, brouillees = _blur(_reduce(cles), np.asarray(par_groupe.ngroup(), dtype=np.intp), len(noms))
    return pd.DataFrame({"exactes": exactes, "brouillees": brouillees}, noms)


def is_dite(table: pd.DataFrame) -> pd.Series:
    """Vrai pour un compte qui se dit : exact et brouillé, il fait dix.

    Du seul exact, deux groupes emboîtés, l'un dit et l'autre tu, diraient que celle qui les sépare a répondu.
    """
    return pd.Series(_is_assez(table["exactes"].to_numpy(), table["brouillees"].to_numpy()), table.index)


def _is_assez(exactes: npt.NDArray[np.int64], brouillees: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.minimum(exactes, brouillees) >= SEUIL_PARTICIPATION


def list_confondus(perimetres: pd.DataFrame, cadre: pd.DataFrame) -> frozenset[str]:
    """Les OPSN dont le taux, à côté d'un compte déjà public, dirait si quelques collectivités ont répondu.

    Un périmètre à moins de dix collectivités d'une région, d'un département, de départements réunis ou d'un
    autre périmètre montré : la différence des deux comptes serait celle de ces collectivités-là. La règle ne
    lit que des périmètres, qui sont publics : se taire n'apprend rien.

    `perimetres` : `opsn_id`, `collectivite_id` ; `cadre` : `collectivite_id`, `region`, `departement`.
    """
    unites = pd.Index(cadre["collectivite_id"].to_numpy(dtype=object))
    rangs = unites.get_indexer(perimetres["collectivite_id"].to_numpy(dtype=object))
    groupes, noms = pd.factorize(perimetres["opsn_id"][rangs >= 0], sort=True)
    opsn = _build_membres(groupes, rangs[rangs >= 0], unites.size)
    regions, departements = (_build_membres(*_code(cadre[c]), unites.size) for c in ("region", "departement"))
    simples = np.column_stack([_measure_ecarts(opsn, regions), _measure_ecarts(opsn, departements)])
    reunis = _measure_reunis(opsn, regions, departements)[:, None]
    muets = _is_voisin(np.hstack([simples, reunis])) & (simples > 0).all(axis=1)
    entre_eux = _measure_ecarts(opsn, opsn)
    for rang in range(len(noms)):
        dits = np.flatnonzero(~muets[:rang])
        muets[rang] |= _is_voisin(entre_eux[[rang]][:, dits])[0]
    return frozenset(str(nom) for nom, muet in zip(noms, muets, strict=True) if muet)


def _is_voisin(ecarts: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Vrai pour chaque ligne qui a un écart de moins de dix collectivités, sans être nul."""
    return np.asarray(((ecarts > 0) & (ecarts < SEUIL_PARTICIPATION)).any(axis=1))


def _measure_reunis(opsn: csr_array, regions: csr_array, departements: csr_array) -> npt.NDArray[np.float64]:
    """Le plus petit écart, non nul, d'un périmètre à une réunion de régions et de départements.

    Dans chaque région, deux façons d'en approcher : ses départements un à un, ou elle entière (avec ce qui
    n'est d'aucun département, son conseil régional).
    """
    dans = (opsn @ departements.T).toarray()
    bords = np.minimum(dans, np.asarray(departements.sum(axis=1)) - dans)
    de_la_region = (regions @ departements.T).toarray() > 0
    pris = (opsn @ regions.T).toarray()
    un_a_un = bords @ de_la_region.T + pris - dans @ de_la_region.T
    entieres = np.asarray(regions.sum(axis=1)) - pris
    ailleurs = np.asarray(opsn.sum(axis=1)) - pris.sum(axis=1)
    proches = np.minimum(un_a_un, entieres).sum(axis=1) + ailleurs
    # Une réunion exacte, où une région de plus, ou de moins, se prend de l'autre façon.
    autres = np.maximum(un_a_un, entieres)
    autres[autres == 0] = np.inf
    return np.where(proches > 0, proches, autres.min(axis=1, initial=np.inf))


def _code(groupes: pd.Series) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Le groupe de chaque unité qui en a un, et le rang de cette unité."""
    codes = pd.factorize(groupes)[0]
    return codes[codes >= 0], np.flatnonzero(codes >= 0)


def _build_membres(groupes: npt.NDArray[np.intp], unites: npt.NDArray[np.intp], taille: int) -> csr_array:
    """Groupe × unité : 1 dedans."""
    nombre = int(groupes.max(initial=-1)) + 1
    return csr_array((np.ones(groupes.size), (groupes, unites)), shape=(nombre, taille))


def _measure_ecarts(uns: csr_array, autres: csr_array) -> npt.NDArray[np.float64]:
    """Combien de collectivités sont dans l'un des deux groupes seulement, un par un."""
    tailles = np.asarray(uns.sum(axis=1))[:, None] + np.asarray(autres.sum(axis=1))[None, :]
    return np.asarray(tailles - 2 * (uns @ autres.T).toarray())


def count_fidelite(participations: pd.DataFrame) -> dict[int, int | None]:
    """Combien de collectivités ont répondu à une vague, à deux… ; rien (None) sous dix.

    `participations` : `collectivite_id`, `vague_id`, `cle`. Les rangs vont sans trou de un au plus grand que
    l'on voit.
    """
    par = participations.groupby("collectivite_id")
    unites = pd.DataFrame({"rang": par["vague_id"].nunique(), "cle": par["cle"].sum()})
    comptes = count_brouillees(unites["cle"], unites["rang"].to_numpy())
    comptes = comptes.reindex(range(1, int(unites["rang"].max()) + 1), fill_value=0)
    arrondis = round_effectifs(comptes["brouillees"])
    return {
        int(rang): int(arrondi) if dite else None
        for rang, arrondi, dite in zip(comptes.index, arrondis, is_dite(comptes), strict=True)
    }


def count_jours(participations: pd.DataFrame, axes: list[str]) -> pd.DataFrame:
    """Les questionnaires remplis par jour : `date_reponse`, `questionnaires`, et `axes`.

    Des jours se réunissent aux suivants jusqu'à faire dix réponses ; la date d'une ligne est celle du
    dernier. Ce qui reste à la fin, sous dix, rejoint la ligne d'avant. Les jours inconnus ne se réunissent à
    aucun.
    C'est leur cumul qui est brouillé : le dernier est le total que disent les autres pages.
    """
    if not axes or participations.empty:
        return _count_jours(participations).reindex(columns=[*axes, "date_reponse", "questionnaires"])
    tables = {noms: _count_jours(groupe) for noms, groupe in participations.groupby(axes, observed=True)}
    table = pd.concat(tables, names=axes).droplevel(-1).reset_index()
    return table[[*axes, "date_reponse", "questionnaires"]]


def _count_jours(lignes: pd.DataFrame) -> pd.DataFrame:
    """`lignes` : les participations d'un groupe."""
    connus = lignes.dropna(subset=["date_reponse"]).sort_values("date_reponse", kind="stable")
    rangs = connus["date_reponse"].map(_pack(connus.groupby("date_reponse").size()))
    paquets = connus.groupby(rangs).agg(
        date_reponse=("date_reponse", "last"), n=("cle", "size"), cle=("cle", "sum")
    )
    cumuls = [
        int(n) + draw_bruit_effectif(int(cle) % MODULO)
        for n, cle in zip(paquets["n"].cumsum(), accumulate(paquets["cle"]), strict=True)
    ]
    arrondis = np.maximum.accumulate(round_comptes(np.array(cumuls, dtype="float64")))
    jours = paquets[["date_reponse"]].assign(questionnaires=np.diff(arrondis, prepend=0.0).astype("int64"))
    inconnus = count_brouillees(lignes["cle"], lignes["date_reponse"].isna().to_numpy())
    inconnus = inconnus[is_dite(inconnus)].reindex([True]).dropna()
    comptes = round_comptes(inconnus["brouillees"].to_numpy()).astype("int64")
    muets = inconnus.assign(date_reponse=pd.Series(pd.NaT, inconnus.index), questionnaires=comptes)
    assez = jours if len(connus) >= SEUIL_PARTICIPATION else jours.iloc[:0]
    return pd.concat([assez, muets[list(jours.columns)]] if len(muets) else [assez], ignore_index=True)


def _pack(comptes: pd.Series) -> pd.Series:
    """Le paquet de chaque jour, dans l'ordre ; `comptes` : ses réponses."""
    paquets, paquet, reste = [], 0, int(comptes.sum())
    cumul = 0
    for n in comptes.astype(int):
        paquets.append(paquet)
        cumul, reste = cumul + n, reste - n
        # Un paquet se ferme s'il fait dix réponses, et s'il en reste dix pour le suivant.
        if cumul >= SEUIL_PARTICIPATION and reste >= SEUIL_PARTICIPATION:
            paquet, cumul = paquet + 1, 0
    return pd.Series(paquets, comptes.index, dtype="int64")
