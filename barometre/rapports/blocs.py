"""Des lignes d'une page aux blocs d'un document : les mêmes chiffres, les mêmes mots."""

from __future__ import annotations

from collections.abc import Sequence

from barometre.domain.formats import format_compte
from barometre.domain.notes import LETTRES_SIMULEES, explain_citation, format_lettre
from barometre.rapports.modele import Figure, Point, Tableau
from barometre.views.lecture.ligne import LigneIndicateur

ENTETES_CHIFFRES = ("Indicateur", "Redressé", "Intervalle", "Brut", "Réponses", "Note")
SE_CITE, SE_CITERAIT = "Se cite", "Se citerait"


def build_figure(titre: str, lignes: Sequence[LigneIndicateur]) -> Figure:
    """Les parts d'un thème ; l'intervalle est celui du chiffre redressé."""
    points = tuple(_build_point(ligne) for ligne in lignes)
    montres = [p for p in points if p.valeur is not None]
    caches = len(points) - len(montres)
    phrase = "Trait : intervalle à 95 % autour du chiffre redressé, hors biais de participation."
    if any(p.note == "C" for p in montres):
        phrase += " Note C : indicatif, à ne pas citer."
    if any(ligne.contexte.simulee for ligne in lignes):
        phrase += f" {LETTRES_SIMULEES}"
    if caches:
        phrase += f" {format_compte(caches, 'chiffre non publié', 'chiffres non publiés')}."
    dits = " ; ".join(f"{p.libelle} : {p.texte}, {p.intervalle}" for p in montres) or "aucun chiffre publié"
    return Figure(titre, phrase, f"{titre}. {dits}.", points)


def _build_point(ligne: LigneIndicateur) -> Point:
    chiffre, titre = ligne.chiffre, ligne.indicateur.titre
    if not chiffre.montre:
        return Point(titre, raison=ligne.citation.explication)
    return Point(
        titre,
        chiffre.valeur,
        chiffre.bas,
        chiffre.haut,
        ligne.get_texte("redresse"),
        ligne.intervalle,
        chiffre.n,
        chiffre.note,
        note_dite=format_lettre(chiffre.note, simulee=ligne.contexte.simulee),
    )


def build_tableau_chiffres(titre: str, lignes: Sequence[LigneIndicateur]) -> Tableau:
    """Redressé, intervalle, brut, n, note, et s'il se cite."""
    cite = SE_CITERAIT if any(ligne.contexte.simulee for ligne in lignes) else SE_CITE
    return Tableau(titre, (*ENTETES_CHIFFRES, cite), tuple(_rang(ligne) for ligne in lignes))


def _rang(ligne: LigneIndicateur) -> tuple[str, ...]:
    chiffre = ligne.chiffre
    if not chiffre.montre:
        return (ligne.indicateur.titre, "non publié", "", "", "", "", "non")
    return (
        ligne.indicateur.titre,
        "" if chiffre.est_brut else ligne.get_texte("redresse"),
        ligne.intervalle,
        ligne.get_texte("brut"),
        str(chiffre.n),
        chiffre.note,
        explain_citation(chiffre.note),
    )
