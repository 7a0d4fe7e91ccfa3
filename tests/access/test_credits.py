"""Les crédits d'un fonds : jamais un groupe de moins de dix bénéficiaires, ni par soustraction."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometre.access import AccesRefuse, Gate
from barometre.access.credits import build_regions, sum_credits
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.secret import SEUIL
from barometre.warehouse.dialects import insert_frame
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.repository import Repository
from barometre.warehouse.schema import action_fonds
from barometre.warehouse.versions import open_chantier
from tests import mini
from tests.conftest import load_mini


def build_actions(comptes: dict[str, int], euros: float = 100.0) -> tuple[pd.DataFrame, pd.Series]:
    """Un projet par bénéficiaire ; `comptes` : groupe → bénéficiaires."""
    groupes = [groupe for groupe, n in comptes.items() for _ in range(n)]
    ids = [f"commune-{rang:05d}" for rang in range(len(groupes))]
    actions = pd.DataFrame({"collectivite_id": ids, "opsn_id": None, "montant": euros})
    return actions, pd.Series(groupes)


def test_les_petits_groupes_se_reunissent() -> None:
    actions, groupes = build_actions({"a": 40, "b": 7, "c": 4})
    table = sum_credits(actions, groupes).set_index("groupe")
    assert table["beneficiaires"].to_dict() == {"a": 40, "c+b": 11}  # 4 + 7
    assert table.loc["c+b", "montant"] == 1100.0
    assert table.loc["c+b", "reunis"] == ("c", "b")


@pytest.mark.parametrize(
    ("comptes", "groupes"),
    [
        ({"a": 40, "b": 10, "c": 10}, ["a", "b", "c"]),  # dix suffisent
        ({"a": 40, "b": 9}, ["b+a"]),
        ({"a": 40, "b": 9, "c": 1}, ["a", "c+b"]),  # réunis, ils font dix
        ({"a": 40, "b": 8, "c": 1}, ["c+b+a"]),
        ({"a": 10}, ["a"]),
        ({"a": 9}, []),
    ],
)
def test_dix_beneficiaires_suffisent_et_neuf_non(comptes: dict[str, int], groupes: list[str]) -> None:
    assert sum_credits(*build_actions(comptes))["groupe"].tolist() == groupes


def test_un_montant_inconnu_se_compte_a_part() -> None:
    actions, groupes = build_actions({"a": 12})
    actions.loc[[0, 5], "montant"] = None
    (ligne,) = sum_credits(actions, groupes).to_dict("records")
    assert (ligne["montant"], ligne["projets"], ligne["sans_montant"]) == (1000.0, 12, 2)


def test_un_seul_petit_entraine_le_suivant_pour_ne_pas_se_deduire_du_total() -> None:
    actions, groupes = build_actions({"a": 40, "b": 20, "c": 1})
    assert sum_credits(actions, groupes)["groupe"].tolist() == ["a", "c+b"]


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 25), min_size=1))
def test_aucun_groupe_montre_n_a_moins_de_dix_beneficiaires(comptes: dict[str, int]) -> None:
    actions, groupes = build_actions(comptes)
    table = sum_credits(actions, groupes)
    assert table["beneficiaires"].ge(SEUIL).all()
    total = sum(comptes.values())
    assert table["montant"].sum() == (100.0 * total if total >= SEUIL else 0.0)


def test_la_region_d_un_opsn_est_celle_de_son_perimetre() -> None:
    actions = pd.DataFrame({"collectivite_id": ["commune-33063", None, None],
                            "opsn_id": [None, "opsn-a", "opsn-b"]})  # fmt: skip
    regions = build_regions(actions, mini.build_collectivites(), mini.build_liens_opsn())
    assert regions.tolist() == ["region-75", "region-75", ""]  # opsn-b n'a pas de périmètre connu


def test_la_liste_nommee_est_au_programme_et_les_deux_moteurs_la_lisent(entrepot: Entrepot) -> None:
    ligne = {"lot_id": "l", "ligne": 2, "fonds_id": "itn7", "collectivite_id": "commune-33063",
             "opsn_id": None, "projet": "Portail", "montant": 10.0, "date_debut": None, "date_fin": None,
             "axe": "", "statut": "inconnu"}  # fmt: skip
    with open_chantier(entrepot) as (version_id, moteur):
        load_mini(moteur, version_id)
        with moteur.begin() as connexion:
            insert_frame(connexion, action_fonds, pd.DataFrame([ligne]))
    depot = Repository(entrepot)
    inscrits: list[str] = []

    class Journal:
        def journaliser(self, action: str, objet: str, **_: object) -> None:
            inscrits.append(f"{action} {objet}")

    public = Gate(depot, PUBLIC, journal=Journal())
    with pytest.raises(AccesRefuse, match="réservée au programme"):
        public.list_actions_fonds("itn7")
    assert public.sum_credits("itn7", "region").empty  # un seul bénéficiaire : rien
    programme = Gate(depot, Portee("programme"), journal=Journal())
    assert programme.list_actions_fonds("itn7")["projet"].tolist() == ["Portail"]
    assert inscrits == ["lire_actions itn7"]
    depot.close()
