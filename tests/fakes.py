"""Un petit entrepôt inventé, écrit dans de vraies tables : les pages se testent sans la démonstration.

Les noms disent qu'ils sont faux. Les valeurs viennent d'une formule, pas d'un tirage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import pandas as pd
from sqlalchemy import Engine

from barometre.catalogue import Catalogue, find_strate, load_catalogue
from barometre.warehouse import schema as s
from barometre.warehouse.dialects import insert_frame
from barometre.warehouse.versions import open_chantier, open_entrepot, write_version
from tests import mini
from tests.fakes_etat import fill_etat

REGIONS = {"region-01": "Région Fictive du Nord", "region-02": "Région Fictive du Sud"}
DEPARTEMENTS = {"departement-01": ("Essai-et-Loire", "01"), "departement-2A": ("Essai-du-Sud", "02")}
COMMUNES = (
    ("01001", "Saint-Essai", 320, "01", "01"),
    ("01002", "Essai-sur-Mer", 820, "01", "01"),
    ("2A004", "Œuilly-l’Essai", 71_000, "2A", "02"),
    ("2A005", "Saint-Essai", 2_400, "2A", "02"),
)


OPSN, OPSN_SEUL = "opsn-essai", "opsn-seul"


def add_opsn(tables: dict[str, list[dict[str, Any]]]) -> None:
    """Deux OPSN : l'un couvre un département, de l'autre aucune collectivité n'est connue."""
    noms = {OPSN: "OPSN d’Essai-et-Loire", OPSN_SEUL: "OPSN sans membre"}
    vides = dict.fromkeys(("sigle", "forme_juridique", "source_url"), "")
    tables["dim_opsn"] = [{"opsn_id": id_, "nom": nom, **vides} for id_, nom in noms.items()]
    tables["lien_opsn"] = [
        {"opsn_id": OPSN, "cible_id": "departement-01", "nature": "perimetre", "source_id": "opsn"}
    ]


def build_entrepot_factice(
    dossier: Path,
    *,
    simulee: bool = True,
    etat: bool = False,
    changer: Callable[[dict[str, list[dict[str, Any]]]], None] = lambda _: None,
) -> str:
    """Construit et met en service un entrepôt factice ; rend son adresse. `changer` retouche ses tables."""
    entrepot = open_entrepot(str(dossier))
    with open_chantier(entrepot) as (version_id, moteur):
        _fill(moteur, load_catalogue(), changer)
        if etat:
            fill_etat(moteur, [f"commune-{code}" for code, *_ in COMMUNES])
        write_version(
            moteur,
            version_id,
            simulee=simulee,
            code_version="essai",
            empreintes=mini.EMPREINTES,
            commentaire="Entrepôt factice des tests",
        )
    return str(dossier)


def _fill(
    moteur: Engine, catalogue: Catalogue, changer: Callable[[dict[str, list[dict[str, Any]]]], None]
) -> None:
    tables = _tables(catalogue)
    changer(tables)
    with moteur.begin() as connexion:
        for table, lignes in tables.items():
            if lignes:
                insert_frame(connexion, getattr(s, table), pd.DataFrame(lignes))


def _tables(catalogue: Catalogue) -> dict[str, list[dict[str, Any]]]:
    return {
        "dim_collectivite": list(_collectivites()),
        "dim_vague": [
            {
                "vague_id": v.id,
                "titre": v.titre,
                "edition": v.edition,
                "rang": rang,
                "ouverture": v.ouverture,
                "fermeture": v.fermeture,
            }
            for rang, v in enumerate(catalogue.vagues)
        ],
        "vague_questionnaire": [
            {"vague_id": v.id, "questionnaire_id": q} for v in catalogue.vagues for q in v.questionnaires
        ],
        "dim_indicateur": [
            {
                "indicateur_id": i.id,
                "theme_id": i.theme_id,
                "titre": i.titre,
                "unite": i.unite,
                "sens": i.sens,
                "origine": i.origine,
                "sensibilite": i.sensibilite,
                "source_id": i.source_id,
            }
            for i in catalogue.indicateurs.values()
        ],
        "participation": list(_participations(catalogue)),
        "cle_secrete": [
            {"vague_id": v.id, "questionnaire_id": q, "cle": "5e" * 32}
            for v in catalogue.vagues
            for q in v.questionnaires
        ],
        "agregat": list(_agregats(catalogue)),
        "chiffre_publie": [
            {
                "chiffre_id": c.id,
                "theme_id": c.theme_id,
                "indicateur_id": c.indicateur_id,
                "libelle": c.libelle,
                "valeur": c.valeur,
                "valeur_texte": c.valeur_texte,
                "unite": c.unite,
                "base": c.base,
                "vague": c.vague,
                "annee": c.annee,
                "source_url": c.source_url,
                "extrait": c.extrait,
            }
            for c in catalogue.chiffres_publies
        ],
        "dim_source": [_source("referentiel_essai", "embarquee"), _source("typologies_essai", "absente")],
    }


def _collectivites() -> Iterator[dict[str, Any]]:
    commun = {"couverture": "inconnue", "codes_postaux": "", "millesime": "2026", "population": None}
    for identifiant, nom in REGIONS.items():
        code = identifiant.removeprefix("region-")
        yield commun | _ligne(identifiant, "region", code, nom) | {"region": code}
    for identifiant, (nom, region) in DEPARTEMENTS.items():
        code = identifiant.removeprefix("departement-")
        yield commun | _ligne(identifiant, "departement", code, nom) | {"departement": code, "region": region}
    for code, nom, population, departement, region in COMMUNES:
        yield (
            commun
            | _ligne(f"commune-{code}", "commune", code, nom)
            | {
                "population": population,
                "strate": find_strate("commune", population),
                "departement": departement,
                "region": region,
                "codes_postaux": f"{code[:2].replace('2A', '20')}100",
            }
        )


def _ligne(identifiant: str, type_: str, code: str, nom: str) -> dict[str, Any]:
    vides = dict.fromkeys(
        ("siren", "strate", "departement", "region", "epci", "ept", "densite", "ruralite", "centralite",
         "montagne", "porteur_id", "latitude", "longitude")
    )  # fmt: skip
    return vides | {
        "collectivite_id": identifiant, "type": type_, "code": code, "nom": nom, "zone": "metropole",
    }  # fmt: skip


def _participations(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for vague in catalogue.vagues:
        for questionnaire in vague.questionnaires:
            for code, *_ in COMMUNES:
                yield {
                    "vague_id": vague.id,
                    "questionnaire_id": questionnaire,
                    "collectivite_id": f"commune-{code}",
                    "date_reponse": date(2024, 3, 1),
                    "profil": "agent",
                    "lot_id": "essai",
                    "simulee": True,
                }


def _agregats(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    cellules = [
        ("france", "france", "", "", ""),
        *(("france", "france", t, "", "") for t in ("commune", "epci")),
        *(("france", "france", "commune", x.id, "") for x in catalogue.strates if x.type == "commune"),
        *(("france", "france", "", "", c) for c in ("adherente", "perimetre", "inconnue")),
        *(("region", r, "", "", "") for r in REGIONS),
    ]
    for indicateur in catalogue.list_indicateurs(origine="declare"):
        for vague in (v for v in catalogue.vagues if indicateur.theme_id in v.questionnaires):
            for cellule in cellules:
                yield _agregat(indicateur.id, vague.id, cellule, est_part=indicateur.est_part)


def _agregat(
    indicateur_id: str, vague_id: str, cellule: tuple[str, ...], *, est_part: bool
) -> dict[str, Any]:
    niveau, territoire, type_, strate, couverture = cellule
    alea = crc32(f"{indicateur_id}{vague_id}{cellule}".encode()) % 1000 / 1000
    # Les plus grandes strates ont trop peu de réponses : elles sont cachées, comme dans la réalité.
    cache = strate in ("commune-50000-99999", "commune-100000-plus")
    n = 6 if cache else 400
    p = 0.15 + 0.7 * alea if est_part else 2 + 5 * alea
    return {
        "indicateur_id": indicateur_id, "vague_id": vague_id, "niveau": niveau, "territoire_id": territoire,
        "type": type_, "strate": strate, "couverture": couverture, "population": 1000, "participants": n,
        "n": n, "n_publie": n, "n_oui": round(n * min(p, 1)) if est_part else None, "n_eff": n * 0.8,
        "brut": p, "redresse": p * 0.97, "se": 0.02, "df": n - 10, "bas": p * 0.9, "haut": p * 1.05,
        "prudence_bas": p * 0.85, "prudence_haut": p * 1.1, "g_etoile": 1.2, "pente": 1.0,
        "egal": None, "egal_bas": None, "egal_haut": None, "egal_note": "", "egal_manque": "",
        "note": "" if cache else "A", "raison": "nombre" if cache else "",
        "etat": "primary" if cache else "published",
    }  # fmt: skip


def _source(identifiant: str, etat: str) -> dict[str, Any]:
    return {
        "source_id": identifiant,
        "titre": f"Source d’essai {identifiant}",
        "producteur": "Les tests",
        "licence": "Licence Ouverte 2.0",
        "date": "2026-01-01",
        "adresse": "https://exemple.fr/essai",
        "empreinte": "0" * 64,
        "etat": etat,
        "chargee_le": datetime(2026, 1, 2, 3, 4) if etat == "embarquee" else None,
        "lus": 10,
        "charges": 9,
        "recodes": 0,
        "rejetes": 1,
    }
