"""verifier-fichier : ce fichier est-il celui que l'outil a produit ?

Rien n'est gardé des fichiers sortis : la vue que dit l'adresse est écrite de nouveau, à sa version, et les
octets se comparent, puis les cases. Une version effacée ne peut plus être vérifiée, et la commande le dit.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from barometre.access import open_registre
from barometre.access.erreurs import PANNES, RegistreError
from barometre.access.recherche_journal import Recherche
from barometre.access.registre import VARIABLE as VARIABLE_REGISTRE
from barometre.assemblage.depot import VersionAbsente
from barometre.cli.adresse_fichier import find_adresse, split_adresse
from barometre.cli.analyse import FAIT, REFUSE, add_json
from barometre.cli.erreurs import Refus
from barometre.cli.sortie import print_json
from barometre.cli.verification.contenu import ENTETE, Contenu, Illisible, read_contenu
from barometre.cli.verification.ecarts import (
    Ecart,
    count_cases,
    count_communes,
    find_ecart,
    has_memes_lignes,
    has_memes_titres,
)
from barometre.cli.verification.refaits import Refait, list_refaits
from barometre.domain.formats import format_compte, format_date
from barometre.domain.provenance import REMIS_SOUS_DROIT, SUR_PLACE
from barometre.views.lecture.address import read_query

OCTETS = 200 * 1024 * 1024  # plus que le plus grand fichier d'Explorer (100 000 lignes)
IDENTIQUE, REENREGISTRE, DIFFERE = "identique", "donnees_identiques", "differe"
REMIS, VERSION_EFFACEE, ETRANGER = "remis_sous_droit", "version_effacee", "etranger"
CONDENSE_JOURNAL = 16  # ce que le journal garde du condensé d'un fichier remis
SOUS_DROIT = (
    "Ce fichier dit avoir été remis à une personne qui a un droit : le public ne le refait pas, et le "
    "journal de ce registre ne connaît pas son condensé. Rien ne montre qu'il est intact."
)
SANS_ADRESSE = (
    "Ce fichier ne dit pas l'adresse d'une vue : rien ne montre qu'il vient de l'outil. S'il en vient, "
    "donnez l'adresse en second (« explorer?…&version=… »)."
)
SANS_VERSION = "L'adresse ne nomme pas de version : rien à comparer."
SANS_FICHIER = (
    "Cette adresse ne donne aucun fichier de ce format : il ne vient pas de l'outil, ou d'une page qui ne "
    "l'offrait qu'à qui a un droit."
)
MARQUES = {
    REMIS_SOUS_DROIT: SOUS_DROIT,
    SUR_PLACE: "Ce fichier dit porter des réponses données sur place : elles ne sont gardées nulle part, "
    "rien ne peut le refaire.",
}

# Ce qu'une relecture des cases ne voit pas, dit avec elle : les contours sont ceux que l'exploitant charge,
# d'une machine à l'autre ils diffèrent sans que le fichier ait été touché.
MISE_EN_PAGE = " ; sa mise en page n'a pas été comparée"
NON_COMPARES = {"gpkg": " ; ses contours n'ont pas été comparés"} | dict.fromkeys(
    ("docx", "pptx", "odt"), MISE_EN_PAGE
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Ce que l'on peut dire d'un fichier, en un mot et en une phrase."""

    mot: str
    phrase: str
    format: str = ""
    ecart: Ecart | None = None


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "dit si un fichier est celui que l'outil a produit : identique, réenregistré, modifié"
    analyseur = commandes.add_parser("verifier-fichier", help=aide, description=aide)
    analyseur.add_argument("fichier", metavar="FICHIER", type=Path)
    analyseur.add_argument(
        "adresse",
        metavar="ADRESSE",
        nargs="?",
        default="",
        help="« explorer?…&version=… » (celle que dit le fichier sinon)",
    )
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> int:
    """0 si le fichier, ou toutes ses données, sont ceux de l'outil ; 1 sinon."""
    octets = _read(demande.fichier)
    adresse = find_adresse(octets)
    if not adresse.endswith(demande.adresse):
        adresse = demande.adresse
    verdict = _find_remise(octets) or _judge(octets, demande.fichier.suffix.lstrip(".").lower(), adresse)
    if demande.json:
        _tell(verdict, demande.fichier, adresse, octets)
    elif verdict.mot in (VERSION_EFFACEE, ETRANGER):
        raise Refus(verdict.phrase)
    else:
        print(f"{demande.fichier} {verdict.phrase}")
    return FAIT if verdict.mot in (IDENTIQUE, REENREGISTRE, REMIS) else REFUSE


def _read(fichier: Path) -> bytes:
    try:
        if fichier.stat().st_size > OCTETS:
            raise Refus(f"« {fichier} » est trop gros pour venir de l'outil.")
        return fichier.read_bytes()
    except OSError as erreur:
        raise Refus(f"« {fichier} » ne peut pas être lu.") from erreur


def _find_remise(octets: bytes) -> Verdict | None:
    """Un fichier remis sous un droit ne se refait pas : le journal en garde le condensé, s'il est d'ici."""
    if not os.environ.get(VARIABLE_REGISTRE):
        return None
    condense = hashlib.sha256(octets).hexdigest()[:CONDENSE_JOURNAL]
    try:
        faits = open_registre().list_journal(1, Recherche(f"sha256={condense}", "exporter"))
    except (RegistreError, *PANNES):
        return None
    if faits.empty:
        return None
    fait = faits.iloc[0]
    return Verdict(
        REMIS,
        f"a été remis par l'outil le {format_date(fait['instant'])}, à une personne qui en avait le droit "
        f"(fait n° {fait['journal_id']} du journal) ; il n'a pas changé depuis.",
    )


def _judge(octets: bytes, extension: str, adresse: str) -> Verdict:
    if "version=" not in adresse:
        return Verdict(ETRANGER, SANS_VERSION if adresse else SANS_ADRESSE)
    try:
        return _compare(octets, extension, list_refaits(split_adresse(adresse), extension), adresse)
    except VersionAbsente as erreur:
        return Verdict(VERSION_EFFACEE, str(erreur))
    except Refus as erreur:
        return Verdict(ETRANGER, str(erreur))


def _compare(octets: bytes, extension: str, lots: Iterator[Iterator[Refait]], adresse: str) -> Verdict:
    """Les octets d'abord, contre chaque fichier d'un lot ; puis les cases, contre le plus proche."""
    phrase, lu, candidats = "", None, []
    for lot in lots:
        refaits = []
        for nom, refait in lot:
            if refait == octets:
                dit = f"est celui que l'outil produit, à l'octet près ({nom}, {adresse})."
                return Verdict(IDENTIQUE, dit, nom)
            refaits.append((nom, refait))
        try:
            lu = read_contenu(octets, extension)
            candidats += [(nom, read_contenu(refait, extension)) for nom, refait in refaits]
        except Illisible as erreur:
            phrase = str(erreur) if refaits else phrase
        if lu and any(has_memes_titres(attendu, lu) for _, attendu in candidats):
            break
    if lu and candidats:
        return _compare_cases(lu, candidats, adresse)
    modifie = f"n'est pas celui que l'outil produit à cette adresse : il a été modifié ({phrase})."
    return Verdict(DIFFERE, modifie) if phrase else Verdict(ETRANGER, SANS_FICHIER)


def _compare_cases(lu: Contenu, candidats: list[tuple[str, Contenu]], adresse: str) -> Verdict:
    nom, attendu = max(candidats, key=lambda candidat: count_communes(candidat[1], lu))
    ecart = find_ecart(attendu, lu)
    if ecart is None:
        return Verdict(REENREGISTRE, _explain_meme(attendu, lu, nom, adresse), nom)
    if has_memes_lignes(attendu, lu):
        meme = _explain_meme(attendu, lu, nom, adresse, ", dans un autre ordre")
        return Verdict(REENREGISTRE, meme, nom)
    dit = {case for grille in lu.values() for ligne in grille for case in ligne}
    for marque, phrase in MARQUES.items():
        if any(marque in case for case in dit):
            return Verdict(ETRANGER, phrase)
    return Verdict(DIFFERE, f"a été modifié : {ecart.phrase} ({adresse}).", nom, ecart)


def _explain_meme(attendu: Contenu, lu: Contenu, nom: str, adresse: str, ordre: str = "") -> str:
    """Réenregistré, non modifié ; ce qui n'a pas été comparé se dit."""
    cases = format_compte(count_cases(attendu), "case")
    sans = "" if ENTETE not in attendu or ENTETE in lu else " ; son en-tête (source, date, version) a été ôté"
    return (
        f"a été réenregistré : ce ne sont plus les octets de l'outil, mais ses {cases} se retrouvent toutes"
        f"{ordre}{sans}{NON_COMPARES.get(nom.rpartition('.')[2], '')} ({adresse})."
    )


def _tell(verdict: Verdict, fichier: Path, adresse: str, octets: bytes) -> None:
    lu = split_adresse(adresse).requete
    dit = {"fichier": str(fichier), "verdict": verdict.mot, "conforme": verdict.mot == IDENTIQUE}
    ecart = asdict(verdict.ecart) if verdict.ecart else None
    suite = {"format": verdict.format, "version": read_query(lu).get("version"), "adresse": adresse}
    print_json(
        {
            **dit,
            **suite,
            "ecart": ecart,
            "sha256": hashlib.sha256(octets).hexdigest(),
            "phrase": verdict.phrase,
        }
    )
