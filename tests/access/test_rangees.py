"""Des chiffres rangés d'avance, d'un bloc ou par lots : ceux que la porte lirait, dans le même ordre."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from barometre.access import Gate, chiffres_publics
from barometre.access.avance import Avance
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice

TOTAUX = {"strate": "", "couverture": ""}
RANGES: tuple[dict[str, Any], ...] = (
    {"territoire_id": "france", **TOTAUX},
    {"territoire_id": ["region-00", "france", "france"], "type": [""], **TOTAUX},
    {"territoire_id": ["nulle-part"], **TOTAUX},
    {"territoire_id": "france", "type": ["commune", "", "jamais"], **TOTAUX},
    {"territoire_id": "france", "type": "", "indicateurs": ["site_internet", "jamais"]},
    {"territoire_id": "france", "indicateurs": []},
    {"territoire_id": "france"},
    {"territoire_id": "france", "strate": ["", "commune-0-499"], "couverture": ""},
    {"territoire_id": ["france", "region-00"], "type": "commune", "couverture": ["perimetre"]},
)
NIVEAUX: tuple[dict[str, Any], ...] = (
    {"niveau": "france", "type": "", **TOTAUX},
    {"niveau": ["region", "france", "jamais"], "indicateurs": ["site_internet"]},
    {"niveau": "france", "territoire_id": ["france", "region-00"], **TOTAUX},
)
AILLEURS: tuple[dict[str, Any], ...] = (TOTAUX, {}, {"type": "commune"}, {"indicateurs": ["site_internet"]})
# Une commune, un territoire, une collectivité dont l'État ne dit rien.
MESURES_DE = ("commune-01001", "france", "epci-inconnu")


@pytest.fixture(scope="module", params=[7, chiffres_publics.LOT], ids=lambda lot: f"lots-de-{lot}")
def portes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Gate, Gate]]:
    """La même porte, sans rien et avec tout ce qui se range, en un lot ou en plusieurs."""
    depot = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot"), etat=True))
    directe = Gate(depot)
    with pytest.MonkeyPatch.context() as reglage:
        reglage.setattr(chiffres_publics, "LOT", request.param)
        rangees = directe.read_rangees()
    yield directe, Gate(depot, avance=Avance(rangees))
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
    attendues = getattr(directe, lecture)(**filtres)
    monkeypatch.setattr(rangee, "_repository", None)
    lues = getattr(rangee, lecture)(**filtres)
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
def test_une_demande_qui_ne_dit_pas_ou_se_lit_dans_l_entrepot(
    portes: tuple[Gate, Gate], filtres: dict[str, Any]
) -> None:
    attendues, lues = (porte.list_agregats(**filtres) for porte in portes)
    pd.testing.assert_frame_equal(attendues, lues)


def test_qui_recoit_des_lignes_peut_les_ecrire(portes: tuple[Gate, Gate]) -> None:
    lire = {"territoire_id": "france", "type": "", **TOTAUX}
    recues = portes[1].list_agregats(**lire)
    recues["indicateur_id"] = "autre"
    assert "autre" not in set(portes[1].list_agregats(**lire)["indicateur_id"])


@pytest.mark.parametrize("lieu", MESURES_DE)
def test_les_memes_mesures_sans_aller_a_l_entrepot(
    portes: tuple[Gate, Gate], lieu: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    attendues = portes[0].list_valeurs_collectivite(lieu)
    monkeypatch.setattr(portes[1], "_repository", None)
    # Un nombre entier se lit entier ou décimal, selon que d'autres lignes en manquent.
    pd.testing.assert_frame_equal(attendues, portes[1].list_valeurs_collectivite(lieu), check_dtype=False)


def test_des_mesures_se_trouvent_et_se_trient(portes: tuple[Gate, Gate]) -> None:
    """D'une commune, ses seules mesures, jamais ses réponses ; de deux demandées, l'une est déclarée."""
    for porte in portes:
        toutes = porte.list_valeurs_collectivite(MESURES_DE[0])
        assert sorted(toutes["indicateur_id"]) == ["france_services_presence", "open_data_recense"]
        demandees = ["open_data_recense", "site_internet"]
        (seule,) = porte.list_mesures(demandees, MESURES_DE[0])["indicateur_id"]
        assert seule == "open_data_recense"


def test_qui_recoit_des_mesures_peut_les_ecrire(portes: tuple[Gate, Gate]) -> None:
    recues = portes[1].list_valeurs_collectivite("france")
    recues.loc[:, "valeur"] = -1.0
    assert (portes[1].list_valeurs_collectivite("france")["valeur"] >= 0).all()


def test_avec_tout_range_rien_ne_se_lit_d_avance(portes: tuple[Gate, Gate]) -> None:
    assert portes[1].reopen_ahead(["region-00"], {"type": [""]}) is portes[1]
