"""La clé secrète de chaque questionnaire rempli : ce dont se tire le bruit de tout compte de répondantes."""

from __future__ import annotations

import pandas as pd

from barometre.domain.brouillage import build_cle


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


def sum_cles(lignes: pd.DataFrame) -> dict[str, int]:
    """La clé de chaque collectivité ; de plusieurs questionnaires, leur somme."""
    cles: dict[str, int] = {}
    for unite, cle in zip(lignes["collectivite_id"], lignes["cle"], strict=True):
        cles[unite] = cles.get(unite, 0) + cle
    return cles
