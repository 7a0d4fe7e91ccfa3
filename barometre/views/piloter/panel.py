"""Le panel : celles qui ont répondu aux deux vagues, et combien ont changé de réponse dans chaque sens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.domain.formats import format_effectif, format_guillemets, is_absent
from barometre.domain.provenance import Provenance
from barometre.domain.secret import QUESTIONNAIRES_SENSIBLES, SEUIL
from barometre.domain.territoire import FRANCE
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau
from barometre.views.piloter.evolutions import VueEvolutions

COLONNES = ("titre", "panel_effectif", "panel_gains", "panel_pertes")
NATIONAL = (
    "Les passages de « non » à « oui » ne se disent que pour la France entière\u202f: ailleurs, trop peu de "
    "collectivités ont répondu aux deux vagues."
)
SENSIBLE = "En cybersécurité, qui a changé de réponse ne se dit à aucune échelle."
SANS_PANEL = f"Moins de {SEUIL} collectivités ont répondu aux deux vagues\u202f: il n’y a pas de panel."
PRUDENCE = (
    "Ces comptes sont sans poids, et ne sont faits que de celles qui reviennent\u202f: le test, plus haut, "
    "dit seul si la part a changé."
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Un indicateur : celles des deux vagues, de non à oui, de oui à non ; vide sous dix."""

    titre: str
    panel: int
    gains: int | None
    pertes: int | None

    @property
    def solde(self) -> float:
        """Le mouvement net, en part du panel ; un compte qui se tait n'en fait pas."""
        if self.gains is None or self.pertes is None or not self.panel:
            return 0.0
        return abs(self.gains - self.pertes) / self.panel


@dataclass(frozen=True, slots=True)
class VuePanel:
    """Les passages d'un thème entre deux vagues, ou pourquoi il n'y en a pas."""

    passages: tuple[Passage, ...]
    provenance: Provenance
    absence: str = ""

    @property
    def phrase(self) -> str:
        """Le plus grand mouvement net parmi celles qui reviennent, dans ses deux sens."""
        if self.absence:
            return self.absence
        grand = max(self.passages, key=lambda p: p.solde)
        if not grand.solde:
            return f"Aucun mouvement net ne se lit parmi celles qui reviennent. {PRUDENCE}"
        sens = f"{_count(grand.gains)} de « non » à « oui », {_count(grand.pertes)} de « oui » à « non »"
        sur = format_effectif(grand.panel, "collectivité")
        return (
            f"Le plus grand mouvement net\u202f: {format_guillemets(grand.titre)}, {sens}, sur {sur} qui ont "
            f"répondu à cette question aux deux vagues. {PRUDENCE}"
        )

    @property
    def table(self) -> pd.DataFrame:
        """Un indicateur par ligne, dans l'ordre des changements."""
        return build_tableau(((p.titre, p.panel, p.gains, p.pertes) for p in self.passages), COLONNES)


def _count(n: int | None) -> str:
    return f"moins de {SEUIL}" if n is None else format_effectif(n, "passée")


def build_vue_panel(gate: Gate, vue: VueEvolutions, selection: Selection) -> VuePanel:
    """Les gains et les pertes des changements montrés, là où la porte les dit."""
    provenance = replace(vue.provenance, nom_fichier=f"{vue.provenance.nom_fichier}_panel")
    if not selection.est_france_entiere:
        return VuePanel((), provenance, NATIONAL)
    if vue.theme_id in QUESTIONNAIRES_SENSIBLES:
        return VuePanel((), provenance, SENSIBLE)
    lues = _read(gate, vue)
    passages = tuple(
        Passage(c.indicateur.titre, int(ligne["n_panel"]), _entier(ligne["gains"]), _entier(ligne["pertes"]))
        for c in vue.montres
        if (ligne := lues.get(c.indicateur.id)) is not None
    )
    return VuePanel(passages, provenance, "" if passages else SANS_PANEL)


def _read(gate: Gate, vue: VueEvolutions) -> dict[str, dict[Any, Any]]:
    montres = [c for c in vue.montres if c.avant and c.apres]
    paires = {(c.avant.vague_id, c.apres.vague_id) for c in montres if c.avant and c.apres}
    ids = [c.indicateur.id for c in montres]
    lignes = gate.list_evolutions(indicateurs=ids, territoire_id=FRANCE, type="", strate="", couverture="")
    return {
        str(x["indicateur_id"]): x
        for x in lignes.to_dict("records")
        if (x["vague_1"], x["vague_2"]) in paires and not is_absent(x["n_panel"])
    }


def _entier(valeur: float) -> int | None:
    return None if is_absent(valeur) else int(valeur)
