"""Le mode présentation : les chiffres de la page, leur note et leur n, une version tenue, rien d'autre."""

from __future__ import annotations

import base64
import re
import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from barometre.assemblage import depot, memoire
from barometre.catalogue import load_catalogue
from barometre.domain.portee import PUBLIC
from barometre.domain.version import Version
from barometre.maps.legende import Legende
from barometre.rapports.diapo import CarteProjetee, Choix, Diapo
from barometre.rapports.diapos import build_diapos, is_presentable
from barometre.ui import chauffe
from barometre.ui.blocks import diapos as blocs
from barometre.ui.navigation import list_pages
from barometre.views.lecture.selection import Selection
from barometre.warehouse.versions import fill_chantier, open_entrepot, write_version
from tests import mini
from tests.fakes import OPSN
from tests.pages.conftest import Ouvrir, list_notes_nues
from tests.pages.test_piloter import _tout

VERSION = Version("essai", datetime(2026, 11, 22), True, "", "", mini.EMPREINTES)
PROJETEES = {"Comprendre", "Territoires", "Piloter"}


def test_toute_page_de_comprendre_territoires_et_piloter_se_projette_et_elles_seules() -> None:
    for page in list_pages():
        assert is_presentable(page.adresse) == (page.groupe in PROJETEES), page.adresse


@pytest.mark.parametrize("adresse", ["", "inclusion", "participation", "objectifs", "fonds"])
def test_une_page_projetee_n_a_que_ses_diapositives(ouvrir: Ouvrir, adresse: str) -> None:
    page = ouvrir(adresse, presentation="2")
    assert not page.exception
    html = _tout(page)
    rangs = [int(r) for r in re.findall(r'data-rang="(\d+)"', html)]
    assert rangs == list(range(1, len(rangs) + 1))
    # Une seule se voit, et chacune dit les données figées et leur nature.
    assert html.count("baro-en-cours") == 1
    assert html.count("Données figées") == len(rangs)
    assert not [w for w in page.selectbox if str(w.key).startswith("adresse_")]
    assert page.button(key="quitter-presentation")


def test_un_grand_chiffre_a_toujours_son_n_et_sa_note(ouvrir: Ouvrir) -> None:
    html = _tout(ouvrir("inclusion", presentation="1"))
    grands = re.findall(r'baro-grand[^>]*>[^<]*</p><p class="baro-preuve">([^<]*)<', html)
    assert grands
    assert html.count("baro-grand") == len(grands)
    assert all("note " in preuve and "réponse" in preuve for preuve in grands)


@pytest.mark.parametrize("adresse", ["", "inclusion", "evolution", "alertes", "objectifs", "synthese"])
def test_une_diapositive_simulee_n_a_pas_de_note_nue(ouvrir: Ouvrir, adresse: str) -> None:
    assert list_notes_nues(ouvrir(adresse, presentation="1")) == []


@pytest.mark.parametrize(
    ("adresse", "reel"),
    [("fonds", True), ("chiffres_cles", True), ("actions_publiques", True), ("inclusion", False)],
)
def test_un_fait_public_n_est_pas_dit_simule(ouvrir: Ouvrir, adresse: str, reel: bool) -> None:
    html = _tout(ouvrir(adresse, presentation="1"))
    assert ("Fait public, réel." in html) == reel
    assert ("Réponses simulées" in html.split("baro-diapos-nav")[0].split("baro-diapos")[1]) == (not reel)


def test_un_rang_trop_grand_montre_la_derniere(ouvrir: Ouvrir) -> None:
    html = _tout(ouvrir("fonds", presentation="99"))
    derniere = max(int(r) for r in re.findall(r'data-rang="(\d+)"', html))
    assert f'baro-en-cours" data-rang="{derniere}"' in html


def test_presenter_puis_quitter_garde_l_adresse(ouvrir: Ouvrir) -> None:
    page = ouvrir("fonds")
    assert "baro-diapo" not in _tout(page)
    assert 'href="?presentation=1"' in _tout(page)
    page.query_params["presentation"] = "1"
    page.run()
    assert page.query_params["version"] == depot.get_version_id()
    page.button(key="quitter-presentation").click().run()
    assert "presentation" not in page.query_params
    assert "version" not in page.query_params
    assert page.title[0].value.startswith("Où en est le fonds")


def test_une_page_de_donnees_ignore_la_cle(ouvrir: Ouvrir) -> None:
    page = ouvrir("questionnaires", presentation="1")
    assert not page.exception
    assert "baro-diapo" not in _tout(page)


@pytest.mark.parametrize("page", [p.adresse for p in list_pages() if p.groupe in PROJETEES])
def test_chaque_page_a_au_moins_une_diapositive(ouvrir: Ouvrir, page: str) -> None:
    """Sans donnée de l'État, sur l'entrepôt factice : une phrase à la place de ce qui manque."""
    ouvrir("accessibilite")
    catalogue = load_catalogue()
    theme = page if page in catalogue.questionnaires else "inclusion"
    indicateur = next(i for i in catalogue.list_indicateurs(theme, origine="declare") if i.est_part)
    vague = next(v.id for v in catalogue.vagues if theme in v.questionnaires)
    choix = Choix(theme, vague, indicateur.id, "region", Selection(), date(2026, 11, 28))
    diapos = build_diapos(depot.build_gate(PUBLIC, depot.get_version_id()), page, choix)
    assert diapos
    assert all(d.titre and (d.phrase or d.grand or d.elements or d.dessin) for d in diapos)


def _list_neuves(avant: set[Any]) -> set[str]:
    """Ce qui s'est composé depuis `avant`, par le nom de ce qui le compose."""
    return {cle[0].__name__ for cle in set(memoire._VUES) - avant}


@pytest.mark.parametrize(
    ("adresse", "choix"),
    [
        ("", {"chiffres": "brut"}),
        ("inclusion", {"territoire": "region-84", "chiffres": "brut"}),
        ("carte", {"theme": "communication", "territoire": "region-84"}),
        ("carte", {"indicateur": "couverture_opsn", "theme": ""}),
        ("carte", {"theme": "communication", "en_face": "2023-v1", "classes": "ecart", "couche": "opsn"}),
        ("evolution", {"theme": "communication"}),
        ("evolution", {"theme": "communication", "structure": "egale", "strate": "commune-0-499"}),
        ("participation", {"theme": "communication", "axe": "region", "relance": "200"}),
        ("obligations", {"voir_comme": OPSN}),
        ("actions_publiques", {"voir_comme": OPSN}),
        ("synthese", {"type": "commune", "voir_comme": OPSN}),
        ("objectifs", {"voir_comme": "programme"}),
        ("alertes", {"voir_comme": "programme"}),
        ("opsn", {"theme": "communication", "voir_comme": "programme"}),
        ("fonds", {}),
        ("chiffres_cles", {}),
    ],
)
def test_projeter_la_page_que_l_on_lit_montre_son_sujet_sans_rien_relire(
    ouvrir: Ouvrir, adresse: str, choix: dict[str, str]
) -> None:
    """Une autre vague, un autre territoire ou un autre indicateur que ceux de la page se relirait."""
    memoire.forget()
    ouvrir(adresse, **choix)
    avant = set(memoire._VUES)
    assert not ouvrir(adresse, **choix, presentation="1").exception
    # Le chiffre qui accompagne la carte est celui de la page du thème.
    de_la_carte = {"_build_vue_theme"} if adresse == "carte" else set()
    assert _list_neuves(avant) <= {"build_diapos"} | de_la_carte


def test_la_chauffe_a_compose_ce_que_chaque_page_projette_d_abord(ouvrir: Ouvrir) -> None:
    memoire.forget()
    ouvrir("accessibilite")
    chauffe.warm_up()
    avant = set(memoire._VUES)
    for page in (p.adresse for p in list_pages() if p.groupe in PROJETEES):
        assert not ouvrir(page, presentation="1").exception
    assert _list_neuves(avant) == {"build_diapos"}


def test_une_carte_de_donnee_de_l_etat_ou_d_opsn_se_projette_elle_meme(ouvrir: Ouvrir) -> None:
    """L'indicateur déclaré du thème prenait sa place, sans le dire."""
    html = _tout(ouvrir("carte", theme="", indicateur="couverture_opsn", presentation="1"))
    assert html.count("data-rang") == 1
    assert "OPSN" in html.split("</h1>")[0]
    assert "Fait public, réel." in html


def test_chaque_carte_de_la_page_a_sa_diapositive(ouvrir: Ouvrir) -> None:
    """Deux indicateurs face à face, ou deux vagues et le changement testé : la seconde ne se perdait pas."""
    a, b = [i.id for i in load_catalogue().list_indicateurs("communication", origine="declare")][:2]
    for en_face, cartes in ((b, 2), ("2023-v1", 3)):
        choix = {"theme": "communication", "indicateur": a, "en_face": en_face, "niveau": "region"}
        titres = [h.value for h in ouvrir("carte", **choix).subheader]
        diapos = re.findall(r"<section.*?</section>", _tout(ouvrir("carte", **choix, presentation="1")), re.S)
        dessinees = [d for d in diapos if "baro-carte-projetee" in d]
        assert len(dessinees) == len(titres) // 2 == cartes
        assert len({d.split("</h1>")[0] for d in dessinees}) == cartes


def test_une_carte_projetee_est_un_dessin_lisible_qui_n_a_pas_d_adresse(ouvrir: Ouvrir) -> None:
    html = _tout(ouvrir("carte", presentation="1"))
    (image,) = re.findall(r"<img [^>]*>", html)
    assert 'src="data:image/svg+xml;base64,' in image
    assert "Légende" in image.split('alt="')[1]
    svg = base64.b64decode(image.split("base64,")[1].split('"')[0]).decode()
    assert "<path" in svg
    # Le dessin ne dit que le code d'un outre-mer : son nom est à côté.
    assert ">971<" in svg
    assert "971 Guadeloupe" in html


@pytest.mark.parametrize(
    ("theme", "images"),
    [("light", [("", b"clair")]), ("dark", [("baro-ecran", b"sombre"), ("baro-papier", b"clair")])],
)
def test_sur_un_ecran_sombre_le_papier_garde_le_dessin_clair(
    monkeypatch: pytest.MonkeyPatch, theme: str, images: list[tuple[str, bytes]]
) -> None:
    contexte = SimpleNamespace(context=SimpleNamespace(theme=SimpleNamespace(type=theme)))
    monkeypatch.setattr(blocs, "st", contexte)
    carte = CarteProjetee("Carte", b"clair", Legende("Titre", ()), b"sombre", "image/svg+xml")
    html = blocs.build_presentation([Diapo("Titre", dessin=carte)], 1, blocs.Pied(VERSION, "Carte"))
    lues = re.findall(r'<img class="([^"]*)" src="data:image/svg\+xml;base64,([^"]*)" alt="Carte">', html)
    assert [(classe, base64.b64decode(octets)) for classe, octets in lues] == images
    # Trop fine pour des traits, une carte n'a qu'une image : la même partout.
    fine = Diapo("Titre", dessin=replace(carte, sombre=b""))
    seule = blocs.build_presentation([fine], 1, blocs.Pied(VERSION, "Carte"))
    assert seule.count("<img") == 1


def test_une_version_mise_en_service_pendant_la_projection_attend_la_fin(
    ouvrir: Ouvrir, entrepot_factice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Devant une salle, un chiffre ne change pas d'une diapositive à l'autre."""
    dossier = tmp_path / "entrepot"
    shutil.copytree(entrepot_factice, dossier)
    entrepot = open_entrepot(str(dossier))
    (projetee,) = entrepot.list_ids()
    monkeypatch.setenv("BAROMETRE_ENTREPOT", str(dossier))
    depot.forget()
    page = ouvrir("fonds", presentation="1")
    with entrepot.lock(), fill_chantier(entrepot, projetee) as (neuve, moteur):
        write_version(moteur, neuve, simulee=True, code_version="essai", empreintes=mini.EMPREINTES)
    depot.get_version_id.cache.clear()
    assert depot.get_version_id() == neuve
    page.query_params["presentation"] = "2"
    html = _tout(page.run())
    assert html.count(f"Données figées\u202f: version {projetee}") == html.count("Données figées") > 1
    assert neuve not in html
    page.button(key="quitter-presentation").click().run()
    assert neuve in _tout(page)
    depot.forget()
