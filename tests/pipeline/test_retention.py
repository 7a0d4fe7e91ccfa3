"""Un fichier reçu ne quitte la réserve que si rien ne peut plus en avoir besoin ; le journal le dit avant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from barometre.pipeline import retention
from barometre.pipeline.construire import construire
from barometre.pipeline.rejeu import Fiche, list_reserve
from barometre.pipeline.retention import JOURS, list_purgeables, remove_purgeables
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.versions import open_entrepot
from tests.pipeline.test_rejeu import adresse, charge, check_memes_tables, read_tables

__all__ = ["adresse", "charge"]


def forget_versions(entrepot: Entrepot) -> None:
    """Il ne reste que la version en service."""
    for version_id in entrepot.list_ids():
        if version_id != entrepot.get_active():
            entrepot.remove(version_id)


def plus_tard(jours: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=jours)


def test_une_version_gardee_retient_ses_fichiers(adresse: str) -> None:
    """Le premier fichier de 2023, corrigé depuis : une version d'avant peut encore y revenir."""
    entrepot = open_entrepot(adresse)
    assert list_purgeables(entrepot, plus_tard(JOURS + 1)) == []
    forget_versions(entrepot)
    assert [f.vague_id for f in list_purgeables(entrepot, plus_tard(JOURS + 1))] == ["2023-v1"]
    assert list_purgeables(entrepot, plus_tard(JOURS - 1)) == []


def test_le_dernier_fichier_reste_meme_si_plus_rien_ne_le_cite(
    adresse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Il porte la clé secrète de son questionnaire et de sa vague."""
    monkeypatch.setattr("barometre.pipeline.retention.list_cites", lambda *_: set())
    entrepot = open_entrepot(adresse)
    toutes, purgeables = list_reserve(entrepot), list_purgeables(entrepot, plus_tard(JOURS + 1))
    assert [(f.questionnaire_id, f.vague_id) for f in purgeables] == [
        ("communication", "2026-v4"), ("communication", "2023-v1")
    ]  # fmt: skip
    restent = [f for f in toutes if f not in purgeables]
    derniers = {(f.questionnaire_id, f.vague_id): f for f in reversed(toutes)}
    assert sorted(f.cle for f in restent) == sorted(f.cle for f in derniers.values())


def test_purger_inscrit_puis_efface_et_reconstruire_n_y_perd_rien(adresse: str) -> None:
    entrepot, inscrits = open_entrepot(adresse), []
    forget_versions(entrepot)
    avant, cles = read_tables(adresse), entrepot.get_reserve().list_cles()

    def inscrire(fiche: Fiche) -> None:
        assert fiche.cle in entrepot.get_reserve().list_cles()
        inscrits.append(fiche.cle)

    purges = remove_purgeables(entrepot, plus_tard(JOURS + 1), JOURS, inscrire)
    assert inscrits == [fiche.cle for fiche in purges]
    assert sorted(set(cles) - set(inscrits)) == entrepot.get_reserve().list_cles()
    construire(adresse=adresse, processus=1)
    check_memes_tables(avant, read_tables(adresse))


def test_un_journal_qui_refuse_ne_laisse_rien_effacer(adresse: str) -> None:
    entrepot = open_entrepot(adresse)
    forget_versions(entrepot)
    cles = entrepot.get_reserve().list_cles()

    def refuse(fiche: Fiche) -> None:
        raise OSError(fiche.cle)

    with pytest.raises(OSError, match=r"[0-9a-f]{64}"):
        remove_purgeables(entrepot, plus_tard(JOURS + 1), JOURS, refuse)
    assert entrepot.get_reserve().list_cles() == cles


@dataclass(frozen=True)
class _Versions:
    """Un entrepôt dont aucune version ne cite de fichier."""

    def list_ids(self) -> list[str]:
        return []

    def list_preparees(self) -> list[str]:
        return []


def test_un_fichier_se_garde_jusqu_au_bout_de_ses_trois_ans(monkeypatch: pytest.MonkeyPatch) -> None:
    instant = datetime(2026, 11, 30, 12, tzinfo=UTC)
    bout = instant - timedelta(days=JOURS)
    dates = {"neuf": instant, "au_bout": bout, "passe": bout - timedelta(seconds=1)}
    fiches = [
        Fiche(cle, "", "communication", "2023-v1", "", recu_le.isoformat(), "", en_service=False)
        for cle, recu_le in dates.items()
    ]
    monkeypatch.setattr(retention, "list_cites", lambda *_: set())
    monkeypatch.setattr(retention, "list_reserve", lambda _: fiches)
    entrepot: Any = _Versions()
    assert [fiche.cle for fiche in list_purgeables(entrepot, instant)] == ["passe"]
