"""Typologies des communes (INSEE, INRAE, ANCT) : densité, ruralités, centralités, massifs de montagne."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from barometre.sources.contexte import CODE_REPETE, Contexte, recode_communes, reject_rows
from barometre.sources.departements import (
    COMMUNES_CLASSEES,
    RANG_CLASSE,
    check_contradictions,
    check_rangs,
)
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
URBAINES = ("Centres urbains intermédiaires", "Grands centres urbains")
# De la moins dense à la plus dense, de la moins équipée à la plus équipée : l'une et l'autre montent avec les
# habitants.
DENSITES = (*RURALES[::-1], "Ceintures urbaines", "Petites villes", *URBAINES)
CENTRALITES = (
    "Communes non centre",
    "Centre local d'équipements et de services",
    "Centre intermédiaire d'équipements et de services",
    "Centre structurant d'équipements et de services",
    "Centre majeur d'équipements et de services",
)
HORS_CHAMP = "Hors champ : DOM ou commune urbaine"
# Six communes rurales de la Meuse n'ont pas de ruralité ; décalées d'une ligne, les deux classes s'opposent
# dans huit communes au moins de 82 départements.
CONTRADICTIONS = 8
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
    _check_classes(attributs, brut.frame, contexte)
    return build_resultat(
        brut.lus,
        [*brut.rejets, *reject_rows(brut.frame[repetes], "code", CODE_REPETE), *recodage.rejets],
        recodage.recodes,
        recodage.fusionnes,
        valeurs=_values(attributs, contexte.periode),
        attributs=attributs.reset_index(),
    )


def _check_classes(attributs: pd.DataFrame, frame: pd.DataFrame, contexte: Contexte) -> None:
    """Refuse un fichier dont une classe n'est plus en face de sa commune, dans un département."""
    echelles = {"densite": DENSITES, "centralite": CENTRALITES}
    rangs = {
        nom: attributs[nom].map({classe: rang for rang, classe in enumerate(echelle)})
        for nom, echelle in echelles.items()
    }
    check_rangs(pd.DataFrame(rangs), contexte, RANG_CLASSE, COMMUNES_CLASSEES)
    hors_champ = frame["niveau_ruralite"].eq(HORS_CHAMP)
    rurales = frame["niveau_densite"].isin(RURALES[1:]) & ~frame["code"].str.startswith("97")
    fautives = (rurales & hors_champ) | (frame["niveau_densite"].isin(URBAINES) & ~hors_champ)
    check_contradictions(fautives, frame["code"], CONTRADICTIONS)


def _values(attributs: pd.DataFrame, periode: str) -> pd.DataFrame:
    densite, centralite = attributs["densite"], attributs["centralite"]
    rurale = densite.isin(RURALES).astype("float64").where(densite.notna())
    centre = centralite.ne("Communes non centre").astype("float64").where(centralite.notna())
    montagne = attributs["montagne"].notna().astype("float64")
    couples = (("commune_rurale", rurale), ("commune_centre", centre), ("commune_montagne", montagne))
    return join_valeurs(build_valeurs(nom, serie, periode) for nom, serie in couples)
