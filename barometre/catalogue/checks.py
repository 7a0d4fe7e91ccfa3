"""Ce qui dépend du jour et de l'ensemble : vérifié à la construction et par les tests, pas à l'écran."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from barometre.catalogue.loader import load_catalogue
from barometre.catalogue.model import Catalogue
from barometre.catalogue.validation import CatalogueError
from barometre.domain.indicateur import Indicateur

THEME_CYBER = "cybersecurite"


def check_catalogue(jour: date, catalogue: Catalogue | None = None) -> None:
    """Refuse un catalogue incomplet, incohérent, ou dont une fiche aurait dû être relue avant `jour`."""
    complet = catalogue or load_catalogue()
    phrases = [
        *_themes_incomplets(complet),
        *_fiches_a_revoir(complet, jour),
        *_renvois_faux(complet),
        *_montees_fausses(complet),
        *_groupes_faux(complet),
        *_strates_inconnues(complet),
    ]
    if phrases:
        raise CatalogueError(phrases)


def _themes_incomplets(catalogue: Catalogue) -> Iterator[str]:
    for theme in catalogue.themes:
        if theme.id not in catalogue.questionnaires:
            yield f"themes/{theme.id}/questionnaire.yml : le fichier n'existe pas."
        if not catalogue.list_indicateurs(theme.id, origine="declare"):
            yield f"themes/{theme.id}/indicateurs.yml : le fichier n'existe pas."


def _fiches_a_revoir(catalogue: Catalogue, jour: date) -> Iterator[str]:
    for indicateur in catalogue.indicateurs.values():
        if indicateur.revision < jour:
            yield (
                f"{_lieu(indicateur)} › revision : la fiche devait être relue avant le "
                f"{indicateur.revision:%d/%m/%Y}."
            )
        if indicateur.theme_id == THEME_CYBER and indicateur.origine == "declare":
            yield from _cyber_faux(indicateur)


def _cyber_faux(indicateur: Indicateur) -> Iterator[str]:
    if indicateur.sensibilite != "cyber":
        yield f"{_lieu(indicateur)} › sensibilite : un indicateur de cybersécurité est sensible (« cyber »)."


def _renvois_faux(catalogue: Catalogue) -> Iterator[str]:
    chiffres = {chiffre.id for chiffre in catalogue.chiffres_publies}
    for indicateur in catalogue.indicateurs.values():
        for id_ in indicateur.chiffres_publies:
            if id_ not in chiffres:
                yield f"{_lieu(indicateur)} › chiffres_publies : « {id_} » n'existe pas."
        mesure = catalogue.indicateurs.get(indicateur.mesure_id)
        if indicateur.mesure_id and (mesure is None or mesure.origine != "mesure"):
            yield f"{_lieu(indicateur)} › mesure : « {indicateur.mesure_id} » n'est pas un indicateur mesuré."
    for chiffre in catalogue.chiffres_publies:
        if chiffre.indicateur_id and chiffre.indicateur_id not in catalogue.indicateurs:
            yield (
                f"data/chiffres_publies.csv, {chiffre.id} › indicateur_id : l'indicateur "
                f"« {chiffre.indicateur_id} » n'existe pas."
            )
    for seuil in catalogue.seuils:
        for id_ in seuil.preuves:
            if id_ not in catalogue.indicateurs:
                yield f"seuils_legaux.yml, {seuil.id} › preuves : l'indicateur « {id_} » n'existe pas."


def _montees_fausses(catalogue: Catalogue) -> Iterator[str]:
    """Un poids et un point de départ de la montée sont des indicateurs mesurés."""
    mesures = {i.id for i in catalogue.list_indicateurs(origine="mesure")}
    for indicateur in catalogue.list_indicateurs(origine="mesure"):
        if indicateur.ponderation and indicateur.ponderation not in {"population", *mesures}:
            yield f"{_lieu(indicateur)} › ponderation : « {indicateur.ponderation} » n'est pas mesuré."
        if indicateur.montee_de and indicateur.montee_de not in mesures:
            yield f"{_lieu(indicateur)} › montee_de : « {indicateur.montee_de} » n'est pas mesuré."


def _groupes_faux(catalogue: Catalogue) -> Iterator[str]:
    titres: dict[str, tuple[str, str]] = {}
    for indicateur in catalogue.indicateurs.values():
        if not indicateur.groupe:
            continue
        attendu = titres.setdefault(indicateur.groupe, (indicateur.theme_id, indicateur.groupe_titre))
        if attendu != (indicateur.theme_id, indicateur.groupe_titre):
            yield f"{_lieu(indicateur)} › groupe : « {indicateur.groupe} » a deux thèmes ou deux titres."


def _strates_inconnues(catalogue: Catalogue) -> Iterator[str]:
    connues = {strate.id for strate in catalogue.strates}
    for strate, voisines in catalogue.regroupements.get("strate", {}).items():
        for id_ in (strate, *voisines):
            if id_ not in connues:
                yield f"regroupements.yml, strate › {strate} : la strate « {id_} » n'existe pas."


def _lieu(indicateur: Indicateur) -> str:
    return f"{indicateur.theme_id}, indicateur {indicateur.id}"
