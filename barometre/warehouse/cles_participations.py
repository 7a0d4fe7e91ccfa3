"""La clé secrète de chaque questionnaire rempli : ce dont se tire le bruit de tout compte de répondantes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.domain.brouillage import build_cle
from barometre.warehouse.queries import Filtre


def build_cles_participations(participations: pd.DataFrame, secrets: pd.DataFrame) -> pd.DataFrame:
    """Les mêmes lignes, avec `cle`, un entier ; `secrets` : les lignes de `cle_secrete`.

    Sans clé, une ligne ne se compte pas : son compte serait exact (`warehouse.controles` la refuse).
    """
    connus = {
        (v, q): bytes.fromhex(c)
        for v, q, c in secrets[["vague_id", "questionnaire_id", "cle"]].itertuples(index=False)
    }
    ou = zip(participations["vague_id"], participations["questionnaire_id"], strict=True)
    lignes = participations[pd.Series([lieu in connus for lieu in ou], participations.index, dtype=bool)]
    lieux = ["vague_id", "questionnaire_id", "collectivite_id"]
    cles = [build_cle(connus[v, q], unite) for v, q, unite in lignes[lieux].itertuples(index=False)]
    return lignes.assign(cle=pd.Series(cles, lignes.index, dtype=object))


class ClesParticipations:
    """Les clés d'une version, rangées une fois : un compte en relit deux mille, dix fois par page.

    Filtrer le tableau de textes prenait, avec sa somme, dix millisecondes de processeur ; ceci, une demie.
    """

    def __init__(self, lignes: pd.DataFrame) -> None:
        self._filtres = [
            (codes, {str(nom): rang for rang, nom in enumerate(noms)})
            for codes, noms in (pd.factorize(lignes[c]) for c in ("vague_id", "questionnaire_id"))
        ]
        # Un identifiant, un seul objet : la même collectivité répond à neuf questionnaires.
        codes, unites = pd.factorize(lignes["collectivite_id"].to_numpy(dtype=object))
        self._lignes, self._unites, self._cles = lignes, unites[codes], lignes["cle"].to_numpy(dtype=object)

    def select(self, vague_id: Filtre = None, theme_id: Filtre = None) -> pd.DataFrame:
        """Les lignes d'une vague et d'un questionnaire, ou de plusieurs, ou de tous."""
        return self._lignes[self._retain(vague_id, theme_id)].reset_index(drop=True)

    def sum(self, vague_id: Filtre = None, theme_id: Filtre = None) -> dict[str, int]:
        """La clé de chaque collectivité qui a répondu ; de plusieurs questionnaires, leur somme."""
        retenues = self._retain(vague_id, theme_id)
        unites, cles = self._unites[retenues].tolist(), self._cles[retenues].tolist()
        sommes: dict[str, int] = dict(zip(unites, cles, strict=True))
        if len(sommes) < len(unites):
            sommes = dict.fromkeys(sommes, 0)
            for unite, cle in zip(unites, cles, strict=True):
                sommes[unite] += cle
        return sommes

    def _retain(self, *filtres: Filtre) -> NDArray[np.bool_]:
        retenues = np.ones(len(self._cles), dtype=bool)
        for filtre, (codes, rangs) in zip(filtres, self._filtres, strict=True):
            if filtre is not None:
                voulus = [filtre] if isinstance(filtre, str) else filtre
                retenues &= np.isin(codes, [rangs[v] for v in voulus if v in rangs])
        return retenues
