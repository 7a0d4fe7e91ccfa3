"""Rejouer les fichiers reçus : la version en service dit lesquels, la réserve les a gardés.

Une version ne cite que les lots dont elle a les réponses : pour un questionnaire et une vague, le premier a
tout remplacé et les suivants le complètent. Un lot d'avant la réserve, sans fichier, est repris tel quel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from barometre.catalogue import Catalogue
from barometre.ingest.garde import LotGarde, read_garde
from barometre.ingest.garde_actions import is_actions, read_actions
from barometre.ingest.identity import Referentiel
from barometre.ingest.rejeu import reread
from barometre.pipeline.cles import build_cle, index_cles
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.importer_actions import list_lots_actions
from barometre.pipeline.lots import add_lot, mark_lot
from barometre.pipeline.tardives import find_identiques
from barometre.warehouse.engine import Engine, EntrepotError
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.reprise import read_table
from barometre.warehouse.reserve import Reserve

_RECUES = ("lot_import", "quarantaine", "participation", "fait_reponse")


@dataclass(frozen=True, slots=True)
class Rejoue:
    """Le sort d'un lot : ses réponses en service avant et après ; `relu` : son fichier était gardé."""

    lot_id: str
    fichier: str
    relu: bool
    avant: int
    apres: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """Un lot et ses lignes dans chaque table de ce que l'on a reçu."""

    tables: dict[str, pd.DataFrame]
    garde: LotGarde | None = None
    # La version en service retient ses réponses : elles attendent les suivantes.
    retenue: bool = False

    @property
    def ligne(self) -> pd.Series:
        """La ligne de `lot_import`."""
        return self.tables["lot_import"].iloc[0]

    @property
    def lieu(self) -> tuple[str, str]:
        """Son questionnaire et sa vague."""
        return str(self.ligne["questionnaire_id"]), str(self.ligne["vague_id"])

    @property
    def cites(self) -> set[str]:
        """Les collectivités dont il a une réponse."""
        return set(self.tables["participation"]["collectivite_id"])


def reread_lots(entrepot: Entrepot, socle: Donnees, catalogue: Catalogue) -> tuple[Rejoue, ...]:
    """Ajoute au socle les vraies réponses de la version en service ; rend le sort de chaque lot. Verrou tenu.

    Lève `ImportRefuse` si un fichier ne se relit plus, `EntrepotError` si la réserve est abîmée ou si le
    catalogue ne connaît plus une vague : rien n'est alors construit.
    """
    active = entrepot.get_active()
    if active is None:
        return ()
    moteur = entrepot.build_engine(active)
    try:
        lots = list_lots_reels(moteur)
        if lots.empty:
            return ()
        referentiel = Referentiel(socle.get("dim_collectivite"), socle.get("code_ancien"))
        pieces = _read_pieces(moteur, lots, entrepot.get_reserve(), referentiel, catalogue)
        socle.add("cle_secrete", _collect_cles(moteur, pieces))
    finally:
        moteur.dispose()
    pieces = _apply_complements(pieces)
    for piece in pieces:
        for nom, lignes in piece.tables.items():
            socle.add(nom, lignes)
    check_vagues(socle.get("participation"), catalogue)
    return tuple(map(_compare, lots["charges"], pieces))


def list_lots_reels(moteur: Engine) -> pd.DataFrame:
    """Les lots de vraies réponses d'une version, dans l'ordre de leur import."""
    lots = read_table(moteur, "lot_import")
    reels = lots[~lots["simule"].astype(bool)]
    return reels.sort_values(["importe_le", "lot_id"], ignore_index=True)


def check_vagues(participations: pd.DataFrame, catalogue: Catalogue) -> None:
    """Refuse de perdre des réponses dont le catalogue ne connaît plus la vague ou le questionnaire."""
    connues = {(v.id, q) for v in catalogue.vagues for q in v.questionnaires}
    presentes = participations[["vague_id", "questionnaire_id"]].drop_duplicates()
    perdues = [paire for paire in presentes.itertuples(index=False, name=None) if paire not in connues]
    if perdues:
        noms = " ; ".join(
            f"« {questionnaire} » à la vague « {vague} »" for vague, questionnaire in perdues[:5]
        )
        raise EntrepotError(
            f"Le catalogue ne connaît plus : {noms}. Remettez-les dans vagues.yml : leurs "
            "réponses sont gardées."
        )


def _read_pieces(
    moteur: Engine, lots: pd.DataFrame, reserve: Reserve, referentiel: Referentiel, catalogue: Catalogue
) -> list[_Piece]:
    sans_fichier = lots["empreinte_gardee"].isna() | lots["empreinte_gardee"].eq("")
    tables = {nom: read_table(moteur, nom) for nom in _RECUES} if sans_fichier.any() else {}
    pieces = []
    for (_, ligne), manque in zip(lots.iterrows(), sans_fichier, strict=True):
        if manque:
            pieces.append(_Piece(_select_lot(tables, str(ligne["lot_id"]))))
            continue
        garde = read_garde(reserve.read(str(ligne["empreinte_gardee"])))
        lot = mark_lot(reread(garde, referentiel, catalogue), simule=False)
        donnees = Donnees()
        add_lot(donnees, replace(lot, empreinte_gardee=ligne["empreinte_gardee"]), ligne["importe_le"])
        retenue = bool(pd.notna(ligne["retenues"]) and ligne["retenues"] > 0)
        pieces.append(_Piece({nom: donnees.get(nom) for nom in _RECUES}, garde, retenue))
    return pieces


def _select_lot(tables: dict[str, pd.DataFrame], lot_id: str) -> dict[str, pd.DataFrame]:
    """Les lignes d'un lot d'avant la réserve, telles que la version les a."""
    siennes = {
        nom: tables[nom][tables[nom]["lot_id"].eq(lot_id)]
        for nom in ("lot_import", "quarantaine", "participation")
    }
    cle = ["vague_id", "questionnaire_id", "collectivite_id"]
    return siennes | {"fait_reponse": tables["fait_reponse"].merge(siennes["participation"][cle], on=cle)}


def _apply_complements(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Chaque lot sur les précédents du même lieu, comme à son import.

    Une réponse redonnée mot pour mot reste où elle était ; changée, elle quitte le lot précédent, qui la
    compte en doublon ; retenue, elle n'est dans aucun.
    """
    faites: list[_Piece] = []
    for piece in pieces:
        rangs = [i for i, p in enumerate(faites) if p.lieu == piece.lieu]
        en_service = [faites[i].tables["fait_reponse"] for i in rangs]
        if en_service:
            redites = find_identiques(pd.concat(en_service), piece.tables["fait_reponse"])
            piece = _drop_cites(piece, redites, "doublons")  # noqa: PLW2901
        if piece.retenue:
            piece = _drop_cites(piece, piece.cites, "retenues")  # noqa: PLW2901
        for i in rangs:
            faites[i] = _drop_cites(faites[i], piece.cites, "doublons")
        faites.append(piece)
    return faites


def _drop_cites(piece: _Piece, collectivites: set[str], sort: str) -> _Piece:
    """Le lot sans ces collectivités, comptées sous ce sort."""
    otees = piece.cites & collectivites
    if not otees:
        return piece
    tables = dict(piece.tables)
    for nom in ("participation", "fait_reponse"):
        tables[nom] = tables[nom][~tables[nom]["collectivite_id"].isin(otees)]
    comptes = {"charges": -len(otees), sort: len(otees)}
    lot = tables["lot_import"]
    tables["lot_import"] = lot.assign(**{nom: lot[nom].fillna(0) + n for nom, n in comptes.items()})
    return replace(piece, tables=tables)


def _collect_cles(moteur: Engine, pieces: Sequence[_Piece]) -> pd.DataFrame:
    """Les clés de la version, à défaut celles des lots gardés : les chiffres gardent leur bruit."""
    cles = dict(index_cles(read_table(moteur, "cle_secrete")))
    for piece in pieces:
        if piece.garde is not None:
            cles.setdefault(piece.lieu, piece.garde.cle)
    neuves = [build_cle(v, q) for q, v in {p.lieu for p in pieces} - set(cles)]
    connues = [(vague, questionnaire, cle) for (questionnaire, vague), cle in cles.items()]
    colonnes = ["vague_id", "questionnaire_id", "cle"]
    return pd.concat([pd.DataFrame(connues, columns=colonnes), *neuves], ignore_index=True)


def _compare(avant: int, piece: _Piece) -> Rejoue:
    ligne, relu = piece.ligne, piece.garde is not None
    return Rejoue(str(ligne["lot_id"]), str(ligne["fichier"]), relu, int(avant), int(ligne["charges"]))


@dataclass(frozen=True, slots=True)
class Fiche:
    """Un fichier de la réserve, sans son contenu. `en_service` : la version en service l'a."""

    cle: str
    lot_id: str
    questionnaire_id: str
    vague_id: str
    fichiers: str
    recu_le: str
    par: str
    en_service: bool


def list_reserve(entrepot: Entrepot) -> list[Fiche]:
    """Tout ce que la réserve garde, du plus récent au plus ancien."""
    active = entrepot.get_active()
    reserve, presents = entrepot.get_reserve(), list_cites(entrepot, [active] if active else [])
    fiches = [_build_fiche(cle, reserve.read(cle), cle in presents) for cle in reserve.list_cles()]
    return sorted(fiches, key=lambda fiche: fiche.recu_le, reverse=True)


def _build_fiche(cle: str, octets: bytes, en_service: bool) -> Fiche:
    """Une liste de bénéficiaires n'a ni questionnaire ni vague : son fonds en tient lieu."""
    if is_actions(octets):
        liste = read_actions(octets)
        return Fiche(
            cle, liste.lot_id, f"fonds {liste.fonds_id}", "", liste.export.nom, liste.recu_le, liste.par,
            en_service,
        )  # fmt: skip
    garde = read_garde(octets)
    fichiers = ", ".join(recu.export.nom for recu in garde.recus)
    return Fiche(
        cle, garde.lot_id, garde.questionnaire_id, garde.vague_id, fichiers, garde.recu_le, garde.par,
        en_service,
    )  # fmt: skip


def list_cites(entrepot: Entrepot, versions: Iterable[str]) -> set[str]:
    """Les clés des fichiers dont l'une de ces versions a les réponses."""
    cites: set[str] = set()
    for version_id in versions:
        moteur = entrepot.build_engine(version_id)
        try:
            cites |= set(list_lots_reels(moteur)["empreinte_gardee"].dropna()) | list_lots_actions(moteur)
        finally:
            moteur.dispose()
    return cites
