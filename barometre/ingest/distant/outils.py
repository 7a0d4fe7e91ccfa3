"""Les outils qui se lisent par leur interface : leur nom dans une adresse, et qui les lit."""

from __future__ import annotations

from barometre.ingest.distant.demarches import read_demarche
from barometre.ingest.distant.grist import read_table
from barometre.ingest.distant.limesurvey import read_enquete

LECTEURS = {"limesurvey": read_enquete, "grist": read_table, "demarches": read_demarche}
