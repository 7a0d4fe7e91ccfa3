"""Avant et après : qui est bénéficiaire, ce qui se cache, le témoin d'avant, la question reformulée."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue import Catalogue, load_catalogue
from barometre.domain.enquete import Vague
from barometre.domain.secret import BRUIT_MAXIMAL
from barometre.pipeline.avant_apres import (
    _date,
    build_vagues,
    compute_doubles_differences,
    split_beneficiaires,
)
from barometre.pipeline.cles import Tirages
from barometre.pipeline.mesures import Mesures

FAIT = "france_services_presence"
VAGUES = ("v1", "v2", "v3")
TAILLE = 240


def _catalogue(*, reformulee: tuple[str, ...] = ()) -> Catalogue:
    catalogue = load_catalogue()
    vagues = tuple(Vague(v, v, 1, ("inclusion",), date(2023 + i, 1, 1)) for i, v in enumerate(VAGUES))
    questionnaire = catalogue.questionnaires["inclusion"]
    questions = tuple(replace(q, reformulee=reformulee) for q in questionnaire.questions)
    questionnaires = {**catalogue.questionnaires, "inclusion": replace(questionnaire, questions=questions)}
    return replace(catalogue, vagues=vagues, questionnaires=questionnaires)


def _mesures(catalogue: Catalogue, beneficiaires: int = 80, inconnues: int = 0) -> Mesures:
    """`inconnues` : les dernières, dont l'État ne dit rien."""
    ids = pd.Index([f"commune-{i:05}" for i in range(TAILLE)])
    cadre = pd.DataFrame(
        {"type": "commune", "strate": "commune-500-999", "couverture": "inconnue", "densite": None}, index=ids
    )
    fait = pd.DataFrame({FAIT: (np.arange(TAILLE) < beneficiaires).astype(float)}, ids)
    fait.iloc[TAILLE - inconnues :] = np.nan
    return Mesures(fait, {FAIT: "2024"}, cadre, catalogue)


def _compute(
    catalogue: Catalogue,
    parts: dict[str, tuple[float, float]],
    beneficiaires: int = 80,
    theme: str = "inclusion",
    *,
    inconnues: int = 0,
    pesees: dict[str, np.ndarray] | None = None,
    muettes: dict[str, int] | None = None,
) -> pd.DataFrame:
    """`parts` : par vague, la part de « oui » chez les bénéficiaires et chez les autres.

    `pesees` : le poids de chacune, 2 sinon ; `muettes` : combien des premières n'ont pas répondu.
    """
    mesures = _mesures(catalogue, beneficiaires, inconnues)
    indicateur = next(i for i in catalogue.list_indicateurs(theme, origine="declare") if i.est_part)
    ids, rang = mesures.cadre.index, np.arange(TAILLE)
    lignes, poids = [], []
    for vague, (eux, autres) in parts.items():
        chez_eux = rang < beneficiaires
        place = np.where(
            chez_eux, rang / max(beneficiaires, 1), (rang - beneficiaires) / (TAILLE - beneficiaires)
        )
        oui = place < np.where(chez_eux, eux, autres)
        siennes = {"indicateur_id": indicateur.id, "collectivite_id": ids, "periode": vague}
        muette = (muettes or {}).get(vague, 0)
        lignes.append(pd.DataFrame({**siennes, "valeur": oui.astype(float)})[muette:])
        pesee = (pesees or {}).get(vague, np.full(TAILLE, 2.0))
        poids.append(pd.DataFrame({"vague_id": vague, "collectivite_id": ids, "poids": pesee}))
    cles = {(theme, v): f"{i:02x}" * 32 for i, v in enumerate(VAGUES)}
    vagues = build_vagues(catalogue, theme, pd.concat(lignes), pd.concat(poids), Tirages(cles, {}))
    return compute_doubles_differences(mesures, vagues)


def test_une_hausse_propre_aux_beneficiaires_est_une_association() -> None:
    table = _compute(_catalogue(), {"v1": (0.3, 0.3), "v2": (0.8, 0.35)})
    ligne = table.iloc[0]
    assert (ligne["programme_id"], ligne["vague_1"], ligne["vague_2"]) == ("france_services", "v1", "v2")
    lus = ligne["n_beneficiaires"], ligne["n_comparables"]
    assert lus == pytest.approx((80, 160), abs=BRUIT_MAXIMAL)
    assert ligne["etat"] == "published"
    assert ligne["difference"] == pytest.approx(0.45, abs=0.12)  # à leurs bruits près
    assert ligne["verdict"] == "superieur"
    assert pd.isna(ligne["temoin"])  # deux vagues : rien avant


def test_deux_vagues_d_avant_disent_si_l_ecart_se_creusait_deja() -> None:
    table = _compute(_catalogue(), {"v1": (0.3, 0.3), "v2": (0.6, 0.3), "v3": (0.9, 0.3)}).set_index(
        "vague_2"
    )
    assert table.loc["v3", "vague_temoin"] == "v1"
    assert table.loc["v3", "temoin_bas"] > 0
    assert table.loc["v3", "temoin"] == pytest.approx(table.loc["v2", "difference"])


def test_sous_trente_reponses_d_un_cote_rien_ne_se_montre() -> None:
    table = _compute(_catalogue(), {"v1": (0.3, 0.3), "v2": (0.8, 0.35)}, beneficiaires=21)
    assert table["etat"].tolist() == ["primary"]
    assert table["verdict"].tolist() == ["non_demontre"]
    assert table["q_value"].isna().all()


def test_de_trente_deux_beneficiaires_que_l_on_nomme_rien_ne_se_montre() -> None:
    """Elles ont toutes répondu : « trente, au bruit près » le dirait de chacune."""
    table = _compute(_catalogue(), {"v1": (0.3, 0.3), "v2": (0.8, 0.35)}, beneficiaires=32)
    assert table["n_beneficiaires"].item() >= 30
    assert table["etat"].tolist() == ["primary"]


def test_une_question_reformulee_ne_se_joint_pas() -> None:
    parts = {"v1": (0.3, 0.3), "v2": (0.8, 0.35), "v3": (0.8, 0.35)}
    assert _compute(_catalogue(reformulee=("v2",)), parts)["vague_2"].tolist() == ["v3"]
    # Reformulée à la vague du milieu : le témoin, qui la traverse, n'existe pas non plus.
    assert _compute(_catalogue(reformulee=("v2",)), parts)["temoin"].isna().all()
    assert set(_compute(_catalogue(), parts)["vague_2"]) == {"v2", "v3"}


def test_une_vague_seule_ou_aucun_beneficiaire_ne_compare_rien() -> None:
    assert _compute(_catalogue(), {"v1": (0.3, 0.3)}).empty
    assert _compute(_catalogue(), {"v1": (0.3, 0.3), "v2": (0.8, 0.3)}, beneficiaires=0).empty


def test_d_un_fonds_ne_comptent_que_les_projets_commences_entre_les_vagues() -> None:
    cadre = pd.Index(["avant", "ouverture", "entre", "suivante", "apres", "sans_date", "abandon", "jamais"])
    actions = pd.DataFrame(
        [
            ("avant", "2022-06-01", "termine"), ("avant", "2024-06-01", "en_cours"),
            ("ouverture", "2023-11-22", "en_cours"), ("suivante", "2025-01-01", "en_cours"),
            ("entre", "2024-06-01", "en_cours"), ("apres", "2026-01-01", "attribue"),
            ("sans_date", None, "attribue"), ("abandon", "2024-06-01", "abandonne"),
            (None, "2024-06-01", "en_cours"),  # un OPSN : ses membres ne se déduisent pas
        ],
        columns=["collectivite_id", "date_debut", "statut"],
    )  # fmt: skip
    qui = split_beneficiaires(actions, cadre, date(2023, 11, 22), date(2025, 1, 1))
    assert qui.to_dict() == {
        "entre": True, "suivante": True, "apres": False, "abandon": False, "jamais": False
    }  # fmt: skip


def test_une_vague_commence_a_son_ouverture() -> None:
    """Un projet commencé pendant la collecte n'a pas d'avant."""
    ouverte, close = date(2025, 9, 1), date(2025, 11, 30)
    assert _date(Vague("v", "v", 1, (), ouverte, close)) == ouverte
    assert _date(Vague("v", "v", 1, (), None, close)) == close
    assert _date(Vague("v", "v", 1, ())) is None


def test_les_poids_sont_ceux_de_la_seconde_vague() -> None:
    """Ceux de la première ne changent rien à l'écart ; ceux de la seconde, si."""
    parts, croissants = {"v1": (0.3, 0.3), "v2": (0.8, 0.35)}, np.arange(1.0, TAILLE + 1) ** 2
    egale = _compute(_catalogue(), parts)["difference"].item()
    assert _compute(_catalogue(), parts, pesees={"v1": croissants})["difference"].item() == egale
    assert _compute(_catalogue(), parts, pesees={"v2": croissants})["difference"].item() != egale


def test_un_temoin_de_trop_peu_de_reponses_se_tait() -> None:
    """Vingt des quatre-vingts bénéficiaires ont répondu à la première vague ; l'écart d'après se montre."""
    parts = {"v1": (0.3, 0.3), "v2": (0.6, 0.3), "v3": (0.9, 0.3)}
    table = _compute(_catalogue(), parts, muettes={"v1": 60}).set_index("vague_2")
    assert table["etat"].to_dict() == {"v2": "primary", "v3": "published"}
    assert pd.isna(table.loc["v3", "temoin"])


def test_de_qui_l_etat_ne_dit_rien_n_est_ni_beneficiaire_ni_comparable() -> None:
    parts = {"v1": (0.3, 0.3), "v2": (0.8, 0.35)}
    ligne = _compute(_catalogue(), parts, inconnues=60).iloc[0]
    lus = ligne["n_beneficiaires"], ligne["n_comparables"]
    assert lus == pytest.approx((80, 100), abs=BRUIT_MAXIMAL)
