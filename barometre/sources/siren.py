"""Des SIREN donnés par une source à des collectivités du cadre ; jamais déduits d'un code INSEE."""

from __future__ import annotations

import re

import pandas as pd

from barometre.sources.contexte import Contexte, reject_rows
from barometre.sources.gardes import check_discordants
from barometre.sources.lecture import Brut
from barometre.sources.resultat import Resultat, build_resultat

FORME = re.compile(r"^\d{9}$")
PAS_UN_SIREN = "Pas de SIREN : une autre collectivité exerce les compétences, ou la source ne le donne pas."
# Le SIREN d'un département commence par 22, celui d'une région d'avant 2016 par 23, puis le département de
# son siège. Mayotte, qui a 985, est seule à s'en écarter.
_AU_DEPARTEMENT = re.compile(r"^2[23](97\d|\d\d)")
HORS_CADRE = "Ce territoire n'est pas une collectivité du cadre."


def is_siren(numero: str) -> bool:
    """Neuf chiffres dont la clé de Luhn tombe juste (celle du SIREN de La Poste mise à part)."""
    if not FORME.match(numero):
        return False
    doubles = [int(c) * (2 if rang % 2 else 1) for rang, c in enumerate(numero)]
    return sum(d - 9 if d > 9 else d for d in doubles) % 10 == 0


def rows_siren(brut: Brut, contexte: Contexte, type_: str) -> Resultat:
    """Le SIREN de chaque territoire du fichier qui est une collectivité du cadre."""
    frame = brut.frame.assign(collectivite_id=f"{type_}-" + brut.frame["code"])
    cadre = contexte.collectivites[contexte.collectivites["porteur_id"].isna()]
    connues = set(cadre["collectivite_id"].tolist())
    hors = ~frame["collectivite_id"].map(connues.__contains__).astype("bool")
    faux = ~hors & ~frame["siren_2022"].map(is_siren)
    bons = frame[~hors & ~faux]
    _check_accord(bons, type_, contexte)
    rejets = [
        *brut.rejets,
        *reject_rows(frame[hors], "code", HORS_CADRE),
        *reject_rows(frame[faux], "siren_2022", PAS_UN_SIREN),
    ]
    attributs = pd.DataFrame({"collectivite_id": bons["collectivite_id"], "siren": bons["siren_2022"]})
    return build_resultat(brut.lus, rejets, attributs=attributs.reset_index(drop=True))


def _check_accord(bons: pd.DataFrame, type_: str, contexte: Contexte) -> None:
    """Refuse un fichier dont les SIREN ne sont plus en face de leur territoire."""
    dits = bons["siren_2022"].str.extract(_AU_DEPARTEMENT, expand=False).dropna()
    siens = bons.loc[dits.index, "code"]
    if type_ == "region":
        dits = ("departement-" + dits).map(contexte.territoires.regions)
    opposes = int((dits.notna() & dits.ne(siens)).sum())
    check_discordants(opposes, len(dits), ("code", "siren_2022"), "le même territoire")
