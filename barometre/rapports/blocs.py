"""Des lignes d'une page aux blocs d'un document : les mêmes chiffres, les mêmes mots."""

from __future__ import annotations

from collections.abc import Sequence

from barometre.domain.formats import format_compte, format_effectif_seul
from barometre.domain.indicateur import Indicateur, describe_bases
from barometre.domain.notes import LETTRES_SIMULEES, explain_citation, format_lettre
from barometre.rapports.modele import Figure, Paragraphe, Point, Tableau
from barometre.views.lecture.chiffres import format_bornes_seules
from barometre.views.lecture.citation import BORNE_REPONDANTES
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.ligne import LigneIndicateur
from barometre.views.lecture.publies import SUIVI

NOTE = "Note"
ENTETES_CHIFFRES = ("Indicateur", "Redressé", "Intervalle", "Brut", "Réponses", NOTE)
ENTETES_PUBLIES = ("Indicateur", "Publié", "Brut ici", "Redressé ici")
LIRE_PUBLIES = "Un chiffre publié est brut : il compte les répondantes sans corriger leur profil."
BRUT_SOUS_TRENTE = "Sous 30 réponses, chiffre et intervalle sont bruts."
NON, NON_REDRESSE = "non publié", "non redressé"
SE_CITE, SE_CITERAIT = "Se cite", "Se citerait"


def build_figures(titre: str, lignes: Sequence[LigneIndicateur]) -> tuple[Figure, ...]:
    """Les parts d'un thème, puis celles de chaque choix multiple sous la question qui les rend lisibles."""
    groupes: dict[str, list[LigneIndicateur]] = {"": []}
    for ligne in lignes:
        groupes.setdefault(ligne.indicateur.groupe, []).append(ligne)
    return tuple(
        _build_figure(groupe[0].indicateur.groupe_titre or titre, groupe, theme=titre)
        for groupe in groupes.values()
        if groupe
    )


def _build_figure(titre: str, lignes: Sequence[LigneIndicateur], *, theme: str) -> Figure:
    """L'intervalle est celui du chiffre redressé ; la base est dite quand elle est celle de tous."""
    bases = {ligne.indicateur.base.strip().rstrip(".") for ligne in lignes}
    points = tuple(_build_point(ligne, marque=len(bases) > 1) for ligne in lignes)
    montres = [p for p in points if p.valeur is not None]
    caches = len(points) - len(montres)
    unique = len(bases) == 1
    etroites = describe_bases(ligne.indicateur for ligne in lignes)
    phrase = f"Base : {lower_initiale(bases.pop())}. " if unique else f"{etroites} ".lstrip()
    bruts = [ligne.chiffre.est_brut for ligne in lignes if ligne.chiffre.montre]
    quoi = "brut" if bruts and all(bruts) else "redressé"
    phrase += f"Trait : intervalle à 95 % autour du chiffre {quoi}, hors biais de participation."
    if any(bruts):
        phrase += f" {BRUT_SOUS_TRENTE}"
    if any(ligne.chiffre.plafond for ligne in lignes if ligne.chiffre.montre):
        phrase += f" {BORNE_REPONDANTES}"
    if any(p.note == "C" for p in montres):
        phrase += " Note C : indicatif, à ne pas citer."
    if any(ligne.contexte.simulee for ligne in lignes):
        phrase += f" {LETTRES_SIMULEES}"
    if caches:
        phrase += f" {format_compte(caches, 'chiffre non publié', 'chiffres non publiés')}."
    dits = " ; ".join(f"{p.libelle} : {p.texte}, {p.intervalle}" for p in montres) or "aucun chiffre publié"
    ou = titre if titre == theme else f"{theme}. {titre}"
    return Figure(titre, phrase, f"{ou}. {dits}.", points)


def _build_point(ligne: LigneIndicateur, *, marque: bool) -> Point:
    chiffre = ligne.chiffre
    titre = ligne.indicateur.titre_marque if marque else ligne.indicateur.titre
    if not chiffre.montre:
        return Point(titre, raison=ligne.citation.explication)
    return Point(
        titre,
        chiffre.valeur,
        chiffre.bas,
        chiffre.haut,
        # Sous la colonne des chiffres redressés, un brut se dit brut.
        f"{ligne.get_texte('redresse')}{' brut' * chiffre.est_brut}",
        format_bornes_seules(ligne.indicateur, chiffre),
        format_effectif_seul(chiffre.n),
        chiffre.note,
        note_dite=format_lettre(chiffre.note, simulee=ligne.contexte.simulee),
    )


def build_publies(theme: str, lignes: Sequence[LigneIndicateur]) -> tuple[Tableau | Paragraphe, ...]:
    """Ce que le baromètre a déjà publié de ces indicateurs, à côté du nôtre à la même vague.

    Comment le lire vient d'abord : après le tableau, la phrase passait seule en tête de page.
    """
    rangs = {
        (ligne.indicateur.titre, p.valeur, " · ".join(filter(None, (p.brut, p.n))) or NON, p.redresse or NON)
        for ligne in lignes
        for p in ligne.publies
    }
    vagues = [p.vague for ligne in lignes for p in ligne.publies]
    if not vagues:
        return ()
    # Le thème : en annexe d'un diaporama, les neuf tableaux se suivent.
    titre = f"{theme} : déjà publié, et le nôtre à la même vague, {lower_initiale(vagues[0])}, France"
    suivi = f" {SUIVI}" if any(p.suivi for ligne in lignes for p in ligne.publies) else ""
    lire = Paragraphe(f"{LIRE_PUBLIES}{suivi}", lie=True)
    return lire, Tableau(titre, ENTETES_PUBLIES, tuple(sorted(rangs)))


def build_tableau_chiffres(
    titre: str, lignes: Sequence[LigneIndicateur], groupes: Sequence[str] = ()
) -> tuple[*tuple[Paragraphe, ...], Tableau]:
    """Redressé, intervalle, brut, n, note, et s'il se cite ; avant, la base de ce qui se lit parmi certaines.

    `groupes` : le thème de chaque ligne.
    """
    cite = SE_CITERAIT if any(ligne.contexte.simulee for ligne in lignes) else SE_CITE
    bases = list_lectures_bases([ligne.indicateur for ligne in lignes])
    noms = name_parmi([ligne.indicateur for ligne in lignes])
    rangs = tuple((nom, *_rang(ligne)) for nom, ligne in zip(noms, lignes, strict=True))
    return (*bases, Tableau(titre, (*ENTETES_CHIFFRES, cite), rangs, tuple(groupes)))


def list_lectures_bases(indicateurs: Sequence[Indicateur]) -> tuple[Paragraphe, ...]:
    """Ce que veut dire l'astérisque d'un tableau, ou la base de toutes ses lignes ; rien si c'est toutes."""
    if dites := describe_bases(indicateurs):
        return (Paragraphe(dites, lie=True),)
    etroite = next((i.base for i in indicateurs if i.sous_condition), "")
    return (Paragraphe(f"Base : {lower_initiale(etroite.rstrip('.'))}.", lie=True),) if etroite else ()


def name_parmi(indicateurs: Sequence[Indicateur]) -> list[str]:
    """Les titres ; un astérisque dès que l'une se lit parmi certaines et pas les autres."""
    marque = bool(describe_bases(indicateurs))
    return [i.titre_marque if marque else i.titre for i in indicateurs]


def _rang(ligne: LigneIndicateur) -> tuple[str, ...]:
    chiffre = ligne.chiffre
    if not chiffre.montre:
        return (NON, "", "", "", "", "non")
    return (
        NON_REDRESSE if chiffre.est_brut else ligne.get_texte("redresse"),
        ligne.intervalle,
        ligne.get_texte("brut"),
        format_effectif_seul(chiffre.n),
        chiffre.note,
        explain_citation(chiffre.note),
    )
