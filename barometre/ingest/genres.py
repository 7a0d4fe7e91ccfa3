"""Ce qu'un nom ou un type disent de la nature de qui répond : « Rennes Métropole » n'est pas Rennes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from barometre.ingest.labels import clean_label
from barometre.ingest.vocabulary import load_vocabulary

COMMUNE, EPCI, EPT, AUTRE = "commune", "epci", "ept", "autre"
_MOTS = re.compile(r"[a-z]+")
# Ce qui suit situe la collectivité : « Rodez (Rodez agglomération) », « Mairie de Rodez - CCAS ».
_SUITE = re.compile(r"\s*(?:\(.*|\s[-–—/]\s.*|,.*)$", re.DOTALL)
_VIDES = frozenset({"un", "une", "le", "la", "les", "l", "de", "du", "des", "d", "notre", "votre"})


@lru_cache(maxsize=50_000)
def list_genres(texte: str) -> tuple[tuple[str, str], ...]:
    """(mot, nature) de chaque mot d'un nom qui en dit une ; vide d'un nom ordinaire, ou d'une mairie.

    « CC », « CD » ou « Syndicat » ne le disent qu'en tête ; « métropole » et « agglomération », partout.
    """
    mots = [m for m in _MOTS.findall(clean_label(_SUITE.sub("", texte) or texte)) if m not in _VIDES]
    if not mots:
        return ()
    vocabulaire = load_vocabulary()
    tete, ailleurs = vocabulaire.genres_en_tete, vocabulaire.genres
    if mots[0] in vocabulaire.autres_structures:
        return ((mots[0], AUTRE),)
    premier = ailleurs.get(mots[0]) or tete.get(mots[0], "")
    if premier == COMMUNE:
        return ()
    suite = [(m, ailleurs[m]) for m in mots[1:] if ailleurs.get(m, COMMUNE) != COMMUNE]
    return (*([(mots[0], premier)] if premier else []), *suite)


def find_autre_genre(texte: str, sien: str, noms: Iterable[str]) -> str:
    """La nature que dit un nom, si ce n'est pas la sienne ; ses propres mots n'en disent rien.

    « Le Syndicat » est une commune, « CC de la Région de Suippes » une intercommunalité.
    """
    trouves = list_genres(texte)
    if not trouves:
        return ""
    propres = {m for nom in noms for m in _MOTS.findall(clean_label(nom))}
    dits = [genre for mot, genre in trouves if mot not in propres]
    return "" if not dits or sien in dits or (sien == EPT and EPCI in dits) else dits[0]


@lru_cache(maxsize=10_000)
def read_type(texte: str) -> str:
    """« Une commune » → commune ; inconnu, absent ou de deux natures → texte vide."""
    cle = clean_label(texte)
    if exact := load_vocabulary().types.get(cle, ""):
        return exact
    mots = [m for m in _MOTS.findall(cle.partition("(")[0]) if m not in _VIDES]
    if not mots or mots[0] in load_vocabulary().autres_structures:
        return ""
    connus = load_vocabulary().genres | load_vocabulary().genres_en_tete
    genres = {connus[m] for m in mots if m in connus}
    # « Communauté de communes », « Communauté urbaine et ville ».
    genres -= {COMMUNE} if "communaute" in mots else set()
    return genres.pop() if len(genres) == 1 and mots[0] in connus else ""
