"""Le droit de réponse d'une collectivité : ce qu'elle a déclaré de ses chiffres, et peut encore en dire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_date
from barometre.views.collectivite.fiche import VueFiche

NATURES = {"correction": "Correction", "explication": "Explication"}


@dataclass(frozen=True, slots=True)
class LigneDeclaration:
    """Une déclaration, telle qu'on la lit : « 28 novembre 2026, correction, Un site internet »."""

    titre: str
    texte: str


@dataclass(frozen=True, slots=True)
class VueDeclarations:
    """Ce qui est déclaré ; et, la fenêtre ouverte, les chiffres dont on peut parler et jusqu'à quand."""

    lignes: tuple[LigneDeclaration, ...]
    chiffres: Mapping[str, str]
    jusqu_au: date | None = None


def build_declarations(gate: Gate, catalogue: Catalogue, fiche: VueFiche, jour: date) -> VueDeclarations:
    """Rien pour qui ne lit pas les réponses de cette collectivité ; jamais gardé d'un lecteur à l'autre."""
    collectivite_id = fiche.collectivite.id
    fenetre = gate.get_fenetre(collectivite_id, jour)
    lignes = tuple(
        LigneDeclaration(
            f"{format_date(d.declaree_le)}, {NATURES[d.nature].lower()}, {_name(catalogue, d.indicateur_id)}",
            d.texte,
        )
        for d in gate.list_declarations(collectivite_id)
    )
    # Une réponse donnée sur place n'est enregistrée nulle part : on ne déclare rien d'elle.
    chiffres = _list_chiffres(catalogue, fiche) if fenetre and not fiche.sur_place else {}
    return VueDeclarations(lignes, chiffres, fenetre.reponses_jusqu_au if fenetre else None)


def _list_chiffres(catalogue: Catalogue, fiche: VueFiche) -> dict[str, str]:
    """Les chiffres que la collectivité a déclarés, et ce qu'elle y a répondu à la dernière vague."""
    dernieres = {id_: reponse for (id_, _), reponse in fiche.soi.reponses.items()}
    return {
        id_: f"{_name(catalogue, id_)} (votre réponse : {reponse.get_texte(catalogue.get_indicateur(id_))})"
        for id_, reponse in dernieres.items()
    }


def _name(catalogue: Catalogue, indicateur_id: str) -> str:
    """Le titre, avec son thème ; un indicateur retiré du catalogue garde son identifiant."""
    indicateur = catalogue.indicateurs.get(indicateur_id)
    if indicateur is None:
        return indicateur_id
    return f"{catalogue.get_theme(indicateur.theme_id).titre}, {indicateur.titre}"
