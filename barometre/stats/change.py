"""Le changement d'une vague à l'autre (CONCEPTION §4.8).

SE² = V1 + V2 − 2·cov12 : les résidus linéarisés des deux vagues sont mis côte à côte par unité
(0 quand elle est absente) et leur différence a la variance d'un seul plan stratifié (Berger et
Priam 2016). La covariance du panel y porte la correction de population finie de deux échantillons d'une
même strate, 1 − n₁n₂/(N·n₁₂) (Tam 1984 ; Qualité et Tillé 2008) : √((1 − f₁)(1 − f₂)), que donnerait
la simple mise à l'échelle des résidus, la surestime dès que les taux montent. Le panel est lu aussi par le
test exact de McNemar (1947).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from barometre.stats import intervals
from barometre.stats.design import Design
from barometre.stats.grades import LOGIT_MINIMUM
from barometre.stats.pairing import Pairing, build_pairing
from barometre.stats.panel import Panel, count_panel, measure_overlap, read_covariance
from barometre.stats.strata import DesignError
from barometre.stats.wave import Wave, build_wave

Tableau = npt.NDArray[np.float64]

HAUSSE = "hausse"
BAISSE = "baisse"
STABLE = "pas de changement démontré"


def estimate_change(  # noqa: PLR0917 - la signature de CONCEPTION §8
    design_1: Design,
    answers_1: pd.DataFrame,
    units_1: Any,
    design_2: Design,
    answers_2: pd.DataFrame,
    units_2: Any,
    *,
    membership_1: pd.DataFrame | None = None,
    membership_2: pd.DataFrame | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Une ligne par chiffre (× domaine) : change = p_2 − p_1, se, low, high, verdict, panel.

    `units_1` et `units_2` nomment les répondants : un nom présent deux fois est au panel. Sous 10 oui ou
    10 non à l'une des vagues, l'intervalle est celui de Newcombe sur les effectifs efficaces.
    Les domaines (unité × domaine, mêmes colonnes aux deux vagues) peuvent se recouvrir.
    """
    items = [nom for nom in answers_1.columns if nom in answers_2.columns]
    if not items:
        raise DesignError("Les deux vagues n'ont aucune question en commun.")
    domaines = _get_domains(membership_1, membership_2)
    vague_1 = build_wave(design_1, answers_1[items], membership_1)
    vague_2 = build_wave(design_2, answers_2[items], membership_2)
    appariement = build_pairing(design_1, units_1, design_2, units_2)
    colonnes = _describe_change(vague_1, vague_2, appariement, level)
    etiquettes: dict[str, Any] = {"item": np.repeat(pd.Index(items), len(domaines))}
    if membership_1 is not None:
        etiquettes["domain"] = domaines.take(np.tile(np.arange(len(domaines)), len(items)))
    return pd.DataFrame(etiquettes | {nom: valeurs.T.ravel() for nom, valeurs in colonnes.items()})


def _get_domains(first: pd.DataFrame | None, second: pd.DataFrame | None) -> pd.Index[Any]:
    if first is None and second is None:
        return pd.RangeIndex(1)
    if first is None or second is None or not first.columns.equals(second.columns):
        raise DesignError("Les deux vagues doivent avoir les mêmes domaines.")
    return first.columns


def _describe_change(first: Wave, second: Wave, pairing: Pairing, level: float) -> dict[str, Any]:
    panel = count_panel(first, second, pairing)
    if second.design.perturbation is None:
        variance, df = _sum_variance(first, second, pairing)
    else:
        variance, df = _expect_variance(first, second, pairing, panel)
    changement, se = second.p - first.p, np.sqrt(variance + first.noise + second.noise)
    bas, haut = intervals.newcombe_effective(first.p, first.n_eff, second.p, second.n_eff, level)
    p_value = pooled_p_value(first.p, first.n_eff, second.p, second.n_eff)
    assez = has_enough(first.n_published, first.yes) & has_enough(second.n_published, second.yes)
    assez &= (df > 0) & np.isfinite(se)
    bas[assez], haut[assez] = intervals.student(changement[assez], se[assez], df[assez], level)
    p_value[assez] = student_p_value(changement[assez], se[assez], df[assez])
    return {
        "n_1": first.n_published.astype(int),
        "n_2": second.n_published.astype(int),
        "p_1": first.p,
        "p_2": second.p,
        "change": changement,
        "se": se,
        "df": df,
        "low": bas,
        "high": haut,
        "p_value": p_value,
        "verdict": np.array([BAISSE, STABLE, HAUSSE])[1 + get_sign(bas, haut, p_value, level)],
        "n_panel": panel.n.astype(int),
        "gains": panel.gains.astype(int),
        "losses": panel.losses.astype(int),
        "mcnemar_p": mcnemar_exact(panel.gains, panel.losses),
    }


def get_sign(low: Tableau, high: Tableau, p_value: Tableau, level: float) -> npt.NDArray[np.int_]:
    """1 ou −1 quand l'intervalle exclut 0 et que le test le confirme, 0 sinon."""
    prouve = p_value < 1 - level
    return np.where(prouve & (low > 0), 1, np.where(prouve & (high < 0), -1, 0))


def has_enough(n: Tableau, yes: Tableau) -> npt.NDArray[np.bool_]:
    """Au moins 10 oui et 10 non : la loi de Student décrit l'estimation."""
    return (yes >= LOGIT_MINIMUM) & (n - yes >= LOGIT_MINIMUM)


def student_p_value(difference: Tableau, se: Tableau, df: Tableau) -> Tableau:
    """P(|T| ≥ |différence/se|) ; 1 pour une différence nulle sans variance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(np.where(difference == 0, 0.0, difference / se))
    return np.asarray(2 * special.stdtr(df, -t))


def pooled_p_value(p_1: Tableau, n_1: Tableau, p_2: Tableau, n_2: Tableau) -> Tableau:
    """Test du score sur la proportion commune, corrigé de la continuité (Yates 1934).

    Pour de petits effectifs il suit le test exact de Fisher, que Newcombe seul devance : 0 sur 10 puis
    4 sur 10 ne démontrent rien.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        commune = (n_1 * p_1 + n_2 * p_2) / (n_1 + n_2)
        inverses = 1 / n_1 + 1 / n_2
        ecart = np.maximum(np.abs(p_2 - p_1) - inverses / 2, 0.0)
        z = np.where(ecart == 0, 0.0, ecart / np.sqrt(commune * (1 - commune) * inverses))
    return np.asarray(2 * special.ndtr(-z))


def mcnemar_exact(gains: npt.ArrayLike, losses: npt.ArrayLike) -> Tableau:
    """Test exact de McNemar : loi binomiale de min(gains, pertes) parmi gains + pertes, p = ½."""
    gains, losses = np.asarray(gains, dtype=float), np.asarray(losses, dtype=float)
    total = gains + losses
    p = 2 * special.bdtr(np.minimum(gains, losses), np.maximum(total, 1).astype(int), 0.5)
    return np.where(total > 0, np.minimum(p, 1.0), 1.0)


def _sum_variance(first: Wave, second: Wave, pairing: Pairing) -> tuple[Tableau, Tableau]:
    """Variance de p_2 − p_1 et degrés de liberté (unités − strates − 1), domaine × chiffre."""
    calage = first.design.calibrated or second.design.calibrated
    repondu = pairing.stack(first.answered, second.answered)
    # Sans calage, seules les unités qui ont répondu entrent dans le calcul ; avec, toutes y entrent.
    presents = np.ones_like(repondu) if calage else (repondu > 0).astype(float)
    variance, df = np.empty_like(first.p), np.empty_like(first.p)
    for domaine in range(first.p.shape[0]):
        e_1, e_2 = first.residuals(domaine), second.residuals(domaine)
        e = pairing.stack(-first.correction * e_1, second.correction * e_2)
        variance[domaine] = pairing.variance(e, presents) - 2 * pairing.correct_covariance(e_1, e_2, presents)
        membres = pairing.stack(*(v.membership[[domaine]].toarray().T * v.answered for v in (first, second)))
        df[domaine] = (membres > 0).sum(axis=0) - pairing.count_strata(membres) - 1
    variance[(first.n == 0) | (second.n == 0)] = np.nan
    return np.maximum(variance, 0.0), df


def _expect_variance(first: Wave, second: Wave, pairing: Pairing, panel: Panel) -> tuple[Tableau, Tableau]:
    """La même, de deux plans à clés : V1 + V2 − 2·c·C, où rien d'exact n'entre (`barometre.stats.panel`)."""
    commune = measure_overlap(first, second, pairing)[:, None] * read_covariance(first.p, second.p, panel)
    membres = pairing.stack(*(v.membership.toarray().T for v in (first, second)))
    df = ((membres > 0).sum(axis=0) - pairing.count_strata(membres) - 1)[:, None] * np.ones_like(first.p)
    variance = np.maximum(first.variance + second.variance - 2 * commune, 0.0)
    variance[(first.n == 0) | (second.n == 0)] = np.nan
    return variance, df
