"""Les mots que l'import reconnaît, lus dans `vocabulary.yml`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
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
    """Le vocabulaire embarqué ; un mot déclaré deux fois pour deux sens est une erreur de YAML."""
    brut = _load_yaml()
    return Vocabulaire(
        roles=_inverse(brut["roles"]),
        types=_inverse(brut["types"]),
        profils=_inverse(brut["profils"]),
        genres=_inverse(brut["genres"]),
        genres_en_tete=_inverse(brut["genres_en_tete"]),
        autres_noms_de_regions=_inverse(brut["autres_noms_de_regions"]),
        long=_inverse(brut["long"]),
        temoins={
            role: (frozenset(siens), frozenset([*siens, *suite, *brut["temoins_neutres"]]))
            for role, (siens, suite) in brut["temoins"].items()
        },
        prefixes_systeme=tuple(clean_label(m) for m in brut["prefixes_systeme"]),
        synonymes=tuple(frozenset(map(clean_label, mots)) for mots in brut["synonymes"]),
        suffixes_systeme=tuple(clean_label(m) for m in brut["suffixes_systeme"]),
        **{
            cle: frozenset(clean_label(m) or m for m in brut[cle])
            for cle in (
                "autre",
                "autres_structures",
                "classement",
                "ne_sait_pas_sous_question",
                "ne_sait_pas",
                "vide",
                "non_concerne",
                "coche",
                "non_coche",
                "autre_valeur",
                "non_valide",
                "dossier_ecarte",
                "dossier_modifiable",
                "est_simule",
                "est_reel",
                "noms_de_test",
                "identifiant_vide",
                "rien",
                "reponse_simple",
                "choix_selectionne",
                "texte_libre",
                "annexes",
                "apercu",
            )
        },
    )


def _inverse(sens: dict[str, list[str]]) -> dict[str, str]:
    mots = {clean_label(mot): cle for cle, liste in sens.items() for mot in liste}
    if len(mots) != sum(len({clean_label(m) for m in liste}) for liste in sens.values()):
        raise ValueError("vocabulary.yml : un même mot est déclaré sous deux sens.")
    return mots
