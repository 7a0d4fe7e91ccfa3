"""La fiche d'une collectivité en document : les mots et les chiffres de sa page, sur une feuille."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.collectivite import load_fiche
from barometre.domain.formats import FINE, format_date, format_liste, format_nombre, format_ponctuation
from barometre.domain.portee import PUBLIC
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION, LICENCE
from barometre.rapports.modele import Bloc, Document, Liste, Paragraphe, Section, Tableau
from barometre.views.collectivite.fiche import VueFiche
from barometre.views.collectivite.obligations import Obligation
from barometre.views.collectivite.pairs import Pairs
from barometre.views.collectivite.premiers_pas import PremierPas
from barometre.views.collectivite.situation import build_cadre_situation, describe_situation
from barometre.views.collectivite.tableau_fiche import COMPTE_SOI
from barometre.views.lecture.address import build_query
from barometre.views.lecture.citation import SOURCE
from barometre.views.lecture.libelles import lower_initiale

# Ce que la feuille garde de l'identité : le reste est sur la page.
FAITS = ("Nature", "Population", "Intercommunalité", "Région")
SANS_REPONSES = "Sans vos réponses, voici ce qu’il est utile de vérifier d’abord."
# Une feuille recto verso : la page a les autres.
ECARTS_MONTRES = 3
PAIRS_TUS = "Trop peu de réponses chez vos pairs"
INCONNU = "Un état inconnu ne veut pas dire non fait."
NON_PUBLIQUES = (
    "celles de cette collectivité ne sont pas publiques ; ce document ne se donne qu’à qui peut les lire"
)
METHODE = (
    "Enquête volontaire : les répondantes ne sont pas tirées au sort. Les chiffres des pairs sont corrigés "
    "de leur taille, leur région et leur accompagnement, pas de l’envie de répondre ; ils sont déplacés au "
    "hasard d’une ou deux réponses, pour que nul ne soit deviné."
)


def build_document_fiche(gate: Gate, collectivite_id: str, jour: date) -> Document | None:
    """Le document de la fiche que cette porte lit, au jour dit ; None si elle n'existe pas."""
    return memoire.get_vue(gate, _build, collectivite_id, jour)


def _build(gate: Gate, collectivite_id: str, jour: date) -> Document | None:
    vue = load_fiche(gate, collectivite_id, jour)
    if vue is None:
        return None
    version = gate.get_version()
    return Document(
        serre=True,
        titre=f"{vue.collectivite.nom} : où en est-on ?",
        sous_titre=" · ".join(
            texte for nom, texte in vue.identite.faits if nom in FAITS and texte != vue.collectivite.nom
        ),
        nom_fichier=f"barometre_fiche_{collectivite_id}_{version.version_id}",
        avertissement=AVERTISSEMENT_SIMULATION if version.simulee else "",
        mentions=(
            ("Collectivité", f"{vue.collectivite.nom} ({vue.collectivite.code})"),
            ("Source", SOURCE),
            ("Données du", format_date(version.creee_le)),
            ("Version", version.version_id),
            ("Fiche du", format_date(jour)),
            ("Licence", LICENCE),
            *_list_reserves(vue),
        ),
        cree_le=version.creee_le.date().isoformat(),
        adresse=_build_adresse(gate, collectivite_id, jour),
        sections=tuple(s for s in _list_sections(vue) if s.blocs),
    )


def _build_adresse(gate: Gate, collectivite_id: str, jour: date) -> str:
    """Celle de la page, et ce jour-là ; aucune sous un droit : le public ne refait pas cette feuille."""
    if gate.portee != PUBLIC:
        return ""
    requete = build_query({"collectivite": collectivite_id, "version": gate.version_id})
    return f"fiche?{requete}#{jour.isoformat()}"


def _list_sections(vue: VueFiche) -> Iterator[Section]:
    fait = lower_initiale(dict(vue.identite.faits)["Accompagnement"])
    lien, _, noms = fait.partition(f"{FINE}: ")
    accompagnement = format_ponctuation(f"Accompagnement : {lien}{f' ({noms})' if noms else ''}.")
    yield Section("L’essentiel", (Paragraphe(vue.a_retenir, fort=True), Paragraphe(accompagnement)))
    yield Section("Trois choses à faire", tuple(_list_pas(vue)))
    yield Section("Vous et vos pairs, thème par thème", _build_situation(vue))
    yield Section("Vos points forts", _list_phrases(e.phrase for e in vue.forces[:ECARTS_MONTRES]))
    yield Section("Vos plus grands écarts", _list_phrases(e.phrase for e in vue.ecarts[:ECARTS_MONTRES]))
    yield Section("Ce que la loi demande à votre taille", _build_obligations(vue))
    yield Section("Ce que l’État mesure chez vous", _build_mesures(vue))
    yield Section("Lire ces chiffres", (Paragraphe(METHODE), Paragraphe(COMPTE_SOI)))


def _list_phrases(phrases: Iterable[str]) -> tuple[Bloc, ...]:
    elements = tuple(phrases)
    return (Liste(elements),) if elements else ()


def _list_reserves(vue: VueFiche) -> Iterator[tuple[str, str]]:
    """Détaché de sa page, un document qui porte des réponses se transmettrait comme les autres."""
    if vue.soi.lisible and vue.has_repondu:
        yield "Réponses", NON_PUBLIQUES


def _list_pas(vue: VueFiche) -> Iterator[Bloc]:
    if not vue.premiers_pas:
        return
    if not (vue.soi.lisible and vue.has_repondu):
        yield Paragraphe(SANS_REPONSES)
    yield Liste(tuple(_describe_pas(pas) for pas in vue.premiers_pas))


def _describe_pas(pas: PremierPas) -> str:
    actions = " ".join(f"{action.texte.rstrip('.')}." for action in pas.actions)
    return f"{pas.indicateur.titre}. {pas.raison} {actions}".strip()


def _build_situation(vue: VueFiche) -> tuple[Bloc, ...]:
    cadre = build_cadre_situation(vue.themes)
    avec_soi = cadre["soi"].notna().any()
    entetes = (
        "Thème",
        "Vos pairs, en moyenne",
        *(("Vous",) if avec_soi else ()),
        "Où, et combien de réponses",
    )
    lignes, tus = [], []
    for ligne, theme in zip(cadre.to_dict("records"), vue.themes, strict=True):
        if not (ligne["pairs_texte"] or ligne["soi_texte"]):
            tus.append(lower_initiale(str(ligne["theme"])))
            continue
        soi = (str(ligne["soi_texte"]),) if avec_soi else ()
        pairs = str(ligne["pairs_texte"] or ligne["raison"])
        lignes.append((str(ligne["theme"]), pairs, *soi, _describe_pairs(theme.pairs)))
    champs = _list_noms(t.pairs.champ for t in vue.themes)
    vagues = _list_noms(t.vague for t in vue.themes)
    qui = [f"{nom} : {dits}." for nom, dits in (("Vos pairs", champs), ("Leurs réponses", vagues)) if dits]
    tete = Paragraphe(" ".join([describe_situation(cadre), *qui]))
    if not lignes:
        return (tete,)
    # Une raison par thème se répétait jusqu'à neuf fois : elle se dit une fois, avec ceux qu'elle tait.
    fin = (Paragraphe(f"{PAIRS_TUS}{FINE}: {format_liste(tus)}."),) if tus else ()
    return (tete, Tableau("Pratiques suivies, par thème", entetes, tuple(lignes)), *fin)


def _list_noms(noms: Iterable[str]) -> str:
    """« communes de moins de 500 habitants et deuxième édition » : au milieu d'une phrase, sans majuscule."""
    return format_liste([lower_initiale(nom) for nom in dict.fromkeys(filter(None, noms))])


def _describe_pairs(pairs: Pairs) -> str:
    """« Bretagne, environ 40 », le nombre de répondantes, protégé."""
    return (
        f"{pairs.echelon or 'France'}, environ {format_nombre(pairs.n_repondants)}" if pairs.suffisant else ""
    )


def _build_obligations(vue: VueFiche) -> tuple[Bloc, ...]:
    if not vue.obligations:
        return ()
    lignes = tuple((_describe_obligation(o), o.etat_dit, o.seuil.reference) for o in vue.obligations)
    entetes = ("Obligation", "État", "Référence")
    return (Paragraphe(INCONNU), Tableau("Obligations", entetes, lignes))


def _describe_obligation(obligation: Obligation) -> str:
    titre, condition = obligation.seuil.titre, obligation.seuil.condition
    return f"{titre} ({condition[0].lower()}{condition[1:].rstrip('.')})" if condition else titre


def _build_mesures(vue: VueFiche) -> tuple[Bloc, ...]:
    montrees = (m for m in vue.mesures if m.verdict.montre)
    lignes = tuple((m.indicateur.titre, m.texte, m.periode) for m in montrees)
    return (Tableau("Données de l’État", ("Donnée", "Valeur", "Période"), lignes),) if lignes else ()
