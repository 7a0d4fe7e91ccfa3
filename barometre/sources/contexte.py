"""Ce qu'une source a besoin de savoir du référentiel pour donner des lignes pures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from barometre.sources.noms import find_discordants
from barometre.sources.resultat import Rejet
from barometre.sources.territoires import Territoires

NOM_DISCORDANT = "Ce code est celui d'une commune, et le nom d'à côté celui d'une autre."
CODE_DISCORDANT = "Ce SIREN est celui d'une commune, et le code INSEE celui d'une autre."
SIREN_DISCORDANT = "Ce SIREN est celui d'une collectivité, et le nom celui d'une autre."
COMMUNE_INCONNUE = "Ce code n'est celui d'aucune commune, actuelle ou ancienne, du référentiel."
CODE_REPETE = "Ce code est sur plusieurs lignes : on ne sait pas laquelle est la bonne."
# Sous ce nombre, une famille qui s'installe change tout.
HABITANTS = 100
HORS_CADRE = "Ce SIREN n'est celui d'aucune collectivité du référentiel."


@dataclass(frozen=True)
class Contexte:
    """Les territoires, ce que les sources d'avant y ont ajouté, la période de celle-ci."""

    territoires: Territoires
    # les mêmes, avec les attributs que les sources d'avant leur ont donnés
    collectivites: pd.DataFrame
    periode: str = ""
    opsn: pd.DataFrame = field(default_factory=pd.DataFrame)
    operateurs: Mapping[str, str] = field(default_factory=dict)
    # opsn_id → les territoires qu'il couvre, déjà connus
    perimetres: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def sirens(self) -> dict[str, str]:
        """SIREN → collectivité du cadre."""
        connues = self.collectivites[
            self.collectivites["siren"].notna() & self.collectivites["porteur_id"].isna()
        ]
        # Des listes : parcourir une colonne de textes de pandas coûte dix fois plus.
        return dict(zip(connues["siren"].tolist(), connues["collectivite_id"].tolist(), strict=True))


@dataclass(frozen=True)
class Recodage:
    """Les lignes d'une source rattachées à leur commune actuelle, et celles qui ne le sont pas."""

    # les lignes rattachées, avec `collectivite_id`
    frame: pd.DataFrame
    rejets: tuple[Rejet, ...]
    recodes: int
    fusionnes: int
    # les autres : leur code ne se lit pas, ou leur nom le dément
    inconnues: pd.DataFrame


def recode_communes(frame: pd.DataFrame, colonne: str, contexte: Contexte, nom: str = "") -> Recodage:
    """Rattache chaque ligne à sa commune actuelle par le code de `colonne`.

    `nom` : la colonne qui la nomme. Une commune qui a changé de code a pu changer de nom : seul un code
    d'aujourd'hui se compare.
    """
    actuels = contexte.territoires.cog.apply(frame[colonne])
    placees = frame.assign(collectivite_id="commune-" + actuels["code"])
    inconnus = actuels["etat"].eq("inconnu")
    autres = actuels["etat"].eq("actuel") & find_discordants(placees, nom, contexte.territoires.noms)
    rejets = (
        *reject_rows(frame[inconnus], colonne, COMMUNE_INCONNUE),
        *reject_rows(frame[autres], colonne, NOM_DISCORDANT),
    )
    ecartees = inconnus | autres
    etats = actuels["etat"].value_counts()
    fusionnes = int(etats.get("fusionne", 0))
    recodes = int(etats.get("recode", 0)) + fusionnes
    return Recodage(placees[~ecartees], rejets, recodes, fusionnes, frame[ecartees])


def sum_communes(
    recodage: Recodage, ecartes: pd.Series, colonnes: list[str], contexte: Contexte
) -> pd.DataFrame:
    """La somme de chaque commune actuelle ; aucune si l'un de ses codes (`ecartes`) n'a pas pu compter."""
    touchees = "commune-" + contexte.territoires.cog.apply(ecartes)["code"]
    sommes = recodage.frame.groupby("collectivite_id")[colonnes].sum()
    return sommes[~sommes.index.isin(touchees)]


def find_autres_codes(frame: pd.DataFrame, colonne: str, contexte: Contexte) -> pd.Series:
    """Vrai d'une commune (`collectivite_id`) à côté du code INSEE (`colonne`) d'une autre."""
    if colonne not in frame:
        return pd.Series(False, index=frame.index)
    codes = contexte.territoires.cog.apply(frame[colonne])["code"]
    communes = frame["collectivite_id"].str.startswith("commune-", na=False)
    return communes & codes.ne("") & frame["collectivite_id"].ne("commune-" + codes)


def list_populations(codes: pd.Series, contexte: Contexte) -> pd.Series:
    """La population de la commune de chaque code ; vide sous `HABITANTS`, ou d'un code inconnu."""
    populations = ("commune-" + contexte.territoires.cog.apply(codes)["code"]).map(
        contexte.territoires.populations
    )
    return populations.where(populations.ge(HABITANTS))


def reject_motifs(frame: pd.DataFrame, colonne: str, motifs: pd.Series) -> Iterator[Rejet]:
    """Un rejet par ligne qui a un motif."""
    for motif, lignes in frame[motifs.ne("")].groupby(motifs[motifs.ne("")]):
        yield from reject_rows(lignes, colonne, str(motif))


def reject_rows(frame: pd.DataFrame, colonne: str, motif: str) -> Iterator[Rejet]:
    """Un rejet par ligne, avec la valeur de la colonne fautive."""
    for ligne, valeur in frame[colonne].items():
        yield Rejet(int(str(ligne)), colonne, str(valeur), motif)


def read_numbers(textes: pd.Series) -> pd.Series:
    """Des nombres ; ce qui n'en est pas un, ou n'est pas fini, devient vide."""
    nombres = pd.to_numeric(textes, errors="coerce").astype("float64")
    return nombres.where(nombres.abs().lt(float("inf")))
