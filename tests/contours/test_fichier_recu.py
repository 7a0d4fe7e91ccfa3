"""Un fichier de contours reçu : ce qui y cloche se dit (quoi, où, que faire), avant de rien écrire."""

from __future__ import annotations

import gzip
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from barometre.cli.sources import load_contours
from barometre.contours import fichier_recu as contours_lecture
from barometre.contours.accord import check_tuiles
from barometre.contours.dossier import get_dossier_actif
from barometre.contours.fichier_recu import read_contours
from barometre.contours.installation import install_contours
from barometre.contours.lecture import load_contours as load_contours_du_niveau
from barometre.sources.catalogue import load_sources_exterieures
from barometre.sources.errors import SourceRefusee
from barometre.sources.fetch import Lieu
from tests.maps.donnees import write_contours

CODES = ["01001", "01002", "01003", "2A004"]
CARRE = [[[2.0, 46.0], [3.0, 46.0], [3.0, 47.0], [2.0, 46.0]]]
SOURCE = load_sources_exterieures()["contours_communes"]


def _formes(codes: list[str] = CODES) -> gpd.GeoDataFrame:
    carres = [box(1 + i % 2, 45 + i // 2, 2 + i % 2, 46 + i // 2) for i in range(len(codes))]
    return gpd.GeoDataFrame({"code": codes}, geometry=carres, crs="EPSG:4326")


def _geojson(codes: list[str] = CODES, colonne: str = "code") -> str:
    texte: str = _formes(codes).rename(columns={"code": colonne}).to_json(drop_id=True)
    return texte


def _collection(*formes: dict[str, Any]) -> str:
    traits = [{"type": "Feature", "properties": f["properties"], "geometry": f["geometry"]} for f in formes]
    return json.dumps({"type": "FeatureCollection", "features": traits})


def _forme(code: object = "01001", points: Any = CARRE, genre: str = "Polygon") -> dict[str, Any]:
    return {"properties": {"code": code}, "geometry": {"type": genre, "coordinates": points}}


@pytest.mark.parametrize("colonne", ["code", "codgeo", "INSEE_COM"])
def test_un_geojson_officiel_ou_d_un_miroir_se_lit(tmp_path: Path, colonne: str) -> None:
    fichier = tmp_path / "communes.geojson"
    fichier.write_text(_geojson(colonne=colonne), encoding="utf-8-sig")
    assert list(read_contours(fichier)["code"]) == CODES


def test_un_geojson_compresse_se_lit_et_sa_copie_depliee_disparait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "provisoire"))
    (tmp_path / "provisoire").mkdir()
    fichier = tmp_path / "communes.geojson.gz"
    fichier.write_bytes(gzip.compress(_geojson().encode()))
    assert list(read_contours(fichier)["code"]) == CODES
    assert list((tmp_path / "provisoire").iterdir()) == []


def test_un_geoparquet_se_lit_meme_en_lambert(tmp_path: Path) -> None:
    _formes().to_parquet(tmp_path / "communes.parquet")
    _formes().to_crs("EPSG:2154").to_parquet(tmp_path / "lambert.parquet")
    for nom in ("communes.parquet", "lambert.parquet"):
        lues = read_contours(tmp_path / nom)
        assert len(lues) == 4
        assert lues.total_bounds == pytest.approx([1, 45, 3, 47])


def test_l_outre_mer_est_loin_de_la_metropole_et_se_lit(tmp_path: Path) -> None:
    """Les fichiers officiels en ont les communes, et celles de Wallis-et-Futuna, à 176° ouest."""
    fichier = tmp_path / "c.geojson"
    guadeloupe = [[[-61.0, 16.0], [-60.9, 16.0], [-60.9, 16.1], [-61.0, 16.0]]]
    wallis = [[[-176.2, -13.3], [-176.1, -13.3], [-176.1, -13.2], [-176.2, -13.3]]]
    fichier.write_text(_collection(_forme("97105", guadeloupe), _forme("98611", wallis)), encoding="utf-8")
    assert list(read_contours(fichier)["code"]) == ["97105", "98611"]
    fichier.write_text(_collection(_forme("01", guadeloupe)), encoding="utf-8")
    assert list(read_contours(fichier, "region")["code"]) == ["01"]


def test_un_identifiant_ne_passe_pas_avant_le_code(tmp_path: Path) -> None:
    forme = _forme() | {"properties": {"id": "7", "code": "01001"}}
    (tmp_path / "c.geojson").write_text(_collection(forme), encoding="utf-8")
    assert list(read_contours(tmp_path / "c.geojson")["code"]) == ["01001"]


def test_une_forme_nulle_ou_vide_parmi_d_autres_n_est_pas_un_contour(tmp_path: Path) -> None:
    """Comptée, elle dirait la commune dessinée."""
    nulle = {"properties": {"code": "01002"}, "geometry": None}
    (tmp_path / "c.geojson").write_text(_collection(_forme(), nulle, _forme("01003", [])), encoding="utf-8")
    assert list(read_contours(tmp_path / "c.geojson")["code"]) == ["01001"]


def test_un_topojson_se_lit(tmp_path: Path) -> None:
    # Un triangle dont l'identifiant est le code, comme dans le miroir.
    topologie = {
        "type": "Topology",
        "arcs": [[[2, 46], [3, 46], [3, 47], [2, 46]]],
        "objects": {
            "communes": {
                "type": "GeometryCollection",
                "geometries": [{"type": "Polygon", "id": "01001", "arcs": [[0]]}],
            }
        },
    }
    fichier = tmp_path / "communes.topojson"
    fichier.write_text(json.dumps(topologie), encoding="utf-8")
    assert list(read_contours(fichier)["code"]) == ["01001"]


def _parquet(tmp: Path, cadre: pd.DataFrame) -> bytes:
    cadre.to_parquet(tmp / "provisoire.parquet")
    return (tmp / "provisoire.parquet").read_bytes()


ENTIER = _geojson().encode()
# Nom du fichier, octets, ce que la phrase dit.
MAUVAIS: dict[str, tuple[str, bytes, str]] = {
    "json coupé": ("c.geojson", ENTIER[: len(ENTIER) // 2], "abîmé"),
    "json coupé entre deux formes": ("c.geojson", ENTIER[: ENTIER.rindex(b', {"type"')], "abîmé"),
    "texte": ("c.geojson", b"ceci n'est pas une carte", "abîmé"),
    "vide": ("c.geojson", b"", "abîmé"),
    "autre objet": ("c.geojson", b'{"a": 1}', "abîmé"),
    "page internet": ("c.geojson", b"<!doctype html><title>404</title>", "page internet"),
    "vrt": ("c.geojson", b"<OGRVRTDataSource></OGRVRTDataSource>", "page internet ou un document XML"),
    "gzip coupé": ("c.geojson.gz", gzip.compress(ENTIER)[:-40], "tronqué"),
    "gzip faux": ("c.geojson.gz", ENTIER, "gzip"),
    "gzip retourné": ("c.geojson.gz", gzip.compress(ENTIER)[:12] + b"\xff" * 80, "gzip|tronqué"),
    "aucune forme": ("c.geojson", b'{"type":"FeatureCollection","features":[]}', "aucune forme"),
    "sans colonne": ("c.geojson", _geojson(colonne="autre").encode(), "colonne du code INSEE"),
    "points": (
        "c.geojson", _collection(_forme(points=[2, 46], genre="Point")).encode(), r"surfaces \(Point\)",
    ),
    "lignes et surfaces": (
        "c.geojson",
        _collection(_forme(), _forme("01002", CARRE[0], "LineString")).encode(),
        r"surfaces \(LineString\)",
    ),
    "formes nulles": (
        "c.geojson", b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,'
        b'"properties":{"code":"01001"}}]}', "formes vides",
    ),
    "code absent": ("c.geojson", _collection(_forme(), _forme(None)).encode(), "a 1.forme sans code INSEE"),
    "code en nombre": ("c.geojson", _collection(_forme(1001)).encode(), "« 1001 ».*zéro de tête"),
    "codes d'EPCI": ("c.geojson", _collection(_forme("200000172")).encode(), "« 200000172 »"),
    "code en double": ("c.geojson", _geojson(["01001", "01001"]).encode(), "deux contours.*01001"),
    "lambert sans le dire": (
        "c.geojson",
        _collection(_forme(points=[[[6e5, 6e6], [7e5, 6e6], [7e5, 7e6], [6e5, 6e6]]])).encode(),
        "pas des degrés",
    ),
    "inversées": (
        "c.geojson", _collection(_forme(points=[[[46, 2], [46, 3], [47, 3], [46, 2]]])).encode(), "inversées",
    ),
    "codes inconnus": (
        "c.geojson", _geojson(["01998", "01999"]).encode(), "du millésime 2026 : 2.codes inconnus, 3[0-9]",
    ),
    "au nord de la France": (
        "c.geojson",
        _collection(_forme(points=[[[2, 55], [3, 55], [3, 56], [2, 55]]])).encode(),
        "hors de France",
    ),
    "au-delà du pôle": (
        "c.geojson",
        _collection(_forme("97105", [[[-61, 95], [-60, 95], [-60, 96], [-61, 95]]])).encode(),
        "pas des degrés",
    ),
    "parquet faux": ("c.parquet", b"PAR1" + b"x" * 300 + b"PAR1", "abîmé"),
}  # fmt: skip


@pytest.fixture
def en_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """De bons contours déjà en service ; rend le dossier qui les contient."""
    dossier = tmp_path / "contours"
    monkeypatch.setenv("BAROMETRE_CONTOURS", str(dossier))
    write_contours(dossier)
    return dossier


def _snapshot(dossier: Path) -> dict[str, bytes]:
    return {str(f.relative_to(dossier)): f.read_bytes() for f in dossier.rglob("*") if f.is_file()}


@pytest.mark.parametrize("cas", MAUVAIS)
def test_un_mauvais_fichier_se_dit_et_ne_change_rien(cas: str, tmp_path: Path, en_service: Path) -> None:
    nom, octets, motif = MAUVAIS[cas]
    (tmp_path / nom).write_bytes(octets)
    avant = _snapshot(en_service)
    source = replace(SOURCE, miroir=nom)
    with pytest.raises(SourceRefusee, match=motif) as refus:
        install_contours(tmp_path / nom, source, "0")
    if cas != "codes inconnus":
        assert f"« {nom} »" in str(refus.value)
    # Une phrase, puis ce qu'il faut faire.
    assert any(faire in str(refus.value) for faire in ("Récupérez-le", "Prenez"))
    bilan = load_contours(source, Lieu(miroir=tmp_path, copies=tmp_path / "copies"))
    assert bilan.etat == "absente"
    assert "Les contours en service ne changent pas." in bilan.phrase
    assert _snapshot(en_service) == avant
    assert get_dossier_actif() == en_service / "2026-1"


@pytest.mark.parametrize(
    ("source_id", "code", "faux"),
    [("contours_epci", "200000172", "01"), ("contours_departements", "2A", "200000172"),
     ("contours_regions", "84", "84-"), ("contours_departements", "971", "9712"),
     ("contours_regions", "01", "200000172")],
)  # fmt: skip
def test_les_autres_niveaux_sont_lus_avant_d_etre_gardes(
    source_id: str, code: str, faux: str, tmp_path: Path, en_service: Path
) -> None:
    source = replace(load_sources_exterieures()[source_id], miroir="c.geojson")
    lieu = Lieu(miroir=tmp_path, copies=tmp_path / "copies")
    (tmp_path / "c.geojson").write_text(_collection(_forme(code)), encoding="utf-8")
    bon = load_contours(source, lieu)
    assert (bon.etat, bon.rapport and bon.rapport.lus) == ("chargee", 1)
    (tmp_path / "c.geojson").write_text(_collection(_forme(faux)), encoding="utf-8")
    mauvais = load_contours(source, lieu)
    assert mauvais.etat == "gardee"  # la copie d'avant
    assert f"« {faux} »" in mauvais.phrase
    assert "Les contours en service ne changent pas." in mauvais.phrase


def test_un_parquet_sans_formes_ou_de_points_est_refuse(tmp_path: Path) -> None:
    pd.DataFrame({"code": CODES}).to_parquet(tmp_path / "sans.parquet")
    points = gpd.GeoDataFrame({"code": ["01001"]}, geometry=[Point(2, 46)], crs="EPSG:4326")
    points.to_parquet(tmp_path / "points.parquet")
    for nom, motif in (("sans.parquet", "abîmé"), ("points.parquet", "surfaces")):
        with pytest.raises(SourceRefusee, match=motif):
            read_contours(tmp_path / nom)


def test_une_bombe_gzip_est_arretee_en_cours_de_route(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provisoire = tmp_path / "provisoire"
    provisoire.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(provisoire))
    monkeypatch.setattr(contours_lecture, "MAX_DEPLIES", 3 * 1024**2)
    ecrits: list[int] = []
    ouvrir = gzip.open

    class Temoin:
        """Compte ce qui est réellement décompressé."""

        def __init__(self, fichier: Path) -> None:
            self.flux = ouvrir(fichier)

        def __enter__(self) -> Temoin:
            return self

        def __exit__(self, *_: object) -> None:
            self.flux.close()

        def read(self, taille: int) -> bytes:
            ecrits.append(taille)
            return bytes(self.flux.read(taille))

    monkeypatch.setattr(contours_lecture.gzip, "open", Temoin)
    bombe = tmp_path / "bombe.geojson.gz"
    bombe.write_bytes(gzip.compress(b" " * 64 * 1024**2))
    assert bombe.stat().st_size < 100_000
    with pytest.raises(SourceRefusee, match="dépasse 3 Mo une fois décompressé : lecture arrêtée"):
        read_contours(bombe)
    # Quatre morceaux lus sur soixante-quatre, et rien de gardé.
    assert sum(ecrits) == 4 * 1024**2
    assert list(provisoire.iterdir()) == []


def test_une_bombe_parquet_est_refusee_avant_lecture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contours_lecture, "MAX_DEPLIES", 1024)
    _formes([f"01{rang:03d}" for rang in range(200)]).to_parquet(tmp_path / "c.parquet")
    monkeypatch.setattr(gpd, "read_parquet", lambda *_: pytest.fail("le fichier a été lu"))
    with pytest.raises(SourceRefusee, match="déplié, dépasserait"):
        read_contours(tmp_path / "c.parquet")


def test_un_fichier_enorme_ou_absent_est_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fichier = tmp_path / "communes.geojson"
    with pytest.raises(SourceRefusee, match="n'existe pas"):
        read_contours(fichier)
    fichier.write_text(_geojson(), encoding="utf-8")
    monkeypatch.setattr(contours_lecture, "MAX_OCTETS", 100)
    with pytest.raises(SourceRefusee, match="dépasse"):
        read_contours(fichier)
    monkeypatch.setattr(contours_lecture, "MAX_OCTETS", 10**6)
    monkeypatch.setattr(contours_lecture, "MAX_POINTS", 5)
    with pytest.raises(SourceRefusee, match="trop détaillé"):
        read_contours(fichier)


def test_un_disque_plein_pendant_l_ecriture_ne_change_rien(
    tmp_path: Path, en_service: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    donnees = tmp_path / "donnees"
    donnees.mkdir()
    communes = [("commune", code, code[:2]) for code in CODES]
    autres = [("epci", "200000001", "01"), ("departement", "01", "01"), ("region", "84", "")]
    lignes = [
        {"type": type_, "code": c, "nom": c, "departement": d, "region": "84", "epci": "200000001"}
        for type_, c, d in (*communes, *autres)
    ]
    pd.DataFrame(lignes).to_csv(donnees / "collectivites.csv.gz", index=False)
    (tmp_path / "c.geojson").write_text(_geojson(), encoding="utf-8")
    avant = _snapshot(en_service)

    def _full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("barometre.contours.installation.write_tuiles", _full)
    with pytest.raises(SourceRefusee, match="n'ont pas pu être rangés"):
        install_contours(tmp_path / "c.geojson", SOURCE, "0", donnees=donnees)
    assert _snapshot(en_service) == avant
    monkeypatch.undo()
    rapport = install_contours(
        tmp_path / "c.geojson", SOURCE, "0", dossier=tmp_path / "autre", donnees=donnees
    )
    assert rapport.charges == 4
    monkeypatch.setenv("BAROMETRE_CONTOURS", str(tmp_path / "autre"))
    contours = load_contours_du_niveau("commune")
    assert contours.source == f"{SOURCE.producteur}, {SOURCE.millesime}"
    # Les tuiles sont celles de ces contours, posées pour les encarts d'aujourd'hui.
    assert check_tuiles(tmp_path / "autre" / "2026-1", contours) == CODES
