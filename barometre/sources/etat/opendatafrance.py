"""Plateformes de données ouvertes (OpenDataFrance) : les collectivités recensées, par SIREN."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from barometre.recherche.noms import normalise_nom
from barometre.sources.contexte import HORS_CADRE, Contexte, reject_rows
from barometre.sources.douteuses import Temoins, find_douteuses
from barometre.sources.gardes import check_discordants
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.presence import fill_zeros
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs
from barometre.sources.siren import is_siren

COLONNES = ("siren", "url_platform", "id_datagouv")
TEMOINS = Temoins(nom="nom")
SANS_PLATEFORME = "Ni plateforme ni espace sur data.gouv.fr : rien ne dit que des données sont publiées."
DISCORDANT = "Ce SIREN est celui d'une collectivité, et le nom celui d'une autre."
# Les mots d'un nom qui ne disent pas lequel c'est.
_GENERIQUES = frozenset(
    re.findall(
        r"\w+",
        """cc ca cu de du des la le les l d et en communaute communes agglomeration agglo metropole commune
        ville departement departemental region regional conseil""",
    )
)
INDICATEUR = "open_data_recense"


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES, TEMOINS.colonnes)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """1 pour une collectivité recensée, 0 pour les autres des mêmes régions dont on connaît le SIREN.

    Le zéro dit « non recensée », jamais « ne publie pas ».
    """
    frame = brut.frame.assign(collectivite_id=brut.frame["siren"].map(contexte.sirens))
    discordants = _is_discordant(frame, contexte)
    check_discordants(int(discordants.sum()), int(frame["collectivite_id"].notna().sum()), ("siren", "nom"))
    frame["collectivite_id"] = frame["collectivite_id"].mask(discordants)
    inconnus = frame["collectivite_id"].isna()
    vides = ~inconnus & frame["url_platform"].eq("") & frame["id_datagouv"].eq("")
    dites = (~vides[~inconnus]).astype("float64").groupby(frame["collectivite_id"]).max()
    cadre = contexte.collectivites
    connues = cadre[cadre["siren"].notna() & cadre["porteur_id"].isna()].set_index("collectivite_id")
    presence = fill_zeros(dites, connues.index, contexte.regions)
    # Un SIREN faux est celui de quelqu'un : la commune de ce nom n'est pas « non recensée ».
    faux = frame[inconnus & (discordants | ~frame["siren"].map(is_siren))]
    presence = find_douteuses(faux, "siren", TEMOINS, contexte).mask_zeros(presence)
    return build_resultat(
        brut.lus,
        [
            *brut.rejets,
            *reject_rows(frame[inconnus & ~discordants], "siren", HORS_CADRE),
            *reject_rows(frame[discordants], "siren", DISCORDANT),
            *reject_rows(frame[vides], "siren", SANS_PLATEFORME),
        ],
        valeurs=build_valeurs(INDICATEUR, presence, contexte.periode),
    )


def _is_discordant(frame: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """Vrai d'une ligne dont le nom n'a aucun mot de la collectivité que son SIREN désigne."""
    if TEMOINS.nom not in frame:
        return pd.Series(False, index=frame.index)
    noms = contexte.collectivites.set_index("collectivite_id")["nom"]
    siens = frame["collectivite_id"].map(noms).fillna("")
    return pd.Series(
        [_is_autre_nom(*paire) for paire in zip(frame[TEMOINS.nom], siens, strict=True)], index=frame.index
    )


def _is_autre_nom(ecrit: str, sien: str) -> bool:
    mots, siens = (set(normalise_nom(nom).split()) - _GENERIQUES for nom in (ecrit, sien))
    return bool(mots and siens) and not any(m[:4] == s[:4] for m in mots for s in siens)
