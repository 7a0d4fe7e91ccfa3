"""Obligations, actions publiques et données de l'État : avec elles, et sans elles."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from streamlit.testing.v1 import AppTest

from barometre.assemblage import depot
from tests.fakes import build_entrepot_factice
from tests.fakes_etat import ACCEPTES
from tests.pages.conftest import Lire, Ouvrir, deplier, list_messages


@pytest.fixture(scope="session")
def entrepot_etat(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_entrepot_factice(tmp_path_factory.mktemp("etat"), etat=True)


@pytest.fixture
def ouvrir_etat(ouvrir: Ouvrir, entrepot_etat: str, monkeypatch: pytest.MonkeyPatch) -> Ouvrir:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot_etat)
    depot.forget()
    return ouvrir


def _tout(page: AppTest) -> str:
    html = " ".join(str(bloc.proto.body) for bloc in page.get("html"))
    return html + " ".join(list_messages(page))


def test_obligations_compte_les_concernees_et_dit_l_inconnu(ouvrir: Ouvrir) -> None:
    page = ouvrir("obligations")
    assert not page.exception
    texte = _tout(page)
    assert "l’état est inconnu" in texte
    assert "on n’en déduit jamais" in texte
    assert "Référence vérifiée le" in texte
    # Une seule commune fictive dépasse 50 000 habitants ; aucune mesure chargée.
    assert "concerne 1\u00a0collectivité" in texte
    assert "non remplie" not in texte


def test_obligations_filtre_et_adresse(ouvrir: Ouvrir) -> None:
    page = ouvrir("obligations", type="commune", territoire="region-01", obligation="base_adresse_locale")
    assert not page.exception
    assert page.selectbox(key="adresse_obligation").value == "base_adresse_locale"
    assert "Région Fictive du Nord" in _tout(page)


def test_obligations_sans_personne_le_dit(ouvrir: Ouvrir) -> None:
    page = ouvrir("obligations", type="ept")
    assert not page.exception
    assert "aucune des obligations suivies ne concerne" in _tout(page)


def test_obligations_constatees_par_l_etat(ouvrir_etat: Ouvrir) -> None:
    texte = _tout(ouvrir_etat("obligations", obligation="open_data"))
    # La commune recensée est trop petite pour être concernée : zéro constat, pas « aucune donnée ».
    assert "l’État la constate chez 0" in texte
    assert "Des données ouvertes recensées (mars 2025)" in texte


def test_actions_publiques_sans_donnees_dit_comment_charger(ouvrir: Ouvrir) -> None:
    page = ouvrir("actions_publiques")
    assert not page.exception
    texte = _tout(page)
    assert "un opérateur peut la charger" in texte
    assert "La salle sur demande" in texte
    assert "Montant (€)" in texte
    assert "846\u202f984" in texte
    assert "non publié" in texte


def test_actions_publiques_avec_donnees(ouvrir_etat: Ouvrir) -> None:
    page = ouvrir_etat("actions_publiques", programme="france_services", theme="inclusion")
    assert not page.exception
    texte = _tout(page)
    assert "1\u00a0commune sur 4 (25,0\u202f%)" in texte
    assert "Une association, pas une preuve" in texte
    assert "plus souvent" in texte
    assert "preuve" in texte


def test_theme_sans_donnees_de_l_etat_le_dit(ouvrir: Ouvrir) -> None:
    texte = _tout(ouvrir("inclusion", vue="donnees"))
    assert "ne sont pas chargées dans cette version\u202f: un opérateur peut les charger" in texte


def test_theme_avec_donnees_de_l_etat(ouvrir_etat: Ouvrir) -> None:
    page = ouvrir_etat("inclusion", vue="donnees")
    assert not page.exception
    texte = _tout(page)
    assert "1er août 2024" in texte
    assert "Licence d’essai" in texte
    assert "50\u202f% d’accord" in texte  # (10 + 10) / 40
    assert "trop peu de collectivités ont à la fois" in texte  # quatre EPCI
    assert "après redressement" in texte


def test_sources_avec_age_et_etat(ouvrir_etat: Ouvrir) -> None:
    page = ouvrir_etat("sources_methode", vue="sources")
    texte = _tout(page)
    assert "4 sources\u202f:" in texte.replace("\u00a0", " ")
    assert "2\u00a0ans" in texte
    assert "pas encore chargée" in texte
    assert "Un opérateur charge les sources absentes" in texte
    dites = re.findall(
        r"(\w+).: chargée malgré les gardes, un opérateur l’a acceptée\. (Le .*? à 1\.)", texte
    )
    assert set(dites) == {("opendatafrance", ACCEPTES)}


def test_l_inconnue_n_est_pas_non_couverte(ouvrir: Ouvrir) -> None:
    aide = deplier(ouvrir("inclusion")).selectbox(key="adresse_opsn").help
    assert "ne veut pas dire" in aide


def test_alertes_portent_leur_preuve_et_leur_action(ouvrir: Ouvrir) -> None:
    page = ouvrir("alertes")
    assert not page.exception
    texte = _tout(page)
    assert "alerte" in texte
    assert "Aucune alerte" in texte or "Que faire." in texte


def test_objectifs_se_disent_exemples_et_jamais_atteints_sans_preuve(ouvrir: Ouvrir) -> None:
    page = ouvrir("objectifs")
    assert not page.exception
    texte = _tout(page)
    assert "Objectifs d’exemple" in texte
    assert "3\u00a0objectifs" in texte


def test_evolution_dit_ce_qui_est_demontre_et_ce_qui_ne_l_est_pas(ouvrir: Ouvrir) -> None:
    page = ouvrir("evolution", theme="inclusion")
    assert not page.exception
    texte = _tout(page)
    assert "sans changement démontré" in texte or "trop peu de réponses" in texte


def test_evolution_d_une_mauvaise_vague_le_dit_et_montre_la_derniere(ouvrir: Ouvrir) -> None:
    page = ouvrir("evolution", theme="inclusion", vague="1999-v0")
    assert not page.exception
    assert any("n’existe pas" in message for message in [*list_messages(page), _tout(page)])


def _messages(page: AppTest) -> list[str]:
    return [str(bloc.value) for bloc in (*page.info, *page.warning)]


def test_participation_compte_sans_nommer_et_dit_ou_relancer(ouvrir: Ouvrir) -> None:
    page = ouvrir("participation", theme="inclusion", axe="region")
    assert not page.exception
    texte = _tout(page)
    assert "Qui a répondu n’est pas public" in texte
    assert "Où relancer" in " ".join(titre.value for titre in page.header)


def test_participation_descend_jusqu_aux_intercommunalites_et_dit_pourquoi_elles_se_taisent(
    ouvrir: Ouvrir,
) -> None:
    page = ouvrir("participation", theme="inclusion", axe="epci")
    assert not page.exception
    assert page.selectbox(key="adresse_axe").value == "epci"
    assert any("aucun taux ne se dit à cette échelle" in message for message in list_messages(page))


def test_opsn_ne_compte_jamais_l_inconnu_comme_un_manque(ouvrir: Ouvrir) -> None:
    page = ouvrir("opsn", theme="inclusion")
    assert not page.exception
    assert "cela ne veut pas dire" in _tout(page)


def test_opsn_tient_les_tailles_egales_sauf_demande_de_l_adresse(ouvrir: Ouvrir) -> None:
    choisies = [
        ouvrir("opsn", theme="inclusion", **structure).selectbox(key="adresse_structure").value
        for structure in ({}, {"structure": ""}, {"structure": "egale"})
    ]
    assert choisies == ["egale", "", "egale"]


def test_le_fonds_dit_ce_qui_n_est_pas_public(ouvrir: Ouvrir) -> None:
    page = ouvrir("fonds")
    assert not page.exception
    texte = _tout(page)
    assert "88\u00a0millions d’euros annoncés" in texte
    assert "un opérateur l’importe" in texte
    assert "Les crédits effectivement consommés" in texte


def test_un_visiteur_voit_la_carte_des_opsn_et_rien_d_un_perimetre(ouvrir: Ouvrir) -> None:
    page = ouvrir("opsn")
    html = _tout(page) + " ".join(h.value for h in page.header)
    assert "baro-image-carte" in html
    assert "Rien de connu (ce qui ne veut pas dire non couvert)" in html
    assert [
        mot for mot in ("Votre périmètre", "À accompagner d’abord", "autour de vous") if mot in html
    ] == []


def test_la_synthese_a_de_vraies_listes_et_ses_themes_en_gras(ouvrir: Ouvrir) -> None:
    """« • Pour 17 % … » en texte nu : ni liste pour un lecteur d'écran, ni thème."""
    page = ouvrir("synthese")
    assert not page.exception
    listes = [str(bloc.proto.body) for bloc in page.get("html") if "<ul>" in str(bloc.proto.body)]
    assert any("<li><strong>" in liste and "Inclusion numérique.</strong> " in liste for liste in listes)
    textes = [str(bloc.value) for bloc in page.text]
    assert textes
    assert not any("•" in texte for texte in textes)
    # Sur un téléphone, « : 15. » commençait une ligne.
    assert [texte for texte in textes if re.search(r" [:;?!%»]|« ", texte)] == []
    tableaux = [str(b.proto.body) for b in page.get("html") if "<table" in str(b.proto.body)]
    assert any(">Chiffres clés, thème après thème</caption>" in tableau for tableau in tableaux)
    assert not page.table
    # La barre d'avancement a laissé sa place.
    assert not page.get("progress")


def test_le_fichier_de_la_synthese_est_le_document_entier(lire: Lire) -> None:
    """La page n'en compose que le début ; le clic, le reste."""
    nom, build = next(f for f in lire("synthese").fichiers if f[0].endswith(".docx"))
    with ZipFile(BytesIO(build())) as archive:
        corps = archive.read("word/document.xml").decode()
    assert nom.startswith("barometre_synthese_france")
    assert "Qui a répondu" in corps
    assert "Méthode, limites et sources" in corps
