"""Des écarts entre deux groupes : un point et son intervalle autour du zéro ; plein quand il est démontré."""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.charts.marques import DOUTEUX, PLEIN, Axe, Marques, Rang, build_marques
from barometre.domain.formats import MOINS, read_nombre

_MINIMUM = 0.10  # un axe plus étroit que dix points grossirait des écarts de rien
LEGENDE = "● écart démontré ; ○ pas d’écart démontré ; bande : intervalle à 95 %."
Ligne = dict[Any, Any]


def build_ecarts(
    cadre: pd.DataFrame, *, titre: str, phrase: str, table: pd.DataFrame, legende: str, signes: str = LEGENDE
) -> Marques:
    """Une ligne par pratique.

    Colonnes : groupe, montre, demontre, ecart, bas, haut, texte, intervalle, raison.
    `legende` dit ce que veulent dire la droite et la gauche du zéro ; `signes`, les marques. Un écart dont
    `bas` et `haut` manquent n'a qu'un point.
    """
    lignes: list[Ligne] = cadre.to_dict("records")
    rangs, axe = tuple(_build_rang(ligne) for ligne in lignes), _build_axe(lignes)
    html = build_marques(rangs, axe, titre)
    return Marques(html, phrase, table, f"{titre}. {phrase}", f"{signes} {legende}", rangs, axe)


def _build_rang(ligne: Ligne) -> Rang:
    if not ligne["montre"]:
        return Rang(str(ligne["groupe"]), raison=str(ligne["raison"]))
    return Rang(
        str(ligne["groupe"]),
        valeur=str(ligne["texte"]),
        point=float(ligne["ecart"]),
        bas=read_nombre(ligne["bas"]),
        haut=read_nombre(ligne["haut"]),
        trait=PLEIN if ligne["demontre"] else DOUTEUX,
        survol=str(ligne["intervalle"]),
    )


def _build_axe(lignes: list[Ligne]) -> Axe:
    """Le zéro au milieu, des repères tous les dix points, ou vingt-cinq quand l'axe est long."""
    montrees = [ligne for ligne in lignes if ligne["montre"]]
    lues = [read_nombre(ligne[c]) for ligne in montrees for c in ("bas", "haut", "ecart")]
    bornes = [abs(borne) for borne in lues if borne is not None]
    limite = max([*bornes, _MINIMUM]) * 1.08
    pas = 10 if limite <= 0.45 else 25
    reperes = [r for r in range(-100, 101, pas) if abs(r) <= 100 * limite]
    return Axe(-limite, limite, tuple((r / 100, _signer(r)) for r in reperes), zero=True)


def _signer(points: int) -> str:
    return f"+{points}" if points > 0 else str(points).replace("-", MOINS)
