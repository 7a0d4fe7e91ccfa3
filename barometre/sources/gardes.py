"""Ce qui fait refuser un fichier bien formé : l'absence n'est pas un zéro, un doublon n'est pas deux faits.

Un fichier se juge sur sa fiche (`attendu`, dans `data/sources.yml`) et sur la dernière bonne copie. Chaque
refus est une phrase qui dit quoi, combien, et ce qui était attendu ; la bonne copie reste.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from barometre.domain.formats import format_nombre
from barometre.sources.catalogue import Attendu
from barometre.sources.contexte import Contexte
from barometre.sources.errors import SourceEnRecul, SourceRefusee
from barometre.sources.indices import describe_cause
from barometre.sources.lecture import Brut
from barometre.sources.resultat import Resultat

# Par année entamée depuis la bonne copie. De nos propres fichiers : 2 549 labellisations France services fin
# 2022 (Etalab), 2 845 espaces en août 2024 (ANCT), soit 7 % par an ; le double est encore une mise à jour.
EVOLUTION_PAR_AN = 0.14
# Un total doublé, ou perdu de moitié, sans que les lignes changent : des nombres abîmés. De tous nos totaux,
# le cumul des accompagnements croît le plus : 69 % de juin 2023 à juin 2024 (DITP).
HAUSSE_TOTAL, PERTE_TOTAL = 0.8, 0.4
# Une région entière qui perd la moitié de ce que l'on en savait : un fichier coupé, non un fait.
PERTE_REGION_MAX = 0.5
# Sous ces nombres, un échantillon ou une région minuscule : à dix, une ligne de plus est déjà un dixième.
LIGNES_COMPARABLES, LIGNES_REGION, TOTAL_COMPARABLE = 100, 10, 100.0
# Part de rejets de plus que la copie précédente : le changement de code de 2018 à 2026 en fait moins de 0,02.
REJETS_EN_PLUS = 0.05
# Part de clés répétées qui met le fichier en cause : nos bons fichiers n'en ont pas une sur mille.
CLES_REPETEES_MAX = 0.005


@dataclass(frozen=True, slots=True)
class Empreinte:
    """Ce que l'on retient d'une bonne copie pour juger la suivante ; `regions` : lignes par région."""

    lignes: int
    rejetes: int
    regions: Mapping[str, int] = field(default_factory=dict)
    # La somme de chaque indicateur, à sa dernière période.
    totaux: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """La forme gardée dans la fiche de la copie."""
        return asdict(self)


def read_empreinte(objet: Mapping[str, Any] | None) -> Empreinte | None:
    """L'empreinte d'une fiche ; None si la fiche est d'avant les gardes, ou illisible."""
    try:
        return Empreinte(**objet) if objet else None
    except TypeError:
        return None


def build_empreinte(brut: Brut, resultat: Resultat, contexte: Contexte) -> Empreinte:
    """Les comptes d'un fichier lu."""
    touchees = list_touchees(resultat)
    regions = contexte.regions.reindex(touchees).dropna().value_counts()
    comptes = {str(region): int(nombre) for region, nombre in sorted(regions.items())}
    totaux = compute_totaux(resultat.valeurs)
    return Empreinte(brut.lus - brut.repetees, resultat.rapport.rejetes - brut.repetees, comptes, totaux)


def compute_totaux(valeurs: pd.DataFrame) -> dict[str, float]:
    """La somme de chaque indicateur à sa dernière période."""
    if valeurs.empty:
        return {}
    derniere = valeurs.groupby("indicateur_id")["periode"].transform("max")
    sommes = valeurs[valeurs["periode"].eq(derniere)].groupby("indicateur_id")["valeur"].sum()
    return {str(indicateur_id): float(somme) for indicateur_id, somme in sommes.items()}


def list_touchees(resultat: Resultat) -> pd.Index:
    """Les collectivités dont le fichier dit autre chose que « aucun »."""
    presentes = resultat.valeurs.loc[resultat.valeurs["valeur"].gt(0), "collectivite_id"]
    return pd.Index(presentes).union(pd.Index(resultat.attributs["collectivite_id"])).unique()


def check_lignes(brut: Brut, attendu: Attendu) -> None:
    """Refuse, avant de rien calculer, un fichier vide, coupé, ou trop long."""
    distinctes = brut.lus - brut.repetees
    if not distinctes:
        raise SourceRefusee("Le fichier n'a que ses entêtes : aucune ligne. L'absence n'est pas un zéro.")
    if brut.coupe:
        raise SourceRefusee("La dernière ligne du fichier est incomplète : le fichier est tronqué.")
    if attendu.lignes and not attendu.lignes[0] <= distinctes <= attendu.lignes[1]:
        raise SourceRefusee(
            f"Le fichier a {distinctes} lignes ; entre {attendu.lignes[0]} et {attendu.lignes[1]} étaient "
            "attendues : il est sans doute coupé, ou ce n'est pas le bon."
        )


def check_cle(brut: Brut, attendu: Attendu) -> None:
    """Refuse un fichier où ce qui devrait être unique se répète."""
    cle = [colonne for colonne in attendu.cle if colonne in brut.frame]
    if not cle:
        return
    repetees = int((brut.frame.duplicated(cle) & ~brut.frame[cle].isin([""]).any(axis=1)).sum())
    if repetees > CLES_REPETEES_MAX * len(brut.frame):
        noms = ", ".join(f"« {colonne} »" for colonne in cle)
        raise SourceRefusee(
            f"{noms} se répète sur {repetees} lignes, alors qu'une ligne est attendue par clé."
        )


def check_rejets(empreinte: Empreinte, resultat: Resultat, attendu: Attendu, contexte: Contexte) -> None:
    """Refuse un fichier dont trop de lignes sont rejetées, et dit la cause probable."""
    part = empreinte.rejetes / empreinte.lignes
    if part > attendu.rejets:
        cause = describe_cause(resultat.rejets, contexte)
        raise SourceRefusee(
            f"{empreinte.rejetes} lignes sur {empreinte.lignes} sont rejetées, plus que les "
            f"{attendu.rejets:.0%} tolérés{cause}."
        )


def check_totaux(empreinte: Empreinte, attendu: Attendu) -> None:
    """Refuse un fichier dont un total sort de ce que sa fiche tient pour possible."""
    for indicateur_id, (bas, haut) in attendu.totaux.items():
        total = empreinte.totaux.get(indicateur_id, 0.0)
        if not bas <= total <= haut:
            raise SourceRefusee(
                f"Le total de « {indicateur_id} » est {format_nombre(total)} ; entre {format_nombre(bas)} et "
                f"{format_nombre(haut)} étaient attendus : les nombres du fichier sont abîmés, "
                "ou ce n'est pas le bon."
            )


def check_couverture(
    empreinte: Empreinte, attendu: Attendu, avant: Empreinte | None, annees: int = 1
) -> None:
    """Refuse un fichier à qui des régions manquent, ou qui s'écarte de la bonne copie.

    `annees` : années entamées depuis cette copie ; l'écart admis croît avec elles.
    """
    if len(empreinte.regions) < attendu.regions:
        raise SourceRefusee(
            f"Le fichier ne parle que de {len(empreinte.regions)} région(s) ; "
            f"{attendu.regions} au moins étaient attendues."
        )
    for recul in list_reculs(empreinte, avant, annees):
        raise SourceEnRecul(f"{recul} Si c'est voulu, ajoutez --confirmer.")


def list_reculs(neuve: Empreinte, avant: Empreinte | None, annees: int = 1) -> Iterator[str]:
    """Ce que le fichier neuf dit de trop peu, ou de trop, au regard de la bonne copie."""
    if avant is None or avant.lignes < LIGNES_COMPARABLES:
        return
    if abs(neuve.lignes / avant.lignes - 1) > EVOLUTION_PAR_AN * annees:
        yield f"Le fichier a {neuve.lignes} lignes, contre {avant.lignes} dans la bonne copie."
    if neuve.rejetes / neuve.lignes - avant.rejetes / avant.lignes > REJETS_EN_PLUS:
        yield f"{neuve.rejetes} lignes sont rejetées, contre {avant.rejetes} dans la bonne copie."
    for region, nombre in avant.regions.items():
        reste = neuve.regions.get(region, 0)
        if nombre >= LIGNES_REGION and reste < nombre * (1 - PERTE_REGION_MAX):
            yield f"La région {region} passe de {nombre} collectivités à {reste}."
    for indicateur_id, total in avant.totaux.items():
        nouveau = neuve.totaux.get(indicateur_id, 0.0)
        evolution = nouveau / total - 1 if total >= TOTAL_COMPARABLE else 0.0
        if not -PERTE_TOTAL * annees <= evolution <= HAUSSE_TOTAL * annees:
            passage = f"{format_nombre(total)} à {format_nombre(nouveau)}"
            yield f"Le total de « {indicateur_id} » passe de {passage}."
