"""Les valeurs envoyées au navigateur : un octet par commune, dans l'ordre des codes."""

import base64

import numpy as np

from barometre.maps.colis import HORS_CARTE, SANS_VALEUR, build_colis
from barometre.maps.composition import build_carte_categories
from barometre.maps.textes import escape_html
from tests.maps.donnees import build_cadre, build_contours

CODES = ["01001", "01002", "2A004", "97101"]


def _carte() -> object:
    cadre = build_cadre(
        [
            {"code": "01001", "valeur": 0, "valeur_texte": "A répondu"},
            {"code": "01002", "valeur": 1, "valeur_texte": "N’a pas répondu"},
            {"code": "2A004", "etat": "absent", "raison": "Hors de la sélection"},
        ]
    )
    categories = (("A répondu", "#2a629f"), ("N’a pas répondu", "#dbe2ea"))
    return build_carte_categories(
        cadre, build_contours(CODES, "commune"), titre="Essai", categories=categories
    )


def _lire(texte: str, genre: str) -> list[int]:
    return np.frombuffer(base64.b64decode(texte), dtype=genre).tolist()


def test_chaque_commune_a_sa_classe_et_son_texte() -> None:
    colis = build_colis(_carte(), CODES)
    assert _lire(colis["classes"], "<u1") == [0, 1, SANS_VALEUR, SANS_VALEUR]
    textes = [colis["textes"][rang] for rang in _lire(colis["index"], "<u2")]
    assert textes == [
        "A répondu",
        "N’a pas répondu",
        "Pas de chiffre publié\nHors de la sélection",
        HORS_CARTE,
    ]


def test_trente_cinq_mille_communes_pesent_peu() -> None:
    codes = [f"{i:05d}" for i in range(35_000)]
    colis = build_colis(_carte(), codes)
    # Trois octets par commune, et un tiers de plus en base 64.
    assert len(colis["classes"]) + len(colis["index"]) < 150_000


def test_la_bulle_dit_les_memes_mots_que_celle_de_folium() -> None:
    carte = _carte()
    colis = build_colis(carte, CODES)
    textes = [colis["textes"][rang] for rang in _lire(colis["index"], "<u2")]
    lieux = carte.lieux.set_index("code")
    for code, texte in zip(CODES[:3], textes, strict=False):
        # Le composant pose le nom, lu dans la tuile, au-dessus du texte.
        lignes = [escape_html(ligne) for ligne in texte.split("\n")]
        tete = f"<strong>{escape_html(lieux.at[code, 'nom'])}</strong>"
        assert lieux.at[code, "bulle"] == "<br>".join([tete, *lignes])
