"""La page Carte : un indicateur par territoire, ce qui est montré, ce qui ne l'est pas et pourquoi."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.domain.territoire import FRANCE
from barometre.views.carte import faits as carte_faits
from barometre.views.carte import valeurs as carte_valeurs
from barometre.views.carte.changements import read_changement
from barometre.views.carte.lieux import NOMS_NIVEAUX, build_fil, list_lieux
from barometre.views.carte.pseudo_indicateurs import OPSN, PARTICIPATION, build_pseudo
from barometre.views.carte.publies_carte import describe_publies
from barometre.views.carte.valeurs import Releve
from barometre.views.lecture.libelles import Libelles, lower_initiale
from barometre.views.lecture.provenance import build_provenance_carte
from barometre.views.lecture.selection import Selection

SOURCE_OPSN = "Opérateurs publics de services numériques, faits publics (page Sources et méthode)"


@dataclass(frozen=True, slots=True)
class ChoixCarte:
    """Ce que le lecteur demande : un indicateur (ou un pseudo-indicateur), un niveau, une sélection."""

    indicateur_id: str
    theme_id: str
    niveau: str
    selection: Selection
    # La vague d'où l'on part : la carte montre alors le changement testé, et non la valeur.
    depuis: str = ""


@dataclass(frozen=True, slots=True)
class VueCarte:
    """Une carte à dessiner : les lieux et leurs valeurs, les valeurs de toutes les vagues, les mots."""

    choix: ChoixCarte
    indicateur: Indicateur
    titre: str
    releve: Releve
    champ: str
    periode: str
    fil: tuple[tuple[str, str], ...]
    messages: tuple[str, ...]
    provenance: Provenance
    simulee: bool
    # Ce que le baromètre a publié sur ce sujet, sans détail par territoire.
    publies: str = ""

    @property
    def cadre(self) -> pd.DataFrame:
        """Une ligne par lieu."""
        return self.releve.cadre

    @property
    def est_vide(self) -> bool:
        """Vrai si aucun lieu n'a de valeur montrée."""
        return not bool(self.cadre["etat"].isin(["montre", "indicatif"]).any())


def build_vue_carte(gate: Gate, catalogue: Catalogue, choix: ChoixCarte) -> VueCarte:
    """La carte demandée, aux filtres près que ce niveau permet (une phrase dit lesquels)."""
    indicateur = get_indicateur(catalogue, choix)
    if choix.niveau == "commune" and _is_declare(indicateur):
        # La réponse d'une commune n'est pas publique : la carte dit seulement qui a répondu.
        indicateur = build_pseudo(catalogue, PARTICIPATION, choix.theme_id)
    choix, messages = apply_limites(choix, indicateur)
    lieux = list_lieux(gate, choix.niveau, choix.selection)
    releve = _read(gate, catalogue, choix, indicateur, lieux)
    choix = replace(choix, selection=replace(choix.selection, vague_id=releve.periode))
    libelles = Libelles(catalogue, gate)
    periode = _describe_periode(libelles, indicateur, releve.periode)
    if choix.depuis:
        depuis = lower_initiale(libelles.get_titre_vague(choix.depuis))
        periode = f"changement testé, de la {depuis} à la {lower_initiale(periode)}"
    titre = f"{indicateur.titre}, par {NOMS_NIVEAUX[choix.niveau]}"
    champ = _describe_champ(libelles, choix, indicateur)
    simulee = gate.get_version().simulee and _is_declare(indicateur)
    return VueCarte(
        choix=choix,
        indicateur=indicateur,
        titre=f"{titre} · {periode}" if periode else titre,
        releve=releve,
        champ=champ,
        periode=periode,
        fil=build_fil(gate, choix.selection.territoire_id),
        messages=(*messages, *releve.messages),
        provenance=_build_provenance(gate, indicateur, f"{champ} ; {periode}", choix.niveau),
        simulee=simulee,
        publies=describe_publies(catalogue, indicateur, simulee=simulee),
    )


def _is_declare(indicateur: Indicateur) -> bool:
    """L'accompagnement se lit dans des faits publics, jamais dans les réponses."""
    return indicateur.origine == "declare" and indicateur.id != OPSN


def _build_provenance(gate: Gate, indicateur: Indicateur, filtres: str, niveau: str) -> Provenance:
    provenance = build_provenance_carte(gate, indicateur, filtres, niveau)
    # Le nom de fichier garde l'identifiant du niveau, le titre dit son nom.
    provenance = replace(provenance, titre=f"{indicateur.titre}, par {NOMS_NIVEAUX[niveau]}")
    if indicateur.id != OPSN:
        return provenance
    return replace(provenance, source=SOURCE_OPSN, precautions=(indicateur.precautions,), simulee=False)


def get_indicateur(catalogue: Catalogue, choix: ChoixCarte) -> Indicateur:
    """L'indicateur du catalogue, ou la participation, ou la couverture OPSN."""
    if choix.indicateur_id in (PARTICIPATION, OPSN):
        return build_pseudo(catalogue, choix.indicateur_id, choix.theme_id)
    return catalogue.get_indicateur(choix.indicateur_id)


def apply_limites(choix: ChoixCarte, indicateur: Indicateur) -> tuple[ChoixCarte, tuple[str, ...]]:
    """Retire les filtres qui n'existent pas à ce niveau, et le dit."""
    selection = choix.selection
    if indicateur.id == OPSN and choix.niveau == "region":
        choix = replace(choix, niveau="departement")
        return choix, ("La couverture par un OPSN se lit par département, non par région.",)
    if indicateur.origine == "mesure" and (selection.couverture or selection.strate or selection.type):
        libre = replace(selection, type="", strate="", couverture="")
        return replace(choix, selection=libre), (
            "Cette donnée de l’État vaut pour chaque territoire entier\u202f: ni le type, ni la taille, "
            "ni l’accompagnement ne la découpent.",
        )
    if indicateur.id in (PARTICIPATION, OPSN) or indicateur.origine == "mesure":
        return choix, ()
    return _restrict_niveau(choix)


def _restrict_niveau(choix: ChoixCarte) -> tuple[ChoixCarte, tuple[str, ...]]:
    """Ce que l'EPCI et le département ne découpent pas."""
    selection = choix.selection
    decoupe = (selection.couverture, selection.strate, selection.type, selection.structure)
    if choix.niveau == "epci" and any(decoupe):
        libre = replace(selection, type="", strate="", couverture="", structure="")
        return replace(choix, selection=libre), (
            "Par intercommunalité, un chiffre compte toutes ses collectivités\u202f: plus finement, il ne "
            "serait pas publiable.",
        )
    if choix.niveau == "departement" and selection.couverture:
        return replace(choix, selection=replace(selection, couverture="")), (
            "Par département, un chiffre ne se découpe pas selon l’accompagnement\u202f: toutes les "
            "couvertures sont réunies.",
        )
    return choix, ()


def _read(
    gate: Gate, catalogue: Catalogue, choix: ChoixCarte, indicateur: Indicateur, lieux: pd.DataFrame
) -> Releve:
    if indicateur.id == OPSN:
        return carte_faits.read_opsn(gate, choix.niveau, lieux)
    if indicateur.origine == "mesure":
        plus_recente = catalogue.indicateurs.get(indicateur.remplacee_par)
        return carte_valeurs.read_mesure(
            gate, indicateur, choix.niveau, choix.selection, lieux, plus_recente=plus_recente
        )
    if choix.depuis:
        return read_changement(gate, indicateur, choix.selection, choix.depuis, lieux)
    if choix.niveau == "commune":
        return carte_faits.read_repondantes(gate, catalogue, choix.theme_id, choix.selection, lieux)
    if indicateur.id == PARTICIPATION:
        return carte_faits.read_participation(
            gate, catalogue, choix.theme_id, niveau=choix.niveau, selection=choix.selection, lieux=lieux
        )
    return carte_valeurs.read_declare(
        gate, catalogue, indicateur, niveau=choix.niveau, selection=choix.selection, lieux=lieux
    )


def _describe_periode(libelles: Libelles, indicateur: Indicateur, periode: str) -> str:
    if indicateur.id == OPSN or not periode:
        return ""
    return (
        carte_valeurs.format_periode_mesure(periode)
        if indicateur.origine == "mesure"
        else (libelles.get_titre_vague(periode))
    )


def _describe_champ(libelles: Libelles, choix: ChoixCarte, indicateur: Indicateur) -> str:
    if indicateur.origine == "mesure" or indicateur.id == OPSN:
        return libelles.get_territoire(choix.selection.territoire_id)
    return libelles.get_champ(choix.selection)


def get_dessous(niveau: str) -> str:
    """Le niveau où descend un clic ; vide pour une commune, qui ouvre sa fiche."""
    return {"region": "departement", "departement": "commune", "epci": "commune"}.get(niveau, "")


def list_niveaux(territoire_id: str) -> tuple[str, ...]:
    """Les niveaux que l'on peut regarder dans un territoire."""
    type_ = territoire_id.partition("-")[0]
    if type_ in (FRANCE, "zone"):
        return ("region", "departement", "epci", "commune")
    return {"region": ("departement", "epci", "commune"), "departement": ("epci", "commune")}.get(
        type_, ("commune",)
    )
