"""Le dessin nu d'une carte : une couleur par classe, une trame pour le doute, un trait autour d'un lieu."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from barometre.contours.lecture import load_contours
from barometre.maps import Carte, build_carte
from barometre.maps import croquis as module
from barometre.maps.classes import build_classes
from barometre.maps.croquis import add_contour, build_croquis, build_sombre, explain_codes, has_croquis
from barometre.maps.palettes import ABSENT, CLAIR, ECART, SEQUENTIELLES, SOMBRE, TEXTE
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


def test_sur_un_ecran_sombre_les_classes_gardent_leurs_couleurs_et_le_reste_s_inverse() -> None:
    """Une classe de la couleur d'une encre changerait de sens ; les hachures restent blanches sur la leur."""
    carte = _carte()
    clair = build_croquis(carte).svg
    sombre = build_sombre(clair)
    couleurs = carte.legende.couleurs
    assert {fond for fond, _ in _list_traces(sombre)} == {
        couleurs[0], couleurs[-1], SOMBRE["absent"], "url(#hachures)", "url(#semis)",
    }  # fmt: skip
    assert [d for _, d in _list_traces(sombre)] == [d for _, d in _list_traces(clair)]
    racine = ElementTree.fromstring(sombre)
    liseres = {t.get("stroke") for t in racine.findall(f"{_S}path") if t.get("stroke")}
    assert liseres == {SOMBRE["trait"]}
    hachure = racine.find(f".//{_S}pattern[@id='hachures']/{_S}path")
    assert hachure is not None
    assert hachure.get("stroke") == "#ffffff"
    encres = {CLAIR[nom] for nom in ("absent", "points", "texte", "contour")}
    assert encres.isdisjoint({*ECART, *(c for palette in SEQUENTIELLES.values() for c in palette)})
    assert not [encre for encre in encres if f'"{encre}"' in sombre]


def test_les_perimetres_des_opsn_se_posent_par_dessus() -> None:
    formes = build_contours(["01", "02"]).select()
    carte = replace(_carte(), couche=formes.assign(nombre=[1, 2]))
    racine = ElementTree.fromstring(build_croquis(carte).svg)
    un, plusieurs = racine.findall(f"{_S}path[@fill='none']")
    assert un.get("stroke-dasharray")
    assert not plusieurs.get("stroke-dasharray")
    assert float(plusieurs.get("stroke-width", 0)) > float(un.get("stroke-width", 0))


def test_une_carte_trop_fine_ne_se_trace_pas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert has_croquis(_carte())
    # Trois carrés de cinq points.
    monkeypatch.setattr(module, "_POINTS_MAXIMAUX", 14)
    assert not has_croquis(_carte())
