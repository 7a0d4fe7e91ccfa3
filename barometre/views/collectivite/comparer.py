"""Comparer une collectivité à ses pairs, indicateur par indicateur, et à trois autres au plus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue, Theme
from barometre.domain.cadre import LignePosition, Positions
from barometre.domain.formats import format_compte, format_guillemets
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.domain.territoire import Collectivite
from barometre.views.collectivite.contraste import Contraste, build_contrastes
from barometre.views.collectivite.cote_a_cote import CoteACote, build_cote_a_cote
from barometre.views.collectivite.distribution import Distribution, build_distribution
from barometre.views.collectivite.fiche import list_pratiques
from barometre.views.collectivite.liste_pairs import ListePairs, build_liste_groupe
from barometre.views.collectivite.pairs import SEMBLABLES, Comparaison, Demande, Methode, Pairs, list_poses
from barometre.views.collectivite.soi import Score, Soi, compute_score, read_soi
from barometre.views.collectivite.structure import Structure
from barometre.views.collectivite.tableau_fiche import build_provenance_pairs, build_table
from barometre.views.lecture.chiffres import Chiffre, format_bornes, format_cellule
from barometre.views.lecture.citation import get_raison
from barometre.views.lecture.libelles import lower_initiale

# Ce que l'adresse dit (clé `pairs`), et ce que cela demande.
CHOIX_PAIRS: dict[str, str] = {
    "strate": "À taille égale",
    "couverture": "À taille et accompagnement égaux",
    "semblables": "Les plus semblables",
}
TRIS: dict[str, str] = {"questionnaire": "Ordre du questionnaire", "ecart": "Écart avec les pairs"}
SEMBLABLES_PUBLIC = (
    "Les chiffres d’un groupe fait sur mesure autour d’une collectivité trahiraient, de proche en proche, "
    "des réponses. Voici la liste de vos semblables, et les chiffres des collectivités de même taille."
)


@dataclass(frozen=True, slots=True)
class Position:
    """Un indicateur : où sont les pairs, où est la collectivité."""

    indicateur: Indicateur
    chiffre: Chiffre
    echelon: str
    elargi: bool
    texte_pairs: str
    intervalle: str
    raison: str
    texte_soi: str = ""
    valeur_soi: float | None = None

    @property
    def reserve(self) -> str:
        """« indicatif », pour un chiffre qui ne se cite pas."""
        return "indicatif" if self.chiffre.montre and not self.chiffre.citable else ""

    @property
    def ecart(self) -> float | None:
        """La distance aux pairs, en part ; rien si l'un des deux manque."""
        if self.valeur_soi is None or not self.chiffre.montre or not self.indicateur.est_part:
            return None
        return self.valeur_soi - (self.chiffre.valeur or 0.0)


@dataclass(frozen=True, slots=True)
class VueComparer:
    """Toute la page, pour un thème."""

    collectivite: Collectivite
    theme: Theme
    choix: str
    vague: str
    pairs: Pairs
    soi: Soi
    indicateurs: tuple[Indicateur, ...]
    pratiques: tuple[Indicateur, ...]
    distribution: Distribution
    contrastes: tuple[Contraste, ...]
    liste: ListePairs
    variables: tuple[str, ...]
    cote_a_cote: CoteACote
    provenance: Provenance
    messages: tuple[str, ...] = ()

    @property
    def score(self) -> Score | None:
        """Le score de la collectivité à ce thème."""
        return compute_score(self.soi, self.pratiques, self.pairs.vague_id)

    @property
    def positions(self) -> tuple[Position, ...]:
        """Chaque indicateur du thème, dans l'ordre du questionnaire."""
        return tuple(_build_position(self, i) for i in self.indicateurs)

    @property
    def table(self) -> pd.DataFrame:
        """Ce qui se télécharge."""
        return build_table(self.soi, [self.pairs], self.indicateurs)

    @property
    def a_retenir(self) -> str:
        """La phrase avant tout chiffre."""
        compare = f"{self.theme.titre} : {lower_initiale(self.pairs.phrase)}"
        if not self.pairs.suffisant:
            return f"{compare} Choisissez une autre façon de comparer, ou un autre thème."
        if self.score is not None and self.score.montre:
            return f"{self.score.phrase}. {self.distribution.phrase} {compare}"
        return f"{self.distribution.phrase} {compare}".strip()

    def sort(self, tri: str) -> tuple[Position, ...]:
        """Les positions dans l'ordre demandé : l'écart le plus grand d'abord, sans écart à la fin."""
        if tri != "ecart":
            return self.positions
        return tuple(sorted(self.positions, key=lambda p: -abs(p.ecart) if p.ecart is not None else 1.0))

    def place(self, soi: Soi) -> VueComparer:
        """La même page avec des réponses données sur place."""
        return replace(self, soi=soi)


def build_comparer(
    gate: Gate,
    catalogue: Catalogue,
    structure: Structure,
    collectivite: Collectivite,
    *,
    theme_id: str,
    choix: str,
    avec: Sequence[str] = (),
) -> VueComparer:
    """La page pour un thème et une façon de choisir les pairs (une clé de CHOIX_PAIRS)."""
    methode: Methode = "semblables" if choix == SEMBLABLES else "strate"
    demande = Demande(collectivite.id, methode, accompagnement=choix == "couverture")
    comparaison = Comparaison(gate, catalogue, structure, collectivite, demande)
    indicateurs = list_poses(catalogue, theme_id, collectivite.type)
    pratiques = list_pratiques(catalogue, theme_id, collectivite.type)
    pairs = comparaison.build(theme_id, indicateurs)
    soi = read_soi(gate, catalogue, collectivite.id)
    titre = f"{collectivite.nom} et ses pairs : {catalogue.get_theme(theme_id).titre}"
    return VueComparer(
        collectivite=collectivite,
        theme=catalogue.get_theme(theme_id),
        choix=choix,
        vague=comparaison.libelles.get_titre_vague(pairs.vague_id),
        pairs=pairs,
        soi=soi,
        indicateurs=tuple(indicateurs),
        pratiques=tuple(pratiques),
        distribution=build_distribution(pairs, pratiques),
        contrastes=build_contrastes(comparaison, pairs.vague_id, indicateurs),
        liste=build_liste_groupe(comparaison, pairs.echelon_id),
        variables=tuple(structure.list_variables(collectivite.id)),
        cote_a_cote=build_cote_a_cote(gate, catalogue, soi, avec, theme_id=theme_id, vague_id=pairs.vague_id),
        provenance=build_provenance_pairs(comparaison, [pairs], f"comparer_{theme_id}", titre),
        messages=_list_messages(comparaison, pairs, collectivite),
    )


def _list_messages(comparaison: Comparaison, pairs: Pairs, collectivite: Collectivite) -> tuple[str, ...]:
    messages = list(pairs.messages)
    if comparaison.demande.methode == SEMBLABLES:
        messages.insert(0, SEMBLABLES_PUBLIC)
    if comparaison.demande.accompagnement and collectivite.couverture == "inconnue":
        messages.append("Votre accompagnement par un OPSN est inconnu : celui de vos pairs aussi.")
    return tuple(messages)


def _build_position(vue: VueComparer, indicateur: Indicateur) -> Position:
    trouve = vue.pairs.chiffres[indicateur.id]
    chiffre, montre = trouve.chiffre, trouve.chiffre.montre
    reponse = vue.soi.get(indicateur.id, vue.pairs.vague_id)
    return Position(
        indicateur=indicateur,
        chiffre=chiffre,
        echelon=trouve.echelon,
        elargi=trouve.elargi,
        texte_pairs=format_cellule(indicateur, chiffre, "redresse") if montre else "",
        intervalle=format_bornes(indicateur, chiffre) if montre else "",
        raison="" if montre else get_raison(chiffre.etat, indicateur),
        texte_soi=reponse.get_texte(indicateur) if reponse else "",
        valeur_soi=reponse.valeur if reponse else None,
    )


def describe_positions(positions: Sequence[Position]) -> str:
    """Le plus grand écart de la collectivité à ses pairs ; sans ses réponses, l'étendue des pairs seuls."""
    montrees = [p for p in positions if p.chiffre.montre and p.indicateur.est_part]
    if not montrees:
        return "Aucun chiffre de vos pairs ne peut être montré pour ce thème."
    ecarts = [p for p in montrees if p.ecart is not None]
    if ecarts:
        grand = max(ecarts, key=lambda p: abs(p.ecart or 0))
        titre = format_guillemets(grand.indicateur.titre)
        return f"Le plus grand écart : {titre}, {grand.texte_pairs} de vos pairs ; vous : {grand.texte_soi}."
    haut = max(montrees, key=lambda p: p.chiffre.rang)
    bas = min(montrees, key=lambda p: p.chiffre.rang)
    suite = "" if any(p.chiffre.citable for p in montrees) else ", à titre indicatif"
    return f"Chez vos pairs, de {_name(haut, montrees)} à {_name(bas, montrees)}{suite}."


def _name(position: Position, toutes: Sequence[Position]) -> str:
    """« plus de 73 % (« Un site » et 16 autres) » : aucun des ex æquo n'est seul au bout."""
    autres = sum(p.chiffre.rang == position.chiffre.rang for p in toutes) - 1
    suite = f" et {format_compte(autres, 'autre')}" if autres else ""
    return f"{position.texte_pairs} ({format_guillemets(position.indicateur.titre_marque)}{suite})"


def build_cadre_positions(positions: Sequence[Position]) -> Positions:
    """Le cadre que lit `charts.build_positions`."""
    return tuple(map(_ligne, positions))


def _ligne(position: Position) -> LignePosition:
    c = position.chiffre
    suite = f" ({position.echelon})" if position.elargi else ""
    return LignePosition(
        groupe=f"{position.indicateur.titre_marque}{suite}",
        montre=c.montre,
        raison=position.raison,
        note=c.note,
        n=c.n,
        valeur=c.valeur,
        bas=c.bas,
        haut=c.haut,
        texte=position.texte_pairs,
        intervalle=position.intervalle,
        plafond=c.plafond,
        soi=position.valeur_soi,
        soi_texte=position.texte_soi,
    )
