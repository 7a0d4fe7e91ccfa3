"""Des textes et des tableaux à la suite : ce qui ne tient plus sur une diapositive passe à la suivante.

Un fichier PPTX ne sait pas combien de place prend un texte avant d'être ouvert : elle est comptée en signes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pptx.util import Cm, Pt

from barometre.rapports.largeurs import compute_largeurs
from barometre.rapports.modele import Bloc, Liste, Paragraphe, Tableau

LARGEUR, HAUTEUR, MARGE = 33.87, 19.05, 1.5  # centimètres, 16/9
HAUT, BAS = 3.0, HAUTEUR - 1.6  # ce que titre et pied laissent
_PLACE = LARGEUR - 2 * MARGE
_CORPS, _TABLEAU, _LEGENDE = 16, 12, 14  # points
# La largeur et la hauteur d'un signe, en centimètres par point de corps : larges, pour une police large.
_SIGNE, _LIGNE = 0.0205, 0.043
# Un gras est plus large encore : compté comme le reste, la fin d'une phrase passait sous ce qui la suit.
_GRAS = 1.17


def format_titre(titre: str, rang: int) -> str:
    """« Un titre », puis « Un titre (suite) »."""
    return f"{titre} (suite)" if rang else titre


def write_texte(
    page: Any, texte: str, haut: float, taille: int, *, gras: bool = False, large: float = _PLACE
) -> float:
    """Écrit un paragraphe et rend la hauteur qu'il prend."""
    hauteur = measure_texte(texte, taille, large, gras=gras)
    cadre = page.shapes.add_textbox(Cm(MARGE), Cm(haut), Cm(large), Cm(hauteur)).text_frame
    cadre.word_wrap = True
    cadre.text = texte
    ecriture = cadre.paragraphs[0].runs[0].font
    ecriture.size, ecriture.bold = Pt(taille), gras or None
    return hauteur


def measure_texte(texte: str, taille: int, large: float, *, gras: bool = False) -> float:
    """La hauteur d'un paragraphe, marges comprises."""
    return 0.25 + _LIGNE * taille * count_lignes(texte, taille, large, gras=gras)


def count_lignes(texte: str, taille: int, large: float, *, gras: bool = False) -> int:
    """Les lignes que prend un texte, plutôt une de trop qu'une de moins."""
    place = max(int((large - 0.5) / (_SIGNE * taille * (_GRAS if gras else 1))), 1)
    return max(-(-len(texte) // place), 1)


class Coulee:
    """La diapositive en cours et ce qu'il y reste de place ; `add_page` en ouvre une."""

    def __init__(self, add_page: Callable[[str], Any], titre: str, *, entamee: bool) -> None:
        self._add_page, self._titre, self._rang = add_page, titre, int(entamee)
        self._page: Any = None
        self._haut = HAUT

    def write(self, blocs: Iterable[Bloc]) -> None:
        """Tous les blocs, dans l'ordre."""
        for bloc in blocs:
            if isinstance(bloc, Paragraphe):
                self._pour_texte(bloc.texte, gras=bloc.fort)
            elif isinstance(bloc, Liste):
                for phrase in bloc.phrases:
                    self._pour_texte(phrase, gras=False)
            elif isinstance(bloc, Tableau):
                self._pour_tableau(bloc)

    def _open(self, besoin: float) -> None:
        """Une diapositive où `besoin` centimètres tiennent."""
        if self._page is None or self._haut + besoin > BAS:
            self._page = self._add_page(format_titre(self._titre, self._rang))
            self._rang, self._haut = self._rang + 1, HAUT

    def _pour_texte(self, texte: str, *, gras: bool) -> None:
        self._open(measure_texte(texte, _CORPS, _PLACE, gras=gras))
        self._haut += write_texte(self._page, texte, self._haut, _CORPS, gras=gras)

    def _pour_tableau(self, tableau: Tableau) -> None:
        largeurs = [_PLACE * part for part in compute_largeurs(tableau.entetes, tableau.lignes)]
        reste, rang = list(tableau.lignes), 0
        tete = measure_texte(tableau.titre, _LEGENDE, _PLACE, gras=True) + _measure(tableau.entetes, largeurs)
        while reste:
            # Un tableau court ne se coupe pas ; un long commence s'il a la place de trois lignes.
            hauteurs = [_measure(ligne, largeurs) for ligne in reste]
            entier = tete + sum(hauteurs)
            self._open(entier if entier <= BAS - HAUT else tete + sum(hauteurs[:3]))
            self._haut += write_texte(
                self._page, format_titre(tableau.titre, rang), self._haut, _LEGENDE, gras=True
            )
            pris = self._count_qui_tient([_measure(tableau.entetes, largeurs), *hauteurs]) - 1
            self._haut += _write_tableau(
                self._page, tableau, reste[: max(pris, 1)], largeurs, haut=self._haut
            )
            reste, rang = reste[max(pris, 1) :], rang + 1
            if reste:
                self._haut = BAS

    def _count_qui_tient(self, hauteurs: Sequence[float]) -> int:
        place = BAS - self._haut
        for rang, hauteur in enumerate(hauteurs):
            place -= hauteur
            if place < 0:
                return rang
        return len(hauteurs)


def _measure(ligne: Sequence[str], largeurs: Sequence[float]) -> float:
    """La hauteur d'une ligne de tableau : ses textes reviennent à la ligne dans leur colonne."""
    lignes = (count_lignes(texte, _TABLEAU, large) for texte, large in zip(ligne, largeurs, strict=True))
    return 0.3 + _LIGNE * _TABLEAU * max(lignes)


def _write_tableau(
    page: Any,
    tableau: Tableau,
    lignes: Sequence[Sequence[str]],
    largeurs: Sequence[float],
    *,
    haut: float,
) -> float:
    rangs = (tableau.entetes, *lignes)
    hauteurs = [_measure(ligne, largeurs) for ligne in rangs]
    cadre = page.shapes.add_table(
        len(rangs), len(tableau.entetes), Cm(MARGE), Cm(haut), Cm(sum(largeurs)), Cm(sum(hauteurs))
    )
    cadre._element.nvGraphicFramePr.cNvPr.set("descr", f"Tableau : {tableau.titre}")
    for colonne, large in zip(cadre.table.columns, largeurs, strict=True):
        colonne.width = Cm(large)
    for rang, (ligne, hauteur) in enumerate(zip(rangs, hauteurs, strict=True)):
        cadre.table.rows[rang].height = Cm(hauteur)
        for place, texte in enumerate(ligne):
            cellule = cadre.table.cell(rang, place)
            cellule.text = texte
            for morceau in cellule.text_frame.paragraphs[0].runs:
                morceau.font.size = Pt(_TABLEAU)
    return sum(hauteurs) + 0.4
