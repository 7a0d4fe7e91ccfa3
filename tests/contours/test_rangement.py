"""Charger des contours : tout fichier a un sort, un refus ne change rien à ce qui était en service."""

import struct
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import box

from barometre.contours.dossier import FICHIERS, get_dossier_actif
from barometre.contours.encarts import ENCARTS
from barometre.contours.lecture import load_contours
from barometre.contours.rangement import (
    dissolve,
    match_codes,
    open_chantier,
    simplify,
    write_manifeste,
    write_niveaux,
)
from barometre.contours.tuiles import write_tuiles
from barometre.sources.errors import SourceRefusee

# Quatre communes en carré, deux EPCI, un département.
CODES = ["01001", "01002", "01003", "2A004"]
COMMUNES = pd.DataFrame(
    {
        "code": CODES,
        "nom": [f"Essai {code}" for code in CODES],
        "departement": ["01", "01", "01", "2A"],
        "region": ["84", "84", "84", "94"],
        "epci": ["200000001", "200000001", "200000002", ""],
    }
)
NOMS = {"epci": {"200000001": "CC Essai"}, "departement": {"01": "Ain"}, "region": {}}


def _formes(codes: list[str] = CODES) -> gpd.GeoDataFrame:
    carres = [box(1 + i % 2, 45 + i // 2, 2 + i % 2, 46 + i // 2) for i in range(len(codes))]
    return gpd.GeoDataFrame({"code": codes}, geometry=carres, crs="EPSG:4326")


def test_un_autre_millesime_est_refuse_avec_des_exemples() -> None:
    with pytest.raises(SourceRefusee, match="01099"):
        match_codes(_formes([*CODES[:3], "01099"]), COMMUNES, "2026")


def test_les_collectivites_hors_champ_sont_comptees_a_part() -> None:
    com = ["97502", "97701", "97801", "98411", "98611", "98735", "98818", "98901"]
    gardees, rapport = match_codes(_formes([*CODES, *com]), COMMUNES, "2026")
    assert (rapport.lus, rapport.charges, rapport.hors_champ) == (12, 4, 8)
    assert rapport.inconnus == rapport.manquants == ()
    assert gardees["nom"].iloc[0] == "Essai 01001"


def test_les_communes_se_rangent_dans_l_ordre_de_leurs_codes() -> None:
    """L'ordre des valeurs envoyées au navigateur est celui-là."""
    gardees, _ = match_codes(_formes(CODES[::-1]), COMMUNES, "2026")
    assert list(gardees["code"]) == CODES


@pytest.mark.parametrize(
    ("otees", "phrase"),
    [
        (1, "1\u202f999\u00a0communes sur 2\u202f000 ont leur contour (1\u202f999\u00a0formes lues). "
            "Sans contour : 02000."),
        (2, "1\u202f998\u00a0communes sur 2\u202f000 ont leur contour (1\u202f998\u00a0formes lues). "
            "Sans contour : 01999, 02000."),
    ],
)  # fmt: skip
def test_un_code_sur_mille_peut_manquer(otees: int, phrase: str) -> None:
    codes = [f"{rang:05d}" for rang in range(1, 2001)]
    communes = pd.DataFrame({"code": codes, "nom": codes, "departement": "01", "region": "84", "epci": ""})
    _, rapport = match_codes(_formes(codes[: 2000 - otees]), communes, "2026")
    assert rapport.phrase == phrase
    with pytest.raises(SourceRefusee, match=r"0.code inconnu, 3.communes sans contour"):
        match_codes(_formes(codes[:1997]), communes, "2026")


def test_des_formes_qui_se_recouvrent_se_reunissent_et_restent_valides() -> None:
    """Un fichier qui n'est pas un pavage n'est pas simplifié : ses recouvrements deviendraient des trous."""
    gardees, _ = match_codes(_formes(), COMMUNES, "2026")
    noeud = shapely.Polygon([(1, 45), (2.5, 46), (2.5, 45), (1, 46)])
    gardees.loc[0, "geometry"] = noeud
    assert shapely.is_valid(simplify(gardees, 0.1).geometry.to_numpy()).all()
    gardees.loc[0, "geometry"] = box(1, 45, 2.5, 46)  # déborde de moitié sur sa voisine
    (un, _) = dissolve(gardees, "epci", {}).geometry
    assert shapely.area(un) == pytest.approx(2)


def test_une_region_n_est_dans_aucun_departement() -> None:
    gardees, _ = match_codes(_formes(), COMMUNES, "2026")
    assert set(dissolve(gardees, "region", {})["departement"]) == {""}


def test_un_epci_est_la_reunion_de_ses_communes() -> None:
    gardees, _ = match_codes(_formes(), COMMUNES, "2026")
    epci = dissolve(gardees, "epci", NOMS["epci"]).set_index("code")
    assert list(epci.index) == ["200000001", "200000002"]  # la commune sans EPCI n'en crée pas
    assert shapely.area(epci.geometry["200000001"]) == pytest.approx(2)
    assert epci["nom"]["200000001"] == "CC Essai"


def test_la_simplification_garde_les_voisins_colles() -> None:
    lignes = [(x / 50, 1 + 0.01 * (x % 2)) for x in range(51)]
    bas = shapely.Polygon([(0, 0), (1, 0), *reversed(lignes)])
    haut = shapely.Polygon([*lignes, (1, 2), (0, 2)])
    formes = gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=[bas, haut], crs="EPSG:4326")
    simples = simplify(formes, 0.1).geometry
    assert shapely.get_num_coordinates(simples).sum() < 60
    assert simples.iloc[0].intersection(simples.iloc[1]).length == pytest.approx(1, abs=0.05)
    assert shapely.area(simples.to_numpy()).sum() == pytest.approx(2)


def _install(dossier: Path) -> None:
    gardees, rapport = match_codes(_formes(), COMMUNES, "2026")
    with open_chantier(dossier, "2026") as chantier:
        write_niveaux(gardees, NOMS, chantier)
        write_manifeste(chantier, rapport, "Essai", "0")


def test_tout_est_range_par_niveau_puis_relu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAROMETRE_CONTOURS", str(tmp_path))
    _install(tmp_path)
    actif = get_dossier_actif()
    assert actif is not None
    assert {f.name for f in actif.iterdir()} >= {*FICHIERS.values(), "codes.txt", "manifeste.json"}
    assert (actif / "codes.txt").read_text().split() == CODES
    assert load_contours("epci").millesime == "2026"
    assert set(load_contours("commune").formes["code"]) == set(CODES)


def _break(dossier: Path) -> None:
    with open_chantier(dossier, "2026") as chantier:
        (chantier / "communes.parquet").write_bytes(b"moitie")
        raise RuntimeError("disque plein")


def test_une_panne_ne_laisse_rien_et_ne_change_rien(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAROMETRE_CONTOURS", str(tmp_path))
    _install(tmp_path)
    avant = get_dossier_actif()
    with pytest.raises(RuntimeError):
        _break(tmp_path)
    assert get_dossier_actif() == avant
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2026-1", "ACTIF"]


def test_recharger_donne_un_dossier_neuf_et_garde_le_precedent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETRE_CONTOURS", str(tmp_path))
    for _ in range(3):
        _install(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2026-2", "2026-3", "ACTIF"]
    assert get_dossier_actif() == tmp_path / "2026-3"


def test_les_tuiles_s_ecrivent(tmp_path: Path) -> None:
    gardees, _ = match_codes(_formes(), COMMUNES, "2026")
    write_tuiles(gardees, tmp_path / "communes.pmtiles")
    octets = (tmp_path / "communes.pmtiles").read_bytes()
    assert octets[:7] == b"PMTiles"
    assert _get_bornes(octets) == pytest.approx([1, 45, 3, 47])


def test_les_tuiles_rapprochent_l_outre_mer(tmp_path: Path) -> None:
    reunion = gpd.GeoDataFrame(
        {"code": ["97411"], "nom": ["Saint-Denis"], "departement": ["974"], "region": ["04"]},
        geometry=[box(55.4, -21, 55.5, -20.9)],
        crs="EPSG:4326",
    )
    write_tuiles(reunion, tmp_path / "communes.pmtiles")
    ouest, sud, est, nord = _get_bornes((tmp_path / "communes.pmtiles").read_bytes())
    assert ENCARTS["974"].cadre.contains(box(ouest, sud, est, nord))


def _get_bornes(octets: bytes) -> list[float]:
    """L'emprise qu'un en-tête PMTiles dit : ouest, sud, est, nord, en dix-millionièmes de degré."""
    return [borne / 1e7 for borne in struct.unpack_from("<4i", octets, 102)]
