"""Des données de l'État inventées, pour l'entrepôt factice : quatre communes, des valeurs rondes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert

from barometre.warehouse import schema as s

VAGUE = "2026-v4"
ACCEPTES = "Le département 62 passe de 4 collectivités à 1."
MESURES = {
    "france_services_presence": ("france_services", "2024-08-01"),
    "open_data_recense": ("opendatafrance", "2025-03"),
}


def fill_etat(moteur: Engine, communes: list[str]) -> None:
    """Deux mesures, un accord montré et un caché, une association de chaque sorte."""
    with moteur.begin() as connexion:
        connexion.execute(insert(s.fait_valeur), list(_valeurs(communes)))
        connexion.execute(insert(s.dim_source), [_source(source) for source, _ in MESURES.values()])
        connexion.execute(insert(s.accord), [_accord("commune", 40), _accord("epci", 4)])
        connexion.execute(insert(s.association), list(_associations()))
        connexion.execute(
            insert(s.qualite), [_ecart("ecart_mesure", 0.012), _ecart("ecart_mesure_dedans", 1.0)]
        )


def _valeurs(communes: list[str]) -> Iterator[dict[str, Any]]:
    for mesure, (source, periode) in MESURES.items():
        propres = [(c, float(rang == 0), None) for rang, c in enumerate(communes)]
        # 1 commune sur 4 ; la valeur de la France est montée des communes.
        for territoire, valeur, n in (*propres, ("france", 0.25, len(communes))):
            yield {
                "indicateur_id": mesure, "collectivite_id": territoire, "periode": periode, "valeur": valeur,
                "etat": "repondu", "source_id": source, "n_communes": n,
            }  # fmt: skip


def _source(identifiant: str) -> dict[str, Any]:
    return {
        "source_id": identifiant, "titre": f"Source d’essai {identifiant}", "producteur": "Les tests",
        "licence": "Licence d’essai", "date": "2024-08-01", "adresse": "https://exemple.fr/etat",
        "empreinte": "0" * 64, "etat": "chargee", "chargee_le": datetime(2026, 1, 2), "lus": 4, "charges": 4,
        "recodes": 0, "rejetes": 0, "acceptes": ACCEPTES if identifiant == "opendatafrance" else None,
    }  # fmt: skip


def _accord(type_: str, n: int) -> dict[str, Any]:
    quart = n // 4
    return {
        "indicateur_id": "lieu_maison_france_services", "mesure_id": "france_services_presence",
        "vague_id": VAGUE, "type": type_, "periode": "2024-08-01", "n": n, "oui_oui": quart,
        "declare_seul": quart, "mesure_seule": quart, "non_non": n - 3 * quart,
        "etat": "published" if n >= 20 else "primary",
    }  # fmt: skip


def _associations() -> Iterator[dict[str, Any]]:
    cas = (
        ("accueil_aide_agent", "superieur", "published"),
        ("accueil_orientation", "non_demontre", "published"),
        ("aidants_connect", "non_demontre", "primary"),
    )
    for indicateur, verdict, etat in cas:
        yield {
            "programme_id": "france_services", "indicateur_id": indicateur, "vague_id": VAGUE,
            "n_beneficiaires": 50, "n_comparables": 200, "part_beneficiaires": 0.6, "part_comparables": 0.4,
            "difference": 0.2, "se": 0.05, "bas": 0.1, "haut": 0.3, "p_value": 0.001, "q_value": 0.01,
            "verdict": verdict, "etat": etat,
        }  # fmt: skip


def _ecart(cle: str, valeur: float) -> dict[str, Any]:
    return {
        "vague_id": VAGUE, "questionnaire_id": "inclusion", "cle": cle,
        "objet": "france_services_presence", "valeur": valeur,
        "phrase": "« Essai » : 25,0 % des communes en réalité ; 26,2 % après redressement.",
    }  # fmt: skip
