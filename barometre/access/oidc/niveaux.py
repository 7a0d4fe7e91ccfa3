"""La force d'une connexion (`acr`), telle que ProConnect la nomme."""

from __future__ import annotations

NIVEAU_FAIBLE = "eidas1"
# Deux facteurs : les niveaux eIDAS substantiel et élevé, et les deux de ProConnect Identité.
NIVEAUX_FORTS = (
    "eidas2",
    "eidas3",
    "https://proconnect.gouv.fr/assurance/self-asserted-2fa",
    "https://proconnect.gouv.fr/assurance/consistency-checked-2fa",
)
