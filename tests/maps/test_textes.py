"""Aucun texte des données ne sort de l'endroit où on le pose."""

import json

import pytest

from barometre.maps import build_carte
from barometre.maps.classes import build_classes
from barometre.maps.textes import build_js, escape_html
from tests.maps.donnees import build_cadre, build_contours, build_indicateur, render_page

PIEGES = [
    "${alert(1)}",
    "`${alert(1)}`",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    'L\'Haÿ-les-"Roses"',
    "fin\u2028de ligne",
    "{{ 7*7 }}",
    "\\u003c",
]


@pytest.mark.parametrize("texte", PIEGES)
def test_le_javascript_redonne_le_texte_sans_caractere_dangereux(texte: str) -> None:
    ecrit = build_js([texte])
    assert json.loads(ecrit) == [texte]
    assert not set(ecrit) & set("<>&'`$\u2028\u2029")


@pytest.mark.parametrize("texte", PIEGES)
def test_le_html_n_ouvre_ni_balise_ni_gabarit(texte: str) -> None:
    assert not set(escape_html(texte)) & set("<>\"'`$")


@pytest.mark.parametrize("texte", PIEGES)
def test_une_carte_entiere_garde_les_pieges_inertes(texte: str) -> None:
    indicateur = build_indicateur(titre=texte)
    cadre = build_cadre([{"code": "01", "nom": texte, "valeur": 0.2, "valeur_texte": texte, "raison": texte}])
    carte = build_carte(
        cadre, indicateur, build_contours(["01"]), titre=texte, classes=build_classes([0.2], indicateur)
    )
    page = render_page(carte)
    for danger in ("alert(1)</script>", "<img src=x", "${alert", "`${", "{{ 7*7", "\u2028"):
        assert danger not in page
    # Deux balises de script ouvertes par folium, autant de fermées : aucune de plus.
    assert page.count("</script>") == page.count("<script")
