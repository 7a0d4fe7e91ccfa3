"""La page d'un thème : ce qu'il faut retenir, chaque indicateur, les choix multiples, la provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue, Theme
from barometre.domain.cadre import Cadre
from barometre.domain.enquete import Questionnaire
from barometre.domain.provenance import Provenance
from barometre.views.comprendre.agir import Piste, list_pistes
from barometre.views.comprendre.ensemble import Ensemble, build_ensemble
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.citation import Contexte
from barometre.views.lecture.ligne import Elargi, Lecture, LigneIndicateur, build_lignes, choose_vague
from barometre.views.lecture.provenance import build_provenance_lecture, build_table
from barometre.views.lecture.publies import SUIVI
from barometre.views.lecture.repartition import Groupe, build_cadre
from barometre.views.lecture.selection import Selection, Valeur

PLUS_LARGES = 3


@dataclass(frozen=True, slots=True)
class GroupeLignes:
    """Des indicateurs que l'on lit ensemble : les modalités d'un choix multiple, ou ceux d'une page."""

    id: str
    titre: str
    lignes: tuple[LigneIndicateur, ...]

    @property
    def cadre(self) -> Cadre:
        """Le cadre que lisent les graphiques, une ligne par indicateur."""
        groupes = [Groupe(ligne.indicateur.titre, ligne.chiffre) for ligne in self.lignes]
        return build_cadre(groupes, [ligne.indicateur for ligne in self.lignes])


@dataclass(frozen=True, slots=True)
class VueTheme:
    """Un thème, pour une sélection."""

    theme: Theme
    selection: Selection
    contexte: Contexte
    a_retenir: str
    lignes: tuple[LigneIndicateur, ...]
    ensemble: Ensemble
    pistes: tuple[Piste, ...]
    questionnaire: Questionnaire | None
    provenance: Provenance
    messages: tuple[str, ...] = ()

    @property
    def cles(self) -> tuple[LigneIndicateur, ...]:
        """Tous les chiffres clés, les publiés d'abord : un document les montre, ou compte ceux qu'il tait."""
        return tuple(sorted((x for x in self.lignes if x.indicateur.cle), key=lambda x: not x.chiffre.montre))

    @property
    def plus_larges(self) -> tuple[tuple[Elargi, int], ...]:
        """Les vues plus larges, celle qui publie le plus d'indicateurs d'abord, et combien elle en publie."""
        elargis = {x.elargi.selection: x.elargi for x in self.lignes if x.elargi}
        comptes = Counter(x.elargi.selection for x in self.lignes if x.elargi)
        return tuple((elargis[selection], n) for selection, n in comptes.most_common(PLUS_LARGES))

    @property
    def groupes(self) -> tuple[GroupeLignes, ...]:
        """Les choix multiples, chacun avec ses modalités."""
        ordre = dict.fromkeys(ligne.indicateur.groupe for ligne in self.lignes if ligne.indicateur.groupe)
        return tuple(self._build_groupe(groupe) for groupe in ordre)

    def _build_groupe(self, groupe: str) -> GroupeLignes:
        lignes = tuple(ligne for ligne in self.lignes if ligne.indicateur.groupe == groupe)
        return GroupeLignes(groupe, lignes[0].indicateur.groupe_titre or groupe, lignes)

    @property
    def est_vide(self) -> bool:
        """Vrai si rien n'est montré pour cette sélection."""
        return not any(ligne.chiffre.montre for ligne in self.lignes)

    @property
    def table(self) -> pd.DataFrame:
        """La vue en tableau, telle qu'elle se télécharge."""
        lignes = ((ligne.indicateur, ligne.contexte.champ, ligne.chiffre) for ligne in self.lignes)
        return build_table(lignes).assign(
            publie=[" ; ".join(p.valeur for p in ligne.publies) for ligne in self.lignes],
            a_citer=[ligne.citation.a_copier for ligne in self.lignes],
        )

    def show_valeur(self, valeur: Valeur) -> VueTheme:
        """La même vue sur l'autre chiffre (brut ou redressé) : rien n'est relu, les mots seuls changent."""
        if valeur == self.selection.valeur:
            return self
        lignes = tuple(ligne.show_valeur(valeur) for ligne in self.lignes)
        return replace(
            self,
            selection=replace(self.selection, valeur=valeur),
            a_retenir=build_a_retenir(lignes, replace(self.selection, valeur=valeur)),
            lignes=lignes,
            ensemble=replace(self.ensemble, lignes=lignes, valeur=valeur),
        )

    def get_ligne(self, indicateur_id: str) -> LigneIndicateur:
        """L'indicateur demandé, sinon le premier de la page."""
        trouvee = (ligne for ligne in self.lignes if ligne.indicateur.id == indicateur_id)
        return next(trouvee, self.cles[0] if self.cles else self.lignes[0])


def build_vue_theme(gate: Gate, catalogue: Catalogue, theme_id: str, selection: Selection) -> VueTheme:
    """La vue d'un thème ; une vague où il n'a pas été posé laisse la place à la dernière, et le dit."""
    theme = catalogue.get_theme(theme_id)
    indicateurs = catalogue.list_indicateurs(theme_id, origine="declare")
    # D'une vague où il a été posé, les autres ne serviraient à rien.
    posee = any(v.id == selection.vague_id and theme_id in v.questionnaires for v in catalogue.vagues)
    lue = selection if posee else replace(selection, vague_id="")
    cellules = read_cellules(gate, [i.id for i in indicateurs], lue)
    choisie = choose_vague(catalogue, theme_id, selection, cellules)
    lecture = Lecture(gate, catalogue, choisie)
    lignes = build_lignes(lecture, indicateurs, cellules)
    contexte = lecture.contexte
    titre = f"{theme.titre} : {contexte.champ}"
    return VueTheme(
        theme=theme,
        selection=choisie,
        contexte=contexte,
        a_retenir=build_a_retenir(lignes, choisie),
        lignes=lignes,
        ensemble=build_ensemble(lecture, theme.titre, lignes),
        pistes=list_pistes(lignes, choisie.type_effectif),
        questionnaire=catalogue.questionnaires.get(theme_id),
        provenance=_add_suivi(build_provenance_lecture(lecture, titre, theme_id, indicateurs), lignes),
        messages=_messages(lecture, selection),
    )


def _add_suivi(provenance: Provenance, lignes: Sequence[LigneIndicateur]) -> Provenance:
    """Un chiffre publié à côté d'un nôtre qui a été tiré pour le suivre : le fichier le dit."""
    if not any(p.suivi for ligne in lignes for p in ligne.publies):
        return provenance
    return replace(provenance, precautions=(*provenance.precautions, SUIVI))


def build_a_retenir(lignes: Sequence[LigneIndicateur], selection: Selection) -> str:
    """Les deux premiers chiffres que l'on peut citer, les chiffres clés d'abord."""
    ordonnees = sorted(lignes, key=lambda ligne: not ligne.indicateur.cle)
    citables = [ligne for ligne in ordonnees if ligne.chiffre.citable and ligne.indicateur.est_part]
    if citables:
        premiere, *suite = (ligne.get_phrase(selection.valeur) for ligne in citables[:2])
        # Le champ est dit une fois, en tête de la première phrase.
        champ = f"{citables[0].contexte.champ} : "
        suite = [phrase.removeprefix(champ) for phrase in suite]
        return " ".join([premiere, *(phrase[:1].upper() + phrase[1:] for phrase in suite)])
    if any(ligne.chiffre.montre for ligne in lignes):
        return "Aucun chiffre ne peut être cité pour cette sélection : trop peu de collectivités ont répondu."
    if selection.est_france_entiere:
        return "Aucun chiffre n’est publiable à cette vague : trop peu de collectivités ont répondu."
    return "Aucun chiffre n’est publiable pour cette sélection : élargissez-la."


def _messages(lecture: Lecture, demandee: Selection) -> tuple[str, ...]:
    if demandee.vague_id in ("", lecture.selection.vague_id):
        return ()
    titre = lecture.libelles.get_titre_vague
    return (
        f"{titre(demandee.vague_id)} : ce thème n’y a pas été posé. "
        f"Voici {titre(lecture.selection.vague_id)}.",
    )
