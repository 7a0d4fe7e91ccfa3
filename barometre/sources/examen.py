"""Lire une source et la juger : un fichier qui passe les gardes devient la bonne copie, sinon elle reste."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from barometre.domain.formats import format_date
from barometre.sources.catalogue import SourceExterieure
from barometre.sources.contexte import Contexte
from barometre.sources.departements import list_incomplets
from barometre.sources.disparues import (
    count_liens_changes,
    count_revisees,
    find_departements,
    find_disparues,
    list_mises_a_zero,
    list_remarques,
    mask_zeros,
)
from barometre.sources.empreinte import Empreinte, read_empreinte
from barometre.sources.errors import SourceEnPanne, SourceRefusee
from barometre.sources.fetch import Copie, Lieu, fall_back, fetch, get_kept, keep
from barometre.sources.gardes import (
    BONNE_COPIE,
    build_empreinte,
    check_cle,
    check_departements,
    check_lignes,
    check_regions,
    check_rejets,
    check_totaux,
    is_courte,
    list_changees,
    list_coupures,
    list_reculs,
)
from barometre.sources.lecture import Brut
from barometre.sources.modules import get_module
from barometre.sources.resultat import Resultat
from barometre.sources.ruptures import Accord

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
class _Cas:
    """Un fichier à juger : le neuf ou la copie gardée, ce à quoi il se compare, et ce qui en est accepté."""

    source: SourceExterieure
    contexte: Contexte
    copie: Copie
    gardee: Copie | None = None
    juge: _Juge = field(default_factory=_Juge)
    accord: Accord = field(default_factory=Accord)


@dataclass(frozen=True)
class _Lecture:
    brut: Brut
    resultat: Resultat
    empreinte: Empreinte


def read_source(
    source: SourceExterieure, lieu: Lieu, contexte: Contexte, *, confirmer: bool = False
) -> tuple[Copie, Resultat]:
    """Le fichier neuf s'il passe les gardes ; sinon la dernière bonne copie, avec la raison.

    `confirmer` : ce dont un fichier neuf s'écarte est accepté, et dit (`Copie.acceptes`) ; un fichier faux
    reste refusé. Lève `SourceInjoignable` ou `SourceRefusee` quand il n'y a pas de bonne copie.
    """
    copie, gardee = fetch(source, lieu), get_kept(source, lieu)
    juge = _find_juge(source, copie, gardee) if copie.is_neuve else _Juge()
    accord = _open_accord(copie, gardee, confirmer=confirmer and copie.is_neuve)
    cas = _Cas(source, contexte, copie, gardee, juge, accord)
    try:
        lecture = _examine(cas)
        suite = _follow(cas, lecture)
    except SourceRefusee as erreur:
        return _fall_back(cas, lieu, erreur)
    resultat = mask_zeros(lecture.resultat, suite.incertains, contexte)
    remarque = " ".join(list_remarques(resultat, suite.incertains, suite.revisees, suite.liens_changes))
    # Les comptes suivent la copie : le prochain fichier leur sera comparé.
    comptes = replace(
        lecture.empreinte, incertains=suite.incertains, acceptes=accord.reculs, admises=accord.admises
    ).to_dict()
    bonne = replace(copie, comptes=comptes, remarque=remarque, acceptes=accord.phrases)
    return keep(bonne, lieu, lecture.brut if source.purger else None), resultat


def _open_accord(copie: Copie, gardee: Copie | None, *, confirmer: bool) -> Accord:
    """Ce qui est déjà accepté : les ruptures de la bonne copie ; du même fichier, ses reculs aussi."""
    connue = gardee if copie.is_neuve else copie
    empreinte = read_empreinte(connue.comptes) if connue else None
    if connue is None or empreinte is None:
        return Accord(confirmer)
    reculs = list(empreinte.acceptes) if connue.empreinte == copie.empreinte else []
    return Accord(confirmer, frozenset(empreinte.admises), reculs)


@dataclass(frozen=True, slots=True)
class _Suite:
    """Ce qu'un fichier admis laisse incertain, et les valeurs et les liens déjà publiés qu'il change."""

    incertains: tuple[str, ...] = ()
    revisees: int = 0
    liens_changes: int = 0


def _follow(cas: _Cas, lecture: _Lecture) -> _Suite:
    """La suite d'un fichier ; confirmé, ce qu'il ne cite plus est à zéro, et c'est dit."""
    suite = _compare(cas, lecture)
    if not cas.accord.confirme:
        return suite
    cas.accord.check_reculs(list_mises_a_zero(suite.incertains))
    return replace(suite, incertains=())


def _compare(cas: _Cas, lecture: _Lecture) -> _Suite:
    """Compare un fichier neuf à la bonne copie, ligne à ligne ; sans elle, à son repère."""
    copie, gardee, juge = cas.copie, cas.gardee, cas.juge
    if not copie.is_neuve or (gardee and juge.avant and gardee.empreinte == copie.empreinte):
        return _Suite(_read_incertains(gardee if copie.is_neuve else copie))
    if juge.avant is None:
        return _Suite()
    if gardee is None:
        meme = juge.annees < 1
        return _Suite(find_departements(lecture.resultat, lecture.empreinte, juge.avant) if meme else ())
    module = get_module(cas.source)
    brut = module.read(gardee.chemin)
    cas.accord.check_reculs(list_coupures(lecture.brut, brut))
    try:
        ancien = module.rows(brut, cas.contexte)
        Accord(deja=cas.accord.deja).check_ruptures(ancien.ruptures)
    except SourceRefusee:
        # La copie d'hier ne passe plus les gardes d'aujourd'hui : elle ne juge pas la suivante.
        return _Suite()
    if is_courte(lecture.resultat):
        cas.accord.check_reculs(list_changees(lecture.resultat.valeurs, ancien.valeurs))
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


def _fall_back(cas: _Cas, lieu: Lieu, erreur: SourceRefusee) -> tuple[Copie, Resultat]:
    if not cas.copie.is_neuve:
        raise erreur
    cas.copie.chemin.unlink(missing_ok=True)
    gardee = fall_back(cas.source, lieu, str(erreur))
    if gardee is None:
        raise erreur
    accord = _open_accord(gardee, gardee, confirmer=False)
    resultat = _examine(_Cas(cas.source, cas.contexte, gardee, accord=accord)).resultat
    return replace(gardee, acceptes=accord.phrases), mask_zeros(
        resultat, _read_incertains(gardee), cas.contexte
    )


def _examine(cas: _Cas) -> _Lecture:
    """Lit, juge les lignes, calcule, juge le résultat ; un module qui s'arrête est un refus."""
    source, contexte, juge, accord = cas.source, cas.contexte, cas.juge, cas.accord
    try:
        module = get_module(source)
        brut = module.read(cas.copie.chemin)
        check_lignes(brut, source.attendu)
        resultat = module.rows(brut, contexte)
        accord.check_ruptures(resultat.ruptures)
        empreinte = build_empreinte(brut, resultat, contexte)
        check_rejets(empreinte, resultat, source.attendu, contexte)
        check_cle(brut, source.attendu)
        check_departements(brut, source.attendu)
        check_totaux(empreinte, source.attendu)
        accord.check_ruptures(list_incomplets(resultat, source.attendu, contexte))
        check_regions(empreinte, source.attendu)
        accord.check_reculs(list_reculs(empreinte, juge.avant, juge.annees, juge.nom))
    except SourceRefusee:
        raise
    except Exception as erreur:
        journal.exception("Le module de la source %s s'est arrêté.", source.id)
        raise SourceEnPanne(
            f"Le module de « {source.titre} » s'est arrêté ({type(erreur).__name__}) : ses lignes ne sont "
            "pas lues, les autres sources le sont. Le détail est dans le journal du programme."
        ) from erreur
    return _Lecture(brut, resultat, empreinte)
