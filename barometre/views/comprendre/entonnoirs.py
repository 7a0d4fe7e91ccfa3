"""Des territoires selon leur nombre de réponses, au lieu d'un palmarès."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from barometre.domain.cadre import Cadre
from barometre.domain.colonnes import get_colonne
from barometre.domain.indicateur import Indicateur
from barometre.domain.structure import EGALE
from barometre.domain.territoire import FRANCE
from barometre.views.lecture.cellules import get_cellule, read_cellules
from barometre.views.lecture.chiffres import Chiffre
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.repartition import Groupe, Repartition, build_cadre

# En dessous, un entonnoir ne montre rien que la répartition ne dise déjà.
GROUPES_MINIMUM = 5
TERRITOIRE = "territoire"


@dataclass(frozen=True, slots=True)
class Entonnoir:
    """Un niveau de territoires, et la part de l'ensemble autour de laquelle on les place."""

    id: str
    titre: str
    noms: str
    cadre: Cadre
    reference: Chiffre


def build_entonnoirs(
    lecture: Lecture, indicateur: Indicateur, ensemble: Chiffre, repartitions: Sequence[Repartition]
) -> tuple[Entonnoir, ...]:
    """Les territoires de la sélection ; pour la France, les régions puis les départements."""
    # Une part seulement bornée (« au plus 5 % ») ne place personne ; à structure égale, les limites
    # binomiales ne décrivent pas une somme pondérée de tranches.
    egale = lecture.selection.structure == EGALE
    if egale or not indicateur.est_part or not ensemble.montre or ensemble.plafond:
        return ()
    dessous = next((r.groupes for r in repartitions if r.id == TERRITOIRE), ())
    en_region = lecture.selection.territoire_id.startswith("region-")
    niveaux = [("departement" if en_region else "region", dessous)]
    if lecture.selection.territoire_id == FRANCE:
        niveaux.append(("departement", _list_departements(lecture, indicateur)))
    trouves = []
    for niveau, groupes in niveaux:
        places = [g for g in groupes if g.chiffre.montre and not g.chiffre.plafond]
        if len(places) >= GROUPES_MINIMUM:
            cadre = build_cadre(places, [indicateur] * len(places))
            trouves.append(_build(niveau, indicateur, cadre, ensemble))
    return tuple(trouves)


def _build(niveau: str, indicateur: Indicateur, cadre: Cadre, ensemble: Chiffre) -> Entonnoir:
    noms = f"{get_colonne(niveau).titre.lower()}s"
    titre = f"{indicateur.titre}, {noms} selon leur nombre de réponses"
    return Entonnoir(niveau, titre, noms, cadre, ensemble)


def _list_departements(lecture: Lecture, indicateur: Indicateur) -> tuple[Groupe, ...]:
    cellules = read_cellules(
        lecture.gate, [indicateur.id], lecture.selection, niveau="departement", territoire_id=None
    )
    if not any(chiffre.montre for chiffre in cellules.values()):
        return ()
    noms = list_departements(lecture)
    selections = {nom: replace(lecture.selection, territoire_id=id_) for id_, nom in noms.items()}
    return tuple(Groupe(nom, get_cellule(cellules, indicateur.id, s)) for nom, s in selections.items())


def list_departements(lecture: Lecture, **filtres: str) -> dict[str, str]:
    """Les départements par identifiant, dans l'ordre de leur nom."""
    cadre = lecture.gate.list_collectivites(type="departement", cadre=False, **filtres)
    noms = zip(cadre["collectivite_id"].astype(str), cadre["nom"].astype(str), strict=True)
    return dict(sorted(noms, key=lambda paire: paire[1]))
