"""Fabrique `data/codes_anciens.csv.gz` : tout code de commune ancien → commune actuelle.

Trois origines : les communes déléguées, associées et arrondissements de la version 6.0.0, ses
« anciensCodes », et l'historique 1943-2020 de la version 0.8.0 dont on suit les fusions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from scripts.construire_referentiel import PAQUET, ZONES
from scripts.paquets import DATA, read_json, write_csv_gz

HISTORIQUE = "decoupage-administratif-historique"
VERSIONS = ("decoupage-administratif-2018", "decoupage-administratif-2025")
NATURES = {"commune-deleguee", "commune-associee", "arrondissement-municipal"}
COLONNES = ["code", "code_actuel", "nom", "nature", "encore_actuel"]


def _actuelles() -> dict[str, dict[str, Any]]:
    communes = read_json(PAQUET, "communes.json")
    return {c["code"]: c for c in communes if c["type"] == "commune-actuelle" and c["zone"] in ZONES}


def list_infracommunales(actuelles: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Communes déléguées, associées et arrondissements municipaux en vigueur."""
    for commune in read_json(PAQUET, "communes.json"):
        chef_lieu = commune.get("chefLieu") or commune.get("commune")
        if commune["type"] in NATURES and chef_lieu in actuelles:
            yield {
                "code": commune["code"],
                "code_actuel": chef_lieu,
                "nom": commune["nom"],
                "nature": commune["type"],
            }


def read_noms() -> dict[str, str]:
    """Le dernier nom connu de chaque code, des versions anciennes aux plus récentes."""
    noms = {c["code"]: c["nom"] for c in read_json(HISTORIQUE, "historique-communes.json")}
    for version in VERSIONS:
        noms |= {c["code"]: c["nom"] for c in read_json(version, "communes.json")}
    return noms


def list_anciens_codes(actuelles: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Les codes que la version 6.0.0 déclare absorbés par une commune actuelle."""
    for code, commune in actuelles.items():
        for ancien in commune.get("anciensCodes", []):
            yield ancien, code


class Historique:
    """Suit une commune de l'historique jusqu'à une commune actuelle."""

    def __init__(self, fiches: list[dict[str, Any]], actuelles: set[str], connus: dict[str, str]) -> None:
        self._fiches = {f["id"]: f for f in fiches}
        self._actuelles = actuelles
        self._connus = connus

    def find_actuelle(self, fiche: dict[str, Any]) -> str | None:
        """Code actuel où mène cette fiche ; rien si la chaîne se perd ou tourne en rond."""
        vues: set[str] = set()
        while fiche["id"] not in vues:
            vues.add(fiche["id"])
            suivante = self._fiches.get(fiche.get("pole") or fiche.get("successeur") or "")
            if suivante is None:
                return self._resolve(fiche["code"])
            fiche = suivante
        return self._resolve(fiche["code"])

    def _resolve(self, code: str) -> str | None:
        return code if code in self._actuelles else self._connus.get(code)


def list_historiques(
    actuelles: dict[str, dict[str, Any]], connus: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Les communes disparues entre 1943 et 2020 et la commune actuelle qui les a reçues."""
    fiches = read_json(HISTORIQUE, "historique-communes.json")
    historique = Historique(fiches, set(actuelles), connus)
    for fiche in sorted(fiches, key=lambda f: f.get("dateFin", "")):
        if fiche["type"] == "COM" and "dateFin" in fiche and fiche["code"] not in actuelles:
            actuelle = historique.find_actuelle(fiche)
            if actuelle:
                yield fiche["code"], actuelle


def build_codes_anciens() -> pd.DataFrame:
    """Une ligne par code et nature, triée, sans doublon."""
    actuelles = _actuelles()
    infra = list(list_infracommunales(actuelles))
    connus = {ligne["code"]: ligne["code_actuel"] for ligne in infra} | dict(list_anciens_codes(actuelles))
    couples = dict(list_historiques(actuelles, connus)) | dict(list_anciens_codes(actuelles))
    deja = {ligne["code"] for ligne in infra}
    noms = read_noms()
    anciens = [
        {"code": a, "code_actuel": b, "nom": noms.get(a, ""), "nature": "ancien-code"}
        for a, b in couples.items()
        if a not in deja
    ]
    table = pd.DataFrame(infra + anciens, dtype=str)
    table["encore_actuel"] = table["code"].isin(actuelles.keys()).map({True: "true", False: "false"})
    return table.reindex(columns=COLONNES).sort_values(["code", "nature"], ignore_index=True)


def main() -> None:
    """Écrit le fichier et dit combien de lignes il porte."""
    table = build_codes_anciens()
    write_csv_gz(table, DATA / "codes_anciens.csv.gz")
    print(table["nature"].value_counts().to_string())


if __name__ == "__main__":
    main()
