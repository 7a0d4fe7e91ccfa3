"""Tous les chiffres d'un questionnaire à une vague, dans toutes les cellules, avec leur état de secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.domain.indicateur import Indicateur
from barometre.pipeline.cube import COLONNES
from barometre.pipeline.secret import compute_states
from barometre.pipeline.structure_egale import COLONNES as EGALES
from barometre.pipeline.structure_egale import compute_egales
from barometre.pipeline.terrain import Terrain
from barometre.stats.estimation import DomainEstimates, estimate_domains

_CHIFFRES = {
    "n_eff": "n_eff", "brut": "raw", "redresse": "p", "se": "se", "df": "df", "bas": "low", "haut": "high",
    "note": "grade", "raison": "reason", "prudence_bas": "prudence_low", "prudence_haut": "prudence_high",
    "g_etoile": "g_star", "pente": "slope",
}  # fmt: skip


def compute_agregats(terrain: Terrain, tranches: pd.Series) -> pd.DataFrame:
    """Les lignes d'`agregat` d'un questionnaire à une vague ; `tranches` : celles de la structure égale."""
    tableaux = [
        _estimate(terrain, tranches, indicateurs, parts=parts)
        for parts in (True, False)
        if (indicateurs := terrain.list_indicateurs(parts=parts))
    ]
    return pd.concat(tableaux, ignore_index=True) if tableaux else pd.DataFrame()


def _estimate(
    terrain: Terrain, tranches: pd.Series, indicateurs: Sequence[Indicateur], *, parts: bool
) -> pd.DataFrame:
    """Les chiffres, brouillés par les clés du plan ; une cellule que personne ne voit n'en garde aucun."""
    valeurs = terrain.valeurs[[i.id for i in indicateurs]]
    membres = terrain.membres[:, terrain.gardees]
    genre: Literal["proportion", "mean"] = "proportion" if parts else "mean"
    chiffres = estimate_domains(terrain.design, valeurs, membres, kind=genre, cv=terrain.cv)
    cellules = terrain.cellules.iloc[terrain.gardees]
    etats = compute_states(cellules, chiffres.n_published, chiffres.grade, indicateurs)
    lignes = _to_frame(terrain, chiffres, etats, parts=parts)
    if not parts:
        return lignes.assign(**dict.fromkeys(EGALES[:3], np.nan), **dict.fromkeys(EGALES[3:], ""))
    return pd.concat([lignes, compute_egales(terrain, tranches, chiffres, indicateurs)], axis=1)


def _to_frame(
    terrain: Terrain, chiffres: DomainEstimates, etats: NDArray[np.str_], *, parts: bool
) -> pd.DataFrame:
    """Une ligne par indicateur × cellule gardée."""
    retenues, nombre = terrain.cellules.iloc[terrain.gardees], len(chiffres.items)
    colonnes: dict[str, object] = {
        "indicateur_id": _repeat(chiffres.items, len(retenues)),
        "vague_id": pd.Categorical([terrain.vague_id]).repeat(nombre * len(retenues)),
    }
    for nom in COLONNES:
        colonnes[nom] = _tile(retenues[nom], nombre)
    for nom in ("population", "participants"):
        colonnes[nom] = np.tile(retenues[nom].to_numpy(), nombre)
    colonnes["n"] = chiffres.n.T.ravel().astype(int)
    colonnes["n_publie"] = chiffres.n_published.T.ravel().astype(int)
    colonnes["n_oui"] = chiffres.n_yes.T.ravel().round() if parts else np.nan
    for nom, grandeur in _CHIFFRES.items():
        colonnes[nom] = getattr(chiffres, grandeur).T.ravel()
    colonnes["etat"] = pd.Categorical(etats.T.ravel())
    return pd.DataFrame(colonnes)


def _repeat(valeurs: pd.Index, fois: int) -> pd.Categorical:
    """Chaque valeur répétée ; en catégories, un texte n'est écrit qu'une fois."""
    return pd.Categorical.from_codes(np.repeat(np.arange(len(valeurs)), fois), valeurs)


def _tile(valeurs: pd.Series, fois: int) -> pd.Categorical:
    """La suite des valeurs, répétée."""
    codes, modalites = pd.factorize(valeurs)
    return pd.Categorical.from_codes(np.tile(codes, fois), pd.Index(modalites))
