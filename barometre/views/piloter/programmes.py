"""Les programmes de l'État : qui en bénéficie sur un territoire, et les projets connus un par un."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from barometre.access import AccesRefuse, Gate
from barometre.catalogue.model import Catalogue
from barometre.catalogue.programmes import ActionPublique, Programme
from barometre.domain.formats import format_compte, format_date, format_guillemets, format_nombre, format_part
from barometre.domain.provenance import Definition, Provenance
from barometre.views.etat.mesures import PAR_UN_OPERATEUR, Source, is_chargee, read_sources
from barometre.views.lecture.cellules import strip_accents
from barometre.views.lecture.champ import list_champ, select_territoire
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.provenance import build_provenance
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau, to_pourcent

AUCUNE_LISTE = "les listes des communes bénéficiaires ne sont pas encore chargées ici."
NON_CHARGE = (
    f"La liste des communes de ce programme n’est pas chargée dans cette version\u202f: {PAR_UN_OPERATEUR}."
)
NON_PUBLIE = "non publié"


COLONNES_PROGRAMMES = (
    "programme", "beneficiaires", "communes_programme", "part_communes", "part_population", "periode",
    "source", "remarque",
)  # fmt: skip
COLONNES = ("territoire", "communes_programme", "communes", "part_communes", "part_population")


@dataclass(frozen=True, slots=True)
class Beneficiaires:
    """Les communes d'un programme sur un territoire, en comptes."""

    programme: Programme
    source: Source | None
    periode: str
    n: int
    total: int
    part_population: float
    # (territoire, bénéficiaires, communes, part de la population)
    territoires: tuple[tuple[str, int, int, float], ...]
    tete: str

    @property
    def charge(self) -> bool:
        """Vrai si la version a la liste des communes."""
        return self.source is not None

    @property
    def date(self) -> str:
        """La date de la liste."""
        return format_date(self.periode)

    @property
    def part(self) -> float:
        """La part des communes du territoire."""
        return self.n / self.total if self.total else 0.0

    @property
    def phrase(self) -> str:
        """« 2 601 communes (7,5 %), où vivent 44 % des habitants »."""
        if not self.charge:
            return NON_CHARGE
        communes = format_compte(self.n, "commune")
        return (
            f"{format_guillemets(self.programme.titre)} : {communes} sur {format_nombre(self.total)} "
            f"({format_part(self.part, 1)}), où vivent {format_part(self.part_population)} des habitants "
            f"({self.date})."
        )

    @property
    def phrase_territoires(self) -> str:
        """D'un bout à l'autre, sans palmarès."""
        parts = sorted((n / total, nom) for nom, n, total, _ in self.territoires if total)
        (bas, premier), (haut, dernier) = parts[0], parts[-1]
        return (
            f"De {format_part(bas, 1)} des communes ({premier}) à {format_part(haut, 1)} ({dernier})\u202f; "
            f"{format_part(self.part, 1)} sur l’ensemble."
        )

    @property
    def table(self) -> pd.DataFrame:
        """Les territoires en tableau."""
        lignes = [
            (nom, n, total, to_pourcent(n / total if total else 0.0, 1), to_pourcent(population))
            for nom, n, total, population in self.territoires
        ]
        return build_tableau(lignes, COLONNES)


@dataclass(frozen=True, slots=True)
class VueProgrammes:
    """Tous les programmes sur un territoire, et les projets du fichier des actions publiques."""

    champ: str
    programmes: tuple[Beneficiaires, ...]
    actions: tuple[ActionPublique, ...]
    provenance: Provenance

    @property
    def a_retenir(self) -> str:
        """La phrase avant tout chiffre."""
        charges = [b for b in self.programmes if b.charge]
        if not charges:
            return f"{self.champ} : {AUCUNE_LISTE} {self.phrase_actions}".rstrip()
        large = max(charges, key=lambda b: b.n)
        return f"{self.champ} : {large.phrase} {self.phrase_actions}"

    @property
    def phrase_actions(self) -> str:
        """Les lauréats connus et leur montant."""
        if not self.actions:
            return ""
        montants = [a.montant for a in self.actions if a.montant is not None]
        connus = format_compte(len(self.actions), "projet connu", "projets connus")
        debut = f"{connus} de France Relance (ITN7)"
        if not montants:
            return f"{debut}, sans montant public."
        euros = f"{format_nombre(sum(montants))}\u202f€"
        if len(montants) == len(self.actions):
            return f"{debut}\u202f; {euros}."
        parmi = (
            f"les {len(montants)} dont le montant est public"
            if len(montants) > 1
            else "le seul au montant public"
        )
        return f"{debut}\u202f; {euros} pour {parmi}."

    @property
    def table(self) -> pd.DataFrame:
        """Un programme par ligne."""
        return build_tableau((_to_rang(b) for b in self.programmes), COLONNES_PROGRAMMES)

    @property
    def table_actions(self) -> pd.DataFrame:
        """Un projet par ligne ; ce qui n'est pas public est dit tel."""
        return build_tableau((_to_projet(a) for a in self.actions), COLONNES_PROJETS)

    def get_programme(self, programme_id: str) -> Beneficiaires:
        """Le programme demandé, sinon le premier."""
        return next((b for b in self.programmes if b.programme.id == programme_id), self.programmes[0])


COLONNES_PROJETS = (
    "beneficiaire", "projet", "montant", "administration", "resultat", "etape_suivante", "axe", "programme",
    "source", "adresse",
)  # fmt: skip


def _to_projet(a: ActionPublique) -> tuple[object, ...]:
    mots = (a.administration, a.resultat, a.etape_suivante, a.axe)
    connus = (mot or NON_PUBLIE for mot in mots)
    return (a.beneficiaire, a.projet or NON_PUBLIE, a.montant, *connus, a.programme, a.source, a.source_url)


def _to_rang(b: Beneficiaires) -> tuple[object, ...]:
    debut = (b.programme.titre, b.programme.beneficiaires)
    if b.source is None:
        return (*debut, None, None, None, "", "", "liste non chargée")
    parts = (to_pourcent(b.part, 1), to_pourcent(b.part_population))
    return (*debut, b.n, *parts, b.periode, b.source.titre, "")


def build_vue_programmes(
    gate: Gate,
    catalogue: Catalogue,
    programmes: Sequence[Programme],
    actions: Sequence[ActionPublique],
    territoire_id: str,
) -> VueProgrammes:
    """Les programmes et les projets d'un territoire."""
    champ = Libelles(catalogue, gate).get_territoire(territoire_id)
    communes = list_champ(gate, Selection(territoire_id=territoire_id, type="commune"))
    return VueProgrammes(
        champ=champ,
        programmes=tuple(_count(gate, catalogue, p, communes, territoire_id) for p in programmes),
        actions=_select_actions(gate, actions, territoire_id),
        provenance=_build_provenance(gate, champ, programmes),
    )


def _select_actions(
    gate: Gate, actions: Sequence[ActionPublique], territoire_id: str
) -> tuple[ActionPublique, ...]:
    """Les projets qui ont lieu dans le territoire : celui d'un OPSN, dans son département ou sa région."""
    if territoire_id in ("", "france"):
        return tuple(actions)
    reference = select_territoire(gate.get_referentiel(), territoire_id)
    connues = {*reference["collectivite_id"], territoire_id}
    return tuple(a for a in actions if a.territoire in connues)


def read_beneficiaires(gate: Gate, programme: Programme) -> tuple[str, frozenset[str]]:
    """La date de la liste et les communes bénéficiaires ; vides si elle n'est pas chargée."""
    try:
        valeurs = gate.list_valeurs(programme.mesure)
    except AccesRefuse:
        # Une version plus ancienne que le catalogue ne connaît pas cette mesure.
        return "", frozenset()
    propres = valeurs[valeurs["n_communes"].isna() & valeurs["etat"].eq("repondu")]
    if propres.empty:
        return "", frozenset()
    periode = str(propres["periode"].max())
    siennes = propres[propres["periode"].eq(periode) & propres["valeur"].astype(float).ge(1)]
    return periode, frozenset(siennes["collectivite_id"].astype(str))


def _count(
    gate: Gate, catalogue: Catalogue, programme: Programme, communes: pd.DataFrame, territoire_id: str
) -> Beneficiaires:
    sources = read_sources(gate)
    source_id = catalogue.get_indicateur(programme.mesure).source_id
    periode, ids = read_beneficiaires(gate, programme)
    charge = bool(periode) and is_chargee(sources, source_id)
    siennes = communes["collectivite_id"].isin(ids)
    tete, territoires = _count_territoires(gate, communes, siennes, territoire_id)
    return Beneficiaires(
        programme=programme,
        source=sources[source_id] if charge else None,
        periode=periode,
        n=int(siennes.sum()),
        total=len(communes),
        part_population=_part_population(communes, siennes),
        territoires=territoires if charge else (),
        tete=tete,
    )


def _part_population(communes: pd.DataFrame, siennes: pd.Series) -> float:
    habitants = communes["population"].astype("float64")
    total = float(habitants.sum())
    return float(habitants[siennes].sum()) / total if total else 0.0


def _count_territoires(
    gate: Gate, communes: pd.DataFrame, siennes: pd.Series, territoire_id: str
) -> tuple[str, tuple[tuple[str, int, int, float], ...]]:
    """Par région, ou par département quand une région est choisie, dans l'ordre des noms."""
    if territoire_id.startswith("departement-"):
        return "Territoire", ()
    niveau = "departement" if territoire_id.startswith("region-") else "region"
    reference = gate.get_referentiel()
    noms = reference[reference["type"].eq(niveau)].set_index("code")["nom"].astype(str)
    habitants = communes["population"].astype("float64")
    colonnes = {"n": siennes, "total": True, "siens": habitants.where(siennes, 0.0), "tous": habitants}
    sommes = pd.DataFrame(colonnes, communes.index).groupby(communes[niveau]).sum()
    parts = (sommes["siens"] / sommes["tous"]).where(sommes["tous"].gt(0), 0.0)
    lignes = [
        (str(noms.get(str(code), code)), int(n), int(total), float(part))
        for code, n, total, part in zip(sommes.index, sommes["n"], sommes["total"], parts, strict=True)
    ]
    return niveau, tuple(sorted(lignes, key=lambda ligne: strip_accents(ligne[0])))


def _build_provenance(gate: Gate, champ: str, programmes: Sequence[Programme]) -> Provenance:
    return build_provenance(
        gate.get_version(),
        "Actions publiques : programmes de l’État et projets soutenus",
        "actions_publiques",
        filtres=champ,
        source="Listes des programmes (ANCT) ; faits publics pour les projets, source sur chaque ligne",
        definitions=tuple(Definition(p.titre, p.description, base=p.beneficiaires) for p in programmes),
        precautions=("Ce qui n’a pas été publié est écrit «\u202fnon publié\u202f», jamais déduit.",),
        reponses=False,
    )
