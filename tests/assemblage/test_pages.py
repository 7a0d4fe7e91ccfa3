"""Ce que l'assemblage choisit pour une page : une figure, un territoire, un jour, un chiffre brut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from barometre.access.registre import get_registre
from barometre.assemblage import depot, figure_seule, memoire, piloter
from barometre.assemblage import theme as assemblage_theme
from barometre.assemblage.calendrier import forget_calendrier, read_calendrier_garde
from barometre.assemblage.collectivite import ComparerAffiche, load_fiche
from barometre.assemblage.etat import load_accord
from barometre.assemblage.figure_seule import _read_choix, build_requete
from barometre.assemblage.opsn import _territoire, load_opsn
from barometre.assemblage.participation import _draw_panel
from barometre.assemblage.piloter import draw_beneficiaires, load_association
from barometre.assemblage.theme import IndicateurAffiche, ThemeAffiche, load_indicateur, load_vue_theme
from barometre.catalogue import load_catalogue
from barometre.catalogue.calendrier import Periode
from barometre.catalogue.programmes import Programme, load_programmes
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.structure import EGALE
from barometre.views.comprendre.entonnoirs import Entonnoir
from barometre.views.comprendre.theme import GroupeLignes, VueTheme
from barometre.views.lecture.address import read_query
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.associations import VueAssociations
from barometre.views.piloter.programmes import Beneficiaires
from tests.charts.cadres import ligne
from tests.views.fausse_porte import build_catalogue, build_indicateur
from tests.views.terrain_pairs import SOI, STRATE, THEMES, serve_terrain


@pytest.fixture(scope="module", autouse=True)
def entrepot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with serve_terrain(tmp_path_factory.mktemp("terrain")):
        yield


def test_un_nom_ou_une_page_d_apercu_ne_font_pas_une_autre_figure() -> None:
    court = build_requete("indicateurs=site_internet")
    assert build_requete("indicateurs=site_internet&nom=Ma+vue&page=2&embed=1&collectivite=x") == court
    for change in ("vague=2023-v1", "strate=commune-0-499", "chiffres=brut", "territoire=region-84"):
        assert build_requete(f"indicateurs=site_internet&{change}") != court


def test_sans_indicateur_une_carte_montre_un_chiffre_cle_de_son_theme() -> None:
    catalogue = load_catalogue()
    for theme in catalogue.themes:
        choisi = catalogue.get_indicateur(_read_choix(read_query(f"theme={theme.id}")).indicateur_id)
        siens = catalogue.list_indicateurs(theme.id)
        assert choisi.theme_id == theme.id
        assert choisi.cle or not any(i.cle for i in siens)
        assert choisi.origine == "declare" or not any(i.cle and i.origine == "declare" for i in siens)


def test_un_chiffre_cle_passe_avant_ce_qui_est_declare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aucun de nos thèmes n'a de chiffre clé mesuré seulement ; le jour venu, ce sera lui."""
    mesure_cle = build_indicateur("mesure", cle=True, origine="mesure")
    declare, declare_cle = build_indicateur("declare"), build_indicateur("cle", cle=True)
    for cartes, choisie in (([declare, mesure_cle], "mesure"), ([declare, mesure_cle, declare_cle], "cle")):
        catalogue = build_catalogue(cartes)
        monkeypatch.setattr(figure_seule, "load_catalogue", lambda catalogue=catalogue: catalogue)
        assert _read_choix(read_query("theme=essai")).indicateur_id == choisie


@dataclass(frozen=True)
class _PorteOpsn:
    """Ce que `_territoire` lit d'une porte."""

    portee: Portee

    def list_liens_opsn(self) -> pd.DataFrame:
        liens = [("un", "departement-01", "perimetre"), ("deux", "departement-2A", "perimetre")]
        return pd.DataFrame(liens, columns=["opsn_id", "cible_id", "nature"])

    def list_collectivites(self, **_: object) -> pd.DataFrame:
        lignes = [("departement-01", "84"), ("departement-2A", "94")]
        return pd.DataFrame(lignes, columns=["collectivite_id", "region"])


@pytest.mark.parametrize(("opsn", "territoire"), [("un", "departement-01"), ("deux", "departement-2A")])
def test_un_opsn_lit_le_territoire_de_son_seul_perimetre(opsn: str, territoire: str) -> None:
    porte: Any = _PorteOpsn(Portee("opsn", opsn_id=opsn))
    assert _territoire(porte) == territoire


@dataclass(frozen=True)
class _Suivi:
    """Ce que `_draw_panel` lit d'un suivi."""

    fidelite: dict[int, int | None] = field(default_factory=dict)


def test_un_panel_de_trop_peu_se_dit_cache_et_non_nul() -> None:
    suivi: Any = _Suivi({1: 40, 2: None})
    dessin: Any = _draw_panel(suivi)
    assert dessin is not None
    ecrits = dessin.table.astype(str).to_string()
    assert "40" in ecrits
    assert " 0" not in ecrits
    seule: Any = _Suivi({1: 40})
    assert _draw_panel(seule) is None


@dataclass(frozen=True)
class _VueComparee:
    def place(self, _soi: object) -> _VueComparee:
        return self


def test_des_reponses_donnees_sur_place_ne_sortent_que_par_la_page() -> None:
    vue: Any = _VueComparee()
    soi: Any = None
    assert not ComparerAffiche(vue).sur_place
    assert ComparerAffiche(vue).place(soi).sur_place


def test_une_fiche_est_celle_du_jour_demande() -> None:
    gate = depot.open_gate_publique()
    fiches = [load_fiche(gate, SOI, date(annee, 1, 1)) for annee in (2020, 2030)]
    assert all(fiches)
    assert fiches[0] is not fiches[1]
    assert load_fiche(gate, SOI, date(2020, 1, 1)) is fiches[0]


def test_qui_demande_des_chiffres_bruts_les_a() -> None:
    gate = depot.build_gate(PUBLIC, depot.get_version_id())
    for valeur in ("brut", "redresse"):
        selection = Selection(valeur=valeur)
        assert load_vue_theme(gate, THEMES[0], selection).selection.valeur == valeur
        assert load_indicateur(gate, "site_internet", selection).vue.selection.valeur == valeur


def test_un_choix_multiple_se_dessine_dans_le_chiffre_que_la_page_montre() -> None:
    gate = depot.open_gate_publique()
    for valeur in ("brut", "redresse"):
        vue = load_vue_theme(gate, THEMES[0], Selection(strate=STRATE, valeur=valeur))
        montrees = (x for x in vue.lignes if x.indicateur.est_part and x.chiffre.montre)
        parts = tuple(replace(x, chiffre=replace(x.chiffre, brut=0.125)) for x in montrees)
        rangs = ThemeAffiche(vue, None).get_groupe(GroupeLignes("choix", "Un choix", parts)).rangs
        assert [rang.point for rang in rangs] == pytest.approx([x.chiffre.get_valeur(valeur) for x in parts])
        assert any(x.chiffre.redresse != 0.125 for x in parts)


def test_l_ensemble_d_un_entonnoir_est_dans_le_chiffre_que_la_page_montre() -> None:
    """Des points bruts autour d'une ligne redressée sortiraient de limites qui ne sont pas les leurs."""
    vue = load_indicateur(depot.open_gate_publique(), "site_internet", Selection()).vue
    reference = replace(vue.ligne.chiffre, brut=0.25, redresse=0.5)
    entonnoir = Entonnoir("region", "Titre", "régions", (ligne("Un lieu", n_eff=250),), reference)
    for valeur, hauteur in (("brut", 25.0), ("redresse", 50.0)):
        dessin: Any = IndicateurAffiche(vue.show_valeur(valeur)).get_entonnoir(entonnoir)
        assert set(dessin.figure.data[0].y) == {hauteur}


def test_sans_vague_ni_filtre_la_vue_est_celle_que_la_page_propose_d_abord(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sous un filtre, la vague est la dernière qui y a des réponses : celle du pays y serait vide."""
    demandees: list[Selection] = []

    def build(_gate: Any, _catalogue: Any, _theme: str, selection: Selection) -> VueTheme:
        demandees.append(selection)
        return vue

    gate = depot.open_gate_publique()
    vue = load_vue_theme(gate, THEMES[0], Selection())
    filtree = Selection(strate=STRATE, couverture="perimetre")
    monkeypatch.setattr(assemblage_theme, "load_vague_defaut", lambda *_: "2023-v1")
    monkeypatch.setattr(assemblage_theme, "build_vue_theme", build)
    memoire.forget()
    for selection in (Selection(), filtree):
        load_vue_theme(gate, THEMES[0], selection)
    memoire.forget()
    assert demandees == [Selection(vague_id="2023-v1"), filtree]


def test_declare_et_mesure_se_lit_redresse_quoi_que_la_page_montre() -> None:
    gate = depot.open_gate_publique()
    assert load_accord(gate, THEMES[0], Selection(valeur="brut")) is load_accord(gate, THEMES[0], Selection())


@pytest.mark.parametrize(("structure", "egale"), [(EGALE, True), ("", False)])
def test_les_opsn_se_comparent_a_structure_egale_sauf_demande_contraire(structure: str, egale: bool) -> None:
    gate = depot.open_gate_publique()
    assert load_opsn(gate, THEMES[0], structure).vue.egale == egale
    assert load_opsn(gate, THEMES[0]).vue.egale


def test_une_association_est_celle_du_theme_demande(monkeypatch: pytest.MonkeyPatch) -> None:
    lus: list[str] = []

    def build(_gate: Any, _catalogue: Any, programme: Programme, theme_id: str) -> VueAssociations:
        lus.append(theme_id)
        return VueAssociations(programme, "", (), provenance, simulee=True)

    gate = depot.open_gate_publique()
    provenance = load_vue_theme(gate, THEMES[0], Selection()).provenance
    monkeypatch.setattr(piloter, "build_vue_associations", build)
    memoire.forget()
    for theme_id in THEMES:
        assert load_association(gate, load_programmes()[0].id, theme_id).graphique is None
    memoire.forget()
    assert lus == list(THEMES)


def test_les_beneficiaires_d_un_territoire_se_dessinent_en_part_de_ses_communes() -> None:
    """Deux cents communes de la Creuse n'en font pas moins que trois cents de la Gironde."""
    territoires = (("Creuse", 128, 256, 0.5), ("Gironde", 134, 536, 0.25), ("Île", 0, 0, 0.0))
    programme = load_programmes()[0]
    dites = Beneficiaires(programme, None, "2026", 262, 792, 0.4, territoires, "departement")
    dessin: Any = draw_beneficiaires(dites)
    assert [rang.barre for rang in dessin.rangs] == [0.5, 0.25, 0.0]
    assert draw_beneficiaires(replace(dites, territoires=())) is None


def test_les_dates_d_une_vague_sont_celles_que_le_registre_a_recues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/registre.db")
    forget_calendrier()
    assert read_calendrier_garde() == ()  # personne n'a encore ouvert de registre : en lire un n'en crée pas
    assert list(tmp_path.iterdir()) == []
    ouverture, fermeture = date(2026, 1, 1), date(2026, 2, 1)
    registre = get_registre()
    registre.calendrier.save("2026-v4", ouverture, fermeture, par="c-o")
    forget_calendrier()
    assert read_calendrier_garde() == (Periode("2026-v4", ouverture, fermeture),)
    registre.close()
    forget_calendrier()
