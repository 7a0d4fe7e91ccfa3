"""Où sont les valeurs d'un fichier : leurs sommes dans huit paquets de collectivités, par département.

Une colonne décalée ne change ni un compte ni un total ; elle change presque toutes ces sommes. Huit nombres
par département suffisent à dire si ses valeurs sont restées celles des mêmes communes, à peu près.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from barometre.sources.contexte import PAQUETS, Contexte
from barometre.sources.resultat import Resultat

Paquets = Mapping[str, Mapping[str, Sequence[float]]]
FRANCE = ""
# Un département où moins de collectivités ont une valeur change trop d'une seule.
UNITES = 10
# Le carré de ce qui a bougé dans les paquets, rapporté à ce qu'il serait si les valeurs étaient rebattues.
REBATTUES = 0.2, 0.5


def compute_paquets(
    recentes: pd.DataFrame, resultat: Resultat, contexte: Contexte
) -> dict[str, dict[str, list[float]]]:
    """Par indicateur (et par classe), par département et pour la France : unités, dispersion, huit sommes.

    Leurs racines : sans elles, la plus grande ville ferait à elle seule la somme de son paquet.
    """
    tout = pd.concat([recentes[["cle", "collectivite_id", "valeur"]], *_list_classes(resultat.attributs)])
    tout = tout.assign(
        racine=np.sqrt(tout["valeur"].astype("float64").clip(lower=0)),
        paquet=tout["collectivite_id"].map(contexte.paquets),
        zone=tout["collectivite_id"].map(contexte.departements),
    ).dropna(subset="paquet")
    zones = [tout.assign(zone=FRANCE), tout.dropna(subset="zone")]
    return _compute(pd.concat(zones, ignore_index=True))


def _list_classes(attributs: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Chaque classe a son nombre, tiré de son nom : rebattues, elles se voient comme des valeurs."""
    for colonne in attributs.columns.drop("collectivite_id"):
        remplies = attributs[attributs[colonne].notna()]
        nombres = [1 + zlib.crc32(str(classe).encode()) % 97 for classe in remplies[colonne].tolist()]
        yield pd.DataFrame(
            {"cle": colonne, "collectivite_id": remplies["collectivite_id"], "valeur": nombres}
        )


def _compute(tout: pd.DataFrame) -> dict[str, dict[str, list[float]]]:
    groupes = tout.groupby(["cle", "zone"])["racine"]
    unites = tout[tout["racine"].gt(0)].groupby(["cle", "zone"]).size()
    # Deux fois la somme des carrés des écarts : ce que bougent, en tout, des valeurs rebattues.
    dispersion = 2 * groupes.var(ddof=0).mul(groupes.size())
    # Des écarts à la moyenne : une collectivité que le référentiel ne connaît plus ne fait pas un trou.
    ecarts = tout.assign(racine=tout["racine"] - groupes.transform("mean"))
    sommes = ecarts.groupby(["cle", "zone", "paquet"])["racine"].sum().unstack().fillna(0.0)
    sommes = sommes.reindex(columns=range(PAQUETS), fill_value=0.0)
    paquets: dict[str, dict[str, list[float]]] = {}
    for cle, zone, nombre in unites[unites.ge(UNITES // 2)].reset_index().itertuples(index=False):
        nombres = [float(nombre), float(dispersion[cle, zone]), *sommes.loc[(cle, zone)]]
        paquets.setdefault(cle, {})[zone] = [round(float(x), 2) for x in nombres]
    return paquets


def list_rebattues(
    neufs: Paquets, avant: Paquets, annees: float, *, france: bool
) -> Iterator[tuple[str, list[str]]]:
    """Chaque indicateur dont les valeurs ne sont plus celles des mêmes collectivités, et les départements.

    `france` : juger aussi la France entière, qui d'une année à l'autre bouge d'elle-même.
    """
    seuil = REBATTUES[0] if annees < 1 else REBATTUES[1] * annees
    for cle in sorted(avant.keys() & neufs.keys()):
        jugees = [z for z, (unites, *_) in avant[cle].items() if unites >= UNITES and (z or france)]
        autres = [z for z in jugees if _compute_ecart(neufs[cle].get(z), avant[cle][z]) > seuil]
        if autres:
            yield cle, autres


def _compute_ecart(neuf: Sequence[float] | None, avant: Sequence[float]) -> float:
    _, dispersion, *anciens = avant
    nouveaux = [0.0] * len(anciens) if neuf is None else neuf[2:]
    bouge = sum((n - a) ** 2 for n, a in zip(nouveaux, anciens, strict=True))
    return bouge / max(dispersion, 1.0)
