"""Le PPTX : une diapositive par figure, graphique modifiable avec barres d'erreur, n, note, commentaires."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.packuri import PackURI
from pptx.text.text import _Run
from pptx.util import Cm, Pt

from barometre.domain.formats import format_guillemets, format_liste
from barometre.rapports.coulee import (
    ACCENT,
    BAS,
    HAUT,
    HAUTEUR,
    LARGEUR,
    MARGE,
    Coulee,
    format_titre,
    measure_texte,
    write_texte,
)
from barometre.rapports.figer import freeze_paquet
from barometre.rapports.graphique_pptx import draw_graphique
from barometre.rapports.images import DE_FRONT, draw_vignettes
from barometre.rapports.largeurs import count_lignes
from barometre.rapports.modele import (
    Document,
    Figure,
    Image,
    Liste,
    Paragraphe,
    Planche,
    Point,
    Section,
    Tableau,
    Vignette,
)

MIME = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_TITRE_SEUL = 5  # rang de la mise en page « titre seul » du modèle de python-pptx
# Entre deux cartes de front ; et la largeur qu'une carte seule laisse à sa phrase.
_ENTRE_CARTES, _COLONNE = 0.8, 9.5
_PETIT, _NOTICE = 11, 10  # points, sous une carte et sous une rangée
# Ce qui se lit encore sur une moitié de diapositive.
_POINTS_DE_FRONT = 7
ANNEXE = "Annexe : tous les indicateurs, thème après thème"
LIRE_ANNEXE = (
    "Ce qui précède se présente ; ce qui suit se consulte : les autres indicateurs de chaque thème, puis les "
    "nombres, les montants et les chiffres déjà publiés."
)
TABLEAUX = "Nombres, montants et chiffres déjà publiés"
_POINTS = 9  # ce qui tient sur une diapositive et se lit projeté
_TITRE, _TITRE_LONG = 26, 20
_BLANC = RGBColor(0xFF, 0xFF, 0xFF)
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def _open_presentation() -> Any:
    """Une présentation vide, dont les parties se numérotent une à une.

    python-pptx relit tout le paquet pour nommer chaque graphique : le tiers de l'écriture.
    """
    presentation = Presentation()
    paquet: Any = presentation.part.package
    derniers: dict[str, int] = {}
    find_libre = paquet.next_partname

    def next_partname(gabarit: str) -> PackURI:
        if gabarit not in derniers:
            derniers[gabarit] = find_libre(gabarit).idx or 1
        else:
            derniers[gabarit] += 1
        return PackURI(gabarit % derniers[gabarit])

    paquet.next_partname = next_partname
    return presentation


def to_pptx(document: Document) -> bytes:
    """Le fichier entier."""
    presentation = _open_presentation()
    presentation.slide_width, presentation.slide_height = Cm(LARGEUR), Cm(HAUTEUR)
    presentation.core_properties.title = document.titre
    presentation.core_properties.author = "DINUM et Déclic"
    presentation.core_properties.language = "fr-FR"
    presentation.core_properties.identifier = document.adresse
    _add_ouverture(presentation, document)
    cartes = draw_vignettes(document, projetees=True)
    themes = [section for section in document.sections if _list_figures(section)]
    for section in document.sections:
        if section in themes:
            _add_tete(presentation, document, section)
        else:
            _add_section(presentation, document, section, cartes)
    _add_annexe(presentation, document, themes)
    sortie = io.BytesIO()
    presentation.save(sortie)
    return freeze_paquet(sortie.getvalue(), document.cree_le)


def _add_ouverture(presentation: Any, document: Document) -> None:
    """Sur fond plein : le titre, l'édition, la simulation, puis d'où viennent les chiffres."""
    mentions = [f"{nom} : {texte}" for nom, texte in document.mentions]
    page = _add_page(presentation, document, document.titre)
    page.background.fill.solid()
    page.background.fill.fore_color.rgb = ACCENT
    cadre = page.shapes.title
    cadre.top, cadre.height = Cm(3.5), Cm(4.5)
    cadre.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
    cadre.text_frame.paragraphs[0].runs[0].font.size = Pt(36)
    haut = 8.4
    for phrase, taille in (
        (document.sous_titre, 20),
        (document.avertissement, 16),
        *((m, 14) for m in mentions),
    ):
        if phrase:
            haut += write_texte(page, phrase, haut, taille)
    for forme in page.shapes:
        for paragraphe in forme.text_frame.paragraphs:
            for morceau in paragraphe.runs:
                morceau.font.color.rgb = _BLANC
    for ecriture in page.shapes._spTree.iter(f"{{{_A}}}fld"):
        _Run(ecriture, cadre.text_frame).font.color.rgb = _BLANC


def _add_section(
    presentation: Any, document: Document, section: Section, cartes: Mapping[Vignette, Image]
) -> None:
    """Les images et les cartes, puis ce qui reste, à la suite, tant que la place suffit.

    La phrase d'une image va à côté d'elle : une diapositive d'une phrase ne montre rien.
    """
    phrases = [bloc.texte for bloc in section.blocs if isinstance(bloc, Paragraphe)]
    images = [bloc for bloc in section.blocs if isinstance(bloc, Image)]
    for image in images:
        _add_image(presentation, document, image, section.titre, phrases)
    planches = [b for b in section.blocs if isinstance(b, Planche)]
    lots_cartes = [(lot, planche.notice) for planche in planches for lot in _share_cartes(planche)]
    seule = lots_cartes[-1][0] if lots_cartes and len(lots_cartes[-1][0]) == 1 else None
    # Sous la phrase d'une carte seule, celles qui la suivent : elles ouvraient une diapositive vide.
    a_cote = phrases if seule and _tient(seule, phrases) else []
    for rang, (lot, notice) in enumerate(lots_cartes):
        titre, dites = format_titre(section.titre, rang), a_cote if lot is seule else []
        _add_cartes(presentation, document, titre, lot, cartes, notice=notice, a_cote=dites)
    dits = (Paragraphe, Liste) if images else (Paragraphe,) if a_cote else ()
    reste = [b for b in section.blocs if not isinstance(b, dits)]
    add_page = partial(_add_page, presentation, document)
    tus = [Paragraphe(_explain_tus(section))] if _explain_tus(section) else []
    Coulee(add_page, section.titre, entamees=len(images) + len(lots_cartes)).write([*reste, *tus])


def _list_figures(section: Section) -> list[Figure]:
    """Celles qui ont quelque chose à montrer."""
    return [b for b in section.blocs if isinstance(b, Figure) and _list_montres(b)]


def _explain_tus(section: Section) -> str:
    figures = [b for b in section.blocs if isinstance(b, Figure) and not _list_montres(b)]
    tues = format_liste([format_guillemets(figure.titre) for figure in figures])
    return f"Rien n’est publié, faute d’assez de réponses : {tues}." if tues else ""


def _list_tus(section: Section) -> Iterator[str]:
    """Ce qu'un thème ne montre pas, et pourquoi."""
    if _explain_tus(section):
        yield _explain_tus(section)
    for bloc in section.blocs:
        if isinstance(bloc, Paragraphe) and not (bloc.fort or bloc.lie):
            yield bloc.texte


def _share_figures(section: Section) -> list[tuple[Figure, Sequence[Point]]]:
    """Chaque figure d'un thème, en lots qui se lisent projetés."""
    return [(f, lot) for f in _list_figures(section) for lot in _share(_list_montres(f), _POINTS)]


def _add_tete(presentation: Any, document: Document, section: Section) -> None:
    """D'un thème, ce qu'il faut retenir et ses premiers indicateurs ; le reste est en annexe."""
    figure, lot = _share_figures(section)[0]
    phrases = [bloc.texte for bloc in section.blocs if isinstance(bloc, Paragraphe)]
    elements = [e for bloc in section.blocs if isinstance(bloc, Liste) for e in bloc.phrases]
    page = _add_page(presentation, document, section.titre, (*phrases, *elements, *_comment(figure)))
    haut = HAUT + write_texte(page, phrases[0], HAUT, 14, gras=True) if phrases else HAUT
    haut += write_texte(page, figure.phrase, haut, 11)
    draw_graphique(page, lot, figure, haut)


def _comment(figure: Figure) -> tuple[str, ...]:
    """Ce que l'orateur lit d'une figure, et pourquoi des points y manquent."""
    return (figure.alt, *(f"{p.libelle} : {p.raison}" for p in figure.points if p.valeur is None))


def _add_annexe(presentation: Any, document: Document, themes: Sequence[Section]) -> None:
    """Le détail des thèmes, deux graphiques de front, puis les tableaux : ce que l'on va chercher."""
    details = {section.titre: _share_figures(section)[1:] for section in themes}
    tableaux = [b for section in themes for b in section.blocs if isinstance(b, Tableau)]
    tus = [Paragraphe(f"{s.titre}. {phrase}") for s in themes for phrase in _list_tus(s)]
    # Comment lire ces tableaux : une fois avant eux tous, et non avant chacun.
    lire = list(dict.fromkeys(b for s in themes for b in s.blocs if isinstance(b, Paragraphe) and b.lie))
    if not (any(details.values()) or tableaux or tus):
        return
    _add_intercalaire(presentation, document)
    for titre, lots in details.items():
        for rang, paire in enumerate(_pair(lots)):
            _add_paire(presentation, document, format_titre(f"{titre}, le détail", rang), paire)
    add_page = partial(_add_page, presentation, document)
    Coulee(add_page, TABLEAUX, entamees=0).write([*lire, *tableaux, *tus])


def _pair(lots: Sequence[tuple[Figure, Sequence[Point]]]) -> list[list[tuple[Figure, Sequence[Point]]]]:
    """Deux de front si chacun y est lisible ; un long reste seul."""
    paires: list[list[tuple[Figure, Sequence[Point]]]] = []
    for figure, lot in lots:
        court = len(lot) <= _POINTS_DE_FRONT
        if paires and court and len(paires[-1]) == 1 and len(paires[-1][0][1]) <= _POINTS_DE_FRONT:
            paires[-1].append((figure, lot))
        else:
            paires.append([(figure, lot)])
    return paires


def _add_paire(
    presentation: Any, document: Document, titre: str, paire: Sequence[tuple[Figure, Sequence[Point]]]
) -> None:
    page = _add_page(presentation, document, titre, [mot for figure, _ in paire for mot in _comment(figure)])
    entiere = LARGEUR - 2 * MARGE
    large = (entiere - _ENTRE_CARTES) / 2 if len(paire) == 2 else entiere
    for rang, (figure, lot) in enumerate(paire):
        gauche, haut = MARGE + rang * (large + _ENTRE_CARTES), HAUT
        haut += write_texte(page, figure.titre, haut, 14, gras=True, large=large, gauche=gauche)
        haut += write_texte(page, figure.phrase, haut, 10, large=large, gauche=gauche)
        corps = 10 if len(paire) == 2 else 12
        draw_graphique(page, lot, figure, haut, gauche=gauche, large=large, corps=corps)


def _add_intercalaire(presentation: Any, document: Document) -> None:
    page = _add_page(presentation, document, ANNEXE)
    write_texte(page, LIRE_ANNEXE, HAUT, 20)


def _add_page(presentation: Any, document: Document, titre: str, notes: Sequence[str] = ()) -> Any:
    page = presentation.slides.add_slide(presentation.slide_layouts[_TITRE_SEUL])
    cadre = page.shapes.title
    cadre.left, cadre.top, cadre.width, cadre.height = Cm(MARGE), Cm(0.8), Cm(LARGEUR - 2 * MARGE), Cm(2)
    cadre.text_frame.text = titre
    cadre.text_frame.word_wrap = True
    cadre.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    ecriture = cadre.text_frame.paragraphs[0].runs[0].font
    # Un texte déborde de son cadre sans l'agrandir : sur deux lignes, un titre est plus petit.
    long = count_lignes(titre, _TITRE, LARGEUR - 2 * MARGE - 0.5, gras=True) > 1
    ecriture.size, ecriture.bold, ecriture.color.rgb = Pt(_TITRE_LONG if long else _TITRE), True, ACCENT
    _write_pied(page, document)
    page.notes_slide.notes_text_frame.text = "\n".join(
        (*notes, *(f"{n} : {t}" for n, t in document.mentions))
    )
    return page


def _write_pied(page: Any, document: Document) -> None:
    cadre = page.shapes.add_textbox(Cm(MARGE), Cm(HAUTEUR - 1.2), Cm(LARGEUR - 2 * MARGE), Cm(0.8))
    mentions = dict(document.mentions)
    texte = " · ".join(filter(None, (mentions["Source"], mentions["Données du"], document.avertissement)))
    cadre.text_frame.word_wrap = True
    cadre.text_frame.text = f"{texte} · "
    paragraphe = cadre.text_frame.paragraphs[0]
    paragraphe.runs[0].font.size = Pt(10)
    _add_numero(paragraphe)


def _add_numero(paragraphe: Any) -> None:
    """Le numéro de la diapositive : un champ que le logiciel calcule (ECMA-376 partie 1, §21.1.2.2.4)."""
    champ = etree.SubElement(paragraphe._p, f"{{{_A}}}fld")
    champ.set("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}")
    champ.set("type", "slidenum")
    etree.SubElement(champ, f"{{{_A}}}rPr").set("sz", "1000")
    etree.SubElement(champ, f"{{{_A}}}t").text = "‹n°›"


def _list_montres(figure: Figure) -> list[Point]:
    return [p for p in figure.points if p.valeur is not None]


def _share(points: Sequence[Point], nombre: int) -> list[Sequence[Point]]:
    """Des lots de même taille : dix points font cinq et cinq, pas neuf et un."""
    lots = -(-len(points) // nombre)
    taille = -(-len(points) // lots)
    return [points[rang * taille : (rang + 1) * taille] for rang in range(lots)]


def _add_image(
    presentation: Any, document: Document, image: Image, titre: str, phrases: Sequence[str]
) -> None:
    """La phrase à gauche, l'image à droite, aussi haute que la diapositive le permet."""
    page = _add_page(presentation, document, titre, (*phrases, image.titre, image.alt))
    haut, colonne = HAUTEUR - 4.4, 11.0
    large = min(haut / image.proportion, LARGEUR - 2 * MARGE - colonne - 0.5)
    _pose_image(page, image, LARGEUR - MARGE - large, large)
    bas = HAUT
    for phrase in phrases:
        bas += write_texte(page, phrase, bas, 16, large=colonne)


def _share_cartes(planche: Planche) -> list[Sequence[Vignette]]:
    """Trois par diapositive, ou des lots de même taille : dix font trois, trois, deux et deux."""
    total = len(planche.vignettes)
    lots = -(-total // DE_FRONT)
    bornes = [rang * total // lots for rang in range(lots + 1)]
    return [planche.vignettes[debut:fin] for debut, fin in pairwise(bornes)]


def _add_cartes(
    presentation: Any,
    document: Document,
    titre: str,
    lot: Sequence[Vignette],
    cartes: Mapping[Vignette, Image],
    *,
    notice: str,
    a_cote: Sequence[str],
) -> None:
    """Des cartes de front, chacune sur sa phrase ; ce que dit leur légende, dans les commentaires.

    `notice` : ce qui se lit une fois pour toutes. Sous chacune, elle leur prenait un sixième de leur hauteur.
    """
    page = _add_page(presentation, document, titre, [f"{v.titre}. {v.phrase} {v.alt}" for v in lot])
    if len(lot) == 1:
        image, haut = cartes[lot[0]], HAUT
        large = min((BAS - HAUT) / image.proportion, LARGEUR - 2 * MARGE - _COLONNE - 0.5)
        _pose_image(page, image, MARGE, large)
        for phrase, taille in ((lot[0].phrase, 16), *((phrase, 14) for phrase in a_cote)):
            haut += write_texte(page, phrase, haut, taille, large=_COLONNE, gauche=LARGEUR - MARGE - _COLONNE)
        return
    pas = (LARGEUR - 2 * MARGE + _ENTRE_CARTES) / DE_FRONT
    colonne, proportion = pas - _ENTRE_CARTES, max(cartes[vignette].proportion for vignette in lot)
    # Les phrases d'abord : la carte a la hauteur qu'elles laissent.
    dites = max(measure_texte(vignette.phrase, _PETIT, colonne) for vignette in lot)
    pied = BAS - measure_texte(notice, _NOTICE, LARGEUR - 2 * MARGE)
    large = min(colonne, (pied - HAUT - 0.1 - dites) / proportion)
    write_texte(page, notice, pied, _NOTICE)
    for rang, vignette in enumerate(lot):
        gauche = MARGE + rang * pas
        _pose_image(page, cartes[vignette], gauche, large)
        bas = HAUT + 0.1 + proportion * large
        write_texte(page, vignette.phrase, bas, _PETIT, large=colonne, gauche=gauche)


def _tient(lot: Sequence[Vignette], phrases: Sequence[str]) -> bool:
    """La place, à côté d'une carte seule, de sa phrase et de celles qui la suivent."""
    suite = sum(measure_texte(phrase, 14, _COLONNE) for phrase in phrases)
    return measure_texte(lot[0].phrase, 16, _COLONNE) + suite <= BAS - HAUT


def _pose_image(page: Any, image: Image, gauche: float, large: float) -> None:
    photo = page.shapes.add_picture(
        io.BytesIO(image.octets), Cm(gauche), Cm(HAUT), Cm(large), Cm(large * image.proportion)
    )
    photo._element.nvPicPr.cNvPr.set("descr", image.alt)
