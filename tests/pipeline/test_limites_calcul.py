"""Ce qui décide d'un calcul : qui est tardive, quelle mesure est la dernière, quel écart se montre."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.domain.secret import MARGE_CADRE
from barometre.pipeline import tardives
from barometre.pipeline.associations import _verdict, build_comparables, find_etat
from barometre.pipeline.cles import build_cle, list_tardives
from barometre.pipeline.mesures import build_mesures, list_binaires
from barometre.pipeline.structure_egale import build_melange, build_tranches
from barometre.stats.association import EFFECTIF_MINIMAL

LIEU = {"questionnaire_id": "q", "vague_id": "v"}


def test_sont_tardives_celles_d_un_autre_lot_que_le_premier_charge() -> None:
    """Un lot retenu, plus ancien, n'a rien chargé : il ne fait pas des autres des tardives."""
    lots = pd.DataFrame([
        LIEU | {"lot_id": "c", "importe_le": pd.Timestamp("2026-01-03"), "retenues": 0},
        LIEU | {"lot_id": "a", "importe_le": pd.Timestamp("2026-01-01"), "retenues": 4},
        LIEU | {"lot_id": "b", "importe_le": pd.Timestamp("2026-01-02"), "retenues": None},
    ])  # fmt: skip
    presents = pd.DataFrame([LIEU | {"lot_id": lot, "collectivite_id": lot.upper()} for lot in "bbc"])
    assert list_tardives(presents, lots) == {("q", "v"): frozenset({"C"})}


def test_une_cle_neuve_ne_se_devine_ni_ne_se_repete() -> None:
    cles = {build_cle("v", "q")["cle"].item() for _ in range(3)}
    assert len(cles) == 3
    assert {len(cle) for cle in cles} == {64}


def _build_mesures(connues: int) -> Any:
    """Cent communes ; d'un fait, deux périodes, et `connues` valeurs à la seconde."""
    catalogue = load_catalogue()
    fait = list_binaires(catalogue)[0]
    ids = pd.Index([f"commune-{i:05}" for i in range(100)])
    cadre = pd.DataFrame({"type": "commune", "densite": None}, index=ids)
    commun = {"indicateur_id": fait, "etat": "repondu"}
    anciennes = pd.DataFrame(commun | {"collectivite_id": ids, "periode": "2023", "valeur": 0.0})
    neuves = pd.DataFrame(commun | {"collectivite_id": ids[:connues], "periode": "2024", "valeur": 1.0})
    lignes = pd.concat([neuves, anciennes], ignore_index=True)
    return build_mesures(lignes, cadre, catalogue, pd.DataFrame()), fait


@pytest.mark.parametrize(("connues", "fait_connu"), [(100, True), (99, True), (98, False)])
def test_un_fait_est_connu_de_toutes_a_une_commune_sur_cent_pres(connues: int, fait_connu: bool) -> None:
    """La dernière période seule : qui n'y est pas est inconnue, et non ce qu'elle était avant."""
    mesures, fait = _build_mesures(connues)
    assert mesures.periodes[fait] == "2024"
    assert mesures.table[fait].dropna().eq(1).all()
    assert mesures.table[fait].notna().sum() == connues
    assert (fait in mesures.faits) == fait_connu


def test_ne_se_rapprochent_des_reponses_que_des_mesures_propres_a_chaque_commune() -> None:
    catalogue = load_catalogue()
    binaires = set(list_binaires(catalogue))
    montees = {i.id for i in catalogue.list_indicateurs(origine="mesure") if i.est_part and i.montee_de}
    assert binaires
    assert montees
    assert not binaires & montees


@pytest.mark.parametrize(
    ("n_1", "n_0", "nommees", "etat"),
    [
        (EFFECTIF_MINIMAL, EFFECTIF_MINIMAL, EFFECTIF_MINIMAL + MARGE_CADRE, "published"),
        (EFFECTIF_MINIMAL - 1, 400, 400, "primary"),
        (400, EFFECTIF_MINIMAL - 1, 400, "primary"),
        (400, 400, EFFECTIF_MINIMAL + MARGE_CADRE - 1, "primary"),
    ],
)
def test_un_ecart_de_beneficiaires_se_montre_a_la_borne(n_1: int, n_0: int, nommees: int, etat: str) -> None:
    catalogue = load_catalogue()
    cyber = next(i for i in catalogue.indicateurs.values() if i.sensibilite == "cyber")
    ligne = {"n_1": n_1, "n_0": n_0}
    assert find_etat(catalogue.get_indicateur("site_internet"), ligne, nommees) == etat
    assert find_etat(cyber, ligne, nommees) == "primary"


@pytest.mark.parametrize(
    ("q", "bas", "haut", "verdict"),
    [
        (0.049, 0.01, 0.2, "superieur"),
        (0.049, -0.2, -0.01, "inferieur"),
        (0.05, 0.01, 0.2, "non_demontre"),  # trop de comparaisons à la fois
        (0.01, -0.01, 0.2, "non_demontre"),  # l'intervalle contient zéro
        (0.01, 0.0, 0.2, "non_demontre"),
        (float("nan"), 0.01, 0.2, "non_demontre"),
    ],
)
def test_un_ecart_se_dit_si_le_test_corrige_et_l_intervalle_le_disent(
    q: float, bas: float, haut: float, verdict: str
) -> None:
    assert _verdict({"q_value": q, "bas": bas, "haut": haut, "difference": (bas + haut) / 2}) == verdict


@pytest.mark.parametrize(("seules", "fine"), [(2, True), (3, False)])
def test_la_densite_affine_des_strates_ou_neuf_beneficiaires_sur_dix_se_comparent(
    seules: int, fine: bool
) -> None:
    """Vingt bénéficiaires, dont `seules` d'une densité où aucune commune ne l'est pas."""
    rang = np.arange(60)
    communes = pd.DataFrame(
        {"strate": "s", "couverture": "inconnue", "densite": np.where(rang < seules, "dense", "rurale")},
        index=[f"c{i}" for i in rang],
    )
    strates = build_comparables(communes, pd.Series(rang < 20, communes.index))
    assert (strates.nunique() > 1) == fine


def test_une_tranche_comprend_ses_deux_bornes_et_les_parts_font_un() -> None:
    catalogue = load_catalogue()
    bornees = [s for s in catalogue.grilles["structure_egale"].strates if s.maximum is not None]
    lignes = [(s.type, population, s.id) for s in bornees for population in (s.minimum, s.maximum)]
    cadre = pd.DataFrame(lignes, columns=["type", "population", "attendue"])
    tranches = build_tranches(cadre, catalogue)
    assert tranches.tolist() == cadre["attendue"].tolist()
    # Celles qui n'en ont pas (un département, une région) ne comptent pas dans le tout.
    tous = pd.concat([tranches, pd.Series([""] * 5)], ignore_index=True)
    assert build_melange(tous, "commune").sum() == pytest.approx(1)


def test_une_seule_reponse_retenue_attend_la_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    lots = pd.DataFrame({"lot_id": list("abcd"), "retenues": [None, 0, 1, 9]})
    monkeypatch.setattr(tardives, "read_rows", lambda *_, **__: lots)
    moteur: Any = None
    assert tardives.list_retenus(moteur, "v", "q")["lot_id"].tolist() == ["c", "d"]


@pytest.mark.parametrize(("valeur", "redite"), [(None, True), (0.0, False)])
def test_repondre_zero_n_est_pas_la_reponse_de_qui_ne_dit_rien(valeur: float | None, redite: bool) -> None:
    """Laissée comme redite, la correction d'une collectivité ne se chargerait jamais."""
    faits = [
        pd.DataFrame({
            "collectivite_id": ["commune-01004"], "question_id": ["q"], "option_id": [""],
            "etat": ["repondu"], "valeur": [lue], "texte": [None],
        })
        for lue in (None, valeur)
    ]  # fmt: skip
    assert (tardives.find_identiques(*faits) == {"commune-01004"}) == redite
    assert tardives.count_changees(*faits) == (not redite)
