"""Réécrit dans `data/sources.yml` l'empreinte SHA-256 de chaque fichier embarqué."""

from __future__ import annotations

import hashlib
import re

from scripts.paquets import DATA, RACINE

LIGNE = re.compile(r'(\{chemin: (?P<chemin>[^,]+), sha256: )"[0-9a-f]*"')


def _with_sha256(ligne: re.Match[str]) -> str:
    octets = (RACINE / ligne["chemin"]).read_bytes()
    return f'{ligne[1]}"{hashlib.sha256(octets).hexdigest()}"'


def main() -> None:
    """Le reste du fichier, commentaires compris, n'est pas touché."""
    fichier = DATA / "sources.yml"
    fichier.write_text(LIGNE.sub(_with_sha256, fichier.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
