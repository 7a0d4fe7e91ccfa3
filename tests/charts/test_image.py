"""L'image d'un graphique, ouverte par ce qui ne l'a pas écrite : Pillow, lxml, et resvg (dans typst)."""

from __future__ import annotations

import html
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
import typst
from lxml import etree
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from barometre.charts import (
    Graphique,
    Marques,
    build_barres,
    build_cumul,
    build_ecarts,
    build_points,
    build_positions,
    build_situation,
    build_vagues,
)
from barometre.charts.entonnoir import build_entonnoir
from barometre.charts.image import build_image
from barometre.charts.image_rangs import SOI, draw_rangs
from barometre.charts.image_traces import SANS_PLACE, TraceInconnue, draw_traces
from barometre.charts.marques import DOUTEUX, Rang
from barometre.charts.nuage import build_nuage
from barometre.charts.palette import ACCENT
from barometre.charts.representation import build_representation
from barometre.domain.cadre import LignePosition
from tests.charts.cadres import cadre, ligne
from tests.charts.test_ecarts import CADRE as ECARTS
from tests.charts.test_situation import CADRE as SITUATION
from tests.views.fausse_porte import build_indicateur

PART = build_indicateur()
PIED = (
    "Réponses simulées · Source d’essai · 29 novembre 2026 · France & Corse, communes de moins de 3 500 "
    "habitants et leurs intercommunalités, hors questionnaires reçus après la clôture · version v-essai-1"
)
LIGNES = (
    ligne("Petites", 0.12),
    ligne("Grandes <b>", 0.45, note="C"),
    ligne("Cachées", None),
    ligne("Rares", 0.03, plafond="au_plus"),
)
PARTS = cadre(*LIGNES)
VAGUES = cadre(ligne("Vague 1", 0.2), ligne("Vague 2", None), ligne("Vague 3", 0.97, plafond="au_moins"))
REPRESENTATION = pd.DataFrame(
    {"groupe": ["A", "B"], "part_cadre": [0.6, 0.4], "part_repondantes": [0.5, None], "texte": ["5 %", ""]}
)
POSITIONS = (
    LignePosition(
        groupe="Un site", note="B", n=20, valeur=0.4, bas=0.3, haut=0.5, texte="40 %",
        intervalle="entre 30 et 50 %", soi=1.0, soi_texte="oui",
    ),
    LignePosition(
        groupe="Une charte", montre=False, raison="Trop peu de réponses.", soi=0.0, soi_texte="non"
    ),
)  # fmt: skip
CUMUL = pd.DataFrame(
    {"serie": ["V1", "V1", "V2", "V2"], "date": ["2023-11-22", "2023-12-22", "2024-02-01", "2024-03-01"],
     "cumul": [1, 500, 20, 900]}
)  # fmt: skip
ENTONNOIR = cadre(
    *(ligne(f"D{i}", 0.3, n_eff=40.0 * i, n=60 * i) for i in range(1, 6)),
    ligne("Loin", 0.9, n_eff=100.0, n=120),
)
# Chaque sorte de graphique, et des mots que son image doit écrire.
DESSINS: dict[str, tuple[Graphique | Marques, tuple[str, ...]]] = {
    "points": (build_points(PARTS, PART, titre="T"), ("12 %", "300 réponses", "Non publiable")),
    "barres": (
        build_barres(
            pd.DataFrame({"groupe": ["Bretagne"], "valeur": [120], "texte": ["120 francs"]}),
            titre="T", mesure="n", phrase="P.", tete="region",
        ),
        ("Bretagne", "120 francs"),
    ),
    "representation": (
        build_representation(REPRESENTATION, titre="T", phrase="P.", table=REPRESENTATION), ("5 %",)
    ),
    "situation": (build_situation(SITUATION, titre="T", phrase="P."), ("vous : 6 sur 8", "Trop peu")),
    "positions": (build_positions(POSITIONS, titre="T", phrase="P."), ("40 %", "vous : oui", "vous : non")),
    "ecarts": (
        build_ecarts(ECARTS, titre="T", phrase="P.", table=ECARTS, legende="À droite, plus."),
        ("+12 points", "Non publiable."),
    ),
    "vagues": (
        build_vagues(VAGUES, PART, titre="T", verdict="", phrase="P."),
        ("20 %", "non publiable", "Vague 2"),
    ),
    "nuage": (build_nuage((PART, PARTS), (PART, PARTS), valeur="redresse"), ("Petites", "Grandes <b>")),
    "entonnoir": (
        build_entonnoir(ENTONNOIR, PART, 0.3, titre="T", tete="departement", noms="départements"),
        ("Loin", "Réponses efficaces"),
    ),
    "cumul": (
        build_cumul(CUMUL, titre="T", phrase="P.", reperes={"2023-11-22": "22 nov."}), ("22 nov.", "V2")
    ),
}  # fmt: skip


def _relire(svg: bytes) -> str:
    """Les mots d'un SVG : matplotlib garde chaque texte en commentaire de ses lettres tracées."""
    racine = etree.fromstring(svg)
    return " ".join(html.unescape(" ".join(noeud.text for noeud in racine.iter(etree.Comment))).split())


def _dessine(svg: bytes, dossier: Path) -> np.ndarray:
    """Le SVG tracé par resvg, en gris, sur quarante points de large."""
    (dossier / "figure.svg").write_bytes(svg)
    page = b'#set page(width: 200pt, height: auto, margin: 0pt)\n#image("figure.svg", width: 200pt)'
    (dossier / "page.typ").write_bytes(page)
    return _reduire(typst.compile(dossier / "page.typ", root=dossier, format="png", ppi=72))  # type: ignore[arg-type]


def _reduire(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as lue:
        return np.asarray(lue.convert("L").resize((40, 40), Image.Resampling.BOX), dtype=float)


@pytest.mark.parametrize("nom", DESSINS)
def test_une_image_s_ouvre_et_porte_d_ou_elle_vient(nom: str, tmp_path: Path) -> None:
    dessin, mots = DESSINS[nom]
    options = {"titre": f"Titre de {nom}", "pied": PIED, "adresse": "https://exemple.invalid/x?version=v"}
    png, svg = (build_image(dessin, extension=e, **options) for e in ("png", "svg"))  # type: ignore[arg-type]
    with Image.open(io.BytesIO(png)) as lue:
        lue.load()
        assert lue.text["Title"] == options["titre"]  # type: ignore[attr-defined]
        assert lue.text["Source"] == options["adresse"]  # type: ignore[attr-defined]
        assert lue.text["Description"] == dessin.alt  # type: ignore[attr-defined]
    dit = _relire(svg)
    assert [m for m in (options["titre"], *PIED.split(" · "), *mots) if m not in dit] == []
    # Tracés par deux moteurs, les deux fichiers sont la même image.
    assert np.corrcoef(_reduire(png).ravel(), _dessine(svg, tmp_path).ravel())[0, 1] > 0.75
    assert build_image(dessin, extension="svg", **options) == svg  # type: ignore[arg-type]


def _list_traits(dessin: Graphique | Marques) -> Axes:
    """Les axes de l'image, avant qu'elle ne devienne des points."""
    figure = Figure(figsize=(8, 4))
    FigureCanvasAgg(figure)
    draw: Any = draw_rangs if isinstance(dessin, Marques) else draw_traces
    draw(figure, dessin, 0.1, 0.8)
    return figure.axes[0]


def test_une_image_a_les_marques_de_la_page() -> None:
    """Le rond creux d'un chiffre indicatif, la pointe du côté de la valeur, chacun à sa place."""
    rangs = (
        Rang("Sûr", point=0.12, bas=0.1, haut=0.15, repere=0.14),
        Rang("Indicatif", point=0.45, bas=0.4, haut=0.5, trait=DOUTEUX),
        Rang("Au plus", point=0.03, borne="au_plus"),
        Rang("Au moins", point=0.97, borne="au_moins"),
        Rang("Vous", soi=1.0, raison="Caché."),
    )
    traits: Any = _list_traits(Marques("", "", REPRESENTATION, "", rangs=rangs)).lines
    lus = [(str(t.get_marker()), [float(x) for x in t.get_xdata()], t.get_markerfacecolor()) for t in traits]
    assert [(forme, x[0], fond) for forme, x, fond in lus if forme != "None"] == [
        ("o", 0.12, ACCENT), ("o", 0.45, "white"), ("<", 0.03, ACCENT), (">", 0.97, ACCENT), ("D", 1.0, SOI),
    ]  # fmt: skip
    assert [x for forme, x, _ in lus if forme == "None"] == [[0.1, 0.15], [0.14, 0.14], [0.4, 0.5]]


def test_une_moustache_va_du_bas_au_haut_et_un_point_indicatif_est_creux() -> None:
    vagues = cadre(ligne("V1", 0.2, bas=0.1, haut=0.24, note="C"), ligne("V2", 0.3, plafond="au_moins"))
    axes: Any = _list_traits(build_vagues(vagues, PART, titre="T", verdict="", phrase="P."))
    (moustaches,) = [c.get_segments() for c in axes.collections]
    assert [[round(float(y), 6) for _, y in segment] for segment in moustaches] == [[10, 24], [27, 33]]
    (courbe,) = [t for t in axes.lines if t.get_linestyle() != "None" and len(t.get_xdata()) > 1]
    assert [round(float(y)) for y in courbe.get_ydata()] == [20, 30]
    points = [(t.get_marker(), t.get_markerfacecolor()) for t in axes.lines if t.get_marker() in "ov^"]
    assert points == [("o", "white"), ("^", ACCENT)]


def test_une_graduation_s_ecrit_en_francais() -> None:
    """D'un axe sans repères dits, matplotlib écrirait « 0.6 » et « 1200 »."""
    nombre = build_indicateur(calcul=PART.calcul.__class__("moyenne"), unite="agents")
    for haut, ecrite in ((2.4, "0,6"), (2_400.0, "1\u202f200")):
        vagues = cadre(ligne("V1", haut / 2), ligne("V2", haut))
        axes = _list_traits(build_vagues(vagues, nombre, titre="T", verdict="", phrase="P."))
        assert ecrite in [t.get_text() for t in axes.get_yticklabels()]


def test_un_chiffre_cache_n_a_ni_point_ni_mot_dans_l_image() -> None:
    secret = cadre(ligne("Petites", 0.12), ligne("Secret", 0.77, montre=False, raison="Caché."))
    for dessin in (
        build_points(secret, PART, titre="T"),
        build_nuage((PART, secret), (PART, secret), valeur="redresse"),
        build_vagues(secret, PART, titre="T", verdict="", phrase="P."),
    ):
        assert "77" not in _relire(build_image(dessin, titre="T", pied="", extension="svg"))


def test_un_nom_sans_place_se_dit_et_une_figure_inconnue_s_arrete() -> None:
    serre = cadre(*(ligne(f"Un territoire au nom long {i}", 0.5) for i in range(30)))
    nuage = build_nuage((PART, serre), (PART, serre), valeur="redresse")
    assert SANS_PLACE in _relire(build_image(nuage, titre="T", pied="", extension="svg"))
    inconnu = Graphique(go.Figure(nuage.figure).add_bar(x=[1], y=[2]), "P.", nuage.table, "P.")
    with pytest.raises(TraceInconnue):
        build_image(inconnu, titre="T", pied="")
