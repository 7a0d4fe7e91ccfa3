"""La page d'un thème : ce que le lecteur y lit, et ce qu'il n'y lit jamais."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from barometre.catalogue import load_catalogue
from tests.pages.conftest import Ouvrir


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
    # Une carte par chiffre clé, et celle de l'indicateur de près.
    assert texte.count('<article class="baro-carte">') == len(cles) + 1
    assert texte.count("Puis-je citer ce chiffre") == len(cles) + 1
    assert "intervalle hors biais de participation" in texte
    assert "A, à citer" in texte
    assert "data-copier" in texte
    assert "marge d" not in texte.lower()


def test_un_chiffre_cache_dit_pourquoi_et_ou_regarder(ouvrir: Ouvrir) -> None:
    page = ouvrir("communication", strate="commune-100000-plus")
    assert not page.exception
    texte = _tout(page)
    assert "Non publié" in texte
    assert "moins de 10 réponses" in texte
    assert "Plus large" in texte


def test_brut_ou_redresse(ouvrir: Ouvrir) -> None:
    page = ouvrir("communication")
    assert "Chiffre redressé" in _tout(page)
    page.segmented_control(key="adresse_chiffres").set_value("brut").run()
    assert "Chiffre brut" in _tout(page)


def test_l_indicateur_de_pres_et_sa_repartition_sont_dans_l_adresse(ouvrir: Ouvrir) -> None:
    indicateur = load_catalogue().list_indicateurs("communication", origine="declare")[3]
    page = ouvrir("communication", indicateur=indicateur.id, vue="vagues")
    assert page.selectbox(key="adresse_indicateur").value == indicateur.id
    assert indicateur.pourquoi.split()[0] in _tout(page)
    assert page.segmented_control(key="adresse_vue").value == "vagues"


def test_une_repartition_inconnue_donne_la_premiere(ouvrir: Ouvrir) -> None:
    page = ouvrir("communication", vue="par-magie", indicateur="rien")
    assert not page.exception
    assert page.segmented_control(key="adresse_vue").value == "strate"


def test_neuf_themes_sans_erreur(ouvrir: Ouvrir) -> None:
    for theme in load_catalogue().themes:
        page = ouvrir(theme.id)
        assert not page.exception, theme.id
        assert len(page.title) == 1
