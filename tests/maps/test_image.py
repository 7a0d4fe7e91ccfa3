"""L'image fixe : un vrai PNG, un SVG, les mêmes octets deux fois, la mention des réponses simulées."""

import io
import re
from typing import Any

import pytest
from PIL import Image, ImageColor

from barometre.contours.lecture import load_contours
from barometre.maps import build_carte, build_image, build_table
from barometre.maps.classes import build_classes
from barometre.maps.composition import CadreInvalide
from barometre.maps.palettes import CLAIR, SOMBRE
from tests.maps.donnees import build_cadre, build_contours, build_indicateur

PART = build_indicateur()


def _carte(**options: object) -> object:
    cadre = build_cadre(
        [
            {"code": "01", "valeur": 0.0, "valeur_texte": "0 %"},
            {"code": "02", "valeur": 0.5, "etat": "indicatif", "valeur_texte": "50 %"},
            {"code": "03", "etat": "absent", "raison": "Moins de 10 réponses."},
        ]
    )
    classes = build_classes([0.0, 0.5], PART)
    return build_carte(
        cadre, PART, build_contours(["01", "02", "03"]), titre="Essai", classes=classes, **options
    )


def test_un_png_et_un_svg_toujours_les_memes() -> None:
    carte = _carte(simulee=True)
    assert build_image(carte).startswith(b"\x89PNG")
    svg = build_image(carte, "svg")
    assert svg == build_image(carte, "svg")
    assert b"<svg" in svg


def test_a_l_ecran_sombre_le_fond_est_sombre_et_les_classes_gardent_leurs_couleurs() -> None:
    carte: Any = _carte()
    couleurs = {}
    for sombre, teintes in ((False, CLAIR), (True, SOMBRE)):
        image = Image.open(io.BytesIO(build_image(carte, legende=False, titre=False, sombre=sombre)))
        couleurs[sombre] = {f"#{r:02x}{v:02x}{b:02x}" for _, (r, v, b, *_) in image.getcolors(1 << 20) or ()}
        assert image.getpixel((2, 2))[:3] == ImageColor.getrgb(teintes["fond"])
        assert teintes["absent"] in couleurs[sombre]
    assert carte.legende.couleurs[0] in couleurs[False] & couleurs[True]
    assert CLAIR["fond"] not in couleurs[True]


def test_une_carte_nationale_se_dessine_avec_ses_encarts() -> None:
    contours = load_contours("region")
    cadre = build_cadre(
        [
            {"code": c, "region": c, "valeur": 0.4, "territoire_id": f"region-{c}"}
            for c in contours.formes["code"]
        ]
    )
    carte = build_carte(cadre, PART, contours, titre="Régions", classes=build_classes([0.4], PART))
    assert len(build_image(carte)) > 20_000


def test_le_tableau_dit_la_meme_chose_que_la_carte() -> None:
    table = build_table(_carte())
    assert list(table["code"]) == ["01", "02", "03"]
    assert list(table["valeur_texte"]) == ["0 %", "50 %", "non publié"]
    assert table["classe"].iloc[2] == ""
    assert table["raison"].iloc[2] == "Moins de 10 réponses."


def test_le_texte_de_remplacement_dit_la_carte_et_ses_classes() -> None:
    alt = _carte().alt
    assert "Carte par département" in alt
    assert re.search(r"2\sdépartements sur 3", alt)
    assert "Légende" in alt


def test_un_cadre_incomplet_est_refuse() -> None:
    with pytest.raises(CadreInvalide, match="raison"):
        build_carte(
            build_cadre([{"code": "01"}]).drop(columns="raison"),
            PART,
            build_contours(["01"]),
            titre="",
            classes=build_classes([], PART),
        )


def test_une_image_qui_part_seule_dit_source_date_et_version() -> None:
    mentions = f"Source · 3 mai 2026 · version v1 · {'long ' * 40}"
    svg = build_image(_carte(simulee=True), "svg", mentions=mentions)
    for mot in ("Source", "3 mai 2026", "version v1", "Contours"):
        assert mot in svg.decode()
