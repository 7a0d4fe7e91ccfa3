"""Qui a répondu, et ce que cela change : le rapport de qualité d'un redressement, en tableau et en mots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.ecarts import CALE, DEDANS, ECART, ECART_CADRE, ECART_LIBRE
from barometre.domain.formats import (
    INCONNU,
    INSECABLE,
    format_effectif,
    format_effectif_seul,
    format_nombre,
    format_part,
)
from barometre.domain.secret import PAS_EFFECTIF
from barometre.views.lecture.tableau import build_tableau, to_pourcent

# Comment un lecteur dit les variables du redressement.
VARIABLES = {
    "type": "le type de collectivité",
    "strate": "la taille",
    "region": "la région",
    "couverture": "la couverture par un OPSN",
    "densite": "la densité",
    "zone": "l’Hexagone ou l’outre-mer",
}
ORDRE = (
    "repondants", "taux", "cv_propensions", "propension_partielle", "regroupement", "repli",
    "methode", "rapport_min", "rapport_max", "n_eff", "part_max", "logit", "rapport_bootstrap",
    ECART_CADRE, ECART_LIBRE, "ecart_brut", ECART, DEDANS, CALE,
)  # fmt: skip
Faits = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Qualite:
    """Un questionnaire à une vague ; `faits` : valeur par (clé, objet) de la table `qualite`."""

    vague_id: str
    questionnaire_id: str
    vague: str
    questionnaire: str
    methode: str
    regroupements: tuple[str, ...]
    faits: Faits
    phrases: tuple[str, ...]
    # Le fait mesuré par l'État chez toutes, hors du calage, où l'écart qui reste est le plus grand.
    mesure: str = ""

    def get(self, cle: str, objet: str = "") -> float | None:
        """La valeur d'un fait, ou None s'il n'est pas connu."""
        return self.faits.get((cle, objet))

    def get_plus_grand(self, cle: str) -> tuple[str, float] | None:
        """L'objet dont la valeur absolue est la plus grande, et cette valeur."""
        valeurs = {objet: valeur for (c, objet), valeur in self.faits.items() if c == cle}
        if not valeurs:
            return None
        objet = max(valeurs, key=lambda o: abs(valeurs[o]))
        return objet, abs(valeurs[objet])

    @property
    def mots(self) -> tuple[str, ...]:
        """Ce qu'un élu doit en retenir."""
        phrases = (self._participation(), self._profil(), self._poids(), self._ecart())
        return tuple(filter(None, phrases))

    @property
    def precisions(self) -> str:
        """Ce qu'un statisticien y ajoute : propensions, part de chaque variable, étendue des poids."""
        cv, bas, haut = (self.get(cle) for cle in ("cv_propensions", "rapport_min", "rapport_max"))
        if cv is None or bas is None or haut is None:
            return ""
        parts = sorted(
            (
                (v, VARIABLES[o])
                for (c, o), v in self.faits.items()
                if c == "propension_partielle" and o in VARIABLES
            ),
            reverse=True,
        )
        dont = ", ".join(f"{nom} {format_nombre(part, 2)}" for part, nom in parts)
        return (
            "Pour un statisticien, envies de répondre estimées : coefficient de variation de "
            f"{format_nombre(cv, 2)}{f', par variable : {dont}' if dont else ''}. "
            f"Les poids vont de {format_nombre(bas, 2)} à {format_nombre(haut, 2)} fois leur moyenne."
        )

    @property
    def preuve(self) -> str:
        """Ce que valent les poids sur un fait que l'État connaît de toutes, et qu'ils ne calent pas."""
        if not self.mesure:
            return (
                "Aucune donnée de l’État connue de toutes, hors du calage, n’est chargée : rien d’extérieur "
                "n’éprouve ici le redressement."
            )
        return f"Ce que l’État mesure chez toutes, là où l’écart qui reste est le plus grand : {self.mesure}"

    @property
    def rang(self) -> tuple[str, ...]:
        """Le même en une ligne : réponses, taux, ce qu'elles valent, plus gros poids, écarts au pays."""
        n, taux, n_eff, part = (self.get(cle) for cle in ("repondants", "taux", "n_eff", "part_max"))
        decimales = {"ecart_brut": 0, ECART_CADRE: 1, ECART_LIBRE: 1}
        ecarts = ((self.get_plus_grand(cle), d) for cle, d in decimales.items())
        return (
            format_effectif_seul(n),
            format_part(taux, 1),
            format_effectif_seul(_round(n_eff)),
            format_part(part, 1),
            *(_points(ecart[1], d) if ecart else INCONNU for ecart, d in ecarts),
        )

    def _participation(self) -> str:
        n, taux = self.get("repondants"), self.get("taux")
        if n is None or taux is None:
            return ""
        total = format_nombre(round(n / taux)) if taux else "toutes"
        qui = format_effectif(n, "collectivité").capitalize()
        return f"{qui} ont répondu, sur {total} : {format_part(taux, 1)}."

    def _profil(self) -> str:
        trouve = self.get_plus_grand("propension_partielle")
        if trouve is None or trouve[0] not in VARIABLES:
            return ""
        qui = VARIABLES[trouve[0]]
        return f"Ce qui change le plus l’envie de répondre : {qui}. Le redressement en tient compte."

    def _poids(self) -> str:
        n, n_eff, part = self.get("repondants"), self.get("n_eff"), self.get("part_max")
        if n is None or n_eff is None or part is None:
            return ""
        return (
            f"Une fois redressées, les réponses ({format_effectif_seul(n)}) en valent "
            f"{format_effectif_seul(_round(n_eff))} : c’est le prix de la correction. "
            f"La réponse qui pèse le plus compte pour {format_part(part, 1)} du total."
        )

    def _ecart(self) -> str:
        avant, apres = self.get_plus_grand("ecart_brut"), self.get_plus_grand(ECART_CADRE)
        libre = self.get_plus_grand(ECART_LIBRE)
        if avant is None or apres is None:
            return ""
        reste = (
            f" Hors du calage, il reste {_points(libre[1])} ({VARIABLES[libre[0]]})."
            if libre is not None
            else ""
        )
        return (
            f"Sur ce que l’on connaît de toutes les collectivités, les réponses s’écartent du pays de "
            f"{_points(avant[1], 0)} au plus avant redressement ({VARIABLES[avant[0]]}), et de "
            f"{_points(apres[1])} au plus après sur ce qui est calé : c’est petit par construction.{reste}"
        )


def _points(ecart: float, decimales: int = 1) -> str:
    """« 0,7 point », « 14 points »."""
    pluriel = "s" if round(100 * ecart, decimales) >= 2 else ""
    return f"{format_nombre(100 * ecart, decimales)}{INSECABLE}point{pluriel}"


def read_qualites(
    gate: Gate, catalogue: Catalogue, vague_id: str | None = None, questionnaire_id: str | None = None
) -> tuple[Qualite, ...]:
    """Un rapport par questionnaire de chaque vague, dans l'ordre du catalogue."""
    lignes = gate.list_qualite(vague_id, questionnaire_id)
    groupes = dict(iter(lignes.groupby(["vague_id", "questionnaire_id"])))
    ordre = [(v.id, q) for v in catalogue.vagues for q in v.questionnaires]
    return tuple(_build(cle, groupes[cle], catalogue) for cle in ordre if cle in groupes)


def _build(cle: tuple[str, str], lignes: pd.DataFrame, catalogue: Catalogue) -> Qualite:
    vague_id, questionnaire_id = cle
    connues = lignes.dropna(subset=["valeur"])
    adresses = zip(connues["cle"], connues["objet"], strict=True)
    methodes = lignes.loc[lignes["cle"] == "methode", "objet"].tolist()
    return Qualite(
        vague_id=vague_id,
        questionnaire_id=questionnaire_id,
        vague=next(v.titre for v in catalogue.vagues if v.id == vague_id),
        questionnaire=catalogue.get_theme(questionnaire_id).titre,
        methode=str(methodes[0]).partition(",")[0] if methodes else "",
        regroupements=tuple(lignes.loc[lignes["cle"] == "regroupement", "phrase"]),
        faits={(str(c), str(o)): float(v) for (c, o), v in zip(adresses, connues["valeur"], strict=True)},
        phrases=_list_phrases(lignes),
        mesure=_find_mesure(connues),
    )


def _find_mesure(connues: pd.DataFrame) -> str:
    ecarts = connues[connues["cle"].eq(ECART)]
    if ecarts.empty:
        return ""
    grands = ecarts.sort_values("valeur", key=lambda valeurs: -valeurs.abs(), kind="stable")
    return str(grands["phrase"].iloc[0])


def _list_phrases(lignes: pd.DataFrame) -> tuple[str, ...]:
    """Chaque phrase une fois, de la participation à ce qui reste d'écart."""
    rangs = lignes["cle"].map({cle: rang for rang, cle in enumerate(ORDRE)}).fillna(len(ORDRE))
    rangees = lignes.assign(rang=rangs).sort_values(["rang", "objet"], kind="stable")
    return tuple(dict.fromkeys(rangees["phrase"]))


def build_table_qualites(qualites: Sequence[Qualite]) -> pd.DataFrame:
    """Le tableau court : une ligne par questionnaire et par vague."""
    return build_tableau((_rang(q) for q in qualites), COLONNES)


COLONNES = (
    "vague", "questionnaire", "repondantes", "taux", "methode_poids", "regroupements", "rapport_poids",
    "n_eff", "plus_grand_poids", "cv_propensions", "ecart_cadre", "ecart_etat",
)  # fmt: skip


def _rang(q: Qualite) -> tuple[object, ...]:
    apres, mesure = _get_plus_grand_cadre(q), q.get_plus_grand(ECART)
    return (
        q.vague_id,
        q.questionnaire,
        q.get("repondants"),
        to_pourcent(q.get("taux"), 1),
        q.methode,
        len(q.regroupements),
        _entre(q.get("rapport_min"), q.get("rapport_max")),
        _round(q.get("n_eff")),
        to_pourcent(q.get("part_max"), 1),
        to_pourcent(q.get("cv_propensions")),
        to_pourcent(apres[1], 1) if apres else None,
        to_pourcent(mesure[1], 1) if mesure else None,
    )


def _get_plus_grand_cadre(q: Qualite) -> tuple[str, float] | None:
    """Le plus grand écart au cadre après redressement, calé ou non."""
    ecarts = filter(None, (q.get_plus_grand(ECART_CADRE), q.get_plus_grand(ECART_LIBRE)))
    return max(ecarts, key=lambda e: e[1], default=None)


def _round(nombre: float | None) -> int | None:
    """Ce que valent les réponses, à cinq près comme elles : « 2 435 en valent 1 694 » se croyait plus sûr."""
    return None if nombre is None else PAS_EFFECTIF * round(nombre / PAS_EFFECTIF)


def _entre(bas: float | None, haut: float | None) -> str:
    return "" if bas is None or haut is None else f"{format_nombre(bas, 1)} à {format_nombre(haut, 1)}"
