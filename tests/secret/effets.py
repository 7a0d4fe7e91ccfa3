"""Avant et après chez les bénéficiaires (`double_difference`) : ce qu'en déduit qui connaît les autres.

Qui bénéficie est public, qui a répondu est su, et les poids se recalculent : l'attaquant sait de combien
chaque réponse compte dans les quatre parts. Il connaît ici toutes les réponses sauf une, à une vague, et lit
sans arrondi. Gains et pertes du panel ne se publient pas : ils ne font que la largeur de l'intervalle.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from barometre.pipeline.avant_apres import Vagues
from barometre.stats.difference import Panel, compare_changes
from barometre.stats.perturbation import Perturbation, build_keys
from tests.secret.attaquants import CERTAIN, EGAL
from tests.secret.monde import Tableau

# Un fonds qui n'aurait pas d'effet : des bénéficiaires tirées du panel, de toutes les strates.
PART_BENEFICIAIRES, ATTAQUEES, MINIMUM = 0.1, 40, 30
PARTS = (("avant_1", "avant_0"), ("apres_1", "apres_0"))


def build_panel(vagues: Vagues, cadre: pd.DataFrame) -> Panel:
    """Les répondantes des deux dernières vagues, leurs poids et leurs clés, une sur dix tirée bénéficiaire.

    Comme au reste du banc, une absence de réponse compte pour « non ».
    """
    avant, apres = (v.id for v in vagues.ordre[-2:])
    tables = vagues.reponses[avant], vagues.reponses[apres]
    unites = tables[0].index.intersection(tables[1].index).sort_values()
    questions = tables[0].columns.intersection(tables[1].columns)
    beneficie = pd.Series(np.random.default_rng(1).random(len(unites)) < PART_BENEFICIAIRES, unites)
    cles = tuple(
        Perturbation(build_keys(vagues.tirages.cles[vagues.theme_id, v], unites)) for v in (avant, apres)
    )
    y_1, y_2 = (t.loc[unites, questions].fillna(0.0) for t in tables)
    poids = vagues.poids[apres].reindex(unites)
    return Panel(y_1, y_2, beneficie, cadre.loc[unites, "strate"], poids, (cles[0], cles[1]))


def infer_effects(panel: Panel) -> tuple[Tableau, Tableau]:
    """Log des rapports (essai × question) et part de « oui », d'un échantillon des deux groupes, deux vagues.

    Seules des strates qui ont les deux groupes entrent dans l'effet ; il ne se montre qu'à trente de chaque.
    """
    deux = panel.treated.groupby(panel.strata).transform("nunique").eq(2)
    groupes = [np.flatnonzero(deux & panel.treated.eq(b)) for b in (True, False)]
    assert min(map(len, groupes)) >= MINIMUM
    hasard = np.random.default_rng(1)
    unites = np.concatenate([hasard.choice(g, ATTAQUEES // 2, replace=False) for g in groupes])
    logs = [infer_last_effect(panel, int(u), vague) for u in unites for vague in (0, 1)]
    prior = np.tile(np.vstack([panel.before.mean(), panel.after.mean()]), (len(unites), 1))
    return np.vstack(logs), prior


def infer_last_effect(panel: Panel, unite: int, vague: int) -> Tableau:
    """Log du rapport oui / non, par question, de la réponse d'une seule à la vague 0 ou 1.

    `panel` : complet, à clés. La part exacte sous chaque réponse se recalcule par le même code, sans clé.
    """
    assert panel.keys is not None
    colonne = PARTS[vague][0 if panel.treated.iloc[unite] else 1]
    cote = "n_1" if panel.treated.iloc[unite] else "n_0"
    lue = compare_changes(panel)
    n = lue[cote].to_numpy(dtype=float)
    oui, non = (
        _weigh(
            n * (lue[colonne] - _answer(panel, unite, vague, v)[colonne]).to_numpy(),
            _measure_reach(panel, unite),
            panel.keys[vague],
        )
        for v in (1.0, 0.0)
    )
    # Une part coupée à 0 ou à 100 % ne se lit pas : elle se dirait « moins de » ou « plus de ».
    lisible = lue[colonne].between(0.0, 1.0, inclusive="neither").to_numpy()
    return np.where(lisible, np.log(oui + CERTAIN) - np.log(non + CERTAIN), 0.0)


def _answer(panel: Panel, unite: int, vague: int, valeur: float) -> pd.DataFrame:
    """Les parts exactes si elle a répondu `valeur`."""
    table = (panel.before, panel.after)[vague].copy()
    table.iloc[unite] = valeur
    suppose = replace(panel, keys=None, **{("before", "after")[vague]: table})
    return compare_changes(suppose)


def _measure_reach(panel: Panel, unite: int) -> float:
    """Le plus grand écart à 1 du poids d'une réponse de son côté, rapporté au poids moyen."""
    traite = panel.treated.to_numpy(dtype=bool)
    w = panel.weights.to_numpy(dtype=float)
    codes, _ = pd.factorize(panel.strata)
    sommes = np.stack([np.bincount(codes, w * t) for t in (traite, ~traite)])
    poids = w * (sommes[0] / sommes[1])[codes] if not traite[unite] else w
    memes = poids[traite == traite[unite]]
    return float(np.abs(memes / memes.mean() - 1).max())


def _weigh(reste: Tableau, portee: float, cles: Perturbation) -> Tableau:
    """Densité (à un facteur près) du reste que laissent le bruit du compte et celui des poids."""
    d, p = cles.law.support[:, None], cles.law.probabilities[:, None]
    if portee * cles.gap_law.variance < EGAL:
        return np.asarray((p * (np.abs(reste - d) <= cles.fraction / 2 + 1e-6)).sum(axis=0))
    # la fraction, tenue pour normale comme le bruit de l'écart
    ecart = float(np.sqrt(portee**2 * cles.gap_law.variance + cles.share_variance - cles.law.variance))
    return np.asarray((p * np.exp(-np.square((reste - d) / ecart) / 2)).sum(axis=0))
