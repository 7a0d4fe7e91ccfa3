"""Le graphique des écarts : un zéro au milieu, rien de caché dans la figure."""

from __future__ import annotations

import re

import pandas as pd

from barometre.charts import Marques, build_ecarts

CADRE = pd.DataFrame(
    [
        ("Une pratique", True, True, 0.12, 0.04, 0.2, "+12 points", "de +4 à +20 points", ""),
        ("<b>Une autre</b>", True, False, -0.01, -0.08, 0.06, "−1 point", "de −8 à +6 points", ""),
        ("Cachée", False, False, None, None, None, "", "", "Non publiable."),
    ],
    columns=["groupe", "montre", "demontre", "ecart", "bas", "haut", "texte", "intervalle", "raison"],
)


def _build() -> Marques:
    legende = "À droite, plus souvent."
    return build_ecarts(CADRE, titre="Essai", phrase="Une phrase.", table=CADRE, legende=legende)


def test_l_axe_est_centre_sur_zero_et_le_demontre_est_plein() -> None:
    html = _build().html
    assert 'class="baro-zero" style="left:50.0%' in html
    assert 'baro-point-plein" style="left:77.78%' in html  # 50 + 50 × 12 / 21,6
    assert 'baro-point-douteux" style="left:47.69%' in html
    bandes = re.findall(r'baro-bande-(\w+)" style="left:([\d.]+)%;width:([\d.]+)%', html)
    assert bandes == [("plein", "59.26", "37.04"), ("douteux", "31.48", "32.41")]
    reperes = re.findall(r"<span style=[^>]*>(.*?)</span>", html)
    assert reperes == ["−20", "−10", "0", "+10", "+20"]


def test_une_ligne_cachee_dit_pourquoi_et_le_texte_est_echappe() -> None:
    graphique = _build()
    assert '<em class="baro-raison">Non publiable.</em>' in graphique.html
    assert "&lt;b&gt;Une autre&lt;/b&gt;" in graphique.html
    assert "Une phrase." in graphique.alt
