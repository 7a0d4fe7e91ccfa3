"""La carte folium n'appelle personne, et dit le doute et l'absence."""

import folium
import pytest
from folium.plugins import MiniMap
from streamlit_folium import generate_js_hash, generate_leaflet_string

from barometre.maps import build_carte, build_feuille, build_lieux
from barometre.maps.classes import build_classes
from barometre.maps.feuille import AdresseExterieure, build_lot, check_adresses
from tests.maps.donnees import build_cadre, build_contours, build_indicateur, render_page

PART = build_indicateur()
CADRE = build_cadre(
    [
        {"code": "01", "valeur": 0.0, "valeur_texte": "0 %"},
        {
            "code": "02",
            "valeur": 0.3,
            "etat": "indicatif",
            "valeur_texte": "30 %",
            "raison": "À ne pas citer.",
        },
        {
            "code": "03",
            "valeur": 0.9,
            "etat": "absent",
            "valeur_texte": "90 %",
            "raison": "Moins de 10 réponses.",
        },
    ]
)


def _carte() -> object:
    classes = build_classes([0.0, 0.3], PART)
    return build_carte(CADRE, PART, build_contours(["01", "02", "03"]), titre="Essai", classes=classes)


def test_rien_d_exterieur_dans_la_page() -> None:
    page = render_page(_carte())
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_un_greffon_qui_appelle_un_autre_hote_est_refuse() -> None:
    feuille = build_feuille()
    feuille.add_child(MiniMap())
    with pytest.raises(AdresseExterieure, match="MiniMap"):
        check_adresses(feuille)
    with pytest.raises(AdresseExterieure):
        check_adresses(folium.Map(tiles=None))


def test_le_fond_est_le_meme_pour_toutes_les_cartes() -> None:
    """streamlit-folium recharge la carte dès que ce qu'il en hache change."""
    premier, second = (generate_js_hash(generate_leaflet_string(build_feuille()), "c") for _ in range(2))
    assert premier == second
    lieux = generate_leaflet_string(build_lieux('{"bulles": []}'))
    assert "poserLieux(map_div" in lieux
    assert '{"bulles": []}' in lieux


def test_le_zero_l_indicatif_et_l_absent_ne_se_dessinent_pas_pareil() -> None:
    lot = build_lot(_carte())
    motifs = {f["properties"]["t"]: f["properties"]["m"] for f in lot["formes"]["features"]}
    assert motifs == {
        "departement-01": "plein", "departement-02": "hachure", "departement-03": "points",
    }  # fmt: skip


def test_une_valeur_cachee_n_atteint_pas_le_navigateur() -> None:
    lot = build_lot(_carte())
    assert not any("90" in bulle for bulle in lot["bulles"])
    assert any("Moins de 10 réponses." in bulle for bulle in lot["bulles"])


def test_la_legende_dit_le_doute_et_l_absence() -> None:
    libelles = " ".join(entree.libelle for entree in _carte().legende.entrees)
    assert "à ne pas citer" in libelles
    assert "pas de chiffre publié" in libelles
