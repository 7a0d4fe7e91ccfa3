"""Les fichiers privés : une liste fermée, chacun refait par son nom, ses arguments et la porte du lecteur.

Une page ne garde pas leur contenu : elle dit comment les refaire. Ce qui se demande est donc relu, avec les
droits du moment, quel que soit le processus qui répond.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.access.registre import get_registre
from barometre.access.reglages import read_reglages
from barometre.administration.journal import load_journal, read_recherche
from barometre.assemblage.carte_gardee import CarteAffichee, Dessin, build_table_carte, load_cartes
from barometre.assemblage.collectivite import ComparerAffiche, load_comparer, load_fiche_affichee
from barometre.assemblage.emporter import build_emporte
from barometre.assemblage.explorer import load_requete
from barometre.assemblage.images import build_image_dessin
from barometre.assemblage.opsn import load_opsn
from barometre.assemblage.participation import load_relance
from barometre.catalogue import load_catalogue
from barometre.charts import Dessin as DessinFigure
from barometre.domain.provenance import REMIS_SOUS_DROIT, Provenance
from barometre.exports import FORMATS
from barometre.maps import build_image
from barometre.maps.image import FormatImage
from barometre.rapports.fiche import build_document_fiche
from barometre.rapports.formats_document import FORMATS_DOCUMENT, get_nom
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.collectivite.comparer import VueComparer
from barometre.views.donnees.exacts import build_exacts
from barometre.views.lecture.address import build_query
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.perimetre import list_suivi, name_suivi
from barometre.views.piloter.relance import list_a_relancer, name_liste

IMAGES: dict[FormatImage, str] = {"png": "image/png", "svg": "image/svg+xml"}
Tableau = tuple[pd.DataFrame, Provenance]


class FichierPerime(Exception):
    """Ce fichier n'existe pas, ou plus, pour qui le demande."""


@dataclass(frozen=True, slots=True)
class Recette:
    """Le nom d'un fichier de la liste et ce qu'il lui faut : des textes, des nombres, des listes."""

    nom: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Fichier:
    """Ce qui part au lecteur."""

    nom: str
    mime: str
    octets: bytes


def build_recette_carte(affichee: CarteAffichee) -> Recette:
    """La carte, sans le dossier des contours : celui de la machine qui répond vaut."""
    choix = [astuple(c) for c in affichee.choix]
    return Recette("carte", (choix, affichee.dessin.methode, affichee.dessin.couche, affichee.rang))


def build_recette_comparer(nom: str, vue: VueComparer, *avant: str) -> Recette:
    """La comparaison à refaire ; l'importance des variables ne change que la liste, publique."""
    avec = [c.id for c in vue.cote_a_cote.collectivites[1:]]
    return Recette(nom, (*avant, vue.collectivite.id, vue.theme.id, vue.choix, avec))


def build_prive(gate: Gate, recette: Recette, extension: str) -> Fichier:
    """Le fichier, refait par cette porte ; `FichierPerime` si la liste ne l'a pas, ou s'il n'existe plus."""
    if recette.nom == "carte" and extension in IMAGES:
        return _build_image(_load_carte(gate, *recette.arguments), extension)
    if recette.nom in DESSINS and extension in IMAGES:
        dessin, lue = DESSINS[recette.nom](gate, *recette.arguments)
        return _build_image_dessin(gate, recette, dessin, lue, extension)
    if recette.nom == "fiche-document":
        return _build_document(gate, extension, *recette.arguments)
    if recette.nom not in TABLEAUX:
        raise FichierPerime(recette.nom)
    table, provenance = TABLEAUX[recette.nom](gate, *recette.arguments)
    if not provenance.adresse:
        provenance = replace(provenance, adresse=_build_adresse(gate, recette))
    provenance = replace(provenance, precautions=(*provenance.precautions, REMIS_SOUS_DROIT))
    format_ = FORMATS[extension]
    octets = build_emporte(table, provenance, extension)
    return Fichier(provenance.get_nom(format_.extension), format_.mime, octets)


def _build_adresse(gate: Gate, recette: Recette) -> str:
    """Celle de la page d'une collectivité : elle la rouvre, et l'archive y lit de qui porter les pairs."""
    if recette.nom in ("fiche", "situation"):
        page, dites = "fiche", recette.arguments[:1]
    elif recette.nom in DE_COMPARER:
        page, dites = "comparer", recette.arguments[-4:-1]
    else:
        return ""
    valeurs = dict(zip(("collectivite", "theme", "pairs"), dites, strict=False))
    requete = build_query(valeurs | {"version": gate.version_id})
    return f"{read_reglages().adresse or ''}/{page}?{requete}".lstrip("/")


def _fiche(gate: Gate, collectivite_id: str) -> Tableau:
    affichee = load_fiche_affichee(gate, collectivite_id)
    if affichee is None:
        raise FichierPerime(collectivite_id)
    return affichee.vue.table, affichee.vue.provenance


def _build_document(gate: Gate, extension: str, collectivite_id: str) -> Fichier:
    document = build_document_fiche(gate, collectivite_id, date.today())
    if document is None:
        raise FichierPerime(collectivite_id)
    format_ = FORMATS_DOCUMENT[extension]
    return Fichier(get_nom(document, extension), format_.mime, format_.write(document))


def _load_comparer(gate: Gate, id_: str, theme: str, choix: str, avec: Any) -> ComparerAffiche:
    return load_comparer(gate, id_, theme, choix=choix, avec=tuple(avec))


def _comparer(gate: Gate, *arguments: Any) -> Tableau:
    vue = _load_comparer(gate, *arguments).vue
    return vue.table, vue.provenance


def _positions(gate: Gate, *arguments: Any) -> Tableau:
    graphique, lue = _load_positions(gate, *arguments)
    return graphique.table, lue


def _load_positions(gate: Gate, tri: str, *arguments: Any) -> tuple[DessinFigure, Provenance]:
    affiche = _load_comparer(gate, *arguments)
    graphique = affiche.get_positions(tri)
    if graphique is None:
        raise FichierPerime(tri)
    return graphique, affiche.vue.provenance


def _load_situation(gate: Gate, collectivite_id: str) -> tuple[DessinFigure, Provenance]:
    affichee = load_fiche_affichee(gate, collectivite_id)
    if affichee is None:
        raise FichierPerime(collectivite_id)
    return affichee.situation, affichee.vue.provenance


def _build_image_dessin(
    gate: Gate, recette: Recette, dessin: DessinFigure, lue: Provenance, extension: FormatImage
) -> Fichier:
    """Un graphique qui porte ce que le public ne lit pas : l'image le dit."""
    adresse = lue.adresse or _build_adresse(gate, recette)
    lue = replace(lue, adresse=adresse, precautions=(*lue.precautions, REMIS_SOUS_DROIT))
    octets = build_image_dessin(dessin, dessin.titre, lue, extension)
    return Fichier(lue.get_nom(extension, recette.nom), IMAGES[extension], octets)


def _cote_a_cote(gate: Gate, *arguments: Any) -> Tableau:
    vue = _load_comparer(gate, *arguments).vue
    return vue.cote_a_cote.table, vue.provenance


def _suivi(gate: Gate) -> Tableau:
    catalogue = load_catalogue()
    vue = load_opsn(gate, next(iter(catalogue.themes)).id).vue
    return list_suivi(gate, catalogue, date.today()), name_suivi(vue.provenance)


def _a_relancer(gate: Gate, cible_id: str, vague_id: str, demande: str) -> Tableau:
    vue = load_relance(gate, cible_id, vague_id, demande)
    return list_a_relancer(gate, vue, vague_id), name_liste(vue)


def _exacts(gate: Gate, requete: str) -> Tableau:
    return build_exacts(gate, load_requete(gate, requete))


def _journal(gate: Gate, *recherche: Any) -> Tableau:
    return load_journal(gate, get_registre(), read_recherche(*recherche))


def _carte(gate: Gate, *arguments: Any) -> Tableau:
    affichee = _load_carte(gate, *arguments)
    return build_table_carte(affichee), affichee.vue.provenance


def _load_carte(gate: Gate, choix: Any, methode: Any, couche: str, rang: int) -> CarteAffichee:
    cartes = tuple(ChoixCarte(i, theme, niveau, Selection(*filtres)) for i, theme, niveau, filtres in choix)
    return load_cartes(gate, cartes, Dessin(methode, couche))[rang]


def _build_image(affichee: CarteAffichee, extension: FormatImage) -> Fichier:
    lue = affichee.vue.provenance
    octets = build_image(affichee.carte, extension, mentions=lue.pied)
    return Fichier(lue.get_nom(extension), IMAGES[extension], octets)


DE_COMPARER = frozenset({"comparer", "positions", "cote-a-cote"})
TABLEAUX: dict[str, Callable[..., Tableau]] = {
    "fiche": _fiche,
    "comparer": _comparer,
    "positions": _positions,
    "cote-a-cote": _cote_a_cote,
    "suivi": _suivi,
    "a-relancer": _a_relancer,
    "carte": _carte,
    "exacts": _exacts,
    "journal": _journal,
}
# Les graphiques qui peuvent porter ses propres réponses : en image, eux aussi, selon le droit.
DESSINS: dict[str, Callable[..., tuple[DessinFigure, Provenance]]] = {
    "positions": _load_positions,
    "situation": _load_situation,
}
NOMS = frozenset({*TABLEAUX, *DESSINS, "fiche-document"})
