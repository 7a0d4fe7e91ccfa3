"""Une page projetée : une diapositive par chiffre, faite des vues de la page. Rien n'y est recalculé.

Un chiffre garde son intervalle, sa note et son nombre de réponses ; un chiffre caché ne se projette pas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from barometre.access import Gate
from barometre.assemblage.ensemble import load_accueil, load_chiffres_cles
from barometre.assemblage.theme import load_vue_theme
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_compte
from barometre.rapports.demande import Demande, DemandeRefusee
from barometre.rapports.diapo import Choix, Diapo, build_listes, list_preuves
from barometre.rapports.diapos_piloter import PAGES
from barometre.rapports.image_carte import draw_cartes
from barometre.rapports.synthese import build_debut, list_cles
from barometre.views.carte.pseudo_indicateurs import PARTICIPATION
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.lecture.ligne import LigneIndicateur


def build_diapos(gate: Gate, page: str, choix: Choix) -> tuple[Diapo, ...]:
    """Les diapositives d'une page, dans l'ordre où on les dit ; une au moins."""
    return tuple(_PAGES[page](gate, choix))


def is_presentable(page: str) -> bool:
    """Vrai si cette page se projette."""
    return page in _PAGES


def _accueil(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    vue = load_accueil(gate)
    yield Diapo("Où en est la transformation numérique des collectivités\u202f?", phrase=vue.a_retenir)
    for carte in vue.cartes:
        valeur = choix.selection.valeur
        yield Diapo(
            carte.theme.titre, carte.get_valeur(valeur), carte.get_preuve(valeur), carte.get_phrase(valeur)
        )


def _theme(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    vue = load_vue_theme(gate, choix.theme_id, choix.selection)
    valeur = vue.selection.valeur
    # La phrase à retenir a des chiffres sans note ni réponses : chacun vient ensuite, avec les siens.
    montres = len(vue.lignes) - len(vue.ensemble.caches)
    preuve = f"{vue.contexte.champ}, {vue.contexte.vague}"
    if not montres:
        # Tout est caché : le dire d'une phrase, non nommer vingt-sept indicateurs en six écrans.
        yield Diapo(vue.theme.titre, preuve=preuve, phrase=vue.a_retenir)
        return
    publies = format_compte(montres, "indicateur publié", "indicateurs publiés")
    yield Diapo(vue.theme.titre, preuve=preuve, phrase=f"{publies}.")
    for ligne in (*vue.ensemble.montrees, *vue.ensemble.nombres):
        yield _project(ligne, valeur)
    yield from build_listes("Ce qui ne se publie pas pour cette sélection", vue.ensemble.caches)


def _project(ligne: LigneIndicateur, valeur: str) -> Diapo:
    return Diapo(ligne.indicateur.titre, ligne.get_texte(valeur), _prove(ligne), ligne.get_phrase(valeur))


def _prove(ligne: LigneIndicateur) -> str:
    """« entre 21 et 28 % · note B · 812 réponses · brut 26 % »."""
    chiffre, simulee = ligne.chiffre, ligne.contexte.simulee
    autre = "brut, non redressé" if chiffre.est_brut else f"brut {ligne.get_texte('brut')}"
    faits = (ligne.intervalle, *list_preuves(chiffre, simulee=simulee), autre)
    return " · ".join(filter(None, faits))


def _chiffres_cles(gate: Gate, _: Choix) -> Iterable[Diapo]:
    for _id, titre, groupe in load_chiffres_cles(gate).groupes:
        for chiffre in groupe:
            publie = chiffre.publie
            base = publie.base or "base non publiée"
            preuve = f"{base} · {publie.annee} · note non publiée"
            yield Diapo(titre, publie.valeur, preuve, publie.libelle, reel=True)


def _carte(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    seule = ChoixCarte(choix.indicateur_id, choix.theme_id, choix.niveau, choix.selection)
    for affichee, dessin in draw_cartes(gate, choix.cartes or (seule,), choix.trace):
        demandee = affichee.choix[affichee.rang]
        indicateur = load_catalogue().indicateurs.get(demandee.indicateur_id)
        declare = indicateur is not None and indicateur.origine == "declare"
        # Le chiffre du champ d'abord, avec sa preuve : une carte seule n'en a pas.
        if declare and not demandee.depuis:
            yield from _project_champ(gate, demandee)
        reel = not declare and demandee.indicateur_id != PARTICIPATION
        yield Diapo(affichee.vue.titre, phrase=affichee.carte.phrase, dessin=dessin, reel=reel)


def _project_champ(gate: Gate, demandee: ChoixCarte) -> Iterable[Diapo]:
    """Le chiffre que la carte découpe ; rien s'il est caché."""
    theme_id = load_catalogue().indicateurs[demandee.indicateur_id].theme_id
    for ligne in load_vue_theme(gate, theme_id, demandee.selection).lignes:
        if ligne.indicateur.id == demandee.indicateur_id and ligne.chiffre.montre:
            yield _project(ligne, demandee.selection.valeur)


def _synthese(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    champ = choix.selection
    demande = Demande(champ.territoire_id, champ.type, edition=champ.vague_id)
    try:
        document, lignes = build_debut(gate, demande), list_cles(gate, demande)
    except DemandeRefusee as refus:
        yield Diapo("Cette sélection n’a pas de synthèse", phrase=str(refus))
        return
    yield Diapo(document.titre, phrase=document.sous_titre)
    # La phrase avec chaque chiffre : « 48 %, Des agents formés » ne disait ni à quoi, ni de qui.
    for ligne in lignes:
        yield _project(ligne, "redresse")


_PAGES: dict[str, Callable[[Gate, Choix], Iterable[Diapo]]] = {
    "": _accueil,
    **{theme.id: _theme for theme in load_catalogue().themes},
    "chiffres_cles": _chiffres_cles,
    "carte": _carte,
    "synthese": _synthese,
    **PAGES,
}
