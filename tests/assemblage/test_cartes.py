"""La carte que l'assemblage dessine : ce qu'elle classe, et ce qui se pose par-dessus."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.carte_gardee import (
    CarteAffichee,
    Dessin,
    _build_couche,
    _widen,
    build_table_carte,
    load_cartes,
)
from barometre.catalogue import load_catalogue
from barometre.domain.indicateur import Indicateur
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.lecture.selection import Selection
from barometre.warehouse.repository import open_repository
from tests.fakes import add_opsn, build_entrepot_factice


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    lu = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot"), changer=add_opsn))
    memoire.forget()
    yield Gate(lu)
    lu.close()


def _find(sens: str) -> Indicateur:
    """Une part déclarée de ce sens."""
    declares = load_catalogue().list_indicateurs(origine="declare")
    return next(i for i in declares if i.est_part and i.sens == sens)


def _load_ecart(gate: Gate, indicateur: Indicateur) -> CarteAffichee:
    choix = ChoixCarte(indicateur.id, indicateur.theme_id, "region", Selection())
    return load_cartes(gate, (choix,), Dessin(methode="ecart"))[0]


def test_une_carte_des_ecarts_range_chaque_lieu_d_apres_sa_distance_a_la_france(gate: Gate) -> None:
    affichee = _load_ecart(gate, _find("plus_haut_mieux"))
    reference, entrees = affichee.vue.releve.reference, affichee.carte.legende.entrees
    libelles = {entree.rang: entree.libelle for entree in entrees}
    assert reference is not None
    montres = affichee.carte.lieux.dropna(subset=["valeur"])
    assert len(montres)
    for lieu in montres.to_dict("records"):
        ecart = 100 * (lieu["valeur"] - reference)
        cote = "−" if ecart < -2 else "+"
        assert abs(ecart) > 2  # aucune région inventée n'est à la valeur du pays
        assert cote in libelles[lieu["rang"]]
        assert "points" in libelles[lieu["rang"]]


def test_un_indicateur_sans_sens_ne_se_range_pas_par_ecart(gate: Gate) -> None:
    """Au-dessus ou en dessous de la France : ni l'un ni l'autre n'est mieux, deux couleurs le diraient."""
    libelles = [entree.libelle for entree in _load_ecart(gate, _find("neutre")).carte.legende.entrees]
    assert libelles
    assert not any("points" in libelle for libelle in libelles)


def test_la_couche_trace_tout_departement_qu_un_seul_opsn_couvre(gate: Gate) -> None:
    couche = _build_couche(gate)
    assert set(zip(couche["code"], couche["nombre"], strict=True)) == {("01", 1)}


def test_le_tableau_d_une_carte_est_dans_l_unite_affichee(gate: Gate) -> None:
    """Une part en pour cent, un nombre tel quel : « 450 agents » pour quatre et demi se lirait vrai."""
    declares = load_catalogue().list_indicateurs(origine="declare")
    for indicateur in (_find("plus_haut_mieux"), next(i for i in declares if not i.est_part)):
        choix = ChoixCarte(indicateur.id, indicateur.theme_id, "region", Selection())
        affichee = load_cartes(gate, (choix,), Dessin())[0]
        table = build_table_carte(affichee).set_index("code")["valeur"].dropna()
        brutes = affichee.carte.lieux.set_index("code")["valeur"][table.index]
        assert len(table)
        facteur = 100 if indicateur.unite == "%" else 1
        assert table.tolist() == pytest.approx((facteur * brutes).tolist(), abs=0.5 + 1e-9)


@pytest.mark.parametrize(
    ("niveau", "territoire", "retenu"),
    [
        ("departement", "departement-01", "region-01"),
        ("departement", "commune-01001", "region-01"),
        ("region", "departement-01", "france"),
        ("departement", "france", "france"),
    ],
)
def test_une_carte_moins_fine_montre_le_plus_petit_territoire_qui_contient_l_autre(
    gate: Gate, niveau: str, territoire: str, retenu: str
) -> None:
    choix = ChoixCarte("site_internet", "communication", niveau, Selection(territoire_id=territoire))
    assert _widen(gate, choix).selection.territoire_id == retenu
