"""Espaces France services (ANCT) : leur nombre par commune, bus et antennes compris."""

from __future__ import annotations

from pathlib import Path

from barometre.sources.contexte import Contexte, recode_communes, reject_rows
from barometre.sources.douteuses import Temoins, find_douteuses
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.presence import build_liste, count_by_commune, has_any
from barometre.sources.resultat import Resultat, build_valeurs, join_valeurs

COLONNES = ("id_fs", "insee_com", "format_fs")
TEMOINS = Temoins(("code_postal", "insee_dep"), "lib_com")
DOUBLON = "Cet espace est déjà dans le fichier."


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est, sans téléphone, courriel ni horaires."""
    return read_csv(chemin, COLONNES, TEMOINS.colonnes)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Par commune : le nombre d'espaces, et s'il y en a au moins un."""
    doubles = brut.frame["id_fs"].duplicated() & brut.frame["id_fs"].ne("")
    recodage = recode_communes(brut.frame[~doubles], "insee_com", contexte, TEMOINS.nom)
    nombres = count_by_commune(recodage, contexte, contexte.territoires.departements)
    douteuses = find_douteuses(recodage.inconnues, "insee_com", TEMOINS, contexte, brut.brisees)
    valeurs = [
        build_valeurs("france_services_nombre", douteuses.mask(nombres), contexte.periode),
        build_valeurs("france_services_presence", douteuses.mask_zeros(has_any(nombres)), contexte.periode),
    ]
    refusees = reject_rows(brut.frame[doubles], "id_fs", DOUBLON)
    return build_liste(brut, recodage, douteuses, join_valeurs(valeurs), refusees)
