"""De petits graphiques côte à côte, une seule échelle : deux vagues d'un indicateur, et le mot du test.

« Pas de changement démontré » y a la taille et le cadre d'une hausse : seul le mot change.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

import pandas as pd

from barometre.charts.marques import AXE_PARTS, DOUTEUX, LEGENDE_BORNES, PLEIN, Marques, Rang, build_suite
from barometre.domain.formats import format_ponctuation, read_nombre

LEGENDE = (
    "De 0 à 100 % partout ; ● chiffre redressé ; ○ : indicatif, à ne pas citer ; bande : intervalle à 95 % ; "
    "▲ ▼ : changement au-delà du hasard. L’écart est calculé avant l’arrondi des parts."
)
Ligne = dict[Any, Any]


def build_vignettes(cadre: pd.DataFrame, *, titre: str, phrase: str, table: pd.DataFrame) -> Marques:
    """Une vignette par `id`, une ligne par vague.

    Colonnes : id, groupe, mot (le verdict en mots), demontre, vague, valeur, bas, haut, texte, plafond,
    douteux.
    """
    vignettes = "".join(_build_vignette(lignes) for _, lignes in cadre.groupby("id", sort=False))
    html = (
        f'<div class="baro-marques baro-vignettes" role="group" aria-label="{_texte(titre)}">'
        f'<ul class="baro-grille">{vignettes}</ul></div>'
    )
    # Dans une image, les vignettes se suivent : chaque ligne y porte son nom, et la seconde le verdict.
    rangs = tuple(
        replace(_build_rang(x), libelle=f"{x['groupe']}, {x['vague']}", suite=x["mot"] if k % 2 else "")
        for k, x in enumerate(cadre.to_dict("records"))
    )
    bornes = f" {LEGENDE_BORNES}" if cadre["plafond"].astype(bool).any() else ""
    return Marques(html, phrase, table, f"{titre}. {phrase}", f"{LEGENDE}{bornes}", rangs, AXE_PARTS)


def _build_vignette(lignes: pd.DataFrame) -> str:
    premiere = lignes.iloc[0]
    rangs = [_build_rang(x) for x in lignes.to_dict("records")]
    classe = "baro-mot-net" if premiere["demontre"] else "baro-mot-stable"
    return (
        f'<li class="baro-vignette"><span class="baro-vignette-titre">{_texte(premiere["groupe"])}</span>'
        f'<strong class="baro-mot {classe}">{_texte(premiere["mot"])}</strong>'
        f'<div class="baro-rangs"><ul>{build_suite(rangs, AXE_PARTS)}</ul></div></li>'
    )


def _build_rang(ligne: Ligne) -> Rang:
    return Rang(
        str(ligne["vague"]),
        valeur=str(ligne["texte"]),
        point=read_nombre(ligne["valeur"]),
        bas=read_nombre(ligne["bas"]),
        haut=read_nombre(ligne["haut"]),
        trait=DOUTEUX if ligne["douteux"] else PLEIN,
        borne=str(ligne["plafond"]),
    )


def _texte(brut: str) -> str:
    return escape(format_ponctuation(str(brut)))
