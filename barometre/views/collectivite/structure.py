"""Ce qui fait ressembler deux collectivités : leur structure, jamais leurs réponses.

Lue une fois par version : le cadre de l'enquête et ses variables de structure. Qui a répondu n'y est pas.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from barometre.access import Gate
from barometre.domain.formats import format_part
from barometre.stats.peers import K_DEFAUT, nearest

# Les variables dans l'ordre où on les dit, et leur importance tant que le lecteur n'en change pas.
VARIABLES: dict[str, str] = {
    "population": "Population",
    "groupement": "Taille de l’intercommunalité",
    "communes": "Nombre de communes",
    "densite": "Densité",
    "ruralite": "Ruralité",
    "centralite": "Centralité",
    "montagne": "Montagne",
    "zone": "Hexagone ou outre-mer",
    "couverture": "Accompagnement par un OPSN",
    "age": "Part des 65 ans et plus",
    "saison": "Part des résidences secondaires",
}
IMPORTANCES: dict[str, int] = {
    "population": 4,
    "groupement": 1,
    "communes": 2,
    "densite": 2,
    "ruralite": 1,
    "centralite": 1,
    "montagne": 1,
    "zone": 3,
    "couverture": 1,
    "age": 1,
    "saison": 1,
}
IMPORTANCE_MAXIMALE = 5
# Les variables qui viennent d'une donnée de l'État : une collectivité qu'elle ne couvre pas n'en a pas.
MESUREES: dict[str, str] = {"age": "part_65_ans_et_plus", "saison": "part_residences_secondaires"}


# Ce qui dit à quel groupe de sa strate une collectivité appartient.
LIEUX = ["couverture", "departement", "region", "zone"]


@dataclass(frozen=True, slots=True)
class Structure:
    """Le cadre (une ligne par collectivité) et les couples (vague, questionnaire) qui ont des réponses."""

    cadre: pd.DataFrame
    remplis: frozenset[tuple[str, str]]
    # Par type : ses collectivités, et leurs seules variables qui en distinguent deux. Trié une fois.
    _par_type: dict[str, pd.DataFrame] = field(default_factory=dict)
    _par_strate: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)

    def list_variables(self, collectivite_id: str) -> list[str]:
        """Les variables connues de cette collectivité et qui distinguent celles de son type."""
        memes = self.get_memes(collectivite_id)
        ligne = memes.loc[collectivite_id]
        return [v for v in memes.columns if pd.notna(ligne[v])]

    def get_memes(self, collectivite_id: str) -> pd.DataFrame:
        """Les collectivités de son type et les variables qui les distinguent, dans l'ordre de VARIABLES."""
        type_ = str(self.cadre.at[collectivite_id, "type"])
        if type_ not in self._par_type:
            memes = self.cadre.loc[self.cadre["type"].eq(type_), list(VARIABLES)]
            distinguent = memes[[v for v in VARIABLES if memes[v].nunique() > 1]]
            # Une classe par son rang : comparer 35 000 textes à celui de la cible coûtait 7 ms par variable.
            classes = distinguent.select_dtypes("object").columns
            self._par_type[type_] = distinguent.astype(dict.fromkeys(classes, "category"))
        return self._par_type[type_]

    def get_strate(self, type_: str, strate: str) -> pd.DataFrame:
        """Les collectivités d'une strate, et où elles sont. Une copie : qui la filtre ne touche à rien."""
        if (cle := (type_, strate)) not in self._par_strate:
            siennes = self.cadre["type"].eq(type_) & self.cadre["strate"].eq(strate)
            self._par_strate[cle] = self.cadre.loc[siennes, LIEUX]
        return self._par_strate[cle].copy(deep=False)

    def list_vagues(self, questionnaire_id: str, vagues: Sequence[str]) -> list[str]:
        """Les vagues de ce questionnaire qui ont des réponses, dans l'ordre."""
        return [v for v in vagues if (v, questionnaire_id) in self.remplis]


def build_structure(gate: Gate) -> Structure:
    """La structure de toutes les collectivités du cadre ; ne lit que des faits publics."""
    reference = gate.get_referentiel()
    cadre = reference[reference["porteur_id"].isna()].set_index("collectivite_id")
    communes = cadre[cadre["type"].eq("commune")]
    habitants = cadre[cadre["type"].eq("epci")].set_index("code")["population"]
    colonnes = {
        "population": np.log10(cadre["population"].astype("float64").clip(lower=1)),
        "groupement": np.log10(cadre["epci"].map(habitants).astype("float64").clip(lower=1)),
        "communes": np.log10(_count_communes(cadre, communes).clip(lower=1)),
    }
    colonnes |= _read_mesurees(gate, cadre.index)
    gardees = ["type", "nom", "code", "strate", "departement", "region", "epci"]
    qualites = {v: _read_classe(cadre, v) for v in VARIABLES if v not in colonnes}
    frame = cadre[gardees].assign(habitants=cadre["population"], **colonnes, **qualites)
    return Structure(frame, _read_remplis(gate))


def _count_communes(cadre: pd.DataFrame, communes: pd.DataFrame) -> pd.Series:
    """Le nombre de communes d'un EPCI, d'un département ou d'une région ; rien pour une commune."""
    comptes = pd.Series(np.nan, index=cadre.index)
    for type_ in ("epci", "ept", "departement", "region"):
        siens = cadre["type"].eq(type_)
        comptes[siens] = cadre.loc[siens, "code"].map(communes[type_].value_counts()).astype("float64")
    return comptes


def _read_mesurees(gate: Gate, collectivites: pd.Index) -> dict[str, pd.Series]:
    """La dernière valeur de chaque variable mesurée ; vide là où la source ne dit rien."""
    lignes = gate.list_mesures(list(MESUREES.values()))
    lignes = lignes[lignes["etat"].eq("repondu")].sort_values("periode", kind="stable")
    dernieres = lignes.drop_duplicates(["indicateur_id", "collectivite_id"], keep="last")
    par_mesure = dict(iter(dernieres.set_index("collectivite_id").groupby("indicateur_id")["valeur"]))
    vide = pd.Series(dtype="float64")
    return {v: par_mesure.get(m, vide).reindex(collectivites).astype("float64") for v, m in MESUREES.items()}


def _read_classe(cadre: pd.DataFrame, variable: str) -> pd.Series:
    if variable not in cadre:
        return pd.Series(None, index=cadre.index, dtype="object")
    return cadre[variable].astype("object").where(cadre[variable].notna(), None)


def _read_remplis(gate: Gate) -> frozenset[tuple[str, str]]:
    comptes = gate.count_participations("vague_id", "questionnaire_id")
    return frozenset(
        zip(comptes["vague_id"].astype(str), comptes["questionnaire_id"].astype(str), strict=True)
    )


@dataclass(frozen=True, slots=True)
class Semblable:
    """Une collectivité proche : sa distance, et ce que chaque variable y met."""

    collectivite_id: str
    nom: str
    distance: float
    parts: Mapping[str, float]
    autre_zone: bool

    @property
    def pourquoi(self) -> str:
        """« Pourquoi celle-ci ? » en une phrase."""
        if self.distance < 1e-9:
            return "Même structure que la vôtre sur toutes les variables connues."
        ordre = sorted(self.parts.items(), key=lambda paire: -paire[1])
        memes = [_milieu(VARIABLES[v]) for v, part in ordre if part < 0.005]
        ecarts = [f"{_milieu(VARIABLES[v])} ({format_part(part)})" for v, part in ordre if part >= 0.005]
        identique = f"Identique : {', '.join(memes)}. " if memes else ""
        return f"{identique}Ce qui la distingue encore : {', '.join(ecarts)} de l’écart."


def _milieu(nom: str) -> str:
    return nom[0].lower() + nom[1:] if nom != VARIABLES["zone"] else nom


def sort_semblables(
    structure: Structure,
    collectivite_id: str,
    importances: Mapping[str, int] | None = None,
    k: int | None = K_DEFAUT,
) -> pd.DataFrame:
    """Les `k` plus proches du même type (toutes si None) : unit, distance, une part par variable."""
    variables = structure.list_variables(collectivite_id)
    poids = {v: float((importances or IMPORTANCES).get(v, IMPORTANCES[v])) for v in variables}
    if not any(poids.values()):
        poids = {v: float(IMPORTANCES[v]) for v in variables}
    # L'identifiant est l'index : `nearest` le trouve sans colonne.
    frame = structure.get_memes(collectivite_id)[variables]
    return nearest(frame, collectivite_id, variables, poids, k or max(len(frame) - 1, 1))


def describe_semblables(
    structure: Structure, collectivite_id: str, rangs: pd.DataFrame, noms: Mapping[str, str]
) -> tuple[Semblable, ...]:
    """Les lignes de `sort_semblables`, en mots."""
    zone = str(structure.cadre.at[collectivite_id, "zone"])
    variables = [v for v in VARIABLES if v in rangs]
    lieux = structure.cadre.loc[rangs["unit"], ["nom", "type", "departement", "zone"]].to_dict("records")
    return tuple(
        Semblable(
            collectivite_id=str(ligne["unit"]),
            nom=_label(lieu, noms),
            distance=float(ligne["distance"]),
            parts={v: float(ligne[v]) for v in variables},
            autre_zone=str(lieu["zone"]) != zone,
        )
        for ligne, lieu in zip(rangs.to_dict("records"), lieux, strict=True)
    )


def _label(lieu: Mapping[Hashable, Any], departements: Mapping[str, str]) -> str:
    """« Nom (département) »."""
    code = lieu["departement"]
    if lieu["type"] in ("departement", "region") or pd.isna(code):
        return str(lieu["nom"])
    return f"{lieu['nom']} ({departements.get(str(code), code)})"


def read_importances(textes: Sequence[str]) -> dict[str, int]:
    """« population:3 » → {"population": 3} ; ce qui ne se lit pas est laissé de côté."""
    lues: dict[str, int] = {}
    for texte in textes:
        variable, _, valeur = texte.partition(":")
        if variable in VARIABLES and valeur in {str(i) for i in range(IMPORTANCE_MAXIMALE + 1)}:
            lues[variable] = int(valeur)
    return lues
