"""Chaque chiffre d'une synthèse, relu dans le fichier ouvert, est celui de sa cellule dans l'entrepôt.

Les nombres sont relus des mots du fichier par une bibliothèque qui ne l'a pas écrit (pypdf, zipfile et XML,
calamine), puis comparés à la cellule, à l'arrondi affiché près : une mise en forme fausse se verrait aussi.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

import pypdf
import pytest
from python_calamine import CalamineWorkbook

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.domain.formats import INSECABLE, format_effectif
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.views.lecture.chiffres import Chiffre, read_chiffres

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_T = f"{{{_ODF}table:1.0}}"
_X = f"{{{_ODF}text:1.0}}"
# Un nombre du français imprimé : « 1 234,5 ».
_NOMBRE = r"\d+(?:[\u00a0\u202f ]\d{3})*(?:,\d+)?"


# Trois titres servent deux thèmes : plusieurs cellules par titre.
Cellules = Mapping[str, tuple[Chiffre, ...]]


@dataclass(frozen=True)
class Lu:
    """Une ligne relue : les nombres des mots, et ce qui les accompagne."""

    titre: str
    valeur: str
    intervalle: str
    brut: str
    n: str
    note: str


@pytest.fixture(scope="module")
def fichiers(write_synthese: Callable[[str], bytes]) -> Mapping[str, bytes]:
    return {nom: write_synthese(nom) for nom in FORMATS_DOCUMENT}


@pytest.fixture(scope="module")
def cellules(gate: Gate) -> Cellules:
    """La cellule nationale de la dernière vague de chaque indicateur, par titre."""
    catalogue = load_catalogue()
    cadre = gate.list_agregats(territoire_id="france", type="", strate="", couverture="")
    rang = {vague.id: place for place, vague in enumerate(catalogue.vagues)}
    chiffres = sorted(read_chiffres(cadre), key=lambda chiffre: rang[chiffre.vague_id])
    derniers = {chiffre.indicateur_id: chiffre for chiffre in chiffres}
    groupes: dict[str, tuple[Chiffre, ...]] = {}
    for chiffre in derniers.values():
        titre = catalogue.get_indicateur(chiffre.indicateur_id).titre
        groupes[titre] = (*groupes.get(titre, ()), chiffre)
    return groupes


def _read_docx(octets: bytes) -> Iterator[list[str]]:
    arbre = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(octets)).read("word/document.xml"))
    for rang in arbre.iter(f"{_W}tr"):
        yield ["".join(t.text or "" for t in cellule.iter(f"{_W}t")) for cellule in rang.iter(f"{_W}tc")]


def _read_odt(octets: bytes) -> Iterator[list[str]]:
    arbre = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(octets)).read("content.xml"))
    for rang in arbre.iter(f"{_T}table-row"):
        yield ["".join(cellule.itertext()) for cellule in rang.iter(f"{_T}table-cell")]


def _read_pptx_tableaux(octets: bytes) -> Iterator[list[str]]:
    paquet = zipfile.ZipFile(io.BytesIO(octets))
    for nom in paquet.namelist():
        if nom.startswith("ppt/slides/slide"):
            for rang in ElementTree.fromstring(paquet.read(nom)).iter(f"{_A}tr"):
                yield ["".join(cellule.itertext()) for cellule in rang.iter(f"{_A}tc")]


def _read_pdf(octets: bytes, titres: Cellules) -> Iterator[list[str]]:
    """Une ligne de tableau du PDF : le titre, puis ses nombres ; le texte est lu dans l'ordre des balises."""
    pages = pypdf.PdfReader(io.BytesIO(octets)).pages
    texte = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    for titre in titres:
        # Un mot à traits d'union peut y passer à la ligne.
        mots = re.escape(re.sub(r"\s+", " ", titre)).replace(r"\-", r"\- ?")
        unite = r"(?: [^\d ]+){0,3}?"
        bornes = rf"(?:entre {_NOMBRE} et|environ) {_NOMBRE}{unite}"
        n = rf"((?:environ )?{_NOMBRE})"
        motif = rf"{mots}(?: \*)? ({_NOMBRE}{unite}) ({bornes}) (?:({_NOMBRE}{unite}) )?{n} ([ABC])[ ,]"
        for trouve in re.finditer(motif, texte):
            yield [titre, trouve[1], trouve[2], trouve[3] or "", trouve[4], trouve[5]]


def _list_lus(lignes: Iterator[list[str]]) -> Iterator[Lu]:
    """Sept colonnes : le tableau des chiffres (brut compris) ; cinq : celui qui double une figure."""
    for titre, *ligne in lignes:
        # L'astérisque d'une part parmi certaines, dont la base se dit à côté.
        nu = titre.removesuffix("*").rstrip()
        if len(ligne) in (5, 6):
            yield Lu(nu, *ligne[:5])
        elif len(ligne) == 4:
            valeur, intervalle, n, note = ligne
            yield Lu(nu, valeur, intervalle, "", n, note)


def _read_nombres(texte: str) -> list[tuple[float, int]]:
    """Les nombres d'une phrase, chacun avec ses décimales."""
    mots = re.findall(_NOMBRE, texte)
    nus = [re.sub(r"[\u00a0\u202f ]", "", mot).replace(",", ".") for mot in mots]
    return [(float(nu), len(nu.partition(".")[2])) for nu in nus]


def _is_same(texte: str, *attendus: float | None) -> bool:
    """Vrai si la phrase porte ces nombres, dans l'ordre, à une demi-unité du dernier chiffre écrit près."""
    lus, echelle = _read_nombres(texte), 100 if "%" in texte else 1
    if len(lus) != len(attendus):
        return False
    return all(
        attendu is not None and abs(lu - attendu * echelle) <= 0.5 * 10**-decimales + 1e-9
        for (lu, decimales), attendu in zip(lus, attendus, strict=True)
    )


def _is_cell(lu: Lu, chiffre: Chiffre) -> bool:
    return (
        _is_same(lu.valeur, chiffre.redresse)
        # Deux bornes qui s'écrivent pareil : « environ 2 habitants ».
        and (lu.intervalle.startswith("environ") or _is_same(lu.intervalle, chiffre.bas, chiffre.haut))
        and (not lu.brut or _is_same(lu.brut, chiffre.brut))
        and (_read_nombres(lu.n), lu.note.partition(",")[0]) == ([(chiffre.n, 0)], chiffre.note)
        # Le secret ne dit un effectif qu'à cinq près : le fichier dit « environ ».
        and lu.n.startswith("environ") == (chiffre.n is not None)
    )


def _read_lus(nom: str, octets: bytes, cellules: Cellules) -> list[Lu]:
    lignes = {
        "docx": _read_docx,
        "odt": _read_odt,
        "pptx": _read_pptx_tableaux,
        "pdf": lambda contenu: _read_pdf(contenu, cellules),
    }[nom](octets)
    return [lu for lu in _list_lus(lignes) if lu.titre in cellules and lu.n]


@pytest.mark.parametrize("nom", FORMATS_DOCUMENT)
def test_chaque_chiffre_relu_est_celui_de_sa_cellule(
    fichiers: Mapping[str, bytes], cellules: Cellules, nom: str
) -> None:
    lus = _read_lus(nom, fichiers[nom], cellules)
    for lu in lus:
        assert any(_is_cell(lu, chiffre) for chiffre in cellules[lu.titre]), (lu, cellules[lu.titre])
    # Le PPTX met les parts dans ses graphiques, relus plus bas : les autres grandeurs y sont en tableau.
    catalogue = load_catalogue()
    attendus = [c for siens in cellules.values() for c in siens if c.montre]
    if nom == "pptx":
        attendus = [c for c in attendus if not catalogue.get_indicateur(c.indicateur_id).est_part]
    par_titre = {titre: [lu for lu in lus if lu.titre == titre] for titre in cellules}
    titres = ((catalogue.get_indicateur(c.indicateur_id).titre, c) for c in attendus)
    assert [titre for titre, c in titres if not any(_is_cell(lu, c) for lu in par_titre[titre])] == []


def test_chaque_graphique_du_pptx_porte_la_cellule_et_ses_bornes(
    fichiers: Mapping[str, bytes], cellules: Cellules
) -> None:
    """Le classeur caché (ce que l'on modifie), le dessin et ses barres d'erreur disent la même cellule."""
    paquet = zipfile.ZipFile(io.BytesIO(fichiers["pptx"]))
    lus: set[str] = set()
    for nom in paquet.namelist():
        if re.fullmatch(r"ppt/charts/chart\d+\.xml", nom):
            lus |= _check_graphique(ElementTree.fromstring(paquet.read(nom)), cellules)
    classeurs = [n for n in paquet.namelist() if n.endswith(".xlsx")]
    ecrits = {rang[0]: rang[1] for n in classeurs for rang in _read_classeur(paquet.read(n))}
    assert ecrits.keys() == lus
    for categorie, valeur in ecrits.items():
        assert valeur in [pytest.approx(c.redresse) for c in cellules[_cut(categorie)]]
    parts = {i.id for i in load_catalogue().indicateurs.values() if i.est_part}
    montrees = {
        t for t, siens in cellules.items() if any(c.montre and c.indicateur_id in parts for c in siens)
    }
    assert montrees <= {_cut(categorie) for categorie in lus}


def _check_graphique(arbre: ElementTree.Element, cellules: Cellules) -> set[str]:
    categories = [v.text or "" for v in arbre.findall(f".//{_C}cat//{_C}v")]
    valeurs, plus, moins = (
        [float(v.text or "") for v in arbre.findall(f".//{_C}{balise}//{_C}v")]
        for balise in ("val", "plus", "minus")
    )
    for categorie, valeur, au_dessus, au_dessous in zip(categories, valeurs, plus, moins, strict=True):
        dessine = pytest.approx((valeur, valeur + au_dessus, valeur - au_dessous), abs=1e-6)
        dite = categorie.replace(INSECABLE, " ")
        siens = [c for c in cellules[_cut(categorie)] if dessine == (c.redresse, c.haut, c.bas)]
        # Un chiffre posé sur une barre courte y serait barré par son intervalle : il est dans le libellé.
        mots = [f"({format_effectif(c.n, 'réponse')}, note {c.note})".replace(INSECABLE, " ") for c in siens]
        assert any(dite.endswith(mot) for mot in mots), categorie
        assert _is_same(dite.rpartition(" : ")[2].partition(" (")[0], valeur), categorie
    return set(categories)


def _cut(categorie: str) -> str:
    """« Un site internet : 68 % (400 réponses, note A) » → le titre."""
    return categorie.replace(INSECABLE, " ").rpartition(" : ")[0].removesuffix(" *")


def _read_classeur(octets: bytes) -> list[list[object]]:
    lignes = CalamineWorkbook.from_filelike(io.BytesIO(octets)).get_sheet_by_index(0).to_python()
    return [list(ligne) for ligne in lignes[1:]]


def test_une_lecture_fausse_se_verrait() -> None:
    """Un point de trop, une borne de l'autre côté, une décimale de travers : refusés."""
    assert _is_same("entre 46 et 54\u202f%", 0.46, 0.54)
    assert _is_same("1\u202f234,5\u00a0€", 1234.46)
    assert not _is_same("51\u202f%", 0.5)
    assert not _is_same("entre 54 et 46\u202f%", 0.46, 0.54)
    assert not _is_same("5,5\u00a0années", 5.6)
