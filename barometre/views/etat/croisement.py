"""Déclaré et mesuré : ce que l'État sait de la même chose, sur le champ de la sélection."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from barometre.access import AccesRefuse
from barometre.domain.formats import format_compte, format_date, format_nombre
from barometre.domain.indicateur import Indicateur
from barometre.views.lecture.champ import count_communes, list_champ
from barometre.views.lecture.chiffres import format_chiffre
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.place import EN_TETE, Relevee, Verdict, judge_place


@dataclass(frozen=True, slots=True)
class Croisement:
    """La donnée de l'État à côté du chiffre déclaré."""

    indicateur: Indicateur
    valeur: float
    # Les collectivités dont la donnée est connue, et celles du champ.
    n: int
    n_champ: int
    periode: str
    source: str
    precision: str = ""
    verdict: Verdict = EN_TETE

    @property
    def texte(self) -> str:
        """La mesure en mots, ou ce qui empêche de la montrer."""
        return format_chiffre(self.indicateur, self.valeur) if self.verdict.montre else self.verdict.mot

    @property
    def champ(self) -> str:
        """« 34 875 collectivités », « 4 collectivités connues sur 34 875 »."""
        if self.n >= self.n_champ:
            return format_compte(self.n, "collectivité")
        connues = format_compte(self.n, "collectivité connue", "collectivités connues")
        return f"{connues} sur {format_nombre(self.n_champ)}"

    @property
    def phrase(self) -> str:
        """La mesure, son champ, sa date, et l'avertissement ; ou ce qui la cache."""
        if not self.verdict.montre:
            return f"Donnée de l’État, « {self.indicateur.titre} » : {self.texte}. {self.verdict.raison}"
        return (
            f"Donnée de l’État, « {self.indicateur.titre} » : {self.texte}{self.precision}, sur {self.champ} "
            f"({format_date(self.periode)}). Ce chiffre est mesuré, non déclaré : les deux ne comptent pas "
            "toujours la même chose."
        )


def build_croisement(lecture: Lecture, indicateur: Indicateur) -> Croisement | None:
    """La mesure sur le champ de la sélection ; rien si elle n'est pas chargée."""
    mesure = lecture.catalogue.indicateurs.get(indicateur.mesure_id)
    if mesure is None or mesure.origine != "mesure":
        return None
    try:
        lu = _read_montee(lecture, mesure) or _read_champ(lecture, mesure)
        return None if lu is None else replace(lu, verdict=_judge(lecture, lu))
    except AccesRefuse:
        # Une version plus ancienne que le catalogue ne connaît pas cette mesure : la porte la tait.
        return None


def _judge(lecture: Lecture, lu: Croisement) -> Verdict:
    jour = lecture.gate.get_version().creee_le.date()
    relevee = Relevee(lu.valeur, lu.periode, lu.n, lu.n_champ)
    return judge_place(lu.indicateur, relevee, jour, _find_plus_recente(lecture, lu.indicateur))


def _find_plus_recente(lecture: Lecture, mesure: Indicateur) -> Indicateur | None:
    """Celle qui la remplace, si elle est connue sur ce champ : elle ne l'est que d'un territoire entier."""
    recente = lecture.catalogue.indicateurs.get(mesure.remplacee_par)
    if recente is None or lecture.selection.strate or lecture.selection.couverture:
        return None
    lignes = lecture.gate.list_mesures([recente.id], lecture.selection.territoire_id)
    return recente if lignes["etat"].eq("repondu").any() else None


def _read_montee(lecture: Lecture, mesure: Indicateur) -> Croisement | None:
    """La valeur montée d'un territoire entier : une ligne lue au lieu de 35 000."""
    selection = lecture.selection
    if selection.strate or selection.couverture or selection.type not in ("", "commune"):
        return None
    if mesure.agregation in ("", "valeur"):
        return None
    lignes = lecture.gate.list_mesures([mesure.id], selection.territoire_id)
    lignes = lignes[lignes["etat"].eq("repondu") & lignes["n_communes"].notna()]
    if lignes.empty:
        return None
    derniere = lignes.sort_values("periode").iloc[-1]
    n, total = int(derniere["n_communes"]), count_communes(lecture.gate, selection.territoire_id)
    periode = str(derniere["periode"])
    return Croisement(mesure, float(derniere["valeur"]), n, total, periode, mesure.source_id)


def _read_champ(lecture: Lecture, mesure: Indicateur) -> Croisement | None:
    """La moyenne des collectivités du champ dont la donnée est connue, chacune comptant pour une."""
    valeurs = lecture.gate.list_valeurs(mesure.id)
    # La valeur d'un territoire est montée de ses communes : elle ne compte pas une seconde fois.
    connues = valeurs[valeurs["etat"].eq("repondu") & valeurs["n_communes"].isna()]
    if connues.empty:
        return None
    periode = str(connues["periode"].max())
    derniere = connues[connues["periode"].eq(periode)]
    champ = _select_mesurables(lecture, derniere)
    # `isin` ferait un objet de chacun de 36 000 identifiants : vingt fois plus long.
    lues = derniere[pd.Index(champ["collectivite_id"]).get_indexer(derniere["collectivite_id"]) >= 0]
    if lues.empty:
        return None
    precision = "" if mesure.agregation != "moyenne_ponderee" else " en moyenne par commune"
    moyenne = float(lues["valeur"].astype(float).mean())
    return Croisement(mesure, moyenne, len(lues), len(champ), periode, mesure.source_id, precision)


def _select_mesurables(lecture: Lecture, valeurs: pd.DataFrame) -> pd.DataFrame:
    """Le champ, sans les types que la donnée ne connaît pas (les EPCI d'une liste de communes)."""
    champ = list_champ(lecture.gate, lecture.selection)
    types = set(valeurs["collectivite_id"].str.partition("-")[0])
    return champ[champ["type"].isin(types)]
