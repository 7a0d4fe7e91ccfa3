"""Les sources, leur âge et leur état, et les strates, en tableaux de lecture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_compte, format_date, format_liste, is_absent
from barometre.domain.provenance import Definition, Provenance
from barometre.domain.territoire import LIBELLES_TYPES
from barometre.domain.version import Version
from barometre.views.lecture.provenance import build_provenance
from barometre.views.lecture.tableau import build_tableau

COLONNES = (
    "titre", "producteur", "etat", "date_iso", "age", "charges", "rejetes", "acceptes", "licence", "adresse",
)  # fmt: skip
ETATS_SOURCES = {
    "embarquee": "fournie avec l’application",
    "chargee": "chargée",
    "gardee": "gardée en dernière bonne copie",
    "absente": "pas encore chargée",
}


def inflect_etat(etat: str, n: int) -> str:
    """« 4 fournies avec l'application », « 1 chargée »."""
    pluriel = etat if n == 1 else re.sub(r"ée\b|ie\b", lambda m: f"{m[0]}s", etat, count=1)
    return f"{n} {pluriel}"


@dataclass(frozen=True, slots=True)
class SourceLue:
    """Une source, en mots."""

    titre: str
    producteur: str
    licence: str
    date: str
    # La même, telle que publiée (AAAA, AAAA-MM, AAAA-MM-JJ) : elle se range.
    date_iso: str
    age: str
    etat_id: str
    charges: int | None
    rejetes: int | None
    adresse: str
    # Ce que l'opérateur a accepté du fichier malgré une garde ; vide si rien.
    acceptes: str

    @property
    def lignes(self) -> str:
        """« 34 875 lignes (12 écartées) » ; vide si rien n'est chargé."""
        if self.charges is None:
            return ""
        ecartees = f" ({format_compte(self.rejetes, 'écartée')})" if self.rejetes else ""
        return f"{format_compte(self.charges, 'ligne')}{ecartees}"

    @property
    def etat(self) -> str:
        """L'état en mots."""
        return ETATS_SOURCES.get(self.etat_id, self.etat_id)


@dataclass(frozen=True, slots=True)
class VueMethode:
    """Ce que la page Sources et méthode lit dans la version."""

    sources: tuple[SourceLue, ...]
    strates: tuple[tuple[str, str, int], ...]
    version: Version
    provenance: Provenance

    @property
    def phrase_sources(self) -> str:
        """« 24 sources : 4 fournies avec l'application, 20 chargées. »"""
        comptes = pd.Series([s.etat for s in self.sources], dtype="str").value_counts()
        mots = [inflect_etat(etat, int(comptes[etat])) for etat in ETATS_SOURCES.values() if etat in comptes]
        return f"{format_compte(len(self.sources), 'source')} : {format_liste(mots)}."

    @property
    def absentes(self) -> tuple[SourceLue, ...]:
        """Celles qui ne sont pas chargées."""
        return tuple(s for s in self.sources if s.etat_id == "absente")

    @property
    def acceptees(self) -> tuple[SourceLue, ...]:
        """Celles que les gardes refusaient, et que l'opérateur a acceptées."""
        return tuple(s for s in self.sources if s.acceptes)

    @property
    def table(self) -> pd.DataFrame:
        """Une source par ligne."""
        return build_tableau(([getattr(s, nom) for nom in COLONNES] for s in self.sources), COLONNES)


def build_vue_methode(gate: Gate, catalogue: Catalogue, jour: date) -> VueMethode:
    """Les sources chargées, et les strates avec le nombre de collectivités de chacune."""
    sources = [_build_source(ligne, jour) for ligne in gate.list_sources().to_dict("records")]
    ordre = list(ETATS_SOURCES)
    version = gate.get_version()
    return VueMethode(
        sources=tuple(sorted(sources, key=lambda s: (ordre.index(s.etat_id), s.titre))),
        strates=_build_strates(gate, catalogue),
        version=version,
        provenance=_build_provenance(version),
    )


def _build_provenance(version: Version) -> Provenance:
    return build_provenance(
        version,
        "Les sources du baromètre",
        "sources",
        filtres="Toutes les sources",
        source="data/sources.yml et la version en service",
        definitions=(Definition("Âge", "Le temps écoulé depuis la date que la source donne."),),
        reponses=False,
    )


def describe_age(date_source: str, jour: date) -> str:
    """« 2 ans », « 8 mois », « moins d'un mois » ; vide quand la date n'est pas connue."""
    morceaux = date_source.split("-")
    if not all(m.isdecimal() for m in morceaux):
        return ""
    annee, mois = int(morceaux[0]), int(morceaux[1]) if len(morceaux) > 1 else 1
    ecoules = max(12 * (jour.year - annee) + jour.month - mois, 0)
    if len(morceaux) == 1 or ecoules >= 24:
        ans = jour.year - annee if len(morceaux) == 1 else ecoules // 12
        return format_compte(ans, "an") if ans else "moins d’un an"
    return f"{ecoules} mois" if ecoules else "moins d’un mois"


def _build_strates(gate: Gate, catalogue: Catalogue) -> tuple[tuple[str, str, int], ...]:
    effectifs = gate.list_collectivites()["strate"].value_counts()
    return tuple(
        (LIBELLES_TYPES[strate.type], strate.libelle, int(effectifs.get(strate.id, 0)))
        for strate in catalogue.strates
    )


def _build_source(ligne: dict[Any, Any], jour: date) -> SourceLue:
    charges, rejetes = (
        None if is_absent(ligne.get(nom)) else int(ligne[nom]) for nom in ("charges", "rejetes")
    )
    return SourceLue(
        titre=str(ligne["titre"]),
        producteur=str(ligne["producteur"]),
        licence=str(ligne["licence"]),
        date=format_date(str(ligne["date"])) if ligne["date"] else "",
        date_iso=str(ligne["date"] or ""),
        age=describe_age(str(ligne["date"]), jour) if ligne["date"] else "",
        etat_id=str(ligne["etat"]),
        charges=charges,
        rejetes=rejetes,
        adresse=str(ligne["adresse"]),
        acceptes="" if is_absent(ligne.get("acceptes")) else str(ligne["acceptes"]),
    )
