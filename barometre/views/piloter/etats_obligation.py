"""Les cinq états d'une obligation dans un groupe : concernées, réponses, déclarées, constatées, inconnues."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue, SeuilLegal
from barometre.domain.formats import format_compte, format_date, format_nombre
from barometre.domain.indicateur import Indicateur
from barometre.domain.notes import format_lettre
from barometre.domain.territoire import LIBELLES_TYPES
from barometre.views.etat.mesures import is_chargee, read_sources
from barometre.views.lecture.chiffres import format_bornes, format_cellule
from barometre.views.lecture.ligne import Cellules
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau, to_pourcent
from barometre.views.piloter.declaration import Declaration, build_declaration, list_morceaux

COMPTES = (
    "concernees", "n", "part_declaree", "declaree_bas", "declaree_haut", "n_eff", "note", "constatees",
    "inconnues",
)  # fmt: skip
LUES = ("concernees", "n", "declaration", "constatees", "inconnues")


@dataclass(frozen=True, slots=True)
class Releve:
    """Ce que l'on lit d'une obligation, pour toutes les collectivités."""

    seuil: SeuilLegal
    # Ce qu'une réponse « oui » montre ; None si aucune question n'en parle.
    preuve: Indicateur | None
    # La dernière vague de son thème.
    vague_id: str
    # Celles chez qui l'État la constate ; None si aucune donnée chargée n'en parle.
    constatees: frozenset[str] | None
    # Ce qu'il mesure, et quand ; vide s'il ne mesure rien.
    mesure: str
    simulee: bool = False


@dataclass(frozen=True, slots=True)
class Etats:
    """Un groupe face à une obligation ; des faits publics et des cellules publiées, aucune réponse nommée."""

    libelle: str
    par_type: dict[str, int]
    declaration: Declaration
    # Ce qu'une réponse « oui » montre ; None si aucune question n'en parle.
    preuve: Indicateur | None
    # None : aucune donnée de l'État ne parle de cette obligation, ou elle n'est pas chargée.
    constatees: int | None
    simulee: bool = False

    @property
    def concernees(self) -> int:
        """Toutes les collectivités concernées."""
        return sum(self.par_type.values())

    @property
    def repondantes(self) -> int | None:
        """Les réponses à la question, à quelques unités près ; None : trop peu pour être dit."""
        return self.declaration.chiffre.n if self.declaration.chiffre.montre else None

    @property
    def inconnues(self) -> int | None:
        """Environ combien dont on ne sait rien : plus, si une même répond et est constatée."""
        if self.repondantes is None:
            return None
        return max(self.concernees - self.repondantes - (self.constatees or 0), 0)

    @property
    def declare(self) -> str:
        """« 39 %, entre 27 et 52 % (C) », ou pourquoi il n'y a pas de part."""
        chiffre = self.declaration.chiffre
        if self.preuve is None:
            return "question non posée"
        if not chiffre.montre:
            return "trop peu de réponses"
        part = f"{format_cellule(self.preuve, chiffre, 'redresse')}{' brut' * chiffre.est_brut}"
        bornes = format_bornes(self.preuve, chiffre)
        couvertes, toutes = map(format_nombre, (self.declaration.couvertes, self.declaration.concernees))
        sur = f", sur {couvertes} des {toutes} concernées" if self.declaration.est_partielle else ""
        # Les concernées d'à côté sont plus nombreuses que celles parmi qui la part se lit.
        parmi = f", {self.preuve.parmi}" if self.preuve.parmi else ""
        return f"{part}, {bornes} ({format_lettre(chiffre.note, simulee=self.simulee)}){sur}{parmi}"

    @property
    def public(self) -> str:
        """« Communes : 134 concernées ; Intercommunalités (EPCI) : 287 concernées »."""
        comptes = ((LIBELLES_TYPES[t], format_compte(n, "concernée")) for t, n in self.par_type.items())
        return " ; ".join(f"{libelle} : {compte}" for libelle, compte in comptes)

    @property
    def rang(self) -> tuple[object, ...]:
        """Les valeurs des colonnes `COMPTES`, en nombres."""
        c = self.declaration.chiffre
        parts = (to_pourcent(v) if c.montre else None for v in (c.valeur, c.bas, c.haut))
        n_eff = None if c.n_eff is None else round(c.n_eff)
        return (
            self.concernees,
            self.repondantes,
            *parts,
            n_eff,
            c.note if c.montre else "",
            self.constatees,
            self.inconnues,
        )


def build_lecture(tete: str, etats: Iterable[Etats]) -> pd.DataFrame:
    """Le tableau qui se lit : la part et son intervalle y sont une phrase."""
    lignes = ((e.libelle, e.concernees, e.repondantes, e.declare, e.constatees, e.inconnues) for e in etats)
    return build_tableau(lignes, (tete, *LUES))


def build_etats(
    libelle: str, releve: Releve, cadre: pd.DataFrame, selection: Selection, cellules: Cellules
) -> Etats:
    """Une obligation dans un groupe : ses collectivités, la sélection qui les désigne."""
    concernees, _ = list_concernees(cadre, releve.seuil)
    comptes = concernees["type"].value_counts()
    morceaux = list_morceaux(cadre, concernees, selection)
    ids, preuve = set(concernees["collectivite_id"]), releve.preuve
    return Etats(
        libelle=libelle,
        par_type={t: int(comptes[t]) for t in LIBELLES_TYPES if t in comptes},
        declaration=build_declaration(preuve.id if preuve else "", morceaux, cellules),
        preuve=preuve,
        constatees=None if releve.constatees is None else len(ids & releve.constatees),
        simulee=releve.simulee,
    )


def list_concernees(cadre: pd.DataFrame, seuil: SeuilLegal) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Les collectivités concernées, et celles dont la population manque pour le dire."""
    # En numpy : une synthèse passe ici douze fois, et pandas y coûtait dix fois plus.
    types = cadre["type"].to_numpy(dtype=object)
    population = cadre["population"].to_numpy(dtype="float64", na_value=np.nan)
    concernees = np.zeros(len(cadre), dtype=bool)
    inconnues = np.zeros(len(cadre), dtype=bool)
    for regle in seuil.concernes:
        type_ = types == regle.type
        if regle.population_minimum == 0:
            concernees |= type_
            continue
        minimum = regle.population_minimum
        concernees |= type_ & (population > minimum if regle.strict else population >= minimum)
        inconnues |= type_ & np.isnan(population)
    return cadre[concernees], cadre[inconnues]


def get_preuve(catalogue: Catalogue, seuil: SeuilLegal) -> Indicateur | None:
    """L'indicateur dont un « oui » montre l'obligation remplie."""
    return next((catalogue.indicateurs[p] for p in seuil.preuves if p in catalogue.indicateurs), None)


def read_releve(gate: Gate, catalogue: Catalogue, seuil: SeuilLegal) -> Releve:
    """Une obligation, ce qui la prouve, et ce que l'État en constate."""
    constatees, mesure = _read_constatees(gate, catalogue, seuil)
    vague_id, simulee = gate.get_derniere_vague(seuil.theme_id), gate.get_version().simulee
    return Releve(seuil, get_preuve(catalogue, seuil), vague_id, constatees, mesure, simulee)


def _read_constatees(
    gate: Gate, catalogue: Catalogue, seuil: SeuilLegal
) -> tuple[frozenset[str] | None, str]:
    """Les collectivités où une donnée de l'État montre l'obligation remplie ; None sans donnée chargée."""
    sources = read_sources(gate)
    trouvees: set[str] = set()
    titres = []
    for preuve in seuil.preuves:
        declaree = catalogue.indicateurs.get(preuve)
        mesure = catalogue.indicateurs.get(declaree.mesure_id) if declaree else None
        if mesure is None or not is_chargee(sources, mesure.source_id):
            continue
        valeurs = gate.list_valeurs(mesure.id)
        propres = valeurs[valeurs["n_communes"].isna() & valeurs["etat"].eq("repondu")]
        derniere = propres["periode"].max() if len(propres) else ""
        vraies = propres[propres["periode"].eq(derniere) & propres["valeur"].astype(float).ge(1)]
        trouvees |= set(vraies["collectivite_id"].astype(str))
        titres.append(f"{mesure.titre} ({format_date(str(derniere))})")
    return (frozenset(trouvees), " ; ".join(titres)) if titres else (None, "")
