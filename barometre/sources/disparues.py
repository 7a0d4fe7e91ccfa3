"""Les zéros qu'un fichier n'autorise pas : la liste ne cite plus qui elle citait, ou cite moins de monde.

Une commune absente d'une liste complète en est à zéro. Si la bonne copie la citait, est-elle sortie de la
liste, ou sa ligne s'est-elle perdue ? Rien ne le dit : elle est inconnue, tant qu'il n'est pas confirmé.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from barometre.domain.formats import format_compte
from barometre.sources.contexte import Contexte
from barometre.sources.empreinte import Empreinte
from barometre.sources.resultat import Resultat

DEPARTEMENT = "departement-"


def find_disparues(
    resultat: Resultat, ancien: Resultat, neuve: Empreinte, avant: Empreinte
) -> tuple[str, ...]:
    """Celles que la bonne copie citait (ou ne savait pas), et que ce fichier ne cite pas."""
    connues = {c for c in avant.incertains if not c.startswith(DEPARTEMENT)}
    restent = [d for d in _list_departements(avant.incertains) if not _is_remonte(d, neuve, avant)]
    disparues = (ancien.citees | connues) - resultat.citees
    return (*sorted(disparues), *(DEPARTEMENT + d for d in restent))


def find_departements(resultat: Resultat, neuve: Empreinte, avant: Empreinte | None) -> tuple[str, ...]:
    """Les départements où la liste cite moins de collectivités que son repère."""
    if not resultat.citees or avant is None:
        return ()
    moins = [d for d, nombre in avant.departements.items() if neuve.departements.get(d, 0) < nombre]
    return tuple(DEPARTEMENT + d for d in sorted(moins))


def _is_remonte(departement: str, neuve: Empreinte, avant: Empreinte) -> bool:
    return neuve.departements.get(departement, 0) > avant.departements.get(departement, 0)


def _list_departements(incertains: Sequence[str]) -> list[str]:
    return [c.removeprefix(DEPARTEMENT) for c in incertains if c.startswith(DEPARTEMENT)]


def mask_zeros(resultat: Resultat, incertains: Sequence[str], contexte: Contexte) -> Resultat:
    """Le résultat, sans les zéros que l'on ne sait pas."""
    if not incertains:
        return resultat
    valeurs = resultat.valeurs
    departements = valeurs["collectivite_id"].map(contexte.territoires.departements)
    ici = valeurs["collectivite_id"].isin(incertains) | departements.isin(_list_departements(incertains))
    sues = valeurs[~(ici & valeurs["valeur"].eq(0))]
    return replace(resultat, valeurs=sues.reset_index(drop=True))


def _describe_incertains(incertains: Sequence[str]) -> tuple[str, str]:
    """Les collectivités que la liste ne cite plus, les départements où elle en cite moins ; vide si aucun."""
    departements = len(_list_departements(incertains))
    seules = format_compte(
        len(incertains) - departements,
        "collectivité citée auparavant ne l'est plus",
        "collectivités citées auparavant ne le sont plus",
    )
    ou = format_compte(departements, "département", "départements")
    ailleurs = f"{ou} où la liste cite moins de monde que la publication connue" if departements else ""
    return (seules if len(incertains) > departements else ""), ailleurs


def list_mises_a_zero(incertains: Sequence[str]) -> Iterator[str]:
    """Ce que l'opérateur accepte d'une liste qui cite moins de monde."""
    for phrase in filter(None, _describe_incertains(incertains)):
        yield f"{phrase} : à zéro."


def list_remarques(
    resultat: Resultat, incertains: Sequence[str], revisees: int, liens_changes: int = 0
) -> Iterator[str]:
    """Ce que l'opérateur doit savoir d'un fichier admis."""
    seules, ailleurs = _describe_incertains(incertains)
    if seules:
        yield f"{seules} : inconnues, non à zéro. Si c'est voulu, ajoutez --confirmer."
    if ailleurs:
        yield f"{ailleurs} : aucun zéro n'y est écrit."
    if resultat.insituables:
        lignes = format_compte(resultat.insituables, "ligne ne dit", "lignes ne disent")
        yield f"{lignes} pas de qui elle parle : autant de collectivités, au plus, sont à zéro sans l'être."
    if revisees:
        yield f"{format_compte(revisees, 'valeur déjà publiée change', 'valeurs déjà publiées changent')}."
    if liens_changes:
        perdus = format_compte(
            liens_changes, "lien déjà publié ne l'est plus", "liens déjà publiés ne le sont plus"
        )
        yield f"{perdus}."


def count_revisees(neuf: pd.DataFrame, ancien: pd.DataFrame) -> int:
    """Les valeurs déjà publiées, même lieu et même période, que ce fichier change."""
    communes = neuf.merge(
        ancien, on=["indicateur_id", "collectivite_id", "periode"], suffixes=("", "_ancienne")
    )
    return int(communes["valeur"].ne(communes["valeur_ancienne"]).sum())


def count_liens_changes(neuf: Resultat, ancien: Resultat) -> int:
    """Les liens déjà publiés que ce fichier n'a plus, les identifiants qui désignent un autre opérateur."""
    avant, apres = (set(r.liens.itertuples(index=False, name=None)) for r in (ancien, neuf))
    communs = neuf.operateurs.keys() & ancien.operateurs.keys()
    return len(avant - apres) + sum(neuf.operateurs[o] != ancien.operateurs[o] for o in communs)
