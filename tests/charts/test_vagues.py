"""Les vagues : le trait est plein seulement si le test l'a dit."""

import pytest

from barometre.charts import build_vagues
from tests.charts.cadres import cadre, ligne
from tests.views.fausse_porte import build_indicateur


@pytest.mark.parametrize(
    ("verdict", "trait"),
    [("hausse", "solid"), ("baisse", "solid"), ("pas de changement démontré", "dot"), ("", "dot")],
)
def test_trait_selon_le_verdict(verdict: str, trait: str) -> None:
    donnees = cadre(ligne("Première vague (2023)", 0.2), ligne("Deuxième édition (2026)", 0.3))
    graphique = build_vagues(donnees, build_indicateur(), titre="T", verdict=verdict, phrase="P")
    assert graphique.figure.data[0].line.dash == trait
    assert graphique.alt == "T, d’une vague à l’autre. P"


def test_une_vague_cachee_garde_sa_place_sans_point() -> None:
    donnees = cadre(ligne("2023", None), ligne("2026", 0.3))
    figure = build_vagues(donnees, build_indicateur(), titre="T", verdict="", phrase="P").figure
    assert list(figure.data[0].x) == [1]
    assert figure.layout.annotations[0].text == "<i>non publiable</i>"


def test_le_survol_d_un_point_dit_la_vague_et_tous_ses_faits() -> None:
    donnees = cadre(ligne("2023", 0.2), ligne("<2026>", 0.3, position="au-dessus", ecart="+9 points"))
    figure = build_vagues(donnees, build_indicateur(), titre="T", verdict="", phrase="P", simulee=True).figure
    assert figure.data[0].hovertext == (
        "<b>2023</b><br>Redressé : 20 %<br>entre 17 et 23 %<br>Brut : 22 %<br>"
        "n = 300, note A, serait à citer",
        "<b>&lt;2026&gt;</b><br>Redressé : 30 %<br>entre 27 et 33 %<br>Brut : 32 %<br>"
        "n = 300, note A, serait à citer<br>Face à l’ensemble : au-dessus<br>"
        "Écart avec les autres : +9 points",
    )


def test_l_intervalle_du_redresse_n_entoure_pas_le_brut() -> None:
    donnees = cadre(ligne("2023", 0.2), ligne("2026", 0.3))
    figure = build_vagues(
        donnees, build_indicateur(), titre="T", verdict="", phrase="P", valeur="brut"
    ).figure
    assert figure.data[0].error_y.visible is False


def test_une_borne_est_une_pointe_du_cote_de_la_valeur() -> None:
    donnees = cadre(
        ligne("2023", 0.03, plafond="au_plus", note="C"),
        ligne("2025", 0.97, plafond="au_moins"),
        ligne("2026", 0.3, plafond=""),
    )
    graphique = build_vagues(donnees, build_indicateur(), titre="T", verdict="", phrase="P")
    assert graphique.figure.data[0].marker.symbol == ("triangle-down-open", "triangle-up", "circle")
    assert "« moins de »" in graphique.legende
    simple = build_vagues(cadre(ligne("2026", 0.3)), build_indicateur(), titre="T", verdict="", phrase="P")
    assert "« moins de »" not in simple.legende
