"""La page d'un thème : ce que le lecteur y lit, et ce qu'il n'y lit jamais."""

from __future__ import annotations

import re

from streamlit.testing.v1 import AppTest

from barometre.catalogue import load_catalogue
from tests.pages.conftest import Ouvrir, deplier


def _tout(page: AppTest) -> str:
    return " ".join(str(bloc.proto.body) for bloc in page.get("html"))


def test_titre_phrase_et_selection_en_mots(ouvrir: Ouvrir) -> None:
    page = ouvrir("communication", vague="2023-v1", strate="commune-0-499")
    assert [titre.value for titre in page.title] == [load_catalogue().get_theme("communication").question]
    texte = _tout(page)
    assert "À retenir." in texte
    assert "Communes de moins de 500 habitants, France" in texte


def test_chaque_carte_porte_sa_note_son_intervalle_et_puis_je_citer(ouvrir: Ouvrir) -> None:
    texte = _tout(ouvrir("communication"))
    cles = [i for i in load_catalogue().list_indicateurs("communication", origine="declare") if i.cle]
    assert texte.count('<article class="baro-carte">') == len(cles)
    assert texte.count("Puis-je citer ce chiffre") == len(cles)
    assert "Intervalles hors biais de participation" in texte
    assert "note A" in texte
    assert "data-copier" in texte
    assert "marge d" not in texte.lower()


def test_une_carte_lue_parmi_certaines_dit_parmi_qui(ouvrir: Ouvrir) -> None:
    """« Une déclaration d'accessibilité, 14 % » à côté de « Un site, 73 % » : de celles-ci seules."""
    cartes = re.findall(
        r'<article class="baro-carte">.*?</article>', _tout(ouvrir("communication")), re.DOTALL
    )
    cles = {
        i.titre: i for i in load_catalogue().list_indicateurs("communication", origine="declare") if i.cle
    }
    parmi = {
        t: i.parmi for t, i in cles.items() if any(f"<h3>{t}</h3>" in c and i.parmi in c for c in cartes)
    }
    assert parmi == {titre: i.parmi for titre, i in cles.items()}
    assert len(set(parmi.values())) == 2  # toutes, et celles qui ont un site


def test_l_essentiel_a_un_seul_graphique_trie_et_une_seule_legende(ouvrir: Ouvrir) -> None:
    page = ouvrir("communication")
    texte = _tout(page)
    assert texte.count('class="baro-rangs"') == 1
    assert texte.count("bande\u202f: son intervalle") == 1
    assert not page.get("plotly_chart")
    valeurs = [int(v) for v in re.findall(r"<strong>(\d+)\u202f%</strong>", texte.partition("baro-rangs")[2])]
    assert len(valeurs) > 5
    assert valeurs == sorted(valeurs, reverse=True)
    entetes = re.findall(
        r"<th[^>]*>([^<]*)</th>", texte.partition("Voir le tableau")[2].partition("</thead>")[0]
    )
    assert "Redressé" in entetes
    assert len(entetes) == len(set(entetes))


def test_une_selection_vide_n_a_qu_un_ecran(ouvrir: Ouvrir) -> None:
    page = ouvrir("communication", territoire="departement-01", strate="commune-100000-plus", vue="donnees")
    assert not page.exception
    assert "adresse_vue" not in [s.key for s in page.segmented_control]
    assert "Aucun chiffre n’est publiable" in _tout(page)


def test_un_chiffre_cache_dit_pourquoi_et_ou_regarder(ouvrir: Ouvrir) -> None:
    page = ouvrir("communication", strate="commune-100000-plus")
    assert not page.exception
    texte = _tout(page)
    assert "moins de 10 réponses" in texte
    assert "Plus large" in texte


def test_brut_ou_redresse(ouvrir: Ouvrir) -> None:
    page = ouvrir("communication")
    assert "● chiffre redressé" in _tout(page)
    deplier(page).segmented_control(key="adresse_chiffres").set_value("brut").run()
    assert "● chiffre brut" in _tout(page)


def test_l_indicateur_de_pres_et_sa_repartition_sont_dans_l_adresse(ouvrir: Ouvrir) -> None:
    indicateur = load_catalogue().list_indicateurs("communication", origine="declare")[3]
    page = ouvrir("communication", indicateur=indicateur.id, vue="repartitions", repartition="vagues")
    assert page.selectbox(key="adresse_indicateur").value == indicateur.id
    assert indicateur.pourquoi.split()[0] in _tout(page)
    assert page.segmented_control(key="adresse_repartition").value == "vagues"


def test_une_repartition_inconnue_donne_la_premiere(ouvrir: Ouvrir) -> None:
    page = ouvrir("communication", vue="repartitions", repartition="par-magie", indicateur="rien")
    assert not page.exception
    assert page.segmented_control(key="adresse_repartition").value == "strate"


def test_un_lien_partage_avant_les_quatre_vues_mene_au_meme_endroit(ouvrir: Ouvrir) -> None:
    page = ouvrir("communication", vue="type")
    assert page.segmented_control(key="adresse_vue").value == "repartitions"
    assert page.segmented_control(key="adresse_repartition").value == "type"


def test_neuf_themes_sans_erreur(ouvrir: Ouvrir) -> None:
    for theme in load_catalogue().themes:
        page = ouvrir(theme.id)
        assert not page.exception, theme.id
        assert len(page.title) == 1


def test_sans_donnee_de_l_etat_une_ligne_et_pas_de_section(ouvrir: Ouvrir) -> None:
    page = ouvrir("cybersecurite", vue="donnees")
    assert "Ce que mesure l’État" not in [titre.value for titre in page.header]
    assert any("Aucune donnée de l’État n’est rattachée" in str(bloc.proto.body) for bloc in page.get("html"))
