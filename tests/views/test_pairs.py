"""Les pairs : l'échelle, le secret, et ce que l'on dit de l'outre-mer."""

from __future__ import annotations

import pytest

from barometre.access import AccesRefuse
from barometre.catalogue import load_catalogue
from barometre.domain.portee import PUBLIC, Portee
from barometre.views.collectivite.fiche import list_pratiques
from barometre.views.collectivite.liste_pairs import build_liste_pairs, list_semblables
from barometre.views.collectivite.pairs import Comparaison, Demande, Pairs
from barometre.views.collectivite.structure import Structure, rank_semblables, read_importances
from barometre.warehouse.repository import Repository
from tests.views.terrain_pairs import DROM, MUETTE, SOI, get_valeur, list_communes, open_gate

ELU = Portee("collectivite", collectivite_id=SOI, simulee=True)
REPONDANTES = [c for c in list_communes() if c["repond"]]


def _pairs(
    terrain: Repository, structure: Structure, id_: str = SOI, *, portee: Portee = PUBLIC,
    theme: str = "communication", **demande: object,
) -> Pairs:  # fmt: skip
    gate = open_gate(terrain, portee)
    collectivite = gate.get_collectivite(id_)
    assert collectivite is not None
    comparaison = Comparaison(
        gate,
        load_catalogue(),
        structure,
        collectivite,
        Demande(id_, **demande),  # type: ignore[arg-type]
    )
    return comparaison.build(theme, list_pratiques(load_catalogue(), theme, "commune"))


def test_le_premier_echelon_qui_a_dix_autres_repondantes(terrain: Repository, structure: Structure) -> None:
    pairs = _pairs(terrain, structure)
    assert pairs.echelon_id == "departement-01"
    assert len(pairs.autres) == 13  # 14 répondantes, moins soi
    assert pairs.n_repondants == 14  # la cellule publiée compte la collectivité, et le dit
    assert "au total" in pairs.phrase


def test_trop_peu_de_repondantes_elargit_a_la_region(terrain: Repository, structure: Structure) -> None:
    pairs = _pairs(terrain, structure, "commune-02000")
    assert pairs.echelon_id == "region-84"  # 5 − 1 dans le département, 14 + 4 dans la région


def test_la_cybersecurite_demande_vingt_autres(terrain: Repository, structure: Structure) -> None:
    pairs = _pairs(terrain, structure, theme="cybersecurite")
    assert pairs.echelon_id == "france"  # 13 puis 18 : trop peu ; la strate n'est publiée qu'en France


def test_un_drom_compare_a_l_hexagone_le_dit(terrain: Repository, structure: Structure) -> None:
    pairs = _pairs(terrain, structure, DROM)
    assert pairs.echelon_id == "france"
    assert "Trop peu de collectivités d’outre-mer" in pairs.messages[0]
    assert "39" in pairs.messages[0]  # 14 + 5 + 20 de l'Hexagone


def test_soi_n_est_jamais_parmi_ses_pairs(terrain: Repository, structure: Structure) -> None:
    for methode in ("strate", "semblables"):
        assert SOI not in _pairs(terrain, structure, portee=ELU, methode=methode).autres
    gate = open_gate(terrain)
    collectivite = gate.get_collectivite(SOI)
    assert collectivite is not None
    for methode in ("strate", "semblables"):
        liste = build_liste_pairs(gate, load_catalogue(), structure, collectivite, methode)  # type: ignore[arg-type]
        assert SOI not in liste.ids


def test_l_elu_voit_ses_pairs_sans_lui(terrain: Repository, structure: Structure) -> None:
    pairs = _pairs(terrain, structure, portee=ELU)
    chiffre = pairs.get("site_internet")
    autres = [c["collectivite_id"] for c in REPONDANTES if c["departement"] == "01"][1:]
    attendu = sum(get_valeur("site_internet", c) for c in autres) / len(autres)
    assert chiffre is not None
    assert chiffre.n == 13
    assert chiffre.redresse == pytest.approx(round(attendu, 2))
    assert chiffre.bas is not None
    assert chiffre.bas < attendu < chiffre.haut  # type: ignore[operator]


def test_les_semblables_du_public_n_ont_pas_de_chiffre_a_eux(
    terrain: Repository, structure: Structure
) -> None:
    public = _pairs(terrain, structure, methode="semblables")
    assert public.echelon_id == "departement-01"  # les chiffres restent ceux de la strate
    elu = _pairs(terrain, structure, portee=ELU, methode="semblables")
    assert elu.echelon_id == "semblables"
    assert len(elu.autres) >= 10


def test_la_porte_refuse_les_pairs_sans_soi_a_qui_n_est_pas_la_collectivite(terrain: Repository) -> None:
    autre = Portee("collectivite", collectivite_id=MUETTE, simulee=True)
    for portee in (PUBLIC, autre, Portee("opsn", opsn_id="opsn-a"), Portee("operateur")):
        gate = open_gate(terrain, portee)
        with pytest.raises(AccesRefuse):
            gate.list_agregats_pairs(SOI, ["commune-01001"], ["site_internet"], "2026-v4")
        with pytest.raises(AccesRefuse):
            gate.list_pratiques_pairs(SOI, ["commune-01001"], ["site_internet"], "2026-v4")


@pytest.mark.parametrize(("indicateur", "seuil"), [("site_internet", 10), ("dpo_designe", 10)])
def test_moins_de_dix_autres_la_porte_ne_dit_rien(terrain: Repository, indicateur: str, seuil: int) -> None:
    gate = open_gate(terrain, ELU)
    peu = [c["collectivite_id"] for c in REPONDANTES[:seuil]]  # soi compris : neuf autres
    cellules = gate.list_agregats_pairs(SOI, peu, [indicateur], "2026-v4")
    assert cellules["redresse"].isna().all()
    assert cellules["n_oui"].isna().all()
    valeurs, _ = gate.list_pratiques_pairs(SOI, peu, [indicateur], "2026-v4")
    assert valeurs.empty


def test_la_cyber_demande_vingt_autres_a_la_porte_aussi(terrain: Repository) -> None:
    gate = open_gate(terrain, ELU)
    indicateur = list_pratiques(load_catalogue(), "cybersecurite", "commune")[0].id
    tous = [c["collectivite_id"] for c in REPONDANTES]
    # 19 autres
    assert gate.list_agregats_pairs(SOI, tous[:20], [indicateur], "2026-v4")["redresse"].isna().all()
    assert gate.list_agregats_pairs(SOI, tous[:21], [indicateur], "2026-v4")["redresse"].notna().all()


def test_deux_ouvertures_donnent_la_meme_liste(terrain: Repository, structure: Structure) -> None:
    gate = open_gate(terrain)
    une, deux = (list_semblables(gate, structure, SOI) for _ in range(2))
    assert une == deux
    assert len(une) == 30


def test_les_importances_changent_l_ordre(structure: Structure) -> None:
    sans_population = rank_semblables(structure, SOI, {"population": 0, "couverture": 5}, k=20)
    assert set(structure.cadre.loc[sans_population["unit"], "couverture"]) == {"perimetre"}
    toutes_nulles = dict.fromkeys(("population", "zone", "couverture"), 0)
    assert not rank_semblables(structure, SOI, toutes_nulles).empty  # on revient à l'habitude


def test_une_importance_illisible_est_laissee_de_cote() -> None:
    assert read_importances(("population:3", "population:9", "rien:1", "zone", "zone:-1")) == {
        "population": 3
    }
