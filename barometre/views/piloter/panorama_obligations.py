"""Les obligations numériques d'un territoire : qui est concerné, qui l'a remplie, et ce que l'on ne sait pas.

« Remplie » veut dire déclarée ou constatée par l'État ; tout le reste est inconnu, jamais « non remplie ».
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue, SeuilLegal
from barometre.domain.provenance import Definition, Provenance
from barometre.domain.territoire import LIBELLES_TYPES
from barometre.formats import format_compte, format_date, format_guillemets
from barometre.views.collectivite.obligations import describe_verification
from barometre.views.etat.mesures import is_chargee, read_sources
from barometre.views.lecture.champ import list_champ
from barometre.views.lecture.citation import HORS_BIAIS, SOURCE
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.provenance import build_provenance
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau

INCONNUE_N_EST_PAS_NON = (
    "Une obligation que personne n’a déclarée remplie, et que l’État n’a pas constatée, est dans un état "
    "inconnu\u202f: on n’en déduit jamais qu’elle ne l’est pas."
)


COLONNES = ("obligation", "concernees", "repondantes", "constatees", "vague", "reference", "verification")


@dataclass(frozen=True, slots=True)
class LigneObligation:
    """Une obligation sur un territoire : des comptes de faits publics, aucune réponse."""

    seuil: SeuilLegal
    # type → collectivités concernées
    par_type: Mapping[str, int]
    # Sa population manque : on ne peut pas trancher.
    a_verifier: int
    # Ont rempli le questionnaire du thème à sa dernière vague ; None : trop peu pour être dit.
    repondantes: int | None
    # None : aucune donnée de l'État ne parle de cette obligation, ou elle n'est pas chargée.
    constatees: int | None
    vague: str
    mesure: str

    @property
    def concernees(self) -> int:
        """Toutes les collectivités concernées."""
        return sum(self.par_type.values())

    @property
    def verification(self) -> str:
        """Le jour et le texte de la vérification, ou « à relire »."""
        return describe_verification(self.seuil)

    @property
    def phrase(self) -> str:
        """La phrase à retenir de l'obligation."""
        constat, concernees = "", format_compte(self.concernees, "collectivité")
        if self.constatees is not None:
            constat = f", l’État la constate chez {self.constatees}"
        return (
            f"{format_guillemets(self.seuil.titre)} concerne {concernees} : "
            f"{describe_repondantes(self.repondantes)} au baromètre{constat} ; pour les autres, "
            "l’état est inconnu."
        )


@dataclass(frozen=True, slots=True)
class VuePanorama:
    """Toutes les obligations en vigueur, pour un territoire et un type."""

    champ: str
    selection: Selection
    lignes: tuple[LigneObligation, ...]
    # Au catalogue, mais pas encore en vigueur.
    a_venir: tuple[SeuilLegal, ...]
    provenance: Provenance

    @property
    def a_retenir(self) -> str:
        """La phrase avant tout chiffre."""
        if not self.lignes:
            return f"{self.champ} : aucune des obligations suivies ne concerne ces collectivités."
        plus_etroite = min(self.lignes, key=lambda ligne: ligne.concernees)
        n = format_compte(len(self.lignes), "obligation suivie", "obligations suivies")
        return f"{self.champ} : {n}. {plus_etroite.phrase} {INCONNUE_N_EST_PAS_NON}"

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau de lecture, et celui qui se télécharge."""
        return build_tableau((_rang(ligne) for ligne in self.lignes), COLONNES)

    def get_ligne(self, seuil_id: str) -> LigneObligation | None:
        """L'obligation demandée, sinon la première."""
        premiere = self.lignes[0] if self.lignes else None
        return next((ligne for ligne in self.lignes if ligne.seuil.id == seuil_id), premiere)


def describe_repondantes(repondantes: int | None) -> str:
    """« environ 35 ont répondu », ou que c'est trop peu pour le dire."""
    return (
        "trop peu ont répondu pour le dire" if repondantes is None else f"environ {repondantes} ont répondu"
    )


def _rang(ligne: LigneObligation) -> tuple[object, ...]:
    comptes = (ligne.concernees, ligne.repondantes, ligne.constatees)
    return (ligne.seuil.titre, *comptes, ligne.vague, ligne.seuil.reference, ligne.verification)


def build_vue_panorama(gate: Gate, catalogue: Catalogue, selection: Selection, jour: date) -> VuePanorama:
    """Les obligations du territoire et du type choisis ; les autres filtres ne jouent pas."""
    cadre = list_champ(gate, Selection(territoire_id=selection.territoire_id, type=selection.type))
    en_vigueur = [seuil for seuil in catalogue.seuils if seuil.is_en_vigueur(jour)]
    lignes = [build_ligne(gate, catalogue, seuil, cadre) for seuil in en_vigueur]
    libelles = Libelles(catalogue, gate)
    champ = libelles.get_champ(selection)
    return VuePanorama(
        champ=champ,
        selection=selection,
        lignes=tuple(ligne for ligne in lignes if ligne.concernees),
        a_venir=tuple(s for s in catalogue.seuils if s.depuis is not None and s.depuis > jour),
        provenance=build_provenance_obligations(gate, champ, en_vigueur),
    )


def build_ligne(gate: Gate, catalogue: Catalogue, seuil: SeuilLegal, cadre: pd.DataFrame) -> LigneObligation:
    """Une obligation sur les collectivités d'un cadre."""
    concernees, a_verifier = list_concernees(cadre, seuil)
    ids = set(concernees["collectivite_id"])
    vague_id = gate.get_derniere_vague(seuil.theme_id)
    constatees, mesure = read_constatees(gate, catalogue, seuil)
    comptes = concernees["type"].value_counts()
    return LigneObligation(
        seuil=seuil,
        par_type={t: int(comptes[t]) for t in LIBELLES_TYPES if t in comptes},
        a_verifier=len(a_verifier),
        repondantes=count_repondantes(gate, ids, vague_id, seuil.theme_id),
        constatees=None if constatees is None else len(ids & constatees),
        vague=Libelles(catalogue, gate).get_titre_vague(vague_id),
        mesure=mesure,
    )


def list_concernees(cadre: pd.DataFrame, seuil: SeuilLegal) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Les collectivités concernées, et celles dont la population manque pour le dire."""
    concernees = pd.Series(False, index=cadre.index)
    inconnues = pd.Series(False, index=cadre.index)
    population = cadre["population"].astype("float64")
    for regle in seuil.concernes:
        type_ = cadre["type"].eq(regle.type)
        if regle.population_minimum == 0:
            concernees |= type_
            continue
        minimum = regle.population_minimum
        atteint = population.gt(minimum) if regle.strict else population.ge(minimum)
        concernees |= type_ & atteint
        inconnues |= type_ & population.isna()
    return cadre[concernees], cadre[inconnues]


def count_repondantes(gate: Gate, ids: Collection[str], vague_id: str, theme_id: str) -> int | None:
    """Combien de ces collectivités ont répondu au thème ; None quand elles sont trop peu pour le dire."""
    groupes = pd.Series("concernees", index=sorted(ids), dtype="object")
    table = gate.count_repondantes(groupes, vague_id, theme_id)
    compte = table["repondantes"].iloc[0] if len(table) else float("nan")
    return None if pd.isna(compte) else int(compte)


def read_constatees(gate: Gate, catalogue: Catalogue, seuil: SeuilLegal) -> tuple[frozenset[str] | None, str]:
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


def build_provenance_obligations(gate: Gate, champ: str, seuils: Sequence[SeuilLegal]) -> Provenance:
    """La provenance des tableaux de la page."""
    return build_provenance(
        gate.get_version(),
        "Obligations numériques : qui est concerné, qui l’a remplie",
        "obligations",
        filtres=champ,
        source=f"Référentiel (concernées) ; {SOURCE} (déclarées) ; données de l’État (constatées)",
        definitions=tuple(
            Definition(s.titre, s.obligation, source=s.reference, precautions=s.precautions) for s in seuils
        ),
        precautions=(
            INCONNUE_N_EST_PAS_NON,
            f"Part déclarée : enquête volontaire, {HORS_BIAIS}.",
            "Référence et date de vérification : voir chaque ligne ; relire l’article avant tout acte.",
        ),
    )
