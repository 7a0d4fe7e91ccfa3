"""La correspondance déclarée d'un fichier simple : un YAML qui dit à quoi sert chaque colonne.

colonnes:
  "SIRET mairie": siret
  "Site web": communication_q01
  "Réseaux : Facebook": communication_q05[facebook]
  "Remarques": ignorer
valeurs:
  communication_q01: {"1": oui, "0": non}
  cases: {"1": oui, "2": non}
separateur: " / "
entete: 3
feuille: Réponses
identifiants: ["SIRET mairie", "SIREN"]

D'un fichier à une ligne par réponse, « colonnes » dit aussi laquelle est la `question`, la `reponse` et, s'il
y en a une, l'`option` ; les autres entêtes y sont alors ceux des questions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from barometre.domain.enquete import Questionnaire
from barometre.ingest.entetes import Cible, build_index
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.labels import clean_label, heading_key
from barometre.ingest.long import PARTIES
from barometre.ingest.vocabulary import load_vocabulary

_CLES = {"colonnes", "valeurs", "separateur", "entete", "feuille", "identifiants"}
# « valeurs: {cases: …} » dit ce qu'écrivent les cases de toutes les questions à choix multiple.
CASES = "cases"
_MAX_OCTETS = 1_000_000
_CLES_DE_REPONDANTE = frozenset({"siren", "siret", "code", "reponse_id"})


@dataclass(frozen=True, slots=True)
class Correspondance:
    """Colonne → cible, et par question, valeur du fichier → option."""

    colonnes: dict[str, str] = field(default_factory=dict)
    valeurs: dict[str, dict[str, str]] = field(default_factory=dict)
    # Séparateur des cases jointes dans une cellule, ligne d'entêtes, feuille du classeur.
    separateur: str = ""
    entete: int | None = None
    feuille: str = ""
    # Colonnes d'identifiant par ordre de confiance : la première remplie sert seule.
    identifiants: tuple[str, ...] = ()
    # D'un fichier à une ligne par réponse : question, reponse, option → entête.
    long: dict[str, str] = field(default_factory=dict)

    @property
    def cles(self) -> tuple[str, ...]:
        """Les entêtes déclarés de ce qui dit qui répond."""
        return tuple(e for e, cible in self.colonnes.items() if cible in _CLES_DE_REPONDANTE)


def read_correspondance(source: str | Path | dict[str, Any] | None) -> Correspondance:
    """Lit le YAML ; toute autre forme est refusée d'une phrase."""
    if source is None:
        return Correspondance()
    brut = source if isinstance(source, dict) else _read_yaml(Path(source))
    if not isinstance(brut, dict) or set(brut) - _CLES:
        raise ImportRefuse(
            "La correspondance contient « colonnes » (et, au besoin, d'autres clés parmi "
            f"{', '.join(sorted(_CLES))}), rien d'autre."
        )
    colonnes, valeurs = brut.get("colonnes") or {}, brut.get("valeurs") or {}
    if not isinstance(colonnes, dict) or not all(isinstance(v, dict) for v in _values(valeurs)):
        raise ImportRefuse("Correspondance : « colonnes » et « valeurs » sont des listes « entête: cible ».")
    return Correspondance(
        {str(c): str(v) for c, v in colonnes.items() if v not in PARTIES},
        {str(q): {clean_label(str(c)): str(v) for c, v in table.items()} for q, table in valeurs.items()},
        separateur=str(brut.get("separateur") or ""),
        entete=_read_entier(brut.get("entete")),
        feuille=str(brut.get("feuille") or ""),
        identifiants=tuple(str(i) for i in brut.get("identifiants") or ()),
        long={str(v): str(c) for c, v in colonnes.items() if v in PARTIES},
    )


def _read_entier(valeur: object) -> int | None:
    if valeur is None:
        return None
    if not isinstance(valeur, int) or valeur < 1:
        raise ImportRefuse("Correspondance : « entete » est le numéro de la ligne d'entêtes (1, 2, 3…).")
    return valeur


def _values(valeurs: object) -> list[object]:
    return list(valeurs.values()) if isinstance(valeurs, dict) else [valeurs]


def _read_yaml(path: Path) -> object:
    try:
        if path.stat().st_size > _MAX_OCTETS:
            raise ImportRefuse(f"La correspondance « {path.name} » est démesurée.")
        return yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as erreur:
        raise ImportRefuse(f"La correspondance « {path.name} » est introuvable ou illisible.") from erreur
    except (yaml.YAMLError, RecursionError) as erreur:
        raise ImportRefuse(f"La correspondance « {path.name} » n'est pas un YAML valable.") from erreur


def build_declares(
    correspondance: Correspondance, entetes: tuple[str, ...], questionnaire: Questionnaire
) -> dict[int, Cible]:
    """Numéro de colonne → cible déclarée ; une colonne ou une cible inconnue refuse le fichier."""
    index = build_index(questionnaire)
    _check_valeurs(correspondance, questionnaire)
    declares = {}
    for entete, cible in correspondance.colonnes.items():
        rangs = [i for i, e in enumerate(entetes) if heading_key(e) == heading_key(entete)]
        if len(rangs) != 1:
            raison = "n'est pas dans le fichier" if not rangs else "y est plusieurs fois"
            raise ImportRefuse(f"Correspondance : la colonne « {entete} » {raison}.")
        declares[rangs[0]] = _find_declaree(cible, index)
    return declares


def _check_valeurs(correspondance: Correspondance, questionnaire: Questionnaire) -> None:
    options = {q.id: {o.id for o in q.options} for q in questionnaire.questions}
    options[CASES] = {"oui", "non"}
    for question_id, table in correspondance.valeurs.items():
        if question_id not in options:
            raise ImportRefuse(f"Correspondance : la question « {question_id} » n'existe pas.")
        if inconnues := sorted(set(table.values()) - options[question_id]):
            raise ImportRefuse(f"Correspondance : « {question_id} » n'a pas l'option « {inconnues[0]} ».")


def _find_declaree(cible: str, index: dict[str, list[Cible]]) -> Cible:
    if clean_label(cible) == "ignorer":
        return Cible("service")
    if cible in set(load_vocabulary().roles.values()):
        return Cible("role", role=cible)
    if candidats := index.get(heading_key(cible)):
        return candidats[0]
    raise ImportRefuse(f"Correspondance : « {cible} » n'est ni une question, ni un rôle connu.")


def find_columns(noms: tuple[str, ...], entetes: tuple[str, ...]) -> list[int]:
    """Les numéros des colonnes citées, dans l'ordre ; une colonne absente refuse le fichier."""
    rangs = {heading_key(e): i for i, e in reversed(list(enumerate(entetes)))}
    if absentes := [n for n in noms if heading_key(n) not in rangs]:
        raise ImportRefuse(f"Correspondance : la colonne « {absentes[0]} » n'est pas dans le fichier.")
    return [rangs[heading_key(n)] for n in noms]
