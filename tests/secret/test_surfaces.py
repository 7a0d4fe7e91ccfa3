"""Tout ce qu'un visiteur peut ouvrir vient de la liste fermée des cellules, avec leur état."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from barometre.access import AccesRefuse, Gate
from barometre.catalogue import load_catalogue
from barometre.catalogue.model import Catalogue
from barometre.pipeline.verify import list_condition_leaks
from barometre.stats.secrecy import BORNES_CYBER, GRILLES_CYBER, GRILLES_PUBLIQUES
from barometre.views.carte.vue_carte import ChoixCarte, build_vue_carte
from barometre.views.collectivite.fiche import build_fiche
from barometre.views.collectivite.structure import build_structure
from barometre.views.comprendre.accueil import build_vue_accueil
from barometre.views.comprendre.chiffres_cles import build_vue_chiffres_cles
from barometre.views.comprendre.indicateur import build_vue_indicateur
from barometre.views.comprendre.theme import build_vue_theme
from barometre.views.lecture.selection import Selection
from barometre.warehouse.repository import Repository

pytestmark = pytest.mark.lent
MONTRES = ["published", "indicative"]
CHIFFRES = ["n", "n_oui", "n_eff", "brut", "redresse", "se", "df", "bas", "haut"]
TAILLE_COMMUNE = {"type": "commune", "strate": "commune-0-499"}


class DepotEspion:
    """Un dépôt qui note toute lecture de réponses déclarées, même sans nom."""

    def __init__(self, depot: Repository, mesures: set[str]) -> None:
        self._depot, self._mesures, self.lectures = depot, mesures, []

    def __getattr__(self, nom: str) -> object:
        if nom in ("list_reponses", "list_poids"):
            self.lectures.append(nom)
        return getattr(self._depot, nom)

    def list_valeurs(self, indicateur_id: object = None, *args: object, **filtres: object) -> pd.DataFrame:
        lues = self._depot.list_valeurs(indicateur_id, *args, **filtres)  # type: ignore[arg-type]
        if indicateur_id is None:
            return lues[lues["indicateur_id"].isin(self._mesures)]
        demandes = {indicateur_id} if isinstance(indicateur_id, str) else set(indicateur_id)  # type: ignore[call-overload]
        if not demandes <= self._mesures:
            self.lectures.append(str(indicateur_id))
        return lues


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def cellules(depot: Repository, catalogue: Catalogue) -> pd.DataFrame:
    """Toutes les cellules, telles que la porte les donne au public."""
    lues = Gate(depot).list_agregats()
    taille = np.select([lues["strate"] != "", lues["type"] != ""], ["strate", "type"], "")
    sensibles = {i.id for i in catalogue.list_indicateurs(origine="declare") if i.sensibilite == "cyber"}
    return lues.assign(
        grille=list(zip(lues["niveau"], taille, lues["couverture"].ne(""), strict=True)),
        cyber=lues["indicateur_id"].isin(sensibles),
    )


def test_la_liste_des_grilles_est_fermee(cellules: pd.DataFrame) -> None:
    montrees = cellules[cellules["etat"].isin(MONTRES)]
    assert set(montrees.loc[~montrees["cyber"], "grille"]) <= GRILLES_PUBLIQUES - {("epci", "", False)}
    assert set(montrees.loc[montrees["cyber"], "grille"]) <= GRILLES_CYBER
    assert montrees["n"].ge(np.where(montrees["cyber"], 20, 10)).all()
    assert montrees["etat"].value_counts().min() > 100


def test_une_cellule_cachee_ne_dit_que_ce_qui_est_public(cellules: pd.DataFrame) -> None:
    cachees = cellules[~cellules["etat"].isin(MONTRES)]
    assert cachees[CHIFFRES].isna().all(axis=None)
    assert cachees["note"].eq("").all()
    peu = cachees["participants"] < np.where(cachees["cyber"], 20, 10)
    assert cachees["etat"].eq("primary").equals(peu)


def test_les_indicateurs_d_une_question_se_montrent_ensemble(
    cellules: pd.DataFrame, catalogue: Catalogue
) -> None:
    montrees = cellules[cellules["etat"].isin(MONTRES)]
    adresse = ["vague_id", "territoire_id", "type", "strate", "couverture"]
    ensembles = {
        str(id_): frozenset(lignes[adresse].itertuples(index=False, name=None))
        for id_, lignes in montrees.groupby("indicateur_id", observed=True)
    }
    familles: dict[tuple[str, str], set[frozenset[object]]] = {}
    for indicateur in catalogue.list_indicateurs(origine="declare"):
        cle = (indicateur.calcul.question_id, indicateur.calcul.non_concerne)
        familles.setdefault(cle, set()).add(ensembles.get(indicateur.id, frozenset()))
    assert {cle for cle, ensembles in familles.items() if len(ensembles) > 1} == set()


def test_une_question_sous_condition_suit_celle_qui_la_commande(depot: Repository) -> None:
    moteur = depot.get_engine()
    assert list_condition_leaks(moteur) == []


def test_une_part_de_cybersecurite_n_est_jamais_extreme(cellules: pd.DataFrame) -> None:
    bas, haut = BORNES_CYBER
    parts = cellules.loc[cellules["cyber"] & cellules["etat"].isin(MONTRES)]
    assert parts[["brut", "redresse"]].min(axis=None) >= bas
    assert parts[["brut", "redresse"]].max(axis=None) <= haut
    bornees = parts["plafond"].ne("")
    assert bornees.any()
    assert (parts.loc[parts["plafond"].eq("au_plus"), "bas"] == 0).all()


def test_un_changement_ne_defait_aucun_masque(depot: Repository, cellules: pd.DataFrame) -> None:
    evolutions = Gate(depot).list_evolutions()
    montrees = evolutions[evolutions["etat"].isin(MONTRES)]
    cle = ["indicateur_id", "territoire_id", "type", "strate", "couverture"]
    visibles = cellules[cellules["etat"].isin(MONTRES) & cellules["plafond"].eq("")].set_index(
        [*cle, "vague_id"]
    )
    for vague in ("vague_1", "vague_2"):
        adresses = pd.MultiIndex.from_frame(montrees[[*cle, vague]].astype("object"))
        assert adresses.isin(visibles.index).all(), vague
    panel = evolutions[evolutions["gains"].notna()]
    assert len(panel) > 10
    assert panel["territoire_id"].eq("france").all()
    assert (panel[["type", "strate", "couverture"]] == "").all(axis=None)
    assert evolutions.loc[~evolutions["etat"].isin(MONTRES), ["changement", "n_1"]].isna().all(axis=None)


def test_les_estimations_par_modele_sont_de_questions_posees_a_toutes(
    depot: Repository, catalogue: Catalogue
) -> None:
    lignes = Gate(depot).list_estimations_modele()
    questions = [catalogue.get_indicateur(i).calcul for i in lignes["indicateur_id"].unique()]
    assert len(questions) > 10
    filtrees = [c for c in questions if catalogue.get_question(c.question_id).condition]
    assert all(c.non_concerne == "non" for c in filtrees)
    assert (lignes["n"].dropna() >= 10).all()


HORS_LISTE = [
    Selection(territoire_id="departement-33", couverture="adherente"),
    Selection(territoire_id="zone-metropole", couverture="perimetre"),
    Selection(territoire_id="region-75", type="commune", couverture="adherente"),
    Selection(territoire_id="epci-243300316"),
    Selection(territoire_id="commune-33063"),
]


@pytest.mark.parametrize("selection", HORS_LISTE, ids=lambda s: f"{s.territoire_id} {s.couverture}")
def test_hors_de_la_liste_rien_ne_se_montre(
    depot: Repository, catalogue: Catalogue, selection: Selection
) -> None:
    vue = build_vue_theme(Gate(depot), catalogue, "communication", selection)
    assert vue.est_vide
    assert vue.table[["brut", "redresse", "bas", "haut"]].isna().all(axis=None)


def test_la_cybersecurite_s_arrete_a_la_region_et_au_type(depot: Repository, catalogue: Catalogue) -> None:
    for selection in (
        Selection(territoire_id="departement-33"),
        Selection(territoire_id="region-75", **TAILLE_COMMUNE),  # type: ignore[arg-type]
        Selection(couverture="adherente", type="commune"),
    ):
        assert build_vue_theme(Gate(depot), catalogue, "cybersecurite", selection).est_vide


def test_aucune_page_publique_ne_compte_dans_les_reponses(depot: Repository, catalogue: Catalogue) -> None:
    """Ni sous-ensemble vivant, ni poids : les pages ne lisent que des cellules déjà décidées."""
    mesures = {i.id for i in catalogue.list_indicateurs(origine="mesure")}
    espion = DepotEspion(depot, mesures)
    gate = Gate(espion)  # type: ignore[arg-type]
    build_vue_accueil(gate, catalogue)
    build_vue_chiffres_cles(gate, catalogue)
    for theme in catalogue.themes:
        build_vue_theme(gate, catalogue, theme.id, Selection(territoire_id="region-75"))
        cle = next(i for i in catalogue.list_indicateurs(theme.id, origine="declare") if i.cle)
        build_vue_indicateur(gate, catalogue, cle.id, Selection())
        for niveau in ("region", "departement", "commune"):
            choix = ChoixCarte(cle.id, theme.id, niveau, Selection(territoire_id="region-75"))
            build_vue_carte(gate, catalogue, choix)
    structure = build_structure(gate)
    repondante = sorted(next(iter(structure.repondantes.values())))[0]
    assert build_fiche(gate, catalogue, structure, repondante, date(2026, 11, 22)) is not None
    assert espion.lectures == []


def test_la_porte_publique_refuse_les_sous_ensembles(depot: Repository) -> None:
    gate = Gate(depot)
    pairs = depot.list_collectivites(departement="33")["collectivite_id"].tolist()[:40]
    with pytest.raises(AccesRefuse):
        gate.list_agregats_pairs("commune-33063", pairs, ["site_internet"], "2023-v1")
    with pytest.raises(AccesRefuse):
        gate.list_pratiques_pairs("commune-33063", pairs, ["site_internet"], "2023-v1")
    with pytest.raises(AccesRefuse):
        gate.list_valeurs("site_internet", "2023-v1")
    with pytest.raises(AccesRefuse):
        gate.list_reponses("commune-33063")
