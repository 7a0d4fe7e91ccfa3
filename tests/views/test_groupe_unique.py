"""Un seul groupe de pairs par collectivité et par thème : toutes les surfaces disent le même échelon."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.views.collectivite.comparer import build_comparer
from barometre.views.collectivite.fiche import build_fiche
from barometre.views.collectivite.liste_pairs import build_liste_groupe
from barometre.views.collectivite.pairs import Comparaison, Demande
from barometre.views.collectivite.structure import Structure
from barometre.warehouse.repository import Repository
from tests.views.terrain_pairs import DROM, MUETTE, SOI, open_gate
from tests.views.test_fiche import JOUR


@pytest.mark.parametrize("id_", [SOI, MUETTE, DROM, "commune-02000", "commune-03000"])
def test_fiche_comparaison_liste_et_fichiers_ont_le_meme_groupe(
    terrain: Repository, structure: Structure, id_: str
) -> None:
    gate, catalogue = open_gate(terrain), load_catalogue()
    fiche = build_fiche(gate, catalogue, structure, id_, JOUR)
    collectivite = gate.get_collectivite(id_)
    assert fiche is not None
    assert collectivite is not None
    for theme in fiche.themes:
        vue = build_comparer(
            gate, catalogue, structure, collectivite, theme_id=theme.theme.id, choix="strate"
        )
        assert vue.pairs.echelon_id == theme.pairs.echelon_id == vue.liste.echelon
        assert vue.pairs.vague_id == theme.pairs.vague_id
        communs = theme.pairs.chiffres.keys() & vue.pairs.chiffres.keys()
        assert communs
        assert all(theme.pairs.chiffres[i] == vue.pairs.chiffres[i] for i in communs)
        ecrites = fiche.table[fiche.table["theme_id"].eq(theme.theme.id)].set_index("indicateur_id")
        comparees = vue.table.set_index("indicateur_id").loc[ecrites.index]
        assert ecrites["pairs"].equals(comparees["pairs"])
        assert ecrites["echelon"].tolist() == comparees["echelon"].tolist()


def test_le_groupe_ne_depend_pas_de_ce_que_la_page_demande(terrain: Repository, structure: Structure) -> None:
    comparaison = _open_comparaison(terrain, structure)
    indicateurs = load_catalogue().list_indicateurs("communication", origine="declare")
    groupes = {comparaison.build("communication", [i]).echelon_id for i in indicateurs}
    assert len(groupes) == 1


def test_l_echelon_est_le_premier_ou_la_plupart_des_chiffres_se_citent(
    terrain: Repository, structure: Structure
) -> None:
    comparaison = _open_comparaison(terrain, structure)
    notes = {"departement-01": "C", "region-84": "B"}
    lues = comparaison._cellules.items()
    cellules = {cle: replace(c, note=notes.get(c.territoire_id, "A")) for cle, c in lues}
    comparaison.__dict__["_cellules"] = cellules
    indicateurs = load_catalogue().list_indicateurs("communication", origine="declare")
    assert comparaison.build("communication", indicateurs).echelon_id == "region-84"


def test_la_liste_compte_la_collectivite_comme_les_chiffres(
    terrain: Repository, structure: Structure
) -> None:
    gate = open_gate(terrain)
    collectivite = gate.get_collectivite(SOI)
    assert collectivite is not None
    vue = build_comparer(
        gate, load_catalogue(), structure, collectivite, theme_id="communication", choix="strate"
    )
    assert vue.liste.phrase.startswith(vue.pairs.champ)
    assert f"{vue.liste.n + 1}" in vue.liste.phrase
    assert "la vôtre comprise" in vue.liste.phrase


def test_une_repondante_et_une_muette_comptent_le_meme_groupe(
    terrain: Repository, structure: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Même sans l'arrondi de la porte : l'écart de deux listes ne dit pas laquelle a répondu."""
    demandes: list[frozenset[str]] = []

    def record(_: object, groupes: pd.Series) -> pd.DataFrame:
        demandes.append(frozenset(groupes.index))
        return pd.DataFrame({"repondantes": [12]})

    monkeypatch.setattr(Gate, "count_repondantes", record)
    gate = open_gate(terrain)
    for id_ in (SOI, MUETTE):
        collectivite = gate.get_collectivite(id_)
        assert collectivite is not None
        comparaison = Comparaison(gate, load_catalogue(), structure, collectivite, Demande(id_))
        build_liste_groupe(comparaison, "departement-01")
    assert len(demandes) == 2
    assert len(set(demandes)) == 1


def _open_comparaison(terrain: Repository, structure: Structure) -> Comparaison:
    gate = open_gate(terrain)
    collectivite = gate.get_collectivite(SOI)
    assert collectivite is not None
    return Comparaison(gate, load_catalogue(), structure, collectivite, Demande(SOI))
