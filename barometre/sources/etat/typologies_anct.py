"""Typologies des communes (INSEE, INRAE, ANCT) : densité, ruralités, centralités, massifs de montagne."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from barometre.domain.formats import INSECABLE
from barometre.sources.contexte import CODE_REPETE, Contexte, recode_communes, reject_motifs
from barometre.sources.departements import (
    COMMUNES,
    COMMUNES_CLASSEES,
    RANG_CLASSE,
    RANG_CLASSE_DECALE,
    VERIFIER_COMMUNES,
    list_contradictions,
    list_rangs,
    list_voisinage,
)
from barometre.sources.indices import read_departement
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs, join_valeurs
from barometre.sources.ruptures import Rupture

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
# De la moins dense à la plus dense, de la moins équipée à la plus équipée.
DENSITES = (*RURALES[::-1], "Ceintures urbaines", "Petites villes", *URBAINES)
CENTRALITES = (
    "Communes non centre",
    "Centre local d'équipements et de services",
    "Centre intermédiaire d'équipements et de services",
    "Centre structurant d'équipements et de services",
    "Centre majeur d'équipements et de services",
)
HORS_CHAMP = "Hors champ : DOM ou commune urbaine"
RURALITES = (
    "Les petites polarités industrielles et artisanales",
    "Les petites polarités mixtes",
    "Les ruralités productives agricoles",
    "Les ruralités productives ouvrières",
    "Les ruralités résidentielles aisées",
    "Les ruralités résidentielles mixtes",
    "Les ruralités touristiques spécialisées",
    "Les ruralités touristiques à dominante résidentielle",
    "Commune dont le périmètre a changé depuis la réalisation de la typologie",
    HORS_CHAMP,
)
RANGS_RURALITES = {classe: "polarités" in classe for classe in RURALITES[:8]} | {HORS_CHAMP: 2}
# Les massifs et leurs départements (« 20 » : la Corse), tels que les décrets les délimitent.
MASSIFS = {
    "01": "54 57 67 68 70 88 90",
    "02": "01 25 39 90",
    "03": "04 05 06 26 38 73 74 83 84",
    "04": "971",
    "05": "20",
    "06": "03 07 11 12 15 19 21 23 30 34 42 43 46 48 58 63 69 71 81 82 87 89",
    "07": "972",
    "08": "09 11 31 64 65 66",
    "09": "974",
}
MASSIF = r"^(\d\d) - "
VERIFIER_DECRET = "Avant de l'accepter, voyez si un décret a changé les communes de ce massif."
# Les classes qui montent avec les habitants.
ECHELLES = {"densite": DENSITES, "centralite": CENTRALITES}
# Dans un département, une commune hors du champ rural est plus peuplée qu'une petite polarité, elle-même plus
# que les autres : corrélation de rang de 0,26 au moins (Gers), de 0,20 au plus décalée. La Corse-du-Sud, à
# 0,07, n'y passe pas ; ses classes s'opposent assez pour montrer un décalage.
RANG_RURALITE, SANS_RANG = (0.2, 0.23), ("2A",)
CLASSE_INCONNUE = "Cette classe n'est pas de celles de sa grille."
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
    motifs = _list_motifs(brut.frame)
    recodage = recode_communes(brut.frame[motifs.eq("")], "code", contexte)
    # Deux communes réunies depuis : la classe de la première, sauf si la commune actuelle y est elle-même.
    seules = recodage.frame.assign(
        propre="commune-" + recodage.frame["code"] != recodage.frame["collectivite_id"]
    )
    seules = seules.sort_values("propre", kind="stable").drop_duplicates("collectivite_id")
    classes = seules.set_index("collectivite_id").rename(columns=ATTRIBUTS)[list(ATTRIBUTS.values())]
    attributs = classes.mask(classes.isin(INCONNUS))
    return build_resultat(
        brut.lus,
        [*brut.rejets, *reject_motifs(brut.frame, "code", motifs), *recodage.rejets],
        recodage.recodes,
        recodage.fusionnes,
        valeurs=_values(attributs, contexte.periode),
        attributs=attributs.reset_index(),
        ruptures=tuple(_list_ruptures(attributs, brut.frame, contexte)),
    )


def _list_motifs(frame: pd.DataFrame) -> pd.Series:
    """Le motif de refus de chaque ligne, ou vide."""
    grilles = {"niveau_densite": DENSITES, "niveau_ruralite": RURALITES, "niveau_centralite": CENTRALITES}
    bonnes = pd.DataFrame({nom: frame[nom].isin((*grille, *INCONNUS)) for nom, grille in grilles.items()})
    massifs = frame["niveau_montagne"].str.extract(MASSIF, expand=False)
    bonnes = bonnes.assign(massif=massifs.isin(MASSIFS) | frame["niveau_montagne"].eq(""))
    motifs = pd.Series("", index=frame.index).mask(~bonnes.all(axis=1), CLASSE_INCONNUE)
    return motifs.mask(frame["code"].duplicated(keep=False), CODE_REPETE)


def _list_ruptures(attributs: pd.DataFrame, frame: pd.DataFrame, contexte: Contexte) -> Iterator[Rupture]:
    """Ce qui, dans un département, montre une classe qui n'est plus en face de sa commune."""
    rangs = {
        nom: attributs[nom].map({classe: rang for rang, classe in enumerate(echelle)})
        for nom, echelle in ECHELLES.items()
    }
    bornes = RANG_CLASSE_DECALE, RANG_CLASSE
    yield from list_rangs(pd.DataFrame(rangs, index=attributs.index), contexte, bornes, COMMUNES_CLASSEES)
    ruralites = attributs["ruralite"].map(RANGS_RURALITES)
    jugees = ruralites[~contexte.territoires.departements.reindex(ruralites.index).isin(SANS_RANG)]
    yield from list_rangs(jugees.to_frame(), contexte, RANG_RURALITE, COMMUNES_CLASSEES)
    hors_champ = frame["niveau_ruralite"].eq(HORS_CHAMP)
    rurales = frame["niveau_densite"].isin(RURALES[1:]) & ~frame["code"].str.startswith("97")
    fautives = (rurales & hors_champ) | (frame["niveau_densite"].isin(URBAINES) & ~hors_champ)
    yield from list_contradictions(
        fautives, frame["code"], "densité, ruralité", trop=CONTRADICTIONS, a_verifier=VERIFIER_COMMUNES
    )
    yield from _list_massifs(frame)
    yield from list_voisinage(attributs["montagne"].notna(), "montagne", contexte)


def _list_massifs(frame: pd.DataFrame) -> Iterator[Rupture]:
    """Les départements où un massif déborde, ou n'est nulle part ; un décret peut les changer."""
    departements = frame["code"].map(read_departement)
    massifs = frame["niveau_montagne"].str.extract(MASSIF, expand=False)
    siens = {massif: frozenset(codes.split()) for massif, codes in MASSIFS.items()}
    paires = zip(massifs.tolist(), departements.tolist(), strict=True)
    ailleurs = [massif in siens and departement not in siens[massif] for massif, departement in paires]
    yield from list_contradictions(
        pd.Series(ailleurs, index=frame.index, dtype="bool"),
        frame["code"],
        "massif",
        a_verifier=VERIFIER_DECRET,
    )
    tailles, hauts = departements.value_counts(), set(departements[massifs.notna()])
    for departement in sorted(frozenset().union(*siens.values()) - hauts):
        if tailles.get(departement, 0) >= COMMUNES:
            phrase = (
                f"Le fichier n'a aucune commune de montagne dans le département{INSECABLE}{departement}, qui "
                "est d'un massif."
            )
            yield Rupture("sans montagne", departement, phrase, VERIFIER_DECRET)


def _values(attributs: pd.DataFrame, periode: str) -> pd.DataFrame:
    densite, centralite = attributs["densite"], attributs["centralite"]
    rurale = densite.isin(RURALES).astype("float64").where(densite.notna())
    centre = centralite.ne("Communes non centre").astype("float64").where(centralite.notna())
    montagne = attributs["montagne"].notna().astype("float64")
    couples = (("commune_rurale", rurale), ("commune_centre", centre), ("commune_montagne", montagne))
    return join_valeurs(build_valeurs(nom, serie, periode) for nom, serie in couples)
