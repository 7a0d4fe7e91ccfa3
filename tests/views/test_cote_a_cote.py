"""Des collectivités côte à côte : qui a répondu, et quoi, là seulement où l’on a le droit de le lire."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from barometre.catalogue import load_catalogue
from barometre.domain.portee import PUBLIC, Portee
from barometre.views.collectivite.cote_a_cote import FERMEE, SANS, CoteACote, build_cote_a_cote, name_colonnes
from barometre.views.collectivite.soi import read_soi
from barometre.warehouse.repository import Repository
from tests.views.terrain_pairs import DROM, MUETTE, SOI, VAGUE, open_gate

ELU = Portee("collectivite", collectivite_id=SOI, simulee=True)
PROGRAMME = Portee("programme", nominatif=True, cyber=True, simulee=True)


def _build(terrain: Repository, avec: list[str], portee: Portee = PUBLIC) -> CoteACote:
    gate, catalogue = open_gate(terrain, portee), load_catalogue()
    soi = read_soi(gate, catalogue, SOI)
    return build_cote_a_cote(gate, catalogue, soi, avec, theme_id="communication", vague_id=VAGUE)


def _lire(table: pd.DataFrame, ligne: str) -> list[str]:
    return list(table.set_index(table.columns[0]).loc[ligne])


def test_quatre_au_plus_chacune_une_fois_et_seulement_celles_qui_existent(terrain: Repository) -> None:
    demandees = [SOI, MUETTE, MUETTE, "commune-nulle", DROM, "commune-02000", "commune-02001"]
    cote = _build(terrain, demandees)
    assert [c.id for c in cote.collectivites] == [SOI, MUETTE, DROM, "commune-02000"]


def test_deux_homonymes_se_distinguent_par_leur_code(terrain: Repository) -> None:
    une, autre, drom = _build(terrain, [MUETTE, DROM]).collectivites
    noms = name_colonnes([une, replace(autre, nom=une.nom), drom])
    assert noms == [f"{une.nom} ({une.code})", f"{une.nom} ({autre.code})", drom.nom]


def test_le_public_n_apprend_pas_qui_a_repondu(terrain: Repository) -> None:
    table = _build(terrain, [MUETTE]).table
    assert "A répondu à ce thème" not in set(table.iloc[:, 0])


def test_une_elue_lit_sa_participation_et_pas_celle_des_autres(terrain: Repository) -> None:
    cote = _build(terrain, [MUETTE], ELU)
    assert _lire(cote.table, "A répondu à ce thème") == ["oui", "non public"]
    scores = _lire(cote.table, "Pratiques suivies")
    assert "pratiques sur" in scores[0]
    assert scores[1] == FERMEE
    assert cote.refus


def test_le_programme_lit_qui_a_repondu_et_qui_non(terrain: Repository) -> None:
    cote = _build(terrain, [MUETTE], PROGRAMME)
    assert _lire(cote.table, "A répondu à ce thème") == ["oui", "non"]
    assert _lire(cote.table, "Pratiques suivies")[1] == SANS
    assert cote.refus == ""
