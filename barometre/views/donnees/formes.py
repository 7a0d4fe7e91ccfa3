"""La même vue en long (une ligne par chiffre) ou en large (une colonne par indicateur)."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from barometre.domain.formats import BORNES
from barometre.domain.indicateur import Indicateur

# Ce qui nomme une ligne en large ; la période n'y est que si la vue s'y répartit.
_GROUPE = ("groupe", "territoire_id", "type", "strate", "couverture")
PERIODE = "periode"
# Ce qui change la lecture d'une valeur la suit : sans « plafond », « plus de 93 % » y serait 93.
PLAFOND = "plafond"
SUITES = {PLAFOND: "Moins ou plus de", "marque": "Marque"}


def pivot_large(table: pd.DataFrame, *, par_periode: bool) -> pd.DataFrame:
    """Une ligne par groupe, une colonne par indicateur, suivie de sa borne et de sa marque s'il en a."""
    moment = table["vague_id"].where(table["vague_id"].ne(""), table["periode"])
    cles = [*_GROUPE, PERIODE] if par_periode else list(_GROUPE)
    source = table.assign(periode=moment)
    if source.empty:
        return source[cles]
    large = source[cles].drop_duplicates().reset_index(drop=True)
    for indicateur_id, lignes in source.groupby("indicateur_id", sort=False):
        nom = str(indicateur_id)
        noms = {"valeur": nom} | {suite: f"{nom}_{suite}" for suite in SUITES if lignes[suite].ne("").any()}
        large = large.merge(lignes[[*cles, *noms]].rename(columns=noms), on=cles, how="left")
    suites = [nom for nom in large.columns if str(nom).endswith(tuple(f"_{suite}" for suite in SUITES))]
    return large.fillna(dict.fromkeys(suites, ""))


def translate_bornes(table: pd.DataFrame) -> pd.DataFrame:
    """« plus de », « moins de » : le fichier le dit par un code, l'écran par des mots."""
    mots = {code: texte.strip() for code, texte in BORNES.items()}
    bornes = [nom for nom in table.columns if str(nom).endswith(PLAFOND)]
    return table.replace(dict.fromkeys(bornes, mots))


def build_titres(indicateurs: Iterable[Indicateur]) -> dict[str, str]:
    """Ce qui se lit en tête des colonnes d'un indicateur, en large : elles portent son identifiant."""
    lus = list(indicateurs)
    suites = {f"{i.id}_{suite}": f"{titre}\u202f: {i.titre}" for i in lus for suite, titre in SUITES.items()}
    return {i.id: i.titre for i in lus} | suites
