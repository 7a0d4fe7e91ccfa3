"""Les lignes déclarées d'une vue d'Explorer : les cellules de la porte, telles que publiées."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.domain.territoire import FRANCE, LIBELLES_COUVERTURES, LIBELLES_TYPES
from barometre.views.donnees.demande import OPSN, STRATE, TERRITOIRE, TYPE, VAGUE, DemandeExplorer
from barometre.views.lecture.chiffres import ABSENT, Chiffre, read_chiffres
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.provenance import build_table, round_valeur


def build_declares(
    gate: Gate, catalogue: Catalogue, libelles: Libelles, indicateurs: Sequence[Indicateur],
    demande: DemandeExplorer,
) -> pd.DataFrame:  # fmt: skip
    """Une ligne par cellule, dans l'ordre du catalogue, jamais par valeur : une vue n'est pas un palmarès."""
    if not indicateurs:
        return build_table(())
    par_id = {i.id: i for i in indicateurs}
    noms = _Noms(libelles)
    cadre = _keep_derniere(_read_cadre(gate, list(par_id), demande), catalogue, demande)
    lus = read_chiffres(cadre)
    chiffres = _sort([*lus, *_list_manquants(gate, lus, demande)], catalogue)
    table = build_table((par_id[c.indicateur_id], noms.get_groupe(c), c) for c in chiffres)
    lues = [round_valeur(par_id[c.indicateur_id], c.get_valeur(demande.selection.valeur)) for c in chiffres]
    return table.assign(origine="declare", valeur=pd.array(lues, dtype="Float64"))


def list_lieux(gate: Gate, demande: DemandeExplorer) -> Collection[str] | None:
    """Les territoires d'une vue qui s'y répartit ; None : tous ceux de son niveau."""
    if demande.territoires:
        return demande.territoires
    dans = demande.selection.territoire_id
    niveau, _, code = dans.partition("-")
    if dans == FRANCE or niveau not in ("region", "departement"):
        return None
    lieux = gate.get_referentiel()
    dedans = lieux["type"].eq(demande.niveau) & lieux[niveau].eq(code)
    return set(lieux.loc[dedans, "collectivite_id"])


def _read_cadre(gate: Gate, indicateurs: list[str], demande: DemandeExplorer) -> pd.DataFrame:
    """Les cellules de la porte : une dimension répartie est ouverte, les autres sont fixées."""
    choix, par = demande.selection, demande.par
    filtres: dict[str, Any] = {
        "vague_id": None if VAGUE in par else choix.vague_id or None,
        "couverture": None if OPSN in par else choix.couverture,
        "strate": None if STRATE in par else choix.strate,
        "type": None
        if {STRATE, TYPE} & set(par)
        else [choix.type_effectif, choix.type]
        if choix.strate
        else choix.type,
    }
    cadre = gate.list_agregats(indicateurs=indicateurs, **filtres, **_build_ou(gate, demande))
    for dimension, colonne in ((STRATE, "strate"), (TYPE, "type"), (OPSN, "couverture")):
        if dimension in par:
            cadre = cadre[cadre[colonne].ne("")]
    if STRATE in par and choix.type:
        cadre = cadre[cadre["strate"].str.startswith(f"{choix.type}-")]
    return cadre


def _build_ou(gate: Gate, demande: DemandeExplorer) -> dict[str, Any]:
    if TERRITOIRE not in demande.par:
        return {"territoire_id": list(demande.territoires) or demande.selection.territoire_id}
    lieux = list_lieux(gate, demande)
    niveau = None if demande.territoires else demande.niveau
    return {"niveau": niveau} | ({} if lieux is None else {"territoire_id": sorted(lieux)})


def _keep_derniere(cadre: pd.DataFrame, catalogue: Catalogue, demande: DemandeExplorer) -> pd.DataFrame:
    """Sans vague demandée ni répartie : la dernière où l'indicateur a une cellule."""
    if VAGUE in demande.par or demande.selection.vague_id or cadre.empty:
        return cadre
    rangs = cadre["vague_id"].map({v.id: rang for rang, v in enumerate(catalogue.vagues)})
    return cadre[rangs.eq(rangs.groupby(cadre["indicateur_id"]).transform("max"))]


def _list_manquants(gate: Gate, lus: list[Chiffre], demande: DemandeExplorer) -> list[Chiffre]:
    """Les territoires de la vue qui n'ont pas de cellule : trop peu de réponses, ou aucune, sans dire lequel.

    Sans eux, une table de 83 départements passerait pour entière. Croisée avec une autre répartition, la
    vue n'en a pas toutes les combinaisons : une phrase le dit (`explorer`).
    """
    if TERRITOIRE not in demande.par or set(demande.par) - {TERRITOIRE, VAGUE}:
        return []
    lieux = list_lieux(gate, demande)
    if lieux is None:
        lieux = _list_lieux_niveau(gate, demande.niveau)
    presents: dict[tuple[str, str], set[str]] = {}
    modeles: dict[tuple[str, str], Chiffre] = {}
    for chiffre in lus:
        cle = (chiffre.indicateur_id, chiffre.vague_id)
        presents.setdefault(cle, set()).add(chiffre.territoire_id)
        modeles.setdefault(cle, chiffre)
    return [
        Chiffre(*cle, lieu, modele.type, modele.strate, modele.couverture, ABSENT)
        for cle, modele in modeles.items()
        for lieu in sorted(set(lieux) - presents[cle])
    ]


def _list_lieux_niveau(gate: Gate, niveau: str) -> set[str]:
    """Les territoires d'un niveau où il y a des communes."""
    if niveau not in ("zone", "region", "departement"):
        return set()
    lieux = gate.get_referentiel()
    return {f"{niveau}-{code}" for code in lieux.loc[lieux["type"].eq("commune"), niveau].dropna().unique()}


def _sort(chiffres: list[Chiffre], catalogue: Catalogue) -> list[Chiffre]:
    indicateurs = {i: rang for rang, i in enumerate(catalogue.indicateurs)}
    strates = {s.id: rang for rang, s in enumerate(catalogue.strates)}
    vagues = {v.id: rang for rang, v in enumerate(catalogue.vagues)}
    return sorted(
        chiffres,
        key=lambda c: (
            indicateurs[c.indicateur_id], c.territoire_id, c.type, strates.get(c.strate, -1), c.couverture,
            vagues.get(c.vague_id, -1),
        ),
    )  # fmt: skip


class _Noms:
    """Les noms des groupes, chacun cherché une fois."""

    def __init__(self, libelles: Libelles) -> None:
        self._libelles = libelles
        self._territoires: dict[str, str] = {}

    def get_groupe(self, chiffre: Chiffre) -> str:
        """« Bretagne, Communes de moins de 500 habitants »."""
        lieu = self._territoires.setdefault(
            chiffre.territoire_id, self._libelles.get_territoire(chiffre.territoire_id)
        )
        qui = (
            self._libelles.get_strate(chiffre.strate)
            if chiffre.strate
            else LIBELLES_TYPES.get(chiffre.type, "")
        )
        return ", ".join(filter(None, (lieu, qui, LIBELLES_COUVERTURES.get(chiffre.couverture, ""))))
