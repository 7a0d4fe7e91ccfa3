"""Les journaux du serveur : du texte pour qui les lit, ou un objet JSON par ligne pour qui les collecte."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from datetime import UTC, datetime

VARIABLE, JSON = "BAROMETRE_JOURNAL", "json"
# Streamlit s'étonne qu'un cache se remplisse sans lecteur : c'est ce que fait la chauffe.
CHAUFFE = "chauffe"
_SANS_LECTEUR = "streamlit.runtime.scriptrunner_utils.script_run_context"


class LigneJson(logging.Formatter):
    """Une ligne : instant en temps universel, niveau, source, message, processus, trace s'il y en a une."""

    def format(self, record: logging.LogRecord) -> str:
        """L'objet ; un retour à la ligne y est échappé, un fait ne peut donc pas en imiter deux."""
        fait = {
            "instant": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "niveau": record.levelname,
            "source": record.name,
            "message": record.getMessage(),
            "processus": record.process,
        }
        if record.exc_info:
            fait["trace"] = self.formatException(record.exc_info)
        return json.dumps(fait, ensure_ascii=False, default=str)


def set_journaux() -> None:
    """Au démarrage : si `BAROMETRE_JOURNAL=json`, tout ce qui s'écrit s'écrit ainsi, serveurs compris."""
    logging.getLogger(_SANS_LECTEUR).addFilter(_is_utile)
    if os.environ.get(VARIABLE) != JSON:
        return
    racine = logging.getLogger()
    if not racine.handlers:
        racine.addHandler(logging.StreamHandler())
    # uvicorn et Streamlit ont leurs propres sorties.
    connus = logging.root.manager.loggerDict.values()
    apply_json([racine, *(journal for journal in connus if isinstance(journal, logging.Logger))])


def apply_json(journaux: Iterable[logging.Logger]) -> None:
    """Chaque sortie de ces journaux écrit des lignes JSON."""
    for journal in journaux:
        for sortie in journal.handlers:
            sortie.setFormatter(LigneJson())


def _is_utile(fait: logging.LogRecord) -> bool:
    """Faux du seul « missing ScriptRunContext » de la chauffe : d'un autre fil, il dirait une faute."""
    return fait.threadName != CHAUFFE or "missing ScriptRunContext" not in fait.getMessage()
