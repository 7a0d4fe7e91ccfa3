"""Le périmètre d'un agent d'OPSN : qui y répond, qui accompagner d'abord, et les pratiques de sa région."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_compte, format_nombre, format_part, is_absent
from barometre.domain.provenance import Provenance
from barometre.domain.territoire import FRANCE, LIBELLES_TYPES
from barometre.views.collectivite.identite import NOMS_TYPES
from barometre.views.lecture.groupes_compares import read_groupes_compares
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.tableau import build_tableau
from barometre.views.piloter.opsn import EcartOpsn, sort_ecarts

COLONNES_SUIVI = ("collectivite_id", "collectivite", "type", "vagues_repondues", "obligations", "motif")
SANS_REGION = (
    "Un périmètre n’a pas de chiffres à lui, et le vôtre ne tient pas dans une seule région\u202f: les "
    "pratiques se lisent sur la carte, région par région."
)


@dataclass(frozen=True, slots=True)
class PratiquesRegion:
    """La région d'un périmètre face aux autres, sur un thème ; `absence` dit pourquoi il n'y a rien."""

    region: str
    ecarts: tuple[EcartOpsn, ...]
    absence: str = ""

    @property
    def phrase(self) -> str:
        """Combien de pratiques s'écartent, le plus grand écart, et que ce n'est pas le périmètre seul."""
        if self.absence:
            return self.absence
        debut = (
            f"Votre périmètre n’a pas de chiffres à lui : voici sa région, {self.region}, face aux autres."
        )
        demontres = [e for e in self.ecarts if e.compare.sens]
        if not demontres:
            return f"{debut} Aucun écart démontré sur {format_compte(len(self.ecarts), 'indicateur')}."
        grand = max(demontres, key=lambda e: abs(e.compare.difference))
        compte = format_compte(len(demontres), "écart démontré", "écarts démontrés")
        sur = format_compte(len(self.ecarts), "indicateur")
        return (
            f"{debut} {compte} sur {sur} ; le plus grand : {grand.indicateur.titre}, {grand.compare.ecart}."
        )


def read_pratiques_region(
    gate: Gate, catalogue: Catalogue, territoire_id: str, theme_id: str, vague_id: str
) -> PratiquesRegion:
    """Les écarts publics de la région qui contient le périmètre, à taille et couverture égales."""
    region_id = _get_region(gate, territoire_id)
    if not region_id:
        return PratiquesRegion("", (), SANS_REGION)
    nom = Libelles(catalogue, gate).get_territoire(region_id)
    indicateurs = [i for i in catalogue.list_indicateurs(theme_id, origine="declare") if i.est_part]
    lus = ((i, read_groupes_compares(gate, i.id, vague_id).get((region_id, "", "", ""))) for i in indicateurs)
    ecarts = sort_ecarts(EcartOpsn(i, compare) for i, compare in lus if compare is not None)
    absence = "" if ecarts else f"{nom} : trop peu de réponses pour la comparer aux autres sur ce thème."
    return PratiquesRegion(nom, ecarts, absence)


def _get_region(gate: Gate, territoire_id: str) -> str:
    if territoire_id.startswith("region-"):
        return territoire_id
    departements = gate.list_collectivites(type="departement", cadre=False).set_index("collectivite_id")
    code = departements["region"].get(territoire_id, "")
    return f"region-{code}" if code else ""


def describe_suivi(suivi: pd.DataFrame) -> str:
    """« 1 266 collectivités : 97 ont répondu à une vague au moins (8 %) » ; un droit l'a fait lire."""
    if suivi.empty:
        return "Aucune collectivité n’est connue dans ce périmètre : chargez la liste des adhérents."
    ont = int(suivi["vagues_repondues"].gt(0).sum())
    comptes = suivi["type"].value_counts()
    presents = (
        (LIBELLES_TYPES[t].lower().replace(" (epci)", ""), comptes.get(n)) for t, n in NOMS_TYPES.items()
    )
    detail = ", ".join(f"{nom} : {format_nombre(n)}" for nom, n in presents if n is not None)
    verbe = "ont répondu" if ont >= 2 else "a répondu"
    dit = f"{format_compte(ont, verbe, verbe)} à une vague au moins ({format_part(ont / len(suivi))})"
    return f"{format_compte(len(suivi), 'collectivité')} ({detail}). {dit}."


def list_suivi(gate: Gate, catalogue: Catalogue, jour: date) -> pd.DataFrame:
    """Le périmètre de l'OPSN du lecteur, celles à accompagner d'abord en tête, et pourquoi.

    Vide pour toute autre portée : la participation nommée est un droit.
    """
    if gate.portee.role != "opsn":
        return build_tableau([], COLONNES_SUIVI)
    lignes = gate.list_collectivites()
    siennes = lignes[lignes["collectivite_id"].isin(gate.list_perimetre_opsn(gate.portee.opsn_id))]
    vagues = gate.list_participations().groupby("collectivite_id")["vague_id"].nunique()
    suivi = pd.DataFrame(
        {
            "collectivite_id": siennes["collectivite_id"],
            "collectivite": siennes["nom"],
            "type": siennes["type"].map(NOMS_TYPES),
            "vagues_repondues": siennes["collectivite_id"].map(vagues).fillna(0).astype("Int64"),
            "obligations": [_count_obligations(catalogue, x, jour) for x in siennes.to_dict("records")],
        }
    )
    suivi["motif"] = [_explain(x) for x in suivi.to_dict("records")]
    ordre = ["vagues_repondues", "obligations", "collectivite"]
    return suivi.sort_values(ordre, ascending=[True, False, True], ignore_index=True)


def name_suivi(provenance: Provenance) -> Provenance:
    """La provenance de la liste nommée : un autre fichier que celui de la page."""
    return replace(
        provenance,
        titre="À accompagner d’abord",
        nom_fichier="barometre_opsn_suivi",
        filtres="Périmètre de votre OPSN",
        definitions=(),
        precautions=(),
    )


def _count_obligations(catalogue: Catalogue, collectivite: dict[object, object], jour: date) -> int:
    population = collectivite["population"]
    connue = None if is_absent(population) else int(str(population).split(".")[0])
    return sum(
        seuil.is_en_vigueur(jour) and seuil.is_concernee(str(collectivite["type"]), connue) is True
        for seuil in catalogue.seuils
    )


def _explain(ligne: dict[object, object]) -> str:
    raisons = []
    if not ligne["vagues_repondues"]:
        raisons.append("n’a répondu à aucune vague")
    if ligne["obligations"]:
        raisons.append(f"{format_compte(int(str(ligne['obligations'])), 'obligation')} à sa taille")
    return " ; ".join(raisons)


def get_titre(gate: Gate, catalogue: Catalogue) -> str:
    """Le nom du périmètre du lecteur, ou rien."""
    if gate.portee.role != "opsn":
        return ""
    noms = gate.list_opsn().set_index("opsn_id")["nom"]
    return str(noms.get(gate.portee.opsn_id, Libelles(catalogue, gate).get_territoire("france")))


def get_perimetre_territoire(liens: pd.DataFrame, regions: Mapping[str, str]) -> str:
    """Le plus petit territoire qui contient les départements d'un OPSN ; `regions` : département → région.

    Des adhérentes seules ne font pas un territoire : la France.
    """
    departements = {str(c) for c in liens["cible_id"] if str(c).startswith("departement-")}
    if len(departements) == 1:
        return departements.pop()
    siennes = {regions.get(departement, "") for departement in departements}
    return f"region-{siennes.pop()}" if len(siennes) == 1 and "" not in siennes else FRANCE
