"""Les collectivités telles que le référentiel les donne, par tout ce qui sert à les retrouver."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from barometre.recherche.noms import normalise_nom
from barometre.sources.cog import Cog, build_cog

# Huit : une colonne décalée d'une ligne change le total de presque tous, une vraie mise à jour d'aucun.
PAQUETS = 8


@dataclass(frozen=True)
class Territoires:
    """Ce qu'aucune source ne change : codes, noms, populations. Un seul sert à toutes celles d'une récolte,
    et chaque index ne s'y fait qu'une fois."""

    collectivites: pd.DataFrame
    codes_anciens: pd.DataFrame

    @cached_property
    def cog(self) -> Cog:
        """Le code officiel géographique en vigueur, et son histoire."""
        return build_cog(self.collectivites, self.codes_anciens)

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
        return build_listes((code, cle) for cle, codes in couples for code in str(codes or "").split())

    @cached_property
    def par_departement(self) -> dict[str, list[str]]:
        """Département → ses communes ; « 20 » pour la Corse entière."""
        communes = self.collectivites[self.collectivites["type"].eq("commune")]
        couples = zip(communes["departement"].tolist(), communes["collectivite_id"].tolist(), strict=True)
        return build_listes(("20" if dep in {"2A", "2B"} else str(dep), cle) for dep, cle in couples)

    @cached_property
    def par_nom(self) -> dict[str, list[str]]:
        """Nom comparable → les collectivités qui le portent."""
        cadre = self.collectivites
        couples = zip(cadre["nom"].tolist(), cadre["collectivite_id"].tolist(), strict=True)
        return build_listes((normalise_nom(nom), cle) for nom, cle in couples)

    @cached_property
    def noms(self) -> dict[str, list[str]]:
        """Les noms de chaque collectivité : le sien, puis ceux d'avant sous le même code."""
        cadre, codes = self.collectivites, self.codes_anciens
        # « Vars », avant que la commune de ce code ne devienne La Boixe.
        anciens = codes[codes["code"].isin(self.cog.actuels)]
        communes = zip(("commune-" + anciens["code"]).tolist(), anciens["nom"].tolist(), strict=True)
        return build_listes(
            [*zip(cadre["collectivite_id"].tolist(), cadre["nom"].tolist(), strict=True), *communes]
        )

    @cached_property
    def identifiants(self) -> frozenset[str]:
        """Tous les identifiants du référentiel, territoires compris."""
        return frozenset(self.collectivites["collectivite_id"].tolist())

    def is_known(self, identifiants: pd.Series) -> pd.Series:
        """Vrai pour chaque identifiant du référentiel (`isin` recopierait le référentiel à chaque appel)."""
        connus = [identifiant in self.identifiants for identifiant in identifiants.tolist()]
        return pd.Series(connus, index=identifiants.index, dtype="bool")


def build_listes(couples: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Clé → ses valeurs, dans l'ordre où elles viennent."""
    index: dict[str, list[str]] = defaultdict(list)
    for cle, collectivite_id in couples:
        index[cle].append(collectivite_id)
    return dict(index)
