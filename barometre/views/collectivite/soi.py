"""Ce qu'une portée lit d'une collectivité : ses réponses si elle y a droit, ses données de l'État."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_date
from barometre.domain.indicateur import Indicateur
from barometre.stats.scores import compute_scores
from barometre.views.lecture.champ import count_communes
from barometre.views.lecture.chiffres import format_chiffre
from barometre.views.lecture.place import EN_TETE, PLACES, Relevee, Verdict, format_mesure, judge_place

REPONDU, NON_CONCERNE = "repondu", "non_concerne"
ETATS = {
    "ne_sait_pas": "vous ne saviez pas",
    "non_concerne": "non concernée",
    "sans_reponse": "sans réponse",
}


@dataclass(frozen=True, slots=True)
class Reponse:
    """La valeur d'un indicateur pour une collectivité, et l'état de la réponse."""

    valeur: float | None
    etat: str = REPONDU

    @property
    def est_oui(self) -> bool:
        """Vrai pour une part à 1."""
        return self.valeur == 1

    @property
    def est_non(self) -> bool:
        """Vrai pour une part à 0."""
        return self.valeur == 0

    def get_texte(self, indicateur: Indicateur) -> str:
        """« oui », « non », « 3 agents », « sans réponse »."""
        if self.etat != REPONDU or self.valeur is None:
            return ETATS.get(self.etat, self.etat)
        if indicateur.est_part:
            return "oui" if self.est_oui else "non"
        return format_chiffre(indicateur, self.valeur)


SANS_REPONSE = Reponse(None, "sans_reponse")


@dataclass(frozen=True, slots=True)
class Mesure:
    """Une donnée de l'État sur cette collectivité."""

    indicateur: Indicateur
    valeur: float
    texte: str
    periode: str
    verdict: Verdict = EN_TETE

    @property
    def texte_date(self) -> str:
        """« 26 % (2021) » ; ce qui ne se montre pas n'a pas de date à dire."""
        return f"{self.texte} ({self.periode})" if self.verdict.montre else self.texte


@dataclass(frozen=True, slots=True)
class Soi:
    """Une collectivité telle que la portée la lit ; sans droit, `refus` dit pourquoi."""

    collectivite_id: str
    refus: str = ""
    # (indicateur, vague) → réponse
    reponses: Mapping[tuple[str, str], Reponse] = field(default_factory=dict)
    mesures: tuple[Mesure, ...] = ()

    @property
    def lisible(self) -> bool:
        """Vrai si ses réponses se lisent."""
        return not self.refus

    def get(self, indicateur_id: str, vague_id: str) -> Reponse | None:
        """Sa réponse à cette vague, ou rien."""
        return self.reponses.get((indicateur_id, vague_id))

    def has_repondu(self, indicateurs: Sequence[Indicateur], vague_id: str) -> bool:
        """Vrai si l'un de ces indicateurs a une réponse à cette vague."""
        return any(self.get(i.id, vague_id) for i in indicateurs)

    def get_mesure(self, indicateur_id: str) -> Mesure | None:
        """La donnée de l'État de cet indicateur."""
        return next((m for m in self.mesures if m.indicateur.id == indicateur_id), None)


@dataclass(frozen=True, slots=True)
class Score:
    """« 6 pratiques sur 9 », ou rien quand trop peu de questions ont une réponse."""

    phrase: str
    pratiques: int
    concernees: int
    repondues: int
    montre: bool


def read_soi(gate: Gate, catalogue: Catalogue, collectivite_id: str) -> Soi:
    """Une seule lecture, que la porte d'accès a filtrée."""
    lignes = gate.list_valeurs_collectivite(collectivite_id).sort_values("periode", kind="stable")
    declares = {i.id for i in catalogue.list_indicateurs(origine="declare")}
    reponses = {
        (str(ligne["indicateur_id"]), str(ligne["periode"])): _reponse(ligne["valeur"], str(ligne["etat"]))
        for ligne in lignes[lignes["indicateur_id"].isin(declares)].to_dict("records")
    }
    mesures = _list_mesures(gate, catalogue, collectivite_id, lignes)
    return Soi(collectivite_id, gate.explain_refusal(collectivite_id), reponses, mesures)


def _list_mesures(
    gate: Gate, catalogue: Catalogue, collectivite_id: str, lignes: pd.DataFrame
) -> tuple[Mesure, ...]:
    """La dernière valeur de chaque mesure, à la place que sa date et son champ lui donnent."""
    mesures = {i.id: i for i in catalogue.list_indicateurs(origine="mesure")}
    connues = lignes[lignes["indicateur_id"].isin(list(mesures)) & lignes["valeur"].notna()]
    dernieres = connues.drop_duplicates("indicateur_id", keep="last")
    jour, ici = gate.get_version().creee_le.date(), set(dernieres["indicateur_id"])
    communes = count_communes(gate, collectivite_id) if dernieres["n_communes"].notna().any() else 0
    lues = []
    for ligne in dernieres.to_dict("records"):
        indicateur = mesures[str(ligne["indicateur_id"])]
        plus_recente = mesures[indicateur.remplacee_par] if indicateur.remplacee_par in ici else None
        propre = bool(pd.isna(ligne["n_communes"]))
        n = None if propre else int(ligne["n_communes"])
        relevee = Relevee(float(ligne["valeur"]), str(ligne["periode"]), n, communes)
        verdict = judge_place(indicateur, relevee, jour, plus_recente)
        lues.append(_mesure(indicateur, relevee, verdict, propre=propre))
    # En tête d'abord, puis ce qui est ancien, puis ce qui ne se montre pas.
    return tuple(sorted(lues, key=lambda m: PLACES.index(m.verdict.place)))


def _reponse(valeur: object, etat: str) -> Reponse:
    return Reponse(None if pd.isna(valeur) else float(str(valeur)), etat)  # type: ignore[call-overload]


def _mesure(indicateur: Indicateur, relevee: Relevee, verdict: Verdict, *, propre: bool) -> Mesure:
    texte = format_mesure(indicateur, relevee.valeur, propre=propre) if verdict.montre else verdict.mot
    return Mesure(indicateur, relevee.valeur, texte, format_date(relevee.periode), verdict)


def compute_score(soi: Soi, pratiques: Sequence[Indicateur], vague_id: str) -> Score | None:
    """Le score de la collectivité à ce thème ; None sans réponse que l'on puisse lire."""
    siennes = {p.id: soi.get(p.id, vague_id) for p in pratiques}
    if not any(siennes.values()):
        return None
    reponses = {i: r or SANS_REPONSE for i, r in siennes.items()}
    valeurs = pd.DataFrame([{i: r.valeur for i, r in reponses.items()}], dtype="float64")
    hors = pd.DataFrame([{i: r.etat == NON_CONCERNE for i, r in reponses.items()}])
    ligne = compute_scores(valeurs, hors).iloc[0]
    return Score(
        str(ligne["phrase"]),
        int(ligne["practices"]),
        int(ligne["concerned"]),
        int(ligne["answered"]),
        bool(ligne["shown"]),
    )
