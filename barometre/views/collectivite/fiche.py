"""La fiche d'une collectivité : qui elle est, ses forces, ses écarts, ses obligations, par quoi commencer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue, Theme
from barometre.domain.formats import format_compte, format_guillemets
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.domain.territoire import Collectivite
from barometre.views.collectivite.distribution import Distribution, build_distribution
from barometre.views.collectivite.ecarts import Ecart, list_ecarts, list_forces
from barometre.views.collectivite.identite import Identite, build_identite
from barometre.views.collectivite.obligations import Obligation, list_obligations
from barometre.views.collectivite.pairs import Comparaison, Demande, Pairs, list_poses
from barometre.views.collectivite.premiers_pas import PremierPas, list_premiers_pas
from barometre.views.collectivite.soi import Mesure, Score, Soi, compute_score, read_soi
from barometre.views.collectivite.structure import Structure
from barometre.views.collectivite.tableau_fiche import build_provenance_pairs, build_table

SUR_PLACE = "Votre réponse : celle que vous avez donnée pendant cette visite, enregistrée nulle part."


@dataclass(frozen=True, slots=True)
class ThemeFiche:
    """Un thème sur la fiche : le score s'il se lit, les pratiques des pairs, chaque pratique."""

    theme: Theme
    vague: str
    pairs: Pairs
    pratiques: tuple[Indicateur, ...]
    score: Score | None
    distribution: Distribution
    has_repondu: bool

    @property
    def phrase(self) -> str:
        """« 6 pratiques sur 8. En moyenne 4,2 sur 8 chez vos pairs. »"""
        return " ".join(filter(None, (self.phrase_score, self.distribution.phrase))) or self.pairs.phrase

    @property
    def phrase_score(self) -> str:
        """Ce que l'on peut dire de la collectivité elle-même."""
        if self.score is None:
            return ""
        if self.score.montre:
            return f"{self.score.phrase}."
        return (
            f"{format_compte(self.score.repondues, 'réponse')} sur {self.score.concernees} : trop peu pour "
            "compter vos pratiques (il en faut huit sur dix)."
        )


@dataclass(frozen=True, slots=True)
class VueFiche:
    """Toute la fiche."""

    collectivite: Collectivite
    identite: Identite
    soi: Soi
    themes: tuple[ThemeFiche, ...]
    # Vrai si le lecteur a le droit de savoir si elle a répondu.
    participation_lisible: bool
    forces: tuple[Ecart, ...]
    ecarts: tuple[Ecart, ...]
    obligations: tuple[Obligation, ...]
    premiers_pas: tuple[PremierPas, ...]
    provenance: Provenance
    table: pd.DataFrame
    # Vrai si des réponses données dans cette visite y sont placées.
    sur_place: bool = False

    @property
    def has_repondu(self) -> bool:
        """Vrai si elle a rempli un questionnaire au moins, et que le lecteur a le droit de le savoir."""
        return any(theme.has_repondu for theme in self.themes)

    @property
    def mesures(self) -> tuple[Mesure, ...]:
        """Les données de l'État qui la concernent."""
        return self.soi.mesures

    @property
    def a_retenir(self) -> str:
        """La phrase avant tout chiffre."""
        if not self.participation_lisible:
            return (
                f"{self.collectivite.nom} : voici ce que font les collectivités qui lui ressemblent, et ce "
                "que la loi demande à sa taille. Si elle a répondu, et quoi, n’est pas public."
            )
        if not self.has_repondu:
            return (
                f"{self.collectivite.nom} n’a pas encore répondu au baromètre. Voici ce que font les "
                "collectivités qui lui ressemblent, et ce que la loi demande à sa taille."
            )
        if not self.soi.lisible:
            n = sum(theme.has_repondu for theme in self.themes)
            return (
                f"{self.collectivite.nom} a répondu sur {format_compte(n, 'thème')}. Ses réponses ne sont "
                "pas publiques : voici ce que font les collectivités qui lui ressemblent."
            )
        scores = [t.score for t in self.themes if t.score is not None and t.score.montre]
        faites, possibles = sum(s.pratiques for s in scores), sum(s.concernees for s in scores)
        if not scores:
            peu = "trop peu de réponses pour compter vos pratiques\u202f; voici vos pairs."
            return f"{self._debut}{peu}" if self._debut else f"{peu[:1].upper()}{peu[1:]}"
        ecart = ""
        if self.ecarts:
            titre = format_guillemets(self.ecarts[0].indicateur.titre)
            ecart = f" Parmi les pratiques suivies, le plus grand écart avec vos pairs : {titre}."
        themes = format_compte(len(scores), "thème")
        vous = "vous" if self._debut else "Vous"
        compte = f"{self._debut}{vous} avez {faites} des {possibles} pratiques suivies, sur {themes}"
        return f"{compte}{self._describe_incomplets(len(scores))}.{ecart}"

    def _describe_incomplets(self, comptes: int) -> str:
        """Les thèmes répondus, mais trop peu pour un compte : « sur 5 thèmes » en ferait douter."""
        incomplets = sum(theme.has_repondu for theme in self.themes) - comptes
        if incomplets <= 0:
            return ""
        ont = format_compte(incomplets, "autre a", "autres ont")
        return f" ({ont} trop de questions sans réponse pour ce compte)"

    @property
    def _debut(self) -> str:
        return "D’après vos réponses de cette visite : " if self.sur_place else ""

    def place(self, catalogue: Catalogue, soi: Soi, jour: date) -> VueFiche:
        """La même fiche avec des réponses données sur place ; rien n'en est gardé pour un autre lecteur."""
        ensemble = replace(self.soi, refus="", reponses={**self.soi.reponses, **soi.reponses})
        themes = tuple(_place_theme(theme, ensemble) for theme in self.themes)
        obligations = list_obligations(catalogue, self.collectivite, ensemble, jour)
        pairs, par_theme = [t.pairs for t in themes], {t.theme.id: t.pratiques for t in themes}
        return replace(
            self,
            soi=ensemble,
            themes=themes,
            participation_lisible=True,
            forces=tuple(list_forces(ensemble, pairs, par_theme)),
            ecarts=tuple(list_ecarts(ensemble, pairs, par_theme)),
            obligations=obligations,
            premiers_pas=list_premiers_pas(catalogue, ensemble, self.collectivite.type, pairs, obligations),
            provenance=replace(self.provenance, precautions=(SUR_PLACE, *self.provenance.precautions)),
            table=build_table(ensemble, pairs, _list_comparees(themes)),
            sur_place=True,
        )


def _place_theme(theme: ThemeFiche, soi: Soi) -> ThemeFiche:
    score = compute_score(soi, theme.pratiques, theme.pairs.vague_id)
    repondu = theme.has_repondu or soi.has_repondu(theme.pratiques, theme.pairs.vague_id)
    return replace(theme, score=score, has_repondu=repondu)


def _list_comparees(themes: Iterable[ThemeFiche]) -> list[Indicateur]:
    return [i for t in themes for i in t.pratiques]


def build_fiche(
    gate: Gate, catalogue: Catalogue, structure: Structure, collectivite_id: str, jour: date
) -> VueFiche | None:
    """La fiche d'une collectivité du cadre ; None si elle n'existe pas."""
    identite = build_identite(gate, catalogue, collectivite_id)
    if identite is None or collectivite_id not in structure.cadre.index:
        return None
    collectivite = identite.collectivite
    soi = read_soi(gate, catalogue, collectivite_id)
    comparaison = Comparaison(gate, catalogue, structure, collectivite, Demande(collectivite_id))
    themes = tuple(build_theme(comparaison, soi, theme) for theme in catalogue.themes)
    obligations = list_obligations(catalogue, collectivite, soi, jour)
    pairs = [theme.pairs for theme in themes]
    # Les indicateurs comparés : les pratiques nommées, qui ne se recouvrent pas.
    par_theme = {theme.theme.id: theme.pratiques for theme in themes}
    return VueFiche(
        collectivite=collectivite,
        identite=identite,
        soi=soi,
        themes=themes,
        participation_lisible=gate.can_see_participation(collectivite_id),
        forces=tuple(list_forces(soi, pairs, par_theme)),
        ecarts=tuple(list_ecarts(soi, pairs, par_theme)),
        obligations=obligations,
        premiers_pas=list_premiers_pas(catalogue, soi, collectivite.type, pairs, obligations),
        provenance=build_provenance_pairs(comparaison, pairs, "fiche", f"Fiche : {collectivite.nom}"),
        table=build_table(soi, pairs, _list_comparees(themes)),
    )


def build_theme(comparaison: Comparaison, soi: Soi, theme: Theme) -> ThemeFiche:
    """Un thème de la fiche."""
    catalogue = comparaison.catalogue
    pratiques = list_pratiques(catalogue, theme.id, comparaison.collectivite.type)
    preuves = {preuve for seuil in catalogue.seuils for preuve in seuil.preuves}
    lus = [
        i for i in catalogue.list_indicateurs(theme.id, origine="declare") if i.pratique or i.id in preuves
    ]
    pairs = comparaison.build(theme.id, lus)
    return ThemeFiche(
        theme=theme,
        vague=comparaison.libelles.get_titre_vague(pairs.vague_id),
        pairs=pairs,
        pratiques=tuple(pratiques),
        score=compute_score(soi, pratiques, pairs.vague_id),
        distribution=build_distribution(pairs, pratiques),
        has_repondu=(pairs.vague_id, theme.id) in comparaison.siennes,
    )


def list_pratiques(catalogue: Catalogue, theme_id: str, type_: str) -> list[Indicateur]:
    """Les pratiques d'un thème dont la question est posée à ce type de collectivité."""
    return [i for i in list_poses(catalogue, theme_id, type_) if i.pratique and i.est_part]
