"""Des lignes « libellé, point et intervalle, valeur » en HTML : chaque marque est placée en pour cent.

Le texte reste du texte : il se lit, s'imprime, se met à la ligne à 390 px, et aucun ne se pose sur un autre
(la feuille de style donne à chacun sa case). Ni SVG (`st.html` l'efface sans rien dire), ni bibliothèque.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

import pandas as pd

from barometre.domain.formats import FINE, format_ponctuation

PLEIN, DOUTEUX = "plein", "douteux"


@dataclass(frozen=True, slots=True)
class Axe:
    """De quelle valeur à quelle valeur va la piste, et ce qui y est gradué (valeur, texte)."""

    bas: float
    haut: float
    graduations: tuple[tuple[float, str], ...] = ()
    zero: bool = False

    def place(self, valeur: float) -> float:
        """La place d'une valeur, en pour cent de la piste ; au-delà d'un bout, ce bout."""
        part = (valeur - self.bas) / (self.haut - self.bas)
        return round(100 * min(max(part, 0.0), 1.0), 2)


LEGENDE_BORNES = (
    "◀\u00a0▶ : « moins de », « plus de » chez les répondantes, la valeur est du côté de la pointe ; la "
    "bande vaut pour l’ensemble."
)
AXE_PARTS = Axe(0, 1, tuple((part / 100, f"{part}{FINE}%") for part in (0, 25, 50, 75, 100)))

# Au-delà, la même raison sous chaque nom ferait l'essentiel du graphique.
RAISONS_REPETEES = 4


@dataclass(frozen=True, slots=True)
class Rang:
    """Une ligne. Les nombres sont dans l'unité de l'axe ; `raison` remplace la piste d'un chiffre caché."""

    libelle: str
    valeur: str = ""
    effectif: str = ""  # « 345 réponses » : au survol à l'écran, écrit dans une image qui part seule
    suite: str = ""  # à côté de la valeur : sa note, sa marque, « vous : oui »
    changement: str = ""
    changement_dit: str = ""  # lu par un lecteur d'écran après le signe, expliqué aux yeux par la légende
    point: float | None = None
    bas: float | None = None
    haut: float | None = None
    repere: float | None = None
    soi: float | None = None
    barre: float | None = None
    trait: str = PLEIN
    # « au_plus », « au_moins » : le point n'est qu'une borne, et la valeur en est d'un côté.
    borne: str = ""
    raison: str = ""
    survol: str = ""

    @property
    def a_piste(self) -> bool:
        """Vrai si quelque chose se dessine."""
        return any(v is not None for v in (self.point, self.soi, self.barre))

    @property
    def est_nu(self) -> bool:
        """Vrai si elle n'a qu'un nom et la raison de son silence."""
        return bool(self.raison) and not (self.a_piste or self.valeur or self.suite or self.changement)


@dataclass(frozen=True, slots=True)
class Marques:
    """Un graphique en HTML et ses doubles : la phrase, le tableau, le texte de remplacement.

    `rangs` et `axe` : ce que le HTML dessine, gardé pour que l'image fixe dessine la même chose.
    """

    html: str
    phrase: str
    table: pd.DataFrame
    alt: str
    legende: str = ""
    rangs: tuple[Rang, ...] = ()
    axe: Axe = AXE_PARTS
    colonnes: str = ""

    @property
    def titre(self) -> str:
        """Son titre, que le texte de remplacement porte avant la phrase."""
        return self.alt.removesuffix(self.phrase).strip().removesuffix(".")

    @property
    def est_vide(self) -> bool:
        """Vrai si rien ne s'y dessine : un axe sans une marque n'apprend rien que sa phrase ne dise."""
        return not any(rang.a_piste for rang in self.rangs)


def build_marques(rangs: Sequence[Rang], axe: Axe, titre: str, *, colonnes: str = "") -> str:
    """Le dessin. `colonnes` : le titre de la colonne des changements, s'il y en a une."""
    classe = "baro-marques baro-marques-quatre" if colonnes else "baro-marques"
    suites = (list(suite) for _, suite in groupby(rangs, key=lambda r: r.raison if r.est_nu else None))
    lignes = "".join(_lignes(suite, axe, bool(colonnes)) for suite in suites)
    return (
        f'<div class="{classe}" role="group" aria-label="{_texte(titre)}"><div class="baro-rangs">'
        f"{_graduations(axe, colonnes)}<ul>{lignes}</ul></div></div>"
    )


def build_suite(rangs: Sequence[Rang], axe: Axe) -> str:
    """Les lignes d'un dessin, sans échelle ni cadre : ce qu'une vignette en prend."""
    return "".join(_rang(rang, axe, False) for rang in rangs)


def _lignes(suite: Sequence[Rang], axe: Axe, quatre: bool) -> str:
    """Des rangs qui se suivent ; quinze fois la même raison se lit une fois, avec leurs quinze noms."""
    if not suite[0].est_nu or len(suite) < RAISONS_REPETEES:
        return "".join(_rang(rang, axe, quatre) for rang in suite)
    noms = "\u00a0; ".join(_texte(rang.libelle) for rang in suite)
    return (
        f'<li class="baro-reunis"><span class="baro-nom-rang">{noms}</span> '
        f'<em class="baro-raison">{_texte(suite[0].raison)}</em></li>'
    )


def _rang(rang: Rang, axe: Axe, quatre: bool) -> str:
    piste = _piste(rang, axe) if rang.a_piste else ""
    raison = f'<em class="baro-raison">{_texte(rang.raison)}</em>' if rang.raison else ""
    changement = _changement(rang) if quatre else ""
    suite = f" <small>{_texte(rang.suite)}</small>" if rang.suite else ""
    # En gras, « +28 points » se retenait : le rond creux disait pourtant que rien n'est démontré.
    gras = "strong" if rang.trait == PLEIN else "span"
    valeur = f"<{gras}>{_texte(rang.valeur)}</{gras}>" if rang.valeur else ""
    return (
        f'<li><span class="baro-nom-rang">{_texte(rang.libelle)}</span>{piste}{raison}'
        f'<span class="baro-valeur">{valeur}{suite}</span>{changement}</li>'
    )


def _changement(rang: Rang) -> str:
    dit = f'<span class="baro-invisible"> {_texte(rang.changement_dit)}</span>' if rang.changement_dit else ""
    # Un signe seul (=, –) n'ouvre pas de ligne de plus sur un téléphone.
    classe = "baro-change baro-signe" if len(rang.changement) == 1 else "baro-change"
    return f'<span class="{classe}">{_texte(rang.changement)}{dit}</span>'


def _piste(rang: Rang, axe: Axe) -> str:
    titre = f' title="{_texte(rang.survol)}"' if rang.survol else ""
    return (
        f'<span class="baro-piste-rang"{titre} aria-hidden="true">{_traits(axe)}{_dessine(rang, axe)}</span>'
    )


def _traits(axe: Axe) -> str:
    """La grille : dans la piste seulement, jamais à travers un mot."""
    traits = (axe.place(valeur) for valeur, _ in axe.graduations)
    zero = f'<i class="baro-zero" style="left:{axe.place(0)}%"></i>' if axe.zero else ""
    return "".join(f'<i class="baro-trait" style="left:{place}%"></i>' for place in traits) + zero


def _dessine(rang: Rang, axe: Axe) -> str:
    marques = [_barre(rang, axe), _bande(rang, axe)]
    # Un rond posé sur « moins de 3 % » dirait 3 % : une pointe dit de quel côté de la borne est la valeur.
    point = f"borne-{rang.trait} baro-{rang.borne.replace('_', '-')}" if rang.borne else f"point-{rang.trait}"
    for nom, valeur in (("repere", rang.repere), (point, rang.point), ("soi", rang.soi)):
        if valeur is not None:
            marques.append(f'<i class="baro-{nom}" style="left:{axe.place(valeur)}%"></i>')
    return "".join(marques)


def _barre(rang: Rang, axe: Axe) -> str:
    return (
        ""
        if rang.barre is None
        else f'<i class="baro-barre" style="left:0;width:{axe.place(rang.barre)}%"></i>'
    )


def _bande(rang: Rang, axe: Axe) -> str:
    if rang.bas is None or rang.haut is None:
        return ""
    debut, fin = axe.place(rang.bas), axe.place(rang.haut)
    return f'<i class="baro-bande-{rang.trait}" style="left:{debut}%;width:{round(fin - debut, 2)}%"></i>'


def _graduations(axe: Axe, colonnes: str) -> str:
    """L'échelle, en tête : lue par les yeux seuls, chaque valeur est écrite à sa ligne."""
    if not axe.graduations:
        return ""
    textes = "".join(
        f'<span style="left:{axe.place(v)}%">{_texte(mots)}</span>' for v, mots in axe.graduations
    )
    tete = f'<span class="baro-change">{_texte(colonnes)}</span>' if colonnes else ""
    echelle = f'<span class="baro-graduations">{textes}</span>'
    return f'<div class="baro-echelle" aria-hidden="true">{echelle}{tete}</div>'


def _texte(brut: str) -> str:
    return escape(format_ponctuation(brut))
