"""Déclaré et mesuré : les deux chiffres, leur accord chez les répondantes, ce qu'ils disent des poids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.ecarts import CLES_ECARTS, DEDANS, ECART
from barometre.domain.formats import (
    format_compte,
    format_date,
    format_effectif,
    format_guillemets,
    format_part,
    format_points,
)
from barometre.domain.territoire import LIBELLES_TYPES
from barometre.views.comprendre.theme import VueTheme
from barometre.views.etat.croisement import Croisement, build_croisement
from barometre.views.lecture.ligne import Lecture, LigneIndicateur
from barometre.views.lecture.provenance import round_valeur
from barometre.views.lecture.selection import Selection

NOMBRES = ("redresse", "valeur")
COLONNES_PAIRES = ("declare", "declare_lu", "mesure", "mesure_lu", "mesure_date", "accord", *NOMBRES)
CACHE = "Non publiable : trop peu de collectivités ont à la fois une réponse et une mesure."
SANS_ACCORD = "La donnée de l’État n’est pas un oui ou non : les réponses ne se comparent pas une à une."


@dataclass(frozen=True, slots=True)
class Accord:
    """Chez les répondantes d'un type : les réponses et la donnée de l'État se disent-elles pareil ?"""

    type: str
    n: int | None
    accord: float | None
    declare_seul: float | None
    mesure_seule: float | None

    @property
    def phrase(self) -> str:
        """« Communes (1 950 comparées) : 83 % d'accord ; 11 % le déclarent sans être recensées… »."""
        nom = LIBELLES_TYPES[self.type]
        if self.n is None:
            return f"{nom} : {CACHE[0].lower()}{CACHE[1:]}"
        return (
            f"{nom} ({format_effectif(self.n, 'comparée')}) : {format_part(self.accord)} d’accord ; "
            f"{format_part(self.declare_seul)} le déclarent sans que l’État le recense, "
            f"{format_part(self.mesure_seule)} sont recensées sans le déclarer."
        )


@dataclass(frozen=True, slots=True)
class DeclareMesure:
    """Une question et une donnée de l'État qui parlent de la même chose."""

    ligne: LigneIndicateur
    croisement: Croisement
    accords: tuple[Accord, ...]
    poids: str

    @property
    def titre(self) -> str:
        """Le titre de l'indicateur déclaré."""
        return self.ligne.indicateur.titre

    @property
    def texte_mesure(self) -> str:
        """La mesure en mots."""
        return self.croisement.texte

    @property
    def dit_mesure(self) -> str:
        """Ce qui est mesuré, et ce qui l'ôte de la tête : « Donnée ancienne : mars 2018. »."""
        return f"Mesure\u202f: {self.croisement.indicateur.titre}. {self.croisement.verdict.raison}".strip()

    @property
    def date_mesure(self) -> str:
        """La date de la mesure."""
        return format_date(self.croisement.periode)


@dataclass(frozen=True, slots=True)
class Fait:
    """Un fait connu de toutes les communes ; `dedans` : None s'il est du calage, et n'éprouve rien."""

    phrase: str
    ecart: float
    dedans: bool | None


@dataclass(frozen=True, slots=True)
class VueAccord:
    """Les rapprochements d'un thème, et les faits connus de toutes les communes qui jugent les poids."""

    paires: tuple[DeclareMesure, ...]
    # Des indicateurs ont une mesure au catalogue, mais elle n'est pas chargée.
    attendus: tuple[str, ...]
    # du plus grand écart au plus petit, ceux du calage à la fin
    faits: tuple[Fait, ...]

    @property
    def phrase_poids(self) -> str:
        """Ce que disent des poids les faits hors du calage : les seuls qui les éprouvent."""
        epreuves = [fait for fait in self.faits if fait.dedans is not None]
        if not self.faits:
            return ""
        if not epreuves:
            return "Les poids sont calés sur les faits connus de toutes les communes : aucun ne les éprouve."
        dedans = sum(bool(fait.dedans) for fait in epreuves)
        return (
            f"Sur {format_compte(len(epreuves), 'fait')} connus de toutes les communes et hors du calage, "
            f"{dedans} ont leur vraie valeur dans l’intervalle après redressement. Le plus grand écart est "
            f"de {format_points(max(abs(fait.ecart) for fait in epreuves), 1).removeprefix('+')}."
        )

    @property
    def phrase(self) -> str:
        """Ce qu'il faut retenir : le premier rapprochement, et son accord."""
        premiere = self.paires[0]
        accord = next((f" {a.phrase}" for a in premiere.accords if a.n is not None), "")
        debut = f"{format_guillemets(premiere.titre)} : {premiere.ligne.get_texte('redresse')} déclaré"
        if not premiere.croisement.verdict.montre:
            mot = premiere.texte_mesure
            return f"{debut} ; ce que l’État mesure est {mot} ({premiere.date_mesure}).{accord}"
        return f"{debut}, {premiere.texte_mesure} mesuré ({premiere.date_mesure}).{accord}"

    @property
    def table_paires(self) -> pd.DataFrame:
        """Une ligne par rapprochement et par type de collectivité comparé."""
        lignes = [
            {
                "declare": paire.titre,
                "declare_lu": paire.ligne.get_texte("redresse"),
                "mesure": paire.croisement.indicateur.titre,
                "mesure_lu": paire.texte_mesure,
                "mesure_date": paire.date_mesure,
                "accord": accord.phrase if accord else SANS_ACCORD,
            }
            | _read_nombres(paire)
            for paire in self.paires
            for accord in (paire.accords or (None,))
        ]
        return pd.DataFrame(lignes, columns=list(COLONNES_PAIRES)).astype(dict.fromkeys(NOMBRES, "float64"))

    @property
    def table(self) -> pd.DataFrame:
        """Les faits en tableau."""
        return pd.DataFrame([(fait.phrase,) for fait in self.faits], columns=["fait"])


def _read_nombres(paire: DeclareMesure) -> dict[str, float | None]:
    """Les deux chiffres en nombres : un fichier les porte, l'écran a déjà les mots."""
    declare, croisement = paire.ligne.chiffre, paire.croisement
    mesure = croisement.valeur if croisement.verdict.montre else None
    return {
        "redresse": round_valeur(paire.ligne.indicateur, declare.redresse if declare.montre else None),
        "valeur": round_valeur(croisement.indicateur, mesure),
    }


def build_vue_accord(gate: Gate, catalogue: Catalogue, theme: VueTheme) -> VueAccord:
    """Les rapprochements possibles d'un thème, pour sa sélection."""
    lecture = Lecture(gate, catalogue, theme.selection)
    lies = [ligne for ligne in theme.lignes if ligne.indicateur.mesure_id]
    accords = gate.list_accords([ligne.indicateur.id for ligne in lies], theme.selection.vague_id)
    qualite = read_ecarts(gate, theme.selection, theme.theme.id)
    paires = []
    for ligne in lies:
        croisement = build_croisement(lecture, ligne.indicateur)
        if croisement is not None:
            paires.append(_build_paire(ligne, croisement, accords, qualite))
    trouvees = {p.ligne.indicateur.id for p in paires}
    return VueAccord(
        paires=tuple(paires),
        attendus=tuple(li.indicateur.titre for li in lies if li.indicateur.id not in trouvees),
        faits=list_faits(qualite),
    )


def _build_paire(
    ligne: LigneIndicateur, croisement: Croisement, accords: pd.DataFrame, qualite: pd.DataFrame
) -> DeclareMesure:
    siens = accords[accords["indicateur_id"].eq(ligne.indicateur.id)]
    poids = qualite.loc[qualite["objet"].eq(croisement.indicateur.id), "phrase"]
    return DeclareMesure(
        ligne=ligne,
        croisement=croisement,
        accords=_order([_build_accord(a) for a in siens.to_dict("records")]),
        poids=str(poids.iloc[0]) if len(poids) else "",
    )


def _build_accord(ligne: dict[Any, Any]) -> Accord:
    if pd.isna(ligne["n"]):
        return Accord(str(ligne["type"]), None, None, None, None)
    parts = (float(ligne[c]) for c in ("accord", "declare_seul", "mesure_seule"))
    return Accord(str(ligne["type"]), int(ligne["n"]), *parts)


def _order(accords: Sequence[Accord]) -> tuple[Accord, ...]:
    ordre = list(LIBELLES_TYPES)
    return tuple(sorted(accords, key=lambda a: (a.n is None, ordre.index(a.type))))


def read_ecarts(gate: Gate, selection: Selection, questionnaire_id: str) -> pd.DataFrame:
    """Les faits de la vague connus de toutes les communes, à côté de ce qu'en disent les répondantes."""
    lignes = gate.list_qualite(selection.vague_id, questionnaire_id)
    return lignes[lignes["cle"].isin(CLES_ECARTS)]


def list_faits(qualite: pd.DataFrame) -> tuple[Fait, ...]:
    """Les faits des lignes de `read_ecarts`, ceux qui éprouvent les poids d'abord."""
    juges: dict[str, float] = dict(
        qualite.loc[qualite["cle"].eq(DEDANS), ["objet", "valeur"]].itertuples(index=False)
    )
    tries = qualite[qualite["cle"].ne(DEDANS)].sort_values("valeur", key=lambda v: -v.abs(), kind="stable")
    faits = [
        Fait(str(x["phrase"]), float(x["valeur"]), _judge(juges.get(x["objet"]), str(x["cle"])))
        for x in tries.to_dict("records")
    ]
    return tuple(sorted(faits, key=lambda fait: fait.dedans is None))


def _judge(dedans: float | None, cle: str) -> bool | None:
    """Une version d'avant cette règle n'a pas le verdict : le fait y est lu, et ne compte pas."""
    return bool(dedans) if cle == ECART and dedans is not None else None
