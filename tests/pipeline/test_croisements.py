"""Un groupe que l'État nomme ne se montre pas s'il est trop petit, quel que soit le bruit de son effectif."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.domain.secret import BRUIT_MAXIMAL, MARGE_CADRE, SEUIL, SEUIL_CADRE
from barometre.pipeline.associations import compare_famille, count_nommees, list_familles
from barometre.pipeline.cles import Tirages
from barometre.pipeline.croisements import Declarees, _agreements, _is_safe
from barometre.pipeline.mesures import Mesures
from barometre.stats.association import EFFECTIF_MINIMAL

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


def _list_agreements(nommees: int, graine: int) -> list[str]:
    mesures, reponses, presentes = _build(nommees, "etat_site")
    lie = replace(mesures.catalogue.indicateurs[INDICATEUR], mesure_id="etat_site")
    catalogue = replace(mesures.catalogue, indicateurs={**mesures.catalogue.indicateurs, INDICATEUR: lie})
    poids = pd.DataFrame({"vague_id": "v1", "collectivite_id": presentes})
    tirages = Tirages({(THEME, "v1"): f"{graine:02x}" * 32}, {})
    declarees = Declarees(reponses, poids, {(INDICATEUR, "v1", "commune")}, tirages)
    return [str(a["etat"]) for a in _agreements(replace(mesures, catalogue=catalogue), THEME, declarees)]


@pytest.mark.parametrize("taille", range(SEUIL + 1, SEUIL_CADRE))
def test_d_un_petit_groupe_que_l_etat_nomme_aucun_accord(taille: int) -> None:
    """D'onze communes qu'un fait nomme, « au moins dix réponses » dit à la onzième qui a répondu."""
    assert {etat for graine in range(12) for etat in _list_agreements(taille, graine)} == {"primary"}


def test_un_groupe_de_quinze_peut_se_lire() -> None:
    assert "published" in {etat for graine in range(12) for etat in _list_agreements(SEUIL_CADRE, graine)}


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
