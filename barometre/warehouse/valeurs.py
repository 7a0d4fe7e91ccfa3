"""Des lignes lues de l'entrepôt vers les valeurs du domaine."""

from __future__ import annotations

from dataclasses import fields

import pandas as pd

from barometre.domain.territoire import Collectivite
from barometre.domain.version import Empreintes, Version

_TEXTES = ("siren", "strate", "departement", "region", "epci", "ept", "zone", "densite", "porteur_id")


def build_version(ligne: pd.Series) -> Version:
    """La version d'une ligne de sa table."""
    return Version(
        version_id=str(ligne["version_id"]),
        creee_le=ligne["creee_le"].to_pydatetime(),
        simulee=bool(ligne["simulee"]),
        code_version=str(ligne["code_version"]),
        commentaire=str(ligne["commentaire"]),
        empreintes=Empreintes(*(str(ligne[champ.name]) for champ in fields(Empreintes))),
    )


def build_collectivite(ligne: pd.Series) -> Collectivite:
    """Une ligne de `dim_collectivite` en valeur du domaine."""
    facultatifs = {c: None if pd.isna(ligne[c]) else str(ligne[c]) for c in _TEXTES}
    population = ligne["population"]
    return Collectivite(
        id=str(ligne["collectivite_id"]),
        type=ligne["type"],
        code=str(ligne["code"]),
        nom=str(ligne["nom"]),
        population=None if pd.isna(population) else int(population),
        couverture=ligne["couverture"],
        codes_postaux=tuple(str(ligne["codes_postaux"]).split()),
        **facultatifs,  # type: ignore[arg-type]
    )
