"""Les graphiques de participation."""

import re

import pandas as pd

from barometre.charts import build_barres, build_cumul


def test_barres_libelle_et_valeur_en_mots() -> None:
    cadre = pd.DataFrame({"groupe": ["Bretagne", "Corse"], "valeur": [120, 8], "texte": ["120", "8"]})
    graphique = build_barres(cadre, titre="Réponses", mesure="n", phrase="P", tete="region")
    assert re.findall(r"baro-barre\" style=\"left:0;width:([\d.]+)%", graphique.html) == ["100.0", "6.67"]
    assert re.findall(r"<strong>(.*?)</strong>", graphique.html) == ["120", "8"]
    assert graphique.table.columns.tolist() == ["region", "n"]


def test_cumul_une_serie_se_reconnait_sans_sa_couleur() -> None:
    cadre = pd.DataFrame(
        {"serie": ["V1", "V1", "V2"], "date": ["2023-11-22", "2023-11-23", "2024-02-01"], "cumul": [1, 5, 2]}
    )
    figure = build_cumul(cadre, titre="T", phrase="P", reperes={"2023-11-22": "22 nov. 2023"}).figure
    assert [trace.line.dash for trace in figure.data] == ["solid", "dash"]
    assert list(figure.layout.xaxis.ticktext) == ["22 nov. 2023"]


def test_cumul_la_derniere_date_a_sa_place() -> None:
    """Plotly tait une date qui sort du cadre : l'axe n'avait pas de fin."""
    cadre = pd.DataFrame({"serie": ["V1", "V1"], "date": ["2023-11-22", "2026-05-23"], "cumul": [1, 5]})
    reperes = {"2023-11-22": "novembre 2023", "2026-05-23": "novembre 2026"}
    dessin = build_cumul(cadre, titre="T", phrase="P", reperes=reperes).figure.layout
    assert dessin.xaxis.ticklabeloverflow == "allow"
    # La moitié de « novembre 2026 » de chaque côté.
    assert min(dessin.margin.l, dessin.margin.r) >= 45
