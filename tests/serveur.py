"""Un vrai serveur PostgreSQL, provisoire, pour les tests : démarré à la demande, effacé après."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INTROUVABLE = "PostgreSQL (initdb, pg_ctl) n'est pas installé : les tests sur PostgreSQL sont sautés."


def find_programmes() -> Path | None:
    """Le dossier d'initdb et de pg_ctl : la version la plus récente installée, ou le PATH."""
    dossiers = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda d: int(d.parent.name))
    trouve = shutil.which("initdb")
    candidats = [*reversed(dossiers), *([Path(trouve).resolve().parent] if trouve else [])]
    return next((d for d in candidats if (d / "initdb").exists() and (d / "pg_ctl").exists()), None)


def init_grappe(programmes: Path, dossier: Path) -> None:
    """Écrit un dossier de données neuf, que chaque serveur d'une séance copie."""
    provisoire = Path(tempfile.mkdtemp(prefix="barometre-pg-"))
    _prepare(provisoire)
    try:
        data = provisoire / "data"
        _run(programmes / "initdb", "-N", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8")
        shutil.copytree(data, dossier)
    finally:
        shutil.rmtree(provisoire, ignore_errors=True)


@contextmanager
def run_postgresql(programmes: Path, grappe: Path) -> Iterator[str]:
    """L'adresse d'un serveur neuf, sur une copie de `grappe` ; arrêté et effacé en sortant."""
    dossier = Path(tempfile.mkdtemp(prefix="barometre-pg-"))
    port = _free_port()
    shutil.copytree(grappe, dossier / "data")
    _prepare(dossier)
    try:
        # Rien de ces données ne doit survivre : ni disque attendu, ni pages récrites, ni ménage.
        sans_suite = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off"
        options = f"-p {port} -k {dossier} -c listen_addresses=127.0.0.1 {sans_suite}"
        _run(programmes / "pg_ctl", "-D", dossier / "data", "-l", dossier / "journal", "-w", "-o", options,
             "start")  # fmt: skip
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        _run(programmes / "pg_ctl", "-D", dossier / "data", "-m", "immediate", "stop", check=False)
        shutil.rmtree(dossier, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


def _prepare(dossier: Path) -> None:
    # PostgreSQL refuse de tourner pour root : le dossier est à l'utilisateur postgres.
    if os.geteuid() == 0:
        for lieu in (dossier, *dossier.rglob("*")):
            shutil.chown(lieu, _user())


def _user() -> str:
    for nom in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(nom).pw_name
        except KeyError:
            continue
    raise RuntimeError("Aucun utilisateur sans droits pour faire tourner PostgreSQL.")


def _run(*commande: object, check: bool = True) -> None:
    entete = ["setpriv", f"--reuid={_user()}", f"--regid={_user_group()}", "--clear-groups"]
    prefixe = entete if os.geteuid() == 0 else []
    subprocess.run(
        [*prefixe, *map(str, commande)],
        check=check,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
        env={**os.environ, "LC_ALL": "C"},
    )


def _user_group() -> int:
    return pwd.getpwnam(_user()).pw_gid
