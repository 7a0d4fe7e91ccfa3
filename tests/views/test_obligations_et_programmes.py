"""Qui est concerné, qui bénéficie : comptés sur cinq communes écrites à la main."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from barometre.catalogue.model import Concerne, SeuilLegal
from barometre.catalogue.programmes import ActionPublique, Programme
from barometre.views.donnees.methode import describe_age
from barometre.views.lecture.champ import list_champ, select_territoire
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import format_tableau
from barometre.views.piloter.etats_obligation import list_concernees
from barometre.views.piloter.programmes import build_vue_programmes
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur

REFERENTIEL = pd.DataFrame(
    [
        ("commune-1", "commune", "Essai-Un", 3500, "01", "01", None),
        ("commune-2", "commune", "Essai-Deux", 3499, "01", "01", None),
        ("commune-3", "commune", "Essai-Trois", 50_000, "02", "02", None),
        ("commune-4", "commune", "Essai-Quatre", None, "02", "02", None),
        ("epci-9", "epci", "Essai-EPCI", 60_000, "01", "01", None),
        ("region-01", "region", "Nord-Essai", 6999, None, "01", None),
        ("region-02", "region", "Île d’Essai", 50_000, None, "02", "commune-3"),
    ],
    columns=["collectivite_id", "type", "nom", "population", "departement", "region", "porteur_id"],
).assign(
    code=lambda t: t["collectivite_id"].str.split("-").str[1],
    zone="metropole", strate="", epci=None, couverture="inconnue",
)  # fmt: skip


class Porte(FaussePorte):
    def get_referentiel(self) -> pd.DataFrame:
        return REFERENTIEL

    def list_sources(self) -> pd.DataFrame:
        ligne = {
            "source_id": "essai",
            "titre": "Liste d’essai",
            "licence": "LO",
            "adresse": "",
            "etat": "chargee",
        }
        return pd.DataFrame([ligne])


def _seuil(*concernes: Concerne) -> SeuilLegal:
    return SeuilLegal(
        "s", "essai", "S", "Faire.", "Loi", "", concernes, date(2026, 1, 1), "", preuves=("site",)
    )


@pytest.mark.parametrize(
    ("minimum", "strict", "attendues"),
    [
        (3500, False, {"commune-1", "commune-3"}),  # 3 500 compte, 3 499 non
        (3500, True, {"commune-3"}),  # « plus de » : la borne ne compte pas
        (50_000, True, set()),
        (0, False, {"commune-1", "commune-2", "commune-3", "commune-4"}),
    ],
)
def test_le_seuil_compte_juste_et_l_inconnue_est_a_part(
    minimum: int, strict: bool, attendues: set[str]
) -> None:
    concernees, a_verifier = list_concernees(REFERENTIEL, _seuil(Concerne("commune", minimum, strict)))
    assert set(concernees["collectivite_id"]) == attendues
    assert set(a_verifier["collectivite_id"]) == ({"commune-4"} if minimum else set())


def test_le_champ_exclut_ce_qu_une_autre_collectivite_porte() -> None:
    porte: Any = Porte()
    assert "region-02" not in set(list_champ(porte, Selection())["collectivite_id"])
    assert set(
        list_champ(porte, Selection(territoire_id="region-01", type="commune"))["collectivite_id"]
    ) == {
        "commune-1",
        "commune-2",
    }


def test_un_territoire_inconnu_est_vide() -> None:
    assert select_territoire(REFERENTIEL, "departement-99").empty


PROGRAMME = Programme("prog", "Programme", "Un essai.", "mesure", "Communes d’essai", "https://exemple.fr")


def _action(id_: str, beneficiaire: str, collectivite_id: str, montant: float | None) -> ActionPublique:
    vides = dict.fromkeys(("objet", "administration", "resultat", "etape_suivante", "axe", "date_source"), "")
    return ActionPublique(
        id=id_,
        programme="ITN7",
        beneficiaire=beneficiaire,
        collectivite_id=collectivite_id,
        territoire=collectivite_id,
        projet="Projet",
        montant=montant,
        source="S",
        source_url="https://s",
        **vides,
    )


ACTIONS = (
    _action("a", "Commune Un", "commune-1", 1000.0),
    _action("b", "Un OPSN", "", None),
)


def _vue(valeurs: list[dict[str, Any]], territoire: str = "france") -> Any:
    mesure = build_indicateur("mesure", origine="mesure", source_id="essai")
    porte: Any = Porte(valeurs=valeurs)
    return build_vue_programmes(porte, build_catalogue([mesure]), [PROGRAMME], ACTIONS, territoire)


VALEURS = [
    {"collectivite_id": "commune-1", "periode": "2024", "valeur": 1.0, "etat": "repondu", "n_communes": None},
    {"collectivite_id": "commune-3", "periode": "2024", "valeur": 0.0, "etat": "repondu", "n_communes": None},
    # Montée des communes : ce n'est pas une bénéficiaire de plus.
    {"collectivite_id": "commune-2", "periode": "2024", "valeur": 1.0, "etat": "repondu", "n_communes": 4},
    # Une liste plus ancienne ne compte plus.
    {"collectivite_id": "commune-2", "periode": "2020", "valeur": 1.0, "etat": "repondu", "n_communes": None},
]


def test_les_beneficiaires_et_leur_part() -> None:
    beneficiaires = _vue(VALEURS).programmes[0]
    assert (beneficiaires.n, beneficiaires.total, beneficiaires.part) == (1, 4, 0.25)
    assert beneficiaires.part_population == pytest.approx(3500 / 56_999)
    assert [ligne[:3] for ligne in beneficiaires.territoires] == [("Île d’Essai", 0, 2), ("Nord-Essai", 1, 2)]


def test_sans_liste_chargee_on_le_dit_et_rien_n_est_compte_zero() -> None:
    vue = _vue([])
    assert not vue.programmes[0].charge
    assert "listes des communes bénéficiaires ne sont pas encore chargées" in vue.a_retenir
    assert all(
        "un opérateur peut la charger" in b.phrase for b in vue.programmes
    )  # qui lit sait à qui le demander
    assert vue.table["remarque"].tolist() == ["liste non chargée"]
    assert vue.table["communes_programme"].isna().all()


def test_ce_qui_n_est_pas_public_est_dit_tel() -> None:
    table = _vue(VALEURS).table_actions
    assert table["montant"].iloc[0] == 1000
    assert format_tableau(table)[1][1][table.columns.get_loc("montant")] == "non publié"
    assert set(table["etape_suivante"]) == {"non publié"}


def test_les_projets_d_un_territoire() -> None:
    assert [a.id for a in _vue(VALEURS, "region-01").actions] == ["a"]
    assert _vue(VALEURS, "region-02").actions == ()


@pytest.mark.parametrize(
    ("source", "age"),
    [
        ("2024-08-01", "2\u00a0ans"),
        ("2026-07", "4 mois"),
        ("2026-11-20", "moins d’un mois"),
        ("2026", "moins d’un an"),
        ("2018", "8\u00a0ans"),
        ("jamais", ""),
    ],
)
def test_l_age_d_une_source(source: str, age: str) -> None:
    assert describe_age(source, date(2026, 11, 22)) == age
