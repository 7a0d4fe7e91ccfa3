"""La synthèse annuelle, composée des vues des pages : aucun chiffre n'y est recalculé."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.ensemble import load_methode, load_qualites
from barometre.assemblage.piloter import load_changements, load_panorama
from barometre.assemblage.theme import load_vue_theme
from barometre.catalogue import load_catalogue
from barometre.domain.formats import (
    FINE,
    INCONNU,
    format_date,
    format_liste,
    format_points,
    format_ponctuation,
)
from barometre.domain.notes import explain_notes
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION, LICENCE
from barometre.domain.secret import SEUIL_CYBER
from barometre.domain.territoire import FRANCE
from barometre.rapports.blocs import (
    build_figures,
    build_publies,
    build_tableau_chiffres,
    list_lectures_bases,
    name_parmi,
)
from barometre.rapports.demande import Champ, Demande, DemandeRefusee, choose_vagues, resolve_champ
from barometre.rapports.modele import Bloc, Document, Liste, Paragraphe, Section, Tableau
from barometre.rapports.repondantes import build_participation
from barometre.rapports.territoires import build_territoires
from barometre.views.comprendre.theme import VueTheme, build_a_retenir, build_vue_theme
from barometre.views.donnees.methode import SourceLue
from barometre.views.lecture.address import build_query
from barometre.views.lecture.chiffres import format_cellule
from barometre.views.lecture.citation import SOURCE
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.ligne import LigneIndicateur
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import format_tableau
from barometre.views.piloter.evolutions import Changement, VueEvolutions
from barometre.views.piloter.panorama_obligations import VuePanorama

INDICATIF = (
    "Chiffres indicatifs seulement, à ne pas citer : trop peu de réponses, ou des intervalles trop larges."
)
RIEN = "Aucun chiffre n’est publiable : trop peu de collectivités ont répondu."
# Dans un département, même toutes ayant répondu, il n'y en aurait pas : leur nombre n'y est pour rien.
RIEN_CYBER = (
    f"Aucun chiffre n’est publié ici{FINE}: le secret est plus strict en cybersécurité, rien sous "
    f"{SEUIL_CYBER} réponses ni sous région et type."
)
ENTETES_CHANGEMENTS = ("Indicateur", "D’une vague à l’autre", "Écart", "Intervalle à 95 %")
# « 16 % → 21 % », « +4 points » : sans elle, une faute de calcul.
LIRE_CHANGEMENTS = (
    "Les écarts sont calculés avant l’arrondi : d’un point parfois, ils ne sont pas ceux des parts affichées."
)
GRANDEURS_TUES = "Nombres et montants non cités, faute d’assez de réponses ou de précision"
ENTETES_QUALITE = (
    "Questionnaire", "Réponses", "Taux", "En valent", "Plus gros poids", "Écart au pays avant",
    "Après, sur ce qui est calé", "Après, hors calage",
)  # fmt: skip
LIRE_QUALITE = (
    "Une fois redressées, les réponses en valent moins : c’est le prix de la correction. L’écart au pays est "
    "le plus grand, en points, entre les répondantes et toutes les collectivités, sur ce que l’on connaît de "
    "toutes ; après redressement, il est petit par construction sur ce qui est calé."
)
SANS_TEMOIN = (
    "Rien d’autre n’a pu être vérifié\u202f: aucune donnée de l’État chargée ici ne dit si, redressées, les "
    "répondantes ressemblent au pays sur ce qui n’est pas calé."
)
LIMITES = (
    "Enquête volontaire : les répondantes ne sont pas tirées au sort. Le chiffre redressé corrige la "
    "taille, le type, la région et la couverture par un OPSN, pas l’envie de répondre. Un chiffre qui "
    "désignerait quelqu’un n’est pas publié : le secret statistique passe d’abord."
)


def build_synthese(gate: Gate, demande: Demande, *, gardee: bool = True) -> Document:
    """Le document entier ; `DemandeRefusee` si rien ne répond à la demande.

    `gardee` : faux pour un document parmi cent, dont personne ne relira les vues ; les peser pour les garder
    prenait un dixième du temps.
    """
    gate, champ, vues = _open(gate, demande, gardee=gardee)
    vagues = {vue.contexte.vague for vue in vues}
    sections = (
        *_build_apercu(gate, champ, vues),
        build_territoires(gate, champ.selection, vues),
        *(_build_theme(vue, len(vagues)) for vue in vues if not vue.est_vide),
        _build_representativite(gate, vues),
        _build_obligations(gate, champ.selection),
        _build_methode(gate),
    )
    return _build_document(gate, demande, champ, vues, sections)


def build_apercu(gate: Gate, demande: Demande) -> Document:
    """Le même document jusqu'à ce qui a changé : ce que la page montre avant qu'on emporte le fichier.

    Les cartes et le détail des thèmes prennent les quatre cinquièmes de la composition.
    """
    gate, champ, vues = _open(gate, demande)
    return _build_document(gate, demande, champ, vues, _build_apercu(gate, champ, vues))


def _build_apercu(gate: Gate, champ: Champ, vues: Sequence[VueTheme]) -> tuple[Section, ...]:
    return _build_essentiel(champ, vues), _build_cles(vues), _build_evolution(gate, vues)


def build_debut(gate: Gate, demande: Demande) -> Document:
    """Le même document jusqu'aux chiffres clés : ce qu'on projette ne lit pas le reste."""
    gate, champ, vues = _open(gate, demande)
    return _build_document(gate, demande, champ, vues, (_build_essentiel(champ, vues), _build_cles(vues)))


def list_cles(gate: Gate, demande: Demande) -> tuple[LigneIndicateur, ...]:
    """Les chiffres clés du document qui se montrent, dans son ordre : projetés, chacun a sa phrase."""
    _, _, vues = _open(gate, demande)
    return tuple(ligne for vue in vues for ligne in vue.cles if ligne.chiffre.montre)


def _open(gate: Gate, demande: Demande, *, gardee: bool = True) -> tuple[Gate, Champ, list[VueTheme]]:
    champ = resolve_champ(gate, demande)
    gate = _read_ahead(gate, champ.selection)
    vues = _read_vues(gate, champ.selection, demande.edition, gardee=gardee)
    if all(vue.est_vide for vue in vues):
        raise DemandeRefusee(_explain_vide(champ.selection, vues[0].contexte.champ))
    return gate, champ, vues


def prepare_synthese(gate: Gate, demande: Demande) -> Iterator[tuple[float, str]]:
    """Lit d'avance ce que l'aperçu montrera, thème par thème : la part faite, et ce qui se lit.

    `DemandeRefusee` comme `build_apercu`, qui trouve ensuite tout gardé.
    """
    selection = resolve_champ(gate, demande).selection
    gate = _read_ahead(gate, selection)
    catalogue = load_catalogue()
    vagues = choose_vagues(catalogue, demande.edition)
    for rang, (theme_id, vague_id) in enumerate(vagues.items()):
        yield rang / len(vagues), lower_initiale(catalogue.get_theme(theme_id).titre)
        vue = load_vue_theme(gate, theme_id, replace(selection, vague_id=vague_id))
        load_changements(gate, theme_id, vue.selection)
    yield 1.0, "mise en page"


def _read_ahead(gate: Gate, selection: Selection) -> Gate:
    """Neuf thèmes lisent quatre fois les mêmes lignes : un seul aller à l'entrepôt, un seul masque."""
    lieu = gate.get_collectivite(selection.territoire_id)
    region = f"region-{lieu.region}" if lieu and lieu.region else ""
    # Ce qui ne se publie pas ici se cherche dans plus large.
    lues = (selection, *selection.list_plus_larges(region))
    bornes = {"type": sorted({x.type for x in (*lues, Selection())}), "strate": [""], "couverture": [""]}
    territoires = sorted({x.territoire_id for x in (*lues, Selection())})
    return memoire.get_porte_publique(gate).reopen_ahead(territoires, bornes)


def _explain_vide(selection: Selection, champ: str) -> str:
    """Ce qu'il faut changer : plus large que la France sans filtre, il n'y a rien à demander."""
    debut = f"{champ} : aucun chiffre n'est publiable, trop peu de réponses."
    if selection.type:
        return f"{debut} Demandez tous les types de collectivités, ou une autre édition."
    if selection.territoire_id == FRANCE:
        return f"{debut} Demandez une autre édition, ou attendez la prochaine vague."
    return f"{debut} Demandez un territoire plus large, ou la France."


def _read_vues(gate: Gate, selection: Selection, edition: str, *, gardee: bool) -> list[VueTheme]:
    lire = load_vue_theme if gardee else _build_vue
    vagues = choose_vagues(load_catalogue(), edition)
    return [lire(gate, theme, replace(selection, vague_id=vague)) for theme, vague in vagues.items()]


def _build_vue(gate: Gate, theme_id: str, selection: Selection) -> VueTheme:
    return build_vue_theme(gate, load_catalogue(), theme_id, selection)


def _build_document(
    gate: Gate, demande: Demande, champ: Champ, vues: Sequence[VueTheme], sections: tuple[Section, ...]
) -> Document:
    version, contexte = gate.get_version(), vues[0].contexte
    lieu = _describe_lieu(champ, contexte.champ)
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


def _describe_lieu(champ: Champ, lieu: str) -> str:
    """« toutes les collectivités, France » ; les chiffres d'un OPSN sont ceux d'un territoire plus large."""
    if not champ.opsn:
        return lower_initiale(lieu)
    return f"{champ.opsn}, lu sur son territoire ({lower_initiale(lieu)})"


def _build_essentiel(champ: Champ, vues: Sequence[VueTheme]) -> Section:
    """Une phrase par thème ; les thèmes dont rien ne se cite se disent ensemble, une fois."""
    # Les phrases ne répètent pas leur champ : il se dit une fois, avant elles.
    lieux = [vue.contexte.champ for vue in vues if not vue.contexte.france_entiere]
    dit = f"Tous ces chiffres sont ceux de : {lower_initiale(lieux[0])}." if lieux else ""
    debut = [Paragraphe(phrase) for phrase in (champ.phrase, dit) if phrase]
    phrases: dict[str, list[str]] = {}
    for vue in vues:
        phrases.setdefault(_summarize(vue), []).append(vue.theme.titre)
    debuts = tuple(", ".join((noms[0], *map(lower_initiale, noms[1:]))) for noms in phrases.values())
    return Section("L’essentiel", (*debut, Liste(tuple(phrases), debuts)))


def _summarize(vue: VueTheme) -> str:
    """La phrase à retenir d'un thème, sans le champ : le titre du document le porte sur chaque page."""
    if not any(x.chiffre.citable and x.indicateur.est_part for x in vue.lignes):
        return _explain_rien(vue) if vue.est_vide else INDICATIF
    lignes = [replace(x, contexte=replace(x.contexte, france_entiere=True)) for x in vue.lignes]
    return build_a_retenir(lignes, vue.selection)


def _explain_rien(vue: VueTheme) -> str:
    return RIEN_CYBER if all(x.indicateur.sensibilite == "cyber" for x in vue.lignes) else RIEN


def _build_cles(vues: Sequence[VueTheme]) -> Section:
    cles: list[tuple[str, LigneIndicateur]] = [(vue.theme.titre, x) for vue in vues for x in vue.cles]
    montrees = [(theme, ligne) for theme, ligne in cles if ligne.chiffre.montre]
    tus = len(cles) - len(montrees)
    themes, lignes = [theme for theme, _ in montrees], [ligne for _, ligne in montrees]
    notes = explain_notes(simulee=any(vue.contexte.simulee for vue in vues))
    blocs: list[Bloc] = [
        Paragraphe(notes),
        *build_tableau_chiffres("Chiffres clés, thème après thème", lignes, themes),
    ]
    if tus:
        blocs.append(
            Paragraphe(f"Chiffres clés non publiés, par le secret ou faute d’assez de réponses : {tus}.")
        )
    return Section("Chiffres clés", tuple(blocs))


def _build_theme(vue: VueTheme, vagues: int) -> Section:
    """`vagues` : combien le document en lit ; au-delà d'une, chaque thème dit la sienne."""
    vague = f"{vue.contexte.vague}. " if vagues > 1 else ""
    blocs: list[Bloc] = [Paragraphe(f"{vague}{_summarize(vue)}", fort=True)]
    parts = [ligne for ligne in vue.ensemble.lignes if ligne.indicateur.est_part]
    # Une durée ou un montant n'a pas de place sur une échelle de 0 à 100 %.
    grandeurs = [ligne for ligne in vue.ensemble.lignes if not ligne.indicateur.est_part]
    blocs += build_figures(vue.theme.titre, parts)
    return Section(
        vue.theme.titre,
        (*blocs, *_build_grandeurs(vue.theme.titre, grandeurs), *build_publies(vue.theme.titre, vue.cles)),
    )


def _build_grandeurs(theme: str, lignes: Sequence[LigneIndicateur]) -> Iterator[Bloc]:
    """Ce qui se cite ; « 0 ordinateur, entre 0 et 38 » n'est que le bruit d'un nombre trop imprécis."""
    citees = [ligne for ligne in lignes if ligne.chiffre.citable]
    tues = [lower_initiale(x.indicateur.titre) for x in lignes if not x.chiffre.citable]
    if citees:
        yield from build_tableau_chiffres(f"{theme} : nombres et montants", citees)
    if tues:
        yield Paragraphe(f"{GRANDEURS_TUES} : {format_liste(tues)}.")


def _build_evolution(gate: Gate, vues: Sequence[VueTheme]) -> Section:
    evolutions = [load_changements(gate, vue.theme.id, vue.selection) for vue in vues]
    montres = [
        (vue.theme.titre, changement)
        for vue, evolution in zip(vues, evolutions, strict=True)
        for changement in evolution.montres
        if changement.demontre
    ]
    blocs: list[Bloc] = [_describe_evolutions(vues, evolutions)]
    if montres:
        blocs += [Paragraphe(LIRE_CHANGEMENTS), *_build_changements(montres)]
    return Section("D’une vague à l’autre", tuple(blocs))


def _build_changements(montres: Sequence[tuple[str, Changement]]) -> Iterator[Bloc]:
    indicateurs = [changement.indicateur for _, changement in montres]
    yield from list_lectures_bases(indicateurs)
    noms, themes = name_parmi(indicateurs), tuple(theme for theme, _ in montres)
    lignes = tuple((nom, *_describe_changement(c)) for nom, (_, c) in zip(noms, montres, strict=True))
    yield Tableau("Changements au-delà du hasard", ENTETES_CHANGEMENTS, lignes, themes)


def _describe_changement(changement: Changement) -> tuple[str, ...]:
    """« 18 % → 13 % », « −5 points », « de −7 à −2 points » ; et si la méthode décide du verdict."""
    indicateur, ecart = changement.indicateur, format_points(changement.ecart)
    avant, apres = (
        format_cellule(indicateur, chiffre, "redresse") if chiffre else "non publié"
        for chiffre in (changement.avant, changement.apres)
    )
    dit = f"{ecart} ; {changement.texte}" if changement.depend_de_la_methode else ecart
    return f"{avant} → {apres}", dit, changement.intervalle


def _describe_evolutions(vues: Sequence[VueTheme], evolutions: Sequence[VueEvolutions]) -> Bloc:
    """Une phrase par thème ; une seule quand tous disent la même (rien n'est testé dans un département)."""
    phrases = [evolution.phrase for evolution in evolutions]
    if len(set(phrases)) == 1:
        return Paragraphe(phrases[0])
    return Liste(tuple(phrases), tuple(vue.theme.titre for vue in vues))


def _build_representativite(gate: Gate, vues: Sequence[VueTheme]) -> Section:
    lues = {(vue.theme.id, vue.selection.vague_id): vue.theme.titre for vue in vues}
    lignes = [
        (lues[(q.questionnaire_id, q.vague_id)], *q.rang)
        for q in load_qualites(gate)
        if (q.questionnaire_id, q.vague_id) in lues
    ]
    tableau = _drop_inconnue(Tableau("Représentativité, France entière", ENTETES_QUALITE, tuple(lignes)))
    ici = build_participation(gate, vues)
    sans_temoin = () if tableau.entetes == ENTETES_QUALITE else (Paragraphe(SANS_TEMOIN),)
    return Section("Qui a répondu", (*ici, Paragraphe(LIRE_QUALITE), *sans_temoin, tableau))


def _drop_inconnue(tableau: Tableau) -> Tableau:
    """Sans donnée de l'État, rien n'est connu hors du calage : une phrase le dit mieux qu'une colonne."""
    if any(ligne[-1] != INCONNU for ligne in tableau.lignes):
        return tableau
    return Tableau(tableau.titre, tableau.entetes[:-1], tuple(ligne[:-1] for ligne in tableau.lignes))


def _build_obligations(gate: Gate, selection: Selection) -> Section:
    jour = gate.get_version().creee_le.date()
    panorama = load_panorama(
        gate, Selection(territoire_id=selection.territoire_id, type=selection.type), jour
    )
    blocs: list[Bloc] = [Paragraphe(panorama.a_retenir, fort=True)]
    if panorama.lignes:
        entetes, lignes = format_tableau(panorama.matrice)
        blocs += [
            Paragraphe(_describe_reponses(panorama)),
            Paragraphe(explain_notes(simulee=gate.get_version().simulee)),
            Tableau("Obligations suivies", entetes, lignes),
        ]
    return Section("Obligations", tuple(blocs))


def _describe_reponses(panorama: VuePanorama) -> str:
    """Une édition ancienne montre aussi les dernières réponses : on ne la lit pas comme celles d'alors."""
    vagues = dict.fromkeys(lower_initiale(ligne.vague) for ligne in panorama.lignes)
    return (
        f"Quelle que soit l’édition, l’état des obligations est le dernier connu : "
        f"{format_liste(list(vagues))}. Les réponses sont dites à cinq près."
    )


def _build_methode(gate: Gate) -> Section:
    methode = load_methode(gate)
    notes = explain_notes(simulee=gate.get_version().simulee)
    sources = tuple(_describe_source(s) for s in methode.sources if s.etat_id != "absente")
    return Section(
        "Méthode, limites et sources",
        (Paragraphe(LIMITES), Paragraphe(notes), Paragraphe(methode.phrase_sources), Liste(sources)),
    )


def _describe_source(source: SourceLue) -> str:
    """Les réponses n'ont pas de date à elles : celle de la version est en tête du document."""
    qui = f"{source.titre}, {source.producteur}" + (f" ({source.date})" if source.date else "")
    return format_ponctuation(f"{qui}, {source.licence}")
