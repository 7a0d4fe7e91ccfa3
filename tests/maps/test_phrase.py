"""La phrase d'une carte est calculée : un écart n'est dit que s'il est démontré."""

import re

import pytest

from barometre.maps.phrase import (
    build_phrase,
    build_phrase_categories,
    build_phrase_changements,
    build_phrase_reponses,
    compare_parties,
)
from tests.maps.donnees import build_cadre, build_indicateur

PART = build_indicateur()


def _lieux(ouest: float, est: float, se: float | None) -> list[dict[str, object]]:
    # Deux régions du nord-ouest, deux du nord-est, de même poids.
    return [
        {"code": code, "region": code, "valeur": valeur, "se": se, "poids": 100}
        for code, valeur in (("53", ouest), ("28", ouest), ("44", est), ("32", est))
    ]


def test_un_ecart_net_est_dit_dans_les_deux_sens() -> None:
    phrase = build_phrase(build_cadre(_lieux(0.60, 0.40, 0.01)), PART, "region")
    assert re.search(r"4\srégions sur 4 montrées", phrase)
    assert "plus hautes dans le nord-ouest" in phrase
    assert "plus basses dans le nord-est" in phrase


def test_le_meme_ecart_mal_mesure_n_est_pas_demontre() -> None:
    phrase = build_phrase(build_cadre(_lieux(0.60, 0.40, 0.30)), PART, "region")
    assert "n’est démontré" in phrase
    assert "plus hautes" not in phrase


def test_une_donnee_sans_tirage_est_un_fait() -> None:
    phrase = build_phrase(build_cadre(_lieux(0.60, 0.55, None)), PART, "region")
    assert "plus hautes dans le nord-ouest" in phrase


def test_un_chiffre_indicatif_ne_fonde_aucune_phrase() -> None:
    cadre = build_cadre(_lieux(0.60, 0.40, 0.01)).assign(etat="indicatif")
    assert "toujours indicatif" in build_phrase(cadre, PART, "region")


def test_d_un_seul_chiffre_citable_rien_ne_se_dit_des_autres() -> None:
    """La carte disait « La valeur est partout de 83 % » de 79 départements indicatifs."""
    lignes = [
        {"code": "22", "nom": "Côtes-d'Armor", "valeur": 0.83},
        *({"code": code, "nom": code, "valeur": 0.4, "etat": "indicatif"} for code in ("29", "35", "56")),
    ]
    phrase = build_phrase(build_cadre(lignes), PART, "departement")
    assert phrase.endswith("Seul chiffre que l’on peut citer\u202f: Côtes-d'Armor, 83\u202f%.")
    assert "partout" not in phrase


def test_une_borne_se_dit_et_passe_les_valeurs_de_son_cote() -> None:
    """La carte disait « de 3 % (Creuse) » d'une Creuse à « moins de 3 % »."""
    lignes = [
        {"code": "23", "nom": "Creuse", "valeur": 0.03, "plafond": "au_plus"},
        {"code": "22", "nom": "Côtes-d'Armor", "valeur": 0.02},
        {"code": "29", "nom": "Finistère", "valeur": 0.95},
        {"code": "35", "nom": "Ille-et-Vilaine", "valeur": 0.9, "plafond": "au_moins"},
    ]
    cadre = build_cadre(lignes).assign(plafond=[x.get("plafond", "") for x in lignes])
    phrase = build_phrase(cadre, PART, "departement")
    assert "vont de moins de 3\u202f% (Creuse) à plus de 90\u202f% (Ille-et-Vilaine)." in phrase


def test_rien_de_publie_se_dit() -> None:
    cadre = build_cadre([{"code": "01", "etat": "absent"}])
    assert build_phrase(cadre, PART, "departement").startswith("Aucun chiffre n’est publié")


def test_la_moyenne_d_une_partie_est_ponderee() -> None:
    cadre = build_cadre(
        [
            {"code": "53", "region": "53", "valeur": 0.2, "poids": 300},
            {"code": "28", "region": "28", "valeur": 0.6, "poids": 100},
            {"code": "44", "region": "44", "valeur": 0.5, "poids": 50},
        ]
    )
    parties = compare_parties(cadre).set_index("partie")
    assert parties.loc["nord-ouest", "valeur"] == pytest.approx(0.3)  # (300 × 0,2 + 100 × 0,6) / 400


def test_qui_a_repondu_est_compte() -> None:
    cadre = build_cadre(
        [{"code": str(i), "region": "53" if i < 2 else "44", "valeur": 0 if i == 0 else 1} for i in range(4)]
    )
    phrase = build_phrase_reponses(cadre, "commune")
    assert re.search(r"1\scommune sur 4 a répondu", phrase)
    assert "davantage dans le nord-ouest" in phrase


def test_les_categories_et_l_inconnu_sont_comptes() -> None:
    cadre = build_cadre([{"code": "1", "valeur": 0}, {"code": "2", "etat": "absent"}])
    phrase = build_phrase_categories(cadre, ("D’un OPSN", "De plusieurs"), "departement")
    assert phrase == (
        "Sur 2\u00a0départements\u202f: d’un OPSN, 1\u202f; de plusieurs, 0\u202f; rien de connu, 1."
    )


def test_dans_une_seule_partie_du_pays_on_ne_compare_rien() -> None:
    seule = build_cadre([{"code": str(i), "region": "11", "valeur": 0} for i in range(3)])
    assert "On répond" not in build_phrase_reponses(seule, "commune")
    assert "En moyenne" not in build_phrase(seule, PART, "commune")


def test_le_plus_haut_et_le_plus_bas_des_citables_sont_nommes() -> None:
    lignes = [
        {"code": "53", "nom": "Bretagne", "valeur": 0.60},
        {"code": "28", "nom": "Normandie", "valeur": 0.30},
        {"code": "44", "nom": "Grand Est", "valeur": 0.301},
        {"code": "32", "nom": "Hauts-de-France", "valeur": 0.05, "etat": "indicatif"},
    ]
    phrase = build_phrase(build_cadre(lignes), PART, "region")
    assert re.search(r"de 30\s% \(Normandie et Grand Est\) à 60\s% \(Bretagne\)", phrase)
    assert "Hauts-de-France" not in phrase


def test_un_changement_demontre_est_nomme_les_autres_sont_comptes() -> None:
    noms = ("Baisse", "Pas de changement démontré", "Hausse")
    lignes = [
        {"code": "53", "nom": "Bretagne", "valeur": 2},
        {"code": "28", "nom": "Normandie", "valeur": 1},
        {"code": "44", "nom": "Grand Est", "valeur": 2, "etat": "indicatif"},
    ]
    phrase = build_phrase_changements(build_cadre(lignes), noms, "region")
    assert "Hausse\u202f: Bretagne." in phrase
    assert "Grand Est" not in phrase
    assert "Baisse" not in phrase
