"""Les dossiers d'une démarche de Démarches simplifiées, par son interface GraphQL, page par page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from barometre.ingest.distant.client import Client, build_nom, read_secret
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.limits import MAX_LIGNES

JETON = "BAROMETRE_DEMARCHES_JETON"
# Le courriel de l'usager et les pièces jointes ne sont pas demandés : l'import n'en garde rien.
PAGE = 100
REQUETE = """
query reponses($numero: Int!, $apres: String) {
  demarche(number: $numero) {
    dossiers(first: 100, after: $apres) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number
        dateDepot
        dateDerniereModification
        demandeur { ... on PersonneMorale { siret entreprise { raisonSociale } } }
        champs { label stringValue }
      }
    }
  }
}
"""


def read_demarche(client: Client, numero: str) -> tuple[str, bytes]:
    """Une réponse par dossier, sous les entêtes de l'export de Démarches simplifiées."""
    if not numero.isdecimal():
        raise ImportRefuse(f"« {numero} » n'est pas un numéro de démarche.")
    jeton = read_secret(JETON, "le jeton de Démarches simplifiées")
    reponses = list(_iter_reponses(client, int(numero), jeton))
    if not reponses:
        raise ImportRefuse(f"La démarche {numero} n'a aucun dossier déposé.")
    contenu = json.dumps({"responses": reponses}, ensure_ascii=False).encode()
    return build_nom("demarches", numero, "json"), contenu


def _iter_reponses(client: Client, numero: int, jeton: str) -> Iterator[dict[str, str]]:
    apres, vues = None, set[str | None]()
    # Un serveur qui rend toujours les mêmes pages ne fait pas tourner l'import sans fin.
    while apres not in vues and len(vues) * PAGE <= MAX_LIGNES:
        vues.add(apres)
        corps = {"query": REQUETE, "variables": {"numero": numero, "apres": apres}}
        recue = client.fetch_json(corps, headers={"Authorization": f"Bearer {jeton}"})
        try:
            page = recue["data"]["demarche"]["dossiers"]
            reponses = [_build_reponse(dossier) for dossier in page["nodes"]]
            suite = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        except (KeyError, TypeError, AttributeError) as erreur:
            raise ImportRefuse(
                f"« {client.hote} » ne rend pas les dossiers : le jeton donne-t-il accès à cette démarche ?"
            ) from erreur
        yield from reponses
        if suite is None:
            return
        apres = suite


def _build_reponse(dossier: dict[str, Any]) -> dict[str, str]:
    """Les entêtes de service l'emportent sur un champ du même nom ; un libellé répété garde les deux."""
    demandeur = dossier.get("demandeur") or {}
    reponse = {
        "ID": str(dossier["number"]),
        "Déposé le": str(dossier.get("dateDepot") or ""),
        "Dernière mise à jour le": str(dossier.get("dateDerniereModification") or ""),
        "Établissement SIRET": str(demandeur.get("siret") or ""),
        "Entreprise raison sociale": str((demandeur.get("entreprise") or {}).get("raisonSociale") or ""),
    }
    champs: dict[str, str] = {}
    for champ in dossier["champs"]:
        libelle = str(champ["label"])
        while libelle in champs:
            libelle += " (bis)"
        champs[libelle] = str(champ.get("stringValue") or "")
    return champs | reponse
