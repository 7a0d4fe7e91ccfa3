"""Un fonds : ce qui en est public (enveloppe, repères, projets), et ses crédits quand la liste est reçue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.fonds import Fonds, Repere
from barometre.catalogue.programmes import ActionPublique
from barometre.domain.formats import format_compte, format_date, format_nombre, format_part
from barometre.domain.provenance import Definition, Provenance
from barometre.views.lecture.provenance import build_provenance
from barometre.views.lecture.tableau import build_tableau

NON_PUBLIE = "non publié"
NON_RECUE = (
    "La liste des bénéficiaires n’est pas publique, et n’a pas été reçue. Quand elle l’est, un opérateur "
    "l’importe\u202f: les crédits par région et par habitant paraissent ici."
)
EFFET_SANS_LISTE = (
    "Sans liste de bénéficiaires, rien ne se mesure. Quand elle est reçue, celles qui ont répondu avant et "
    "après leur projet sont comparées à des collectivités de même taille."
)
TROP_PEU = "La liste reçue compte moins de dix bénéficiaires\u202f: seul le programme la lit."
ABANDONS = (
    "Les crédits d’un projet abandonné y restent comptés ; le tableau par avancement les montre à part."
)
PLUSIEURS_REGIONS = "Plusieurs régions, ou région inconnue"
SANS_AXE = "Axe non précisé"
STATUTS = {
    "attribue": "Attribué", "en_cours": "En cours", "termine": "Terminé", "abandonne": "Abandonné",
    "inconnu": "Statut non précisé",
}  # fmt: skip
COLONNES_CREDITS = ("groupe", "beneficiaires_fonds", "projets", "montant", "montant_habitant")
COLONNES_PROJETS = ("beneficiaire", "projet", "territoire", "axe", "montant", "resultat", "source")
COLONNES_REPERES = ("jour", "programme", "repere", "valeur_repere", "source")
COLONNES_LISTE = (
    "collectivite_id", "opsn", "projet", "montant", "date_debut", "date_fin", "axe", "statut",
)  # fmt: skip
Axe = Literal["region", "axe", "statut"]


@dataclass(frozen=True, slots=True)
class Credit:
    """Les crédits d'un groupe ; `par_habitant` (en euros) manque là où il n'a pas de sens."""

    nom: str
    beneficiaires: int
    projets: int
    montant: float
    par_habitant: float | None = None
    sans_montant: int = 0


@dataclass(frozen=True, slots=True)
class Liste:
    """La liste reçue, en groupes d'au moins dix bénéficiaires ; vides si elle en compte moins."""

    recue_le: date
    regions: tuple[Credit, ...]
    axes: tuple[Credit, ...]
    statuts: tuple[Credit, ...]

    @property
    def montant(self) -> float:
        """Tout ce que la liste attribue, en euros."""
        return sum(c.montant for c in self.regions)

    @property
    def phrase(self) -> str:
        """Combien de projets, d'euros, et l'étendue par habitant."""
        if not self.regions:
            return TROP_PEU
        projets = format_compte(sum(c.projets for c in self.regions), "projet")
        debut = (
            f"La liste reçue le {format_date(self.recue_le)} compte {projets}, {format_euros(self.montant)}"
            f"{_dire_sans_montant(sum(c.sans_montant for c in self.regions))}."
        )
        connus = sorted((c.par_habitant, c.nom) for c in self.regions if c.par_habitant is not None)
        if len(connus) < 2:
            return debut
        (bas, premiere), (haut, derniere) = connus[0], connus[-1]
        return f"{debut} De {_par_habitant(bas)} ({premiere}) à {_par_habitant(haut)} ({derniere})."


@dataclass(frozen=True, slots=True)
class VueFonds:
    """Un fonds, ce que l'on en sait, et ce que l'on n'en sait pas."""

    fonds: Fonds
    enveloppe: Repere
    attribue: Repere
    reperes: tuple[Repere, ...]
    actions: tuple[ActionPublique, ...]
    territoires: dict[str, str]
    liste: Liste | None
    provenance: Provenance

    @property
    def a_retenir(self) -> str:
        """L'enveloppe, ce qui en est dit attribué, et ce qui manque."""
        debut = (
            f"{format_euros(self.enveloppe.valeur)} annoncés le {format_date(self.enveloppe.jour)}, "
            f"{format_euros(self.attribue.valeur)} mobilisés selon le bilan du "
            f"{format_date(self.attribue.jour)}."
        )
        return f"{debut} {self.liste.phrase if self.liste else self.phrase_projets}"

    @property
    def phrase_projets(self) -> str:
        """Les projets connus un par un, et la part de l'enveloppe qu'ils expliquent."""
        montants = [a.montant for a in self.actions if a.montant is not None]
        connus = format_compte(len(self.actions), "projet est connu", "projets sont connus")
        part = format_part(sum(montants) / (self.enveloppe.valeur or 1), 1)
        sans = _dire_sans_montant(len(self.actions) - len(montants))
        return f"{connus} un par un\u202f: {format_euros(sum(montants))}{sans}, soit {part} de l’enveloppe."

    def name_fichier(self, quoi: str) -> Provenance:
        """La provenance d'un des tableaux de la page : chacun a son fichier."""
        nom = f"{self.provenance.nom_fichier}_{quoi}"
        return replace(self.provenance, nom_fichier=nom, titre=f"{self.provenance.titre} ({quoi})")

    @property
    def chronologie(self) -> pd.DataFrame:
        """Les faits dans l'ordre du temps, une source par ligne."""
        lignes = [(r.jour, r.programme, r.fait, _dire_valeur(r), r.source) for r in self.reperes]
        return build_tableau(lignes, COLONNES_REPERES)

    @property
    def projets(self) -> pd.DataFrame:
        """Les projets connus ; ce qui n'est pas public est dit tel."""
        lignes = [
            (
                a.beneficiaire, a.projet, self.territoires.get(a.territoire, a.territoire),
                a.axe or NON_PUBLIE, a.montant, a.resultat or NON_PUBLIE, a.source,
            )
            for a in self.actions
        ]  # fmt: skip
        return build_tableau(lignes, COLONNES_PROJETS)


def build_table_credits(credits: Sequence[Credit], *, habitants: bool = True) -> pd.DataFrame:
    """Un groupe par ligne, en euros."""
    lignes = [(c.nom, c.beneficiaires, c.projets, c.montant, c.par_habitant) for c in credits]
    table = build_tableau(lignes, COLONNES_CREDITS)
    return table if habitants else table.drop(columns="montant_habitant")


def build_vue_fonds(
    gate: Gate, fonds: Fonds, reperes: Sequence[Repere], actions: Sequence[ActionPublique]
) -> VueFonds:
    """Un fonds, de ses faits publics et de la liste reçue s'il y en a une."""
    par_id = {r.id: r for r in reperes}
    referentiel = gate.get_referentiel()
    territoires = referentiel[referentiel["type"].isin(["departement", "region"])]
    noms = dict(zip(territoires["collectivite_id"], territoires["nom"].astype(str), strict=True))
    siennes = tuple(a for a in actions if a.programme == fonds.programme)
    propres = referentiel.set_index("collectivite_id")["nom"].astype(str)
    ailleurs = {a.territoire: str(propres.get(a.territoire, a.territoire)) for a in siennes}
    return VueFonds(
        fonds=fonds,
        enveloppe=par_id[fonds.enveloppe],
        attribue=par_id[fonds.attribue],
        reperes=tuple(reperes),
        actions=siennes,
        territoires=ailleurs,
        liste=_build_liste(gate, fonds, noms),
        provenance=_build_provenance(gate, fonds),
    )


def _build_liste(gate: Gate, fonds: Fonds, noms: dict[str, str]) -> Liste | None:
    lot = gate.get_lot_actions(fonds.id)
    if not lot:
        return None
    regions = gate.list_collectivites(type="region", cadre=False).set_index("collectivite_id")
    habitants = {str(id_): float(n) for id_, n in regions["population"].dropna().items()}
    return Liste(
        recue_le=pd.Timestamp(str(lot["importe_le"])).date(),
        regions=_read_credits(gate, fonds.id, "region", noms | {"": PLUSIEURS_REGIONS}, habitants),
        axes=_read_credits(gate, fonds.id, "axe", {"": SANS_AXE}, {}),
        statuts=_read_credits(gate, fonds.id, "statut", STATUTS, {}),
    )


def _read_credits(
    gate: Gate, fonds_id: str, axe: Axe, noms: dict[str, str], habitants: dict[str, float]
) -> tuple[Credit, ...]:
    """Les groupes, dans l'ordre de leurs noms ; des groupes réunis se nomment tous."""
    table = gate.sum_credits(fonds_id, axe)
    colonnes = (table[c] for c in ("reunis", "beneficiaires", "projets", "montant", "sans_montant"))
    trouves = [
        Credit(
            ", ".join(noms.get(g, g) for g in groupes), int(qui), int(projets), float(euros),
            _divide(float(euros), groupes, habitants), int(sans),
        )
        for groupes, qui, projets, euros, sans in zip(*colonnes, strict=True)
    ]  # fmt: skip
    return tuple(sorted(trouves, key=lambda credit: credit.nom))


def _divide(euros: float, groupes: tuple[str, ...], habitants: dict[str, float]) -> float | None:
    """Les euros par habitant des régions réunies ; rien si l'un des groupes n'en est pas une."""
    if not all(g in habitants for g in groupes):
        return None
    total = sum(habitants[g] for g in groupes)
    return euros / total if total else None


def list_beneficiaires(gate: Gate, fonds_id: str) -> pd.DataFrame:
    """La liste nommée, pour qui peut la lire ; `AccesRefuse` sinon."""
    actions = gate.list_actions_fonds(fonds_id)
    noms = gate.list_opsn().set_index("opsn_id")["nom"]
    lignes = actions.assign(opsn=actions["opsn_id"].map(noms), statut=actions["statut"].map(STATUTS))
    return build_tableau(lignes[list(COLONNES_LISTE)].itertuples(index=False, name=None), COLONNES_LISTE)


def format_euros(montant: float | None) -> str:
    """« 88 millions d’euros », « 1,7 million d’euros », « 846 984 € »."""
    if montant is None:
        return NON_PUBLIE
    if montant >= 1_000_000:
        millions = montant / 1_000_000
        # Le pluriel commence à deux : « 1,7 million ».
        mot = "million" if round(millions, 1) < 2 else "millions"
        return f"{format_nombre(millions, 0 if millions == round(millions) else 1)}\u00a0{mot} d’euros"
    return f"{format_nombre(montant)}\u202f€"


def _dire_sans_montant(n: int) -> str:
    """Un projet sans montant n'en vaut pas zéro : le total est alors un plancher, et le dit."""
    if not n:
        return ""
    return f" (sans compter {format_compte(n, 'projet')} dont le montant n’est pas donné)"


def _par_habitant(euros: float) -> str:
    return f"{format_nombre(euros, 2)}\u202f€ par habitant"


def _dire_valeur(repere: Repere) -> str:
    if repere.valeur is None:
        return ""
    if repere.unite == "euros":
        return format_euros(repere.valeur)
    return f"{format_nombre(repere.valeur)}\u00a0{repere.unite}"


def _build_provenance(gate: Gate, fonds: Fonds) -> Provenance:
    return build_provenance(
        gate.get_version(),
        f"Fonds : {fonds.titre}",
        f"fonds_{fonds.id}",
        filtres="France entière",
        source="Faits publics, une source par ligne ; liste du fonds quand elle est reçue",
        definitions=(
            Definition("Montant", "Euros attribués par le fonds, tels que la source les donne.", unite="€"),
        ),
        precautions=(
            "Ce qui n’a pas été publié est écrit «\u202fnon publié\u202f», jamais déduit.",
            ABANDONS,
            "Crédits : les groupes de moins de dix bénéficiaires sont réunis.",
        ),
        reponses=False,
    )
