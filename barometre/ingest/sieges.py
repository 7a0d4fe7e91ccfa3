"""Le SIREN d'une intercommunalité à côté du code d'une de ses communes : laquelle des deux répond ?"""

from __future__ import annotations

from collections.abc import Sequence

from barometre.ingest.concordance import Noms
from barometre.ingest.identity import Rattachement
from barometre.ingest.labels import clean_label

Lu = tuple[int, Rattachement]
# Un code INSEE sous ces mots dit où est le siège, non qui répond (« Établissement code INSEE localité »).
_MOTS_DE_LIEU = frozenset({"siege", "localite", "etablissement", "adresse", "implantation"})
_MOTS_D_EPCI = frozenset({"epci", "intercommunalite", "groupement", "communaute", "rattachement"})
INDECISE = (
    "Le SIREN est celui d'une intercommunalité ({}), le code celui d'une de ses communes ({}) : rien ne dit "
    "laquelle répond. Donnez le type, ou le nom à côté."
)


def is_entete_epci(entete: str) -> bool:
    """Vrai d'une colonne qui parle de l'intercommunalité, non de qui répond."""
    mots = _split(entete)
    return bool(mots & {"epci", "intercommunalite"}) and not mots & {"ville", "libgeo"}


def drop_sieges(lus: Sequence[Lu], entetes: Sequence[str], type_: str) -> list[Lu]:
    """Sans le code de la commune du siège, si un SIREN désigne une autre sorte de collectivité."""
    porteur = any(_is_autre(lu) for _, lu in lus)
    if not porteur:
        return list(lus)
    interco = type_ in {"epci", "ept"}
    return [
        (rang, lu)
        for rang, lu in lus
        # D'une intercommunalité, une colonne de codes ne peut dire que le siège.
        if _is_autre(lu) or not (_split(entetes[rang]) & _MOTS_DE_LIEU or (interco and lu.motif))
    ]


def list_indecis(lus: Sequence[Lu], entetes: Sequence[str], nom: str, noms: Noms) -> list[tuple[int, str]]:
    """Le refus d'une ligne qui donne une intercommunalité et l'une de ses communes, sans dire qui répond."""
    epcis = {lu.collectivite_id: rang for rang, lu in lus if lu.collectivite_id.startswith(("epci-", "ept-"))}
    for rang, lu in lus:
        commune, epci = lu.collectivite_id, noms.referentiel.epci_de.get(lu.collectivite_id, "")
        if epci not in epcis or _split(entetes[epcis[epci]]) & _MOTS_D_EPCI:
            continue
        nommee = bool(nom) and noms.is_accord(commune, nom) and not noms.find_autre_genre(commune, nom)
        if not nommee:
            return [(rang, INDECISE.format(epci, commune))]
    return []


def _is_autre(lu: Rattachement) -> bool:
    return bool(lu.collectivite_id) and not lu.collectivite_id.startswith("commune-")


def _split(entete: str) -> set[str]:
    return set(clean_label(entete).replace("'", " ").replace("_", " ").split())
