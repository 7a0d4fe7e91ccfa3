"""D'où vient le fichier d'une vue d'Explorer : son titre, son champ et ses répartitions en mots, ses sources.

Une vue des seules données de l'État n'a pas de réponse : rien n'y est simulé, et le baromètre n'en est pas la
source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from barometre.domain.formats import format_compte, format_guillemets, format_liste
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.views.donnees.demande import NIVEAUX, REPARTITIONS, TERRITOIRE, VAGUE, DemandeExplorer
from barometre.views.donnees.nom_fichier import name_fichier
from barometre.views.donnees.reproduire import build_requete
from barometre.views.etat.mesures import build_provenance_etat
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.provenance import build_provenance_lecture

CROISEES = (
    "Un territoire croisé avec une taille, un type ou une couverture n’a pas de ligne si trop peu de "
    "collectivités y ont répondu : un croisement absent n’est pas un zéro."
)
TITRES = 2  # indicateurs que le titre nomme
LIEUX = {
    "zone": "zone", "region": "région", "departement": "département", "epci": "intercommunalité",
    "commune": "commune",
}  # fmt: skip


def build_provenance_explorer(
    lecture: Lecture,
    indicateurs: Sequence[Indicateur],
    demande: DemandeExplorer,
    table: pd.DataFrame,
    champ: str,
) -> Provenance:
    """Celle de la lecture, ou des sources de l'État, avec l'adresse qui rouvre la vue."""
    base = _build_base(lecture, indicateurs, table)
    return replace(
        base,
        precautions=(*base.precautions, *list_precautions_croisees(table, demande)),
        titre=_name_titre(lecture, demande),
        filtres=_describe_filtres(lecture, demande, table, champ),
        nom_fichier=f"barometre_{name_fichier(demande, list_periodes(table))}",
        adresse=f"explorer?{build_requete(demande, lecture.version.version_id)}",
    )


def list_periodes(table: pd.DataFrame) -> list[str]:
    """Les vagues d'une table, dans l'ordre ; les périodes des données de l'État si elle n'a qu'elles."""
    vagues = sorted(set(table["vague_id"]) - {""})
    return vagues or sorted(set(table["periode"]) - {""})


def list_precautions_croisees(table: pd.DataFrame, demande: DemandeExplorer) -> list[str]:
    """Ce qu'une vue croisée par territoire n'a pas : les croisements trop petits n'y ont pas de ligne."""
    croisee = TERRITOIRE in demande.par and set(demande.par) - {TERRITOIRE, VAGUE}
    return [CROISEES] if croisee and "declare" in set(table["origine"]) else []


def _build_base(lecture: Lecture, indicateurs: Sequence[Indicateur], table: pd.DataFrame) -> Provenance:
    # Une vue vide dit ce qu'elle aurait contenu.
    origines = set(table["origine"]) or {i.origine for i in indicateurs}
    mesures = [i for i in indicateurs if i.origine == "mesure"]
    etat = build_provenance_etat(lecture.gate, "", "explorer", "", mesures)
    if origines == {"mesure"}:
        return etat
    base = build_provenance_lecture(lecture, "", "explorer", indicateurs)
    if "declare" not in origines:
        # Ce que le baromètre a publié est à lui, et n'est pas simulé.
        base = replace(base, simulee=False)
    if "mesure" not in origines:
        return base
    return replace(
        base,
        source=f"{base.source} ; {etat.source}",
        licence=" ; ".join(dict.fromkeys((base.licence, etat.licence))),
    )


def _name_titre(lecture: Lecture, demande: DemandeExplorer) -> str:
    """« « Un site internet » par territoire et vague » : ce que la couverture d'un classeur dit d'abord."""
    choisis = demande.indicateurs
    if len(choisis) > TITRES:
        quoi = format_compte(len(choisis), "indicateur")
    elif choisis:
        quoi = format_liste([format_guillemets(t) for t in _list_titres(lecture, choisis)])
    elif demande.theme_id:
        quoi = lecture.catalogue.get_theme(demande.theme_id).titre
    else:
        quoi = "Chiffres clés"
    par = format_liste([_name_repartition(demande, p) for p in demande.par])
    return f"{quoi}, par {par}" if par else quoi


def _list_titres(lecture: Lecture, choisis: Sequence[str]) -> list[str]:
    publies = {p.id: p.libelle for p in lecture.catalogue.chiffres_publies}
    connus = lecture.catalogue.indicateurs
    return [connus[i].titre if i in connus else publies[i] for i in choisis]


def _name_repartition(demande: DemandeExplorer, repartition: str) -> str:
    if repartition == TERRITOIRE and not demande.territoires:
        return LIEUX[demande.niveau]
    libelle = REPARTITIONS[repartition]
    return libelle[0].lower() + libelle[1:]


def _describe_filtres(lecture: Lecture, demande: DemandeExplorer, table: pd.DataFrame, champ: str) -> str:
    """Le champ, le niveau et les vagues, en mots."""
    niveau = NIVEAUX[demande.niveau] if TERRITOIRE in demande.par and not demande.territoires else ""
    vagues = [lecture.libelles.get_titre_vague(v) for v in sorted(set(table["vague_id"]) - {""})]
    return " ; ".join(filter(None, (champ, niveau, format_liste(vagues))))
