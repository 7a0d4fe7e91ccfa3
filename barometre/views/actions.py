"""Les actions publiques : qui en bénéficie, et si les bénéficiaires diffèrent de communes comparables.

Une différence est une association, jamais une preuve : un programme choisit souvent des communes déjà
en avance, ou en retard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import AccesRefuse, Gate
from barometre.catalogue.model import Catalogue
from barometre.catalogue.programmes import (
    ActionPublique,
    Programme,
    load_actions_publiques,
    load_programmes,
)
from barometre.domain.indicateur import Indicateur
from barometre.formats import format_compte, format_date, format_part, format_points
from barometre.views.champ import list_champ
from barometre.views.selection import Selection

AVERTISSEMENT = (
    "Une différence est une association, jamais une preuve : les bénéficiaires d’un programme ont pu être "
    "choisis parce qu’ils étaient déjà en avance, ou en retard."
)
VERDICTS = {
    "superieur": "plus souvent chez les bénéficiaires",
    "inferieur": "moins souvent chez les bénéficiaires",
    "non_demontre": "pas de différence démontrée",
}
NON_CHARGE = "La liste des communes bénéficiaires n’est pas chargée dans cette version."


@dataclass(frozen=True, slots=True)
class Beneficiaires:
    """Un programme et ses communes, sur un territoire."""

    programme: Programme
    # None : la liste n'est pas chargée
    nombre: int | None
    communes: int
    periode: str
    liste: pd.DataFrame

    @property
    def phrase(self) -> str:
        """Combien, sur combien, à quelle date."""
        if self.nombre is None:
            return NON_CHARGE
        return (
            f"{format_compte(self.nombre, 'commune bénéficiaire', 'communes bénéficiaires')} sur "
            f"{format_compte(self.communes, 'commune')} ({format_date(self.periode)})."
        )


@dataclass(frozen=True, slots=True)
class Association:
    """Une pratique chez les bénéficiaires et chez des communes de même taille."""

    programme: Programme
    indicateur: Indicateur
    vague_id: str
    n_beneficiaires: int
    n_comparables: int
    part_beneficiaires: float
    part_comparables: float
    difference: float
    bas: float
    haut: float
    verdict: str

    @property
    def phrase(self) -> str:
        """La différence, avec son intervalle et ce qu'elle permet de dire."""
        n1 = format_compte(self.n_beneficiaires, "bénéficiaire")
        n0 = format_compte(self.n_comparables, "commune comparable", "communes comparables")
        bornes = f"entre {format_points(self.bas)} et {format_points(self.haut)}"
        return (
            f"« {self.indicateur.titre} » : {format_part(self.part_beneficiaires)} chez {n1}, "
            f"{format_part(self.part_comparables)} chez {n0}, soit {format_points(self.difference)} "
            f"({bornes}, hors biais de participation) : {VERDICTS[self.verdict]}."
        )


def list_actions(collectivite_id: str = "") -> tuple[ActionPublique, ...]:
    """Les projets connus un par un ; ceux d'une collectivité si elle est donnée."""
    return tuple(
        a for a in load_actions_publiques() if not collectivite_id or a.collectivite_id == collectivite_id
    )


def build_actions_table() -> pd.DataFrame:
    """Les projets en tableau ; une case vide est inconnue."""
    lignes = [
        {
            "Programme": a.programme, "Bénéficiaire": a.beneficiaire, "Projet": a.projet,
            "Montant (€)": a.montant, "Administration": a.administration,
            "Étape suivante": a.etape_suivante, "Source": a.source, "Adresse": a.source_url,
        }
        for a in load_actions_publiques()
    ]  # fmt: skip
    return pd.DataFrame(lignes)


def list_beneficiaires(gate: Gate, selection: Selection | None = None) -> tuple[Beneficiaires, ...]:
    """Chaque programme et ses communes, sur le champ de la sélection. La liste est publique."""
    choisie = selection or Selection()
    champ = list_champ(
        gate, Selection(territoire_id=choisie.territoire_id, type="commune", strate=choisie.strate)
    )
    return tuple(_build_beneficiaires(gate, programme, champ) for programme in load_programmes())


def _build_beneficiaires(gate: Gate, programme: Programme, champ: pd.DataFrame) -> Beneficiaires:
    noms = champ[["collectivite_id", "nom", "departement", "population"]]
    valeurs = _read_last(gate, programme.mesure)
    if valeurs.empty:
        return Beneficiaires(programme, None, len(champ), "", noms.iloc[:0])
    oui = valeurs.loc[valeurs["valeur"].astype("float64").ge(1), "collectivite_id"]
    liste = noms[noms["collectivite_id"].isin(oui)].reset_index(drop=True)
    return Beneficiaires(programme, len(liste), len(champ), str(valeurs["periode"].iloc[0]), liste)


def _read_last(gate: Gate, mesure_id: str) -> pd.DataFrame:
    """Les valeurs propres des communes à la dernière date ; vide si la mesure n'est pas chargée."""
    try:
        valeurs = gate.list_valeurs(mesure_id)
    except AccesRefuse:
        return pd.DataFrame(columns=["collectivite_id", "periode", "valeur"])
    propres = valeurs[valeurs["etat"].eq("repondu") & valeurs["n_communes"].isna()]
    return propres[propres["periode"].eq(propres["periode"].max())]


def list_associations(
    gate: Gate, catalogue: Catalogue, vague_id: str = "", theme_id: str = ""
) -> tuple[Association, ...]:
    """Les différences montrables ; d'abord celles que le test démontre, puis les plus grandes."""
    programmes = {p.id: p for p in load_programmes()}
    indicateurs = {i.id: i for i in catalogue.list_indicateurs(theme_id or None, origine="declare")}
    lignes = gate.list_associations(vague_id=vague_id or None)
    lignes = lignes[lignes["difference"].notna() & lignes["indicateur_id"].isin(list(indicateurs))]
    lignes = lignes[lignes["programme_id"].isin(list(programmes))]
    associations = [_build_association(ligne, programmes, indicateurs) for ligne in lignes.to_dict("records")]
    return tuple(sorted(associations, key=lambda a: (a.verdict == "non_demontre", -abs(a.difference))))


def _build_association(
    ligne: dict[Any, Any], programmes: dict[str, Programme], indicateurs: dict[str, Indicateur]
) -> Association:
    return Association(
        programme=programmes[str(ligne["programme_id"])],
        indicateur=indicateurs[str(ligne["indicateur_id"])],
        vague_id=str(ligne["vague_id"]),
        n_beneficiaires=int(ligne["n_beneficiaires"]),
        n_comparables=int(ligne["n_comparables"]),
        part_beneficiaires=float(ligne["part_beneficiaires"]),
        part_comparables=float(ligne["part_comparables"]),
        difference=float(ligne["difference"]),
        bas=float(ligne["bas"]),
        haut=float(ligne["haut"]),
        verdict=str(ligne["verdict"]),
    )
