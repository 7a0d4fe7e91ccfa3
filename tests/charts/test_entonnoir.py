"""L'entonnoir : ce qui sort des limites est nommé, ce qui est caché n'y entre pas."""

from __future__ import annotations

import json

import pandas as pd

from barometre.charts import Graphique
from barometre.charts.entonnoir import build_entonnoir
from tests.charts.cadres import cadre, ligne
from tests.views.fausse_porte import build_indicateur

PART = build_indicateur()


def _cadre() -> pd.DataFrame:
    lignes = [ligne(f"D{i}", 0.3, n_eff=40.0 * i, n=60 * i) for i in range(1, 6)]
    lignes += [ligne("Loin", 0.9, n_eff=100.0, n=120), ligne("Secret", None)]
    return pd.DataFrame(lignes)


def _build(valeur: str = "redresse", donnees: pd.DataFrame | None = None) -> Graphique:
    donnees = _cadre() if donnees is None else donnees
    return build_entonnoir(
        donnees, PART, 0.3, titre="T", tete="Département", noms="départements", valeur=valeur
    )


def test_seul_ce_qui_sort_des_limites_est_nomme() -> None:
    graphique = _build()
    assert "Hors des limites à 99,8 % : au-dessus, Loin." in graphique.phrase
    noms = [t for trace in graphique.figure.data for t in trace.text or [] if t]
    assert noms == ["Loin"]
    positions = graphique.table.set_index("Département")["Position"]
    assert positions["D1"] == "dans les limites"
    assert positions["Loin"] == "au-dessus des limites à 99,8 %"


def test_treize_oui_sur_treize_reste_possible_par_hasard() -> None:
    lignes = [ligne(f"D{i}", 0.73, n_eff=50.0) for i in range(5)] + [ligne("Tous", 1.0, n_eff=13.0)]
    graphique = build_entonnoir(
        pd.DataFrame(lignes), PART, 0.73, titre="T", tete="Département", noms="départements"
    )
    # 0,73 puissance 13 vaut 1,7 %, plus que les 0,1 % d'un côté de la limite à 99,8 %.
    assert (
        graphique.table.set_index("Département").loc["Tous", "Position"] != "au-dessus des limites à 99,8 %"
    )


def test_un_territoire_cache_n_est_nulle_part() -> None:
    graphique = _build()
    assert "Secret" not in json.dumps(graphique.figure.to_plotly_json(), default=str)
    assert "Secret" not in graphique.table.to_string()


def test_le_brut_se_lit_au_nombre_de_reponses() -> None:
    assert "Réponses efficaces" in _build().table
    assert "Réponses" in _build("brut").table


def test_rien_hors_des_limites_se_dit() -> None:
    lignes = cadre(*[ligne(f"D{i}", 0.3) for i in range(5)]).assign(n_eff=80.0)
    assert _build(donnees=lignes).phrase.startswith("Aucun écart entre les 5 départements")
