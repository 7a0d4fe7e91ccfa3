"""La page Carte quand les contours ne vont pas avec les données : une phrase, et une carte quand même."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from barometre.contours.dossier import get_dossier_actif
from tests.maps.donnees import write_contours
from tests.pages.conftest import Ouvrir, list_messages


@pytest.fixture(autouse=True)
def dossier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BAROMETRE_CONTOURS", str(tmp_path))
    return tmp_path


def _messages(page: AppTest) -> str:
    assert not page.exception
    return " ".join(list_messages(page)).replace("\u00a0", " ")


def test_un_autre_millesime_se_dit_et_la_carte_se_dessine(ouvrir: Ouvrir, dossier: Path) -> None:
    write_contours(dossier, millesime="2024")
    messages = _messages(ouvrir("carte", niveau="commune"))
    assert "millésime 2024, les données du millésime 2026" in messages
    assert "4 communes sur 4 ont leur contour" in messages
    assert "reste au niveau" not in messages


def test_trop_peu_de_contours_la_carte_remonte_d_un_niveau(ouvrir: Ouvrir, dossier: Path) -> None:
    write_contours(dossier, codes=("01001", "01002", "2A004"))
    page = ouvrir("carte", niveau="commune")
    messages = _messages(page)
    assert "3 communes sur 4 ont leur contour" in messages
    assert "trop peu pour une carte par commune. La carte reste au niveau des départements." in messages


def test_des_tuiles_abimees_laissent_l_image_fixe(ouvrir: Ouvrir, dossier: Path) -> None:
    write_contours(dossier)
    actif = get_dossier_actif()
    assert actif is not None
    (actif / "communes.pmtiles").write_bytes(b"rien")
    page = ouvrir("carte", niveau="commune")
    assert "Les tuiles des communes sont abîmées" in _messages(page)
    assert any("baro-image-carte" in bloc.body for bloc in page.get("html"))


def test_un_niveau_sans_contours_ne_se_propose_pas(ouvrir: Ouvrir, dossier: Path) -> None:
    sans = ouvrir("carte", indicateur="couverture_opsn", theme="communication")
    assert _niveaux(sans) == ["Départements"]
    assert any("Contours non chargés sur ce serveur" in str(b.proto.body) for b in sans.get("html"))
    write_contours(dossier)
    assert _niveaux(ouvrir("carte", indicateur="couverture_opsn", theme="communication")) == [
        "Départements", "EPCI", "Communes",
    ]  # fmt: skip


def _niveaux(page: AppTest) -> list[str]:
    groupes = [g.proto for g in page.get("button_group") if g.proto.label == "Un territoire par"]
    return [option.content for groupe in groupes for option in groupe.options]


def test_de_nouveaux_contours_changent_la_carte_sans_nouvelles_donnees(ouvrir: Ouvrir, dossier: Path) -> None:
    assert "n’ont pas été chargés" in _messages(ouvrir("carte", niveau="commune"))
    write_contours(dossier)
    assert "n’ont pas été chargés" not in _messages(ouvrir("carte", niveau="commune"))
