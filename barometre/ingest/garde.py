"""Un fichier reçu, tel qu'on le garde pour le relire un jour : ses colonnes comprises, rien de personnel.

Seules restent les colonnes qui servent : identifiants de la collectivité, dates, profil, questions. Une
colonne inconnue peut porter le nom de la personne qui a répondu : son entête est noté, ses cellules partent.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any, Literal

from barometre.domain.enquete import Questionnaire
from barometre.ingest.columns import Plan, find_cibles
from barometre.ingest.entetes import build_index
from barometre.ingest.errors import ImportRefuse, Rejet
from barometre.ingest.export import Export
from barometre.ingest.labels import heading_key
from barometre.ingest.mapping import Correspondance
from barometre.ingest.personal import mask_personal
from barometre.ingest.respondents import is_essai
from barometre.ingest.vocabulary import load_vocabulary

# La seconde forme est celle d'un lot corrigé : un programme plus ancien le dit au lieu d'oublier.
FORME, FORME_CORRIGEE = 1, 2
Nature = Literal["rattacher", "rapprocher"]
# Des rôles que l'on reconnaît pour ne pas les lire.
_ROLES_ECARTES = {"systeme", "reponse_id"}
# Le nom ou le courriel de qui répond dit seulement si c'est un essai : rien d'autre n'en est gardé.
PERSONNEL, ESSAI = "personnel", "test"
IGNOREE = "ignorer"


@dataclass(frozen=True, slots=True)
class Recu:
    """Un fichier reçu et ce que ses colonnes désignent. `cibles` : rang → cible, vide si implicite."""

    export: Export
    cibles: Mapping[int, str]
    correspondance: Correspondance
    # Rangs des colonnes de nombres : dix chiffres n'y sont pas un téléphone.
    nombres: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Correction:
    """Une décision d'un opérateur. `cible` : un SIREN (rattacher la `ligne`), ou une option (rapprocher).

    `colonne`, `valeur` : la cellule refusée ; `par`, `le` (UTC, ISO), `motif` : la signature.
    """

    nature: Nature
    ligne: int
    colonne: str
    valeur: str
    cible: str
    par: str
    le: str
    motif: str = ""


@dataclass(frozen=True, slots=True)
class LotGarde:
    """Un lot gardé : ses fichiers, et tout ce qu'il faut pour le charger de nouveau, à l'identique.

    `cle` : la clé secrète de son questionnaire à sa vague. `vocabulaire`, `catalogue` : empreintes de ce qui
    l'a lu la première fois. `recu_le` : date et heure UTC, en ISO. `par` : qui l'a importé.
    """

    lot_id: str
    vague_id: str
    questionnaire_id: str
    recu_le: str
    par: str
    cle: str
    vocabulaire: str
    catalogue: str
    recus: tuple[Recu, ...]
    corrections: tuple[Correction, ...] = ()


def build_recu(
    export: Export, plan: Plan, questionnaire: Questionnaire, correspondance: Correspondance
) -> Recu:
    """Le fichier lu, et ce que chacune de ses colonnes comprises désigne."""
    types = {q.id: q.type for q in questionnaire.questions}
    nombres = frozenset(rang for q, rang in plan.questions.items() if types[q] == "nombre")
    return Recu(export, _list_cibles(plan), correspondance, nombres)


def _list_cibles(plan: Plan) -> dict[int, str]:
    cibles = dict.fromkeys([*plan.confiance, *plan.autres.values(), *plan.nsp.values()], "")
    cibles |= dict.fromkeys(chain.from_iterable(plan.rangs.values()), "")
    for role, rangs in plan.colonnes_de.items():
        if role not in _ROLES_ECARTES:
            cibles |= dict.fromkeys(rangs, role)
    cibles |= {rang: question for question, rang in plan.questions.items()}
    for question, options in plan.options.items():
        cibles |= {rang: f"{question}[{option}]" for option, rang in options.items()}
    return dict(sorted(cibles.items()))


def write_garde(garde: LotGarde) -> bytes:
    """Le lot en octets : du JSON, toujours le même pour le même lot."""
    objet = {nom: getattr(garde, nom) for nom in LotGarde.__slots__ if nom not in ("recus", "corrections")}
    objet |= {"forme": FORME, "fichiers": [_write_recu(recu) for recu in garde.recus]}
    if garde.corrections:
        objet |= {"forme": FORME_CORRIGEE, "corrections": [asdict(c) for c in garde.corrections]}
    return json.dumps(objet, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read_garde(octets: bytes) -> LotGarde:
    """Le lot écrit par `write_garde` ; `ImportRefuse` s'il vient d'un programme plus récent."""
    objet = json.loads(octets)
    if objet.pop("forme") not in (FORME, FORME_CORRIGEE):
        raise ImportRefuse(
            "Ce fichier reçu a été gardé par un programme plus récent : mettez l'outil à jour."
        )
    recus = tuple(_read_recu(fichier) for fichier in objet.pop("fichiers"))
    corrections = tuple(Correction(**c) for c in objet.pop("corrections", ()))
    return LotGarde(**objet, recus=recus, corrections=corrections)


def _write_recu(recu: Recu) -> dict[str, Any]:
    export, gardees = recu.export, list(recu.cibles)
    entetes = [export.entetes[rang] for rang in gardees]
    return {
        "nom": export.nom,
        "empreinte": export.empreinte,
        "format": export.format,
        "entetes": entetes,
        "cibles": [recu.cibles[rang] for rang in gardees],
        "nombres": [i for i, rang in enumerate(gardees) if rang in recu.nombres],
        "colonnes": [_mask_column(recu, rang) for rang in gardees],
        "lignes": list(export.lignes),
        "vides": list(export.vides),
        "rejets": [asdict(rejet) for rejet in export.rejets],
        "ecartees": [e for rang, e in enumerate(export.entetes) if rang not in recu.cibles and e],
        "correspondance": asdict(_restrict(recu.correspondance, entetes)),
    }


def _mask_column(recu: Recu, rang: int) -> list[str]:
    """Les cellules d'une colonne, sans rien de personnel ; chaque valeur distincte est examinée une fois."""
    cible, cellules = recu.cibles[rang], recu.export.colonnes[rang]
    if cible != PERSONNEL and cible in set(load_vocabulary().roles.values()):
        return list(cellules)
    masquees = {c: _mask(c, personne=cible == PERSONNEL, nombre=rang in recu.nombres) for c in set(cellules)}
    return [masquees[cellule] for cellule in cellules]


def _mask(cellule: str, *, personne: bool, nombre: bool) -> str:
    if personne:
        return ESSAI if is_essai(cellule) else ""
    return cellule if nombre and "@" not in cellule else mask_personal(cellule)


def _restrict(correspondance: Correspondance, entetes: list[str]) -> Correspondance:
    """Sans les colonnes qui ne sont pas gardées : une correspondance n'en cite pas d'absente."""
    presentes = {heading_key(e) for e in entetes}
    gardees = {e: c for e, c in correspondance.colonnes.items() if heading_key(e) in presentes}
    return replace(correspondance, colonnes=gardees)


def read_export_garde(objet: Mapping[str, Any]) -> Export:
    """Le fichier lu, tel qu'un lot gardé (questionnaire ou bénéficiaires) l'écrit ; sans avertissement."""
    return Export(
        nom=objet["nom"],
        empreinte=objet["empreinte"],
        format=objet["format"],
        entetes=tuple(objet["entetes"]),
        colonnes=tuple(tuple(colonne) for colonne in objet["colonnes"]),
        lignes=tuple(objet["lignes"]),
        vides=tuple(objet["vides"]),
        rejets=tuple(Rejet(**rejet) for rejet in objet["rejets"]),
        avertissements=(),
    )


def _read_recu(objet: dict[str, Any]) -> Recu:
    brute = objet["correspondance"]
    correspondance = Correspondance(**brute | {"identifiants": tuple(brute["identifiants"])})
    return Recu(
        read_export_garde(objet),
        dict(enumerate(objet["cibles"])),
        correspondance,
        frozenset(objet["nombres"]),
    )


def extend_correspondance(recu: Recu, questionnaire: Questionnaire) -> Correspondance:
    """La correspondance d'origine, plus les colonnes que l'on comprenait alors et plus aujourd'hui.

    Un code ou un intitulé changé au catalogue ne perd pas la colonne : la question garde son identifiant.
    """
    entetes, index = recu.export.entetes, build_index(questionnaire)
    roles, fois = set(load_vocabulary().roles.values()), Counter(map(heading_key, entetes))
    deja = {heading_key(e) for e in recu.correspondance.colonnes}
    perdues = {
        entete: recu.cibles[rang]
        for rang, (entete, lue) in enumerate(zip(entetes, find_cibles(entetes, questionnaire), strict=True))
        if lue == IGNOREE and heading_key(entete) not in deja and fois[heading_key(entete)] == 1
        if recu.cibles[rang] in roles or heading_key(recu.cibles[rang]) in index
    }
    return replace(recu.correspondance, colonnes={**recu.correspondance.colonnes, **perdues})
