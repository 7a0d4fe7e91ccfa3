"""Des textes et des tableaux à la suite : ce qui ne tient plus sur une diapositive passe à la suivante.

Un fichier PPTX ne sait pas combien de place prend un texte avant d'être ouvert : elle est mesurée dans une
police large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pptx.dml.color import RGBColor
from pptx.util import Cm, Pt

from barometre.domain.formats import INSECABLE
from barometre.rapports.largeurs import compute_largeurs, count_lignes
from barometre.rapports.modele import Bloc, Liste, Paragraphe, Tableau

ACCENT = RGBColor(0x1B, 0x4F, 0x8A)
LARGEUR, HAUTEUR, MARGE = 33.87, 19.05, 1.5  # centimètres, 16/9
HAUT, BAS = 3.0, HAUTEUR - 1.6  # ce que titre et pied laissent
_PLACE = LARGEUR - 2 * MARGE
_CORPS, _TABLEAU, _LEGENDE = 16, 12, 14  # points
# La hauteur d'une ligne, en centimètres par point de corps, et l'espace entre deux paragraphes d'un cadre.
_LIGNE, _ENTRE = 0.043, 6
# Ce que les bords d'un cadre ou d'une case prennent à la largeur.
_BORDS = 0.5
# La hauteur d'une phrase d'annonce, et les lignes d'un tableau qui ne restent pas seules.
_ANNONCE, _SEULES = 5.0, 3
_SUITE = " (suite)"
# Ce qui marque un libellé, et ouvre la phrase qui l'explique.
_ETOILE = "*"


def format_titre(titre: str, rang: int) -> str:
    """« Un titre », « Un titre (suite) », « Un titre (suite 2) » : deux diapositives ne se confondent pas."""
    return f"{titre} (suite{f'{INSECABLE}{rang}' if rang > 1 else ''})" if rang else titre


def write_texte(
    page: Any,
    texte: str,
    haut: float,
    taille: int,
    *,
    gras: bool = False,
    large: float = _PLACE,
    gauche: float = MARGE,
) -> float:
    """Écrit un paragraphe et rend la hauteur qu'il prend."""
    hauteur = measure_texte(texte, taille, large, gras=gras)
    cadre = page.shapes.add_textbox(Cm(gauche), Cm(haut), Cm(large), Cm(hauteur)).text_frame
    cadre.word_wrap = True
    cadre.text = texte
    ecriture = cadre.paragraphs[0].runs[0].font
    ecriture.size, ecriture.bold = Pt(taille), gras or None
    return hauteur


def measure_texte(texte: str, taille: int, large: float, *, gras: bool = False) -> float:
    """La hauteur d'un paragraphe, marges comprises."""
    return 0.25 + _LIGNE * taille * count_lignes(texte, taille, large - _BORDS, gras=gras)


def write_liste(page: Any, phrases: Sequence[tuple[str, str]], haut: float) -> float:
    """Des phrases et leurs premiers mots, en gras, dans un seul cadre : les mêmes blancs entre elles."""
    hauteur = sum(measure_phrase(debut, texte) for debut, texte in phrases)
    cadre = page.shapes.add_textbox(Cm(MARGE), Cm(haut), Cm(_PLACE), Cm(hauteur)).text_frame
    cadre.word_wrap = True
    for rang, (debut, texte) in enumerate(phrases):
        paragraphe = cadre.paragraphs[0] if rang == 0 else cadre.add_paragraph()
        paragraphe.space_after = Pt(_ENTRE)
        for morceau, gras in ((debut, True), (texte, False)):
            if morceau:
                mots = paragraphe.add_run()
                mots.text, mots.font.size, mots.font.bold = morceau, Pt(_CORPS), gras or None
    return hauteur


def measure_phrase(debut: str, texte: str) -> float:
    """La hauteur d'un élément de liste, blanc compris ; comptée en gras dès qu'il a des premiers mots."""
    return _ENTRE * 2.54 / 72 + measure_texte(f"{debut}{texte}", _CORPS, _PLACE, gras=bool(debut)) - 0.25


class Coulee:
    """La diapositive en cours et ce qu'il y reste de place ; `add_page` en ouvre une.

    `entamees` : combien de diapositives portent déjà ce titre.
    """

    def __init__(self, add_page: Callable[[str], Any], titre: str, *, entamees: int) -> None:
        self._add_page, self._titre, self._rang = add_page, titre, entamees
        self._page: Any = None
        self._haut = HAUT
        self._etoile = ""

    def write(self, blocs: Iterable[Bloc]) -> None:
        """Tous les blocs, dans l'ordre."""
        blocs = list(blocs)
        for rang, bloc in enumerate(blocs):
            if isinstance(bloc, Paragraphe):
                if rang == 0 or not isinstance(blocs[rang - 1], Paragraphe):
                    self._keep_ensemble(blocs[rang:])
                self._etoile = bloc.texte if bloc.texte.startswith(_ETOILE) else self._etoile
                self._pour_texte(bloc.texte, gras=bloc.fort)
            elif isinstance(bloc, Liste):
                self._pour_liste(bloc)
            elif isinstance(bloc, Tableau):
                self._pour_tableau(bloc)

    def _open(self, besoin: float) -> None:
        """Une diapositive où `besoin` centimètres tiennent."""
        if self._page is None or self._haut + besoin > BAS:
            self._page = self._add_page(format_titre(self._titre, self._rang))
            self._rang, self._haut = self._rang + 1, HAUT

    def _keep_ensemble(self, blocs: Sequence[Bloc]) -> None:
        """Des phrases et le tableau qu'elles annoncent vont sur la même diapositive, s'ils y tiennent."""
        besoin = 0.0
        for bloc in blocs:
            if isinstance(bloc, Paragraphe):
                besoin += measure_texte(bloc.texte, _CORPS, _PLACE, gras=bloc.fort)
                continue
            if isinstance(bloc, Tableau):
                largeurs = _compute_largeurs(bloc)
                besoin += _measure_tete(bloc, largeurs) + sum(_measure(rang, largeurs) for rang in bloc.rangs)
                if besoin <= BAS - HAUT:
                    self._open(besoin)
            return

    def _pour_texte(self, texte: str, *, gras: bool) -> None:
        self._open(measure_texte(texte, _CORPS, _PLACE, gras=gras))
        self._haut += write_texte(self._page, texte, self._haut, _CORPS, gras=gras)

    def _pour_liste(self, liste: Liste) -> None:
        """Autant de phrases qu'il en tient, puis la diapositive suivante."""
        debuts = [f"{debut}. " for debut in liste.debuts] or [""] * len(liste.elements)
        reste = list(zip(debuts, liste.elements, strict=True))
        while reste:
            self._open(measure_phrase(*reste[0]))
            pris = max(self._count_qui_tient([measure_phrase(*phrase) for phrase in reste]), 1)
            self._haut += write_liste(self._page, reste[:pris], self._haut)
            reste = reste[pris:]

    def _pour_tableau(self, tableau: Tableau) -> None:
        largeurs = _compute_largeurs(tableau)
        reste, rang = list(tableau.rangs), 0
        while reste:
            etoile = self._find_etoile(reste) if rang else ""
            tete = _measure_tete(tableau, largeurs)
            tete += measure_texte(etoile, _TABLEAU, _PLACE) if etoile else 0.0
            # Un tableau court ne se coupe pas, sauf à laisser seule la phrase qui l'annonce ; un long
            # commence s'il a la place de trois lignes.
            hauteurs = [_measure(ligne, largeurs) for ligne in reste]
            entier, annonce = tete + sum(hauteurs), self._page is not None and self._haut < HAUT + _ANNONCE
            self._open(entier if entier <= BAS - HAUT and not annonce else tete + sum(hauteurs[:3]))
            self._haut += write_texte(
                self._page, format_titre(tableau.titre, rang), self._haut, _LEGENDE, gras=True
            )
            if etoile:
                self._haut += write_texte(self._page, etoile, self._haut, _TABLEAU)
            pris = max(
                self._count_qui_tient([_measure(tableau.entetes, largeurs, gras=True), *hauteurs]) - 1, 1
            )
            # Une ligne ou deux ne passent pas seules à la diapositive suivante.
            if 0 < len(reste) - pris < _SEULES:
                pris = max(len(reste) - _SEULES, 1)
            # Ni le nom d'un groupe au bas de celle d'avant.
            if 1 < pris < len(reste) and len(reste[pris - 1]) == 1:
                pris -= 1
            self._haut += _write_tableau(self._page, tableau, reste[:pris], largeurs, haut=self._haut)
            reste, rang = _resume(reste[:pris], reste[pris:]) if tableau.groupes else reste[pris:], rang + 1
            if reste:
                self._haut = BAS

    def _find_etoile(self, lignes: Sequence[tuple[str, ...]]) -> str:
        """Une diapositive se montre seule : son astérisque s'y explique, fût-il dit sur celle d'avant."""
        return self._etoile if any(ligne[0].endswith(_ETOILE) for ligne in lignes) else ""

    def _count_qui_tient(self, hauteurs: Sequence[float]) -> int:
        place = BAS - self._haut
        for rang, hauteur in enumerate(hauteurs):
            place -= hauteur
            if place < 0:
                return rang
        return len(hauteurs)


def _resume(pris: Sequence[tuple[str, ...]], reste: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Le reste d'un tableau, sous le nom du groupe que la diapositive d'avant a laissé ouvert."""
    ouvert = next((ligne[0] for ligne in reversed(pris[:-1]) if len(ligne) == 1), "")
    if not ouvert or not reste or len(reste[0]) == 1:
        return reste
    nom = ouvert.removesuffix(_SUITE)
    return [(f"{nom}{_SUITE}",), *reste]


def _compute_largeurs(tableau: Tableau) -> list[float]:
    parts = compute_largeurs(
        tableau.entetes, tableau.lignes, taille=_TABLEAU, place=_PLACE, bords=_BORDS + 0.05
    )
    return [_PLACE * part for part in parts]


def _measure_tete(tableau: Tableau, largeurs: Sequence[float]) -> float:
    """Le titre et la ligne d'en-tête."""
    titre = measure_texte(tableau.titre, _LEGENDE, _PLACE, gras=True)
    return titre + _measure(tableau.entetes, largeurs, gras=True)


def _measure(ligne: Sequence[str], largeurs: Sequence[float], *, gras: bool = False) -> float:
    """La hauteur d'une ligne de tableau : ses textes reviennent à la ligne dans leur colonne."""
    groupe = len(ligne) == 1
    larges = [sum(largeurs)] if groupe else largeurs
    lignes = (
        count_lignes(texte, _TABLEAU, large - _BORDS, gras=gras or groupe)
        for texte, large in zip(ligne, larges, strict=True)
    )
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
    hauteurs = [_measure(ligne, largeurs, gras=rang == 0) for rang, ligne in enumerate(rangs)]
    cadre = page.shapes.add_table(
        len(rangs), len(tableau.entetes), Cm(MARGE), Cm(haut), Cm(sum(largeurs)), Cm(sum(hauteurs))
    )
    cadre._element.nvGraphicFramePr.cNvPr.set("descr", f"Tableau : {tableau.titre}")
    for colonne, large in zip(cadre.table.columns, largeurs, strict=True):
        colonne.width = Cm(large)
    for rang, (ligne, hauteur) in enumerate(zip(rangs, hauteurs, strict=True)):
        cadre.table.rows[rang].height = Cm(hauteur)
        if len(ligne) == 1 < len(largeurs):
            cadre.table.cell(rang, 0).merge(cadre.table.cell(rang, len(largeurs) - 1))
        for place, texte in enumerate(ligne):
            cellule = cadre.table.cell(rang, place)
            cellule.text = texte
            if rang == 0:
                # Le bleu du modèle de python-pptx : 4,1 de contraste sous du blanc, et il en faut 4,5.
                cellule.fill.solid()
                cellule.fill.fore_color.rgb = ACCENT
            gras = rang == 0 or len(ligne) == 1
            # Vide, une case aurait la hauteur d'un texte de 18 points : le tableau sortait de la diapositive.
            cellule.text_frame.paragraphs[0]._p.get_or_add_endParaRPr().set("sz", str(100 * _TABLEAU))
            for morceau in cellule.text_frame.paragraphs[0].runs:
                morceau.font.size, morceau.font.bold = Pt(_TABLEAU), gras or None
    return sum(hauteurs) + 0.4
