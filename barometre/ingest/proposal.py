"""`importer --proposer` : la correspondance devinée d'un fichier, à relire et à compléter."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import yaml

from barometre.domain.enquete import Questionnaire
from barometre.ingest.columns import build_recognizer, find_cibles
from barometre.ingest.export import read_export

_ENTETE = (
    "# Proposée par « importer --proposer » : à droite, une question, question[option], un rôle (siren,\n"
    "# siret, code, soumission, nom…) ou « ignorer ». À donner ensuite par --correspondance.\n"
)


def propose_correspondance(path: str | Path, questionnaire: Questionnaire, format: str = "auto") -> str:
    """Le YAML de la correspondance ; ce qui n'est pas reconnu y est « ignorer »."""
    entetes = read_export(path, format, build_recognizer(questionnaire)).entetes
    repetes = {e for e, nombre in Counter(entetes).items() if nombre > 1}
    colonnes = {
        entete: texte
        for entete, texte in zip(entetes, find_cibles(entetes, questionnaire), strict=True)
        if entete and texte and entete not in repetes
    }
    return _ENTETE + yaml.safe_dump({"colonnes": colonnes}, allow_unicode=True, sort_keys=False, width=200)
