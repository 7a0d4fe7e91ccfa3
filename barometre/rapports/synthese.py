"""La synthèse annuelle, composée des vues des pages : aucun chiffre n'y est recalculé."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.ensemble import load_methode, load_qualites
from barometre.assemblage.piloter import load_evolutions, load_panorama
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_date
from barometre.domain.notes import list_notes
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION, LICENCE
from barometre.domain.territoire import FRANCE
from barometre.rapports.blocs import build_figure, build_tableau_chiffres
from barometre.rapports.demande import Champ, Demande, DemandeRefusee, choose_vagues, resolve_champ
from barometre.rapports.image_carte import build_carte
from barometre.rapports.modele import Bloc, Document, Liste, Paragraphe, Section, Tableau
from barometre.views.comprendre.theme import VueTheme, build_vue_theme
from barometre.views.lecture.address import build_query
from barometre.views.lecture.citation import SOURCE
from barometre.views.lecture.ligne import LigneIndicateur
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import format_tableau
from barometre.views.piloter.evolutions import VueEvolutions

CHANGEMENTS_MONTRES = 8
LIMITES = (
    "Enquête volontaire : les répondantes ne sont pas tirées au sort. Le chiffre redressé corrige la "
    "taille, le type, la région et la couverture par un OPSN, pas l’envie de répondre. Un chiffre qui "
    "désignerait quelqu’un n’est pas publié : le secret statistique passe d’abord."
)


def build_synthese(gate: Gate, demande: Demande) -> Document:
    """Le document entier ; `DemandeRefusee` si rien ne répond à la demande."""
    champ = resolve_champ(gate, demande)
    vues = _read_vues(gate, champ.selection, demande.edition)
    if all(vue.est_vide for vue in vues):
        raise DemandeRefusee(_explain_vide(champ.selection, vues[0].contexte.champ))
    sections = (
        _build_essentiel(champ, vues),
        _build_cles(vues),
        *(_build_theme(vue) for vue in vues if not vue.est_vide),
        *_build_territoires(gate, champ, vues),
        _build_evolution(gate, vues),
        _build_representativite(gate, vues),
        _build_obligations(gate, champ.selection),
        _build_methode(gate),
    )
    return _build_document(gate, demande, champ, vues, sections)


def _explain_vide(selection: Selection, champ: str) -> str:
    """Ce qu'il faut changer : plus large que la France sans filtre, il n'y a rien à demander."""
    debut = f"{champ} : aucun chiffre n'est publiable, trop peu de réponses."
    if selection.type:
        return f"{debut} Demandez tous les types de collectivités, ou une autre édition."
    if selection.territoire_id == FRANCE:
        return f"{debut} Demandez une autre édition, ou attendez la prochaine vague."
    return f"{debut} Demandez un territoire plus large, ou la France."


def _read_vues(gate: Gate, selection: Selection, edition: str) -> list[VueTheme]:
    vagues = choose_vagues(load_catalogue(), edition)
    return [_read_vue(gate, theme, replace(selection, vague_id=vague)) for theme, vague in vagues.items()]


def _read_vue(gate: Gate, theme_id: str, selection: Selection) -> VueTheme:
    return memoire.get_vue(gate, _vue, theme_id, selection)


def _vue(gate: Gate, theme_id: str, selection: Selection) -> VueTheme:
    return build_vue_theme(gate, load_catalogue(), theme_id, selection)


def _build_document(
    gate: Gate, demande: Demande, champ: Champ, vues: Sequence[VueTheme], sections: tuple[Section, ...]
) -> Document:
    version, contexte = gate.get_version(), vues[0].contexte
    lieu = champ.opsn or contexte.champ
    vagues = dict.fromkeys(vue.contexte.vague for vue in vues)
    morceaux = (demande.opsn_id or demande.territoire_id, demande.type, demande.edition)
    return Document(
        titre=f"Synthèse du baromètre : {lieu}",
        sous_titre=" ; ".join(vagues),
        nom_fichier="_".join(filter(None, ("barometre_synthese", *morceaux, version.version_id))),
        avertissement=AVERTISSEMENT_SIMULATION if version.simulee else "",
        mentions=(
            ("Champ", contexte.champ),
            ("Source", SOURCE),
            ("Données du", format_date(version.creee_le)),
            ("Version", version.version_id),
            ("Licence", LICENCE),
        ),
        cree_le=version.creee_le.date().isoformat(),
        adresse=_build_adresse(gate, demande),
        sections=sections,
    )


def _build_adresse(gate: Gate, demande: Demande) -> str:
    """Celle de la page Synthèse ; ni un OPSN ni une année n'y ont de choix."""
    vagues = {vague.id for vague in load_catalogue().vagues} | {""}
    if demande.opsn_id or demande.edition not in vagues:
        return ""
    dites = {"territoire": demande.territoire_id, "type": demande.type, "vague": demande.edition}
    dites = {nom: valeur for nom, valeur in dites.items() if valeur}
    return f"synthese?{build_query(dites | {'version': gate.version_id})}"


def _build_essentiel(champ: Champ, vues: Sequence[VueTheme]) -> Section:
    phrases = tuple(f"{vue.theme.titre} : {vue.a_retenir}" for vue in vues)
    debut = (Paragraphe(champ.phrase),) if champ.phrase else ()
    return Section("L’essentiel", (*debut, Liste(phrases)))


def _build_cles(vues: Sequence[VueTheme]) -> Section:
    cles: list[LigneIndicateur] = [ligne for vue in vues for ligne in vue.cles]
    montrees = [ligne for ligne in cles if ligne.chiffre.montre]
    tus = len(cles) - len(montrees)
    blocs: list[Bloc] = [build_tableau_chiffres("Chiffres clés des neuf thèmes", montrees)]
    if tus:
        blocs.append(Paragraphe(f"Chiffres clés non publiés, faute d’assez de réponses : {tus}."))
    return Section("Chiffres clés", tuple(blocs))


def _build_theme(vue: VueTheme) -> Section:
    blocs: list[Bloc] = [Paragraphe(vue.a_retenir, fort=True), Paragraphe(f"{vue.contexte.vague}.")]
    parts = [ligne for ligne in vue.ensemble.lignes if ligne.indicateur.est_part]
    # Une durée ou un montant n'a pas de place sur une échelle de 0 à 100 %.
    grandeurs = [ligne for ligne in vue.ensemble.lignes if not ligne.indicateur.est_part]
    if parts:
        blocs.append(build_figure(vue.theme.titre, parts))
    if grandeurs:
        blocs.append(build_tableau_chiffres(f"{vue.theme.titre} : nombres et montants", grandeurs))
    publies = [
        f"{ligne.indicateur.titre} : {p.valeur} publié. {p.explication}"
        for ligne in vue.cles
        for p in ligne.publies
    ]
    if publies:
        # Un chiffre paru deux fois ne se dit qu'une.
        blocs.append(Liste(tuple(dict.fromkeys(publies))))
    return Section(vue.theme.titre, tuple(blocs))


def _build_territoires(gate: Gate, champ: Champ, vues: Sequence[VueTheme]) -> tuple[Section, ...]:
    """Une carte du premier chiffre clé citable, pour la France et les régions."""
    ligne = next((c for vue in vues for c in vue.cles if c.chiffre.citable and c.indicateur.est_part), None)
    if ligne is None or champ.selection.territoire_id.startswith("departement-"):
        return ()
    niveau = "region" if champ.selection.territoire_id == FRANCE else "departement"
    selection = replace(champ.selection, vague_id=ligne.chiffre.vague_id)
    phrase, image = build_carte(gate, ligne.indicateur, niveau, selection)
    return (Section("Dans les territoires", (Paragraphe(phrase, fort=True), image)),)


def _build_evolution(gate: Gate, vues: Sequence[VueTheme]) -> Section:
    evolutions = [load_evolutions(gate, vue.theme.id, vue.selection).vue for vue in vues]
    montres = (c for evolution in evolutions for c in evolution.montres if c.demontre)
    lignes = tuple((c.indicateur.titre, c.texte, c.intervalle) for c in montres)[:CHANGEMENTS_MONTRES]
    blocs: list[Bloc] = [_describe_evolutions(vues, evolutions)]
    if lignes:
        entetes = ("Indicateur", "Changement", "Intervalle")
        blocs.append(Tableau("Changements au-delà du hasard", entetes, lignes))
    return Section("D’une vague à l’autre", tuple(blocs))


def _describe_evolutions(vues: Sequence[VueTheme], evolutions: Sequence[VueEvolutions]) -> Bloc:
    """Une phrase par thème ; une seule quand tous disent la même (rien n'est testé dans un département)."""
    phrases = [evolution.phrase for evolution in evolutions]
    if len(set(phrases)) == 1:
        return Paragraphe(phrases[0])
    return Liste(tuple(f"{v.theme.titre} : {phrase}" for v, phrase in zip(vues, phrases, strict=True)))


def _build_representativite(gate: Gate, vues: Sequence[VueTheme]) -> Section:
    lues = {(vue.theme.id, vue.selection.vague_id): vue.theme.titre for vue in vues}
    phrases = [
        f"{lues[(q.questionnaire_id, q.vague_id)]} : {' '.join(q.mots)}"
        for q in load_qualites(gate)
        if (q.questionnaire_id, q.vague_id) in lues and q.mots
    ]
    blocs: tuple[Bloc, ...] = (
        Paragraphe("Pour la France entière, par questionnaire."),
        Liste(tuple(phrases)),
    )
    return Section("Qui a répondu", blocs)


def _build_obligations(gate: Gate, selection: Selection) -> Section:
    jour = gate.get_version().creee_le.date()
    panorama = load_panorama(
        gate, Selection(territoire_id=selection.territoire_id, type=selection.type), jour
    )
    blocs: list[Bloc] = [Paragraphe(panorama.a_retenir, fort=True)]
    if panorama.lignes:
        entetes, lignes = format_tableau(panorama.matrice)
        blocs.append(Tableau("Obligations suivies", entetes, lignes))
    return Section("Obligations", tuple(blocs))


def _build_methode(gate: Gate) -> Section:
    methode = load_methode(gate)
    notes = list_notes(simulee=gate.get_version().simulee)
    chargees = (s for s in methode.sources if s.etat_id != "absente")
    sources = tuple(f"{s.titre}, {s.producteur} ({s.date or 'date inconnue'}), {s.licence}" for s in chargees)
    return Section(
        "Méthode, limites et sources",
        (Paragraphe(LIMITES), Liste(notes), Paragraphe(methode.phrase_sources), Liste(sources)),
    )
