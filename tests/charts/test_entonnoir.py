"""L'entonnoir : ce qui sort des limites est nommé, ce qui est caché n'y entre pas."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from barometre.charts import Graphique
from barometre.charts.entonnoir import TAUX_HORS, build_entonnoir, compute_positions
from barometre.domain.cadre import Cadre
from tests.bench.bench_entonnoir import measure_rates
from tests.charts.cadres import cadre, ligne
from tests.views.fausse_porte import build_indicateur

PART = build_indicateur()


def _cadre() -> Cadre:
    lignes = [ligne(f"D{i}", 0.3, n_eff=40.0 * i, n=60 * i) for i in range(1, 6)]
    lignes += [ligne("Loin", 0.9, n_eff=100.0, n=120), ligne("Secret", None)]
    return cadre(*lignes)


def _build(valeur: str = "redresse", donnees: Cadre | None = None) -> Graphique:
    donnees = _cadre() if donnees is None else donnees
    return build_entonnoir(
        donnees, PART, 0.3, titre="T", tete="departement", noms="départements", valeur=valeur
    )


def test_seul_ce_qui_sort_des_limites_est_nomme() -> None:
    graphique = _build()
    assert "Hors des limites à 99,8 % : au-dessus, Loin." in graphique.phrase
    noms = [t for trace in graphique.figure.data for t in trace.text or [] if t]
    assert noms == ["Loin"]
    # La couleur ne le dit pas seule.
    formes = {t.marker.symbol: set(t.text) - {""} for t in graphique.figure.data if t.marker.symbol}
    assert formes == {"circle": set(), "diamond": {"Loin"}}
    positions = graphique.table.set_index("departement")["position"]
    assert positions["D1"] == "dans les limites"
    assert positions["Loin"] == "au-dessus des limites à 99,8 %"


def test_treize_oui_sur_treize_reste_possible_par_hasard() -> None:
    lignes = [ligne(f"D{i}", 0.73, n_eff=50.0) for i in range(5)] + [ligne("Tous", 1.0, n_eff=13.0)]
    graphique = build_entonnoir(
        cadre(*lignes), PART, 0.73, titre="T", tete="departement", noms="départements"
    )
    # 0,73 puissance 13 vaut 1,7 %, plus que les 0,1 % d'un côté de la limite à 99,8 %.
    assert (
        graphique.table.set_index("departement").loc["Tous", "position"] != "au-dessus des limites à 99,8 %"
    )


def test_un_territoire_cache_n_est_nulle_part() -> None:
    graphique = _build()
    assert "Secret" not in json.dumps(graphique.figure.to_plotly_json(), default=str)
    assert "Secret" not in graphique.table.to_string()


def test_le_brut_se_lit_au_nombre_de_reponses() -> None:
    redresse, brut = (
        compute_positions(_cadre(), 0.3, v).set_index("groupe")["x"] for v in ("redresse", "brut")
    )
    assert (brut[["D1", "D2"]] > redresse[["D1", "D2"]]).all()
    for valeur, effectifs in (("redresse", redresse), ("brut", brut)):
        table = _build(valeur).table.set_index("departement")
        assert table["n_eff"].tolist() == effectifs.tolist()
        assert table.loc["Loin", "chiffre_lu"] == {"redresse": "90 %", "brut": "92 %"}[valeur]


def test_le_bruit_du_secret_elargit_les_limites() -> None:
    lignes = cadre(*(ligne(f"D{i}", 0.3, n_eff=20.0, n=20) for i in range(5)))
    assert compute_positions(lignes, 0.3, "redresse")["x"].iloc[0] < 18  # 20 réponses, et 1,5 de bruit


def test_le_taux_dit_est_le_taux_mesure() -> None:
    hasard = np.random.default_rng(12)
    mesures = [measure_rates(hasard, n, part, tirages=3) for n, part in ((2_400, 0.1), (9_000, 0.5))]
    taux = np.mean([list(m.values()) for m in mesures])
    # Douze tirages de 101 départements : un écart type de 0,6 point.
    assert taux == pytest.approx(TAUX_HORS, abs=0.018)


def test_la_methode_dit_le_taux_de_la_page() -> None:
    methode = (Path(__file__).parents[2] / "docs" / "methode.md").read_text(encoding="utf-8")
    assert f"{100 * TAUX_HORS:.1f} % en moyenne".replace(".", ",") in methode
    pres = (ligne(f"D{i}", 0.3, n_eff=400.0) for i in range(99))
    lignes = cadre(*pres, ligne("Loin", 0.9, n_eff=100.0))
    assert f"le hasard seul en ferait attendre {round(100 * TAUX_HORS)}" in _build(donnees=lignes).phrase


def test_rien_hors_des_limites_se_dit() -> None:
    lignes = cadre(*(ligne(f"D{i}", 0.3, n_eff=80.0) for i in range(5)))
    assert _build(donnees=lignes).phrase.startswith("Aucun écart entre les 5 départements")
