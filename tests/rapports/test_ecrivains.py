"""Chaque fichier s'ouvre avec une bibliothèque qui ne l'a pas écrit et porte les chiffres du document."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pdfua
import pypdf
import pytest
from python_calamine import CalamineWorkbook

from barometre.rapports.formats_document import FORMATS_DOCUMENT, get_nom
from barometre.rapports.modele import Document, Figure, Liste, Paragraphe, Section, Tableau

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


@cache
def _write(document: Document, extension: str) -> bytes:
    """Un document ne s'écrit qu'une fois pour tous les essais qui le relisent."""
    return FORMATS_DOCUMENT[extension].write(document)


def _open(document: Document, extension: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(_write(document, extension)))


def _texte(xml: bytes) -> str:
    return " ".join(ElementTree.fromstring(xml).itertext())


@pytest.mark.parametrize("extension", FORMATS_DOCUMENT)
def test_deux_ecritures_donnent_les_memes_octets(document: Document, extension: str) -> None:
    write = FORMATS_DOCUMENT[extension].write
    assert write(document) == write(document)


def test_le_nom_du_fichier_dit_la_simulation(document: Document) -> None:
    assert get_nom(document, "pdf") == "synthese_essai_reponses-simulees.pdf"


def test_pdf_porte_les_chiffres_et_rien_n_y_devient_du_code(document: Document) -> None:
    lecteur = pypdf.PdfReader(io.BytesIO(_write(document, "pdf")))
    texte = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in lecteur.pages))
    for attendu in (
        "68 %",
        "entre 65 et 71 %",
        "412",
        "Non publiable",
        "#panic()",
        "Un $x$",
        "Réponses simulées",
        "Un <site> #panic()",
        "10 à 20 % (3)",
        "Ensemble : 24 %",
        "à 65 % (Est)",
    ):
        assert attendu in texte


def test_pdf_est_balise_et_accessible(document: Document, tmp_path: Path) -> None:
    octets = _write(document, "pdf")
    racine = pypdf.PdfReader(io.BytesIO(octets)).trailer["/Root"]
    assert racine["/MarkInfo"]["/Marked"]
    assert str(racine["/Lang"]).startswith("fr")
    metadonnees = racine["/Metadata"].get_data()
    assert b"<pdfuaid:part>1" in metadonnees
    assert b"<pdfaid:part>2" in metadonnees
    (tmp_path / "essai.pdf").write_bytes(octets)
    rapport = pdfua.validate(str(tmp_path / "essai.pdf"))
    assert [f for f in rapport.findings if f.severity is pdfua.Severity.ERROR] == []


def test_pptx_a_un_graphique_modifiable_avec_ses_barres_d_erreur(document: Document) -> None:
    paquet = _open(document, "pptx")
    graphique = next(n for n in paquet.namelist() if re.fullmatch(r"ppt/charts/chart\d+\.xml", n))
    arbre = ElementTree.fromstring(paquet.read(graphique))
    for sens, attendus in (("plus", [0.03, 0.07]), ("minus", [0.03, 0.06])):
        ecarts = [float(v.text or "") for v in arbre.findall(f".//{_C}errBars/{_C}{sens}//{_C}v")]
        assert ecarts == pytest.approx(attendus)
    # De 0 à 100 %, quelles que soient les parts : 68 % ne remplit pas la diapositive.
    bornes = {nom: arbre.find(f".//{_C}valAx/{_C}scaling/{_C}{nom}") for nom in ("min", "max")}
    assert {nom: borne is not None and float(borne.get("val", "")) for nom, borne in bornes.items()} == {
        "min": 0.0, "max": 1.0,
    }  # fmt: skip
    classeur = next(n for n in paquet.namelist() if n.endswith(".xlsx"))
    lignes = (
        CalamineWorkbook.from_filelike(io.BytesIO(paquet.read(classeur))).get_sheet_by_index(0).to_python()
    )
    ecrites = lignes[1:]
    assert [[str(nom).replace("\u00a0", " "), valeur] for nom, valeur in ecrites] == [
        ["Un site internet : 68 % (412 réponses, note A)", 0.68],
        ["Une charte : 24 % (environ 90 réponses, note C)", 0.24],
    ]
    # Coupé ailleurs qu'avant sa parenthèse, un libellé laissait « note A) » seul sur sa ligne.
    assert [re.split(" ", str(ligne[0]))[-1] for ligne in ecrites] == [
        "(412\u00a0réponses,\u00a0note\u00a0A)",
        "(environ\u00a090\u00a0réponses,\u00a0note\u00a0C)",
    ]


def test_une_phrase_et_son_tableau_partagent_une_diapositive(document: Document) -> None:
    tableau = Tableau("Pratiques", ("Thème", "Vous"), (("Inclusion", "4 sur 8"),))
    courte = replace(document, sections=(Section("Vos pairs", (Paragraphe("Une phrase."), tableau)),))
    paquet = _open(courte, "pptx")
    pages = [n for n in paquet.namelist() if re.fullmatch(r"ppt/slides/slide\d+.xml", n)]
    assert len(pages) == 2
    assert {"Vos pairs", "Une phrase.", "4 sur 8"} <= set(
        ElementTree.fromstring(paquet.read(pages[1])).itertext()
    )


def test_des_phrases_passent_avec_le_tableau_qu_elles_annoncent(document: Document) -> None:
    """Ce qui explique un tableau finissait une diapositive dont il n'était pas."""
    avant, apres = (
        Tableau(nom, ("Thème", "Réponses"), tuple((f"{nom} {rang}", "12") for rang in range(12)))
        for nom in ("Ici", "France")
    )
    phrases = (Paragraphe("Comment le lire."), Paragraphe("Et une réserve."))
    pages = _read_pages(replace(document, sections=(Section("Qui", (avant, *phrases, apres)),)))
    dits = [set(page.itertext()) for page in pages]
    assert {"Comment le lire.", "Et une réserve.", "France 11"} <= dits[2]
    assert "Comment le lire." not in dits[1]


def test_une_case_vide_n_est_pas_plus_haute_que_les_autres(document: Document) -> None:
    """PowerPoint donne à une case vide la hauteur d'un texte de 18 points."""
    tableau = Tableau("Essai", ("Thème", "Où"), (("Un thème", ""),))
    pages = _read_pages(replace(document, sections=(Section("Qui", (tableau,)),)))
    fins = [fin.get("sz") for fin in pages[1].iterfind(f".//{_A}tbl//{_A}endParaRPr")]
    assert fins == ["1200"] * 4


def test_la_lecture_des_tableaux_est_dite_en_annexe(document: Document) -> None:
    """« Les réponses simulées ont été tirées pour suivre ce chiffre » n'était que dans les commentaires."""
    figure = next(b for s in document.sections for b in s.blocs if isinstance(b, Figure))
    tableau = Tableau("Déjà publié", ("Indicateur", "Publié"), (("Un site", "70 %"),))
    lire, tu = Paragraphe("Un chiffre publié est brut.", lie=True), Paragraphe("Nombres non cités : le coût.")
    themes = tuple(Section(nom, (figure, tu, lire, tableau)) for nom in ("Un", "Deux"))
    dits = [mot for page in _read_pages(replace(document, sections=themes)) for mot in page.itertext()]
    assert dits.count("Un chiffre publié est brut.") == 1
    assert {"Un. Nombres non cités : le coût.", "Deux. Nombres non cités : le coût."} <= set(dits)


def _read_pages(document: Document) -> list[ElementTree.Element]:
    """Les diapositives, dans leur ordre."""
    paquet = _open(document, "pptx")
    noms = [n for n in paquet.namelist() if re.fullmatch(r"ppt/slides/slide\d+.xml", n)]
    return [ElementTree.fromstring(paquet.read(n)) for n in sorted(noms, key=lambda n: int(n[16:-4]))]


def _list_rangees(page: ElementTree.Element) -> int:
    """Les lignes de tableau d'une diapositive, en-tête compris."""
    return len(page.findall(f".//{_A}tr"))


@pytest.mark.parametrize("lignes", [12, 15, 16, 17, 28, 29, 30, 31])
def test_un_tableau_coupe_ne_laisse_pas_une_ligne_seule(document: Document, lignes: int) -> None:
    """« Chiffres clés » finissait sur une diapositive d'une seule ligne."""
    tableau = Tableau(
        "Chiffres", ("Quoi", "Combien"), tuple((f"Ligne {n}", "4 sur 8") for n in range(lignes))
    )
    longue = replace(document, sections=(Section("Clés", (Paragraphe("Une phrase."), tableau)),))
    comptes = [_list_rangees(page) - 1 for page in _read_pages(longue)[1:]]
    assert sum(comptes) == lignes
    assert min(comptes) >= 3


def test_une_diapositive_a_son_titre_a_elle_et_son_numero(document: Document) -> None:
    tableau = Tableau("Chiffres", ("Quoi", "Combien"), tuple((f"Ligne {n}", "4 sur 8") for n in range(60)))
    longue = replace(document, sections=(*document.sections, Section("Clés", (tableau,))))
    pages = _read_pages(longue)
    titres = [page.findtext(f".//{_A}t") for page in pages]
    assert len(set(titres)) == len(titres) > 6
    assert all(page.find(f".//{_A}fld[@type='slidenum']") is not None for page in pages)


def test_le_detail_des_themes_est_en_annexe_deux_graphiques_de_front(document: Document) -> None:
    """Un cabinet présente la tête ; soixante-dix diapositives d'égale importance ne se présentaient pas."""
    figure = next(b for s in document.sections for b in s.blocs if isinstance(b, Figure))
    autres = [replace(figure, titre=f"Question {n}") for n in range(3)]
    tableau = Tableau("Un thème : nombres", ("Quoi", "Combien"), (("Agents", "3"),))
    theme = Section("Un thème", (Paragraphe("À retenir.", fort=True), figure, *autres, tableau))
    methode = Section("Méthode", (Paragraphe("Une limite."),))
    pages = _read_pages(replace(document, sections=(theme, methode)))
    titres = [page.findtext(f".//{_A}t") for page in pages]
    assert titres[1:] == [
        "Un thème", "Méthode", "Annexe : tous les indicateurs, thème après thème", "Un thème, le détail",
        "Un thème, le détail (suite)", "Nombres, montants et chiffres déjà publiés",
    ]  # fmt: skip
    graphiques = [len(page.findall(f".//{_C}chart")) for page in pages]
    assert graphiques == [0, 1, 0, 0, 2, 1, 0]
    assert {"Question 0", "Question 1"} <= set(pages[4].itertext())


def test_une_liste_tient_dans_un_cadre_et_ses_premiers_mots_sont_en_gras(document: Document) -> None:
    liste = Liste(("Une phrase.", "Une autre."), ("Un thème", "Un autre thème"))
    page = _read_pages(replace(document, sections=(Section("L’essentiel", (liste,)),)))[1]
    cadres = [c for c in page.iter(f"{_P}txBody") if "Une phrase." in set(c.itertext())]
    assert [" ".join(c.itertext()) for c in cadres] == ["Un thème.  Une phrase. Un autre thème.  Une autre."]
    gras = [r.findtext(f"{_A}t") for r in cadres[0].iter(f"{_A}r") if r.find(f"{_A}rPr").get("b") == "1"]  # type: ignore[union-attr]
    assert gras == ["Un thème. ", "Un autre thème. "]


def test_pptx_a_textes_de_remplacement_et_commentaires(document: Document) -> None:
    paquet = _open(document, "pptx")
    pages = b"".join(paquet.read(n) for n in paquet.namelist() if n.startswith("ppt/slides/slide"))
    assert b'descr="Un site : 68 %."' in pages
    assert b'descr="Carte de France."' in pages
    assert pages.count('descr="Carte par région. Légende : 10 à 20 % (3)."'.encode()) == 2
    assert "Les valeurs vont de 12 % (Ouest) à 65 % (Est).".encode() in pages
    notes = " ".join(
        _texte(paquet.read(n)) for n in paquet.namelist() if n.startswith("ppt/notesSlides/notes")
    )
    assert "Un secret : Non publiable" in notes


def test_docx_a_titres_entetes_et_textes_de_remplacement(document: Document) -> None:
    xml = _open(document, "docx").read("word/document.xml")
    assert xml.count(b'w:pStyle w:val="Heading1"') == len(document.sections)
    assert xml.count(b"<w:tblHeader/>") == 2
    assert b'descr="Carte de France."' in xml
    assert xml.count('descr="Carte par région. Légende : 10 à 20 % (3)."'.encode()) == 2
    assert "Les valeurs vont de 12 % (Ouest) à 65 % (Est)." in set(ElementTree.fromstring(xml).itertext())
    assert {"68 %", "entre 65 et 71 %", "412", "non publié"} <= set(ElementTree.fromstring(xml).itertext())


def test_docx_ses_images_partent_de_la_marge(document: Document) -> None:
    """Sans distance dite, LibreOffice en met une : l'image sortait de trois millimètres à droite."""
    xml = ElementTree.fromstring(_open(document, "docx").read("word/document.xml"))
    images = list(xml.iter(f"{_WP}inline"))
    assert images
    assert {image.get(cote) for image in images for cote in ("distL", "distR")} == {"0"}


def test_odt_a_titres_entetes_et_textes_de_remplacement(document: Document) -> None:
    paquet = _open(document, "odt")
    assert paquet.namelist()[0] == "mimetype"
    xml = paquet.read("content.xml")
    assert xml.count(b"<text:h ") == len(document.sections)
    assert xml.count(b"<table:table-header-rows>") == 2
    assert b"<svg:desc>Carte de France.</svg:desc>" in xml
    assert xml.count("<svg:desc>Carte par région. Légende : 10 à 20 % (3).</svg:desc>".encode()) == 2
    assert "Les valeurs vont de 12 % (Ouest) à 65 % (Est)." in set(ElementTree.fromstring(xml).itertext())
    assert {"68 %", "entre 65 et 71 %", "412", "non publié"} <= set(ElementTree.fromstring(xml).itertext())


def test_odt_ses_cases_ont_un_style_que_writer_lit(document: Document) -> None:
    """D'un style hors du contenu, Writer ne garde ni filet ni marge : deux colonnes se touchaient."""
    contenu = _open(document, "odt").read("content.xml").decode()
    declares = contenu.partition("</office:automatic-styles>")[0]
    for genre in ("cell", "row"):
        poses = set(re.findall(rf'<table:table-{genre} table:style-name="(\w+)"', contenu))
        assert poses
        declare = [nom for nom in poses if f'style:name="{nom}" style:family="table-{genre}"' in declares]
        assert set(declare) == poses
    assert 'fo:keep-together="always"' in declares


@pytest.mark.parametrize("extension", ["pdf", "docx", "odt"])
def test_un_groupe_de_lignes_se_dit_une_fois(document: Document, extension: str) -> None:
    """« Aucune sensibilisation » sans son thème ne se lit pas."""
    lignes = (("Un site", "68 %"), ("Un agenda", "12 %"), ("Une charte", "24 %"))
    tableau = Tableau("Chiffres", ("Quoi", "Combien"), lignes, ("Communication", "Communication", "Outils"))
    groupe = replace(document, sections=(Section("Clés", (tableau,)),))
    if extension == "pdf":
        pages = pypdf.PdfReader(io.BytesIO(_write(groupe, "pdf"))).pages
        dit = " ".join(page.extract_text() for page in pages)
    else:
        paquet = _open(groupe, extension)
        dit = _texte(paquet.read("content.xml" if extension == "odt" else "word/document.xml"))
    lus = re.findall(r"Communication|Outils|Un site|Un agenda|Une charte", dit)
    assert lus == ["Communication", "Un site", "Un agenda", "Outils", "Une charte"]


def _contraste(couleur: str) -> float:
    """Sur le blanc (WCAG 2.1, rapport de contraste)."""
    canaux = [int(couleur[rang : rang + 2], 16) / 255 for rang in (0, 2, 4)]
    rouge, vert, bleu = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux)
    return 1.05 / (0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu + 0.05)


def test_docx_ses_styles_se_lisent_sur_le_blanc(document: Document) -> None:
    """Titres et légendes avaient le bleu pâle du modèle de python-docx : 4,1, et il en faut 4,5."""
    paquet = _open(document, "docx")
    poses = set(re.findall(r'w:(?:p|tbl)Style w:val="(\w+)"', paquet.read("word/document.xml").decode()))
    styles = ElementTree.fromstring(paquet.read("word/styles.xml"))
    lus = {style.get(f"{_W}styleId"): style for style in styles.iter(f"{_W}style")}
    assert {"Title", "Caption", "Heading1", "TableauBarometre"} <= poses <= set(lus)
    for nom in poses:
        for couleur in lus[nom].iterfind(f"{_W}rPr/{_W}color"):
            assert _contraste(couleur.get(f"{_W}val") or "") >= 4.5, nom


@pytest.mark.parametrize(("nombre", "libres"), [(4, 0), (30, 27)])
def test_docx_un_tableau_ne_laisse_pas_une_ligne_seule(document: Document, nombre: int, libres: int) -> None:
    """Court, il reste d'une pièce ; long, il ne se coupe ni après son en-tête ni avant sa dernière ligne."""
    tableau = Tableau("Chiffres", ("Quoi", "Combien"), (("Site", "68 %"),) * nombre)
    court = replace(document, sections=(Section("Clés", (tableau,)),))
    xml = ElementTree.fromstring(_open(court, "docx").read("word/document.xml"))
    lies = [rang.find(f".//{_W}keepNext") is not None for rang in xml.iter(f"{_W}tr")]
    assert len(lies) == nombre + 1
    assert (lies[0], lies[1], lies[-2], lies[-1]) == (True, True, True, False)
    assert lies[:-1].count(False) == libres


def test_odt_l_espace_sous_un_tableau_est_le_sien(document: Document) -> None:
    """Après un paragraphe vide, Writer laissait le titre suivant seul au bas de la page."""
    contenu = _open(document, "odt").read("content.xml").decode()
    assert not re.search(r"</table:table><text:p [^>]*(?:/>|></text:p>)", contenu)
    assert contenu.count('<style:table-properties fo:margin-bottom="0.4cm"') == 2
