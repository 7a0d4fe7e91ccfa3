"""La fiche relue dans ses quatre fichiers : chaque nombre y est celui de la page, avec et sans le droit.

Les mots sont repris du fichier ouvert (pypdf, zipfile et XML), puis leurs nombres comparés à ceux de la vue.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from xml.etree import ElementTree

import pypdf
import pytest

from barometre.assemblage import depot
from barometre.assemblage.collectivite import load_fiche
from barometre.domain.portee import PUBLIC, Portee
from barometre.rapports.fiche import ECARTS_MONTRES, build_document_fiche
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.views.collectivite.ecarts import Ecart
from barometre.views.collectivite.fiche import ThemeFiche, VueFiche
from tests.views.terrain_pairs import SOI, serve_terrain

JOUR = date(2026, 11, 29)
ELU = Portee("collectivite", collectivite_id=SOI, simulee=True)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}p"
_X = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
PIECES = {
    "docx": (r"word/document\.xml", (_W,)),
    "odt": (r"content\.xml", (f"{_X}p", f"{_X}h")),
    "pptx": (r"ppt/slides/slide\d+\.xml", (_A,)),
}


@pytest.fixture(scope="module", autouse=True)
def entrepot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with serve_terrain(tmp_path_factory.mktemp("terrain")):
        yield


@pytest.fixture(scope="module", params=[PUBLIC, ELU], ids=["public", "élue"])
def lue(request: pytest.FixtureRequest) -> tuple[VueFiche, dict[str, str]]:
    """La vue de la page, et les mots de chaque fichier."""
    gate = depot.build_gate(request.param, depot.get_version_id())
    vue, document = load_fiche(gate, SOI, JOUR), build_document_fiche(gate, SOI, JOUR)
    assert vue is not None
    assert document is not None
    return vue, {nom: _read(nom, f.write(document)) for nom, f in FORMATS_DOCUMENT.items()}


def _read(nom: str, octets: bytes) -> str:
    """Les mots du fichier, dans l'ordre, séparés d'une espace."""
    if nom == "pdf":
        morceaux = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(octets)).pages]
    else:
        motif, balises = PIECES[nom]
        paquet = zipfile.ZipFile(io.BytesIO(octets))
        racines = [
            ElementTree.fromstring(paquet.read(n)) for n in paquet.namelist() if re.fullmatch(motif, n)
        ]
        morceaux = ["".join(p.itertext()) for r in racines for p in r.iter() if p.tag in balises]
    return re.sub(r"\s+", " ", " ".join(morceaux))


def _find_ligne(texte: str, theme: ThemeFiche) -> re.Match[str]:
    """Sa ligne : la moyenne des pairs, les pratiques de la collectivité si elles se lisent, les réponses."""
    trouvee = re.search(
        rf"{re.escape(theme.theme.titre)} (\d+,\d) sur (\d+) (?:(\d+) sur (\d+) )?[^,]*, environ (\d+)", texte
    )
    assert trouvee is not None, theme.theme.titre
    return trouvee


@pytest.mark.parametrize("nom", FORMATS_DOCUMENT)
def test_chaque_theme_a_les_nombres_de_la_page(lue: tuple[VueFiche, dict[str, str]], nom: str) -> None:
    vue, textes = lue
    dits = [theme for theme in vue.themes if theme.distribution.moyenne is not None]
    assert dits
    for theme in dits:
        moyenne, total, pratiques, concernees, n = _find_ligne(textes[nom], theme).groups()
        assert float(moyenne.replace(",", ".")) == pytest.approx(theme.distribution.moyenne, abs=0.051)
        assert int(total) == theme.distribution.total
        assert int(n) == theme.pairs.n_repondants
        attendus = (theme.score.pratiques, theme.score.concernees) if _is_montre(theme) else (None, None)  # type: ignore[union-attr]
        assert tuple(m and int(m) for m in (pratiques, concernees)) == attendus


def _is_montre(theme: ThemeFiche) -> bool:
    return theme.score is not None and theme.score.montre and bool(theme.score.concernees)


@pytest.mark.parametrize("nom", FORMATS_DOCUMENT)
def test_forces_et_ecarts_ont_les_chiffres_du_tableau_de_la_page(
    lue: tuple[VueFiche, dict[str, str]], nom: str
) -> None:
    vue, textes = lue
    ecarts = [*vue.forces[:ECARTS_MONTRES], *vue.ecarts[:ECARTS_MONTRES]]
    # Sans le droit, ni force ni écart : ce seraient ses réponses.
    assert bool(ecarts) == vue.soi.lisible
    table, serre = vue.table.set_index("indicateur_id"), _compact(textes[nom])
    for ecart in ecarts:
        assert _compact(ecart.phrase) in serre
        ligne = table.loc[ecart.indicateur.id]
        assert ligne["reponse_donnee"]
        assert _list_nombres(ecart) == [
            ligne["pairs"],
            *_list_bornes(ecart, float(ligne["pairs_bas"]), float(ligne["pairs_haut"])),
        ]


def _list_bornes(ecart: Ecart, bas: float, haut: float) -> list[float]:
    return [bas, haut] if "entre" in ecart.phrase else []


def _list_nombres(ecart: Ecart) -> list[float]:
    return [float(mot) for mot in re.findall(r"(\d+)(?=\s?%| et \d)", ecart.phrase)]


def _compact(texte: str) -> str:
    """Sans espace : un PDF coupe ses lignes où il veut."""
    return "".join(texte.split())


@pytest.mark.parametrize("nom", FORMATS_DOCUMENT)
def test_obligations_et_premiers_pas_disent_ce_que_dit_la_page(
    lue: tuple[VueFiche, dict[str, str]], nom: str
) -> None:
    vue, textes = lue
    serre = _compact(textes[nom])
    assert vue.obligations
    for obligation in vue.obligations:
        titre, etat = (re.escape(_compact(mots)) for mots in (obligation.seuil.titre, obligation.etat))
        assert re.search(rf"{titre}(?:\([^)]*\))?{etat}", serre), obligation.seuil.titre
    assert vue.premiers_pas
    for pas in vue.premiers_pas:
        assert _compact(f"{pas.indicateur.titre}. {pas.raison}") in serre


def test_une_vague_inconnue_ne_laisse_pas_de_blanc(lue: tuple[VueFiche, dict[str, str]]) -> None:
    """Sept thèmes sur neuf n'ont ici aucune réponse : « Leurs réponses : et Deuxième édition »."""
    for texte in lue[1].values():
        assert re.search(r"Leurs réponses : (?!et )\w", texte)
