"""Chaque sorte de bloc, relue dans les fichiers : l'ordre, la place, l'alternative, les mentions.

Le fichier est ouvert par une bibliothèque qui ne l'a pas écrit, ou lu comme du XML, et comparé au modèle.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest
from docx import Document as open_docx
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_SHAPE_TYPE

from barometre.domain.formats import INSECABLE, format_guillemets
from barometre.domain.notes import LETTRES_SIMULEES
from barometre.rapports.docx import ENTETES
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.rapports.images import draw_figures, draw_vignettes, format_mentions, write_pied
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
)
from tests.rapports.conftest import VIGNETTE

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_T, _X, _O = (f"{{{_ODF}{nom}:1.0}}" for nom in ("table", "text", "office"))
_D, _SVG, _LIEN = f"{{{_ODF}drawing:1.0}}", f"{{{_ODF}svg-compatible:1.0}}", "{http://www.w3.org/1999/xlink}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CACHE = Point("Un secret", raison="Non publiable : moins de 10 réponses.")
# Douze parts qui se montrent : une diapositive en tient neuf.
LONGUE = Figure(
    "Douze pratiques", "La phrase des douze.", "L’alternative des douze.",
    (*(Point(f"Pratique {n}", n / 20, n / 20 - 0.02, n / 20 + 0.03, f"{5 * n} %", f"entre {5 * n - 2} et "
             f"{5 * n + 3} %", str(100 + n), "B") for n in range(1, 13)), CACHE),
)  # fmt: skip
COURTE = Figure(
    "Deux pratiques", "La phrase des deux.", "L’alternative des deux.",
    (Point("Un site", 0.68, 0.65, 0.71, "68 %", "entre 65 et 71 %", "412", "A", "", "A, serait à citer"),
     Point("Une charte", 0.24, 0.18, 0.31, "24 %", "entre 18 et 31 %", "environ 90", "C")),
)  # fmt: skip
TUE = Figure("Une question tue", "Sa phrase.", "Son alternative.", (CACHE,))
MONTANTS = Tableau(
    "Montants & nombres", ("Quoi", "Combien"), tuple((f"<Ligne {n}>", f"{n} €") for n in range(12)),
    tuple(f"Groupe {n // 4}" for n in range(12)),
)  # fmt: skip
# Plus qu'une diapositive n'en tient.
LISTE = Liste(tuple(f"Phrase {n}." for n in range(40)), tuple(f"Le thème {n}" for n in range(40)))
PLANCHE = Planche(
    tuple(
        replace(VIGNETTE, theme=f"Thème {n}", titre=f"Carte {n}", phrase=f"Sa phrase {n}.", alt=f"Autre {n}.")
        for n in range(5)
    ),
    "Contours d’essai.", "Une rangée se compare d’une même couleur.",
)  # fmt: skip


# L'alternative de l'image de `document`.
SEULE, A_COTE = "Carte de France.", "Ce que l’image montre."


@pytest.fixture(scope="module")
def riche(document: Document) -> Document:
    theme = (Paragraphe("À retenir.", fort=True), Paragraphe("Nombres tus."), LONGUE, COURTE, TUE, MONTANTS)
    return replace(
        document,
        adresse="https://exemple.invalid/synthese#2026-11-22",
        sections=(
            Section("L’essentiel", (LISTE,)), Section("Un thème", theme), Section("Territoires", (PLANCHE,)),
            replace(document.sections[3], blocs=(*document.sections[3].blocs, Paragraphe(A_COTE))),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def fichiers(riche: Document) -> Mapping[str, io.BytesIO]:
    # Un caractère de contrôle rend un ODT illisible.
    sale = replace(riche, sous_titre=f"{riche.sous_titre[:4]}\x0b{riche.sous_titre[4:]}")
    return {
        nom: io.BytesIO(format_.write(sale if nom == "odt" else riche))
        for nom, format_ in FORMATS_DOCUMENT.items()
    }


def _list_rangs(figure: Figure) -> list[list[str]]:
    """Le tableau qui double une figure, colonne par colonne."""
    rangs = [
        [p.libelle, p.texte, p.intervalle, p.n, p.note_dite or p.note]
        if p.valeur is not None
        else [p.libelle, "non publié", "", "", ""]
        for p in figure.points
    ]
    return [list(ENTETES), *rangs]


def _list_montants() -> list[list[str]]:
    rangs: list[list[str]] = [list(MONTANTS.entetes)]
    for n, (quoi, combien) in enumerate(MONTANTS.lignes):
        rangs += [[f"Groupe {n // 4}"]] if n % 4 == 0 else []
        rangs.append([quoi, combien])
    return rangs


TABLEAUX = [*(_list_rangs(figure) for figure in (LONGUE, COURTE, TUE)), _list_montants()]


@pytest.fixture(scope="module")
def images(riche: Document) -> list[tuple[str, bytes]]:
    """Ce que montrent DOCX et ODT, dans l'ordre : les figures, les cartes, l'image."""
    figures, cartes = draw_figures(riche), draw_vignettes(riche)
    (seule,) = (b for b in riche.sections[-1].blocs if isinstance(b, Image))
    dessins = (
        *(figures[f] for f in (LONGUE, COURTE, TUE)), *(cartes[v] for v in PLANCHE.vignettes), seule,
    )  # fmt: skip
    assert len({image.octets for image in dessins}) == len(dessins)
    return [(image.alt, image.octets) for image in dessins]


@pytest.fixture(scope="module")
def pages(fichiers: Mapping[str, io.BytesIO]) -> list[Any]:
    """Les diapositives."""
    return list(Presentation(fichiers["pptx"]).slides)


def _read_textes(page: Any) -> list[str]:
    return [forme.text_frame.text for forme in page.shapes if forme.has_text_frame]


def _read_alt(forme: Any) -> str:
    return str(forme._element.xpath(".//p:cNvPr")[0].get("descr"))


def test_pptx_chaque_graphique_a_ses_points_son_alternative_et_sa_phrase(pages: list[Any]) -> None:
    """Douze parts font six et six, sans en perdre une ; la première est en haut, chacune a son intervalle."""
    lus: dict[str, list[list[tuple[str, float]]]] = {}
    phrases = {figure.alt: figure.phrase for figure in (LONGUE, COURTE)}
    for page in pages:
        for forme in page.shapes:
            if forme.has_chart:
                trace, alt = forme.chart.plots[0], _read_alt(forme)
                assert phrases[alt] in _read_textes(page)
                assert forme.chart.chart_type == XL_CHART_TYPE.BAR_CLUSTERED
                assert forme.chart.category_axis.reverse_order
                # Après les catégories, le schéma les refuse : PowerPoint « répare » le fichier.
                assert trace.series[0]._element.xpath("c:errBars/following-sibling::c:cat")
                paires = zip(map(str, trace.categories), trace.series[0].values, strict=True)
                lus.setdefault(alt, []).append([(c.replace(INSECABLE, " "), v) for c, v in paires])
    assert [len(lot) for lot in lus[LONGUE.alt]] == [6, 6]
    for figure in (LONGUE, COURTE):
        assert [p for lot in lus[figure.alt] for p in lot] == [
            (f"{p.libelle} : {p.texte} {format_mentions(p)}".replace(INSECABLE, " "), p.valeur)
            for p in figure.points
            if p.valeur is not None
        ]


def test_pptx_dit_partout_d_ou_il_vient_et_ce_qu_il_tait(riche: Document, pages: list[Any]) -> None:
    pied = f"Essai · 22 novembre 2026 · {riche.avertissement}"
    mentions = "\n".join(f"{nom} : {texte}" for nom, texte in riche.mentions)
    for page in pages:
        assert any(texte.startswith(pied) for texte in _read_textes(page))
        assert page.notes_slide.notes_text_frame.text.endswith(mentions)
    assert {riche.sous_titre, riche.avertissement, "Champ : France"} <= set(_read_textes(pages[0]))
    dits = {texte for page in pages for texte in _read_textes(page)}
    tue = f"Rien n’est publié, faute d’assez de réponses : {format_guillemets(TUE.titre)}."
    assert {f"Un thème. {tue}", "Un thème. Nombres tus."} <= dits


def test_pptx_une_liste_et_un_tableau_coupes_ne_perdent_rien(pages: list[Any]) -> None:
    dits = [texte for page in pages for cadre in _read_textes(page) for texte in cadre.split("\n")]
    assert [texte for texte in dits if texte.startswith("Le thème")] == list(LISTE.phrases)
    lus = []
    for forme in (forme for page in pages for forme in page.shapes if forme.has_table):
        assert _read_alt(forme) == f"Tableau : {MONTANTS.titre}"
        # Le nom d'un groupe s'étend sur toute la ligne.
        lus += [[c.text for c in rang.cells if not c.is_spanned] for rang in forme.table.rows]
    assert lus == _list_montants()


def test_pptx_chaque_carte_est_sur_sa_phrase_avec_son_alternative(
    riche: Document, fichiers: Mapping[str, io.BytesIO], pages: list[Any]
) -> None:
    cartes, lues = draw_vignettes(riche, projetees=True), []
    for page in pages:
        photos = [f for f in page.shapes if f.shape_type == MSO_SHAPE_TYPE.PICTURE and _read_alt(f) != SEULE]
        assert not photos or PLANCHE.notice in _read_textes(page)
        for photo in sorted(photos, key=lambda forme: int(forme.left)):
            sous = (f for f in page.shapes if f.left == photo.left and f.top > photo.top)
            (phrase,) = (f.text_frame.text for f in sous if f.text_frame.text.startswith("Sa phrase"))
            lues.append((_read_alt(photo), photo.image.blob, phrase))
    assert lues == [(v.alt, cartes[v].octets, v.phrase) for v in PLANCHE.vignettes]
    # La phrase d'une image est à côté d'elle, et là seulement.
    montrees = [SEULE in [_read_alt(f) for f in page.shapes] for page in pages]
    assert [A_COTE in _read_textes(page) for page in pages] == montrees
    assert sum(montrees) == 1
    proprietes = Presentation(fichiers["pptx"]).core_properties
    assert (proprietes.title, proprietes.identifier) == (riche.titre, riche.adresse)


def test_docx_ses_tableaux_ses_images_et_ses_mentions(
    riche: Document, fichiers: Mapping[str, io.BytesIO], images: list[tuple[str, bytes]]
) -> None:
    fichier = open_docx(fichiers["docx"])
    # Une case étendue se relit une fois par colonne.
    lus = [
        [[c.text for k, c in enumerate(r.cells) if not k or c._tc is not r.cells[k - 1]._tc] for r in t.rows]
        for t in fichier.tables
    ]
    assert lus == TABLEAUX
    for table in fichier.tables:
        # Word lit la largeur de chaque case ; LibreOffice, celle de la colonne.
        larges = [colonne.width for colonne in table.columns]
        pleines = [r for r in table.rows if len(r._tr.tc_lst) == len(larges)]
        assert all([case.width for case in r.cells] == larges for r in pleines)
        assert {sum(tc.grid_span for tc in r._tr.tc_lst) for r in table.rows} == {len(table.columns)}
        assert [r._tr.find(f"{_W}trPr/{_W}tblHeader") is not None for r in table.rows].index(True) == 0
    # Le nom d'un groupe ne finit pas une page.
    lies = {r.cells[0].text for r in fichier.tables[-1].rows if r._tr.find(f".//{_W}keepNext") is not None}
    assert {"Groupe 0", "Groupe 1", "Groupe 2"} <= lies
    assert "<Ligne 6>" not in lies
    gras = [r.cells[0].text for r in fichier.tables[-1].rows if r.cells[0].paragraphs[0].runs[0].bold]
    assert gras == ["Groupe 0", "Groupe 1", "Groupe 2"]
    formes = list(fichier.inline_shapes)
    parties = fichier.part.related_parts
    assert images == [
        (f._inline.docPr.get("descr"), parties[f._inline.graphic.graphicData.pic.blipFill.blip.embed].blob)
        for f in formes
    ]
    par_style: dict[str, list[str]] = {}
    for paragraphe in fichier.paragraphs:
        par_style.setdefault(paragraphe.style.name, []).append(paragraphe.text)
    assert par_style["Intense Quote"] == [riche.avertissement]
    assert par_style["List Bullet"] == [*LISTE.phrases, *PLANCHE.phrases.phrases]
    assert par_style["Caption"] == [LONGUE.titre, COURTE.titre, TUE.titre, MONTANTS.titre]
    assert PLANCHE.lecture in par_style["Normal"]
    # Ce qui annonce reste avec ce qui suit ; la dernière phrase d'une partie n'annonce rien.
    lies = {p.text for p in fichier.paragraphs if p.paragraph_format.keep_with_next}
    assert {"À retenir.", "Nombres tus.", LONGUE.phrase, MONTANTS.titre} <= lies
    assert A_COTE not in lies
    proprietes = fichier.core_properties
    assert (proprietes.title, proprietes.identifier) == (riche.titre, riche.adresse)
    pied = fichier.sections[0].footer.paragraphs[0].text
    assert pied.startswith(f"Essai · v1 · {riche.avertissement}")


def _read_odt(noeud: ElementTree.Element) -> str:
    return "".join(noeud.itertext())


def test_odt_ses_tableaux_ses_images_et_ses_mentions(
    riche: Document, fichiers: Mapping[str, io.BytesIO], images: list[tuple[str, bytes]]
) -> None:
    paquet = zipfile.ZipFile(fichiers["odt"])
    racine = ElementTree.fromstring(paquet.read("content.xml"))
    lus = [
        [[_read_odt(case) for case in rang.iter(f"{_T}table-cell")] for rang in table.iter(f"{_T}table-row")]
        for table in racine.iter(f"{_T}table")
    ]
    assert lus == TABLEAUX
    for table in racine.iter(f"{_T}table"):
        colonnes = len(table.findall(f"{_T}table-column"))
        assert {len(rang) for rang in table.iter(f"{_T}table-row")} == {colonnes}
    cadres = list(racine.iter(f"{_D}frame"))
    liens = [cadre.find(f"{_D}image").get(f"{_LIEN}href") for cadre in cadres]  # type: ignore[union-attr]
    assert images == [
        (cadre.findtext(f"{_SVG}desc"), paquet.read(str(lien)))
        for cadre, lien in zip(cadres, liens, strict=True)
    ]
    dits = {_read_odt(p) for p in racine.iter(f"{_X}p")}
    assert {riche.sous_titre, riche.avertissement, PLANCHE.lecture, LONGUE.phrase, MONTANTS.titre} <= dits
    elements = [_read_odt(p) for p in racine.iter(f"{_X}list-item")]
    assert elements == [*LISTE.phrases, *PLANCHE.phrases.phrases]
    assert {riche.titre, riche.adresse} <= set(ElementTree.fromstring(paquet.read("meta.xml")).itertext())
    styles = ElementTree.fromstring(paquet.read("styles.xml"))
    assert f"Essai · v1 · {riche.avertissement}" in "".join(styles.itertext())


def _list_alternatives(lecteur: pypdf.PdfReader) -> Iterator[str]:
    for numero in range(1, len(lecteur.xref[0]) + 1):
        objet = lecteur.get_object(numero)
        if isinstance(objet, pypdf.generic.DictionaryObject) and "/Alt" in objet:
            yield str(objet["/Alt"])


def test_pdf_ses_tableaux_ses_alternatives_et_ses_mentions(
    riche: Document, fichiers: Mapping[str, io.BytesIO]
) -> None:
    lecteur = pypdf.PdfReader(fichiers["pdf"])
    textes = [re.sub(r"\s+", " ", page.extract_text()) for page in lecteur.pages]
    assert len(textes) > 1
    for texte in textes:
        assert riche.avertissement in texte
        assert f"Essai · v1 {textes.index(texte) + 1} / {len(textes)}" in texte
    tout = " ".join(textes)
    assert PLANCHE.notice in tout
    for point in (*LONGUE.points, *COURTE.points):
        dits = (point.libelle, point.texte, point.intervalle, point.n, point.note_dite or point.note)
        assert " ".join(dits if point.valeur is not None else (point.libelle, point.raison)) in tout
    alternatives = [v.alt for v in PLANCHE.vignettes] + [SEULE]
    assert [a for a in _list_alternatives(lecteur) if a in alternatives] == alternatives


def test_une_image_seule_dit_la_source_la_date_et_la_simulation(riche: Document) -> None:
    assert write_pied(riche) == f"Essai · 22 novembre 2026 · {riche.avertissement} · {LETTRES_SIMULEES}"
    assert LETTRES_SIMULEES not in write_pied(replace(riche, avertissement=""))
    # Le pied est dans le dessin : une autre date, d'autres points.
    seule = replace(riche, sections=(Section("Un thème", (COURTE,)),))
    datee = replace(seule, mentions=(*seule.mentions[:2], ("Données du", "1er mai 2025"), seule.mentions[3]))
    assert draw_figures(seule)[COURTE].octets != draw_figures(datee)[COURTE].octets
    assert format_mentions(replace(COURTE.points[0], note="")).endswith(f",{INSECABLE}sans{INSECABLE}note)")
