"""Ce que le public voit des indicateurs d'un questionnaire à une vague : décidé question par question.

Deux indicateurs d'une même question parlent des mêmes réponses, et le `n` d'une question posée sous
condition est le nombre de « oui » de la question qui la commande. Les décider séparément laisserait l'un
dire ce que l'autre cache. D'où trois règles :

- les indicateurs d'une question se montrent dans les mêmes cellules (sous la règle ordinaire, qui ne lit que
  `n`, c'est déjà le cas ; sous celle de la cybersécurité, qui lit aussi les oui et les non, on garde les
  cellules que tous montrent). Retirer des cellules n'apprend rien : la preuve de chacun tient toujours ;
- une question sous condition ne se montre que là où tous les indicateurs de la question qui la commande se
  montrent, et où la part qui remplit la condition se montrerait aussi, sans être ramenée à une borne ;
- un indicateur qui compte la question filtrée comme un « non » a pour base toute la question qui la
  commande : son `n` ne dit rien d'elle. Il se montre donc partout où son effectif le permet, et celui qui
  exclut les filtrées, sur la même question, seulement là où celui-ci se montre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.domain.enquete import Condition
from barometre.domain.indicateur import Calcul, Indicateur, NonConcerne
from barometre.pipeline.rules import apply_rule
from barometre.pipeline.terrain import MONTRES, Terrain
from barometre.stats.secrecy import CYBER, PUBLIC, Rule, protect_many

Booleens = NDArray[np.bool_]
Reels = NDArray[np.float64]
Etats = NDArray[np.str_]
CACHEE = "complementary"


def compute_states(terrain: Terrain) -> dict[str, Etats]:
    """L'état public de chaque indicateur calculable, par cellule."""
    secret = _Secret(terrain)
    for indicateur in terrain.list_calculables():
        secret.settle(indicateur.calcul.question_id)
    return secret.etats


@dataclass
class _Secret:
    """Les états décidés, et les cellules où tout ce qui vient d'une question se montre."""

    terrain: Terrain
    etats: dict[str, Etats] = field(default_factory=dict)
    _montrees: dict[str, Booleens] = field(default_factory=dict)
    _conditions: dict[tuple[Condition, str], Booleens] = field(default_factory=dict)

    def settle(self, question_id: str) -> Booleens:
        """Décide les indicateurs de la question ; rend les cellules où elle se montre."""
        if question_id not in self._montrees:
            regle = self._rule_of(question_id)
            partout = self._settle_mode(question_id, regle, "non", self._everywhere())
            permises = self._list_allowed(question_id, regle) & partout
            self._montrees[question_id] = self._settle_mode(question_id, regle, "exclu", permises)
        return self._montrees[question_id]

    def _settle_mode(self, question_id: str, regle: Rule, mode: NonConcerne, permises: Booleens) -> Booleens:
        """Les indicateurs de la question qui traitent ainsi les non-concernées ; s'il n'y en a pas, rien."""
        indicateurs = [i for i in self._list_family(question_id) if i.calcul.non_concerne == mode]
        if not indicateurs:
            return permises
        ids = [i.id for i in indicateurs]
        n, total = self.terrain.count(self.terrain.valeurs[ids])
        # Une moyenne n'a pas de « oui » : la règle de cybersécurité la refuse, l'ordinaire ne lit que `n`.
        oui = total if regle is CYBER and all(i.est_part for i in indicateurs) else None
        etats = self.protect(n, oui, regle, permises)
        montrees: Booleens = np.isin(etats, MONTRES)
        ensemble: Booleens = np.logical_and.reduce(montrees, axis=1)
        etats[montrees & ~ensemble[:, None]] = CACHEE
        self.etats |= {id_: etats[:, j] for j, id_ in enumerate(ids)}
        return ensemble

    def _list_allowed(self, question_id: str, regle: Rule) -> Booleens:
        """Les cellules où une question sous condition peut se montrer."""
        condition = self._condition_of(question_id)
        if condition is None:
            return self._everywhere()
        cle = (condition, regle.nom)
        if cle not in self._conditions:
            self._conditions[cle] = self._shows_condition(condition, regle)
        return self._conditions[cle]

    def _shows_condition(self, condition: Condition, regle: Rule) -> Booleens:
        """Les cellules où la part qui remplit la condition se montrerait, ni infime ni presque entière."""
        permises = self.settle(condition.question_id)
        calcul = Calcul("part_options", condition.question_id, condition.options)
        remplie, _ = apply_rule(self.terrain.questions[condition.question_id], calcul)
        n, oui = self.terrain.count(pd.DataFrame({"remplie": remplie}))
        montrees: Booleens = np.isin(self.protect(n, oui, regle, permises)[:, 0], MONTRES)
        if regle.bornes is None:
            return montrees
        bas, haut = regle.bornes
        return montrees & (oui[:, 0] > bas * n[:, 0]) & (oui[:, 0] < haut * n[:, 0])

    def protect(self, n: Reels, oui: Reels | None, regle: Rule, permises: Booleens) -> Etats:
        """L'état public de chaque cellule × colonne ; des effectifs égaux sont jugés ensemble."""
        dedans = self.terrain.emboitees
        etats = np.where(n < regle.n, "primary", CACHEE).astype("<U13")
        juges = n[dedans] if oui is None else np.vstack([n[dedans], oui[dedans]])
        premiers, copie = _list_distinct(juges)
        permises = np.broadcast_to(permises.reshape(len(n), -1), n.shape)
        etats[dedans] = protect_many(
            self.terrain.lattice,
            n[dedans][:, premiers],
            None if oui is None else oui[dedans][:, premiers],
            regle,
            allowed=permises[dedans][:, premiers],
        )[:, copie]
        return etats

    def _rule_of(self, question_id: str) -> Rule:
        """La règle la plus stricte de la question et de celle qui la commande."""
        condition = self._condition_of(question_id)
        if any(i.sensibilite == "cyber" for i in self._list_family(question_id)):
            return CYBER
        return self._rule_of(condition.question_id) if condition else PUBLIC

    def _list_family(self, question_id: str) -> Sequence[Indicateur]:
        return [i for i in self.terrain.list_calculables() if i.calcul.question_id == question_id]

    def _condition_of(self, question_id: str) -> Condition | None:
        """La condition de la question, si la question qui la commande a été posée."""
        condition = self.terrain.catalogue.get_question(question_id).condition
        return condition if condition and condition.question_id in self.terrain.questions else None

    def _everywhere(self) -> Booleens:
        return np.ones(len(self.terrain.cellules), dtype=bool)


def _list_distinct(juges: Reels) -> tuple[list[int], list[int]]:
    """La première colonne de chaque sorte, et la sorte de chaque colonne, sans trier de colonnes."""
    sortes: dict[bytes, int] = {}
    copie = [sortes.setdefault(colonne.tobytes(), len(sortes)) for colonne in juges.T]
    return [copie.index(sorte) for sorte in range(len(sortes))], copie
