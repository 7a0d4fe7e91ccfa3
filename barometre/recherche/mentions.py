"""Ce qu'un nom peut être d'autre que celui d'aujourd'hui : une ancienne commune, un sigle, un nom d'usage."""

from __future__ import annotations

import pandas as pd
from numpy import intp
from numpy.typing import NDArray

from barometre.recherche.resultats import Entree
from barometre.recherche.sigles import COMMUNES, DEPARTEMENTS, EPCI, EPT, REGIONS, list_sigles

_NATURES = {
    "ancien-code": "ancienne commune",
    "commune-deleguee": "commune déléguée",
    "commune-associee": "commune associée",
    "arrondissement-municipal": "arrondissement",
}


def list_anciennes(anciens: pd.DataFrame, communes: NDArray[intp]) -> list[tuple[str, Entree]]:
    """Les noms d'avant ; `communes` : le rang de la commune actuelle de chacun, ou −1."""
    return [
        (str(nom), Entree(int(cible), str(nom), f"{_NATURES[str(nature)]} {nom}"))
        for nom, nature, cible in zip(anciens["nom"], anciens["nature"], communes, strict=True)
        if cible >= 0
    ]


def list_usages(noms: list[str], types: list[str], ids: pd.Index) -> list[tuple[str, Entree]]:
    """Les sigles et les noms d'usage ou d'avant des EPCI et des régions."""
    sigles = [
        (sigle, Entree(i, motif=f"sigle {sigle}"))
        for i, (nom, type_) in enumerate(zip(noms, types, strict=True))
        if type_ in ("epci", "ept")
        for sigle in set(list_sigles(nom))
    ]
    # « Grand Paris Sud », sans le « CA » que son nom officiel met devant.
    sigles += [
        (nom[3:], Entree(i, motif=nom))
        for i, (nom, type_) in enumerate(zip(noms, types, strict=True))
        if type_ == "epci" and nom.startswith(("CC ", "CA ", "CU "))
    ]
    nommees = {"region": REGIONS, "epci": EPCI, "ept": EPT, "commune": COMMUNES, "departement": DEPARTEMENTS}
    usages = [(f"{type_}-{code}", siens) for type_, n in nommees.items() for code, siens in n.items()]
    rangs = ids.get_indexer(pd.Index([cle for cle, _ in usages]))
    autres = [
        (nom, Entree(int(rang), motif=f"aussi dite {nom}"))
        for rang, (_, siens) in zip(rangs, usages, strict=True)
        if rang >= 0
        for nom in siens
    ]
    return sigles + autres
