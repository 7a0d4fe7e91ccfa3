"""Ce qu'une source a besoin de savoir du référentiel pour donner des lignes pures."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from barometre.recherche.noms import normalise_nom
from barometre.sources.cog import Cog, build_cog
from barometre.sources.noms import find_discordants
from barometre.sources.resultat import Rejet

NOM_DISCORDANT = "Ce code est celui d'une commune, et le nom d'à côté celui d'une autre."
CODE_DISCORDANT = "Ce SIREN est celui d'une commune, et le code INSEE celui d'une autre."
SIREN_DISCORDANT = "Ce SIREN est celui d'une collectivité, et le nom celui d'une autre."
COMMUNE_INCONNUE = "Ce code n'est celui d'aucune commune, actuelle ou ancienne, du référentiel."
# Huit : une colonne décalée d'une ligne change le total de presque tous, une vraie mise à jour d'aucun.
PAQUETS = 8
CODE_REPETE = "Ce code est sur plusieurs lignes : on ne sait pas laquelle est la bonne."
# Sous ce nombre, une famille qui s'installe change tout.
HABITANTS = 100
HORS_CADRE = "Ce SIREN n'est celui d'aucune collectivité du référentiel."


@dataclass(frozen=True)
class Contexte:
    """Le référentiel en vigueur, la période de la source, les OPSN connus."""

    collectivites: pd.DataFrame
    cog: Cog
    periode: str = ""
    opsn: pd.DataFrame = field(default_factory=pd.DataFrame)
    operateurs: Mapping[str, str] = field(default_factory=dict)
    # opsn_id → les territoires qu'il couvre, déjà connus
    perimetres: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # code, nom : « Vars », avant que la commune de ce code ne devienne La Boixe
    anciens_noms: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame({"code": [], "nom": []}, dtype="str")
    )

    @cached_property
    def communes(self) -> pd.Index:
        """Les identifiants de toutes les communes."""
        return pd.Index([f"commune-{code}" for code in sorted(self.cog.actuels)])

    @cached_property
    def regions(self) -> pd.Series:
        """La région de chaque collectivité ; celle d'une région est elle-même."""
        cadre = self.collectivites.set_index("collectivite_id")
        return cadre["region"].astype("object").where(cadre["type"].ne("region"), cadre["code"])

    @cached_property
    def departements(self) -> pd.Series:
        """Le département de chaque collectivité ; vide au-dessus."""
        return self.collectivites.set_index("collectivite_id")["departement"].astype("object")

    @cached_property
    def codes_postaux(self) -> frozenset[str]:
        """Les codes postaux de toutes les communes."""
        communes = self.collectivites[self.collectivites["type"].eq("commune")]
        return frozenset(" ".join(communes["codes_postaux"].dropna().tolist()).split())

    @cached_property
    def populations(self) -> pd.Series:
        """La population de chaque collectivité ; vide si elle n'est pas connue."""
        cadre = self.collectivites.set_index("collectivite_id")["population"]
        return pd.to_numeric(cadre, errors="coerce").astype("float64")

    @cached_property
    def paquets(self) -> pd.Series:
        """Le paquet de chaque collectivité, tiré de son identifiant : le même d'un fichier à l'autre."""
        cles = self.collectivites["collectivite_id"].tolist()
        return pd.Series([zlib.crc32(cle.encode()) % PAQUETS for cle in cles], index=cles)

    @cached_property
    def par_postal(self) -> dict[str, list[str]]:
        """Code postal → ses communes."""
        communes = self.collectivites[self.collectivites["type"].eq("commune")]
        couples = zip(communes["collectivite_id"].tolist(), communes["codes_postaux"].tolist(), strict=True)
        return _index((code, cle) for cle, codes in couples for code in str(codes or "").split())

    @cached_property
    def par_departement(self) -> dict[str, list[str]]:
        """Département → ses communes ; « 20 » pour la Corse entière."""
        communes = self.collectivites[self.collectivites["type"].eq("commune")]
        couples = zip(communes["departement"].tolist(), communes["collectivite_id"].tolist(), strict=True)
        return _index(("20" if dep in {"2A", "2B"} else str(dep), cle) for dep, cle in couples)

    @cached_property
    def par_nom(self) -> dict[str, list[str]]:
        """Nom comparable → les collectivités qui le portent."""
        cadre = self.collectivites
        couples = zip(cadre["nom"].tolist(), cadre["collectivite_id"].tolist(), strict=True)
        return _index((normalise_nom(nom), cle) for nom, cle in couples)

    @cached_property
    def noms(self) -> dict[str, list[str]]:
        """Les noms de chaque collectivité : le sien, puis ceux d'avant sous le même code."""
        cadre, anciens = self.collectivites, self.anciens_noms
        communes = zip(("commune-" + anciens["code"]).tolist(), anciens["nom"].tolist(), strict=True)
        return _index(
            [*zip(cadre["collectivite_id"].tolist(), cadre["nom"].tolist(), strict=True), *communes]
        )

    @cached_property
    def sirens(self) -> dict[str, str]:
        """SIREN → collectivité du cadre."""
        connues = self.collectivites[
            self.collectivites["siren"].notna() & self.collectivites["porteur_id"].isna()
        ]
        # Des listes : parcourir une colonne de textes de pandas coûte dix fois plus.
        return dict(zip(connues["siren"].tolist(), connues["collectivite_id"].tolist(), strict=True))

    @cached_property
    def identifiants(self) -> frozenset[str]:
        """Tous les identifiants du référentiel, territoires compris."""
        return frozenset(self.collectivites["collectivite_id"].tolist())

    def is_known(self, identifiants: pd.Series) -> pd.Series:
        """Vrai pour chaque identifiant du référentiel (`isin` recopierait le référentiel à chaque appel)."""
        connus = [identifiant in self.identifiants for identifiant in identifiants.tolist()]
        return pd.Series(connus, index=identifiants.index, dtype="bool")


def _index(couples: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = defaultdict(list)
    for cle, collectivite_id in couples:
        index[cle].append(collectivite_id)
    return dict(index)


def build_contexte(
    collectivites: pd.DataFrame,
    codes_anciens: pd.DataFrame,
    *,
    periode: str = "",
    opsn: pd.DataFrame | None = None,
    operateurs: Mapping[str, str] | None = None,
    liens: pd.DataFrame | None = None,
) -> Contexte:
    """Le contexte d'une source."""
    cog = build_cog(collectivites, codes_anciens)
    noms = codes_anciens.loc[codes_anciens["code"].isin(cog.actuels), ["code", "nom"]]
    connus = pd.DataFrame() if opsn is None else opsn
    perimetres = {} if liens is None or liens.empty else _index_perimetres(liens)
    return Contexte(collectivites, cog, periode, connus, operateurs or {}, perimetres, noms)


def _index_perimetres(liens: pd.DataFrame) -> dict[str, frozenset[str]]:
    couvre = liens[liens["nature"].eq("perimetre")]
    couples = zip(couvre["opsn_id"].tolist(), couvre["cible_id"].tolist(), strict=True)
    return {opsn_id: frozenset(cibles) for opsn_id, cibles in _index(couples).items()}


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
    actuels = contexte.cog.apply(frame[colonne])
    placees = frame.assign(collectivite_id="commune-" + actuels["code"])
    inconnus = actuels["etat"].eq("inconnu")
    autres = actuels["etat"].eq("actuel") & find_discordants(placees, nom, contexte.noms)
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
    touchees = "commune-" + contexte.cog.apply(ecartes)["code"]
    sommes = recodage.frame.groupby("collectivite_id")[colonnes].sum()
    return sommes[~sommes.index.isin(touchees)]


def find_autres_codes(frame: pd.DataFrame, colonne: str, contexte: Contexte) -> pd.Series:
    """Vrai d'une commune (`collectivite_id`) à côté du code INSEE (`colonne`) d'une autre."""
    if colonne not in frame:
        return pd.Series(False, index=frame.index)
    codes = contexte.cog.apply(frame[colonne])["code"]
    communes = frame["collectivite_id"].str.startswith("commune-", na=False)
    return communes & codes.ne("") & frame["collectivite_id"].ne("commune-" + codes)


def list_populations(codes: pd.Series, contexte: Contexte) -> pd.Series:
    """La population de la commune de chaque code ; vide sous `HABITANTS`, ou d'un code inconnu."""
    populations = ("commune-" + contexte.cog.apply(codes)["code"]).map(contexte.populations)
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
