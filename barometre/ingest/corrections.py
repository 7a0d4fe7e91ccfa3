"""Corriger un fichier gardé sans y toucher : une ligne rattachée à sa collectivité, une valeur rapprochée.

Chaque correction est signée et gardée avec le fichier : `construire` la rejoue. Le lot change de nom, comme
d'un fichier corrigé à la main.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from barometre.domain.enquete import Questionnaire
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.export import Export
from barometre.ingest.garde import Correction, LotGarde, Recu
from barometre.ingest.labels import clean_label, heading_key
from barometre.ingest.mapping import Correspondance
from barometre.ingest.merge import PAS

# Ce qui, sur une ligne, dit qui répond : remplacé d'un bloc, ou deux colonnes se contrediraient.
_IDENTIFIANTS = ("siren", "siret", "code")
_A_COTE = ("type", "nom", "departement", "population")
SANS_COLONNE = "Le fichier n'a pas la colonne « {} »."
SANS_LIGNE = "Le fichier n'a pas de ligne {}."
SANS_OPTION = "« {} » n'est pas une réponse possible à cette question."


def correct_garde(
    garde: LotGarde, corrections: Sequence[Correction], questionnaire: Questionnaire
) -> LotGarde:
    """Le lot, corrigé dans l'ordre ; `ImportRefuse` d'une phrase si une correction ne s'applique pas."""
    recus = list(garde.recus)
    for correction in corrections:
        for rang in _list_rangs(recus, correction):
            locale = replace(correction, ligne=correction.ligne % PAS)
            recus[rang] = apply_correction(recus[rang], locale, questionnaire)
    return replace(garde, recus=tuple(recus), corrections=(*garde.corrections, *corrections))


def _list_rangs(recus: Sequence[Recu], correction: Correction) -> list[int]:
    """Les fichiers que touche une correction : celui de la ligne, ou tous ceux qui ont la colonne."""
    if correction.nature == "rattacher":
        rang = correction.ligne // PAS
        if rang >= len(recus):
            raise ImportRefuse(SANS_LIGNE.format(correction.ligne))
        return [rang]
    return [rang for rang, recu in enumerate(recus) if _has_colonne(recu, correction.colonne)] or [0]


def _has_colonne(recu: Recu, colonne: str) -> bool:
    return heading_key(colonne) in {heading_key(e) for e in recu.export.entetes}


def apply_correction(recu: Recu, correction: Correction, questionnaire: Questionnaire) -> Recu:
    """Le fichier reçu, tel que la correction le fait lire ; `ImportRefuse` si elle ne s'y applique pas."""
    if correction.nature == "rattacher":
        corrige = replace(recu, export=_attach(recu, correction))
    else:
        corrige = replace(recu, correspondance=_recode(recu, correction, questionnaire))
    export = replace(corrige.export, empreinte=_hash(recu.export.empreinte, correction))
    return replace(corrige, export=export)


def _attach(recu: Recu, correction: Correction) -> Export:
    """La ligne n'a plus qu'un identifiant, le SIREN choisi ; ce qui est écrit à côté ne le contredit plus."""
    export = recu.export
    if correction.ligne not in export.lignes:
        raise ImportRefuse(SANS_LIGNE.format(correction.ligne))
    identifiants = [rang for rang, cible in recu.cibles.items() if cible in _IDENTIFIANTS]
    if not identifiants:
        raise ImportRefuse(SANS_COLONNE.format("SIREN, SIRET ou code INSEE"))
    vides = [rang for rang, cible in recu.cibles.items() if cible in _A_COTE]
    ecrits = dict.fromkeys([*identifiants, *vides], "") | {identifiants[0]: correction.cible}
    return _write_cellules(export, export.lignes.index(correction.ligne), ecrits)


def _write_cellules(export: Export, rang_ligne: int, ecrits: dict[int, str]) -> Export:
    colonnes = [
        (*c[:rang_ligne], ecrits[rang], *c[rang_ligne + 1 :]) if rang in ecrits else c
        for rang, c in enumerate(export.colonnes)
    ]
    return replace(export, colonnes=tuple(colonnes))


def _recode(recu: Recu, correction: Correction, questionnaire: Questionnaire) -> Correspondance:
    """La valeur désigne l'option choisie, sur toutes les lignes de cette question."""
    question_id = find_question(recu, correction.colonne)
    options = {o.id for q in questionnaire.questions if q.id == question_id for o in q.options}
    if correction.cible not in options:
        raise ImportRefuse(SANS_OPTION.format(correction.cible))
    table = {
        **recu.correspondance.valeurs.get(question_id, {}),
        clean_label(correction.valeur): correction.cible,
    }
    return replace(recu.correspondance, valeurs={**recu.correspondance.valeurs, question_id: table})


def find_question(recu: Recu, colonne: str) -> str:
    """La question que porte une colonne, par son entête ; `ImportRefuse` si aucune."""
    for rang, cible in recu.cibles.items():
        if cible and heading_key(recu.export.entetes[rang]) == heading_key(colonne):
            return cible.partition("[")[0]
    raise ImportRefuse(SANS_COLONNE.format(colonne))


def _hash(empreinte: str, correction: Correction) -> str:
    """Le condensé du fichier corrigé : sans la signature : le même geste refait le même lot."""
    dite = [
        empreinte,
        correction.nature,
        correction.ligne,
        correction.colonne,
        correction.valeur,
        correction.cible,
    ]
    return hashlib.sha256(json.dumps(dite, ensure_ascii=False).encode()).hexdigest()
