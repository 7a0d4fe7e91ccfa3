"""Les codes qui mènent à une collectivité : INSEE, SIREN, postal, d'avant."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.recherche.resultats import Entree

# Ce qu'est un code, et son rang parmi ceux qui s'écrivent pareil. Le code INSEE et le SIREN désignent ; le
# code postal, partagé, vient après, par population. « 75 » est d'abord Paris, ensuite la Nouvelle-Aquitaine ;
# un ancien code passe après le code postal, que l'on tape plus souvent : « 75011 » est d'abord Paris.
_RANGS = {
    "code INSEE": 0, "code du département": 0, "code de la région": 1, "SIREN": 0, "code postal": 2,
    "code INSEE délégué": 0, "ancien code INSEE": 3,
}  # fmt: skip
GENRES = tuple(_RANGS)
# Les codes postaux des arrondissements : « 13008 » est Marseille avant Aurons, dont c'est le code INSEE.
_ARRONDISSEMENTS = r"750(?:0[1-9]|1\d|20)|6900[1-9]|130(?:0[1-9]|1[0-6])"
_CODES_NATURES = {"arrondissement-municipal": "code INSEE", "commune-deleguee": "code INSEE délégué"}
_GENRES = {"commune": "code INSEE", "departement": "code du département", "region": "code de la région"}


@dataclass(frozen=True, slots=True)
class Codes:
    """Les codes triés, et les collectivités où chacun mène, la mieux désignée d'abord.

    Des tableaux de nombres : cent dix mille objets pesaient cinquante fois ce qu'ils disent.
    """

    codes: NDArray[np.str_]
    cibles: NDArray[np.int32]
    # ce qu'est le code (`GENRES`), et le rang dans `noms` du nom d'avant, ou −1
    genres: NDArray[np.int8]
    anciens: NDArray[np.int32]
    noms: list[str]

    def list_entrees(self, code: str, suite: str = "") -> list[Entree]:
        """Les entrées d'un code, ou, jusqu'à `suite`, de ceux qui le suivent."""
        debut = bisect_left(self.codes, code)
        fin = bisect_left(self.codes, suite or code + "\0")
        return [self._build(i) for i in range(debut, fin)]

    def list_suivants(self, debut: str, combien: int) -> list[Entree]:
        """Les entrées des premiers codes qui commencent ainsi."""
        a, b = bisect_left(self.codes, debut), bisect_left(self.codes, debut + "~")
        differents = np.unique(self.codes[a:b])[:combien]
        return self.list_entrees(debut, str(differents[-1]) + "\0") if differents.size else []

    def search(self, code: str, genres: tuple[str, ...]) -> list[Entree]:
        """Les entrées d'un code entier, d'abord celles des genres nommés (« CP 13008 », « INSEE 13008 »)."""
        exacts = self.list_entrees(code)
        return sorted(exacts, key=lambda e: not e.motif.startswith(genres)) if genres else exacts

    def _build(self, rang: int) -> Entree:
        code, ancien = str(self.codes[rang]), int(self.anciens[rang])
        nom = "" if ancien < 0 else self.noms[ancien]
        motif = f"{GENRES[self.genres[rang]]} {code}" + (f" ({nom})" if nom else "")
        return Entree(int(self.cibles[rang]), nom, motif)


def build_codes(
    collectivites: pd.DataFrame,
    cibles: NDArray[np.int32],
    populations: NDArray[np.int64],
    anciens: pd.DataFrame,
    communes: NDArray[np.intp],
) -> Codes:
    """Tous les codes ; `cibles` : où mène chaque ligne.

    `communes` : le rang de la commune actuelle de chaque ancien code, ou −1.
    """
    passes = (communes >= 0) & anciens["code"].astype("str").ne(
        anciens["code_actuel"].astype("str")
    ).to_numpy()
    actuels, disparus = _list_actuels(collectivites, cibles), _list_anciens(anciens[passes], communes[passes])
    table = pd.concat([actuels, disparus], ignore_index=True)
    table["rang"], table["poids"] = table["genre"].map(_RANGS), -populations[table["cible"]]
    arrondis = table["genre"].eq("code postal") & table["code"].str.fullmatch(_ARRONDISSEMENTS)
    table.loc[arrondis, "rang"] = -1
    table = table.sort_values(["code", "rang", "poids"], kind="stable")
    return Codes(
        table["code"].to_numpy(dtype=str),
        table["cible"].to_numpy(dtype=np.int32),
        table["genre"].map(GENRES.index).to_numpy(dtype=np.int8),
        table["ancien"].to_numpy(dtype=np.int32),
        anciens["nom"].astype("object").to_numpy()[passes].tolist(),
    )


def _list_actuels(collectivites: pd.DataFrame, cibles: NDArray[np.int32]) -> pd.DataFrame:
    """Code, SIREN et codes postaux de chaque ligne, et où elle mène."""
    rangs = np.arange(len(collectivites))
    codes, sirens, postaux = (collectivites[c].astype("object") for c in ("code", "siren", "codes_postaux"))
    postaux = postaux.set_axis(rangs).fillna("").str.split().explode().dropna()
    genres = collectivites["type"].astype("object").map(_GENRES).to_numpy()
    table = pd.concat([
        pd.DataFrame({"code": codes.to_numpy(), "genre": genres, "ligne": rangs}),
        pd.DataFrame({"code": sirens.to_numpy(), "genre": "SIREN", "ligne": rangs}),
        pd.DataFrame({"code": postaux.to_numpy(), "genre": "code postal", "ligne": postaux.index}),
    ]).dropna()  # fmt: skip
    table = table[table["code"].ne("")].sort_values("ligne", kind="stable")
    return table.assign(cible=cibles[table.pop("ligne")], ancien=-1)


def _list_anciens(anciens: pd.DataFrame, communes: NDArray[np.intp]) -> pd.DataFrame:
    """Les codes d'hier, chacun vers la commune d'aujourd'hui ; `ancien` est son rang parmi eux."""
    genres = anciens["nature"].astype("object").map(_CODES_NATURES).fillna("ancien code INSEE")
    codes = anciens["code"].astype("object").to_numpy()
    return pd.DataFrame(
        {"code": codes, "genre": genres.to_numpy(), "cible": communes, "ancien": np.arange(len(codes))}
    )
