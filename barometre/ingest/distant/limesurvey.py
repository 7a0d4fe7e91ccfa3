"""LimeSurvey par RemoteControl 2 (JSON-RPC) : une session, l'export en codes, la session rendue.

Méthodes `get_session_key`, `export_responses` et `release_session_key` de l'interface de LimeSurvey.
"""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from typing import Any

from barometre.ingest.distant.client import Client, build_nom, read_secret
from barometre.ingest.errors import ImportRefuse

COMPTE, MOT_DE_PASSE = "BAROMETRE_LIMESURVEY_COMPTE", "BAROMETRE_LIMESURVEY_MOT_DE_PASSE"
# Codes en entête et dans les cellules : ni langue ni libellé n'y changent rien. « all » garde les réponses
# inachevées, que l'import compte à part.
_FORME = ("csv", None, "all", "code", "short")


def read_enquete(client: Client, numero: str) -> tuple[str, bytes]:
    """L'export CSV d'une enquête, par son numéro."""
    if not numero.isdecimal():
        raise ImportRefuse(f"« {numero} » n'est pas un numéro d'enquête LimeSurvey.")
    compte = read_secret(COMPTE, "le compte LimeSurvey")
    mot_de_passe = read_secret(MOT_DE_PASSE, "le mot de passe LimeSurvey")
    session = _call(client, "get_session_key", compte, mot_de_passe)
    try:
        export = _call(client, "export_responses", session, int(numero), *_FORME)
    finally:
        # L'export, ou ce qui l'a refusé, compte plus qu'une session mal rendue : elle expire d'elle-même.
        with suppress(ImportRefuse):
            _call(client, "release_session_key", session)
    try:
        return build_nom("limesurvey", numero, "csv"), base64.b64decode(export, validate=True)
    except (binascii.Error, ValueError) as erreur:
        raise ImportRefuse(f"« {client.hote} » a rendu un export illisible.") from erreur


def _call(client: Client, methode: str, *parametres: Any) -> str:
    """Le résultat d'une méthode ; LimeSurvey rend un texte, ou un objet « status » qui dit le refus."""
    reponse = client.fetch_json({"method": methode, "params": parametres, "id": 1})
    resultat = reponse.get("result") if isinstance(reponse, dict) else None
    if isinstance(resultat, str):
        return resultat
    statut = resultat.get("status") if isinstance(resultat, dict) else None
    if methode == "get_session_key":
        raise ImportRefuse(f"« {client.hote} » refuse ce compte LimeSurvey (ou son interface est fermée).")
    motif = f" : {str(statut)[:200]}" if statut else "."
    raise ImportRefuse(f"« {client.hote} » ne rend pas les réponses de cette enquête{motif}")
