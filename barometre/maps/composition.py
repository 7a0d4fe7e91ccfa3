"""Une carte prête à dessiner : des lieux, leur classe, leur bulle, la légende, la phrase."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from barometre.contours.lecture import Contours
from barometre.domain.indicateur import Indicateur
from barometre.maps.classes import Classes
from barometre.maps.legende import Legende, build_legende, build_legende_categories
from barometre.maps.phrase import (
    NOMS,
    build_phrase,
    build_phrase_categories,
    build_phrase_changements,
    build_phrase_reponses,
)
from barometre.maps.textes import escape_html

# Une ligne par lieu. `valeur` : brute, ou le rang d'une catégorie. `etat` : montre, indicatif, absent.
COLONNES: tuple[str, ...] = (
    "territoire_id", "code", "nom", "region", "valeur", "etat", "valeur_texte", "detail", "raison",
    "se", "poids",
)  # fmt: skip
PLEIN, HACHURE, POINTS = "plein", "hachure", "points"
_MOTIFS = {"montre": PLEIN, "indicatif": HACHURE}


class CadreInvalide(ValueError):
    """Le cadre reçu n'a pas les colonnes attendues."""


@dataclass(frozen=True)
class Carte:
    """Tout ce que les trois façons de dessiner partagent."""

    titre: str
    niveau: str
    lieux: pd.DataFrame
    contours: Contours
    legende: Legende
    phrase: str
    simulee: bool = False
    # Un trait par-dessus : départements dans le périmètre d'un OPSN (« un ») ou de plusieurs.
    couche: gpd.GeoDataFrame | None = None

    @property
    def nom(self) -> str:
        """Le nom de la carte pour un lecteur d'écran, là où la page dit déjà la phrase et la légende."""
        return f"Carte par {NOMS[self.niveau]}. {self.titre}."

    @property
    def alt(self) -> str:
        """Le texte de remplacement : ce que la carte est, ce qu'elle montre, ses classes."""
        return f"{self.nom} {self.phrase} {self._classes}"

    @property
    def alt_sans_phrase(self) -> str:
        """Le même, là où la page dit déjà la phrase : un lecteur d'écran ne l'entend qu'une fois."""
        return f"{self.nom} {self._classes}"

    @property
    def _classes(self) -> str:
        return f"Légende : {' ; '.join(entree.libelle for entree in self.legende.entrees)}."

    @property
    def source(self) -> str:
        """D'où viennent les contours."""
        return self.contours.source

    @cached_property
    def dessin(self) -> gpd.GeoDataFrame:
        """Une ligne par forme (un encart répète la sienne), avec la classe, le motif et la bulle du lieu."""
        colonnes = ["code", "territoire_id", "rang", "motif", "bulle"]
        formes = self.contours.select(set(self.lieux["code"]))
        return formes.merge(self.lieux[colonnes], on="code", how="inner", validate="many_to_one")


def build_carte(
    cadre: pd.DataFrame,
    indicateur: Indicateur,
    contours: Contours,
    *,
    titre: str,
    classes: Classes,
    phrase: str = "",
    simulee: bool = False,
    reference: float | None = None,
    couche: gpd.GeoDataFrame | None = None,
) -> Carte:
    """La carte d'un indicateur ; `reference` : on classe l'écart à cette valeur, non la valeur."""
    lieux = _check(cadre)
    ecarts = lieux["valeur"] - (reference or 0.0)
    lieux["rang"] = [classes.get_rang(v) for v in ecarts]
    lieux = _add_bulles(lieux)
    legende = build_legende(
        indicateur.titre,
        classes,
        doute=bool((lieux["motif"] == HACHURE).any()),
        absents=bool((lieux["motif"] == POINTS).any()),
        couche=couche is not None,
    )
    phrase = phrase or build_phrase(lieux, indicateur, contours.niveau)
    return Carte(titre, contours.niveau, lieux, contours, legende, phrase, simulee, couche)


def build_carte_categories(
    cadre: pd.DataFrame,
    contours: Contours,
    *,
    titre: str,
    legende: str = "",
    categories: tuple[tuple[str, str], ...],
    absent: str = "",
    sens: Literal["", "reponses", "changements"] = "",
    simulee: bool = False,
) -> Carte:
    """La carte de catégories (libellé, couleur) ; `valeur` en est le rang. `sens` choisit la phrase.

    `legende` : le titre de la légende, celui de la carte s'il est vide.
    """
    lieux = _check(cadre)
    lieux["rang"] = lieux["valeur"].fillna(-1).astype(int)
    lieux = _add_bulles(lieux)
    absents = absent if bool((lieux["rang"] < 0).any()) else ""
    doute = bool((lieux["motif"] == HACHURE).any())
    classes = build_legende_categories(legende or titre, categories, absent=absents, doute=doute)
    noms = tuple(libelle for libelle, _ in categories)
    if sens == "reponses":
        phrase = build_phrase_reponses(lieux, contours.niveau)
    elif sens == "changements":
        phrase = build_phrase_changements(lieux, noms, contours.niveau)
    else:
        phrase = build_phrase_categories(lieux, noms, contours.niveau)
    return Carte(titre, contours.niveau, lieux, contours, classes, phrase, simulee)


def _check(cadre: pd.DataFrame) -> pd.DataFrame:
    """Le cadre, après contrôle ; la valeur d'un lieu absent est effacée, quoi qu'on ait reçu."""
    absentes = [nom for nom in COLONNES if nom not in cadre.columns]
    if absentes:
        raise CadreInvalide(f"Colonnes absentes du cadre d'une carte : {', '.join(absentes)}.")
    lieux = cadre[list(COLONNES)].reset_index(drop=True).copy()
    lieux["valeur"] = pd.to_numeric(lieux["valeur"]).where(lieux["etat"].isin(list(_MOTIFS)), np.nan)
    caches = lieux["valeur"].isna()
    lieux.loc[caches, ["valeur_texte", "detail"]] = ""
    lieux["etat"] = lieux["etat"].where(~caches, "absent")
    return lieux


def _add_bulles(lieux: pd.DataFrame) -> pd.DataFrame:
    lieux["motif"] = lieux["etat"].map(_MOTIFS).fillna(POINTS)
    lieux["bulle"] = [build_bulle(ligne) for ligne in lieux.to_dict("records")]
    return lieux


def build_bulle(lieu: dict[Any, Any]) -> str:
    """Ce que dit un lieu lorsqu'on le touche : du HTML, chaque texte échappé."""
    tete = f"<strong>{escape_html(str(lieu['nom']))}</strong>"
    corps = [lieu["valeur_texte"] or "Pas de chiffre publié", lieu["detail"], lieu["raison"]]
    return "<br>".join([tete, *(escape_html(str(texte)) for texte in corps if texte)])
