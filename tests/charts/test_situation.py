"""Vous et vos pairs : un thème sans chiffre dit pourquoi, une marque absente ne se dessine pas."""

import pandas as pd

from barometre.charts import build_situation

CADRE = pd.DataFrame(
    [
        ("Inclusion", 0.5, 0.75, "4,0 sur 8", "6 sur 8", ""),
        ("Stratégie", None, None, "", "", "Trop peu de réponses chez vos pairs."),
    ],
    columns=["theme", "pairs", "soi", "pairs_texte", "soi_texte", "raison"],
)


def test_les_pairs_et_soi_sont_a_leur_place() -> None:
    graphique = build_situation(CADRE, titre="T", phrase="P.")
    assert 'baro-point-plein" style="left:50.0%' in graphique.html
    assert 'baro-soi" style="left:75.0%' in graphique.html
    assert "vous\u202f: 6 sur 8" in graphique.html
    assert "◆" in graphique.legende


def test_sans_reponses_les_pairs_seuls() -> None:
    graphique = build_situation(CADRE.assign(soi=None, soi_texte=""), titre="T", phrase="P.")
    assert "baro-soi" not in graphique.html
    assert "◆" not in graphique.legende


def test_un_theme_sans_chiffre_dit_pourquoi() -> None:
    graphique = build_situation(CADRE, titre="T", phrase="P.")
    assert graphique.html.count("baro-piste-rang") == 1
    assert "Trop peu de réponses" in graphique.html
