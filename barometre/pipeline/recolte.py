"""Récolter les sources de l'État : récupérer, lire, tirer les lignes ; rien n'est écrit ici."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal

import pandas as pd

from barometre.pipeline.lots import build_quarantaine
from barometre.pipeline.referentiel import compute_couvertures
from barometre.sources.catalogue import SourceExterieure
from barometre.sources.contexte import Contexte
from barometre.sources.errors import SourceInjoignable, SourceRefusee
from barometre.sources.examen import read_source
from barometre.sources.fetch import Copie, Lieu
from barometre.sources.resultat import Rapport, Resultat
from barometre.sources.territoires import Territoires, build_listes

EtatSource = Literal["embarquee", "chargee", "gardee", "absente"]
COLONNES_SOURCE = [
    "source_id", "titre", "producteur", "licence", "date", "adresse", "empreinte", "etat", "chargee_le",
    "lus", "charges", "recodes", "rejetes", "acceptes",
]  # fmt: skip
MALGRE_TOUT = "Accepté malgré les gardes :"


@dataclass(frozen=True, slots=True)
class Bilan:
    """Ce qui est arrivé à une source, en une phrase et en comptes."""

    source: SourceExterieure
    etat: EtatSource
    phrase: str
    rapport: Rapport | None = None
    empreinte: str = ""
    recuperee_le: datetime | None = None
    # Les motifs de refus et leur nombre de lignes, du plus fréquent au plus rare.
    motifs: Mapping[str, int] = field(default_factory=dict)
    # Ce que l'opérateur doit savoir d'un fichier chargé, et ce qu'il en a accepté malgré une garde.
    remarque: str = ""
    acceptes: tuple[str, ...] = ()

    def describe_acceptes(self) -> str:
        """Ce que l'opérateur a accepté, en une phrase ; vide si rien."""
        return f"{MALGRE_TOUT} {' '.join(self.acceptes)}" if self.acceptes else ""


@dataclass(frozen=True)
class Socle:
    """Les tables du référentiel que les sources lisent et enrichissent."""

    collectivites: pd.DataFrame
    codes_anciens: pd.DataFrame
    opsn: pd.DataFrame
    liens: pd.DataFrame

    @cached_property
    def territoires(self) -> Territoires:
        """Ce que les sources n'y changent pas."""
        return Territoires(self.collectivites, self.codes_anciens)

    @cached_property
    def perimetres(self) -> dict[str, frozenset[str]]:
        """OPSN → les territoires qu'il couvre, déjà connus."""
        if self.liens.empty:
            return {}
        couvre = self.liens[self.liens["nature"].eq("perimetre")]
        couples = zip(couvre["opsn_id"].tolist(), couvre["cible_id"].tolist(), strict=True)
        return {opsn_id: frozenset(cibles) for opsn_id, cibles in build_listes(couples).items()}


@dataclass
class Recolte:
    """Le socle enrichi, les valeurs et les refus de chaque source chargée, un bilan par source demandée."""

    socle: Socle
    valeurs: dict[str, pd.DataFrame] = field(default_factory=dict)
    quarantaines: dict[str, pd.DataFrame] = field(default_factory=dict)
    bilans: list[Bilan] = field(default_factory=list)
    operateurs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.depart = self.socle

    def list_changed(self) -> dict[str, pd.DataFrame]:
        """Les tables du référentiel qu'une source a touchées ; les autres restent telles quelles."""
        paires = {
            "dim_collectivite": (self.depart.collectivites, self.socle.collectivites),
            "dim_opsn": (self.depart.opsn, self.socle.opsn),
            "lien_opsn": (self.depart.liens, self.socle.liens),
        }
        return {nom: apres for nom, (avant, apres) in paires.items() if apres is not avant}

    def add(self, source: SourceExterieure, resultat: Resultat, bilan: Bilan) -> None:
        """Ajoute une source ; celles qui suivent voient le référentiel qu'elle a enrichi."""
        self.socle = apply_resultat(self.socle, source.id, resultat)
        self.valeurs[source.id] = resultat.valeurs.assign(etat="repondu", source_id=source.id)
        self.quarantaines[source.id] = build_quarantaine(source.id, resultat.rejets)
        self.operateurs |= resultat.operateurs
        self.bilans.append(bilan)


def harvest(source: SourceExterieure, lieu: Lieu, recolte: Recolte, *, confirmer: bool = False) -> None:
    """Ajoute une source à la récolte ; injoignable, refusée ou en panne, elle a un bilan, pas d'erreur.

    `confirmer` : un fichier qui s'écarte de la bonne copie, ou dont la méthode a changé, est accepté.
    """
    if source.usage == "contours":
        return
    socle = recolte.socle
    contexte = Contexte(
        recolte.depart.territoires,
        socle.collectivites,
        source.periode,
        socle.opsn,
        recolte.operateurs,
        socle.perimetres,
    )
    try:
        copie, resultat = read_source(source, lieu, contexte, confirmer=confirmer)
    except (SourceInjoignable, SourceRefusee) as erreur:
        recolte.bilans.append(Bilan(source, "absente", str(erreur)))
        return
    recolte.add(source, resultat, _build_bilan(source, copie, resultat))


def _build_bilan(source: SourceExterieure, copie: Copie, resultat: Resultat) -> Bilan:
    r = resultat.rapport
    etat: EtatSource = "gardee" if copie.avertissement else "chargee"
    if copie.origine == "embarquee" and not copie.avertissement:
        etat = "embarquee"
    phrase = copie.avertissement or f"{r.charges} lignes chargées sur {r.lus}. {copie.remarque}".strip()
    motifs = pd.Series([rejet.motif for rejet in resultat.rejets], dtype="str").value_counts()
    bilan = Bilan(
        source, etat, phrase, r, copie.empreinte, copie.recuperee_le,
        {str(motif): int(nombre) for motif, nombre in motifs.items()}, copie.remarque, copie.acceptes,
    )  # fmt: skip
    return replace(bilan, phrase=f"{phrase} {bilan.describe_acceptes()}".strip())


def apply_resultat(socle: Socle, source_id: str, resultat: Resultat) -> Socle:
    """Le socle avec les attributs, les OPSN et les liens d'une source, à la place des précédents."""
    collectivites = _apply_attributs(socle.collectivites, resultat.attributs)
    if resultat.liens.empty and resultat.opsn.empty:
        return replace(socle, collectivites=collectivites)
    liens = resultat.liens.assign(source_id=source_id)
    gardes = socle.liens[socle.liens["source_id"].ne(source_id)]
    tous = pd.concat([gardes, liens], ignore_index=True).drop_duplicates(ignore_index=True)
    opsn = pd.concat([socle.opsn, resultat.opsn], ignore_index=True) if len(resultat.opsn) else socle.opsn
    couverture = compute_couvertures(collectivites, tous)
    return replace(
        socle,
        collectivites=collectivites.assign(couverture=couverture),
        opsn=opsn.drop_duplicates("opsn_id", ignore_index=True),
        liens=tous,
    )


def _apply_attributs(collectivites: pd.DataFrame, attributs: pd.DataFrame) -> pd.DataFrame:
    """Chaque colonne d'une source remplace l'ancienne ; un SIREN connu n'est jamais remplacé."""
    if attributs.empty:
        return collectivites
    par_id = attributs.set_index("collectivite_id")
    nouvelles = collectivites.copy()
    for colonne in par_id.columns:
        apportees = nouvelles["collectivite_id"].map(par_id[colonne]).astype("object")
        if colonne == "siren":
            apportees = nouvelles["siren"].astype("object").where(nouvelles["siren"].notna(), apportees)
        nouvelles[colonne] = apportees.where(apportees.notna(), None).astype("str")
    return nouvelles


def build_source(bilan: Bilan) -> pd.DataFrame:
    """La ligne de `dim_source` d'une source."""
    source, rapport = bilan.source, bilan.rapport
    comptes = [rapport.lus, rapport.charges, rapport.recodes, rapport.rejetes] if rapport else [None] * 4
    quand = bilan.recuperee_le.astimezone(UTC).replace(tzinfo=None) if bilan.recuperee_le else None
    ligne = [
        source.id, source.titre, source.producteur, source.licence, source.date,
        source.adresse or source.page, bilan.empreinte or None, bilan.etat, quand, *comptes,
        " ".join(bilan.acceptes) or None,
    ]  # fmt: skip
    return pd.DataFrame([ligne], columns=COLONNES_SOURCE)
