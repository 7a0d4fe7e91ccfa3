"""Une page projetée : une diapositive par chiffre, faite des vues de la page. Rien n'y est recalculé.

Un chiffre garde son intervalle, sa note et son nombre de réponses ; un chiffre caché ne se projette pas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from barometre.access import Gate
from barometre.assemblage.ensemble import load_accueil, load_chiffres_cles
from barometre.assemblage.fonds import load_fonds_affiche
from barometre.assemblage.opsn import load_opsn
from barometre.assemblage.participation import load_participation
from barometre.assemblage.piloter import (
    load_evolutions,
    load_panorama,
    load_programmes_vue,
    load_vue_alertes,
    load_vue_objectifs,
)
from barometre.assemblage.theme import load_theme
from barometre.catalogue import load_catalogue
from barometre.catalogue.fonds import load_fonds
from barometre.charts import Marques
from barometre.domain.formats import format_compte, format_effectif, format_part, format_points
from barometre.domain.notes import format_note
from barometre.rapports.demande import Demande, DemandeRefusee
from barometre.rapports.image_carte import build_carte
from barometre.rapports.modele import Image, Tableau
from barometre.rapports.synthese import build_synthese
from barometre.views.lecture.chiffres import Chiffre
from barometre.views.lecture.ligne import LigneIndicateur
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.evolutions import Changement
from barometre.views.piloter.fonds import format_euros


@dataclass(frozen=True, slots=True)
class Diapo:
    """Un écran : un titre, un chiffre au plus et sa preuve, une phrase, une liste ou un dessin.

    `reel` : un fait public, vrai même quand les réponses de la version sont simulées.
    """

    titre: str
    grand: str = ""
    preuve: str = ""
    phrase: str = ""
    elements: tuple[str, ...] = ()
    dessin: Marques | Image | None = None
    reel: bool = False


@dataclass(frozen=True, slots=True)
class Choix:
    """Ce que l'adresse de la page choisit de montrer. `jour` : celui des alertes et des obligations."""

    theme_id: str
    vague_id: str
    indicateur_id: str
    niveau: str
    selection: Selection
    jour: date


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
    vue = load_theme(gate, choix.theme_id, choix.selection).vue
    valeur = vue.selection.valeur
    # La phrase à retenir a des chiffres sans note ni réponses : chacun vient ensuite, avec les siens.
    montres = len(vue.lignes) - len(vue.ensemble.caches)
    publies = format_compte(montres, "indicateur publié", "indicateurs publiés")
    yield Diapo(vue.theme.titre, preuve=f"{vue.contexte.champ}, {vue.contexte.vague}", phrase=f"{publies}.")
    for ligne in (*vue.ensemble.montrees, *vue.ensemble.nombres):
        yield Diapo(ligne.indicateur.titre, ligne.get_texte(valeur), _prove(ligne), ligne.get_phrase(valeur))
    if vue.ensemble.caches:
        yield Diapo("Ce qui ne se publie pas pour cette sélection", elements=vue.ensemble.caches)


def _prove(ligne: LigneIndicateur) -> str:
    """« entre 21 et 28 % · note B · 812 réponses · brut 26 % »."""
    chiffre, simulee = ligne.chiffre, ligne.contexte.simulee
    autre = "brut, non redressé" if chiffre.est_brut else f"brut {ligne.get_texte('brut')}"
    faits = (ligne.intervalle, *_list_preuves(chiffre, simulee=simulee), autre)
    return " · ".join(filter(None, faits))


def _list_preuves(chiffre: Chiffre, *, simulee: bool) -> tuple[str, str]:
    return format_note(chiffre.note, simulee=simulee), format_effectif(chiffre.n, "réponse")


def _chiffres_cles(gate: Gate, _: Choix) -> Iterable[Diapo]:
    for _id, titre, groupe in load_chiffres_cles(gate).groupes:
        for chiffre in groupe:
            publie = chiffre.publie
            base = publie.base or "base non publiée"
            preuve = f"{base} · {publie.annee} · note non publiée"
            yield Diapo(titre, publie.valeur, preuve, publie.libelle, reel=True)


def _carte(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    indicateur = load_catalogue().get_indicateur(choix.indicateur_id)
    phrase, image = build_carte(gate, indicateur, choix.niveau, choix.selection)
    yield Diapo(indicateur.titre, phrase=phrase, dessin=image)


def _opsn(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    affiches = load_opsn(gate, choix.theme_id)
    yield Diapo("Qui couvre quoi\u202f?", phrase=affiches.vue.a_retenir)
    if affiches.vue.plus_grands:
        yield Diapo("Les plus grands périmètres connus", elements=affiches.vue.plus_grands)
    ecarts = affiches.ecarts if isinstance(affiches.ecarts, Marques) else None
    yield Diapo("Couvertes et non connues", phrase=affiches.vue.phrase_ecarts, dessin=ecarts)


def _participation(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    affichee = load_participation(gate, choix.theme_id, choix.vague_id, "strate")
    vue = affichee.vue
    taux, n = vue.ensemble.taux, vue.ensemble.repondantes
    if taux is not None and n is not None:
        preuve = f"{format_compte(n, 'réponse')} · {vue.vague}"
        yield Diapo(vue.theme, format_part(taux, 1), preuve, vue.a_retenir)
    dessin = affichee.groupes if isinstance(affichee.groupes, Marques) else None
    yield Diapo("Les répondantes ressemblent-elles au pays\u202f?", phrase=vue.phrase_ecart, dessin=dessin)
    if vue.qualite is not None:
        yield Diapo("Ce que le redressement corrige", elements=tuple(vue.qualite.mots))


def _evolution(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    vue = load_evolutions(gate, choix.theme_id, choix.selection).vue
    simulee = gate.get_version().simulee
    yield Diapo("Qu’est-ce qui a vraiment bougé\u202f?", phrase=vue.phrase)
    for changement in vue.montres:
        grand = format_points(changement.ecart) if changement.demontre else "="
        preuve = _prove_changement(changement, simulee=simulee)
        yield Diapo(changement.indicateur.titre, grand, preuve, changement.texte)


def _prove_changement(changement: Changement, *, simulee: bool) -> str:
    faits = [changement.intervalle]
    if changement.apres is not None:
        faits += _list_preuves(changement.apres, simulee=simulee)
    return " · ".join(faits)


def _alertes(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    vue = load_vue_alertes(gate, choix.jour)
    yield Diapo("Qu’est-ce qui appelle une action\u202f?", phrase=vue.a_retenir)
    for alerte in vue.alertes:
        yield Diapo(alerte.regle.titre, preuve=alerte.depuis, phrase=f"{alerte.fait} {alerte.regle.action}")


def _objectifs(gate: Gate, _: Choix) -> Iterable[Diapo]:
    vue, simulee = load_vue_objectifs(gate), gate.get_version().simulee
    yield Diapo("Les objectifs seront-ils tenus\u202f?", phrase=vue.a_retenir)
    for etat in vue.etats:
        chiffre = etat.chiffre
        grand = format_part(chiffre.valeur) if chiffre is not None and chiffre.valeur is not None else ""
        preuves = _list_preuves(chiffre, simulee=simulee) if chiffre is not None and grand else ()
        preuve = " · ".join(preuves)
        yield Diapo(etat.indicateur.titre, grand, preuve, etat.phrase)


def _obligations(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    champ = Selection(territoire_id=choix.selection.territoire_id, type=choix.selection.type)
    vue = load_panorama(gate, champ, choix.jour)
    yield Diapo("Qui est concerné, et qui a rempli\u202f?", phrase=vue.a_retenir)
    for ligne in vue.lignes:
        yield Diapo(ligne.seuil.titre, phrase=ligne.phrase)


def _actions_publiques(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    vue = load_programmes_vue(gate, choix.selection.territoire_id)
    yield Diapo("Qui bénéficie des programmes publics\u202f?", phrase=vue.a_retenir)
    for b in vue.programmes:
        if b.charge:
            yield Diapo(b.programme.titre, format_part(b.part, 1), f"liste du {b.date}", b.phrase)


def _fonds(gate: Gate, _: Choix) -> Iterable[Diapo]:
    for fonds in load_fonds():
        affiche = load_fonds_affiche(gate, fonds.id)
        vue = affiche.vue
        enveloppe = format_euros(vue.enveloppe.valeur)
        yield Diapo(fonds.titre, enveloppe, vue.enveloppe.source, vue.a_retenir, reel=True)
        if affiche.regions is not None:
            yield Diapo(
                "Où vont les crédits\u202f?", phrase=affiche.regions.phrase, dessin=affiche.regions, reel=True
            )
        yield Diapo("Ce qui n’est pas public", elements=fonds.non_publics, reel=True)


def _synthese(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    champ, simulee = choix.selection, gate.get_version().simulee
    try:
        document = build_synthese(gate, Demande(champ.territoire_id, champ.type, edition=champ.vague_id))
    except DemandeRefusee as refus:
        yield Diapo("Cette sélection n’a pas de synthèse", phrase=str(refus))
        return
    yield Diapo(document.titre, phrase=document.sous_titre)
    tableaux = (b for section in document.sections for b in section.blocs if isinstance(b, Tableau))
    for titre, redresse, intervalle, brut, n, note, cite in next(tableaux).lignes:
        if n:
            preuve = f"{intervalle} · {format_note(note, simulee=simulee)} · {n} réponses · brut {brut}"
            # Simulé, la note dit déjà ce qui serait à citer.
            yield Diapo(titre, redresse or brut, preuve, "" if simulee else f"Se cite\u202f: {cite}.")


_PAGES: dict[str, Callable[[Gate, Choix], Iterable[Diapo]]] = {
    "": _accueil,
    **{theme.id: _theme for theme in load_catalogue().themes},
    "chiffres_cles": _chiffres_cles,
    "carte": _carte,
    "opsn": _opsn,
    "participation": _participation,
    "evolution": _evolution,
    "alertes": _alertes,
    "objectifs": _objectifs,
    "obligations": _obligations,
    "actions_publiques": _actions_publiques,
    "fonds": _fonds,
    "synthese": _synthese,
}
