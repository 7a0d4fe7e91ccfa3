"""Ce que l'assemblage choisit de dessiner, ou de taire, d'une vue déjà composée."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest

from barometre.assemblage import carte_gardee, collectivite, figure_seule, fonds, participation, revisions
from barometre.assemblage.carte_gardee import CarteAffichee
from barometre.catalogue import load_catalogue
from barometre.catalogue.fonds import load_fonds
from barometre.contours.encarts import SUFFIXE
from barometre.domain.indicateur import Calcul, Indicateur
from barometre.domain.portee import PUBLIC
from barometre.maps.palettes import BAISSE, HAUSSE, NON, OUI, PLUSIEURS, STABLE, UN
from barometre.views.carte.faits import A_REPONDU
from barometre.views.carte.valeurs import OUI_NON
from barometre.views.piloter.fonds import Credit
from tests.views.fausse_porte import build_indicateur


@dataclass(frozen=True)
class _Vue:
    """Ce que la carte lit d'une vue ; elle est aussi son relevé et son choix."""

    categories: tuple[str, ...] = ()
    indicateur: Indicateur = field(default_factory=build_indicateur)
    niveau: str = "departement"
    depuis: str = ""

    @property
    def releve(self) -> _Vue:
        return self

    @property
    def choix(self) -> _Vue:
        return self


def test_une_carte_est_nommee_quand_elle_dit_qui_a_repondu() -> None:
    """Ses fichiers suivent alors le droit du lecteur."""
    carte: Any = None
    for categories, nommee in (((A_REPONDU, "Pas encore"), True), (OUI_NON, False), ((), False)):
        vue: Any = _Vue(categories)
        assert CarteAffichee(vue, carte).is_nommee == nommee


def test_deux_cartes_partagent_leurs_classes_si_elles_ont_la_meme_unite() -> None:
    moyenne = build_indicateur("agents", unite="agents", calcul=Calcul("moyenne"))
    part: Any = _Vue()
    for autre, comparable in (
        (_Vue(indicateur=build_indicateur("autre")), True),
        (_Vue(indicateur=moyenne), False),
        (_Vue(OUI_NON), False),
    ):
        vue: Any = autre
        assert carte_gardee._is_comparable(part, vue) == comparable


@pytest.mark.parametrize(
    ("vue", "couleurs"),
    [
        (_Vue(("Baisse", "Stable", "Hausse"), depuis="2023-v1"), (BAISSE, STABLE, HAUSSE)),
        (_Vue((A_REPONDU, "Pas encore")), (OUI, NON)),
        (_Vue(OUI_NON), (OUI, NON)),
        # Un département est couvert par un OPSN ou plusieurs ; une commune, dans plusieurs périmètres ou un.
        (_Vue(("Un OPSN", "Plusieurs")), (UN, PLUSIEURS)),
        (_Vue(("Plusieurs", "Un OPSN"), niveau="commune"), (PLUSIEURS, UN)),
    ],
)
def test_une_categorie_garde_sa_couleur_d_une_carte_a_l_autre(vue: Any, couleurs: tuple[str, ...]) -> None:
    assert carte_gardee._pick_couleurs(vue) == couleurs


@dataclass(frozen=True)
class _Contours:
    formes: pd.DataFrame


def test_la_couche_ne_se_pose_que_sur_la_carte_nationale_et_ses_encarts_avec_eux() -> None:
    couche: Any = pd.DataFrame({"cle": ["01", "75", f"75{SUFFIXE}"]})
    pays, region = pd.DataFrame({"region": ["84", "11"]}), pd.DataFrame({"region": ["84", "84"]})
    sans, avec = ["01", "75"], ["01", "75", f"75{SUFFIXE}"]
    for cles, lues in ((sans, sans), (avec, avec)):
        contours: Any = _Contours(pd.DataFrame({"cle": cles}))
        posee: Any = carte_gardee._select_couche(couche, pays, contours)
        assert posee["cle"].tolist() == lues
        assert carte_gardee._select_couche(couche, region, contours) is None
        assert carte_gardee._select_couche(None, pays, contours) is None


def test_les_credits_par_axe_se_comparent_a_partir_de_deux_et_le_plus_dote_se_nomme() -> None:
    petit, grand = Credit("Former", 12, 14, 1_000_000.0), Credit("Équiper", 20, 25, 9_000_000.0)
    assert fonds._draw_axes([]) is None
    assert fonds._draw_axes([grand]) is None
    dessin = fonds._draw_axes([petit, grand])
    assert dessin is not None
    assert dessin.phrase.startswith("L’axe le plus doté\u202f: Équiper, ")


@dataclass(frozen=True)
class _Fonds:
    """Un fonds et sa liste, de trop peu de bénéficiaires pour un groupe."""

    regions: tuple[Credit, ...] = ()
    axes: tuple[Credit, ...] = ()

    @property
    def liste(self) -> _Fonds:
        return self


def test_un_fonds_dont_aucun_groupe_ne_se_montre_n_a_pas_de_graphique(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate: Any = None
    monkeypatch.setattr(fonds, "build_vue_fonds", lambda *_: _Fonds())
    affiche = fonds._fonds(gate, load_fonds()[0].id)
    assert (affiche.regions, affiche.axes) == (None, None)


def test_les_revisions_vont_de_l_ancienne_version_a_celle_que_l_on_lit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """L'inverse dirait ajouté ce qui a été retiré."""
    lues: list[object] = []
    monkeypatch.setattr(revisions, "build_gate", lambda portee, version: (portee, version))
    monkeypatch.setattr(revisions, "count_revisions", lambda *demande: lues.extend(demande))
    apres: Any = "celle que l'on lit"
    etendue: Any = "étendue"
    revisions._revisions(apres, "v1", etendue)
    assert lues == [(PUBLIC, "v1"), apres, etendue]


@dataclass(frozen=True)
class _Participation:
    """Un questionnaire dont aucune intercommunalité n'a assez de réponses, et aucun jour de réponse connu."""

    theme: str = "Thème"
    vague: str = "Vague"
    axe: str = "epci"
    groupes: tuple[object, ...] = ()
    phrase_ecart: str = ""
    cumul: pd.DataFrame = field(default_factory=pd.DataFrame)


def test_une_participation_sans_rien_a_montrer_n_a_pas_de_graphique() -> None:
    vide: Any = _Participation()
    assert participation._draw_groupes(vide) is None
    assert participation._draw_cumul(vide) is None


def test_seules_les_pages_de_chiffres_ont_une_figure_a_donner() -> None:
    themes = [theme.id for theme in load_catalogue().themes]
    assert all(map(figure_seule.has_figure, ("explorer", "carte", *themes)))
    assert not any(map(figure_seule.has_figure, ("", "fiche", "administration", "comparer", "piloter")))


def test_une_figure_sans_dessin_n_a_pas_d_image(monkeypatch: pytest.MonkeyPatch) -> None:
    gate: Any = None
    provenance: Any = None
    seule = figure_seule.FigureSeule("Titre", "Phrase", "Alt", provenance, pd.DataFrame())
    for figure in (None, seule):
        monkeypatch.setattr(figure_seule, "load_figure_seule", lambda *_, figure=figure: figure)
        assert figure_seule._draw(gate, "explorer", "", "png") is None


@dataclass(frozen=True)
class _Position:
    indicateur: Indicateur


@dataclass(frozen=True)
class _Comparaison:
    positions: tuple[_Position, ...]

    def sort(self, _tri: str) -> tuple[_Position, ...]:
        return self.positions


def test_un_nombre_n_a_pas_de_place_parmi_les_parts_comparees() -> None:
    moyenne = build_indicateur("agents", unite="agents", calcul=Calcul("moyenne"))
    vue: Any = _Comparaison((_Position(moyenne),))
    assert collectivite._build_positions(vue, "ecart") is None
