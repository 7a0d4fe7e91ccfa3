"""Un groupe que l'État nomme ne se montre pas s'il est trop petit, quel que soit le bruit de son effectif."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from barometre.catalogue import load_catalogue
from barometre.domain.secret import BRUIT_MAXIMAL, MARGE_CADRE, SEUIL, SEUIL_CADRE
from barometre.pipeline.associations import compare_famille, count_nommees, list_familles
from barometre.pipeline.cles import Tirages
from barometre.pipeline.croisements import (
    Declarees,
    _agreements,
    _count,
    _is_safe,
    _list_shown_types,
    compute_croisements,
)
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.mesures import Mesures
from barometre.stats.association import EFFECTIF_MINIMAL
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import publish_counts

INDICATEUR, THEME, PROGRAMME, TAILLE = "site_internet", "communication", "france_services_presence", 200


def _comptes(premier: int, second: int) -> dict[str, int]:
    return {"oui_oui": premier, "mesure_seule": 0, "declare_seul": second, "non_non": 0}


@pytest.mark.parametrize(
    ("brouilles", "exacts", "montre"),
    [
        ((31, SEUIL), (31, SEUIL), True),
        ((31, SEUIL), (31, SEUIL - 1), False),
        ((31, SEUIL - 1), (31, SEUIL), False),
        ((SEUIL, 31), (SEUIL - 1, 31), False),
    ],
)
def test_les_deux_effectifs_font_le_seuil(
    brouilles: tuple[int, int], exacts: tuple[int, int], montre: bool
) -> None:
    indicateur = load_catalogue().indicateurs[INDICATEUR]
    nommees = np.array([TAILLE, TAILLE])
    assert _is_safe(indicateur, _comptes(*brouilles), np.array(exacts), nommees) is montre


def _build(nommees: int, fait: str) -> tuple[Mesures, pd.DataFrame, pd.Index]:
    """Deux cents communes, dont `nommees` de ce fait ; toutes ont répondu, sauf l'une de celles-là."""
    ids = pd.Index([f"commune-{i:05}" for i in range(TAILLE)])
    cadre = pd.DataFrame(
        {"type": "commune", "strate": "commune-500-999", "couverture": "inconnue", "densite": None}, index=ids
    )
    table = pd.DataFrame({fait: (np.arange(TAILLE) < nommees).astype(float)}, ids)
    presentes = ids[1:]
    reponses = pd.DataFrame({
        "indicateur_id": INDICATEUR, "collectivite_id": presentes, "periode": "v1",
        "valeur": (np.arange(len(presentes)) % 2).astype(float),
    })  # fmt: skip
    return Mesures(table, {fait: "2024"}, cadre, load_catalogue()), reponses, presentes


def _list_agreements(nommees: int, graine: int, *, montree: bool = True) -> list[str]:
    mesures, reponses, presentes = _build(nommees, "etat_site")
    lie = replace(mesures.catalogue.indicateurs[INDICATEUR], mesure_id="etat_site")
    catalogue = replace(mesures.catalogue, indicateurs={**mesures.catalogue.indicateurs, INDICATEUR: lie})
    poids = pd.DataFrame({"vague_id": "v1", "collectivite_id": presentes})
    tirages = Tirages({(THEME, "v1"): f"{graine:02x}" * 32}, {})
    montrees = {(INDICATEUR, "v1", "commune")} if montree else set()
    declarees = Declarees(reponses, poids, montrees, tirages)
    return [str(a["etat"]) for a in _agreements(replace(mesures, catalogue=catalogue), THEME, declarees)]


@pytest.mark.parametrize("taille", range(SEUIL + 1, SEUIL_CADRE))
def test_d_un_petit_groupe_que_l_etat_nomme_aucun_accord(taille: int) -> None:
    """D'onze communes qu'un fait nomme, « au moins dix réponses » dit à la onzième qui a répondu."""
    assert {etat for graine in range(12) for etat in _list_agreements(taille, graine)} == {"primary"}


def test_un_groupe_de_quinze_peut_se_lire() -> None:
    assert "published" in {etat for graine in range(12) for etat in _list_agreements(SEUIL_CADRE, graine)}
    # Jamais si le total de son type se cache : les quatre comptes en font la somme.
    caches = (_list_agreements(SEUIL_CADRE, graine, montree=False) for graine in range(12))
    assert {etat for etats in caches for etat in etats} == {"primary"}


def test_un_type_se_montre_si_son_total_national_se_montre() -> None:
    commun = {"indicateur_id": INDICATEUR, "vague_id": "v1"}
    etats = {"commune": "published", "epci": "indicative", "region": "primary", "departement": "empty"}
    totaux = pd.DataFrame([commun | {"type": type_, "etat": etat} for type_, etat in etats.items()])
    assert _list_shown_types(totaux) == {(INDICATEUR, "v1", "commune"), (INDICATEUR, "v1", "epci")}


def _compare(nommees: int, graine: int) -> str:
    mesures, reponses, _ = _build(nommees, PROGRAMME)
    tirages = Tirages({(THEME, "v1"): f"{graine:02x}" * 32}, {})
    (famille,) = list_familles(mesures, THEME, reponses, tirages)
    parts = {INDICATEUR: mesures.catalogue.indicateurs[INDICATEUR]}
    return str(compare_famille(famille, parts)["etat"].item())


def test_les_beneficiaires_aussi_sont_un_groupe_que_l_on_nomme() -> None:
    """Trente réponses lues, au bruit près, de trente-deux bénéficiaires : presque toutes ont répondu."""
    assert {_compare(EFFECTIF_MINIMAL + 2, graine) for graine in range(12)} == {"primary"}
    assert "published" in {_compare(EFFECTIF_MINIMAL + MARGE_CADRE, graine) for graine in range(12)}
    assert EFFECTIF_MINIMAL - BRUIT_MAXIMAL >= SEUIL


def test_une_strate_sans_comparable_ne_compte_pas_parmi_celles_que_l_on_nomme() -> None:
    """Quarante bénéficiaires, dont dix d'une strate où toutes le sont : trente se comparent."""
    mesures, _, _ = _build(40, PROGRAMME)
    cadre = mesures.cadre.copy()
    assert count_nommees(cadre, mesures.table[PROGRAMME]) == 40
    cadre.iloc[:10, cadre.columns.get_loc("strate")] = "commune-1000-1999"
    assert count_nommees(cadre, mesures.table[PROGRAMME]) == 30


def test_en_cybersecurite_un_groupe_que_l_etat_nomme_ne_se_montre_jamais() -> None:
    catalogue = load_catalogue()
    cyber = next(i for i in catalogue.indicateurs.values() if i.sensibilite == "cyber")
    grands = _comptes(100, 100), np.array([100, 100]), np.array([TAILLE, TAILLE])
    assert _is_safe(catalogue.indicateurs[INDICATEUR], *grands)
    assert not _is_safe(cyber, *grands)


def test_un_accord_porte_le_bruit_des_cellules_et_reste_un_compte() -> None:
    """Chaque « oui » bouge des deux bruits de sa cellule, sans passer l'effectif publié ni zéro."""
    rang = np.arange(60)
    reponses = pd.Series(np.where(rang < 30, 1.0, 0.0))  # le premier groupe : trente oui sur trente
    masques = np.vstack([rang < 30, rang >= 30])
    groupes, vus = csr_array(masques.astype(float)), set()
    for graine in range(1, 30):
        cles = Perturbation(
            np.random.default_rng(graine).integers(0, 2**64, 60, dtype=np.uint64), {"site": "q"}
        )
        y = reponses.to_numpy()[:, None]
        n = publish_counts(cles, np.full((2, 1), 30.0), y, groupes)
        bruit = cles.draw(groupes, y, ["site"]) + cles.draw_second(groupes, y, ["site"], n)
        oui = np.clip(np.array([[30.0], [0.0]]) + bruit, 0, n)[:, 0]
        comptes = _count(reponses, masques, cles)
        assert comptes == {
            "oui_oui": oui[0], "declare_seul": oui[1], "mesure_seule": n[0, 0] - oui[0],
            "non_non": n[1, 0] - oui[1],
        }  # fmt: skip
        assert min(comptes.values()) >= 0
        vus.add(comptes["declare_seul"])
    assert len(vus) > 2


def test_qui_ne_sait_pas_n_est_dans_aucun_accord() -> None:
    """Comptée parmi les « non », une réponse inexploitable contredirait ce que l'État a vu."""
    mesures, reponses, presentes = _build(100, PROGRAMME)
    lie = replace(mesures.catalogue.indicateurs[INDICATEUR], mesure_id=PROGRAMME)
    indicateurs = {**mesures.catalogue.indicateurs, INDICATEUR: lie}
    catalogue = replace(mesures.catalogue, indicateurs=indicateurs)
    mesures = replace(mesures, catalogue=catalogue, cadre=mesures.cadre.assign(region="84"))
    tirages, lieu = Tirages({(THEME, "v1"): "01" * 32}, {}), {"questionnaire_id": THEME, "vague_id": "v1"}
    plan = {"poids": 1.0, "poids_base": 1.0, "strate_poids": "a"}
    totaux = pd.DataFrame([
        {"indicateur_id": INDICATEUR, "vague_id": "v1", "niveau": "france", "territoire_id": "france",
         "type": "commune", "strate": "", "couverture": "", "etat": "published"},
    ])  # fmt: skip
    ignorees = presentes[::3]
    effectifs = []
    for etat in ("repondu", "ne_sait_pas"):
        donnees = Donnees()
        inexploitables = reponses["collectivite_id"].isin(ignorees)
        donnees.add("fait_valeur", reponses.assign(etat=np.where(inexploitables, etat, "repondu")))
        donnees.add("poids", pd.DataFrame({"collectivite_id": presentes} | lieu | plan))
        donnees.add("agregat", totaux)
        (accord,) = compute_croisements(mesures, THEME, donnees, tirages).get("accord").to_dict("records")
        effectifs.append(accord["n"])
    assert abs(effectifs[0] - len(presentes)) <= 2 * BRUIT_MAXIMAL
    assert abs(effectifs[1] - (len(presentes) - len(ignorees))) <= 2 * BRUIT_MAXIMAL
