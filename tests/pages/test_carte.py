"""La page Carte : ce que l'adresse choisit."""

from __future__ import annotations

import json

from tests.pages.conftest import Ouvrir, deplier, list_messages


def test_un_lien_qui_ne_nomme_que_l_indicateur_trouve_son_theme(ouvrir: Ouvrir) -> None:
    page = ouvrir("carte", indicateur="site_internet")
    assert not page.exception
    choix = {liste.label: liste.value for liste in page.selectbox}
    assert choix["Thème"] == "communication"
    assert choix["Indicateur"] == "site_internet"
    assert not any("n’existe pas" in message for message in list_messages(page))


def test_un_indicateur_inconnu_donne_le_defaut_et_une_phrase(ouvrir: Ouvrir) -> None:
    page = ouvrir("carte", indicateur="n_existe_pas")
    assert not page.exception
    assert {liste.label: liste.value for liste in page.selectbox}["Thème"] == "inclusion"
    assert any("n_existe_pas" in message for message in list_messages(page))


def test_deux_vagues_vont_de_la_plus_ancienne_a_la_plus_recente(ouvrir: Ouvrir) -> None:
    page = ouvrir("carte", theme="communication", en_face="2023-v1")
    assert not page.exception
    titres = [titre.value for titre in page.subheader]
    assert "première" in titres[0].lower()


def test_le_tableau_de_la_carte_a_des_titres_et_non_des_cles(ouvrir: Ouvrir) -> None:
    """« valeur_texte », « detail » se lisaient en tête de colonne."""
    page = deplier(ouvrir("carte", indicateur="site_internet"), "depliant-page-0")
    assert not page.exception
    entetes = json.loads(page.dataframe[0].proto.columns)
    lus = [entetes[nom]["label"] for nom in page.dataframe[0].value.columns]
    assert lus == ["Région", "Code", "Valeur lue (%)", "Classe", "Précision", "Raison"]


def test_les_options_repliees_ne_partent_qu_a_qui_les_ouvre(ouvrir: Ouvrir) -> None:
    """Repliées, elles sont pourtant lues : la carte d'en face est là, et une mauvaise taille se dit."""
    adresse = {"theme": "communication", "en_face": "2023-v1", "strate": "n-existe-pas"}
    page = ouvrir("carte", **adresse)
    assert "Une autre carte en face" not in {liste.label for liste in page.selectbox}
    assert any("première" in titre.value.lower() for titre in page.subheader)
    assert any("n-existe-pas" in message for message in list_messages(page))
    deplier(page, "carte-options")
    choix = {liste.label: liste.value for liste in page.selectbox}
    assert (choix["Une autre carte en face"], choix["Taille"]) == ("2023-v1", "")
    assert any("n-existe-pas" in message for message in list_messages(page))
