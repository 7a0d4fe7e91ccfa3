"""Le secret : quelles cellules montrer, et lesquelles cacher pour qu'aucune soustraction ne trahisse.

Une seule fonction décide, avant l'affichage, le graphique, la carte, le cache et le fichier. La preuve
qu'aucune addition ou soustraction de cellules montrées n'isole un groupe sous le seuil est dans
`secrecy_proof` ; `secrecy_audit` la vérifie par un autre chemin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.stats.secrecy_lattice import Grille, Lattice, SecretError
from barometre.stats.secrecy_proof import GRILLES_PROUVEES, close

SEUIL_PUBLIC = 10
SEUIL_CYBER = 20
SEUIL_CYBER_OUI_NON = 3
SEUIL_PROGRAMME = 3
# En dessous, la cellule montrée porte la note C : indicative, à ne pas citer.
SEUIL_CITABLE = 30
# Parts de cybersécurité ramenées à « 5 % ou moins », « 95 % ou plus ».
BORNES_CYBER = (0.05, 0.95)

Etats = NDArray[np.str_]
Booleens = NDArray[np.bool_]

GRILLES_PUBLIQUES: frozenset[Grille] = frozenset(
    [("france", t, c) for t in ("", "type", "strate") for c in (False, True)]
    + [(n, t, False) for n in ("zone", "region", "departement") for t in ("", "type", "strate")]
    + [("region", "", True), ("epci", "", False)]
)
# Région × type au plus fin ; la strate et la couverture au niveau national seulement, jamais croisées.
GRILLES_CYBER: frozenset[Grille] = frozenset(
    [(n, t, False) for n in ("france", "zone", "region") for t in ("", "type")]
    + [("france", "strate", False), ("france", "", True)]
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Une règle de secret : seuils, grilles montrables (vide : toutes), soustractions ou non."""

    nom: str
    n: int
    oui: int = 0
    non: int = 0
    grilles: frozenset[Grille] = frozenset()
    complementaire: bool = True
    bornes: tuple[float, float] | None = None


PUBLIC = Rule("public", SEUIL_PUBLIC, grilles=GRILLES_PUBLIQUES)
CYBER = Rule(
    "cyber",
    SEUIL_CYBER,
    SEUIL_CYBER_OUI_NON,
    SEUIL_CYBER_OUI_NON,
    grilles=GRILLES_CYBER,
    bornes=BORNES_CYBER,
)
PROGRAMME = Rule("programme", SEUIL_PROGRAMME, complementaire=False)
# Une collectivité devant ses pairs : `n` compte les AUTRES répondants (voir `is_safe_subset`).
OWN = Rule("collectivite", SEUIL_PUBLIC, complementaire=False)
OWN_CYBER = Rule("collectivite_cyber", SEUIL_CYBER, complementaire=False, bornes=BORNES_CYBER)


def protect(cells: pd.DataFrame, rule: Rule, parents: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Les cellules d'un indicateur et d'une vague, avec leur colonne `state`.

    `cells` : territoire_id, niveau, type, strate, couverture, n, n_yes (ou n_oui) ; `grade` ou `note`
    facultatif. `parents` : le territoire qui contient chaque territoire (ou une colonne `parent_id`).
    """
    oui = next((c for c in ("n_yes", "n_oui") if c in cells), None)
    n = cells["n"].to_numpy(dtype=float)[:, None] if "n" in cells else np.zeros((len(cells), 1))
    n_yes = cells[oui].to_numpy(dtype=float)[:, None] if oui else None
    note = next((c for c in ("grade", "note") if c in cells), None)
    grade = cells[note].to_numpy(dtype=str)[:, None] if note else None
    _check_counts(n, n_yes, rule)
    lattice = Lattice.from_cells(cells, parents)
    return cells.assign(state=protect_many(lattice, n, n_yes, rule, grade=grade)[:, 0])


def protect_many(
    lattice: Lattice,
    n: NDArray[np.float64],
    n_yes: NDArray[np.float64] | None,
    rule: Rule,
    *,
    grade: Etats | None = None,
    allowed: Booleens | None = None,
) -> Etats:
    """Les états de n_cellules × n_indicateurs, sur un même cadre de participation.

    `allowed` : cellules que l'on peut montrer. Pour une question posée sous condition, y passer les
    cellules montrées de la question qui la commande : sinon le `n` de l'une dit le « oui » de l'autre.
    """
    _check_rule(rule)
    n, oui = _check_counts(n, n_yes, rule)
    suffisant = (n >= rule.n) & (oui >= rule.oui) & (n - oui >= rule.non)
    montrable = suffisant & _is_grid(lattice, rule)[:, None]
    if allowed is not None:
        montrable &= allowed
    if rule.complementaire:
        seuils = (rule.n, rule.oui, rule.non)
        for j in range(n.shape[1]):
            montrable[:, j] = close(lattice, n[:, j], oui[:, j], montrable[:, j], seuils)
    return _name_states(montrable, suffisant, n, grade)


def _check_rule(rule: Rule) -> None:
    """On ne promet pas une protection que la preuve ne couvre pas."""
    if rule.complementaire and not (rule.grilles and rule.grilles <= GRILLES_PROUVEES):
        raise SecretError(f"La règle « {rule.nom} » montre des croisements que l'on ne sait pas protéger.")


def _check_counts(
    n: NDArray[np.float64], n_yes: NDArray[np.float64] | None, rule: Rule
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    n = np.asarray(n, dtype=float)
    if np.isnan(n).any() or (n < 0).any():
        raise SecretError("Un effectif de cellule est absent ou négatif.")
    manque = n_yes is None or np.isnan(n_yes).any()
    if (rule.oui or rule.non) and manque:
        raise SecretError("La règle de cybersécurité demande le nombre de « oui » de chaque cellule.")
    # Une moyenne n'a pas de « oui » : seuls les effectifs comptent.
    oui = np.zeros_like(n) if n_yes is None else np.nan_to_num(np.asarray(n_yes, dtype=float))
    if (oui > n).any() or (oui < 0).any():
        raise SecretError("Une cellule compte plus de « oui » que de réponses.")
    return n, oui


def _is_grid(lattice: Lattice, rule: Rule) -> Booleens:
    if not rule.grilles:
        return np.ones(len(lattice.grille), dtype=bool)
    return lattice.is_in(rule.grilles)


def _name_states(montre: Booleens, suffisant: Booleens, n: NDArray[np.float64], grade: Etats | None) -> Etats:
    fragile = n < SEUIL_CITABLE
    if grade is not None:
        fragile |= grade == "C"
    return np.select(
        [montre & fragile, montre, ~suffisant], ["indicative", "published", "primary"], "complementary"
    )


def is_safe_subset(n_total: int, n_subset: int, threshold: int = SEUIL_PUBLIC) -> bool:
    """Vrai si l'on peut montrer une partie à côté de son tout : ni elle ni le reste n'est trop petit.

    L'attaque de l'auto-exclusion : « mes pairs sans moi » (n - 1) à côté de la cellule publique (n) donne
    la réponse d'une collectivité à qui sait soustraire. Une vue publique montre donc la cellule entière ;
    seule la vue de la collectivité elle-même, qui connaît sa réponse, peut s'en retirer.
    """
    reste = n_total - n_subset
    return reste >= 0 and n_subset >= threshold and (reste == 0 or reste >= threshold)


def apply_top_coding(shares: NDArray[np.float64], rule: Rule) -> NDArray[np.float64]:
    """Les parts extrêmes ramenées aux bornes de la règle (0-5 % → 5 %, 95-100 % → 95 %)."""
    return shares if rule.bornes is None else np.clip(shares, *rule.bornes)
