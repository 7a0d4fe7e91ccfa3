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
from barometre.catalogue.objectifs import Objectif
from barometre.ui.blocks.methode import VUES
from barometre.views.lecture.chiffres import Chiffre
from barometre.views.lecture.place import count_months
from barometre.views.piloter.alertes import Alerte, VueAlertes, build_vue_alertes, is_real_fall, is_real_loss
from barometre.views.piloter.evolutions import AUCUN
from barometre.views.piloter.objectifs import EN_RETARD, Chemin, judge
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur, build_objectif, cellule
from tests.views.test_evolutions import TEST

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
        tests: tuple[dict[str, Any], ...] = (),
    ) -> None:
        super().__init__(lignes)
        self._evolutions = pd.DataFrame(list(tests), columns=[*TEST, "verdict_meme_methode"])
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


def _build(
    *lignes: dict[str, Any],
    fermeture: date | None = None,
    debut: date | None = None,
    objectifs: tuple[Objectif, ...] = (),
    **autres: Any,
) -> VueAlertes:
    catalogue = build_catalogue([build_indicateur("site", cle=True)])
    dates = {"2023-v1": debut, "2026-v4": fermeture}
    vagues = tuple(replace(v, fermeture=dates.get(v.id)) for v in catalogue.vagues)
    catalogue = replace(catalogue, vagues=vagues)
    porte: Any = Porte(*lignes, **autres)
    return build_vue_alertes(porte, catalogue, REGLES, objectifs, date(2026, 11, 28))


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


def test_ce_que_l_on_retient_dit_depuis_quelle_vague_et_le_fait_les_deux() -> None:
    """« Un chiffre clé a bougé (6) » : d'une vague à l'autre, mais lesquelles ?"""
    vue = _build(reponses=(1000, 500))
    assert "la participation baisse (1), depuis la première vague (2023)" in vue.a_retenir
    (alerte,) = (a for a in vue.alertes if a.regle.id == "participation_baisse")
    assert alerte.depuis == "Entre la première vague (2023) et la deuxième édition (2026)"
    # Ce qui ne compare rien n'a pas d'avant.
    assert "une source de l’État vieillit (1)" in vue.a_retenir


def test_un_changement_que_la_methode_decide_le_dit() -> None:
    """La page Évolution et la synthèse le disaient ; seule citée, l'alerte affirmait sans réserve."""
    lignes = [cellule("site", vague_id=v, redresse=p) for v, p in (("2023-v1", 0.2), ("2026-v4", 0.26))]
    test = TEST | {"verdict_meme_methode": AUCUN}
    (alerte,) = (a for a in _build(*lignes, tests=(test,)).alertes if a.regle.id == "indicateur_bouge")
    assert f"hausse au-delà du hasard ; redressées de la même façon\u202f: {AUCUN}" in alerte.fait


def test_l_accueil_dit_combien_d_autres_ont_bouge_et_depuis_quand() -> None:
    """Trois phrases, puis rien : les trois autres chiffres clés qui avaient bougé se perdaient."""
    regle = REGLES["indicateur_bouge"]
    bouges = tuple(Alerte(regle, f"Fait {n}.", "Entre", f"Vague {min(n, 2)}") for n in range(1, 6))
    vue = replace(_build(), alertes=bouges)
    assert vue.phrase_changements == (
        "Fait 1. Fait 2. Fait 3. Depuis la vague 1 ou la vague 2 ; 2\u00a0autres dans les alertes."
    )
    assert replace(vue, alertes=bouges[:1]).phrase_changements == "Fait 1. Depuis la vague 1."
    assert replace(vue, alertes=()).phrase_changements.startswith("Aucun")


def test_un_objectif_en_retard_alerte_et_un_objectif_tenu_non() -> None:
    """Deux objectifs en retard sur leur page, et la page Alertes n'en disait rien."""
    lignes = [
        cellule("site", vague_id="2023-v1", redresse=0.20, bas=0.18, haut=0.22),
        cellule("site", vague_id="2026-v4", redresse=0.30, bas=0.29, haut=0.31),
    ]
    voulus = (
        build_objectif(),
        build_objectif(id="tenu", cible=0.25),
        build_objectif(id="ferme", exemple=False),
    )
    vue = _build(*lignes, objectifs=voulus, fermeture=date(2026, 6, 30), debut=date(2023, 6, 30))
    exemple, ferme = (a for a in vue.alertes if a.regle.id == "objectif_en_retard")
    assert "En retard. À un rythme régulier, on en serait à 43\u202f%" in exemple.fait
    assert exemple.fait == f"{ferme.fait} Objectif d’exemple : aucun n’a été publié."
    assert exemple.depuis == "Entre la première vague (2023) et la deuxième édition (2026)"
    assert exemple.regle.page == "objectifs"
    # « En retard (2), depuis la première vague » : la vague d'où part le chemin n'est pas celle du retard.
    seules = replace(vue, alertes=(exemple, ferme))
    assert seules.a_retenir.endswith(f": {exemple.regle.titre[:1].lower()}{exemple.regle.titre[1:]} (2).")


def test_un_objectif_suivi_juste_sur_son_chemin_n_alerte_presque_jamais() -> None:
    """Départ et arrivée tirés autour de la vérité, celle-ci exactement sur le chemin."""
    hasard, marge, restant = np.random.default_rng(20261130), 0.03, 0.25
    departs, arrivees = (v + hasard.normal(0, marge / 1.96, size=4000) for v in (0.2, 0.425))
    objectif = build_objectif()
    fausses = [
        judge(
            objectif,
            replace(_chiffre("A", 200.0), redresse=a, bas=a - marge, haut=a + marge),
            Chemin(d + (1 - restant) * (0.5 - d), restant * marge),
        )
        for d, a in zip(departs, arrivees, strict=True)
    ]
    assert np.mean([etat == EN_RETARD for etat in fausses]) <= REGLES["objectif_en_retard"].fausses_alertes
