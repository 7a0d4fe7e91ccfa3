"""Ranger des valeurs en quelques classes, les mêmes d'une vague à l'autre et d'une carte à l'autre."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from barometre.domain.formats import FINE, MOINS, format_nombre
from barometre.domain.indicateur import Indicateur
from barometre.maps.palettes import get_palette, pick_couleurs

Methode = Literal["egales", "quantiles", "ecart"]
NOMBRE = 5
# Un pas se lit : 1, 2, 5, 10, 20… jamais 3,7.
_PAS = (1.0, 2.0, 2.5, 5.0, 10.0)
# En deçà, un écart à la France ne se distingue pas : la classe du milieu.
_PROCHE = 2.0
# Au-delà de 1,5 fois l'écart interquartile, une valeur est à part (Tukey, « Exploratory Data Analysis »,
# 1977) : elle ne fixe pas le pas, et sa classe s'ouvre (« 20 % ou plus »).
_A_PART = 1.5
# En dessous, les quartiles ne veulent rien dire : aucune valeur n'est à part.
_ASSEZ = 8


@dataclass(frozen=True, slots=True)
class Classes:
    """Des bornes dans l'unité affichée (pour cent, habitants…). La borne basse est comprise."""

    bornes: tuple[float, ...]
    couleurs: tuple[str, ...]
    methode: Methode
    echelle: float
    unite: str
    decimales: int
    # Une valeur connue dépasse la première ou la dernière borne : sa classe le dit (« ou plus »).
    ouverte_bas: bool = False
    ouverte_haut: bool = False

    @property
    def nombre(self) -> int:
        """Combien de classes."""
        return len(self.couleurs)

    def get_rang(self, valeur: float | None) -> int:
        """La classe d'une valeur brute (part de 0 à 1, ou grandeur) ; -1 si elle est absente."""
        if valeur is None or math.isnan(valeur) or not self.couleurs:
            return -1
        affichee = self.round_affichee(valeur * self.echelle)
        return min(max(bisect_right(self.bornes, affichee) - 1, 0), self.nombre - 1)

    def round_affichee(self, valeur: float) -> float:
        """La valeur arrondie comme à l'écran : « 20 % » se range avec les 20 %, non avec les 19,6 %."""
        return round(valeur, self.decimales + 1)

    def list_libelles(self) -> tuple[str, ...]:
        """« 20 à 40 % », dans l'ordre des couleurs."""
        return tuple(self._libelle(rang) for rang in range(self.nombre))

    def _libelle(self, rang: int) -> str:
        bas, haut = self.bornes[rang], self.bornes[rang + 1]
        unite = f"{FINE}{self.unite}" if self.unite else ""
        ecrire = self._signe if self.methode == "ecart" else self._nombre
        if math.isinf(bas) or (self.ouverte_bas and rang == 0):
            # La borne basse est comprise : « 20 % ou moins » prendrait les 20 % à la classe suivante.
            return f"moins de {ecrire(haut)}{unite}"
        if math.isinf(haut) or (self.ouverte_haut and rang == self.nombre - 1):
            return f"{ecrire(bas)}{unite} ou plus"
        return f"{ecrire(bas)} à {ecrire(haut)}{unite}"

    def _nombre(self, borne: float) -> str:
        return format_nombre(borne, 0 if borne == int(borne) else max(self.decimales, 1))

    def _signe(self, borne: float) -> str:
        texte = self._nombre(borne)
        return texte if texte.startswith(MOINS) or borne == 0 else f"+{texte}"


def build_classes(
    valeurs: Iterable[float | None],
    indicateur: Indicateur,
    methode: Methode = "egales",
    nombre: int = NOMBRE,
    *,
    aussi: Iterable[float | None] = (),
) -> Classes:
    """Les classes de ces valeurs. Donnez celles de toutes les vagues : les bornes ne bougeront pas.

    `aussi` : d'autres valeurs à ranger (indicatives), qui peuvent dépasser les bornes mais ne les fixent pas,
    sauf si les premières ne font qu'une classe : une carte d'une seule couleur ne montre rien.
    """
    echelle = 100.0 if indicateur.est_part else 1.0
    connues, autres = (_scale(v, echelle) for v in (valeurs, aussi))
    toutes = np.sort(np.concatenate([connues, autres]))
    bornes = _compute_bornes(connues, methode, nombre, indicateur.decimales) if connues.size else ()
    if len(bornes) == 2 and autres.size:
        bornes = _compute_bornes(toutes, methode, nombre, indicateur.decimales)
    palette = get_palette(indicateur.sens, ecart=methode == "ecart")
    unite = "points" if methode == "ecart" and indicateur.est_part else indicateur.unite
    couleurs = pick_couleurs(palette, max(len(bornes) - 1, 0))
    classes = Classes(bornes, couleurs, methode, echelle, unite, indicateur.decimales)
    if not bornes:
        return classes
    bas, haut = (classes.round_affichee(float(v)) for v in (toutes[0], toutes[-1]))
    return replace(classes, ouverte_bas=bas < bornes[0], ouverte_haut=haut > bornes[-1])


def _scale(valeurs: Iterable[float | None], echelle: float) -> np.ndarray:
    return np.sort(np.array([v * echelle for v in valeurs if v is not None and not math.isnan(v)]))


def _compute_bornes(valeurs: np.ndarray, methode: Methode, nombre: int, decimales: int) -> tuple[float, ...]:
    """Les bornes, que des valeurs à part n'étirent pas ; sauf s'il n'y avait alors qu'une classe."""
    compter = _BORNES[methode]
    retenues = valeurs if methode == "quantiles" else _clip(valeurs)
    trouvees = compter(retenues, nombre, decimales)
    return trouvees if len(trouvees) > 2 else compter(valeurs, nombre, decimales)


def _clip(valeurs: np.ndarray) -> np.ndarray:
    """Les valeurs, celles qui sont à part ramenées aux bornes de Tukey ; telles quelles si elles sont peu."""
    bas, haut = np.quantile(valeurs, (0.25, 0.75))
    marge = _A_PART * (haut - bas)
    assez = valeurs.size >= _ASSEZ and marge > 0
    return np.clip(valeurs, bas - marge, haut + marge) if assez else valeurs


def _bornes_egales(valeurs: np.ndarray, nombre: int, decimales: int) -> tuple[float, ...]:
    bas, haut = float(valeurs[0]), float(valeurs[-1])
    pas = _choose_pas(max(haut - bas, 10.0**-decimales), nombre)
    while True:
        debut = math.floor(round(bas / pas, 9)) * pas
        # La borne basse est comprise, la dernière borne haute aussi : une valeur ronde ne crée pas de classe.
        fin = max(math.ceil(round(haut / pas, 9)) * pas, debut + pas)
        if round((fin - debut) / pas) <= nombre:
            return tuple(round(debut + rang * pas, 6) for rang in range(round((fin - debut) / pas) + 1))
        pas = _next_pas(pas)


def _bornes_quantiles(valeurs: np.ndarray, nombre: int, decimales: int) -> tuple[float, ...]:
    rangs = np.quantile(valeurs, np.linspace(0, 1, nombre + 1))
    rondes = [round(float(r), decimales) for r in rangs]
    premiere = math.floor(valeurs[0] * 10**decimales) / 10**decimales
    derniere = math.ceil(valeurs[-1] * 10**decimales) / 10**decimales
    bornes = tuple(dict.fromkeys([premiere, *rondes[1:-1], derniere]))
    return bornes if len(bornes) > 1 else (bornes[0], bornes[0] + 10.0**-decimales)


def _bornes_ecart(ecarts: np.ndarray, nombre: int, decimales: int) -> tuple[float, ...]:
    """Cinq classes symétriques : loin en dessous, en dessous, proche, au-dessus, loin au-dessus."""
    ampleur = float(np.max(np.abs(ecarts)))
    loin = max(_choose_pas(ampleur, nombre // 2), 2 * 10.0**-decimales)
    proche = min(_PROCHE, loin / 2) if loin > 1 else loin / 2
    return (-math.inf, -loin, -proche, proche, loin, math.inf)


_BORNES = {"egales": _bornes_egales, "quantiles": _bornes_quantiles, "ecart": _bornes_ecart}


def _choose_pas(etendue: float, nombre: int) -> float:
    """Le plus petit pas rond qui couvre l'étendue en `nombre` classes."""
    puissance = 10.0 ** math.floor(math.log10(etendue / nombre))
    return next(p * puissance for p in (*_PAS, 20.0) if p * puissance * nombre >= etendue - 1e-9)


def _next_pas(pas: float) -> float:
    puissance = 10.0 ** math.floor(math.log10(pas) + 1e-9)
    return next(p * puissance for p in (*_PAS, 20.0) if p * puissance > pas * (1 + 1e-9))
