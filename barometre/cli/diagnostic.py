"""diagnostic : réglages, entrepôt, registre, dossiers ; ce qui empêcherait d'ouvrir, et quoi faire."""

from __future__ import annotations

import argparse
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from barometre.access.erreurs import RegistreError
from barometre.access.registre import open_registre
from barometre.access.reglages import list_defauts, read_reglages
from barometre.catalogue import load_catalogue
from barometre.cli.analyse import FAIT, REFUSE, add_json
from barometre.cli.sortie import print_json
from barometre.contours.dossier import get_dossier
from barometre.domain.formats import format_nombre
from barometre.domain.variables import PREFIXE, VARIABLES, Variable
from barometre.pipeline.verify import check_fraicheur
from barometre.sources.fetch import open_lieu
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.repository import Repository
from barometre.warehouse.versions import open_entrepot

Gravite = Literal["bon", "note", "FAUX"]
# Cinq versions gardées, une sixième qui s'écrit, la réserve : 0,3 Go sur la démonstration.
PLACE_MINIMALE = 2_000_000_000
_MOT_DE_PASSE = re.compile(r"(://[^:/@]*:)[^@]*@")


@dataclass(frozen=True, slots=True)
class Constat:
    """Ce qui a été regardé, ce qui a été vu ; « FAUX » empêche d'ouvrir, « note » se regarde."""

    objet: str
    gravite: Gravite
    detail: str


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "dit si cette machine peut ouvrir le service, et ce qui manque"
    analyseur = commandes.add_parser("diagnostic", help=aide, description=aide)
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> int:
    """0 si rien n'empêche d'ouvrir, 1 sinon."""
    constats = list(list_constats(os.environ))
    ok = all(c.gravite != "FAUX" for c in constats)
    if demande.json:
        print_json({"ok": ok, "constats": [asdict(c) for c in constats]})
        return FAIT if ok else REFUSE
    for constat in constats:
        print(f"{constat.gravite:<5} {constat.objet} : {constat.detail}")
    print("Rien n'empêche d'ouvrir." if ok else "Corrigez ce qui est marqué FAUX, puis relancez.")
    return FAIT if ok else REFUSE


def list_constats(environnement: Mapping[str, str]) -> Iterator[Constat]:
    """Des réglages aux dossiers ; seul le registre est écrit : il se met à la forme du jour."""
    yield from _read_variables(environnement)
    yield from _check_reglages(environnement)
    yield _check_entrepot()
    yield _check_registre()
    yield from _check_dossiers()


def _read_variables(environnement: Mapping[str, str]) -> Iterator[Constat]:
    for variable in VARIABLES:
        yield Constat(variable.nom, "bon", _describe(variable, environnement.get(variable.nom, "")))
    connues = {variable.nom for variable in VARIABLES}
    for nom in sorted(n for n in environnement if n.startswith(PREFIXE) and n not in connues):
        yield Constat(nom, "FAUX", "aucun réglage n'a ce nom, il ne fait donc rien ; relisez-le")


def _describe(variable: Variable, valeur: str) -> str:
    if not valeur:
        return f"{variable.role} ; non réglé ({variable.sinon})"
    montree = "réglé, non affiché" if variable.secrete else _MOT_DE_PASSE.sub(r"\1…@", valeur)
    return f"{variable.role} ; {montree}"


def _check_reglages(environnement: Mapping[str, str]) -> Iterator[Constat]:
    reglages = read_reglages(environnement)
    if not reglages.production:
        yield Constat("Ouverture", "note", "hors production : seule cette machine est servie sans réglage")
        return
    defauts = list_defauts(reglages)
    for defaut in defauts:
        yield Constat("Ouverture", "FAUX", defaut)
    if not defauts:
        yield Constat("Ouverture", "bon", "les réglages d'un service ouvert y sont")


def _check_entrepot() -> Constat:
    try:
        with closing(Repository(open_entrepot())) as depot:
            fraicheur = check_fraicheur(depot, load_catalogue())
            nature = _describe_nature(depot)
            gravite: Gravite = "bon" if fraicheur.ok else "note"
            return Constat("Entrepôt", gravite, f"version {depot.version_id}, {nature} ; {fraicheur.detail}")
    except EntrepotError as erreur:
        return Constat("Entrepôt", "FAUX", str(erreur))


def _describe_nature(depot: Repository) -> str:
    """De quoi la version est faite ; neuve, elle n'a encore de réponses d'aucune sorte."""
    if depot.get_version().simulee:
        return "réponses simulées"
    return "sans réponse encore" if depot.list_lots().empty else "réponses réelles"


def _check_registre() -> Constat:
    try:
        with closing(open_registre()) as registre:
            verification = registre.check_journal()
    except RegistreError as erreur:
        return Constat("Registre", "FAUX", str(erreur))
    if not verification.is_intact:
        return Constat("Registre", "FAUX", verification.rupture)
    return Constat("Registre", "bon", "il répond, et la chaîne du journal est entière")


def _check_dossiers() -> Iterator[Constat]:
    entrepot = os.environ.get("BAROMETRE_ENTREPOT", "entrepot")
    dossiers = {"Copies des sources": open_lieu().copies, "Contours": get_dossier()}
    if "://" not in entrepot:
        dossiers = {"Dossier de l'entrepôt": Path(entrepot), **dossiers}
    for nom, dossier in dossiers.items():
        yield _check_dossier(nom, dossier)


def _check_dossier(nom: str, dossier: Path) -> Constat:
    lieu = next(d for d in (dossier.resolve(), *dossier.resolve().parents) if d.exists())
    if not (lieu.is_dir() and os.access(lieu, os.W_OK)):
        return Constat(nom, "FAUX", f"« {lieu} » ne peut pas être écrit par ce compte")
    libre = shutil.disk_usage(lieu).free
    place = f"{format_nombre(libre / 1e9, 1)} Go libres dans « {lieu} »"
    return Constat(nom, "bon" if libre >= PLACE_MINIMALE else "FAUX", place)
