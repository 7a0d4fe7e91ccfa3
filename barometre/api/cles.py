"""Les clés d'une demande : celles que le contrat nomme, chacune une fois si elle ne se répète pas.

Une clé que rien ne lit rendrait tout ce que l'appelant croyait avoir trié : elle est refusée, non ignorée.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from fastapi import Request

from barometre.domain.formats import format_guillemets, format_liste, format_nombre
from barometre.views.donnees.demande import explain_plusieurs
from barometre.views.lecture.address import CLES, explain_ecartee, explain_inconnues

# Ce que chaque sorte de faute demande de changer ; les nombres viennent du contrat.
_REMEDES = {
    "greater_than_equal": "donnez {ge} au moins",
    "less_than_equal": "donnez {le} au plus",
    "int_parsing": "donnez un nombre entier",
    "int_from_float": "donnez un nombre entier",
    "int_parsing_size": "donnez un nombre plus petit",
    "bool_parsing": "donnez true ou false",
    "bool_type": "donnez true ou false",
    "literal_error": "donnez {expected}",
    "string_too_long": "donnez {max_length} signes au plus",
    "string_too_short": "donnez {min_length} signe au moins",
    "too_long": "donnez {max_length} valeurs au plus, ou faites plusieurs demandes",
}
_UNE = "gardez-en une, ou faites une demande par valeur"
_AUTRE = "voyez ce qu'elle peut valoir dans /api/v1/"


class CleRefusee(ValueError):
    """Une clé que cette adresse ne lit pas, ou donnée deux fois ; le message dit quoi changer."""


def check_cles(requete: Request) -> None:
    """`CleRefusee` pour une clé que le contrat de cette adresse ne nomme pas, ou répétée sans l'être."""
    connues = _list_connues(requete)
    noms = [nom for nom, _ in requete.query_params.multi_items()]
    if inconnues := sorted(set(noms) - set(connues)):
        raise CleRefusee(f"{explain_inconnues(inconnues)} : {_propose(inconnues[0], connues)}.")
    for nom in connues:
        if noms.count(nom) > 1 and connues[nom].get("type") != "array":
            remede = explain_plusieurs(nom) if "par" in connues and nom in CLES else _UNE
            raise CleRefusee(
                f"La clé {format_guillemets(nom)} est donnée {noms.count(nom)} fois et n'a qu'une valeur : "
                f"{remede}."
            )


def check_valeur(cle: str, valeur: str, permises: Sequence[str]) -> None:
    """`CleRefusee` pour une valeur que le catalogue n'a pas : une liste vide passerait pour une réponse."""
    if valeur and valeur not in permises:
        choix = format_liste(list(map(format_guillemets, permises)), "ou")
        raise CleRefusee(f"{explain_ecartee(cle, valeur)} : choisissez {choix}.")


def explain_faute(faute: Mapping[str, Any]) -> str:
    """La phrase d'une valeur que le contrat ne permet pas, d'après la faute que dit pydantic."""
    cle = format_guillemets(str(faute["loc"][1] if len(faute["loc"]) > 1 else faute["loc"][-1]))
    if faute["type"] == "missing":
        return f"La clé {cle} manque : cette adresse ne répond pas sans elle."
    remede = _REMEDES.get(faute["type"], _AUTRE).format(**_format_bornes(faute.get("ctx", {})))
    return f"La clé {cle} n'a pas une valeur permise : {remede}."


def _list_connues(requete: Request) -> dict[str, dict[str, Any]]:
    """Les clés que le contrat nomme pour cette adresse, et ce qu'elles peuvent valoir."""
    chemin = requete.scope["route"].path
    cles = requete.app.openapi()["paths"][chemin]["get"].get("parameters", ())
    return {cle["name"]: cle["schema"] for cle in cles}


def _propose(inconnue: str, connues: Mapping[str, Any]) -> str:
    if proches := get_close_matches(inconnue, connues, 1, 0.75):
        return f"la plus proche est {format_guillemets(proches[0])}"
    if len(connues) == 1:
        return f"la seule d'ici est {format_guillemets(*connues)}"
    return f"celles d'ici sont {format_liste(list(connues))}"


def _format_bornes(bornes: Mapping[str, Any]) -> dict[str, str]:
    """« 'json' or 'csv' » et 1000, tels qu'une phrase française les écrit."""
    dites = {cle: format_nombre(v) if isinstance(v, int) else str(v) for cle, v in bornes.items()}
    attendus = dites.get("expected", "").replace("'", "").replace(" or ", ", ").split(", ")
    return dites | {"expected": format_liste([format_guillemets(mot) for mot in attendus], "ou")}
