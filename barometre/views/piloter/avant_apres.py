"""Mesurer l'effet : avant et après, chez des bénéficiaires et des comparables ; une association et sa force.

Ce que l'on ne voit pas se dit trois fois : si les deux groupes s'écartaient déjà (le témoin d'avant), de
combien une cause non observée devrait peser pour tout expliquer (valeur de robustesse), et que ce n'est
jamais une preuve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import (
    format_effectif,
    format_guillemets,
    format_nombre,
    format_points,
    is_absent,
)
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.stats.difference import compute_e_value
from barometre.views.lecture.citation import SOURCE
from barometre.views.lecture.libelles import Libelles, lower_initiale
from barometre.views.lecture.provenance import build_definition, build_provenance
from barometre.views.lecture.tableau import build_tableau, to_pourcent
from barometre.views.piloter.associations import ASSOCIATION, CACHE, CACHE_CYBER

PRECAUTION = (
    f"{ASSOCIATION}\u202f: l’écart entre deux évolutions n’est l’effet du programme que si, sans lui, les "
    "deux groupes auraient bougé de même. Seules comptent celles qui ont répondu aux deux vagues ; les "
    "comparables ont la même répartition par taille et accompagnement."
)
SANS_AVANT = (
    "La liste des bénéficiaires est un état à une date : le programme a pu commencer avant la première des "
    "deux vagues, et l’écart ne dit alors que deux évolutions."
)
DEPUIS = "Bénéficiaires : un premier projet commencé entre les deux vagues."
SANS_TEMOIN = (
    "Deux vagues seulement, ou trop peu de réponses à celle d’avant : rien ne dit si les deux groupes "
    "évoluaient déjà de même."
)
VERDICTS = {
    "superieur": "plus de hausse que les comparables",
    "inferieur": "moins de hausse que les comparables",
    "non_demontre": "pas d’écart démontré",
}
DIVERGENT = "s’écartaient déjà avant : rien à lire"
COLONNES = (
    "pratique", "beneficiaires_avant", "beneficiaires_apres", "comparables_avant", "comparables_apres",
    "ecart_evolution", "ecart_bas", "ecart_haut", "n_beneficiaires", "n_comparables", "verdict",
    "robustesse", "robustesse_borne", "temoin", "temoin_bas", "temoin_haut",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AvantApres:
    """Une pratique ; rien d'autre que son titre et son état quand trop peu de réponses la cachent.

    `parts` : bénéficiaires avant, après, comparables avant, après. `ecart` et `temoin` : valeur, bas, haut.
    """

    indicateur: Indicateur
    effectifs: tuple[int, int] = (0, 0)
    parts: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    ecart: tuple[float, float, float] | None = None
    temoin: tuple[float, float, float] | None = None
    mot: str = ""

    @property
    def montre(self) -> bool:
        """Vrai si les réponses suffisent des deux côtés."""
        return self.ecart is not None

    @property
    def diverge(self) -> bool:
        """Vrai si les deux groupes s'écartaient déjà : l'écart d'après ne se lit plus."""
        return self.temoin is not None and (self.temoin[1] > 0 or self.temoin[2] < 0)

    @property
    def demontre(self) -> bool:
        """Vrai si le test démontre un écart, et que rien ne le démontrait déjà avant."""
        return self.montre and not self.diverge and self.mot in ("superieur", "inferieur")

    @property
    def texte(self) -> str:
        """Ce que le test permet de dire, ou pourquoi rien n'est montré."""
        if not self.montre:
            return CACHE_CYBER if self.indicateur.sensibilite == "cyber" else CACHE
        return DIVERGENT if self.diverge else VERDICTS[self.mot]

    @property
    def robustesse(self) -> tuple[float | None, float | None]:
        """La force de l'écart, et celle de la borne la plus proche de zéro (1 : l'intervalle le contient)."""
        if self.ecart is None:
            return None, None
        valeur, bas, haut = self.ecart
        borne = bas if bas > 0 else haut if haut < 0 else 0.0
        apres = self.parts[1]
        return compute_e_value(apres, valeur), compute_e_value(apres, borne) if apres else None


@dataclass(frozen=True, slots=True)
class VueAvantApres:
    """Les pratiques d'un thème, de l'avant-dernière à la dernière vague qui se comparent."""

    titre: str
    vagues: tuple[str, str]
    pratiques: tuple[AvantApres, ...]
    provenance: Provenance
    simulee: bool
    dates: bool

    @property
    def montrees(self) -> tuple[AvantApres, ...]:
        """Celles que l'on peut lire."""
        return tuple(p for p in self.pratiques if p.montre)

    @property
    def phrase(self) -> str:
        """Ce qu'il faut retenir, et que c'est une association."""
        if not self.pratiques:
            return (
                "Aucune comparaison d’une vague à l’autre : il faut deux vagues du thème, la liste des "
                "bénéficiaires, et des répondantes communes aux deux vagues."
            )
        if not self.montrees:
            return self.pratiques[0].texte
        n = [max(p.effectifs[cote] for p in self.montrees) for cote in (0, 1)]
        debut = (
            f"{format_effectif(n[0], 'bénéficiaire').capitalize()} et {format_effectif(n[1], 'comparable')} "
            f"ont répondu aux deux vagues"
        )
        demontrees = [p for p in self.montrees if p.demontre]
        if not demontrees:
            return f"{debut} : aucun écart d’évolution démontré. {ASSOCIATION}."
        return f"{debut} : {_dire(demontrees[0])}. {ASSOCIATION}."

    @property
    def phrase_temoin(self) -> str:
        """Ce que montrent les deux vagues d'avant, s'il y en a."""
        temoins = [p for p in self.montrees if p.temoin is not None]
        if not temoins:
            return SANS_TEMOIN
        divergents = sum(p.diverge for p in temoins)
        if divergents:
            return (
                f"Sur les deux vagues d’avant, {divergents} des {len(temoins)} pratiques vérifiées "
                "s’écartaient déjà : leur écart d’après ne se lit pas."
            )
        return (
            f"Sur les deux vagues d’avant, aucune des {len(temoins)} pratiques vérifiées ne s’écartait de "
            "façon démontrée ; cela ne prouve pas que les deux groupes auraient continué de même."
        )

    @property
    def phrase_robustesse(self) -> str:
        """Ce qu'une cause non observée devrait peser pour expliquer le premier écart démontré."""
        premiere = next((p for p in self.montrees if p.demontre), None)
        if premiere is None:
            return (
                "Aucun écart n’est démontré : il n’y a rien à expliquer par une cause que l’on ne voit pas."
            )
        valeur, borne = premiere.robustesse
        if valeur is None or borne is None:
            return "La part attendue sans écart sort de 0 à 100\u202f% : sa force ne se mesure pas."
        nom = format_guillemets(premiere.indicateur.titre)
        return (
            f"Pour expliquer à elle seule l’écart de {nom}, une cause non observée devrait être "
            f"{format_nombre(valeur, 1)}\u00a0fois plus fréquente chez les bénéficiaires et rendre la "
            f"pratique autant de fois plus fréquente ; {format_nombre(borne, 1)}\u00a0fois suffirait à "
            "ramener l’intervalle à zéro."
        )

    @property
    def precautions(self) -> tuple[str, ...]:
        """Tout ce qui se lit avec l'écart."""
        return (
            PRECAUTION, DEPUIS if self.dates else SANS_AVANT, self.phrase_temoin, self.phrase_robustesse,
        )  # fmt: skip

    @property
    def cadre(self) -> pd.DataFrame:
        """Le cadre que lit le graphique des écarts (`charts.ecarts`)."""
        return pd.DataFrame([_to_ligne(p) for p in self.pratiques])

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau de lecture, et celui qui se télécharge."""
        return build_tableau((_to_rang(p) for p in self.pratiques), COLONNES)


def format_periode(vagues: Sequence[str]) -> str:
    """« De la première vague (2023) à la deuxième édition (2026), France entière »."""
    avant, apres = (lower_initiale(vague) for vague in vagues)
    return f"De la {avant} à la {apres}, France entière"


def build_vue_avant_apres(
    gate: Gate, catalogue: Catalogue, programme: tuple[str, str], theme_id: str, *, dates: bool
) -> VueAvantApres:
    """`programme` : identifiant et titre, ou ceux d'un fonds. `dates` : chaque projet a la sienne."""
    programme_id, titre = programme
    indicateurs = [i for i in catalogue.list_indicateurs(theme_id, origine="declare") if i.est_part]
    lignes = gate.list_doubles_differences(programme_id, [i.id for i in indicateurs])
    posees = [v.id for v in catalogue.vagues if v.id in set(lignes["vague_2"])]
    siennes = lignes[lignes["vague_2"].eq(posees[-1] if posees else "")]
    par_id = {str(x["indicateur_id"]): x for x in siennes.to_dict("records")}
    libelles = Libelles(catalogue, gate)
    vagues = tuple(
        libelles.get_titre_vague(str(siennes[c].iloc[0])) if posees else "" for c in ("vague_1", "vague_2")
    )
    pratiques = sorted((_build(i, par_id[i.id]) for i in indicateurs if i.id in par_id), key=_order)
    version = gate.get_version()
    provenance = build_provenance(
        version,
        f"{titre} : avant et après, bénéficiaires et comparables",
        f"avant_apres_{programme_id}",
        filtres=format_periode(vagues) if posees else "Aucune vague",
        source=f"{SOURCE} ; liste des bénéficiaires",
        definitions=(build_definition(i) for i in indicateurs),
        precautions=(PRECAUTION, DEPUIS if dates else SANS_AVANT),
    )
    return VueAvantApres(titre, (vagues[0], vagues[1]), tuple(pratiques), provenance, version.simulee, dates)


def _build(indicateur: Indicateur, ligne: dict[Any, Any]) -> AvantApres:
    ecart = _read_triplet(ligne, "difference", "bas", "haut")
    if ecart is None:
        return AvantApres(indicateur)
    cles = ("beneficiaires_avant", "beneficiaires_apres", "comparables_avant", "comparables_apres")
    parts = [float(ligne[c]) for c in cles]
    return AvantApres(
        indicateur,
        (int(ligne["n_beneficiaires"]), int(ligne["n_comparables"])),
        (parts[0], parts[1], parts[2], parts[3]),
        ecart,
        _read_triplet(ligne, "temoin", "temoin_bas", "temoin_haut"),
        str(ligne["verdict"]),
    )


def _read_triplet(ligne: dict[Any, Any], *cles: str) -> tuple[float, float, float] | None:
    valeurs = [ligne[c] for c in cles]
    if any(is_absent(v) for v in valeurs):
        return None
    return float(valeurs[0]), float(valeurs[1]), float(valeurs[2])


def _order(pratique: AvantApres) -> tuple[bool, bool]:
    """Les écarts démontrés d'abord, ce qui est caché à la fin ; l'ordre du catalogue entre eux."""
    return (not pratique.montre, not pratique.demontre)


def _dire(p: AvantApres) -> str:
    avant_1, apres_1, avant_0, apres_0 = (format_nombre(100 * x) for x in p.parts)
    assert p.ecart is not None
    return (
        f"{format_guillemets(p.indicateur.titre)} passe de {avant_1} à {apres_1}\u202f% chez les "
        f"bénéficiaires, de {avant_0} à {apres_0}\u202f% chez les comparables "
        f"({format_points(p.ecart[0])}, {_intervalle(p)})"
    )


def _intervalle(p: AvantApres) -> str:
    """« de −3 à +7 points »."""
    if p.ecart is None:
        return ""
    return f"de {format_points(p.ecart[1]).split()[0]} à {format_points(p.ecart[2])}"


def _to_ligne(p: AvantApres) -> dict[str, object]:
    valeur, bas, haut = p.ecart or (None, None, None)
    return {
        "groupe": p.indicateur.titre, "montre": p.montre, "demontre": p.demontre, "ecart": valeur, "bas": bas,
        "haut": haut, "texte": format_points(valeur) if p.montre else "", "intervalle": _intervalle(p),
        "raison": "" if p.montre else p.texte,
    }  # fmt: skip


def _to_rang(p: AvantApres) -> tuple[object, ...]:
    if p.ecart is None:
        return (p.indicateur.titre, *(None,) * 9, p.texte, *(None,) * 5)
    points = [to_pourcent(v) for v in (*p.parts, *p.ecart)]
    temoin = [to_pourcent(v) for v in p.temoin] if p.temoin else [None] * 3
    robustesse = [None if v is None else round(v, 1) for v in p.robustesse]
    return (p.indicateur.titre, *points, *p.effectifs, p.texte, *robustesse, *temoin)
