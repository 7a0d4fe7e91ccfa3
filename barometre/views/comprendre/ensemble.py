"""Tous les indicateurs d'un thème, du plus répandu au plus rare, et ce qui a bougé depuis la vague passée."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from barometre.domain.cadre import Cadre
from barometre.views.comprendre.evolution import BAISSE, HAUSSE, format_ampleur, read_tests
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.ligne import Lecture, LigneIndicateur
from barometre.views.lecture.repartition import Groupe, build_cadre

SIGNES = {HAUSSE: "▲", BAISSE: "▼"}
NON_DEMONTRE = "= non démontré"
NON_COMPARABLE = "– rien à comparer"


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Les parts d'un thème, triées ; `depuis` est vide quand aucune vague ne précède."""

    titre: str
    lignes: tuple[LigneIndicateur, ...]
    valeur: str
    changements: Mapping[str, str]
    depuis: str = ""

    @property
    def montrees(self) -> tuple[LigneIndicateur, ...]:
        """Les parts publiées, de la plus haute à la plus basse."""
        parts = (x for x in self.lignes if x.indicateur.est_part and x.chiffre.montre)
        return tuple(sorted(parts, key=lambda x: -(x.chiffre.get_valeur(self.valeur) or 0.0)))

    @property
    def nombres(self) -> tuple[LigneIndicateur, ...]:
        """Les moyennes à citer : elles n'ont pas leur place sur un axe de parts."""
        return tuple(x for x in self.lignes if not x.indicateur.est_part and x.chiffre.citable)

    @property
    def nombres_tus(self) -> tuple[str, ...]:
        """Les moyennes qui ne se citent pas : « 0 ordinateur, entre 0 et 38 » n'est que du bruit."""
        moyennes = (x for x in self.lignes if not x.indicateur.est_part)
        return tuple(x.indicateur.titre for x in moyennes if x.chiffre.montre and not x.chiffre.citable)

    @property
    def caches(self) -> tuple[str, ...]:
        """Les titres de ce qui ne se publie pas ici."""
        return tuple(x.indicateur.titre for x in self.lignes if not x.chiffre.montre)

    @property
    def cadre(self) -> Cadre:
        """Le cadre du graphique, une ligne par indicateur montré."""
        montrees = self.montrees
        groupes = [Groupe(x.indicateur.titre_marque, x.chiffre) for x in montrees]
        cadre = build_cadre(groupes, [x.indicateur for x in montrees])
        mots = (self.changements.get(x.indicateur.id, "") for x in montrees)
        return tuple(replace(ligne, changement=mot) for ligne, mot in zip(cadre, mots, strict=True))


def build_ensemble(lecture: Lecture, titre: str, lignes: Sequence[LigneIndicateur]) -> Ensemble:
    """Les lignes d'une page et, pour chacune, le changement testé depuis la vague précédente du thème."""
    avant = _vague_precedente(lecture, lignes)
    valeur = lecture.selection.valeur
    if not avant:
        return Ensemble(titre, tuple(lignes), valeur, {})
    suivis = (x.indicateur for x in lignes)
    vague = lecture.selection.vague_id
    ids = [i.id for i in suivis if not lecture.catalogue.is_reformule(i, avant, vague)]
    tests = read_tests(lecture.gate, ids, lecture.selection, avant, vague)
    mots = {x.indicateur.id: describe_changement(x, tests.get(x.indicateur.id)) for x in lignes}
    depuis = f"Depuis la {lower_initiale(lecture.libelles.get_titre_vague(avant)).partition(' (')[0]}"
    return Ensemble(titre, tuple(lignes), valeur, mots, depuis)


def _vague_precedente(lecture: Lecture, lignes: Sequence[LigneIndicateur]) -> str:
    if not lignes:
        return ""
    theme = lignes[0].indicateur.theme_id
    posees = [v.id for v in lecture.catalogue.vagues if theme in v.questionnaires]
    vague = lecture.selection.vague_id
    return posees[posees.index(vague) - 1] if vague in posees[1:] else ""


def describe_changement(ligne: LigneIndicateur, test: Mapping[str, Any] | None) -> str:
    """« ▲ +6 points », l'absence de preuve, ou rien à comparer."""
    if test is None:
        return NON_COMPARABLE
    mot = str(test["verdict"])
    if mot not in SIGNES:
        return NON_DEMONTRE
    return f"{SIGNES[mot]} {format_ampleur(ligne.indicateur, float(test['changement']))}"
