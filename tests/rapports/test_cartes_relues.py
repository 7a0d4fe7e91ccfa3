"""Chaque carte d'une synthèse, relue dans le fichier ouvert, compte et nomme les cellules de l'entrepôt.

Le texte de remplacement porte la légende et ses comptes ; la phrase, le plus bas et le plus haut de ce qui se
cite. Les deux sont relus par une bibliothèque qui n'a pas écrit le fichier, puis refaits des cellules.
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

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.views.lecture.chiffres import Chiffre, read_chiffres

_ALT = re.compile(r"Carte par région\. (?P<titre>.+?), par région · .+? Légende : (?P<legende>.+?)\.$")
_CLASSE = re.compile(r"(?:(?P<bas>\d+) à (?P<haut>\d+) %|[^;]+?) \((?P<compte>\d+)\)")
_BOUTS = r"Les valeurs vont de (?P<bas>\d+) % \((?P<ou_bas>[^)]+)\) à (?P<haut>\d+) % \((?P<ou_haut>[^)]+)\)"


@dataclass(frozen=True)
class Lue:
    """Une carte relue : son indicateur, et les lieux de chaque classe (bas, haut, combien)."""

    titre: str
    classes: tuple[tuple[int, int, int], ...]


@pytest.fixture(scope="module")
def fichiers(write_synthese: Callable[[str], bytes]) -> Mapping[str, bytes]:
    return {nom: write_synthese(nom) for nom in FORMATS_DOCUMENT}


def _clean(texte: str) -> str:
    return re.sub(r"\s+", " ", texte)


def _read_paquet(octets: bytes) -> tuple[list[str], str]:
    """Les textes de remplacement et les mots des XML d'un paquet."""
    alts, mots = [], []
    paquet = zipfile.ZipFile(io.BytesIO(octets))
    for nom in sorted(paquet.namelist()):
        if re.fullmatch(r"content\.xml|word/document\.xml|ppt/slides/slide\d+\.xml", nom):
            racine = ElementTree.fromstring(paquet.read(nom))
            alts += [e.get("descr", "") for e in racine.iter() if e.get("descr")]
            alts += [e.text or "" for e in racine.iter() if e.tag.endswith("}desc")]
            mots.append(" ".join(racine.itertext()))
    return [_clean(alt) for alt in alts], _clean(" ".join(mots))


def _read_pdf(octets: bytes) -> tuple[list[str], str]:
    """Les `/Alt` de l'arbre des balises, et le texte des pages."""
    lecteur = pypdf.PdfReader(io.BytesIO(octets))
    objets = [lecteur.get_object(numero) for numero in range(1, len(lecteur.xref[0]) + 1)]
    alts = [str(o["/Alt"]) for o in objets if isinstance(o, pypdf.generic.DictionaryObject) and "/Alt" in o]
    return [_clean(alt) for alt in alts], _clean(" ".join(page.extract_text() for page in lecteur.pages))


def _list_lues(alts: list[str]) -> Iterator[Lue]:
    for trouve in filter(None, map(_ALT.match, alts)):
        classes = [c for c in _CLASSE.finditer(trouve["legende"]) if c["bas"]]
        yield Lue(trouve["titre"], tuple((int(c["bas"]), int(c["haut"]), int(c["compte"])) for c in classes))


def _list_cellules(gate: Gate, titre: str) -> list[Chiffre]:
    """Les cellules régionales citables de cet indicateur, à la dernière vague."""
    catalogue = load_catalogue()
    ids = [i.id for i in catalogue.indicateurs.values() if i.titre == titre]
    cadre = gate.list_agregats(ids, niveau="region", type="", strate="", couverture="")
    chiffres = list(read_chiffres(cadre[cadre["territoire_id"].str.startswith("region-")]))
    rang = {vague.id: place for place, vague in enumerate(catalogue.vagues)}
    derniere = max((c.vague_id for c in chiffres), key=rang.__getitem__)
    return [c for c in chiffres if c.vague_id == derniere and c.citable]


@pytest.mark.parametrize("nom", FORMATS_DOCUMENT)
def test_chaque_carte_relue_compte_et_nomme_les_cellules(
    gate: Gate, fichiers: Mapping[str, bytes], nom: str
) -> None:
    alts, texte = _read_pdf(fichiers[nom]) if nom == "pdf" else _read_paquet(fichiers[nom])
    lues = list(_list_lues(alts))
    assert len(lues) == len({lue.titre for lue in lues}) == len(load_catalogue().themes)
    noms = dict(
        gate.list_collectivites(type="region", cadre=False)[["collectivite_id", "nom"]].itertuples(
            index=False
        )
    )
    phrases = [trouve.groupdict() for trouve in re.finditer(_BOUTS, texte)]
    for lue in lues:
        cellules = sorted(_list_cellules(gate, lue.titre), key=lambda c: c.rang)
        # Une valeur ronde est dans la classe qu'elle ouvre, sauf la dernière borne, comprise.
        valeurs = [round(100 * (c.redresse or 0.0), 1) for c in cellules]
        bout = lue.classes[-1][1]
        for bas, haut, compte in lue.classes:
            assert compte == sum(bas <= v < haut or v == haut == bout for v in valeurs), lue
        attendue = {
            "bas": f"{valeurs[0]:.0f}", "ou_bas": noms[cellules[0].territoire_id],
            "haut": f"{valeurs[-1]:.0f}", "ou_haut": noms[cellules[-1].territoire_id],
        }  # fmt: skip
        assert attendue in phrases, (lue, attendue)
