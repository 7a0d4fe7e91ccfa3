"""Lire tout le catalogue, une fois."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from barometre.catalogue.calendrier import Calendrier, apply_calendrier, read_calendrier
from barometre.catalogue.chiffres import index_chiffres_publies, read_autres_enquetes, read_chiffres_publies
from barometre.catalogue.deja_lu import hash_fichiers, read_deja_lu, write_deja_lu
from barometre.catalogue.fiches import build_indicateurs, check_indicateurs, mark_conditions
from barometre.catalogue.model import Catalogue, Concerne, Grille, SeuilLegal, Theme
from barometre.catalogue.questionnaires import (
    build_echelles,
    build_questionnaire,
    check_vagues,
    list_doublons,
)
from barometre.catalogue.strates import DEFAUT, build_grilles
from barometre.catalogue.validation import CatalogueError, check_schema, read_yaml
from barometre.domain.enquete import Questionnaire, Vague
from barometre.domain.indicateur import Indicateur
from barometre.domain.territoire import TYPES

DOSSIER = Path(__file__).parent
DONNEES = DOSSIER.parents[1] / "data"


def load_catalogue() -> Catalogue:
    """Le catalogue du projet, vérifié, et les dates que l'opérateur a données aux vagues."""
    return _load(read_calendrier())


# Une suite de dates données dans l'heure : les dernières suffisent.
@lru_cache(maxsize=4)
def _load(calendrier: Calendrier) -> Catalogue:
    ecrit = load_catalogue_ecrit()
    return replace(ecrit, vagues=apply_calendrier(ecrit.vagues, calendrier)) if calendrier else ecrit


@cache
def load_catalogue_ecrit() -> Catalogue:
    """Le catalogue tel que ses fichiers l'écrivent, lu une seule fois par processus."""
    empreinte = hash_fichiers(DOSSIER, DONNEES)
    catalogue = read_deja_lu(empreinte)
    if catalogue is None:
        catalogue = build_catalogue(DOSSIER, DONNEES)
        write_deja_lu(catalogue, empreinte)
    return catalogue


def build_catalogue(dossier: Path, donnees: Path) -> Catalogue:
    """Le catalogue d'un dossier ; `CatalogueError` dit ce qui ne tient pas."""
    themes = tuple(Theme(**theme) for theme in _read(dossier, "themes.yml", "themes"))
    ids = _uniques("themes.yml", (theme.id for theme in themes))
    publies = read_chiffres_publies(donnees / "chiffres_publies.csv", ids)
    questionnaires = _questionnaires(dossier, ids)
    indicateurs = _indicateurs(dossier, ids, index_chiffres_publies(publies))
    check_indicateurs(indicateurs, questionnaires, ids)
    vagues = _vagues(dossier, ids)
    check_vagues(questionnaires.values(), [vague.id for vague in vagues])
    return Catalogue(
        themes=themes,
        questionnaires=questionnaires,
        indicateurs={i.id: i for i in mark_conditions(indicateurs, questionnaires)},
        vagues=vagues,
        grilles=build_grilles(_read(dossier, "strates.yml", "strates")),
        seuils=_seuils(dossier, ids),
        chiffres_publies=publies,
        autres_enquetes=read_autres_enquetes(donnees / "chiffres_autres_enquetes.csv", ids),
        regroupements=_regroupements(dossier),
        empreinte=_empreinte(dossier, donnees),
    )


def find_strate(type_: str, population: int | None) -> str | None:
    """La strate d'une collectivité dans la grille par défaut ; `None` si sa population est inconnue."""
    if type_ not in TYPES:
        raise ValueError(f"Le type de collectivité « {type_} » n'existe pas.")
    return _grille_par_defaut().find_strate(type_, population)


@cache
def _grille_par_defaut() -> Grille:
    # Sans passer par tout le catalogue : la construction range 36 000 collectivités avec elle.
    return build_grilles(_read(DOSSIER, "strates.yml", "strates"))[DEFAUT]


def _read(dossier: Path, nom: str, schema: str) -> Any:
    contenu = read_yaml(dossier / nom, nom)
    check_schema(contenu, schema, nom)
    return contenu


def _uniques(nom: str, ids: Iterable[str]) -> list[str]:
    liste = list(ids)
    en_double = list_doublons(liste)
    if en_double:
        raise CatalogueError(f"{nom} : l'identifiant « {id_} » est en double." for id_ in en_double)
    return liste


def _questionnaires(dossier: Path, themes: Iterable[str]) -> dict[str, Questionnaire]:
    echelles = build_echelles(_read(dossier, "echelles.yml", "echelles"))
    questionnaires = {}
    for theme_id in themes:
        nom = f"themes/{theme_id}/questionnaire.yml"
        if not (dossier / nom).exists():
            continue  # `check_catalogue` le refuse ; l'application, elle, montre les autres thèmes.
        questionnaires[theme_id] = build_questionnaire(_read(dossier, nom, "questionnaire"), echelles, nom)
        if questionnaires[theme_id].id != theme_id:
            raise CatalogueError(
                [f"{nom}, id : le questionnaire doit porter l'id de son thème « {theme_id} »."]
            )
    return questionnaires


def _indicateurs(dossier: Path, themes: Iterable[str], publies: Mapping[str, list[str]]) -> list[Indicateur]:
    indicateurs: list[Indicateur] = []
    for theme_id in themes:
        nom = f"themes/{theme_id}/indicateurs.yml"
        if (dossier / nom).exists():
            indicateurs += build_indicateurs(_read(dossier, nom, "indicateurs"), theme_id, nom, publies)
    for chemin in sorted((dossier / "mesures").glob("*.yml")):
        nom = f"mesures/{chemin.name}"
        indicateurs += build_indicateurs(_read(dossier, nom, "indicateurs"), None, nom, publies)
    return indicateurs


def _vagues(dossier: Path, themes: Iterable[str]) -> tuple[Vague, ...]:
    connus = set(themes)
    contenu = _read(dossier, "vagues.yml", "vagues")
    _uniques("vagues.yml", (vague["id"] for vague in contenu))
    inconnus = [
        f"vagues.yml, {vague['id']} › questionnaires : le questionnaire « {id_} » n'existe pas."
        for vague in contenu
        for id_ in vague["questionnaires"]
        if id_ not in connus
    ]
    if inconnus:
        raise CatalogueError(inconnus)
    return tuple(Vague(**{**vague, "questionnaires": tuple(vague["questionnaires"])}) for vague in contenu)


def _seuils(dossier: Path, themes: list[str]) -> tuple[SeuilLegal, ...]:
    contenu = _read(dossier, "seuils_legaux.yml", "seuils_legaux")
    _uniques("seuils_legaux.yml", (seuil["id"] for seuil in contenu))
    phrases = [
        f"seuils_legaux.yml, {seuil['id']} › {phrase}"
        for seuil in contenu
        for phrase in _list_refus_seuil(seuil, themes)
    ]
    if phrases:
        raise CatalogueError(phrases)
    return tuple(_seuil(seuil) for seuil in contenu)


def _list_refus_seuil(seuil: Any, themes: list[str]) -> Iterator[str]:
    if seuil["theme"] not in themes:
        yield f"theme : le thème « {seuil['theme']} » n'existe pas."
    if bool(seuil["verifie_le"]) != bool(seuil.get("verifie_dans")):
        yield "verifie_dans : une date de vérification et le texte lu vont ensemble."


def _seuil(contenu: Any) -> SeuilLegal:
    autres = {cle: valeur for cle, valeur in contenu.items() if cle not in ("theme", "concernes", "preuves")}
    return SeuilLegal(
        theme_id=contenu["theme"],
        concernes=tuple(Concerne(**concerne) for concerne in contenu["concernes"]),
        preuves=tuple(contenu.get("preuves", ())),
        **{"url": "", **autres},
    )


def _regroupements(dossier: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    contenu = _read(dossier, "regroupements.yml", "regroupements")
    return {
        dimension: {niveau: tuple(voisins) for niveau, voisins in niveaux.items()}
        for dimension, niveaux in contenu.items()
    }


def _empreinte(dossier: Path, donnees: Path) -> str:
    somme = hashlib.sha256()
    for chemin in [*sorted(dossier.rglob("*.yml")), *sorted(donnees.glob("chiffres_*.csv"))]:
        somme.update(chemin.name.encode())
        somme.update(chemin.read_bytes())
    return somme.hexdigest()[:16]
