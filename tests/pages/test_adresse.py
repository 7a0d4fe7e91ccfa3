"""L'adresse mène aux sélecteurs, les sélecteurs mènent à l'adresse."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from barometre.assemblage import depot
from barometre.domain.portee import Portee
from barometre.ui import porte, state
from barometre.warehouse.versions import fill_chantier, open_entrepot, write_version
from tests import mini
from tests.pages.conftest import Ouvrir, deplier, list_messages


def test_l_adresse_regle_les_selecteurs(ouvrir: Ouvrir) -> None:
    fermee = ouvrir("inclusion", vague="2023-v1", type="commune", strate="commune-0-499", opsn="perimetre")
    assert not [choix for choix in fermee.selectbox if str(choix.key).startswith("adresse_")]
    page = deplier(fermee)
    assert page.selectbox(key="adresse_vague").value == "2023-v1"
    assert page.selectbox(key="adresse_strate").value == "commune-0-499"
    assert page.selectbox(key="adresse_opsn").value == "perimetre"


def test_sans_adresse_la_derniere_vague_et_la_france(ouvrir: Ouvrir) -> None:
    page = deplier(ouvrir("inclusion"))
    assert page.selectbox(key="adresse_vague").value == "2026-v4"
    assert page.selectbox(key="adresse_territoire").value == "france"


def test_un_choix_s_ecrit_dans_l_adresse_et_son_defaut_s_en_efface(ouvrir: Ouvrir) -> None:
    page = deplier(ouvrir("inclusion"))
    page.selectbox(key="adresse_opsn").select("perimetre").run()
    assert page.query_params["opsn"] == "perimetre"
    deplier(page).selectbox(key="adresse_opsn").select("").run()
    assert "opsn" not in page.query_params


def test_changer_de_type_efface_la_strate_de_l_ancien(ouvrir: Ouvrir) -> None:
    page = deplier(ouvrir("inclusion", type="commune", strate="commune-0-499"))
    page.selectbox(key="adresse_type").select("epci").run()
    assert "strate" not in page.query_params
    assert not any("n’existe pas" in message for message in list_messages(page))


def test_une_mauvaise_valeur_donne_le_defaut_et_une_phrase(ouvrir: Ouvrir) -> None:
    page = deplier(ouvrir("inclusion", strate="geante", vague="1999"))
    assert not page.exception
    assert page.selectbox(key="adresse_strate").value == ""
    messages = list_messages(page)
    assert sum("geante" in m for m in messages) == 1
    assert sum("1999" in m for m in messages) == 1
    assert sum("geante" in html.proto.body for html in page.get("html")) == 1


def test_une_cle_inconnue_se_dit_sauf_celle_qu_un_courriel_ajoute(ouvrir: Ouvrir) -> None:
    (message,) = list_messages(ouvrir("inclusion", zorglub="1", utm_source="lettre"))
    assert "clé inconnue, «\u202fzorglub\u202f»" in message
    assert "n’en tient pas compte" in message


def test_une_adresse_hostile_ne_casse_rien(ouvrir: Ouvrir) -> None:
    page = ouvrir("inclusion", territoire="<script>alert(1)</script>", indicateur="${x}" * 500, vue="`")
    assert not page.exception
    assert len(page.title) == 1


def _resultats(page: AppTest) -> list[tuple[str, str]]:
    """Le libellé et l'adresse de chaque résultat de recherche."""
    liens = [lien.proto for lien in page.get("page_link")]
    return [(x.label, x.query_string) for x in liens if "collectivite=" in x.query_string]


def test_la_recherche_est_dans_l_adresse_et_mene_a_la_fiche(ouvrir: Ouvrir) -> None:
    resultats = _resultats(ouvrir("", recherche="2A004"))
    assert [q for _, q in resultats] == ["collectivite=commune-2A004"]
    assert "Œuilly-l’Essai (Essai-du-Sud)" in resultats[0][0]


def test_des_homonymes_se_distinguent_par_leur_departement(ouvrir: Ouvrir) -> None:
    libelles = [libelle for libelle, _ in _resultats(ouvrir("", recherche="saint essai"))]
    assert {"Saint-Essai (Essai-du-Sud)", "Saint-Essai (Essai-et-Loire)"} <= set(libelles)


def test_rien_trouve_le_dit(ouvrir: Ouvrir) -> None:
    page = ouvrir("", recherche="zzzzqqqq")
    assert "Aucune collectivité" in list_messages(page)[0]


def test_le_choix_brut_suit_le_lecteur_d_une_page_a_l_autre(ouvrir: Ouvrir) -> None:
    page = ouvrir("inclusion", chiffres="brut")
    page.query_params.clear()
    page._page_hash = ""
    page.switch_page("pages/donnees/questionnaires.py").run()
    assert page.query_params["chiffres"] == "brut"


@pytest.fixture(scope="module")
def deux_versions(entrepot_factice: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """Un entrepôt de deux versions : son adresse, l'ancienne, celle en service."""
    dossier = tmp_path_factory.mktemp("deux") / "entrepot"
    shutil.copytree(entrepot_factice, dossier)
    entrepot = open_entrepot(str(dossier))
    (ancienne,) = entrepot.list_ids()
    with entrepot.lock(), fill_chantier(entrepot, ancienne) as (neuve, moteur):
        write_version(moteur, neuve, simulee=True, code_version="essai", empreintes=mini.EMPREINTES)
    return str(dossier), ancienne, neuve


def test_une_adresse_qui_nomme_une_version_la_rouvre(
    ouvrir: Ouvrir, deux_versions: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    adresse, ancienne, en_service = deux_versions
    monkeypatch.setenv("BAROMETRE_ENTREPOT", adresse)
    for demandee, lue, mot in (
        (ancienne, ancienne, "relisez la version"),
        (en_service, en_service, ""),
        ("20200101T000000Z-abcdef", en_service, "n’est plus gardée"),
        ("../ACTIF", en_service, "n’est plus gardée"),
    ):
        depot.forget()
        page = ouvrir("accessibilite", version=demandee)
        pied = " ".join(str(bloc.proto.body) for bloc in page.get("html"))
        assert f"version {lue}, construite" in pied
        assert [m for m in list_messages(page) if "version" in m] == [] or mot in list_messages(page)[0]
        assert bool(mot) == bool(list_messages(page))


def test_un_ancien_lien_dit_ce_que_ses_chiffres_sont_devenus(
    deux_versions: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    adresse, ancienne, en_service = deux_versions
    lieu = shutil.copytree(adresse, tmp_path / "copie")
    with duckdb.connect(str(lieu / f"barometre-{en_service}.duckdb")) as connexion:
        ou = "indicateur_id = 'site_internet' AND vague_id = '2023-v1' AND niveau = 'france' AND strate = ''"
        connexion.execute(f"UPDATE agregat SET brut = 0.5, redresse = 0.5 WHERE {ou} AND type = ''")
        connexion.execute(f"UPDATE agregat SET etat = 'primary' WHERE {ou} AND type = 'commune'")
    monkeypatch.setenv("BAROMETRE_ENTREPOT", str(lieu))
    monkeypatch.setattr(state, "get_version_demandee", lambda: ancienne)
    depot.forget()
    for page, attendu in (("communication", "chiffres révisés"), ("strategie", "aucun n’a changé depuis")):
        monkeypatch.setattr(state, "get_page", lambda page=page: page)
        dite = porte.explain_version()
        assert attendu in dite
        assert ("caché depuis" in dite) == (page == "communication")
        assert "Des chiffres" not in porte.explain_version(compare=False)
    depot.forget()


def test_une_version_passee_se_relit_en_public(
    deux_versions: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Un droit retiré depuis ne doit pas revivre par l'adresse d'une version d'alors."""
    adresse, ancienne, en_service = deux_versions
    monkeypatch.setenv("BAROMETRE_ENTREPOT", adresse)
    depot.forget()
    monkeypatch.setattr(state, "get_vue_simulee", lambda: Portee("programme", simulee=True))
    for demandee, role in ((ancienne, "public"), (en_service, "programme")):
        monkeypatch.setattr(state, "get_version_demandee", lambda version=demandee: version)
        assert porte.get_portee().role == role
    depot.forget()
