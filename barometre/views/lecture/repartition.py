"""Un indicateur réparti selon une dimension : strate, type, territoire, couverture OPSN, vague."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from barometre.domain.cadre import Cadre, LigneCadre
from barometre.domain.indicateur import Indicateur
from barometre.views.lecture.chiffres import Chiffre, format_bornes, format_cellule
from barometre.views.lecture.citation import get_raison
from barometre.views.lecture.groupes_compares import GroupeCompare, build_phrase_groupes


@dataclass(frozen=True, slots=True)
class Groupe:
    """Une ligne d'une répartition."""

    libelle: str
    chiffre: Chiffre
    # Face à toutes les autres répondantes ; rien si le test n'a pas lieu ou ne se montre pas.
    compare: GroupeCompare | None = None


@dataclass(frozen=True, slots=True)
class Repartition:
    """Les groupes d'une dimension, dans leur ordre naturel : jamais un palmarès."""

    id: str
    titre: str
    tete: str
    indicateur: Indicateur
    groupes: tuple[Groupe, ...]
    # Groupes sans cellule (question non posée, trop peu de réponses) : nommés, non dessinés.
    sans_chiffre: tuple[str, ...] = ()

    @property
    def cadre(self) -> Cadre:
        """Le cadre que lisent les graphiques."""
        return build_cadre(self.groupes, [self.indicateur] * len(self.groupes))

    @property
    def est_vide(self) -> bool:
        """Vrai si aucun groupe n'est montré."""
        return not any(groupe.chiffre.montre for groupe in self.groupes)

    @property
    def phrase_groupes(self) -> str:
        """Quels groupes se distinguent de l'ensemble, ou rien si aucun n'est comparé."""
        return build_phrase_groupes(self.id, [(groupe.libelle, groupe.compare) for groupe in self.groupes])


def build_cadre(groupes: Sequence[Groupe], indicateurs: Sequence[Indicateur]) -> Cadre:
    """Une ligne par groupe ; un groupe caché n'a que son nom et la raison de son absence."""
    return tuple(_ligne(g, i) for g, i in zip(groupes, indicateurs, strict=True))


def _ligne(groupe: Groupe, indicateur: Indicateur) -> LigneCadre:
    chiffre, compare = groupe.chiffre, groupe.compare
    if not chiffre.montre:
        return LigneCadre(groupe=groupe.libelle, montre=False, raison=get_raison(chiffre.etat, indicateur))
    return LigneCadre(
        groupe=groupe.libelle,
        raison="Indicatif, à ne pas citer." if chiffre.note == "C" else "",
        note=chiffre.note,
        n=chiffre.n,
        n_eff=chiffre.n_eff,
        redresse=chiffre.valeur,
        brut=chiffre.brut,
        bas=chiffre.bas,
        haut=chiffre.haut,
        redresse_texte=f"{format_cellule(indicateur, chiffre, 'redresse')}{' (brut)' * chiffre.est_brut}",
        brut_texte=format_cellule(indicateur, chiffre, "brut"),
        intervalle=format_bornes(indicateur, chiffre),
        plafond=chiffre.plafond,
        marque=compare.marque if compare else "",
        position=compare.get_mot(indicateur) if compare else "",
        ecart=compare.ecart if compare else "",
    )
