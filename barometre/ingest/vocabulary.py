"""Les mots que l'import reconnaît, lus dans `vocabulary.yml`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from barometre.ingest.labels import clean_label


@dataclass(frozen=True, slots=True)
class Vocabulaire:
    """Chaque mot, nettoyé, vers ce qu'il désigne."""

    roles: dict[str, str]
    types: dict[str, str]
    profils: dict[str, str]
    # La nature de collectivité que dit un mot, où qu'il soit ou seulement en tête.
    genres: dict[str, str]
    genres_en_tete: dict[str, str]
    # Sigle ou ancien nom d'une région → son code.
    autres_noms_de_regions: dict[str, str]
    # Les colonnes d'un fichier à une ligne par réponse.
    long: dict[str, str]
    prefixes_systeme: tuple[str, ...]
    suffixes_systeme: tuple[str, ...]
    autre: frozenset[str]
    # Le premier mot d'un type qui n'est celui d'aucune collectivité du baromètre.
    autres_structures: frozenset[str]
    classement: frozenset[str]
    ne_sait_pas_sous_question: frozenset[str]
    ne_sait_pas: frozenset[str]
    vide: frozenset[str]
    non_concerne: frozenset[str]
    coche: frozenset[str]
    non_coche: frozenset[str]
    autre_valeur: frozenset[str]
    # Ce que dit d'un questionnaire inachevé la colonne qui en parle.
    non_valide: frozenset[str]
    dossier_ecarte: frozenset[str]
    dossier_modifiable: frozenset[str]
    est_simule: frozenset[str]
    est_reel: frozenset[str]
    noms_de_test: frozenset[str]
    identifiant_vide: frozenset[str]
    # Le texte de « Autre » qui n'en est pas un.
    rien: frozenset[str]
    # Des mots qui disent la même option.
    synonymes: tuple[frozenset[str], ...]
    # Les mots d'entête qui ne sont ni une question ni une option.
    reponse_simple: frozenset[str]
    choix_selectionne: frozenset[str]
    texte_libre: frozenset[str]
    annexes: frozenset[str]
    # Une réponse donnée depuis l'aperçu du formulaire.
    apercu: frozenset[str]
    # Les intitulés d'un nom, de personne ou de collectivité.
    noms_possibles: frozenset[str]
    # Rôle → les mots d'un intitulé libre qui le nomment, et tous ceux qu'il peut avoir.
    temoins: dict[str, tuple[frozenset[str], frozenset[str]]]


# Le lecteur compilé va dix fois plus vite ; il manque là où libyaml ne l'est pas.
_LECTEUR: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read_yaml() -> str:
    return files("barometre.ingest").joinpath("vocabulary.yml").read_text("utf-8")


@cache
def _load_yaml() -> Any:
    return yaml.load(_read_yaml(), Loader=_LECTEUR)


@cache
def hash_vocabulary() -> str:
    """L'empreinte des mots reconnus : un lot gardé dit lesquels l'ont lu."""
    return hashlib.sha256(_read_yaml().encode()).hexdigest()[:16]


@cache
def load_prenoms() -> tuple[str, ...]:
    """Les prénoms les plus portés, comme ils s'écrivent."""
    return tuple(_load_yaml()["prenoms"])


@cache
def load_vocabulary() -> Vocabulaire:
    """Le vocabulaire embarqué, champ par champ ; un mot déclaré sous deux sens est une erreur de YAML."""
    brut = _load_yaml()
    simples = {champ.name: LECTURES[str(champ.type)](brut[champ.name]) for champ in SIMPLES}
    neutres = brut["temoins_neutres"]
    temoins = {
        role: (frozenset(siens), frozenset([*siens, *suite, *neutres]))
        for role, (siens, suite) in brut["temoins"].items()
    }
    return Vocabulaire(**simples, temoins=temoins)


def _inverse(sens: dict[str, list[str]]) -> dict[str, str]:
    mots = {clean_label(mot): cle for cle, liste in sens.items() for mot in liste}
    if len(mots) != sum(len({clean_label(m) for m in liste}) for liste in sens.values()):
        raise ValueError("vocabulary.yml : un même mot est déclaré sous deux sens.")
    return mots


def _clean_all(mots: list[str]) -> frozenset[str]:
    """Un mot qui n'est qu'un signe (« ? ») reste tel quel."""
    return frozenset(clean_label(mot) or mot for mot in mots)


SIMPLES = tuple(champ for champ in fields(Vocabulaire) if champ.name != "temoins")
# Ce qu'est un champ → comment il se lit : un mot de plus s'ajoute à `Vocabulaire` et à `vocabulary.yml`.
LECTURES: dict[str, Callable[[Any], Any]] = {
    "dict[str, str]": _inverse,
    "frozenset[str]": _clean_all,
    "tuple[str, ...]": lambda mots: tuple(map(clean_label, mots)),
    "tuple[frozenset[str], ...]": lambda groupes: tuple(
        frozenset(map(clean_label, mots)) for mots in groupes
    ),
}
