"""Une alerte a sa preuve, et une vague où rien n'a changé n'en lève presque jamais."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue.alertes import load_regles_alertes
from barometre.catalogue.fonds import find_fonds
from barometre.ui.blocks.methode import VUES
from barometre.views.lecture.chiffres import Chiffre
from barometre.views.lecture.place import count_months
from barometre.views.piloter.alertes import VueAlertes, build_vue_alertes, is_real_fall, is_real_loss
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur, cellule

REGLES = load_regles_alertes()
CADRE = 36_000


class Porte(FaussePorte):
    def __init__(
        self,
        *lignes: dict[str, Any],
        reponses: tuple[int, int] = (1000, 1000),
        lots: tuple[tuple[str, str, int, int], ...] = (),
        listes: tuple[tuple[str, str, int, int], ...] = (),
        derniere: str = "2026-v4",
    ) -> None:
        super().__init__(lignes)
        self._derniere = derniere
        self._lots, self._listes = lots, listes
        self._reponses = reponses

    def count_participations(self, *axes: str) -> pd.DataFrame:
        lignes = zip(("2023-v1", "2026-v4"), ("essai", "essai"), self._reponses, strict=True)
        return pd.DataFrame(lignes, columns=["vague_id", "questionnaire_id", "questionnaires"])

    def get_derniere_vague(self, questionnaire_id: Any = None) -> str:
        return self._derniere

    def list_collectivites(self, type: str | None = None, cadre: bool = True, **filtres: Any) -> pd.DataFrame:
        lignes = super().list_collectivites(type, cadre, **filtres)
        return lignes if type else pd.concat([lignes] * (CADRE // len(lignes)), ignore_index=True)

    def count_quarantaine(self) -> pd.DataFrame:
        colonnes = ["vague_id", "questionnaire_id", "lus", "quarantaine"]
        return pd.DataFrame(self._lots, columns=colonnes)

    def count_quarantaine_fonds(self) -> pd.DataFrame:
        cadre = pd.DataFrame(self._listes, columns=["fonds_id", "importe_le", "lus", "quarantaine"])
        return cadre.assign(importe_le=pd.to_datetime(cadre["importe_le"]))

    def list_sources(self) -> pd.DataFrame:
        colonnes = ["titre", "date", "etat"]
        return pd.DataFrame(
            [("Fibre", "2018-03", "chargee"), ("Neuve", "2026-10", "chargee")], columns=colonnes
        )


def _build(*lignes: dict[str, Any], fermeture: date | None = None, **autres: Any) -> VueAlertes:
    catalogue = build_catalogue([build_indicateur("site", cle=True)])
    vagues = tuple(replace(v, fermeture=fermeture) if v.id == "2026-v4" else v for v in catalogue.vagues)
    catalogue = replace(catalogue, vagues=vagues)
    porte: Any = Porte(*lignes, **autres)
    return build_vue_alertes(porte, catalogue, REGLES, date(2026, 11, 28))


def _alertes(*lignes: dict[str, Any], **autres: Any) -> list[str]:
    return [a.regle.id for a in _build(*lignes, **autres).alertes]


@pytest.mark.parametrize(
    ("avant", "apres", "attendu"),
    [
        (1000, 850, True),  # 15 % de moins, juste au seuil
        (1000, 851, False),
        (100, 80, False),  # 20 % de moins, mais le hasard le donne souvent
        (100, 50, True),
        (0, 0, False),
        (500, 700, False),
    ],
)
def test_une_baisse_de_participation_se_prouve(avant: int, apres: int, attendu: bool) -> None:
    assert is_real_fall(avant, apres, CADRE, 0.15) is attendu


@pytest.mark.parametrize("taux", [0.001, 0.005, 0.02, 0.07])
def test_deux_cents_vagues_ou_rien_ne_change_n_alertent_presque_jamais(taux: float) -> None:
    regle = REGLES["participation_baisse"]
    comptes = np.random.default_rng(20261128).binomial(CADRE, taux, size=(200, 2))
    fausses = np.mean([is_real_fall(int(a), int(b), CADRE, regle.seuil) for a, b in comptes])
    assert fausses <= regle.fausses_alertes


def _chiffre(note: str, n_eff: float) -> Chiffre:
    return Chiffre(
        "site", "v", "france", "", "", "", "published", n=500, n_eff=n_eff, redresse=0.5, note=note,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("apres", "attendu"),
    [
        (_chiffre("C", 150.0), True),  # un quart de moins, juste
        (_chiffre("C", 151.0), False),  # la note tient à un cheveu
        (_chiffre("B", 50.0), False),  # toujours citable
        (None, True),
    ],
)
def test_une_note_perdue_ne_vient_pas_d_un_cheveu(apres: Chiffre | None, attendu: bool) -> None:
    assert is_real_loss(_chiffre("A", 200.0), apres, 0.25) is attendu


@pytest.mark.parametrize("attendu", [25, 33, 40, 60])
def test_deux_cents_vagues_tranquilles_ne_perdent_presque_jamais_leur_note(attendu: int) -> None:
    """Autour du seuil de la note B, une chute d'un quart arrivait par hasard une fois sur dix."""
    regle = REGLES["note_perdue"]
    tires = np.random.default_rng(20261129).poisson(attendu, size=(200, 2))
    paires = [[_chiffre("B" if n >= 30 else "C", float(n)) for n in paire] for paire in tires]
    fausses = np.mean([is_real_loss(avant, apres, regle.seuil) for avant, apres in paires])
    assert fausses <= regle.fausses_alertes


def test_rien_a_perdre_quand_le_chiffre_ne_se_citait_pas() -> None:
    assert not is_real_loss(_chiffre("C", 200.0), None, 0.25)


def test_la_page_ne_leve_que_ce_qui_se_prouve() -> None:
    assert _alertes() == ["source_perimee"]
    assert _alertes(reponses=(1000, 500)) == ["participation_baisse", "source_perimee"]
    perdue = [cellule("site", vague_id="2023-v1"), cellule("site", note="C", n_eff=40.0)]
    assert _alertes(*perdue) == ["note_perdue", "source_perimee"]


@pytest.mark.parametrize(
    ("derniere", "fermeture", "attendus"),
    [
        ("2026-v4", date(2026, 11, 27), {"participation_baisse", "note_perdue"}),
        # Elle ferme demain : des réponses arrivent encore.
        ("2026-v4", date(2026, 11, 29), set()),
        # Au catalogue, mais aucune réponse n'en est encore chargée.
        ("2023-v1", None, set()),
        ("", None, set()),
    ],
)
def test_une_vague_a_venir_ou_en_cours_n_a_encore_rien_perdu(
    derniere: str, fermeture: date | None, attendus: set[str]
) -> None:
    """Déclarer la vague suivante disait perdu chaque chiffre clé, et l'ouvrir, la participation effondrée."""
    vue = _build(
        cellule("site", vague_id="2023-v1"), reponses=(1000, 50), derniere=derniere, fermeture=fermeture
    )
    dites = {a.regle.id for a in vue.alertes}
    assert dites - {"source_perimee", "questionnaire_ferme"} == attendus


@pytest.mark.parametrize(("texte", "mois"), [("2023-09", 38), ("2025", 11), ("", None), ("inconnue", None)])
def test_l_age_d_une_source(texte: str, mois: int | None) -> None:
    assert count_months(texte, date(2026, 11, 28)) == mois


def test_la_vue_qu_ouvre_une_alerte_existe_sur_sa_page() -> None:
    """La page Sources et méthode s'ouvre sinon sur « Lire un chiffre », loin de la source qui vieillit."""
    regles = load_regles_alertes()
    assert regles["source_perimee"].vue in VUES
    assert {r.page for r in regles.values() if r.vue} == {"sources_methode"}


@pytest.mark.parametrize(
    ("lus", "ecartees", "attendu"),
    [(400, 20, True), (400, 19, False), (100, 9, False), (100, 10, True), (0, 0, False)],
)
def test_une_quarantaine_au_dela_de_sa_part_alerte_et_une_poignee_de_lignes_non(
    lus: int, ecartees: int, attendu: bool
) -> None:
    lots = (("2026-v4", "essai", lus, ecartees),)
    assert ("quarantaine_forte" in _alertes(lots=lots)) == attendu


@pytest.mark.parametrize(
    ("lus", "ecartees", "attendu"),
    # 3 sur 60 : juste au seuil. 2 sur 8 : un « TOTAL » et une note sous le tableau. 3 sur 61 : sous 5 %.
    [(60, 3, True), (61, 3, False), (8, 2, False), (41, 41, True), (40, 0, False), (0, 0, False)],
)
def test_une_liste_de_fonds_en_partie_ecartee_alerte(lus: int, ecartees: int, attendu: bool) -> None:
    listes = (("itn7", "2026-11-20 10:00", lus, ecartees),)
    assert ("quarantaine_fonds" in _alertes(listes=listes)) == attendu


def test_l_alerte_d_une_liste_dit_son_fonds_ses_lignes_et_le_jour_de_son_import() -> None:
    (alerte,) = (
        a
        for a in _build(listes=(("itn7", "2026-11-20 10:00", 60, 6),)).alertes
        if a.regle.id == "quarantaine_fonds"
    )
    assert alerte.fait == f"{find_fonds('itn7').titre} : 6\u00a0lignes en quarantaine sur 60 (10\u202f%)."
    assert (alerte.depuis, alerte.regle.page) == ("20 novembre 2026", "fonds")
    assert "manquent aux crédits" in alerte.regle.action
