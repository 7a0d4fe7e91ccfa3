"""Bénéficiaires d'un programme et communes comparables : un écart, son intervalle, jamais une preuve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.catalogue.programmes import Programme
from barometre.domain.formats import (
    INSECABLE,
    format_compte,
    format_effectif,
    format_guillemets,
    format_points,
)
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.domain.version import Version
from barometre.views.lecture.citation import SOURCE
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.provenance import build_definition, build_provenance
from barometre.views.lecture.tableau import build_tableau, to_pourcent

ASSOCIATION = "Une association, pas une preuve"
PRECAUTION = (
    f"{ASSOCIATION}\u202f: les communes d’un programme ont pu être choisies parce qu’elles étaient déjà en "
    "avance, ou en retard. Les comparables ont la même répartition par taille\u202f; rien d’autre n’est "
    "égalisé."
)
CACHE = (
    "Non publiable : trop peu de réponses, ou de collectivités, chez les bénéficiaires ou les comparables."
)
CACHE_CYBER = (
    "Non publiable : en cybersécurité, les communes d’un programme, que l’on peut nommer, forment un groupe "
    "trop fin."
)
EFFECTIFS = ("n_beneficiaires", "n_comparables")
VERDICTS = {"superieur": "plus souvent", "inferieur": "moins souvent", "non_demontre": "pas d’écart démontré"}


@dataclass(frozen=True, slots=True)
class Association:
    """Une pratique chez les bénéficiaires et chez les comparables."""

    indicateur: Indicateur
    montre: bool
    n_beneficiaires: int = 0
    n_comparables: int = 0
    part_beneficiaires: float = 0.0
    part_comparables: float = 0.0
    difference: float = 0.0
    bas: float = 0.0
    haut: float = 0.0
    verdict: str = ""

    @property
    def enonce(self) -> str:
        """« « Par SMS » moins souvent (−17 points) »."""
        titre = format_guillemets(self.indicateur.titre)
        return f"{titre} {self.texte_verdict} ({format_points(self.difference)})"

    @property
    def raison(self) -> str:
        """Pourquoi rien n'est montré ; vide si l'écart l'est."""
        if self.montre:
            return ""
        return CACHE_CYBER if self.indicateur.sensibilite == "cyber" else CACHE

    @property
    def texte_verdict(self) -> str:
        """Ce que le test permet de dire, ou pourquoi rien n'est montré."""
        return VERDICTS[self.verdict] if self.montre else self.raison

    @property
    def intervalle(self) -> str:
        """« de −3 à +7 points »."""
        return f"de {_signe(self.bas)} à {format_points(self.haut)}" if self.montre else ""


@dataclass(frozen=True, slots=True)
class VueAssociations:
    """Les écarts d'un programme sur un thème, à la dernière vague qui le permet."""

    programme: Programme
    vague: str
    associations: tuple[Association, ...]
    provenance: Provenance
    simulee: bool

    @property
    def montrees(self) -> tuple[Association, ...]:
        """Celles que l'on peut lire."""
        return tuple(a for a in self.associations if a.montre)

    @property
    def phrase(self) -> str:
        """Ce qu'il faut retenir, avec le mot « association »."""
        if not self.associations:
            return (
                "Aucune comparaison : ni réponse, ni liste de communes chargée pour ce programme et ce thème."
            )
        if not self.montrees:
            return self.associations[0].raison
        demontrees = [a for a in self.montrees if a.verdict != "non_demontre"]
        n, n_comparables = (max(getattr(a, c) for a in self.montrees) for c in EFFECTIFS)
        beneficiaires = format_effectif(n, "commune bénéficiaire", "communes bénéficiaires")
        debut = f"Jusqu’à {beneficiaires} et {format_effectif(n_comparables, 'comparable')} ont répondu"
        if not demontrees:
            fait = f"aucun écart démontré sur {format_compte(len(self.montrees), 'indicateur')}"
        else:
            noms = " et ".join(a.enonce for a in demontrees[:2])
            fait = f"les bénéficiaires déclarent {noms}"
        return f"{debut} : {fait}. {ASSOCIATION}."

    @property
    def cadre(self) -> pd.DataFrame:
        """Le cadre que lit le graphique des écarts."""
        lignes = [
            {
                "groupe": a.indicateur.titre,
                "montre": a.montre,
                "demontre": a.verdict in ("superieur", "inferieur"),
                "ecart": a.difference if a.montre else None,
                "bas": a.bas if a.montre else None,
                "haut": a.haut if a.montre else None,
                "texte": format_points(a.difference) if a.montre else "",
                "intervalle": a.intervalle,
                "raison": a.raison,
            }
            for a in self.associations
        ]
        return pd.DataFrame(lignes)

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau de lecture, et celui qui se télécharge."""
        return build_tableau((_rang(a) for a in self.associations), COLONNES)


COLONNES = (
    "pratique", "part_beneficiaires", "part_comparables", "ecart", "ecart_bas", "ecart_haut",
    "n_beneficiaires", "n_comparables", "verdict",
)  # fmt: skip


def _signe(ecart: float) -> str:
    """« −3 », sans le mot « points » que la seconde borne porte."""
    return format_points(ecart).partition(INSECABLE)[0]


def _rang(a: Association) -> tuple[object, ...]:
    if not a.montre:
        return (a.indicateur.titre, *(None,) * 7, a.texte_verdict)
    valeurs = (a.part_beneficiaires, a.part_comparables, a.difference, a.bas, a.haut)
    parts = (to_pourcent(v) for v in valeurs)
    return (a.indicateur.titre, *parts, a.n_beneficiaires, a.n_comparables, a.texte_verdict)


def build_vue_associations(
    gate: Gate, catalogue: Catalogue, programme: Programme, theme_id: str
) -> VueAssociations:
    """Les écarts d'un programme sur les pratiques d'un thème."""
    indicateurs = [i for i in catalogue.list_indicateurs(theme_id, origine="declare") if i.est_part]
    lignes = gate.list_associations(programme.id, [i.id for i in indicateurs])
    vague_id = _choose_vague(catalogue, theme_id, lignes)
    siennes = {str(x["indicateur_id"]): x for x in lignes.to_dict("records") if x["vague_id"] == vague_id}
    associations = [_build(i, siennes[i.id]) for i in indicateurs if i.id in siennes]
    vague = Libelles(catalogue, gate).get_titre_vague(vague_id)
    version = gate.get_version()
    return VueAssociations(
        programme=programme,
        vague=vague,
        associations=tuple(sorted(associations, key=_order)),
        provenance=_build_provenance(version, programme, vague, indicateurs),
        simulee=version.simulee,
    )


def _choose_vague(catalogue: Catalogue, theme_id: str, lignes: pd.DataFrame) -> str:
    presentes = set(lignes["vague_id"])
    posees = [v.id for v in catalogue.vagues if theme_id in v.questionnaires]
    return next((v for v in reversed(posees) if v in presentes), posees[-1] if posees else "")


def _order(association: Association) -> tuple[bool, bool]:
    # Les écarts démontrés d'abord, ce qui est caché à la fin ; l'ordre du catalogue entre eux.
    return (not association.montre, association.verdict == "non_demontre")


def _build(indicateur: Indicateur, ligne: dict[Any, Any]) -> Association:
    if pd.isna(ligne["difference"]) or pd.isna(ligne["bas"]):
        return Association(indicateur, montre=False)
    return Association(
        indicateur,
        montre=True,
        n_beneficiaires=int(ligne["n_beneficiaires"]),
        n_comparables=int(ligne["n_comparables"]),
        part_beneficiaires=float(ligne["part_beneficiaires"]),
        part_comparables=float(ligne["part_comparables"]),
        difference=float(ligne["difference"]),
        bas=float(ligne["bas"]),
        haut=float(ligne["haut"]),
        verdict=str(ligne["verdict"]),
    )


def _build_provenance(
    version: Version, programme: Programme, vague: str, indicateurs: list[Indicateur]
) -> Provenance:
    return build_provenance(
        version,
        f"{programme.titre} : bénéficiaires et communes comparables",
        f"association_{programme.id}",
        filtres=f"{programme.beneficiaires} ; {vague}",
        source=f"{SOURCE} ; liste des communes du programme",
        definitions=(build_definition(i) for i in indicateurs),
        precautions=(
            PRECAUTION,
            "Écart entre deux parts brutes, à répartition par taille égale ; intervalle à 95 % ; « plus » ou "
            "« moins souvent » n’est écrit qu’après correction des comparaisons multiples.",
        ),
    )
