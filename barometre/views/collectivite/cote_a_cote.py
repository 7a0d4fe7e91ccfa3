"""Jusqu'à quatre collectivités côte à côte : leurs faits publics, et leurs réponses là où l'on y a droit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import INCONNU
from barometre.domain.territoire import LIBELLES_COUVERTURES, Collectivite
from barometre.views.collectivite.fiche import list_pratiques
from barometre.views.collectivite.identite import describe_population
from barometre.views.collectivite.soi import Soi, compute_score, read_soi
from barometre.views.lecture.libelles import Libelles

NOMBRE = 4
FERMEE = "réponse non publique"
SANS = "n’a pas répondu"


@dataclass(frozen=True, slots=True)
class CoteACote:
    """Un tableau : une colonne par collectivité, et ce que l'on ne peut pas montrer."""

    table: pd.DataFrame
    collectivites: tuple[Collectivite, ...]
    refus: str = ""


def build_cote_a_cote(
    gate: Gate, catalogue: Catalogue, soi: Soi, avec: Sequence[str], *, theme_id: str, vague_id: str
) -> CoteACote:
    """`soi`, déjà lue, puis les collectivités demandées : sans doublon, quatre au plus."""
    trouvees = [gate.get_collectivite(i) for i in dict.fromkeys([soi.collectivite_id, *avec])]
    collectivites = [c for c in trouvees if c is not None][:NOMBRE]
    sois = [soi, *(read_soi(gate, catalogue, c.id) for c in collectivites[1:])]
    lignes = _list_faits(Libelles(catalogue, gate), collectivites)
    lignes += _list_participation(gate, collectivites, vague_id, theme_id)
    lignes += _list_mesures(catalogue, sois)
    lignes += _list_pratiques(gate, catalogue, collectivites, sois, theme_id=theme_id, vague_id=vague_id)
    colonnes = ["Ce que l’on compare", *name_colonnes(collectivites)]
    refus = next((s.refus for c, s in zip(collectivites, sois, strict=True) if s.refus), "")
    return CoteACote(pd.DataFrame(lignes, columns=colonnes), tuple(collectivites), refus)


def name_colonnes(collectivites: Sequence[Collectivite]) -> list[str]:
    """Deux homonymes se distinguent par leur code."""
    noms = [c.nom for c in collectivites]
    return [n if noms.count(n) == 1 else f"{n} ({c.code})" for n, c in zip(noms, collectivites, strict=True)]


def _list_faits(libelles: Libelles, collectivites: Sequence[Collectivite]) -> list[list[str]]:
    return [
        ["Population", *(describe_population(c) for c in collectivites)],
        ["Strate", *(libelles.get_strate(c.strate) if c.strate else INCONNU for c in collectivites)],
        ["Accompagnement par un OPSN", *(LIBELLES_COUVERTURES[c.couverture] for c in collectivites)],
    ]


def _list_participation(
    gate: Gate, collectivites: Sequence[Collectivite], vague_id: str, theme_id: str
) -> list[list[str]]:
    """Qui a répondu à ce thème, là où le lecteur a le droit de le savoir ; sinon la ligne n'existe pas."""
    visibles = [c.id for c in collectivites if gate.can_see_participation(c.id)]
    if not visibles:
        return []
    repondantes = set(gate.list_participations(vague_id, theme_id, visibles)["collectivite_id"])
    dits = {i: "oui" if i in repondantes else "non" for i in visibles}
    return [["A répondu à ce thème", *(dits.get(c.id, "non public") for c in collectivites)]]


def _list_mesures(catalogue: Catalogue, sois: Sequence[Soi]) -> list[list[str]]:
    connues = dict.fromkeys(m.indicateur.id for s in sois for m in s.mesures)
    return [
        [
            catalogue.get_indicateur(i).titre,
            *(mesure.texte_date if (mesure := s.get_mesure(i)) else INCONNU for s in sois),
        ]
        for i in connues
    ]


def _list_pratiques(
    gate: Gate,
    catalogue: Catalogue,
    collectivites: Sequence[Collectivite],
    sois: Sequence[Soi],
    *,
    theme_id: str,
    vague_id: str,
) -> list[list[str]]:
    """Une ligne par pratique, seulement si une réponse au moins se lit."""
    lisibles = [gate.can_read(c.id, theme_id) for c in collectivites]
    if not any(lisibles):
        return []
    pratiques = list_pratiques(catalogue, theme_id, collectivites[0].type)
    scores = [compute_score(s, pratiques, vague_id) for s in sois]
    lignes = [
        [
            "Pratiques suivies",
            *(
                (score.phrase or "trop peu de réponses") if score else _absence(lisible)
                for score, lisible in zip(scores, lisibles, strict=True)
            ),
        ]
    ]
    for pratique in pratiques:
        reponses = [s.get(pratique.id, vague_id) for s in sois]
        cases = [
            r.get_texte(pratique) if r else _absence(lisible)
            for r, lisible in zip(reponses, lisibles, strict=True)
        ]
        lignes.append([pratique.titre, *cases])
    return lignes


def _absence(lisible: bool) -> str:
    return SANS if lisible else FERMEE
