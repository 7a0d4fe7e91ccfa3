"""L'ODT, que recommande le référentiel d'interopérabilité de l'État : vrais styles, titres, descriptions."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from barometre.exports.archive import write_entree
from barometre.exports.cellules import strip_controles
from barometre.rapports.docx import (
    ENTETES,
    Dessins,
    build_dessins,
    list_rangs,
    write_mentions,
    write_pied_page,
)
from barometre.rapports.images import compute_large_carte, count_de_front
from barometre.rapports.largeurs import compute_largeurs
from barometre.rapports.modele import (
    Bloc,
    Document,
    Figure,
    Image,
    Liste,
    Paragraphe,
    Planche,
    Tableau,
    Vignette,
)

MIME = "application/vnd.oasis.opendocument.text"
_LARGEUR = 16.5  # centimètres entre les marges
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_ESPACES = " ".join(
    f'xmlns:{nom}="{adresse}"'
    for nom, adresse in (
        ("office", f"{_ODF}office:1.0"), ("text", f"{_ODF}text:1.0"), ("table", f"{_ODF}table:1.0"),
        ("style", f"{_ODF}style:1.0"), ("draw", f"{_ODF}drawing:1.0"),
        ("fo", f"{_ODF}xsl-fo-compatible:1.0"), ("svg", f"{_ODF}svg-compatible:1.0"),
        ("meta", f"{_ODF}meta:1.0"), ("manifest", f"{_ODF}manifest:1.0"),
        ("xlink", "http://www.w3.org/1999/xlink"), ("dc", "http://purl.org/dc/elements/1.1/"),
    )
)  # fmt: skip
_CENT = 100
# Un style de colonne par centième de la largeur : ODF n'a de largeur que dans un style.
_LARGEURS = "".join(
    f'<style:style style:name="Largeur{n}" style:family="table-column">'
    f'<style:table-column-properties style:column-width="{_LARGEUR * n / _CENT:.3f}cm"/></style:style>'
    for n in range(1, _CENT + 1)
)
_STYLES = Path(__file__).with_name("styles_odt.xml")

# L'espace sous un tableau est le sien : après un paragraphe vide, Writer laissait seul le titre suivant.
# Writer ne lit case et rangée que d'un style du contenu : dans ceux du document, filet et marges se
# perdaient, « entre 23 et 36 % » touchait le chiffre d'à côté, et une rangée se coupait au bas d'une page.
_PADDING, _PADDING_SERRE = 'fo:padding="0.06cm"', 'fo:padding="0.03cm"'
_CELLULE = (
    '<style:style style:name="Cellule" style:family="table-cell"><style:table-cell-properties '
    f'fo:border-bottom="0.5pt solid #c9d1da" {_PADDING} fo:padding-right="0.14cm"/></style:style>'
    '<style:style style:name="Rang" style:family="table-row">'
    '<style:table-row-properties fo:keep-together="always"/></style:style>'
    '<style:style style:name="Entier" style:family="table">'
    '<style:table-properties fo:margin-bottom="0.4cm" style:may-break-between-rows="false"/></style:style>'
    '<style:style style:name="Coupable" style:family="table">'
    '<style:table-properties fo:margin-bottom="0.4cm"/></style:style>'
)


def to_odt(document: Document) -> bytes:
    """Le fichier entier."""
    images: dict[str, bytes] = {}
    contenu = "".join(_content(document, images))
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as paquet:
        write_entree(paquet, "mimetype", MIME.encode(), compresser=False)
        write_entree(paquet, "content.xml", contenu.encode())
        styles = _read_styles(document)
        write_entree(paquet, "styles.xml", _wrap("document-styles", styles).encode())
        write_entree(paquet, "meta.xml", _wrap("document-meta", _meta(document)).encode())
        for nom, octets in images.items():
            write_entree(paquet, nom, octets)
        write_entree(paquet, "META-INF/manifest.xml", _manifest(images).encode())
    return tampon.getvalue()


def _read_styles(document: Document) -> str:
    """Ceux du document ; une fiche tient sur les deux faces d'une feuille, avec moins de blanc."""
    blancs = ("1.5cm", "1cm", "0.1cm", "0.3cm") if document.serre else ("2.2cm", "1.4cm", "0.2cm", "0.6cm")
    styles = _STYLES.read_text(encoding="utf-8").replace("{pied}", _t(write_pied_page(document)))
    for nom, blanc in zip(("{haut}", "{bas}", "{apres}", "{avant}"), blancs, strict=True):
        styles = styles.replace(nom, blanc)
    return styles


def _wrap(racine: str, contenu: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:{racine} {_ESPACES} office:version="1.3">'
        f"{contenu}</office:{racine}>"
    )


def _meta(document: Document) -> str:
    adresse = _t(document.adresse)
    dite = f'<meta:user-defined meta:name="Adresse">{adresse}</meta:user-defined>' if adresse else ""
    return (
        f"<office:meta><dc:title>{_t(document.titre)}</dc:title><dc:creator>DINUM et Déclic</dc:creator>"
        f"<dc:date>{document.cree_le}T00:00:00</dc:date><dc:language>fr-FR</dc:language>"
        f"{dite}</office:meta>"
    )


def _content(document: Document, images: dict[str, bytes]) -> Iterator[str]:
    corps = [_p(document.titre, "Title"), _p(document.sous_titre)]
    if document.avertissement:
        corps.append(_p(document.avertissement, "Fort"))
    mentions = _p(write_mentions(document), "Mentions")
    if not document.serre:
        corps.append(mentions)
    dessins = build_dessins(document)
    for section in document.sections:
        titre = _t(section.titre)
        corps.append(f'<text:h text:style-name="Heading_20_1" text:outline-level="1">{titre}</text:h>')
        for rang, bloc in enumerate(section.blocs, 1):
            corps += _bloc(bloc, dessins, images, suivi=rang < len(section.blocs))
    if document.serre:
        corps.append(mentions)
    cellule = _CELLULE.replace(_PADDING, _PADDING_SERRE) if document.serre else _CELLULE
    styles = f"<office:automatic-styles>{_LARGEURS}{cellule}</office:automatic-styles>"
    yield _wrap(
        "document-content", f"{styles}<office:body><office:text>{''.join(corps)}</office:text></office:body>"
    )


def _bloc(bloc: Bloc, dessins: Dessins, images: dict[str, bytes], *, suivi: bool) -> Iterator[str]:
    if isinstance(bloc, Paragraphe):
        yield _p(bloc.texte, "Fort" if bloc.fort else "Annonce" if suivi else "Standard")
    elif isinstance(bloc, Liste):
        yield _liste(bloc)
    elif isinstance(bloc, Tableau):
        yield from _tableau(bloc, dessins.court)
    elif isinstance(bloc, Figure):
        yield from _image(dessins.figures[bloc], images)
        yield _p(bloc.phrase, "Annonce")
        yield from _tableau(Tableau(bloc.titre, ENTETES, list_rangs(bloc)), dessins.court)
    elif isinstance(bloc, Planche):
        yield from _planche(bloc, dessins.cartes, images)
    else:
        yield from _image(bloc, images)


def _liste(liste: Liste) -> str:
    debuts = [f"{debut}. " for debut in liste.debuts] or [""] * len(liste.elements)
    elements = "".join(
        f"<text:list-item>{_p(e, debut=debut)}</text:list-item>"
        for debut, e in zip(debuts, liste.elements, strict=True)
    )
    return f"<text:list>{elements}</text:list>"


def _planche(planche: Planche, cartes: Mapping[Vignette, Image], images: dict[str, bytes]) -> Iterator[str]:
    """Des cartes de front, chacune avec sa description ; puis ce qu'elles montrent, en phrases."""
    front = count_de_front(planche)
    large = compute_large_carte(front) / 10
    for debut in range(0, len(planche.vignettes), front):
        rangee = planche.vignettes[debut : debut + front]
        cadres = " ".join(_cadre(cartes[vignette], images, large) for vignette in rangee)
        yield f'<text:p text:style-name="Standard">{cadres}</text:p>'
    if planche.lecture:
        yield _p(planche.lecture)
    yield _liste(planche.phrases)


def _image(image: Image, images: dict[str, bytes]) -> Iterator[str]:
    yield f'<text:p text:style-name="Annonce">{_cadre(image, images, _LARGEUR)}</text:p>'


def _cadre(image: Image, images: dict[str, bytes], large: float) -> str:
    nom = f"Pictures/image-{len(images)}.png"
    images[nom] = image.octets
    return (
        f'<draw:frame draw:name={quoteattr(nom)} text:anchor-type="as-char" '
        f'svg:width="{large:.2f}cm" svg:height="{large * image.proportion:.2f}cm">'
        f'<draw:image xlink:href="{nom}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/>'
        f"<svg:title>{_t(image.titre)}</svg:title><svg:desc>{_t(image.alt)}</svg:desc></draw:frame>"
    )


def _tableau(dit: Tableau, court: int) -> Iterator[str]:
    yield _p(dit.titre, "Caption")
    style = "Entier" if len(dit.rangs) < court else "Coupable"
    yield f'<table:table table:name={quoteattr(dit.titre)} table:style-name="{style}">'
    for part in compute_largeurs(dit.entetes, dit.lignes, taille=8.5, place=_LARGEUR, bords=0.3):
        yield f'<table:table-column table:style-name="Largeur{round(_CENT * part)}"/>'
    yield f"<table:table-header-rows>{_rang(dit.entetes, 'Table_20_Heading')}</table:table-header-rows>"
    for ligne in dit.rangs:
        groupe = len(ligne) == 1 < len(dit.entetes)
        yield _groupe(ligne[0], len(dit.entetes)) if groupe else _rang(ligne, "Table_20_Contents")
    yield "</table:table>"


def _groupe(texte: str, colonnes: int) -> str:
    """Une seule case, en gras, sur toute la largeur."""
    return (
        '<table:table-row table:style-name="Rang"><table:table-cell table:style-name="Cellule" '
        f'office:value-type="string" table:number-columns-spanned="{colonnes}">{_p(texte, "Groupe")}'
        f"</table:table-cell>{'<table:covered-table-cell/>' * (colonnes - 1)}</table:table-row>"
    )


def _rang(cellules: Sequence[str], style: str) -> str:
    corps = "".join(
        f'<table:table-cell table:style-name="Cellule" office:value-type="string">{_p(c, style)}'
        "</table:table-cell>"
        for c in cellules
    )
    return f'<table:table-row table:style-name="Rang">{corps}</table:table-row>'


def _p(texte: str, style: str = "Standard", debut: str = "") -> str:
    gras = f'<text:span text:style-name="Debut">{_t(debut)}</text:span>' if debut else ""
    return f'<text:p text:style-name="{style}">{gras}{_t(texte)}</text:p>'


def _t(texte: str) -> str:
    return escape(strip_controles(texte))


def _manifest(images: dict[str, bytes]) -> str:
    xml = ("content.xml", "styles.xml", "meta.xml")
    fichiers = [("/", MIME), *((nom, "text/xml") for nom in xml), *((nom, "image/png") for nom in images)]
    entrees = "".join(
        f'<manifest:file-entry manifest:full-path="{chemin}" manifest:media-type="{mime}"/>'
        for chemin, mime in fichiers
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest {_ESPACES} manifest:version="1.3">'
        f"{entrees}</manifest:manifest>"
    )
