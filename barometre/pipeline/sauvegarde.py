"""Sauvegarder et restaurer : la version en service, les fichiers reçus et ce que l'on y joint, en un dossier.

Les tables sont en Parquet : une sauvegarde d'un fichier DuckDB se restaure sur PostgreSQL, et l'inverse.
`SHA256SUMS` donne le condensé de chaque fichier, et se contrôle aussi par `sha256sum -c`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow.lib import ArrowException

from barometre.domain.version import Empreintes
from barometre.fichiers import get_provisoire
from barometre.pipeline.achevement import check_or_refuse
from barometre.pipeline.suivi import Etapes, Suivi
from barometre.warehouse.dialects import write_frames
from barometre.warehouse.engine import Engine, EntrepotError
from barometre.warehouse.repository import Repository
from barometre.warehouse.reprise import read_table
from barometre.warehouse.reserve import Reserve, parse_contenu
from barometre.warehouse.schema import metadata
from barometre.warehouse.versions import fill_chantier, open_entrepot, write_version

FORME = 1
MANIFESTE, CONDENSES, TABLES, LOTS = "manifeste.json", "SHA256SUMS", "entrepot", "lots"
_VERSION = "version"
_MORCEAU = 1 << 20


@dataclass(frozen=True, slots=True)
class Sauvegarde:
    """Ce que contient une sauvegarde. `tables` : lignes de chacune ; `lots` : fichiers reçus."""

    version_id: str
    simulee: bool
    tables: Mapping[str, int]
    lots: int
    octets: int

    def to_dict(self) -> dict[str, Any]:
        """L'objet JSON des commandes `sauvegarder` et `restaurer`."""
        return {
            "version": self.version_id,
            "simulee": self.simulee,
            "tables": dict(self.tables),
            "lots": self.lots,
            "octets": self.octets,
        }


def sauvegarder(
    dossier: Path, annexes: Mapping[str, bytes], *, progress: Suivi | None = None, adresse: str | None = None
) -> Sauvegarde:
    """Écrit la version en service, la réserve et les annexes (nom → contenu) dans un dossier neuf.

    Le dossier prend son nom à la fin : interrompue, une sauvegarde n'a rien laissé.
    """
    check_dossier_neuf(dossier)
    entrepot = open_entrepot(adresse)
    etapes = Etapes(3, progress)
    depot = Repository(entrepot)
    try:
        with _open_dossier(dossier) as chantier:
            etapes.step("Tables de la version en service")
            lignes = _write_tables(depot.get_engine(), chantier / TABLES)
            etapes.step("Fichiers reçus")
            lots = _write_lots(entrepot.get_reserve(), chantier / LOTS)
            etapes.step("Condensés")
            for nom, contenu in annexes.items():
                (chantier / nom).write_bytes(contenu)
            version = depot.get_version()
            manifeste = {"forme": FORME, "tables": lignes, "lots": lots, "annexes": sorted(annexes)}
            manifeste |= {"version": asdict(version) | {"creee_le": version.creee_le.isoformat()}}
            (chantier / MANIFESTE).write_text(json.dumps(manifeste, ensure_ascii=False, indent=1), "utf-8")
            octets = _write_condenses(chantier)
    finally:
        depot.close()
    return Sauvegarde(version.version_id, version.simulee, lignes, lots, octets)


def restaurer(
    dossier: Path,
    restore_annexes: Callable[[Mapping[str, bytes]], None],
    *,
    progress: Suivi | None = None,
    adresse: str | None = None,
) -> Sauvegarde:
    """Contrôle tout, puis met en service une version neuve faite des tables sauvegardées.

    `restore_annexes` reçoit les annexes juste avant la mise en service ; si elle refuse, rien n'a changé. Les
    fichiers reçus rejoignent la réserve, qui ne s'efface jamais. Lève `EntrepotError` d'une phrase.
    """
    etapes = Etapes(4, progress)
    etapes.step("Contrôle de la sauvegarde")
    manifeste = read_manifeste(dossier)
    entrepot = open_entrepot(adresse)
    with entrepot.lock():
        etapes.step("Fichiers reçus")
        lots = _restore_lots(dossier / LOTS, entrepot.get_reserve())
        with fill_chantier(entrepot) as (version_id, moteur):
            etapes.step("Tables de la version")
            _restore_tables(dossier / TABLES, moteur, manifeste["tables"])
            _restore_version(moteur, version_id, manifeste[_VERSION])
            etapes.step("Vérification")
            check_or_refuse(moteur)
            restore_annexes({nom: (dossier / nom).read_bytes() for nom in manifeste["annexes"]})
    octets = sum(f.stat().st_size for f in dossier.rglob("*") if f.is_file())
    return Sauvegarde(version_id, manifeste[_VERSION]["simulee"], manifeste["tables"], lots, octets)


def check_dossier_neuf(dossier: Path) -> None:
    """Une sauvegarde n'en recouvre jamais une autre."""
    if dossier.exists():
        raise EntrepotError(f"« {dossier} » existe déjà : donnez un dossier neuf à la sauvegarde.")


def read_manifeste(dossier: Path) -> dict[str, Any]:
    """Ce que la sauvegarde dit contenir, après avoir relu le condensé de chacun de ses fichiers."""
    attendus = _read_condenses(dossier)
    for nom, condense in attendus.items():
        if not (dossier / nom).is_file():
            raise EntrepotError(_refuse(dossier, f"il y manque « {nom} »"))
        if _hash(dossier / nom) != condense:
            raise EntrepotError(_refuse(dossier, f"« {nom} » est abîmé"))
    if MANIFESTE not in attendus:
        raise EntrepotError(_refuse(dossier, f"« {CONDENSES} » ne cite pas « {MANIFESTE} »"))
    # Un fichier reçu glissé dans le dossier se rejouerait à la prochaine construction.
    recus = {f.relative_to(dossier).as_posix() for f in (dossier / LOTS).glob("*")}
    if intrus := sorted(recus - set(attendus)):
        raise EntrepotError(_refuse(dossier, f"« {CONDENSES} » ne cite pas « {intrus[0]} »"))
    manifeste = _parse_manifeste(dossier)
    cites = {f"{TABLES}/{nom}.parquet" for nom in manifeste["tables"]} | set(manifeste["annexes"])
    if absents := sorted(cites - set(attendus)):
        raise EntrepotError(_refuse(dossier, f"« {CONDENSES} » ne cite pas « {absents[0]} »"))
    if sum(nom.startswith(f"{LOTS}/") for nom in attendus) != manifeste["lots"]:
        raise EntrepotError(
            _refuse(dossier, f"il y manque des fichiers reçus ({manifeste['lots']} attendus)")
        )
    return manifeste


def _parse_manifeste(dossier: Path) -> dict[str, Any]:
    """Le manifeste, s'il a bien ce que la suite y lit."""
    try:
        manifeste = json.loads((dossier / MANIFESTE).read_bytes())
        forme, version = manifeste["forme"], manifeste[_VERSION]
        entier = (
            all(isinstance(n, int) for n in [forme, manifeste["lots"], *manifeste["tables"].values()])
            and all(isinstance(nom, str) for nom in manifeste["annexes"])
            and all(isinstance(version[nom], str) for nom in ("version_id", "code_version"))
            and isinstance(version["simulee"], bool)
            and all(isinstance(condense, str) for condense in version["empreintes"].values())
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        entier = False
    if not entier:
        raise EntrepotError(_refuse(dossier, f"« {MANIFESTE} » ne se lit pas"))
    if forme != FORME:
        raise EntrepotError("Cette sauvegarde vient d'un programme plus récent : mettez l'outil à jour.")
    lu: dict[str, Any] = manifeste
    return lu


def _refuse(dossier: Path, raison: str) -> str:
    return (
        f"La sauvegarde « {dossier} » n'est pas entière : {raison}. Rien n'a été restauré ; reprenez-la "
        "d'une autre copie."
    )


@contextmanager
def _open_dossier(dossier: Path) -> Iterator[Path]:
    """Un dossier à remplir, lisible de son seul propriétaire ; il prend son nom en sortant."""
    provisoire = get_provisoire(dossier)
    try:
        dossier.parent.mkdir(parents=True, exist_ok=True)
        provisoire.mkdir(mode=0o700)
        yield provisoire
        os.replace(provisoire, dossier)
    except OSError as erreur:
        raise EntrepotError(
            f"La sauvegarde ne peut pas s'écrire : {erreur.strerror} ({dossier})."
        ) from erreur
    finally:
        shutil.rmtree(provisoire, ignore_errors=True)


def _write_tables(moteur: Engine, dossier: Path) -> dict[str, int]:
    dossier.mkdir()
    lignes = {}
    for nom in metadata.tables:
        if nom != _VERSION:
            frame = read_table(moteur, nom)
            frame.to_parquet(dossier / f"{nom}.parquet", index=False)
            lignes[nom] = len(frame)
    return lignes


def _write_lots(reserve: Reserve, dossier: Path) -> int:
    """Chaque fichier reçu, tel que la réserve l'a, après avoir contrôlé qu'il n'est pas abîmé."""
    dossier.mkdir()
    cles = reserve.list_cles()
    for cle in cles:
        brut = reserve.read_brut(cle) or b""
        parse_contenu(cle, brut)
        (dossier / f"{cle}.json.gz").write_bytes(brut)
    return len(cles)


def _write_condenses(dossier: Path) -> int:
    """Le condensé de chaque fichier, à la façon de `sha256sum` ; rend leur taille, en octets."""
    fichiers = sorted(f for f in dossier.rglob("*") if f.is_file())
    lignes = [f"{_hash(f)}  {f.relative_to(dossier).as_posix()}\n" for f in fichiers]
    (dossier / CONDENSES).write_text("".join(lignes), "utf-8")
    return sum(f.stat().st_size for f in fichiers)


def _read_condenses(dossier: Path) -> dict[str, str]:
    """Fichier → condensé ; une ligne coupée, ou un nom qui sort du dossier, refuse la sauvegarde."""
    try:
        lignes = (dossier / CONDENSES).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as erreur:
        raise EntrepotError(f"« {dossier} » n'est pas une sauvegarde : « {CONDENSES} » y manque.") from erreur
    paires = [ligne.partition("  ") for ligne in lignes]
    if any(len(condense) != 64 or ".." in nom or nom.startswith("/") for condense, _, nom in paires):
        raise EntrepotError(_refuse(dossier, f"« {CONDENSES} » est abîmé"))
    return {nom: condense for condense, _, nom in paires}


def _hash(fichier: Path) -> str:
    with fichier.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()


def _restore_lots(dossier: Path, reserve: Reserve) -> int:
    fichiers = sorted(dossier.glob("*.json.gz"))
    for fichier in fichiers:
        reserve.add(parse_contenu(fichier.name.removesuffix(".json.gz"), fichier.read_bytes()))
    return len(fichiers)


def _restore_tables(dossier: Path, moteur: Engine, lignes: Mapping[str, int]) -> None:
    """Par colonnes nommées ; une table ou une colonne qui n'existe plus aujourd'hui n'est pas reprise."""
    for nom in lignes:
        if nom not in metadata.tables:
            continue
        table, frame = metadata.tables[nom], _read_table(dossier, nom)
        dues = [c.name for c in table.columns if not c.nullable and c.name not in frame.columns]
        if dues:
            raise EntrepotError(
                f"Cette sauvegarde est d'un programme trop ancien : « {nom} » n'a pas {', '.join(dues)}. "
                "Restaurez-la avec le programme qui l'a faite, puis mettez à jour et lancez « recalculer »."
            )
        write_frames(moteur, table, [frame[[c.name for c in table.columns if c.name in frame.columns]]])


def _read_table(dossier: Path, nom: str) -> pd.DataFrame:
    try:
        return pd.read_parquet(dossier / f"{nom}.parquet")
    except (ArrowException, OSError, ValueError) as erreur:
        raise EntrepotError(_refuse(dossier.parent, f"« {TABLES}/{nom}.parquet » ne se lit pas")) from erreur


def _restore_version(moteur: Engine, version_id: str, ancienne: Mapping[str, Any]) -> None:
    """La version garde ce dont ses chiffres ont été faits, et dit d'où elle vient."""
    condenses = ancienne["empreintes"]
    write_version(
        moteur,
        version_id,
        simulee=ancienne["simulee"],
        code_version=ancienne["code_version"],
        empreintes=Empreintes(**{champ.name: condenses.get(champ.name, "") for champ in fields(Empreintes)}),
        commentaire=f"Restauration de la version {ancienne['version_id']}",
    )
