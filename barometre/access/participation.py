"""Combien ont répondu, sans dire qui : des comptes et des taux, sur assez de collectivités."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from barometre.access.masques import round_effectifs
from barometre.domain.secret import PAS_TAUX_EPCI, SEUIL_CADRE, SEUIL_PARTICIPATION


def count_by_group(groupes: pd.Series, repondantes: frozenset[str]) -> pd.DataFrame:
    """Une ligne par groupe : `cadre`, `repondantes`, `taux` ; les deux derniers vides sous les seuils.

    Un EPCI compte souvent vingt communes : son compte se tait, son taux se dit par classe.
    """
    # Un test d'ensemble par ligne : `isin` convertirait les répondantes en Arrow, trois fois plus longtemps.
    ids = groupes.index.to_numpy(dtype=object)
    ont = pd.Series(np.fromiter((x in repondantes for x in ids), bool, len(ids)), index=groupes.index)
    table = ont.groupby(groupes.to_numpy()).agg(["size", "sum"]).set_axis(["cadre", "exactes"], axis=1)
    montre = (table["cadre"] >= SEUIL_CADRE) & (table["exactes"] >= SEUIL_PARTICIPATION)
    comptes = round_effectifs(table["exactes"].astype("float64")).where(montre)
    # Un EPCI a neuf chiffres ; « epci-0-14999 » est une strate.
    epci = table.index.astype("str").str.fullmatch(r"epci-\d{9}")
    taux = np.where(
        epci, (table["exactes"] / table["cadre"] / PAS_TAUX_EPCI).round() * PAS_TAUX_EPCI,
        np.minimum(comptes / table["cadre"], 1.0),
    )  # fmt: skip
    return pd.DataFrame(
        {
            "cadre": table["cadre"],
            "repondantes": comptes.mask(pd.Series(epci, table.index)),
            "taux": pd.Series(taux, table.index).where(montre),
        }
    )


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
    return np.asarray(((ecarts > 0) & (ecarts < SEUIL_CADRE)).any(axis=1))


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

    Sous cent, un compte se dit à cinq près. Les rangs vont sans trou de un au plus grand que l'on voit.
    """
    vagues = participations.drop_duplicates(["collectivite_id", "vague_id"]).groupby("collectivite_id").size()
    exacts = np.bincount(vagues.to_numpy(), minlength=2)[1:].astype("float64")
    arrondis = round_effectifs(pd.Series(exacts))
    return {
        rang: int(arrondi) if exact >= SEUIL_PARTICIPATION else None
        for rang, (exact, arrondi) in enumerate(zip(exacts, arrondis, strict=True), 1)
    }


def merge_jours(comptes: pd.DataFrame, axes: list[str]) -> pd.DataFrame:
    """Les jours réunis aux suivants jusqu'à faire dix réponses ; la date d'une ligne est celle du dernier.

    Ce qui reste à la fin, sous dix, rejoint la ligne d'avant. Les jours inconnus ne se réunissent à aucun.
    """
    dates = comptes.dropna(subset=["date_reponse"]).sort_values([*axes, "date_reponse"])
    groupes = dates.groupby(axes, sort=False) if axes else [((), dates)]
    reunis = [_merge(lignes) for _, lignes in groupes]
    return pd.concat([*reunis, comptes[comptes["date_reponse"].isna()]], ignore_index=True)


def _merge(lignes: pd.DataFrame) -> pd.DataFrame:
    """`lignes` : les jours d'un groupe, dans l'ordre."""
    paquets, paquet, reste = [], 0, int(lignes["questionnaires"].sum())
    cumul = 0
    for n in lignes["questionnaires"].astype(int):
        paquets.append(paquet)
        cumul, reste = cumul + n, reste - n
        # Un paquet se ferme s'il fait dix réponses, et s'il en reste dix pour le suivant.
        if cumul >= SEUIL_PARTICIPATION and reste >= SEUIL_PARTICIPATION:
            paquet, cumul = paquet + 1, 0
    cles = pd.Series(paquets, lignes.index)
    gardees = lignes.groupby(cles).tail(1)
    sommes = lignes.groupby(cles)["questionnaires"].sum()
    return gardees.assign(questionnaires=sommes.to_numpy())
