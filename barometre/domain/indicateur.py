"""Un indicateur : un chiffre qu'un maire peut lire, et tout ce qu'il faut pour le lire."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

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

    @property
    def est_part(self) -> bool:
        """Vrai si la valeur est une part (0 à 1), faux si c'est une grandeur."""
        mesuree = self.calcul.regle == "mesure" and self.unite == "%"
        return mesuree or self.calcul.regle.startswith("part_")
