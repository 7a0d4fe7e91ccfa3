"""Plateformes de données ouvertes (OpenDataFrance) : les collectivités recensées, par SIREN."""

from __future__ import annotations

from pathlib import Path

from barometre.sources.contexte import HORS_CADRE, SIREN_DISCORDANT, Contexte, reject_rows
from barometre.sources.douteuses import Temoins, find_douteuses
from barometre.sources.gardes import check_discordants
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.noms import find_discordants
from barometre.sources.presence import fill_zeros
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs
from barometre.sources.siren import is_siren

COLONNES = ("siren", "url_platform", "id_datagouv")
TEMOINS = Temoins(nom="nom")
SANS_PLATEFORME = "Ni plateforme ni espace sur data.gouv.fr : rien ne dit que des données sont publiées."
INDICATEUR = "open_data_recense"


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES, TEMOINS.colonnes)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """1 pour une collectivité recensée, 0 pour les autres des mêmes régions dont on connaît le SIREN.

    Le zéro dit « non recensée », jamais « ne publie pas ».
    """
    frame = brut.frame.assign(collectivite_id=brut.frame["siren"].map(contexte.sirens))
    discordants = find_discordants(frame, TEMOINS.nom, contexte.territoires.noms)
    check_discordants(int(discordants.sum()), int(frame["collectivite_id"].notna().sum()), ("siren", "nom"))
    frame["collectivite_id"] = frame["collectivite_id"].mask(discordants)
    inconnus = frame["collectivite_id"].isna()
    vides = ~inconnus & frame["url_platform"].eq("") & frame["id_datagouv"].eq("")
    dites = (~vides[~inconnus]).astype("float64").groupby(frame["collectivite_id"]).max()
    cadre = contexte.collectivites
    connues = cadre[cadre["siren"].notna() & cadre["porteur_id"].isna()].set_index("collectivite_id")
    presence = fill_zeros(dites, connues.index, contexte.territoires.regions)
    # Un SIREN faux est celui de quelqu'un : la commune de ce nom n'est pas « non recensée ».
    faux = frame[inconnus & (discordants | ~frame["siren"].map(is_siren))]
    douteuses = find_douteuses(faux, "siren", TEMOINS, contexte)
    return build_resultat(
        brut.lus,
        [
            *brut.rejets,
            *reject_rows(frame[inconnus & ~discordants], "siren", HORS_CADRE),
            *reject_rows(frame[discordants], "siren", SIREN_DISCORDANT),
            *reject_rows(frame[vides], "siren", SANS_PLATEFORME),
        ],
        valeurs=build_valeurs(INDICATEUR, douteuses.mask_zeros(presence), contexte.periode),
        citees=frozenset(frame["collectivite_id"].dropna()),
        insituables=douteuses.insituables,
    )
