"""Un nom, un titre, une raison quelconques restent du texte dans les trois dessins et dans le tableau."""

from __future__ import annotations

import html
import json
import re
from xml.etree import ElementTree

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barometre.maps import Carte, build_carte, build_image, build_table
from barometre.maps.classes import build_classes
from barometre.maps.colis import build_colis
from barometre.maps.textes import build_js, escape_html
from tests.maps.donnees import build_cadre, build_contours, build_indicateur, render_page

# Ce qui ouvre ou ferme quelque chose : gabarit, chaîne, balise, commentaire, ligne, formule, folium.
MORCEAUX = (
    "${alert(1)}", "`", "'", '"', "\\", "</script>", "<script>alert(1)</script>", "<!--", "-->", "]]>",
    "&lt;", "<img src=x onerror=alert(1)>", "\u2028", "\u2029", "\u00a0", "\U0001f389", "{{ 7*7 }}",
    "{% raw %}", "$x$", "$", "=1+1", "\n", "\t", "\x00", "L’Haÿ-les-Roses", "Œuilly",
)  # fmt: skip
NOMS = (
    st.lists(st.sampled_from(MORCEAUX) | st.text(max_size=8), min_size=1, max_size=6)
    .map("".join)
    .filter(bool)
)
LENT = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _carte(nom: str, autre: str) -> Carte:
    indicateur = build_indicateur(titre=nom)
    cadre = build_cadre(
        [
            {"code": "01", "nom": nom, "valeur": 0.2, "valeur_texte": autre, "detail": nom, "raison": autre},
            {"code": "02", "nom": autre, "etat": "absent", "raison": nom},
        ]
    )
    classes = build_classes([0.2], indicateur)
    return build_carte(cadre, indicateur, build_contours(["01", "02"]), titre=nom, classes=classes)


@given(NOMS)
def test_le_javascript_et_le_html_redonnent_le_texte(nom: str) -> None:
    ecrit = build_js({"nom": nom})
    assert json.loads(ecrit) == {"nom": nom}
    assert not set(ecrit) & set("<>&'`$\u2028\u2029")
    # folium repasse la page dans Jinja : aucun gabarit n'y entre par les données.
    assert not any(ouvrante in ecrit for ouvrante in ("{{", "{%", "{#"))
    pose = escape_html(nom)
    assert html.unescape(pose).replace("\r", "") == nom.replace("\r", "") or "\x00" in nom
    assert not set(pose) & set("<>\"'`${")


@LENT
@given(NOMS, NOMS)
def test_folium_n_a_que_ses_propres_balises(nom: str, autre: str) -> None:
    page = render_page(_carte(nom, autre))
    sain = render_page(_carte("a", "b"))
    for motif in ("<script", "</script>", "<!--", "<img", "`", "${", "{{", "\u2028"):
        assert page.count(motif) == sain.count(motif), motif
    assert "{%" not in page
    lot = json.loads(re.search(r"poserLieux\(map_div, \w+, (\{.*\})\);", page).group(1))  # type: ignore[union-attr]
    assert lot["bulles"][0].startswith(f"<strong>{escape_html(nom)}</strong>")
    assert lot["nom"] == _carte(nom, autre).nom


@LENT
@given(NOMS, NOMS)
def test_le_colis_et_le_tableau_portent_le_texte_tel_quel(nom: str, autre: str) -> None:
    carte = _carte(nom, autre)
    textes = build_colis(carte, ["01", "02"])["textes"]
    assert textes[0] == f"{autre}\n{nom}\n{autre}"
    table = build_table(carte)
    assert set(table.iloc[:, 0]) == {nom, autre}
    assert set(table["raison"]) == {nom, autre}
    assert pd.api.types.is_string_dtype(table["raison"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NOMS, NOMS)
def test_le_svg_est_un_xml_sans_script(nom: str, autre: str) -> None:
    racine = ElementTree.fromstring(build_image(_carte(nom, autre), "svg"))
    assert not {balise.tag.rpartition("}")[2] for balise in racine.iter()} & {
        "script",
        "image",
        "foreignObject",
    }
    assert not any(cle.lower().startswith("on") for balise in racine.iter() for cle in balise.attrib)
