"""Les pages Fiche et Comparer, pour chaque sorte de collectivité et chaque rôle."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from barometre.access.lecteur import Lecteur
from barometre.access.registre import get_registre
from barometre.assemblage import depot
from barometre.domain.formats import format_ponctuation
from barometre.domain.portee import Portee
from barometre.ui import porte, roles
from tests.pages.conftest import Ouvrir, deplier, list_messages
from tests.views.terrain_pairs import DROM, MUETTE, SOI, TEXTE_SECRET, build_terrain
from tests.views.test_personne import SECONDE

PAGES = ("fiche", "comparer")


@pytest.fixture(scope="module")
def entrepot_terrain(tmp_path_factory: pytest.TempPathFactory) -> str:
    dossier: Path = tmp_path_factory.mktemp("terrain")
    build_terrain(dossier).close()
    return str(dossier)


@pytest.fixture
def ouvrir_terrain(
    ouvrir: Ouvrir, entrepot_terrain: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Ouvrir:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot_terrain)
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path / 'registre.db'}")
    depot.forget()
    return ouvrir


def _htmls(page: AppTest) -> list[str]:
    """Les blocs de la page, hors le bandeau du rôle, qui s'adresse au visiteur de la démonstration."""
    blocs = [str(bloc.proto.body) for bloc in page.get("html")]
    return [bloc for bloc in blocs if 'class="baro-role"' not in bloc]


def _tout(page: AppTest) -> str:
    textes = [str(bloc.proto.body) for bloc in page.get("html")]
    return " ".join([*textes, *(t.value for t in page.title), *list_messages(page)])


@pytest.mark.parametrize("adresse", PAGES)
@pytest.mark.parametrize("id_", [SOI, MUETTE, DROM, "departement-01", "region-84"])
def test_la_page_s_ouvre_et_n_est_jamais_vide(ouvrir_terrain: Ouvrir, adresse: str, id_: str) -> None:
    page = ouvrir_terrain(adresse, collectivite=id_)
    assert not page.exception
    assert len(page.title) == 1
    texte = _tout(page)
    assert "À retenir." in texte
    assert TEXTE_SECRET not in texte


def test_sans_un_point_la_fiche_n_a_pas_d_axe_vide(ouvrir_terrain: Ouvrir) -> None:
    """Une région, dont les pairs ont trop peu répondu : un axe sans rien dessus, et son nom deux fois."""
    html = " ".join(_htmls(ouvrir_terrain("fiche", collectivite="region-84")))
    assert "Où en êtes-vous" in html
    assert "baro-graduations" not in html
    assert "Région · " in html
    assert "Auvergne-Rhône-Alpes · " not in html


@pytest.mark.parametrize("adresse", PAGES)
def test_sans_collectivite_la_page_invite_a_chercher(ouvrir_terrain: Ouvrir, adresse: str) -> None:
    page = ouvrir_terrain(adresse)
    assert page.text_input(key="adresse_recherche").label == "Trouver ma collectivité"
    assert "ma collectivité" in page.title[0].value


@pytest.mark.parametrize("adresse", PAGES)
def test_un_ancien_code_mene_a_la_bonne_page_et_le_dit(ouvrir_terrain: Ouvrir, adresse: str) -> None:
    page = ouvrir_terrain(adresse, collectivite="commune-01900")
    assert "Vieil-Essai, aujourd’hui Essai-01-0." in list_messages(page)
    assert page.query_params["collectivite"] == SOI


@pytest.mark.parametrize("adresse", PAGES)
@pytest.mark.parametrize("demande", ["commune-99999", "<b>x</b>", "${x}`"])
def test_une_mauvaise_adresse_a_une_phrase(ouvrir_terrain: Ouvrir, adresse: str, demande: str) -> None:
    page = ouvrir_terrain(adresse, collectivite=demande)
    assert not page.exception
    assert any("n’existe pas" in m for m in list_messages(page))


def test_voir_comme_l_elu_ouvre_ses_reponses_et_le_dit(ouvrir_terrain: Ouvrir) -> None:
    page = ouvrir_terrain("fiche", collectivite=SOI)
    assert "Vos plus grands écarts" not in [h.value for h in page.header]
    page.button(key="devenir_elu").click().run()
    assert "Vos plus grands écarts" in [h.value for h in page.header]
    assert "Vue simulée" in _tout(page)
    page.button(key="quitter_role").click().run()
    assert "Vos plus grands écarts" not in [h.value for h in page.header]
    assert "Vue simulée" not in _tout(page)


def test_un_rechargement_garde_la_vue_pretee_et_ne_dit_vous_qu_a_la_collectivite(
    ouvrir_terrain: Ouvrir,
) -> None:
    page = ouvrir_terrain("fiche", collectivite=SOI)
    page.selectbox(key="voir_comme_role").select("programme").run()
    assert page.query_params["voir_comme"] == "programme"
    # Une visite neuve, à la même adresse.
    rechargee = ouvrir_terrain("fiche", collectivite=SOI, voir_comme="programme")
    assert "responsable de programme" in _tout(rechargee)
    lus = [*(h.value for h in rechargee.header), *_htmls(rechargee)]
    assert [t for t in lus if SECONDE.search(t)] == []
    assert "ses pairs" in " ".join(lus)
    rechargee.button(key="quitter_role").click().run()
    assert "voir_comme" not in rechargee.query_params
    assert "vos pairs" in " ".join(_htmls(rechargee))


def test_une_vue_pretee_inconnue_est_dite_et_rend_le_public(ouvrir_terrain: Ouvrir) -> None:
    page = ouvrir_terrain("fiche", voir_comme="operateur")
    assert "Vue simulée" not in _tout(page)
    assert any("n’existe pas" in m for m in list_messages(page))


def test_l_elu_de_l_une_ne_lit_pas_l_autre(ouvrir_terrain: Ouvrir) -> None:
    page = ouvrir_terrain("fiche", collectivite=SOI)
    page.button(key="devenir_elu").click().run()
    page.query_params["collectivite"] = "commune-01001"
    page.run()
    assert "Vos plus grands écarts" not in [h.value for h in page.header]


def test_le_menu_offre_les_roles_et_refuse_l_elu_sans_collectivite(ouvrir_terrain: Ouvrir) -> None:
    page = ouvrir_terrain("fiche")
    page.selectbox(key="voir_comme_role").select("collectivite").run()
    assert format_ponctuation(roles.SANS_COLLECTIVITE) in list_messages(page)
    page.selectbox(key="voir_comme_role").select("programme").run()
    assert "responsable de programme" in _tout(page)


def test_les_pairs_et_le_theme_sont_dans_l_adresse(ouvrir_terrain: Ouvrir) -> None:
    page = ouvrir_terrain("comparer", collectivite=SOI, theme="communication", pairs="semblables")
    assert page.selectbox(key="adresse_theme").value == "communication"
    assert page.segmented_control(key="adresse_pairs").value == "semblables"
    assert "fait sur mesure" in _tout(page)
    page = ouvrir_terrain("comparer", collectivite=SOI, pairs="au hasard", theme="magie")
    assert page.segmented_control(key="adresse_pairs").value == "strate"
    assert len([m for m in list_messages(page) if "n’existe pas" in m]) == 2


def test_repondre_sur_place_place_aussitot(ouvrir_terrain: Ouvrir) -> None:
    page = ouvrir_terrain("comparer", collectivite=MUETTE, theme="communication")
    deplier(page, "repondre-communication")
    assert "sur-place-communication_q02" not in [r.key for r in page.radio]
    page.radio(key="sur-place-communication_q01").set_value("oui").run()
    assert "sur-place-communication_q02" in [r.key for r in page.radio]
    assert "1\u00a0question répondue sur" in _tout(page)
    assert "vous\u202f: oui" in _tout(page)
    # Pas d'archive de ces réponses-là : c'est dit à côté des fichiers.
    assert any("Tout emporter" in c.value and "effacez-les" in c.value for c in page.caption)


def test_repondre_sur_la_fiche_la_met_a_jour_pour_cette_visite_seule(ouvrir_terrain: Ouvrir) -> None:
    page = ouvrir_terrain("fiche", collectivite=MUETTE, theme="communication")
    deplier(page, "repondre-fiche")
    page.radio(key="sur-place-communication_q01").set_value("oui").run()
    texte = _tout(page)
    assert "D’après vos réponses de cette visite" in texte
    # Le résultat est dit à côté de la réponse, et la fiche n'est pas celle que lirait un autre.
    assert "vous, oui" in texte
    page.query_params["collectivite"] = SOI
    page.run()
    assert "D’après vos réponses de cette visite" not in _tout(page)
    assert "D’après vos réponses" not in _tout(ouvrir_terrain("fiche", collectivite=MUETTE))


def test_cote_a_cote_ajoute_et_retire(ouvrir_terrain: Ouvrir) -> None:
    page = ouvrir_terrain("comparer", collectivite=SOI)
    page.text_input(key="ajouter").set_value("02001").run()
    assert page.query_params["avec"] == "commune-02001" or page.query_params["avec"] == ["commune-02001"]
    assert "Essai-02-1" in _tout(page)
    page.button(key="retirer-commune-02001").click().run()
    assert "avec" not in page.query_params
    page.text_input(key="ajouter").set_value("nulle part").run()
    assert any("ne désigne pas" in m for m in list_messages(page))


def test_les_importances_sont_dans_l_adresse_et_verifiees(ouvrir_terrain: Ouvrir) -> None:
    page = ouvrir_terrain("comparer", collectivite=SOI, poids=["population:0", "zone:99", "rien:1"])
    deplier(page, "liste-semblables")
    assert page.slider(key="poids-population").value == 0
    assert page.slider(key="poids-zone").value == 3
    page.slider(key="poids-population").set_value(5).run()
    assert page.query_params["poids"] in ("population:5", ["population:5"])


def test_une_elue_connectee_declare_et_seul_un_lecteur_de_ses_reponses_le_voit(
    ouvrir_terrain: Ouvrir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Son texte s'affiche tel quel, échappé ; un rôle prêté par la démonstration n'en lit rien."""
    registre = get_registre()
    registre.publications.add("v2", "v1", "Import", par="c-o")
    registre.publications.set_fenetre("v2", date.today())
    compte = Lecteur(compte="c-elue", portee=Portee("collectivite", SOI))
    with monkeypatch.context() as connectee:
        connectee.setattr(porte, "get_lecteur", lambda: compte)
        page = ouvrir_terrain("fiche", collectivite=SOI)
        page.text_area(key="declarer-texte").set_value("<b>Faux</b> [ici](https://exemple.fr)")
        next(b for b in page.button if b.label == "Déclarer").click().run()
        assert not page.exception
        assert any("enregistrée" in message for message in list_messages(page))
        assert "&lt;b&gt;Faux&lt;/b&gt; [ici](https://exemple.fr)" in _tout(page)
    prete = ouvrir_terrain("fiche", collectivite=SOI)
    prete.button(key="devenir_elu").click().run()
    assert "exemple.fr" not in _tout(prete)
    assert not prete.text_area
