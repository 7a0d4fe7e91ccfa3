"""Des contours d'un autre millésime, troués, ou qui se contredisent : une phrase, jamais un faux."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from barometre.contours.accord import check_accord, check_tuiles, compare_codes
from barometre.contours.dossier import CODES as CODES_ECRITS
from barometre.contours.dossier import MANIFESTE, TUILES, get_dossier_actif
from barometre.contours.lecture import ContoursAbsents, _load_charges, load_contours
from tests.fakes import COMMUNES
from tests.maps.donnees import build_contours, write_contours

CODES = [f"{rang:02d}" for rang in range(1, 21)]


@pytest.fixture
def actif(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Des contours chargés, du millésime du référentiel."""
    monkeypatch.setenv("BAROMETRE_CONTOURS", str(tmp_path))
    _load_charges.cache_clear()
    write_contours(tmp_path)
    dossier = get_dossier_actif()
    assert dossier is not None
    return dossier


def test_meme_millesime_et_tous_les_codes_ne_disent_rien() -> None:
    accord = compare_codes(build_contours(CODES), CODES, "2026")
    assert (accord.phrase, accord.suffit) == ("", True)


def test_un_autre_millesime_complet_se_dit_et_se_dessine() -> None:
    accord = compare_codes(build_contours(CODES), CODES, "2027")
    check_accord(accord)
    assert "millésime 2026, les données du millésime 2027" in accord.phrase
    assert "20\u00a0départements sur 20 ont leur contour" in accord.phrase
    assert "un opérateur peut les charger" in accord.phrase


def test_quelques_manquants_sont_nommes_et_le_reste_se_dessine() -> None:
    accord = compare_codes(build_contours(CODES[:18]), CODES, "2026")
    check_accord(accord)
    assert "18\u00a0départements sur 20 ont leur contour" in accord.phrase
    assert accord.phrase.endswith(" Sans contour\u202f: 19, 20\u202f; le tableau les contient.")
    assert "millésime" not in accord.phrase


def test_sous_neuf_dixiemes_la_carte_renonce() -> None:
    accord = compare_codes(build_contours(CODES[:17]), CODES, "2027")
    with pytest.raises(ContoursAbsents, match=r"17.départements sur 20.*trop peu pour une carte"):
        check_accord(accord)


@pytest.mark.parametrize(
    ("presents", "phrase"),
    [
        (2, "2\u00a0départements sur 5 ont leur contour. Sans contour\u202f: 03, 04, 05."),
        (1, "1\u00a0département sur 5 a son contour. Sans contour\u202f: 02, 03, 04…"),
        (0, "0\u00a0département sur 5 a son contour. Sans contour\u202f: 01, 02, 03…"),
    ],
)
def test_trop_de_manquants_se_comptent_et_les_trois_premiers_se_nomment(presents: int, phrase: str) -> None:
    assert compare_codes(build_contours(CODES[:presents]), CODES[:5], "2026").phrase == phrase


def test_des_donnees_sans_millesime_ne_comparent_que_les_codes() -> None:
    assert compare_codes(build_contours(CODES), CODES, "").phrase == ""


def test_des_contours_sans_millesime_ne_comparent_que_leurs_codes() -> None:
    embarques = load_contours("departement")
    assert embarques.millesime == "" or get_dossier_actif() is not None
    accord = compare_codes(embarques, ["01", "2A"], "2031")
    assert accord.phrase == "" or embarques.millesime


def test_des_tuiles_entieres_rendent_les_codes(actif: Path) -> None:
    assert set(check_tuiles(actif, load_contours("commune"))) == {code for code, *_ in COMMUNES}


def _cut(fichier: Path, reste: int) -> None:
    fichier.write_bytes(fichier.read_bytes()[:reste])


def _repeat_code(dossier: Path) -> None:
    codes = (dossier / CODES_ECRITS).read_text(encoding="utf-8")
    (dossier / CODES_ECRITS).write_text(codes + codes.splitlines()[0] + "\n", encoding="utf-8")


def _age(tuiles: Path) -> None:
    octets = tuiles.read_bytes()
    tuiles.write_bytes(octets[:7] + b"\x02" + octets[8:])


@pytest.mark.parametrize(
    ("abimer", "motif"),
    [
        (lambda d: (d / TUILES).unlink(), "manquent"),
        (lambda d: (d / "codes.txt").unlink(), "manquent"),
        (lambda d: (d / "codes.txt").write_bytes(b"\xff\xfe\x00"), "manquent ou ne se lisent plus"),
        (lambda d: (d / TUILES).write_bytes(b"<!doctype html>" * 20), "abîmées"),
        (lambda d: _cut(d / TUILES, 40), "abîmées"),
        (lambda d: _cut(d / TUILES, 200), "abîmées"),
        (lambda d: _cut(d / TUILES, -1), "abîmées"),  # la dernière tuile perd un octet
        (lambda d: (d / TUILES).write_bytes(b"PMTiles\x03" + bytes(119)), "abîmées"),  # aucune tuile
        (lambda d: _age(d / TUILES), "abîmées"),  # une version que le navigateur ne sait pas lire
        (_repeat_code, "pas celles des contours"),
        (lambda d: (d / "codes.txt").write_text("01001\n01002\n"), "pas celles des contours"),
        (lambda d: (d / "codes.txt").write_text("01001\n" * 4), "pas celles des contours"),
    ],
)  # fmt: skip
def test_des_tuiles_qui_ne_vont_pas_sont_refusees(actif: Path, abimer: object, motif: str) -> None:
    contours = load_contours("commune")
    abimer(actif)  # type: ignore[operator]
    with pytest.raises(ContoursAbsents, match=motif) as refus:
        check_tuiles(actif, contours)
    assert "un opérateur peut les charger" in str(refus.value)


def test_des_tuiles_posees_pour_d_autres_encarts_sont_refusees(actif: Path) -> None:
    manifeste = json.loads((actif / MANIFESTE).read_text())
    (actif / MANIFESTE).write_text(json.dumps(manifeste | {"placement": "autre"}))
    with pytest.raises(ContoursAbsents, match="version plus ancienne"):
        check_tuiles(actif, load_contours("commune"))


@pytest.mark.parametrize("contenu", ["{", "[]", '{"millesime": "2026"}'])
def test_un_manifeste_abime_donne_une_phrase_et_les_contours_embarques(actif: Path, contenu: str) -> None:
    (actif / MANIFESTE).write_text(contenu)
    with pytest.raises(ContoursAbsents, match="ne se lisent plus"):
        load_contours("commune")
    regions = load_contours("region")
    assert regions.source.startswith("Natural Earth")
    assert "ne se lisent plus" in regions.avertissement
    assert len(regions.select()) >= 18


def test_un_parquet_tronque_donne_une_phrase(actif: Path) -> None:
    _cut(actif / "communes.parquet", 300)
    _cut(actif / "departements.parquet", 300)
    with pytest.raises(ContoursAbsents, match="communes ne se lisent plus"):
        load_contours("commune")
    assert "contours embarqués" in load_contours("departement").avertissement
    assert load_contours("region").avertissement == ""
