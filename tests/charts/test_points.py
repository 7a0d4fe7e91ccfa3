"""Le graphique en points : rien de caché, rien de coupé, le doute visible, la phrase juste."""

from __future__ import annotations

import json

import pytest

from barometre.charts import CONFIG, CadreInvalide, build_points
from barometre.charts.modele import SIGNES_PAR_LIGNE
from tests.charts.cadres import cadre, ligne
from tests.views.fausse_porte import build_indicateur

PART = build_indicateur()


def test_phrase_du_plus_bas_au_plus_haut_des_citables() -> None:
    donnees = cadre(ligne("Petites", 0.12), ligne("Grandes", 0.45), ligne("Douteuses", 0.9, note="C"))
    assert (
        build_points(donnees, PART, titre="T").phrase
        == "De 12 % (Petites) à 45 % (Grandes), en chiffre redressé."
    )


@pytest.mark.parametrize(
    ("lignes", "attendu"),
    [
        (
            [ligne("A", None)],
            "Aucun groupe n’a assez de réponses pour être cité. Un groupe n’est pas montré.",
        ),
        ([ligne("A", 0.2)], "20 % (A), en chiffre redressé."),
        (
            [ligne("A", 0.2), ligne("B", 0.2)],
            "20 % (tous les groupes que l’on peut citer), en chiffre redressé.",
        ),
        (
            [ligne("A", None), ligne("B", None), ligne("C", 0.5)],
            "50 % (C), en chiffre redressé. 2 groupes ne sont",
        ),
    ],
)
def test_phrases_des_cas_limites(lignes: list[dict[str, object]], attendu: str) -> None:
    assert build_points(cadre(*lignes), PART, titre="T").phrase.startswith(attendu)


def test_le_doute_est_creux_et_pointille() -> None:
    figure = build_points(cadre(ligne("A", 0.2), ligne("B", 0.4, note="C")), PART, titre="T").figure
    assert figure.data[1].line.dash == "dot"
    assert list(figure.data[4].x) == [40.0]
    assert figure.data[4].marker.symbol == "circle-open"


def test_un_groupe_cache_est_un_texte_jamais_un_zero() -> None:
    figure = build_points(cadre(ligne("A", 0.2), ligne("B", None)), PART, titre="T").figure
    assert all(0.0 not in list(trace.x or []) for trace in figure.data)
    textes = [a.text for a in figure.layout.annotations]
    assert "<i>Non publiable : moins de 10 réponses.</i>" in textes


def test_un_long_libelle_va_a_la_ligne_sans_etre_tronque() -> None:
    libelle = "Établissements publics territoriaux et intercommunalités de 15 000 à 49 999 habitants"
    annotation = build_points(cadre(ligne(libelle)), PART, titre="T").figure.layout.annotations[0].text
    assert annotation.replace("<br>", " ") == libelle
    assert all(len(morceau) <= SIGNES_PAR_LIGNE for morceau in annotation.split("<br>"))


def test_le_texte_des_donnees_ne_devient_pas_une_balise() -> None:
    figure = build_points(cadre(ligne('<a href="x">piège</a>')), PART, titre="T").figure
    assert "<a " not in json.dumps(figure.to_plotly_json(), default=str)


def test_brut_met_le_brut_en_avant_et_garde_le_redresse_en_repere() -> None:
    figure = build_points(cadre(ligne("A", 0.2)), PART, titre="T", valeur="brut").figure
    assert figure.data[3].x[0] == pytest.approx(22.0)
    assert figure.data[2].x[0] == pytest.approx(20.0)


def test_une_moyenne_n_est_pas_un_pourcentage() -> None:
    nombre = build_indicateur(calcul=build_indicateur().calcul.__class__("moyenne"), unite="agents")
    figure = build_points(cadre(ligne("A", 2.3)), nombre, titre="T").figure
    assert list(figure.data[3].x) == [2.3]
    assert figure.layout.xaxis.ticksuffix is None


def test_colonnes_absentes_refusees_par_une_phrase() -> None:
    with pytest.raises(CadreInvalide, match="Colonnes absentes"):
        build_points(cadre(ligne("A")).drop(columns="note"), PART, titre="T")


def test_rien_d_anglais_ni_de_logo() -> None:
    assert CONFIG["displayModeBar"] is False
    assert CONFIG["displaylogo"] is False
    assert build_points(cadre(ligne("A")), PART, titre="T").figure.layout.separators == ",\u202f"


def test_la_table_double_le_graphique() -> None:
    graphique = build_points(cadre(ligne("A", 0.2), ligne("B", None)), PART, titre="Titre", tete="Strate")
    assert graphique.table["Strate"].tolist() == ["A", "B"]
    assert graphique.table["Réponses"].isna().tolist() == [False, True]
    assert graphique.alt.startswith("Titre. ")
