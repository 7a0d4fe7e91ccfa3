"""Lire un fichier du catalogue et le confronter à son schéma ; chaque refus est une phrase."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SCHEMAS = Path(__file__).parent / "schema"

# CSafeLoader lit le catalogue dix fois plus vite ; il manque là où libyaml n'est pas compilée.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NOMS_DE_TYPES = {
    "string": "un texte",
    "integer": "un nombre entier",
    "number": "un nombre",
    "boolean": "true ou false",
    "array": "une liste",
    "object": "un ensemble de clés",
    "date": "une date (2027-06-30)",
}


class CatalogueError(ValueError):
    """Le catalogue est faux ; le message dit où et quoi, une phrase par ligne."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self.phrases = tuple(phrases)
        super().__init__("\n".join(self.phrases))


class _LecteurStrict(_Loader):
    """PyYAML garde en silence la dernière de deux clés identiques : on refuse."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        vues: set[str] = set()
        for cle, _ in node.value:
            if cle.value in vues:
                ligne = cle.start_mark.line + 1
                raise yaml.constructor.ConstructorError(
                    problem=f"la clé « {cle.value} » est écrite deux fois (ligne {ligne})"
                )
            vues.add(cle.value)
        contenu: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return contenu


def read_yaml(chemin: Path, nom: str) -> Any:
    """Le contenu d'un fichier YAML ; `nom` est celui que la phrase de refus donne."""
    try:
        return yaml.load(chemin.read_text("utf-8"), Loader=_LecteurStrict)
    except FileNotFoundError as erreur:
        raise CatalogueError([f"{nom} : le fichier n'existe pas."]) from erreur
    except UnicodeDecodeError as erreur:
        raise CatalogueError([f"{nom} : le fichier n'est pas en UTF-8."]) from erreur
    except yaml.YAMLError as erreur:
        raise CatalogueError([f"{nom} : {_phrase_yaml(erreur)}."]) from erreur


def check_schema(contenu: Any, schema: str, nom: str) -> None:
    """Refuse un contenu qui n'a pas la forme de `schema/<schema>.yml`."""
    erreurs = sorted(_validateur(schema).iter_errors(contenu), key=lambda e: list(map(str, e.absolute_path)))
    phrases = [f"{nom}{_lieu(erreur, contenu)} : {phrase}" for erreur in erreurs for phrase in _dire(erreur)]
    if phrases:
        raise CatalogueError(phrases)


@cache
def _validateur(schema: str) -> Any:
    return _build_validateur()(read_yaml(SCHEMAS / f"{schema}.yml", f"schema/{schema}.yml"))


@cache
def _build_validateur() -> Any:
    # Un catalogue déjà vérifié n'attend pas le chargement de la bibliothèque.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from jsonschema.validators import extend  # noqa: PLC0415

    types = Draft202012Validator.TYPE_CHECKER.redefine("date", lambda _, valeur: isinstance(valeur, date))
    return extend(Draft202012Validator, type_checker=types)


def _phrase_yaml(erreur: yaml.YAMLError) -> str:
    marque = getattr(erreur, "problem_mark", None)
    probleme = getattr(erreur, "problem", None) or "le fichier ne se lit pas"
    return f"YAML illisible, {probleme}" + (f" (ligne {marque.line + 1})" if marque else "")


def _lieu(erreur: Any, contenu: Any) -> str:
    """« , site_internet › calcul › regle » : les éléments d'une liste portent leur id."""
    morceaux, courant = [], contenu
    for pas in erreur.absolute_path:
        courant = courant[pas]
        nomme = isinstance(pas, int) and isinstance(courant, dict) and courant.get("id")
        morceaux.append(str(nomme or (f"n° {pas + 1}" if isinstance(pas, int) else pas)))
    return f", {' › '.join(morceaux)}" if morceaux else ""


def _dire(erreur: Any) -> Iterator[str]:
    valeur, attendu = erreur.instance, erreur.validator_value
    match erreur.validator:
        case "required":
            yield from (f"la clé « {cle} » manque." for cle in attendu if cle not in valeur)
        case "additionalProperties" | "unevaluatedProperties":
            connues = erreur.schema.get("properties", {})
            yield from (f"la clé « {cle} » est inconnue." for cle in valeur if cle not in connues)
        case "type":
            yield f"{_montrer(valeur)} n'est pas {_NOMS_DE_TYPES.get(str(attendu), attendu)}."
        case "enum":
            yield f"{_montrer(valeur)} n'est pas parmi : {', '.join(map(str, attendu))}."
        case "pattern":
            yield f"{_montrer(valeur)} n'a pas la forme attendue ({attendu})."
        case "minLength" | "minItems" | "minProperties":
            yield "ne peut pas être vide." if attendu == 1 else f"il en faut au moins {attendu}."
        case "maxLength":
            yield f"le texte dépasse {attendu} caractères."
        case "minimum":
            yield f"{valeur} est inférieur à {attendu}."
        case "not":
            yield "cette clé n'a pas de sens ici."
        case autre:
            yield f"{_montrer(valeur)} ne respecte pas la règle « {autre} »."


def _montrer(valeur: Any) -> str:
    texte = str(valeur)
    return f"« {texte[:60]}{'…' if len(texte) > 60 else ''} »"
