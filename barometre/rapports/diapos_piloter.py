"""Les écrans projetés de la page OPSN et de celles de Piloter : les vues de la page, rien de recalculé."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from barometre.access import Gate
from barometre.assemblage.fonds import load_fonds_affiche
from barometre.assemblage.opsn import load_opsn
from barometre.assemblage.participation import load_participation, load_relance
from barometre.assemblage.piloter import (
    load_panorama,
    load_programmes_vue,
    load_vue_alertes,
    load_vue_evolutions,
    load_vue_objectifs,
)
from barometre.catalogue import load_catalogue
from barometre.catalogue.fonds import load_fonds
from barometre.charts import Marques
from barometre.domain.formats import (
    format_compte,
    format_date,
    format_effectif,
    format_nombre,
    format_part,
    format_points,
)
from barometre.rapports.diapo import ELEMENTS, Choix, Diapo, build_listes, list_preuves
from barometre.views.lecture.chiffres import format_bornes, format_cellule
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.evolutions import Changement
from barometre.views.piloter.fonds import VueFonds, format_euros
from barometre.views.piloter.objectifs import EtatObjectif
from barometre.views.piloter.opsn import EcartOpsn
from barometre.views.piloter.panorama_obligations import LigneObligation
from barometre.views.piloter.participation import VueParticipation, describe_fidelite, describe_vagues
from barometre.views.piloter.perimetre import describe_suivi, list_suivi
from barometre.views.piloter.programmes import VueProgrammes

RIEN_DE_DEMONTRE = "Rien de démontré"
# Un intervalle qui évite le zéro ne démontre rien à lui seul : vingt questions en ont un par hasard.
ENSEMBLE = "toutes les questions du thème comparées ensemble"


def _opsn(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    affiches = load_opsn(gate, choix.theme_id)
    vue = affiches.vue
    yield Diapo("Qui couvre quoi\u202f?", phrase=vue.a_retenir)
    yield from build_listes("Les plus grands périmètres connus", vue.plus_grands)
    yield from _suivi(gate, choix)
    # La phrase et le dessin ne tiennent pas ensemble sur 1024 × 768 : il défilait sous elle.
    yield Diapo("Couvertes et non connues", preuve=vue.phrase_vague, phrase=vue.phrase_ecarts)
    if vue.ecarts and isinstance(affiches.ecarts_projetes, Marques):
        yield Diapo("Couvertes et non connues : les plus grands écarts", dessin=affiches.ecarts_projetes)
    yield from (_project_ecart(ecart) for ecart in vue.ecarts)


def _suivi(gate: Gate, choix: Choix) -> Iterator[Diapo]:
    """Pour l'agent d'un OPSN : son périmètre, et le haut de sa liste ; rien pour un autre lecteur."""
    if gate.portee.role != "opsn":
        return
    suivi = list_suivi(gate, load_catalogue(), choix.jour)
    yield Diapo("Votre périmètre", phrase=describe_suivi(suivi))
    premieres = (f"{x['collectivite']} : {x['motif']}" for x in suivi.head(ELEMENTS).to_dict("records"))
    yield from build_listes("À accompagner d’abord", tuple(premieres))


def _project_ecart(ecart: EcartOpsn) -> Diapo:
    compare = ecart.compare
    grand = format_points(compare.difference) if compare.sens else RIEN_DE_DEMONTRE
    effectifs = (
        f"{format_effectif(compare.n, 'réponse')} de couvertes, "
        f"{format_effectif(compare.n_reference, 'réponse')} de non connues"
    )
    preuve = f"{ecart.intervalle}, à {compare.egales} égales · {effectifs}"
    phrase = f"Couvertes face aux non connues : {ecart.mot}, {ENSEMBLE}."
    return Diapo(ecart.indicateur.titre, grand, preuve, phrase)


def _participation(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    affichee = load_participation(gate, choix.theme_id, choix.vague_id, choix.axe)
    vue = affichee.vue
    yield from _ensemble(vue)
    dessin = affichee.groupes if isinstance(affichee.groupes, Marques) else None
    yield Diapo("Les répondantes ressemblent-elles au pays\u202f?", phrase=vue.phrase_ecart, dessin=dessin)
    yield Diapo("Au fil des vagues", phrase=describe_vagues(vue.vagues))
    panel = affichee.panel if isinstance(affichee.panel, Marques) else None
    phrase = describe_fidelite(vue.fidelite)
    yield Diapo("Qui revient d’une vague à l’autre\u202f?", phrase=phrase, dessin=panel)
    if vue.qualite is not None:
        yield from build_listes("Ce que le redressement corrige", tuple(vue.qualite.mots))
    yield from _relance(gate, choix)


def _ensemble(vue: VueParticipation) -> Iterator[Diapo]:
    taux, n = vue.ensemble.taux, vue.ensemble.repondantes
    if taux is None or n is None:
        yield Diapo(vue.theme, phrase=vue.a_retenir)
        return
    reponses = format_effectif(n, "réponse").capitalize()
    sur = f"{reponses} sur {format_nombre(vue.ensemble.cadre)} · {vue.vague}"
    preuve = "Un compte, à quelques unités près, pas une estimation : il n’a pas de note."
    yield Diapo(vue.theme, format_part(taux, 1), sur, preuve)


def _relance(gate: Gate, choix: Choix) -> Iterator[Diapo]:
    vue = load_relance(gate, choix.indicateur_id, choix.vague_id, choix.relance)
    yield Diapo("Où relancer\u202f?", preuve=vue.cible.titre, phrase=vue.phrase)
    cellules = (
        f"{r.region}, {r.strate.lower()} : {format_compte(r.ajouts, 'réponse')} de plus"
        for r in vue.relances[:ELEMENTS]
    )
    yield from build_listes("D’abord là", tuple(cellules))


def _evolution(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    vue = load_vue_evolutions(gate, choix.theme_id, choix.selection)
    simulee = gate.get_version().simulee
    yield Diapo("Qu’est-ce qui a vraiment bougé\u202f?", phrase=vue.phrase)
    yield from (_project_changement(c, simulee=simulee) for c in vue.montres)


def _project_changement(c: Changement, *, simulee: bool) -> Diapo:
    """L'absence de preuve se dit aussi grand qu'une hausse ; un « = » l'aurait dite égale."""
    grand = format_points(c.ecart) if c.demontre else RIEN_DE_DEMONTRE
    faits = [c.intervalle, *(list_preuves(c.apres, simulee=simulee) if c.apres is not None else ())]
    return Diapo(
        c.indicateur.titre, grand, " · ".join(faits), f"{c.texte[:1].upper()}{c.texte[1:]}, {ENSEMBLE}."
    )


def _alertes(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    vue = load_vue_alertes(gate, choix.jour)
    yield Diapo("Qu’est-ce qui appelle une action\u202f?", phrase=vue.a_retenir)
    for alerte in vue.alertes:
        yield Diapo(alerte.regle.titre, preuve=alerte.depuis, phrase=f"{alerte.fait} {alerte.regle.action}")


def _objectifs(gate: Gate, _: Choix) -> Iterable[Diapo]:
    vue, simulee = load_vue_objectifs(gate), gate.get_version().simulee
    yield Diapo("Les objectifs seront-ils tenus\u202f?", phrase=vue.a_retenir)
    yield from (_project_objectif(etat, simulee=simulee) for etat in vue.etats)


def _project_objectif(etat: EtatObjectif, *, simulee: bool) -> Diapo:
    chiffre = etat.chiffre
    if chiffre is None or chiffre.valeur is None:
        return Diapo(etat.indicateur.titre, phrase=etat.phrase)
    preuves = (format_bornes(etat.indicateur, chiffre), *list_preuves(chiffre, simulee=simulee))
    preuve = " · ".join(filter(None, preuves))
    return Diapo(
        etat.indicateur.titre, format_cellule(etat.indicateur, chiffre, "redresse"), preuve, etat.phrase
    )


def _obligations(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    # Comme sur la page : une obligation ne se filtre ni par taille ni par accompagnement.
    champ = Selection(territoire_id=choix.selection.territoire_id, type=choix.selection.type)
    vue, simulee = load_panorama(gate, champ, choix.jour), gate.get_version().simulee
    yield Diapo("Qui est concerné, et qui a rempli\u202f?", phrase=vue.a_retenir)
    yield from (_project_obligation(ligne, simulee=simulee) for ligne in vue.lignes)


def _project_obligation(ligne: LigneObligation, *, simulee: bool) -> Diapo:
    """La part qui la déclare remplie, quand elle se montre ; sinon la phrase seule."""
    chiffre, question = ligne.etats.declaration.chiffre, ligne.etats.preuve
    if question is None or not chiffre.montre:
        return Diapo(ligne.seuil.titre, phrase=ligne.phrase)
    part = format_cellule(question, chiffre, "redresse")
    preuves = (format_bornes(question, chiffre), *list_preuves(chiffre, simulee=simulee))
    return Diapo(ligne.seuil.titre, part, " · ".join(filter(None, preuves)), ligne.phrase)


def _actions_publiques(gate: Gate, choix: Choix) -> Iterable[Diapo]:
    vue = load_programmes_vue(gate, choix.selection.territoire_id)
    yield Diapo("Qui bénéficie des programmes publics\u202f?", phrase=vue.a_retenir, reel=True)
    for b in vue.programmes:
        if b.charge:
            # « liste du septembre 2023 » : toutes n'ont pas de jour.
            liste = f"liste : {b.date}"
            yield Diapo(b.programme.titre, format_part(b.part, 1), liste, b.phrase, reel=True)
    yield from build_listes("Les projets connus", _list_projets(vue), reel=True)


def _list_projets(vue: VueProgrammes | VueFonds) -> tuple[str, ...]:
    return tuple(f"{a.beneficiaire} : {a.projet}, {format_euros(a.montant)}" for a in vue.actions)


def _fonds(gate: Gate, _: Choix) -> Iterable[Diapo]:
    for fonds in load_fonds():
        affiche = load_fonds_affiche(gate, fonds.id)
        vue = affiche.vue
        for repere in (vue.enveloppe, vue.attribue):
            phrase = vue.a_retenir if repere is vue.enveloppe else f"{repere.fait}."
            yield Diapo(fonds.titre, format_euros(repere.valeur), repere.source, phrase, reel=True)
        for titre, dessin in (
            ("Où vont les crédits\u202f?", affiche.regions),
            ("Sur quoi\u202f?", affiche.axes),
        ):
            if dessin is not None:
                yield Diapo(titre, phrase=dessin.phrase, dessin=dessin, reel=True)
        yield from build_listes("Les projets connus", _list_projets(vue), reel=True)
        dates = tuple(f"{format_date(r.jour)} : {r.fait}" for r in vue.reperes)
        yield from build_listes("Ce qui s’est passé", dates, reel=True)
        yield from build_listes("Ce qui n’est pas public", fonds.non_publics, reel=True)


PAGES: dict[str, Callable[[Gate, Choix], Iterable[Diapo]]] = {
    "opsn": _opsn,
    "participation": _participation,
    "evolution": _evolution,
    "alertes": _alertes,
    "objectifs": _objectifs,
    "obligations": _obligations,
    "actions_publiques": _actions_publiques,
    "fonds": _fonds,
}
