"""Un JSON de réponses : de LimeSurvey (une liste, ou une réponse par clé), de l'API de Kobo ou de Grist ;
ou une réponse par ligne."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from barometre.domain.formats import format_compte
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.layout import Feuille
from barometre.ingest.limits import MAX_LIGNES

_FORME = "« {} » est un JSON, mais pas une liste de réponses (« responses », « results » ou « records »)."
_PAGE = (
    "« {} » n'est qu'une page : {} sur {}. Demandez toutes les réponses d'un coup, ou exportez le tableau."
)
# Sous quelle clé chaque outil range ses réponses : LimeSurvey, Kobo, Grist.
_LISTES = ("responses", "results", "records")


def read_json(path: Path, encodage: str) -> list[Feuille]:
    """Chaque réponse devient une ligne ; les entêtes sont les clés de toutes les réponses."""
    try:
        brut = _load(path.read_text(encodage), path.name)
    except ImportRefuse:
        raise
    except (ValueError, RecursionError) as erreur:
        raise ImportRefuse(f"« {path.name} » est un JSON tronqué ou mal formé.") from erreur
    reponses = _list_reponses(brut, path.name)
    if len(reponses) > MAX_LIGNES:
        raise ImportRefuse(f"« {path.name} » a trop de réponses : {len(reponses)}.")
    entetes = list(dict.fromkeys(cle for r in reponses for cle in r))
    lignes = [(i, [_texte(r.get(cle)) for cle in entetes]) for i, r in enumerate(reponses, 2)]
    return [Feuille("réponses", [(1, [str(e) for e in entetes]), *lignes])]


def _load(texte: str, nom: str) -> Any:
    """Le JSON d'un fichier, ou la liste de ses lignes si chacune en est un (« JSON Lines »)."""
    lire = partial(json.loads, object_pairs_hook=partial(_build_objet, nom))
    try:
        return lire(texte)
    except json.JSONDecodeError as erreur:
        if erreur.msg != "Extra data":
            raise
        return [lire(ligne) for ligne in texte.split("\n") if ligne.strip()]


def _build_objet(nom: str, paires: list[tuple[str, Any]]) -> dict[str, Any]:
    """Python garderait en silence la dernière de deux réponses à la même clé."""
    objet = dict(paires)
    if len(objet) < len(paires):
        cle = next(c for i, (c, _) in enumerate(paires) if c in dict(paires[:i]))
        raise ImportRefuse(f"« {nom} » : une réponse a deux fois la clé « {cle[:60]} », laquelle croire ?")
    return objet


def _list_reponses(brut: Any, nom: str) -> list[dict[str, Any]]:
    liste = brut
    if isinstance(brut, dict):
        liste = next((brut[cle] for cle in _LISTES if isinstance(brut.get(cle), list | dict)), brut)
        _check_entiere(brut, liste, nom)
    if isinstance(liste, dict):
        liste = list(liste.values())
    if not isinstance(liste, list) or not all(isinstance(r, dict) for r in liste):
        raise ImportRefuse(_FORME.format(nom))
    return [_open_reponse(r) for r in liste]


def _check_entiere(brut: dict[str, Any], liste: Any, nom: str) -> None:
    """Kobo rend cent réponses à la fois et dit combien il en a : les suivantes ne se perdent pas."""
    compte = brut.get("count")
    entier = isinstance(compte, int) and not isinstance(compte, bool)
    if isinstance(liste, list) and (brut.get("next") or (entier and compte != len(liste))):
        lues = format_compte(len(liste), "réponse")
        raise ImportRefuse(_PAGE.format(nom, lues, compte if entier else "davantage"))


def _open_reponse(reponse: dict[str, Any]) -> dict[str, Any]:
    """Grist range les cellules sous « fields », à côté du numéro de ligne."""
    if reponse.keys() == {"id", "fields"} and isinstance(reponse["fields"], dict):
        return {"id": reponse["id"], **reponse["fields"]}
    # Anciennes versions de LimeSurvey : [{"12": {…}}, {"13": {…}}].
    seule = next(iter(reponse.values())) if len(reponse) == 1 else None
    return seule if isinstance(seule, dict) else reponse


def _texte(valeur: Any) -> str:
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return "Oui" if valeur else "Non"
    if isinstance(valeur, list):
        # Grist marque d'un « L » le début d'une liste.
        valeur = valeur[1:] if valeur[:1] == ["L"] else valeur
        return "; ".join(_texte(v) for v in valeur)
    return str(valeur).strip()
