"""Les niveaux où une carte a quelque chose à montrer, et ce que l'on voit à l'échelle des communes."""

from __future__ import annotations

from dataclasses import replace

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.views.carte.lieux import list_lieux
from barometre.views.carte.pseudo_indicateurs import OPSN, PARTICIPATION
from barometre.views.carte.valeurs import ABSENT
from barometre.views.carte.vue_carte import (
    ChoixCarte,
    apply_limites,
    build_vue_carte,
    get_indicateur,
    list_niveaux,
)
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.ligne import choose_vague

# Sous un lieu sur vingt, la carte est grise : onze EPCI de 1 254 ne se voient pas.
PART_MONTREE = 0.05
# Une phrase, pas un catalogue : les premières mesures du thème, ou d'un autre.
PROPOSEES = 2


def list_niveaux_montres(gate: Gate, catalogue: Catalogue, choix: ChoixCarte) -> tuple[str, ...]:
    """Les niveaux du territoire où ce choix montre assez de lieux : on n'offre pas une carte grise."""
    offerts = list_niveaux(choix.selection.territoire_id)
    return tuple(n for n in offerts if _is_montre(gate, catalogue, replace(choix, niveau=n)))


def _is_montre(gate: Gate, catalogue: Catalogue, choix: ChoixCarte) -> bool:
    indicateur = get_indicateur(catalogue, choix)
    if indicateur.id == OPSN:
        return choix.niveau != "region"
    if choix.niveau == "commune":
        return _is_montre_par_commune(gate, indicateur)
    if indicateur.origine == "mesure" or indicateur.id == PARTICIPATION:
        etats = build_vue_carte(gate, catalogue, choix).cadre["etat"]
        return _is_assez(int(etats.ne(ABSENT).sum()), len(etats))
    return _has_chiffres(gate, catalogue, indicateur, choix)


def _is_assez(montres: int, lieux: int) -> bool:
    return montres >= max(1, PART_MONTREE * lieux)


def _has_chiffres(gate: Gate, catalogue: Catalogue, indicateur: Indicateur, choix: ChoixCarte) -> bool:
    """Vrai si assez de lieux de ce territoire ont un chiffre publié, à la vague que la carte montre."""
    selection = apply_limites(choix, indicateur)[0].selection
    cellules = read_cellules(
        gate, [indicateur.id], selection, niveau=choix.niveau, territoire_id=None, vague_id=None
    )
    lieux = set(list_lieux(gate, choix.niveau, selection)["territoire_id"])
    vague = choose_vague(catalogue, indicateur.theme_id, selection, cellules).vague_id
    montres = {c.territoire_id for c in cellules.values() if c.montre and c.vague_id == vague}
    return _is_assez(len(montres & lieux), len(lieux))


def _is_montre_par_commune(gate: Gate, indicateur: Indicateur) -> bool:
    """Une réponse n'y est pas publique, ni le fait de répondre ; une donnée de l'État, si."""
    if indicateur.origine == "declare":
        return gate.portee.role != "public"
    return gate.has_mesure(indicateur.id, "commune")


def list_mesures_par_commune(gate: Gate, catalogue: Catalogue, theme_id: str) -> tuple[Indicateur, ...]:
    """Ce que l'on peut voir commune par commune, les mesures du thème d'abord ; deux au plus."""
    mesures = sorted(
        (i for i in catalogue.indicateurs.values() if i.origine == "mesure"),
        key=lambda i: i.theme_id != theme_id,
    )
    trouvees: list[Indicateur] = []
    for mesure in mesures:
        if len(trouvees) < PROPOSEES and gate.has_mesure(mesure.id, "commune"):
            trouvees.append(mesure)
    return tuple(trouvees)
