"""Lire les réponses là où elles sont : LimeSurvey, Grist ou Démarches simplifiées, par leur interface.

Une adresse donne un fichier, que la chaîne des fichiers reçus lit ensuite sans savoir d'où il vient :
`limesurvey+https://hote/index.php/admin/remotecontrol#123456`, `grist+https://hote/api/docs/DOCUMENT#Table`,
`demarches+https://hote/api/v2/graphql#12345`.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from barometre.ingest.errors import ImportRefuse

__all__ = ["is_distante", "open_fichiers"]

_ADRESSE = re.compile(r"\w+\+https?://")


def is_distante(source: str) -> bool:
    """Vrai pour une adresse (« outil+https://… »), faux pour un fichier."""
    return bool(_ADRESSE.match(source))


@contextmanager
def open_fichiers(sources: Sequence[str | Path]) -> Iterator[list[Path]]:
    """Les fichiers, ceux d'une adresse reçus dans un dossier qui s'efface en sortant."""
    with tempfile.TemporaryDirectory(prefix="barometre-") as dossier:
        yield [_receive(str(s), Path(dossier)) if is_distante(str(s)) else Path(s) for s in sources]


def _receive(source: str, dossier: Path) -> Path:
    # Lire un fichier de son disque n'attend pas de quoi joindre un serveur.
    from barometre.ingest.distant.client import open_client  # noqa: PLC0415
    from barometre.ingest.distant.outils import LECTEURS  # noqa: PLC0415

    outil, _, reste = source.partition("+")
    if outil not in LECTEURS:
        raise ImportRefuse(f"« {outil} » n'est pas un outil que l'import sait lire : {', '.join(LECTEURS)}.")
    adresse, _, objet = reste.partition("#")
    if not objet:
        raise ImportRefuse(
            f"L'adresse ne dit pas quoi lire : ajoutez-le après « # » (par exemple « {source}#123456 »)."
        )
    with open_client(adresse) as client:
        nom, contenu = LECTEURS[outil](client, objet)
    fichier = dossier / nom
    fichier.write_bytes(contenu)
    return fichier
