"""Un tableau trié et filtré dans la page : ce que le script y trouve."""

from __future__ import annotations

from barometre.ui.blocks.tableau_triable import Case, build_triable


def test_chaque_entete_se_trie_et_chaque_case_dit_comment() -> None:
    html = build_triable("Essai", ("Nom", "Valeur"), [[Case.build("<b>"), Case.build("2\u202f729 réponses")]])
    assert html.count("data-trier") == 2
    assert 'data-tri="2729 réponses"' in html  # et non 2, que l'espace des milliers laisserait
    assert "&lt;b&gt;" in html
    assert '<td data-tri="<b>"' not in html
