"""Le dessin nu d'une carte : une couleur par classe, une trame pour le doute, un trait autour d'un lieu."""

from __future__ import annotations

from xml.etree import ElementTree

from barometre.contours.lecture import load_contours
from barometre.maps import Carte, build_carte
from barometre.maps.classes import build_classes
from barometre.maps.croquis import add_contour, build_croquis, explain_codes
from barometre.maps.palettes import ABSENT, TEXTE
from tests.maps.donnees import build_cadre, build_contours, build_indicateur

_S = "{http://www.w3.org/2000/svg}"
PART = build_indicateur()


def _carte(codes: tuple[str, ...] = ("01", "02", "03")) -> Carte:
    lignes = [
        {"code": codes[0], "valeur": 0.0, "valeur_texte": "0 %"},
        {"code": codes[1], "valeur": 0.5, "etat": "indicatif", "valeur_texte": "50 %"},
        {"code": codes[2], "etat": "absent", "raison": "Moins de 10 réponses."},
    ]
    classes = build_classes([0.0, 0.5], PART)
    return build_carte(
        build_cadre(lignes), PART, build_contours(["01", "02", "03"]), titre="Essai", classes=classes
    )


def _list_traces(svg: str) -> list[tuple[str, str]]:
    """Le remplissage et le tracé de chaque forme, dans l'ordre où elles se posent."""
    racine = ElementTree.fromstring(svg)
    return [(t.get("fill", ""), t.get("d", "")) for t in racine.findall(f"{_S}path")]


def test_chaque_lieu_a_la_couleur_de_sa_classe_et_la_trame_de_son_etat() -> None:
    carte = _carte()
    traces = _list_traces(build_croquis(carte).svg)
    couleurs = carte.legende.couleurs
    assert {fond for fond, _ in traces} == {
        couleurs[0], couleurs[-1], ABSENT, "url(#hachures)", "url(#semis)",
    }  # fmt: skip
    par_fond = dict(traces)
    # La trame se pose sur la forme qu'elle met en doute, et sur elle seule.
    assert par_fond["url(#hachures)"] == par_fond[couleurs[-1]]
    assert par_fond["url(#semis)"] == par_fond[ABSENT]
    assert len(set(par_fond.values())) == 3


def test_le_meme_dessin_a_les_memes_signes() -> None:
    assert build_croquis(_carte()) == build_croquis(_carte())


def test_un_lieu_cerne_garde_le_dessin_dessous() -> None:
    carte = _carte()
    nu = build_croquis(carte)
    cerne = add_contour(nu, carte, ["02"])
    avant, apres = _list_traces(nu.svg), _list_traces(cerne.svg)
    assert apres[: len(avant)] == avant
    traits = ElementTree.fromstring(cerne.svg).findall(f"{_S}path[@fill='none']")
    # Un liseré clair, puis le trait : il se voit sur toutes les classes.
    assert [trait.get("stroke") for trait in traits][-1] == TEXTE
    assert len({trait.get("d") for trait in traits}) == 1
    assert add_contour(nu, carte, ["02", "03"]).svg.count("M") == cerne.svg.count("M")


def test_des_lieux_sans_forme_ne_dessinent_rien() -> None:
    assert _list_traces(build_croquis(_carte(("91", "92", "93"))).svg) == []


def test_les_encarts_disent_leur_code_et_la_source_leur_nom() -> None:
    contours = load_contours("region")
    lignes = [{"code": code, "region": code, "valeur": 0.4} for code in contours.formes["code"]]
    carte = build_carte(
        build_cadre(lignes), PART, contours, titre="Essai", classes=build_classes([0.4, 0.6], PART)
    )
    textes = ElementTree.fromstring(build_croquis(carte).svg).findall(f"{_S}text")
    assert [t.text for t in textes] == ["971", "972", "973", "974", "976"]
    assert explain_codes(carte).startswith("971 Guadeloupe, 972 Martinique")
    assert explain_codes(_carte()) == ""
