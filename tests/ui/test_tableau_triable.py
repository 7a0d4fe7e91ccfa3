"""Un tableau trié et filtré dans la page : ce que le script y trouve."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from barometre.ui.blocks import tableau_triable
from barometre.ui.blocks.tableau_triable import LIGNES_MONTREES, Case, build_triable
from barometre.ui.blocks.textes import build_tableau

STYLE = Path(tableau_triable.__file__).parents[1] / "ressources" / "style.css"


def test_chaque_entete_se_trie_et_chaque_case_dit_comment() -> None:
    html = build_triable("Essai", ("Nom", "Valeur"), [[Case.build("<b>"), Case.build("2\u202f729 réponses")]])
    assert html.count("data-trier") == 2
    # Qui ne voit pas l'ombre au bord entend qu'il reste des colonnes.
    assert 'tabindex="0" role="region" aria-label="Essai, tableau qui défile"' in html
    assert 'aria-label="Essai, tableau qui défile"' in build_tableau(pd.DataFrame({"n": [1]}), "Essai")
    assert 'data-tri="2729 réponses"' in html  # et non 2, que l'espace des milliers laisserait
    assert "&lt;b&gt;" in html
    assert '<td data-tri="<b>"' not in html


def test_un_long_tableau_commence_par_ses_premieres_lignes_et_n_en_perd_aucune() -> None:
    lignes = [[Case.build(f"Ligne {rang}")] for rang in range(LIGNES_MONTREES + 1)]
    html = build_triable("Essai", ("Nom",), lignes)
    assert "data-court" in html
    assert f">Voir les {LIGNES_MONTREES + 1}" in html
    assert html.count("<td") == LIGNES_MONTREES + 1
    # La feuille de style cache au même rang.
    assert f"nth-child(n + {LIGNES_MONTREES + 1})" in STYLE.read_text(encoding="utf-8")
    assert "data-court" not in build_triable("Essai", ("Nom",), lignes[:-1])
