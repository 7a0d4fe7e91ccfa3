"""Conseillers numériques (ANCT) : les postes pourvus, dans la commune de la structure qui les emploie."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from barometre.sources.contexte import Contexte, read_numbers, recode_communes, reject_rows
from barometre.sources.douteuses import Temoins, find_douteuses
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.presence import build_liste, has_any, sum_by_commune
from barometre.sources.resultat import Resultat, build_valeurs, join_valeurs

RECRUTES = "Nb de conseillers recrutés"
COLONNES = ("Code commune Insee", RECRUTES)
TEMOINS = Temoins(("Code postal",))
PAS_UN_NOMBRE = "Ce n'est pas un nombre de conseillers."


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est, sans le nom ni le SIRET des structures."""
    return read_csv(chemin, COLONNES, TEMOINS.colonnes)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Par commune : les conseillers recrutés, et s'il y en a au moins un."""
    postes = read_numbers(brut.frame[RECRUTES])
    faux = postes.isna() | postes.lt(0)
    bonnes = brut.frame[~faux].assign(**{RECRUTES: postes[~faux]})
    recodage = recode_communes(bonnes, "Code commune Insee", contexte)
    # Une ligne dont le nombre ou le code ne se lit pas ne fait pas un zéro : sa commune reste inconnue.
    illisibles = pd.concat([brut.frame[faux], recodage.inconnues])
    douteuses = find_douteuses(illisibles, "Code commune Insee", TEMOINS, contexte, brut.brisees)
    nombres = sum_by_commune(recodage, RECRUTES, contexte, contexte.territoires.departements)
    presence = douteuses.mask_zeros(has_any(nombres))
    valeurs = [
        build_valeurs("conseillers_numeriques_postes", douteuses.mask(nombres), contexte.periode),
        build_valeurs("conseiller_numerique_presence", presence, contexte.periode),
    ]
    refusees = reject_rows(brut.frame[faux], RECRUTES, PAS_UN_NOMBRE)
    return build_liste(brut, recodage, douteuses, join_valeurs(valeurs), refusees)
