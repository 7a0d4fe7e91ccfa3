"""Un entonnoir : des territoires selon leur nombre de réponses, et ce que le hasard seul ferait attendre.

Il tient lieu de palmarès : un petit territoire s'écarte par hasard, un grand moins. Seul ce qui sort des
limites appelle une explication.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from barometre.charts.cadre import build_survol, to_tableau
from barometre.charts.modele import Graphique, build_axe, build_gabarit, escape_plotly
from barometre.charts.palette import ACCENT, GRIS
from barometre.domain.cadre import Cadre
from barometre.domain.formats import format_compte, format_intervalle, format_liste
from barometre.domain.indicateur import Indicateur
from barometre.stats.contrasts import get_funnel_limits
from barometre.stats.laws import RAW_LAW, SmoothLaw, compute_share_variance
from barometre.stats.perturbation import has_adjusted
from barometre.stats.sums import adjust_n_eff

HAUTEUR = 380
# 95 % : deux écarts-types ; 99,8 % : trois.
NIVEAUX = {"95": 0.95, "998": 0.998}
# Ce que les limites à 95 % laissent dehors quand aucun territoire ne diffère : le taux moyen mesuré, bruit
# du secret et arrondis compris (`python -m tests.bench entonnoir` ; un essai le tient, et la méthode avec).
TAUX_HORS = 0.044
_TRAITS = {"95": "dash", "998": "dot"}
_POINTS_COURBE = 80
_MINIMUM = 5
_PLACES = ("top center", "bottom center", "middle right", "middle left")
LEGENDE = (
    "Un point, un territoire ; trait plein : l’ensemble ; tirets : limites à 95 % ; pointillés : à 99,8 %. "
    "À l’intérieur, le hasard suffit à expliquer l’écart."
)
EFFICACES = "Réponses efficaces"
LEGENDE_EFFICACES = {
    "brut": f"{EFFICACES} : leur nombre, réduit par le bruit du secret.",
    "redresse": f"{EFFICACES} : leur nombre, réduit par l’inégalité des poids et par le bruit du secret ; "
    "sous 30 réponses, le chiffre que voit le public est brut.",
}


def build_entonnoir(
    cadre: Cadre,
    indicateur: Indicateur,
    reference: float,
    *,
    titre: str,
    tete: str,
    noms: str,
    valeur: str = "redresse",
    simulee: bool = False,
) -> Graphique:
    """`cadre` : celui d'une répartition, avec `n_eff` ; `reference` : la part de l'ensemble.

    `noms` : ce que sont les groupes, au pluriel (« départements »). Un chiffre redressé se lit à son
    effectif efficace, un chiffre brut à son nombre de réponses ; le bruit du secret en ôte à tous deux.
    """
    points = compute_positions(cadre, reference, valeur)
    phrase = _build_phrase(points, noms)
    points["survol"] = [build_survol(cadre[rang], simulee=simulee) for rang in points["rang"]]
    figure = go.Figure({"data": _traces(points, reference), "layout": _mise_en_page(points)})
    legende = f"{LEGENDE} {LEGENDE_EFFICACES[valeur]}"
    table = _build_table(points, indicateur, tete)
    return Graphique(figure, phrase, table, f"{titre}. {phrase}", legende)


def compute_positions(cadre: Cadre, reference: float, valeur: str) -> pd.DataFrame:
    """Les groupes montrés, leurs limites et leur position : 0 dedans, ±1 hors de 95 %, ±2 hors de 99,8 %."""
    propre = to_tableau(cadre)
    colonne = "n_eff" if valeur == "redresse" else "n"
    propre = propre.assign(
        rang=range(len(propre)),
        x=_adjust(propre[colonne], propre["n"], reference, valeur),
        part=propre[valeur],
        texte=propre[f"{valeur}_texte"],
    )
    points = propre[propre["montre"] & propre["x"].gt(0)].reset_index(drop=True)
    position = pd.Series(0, index=points.index)
    for rang, (nom, niveau) in enumerate(NIVEAUX.items(), 1):
        limites = get_funnel_limits(reference, points["x"].to_numpy(dtype=float), niveau)
        points[f"bas_{nom}"], points[f"haut_{nom}"] = limites["exact_low"], limites["exact_high"]
        # La courbe est lissée ; le verdict vient du quantile entier : sinon 13 oui sur 13 en sortirait.
        position = position.mask(points["part"] > limites["count_high"] / points["x"], rang)
        position = position.mask(points["part"] < limites["count_low"] / points["x"], -rang)
    return points.assign(hors=position)


def _adjust(effectif: pd.Series, n: pd.Series, reference: float, valeur: str) -> pd.Series:
    """L'effectif dont la variance comprend le bruit du secret ; sans lui, un petit territoire en sort.

    Le bruit propre au redressé suit le poids le plus inégal, qui n'est pas publié : trois écarts-types des
    poids (CV² = n/n_eff − 1, Kish 1965) ; des limites un rien larges valent mieux qu'un faux écart. À côté
    d'un redressé, le brut porte un second bruit.
    """
    inegalite = 9 * (n / effectif - 1).clip(lower=0)
    second = RAW_LAW.variance * has_adjusted(n.to_numpy(dtype=float)) * (valeur == "brut")
    bruit = (compute_share_variance() + second + SmoothLaw().variance * inegalite) / n**2
    return pd.Series(adjust_n_eff(effectif, n, reference, bruit), index=effectif.index).round()


def _build_phrase(points: pd.DataFrame, noms: str) -> str:
    hors = points[points["hors"] != 0]
    if hors.empty:
        return (
            f"Aucun écart entre les {len(points)} {noms} montrés ne dépasse ce que le hasard ferait attendre."
        )
    attendus = max(round(len(points) * TAUX_HORS), 1)
    qui = format_compte(len(hors), noms.removesuffix("s"))
    debut = (
        f"{qui} sur {len(points)} {'est' if len(hors) == 1 else 'sont'} hors des limites à 95 % "
        f"(le hasard seul en ferait attendre {attendus})"
    )
    loin = [
        f"{cote}, {format_liste(groupes)}"
        for cote, rang in (("au-dessus", len(NIVEAUX)), ("en dessous", -len(NIVEAUX)))
        if (groupes := hors.loc[hors["hors"] == rang, "groupe"].astype("str").tolist())
    ]
    return f"{debut}. Hors des limites à 99,8 % : {' ; '.join(loin) or 'aucun'}."


def _traces(points: pd.DataFrame, reference: float) -> list[dict[str, Any]]:
    tailles = np.unique(np.linspace(_MINIMUM, max(points["x"].max(), 2 * _MINIMUM), _POINTS_COURBE).round())
    courbes = [
        _courbe(tailles, 100 * get_funnel_limits(reference, tailles, niveau)[f"exact_{cote}"], _TRAITS[nom])
        for nom, niveau in NIVEAUX.items()
        for cote in ("low", "high")
    ]
    moyenne = _courbe(tailles, pd.Series(100 * reference, index=range(len(tailles))), "solid")
    dedans = points[points["hors"] == 0]
    dehors = points[points["hors"] != 0]
    return [moyenne, *courbes, _marques(dedans, GRIS), _marques(dehors, ACCENT)]


def _courbe(x: np.ndarray, y: pd.Series, trait: str) -> dict[str, Any]:
    return {
        "type": "scatter", "x": x.tolist(), "y": y.tolist(), "mode": "lines", "hoverinfo": "skip",
        "line": {"width": 1.5, "color": GRIS, "dash": trait},
    }  # fmt: skip


def _marques(points: pd.DataFrame, couleur: str) -> dict[str, Any]:
    """Un point hors des limites est un losange nommé : la couleur ne le dit pas seule."""
    dehors = couleur == ACCENT
    return {
        "type": "scatter",
        "x": points["x"].tolist(),
        "y": (100 * points["part"]).tolist(),
        "mode": "markers+text" if dehors else "markers",
        "marker": {
            "symbol": "diamond" if dehors else "circle",
            "size": 11 if dehors else 8,
            "color": couleur,
        },
        "text": [
            escape_plotly(str(groupe)) if abs(hors) > 1 else ""
            for groupe, hors in zip(points["groupe"], points["hors"], strict=True)
        ],
        # En alternance : deux voisins hors des limites ne se recouvrent pas.
        "textposition": [
            _PLACES[rang % len(_PLACES)] for rang in points["x"].rank(method="first").astype(int)
        ],
        "cliponaxis": False,
        "customdata": points["survol"].tolist(),
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _mise_en_page(points: pd.DataFrame) -> dict[str, Any]:
    haut = min(100.0, 100 * float(points[["part", "haut_998"]].max().max()) + 8)
    graduations = [part for part in range(0, 101, 20) if part <= haut]
    return build_gabarit(HAUTEUR) | {
        "margin": {"l": 48, "r": 16, "t": 12, "b": 44},
        "xaxis": build_axe(
            range=[0, float(points["x"].max()) * 1.08], title={"text": EFFICACES}, showgrid=False, nticks=6
        ),
        "yaxis": build_axe(
            range=[-3, haut],
            tickvals=graduations,
            ticktext=[f"{g}\u202f%" for g in graduations],
            showgrid=True,
        ),
    }


_MOTS = {
    0: "dans les limites", 1: "au-dessus des limites à 95 %", 2: "au-dessus des limites à 99,8 %",
    -1: "en dessous des limites à 95 %", -2: "en dessous des limites à 99,8 %",
}  # fmt: skip


def _build_table(points: pd.DataFrame, indicateur: Indicateur, tete: str) -> pd.DataFrame:
    decimales = indicateur.decimales
    limites = {
        f"limites_{nom}": [
            format_intervalle(bas, haut, "%", decimales)
            for bas, haut in points[[f"bas_{nom}", f"haut_{nom}"]].round(4).to_numpy().tolist()
        ]
        for nom in NIVEAUX
    }
    return pd.DataFrame(
        {
            tete: points["groupe"],
            "chiffre_lu": points["texte"],
            "n_eff": points["x"].astype("Int64"),
            **limites,
            "position": points["hors"].map(_MOTS),
        }
    )
