"""Adhérents des opérateurs (ANCT), par SIRET : le fait « adhérente », qu'un périmètre ne dit pas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from barometre.sources.contexte import (
    CODE_DISCORDANT,
    HORS_CADRE,
    SIREN_DISCORDANT,
    Contexte,
    reject_rows,
)
from barometre.sources.errors import SourceRefusee
from barometre.sources.gardes import check_discordants, list_dementis
from barometre.sources.lecture import Brut, read_csv, read_json, read_member
from barometre.sources.resultat import Resultat, build_resultat

COLONNES = ("operateur_id", "organisation_siret")
NOM = "organisation_nom"
CODE = "organisation_code_insee"
FACULTATIVES = ("role", NOM, CODE)
# Les rôles qui ne disent pas une adhésion.
PAS_ADHERENT = ("perimetre", "périmètre")
# Un rôle non dit est celui du fichier : la liste des adhérents.
ADHERENT = ("", "adherent", "adhérent", "adherente", "adhérente", "membre")
# Un opérateur a des adhérents hors de ses départements ; la plupart dehors, ce ne sont pas les siens.
HORS_PERIMETRE_MAX, ADHERENTS_COMPARABLES = 0.5, 10
# Des bords entre deux opérateurs d'un fichier rangé, la part où la ligne est celle d'à côté : au plus 0,08 de
# nos fichiers d'essai ; décalés, 0,18 et plus. Rangé par rôle aussi : les quatre cinquièmes des opérateurs.
BORDS_MAX, RANGES_MIN = 0.15, 0.8
# D'un autre département, l'opérateur a des adhérents épars, dont aucun n'est de son « périmètre » ; du
# cinquième de ses communes, c'est un département de plus.
EPARS_MAX, DECALES, TOUCHES_MAX = 0.2, 3, 0.5
MEMBRE = "organizations.json"
AUTRE_ROLE = "Ce rôle ne dit pas une adhésion."
ROLE_INCONNU = "Ce rôle n'est pas connu : on ne sait pas s'il dit une adhésion."
HORS_PERIMETRE = (
    "La plupart des adhérents de cet opérateur sont hors de ses départements : ce ne sont pas les siens."
)
D_A_COTE = "Hors des départements de son opérateur, dans ceux de la ligne d'à côté : il a glissé d'une ligne."
OPERATEUR_INCONNU = "Cet opérateur n'est pas dans la liste des opérateurs."

# La colonne que montre le rejet, pour chaque motif.
COLONNE_FAUTIVE = {
    AUTRE_ROLE: "role", ROLE_INCONNU: "role", HORS_CADRE: "organisation_siret",
    SIREN_DISCORDANT: "organisation_siret", CODE_DISCORDANT: CODE,
    OPERATEUR_INCONNU: "operateur_id", HORS_PERIMETRE: "operateur_id", D_A_COTE: "operateur_id",
}  # fmt: skip


def read(chemin: Path) -> Brut:
    """Le CSV officiel, ou l'échantillon (une archive) ramené aux mêmes colonnes."""
    if chemin.suffix != ".zip":
        return read_csv(chemin, COLONNES, FACULTATIVES)
    try:
        organisations = json.loads(read_member(chemin, MEMBRE))
        couples = [_couple(o, lien) for o in organisations for lien in o.get("operators", [])]
    except (ValueError, AttributeError, TypeError, KeyError) as erreur:
        raise SourceRefusee("L'échantillon n'a pas la forme attendue.") from erreur
    return read_json(json.dumps(couples).encode(), COLONNES, FACULTATIVES)


def _couple(organisation: dict[str, Any], lien: dict[str, Any]) -> dict[str, str]:
    role = "adherent" if lien["is_adherent"] else "perimetre"
    return {"operateur_id": lien["id"], "organisation_siret": organisation["siret"], "role": role}


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Un lien par adhésion constatée."""
    frame = brut.frame.assign(
        collectivite_id=brut.frame["organisation_siret"].str[:9].map(contexte.sirens),
        opsn_id=brut.frame["operateur_id"].map(dict(contexte.operateurs)),
    )
    frame = _place(frame, contexte)
    _check_roles(frame, contexte)
    motifs = _list_motifs(frame, contexte)
    bons = frame[motifs.eq("")]
    liens = pd.DataFrame(
        {"opsn_id": bons["opsn_id"], "cible_id": bons["collectivite_id"], "nature": "adherente"}
    ).drop_duplicates()
    rejets = [*brut.rejets]
    for motif, colonne in COLONNE_FAUTIVE.items():
        rejets += reject_rows(frame[motifs.eq(motif)], colonne, motif)
    return build_resultat(brut.lus, rejets, liens=liens.reset_index(drop=True))


def _list_motifs(frame: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """Le motif de refus de chaque ligne, ou vide ; refuse un fichier dont une colonne est décalée."""
    role = frame["role"].str.lower() if "role" in frame else pd.Series("", index=frame.index)
    motifs = pd.Series("", index=frame.index)
    motifs = motifs.mask(~role.isin(ADHERENT), ROLE_INCONNU).mask(role.isin(PAS_ADHERENT), AUTRE_ROLE)
    motifs = motifs.mask(motifs.eq("") & frame["collectivite_id"].isna(), HORS_CADRE)
    placees = motifs.eq("")
    dementis = list_dementis(frame, placees, ("organisation_siret", NOM, CODE), contexte)
    motifs = motifs.where(dementis.eq(""), dementis)
    motifs = motifs.mask(motifs.eq("") & frame["opsn_id"].isna(), OPERATEUR_INCONNU)
    motifs = motifs.mask(motifs.eq("") & _find_d_a_cote(frame), D_A_COTE)
    dehors = _find_hors_perimetre(frame[motifs.eq("")])
    check_discordants(int(dehors.sum()), int(placees.sum()), COLONNES, "le même opérateur")
    return motifs.mask(dehors.reindex(frame.index, fill_value=False), HORS_PERIMETRE)


def _place(frame: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Chaque ligne avec son département, ceux de son opérateur, et si elle en est hors ; vide si inconnu."""
    chez = "departement-" + frame["collectivite_id"].map(contexte.territoires.departements).astype("object")
    couverts = frame["opsn_id"].map(contexte.perimetres).astype("object")
    paires = zip(chez.tolist(), couverts.tolist(), strict=True)
    hors = pd.Series([_is_hors(*paire) for paire in paires], index=frame.index, dtype="object")
    return frame.assign(chez=chez, couverts=couverts, hors=hors)


def _is_hors(chez: object, couverts: object) -> bool | None:
    return chez not in couverts if isinstance(chez, str) and isinstance(couverts, frozenset) else None


def _find_hors_perimetre(adhesions: pd.DataFrame) -> pd.Series:
    """Vrai des adhésions d'un opérateur dont la plupart des adhérents sont hors des départements."""
    groupes = adhesions["hors"].astype("float64").groupby(adhesions["operateur_id"])
    return groupes.transform("mean").gt(HORS_PERIMETRE_MAX) & groupes.transform("count").ge(
        ADHERENTS_COMPARABLES
    )


def _list_bords(frame: pd.DataFrame) -> list[int]:
    """Le rang de la première ligne de chaque opérateur d'un fichier rangé ainsi, sauf du premier."""
    blocs = frame["operateur_id"].ne(frame["operateur_id"].shift()).cumsum()
    longs = blocs.map(blocs.value_counts()).ge(ADHERENTS_COMPARABLES)
    changent = blocs.ne(blocs.shift()) & longs & longs.shift(fill_value=False)
    return [rang for rang in changent.to_numpy().nonzero()[0].tolist() if rang]


def _find_d_a_cote(frame: pd.DataFrame) -> pd.Series:
    """Vrai d'une ligne au bord d'un opérateur, hors de ses départements, dans ceux de celui d'à côté.

    Refuse si c'est à trop de bords, toujours du même : l'identifiant a glissé d'une ligne.
    """
    chez, couverts, hors = (frame[nom].tolist() for nom in ("chez", "couverts", "hors"))
    paires = [(rang, rang - 1) for rang in _list_bords(frame)]
    separes = [(un, autre) for un, autre in paires if _are_separes(couverts[un], couverts[autre])]
    trouvees = set[int]()
    for sens in (separes, [(un, autre) for autre, un in separes]):
        glissees = [
            ligne for ligne, voisine in sens if hors[ligne] and not _is_hors(chez[ligne], couverts[voisine])
        ]
        _check_bords(len(glissees), len(separes), COLONNES, "le même opérateur")
        trouvees.update(glissees)
    return pd.Series([rang in trouvees for rang in range(len(frame))], index=frame.index)


def _are_separes(un: object, autre: object) -> bool:
    return isinstance(un, frozenset) and isinstance(autre, frozenset) and un.isdisjoint(autre)


def _check_bords(glissees: int, bords: int, colonnes: tuple[str, ...], quoi: str) -> None:
    if glissees >= DECALES and glissees > BORDS_MAX * bords:
        check_discordants(glissees, glissees, colonnes, quoi)


def _check_roles(frame: pd.DataFrame, contexte: Contexte) -> None:
    """Refuse une liste où un opérateur a, hors de ses départements, des « périmètres » épars."""
    if "role" not in frame:
        return
    _check_roles_ranges(frame)
    ailleurs = frame[frame["hors"].eq(True)]
    tailles = (
        ailleurs["chez"]
        .str.removeprefix("departement-")
        .map(contexte.territoires.departements.value_counts())
    )
    nombres = ailleurs.groupby(["operateur_id", "chez"])["chez"].transform("size")
    eparses = ailleurs[nombres.lt(EPARS_MAX * tailles)]
    # Le périmètre d'un opérateur déborde parfois de ses départements (l'échantillon) ; non de la plupart.
    dites = eparses["role"].str.lower().isin(PAS_ADHERENT)
    touches = int(dites.groupby(eparses["operateur_id"]).any().sum())
    if touches >= DECALES and touches > TOUCHES_MAX * eparses["operateur_id"].nunique():
        check_discordants(int(dites.sum()), len(eparses), ("operateur_id", "role"), "la même couverture")


def _check_roles_ranges(frame: pd.DataFrame) -> None:
    """Refuse une liste rangée par opérateur puis rôle, où la ligne d'un bord a le rôle d'à côté."""
    bords, roles, hors = _list_bords(frame), frame["role"].str.lower(), frame["hors"].tolist()
    change = roles.ne(roles.shift()).cumsum().tolist()
    fins = zip(bords, [*bords, len(frame)][1:], strict=True)
    # Un changement de rôle au plus entre la deuxième ligne d'un opérateur et son avant-dernière.
    ranges = [(debut, fin - 1) for debut, fin in fins if change[fin - 2] - change[debut + 1] <= 1]
    if len(ranges) <= RANGES_MIN * len(bords):
        return
    for bout, pas in ((0, 1), (1, -1)):
        # Hors de ses départements, un opérateur dit « périmètre » partout peut n'avoir qu'un adhérent.
        lignes = [paire[bout] for paire in ranges if not hors[paire[bout]]]
        seules = sum(change[ligne] != change[ligne + pas] for ligne in lignes)
        _check_bords(seules, len(ranges), ("operateur_id", "role"), "le même rôle")
