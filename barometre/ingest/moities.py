"""Les moitiés d'une réponse, chacune dans un fichier : elles se réunissent si rien ne s'y contredit.

Un questionnaire envoyé en deux parties, ou deux agents qui en remplissent chacun un bout, donnent deux
fichiers dont aucun n'est la réponse entière : n'en garder qu'un perdrait l'autre moitié.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from barometre.ingest.lot import Lot

_REPONDU, _FILTREE = 2, 1
_NIVEAUX = {"repondu": _REPONDU, "ne_sait_pas": _REPONDU, "non_concerne": _FILTREE}
_CONTENU = ["option_id", "etat", "valeur", "texte"]
CONTREDITES = " ; les deux se contredisent à {}, et {}, dites dans l'autre seulement, ne sont pas chargées."


@dataclass(frozen=True)
class Moities:
    """Les réponses qui se réunissent, et celles qu'une contradiction empêche de réunir.

    `faits` : les lignes de `fait_reponse` des collectivités réunies ; `conflits` : pour chaque autre, ce que
    la retenue contredit et ce qu'elle n'a pas.
    """

    faits: pd.DataFrame
    reunies: frozenset[str] = frozenset()
    conflits: Mapping[str, str] = field(default_factory=dict)


def join_moities(lots: Sequence[Lot], retenus: Mapping[str, int]) -> Moities:
    """Ce que d'autres fichiers ajoutent à la réponse retenue ; `retenus` : collectivité → son fichier."""
    faits = pd.concat([lot.fait_reponse.assign(_rang=rang) for rang, lot in enumerate(lots)])
    citees = faits.groupby("collectivite_id")["_rang"].nunique()
    faits = faits[faits["collectivite_id"].isin(citees.index[citees > 1])].reset_index(drop=True)
    if faits.empty:
        return Moities(faits.drop(columns="_rang"))
    dites = _read_dites(faits, retenus)
    # Ce qu'un autre fichier répond, et que le fichier retenu ne répond pas.
    repondues = dites[dites["niveau"].eq(_REPONDU)]
    neuves = _exclude(repondues, repondues[repondues["sienne"]])
    contredites = _find_contredites(dites)
    utiles = set(neuves["collectivite_id"])
    opposees = set(contredites["collectivite_id"]) & utiles
    reunies = frozenset(utiles - opposees)
    conflits = {
        cle: CONTREDITES.format(_name_questions(contredites, cle), _name_questions(neuves, cle))
        for cle in sorted(opposees)
    }
    # Rien ne s'y contredit : de deux fichiers qui répondent à une question, l'un dit ce que dit l'autre.
    gardees = dites[dites["collectivite_id"].isin(reunies)].sort_values(
        "niveau", ascending=False, kind="stable"
    )
    gardees = gardees.drop_duplicates(["collectivite_id", "question_id"])
    cles = ["collectivite_id", "question_id", "_rang"]
    choisies = faits.merge(gardees[cles], on=cles).drop(columns="_rang")
    return Moities(choisies[lots[0].fait_reponse.columns], reunies, conflits)


def _read_dites(faits: pd.DataFrame, retenus: Mapping[str, int]) -> pd.DataFrame:
    """Par collectivité, question et fichier : répondue, filtrée ou rien, et le condensé de ce qui est dit."""
    contenu = faits[_CONTENU].copy()
    for nom in _CONTENU:
        contenu[nom] = contenu[nom].astype("object").where(contenu[nom].notna(), "").astype("str")
    faits = faits.assign(
        niveau=faits["etat"].map(_NIVEAUX).fillna(0).astype(int),
        condense=pd.util.hash_pandas_object(contenu, index=False),
    )
    groupes = faits.groupby(["collectivite_id", "question_id", "_rang"], as_index=False, sort=False)
    dites = groupes.agg(niveau=("niveau", "max"), condense=("condense", "sum"))
    return dites.assign(sienne=dites["collectivite_id"].map(retenus).eq(dites["_rang"]))


def _find_contredites(dites: pd.DataFrame) -> pd.DataFrame:
    """Les questions répondues différemment, ou répondues ici quand l'autre fichier dit les avoir filtrées."""
    parlees = dites[dites["niveau"].gt(0)]
    paires = parlees.groupby(["collectivite_id", "question_id"], as_index=False)
    # Un condensé dit aussi l'état : répondue et filtrée ne se ressemblent jamais.
    comptes = paires.agg(condenses=("condense", "nunique"))
    return comptes[comptes["condenses"].gt(1)]


def _exclude(lignes: pd.DataFrame, siennes: pd.DataFrame) -> pd.DataFrame:
    cles = ["collectivite_id", "question_id"]
    deja = pd.MultiIndex.from_frame(siennes[cles])
    return lignes[~pd.MultiIndex.from_frame(lignes[cles]).isin(deja)]


def _name_questions(lignes: pd.DataFrame, cle: str) -> str:
    """« Q01, Q05 et 12 autres » ; l'identifiant d'une question finit par son code."""
    codes = sorted(
        {q.rpartition("_")[2].upper() for q in lignes.loc[lignes["collectivite_id"].eq(cle), "question_id"]}
    )
    suite = f" et {len(codes) - 5} autres" if len(codes) > 5 else ""
    return ", ".join(codes[:5]) + suite
