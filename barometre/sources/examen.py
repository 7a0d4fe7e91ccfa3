"""Lire une source et la juger : un fichier qui passe les gardes devient la bonne copie, sinon elle reste."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from barometre.sources.catalogue import SourceExterieure
from barometre.sources.contexte import Contexte
from barometre.sources.errors import SourceEnPanne, SourceRefusee
from barometre.sources.fetch import Copie, Lieu, fall_back, fetch, get_kept, keep
from barometre.sources.gardes import (
    Empreinte,
    build_empreinte,
    check_cle,
    check_couverture,
    check_lignes,
    check_rejets,
    check_totaux,
    read_empreinte,
)
from barometre.sources.lecture import Brut
from barometre.sources.modules import get_module
from barometre.sources.resultat import Resultat

journal = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Lecture:
    brut: Brut
    resultat: Resultat
    empreinte: Empreinte


def read_source(
    source: SourceExterieure, lieu: Lieu, contexte: Contexte, *, confirmer: bool = False
) -> tuple[Copie, Resultat]:
    """Le fichier neuf s'il passe les gardes ; sinon la dernière bonne copie, avec la raison.

    Lève `SourceInjoignable` ou `SourceRefusee` quand il n'y a pas de bonne copie.
    """
    copie = fetch(source, lieu)
    gardee = get_kept(source, lieu)
    avant = read_empreinte(gardee.comptes) if gardee and copie.is_neuve and not confirmer else None
    try:
        lecture = _examine(source, copie, contexte, avant, _count_annees(gardee))
    except SourceRefusee as erreur:
        return _fall_back(source, lieu, contexte, copie, erreur)
    # Les comptes suivent la copie : le prochain fichier leur sera comparé.
    bonne = replace(copie, comptes=lecture.empreinte.to_dict())
    return keep(bonne, lieu, lecture.brut.frame if source.purger else None), lecture.resultat


def _count_annees(gardee: Copie | None) -> int:
    """Les années entamées depuis la bonne copie."""
    return max(gardee.get_age(), 0) // 365 + 1 if gardee else 1


def _fall_back(
    source: SourceExterieure, lieu: Lieu, contexte: Contexte, copie: Copie, erreur: SourceRefusee
) -> tuple[Copie, Resultat]:
    if not copie.is_neuve:
        raise erreur
    copie.chemin.unlink(missing_ok=True)
    gardee = fall_back(source, lieu, str(erreur))
    if gardee is None:
        raise erreur
    return gardee, _examine(source, gardee, contexte, None).resultat


def _examine(
    source: SourceExterieure,
    copie: Copie,
    contexte: Contexte,
    avant: Empreinte | None,
    annees: int = 1,
) -> _Lecture:
    """Lit, juge les lignes, calcule, juge le résultat ; un module qui s'arrête est un refus."""
    try:
        module = get_module(source)
        brut = module.read(copie.chemin)
        check_lignes(brut, source.attendu)
        resultat = module.rows(brut, contexte)
        empreinte = build_empreinte(brut, resultat, contexte)
        check_rejets(empreinte, resultat, source.attendu, contexte)
        check_cle(brut, source.attendu)
        check_totaux(empreinte, source.attendu)
        check_couverture(empreinte, source.attendu, avant, annees)
    except SourceRefusee:
        raise
    except Exception as erreur:
        journal.exception("Le module de la source %s s'est arrêté.", source.id)
        raise SourceEnPanne(
            f"Le module de « {source.titre} » s'est arrêté ({type(erreur).__name__}) : ses lignes ne sont "
            "pas lues, les autres sources le sont. Le détail est dans le journal du programme."
        ) from erreur
    return _Lecture(brut, resultat, empreinte)
