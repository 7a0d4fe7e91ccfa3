"""L'analyse de la ligne de commande, en français jusque dans les mots d'argparse."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

FAIT, REFUSE, MAL_EMPLOYEE = 0, 1, 2
TITRE = "Baromètre Collectivités & Numérique : l'entrepôt et ses chiffres."
# Les commandes, dans l'ordre de l'aide. Un module du même nom, avec `add_command`, suffit à en faire une ; un
# tiret y devient un souligné.
COMMANDES = (
    "construire",
    "importer",
    "importer-actions",
    "lots",
    "questionnaire",
    "recalculer",
    "sources",
    "verifier",
    "verifier-fichier",
    "versions",
    "sauvegarder",
    "restaurer",
    "chercher",
    "estimer",
    "pairs",
    "exporter",
    "fiche",
    "synthese",
    "acces",
    "diagnostic",
    "servir",
)


class Mesuse(Exception):
    """La commande est mal employée (code 2), ou l'aide a été affichée (code 0)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Aide(argparse.HelpFormatter):
    """Les titres de l'aide, avec l'espace que le français met devant deux points."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "usage : " if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and f"{heading} ")


class Analyseur(argparse.ArgumentParser):
    """Un analyseur dont l'aide et les refus sont en français."""

    def __init__(self, **options: Any) -> None:
        options |= {"formatter_class": _Aide, "add_help": False, "allow_abbrev": False}
        super().__init__(**options)
        self._positionals.title, self._optionals.title = "arguments", "options"
        self.add_argument("-h", "--help", "--aide", action="help", help="affiche cette aide")

    def error(self, message: str) -> NoReturn:
        """Une phrase, l'usage, et le code 2."""
        print(f"{self.format_usage()}erreur : {translate(message)}", file=sys.stderr)
        raise Mesuse(MAL_EMPLOYEE)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """argparse termine le processus ; ici l'appelant décide."""
        if message:
            print(message, file=sys.stderr)
        raise Mesuse(status)


# Les phrases d'argparse, telles que la bibliothèque les écrit.
_TRADUCTIONS = [
    (r"^the following arguments are required: (.*)$", r"il manque : \1."),
    (r"^unrecognized arguments: (.*)$", r"« \1 » n'est pas compris."),
    (
        r"^argument (.*?): invalid choice: '?(.*?)'? \(choose from (.*)\)$",
        r"\1 : « \2 » n'est pas possible ; choix : \3.",
    ),
    (r"^argument (.*?): expected one argument$", r"\1 : une valeur est attendue."),
    (r"^argument (.*?): expected at least one argument$", r"\1 : au moins une valeur est attendue."),
    (r"^argument (.*?): invalid (.*?) value: '(.*)'$", r"\1 : « \3 » n'est pas une valeur possible."),
    (r"^argument (.*?): not allowed with argument (.*)$", r"\1 ne va pas avec \2."),
    (r"^argument (.*?): ignored explicit argument '(.*)'$", r"\1 : « \2 » est de trop."),
    (r"^one of the arguments (.*) is required$", r"il faut l'un de : \1."),
]  # fmt: skip


def translate(message: str) -> str:
    """La phrase française d'un refus d'argparse."""
    for anglais, francais in _TRADUCTIONS:
        if trouve := re.match(anglais, message, re.DOTALL):
            return trouve.expand(francais)
    return message


def build_parser(arguments: Sequence[str]) -> Analyseur:
    """L'analyseur ; seul le module de la commande demandée est chargé, tous pour l'aide."""
    analyseur = Analyseur(prog="python -m barometre", description=TITRE)
    commandes = analyseur.add_subparsers(
        title="commandes", metavar="COMMANDE", dest="commande", required=True
    )
    presentes = list_commandes()
    demandee = next((nom for nom in arguments[:1] if nom in presentes), None)
    for nom in [demandee] if demandee else presentes:
        importlib.import_module(name_module(nom)).add_command(commandes)
    return analyseur


def list_commandes() -> list[str]:
    """Les commandes dont le module est là."""
    return [nom for nom in COMMANDES if importlib.util.find_spec(name_module(nom))]


def name_module(commande: str) -> str:
    """`importer-actions` → `barometre.cli.importer_actions`."""
    return f"barometre.cli.{commande.replace('-', '_')}"


def add_json(analyseur: argparse.ArgumentParser) -> None:
    """L'option `--json`, la même partout."""
    analyseur.add_argument("--json", action="store_true", help="écrit un seul objet JSON, et rien d'autre")
