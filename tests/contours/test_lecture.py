"""Les contours embarqués : tous les codes, les outre-mer visibles, aucun trou entre voisins."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import shapely

from barometre.contours import encarts
from barometre.contours.dossier import ACTIF, MANIFESTE, get_dossier_actif
from barometre.contours.lecture import ContoursAbsents, load_contours
from tests.maps.donnees import build_contours

RACINE = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def sans_contours_charges(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BAROMETRE_CONTOURS", str(tmp_path / "contours"))


def _codes(niveau: str) -> set[str]:
    table = pd.read_csv(RACINE / "data" / "collectivites.csv.gz", dtype=str, keep_default_na=False)
    lignes = table[(table["type"] == niveau) & (table[niveau] != "")]
    return set(lignes["code"])


@pytest.mark.parametrize(("niveau", "nombre"), [("region", 18), ("departement", 101)])
def test_les_codes_sont_ceux_du_referentiel(niveau: str, nombre: int) -> None:
    formes = load_contours(niveau).formes
    assert len(formes) == nombre
    assert set(formes["code"]) == _codes(niveau)


@pytest.mark.parametrize("niveau", ["region", "departement"])
def test_les_outre_mer_sont_dans_leur_cadre(niveau: str) -> None:
    placees = load_contours(niveau).select()
    for code, encart in encarts.ENCARTS.items():
        siennes = placees[(encarts.get_drom(placees) == code)]
        assert len(siennes) == 1
        assert encart.cadre.buffer(0.02).contains(siennes.geometry.iloc[0].envelope), encart.nom


def test_aucun_cadre_n_en_touche_un_autre_ni_la_metropole() -> None:
    cadres = [e.cadre for e in (*encarts.ENCARTS.values(), encarts.PARIS)]
    assert not any(a.intersects(b) for i, a in enumerate(cadres) for b in cadres[:i])
    formes = load_contours("region").select()
    metropole = formes[encarts.get_drom(formes) == ""].union_all()
    assert not any(cadre.intersects(metropole) for cadre in cadres)


def test_paris_et_sa_couronne_sont_aussi_en_grand() -> None:
    formes = load_contours("departement").select()
    grandes = formes[formes["cle"].str.endswith("#encart")]
    assert set(grandes["code"]) == {"75", "92", "93", "94"}
    assert all(encarts.PARIS.cadre.contains(forme) for forme in grandes.geometry)


def test_la_simplification_n_ouvre_aucun_trou() -> None:
    formes = load_contours("departement").select({"33", "24", "47", "40", "17", "16"})
    assert shapely.coverage_is_valid(formes.geometry.to_numpy())
    # Deux voisins se touchent encore le long d'une ligne, et non en un point.
    gironde, landes = (formes[formes["code"] == c].geometry.iloc[0] for c in ("33", "40"))
    assert gironde.intersection(landes).length > 0.5


def test_un_territoire_d_outre_mer_seul_reste_a_sa_place() -> None:
    reunion = load_contours("departement").select({"974"})
    assert reunion.total_bounds[0] > 50


def test_sans_contours_les_communes_le_disent() -> None:
    assert get_dossier_actif() is None
    with pytest.raises(ContoursAbsents, match="n’ont pas été chargés"):
        load_contours("commune")


def test_un_pointeur_abime_vaut_absence(tmp_path: Path) -> None:
    dossier = tmp_path / "contours"
    dossier.mkdir()
    (dossier / "ACTIF").write_text("../../etc\n", encoding="utf-8")
    assert get_dossier_actif() is None
    assert load_contours("region").source.startswith("Natural Earth")


def test_un_pointeur_ne_sort_pas_du_dossier_et_veut_un_manifeste(tmp_path: Path) -> None:
    dossier = tmp_path / "contours"
    (dossier / "2026-1").mkdir(parents=True)
    (tmp_path / "ailleurs").mkdir()
    (tmp_path / "ailleurs" / MANIFESTE).write_text("{}", encoding="utf-8")
    for nom in ("../ailleurs", "2026-1"):
        (dossier / ACTIF).write_text(f"{nom}\n", encoding="utf-8")
        assert get_dossier_actif() is None


def test_des_tuiles_d_avant_un_encart_deplace_ne_sont_plus_les_memes(monkeypatch: pytest.MonkeyPatch) -> None:
    avant = encarts.get_empreinte()
    monkeypatch.setitem(encarts.ENCARTS, "974", replace(encarts.ENCARTS["974"], facteur=1.8))
    assert encarts.get_empreinte() != avant


def test_un_cadre_n_entoure_que_ce_qui_a_ete_deplace() -> None:
    departements = load_contours("departement")
    cas = ((load_contours("region").select(), [*encarts.ENCARTS.values()]),
           (departements.select(), [*encarts.ENCARTS.values(), encarts.PARIS]),
           (departements.select({"33", "974"}), [encarts.ENCARTS["974"]]),
           (departements.select({"33", "75"}), []))  # fmt: skip
    for formes, cadres in cas:
        assert encarts.list_cadres(formes) == cadres


def test_tous_les_codes_nommes_font_la_carte_du_pays() -> None:
    contours = load_contours("departement")
    assert contours.select(set(contours.formes["code"]))["cle"].str.endswith(encarts.SUFFIXE).any()


def test_un_outre_mer_avec_la_metropole_est_rapproche() -> None:
    ouest, _, est, _ = load_contours("departement").select({"974", "33"}).total_bounds
    assert -7 < ouest < est < 10


def test_le_detail_suit_l_etendue_de_ce_que_l_on_montre() -> None:
    """Avec les Côtes-d'Armor, le Finistère est fin ; avec le Bas-Rhin, à la même latitude, il l'est moins."""

    def count_points(codes: set[str]) -> int:
        formes = load_contours("departement").select(codes).set_index("code")
        return int(shapely.get_num_coordinates(formes.geometry["29"]))

    assert count_points({"29", "22"}) > count_points({"29", "67"})


def test_deux_contours_du_meme_nom_ne_se_confondent_pas() -> None:
    """La mémoire du pays entier tenait à une source et un niveau : les seconds rendaient les premiers."""
    uns, trois = build_contours(["01"]), build_contours(["01", "02", "03"])
    assert list(uns.select({"01"})["code"]) == ["01"]
    assert list(trois.select({"01", "02", "03"})["code"]) == ["01", "02", "03"]
