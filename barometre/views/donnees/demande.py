"""La demande d'Explorer : ce qu'une adresse compose, pour la page, `exporter` et l'API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_guillemets, format_liste
from barometre.domain.territoire import COUVERTURES, FRANCE, LIBELLES_TYPES, TYPES
from barometre.views.lecture.address import (
    CLES,
    Admises,
    Adresse,
    explain_ecartee,
    list_repetees,
    read_query,
)
from barometre.views.lecture.libelles import ZONES
from barometre.views.lecture.selection import Selection, read_selection

TERRITOIRE, STRATE, TYPE, OPSN, VAGUE = "territoire", "strate", "type", "opsn", "vague"
REPARTITIONS = {
    TERRITOIRE: "Territoire", STRATE: "Taille", TYPE: "Type", OPSN: "Couverture OPSN", VAGUE: "Vague",
}  # fmt: skip
# Les réponses se lisent jusqu'au département ; les données de l'État jusqu'à la commune.
NIVEAUX = {
    "zone": "Métropole et outre-mer",
    "region": "Régions",
    "departement": "Départements",
    "epci": "Intercommunalités (données de l’État)",
    "commune": "Communes (données de l’État)",
}
Forme = Literal["longue", "large"]
FORMES = {"longue": "Une ligne par chiffre", "large": "Une colonne par indicateur"}
# Ce que l'on demande le plus souvent, par son adresse.
MODELES = {
    "Les chiffres clés par région": "par=territoire&niveau=region",
    "Les chiffres clés selon la taille": "par=strate",
    "Les chiffres clés, toutes les vagues": "par=vague",
    "Une colonne par chiffre clé, un département par ligne": "niveau=departement&forme=large",
    "La cybersécurité par type de collectivité": "theme=cybersecurite&par=type",
}
TOUT = Selection()
# La question « est-ce une commune ou une intercommunalité ? », posée à qui lit le référentiel.
Lieu = Callable[[str], bool]
CITES = 12  # identifiants qu'une phrase de refus peut citer


def _is_aucun(_: str) -> bool:
    return False


class ExplorationRefusee(ValueError):
    """La vue demandée n'existe pas, ou est trop grande ; le message dit quoi changer."""


@dataclass(frozen=True, slots=True)
class DemandeExplorer:
    """Aucun indicateur : ceux du thème ; ni l'un ni l'autre : les chiffres clés de tous les thèmes.

    `territoires` : ceux-là seuls, de tout niveau ; vides, tous ceux de `niveau` dans celui de la sélection.
    """

    indicateurs: tuple[str, ...] = ()
    theme_id: str = ""
    selection: Selection = TOUT
    par: tuple[str, ...] = (TERRITOIRE,)
    niveau: str = "region"
    territoires: tuple[str, ...] = ()
    forme: Forme = "longue"

    @property
    def est_commune_a_tous(self) -> bool:
        """Vrai si rien n'y choisit ni n'y répartit un type, une taille ou une couverture.

        Les données de l'État et les chiffres publiés ne se lisent que là.
        """
        choix = self.selection
        return not ({STRATE, TYPE, OPSN} & set(self.par) or choix.type or choix.strate or choix.couverture)


def build_modeles(strate: str = "") -> dict[str, str]:
    """Les modèles ; `strate` : celle de la collectivité du lecteur, s'il en suit une."""
    suivie = {"Ma taille, toutes les vagues": f"par=vague&strate={strate}"} if strate else {}
    return suivie | MODELES


def list_admises(
    catalogue: Catalogue, territoires: Mapping[str, str], is_lieu: Lieu = _is_aucun
) -> dict[str, Admises]:
    """Les valeurs que chaque clé de l'adresse peut prendre ; `is_lieu` : commune ou intercommunalité."""
    champs = {*territoires, FRANCE, *ZONES}
    return {
        "indicateurs": {*catalogue.indicateurs, *(p.id for p in catalogue.chiffres_publies)},
        "theme": {"", *(t.id for t in catalogue.themes)},
        "vague": {"", *(v.id for v in catalogue.vagues)},
        "territoire": champs,
        "territoires": lambda valeur: valeur in champs or is_lieu(valeur),
        "niveau": set(NIVEAUX),
        "type": {"", *TYPES},
        "strate": {"", *(s.id for s in catalogue.strates)},
        "opsn": {"", *COUVERTURES},
        "par": {"", *REPARTITIONS},
        "forme": set(FORMES),
    }


def read_demande(adresse: Adresse) -> DemandeExplorer:
    """La demande que dit une adresse."""
    return DemandeExplorer(
        indicateurs=adresse.list("indicateurs"),
        theme_id=adresse.get("theme"),
        selection=replace(read_selection(adresse), structure=""),
        par=tuple(p for p in adresse.list("par") if p),
        niveau=adresse.get("niveau"),
        territoires=adresse.list("territoires"),
        forme="large" if adresse.get("forme") == "large" else "longue",
    )


def parse_demande(
    requete: str, catalogue: Catalogue, territoires: Mapping[str, str], is_lieu: Lieu = _is_aucun
) -> DemandeExplorer:
    """La demande d'un texte (commande, API) : une mauvaise valeur y est refusée, non corrigée."""
    if repetees := list_repetees(requete):
        # La dernière l'emporterait, et les autres se perdraient sans un mot.
        cle = format_guillemets(repetees[0])
        raise ExplorationRefusee(f"La clé {cle} n’a qu’une valeur\u202f: {explain_plusieurs(repetees[0])}.")
    admises = list_admises(catalogue, territoires, is_lieu)
    adresse = read_query(requete, admises)
    if adresse.ecartees:
        raise ExplorationRefusee(_explain_ecartee(*adresse.ecartees[0], admises))
    demande = read_demande(adresse)
    if phrase := explain_impossible(catalogue, demande.selection):
        raise ExplorationRefusee(phrase)
    return demande


def _explain_ecartee(nom: str, valeur: str, admises: Mapping[str, Admises]) -> str:
    """Ce qui n'existe pas, et ce que l'on peut mettre à la place."""
    if "," in valeur:
        return f"{explain_ecartee(nom, valeur)}\u202f: {explain_plusieurs(nom)}."
    permises = admises.get(nom, ())
    possibles = [] if callable(permises) else sorted(v for v in permises if v)
    # « departement-1 » n'est pas presque « departement-91 » : d'un code, on ne devine pas le voisin.
    proches = [] if nom.startswith("territoire") else get_close_matches(valeur.lower(), possibles, 1, 0.75)
    return f"{explain_ecartee(nom, valeur)}\u202f: {_explain_choix(proches, possibles)}."


def explain_plusieurs(nom: str) -> str:
    """Comment en demander plusieurs : une clé répétée, une répartition, ou une demande chacune."""
    repetee = "territoires" if nom == TERRITOIRE else nom
    if CLES[repetee].multiple:
        return f"pour en lire plusieurs, répétez {format_guillemets(f'{repetee}=…')}"
    if nom in REPARTITIONS:
        return f"pour les lire toutes, {format_guillemets(f'par={nom}')} ; sinon, une demande par valeur"
    return "gardez-en une, ou faites une demande par valeur"


def _explain_choix(proches: Sequence[str], possibles: Sequence[str]) -> str:
    """Le plus proche ; sinon tous, s'ils tiennent dans une phrase."""
    if proches:
        return f"le plus proche est {format_guillemets(proches[0])}"
    if 0 < len(possibles) <= CITES:
        return f"choisissez {format_liste(list(map(format_guillemets, possibles)), 'ou')}"
    return "prenez l’identifiant que montrent la page Explorer et l’API"


def explain_impossible(catalogue: Catalogue, selection: Selection) -> str:
    """Un type et une taille d'un autre type ne se rencontrent jamais ; vide si tout va ensemble."""
    strate = next((s for s in catalogue.strates if s.id == selection.strate), None)
    if strate is None or selection.type in ("", strate.type):
        return ""
    type_, taille = map(format_guillemets, (LIBELLES_TYPES[selection.type], strate.libelle))
    return (
        f"Aucune collectivité n’est à la fois du type {type_} et de la taille {taille}, qui est celle d’un "
        "autre type\u202f: ôtez l’un des deux."
    )
