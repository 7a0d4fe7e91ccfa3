"""La liste des sources extérieures : la section `exterieures` de `data/sources.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from barometre.catalogue import DONNEES, CatalogueError
from barometre.catalogue.validation import check_schema, read_yaml
from barometre.sources.empreinte import Empreinte, load_reperes

FICHIER = "sources.yml"


@dataclass(frozen=True, slots=True)
class Attendu:
    """La fiche d'un bon fichier : ce qui s'en écarte est refusé, et la bonne copie gardée."""

    # Nombre de lignes distinctes, bornes comprises.
    lignes: tuple[int, int] | None = None
    # Lignes de l'échantillon que le miroir a faute du vrai fichier : hors des bornes, et admis tel quel.
    echantillon: int = 0
    # Part de lignes rejetées tolérée, de 0 à 1.
    rejets: float = 1.0
    # Nombre de régions dont le fichier doit parler, au moins.
    regions: int = 0
    # D'une mesure de toutes les communes, la part de chaque département dont elle parle, au moins.
    complet: float = 0.0
    # Les colonnes qui, ensemble, ne se répètent pas.
    cle: tuple[str, ...] = ()
    # Deux colonnes qui disent l'une et l'autre le département : un code de commune, un code postal.
    departement: tuple[str, ...] = ()
    # Le total possible d'un indicateur, bornes comprises, à sa dernière période.
    totaux: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Embarque:
    """Le fichier d'une source fourni avec l'application, son empreinte, le jour où il a été fait."""

    chemin: Path
    sha256: str
    le: datetime


@dataclass(frozen=True, slots=True)
class SourceExterieure:
    """Une source que l'on récupère ; `embarque` : ce que l'application en fournit déjà."""

    id: str
    titre: str
    producteur: str
    page: str
    # Vide : aucune adresse de téléchargement stable n'est connue.
    adresse: str
    miroir: str
    usage: str
    licence: str
    date: str
    millesime: str
    donnees_personnelles: str
    perime_apres: int
    precautions: str
    suffixe: str = ""
    # Vrai : le fichier contient des données personnelles, la copie gardée n'a que les colonnes lues.
    purger: bool = False
    periode: str = ""
    depend_de: tuple[str, ...] = ()
    attendu: Attendu = Attendu()
    embarque: Embarque | None = None
    # Le script qui a fait le fichier embarqué.
    script: str = ""
    # L'empreinte de la publication décrite ici : ce à quoi un premier fichier est comparé.
    repere: Empreinte | None = None

    @property
    def publiee_le(self) -> datetime:
        """Le premier jour de la date de publication, qui peut n'être qu'un mois ou une année."""
        annee, mois, jour = [*map(int, self.date.split("-")), 1, 1][:3]
        return datetime(annee, mois, jour, tzinfo=UTC)

    @property
    def extension(self) -> str:
        """L'extension du fichier que l'adresse rend : `.csv.gz`."""
        return self.suffixe or get_extension(self.adresse.rsplit("/", 1)[-1])


def get_extension(nom: str) -> str:
    """`communes.geojson.gz` → `.geojson.gz` ; un point dans le nom n'en est pas une."""
    suffixes = Path(nom).suffixes
    return "".join(suffixes[-2:]) if suffixes[-1:] == [".gz"] else "".join(suffixes[-1:])


def load_sources_exterieures(dossier: Path = DONNEES) -> dict[str, SourceExterieure]:
    """Les sources extérieures, dans l'ordre où elles se chargent."""
    contenu = (read_yaml(dossier / FICHIER, FICHIER) or {}).get("exterieures", [])
    if not contenu:
        return {}
    check_schema(contenu, "sources", FICHIER)
    reperes = load_reperes(dossier)
    sources = [_build(element, dossier, reperes) for element in contenu]
    _check_ids(sources)
    return {source.id: source for source in sources}


def _build(contenu: dict[str, Any], dossier: Path, reperes: Mapping[str, Empreinte]) -> SourceExterieure:
    propres: dict[str, Any] = {
        "depend_de": tuple(contenu.get("depend_de", ())),
        "attendu": _build_attendu(contenu),
        "embarque": _build_embarque(contenu, dossier),
        "repere": reperes.get(contenu["id"]),
    }
    return SourceExterieure(**{**contenu, **propres})


def _build_embarque(contenu: dict[str, Any], dossier: Path) -> Embarque | None:
    embarque = contenu.get("embarque")
    if embarque is None:
        return None
    quand = datetime.fromisoformat(embarque["le"]).replace(tzinfo=UTC)
    return Embarque(dossier / Path(embarque["chemin"]).name, embarque["sha256"], quand)


def _build_attendu(contenu: dict[str, Any]) -> Attendu:
    attendu = contenu.get("attendu", {})
    listes = {nom: tuple(attendu[nom]) for nom in ("lignes", "cle", "departement") if nom in attendu}
    totaux = {i: (float(bas), float(haut)) for i, (bas, haut) in attendu.get("totaux", {}).items()}
    return Attendu(**{**attendu, **listes, "totaux": totaux})


def _check_ids(sources: list[SourceExterieure]) -> None:
    vus: set[str] = set()
    for source in sources:
        if source.id in vus:
            raise CatalogueError([f"{FICHIER} : la source « {source.id} » est écrite deux fois."])
        # Une source se charge après celles dont elle dépend.
        for autre in source.depend_de:
            if autre not in vus:
                raise CatalogueError([f"{FICHIER}, {source.id} › depend_de : « {autre} » doit venir avant."])
        vus.add(source.id)
