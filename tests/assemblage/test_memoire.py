"""Une vue gardée n'est jamais rendue à une autre portée ni à une autre version, et la mémoire est bornée."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from sys import getsizeof
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from barometre.access import Gate
from barometre.access.lectures import Journal
from barometre.assemblage import memoire
from barometre.assemblage.poids import measure
from barometre.catalogue import load_catalogue
from barometre.catalogue.calendrier import Periode, read_calendrier, set_lecteur
from barometre.domain.portee import PUBLIC, Portee
from barometre.warehouse.repository import Repository


@dataclass(frozen=True)
class _Porte:
    portee: Portee
    version_id: str
    inscrites: list[Any] = field(default_factory=list)
    lectures: tuple[str, ...] = ("lire_reponses",)

    def reopen(self) -> _Porte:
        return _Porte(self.portee, self.version_id)

    def record_again(self, lectures: Any) -> None:
        self.inscrites.extend(lectures)


@pytest.fixture(autouse=True)
def memoire_vide() -> Iterator[None]:
    memoire.forget()
    yield
    memoire.forget()


def test_la_cle_porte_la_portee_la_version_et_les_filtres() -> None:
    appels: list[str] = []

    def build(gate: Any, theme: str) -> tuple[Any, ...]:
        appels.append(theme)
        return (gate.portee, gate.version_id, theme)

    public = _Porte(PUBLIC, "v1")
    assert memoire.get_vue(public, build, "inclusion") == (PUBLIC, "v1", "inclusion")  # type: ignore[arg-type]
    memoire.get_vue(_Porte(PUBLIC, "v1"), build, "inclusion")  # type: ignore[arg-type]
    assert len(appels) == 1  # la seconde lecture vient de la mémoire

    elu = Portee(role="collectivite", collectivite_id="commune-33063")
    assert memoire.get_vue(_Porte(elu, "v1"), build, "inclusion")[0] == elu  # type: ignore[arg-type]
    assert memoire.get_vue(_Porte(elu, "v2"), build, "inclusion")[1] == "v2"  # type: ignore[arg-type]
    assert memoire.get_vue(_Porte(elu, "v2"), build, "donnee")[2] == "donnee"  # type: ignore[arg-type]


def test_des_dates_donnees_a_une_vague_refont_la_vue() -> None:
    """Un opérateur ouvre une vague : ce qui était gardé d'avant ne se relit plus."""
    porte: Any = _Porte(PUBLIC, "v1")
    avant = read_calendrier()
    assert memoire.get_vue(porte, _lire_calendrier) == avant
    donnees = (Periode("2026", date(2026, 11, 1), None),)
    try:
        set_lecteur(lambda: donnees)
        assert memoire.get_vue(porte, _lire_calendrier) == donnees
    finally:
        set_lecteur(lambda: avant)


def _lire_calendrier(_gate: Any) -> object:
    return read_calendrier()


def test_une_vue_gardee_se_reinscrit_a_chaque_livraison_au_compte_de_qui_la_recoit() -> None:
    premiere, seconde = _Porte(PUBLIC, "v1"), _Porte(PUBLIC, "v1")
    for porte in (premiere, seconde):
        memoire.get_vue(porte, lambda _gate: "vue")  # type: ignore[arg-type]
    assert premiere.inscrites == ["lire_reponses"]
    memoire.get_vue(seconde, _vue_nommee)  # type: ignore[arg-type]
    memoire.get_vue(premiere, _vue_nommee)  # type: ignore[arg-type]
    assert (
        len(premiere.inscrites) == len(seconde.inscrites) == 2
    )  # construite une fois, inscrite à chaque fois


def _vue_nommee(_gate: Any) -> str:
    return "nommée"


def test_deux_vues_aux_memes_filtres_ne_se_confondent_pas() -> None:
    def une(_gate: Any) -> str:
        return "une"

    def autre(_gate: Any) -> str:
        return "autre"

    porte: Any = _Porte(PUBLIC, "v1")
    assert (memoire.get_vue(porte, une), memoire.get_vue(porte, autre)) == ("une", "autre")


def test_le_poids_compte_les_tableaux_et_une_fois_ce_qui_est_partage() -> None:
    tableau = pd.DataFrame({"a": np.zeros(10_000)})
    assert measure(tableau) >= 80_000  # 10 000 × 8 octets
    assert measure((tableau, tableau)) < 2 * 80_000
    assert measure({"x": [np.zeros(1_000)]}) >= 8_000


def test_le_poids_compte_les_champs_d_une_valeur_du_domaine_et_ses_textes() -> None:
    vue = _Porte(PUBLIC, "v" * 10_000, inscrites=["x" * 20_000, {"cle": "y" * 30_000}])
    assert 60_000 <= measure(vue) < 65_000


def test_une_vue_plus_grosse_que_la_memoire_se_rend_sans_se_garder() -> None:
    appels: list[int] = []

    def build(_gate: Any) -> np.ndarray:
        appels.append(1)
        return np.zeros(memoire.OCTETS // 8 + 1)

    porte: Any = _Porte(PUBLIC, "v1")
    for _ in range(2):
        assert len(memoire.get_vue(porte, build)) == memoire.OCTETS // 8 + 1
    assert len(appels) == 2


def test_une_vue_faite_d_une_vue_gardee_redit_ce_que_celle_ci_a_lu_de_nomme() -> None:
    inscrites: list[str] = []
    registre = cast(Journal, _Registre(inscrites))

    def nommee(gate: Gate) -> str:
        gate._record("lire_valeurs", "site")
        return "nommée"

    def derivee(gate: Gate) -> str:
        return memoire.get_vue(gate, nommee) + ", dérivée"

    for _ in range(2):
        porte = Gate(cast(Repository, _Depot()), Portee(role="programme"), journal=registre)
        assert memoire.get_vue(porte, derivee) == "nommée, dérivée"
    assert inscrites == ["lire_valeurs", "lire_valeurs"]


@dataclass(frozen=True)
class _Depot:
    version_id: str = "v1"


@dataclass(frozen=True)
class _Registre:
    inscrites: list[str]

    def journaliser(self, action: str, objet: str, **_details: Any) -> None:
        self.inscrites.append(action)


def test_une_lecture_faite_deux_fois_pour_une_vue_s_inscrit_une_fois_par_livraison() -> None:
    inscrites: list[str] = []

    def nommee(gate: Gate) -> str:
        for action in ("lire_participation", "lire_valeurs", "lire_participation"):
            gate._record(action, "commune-33063")
        return "nommée"

    porte = Gate(cast(Repository, _Depot()), PUBLIC, journal=cast(Journal, _Registre(inscrites)))
    for _ in range(2):
        memoire.get_vue(porte, nommee)
    assert inscrites == ["lire_participation", "lire_valeurs"] * 2


def test_un_indicateur_du_catalogue_ne_pese_pas_dans_chaque_vue() -> None:
    catalogue = load_catalogue()
    fiches = (*catalogue.indicateurs.values(), *catalogue.questionnaires.values(), *catalogue.themes)
    assert len(fiches) > 100
    # La place de leurs adresses, rien de plus.
    assert measure(fiches) == getsizeof(fiches)
