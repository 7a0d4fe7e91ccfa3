"""Des jetons signés : ce qu'une page a le droit de demander plus tard, dit par elle, relu par tout processus.

Signé n'est pas chiffré : un jeton se lit, il ne se fabrique pas. Il ne contient donc ni réponse ni secret, et
ne donne aucun droit à lui seul : qui le présente doit encore être la personne à qui il a été remis.
"""

from __future__ import annotations

import secrets
from functools import cache
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from barometre.access.reglages import read_reglages

# Une page ouverte depuis plus longtemps est à recharger.
DUREE_SECONDES = 4 * 3600
TAILLE_MAX = 4_000


@cache
def _build_secret(regle: str) -> str:
    """Le secret réglé, que se partagent les processus ; sans réglage, un secret propre à celui-ci."""
    return regle or secrets.token_hex(32)


def _build_sceau(usage: str) -> URLSafeTimedSerializer:
    """`usage` : un jeton fait pour l'un ne vaut pas pour l'autre."""
    return URLSafeTimedSerializer(_build_secret(read_reglages().secret_jetons), salt=usage)


def build_jeton(usage: str, contenu: Any) -> str:
    """Le jeton d'un contenu (listes, textes, nombres), daté."""
    return str(_build_sceau(usage).dumps(contenu))


def read_jeton(usage: str, jeton: str, duree: int = DUREE_SECONDES) -> Any:
    """Le contenu d'un jeton, ou None : trop long, altéré, périmé, d'un autre usage ou d'un autre secret."""
    if len(jeton) > TAILLE_MAX:
        return None
    try:
        return _build_sceau(usage).loads(jeton, max_age=duree)
    except BadData:
        return None
