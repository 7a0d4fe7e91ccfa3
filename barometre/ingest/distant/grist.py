"""Une table de Grist, par l'adresse d'export de son interface : les mêmes cellules que le CSV téléchargé."""

from __future__ import annotations

from barometre.ingest.distant.client import Client, build_nom, read_secret

CLE = "BAROMETRE_GRIST_CLE"


def read_table(client: Client, table: str) -> tuple[str, bytes]:
    """Le CSV d'une table d'un document, titres des colonnes en entête."""
    entetes = {"Authorization": f"Bearer {read_secret(CLE, 'la clé de Grist')}"}
    demande = {"tableId": table, "header": "label"}
    return build_nom("grist", table, "csv"), client.get("/download/csv", params=demande, headers=entetes)
