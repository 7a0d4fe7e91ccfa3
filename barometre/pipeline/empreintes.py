"""De quoi les chiffres d'aujourd'hui seraient faits : le condensé du catalogue et de chaque pièce du code.

Une version garde les siens ; ce qui diffère dit ce qu'il faut recalculer.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path

from barometre.catalogue import Catalogue
from barometre.domain.version import Empreintes

PAQUET = Path(__file__).resolve().parents[1]
PROGRAMME = "barometre-collectivites-numerique"
_SIGNES = 16


def compute_empreintes(catalogue: Catalogue) -> Empreintes:
    """Les empreintes d'une version que ce programme calculerait maintenant."""
    return Empreintes(
        catalogue_empreinte=catalogue.empreinte,
        stats_empreinte=hash_sources(PAQUET / "stats"),
        pipeline_empreinte=hash_sources(PAQUET / "pipeline"),
        domain_empreinte=hash_sources(PAQUET / "domain"),
        schema_empreinte=hash_sources(PAQUET / "warehouse" / "schema"),
    )


@cache
def hash_sources(dossier: Path) -> str:
    """Le condensé des fichiers Python d'un dossier ; ni leur ordre ni leurs fins de ligne n'y entrent."""
    somme = hashlib.sha256()
    for chemin in sorted(dossier.rglob("*.py"), key=lambda c: c.relative_to(dossier).as_posix()):
        somme.update(chemin.relative_to(dossier).as_posix().encode() + b"\0")
        somme.update(chemin.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return somme.hexdigest()[:_SIGNES]


def get_code_version() -> str:
    """« 0.1.0+3fa9c1d2 » : la version du programme, et le condensé de tout ce qu'il exécute."""
    try:
        publiee = version_of(PROGRAMME)
    except PackageNotFoundError:
        publiee = "0.1.0"
    return f"{publiee}+{hash_sources(PAQUET)[:8]}"
