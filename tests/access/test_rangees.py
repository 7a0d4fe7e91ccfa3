"""Des chiffres rangés d'avance : ceux que la porte lirait, dans le même ordre ; le reste se lit toujours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.access.avance import Avance
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice

TOTAUX = {"strate": "", "couverture": ""}
RANGES: tuple[dict[str, Any], ...] = (
    {"territoire_id": "france"},
    {"territoire_id": ["region-00", "france", "france"], "type": [""]},
    {"territoire_id": ["nulle-part"]},
    {"territoire_id": "france", "type": ["commune", "", "jamais"]},
    {"territoire_id": "france", "type": "", "indicateurs": ["site_internet", "jamais"]},
    {"territoire_id": "france", "indicateurs": []},
)
NIVEAUX: tuple[dict[str, Any], ...] = (
    {"niveau": "france", "type": ""},
    {"niveau": ["region", "france", "jamais"], "indicateurs": ["site_internet"]},
    {"niveau": "france", "territoire_id": ["france", "region-00"]},
)
AILLEURS: tuple[dict[str, Any], ...] = (
    TOTAUX,
    {"territoire_id": "france", "strate": ""},
    {"territoire_id": "france", "strate": None, "couverture": ""},
    {"territoire_id": "france", "strate": ["", "commune-0-499"], "couverture": ""},
)


@pytest.fixture(scope="module")
def portes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gate, Gate]]:
    """La même porte, sans rien et avec tout ce qui se range."""
    depot = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot")))
    directe = Gate(depot)
    yield directe, Gate(depot, avance=Avance(directe.read_rangees()))
    depot.close()


@pytest.mark.parametrize(
    ("lecture", "filtres"),
    [
        *(("list_agregats", filtres) for filtres in (*RANGES, *NIVEAUX)),
        *(("list_evolutions", filtres) for filtres in RANGES),
    ],
    ids=str,
)
def test_les_memes_lignes_dans_le_meme_ordre_sans_aller_a_l_entrepot(
    portes: tuple[Gate, Gate], filtres: dict[str, Any], lecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    directe, rangee = portes
    attendues = getattr(directe, lecture)(**filtres, **TOTAUX)
    monkeypatch.setattr(rangee, "_repository", None)
    lues = getattr(rangee, lecture)(**filtres, **TOTAUX)
    assert list(lues.columns) == list(attendues.columns)
    lues.columns = attendues.columns
    pd.testing.assert_frame_equal(attendues, lues, check_dtype=False)
    sans_texte = [nom for nom, type_ in attendues.dtypes.items() if type_ not in ("str", "object")]
    pd.testing.assert_frame_equal(attendues[sans_texte], lues[sans_texte])


def test_des_lignes_se_trouvent(portes: tuple[Gate, Gate]) -> None:
    for porte in portes:
        assert len(porte.list_agregats(territoire_id="france", type="", **TOTAUX))


@pytest.mark.parametrize("filtres", [{"vague_id": "2023-v1"}, {"niveau": "france"}], ids=str)
def test_les_autres_filtres_trient_ce_qui_est_range(
    portes: tuple[Gate, Gate], filtres: dict[str, Any]
) -> None:
    attendues, lues = (p.list_agregats(territoire_id="france", **filtres, **TOTAUX) for p in portes)
    assert lues["indicateur_id"].tolist() == attendues["indicateur_id"].tolist()
    assert len(lues)


@pytest.mark.parametrize("filtres", AILLEURS, ids=str)
def test_ce_qui_n_est_pas_range_se_lit_dans_l_entrepot(
    portes: tuple[Gate, Gate], filtres: dict[str, Any]
) -> None:
    attendues, lues = (porte.list_agregats(**filtres) for porte in portes)
    pd.testing.assert_frame_equal(attendues, lues)


def test_qui_recoit_des_lignes_peut_les_ecrire(portes: tuple[Gate, Gate]) -> None:
    lire = {"territoire_id": "france", "type": "", **TOTAUX}
    recues = portes[1].list_agregats(**lire)
    recues["indicateur_id"] = "autre"
    assert "autre" not in set(portes[1].list_agregats(**lire)["indicateur_id"])


def test_avec_tout_range_rien_ne_se_lit_d_avance(portes: tuple[Gate, Gate]) -> None:
    assert portes[1].reopen_ahead(["region-00"], {"type": [""]}) is portes[1]
