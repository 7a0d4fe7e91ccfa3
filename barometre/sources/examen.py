"""Lire une source et la juger : un fichier qui passe les gardes devient la bonne copie, sinon elle reste."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from barometre.domain.formats import format_date
from barometre.sources.catalogue import SourceExterieure
from barometre.sources.contexte import Contexte
from barometre.sources.departements import check_completude
from barometre.sources.disparues import (
    count_liens_changes,
    count_revisees,
    find_departements,
    find_disparues,
    list_remarques,
    mask_zeros,
)
from barometre.sources.empreinte import Empreinte, read_empreinte
from barometre.sources.errors import SourceEnPanne, SourceRefusee
from barometre.sources.fetch import Copie, Lieu, fall_back, fetch, get_kept, keep
from barometre.sources.gardes import (
    BONNE_COPIE,
    build_empreinte,
    check_bloc,
    check_cle,
    check_couverture,
    check_departements,
    check_lignes,
    check_memes_valeurs,
    check_rejets,
    check_totaux,
    is_courte,
)
from barometre.sources.lecture import Brut
from barometre.sources.modules import get_module
from barometre.sources.resultat import Resultat

# Un fichier de miroir est la publication que sa fiche décrit, une adresse rend celle du jour : au premier on
# n'admet qu'un cinquième de l'écart d'une année (3 % des lignes) ; un autre millésime se confirme.
MEME_PUBLICATION = 0.2
journal = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Juge:
    """Ce à quoi un fichier neuf est comparé, les années entamées depuis, et son nom dans une phrase."""

    avant: Empreinte | None = None
    annees: float = 1.0
    nom: str = BONNE_COPIE


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
    copie, gardee = fetch(source, lieu), get_kept(source, lieu)
    juge = _find_juge(source, copie, gardee) if copie.is_neuve and not confirmer else _Juge()
    try:
        lecture = _examine(source, copie, contexte, juge)
        suite = _follow(source, copie, gardee, lecture=lecture, juge=juge, contexte=contexte)
    except SourceRefusee as erreur:
        return _fall_back(source, lieu, contexte, copie, erreur)
    resultat = mask_zeros(lecture.resultat, suite.incertains, contexte)
    remarque = " ".join(list_remarques(resultat, suite.incertains, suite.revisees, suite.liens_changes))
    # Les comptes suivent la copie : le prochain fichier leur sera comparé.
    comptes = replace(lecture.empreinte, incertains=suite.incertains).to_dict()
    bonne = replace(copie, comptes=comptes, remarque=remarque)
    return keep(bonne, lieu, lecture.brut if source.purger else None), resultat


@dataclass(frozen=True)
class _Suite:
    """Ce qu'un fichier admis laisse incertain, et les valeurs et les liens déjà publiés qu'il change."""

    incertains: tuple[str, ...] = ()
    revisees: int = 0
    liens_changes: int = 0


def _follow(
    source: SourceExterieure,
    copie: Copie,
    gardee: Copie | None,
    *,
    lecture: _Lecture,
    juge: _Juge,
    contexte: Contexte,
) -> _Suite:
    """Compare un fichier neuf à la bonne copie, ligne à ligne ; sans elle, à son repère."""
    if not copie.is_neuve or (gardee and juge.avant and gardee.empreinte == copie.empreinte):
        return _Suite(_read_incertains(copie if not copie.is_neuve else gardee))
    if juge.avant is None:
        return _Suite()
    if gardee is None:
        meme = juge.annees < 1
        return _Suite(find_departements(lecture.resultat, lecture.empreinte, juge.avant) if meme else ())
    module = get_module(source)
    brut = module.read(gardee.chemin)
    check_bloc(lecture.brut, brut)
    try:
        ancien = module.rows(brut, contexte)
    except SourceRefusee:
        # La copie d'hier ne passe plus les gardes d'aujourd'hui : elle ne juge pas la suivante.
        return _Suite()
    if is_courte(lecture.resultat):
        check_memes_valeurs(lecture.resultat.valeurs, ancien.valeurs)
    incertains = find_disparues(lecture.resultat, ancien, lecture.empreinte, juge.avant)
    revisees = count_revisees(lecture.resultat.valeurs, ancien.valeurs)
    return _Suite(incertains, revisees, count_liens_changes(lecture.resultat, ancien))


def _read_incertains(copie: Copie | None) -> tuple[str, ...]:
    empreinte = read_empreinte(copie.comptes) if copie else None
    return tuple(empreinte.incertains) if empreinte else ()


def _find_juge(source: SourceExterieure, copie: Copie, gardee: Copie | None) -> _Juge:
    """La bonne copie ; à défaut, le repère de la source."""
    if gardee and (empreinte := read_empreinte(gardee.comptes)):
        # Sans adresse, un fichier de miroir est toujours la même publication : le suivant lui ressemble.
        fixe = copie.origine == "miroir" and not source.adresse
        return _Juge(empreinte, MEME_PUBLICATION if fixe else _count_annees(gardee.get_age()))
    nom = f"la publication connue ({format_date(source.date)})"
    if copie.origine == "miroir":
        return _Juge(source.repere, MEME_PUBLICATION, nom)
    return _Juge(source.repere, _count_annees((datetime.now(UTC) - source.publiee_le).days), nom)


def _count_annees(jours: int) -> int:
    """Les années entamées."""
    return max(jours, 0) // 365 + 1


def _fall_back(
    source: SourceExterieure, lieu: Lieu, contexte: Contexte, copie: Copie, erreur: SourceRefusee
) -> tuple[Copie, Resultat]:
    if not copie.is_neuve:
        raise erreur
    copie.chemin.unlink(missing_ok=True)
    gardee = fall_back(source, lieu, str(erreur))
    if gardee is None:
        raise erreur
    resultat = _examine(source, gardee, contexte, _Juge()).resultat
    return gardee, mask_zeros(resultat, _read_incertains(gardee), contexte)


def _examine(source: SourceExterieure, copie: Copie, contexte: Contexte, juge: _Juge) -> _Lecture:
    """Lit, juge les lignes, calcule, juge le résultat ; un module qui s'arrête est un refus."""
    try:
        module = get_module(source)
        brut = module.read(copie.chemin)
        check_lignes(brut, source.attendu)
        resultat = module.rows(brut, contexte)
        empreinte = build_empreinte(brut, resultat, contexte)
        check_rejets(empreinte, resultat, source.attendu, contexte)
        check_cle(brut, source.attendu)
        check_departements(brut, source.attendu)
        check_totaux(empreinte, source.attendu)
        check_completude(resultat, source.attendu, contexte)
        check_couverture(empreinte, source.attendu, juge.avant, juge.annees, juge.nom)
    except SourceRefusee:
        raise
    except Exception as erreur:
        journal.exception("Le module de la source %s s'est arrêté.", source.id)
        raise SourceEnPanne(
            f"Le module de « {source.titre} » s'est arrêté ({type(erreur).__name__}) : ses lignes ne sont "
            "pas lues, les autres sources le sont. Le détail est dans le journal du programme."
        ) from erreur
    return _Lecture(brut, resultat, empreinte)
