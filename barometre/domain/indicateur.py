"""Un indicateur : un chiffre qu'un maire peut lire, et tout ce qu'il faut pour le lire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from barometre.domain.formats import INSECABLE, format_liste

Sens = Literal["plus_haut_mieux", "plus_bas_mieux", "neutre"]
Origine = Literal["declare", "mesure", "publie"]
Sensibilite = Literal["normale", "cyber"]
# La liste fermée des règles de calcul ; chacune a sa fonction dans `pipeline.rules`.
Regle = Literal["part_options", "part_au_moins", "part_seuil", "moyenne", "mesure"]
# Ce que devient une question qui n'a pas été posée : hors du calcul, ou comptée comme « non ».
NonConcerne = Literal["exclu", "non"]


@dataclass(frozen=True, slots=True)
class Calcul:
    """Comment une valeur se calcule à partir d'une question.

    part_options : 1 si l'une des `options` est choisie. part_au_moins : 1 si au moins `seuil`
    des `options` sont cochées. part_seuil : 1 si le nombre est ≥ `seuil`. moyenne : le nombre.
    mesure : la valeur vient d'une source de l'État (`fait_valeur`).
    """

    regle: Regle
    question_id: str = ""
    options: tuple[str, ...] = ()
    seuil: float | None = None
    non_concerne: NonConcerne = "exclu"


@dataclass(frozen=True, slots=True)
class Action:
    """Un premier pas, et où trouver de l'aide."""

    texte: str
    lien: str = ""


@dataclass(frozen=True, slots=True)
class Indicateur:
    """La carte complète d'un indicateur (CONCEPTION §2)."""

    id: str
    theme_id: str
    titre: str
    definition: str
    unite: str
    decimales: int
    sens: Sens
    calcul: Calcul
    base: str
    source_id: str
    origine: Origine
    precautions: str
    pourquoi: str
    actions: tuple[Action, ...]
    revision: date
    sensibilite: Sensibilite = "normale"
    reference_legale: str = ""
    groupe: str = ""
    groupe_titre: str = ""
    pratique: str = ""
    cle: bool = False
    chiffres_publies: tuple[str, ...] = ()
    mesure_id: str = ""
    # Montée des données mesurées : somme, moyenne_ponderee, part_communes, valeur (aucune)
    agregation: str = ""
    # Ce qui pondère une moyenne : « population », ou l'indicateur mesuré qui compte les unités
    ponderation: str = ""
    # L'indicateur mesuré dont celui-ci est la montée : il n'a alors de valeur qu'au-dessus des communes
    montee_de: str = ""
    # L'âge, en années, après lequel une mesure ne se montre plus en tête ; 0 : jamais
    perime_apres: int = 0
    # La plus petite part d'unités connues (0 à 1) qui décrit encore un territoire
    part_connue: float = 0.0
    # L'indicateur mesuré, plus récent, qui dit la même chose
    remplacee_par: str = ""
    # Vrai si la valeur propre d'une collectivité est un fait, vrai (1) ou faux (0)
    oui_non: bool = False
    mots_cles: tuple[str, ...] = field(default=())
    # Vrai si la question n'est posée qu'à une partie des répondantes, et que les autres sont hors du calcul
    sous_condition: bool = False

    @property
    def titre_marque(self) -> str:
        """Le titre parmi d'autres : un astérisque dit que la part ne se lit pas sur toutes."""
        return f"{self.titre}{INSECABLE}*" if self.sous_condition else self.titre

    @property
    def parmi(self) -> str:
        """« parmi les seules collectivités ayant un site internet » ; vide si toutes en sont."""
        base = self.base.strip().rstrip(".")
        return f"parmi les seules {base[:1].lower()}{base[1:]}" if self.sous_condition else ""

    @property
    def est_part(self) -> bool:
        """Vrai si la valeur est une part (0 à 1), faux si c'est une grandeur."""
        mesuree = self.calcul.regle == "mesure" and self.unite == "%"
        return mesuree or self.calcul.regle.startswith("part_")


def describe_bases(indicateurs: Iterable[Indicateur]) -> str:
    """« * parmi les seules collectivités ayant un site internet. » ; vide si toutes ont la même base.

    Côte à côte sans leur base, « 17 % ont un lieu d'aide » et « 73 %, sur place, aident à une démarche » se
    contredisent.
    """
    choisis = list(indicateurs)
    bases = dict.fromkeys(i.base.rstrip(".") for i in choisis if i.sous_condition)
    if not bases or len({i.base for i in choisis}) == 1:
        return ""
    # « Ayant un site ou collectivités qui… » : le mot commun ne se redit pas, et « ou » ne les réunit pas.
    premiere, *suite = (f"{b[:1].lower()}{b[1:]}" for b in bases)
    sujets = [premiere, *(b.removeprefix("collectivités ") for b in suite)]
    return f"* parmi les seules {format_liste(sujets, 'ou')}{', selon l’indicateur' if suite else ''}."
