"""Aucune soustraction de comptes publics ne dit qui a répondu ; sur des comptes exacts, si."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from barometre.access.participation import count_by_group
from barometre.domain.secret import SEUIL_CADRE, SEUIL_PARTICIPATION
from tests.secret.comptes import count_forced, keep_dits, list_groupes, read_bornes


@pytest.fixture(scope="module")
def cadre() -> pd.DataFrame:
    """Trois régions de deux départements, un conseil régional chacune ; la dernière n'a qu'un département."""
    lignes = []
    for d in range(5):
        for i in range(200):
            strate = ("petite", "moyenne", "grande")[min(i // 90, 2)]
            lignes.append((f"commune-{d}-{i}", "commune", strate, f"r{d // 2}", f"d{d}"))
        lignes.append((f"departement-{d}", "departement", "departement", f"r{d // 2}", f"d{d}"))
    lignes += [(f"region-{r}", "region", "region", f"r{r}", None) for r in range(3)]
    colonnes = ["collectivite_id", "type", "strate", "region", "departement"]
    table = pd.DataFrame(lignes, columns=colonnes).set_index("collectivite_id")
    return table.assign(zone="metropole", couverture="inconnue", epci=None)


@pytest.mark.parametrize("graine", range(3))
def test_une_region_moins_ses_departements_ne_dit_pas_si_son_conseil_a_repondu(
    cadre: pd.DataFrame, graine: int
) -> None:
    """Et la même attaque, sur des comptes exacts dès cent, en nomme."""
    hasard = random.Random(graine)
    cles = {u: hasard.getrandbits(64) for u in cadre.index if hasard.random() < 0.65}
    groupes = list_groupes(cadre)
    assert count_forced(read_bornes(groupes, cles, exacts=True)) >= 3
    assert count_forced(read_bornes(groupes, cles)) == 0


def test_les_taux_d_epci_n_en_disent_pas_plus(cadre: pd.DataFrame) -> None:
    """De chaque département deux EPCI : de presque toutes les communes, il se dit ; de dix, non."""
    hasard, rangs = random.Random(0), cadre.index.str.split("-").str[-1].astype(int)
    communes = cadre["type"].eq("commune")
    cadre = cadre.assign(epci=("20000000" + (rangs >= 190).astype("int").astype("str")))
    cadre["epci"] = (cadre["departement"].astype("str").str[-1] + cadre["epci"].str[1:]).where(communes)
    cles = {u: hasard.getrandbits(64) for u in cadre.index if hasard.random() < 0.65}
    groupes = list_groupes(cadre)
    dits = keep_dits(groupes, cles)
    assert dits["epci"].nunique() == 5 < groupes["epci"].nunique()
    assert count_forced(read_bornes(dits, cles, exacts=True)) >= 3
    assert count_forced(read_bornes(dits, cles)) == 0


def test_de_petits_comptes_a_cinq_pres_se_soustrayaient_aussi(cadre: pd.DataFrame) -> None:
    """Sous cent, 12 se lit dix et 13 quinze : la seule qui les sépare avait répondu."""
    outre_mer = cadre[cadre["region"].eq("r2")]
    communes = [u for u in outre_mer.index if u.startswith("commune")]
    cles = {u: random.Random(u).getrandbits(64) for u in [*communes[:12], "region-2"]}
    groupes = list_groupes(outre_mer)
    assert count_forced(read_bornes(groupes, cles, exacts=True)) >= 1
    assert count_forced(read_bornes(groupes, cles)) == 0


def test_des_groupes_ou_toutes_ont_repondu_ne_le_disent_pas(cadre: pd.DataFrame) -> None:
    """Dix collectivités et dix réponses : « assez pour se dire » disait que toutes avaient répondu."""
    dix = cadre[cadre["departement"].eq("d0")].head(10)
    cles = {u: random.Random(u).getrandbits(64) for u in dix.index}
    assert count_forced(read_bornes(list_groupes(dix), cles, exacts=True)) == 10
    assert count_by_group(dix["departement"], cles)[["repondantes", "taux"]].isna().all(axis=None)


@pytest.mark.parametrize("taille", range(SEUIL_PARTICIPATION + 1, SEUIL_CADRE))
def test_celle_qui_n_a_pas_repondu_ne_sait_pas_que_toutes_les_autres_l_ont_fait(taille: int) -> None:
    """De onze collectivités, « au moins dix réponses » le disait à coup sûr à la onzième."""
    groupe = pd.Series("g", [f"c{i}" for i in range(taille)])
    cles = {u: random.Random(u).getrandbits(64) for u in groupe.index[1:]}
    assert count_by_group(groupe, cles)[["repondantes", "taux"]].isna().all(axis=None)


def test_un_groupe_qui_se_dit_peut_avoir_cinq_muettes() -> None:
    """Ce que lit la moins certaine d'elles : au moins dix réponses parmi quatorze autres."""
    groupe = pd.Series("g", [f"c{i}" for i in range(SEUIL_CADRE)])
    dits = [
        count_by_group(groupe, {u: random.Random(f"{u}{graine}").getrandbits(64) for u in groupe.index[:12]})
        for graine in range(20)
    ]
    assert any(dit["taux"].notna().all() for dit in dits)
    assert SEUIL_PARTICIPATION / (SEUIL_CADRE - 1) <= 0.75
