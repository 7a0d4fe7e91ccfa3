"""En production, le service refuse de démarrer ouvert : chaque réglage qui manque est dit."""

from __future__ import annotations

from barometre.access.reglages import Reglages, list_defauts, read_reglages


class OuvertureRefusee(SystemExit):
    """Arrête le processus avec ses raisons, sans trace."""


def check_ouverture() -> Reglages:
    """Les réglages ; en production (`BAROMETRE_PRODUCTION=1`), OuvertureRefusee s'il en manque un."""
    reglages = read_reglages()
    defauts = list_defauts(reglages) if reglages.production else []
    if defauts:
        raise OuvertureRefusee("\n- ".join(["Le service ne peut pas s'ouvrir ainsi :", *defauts]))
    return reglages
