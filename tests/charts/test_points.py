"""Le graphique en points : rien de caché, rien de coupé, le doute visible, la phrase juste."""

from __future__ import annotations

import re

import pytest

from barometre.charts import CONFIG, build_points
from barometre.charts.marques import LEGENDE_BORNES
from barometre.domain.cadre import LigneCadre
from tests.charts.cadres import cadre, ligne
from tests.views.fausse_porte import build_indicateur

PART = build_indicateur()


def test_phrase_du_plus_bas_au_plus_haut_des_citables() -> None:
    donnees = cadre(ligne("Petites", 0.12), ligne("Grandes", 0.45), ligne("Douteuses", 0.9, note="C"))
    assert (
        build_points(donnees, PART, titre="T").phrase
        == "De 12 % (Petites) à 45 % (Grandes), en chiffre redressé. Un chiffre indicatif n’y est pas compté."
    )


def test_une_borne_passe_les_valeurs_de_son_cote() -> None:
    """« Plus de 73 % » peut valoir cent : 75 % n'est pas le plus haut."""
    haute = ligne("Bornée", 0.73, plafond="au_moins", redresse_texte="plus de 73 %")
    basse = ligne("Basse", 0.27, plafond="au_plus", redresse_texte="moins de 27 %")
    donnees = cadre(haute, ligne("Haute", 0.75), ligne("Petite", 0.2), basse)
    phrase = build_points(donnees, PART, titre="T").phrase
    assert phrase == "De moins de 27 % (Basse) à plus de 73 % (Bornée), en chiffre redressé."


@pytest.mark.parametrize(
    ("lignes", "attendu"),
    [
        (
            [ligne("A", None)],
            "Aucun de ces chiffres ne peut être cité. Un chiffre n’est pas montré.",
        ),
        ([ligne("A", 0.2)], "20 % (A), en chiffre redressé."),
        (
            [ligne("A", 0.2), ligne("B", 0.2)],
            "20 % (tous ceux que l’on peut citer), en chiffre redressé.",
        ),
        (
            [ligne("A", None), ligne("B", None), ligne("C", 0.5)],
            "50 % (C), en chiffre redressé. 2 chiffres ne sont",
        ),
    ],
)
def test_phrases_des_cas_limites(lignes: list[LigneCadre], attendu: str) -> None:
    assert build_points(cadre(*lignes), PART, titre="T").phrase.startswith(attendu)


def test_le_doute_est_creux_et_pointille() -> None:
    html = build_points(cadre(ligne("A", 0.2), ligne("B", 0.4, note="C")), PART, titre="T").html
    assert re.findall(r'baro-(?:bande|point)-douteux" style="left:([\d.]+)%', html) == ["37.0", "40.0"]
    assert re.findall(r'baro-(?:bande|point)-plein" style="left:([\d.]+)%', html) == ["17.0", "20.0"]


@pytest.mark.parametrize(("plafond", "sens"), [("au_plus", "au-plus"), ("au_moins", "au-moins")])
def test_une_borne_est_une_pointe_jamais_un_rond(plafond: str, sens: str) -> None:
    """Un rond posé sur « moins de 3 % » disait 3 %, aussi sûr qu'un autre."""
    bornee = ligne("A", 0.03, plafond=plafond)
    dessin = build_points(cadre(bornee, ligne("B", 0.4, plafond="")), PART, titre="T")
    assert re.findall(r'baro-borne-plein baro-([\w-]+)" style="left:([\d.]+)%', dessin.html) == [
        (sens, "3.0")
    ]
    assert re.findall(r'baro-(?:point-plein|repere)" style="left:([\d.]+)%', dessin.html) == ["42.0", "40.0"]
    assert LEGENDE_BORNES in dessin.legende
    assert LEGENDE_BORNES not in build_points(cadre(ligne("B", 0.4)), PART, titre="T").legende


def test_un_groupe_cache_est_un_texte_jamais_un_zero() -> None:
    html = build_points(cadre(ligne("B", None)), PART, titre="T").html
    assert "Non publiable\u202f: moins de 10 réponses." in html
    assert "baro-piste-rang" not in html


def test_un_long_libelle_n_est_pas_tronque() -> None:
    libelle = "Établissements publics territoriaux et intercommunalités de 15 000 à 49 999 habitants"
    assert libelle in build_points(cadre(ligne(libelle)), PART, titre="T").html


def test_le_texte_des_donnees_ne_devient_pas_une_balise() -> None:
    assert "<a " not in build_points(cadre(ligne('<a href="x">piège</a>')), PART, titre="T").html


def test_brut_met_le_brut_en_avant_et_garde_le_redresse_en_repere() -> None:
    html = build_points(cadre(ligne("A", 0.2)), PART, titre="T", valeur="brut").html
    assert 'baro-point-plein" style="left:22.0%' in html
    assert 'baro-repere" style="left:20.0%' in html


def test_une_moyenne_n_est_pas_un_pourcentage() -> None:
    nombre = build_indicateur(calcul=build_indicateur().calcul.__class__("moyenne"), unite="agents")
    html = build_points(cadre(ligne("A", 2.0, haut=2.5, brut=2.1)), nombre, titre="T").html
    assert 'baro-point-plein" style="left:74.07%' in html  # 2 / (2,5 × 1,08)
    assert "%</span>" not in html
    assert build_points(cadre(ligne("A", 2.0)), nombre, titre="T").table["redresse"].tolist() == [2.0]


def test_la_note_puis_la_marque_suivent_la_valeur() -> None:
    donnees = cadre(ligne("A", 0.2, note="B", marque="▲"), ligne("B", 0.3))
    html = build_points(donnees, PART, titre="T").html
    assert re.findall(r"<small>(.*?)</small>", html) == ["B · ▲", "A"]
    # Simulée, une note dit ce qu'elle vaudrait.
    assert "serait à citer" not in html
    simule = build_points(donnees, PART, titre="T", simulee=True)
    assert all("serait à citer" in rang.survol for rang in simule.rangs)


def test_le_changement_a_sa_colonne_et_sa_place_dans_le_tableau() -> None:
    donnees = cadre(ligne("A", 0.2, changement="▲ +6 points"))
    graphique = build_points(donnees, PART, titre="T", changements="Depuis la vague 1")
    assert '<span class="baro-change">▲ +6 points</span>' in graphique.html
    assert graphique.table["changement_lu"].tolist() == ["▲ +6 points"]


def test_une_ligne_cachee_qui_a_garde_ses_nombres_n_en_dessine_aucun() -> None:
    """La seconde barrière : ce que la porte laisserait passer ne va ni au dessin, ni au tableau."""
    secret = cadre(ligne("Vue", 0.2), ligne("Secret", 0.77, montre=False, raison="Caché."))
    dessin = build_points(secret, PART, titre="T")
    tout = f"{dessin.html} {dessin.phrase} {dessin.table.to_csv()} {dessin.rangs}"
    assert "Secret" in tout
    assert [mots for mots in ("77", "79", "80") if mots in tout] == []
    assert dessin.table["n"].isna().tolist() == [False, True]


def test_rien_d_anglais_ni_de_logo() -> None:
    assert CONFIG["displayModeBar"] is False
    assert CONFIG["displaylogo"] is False


def test_la_table_double_le_graphique() -> None:
    graphique = build_points(cadre(ligne("A", 0.2), ligne("B", None)), PART, titre="Titre", tete="strate")
    assert graphique.table["strate"].tolist() == ["A", "B"]
    assert graphique.table["n"].isna().tolist() == [False, True]
    assert graphique.alt.startswith("Titre. ")


def test_le_tableau_porte_la_part_telle_qu_elle_se_lit() -> None:
    """0,56 × 100 vaut 56,00000000000001 en binaire : le tableau écrivait « 56,00 » à côté de « 58 »."""
    donnees = cadre(*(ligne(f"G{n}", n / 100) for n in range(3, 98)))
    valeurs = build_points(donnees, PART, titre="T").table["redresse"]
    assert sorted(valeurs) == [float(n) for n in range(3, 98)]
