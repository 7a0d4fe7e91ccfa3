"""La montée des données de l'État : commune → EPCI, département, région, zone, France, en SQL.

La valeur d'un territoire porte `n_communes`, le nombre de communes connues dont elle vient ; une
commune inconnue n'est pas un zéro. Refaire la montée remplace la précédente.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    String,
    and_,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    tuple_,
    values,
)

from barometre.domain.territoire import FRANCE
from barometre.warehouse import schema as s

# Une valeur déjà présente (publiée telle quelle pour un département) n'est jamais recouverte.
COLONNES = ("indicateur_id", "collectivite_id", "periode", "valeur", "etat", "source_id", "n_communes")
POPULATION = "population"
_c, _f = s.dim_collectivite.c, s.fait_valeur.c
# Le territoire d'une commune, à chaque niveau.
TERRITOIRES: Mapping[str, ColumnElement[Any]] = {
    "epci": "epci-" + _c.epci,
    "departement": "departement-" + _c.departement,
    "region": "region-" + _c.region,
    "zone": "zone-" + _c.zone,
    FRANCE: literal(FRANCE),
}


@dataclass(frozen=True, slots=True)
class Montee:
    """Comment un indicateur monte. `depuis` : celui dont les communes ont les valeurs (souvent lui-même)."""

    indicateur_id: str
    agregation: str
    depuis: str
    ponderation: str = ""


def apply_montees(moteur: Engine, montees: Iterable[Montee]) -> None:
    """Refait la montée de chaque indicateur, à tous les niveaux, en une transaction."""
    toutes = list(montees)
    with moteur.begin() as connexion:
        presents = _list_presents(connexion, [m.depuis for m in toutes])
        montes = [m.indicateur_id for m in toutes]
        connexion.execute(
            delete(s.fait_valeur).where(_f.indicateur_id.in_(montes), _f.n_communes.is_not(None))
        )
        for lot in _group(m for m in toutes if m.depuis in presents):
            connexion.execute(insert(s.fait_valeur).from_select(list(COLONNES), select_montee(lot)))


def _group(montees: Iterable[Montee]) -> list[list[Montee]]:
    """Les montées qui se font par la même requête : une seule lecture des valeurs pour toutes."""
    lots: dict[tuple[str, str], list[Montee]] = {}
    for montee in montees:
        lots.setdefault((montee.agregation, montee.ponderation), []).append(montee)
    return list(lots.values())


def _list_presents(connexion: Connection, indicateurs: list[str]) -> set[str]:
    """Ceux de ces indicateurs dont l'entrepôt a des valeurs."""
    requete = select(_f.indicateur_id).where(_f.indicateur_id.in_(indicateurs)).distinct()
    return set(connexion.scalars(requete))


def select_montee(lot: Sequence[Montee]) -> Select[Any]:
    """Les valeurs, à tous les niveaux, d'indicateurs qui montent de la même façon depuis leurs communes."""
    sens = values(column("indicateur_id", String), column("depuis", String), name="sens")
    sens = sens.data([(m.indicateur_id, m.depuis) for m in lot])
    poids, source = _join(lot[0])
    niveaux = [territoire.label(niveau) for niveau, territoire in TERRITOIRES.items()]
    lignes = (
        select(sens.c.indicateur_id, *niveaux, _f.periode, _f.valeur, _f.source_id, poids.label("poids"))
        .select_from(source.join(sens, sens.c.depuis == _f.indicateur_id))
        .where(_c.type == "commune", _f.etat == "repondu", _f.n_communes.is_(None))
        .subquery()
    )
    li = lignes.c
    # Un ensemble par niveau : hors du sien, la colonne d'un territoire est vide.
    ensembles = [tuple_(li.indicateur_id, li.periode, li[niveau]) for niveau in TERRITOIRES]
    territoire, valeur = func.coalesce(*(li[n] for n in TERRITOIRES)), _value(lot[0].agregation, lignes)
    return (
        select(
            li.indicateur_id,
            territoire,
            li.periode,
            valeur,
            literal("repondu"),
            func.min(li.source_id),
            cast(func.count(), Integer),
        )
        .group_by(func.grouping_sets(*ensembles))
        # Des poids tous nuls (communes sans habitant) ne font pas une moyenne.
        .having(territoire.is_not(None), valeur.is_not(None))
    )


def _value(agregation: str, lignes: Any) -> ColumnElement[Any]:
    li = lignes.c
    valeurs: dict[str, ColumnElement[Any]] = {
        "somme": func.sum(li.valeur),
        "part_communes": func.avg(li.valeur),
        "moyenne_ponderee": func.sum(li.valeur * li.poids) / func.nullif(func.sum(li.poids), 0),
    }
    return valeurs[agregation]


def _join(montee: Montee) -> tuple[ColumnElement[Any], Any]:
    """Le poids d'une commune et la jointure qui le donne."""
    base = s.fait_valeur.join(s.dim_collectivite, _c.collectivite_id == _f.collectivite_id)
    if not montee.ponderation:
        return literal(1.0), base
    if montee.ponderation == POPULATION:
        return _c.population * literal(1.0), base
    poids = s.fait_valeur.alias("poids")
    meme = and_(
        poids.c.indicateur_id == montee.ponderation,
        poids.c.collectivite_id == _f.collectivite_id,
        poids.c.periode == _f.periode,
    )
    return poids.c.valeur, base.join(poids, meme)
