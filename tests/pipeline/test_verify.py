"""Le contrôle du secret : des parts brouillées sans s'éloigner ; une moyenne n'a pas de « oui » à compter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from barometre.domain.secret import BRUIT_MAXIMAL
from barometre.pipeline import achevement, attaque, verify
from barometre.warehouse.controles import Controle

VAGUE = "2026-v4"
# Cinquante répondantes : quarante et une parts de vingt « oui » ; une moyenne de 900 ordinateurs.
PARTS = [f"part_{j}" for j in range(41)]
MOYENNE = "nombre_ordinateurs"


def _check(monkeypatch: pytest.MonkeyPatch, ecarts: dict[str, float]) -> Controle:
    """Le dernier contrôle d'une version dont chaque part publiée s'écarte de son compte."""
    totaux = pd.DataFrame({
        "indicateur_id": [*PARTS, MOYENNE], "vague_id": VAGUE,
        "n_oui": [*(20.0 + ecarts.get(i, 0.0) for i in PARTS), np.nan],
    })  # fmt: skip
    valeurs = pd.DataFrame({
        "indicateur_id": np.repeat([*PARTS, MOYENNE], 50), "periode": VAGUE,
        "valeur": [*np.tile([1.0] * 20 + [0.0] * 30, len(PARTS)), *[18.0] * 50],
    })  # fmt: skip

    def read_sommes(_: Any, indicateurs: list[str]) -> pd.DataFrame:
        siennes = valeurs[valeurs["indicateur_id"].isin(indicateurs)].groupby(["indicateur_id", "periode"])
        return siennes["valeur"].sum().rename("somme").reset_index()

    monkeypatch.setattr(verify, "read_rows", lambda *_, **__: totaux)
    monkeypatch.setattr(verify, "read_sommes", read_sommes)
    monkeypatch.setattr(verify, "list_controles", lambda *_: [])
    return verify.check_version(None)[-1]  # type: ignore[arg-type]


def test_une_moyenne_ne_se_juge_pas_comme_une_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lue comme une part, ses 900 ordinateurs s'écartaient de 900 « oui » : un import sain était refusé."""
    controle = _check(monkeypatch, {PARTS[0]: 2.0, PARTS[1]: -1.0})
    assert controle.ok
    assert controle.detail == f"{len(PARTS)} parts recomptées"


def test_une_part_trop_loin_de_son_compte_se_nomme(monkeypatch: pytest.MonkeyPatch) -> None:
    for sens, dit in ((1, "+17"), (-1, "-17")):
        assert _check(monkeypatch, {PARTS[3]: sens * 2.0 * BRUIT_MAXIMAL}).ok
        controle = _check(monkeypatch, {PARTS[3]: sens * (2.0 * BRUIT_MAXIMAL + 1)})
        assert not controle.ok
        assert PARTS[3] in controle.detail
        assert dit in controle.detail


def test_des_parts_toutes_exactes_sont_refusees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Le bruit oublié se voit."""
    controle = _check(monkeypatch, {})
    assert not controle.ok
    assert "aucune part n'est brouillée" in controle.detail


def test_un_seul_controle_rate_refuse_la_version(monkeypatch: pytest.MonkeyPatch) -> None:
    moteur: Any = None
    juste, rate = Controle("Juste", True, "vu"), Controle("Raté", False, "il manque une table")
    monkeypatch.setattr(achevement, "check_version", lambda *_: [juste, juste])
    assert achevement.check_or_refuse(moteur) == [juste, juste]
    monkeypatch.setattr(achevement, "check_version", lambda *_: [juste, rate])
    with pytest.raises(achevement.ConstructionRefusee, match="Raté : il manque une table"):
        achevement.check_or_refuse(moteur)


def test_un_seul_indicateur_qui_laisse_deviner_une_reponse_se_nomme(monkeypatch: pytest.MonkeyPatch) -> None:
    contexte: Any = None
    vague: Any = _Vague()
    publiees = attaque.Publiees(contexte, [vague])
    for devinees, dit in (([], "1\xa0vague attaquée"), (["site"], f"site ({VAGUE})")):
        monkeypatch.setattr(attaque, "find_devinees", lambda *_, devinees=devinees: devinees)
        controle = attaque.check_devinees(publiees)
        assert controle.ok == (not devinees)
        assert dit in controle.detail


@dataclass(frozen=True)
class _Vague:
    vague_id: str = VAGUE
