"""`importer --proposer` : la correspondance devinée d'un fichier, à relire et à compléter.

Donnée ensuite par --correspondance, elle charge le même fichier de la même façon : tout ce que l'import
devine y est écrit, rien de plus.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from barometre.domain.enquete import Questionnaire
from barometre.ingest.columns import Plan, build_plan, build_recognizer, find_cibles
from barometre.ingest.entetes import find_role
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.export import Brut, Export, read_brut
from barometre.ingest.identity import is_luhn
from barometre.ingest.layout import Choix
from barometre.ingest.long import find_parties
from barometre.ingest.mapping import CASES
from barometre.ingest.multiple import find_separateur
from barometre.ingest.questionnaire_answers import find_cases

_ENTETE = (
    "# Proposée par « importer --proposer » : à droite, une question, question[option], un rôle (siren,\n"
    "# siret, code, soumission, nom…) ou « ignorer ». À donner ensuite par --correspondance.\n"
)
_CONFIANCE = (
    "# Plusieurs colonnes disent qui répond, et se contrôlent l'une l'autre. Pour n'en croire qu'une à la\n"
    "# fois, la première remplie, ôtez le # :\n# identifiants: {}\n"
)
_LONGUEURS = {"siren": (9, 14), "siret": (9, 14), "code": (5,)}


def propose_correspondance(path: str | Path, questionnaire: Questionnaire, format: str = "auto") -> str:
    """Le YAML de la correspondance ; ce qui n'est pas reconnu y est « ignorer »."""
    reconnaitre = build_recognizer(questionnaire)
    brut = read_brut(Path(path), format, reconnaitre, Choix())
    export = brut.build_export(reconnaitre)
    objet = _describe_forme(brut, brut.build_tableau(reconnaitre).numero_entetes)
    objet["colonnes"] = _list_parties(brut) | _list_colonnes(export, questionnaire)
    plan = _find_plan(export, questionnaire)
    objet |= _describe_cases(export, plan, questionnaire)
    identifiants = sort_identifiants(export)
    # Deux SIRET se contredisent presque toujours (commune et EPCI) ; un SIREN et un code INSEE se contrôlent.
    if memes := len({find_role(e) for e in identifiants}) < len(identifiants):
        objet["identifiants"] = identifiants
    seuls = memes or len(identifiants) < 2
    suite = "" if seuls else _CONFIANCE.format(json.dumps(identifiants, ensure_ascii=False))
    return _ENTETE + yaml.safe_dump(objet, allow_unicode=True, sort_keys=False, width=200) + suite


def _describe_forme(brut: Brut, numero_entetes: int) -> dict[str, Any]:
    """La feuille lue et la ligne des entêtes, si elles ne vont pas de soi."""
    forme: dict[str, Any] = {}
    if brut.feuille.nom and brut.contenant.nature in {"xlsx", "ods"}:
        forme["feuille"] = brut.feuille.nom
    if numero_entetes > 1:
        forme["entete"] = numero_entetes
    return forme


def _list_parties(brut: Brut) -> dict[str, str]:
    """D'un fichier à une ligne par réponse : les colonnes qui portent la question, la réponse, l'option."""
    rang, parties = find_parties(brut.feuille, {})
    return {brut.feuille.lignes[rang][1][i]: partie for partie, i in parties.items()} if rang >= 0 else {}


def _list_colonnes(export: Export, questionnaire: Questionnaire) -> dict[str, str]:
    """Chaque entête et ce qu'il désigne ; un entête répété ne se déclare pas, il se lit dans l'ordre."""
    fois = Counter(export.entetes)
    return {
        entete: texte
        for entete, texte in zip(export.entetes, find_cibles(export.entetes, questionnaire), strict=True)
        if entete and texte and fois[entete] == 1
    }


def _find_plan(export: Export, questionnaire: Questionnaire) -> Plan:
    try:
        return build_plan(export.entetes, questionnaire)
    except ImportRefuse:
        # Aucune question reconnue : c'est souvent pour cela que l'on demande une correspondance.
        return Plan()


def _describe_cases(export: Export, plan: Plan, questionnaire: Questionnaire) -> dict[str, Any]:
    """Le séparateur des cases jointes et l'écriture des cases (1 et 2), s'ils se lisent dans le fichier."""
    jointes = [q for q in questionnaire.questions if q.type == "choix_multiple" and q.id in plan.questions]
    signes = {find_separateur(q, export.colonnes[plan.questions[q.id]]) for q in jointes} - {""}
    cases = find_cases(export, plan, questionnaire)
    return ({"separateur": signes.pop()} if len(signes) == 1 else {}) | (
        {"valeurs": {CASES: cases}} if cases else {}
    )


def sort_identifiants(export: Export) -> list[str]:
    """Les colonnes d'identifiant, de celle dont le plus de lignes ont la bonne forme à la moins sûre."""
    notes = {}
    for rang, entete in enumerate(export.entetes):
        if (role := find_role(entete)) in _LONGUEURS:
            justes = sum(_is_bien_forme(texte, role) for texte in export.colonnes[rang])
            notes[entete] = (-justes, list(_LONGUEURS).index(role), rang)
    return sorted(notes, key=lambda e: notes[e])


def _is_bien_forme(texte: str, role: str) -> bool:
    net = "".join(texte.split())
    return len(net) in _LONGUEURS[role] and (role == "code" or (net.isdecimal() and is_luhn(net)))
