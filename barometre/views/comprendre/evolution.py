"""Ce que l'on peut dire du changement d'un indicateur : seulement ce que le test démontre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from barometre.access import Gate
from barometre.domain.formats import format_nombre, format_points, is_absent
from barometre.domain.indicateur import Indicateur
from barometre.domain.secret import MONTRES
from barometre.stats.prudence import shift
from barometre.views.lecture.chiffres import Chiffre, inflect_unite
from barometre.views.lecture.libelles import Libelles, lower_initiale
from barometre.views.lecture.prudence import is_sensible
from barometre.views.lecture.repartition import Repartition
from barometre.views.lecture.selection import Selection

HAUSSE, BAISSE = "hausse", "baisse"
# La dérive de participation dite à côté d'un verdict : elle suffit à donner 78 % de fausses hausses.
PREFERENCE_AVANT, PREFERENCE_APRES = 1.25, 1.5
AUCUN = "pas de changement démontré"
# Ce qui, à structure égale, prend la place du changement simple.
EGALES = {f"egal_{nom}": nom for nom in ("changement", "bas", "haut", "verdict")}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Le mot du test et la phrase qui le dit."""

    mot: str
    phrase: str


def build_verdict(
    gate: Gate, libelles: Libelles, indicateur: Indicateur, selection: Selection, vagues: Repartition
) -> Verdict:
    """Le changement entre les deux dernières vagues montrées."""
    montrees = [groupe.chiffre for groupe in vagues.groupes if groupe.chiffre.montre]
    if len(montrees) < 2:
        return Verdict("", "Une seule vague peut être montrée : aucun changement ne peut être mesuré.")
    avant, apres = montrees[-2].vague_id, montrees[-1].vague_id
    titres = f"entre {_nommer(libelles, avant)} et {_nommer(libelles, apres)}"
    if libelles.catalogue.is_reformule(indicateur, avant, apres):
        return Verdict("", f"La question a changé de mots {titres} : rien ne se compare.")
    ligne = read_tests(gate, [indicateur.id], selection, avant, apres).get(indicateur.id)
    if ligne is None:
        return Verdict("", f"Le changement {titres} n’a pas été testé pour cette sélection.")
    mot = str(ligne["verdict"])
    if mot not in (HAUSSE, BAISSE):
        return Verdict(AUCUN, f"Pas de changement démontré {titres}.")
    ampleur = format_ampleur(indicateur, float(ligne["changement"]))
    participation = build_participation(indicateur, montrees[-2])
    phrase = f"{mot.capitalize()} au-delà du hasard {titres} : {ampleur}. {participation}"
    return Verdict(mot, phrase.rstrip())


def build_participation(indicateur: Indicateur, avant: Chiffre) -> str:
    """Ce que ferait, à pratiques égales, une préférence à répondre passée de 1,25 à 1,5."""
    if not is_sensible(indicateur, avant) or avant.valeur is None or avant.pente is None:
        return ""
    effet = float(shift(avant.valeur, avant.pente, PREFERENCE_AVANT / PREFERENCE_APRES)) - avant.valeur
    return (
        f"À pratiques égales, une préférence à répondre de celles qui répondent « oui » passée de "
        f"{format_nombre(PREFERENCE_AVANT, 2)} à {format_nombre(PREFERENCE_APRES, 1)} ferait à elle seule "
        f"{format_points(effet, indicateur.decimales)}."
    )


def _nommer(libelles: Libelles, vague_id: str) -> str:
    return f"la {lower_initiale(libelles.get_titre_vague(vague_id))}"


def format_ampleur(indicateur: Indicateur, changement: float) -> str:
    """« +6 points », « −0,3 agent »."""
    if indicateur.est_part:
        return format_points(changement, indicateur.decimales)
    signe = "+" if changement > 0 else ""
    nombre = format_nombre(changement, indicateur.decimales)
    return f"{signe}{nombre} {inflect_unite(indicateur.unite, changement, indicateur.decimales)}".rstrip()


def read_tests(
    gate: Gate, indicateurs: Sequence[str], selection: Selection, avant: str, apres: str
) -> dict[str, dict[str, Any]]:
    """Le test de chaque indicateur entre ces deux vagues ; ceux qui ne se montrent pas n'y sont pas.

    À structure égale, c'est le changement des parts standardisées ; il n'existe que par région.
    """
    cadre = gate.list_evolutions(
        indicateurs=list(indicateurs),
        territoire_id=selection.territoire_id,
        type=selection.type_effectif,
        strate=selection.strate,
        couverture=selection.couverture,
        vague_1=avant,
        vague_2=apres,
    )
    if selection.est_egalisee:
        cadre = cadre.drop(columns=list(EGALES.values())).rename(columns=EGALES)
    # Par colonne : `to_dict("records")` relit chaque valeur une à une.
    noms = [str(nom) for nom in cadre.columns]
    lignes = zip(*(cadre[nom].tolist() for nom in noms), strict=True)
    tests = (dict(zip(noms, ligne, strict=True)) for ligne in lignes)
    return {
        str(test["indicateur_id"]): test
        for test in tests
        if test["etat"] in MONTRES and not is_absent(test["changement"])
    }
