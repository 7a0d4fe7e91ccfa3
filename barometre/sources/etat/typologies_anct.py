"""Typologies des communes (INSEE, INRAE, ANCT) : densité, ruralités, centralités, massifs de montagne."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from barometre.sources.contexte import CODE_REPETE, Contexte, recode_communes, reject_rows
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs, join_valeurs

ATTRIBUTS = {
    "niveau_densite": "densite",
    "niveau_ruralite": "ruralite",
    "niveau_centralite": "centralite",
    "niveau_montagne": "montagne",
}
COLONNES = ("code", *ATTRIBUTS)
# Les trois classes rurales de la grille communale de densité à sept niveaux (INSEE).
RURALES = ("Bourgs ruraux", "Rural à habitat dispersé", "Rural à habitat très dispersé")
# Ce que la source écrit quand elle ne sait pas.
INCONNUS = ("", "- undefined")


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Les classes de chaque commune, et ce qui s'en compte : rurale, de montagne, centre d'équipements."""
    repetes = brut.frame["code"].duplicated(keep=False)
    recodage = recode_communes(brut.frame[~repetes], "code", contexte)
    # Deux communes réunies depuis : la classe de la première, sauf si la commune actuelle y est elle-même.
    seules = recodage.frame.assign(
        propre="commune-" + recodage.frame["code"] != recodage.frame["collectivite_id"]
    )
    seules = seules.sort_values("propre", kind="stable").drop_duplicates("collectivite_id")
    classes = seules.set_index("collectivite_id").rename(columns=ATTRIBUTS)[list(ATTRIBUTS.values())]
    attributs = classes.mask(classes.isin(INCONNUS))
    return build_resultat(
        brut.lus,
        [*brut.rejets, *reject_rows(brut.frame[repetes], "code", CODE_REPETE), *recodage.rejets],
        recodage.recodes,
        recodage.fusionnes,
        valeurs=_values(attributs, contexte.periode),
        attributs=attributs.reset_index(),
    )


def _values(attributs: pd.DataFrame, periode: str) -> pd.DataFrame:
    densite, centralite = attributs["densite"], attributs["centralite"]
    rurale = densite.isin(RURALES).astype("float64").where(densite.notna())
    centre = centralite.ne("Communes non centre").astype("float64").where(centralite.notna())
    montagne = attributs["montagne"].notna().astype("float64")
    couples = (("commune_rurale", rurale), ("commune_centre", centre), ("commune_montagne", montagne))
    return join_valeurs(build_valeurs(nom, serie, periode) for nom, serie in couples)
