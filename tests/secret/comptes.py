"""(a) Un lecteur du dehors, qui soustrait les comptes publics : de qui lit-il, à coup sûr, la participation ?

    python -m tests.secret.comptes [questionnaire vague]

Le cadre est public : on sait qui est dans chaque groupe. Chaque compte dit (ou tu) borne le nombre de
répondantes d'un groupe ; toutes ces bornes ensemble font un programme linéaire, dont l'inconnue est ce que
chaque part indivisible du cadre (même région, même taille…) compte de répondantes. Une part dont il force le
compte à zéro, ou à toutes, est devinée. Sur l'entrepôt en service, tous les groupes que les pages et l'API
croisent, et des EPCI ceux dont le taux se dit : tus et dits, ils feraient des milliers de parts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack, vstack

from barometre.access.participation import count_by_group
from barometre.domain.secret import (
    BRUIT_MAXIMAL,
    PAS_EFFECTIF,
    PAS_TAUX_EPCI,
    SEUIL_CADRE,
    SEUIL_PARTICIPATION,
)
from barometre.warehouse.repository import open_repository

Tableau = npt.NDArray[np.float64]
Groupes = Mapping[str, pd.Series]
JEU, ENTIER = 1e-7, 1e-4
# Ce que chaque page ou l'API croise : Participation, la carte (type, taille, accompagnement), Explorer.
CROISEMENTS = ((), ("type",), ("strate",), ("couverture",), ("type", "couverture"), ("strate", "couverture"))
# Un compte exact dès cent et à cinq près en deçà : la règle d'avant le 29 novembre 2026.
EXACT_DES = 100


@dataclass(frozen=True)
class Bornes:
    """Groupe × part du cadre (0 ou 1), ce que le compte de chaque groupe borne, et la taille des parts."""

    groupes: csr_array
    bas: Tableau
    haut: Tableau
    tailles: Tableau
    parts: npt.NDArray[np.intp]


def list_groupes(cadre: pd.DataFrame) -> dict[str, pd.Series]:
    """Tous les groupes comptés en public, axe par axe : collectivité → groupe."""
    tous: dict[str, pd.Series] = {}
    for niveau in ("", "zone", "region", "departement"):
        ici = cadre if not niveau else cadre[cadre[niveau].notna()]
        for croises in CROISEMENTS:
            axes = [*([niveau] if niveau else []), *croises]
            noms = pd.Series("", ici.index)
            for axe in axes:
                noms += "|" + ici[axe].astype(str)
            tous["×".join(axes)] = noms
    tous["epci"] = "epci-" + cadre["epci"].dropna().astype(str)
    return tous


def keep_dits(groupes: Groupes, cles: Mapping[str, int]) -> dict[str, pd.Series]:
    """Les mêmes groupes, où ne restent des EPCI que ceux dont le taux se dit.

    D'un EPCI tu, de quinze communes au moins, se lit seulement qu'il n'a pas dix-huit réponses.
    """
    taux = count_by_group(groupes["epci"], cles)["taux"]
    return {**groupes, "epci": groupes["epci"][groupes["epci"].isin(taux.index[taux.notna()])]}


def read_bornes(groupes: Groupes, cles: Mapping[str, int], *, exacts: bool = False) -> Bornes:
    """Ce que les comptes publics bornent ; `exacts` : selon la règle d'avant, la contre-épreuve."""
    lus = [_read_groupe(groupe, cles, exacts=exacts) for groupe in groupes.values()]
    unites = pd.Index(sorted(set(chain.from_iterable(g.index for g in groupes.values()))))
    lignes, colonnes = [], []
    for rang, (membres, _, _) in enumerate(chain.from_iterable(lus)):
        colonnes.append(unites.get_indexer(membres))
        lignes.append(np.full(len(membres), rang))
    r, c = np.concatenate(lignes), np.concatenate(colonnes)
    un = csr_array((np.ones(r.size), (r, c)), shape=(int(r.max()) + 1, len(unites)))
    # Les collectivités des mêmes groupes ne se distinguent pas : elles font une part.
    hasard = np.random.default_rng(0).random(un.shape[0])
    _, premieres, parts = np.unique((hasard @ un).round(9), return_index=True, return_inverse=True)
    bas, haut = np.array([(b, h) for _, b, h in chain.from_iterable(lus)], dtype=float).T
    tailles = np.bincount(parts).astype(float)
    return Bornes(csr_array(un[:, premieres]), bas, haut, tailles, parts)


def _read_groupe(
    groupe: pd.Series, cles: Mapping[str, int], *, exacts: bool
) -> list[tuple[pd.Index, float, float]]:
    """De chaque groupe d'un axe qui peut se dire : ses membres, et le moins et le plus qui y ont répondu."""
    membres = groupe.index.to_series().groupby(groupe.to_numpy()).groups
    comptes = _count_avant(groupe, cles) if exacts else count_by_group(groupe, cles)
    lus = []
    for nom, ligne in comptes.iterrows():
        bornes = _read_borne(ligne, exacts=exacts)
        if bornes is not None:
            lus.append((membres[nom], bornes[0], min(bornes[1], float(ligne["cadre"]))))
    return lus


def _read_borne(ligne: pd.Series, *, exacts: bool) -> tuple[float, float] | None:
    """Le moins et le plus de répondantes que laisse un compte, tel qu'il se lit, ou rien."""
    cadre, compte, taux = (float(ligne[c]) for c in ("cadre", "repondantes", "taux"))
    bruit = 0 if exacts else BRUIT_MAXIMAL
    if cadre < (SEUIL_PARTICIPATION if exacts else SEUIL_CADRE):
        return None
    if np.isnan(taux):
        return 0.0, SEUIL_PARTICIPATION - 1.0 + bruit
    if np.isnan(compte):  # une intercommunalité : un taux, par classe
        demi = PAS_TAUX_EPCI / 2
        de, a = np.ceil((taux - demi) * cadre - JEU), np.floor((taux + demi) * cadre + JEU)
        return max(SEUIL_PARTICIPATION, de - bruit), (cadre if taux >= 1 else a) + bruit
    arrondi = 0 if exacts and compte > EXACT_DES else PAS_EFFECTIF // 2
    plus = 0 if exacts and compte == EXACT_DES else arrondi
    return max(SEUIL_PARTICIPATION, compte - arrondi - bruit), compte + plus + bruit


def _count_avant(groupe: pd.Series, cles: Mapping[str, int]) -> pd.DataFrame:
    """La règle d'avant : dix réponses exactes et dix collectivités, à cinq près sous cent, exact au-delà."""
    ont = pd.Series([u in cles for u in groupe.index]).groupby(groupe.to_numpy())
    table = ont.agg(["size", "sum"]).set_axis(["cadre", "n"], axis=1)
    dits = table["n"].where((table["cadre"] >= SEUIL_PARTICIPATION) & (table["n"] >= SEUIL_PARTICIPATION))
    arrondis = (dits / PAS_EFFECTIF).round() * PAS_EFFECTIF
    epci = table.index.str.fullmatch(r"epci-\d{9}")
    classes = (dits / table["cadre"] / PAS_TAUX_EPCI).round() * PAS_TAUX_EPCI
    comptes = dits.where(dits >= EXACT_DES, arrondis)
    taux = (comptes / table["cadre"]).mask(epci, classes)
    return table[["cadre"]].assign(repondantes=comptes.mask(epci), taux=taux)


def count_forced(bornes: Bornes) -> int:
    """De combien de collectivités la participation est certaine : aucune de leur part, ou toutes."""
    return sum(int(bornes.tailles[part]) for part in find_forced(bornes))


def find_forced(bornes: Bornes) -> Iterator[int]:
    """Les parts du cadre dont le compte est forcé à zéro, ou à toutes.

    Un premier programme écarte d'un coup celles qui peuvent s'éloigner des deux bouts : les autres se
    bornent une à une.
    """
    k, tailles = bornes.tailles.size, bornes.tailles
    ecart = [(0.0, 0.499)] * k
    limites = [(0.0, t) for t in tailles]
    un, nul = eye_array(k), csr_array((bornes.groupes.shape[0], k))
    a = vstack([bornes.groupes, -bornes.groupes]).tocsr()
    b = np.concatenate([bornes.haut, -bornes.bas]) + JEU
    large = vstack([hstack([a, vstack([nul, nul])]), hstack([-un, un]), hstack([un, un])]).tocsr()
    second = np.concatenate([b, np.zeros(k), tailles])
    but = np.concatenate([np.zeros(k), -np.ones(k)])
    trouve = linprog(but, A_ub=large, b_ub=second, bounds=limites + ecart, method="highs")
    assert trouve.status == 0, trouve.message
    for part in np.flatnonzero(trouve.x[k:] < 0.49):
        c = (np.arange(k) == part).astype(float)
        moins, plus = (
            signe * linprog(signe * c, A_ub=a, b_ub=b, bounds=limites, method="highs").fun
            for signe in (1, -1)
        )
        if np.floor(plus + ENTIER) == 0 or np.ceil(moins - ENTIER) == tailles[part]:
            yield int(part)


def main(*choix: str) -> None:
    """Chaque questionnaire de l'entrepôt en service, par la règle d'avant et par celle d'aujourd'hui."""
    depot = open_repository()
    referentiel = depot.get_referentiel()
    cadre = referentiel[referentiel["porteur_id"].isna()].set_index("collectivite_id")
    cadre = cadre.assign(**{n: cadre[n].replace("", pd.NA) for n in ("region", "departement", "epci")})
    groupes = list_groupes(cadre)
    lieux = depot.list_participations()[["questionnaire_id", "vague_id"]].drop_duplicates()
    for questionnaire, vague in lieux.itertuples(index=False):
        if not choix or choix == (questionnaire, vague):
            cles = depot.get_cles_participations().sum(vague, questionnaire)
            lus = keep_dits(groupes, cles)
            avant, apres = (count_forced(read_bornes(lus, cles, exacts=e)) for e in (True, False))
            dits = lus["epci"].nunique()
            print(f"{questionnaire} {vague} ({dits} EPCI) : {avant} avant, {apres} aujourd'hui", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
