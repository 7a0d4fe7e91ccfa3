"""La page Explorer : compter avant d'emporter, lire page par page, citer à la version lue."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from barometre.access.lecteur import Lecteur
from barometre.access.registre import get_registre
from barometre.catalogue import load_catalogue
from barometre.ui import visiteur
from barometre.ui.blocks.explorer import explain_marques
from barometre.ui.blocks.textes import texte
from tests.pages.conftest import Ouvrir, list_messages


def _list_codes(page) -> list[str]:  # type: ignore[no-untyped-def]
    return [bloc.value for bloc in page.code]


def test_une_vue_se_compte_se_feuillette_et_se_cite(ouvrir: Ouvrir) -> None:
    page = ouvrir("explorer", theme="communication", par=["strate", "vague"], page="2", nom="[x](http://y)")
    assert not page.exception
    textes = [m.value for m in page.markdown]
    assert any("lignes" in t and "cachés par le secret" in t for t in textes)
    assert any(c.value.startswith("Lignes 51 à 100 sur") for c in page.caption)
    # Le nom vient du dehors : il se lit, il n'est pas un lien.
    assert any("[x](http://y)" in m for m in list_messages(page))
    page.session_state["citer"] = page.session_state["refaire"] = True
    textes = _list_codes(page.run())
    (csl,) = (json.loads(t)[0] for t in textes if t.startswith("["))
    recettes = [t for t in textes if "/api/v1/valeurs" in t]
    assert len(recettes) == 3
    for t in (csl["URL"], *recettes):
        assert "par=strate&par=vague" in t
        assert f"version={csl['version']}" in t


def test_l_apercu_explique_les_marques_qu_il_montre() -> None:
    """[c], [u], [x] n'étaient expliqués que dans le fichier : l'écran les montrait muets."""
    dite = explain_marques(pd.DataFrame({"marque": ["[c]", ""], "valeur": [None, 0.2]}))
    assert dite.startswith("[c] Confidentiel")
    assert "[x]" not in dite
    assert explain_marques(pd.DataFrame({"valeur": [0.2]})) == ""


def test_les_vues_proposees_s_ouvrent_dans_le_meme_onglet(ouvrir: Ouvrir) -> None:
    ecrit = "".join(str(bloc.proto.body) for bloc in ouvrir("explorer").get("html"))
    liens = re.findall(r'<a href="(\./explorer\?[^"]*)" target="(\w+)" data-page>', ecrit)
    assert len(liens) >= 4
    assert {cible for _, cible in liens} == {"_self"}
    assert all("&amp;" in lien or "&" not in lien for lien, _ in liens)


def test_les_communes_d_un_departement_se_choisissent_une_a_une(ouvrir: Ouvrir) -> None:
    """Trente-cinq mille communes dans une liste feraient attendre : celles du département, et les nommées."""
    page = ouvrir("explorer")
    assert not [o for o in page.multiselect(key="adresse_territoires").options if "commune" in o]
    page = ouvrir("explorer", territoire="departement-01", territoires="commune-2A004")
    choix = page.multiselect(key="adresse_territoires")
    assert choix.value == ["commune-2A004"]
    nommees = [o for o in choix.options if "(commune " in o]
    assert any("(commune 01" in o for o in nommees)
    assert {o.rpartition("(commune ")[2][:2] for o in nommees} == {"01", "2A"}
    assert not page.exception


def test_une_vue_vide_dit_quoi_changer(ouvrir: Ouvrir) -> None:
    page = ouvrir("explorer", indicateurs="site_internet", niveau="commune")
    assert any("élargissez le champ" in m.value for m in page.markdown)
    assert any("Sans ligne dans cette vue" in m for m in list_messages(page))
    assert not page.exception


def test_en_large_chaque_colonne_porte_le_titre_de_son_indicateur(ouvrir: Ouvrir) -> None:
    """Son identifiant n'est pas au dictionnaire des colonnes : la page ne s'ouvrait plus."""
    page = ouvrir("explorer", theme="communication", par="strate", forme="large")
    html = "".join(unescape(str(bloc.proto.body)) for bloc in page.get("html"))
    entetes = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', html)
    titres = [unescape(texte(i.titre)) for i in load_catalogue().list_indicateurs("communication")]
    assert set(titres[:3]) <= set(entetes)
    assert not [e for e in entetes if "_" in e]


def test_une_personne_connectee_garde_renomme_et_oublie_ses_vues(
    ouvrir: Ouvrir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/registre.db")
    monkeypatch.setattr(visiteur, "get_lecteur", lambda: Lecteur("c-a"))
    page = ouvrir("explorer", theme="communication", par="strate")
    page.button(key="garder-vue").click().run()
    assert any("Donnez un nom" in m for m in list_messages(page))
    page.text_input(key="nom-de-la-vue").set_value("Les sites <b>").run()
    assert page.query_params["nom"] == "Les sites <b>"
    page.button(key="garder-vue").click().run()
    (gardee,) = get_registre().vues.list("c-a")
    assert (gardee.titre, gardee.requete) == ("Les sites <b>", "theme=communication&par=strate")
    page.session_state["vues-gardees"] = True
    page.run()
    page.text_input(key=f"titre-{gardee.vue_id}").set_value("Sites").run()
    page.button(key=f"Renommer-{gardee.vue_id}").click().run()
    assert [v.titre for v in get_registre().vues.list("c-a")] == ["Sites"]
    page.button(key=f"Oublier-{gardee.vue_id}").click().run()
    assert get_registre().vues.list("c-a") == ()
    assert not page.exception


def test_sans_compte_rien_ne_se_garde(ouvrir: Ouvrir) -> None:
    page = ouvrir("explorer", theme="communication", par="strate")
    assert "garder-vue" not in [b.key for b in page.button]
    assert page.text_input(key="nom-de-la-vue")


def _list_noms(page) -> list[str]:  # type: ignore[no-untyped-def]
    return [bouton.label for bouton in page.get("download_button")]


def test_l_ecriture_des_csv_se_choisit_une_fois(ouvrir: Ouvrir) -> None:
    page = ouvrir("explorer", theme="communication", par="strate")
    assert "Télécharger en CSV" in _list_noms(page)
    page.segmented_control(key="adresse_csv").set_value("international").run()
    assert page.query_params["csv"] == "international"
    assert "Télécharger en CSV international" in _list_noms(page)
    assert "Télécharger en CSV" not in _list_noms(page)
    ailleurs = ouvrir("chiffres_cles", csv="international")
    assert "Télécharger en CSV" not in _list_noms(ailleurs)


def test_reparties_par_vague_aucun_menu_ne_dit_la_derniere(ouvrir: Ouvrir) -> None:
    """Le tableau montrait deux vagues, le menu « La dernière » ; en choisir une ne changeait rien."""
    page = ouvrir("explorer", theme="communication", par="vague", vague="2023-v1")
    assert "adresse_vague" not in [menu.key for menu in page.selectbox]
    assert list_messages(page) == []
    page = ouvrir("explorer", theme="communication", par="strate")
    assert page.selectbox(key="adresse_vague").options[0] == "La dernière"
