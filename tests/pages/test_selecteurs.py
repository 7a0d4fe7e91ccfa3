"""Un sélecteur dont la valeur ne change pas n'est pas reposé dans le navigateur, où le lecteur écrit."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Ouvrir, deplier


def _list_reposes(page: AppTest) -> list[str]:
    """Les sélecteurs dont cet affichage remplace la valeur dans le navigateur."""
    genres = ("selectbox", "button_group", "multiselect", "text_input")
    protos: list[Any] = [element.proto for genre in genres for element in page.get(genre)]
    assert protos
    return [proto.label for proto in protos if proto.set_value]


def test_une_page_refaite_ne_repose_aucun_selecteur(ouvrir: Ouvrir) -> None:
    page = deplier(ouvrir("inclusion", opsn="perimetre"))
    assert _list_reposes(page.run()) == []
    # Le choix du lecteur n'est pas reposé non plus : il vient de lui.
    page.selectbox(key="adresse_opsn").select("adherente").run()
    assert page.query_params["opsn"] == "adherente"
    assert _list_reposes(page) == []


def test_l_adresse_changee_par_ailleurs_repose_le_seul_selecteur_change(ouvrir: Ouvrir) -> None:
    page = deplier(ouvrir("inclusion"))
    page.query_params["chiffres"] = "brut"
    assert _list_reposes(page.run()) == ["Chiffres"]
    assert page.segmented_control(key="adresse_chiffres").value == "brut"


def test_changer_de_type_vide_la_taille_et_le_repose(ouvrir: Ouvrir) -> None:
    """Efface par le choix d'un autre, un sélecteur doit le montrer."""
    page = deplier(ouvrir("inclusion", type="commune", strate="commune-0-499"))
    page.selectbox(key="adresse_type").select("epci").run()
    assert _list_reposes(page) == ["Taille"]
    assert page.selectbox(key="adresse_strate").value == ""


def test_d_une_page_a_l_autre_le_meme_choix_est_redit(ouvrir: Ouvrir) -> None:
    """Sous le même nom, Streamlit voit un autre sélecteur : muet, il montrerait la première vague."""
    page = ouvrir("carte")
    vague = page.selectbox(key="adresse_vague").value
    assert vague != page.selectbox(key="adresse_vague").options[0]
    page._page_hash = ""
    page.switch_page("pages/piloter/evolution.py").run()
    assert page.selectbox(key="adresse_vague").value == vague
    assert "Jusqu’à la vague" in _list_reposes(page)
