"""Un petit entrepôt complet pour « Ma collectivité » : un thème réel du catalogue, des réponses inventées.

Trois départements de métropole et un d'outre-mer, des communes d'une même strate, une réponse calculée par
formule pour chacune. Les noms disent qu'ils sont faux.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from sqlalchemy import Engine, insert

from barometre.access import Gate
from barometre.assemblage import depot, memoire
from barometre.catalogue import load_catalogue
from barometre.domain.portee import PUBLIC, Portee
from barometre.warehouse import schema as s
from barometre.warehouse.repository import Repository
from barometre.warehouse.versions import open_chantier, open_entrepot, write_version
from tests import mini

VAGUE = "2026-v4"
THEMES = ("communication", "cybersecurite")
STRATE = "commune-500-999"
# (département, région, zone, nombre de communes, combien ont répondu)
DEPARTEMENTS = (
    ("01", "84", "metropole", 30, 14),
    ("02", "84", "metropole", 30, 5),
    ("03", "93", "metropole", 40, 20),
    ("974", "04", "outre_mer", 8, 4),
)
# Répond, et se lit dans les tests ; sa voisine n'a pas répondu.
SOI, MUETTE, DROM = "commune-01000", "commune-01029", "commune-974000"
TEXTE_SECRET = "réponse libre que personne d’autre ne lit"


def list_communes() -> list[dict[str, Any]]:
    """Toutes les communes, avec leur rang dans le département."""
    lignes = []
    for departement, region, zone, nombre, repondantes in DEPARTEMENTS:
        for i in range(nombre):
            code = f"{departement}{i:03d}"
            lignes.append(
                {
                    "collectivite_id": f"commune-{code}",
                    "code": code,
                    "nom": f"Essai-{departement}-{i}",
                    "departement": departement,
                    "region": region,
                    "zone": zone,
                    "population": 500 + 15 * i,
                    "couverture": "perimetre" if departement == "01" else "inconnue",
                    "repond": i < repondantes,
                }
            )
    return lignes


@contextmanager
def serve_terrain(dossier: Path) -> Iterator[None]:
    """Le terrain, construit dans `dossier` et en service ; rien n'en reste dans les mémoires ensuite."""
    build_terrain(dossier).close()
    with pytest.MonkeyPatch.context() as reglage:
        reglage.setenv("BAROMETRE_ENTREPOT", str(dossier))
        depot.forget()
        memoire.forget()
        yield
    depot.forget()
    memoire.forget()


def build_terrain(dossier: Path) -> Repository:
    """L'entrepôt, écrit et mis en service."""
    entrepot = open_entrepot(str(dossier))
    with open_chantier(entrepot) as (version_id, moteur):
        _fill(moteur)
        write_version(
            moteur,
            version_id,
            simulee=True,
            code_version="essai",
            empreintes=mini.EMPREINTES,
            commentaire="Essai",
        )
    return Repository(entrepot)


class JournalMuet:
    """Retient ce qui est journalisé."""

    def __init__(self) -> None:
        self.lectures: list[tuple[str, str]] = []

    def journaliser(
        self, action: str, objet: str, *, portee: Portee, compte: str = "", detail: str = ""
    ) -> None:
        self.lectures.append((action, objet))


def open_gate(repository: Repository, portee: Portee = PUBLIC) -> Gate:
    """La vraie porte, sans registre sur le disque."""
    return Gate(repository, portee, journal=JournalMuet())


def list_indicateurs_suivis() -> list[Any]:
    """Les indicateurs déclarés des deux thèmes."""
    return [i for t in THEMES for i in load_catalogue().list_indicateurs(t, origine="declare")]


def get_valeur(indicateur_id: str, collectivite_id: str) -> float:
    """0 ou 1, par formule."""
    return float(crc32(f"{indicateur_id}{collectivite_id}".encode()) % 10 < 6)


def _fill(moteur: Engine) -> None:
    communes = list_communes()
    repondantes = [c["collectivite_id"] for c in communes if c["repond"]]
    suivis = list_indicateurs_suivis()
    with moteur.begin() as connexion:
        for table, lignes in (
            (s.dim_collectivite, [*_territoires(), *(_commune(c) for c in communes)]),
            (s.code_ancien, [_ancien("01900", "01000")]),
            (s.dim_indicateur, [_indicateur(i) for i in suivis]),
            (s.participation, [_participation(t, c) for t in THEMES for c in repondantes]),
            (s.cle_secrete, [{"vague_id": VAGUE, "questionnaire_id": t, "cle": "5e" * 32} for t in THEMES]),
            (s.poids, [_poids(t, c) for t in THEMES for c in repondantes]),
            (s.fait_valeur, [_valeur(i.id, c) for i in suivis for c in repondantes]),
            (s.fait_reponse, [_texte(c) for c in repondantes]),
            (s.agregat, list(_agregats(communes, suivis))),
        ):
            connexion.execute(insert(table), lignes)


_VIDES = dict.fromkeys(
    (
        "siren",
        "strate",
        "departement",
        "region",
        "epci",
        "ept",
        "zone",
        "densite",
        "ruralite",
        "centralite",
        "montagne",
        "porteur_id",
        "latitude",
        "longitude",
        "population",
    )
) | {"codes_postaux": "", "millesime": "2026", "couverture": "inconnue"}


def _commune(commune: dict[str, Any]) -> dict[str, Any]:
    gardees = {c: v for c, v in commune.items() if c != "repond"}
    return _VIDES | gardees | {"type": "commune", "strate": STRATE}


def _territoires() -> list[dict[str, Any]]:
    lignes = []
    for departement, region, zone, *_ in DEPARTEMENTS:
        lignes.append(
            _VIDES
            | {
                "collectivite_id": f"departement-{departement}",
                "type": "departement",
                "code": departement,
                "nom": f"Département d’essai {departement}",
                "departement": departement,
                "region": region,
                "zone": zone,
                "population": 100_000,
                "strate": "departement-toutes",
            }
        )
    lignes += [
        _VIDES
        | {
            "collectivite_id": f"region-{code}",
            "type": "region",
            "code": code,
            "nom": f"Région d’essai {code}",
            "region": code,
            "zone": "metropole",
            "population": 900_000,
            "strate": "region-toutes",
        }
        for code in ("84", "93")
    ]
    porte = {"collectivite_id": "departement-99", "type": "departement", "code": "99", "nom": "Porté d’essai"}
    return [*lignes, _VIDES | porte | {"porteur_id": "commune-01000", "departement": "99"}]


def _ancien(code: str, actuel: str) -> dict[str, Any]:
    return {
        "code": code,
        "code_actuel": actuel,
        "nom": "Vieil-Essai",
        "nature": "ancien-code",
        "encore_actuel": False,
    }


def _indicateur(indicateur: Any) -> dict[str, Any]:
    return {
        c: getattr(indicateur, c)
        for c in ("theme_id", "titre", "unite", "sens", "origine", "sensibilite", "source_id")
    } | {"indicateur_id": indicateur.id}


def _participation(theme_id: str, collectivite_id: str) -> dict[str, Any]:
    return {
        "vague_id": VAGUE,
        "questionnaire_id": theme_id,
        "collectivite_id": collectivite_id,
        "date_reponse": date(2026, 3, 1),
        "profil": "agent",
        "lot_id": "essai",
        "simulee": True,
    }


def _poids(theme_id: str, collectivite_id: str) -> dict[str, Any]:
    return {
        "vague_id": VAGUE,
        "questionnaire_id": theme_id,
        "collectivite_id": collectivite_id,
        "strate_poids": STRATE,
        "poids_base": 2.0,
        "poids": 2.0,
    }


def _valeur(indicateur_id: str, collectivite_id: str) -> dict[str, Any]:
    return {
        "indicateur_id": indicateur_id,
        "collectivite_id": collectivite_id,
        "periode": VAGUE,
        "valeur": get_valeur(indicateur_id, collectivite_id),
        "etat": "repondu",
        "source_id": "barometre",
        "n_communes": None,
    }


def _texte(collectivite_id: str) -> dict[str, Any]:
    return {
        "vague_id": VAGUE,
        "questionnaire_id": "communication",
        "collectivite_id": collectivite_id,
        "question_id": "communication_q01",
        "option_id": "",
        "etat": "repondu",
        "valeur": None,
        "texte": TEXTE_SECRET,
    }


def _agregats(communes: list[dict[str, Any]], suivis: list[Any]) -> Any:
    territoires = {
        "france": lambda c: True,
        "zone-metropole": lambda c: c["zone"] == "metropole",
        "zone-outre_mer": lambda c: c["zone"] == "outre_mer",
        **{f"departement-{d}": (lambda c, d=d: c["departement"] == d) for d, *_ in DEPARTEMENTS},
        **{f"region-{r}": (lambda c, r=r: c["region"] == r) for r in ("84", "93", "04")},
    }
    for territoire, dedans in territoires.items():
        for couverture in ("", "perimetre", "inconnue"):
            retenues = [c for c in communes if dedans(c) and couverture in ("", c["couverture"])]
            if not retenues or (couverture and territoire != "france"):
                continue
            for indicateur in suivis:
                if indicateur.sensibilite == "cyber" and territoire != "france":
                    continue
                yield _agregat(indicateur, territoire, couverture, retenues)


def _agregat(
    indicateur: Any, territoire: str, couverture: str, communes: list[dict[str, Any]]
) -> dict[str, Any]:
    valeurs = [get_valeur(indicateur.id, c["collectivite_id"]) for c in communes if c["repond"]]
    n, oui = len(valeurs), int(sum(valeurs))
    seuil = 20 if indicateur.sensibilite == "cyber" else 10
    p = oui / n if n else 0.0
    etat = "published" if n >= seuil else "primary"
    return {
        "indicateur_id": indicateur.id,
        "vague_id": VAGUE,
        "niveau": territoire.split("-", maxsplit=1)[0],
        "territoire_id": territoire,
        "type": "commune",
        "strate": STRATE,
        "couverture": couverture,
        "population": len(communes),
        "participants": n,
        "n": n,
        "n_publie": n,
        "n_oui": oui if indicateur.est_part else None,
        "n_eff": float(n),
        "brut": p,
        "redresse": p,
        "se": 0.05,
        "df": max(n - 1, 0),
        "bas": max(p - 0.1, 0.0),
        "haut": min(p + 0.1, 1.0),
        "note": "B" if etat == "published" else "",
        "raison": "nombre",
        "egal_note": "",
        "egal_manque": "",
        "etat": etat,
    }
