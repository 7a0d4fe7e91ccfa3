"""Une diapositive se lit d'un coup d'œil : rien n'y touche le pied, rien n'y recouvre rien."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from pptx import Presentation
from pptx.util import Cm

from barometre.rapports.coulee import ACCENT, BAS, HAUTEUR
from barometre.rapports.modele import Document, Paragraphe, Planche, Point, Section, Tableau
from barometre.rapports.pptx import _open_presentation, _share, to_pptx
from tests.rapports.conftest import VIGNETTE

# La plus longue que la carte écrive, celle d'un pays à trois exceptions.
LONGUE = (
    "16 régions sur 18 montrées (5 à titre indicatif, hors du calcul qui suit). Les valeurs vont de 55 % "
    "(Grand Est) à 86 % (Provence-Alpes-Côte d’Azur). En moyenne, elles sont plus hautes dans le nord-ouest "
    "(86 %, contre 68 % ailleurs) et plus basses outre-mer (64 %, contre 71 % ailleurs)."
)


def _list_boites(page: Any) -> Iterator[tuple[str, int, int, int, int]]:
    """Le nom, la gauche, le haut, la droite et le bas de chaque forme."""
    for forme in page.shapes:
        bas, droite = forme.top + forme.height, forme.left + forme.width
        yield (
            f"{forme.name} {forme.has_text_frame and forme.text_frame.text}",
            forme.left,
            forme.top,
            droite,
            bas,
        )


def _check(octets: bytes) -> None:
    for rang, page in enumerate(Presentation(io.BytesIO(octets)).slides, 1):
        boites = list(_list_boites(page))
        for a, b in combinations(boites, 2):
            # Un dixième de centimètre : les cadres ont des marges.
            large = min(a[3], b[3]) - max(a[1], b[1])
            haut = min(a[4], b[4]) - max(a[2], b[2])
            assert not (large > Cm(0.1) and haut > Cm(0.1)), (rang, a[0], b[0])
        assert max(boite[4] for boite in boites) <= Cm(HAUTEUR), rang


@pytest.mark.parametrize("nombre", [1, 2, 3, 9])
def test_la_phrase_d_une_carte_ne_descend_pas_sur_le_pied(document: Document, nombre: int) -> None:
    """Sous une carte haute, la dernière ligne d'une longue phrase était écrite par-dessus la source."""
    legende = VIGNETTE.legende * 3
    vignettes = tuple(
        replace(VIGNETTE, theme=f"Thème {n}", phrase=LONGUE, legende=legende, proportion=1.1)
        for n in range(nombre)
    )
    planche = Planche(vignettes, "Contours d'essai.")
    # À côté d'une carte seule, si elles y tiennent ; sinon, à la suite.
    suite = (Paragraphe(LONGUE),) * 5
    octets = to_pptx(replace(document, sections=(Section("Dans les territoires", (planche, *suite)),)))
    _check(octets)
    formes = [forme for page in Presentation(io.BytesIO(octets)).slides for forme in page.shapes]
    assert [f.has_text_frame and f.text_frame.text for f in formes].count(LONGUE) == nombre + len(suite)


def test_la_phrase_qui_suit_une_carte_seule_est_a_cote_d_elle(document: Document) -> None:
    """Elle ouvrait une diapositive d'une phrase."""
    blocs = (Planche((VIGNETTE,), "Contours d'essai."), Paragraphe("Une réserve."))
    octets = to_pptx(replace(document, sections=(Section("Dans les territoires", blocs),)))
    _, carte = Presentation(io.BytesIO(octets)).slides
    textes = [forme.text_frame.text for forme in carte.shapes if forme.has_text_frame]
    assert {VIGNETTE.phrase, "Une réserve."} <= set(textes)


def test_rien_ne_se_chevauche_dans_une_synthese(write_synthese: Callable[[str], bytes]) -> None:
    _check(write_synthese("pptx"))


def test_un_long_titre_ne_descend_pas_sur_ce_qui_suit(document: Document) -> None:
    """Le texte d'un cadre déborde sans que le cadre grandisse : c'est le corps qui s'adapte."""
    titre = "Services en ligne disponibles pour les habitants et usagers, le détail (suite 2)"
    octets = to_pptx(replace(document, sections=(Section(titre, (Paragraphe("Une phrase."),)),)))
    page = Presentation(io.BytesIO(octets)).slides[1]
    assert page.shapes.title.text_frame.paragraphs[0].runs[0].font.size.pt <= 22


@pytest.mark.parametrize("decalage", [0, 1, 2])
def test_un_groupe_se_dit_une_fois_et_ne_finit_pas_une_diapositive(document: Document, decalage: int) -> None:
    """« Aucune sensibilisation » sans son thème ne se lit pas, ni un thème que rien ne suit."""
    lignes = tuple((f"Ligne {n}", "4 sur 8") for n in range(20))
    # Deux lignes par groupe : d'un décalage à l'autre, la coupure tombe sur un nom ou dans un groupe.
    groupes = tuple(f"Thème {max(n - decalage, 0) // 2}" for n in range(20))
    tableau = Tableau("Chiffres", ("Quoi", "Combien"), lignes, groupes)
    octets = to_pptx(replace(document, sections=(Section("Clés", (tableau,)),)))
    pages = list(Presentation(io.BytesIO(octets)).slides)[1:]
    assert len(pages) > 1
    dits = []
    for page in pages:
        (table,) = [forme.table for forme in page.shapes if forme.has_table]
        premieres = [rangee.cells[0] for rangee in table.rows]
        assert not premieres[-1].is_merge_origin
        dits += [case.text for case in premieres if case.is_merge_origin]
        entete = premieres[0]
        assert str(entete.fill.fore_color.rgb) == str(ACCENT)
        assert entete.text_frame.paragraphs[0].runs[0].font.bold
    assert list(dict.fromkeys(dit.removesuffix(" (suite)") for dit in dits)) == list(dict.fromkeys(groupes))


@pytest.mark.parametrize("nombre", [24, 30, 45])
def test_un_long_tableau_s_arrete_au_dessus_du_pied(document: Document, nombre: int) -> None:
    """Une ligne de plus que la place n'en a : elle s'écrivait sur la source et la version."""
    lignes = tuple((f"Ligne {n}", "4 sur 8") for n in range(nombre))
    tableau = Tableau("Chiffres", ("Quoi", "Combien"), lignes)
    octets = to_pptx(replace(document, sections=(Section("Clés", (tableau,)),)))
    tables = [f for page in Presentation(io.BytesIO(octets)).slides for f in page.shapes if f.has_table]
    assert len(tables) > 1
    assert max(forme.top + forme.height for forme in tables) <= Cm(BAS)


def test_un_groupe_coupe_reprend_son_nom_sur_la_diapositive_suivante(document: Document) -> None:
    """« Une stratégie numérique responsable », seule en tête d'écran, n'était plus d'aucun thème."""
    lignes = tuple((f"Ligne {n}", "4 sur 8") for n in range(60))
    groupes = tuple("Un" if n < 5 else "Deux" if n < 50 else "Trois" for n in range(60))
    tableau = Tableau("Chiffres", ("Quoi", "Combien"), lignes, groupes)
    octets = to_pptx(replace(document, sections=(Section("Clés", (tableau,)),)))
    tables = [
        forme.table
        for page in list(Presentation(io.BytesIO(octets)).slides)[1:]
        for forme in page.shapes
        if forme.has_table
    ]
    assert len(tables) > 3
    tetes = [table.cell(1, 0) for table in tables]
    assert all(tete.is_merge_origin for tete in tetes)
    assert [tete.text for tete in tetes[:3]] == ["Un", "Deux (suite)", "Deux (suite)"]
    premieres = [rangee.cells[0].text for table in tables for rangee in table.rows]
    assert [t for t in premieres if t.startswith("Ligne")] == [ligne[0] for ligne in lignes]
    _check(octets)


def test_un_asterisque_s_explique_sur_chaque_diapositive_qui_en_porte(document: Document) -> None:
    """Le tableau coupé, la seconde le montrait sans un mot : elle se projette seule."""
    dit = "* parmi les seules collectivités ayant un site internet."
    lignes = tuple((f"Ligne {n}{' *' * (n in (3, 25))}", "4 sur 8") for n in range(60))
    blocs = (Paragraphe(dit, lie=True), Tableau("Chiffres", ("Quoi", "Combien"), lignes))
    octets = to_pptx(replace(document, sections=(Section("Clés", blocs),)))
    pages = list(Presentation(io.BytesIO(octets)).slides)[1:]
    marquees, dites = [], []
    for page in pages:
        cases = [r.cells[0].text for f in page.shapes if f.has_table for r in f.table.rows]
        marquees.append(any(case.endswith("*") for case in cases))
        dites.append(dit in [f.text_frame.text for f in page.shapes if f.has_text_frame])
    assert marquees == dites
    assert (marquees.count(True), len(pages) > 2) == (2, True)
    _check(octets)


@pytest.mark.parametrize(
    ("nombre", "lots"), [(1, [1]), (9, [9]), (10, [5, 5]), (18, [9, 9]), (19, [7, 7, 5])]
)
def test_une_figure_se_partage_en_lots_de_meme_taille_sans_perdre_un_point(
    nombre: int, lots: list[int]
) -> None:
    points = [Point(f"Pratique {rang}", rang / 20) for rang in range(nombre)]
    partages = _share(points, 9)
    assert [len(lot) for lot in partages] == lots
    assert [point for lot in partages for point in lot] == points


def test_une_partie_a_le_numero_que_lui_donnerait_le_paquet() -> None:
    """Comptées une à une, et non relues : le même numéro, gabarit par gabarit."""
    presentation = _open_presentation()
    for gabarit in ("/ppt/charts/chart%d.xml", "/ppt/slideMasters/slideMaster%d.xml"):
        vide = Presentation().part.package
        premier = presentation.part.package.next_partname(gabarit)
        assert premier == vide.next_partname(gabarit)
        suivant = presentation.part.package.next_partname(gabarit)
        assert suivant.idx == premier.idx + 1
