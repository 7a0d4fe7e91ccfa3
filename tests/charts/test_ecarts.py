"""Le graphique des écarts : un zéro au milieu, rien de caché dans la figure."""

from __future__ import annotations

import pandas as pd

from barometre.charts import build_ecarts

CADRE = pd.DataFrame(
    [
        ("Une pratique", True, True, 0.12, 0.04, 0.2, "+12 points", "de +4 à +20 points", ""),
        ("<b>Une autre</b>", True, False, -0.01, -0.08, 0.06, "−1 point", "de −8 à +6 points", ""),
        ("Cachée", False, False, None, None, None, "", "", "Non publiable."),
    ],
    columns=["groupe", "montre", "demontre", "ecart", "bas", "haut", "texte", "intervalle", "raison"],
)


def test_l_axe_est_centre_sur_zero_et_le_demontre_est_plein() -> None:
    graphique = build_ecarts(
        CADRE, titre="Essai", phrase="Une phrase.", table=CADRE, legende="À droite, plus souvent."
    )
    bas, haut = graphique.figure.layout.xaxis.range
    assert bas == -haut
    assert haut >= 20
    pleins, creux = graphique.figure.data[2], graphique.figure.data[3]
    assert list(pleins.x) == [12.0]
    assert list(creux.x) == [-1.0]
    assert creux.marker.symbol == "circle-open"


def test_une_ligne_cachee_dit_pourquoi_et_le_texte_est_echappe() -> None:
    figure = build_ecarts(
        CADRE, titre="Essai", phrase="Une phrase.", table=CADRE, legende="À droite, plus souvent."
    ).figure
    textes = [a.text for a in figure.layout.annotations]
    assert "<i>Non publiable.</i>" in textes
    assert "&lt;b&gt;Une autre&lt;/b&gt;" in textes
    assert (
        "Une phrase."
        in build_ecarts(
            CADRE, titre="Essai", phrase="Une phrase.", table=CADRE, legende="À droite, plus souvent."
        ).alt
    )
