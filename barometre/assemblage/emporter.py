"""Le fichier d'une vue, par quelque chemin qu'on le demande : page, figure, lien privé, commande.

« Tout emporter » y ajoute ce qu'il faut pour relire les données sans le site : questionnaires, pairs,
méthode, licence, de quoi les refaire. Rien n'en est composé avant qu'un lecteur le demande.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from barometre.access import Gate
from barometre.assemblage import depot
from barometre.assemblage.collectivite import load_resolution, load_structure
from barometre.catalogue import load_catalogue
from barometre.catalogue.model import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.domain.portee import PUBLIC
from barometre.domain.provenance import Piece, Provenance
from barometre.exports import build_fichier
from barometre.exports.csv import write_donnees
from barometre.exports.description import build_csvw
from barometre.views.collectivite.pairs_emportes import PairsEmportes, build_pairs_emportes
from barometre.views.donnees.demande import DemandeExplorer, list_admises
from barometre.views.donnees.pieces import (
    Pieces,
    build_pieces,
    build_recettes,
    list_indicateurs,
    list_themes,
)
from barometre.views.donnees.reproduire import build_requete
from barometre.views.lecture.address import Adresse, read_query
from barometre.views.lecture.selection import read_selection

ARCHIVE = "zip"
EXPLORER, COMPARER, CARTE = "explorer", "comparer", "carte"
# Les pages dont les chiffres sont ceux des pairs de la collectivité que nomme l'adresse.
PAGES_DE_PAIRS = frozenset({"fiche", COMPARER})
SANS_PAIRS = "La collectivité « {} » que nomme l’adresse n’a pas de pairs dans cette version des données.\n"
INDICATEURS = 200  # ce qu'une adresse de l'API en accepte


def build_emporte(table: pd.DataFrame, provenance: Provenance, format_: str) -> bytes:
    """Les octets d'une vue dans un format ; `KeyError` si le format n'existe pas."""
    if format_ == ARCHIVE:
        contenus = _list_contenus(table, provenance)
        pieces = [p for nom, contenu in contenus.items() for p in _write(nom, contenu, provenance)]
        provenance = replace(provenance, pieces=tuple(pieces))
    return build_fichier(table, provenance, format_)


def _list_contenus(table: pd.DataFrame, provenance: Provenance) -> Pieces:
    """Lus par la porte du public, qui que soit le lecteur : ses droits n'ouvrent que les données."""
    gate, catalogue = depot.build_gate(PUBLIC, provenance.version), load_catalogue()
    avant, _, requete = provenance.adresse.partition("?")
    service, _, page = avant.rpartition("/")
    lue = read_query(
        requete, list_admises(catalogue, depot.list_territoires_of(gate), depot.build_is_lieu(gate))
    )
    suivie = lue.get("collectivite")
    groupe = _find_pairs(gate, catalogue, page, lue)
    indicateurs = list_indicateurs(catalogue, table, provenance)
    voisine = requete if page == EXPLORER else _build_voisine(indicateurs, provenance, page, lue, groupe)
    recettes = build_recettes(
        voisine, depot.get_version(provenance.version), service,
        adresse=provenance.adresse, meme_vue=page == EXPLORER,
    )  # fmt: skip
    themes = list_themes(catalogue, table, provenance)
    return {**build_pieces(catalogue, themes, provenance, recettes), **_list_pairs(suivie, groupe)}


def _find_pairs(gate: Gate, catalogue: Catalogue, page: str, lue: Adresse) -> PairsEmportes | None:
    trouvee = load_resolution(gate, lue.get("collectivite")).collectivite
    if trouvee is None:
        return None
    theme = lue.get("theme") or (catalogue.themes[0].id if page == COMPARER else "")
    structure, choix = load_structure(gate), lue.get("pairs")
    return build_pairs_emportes(gate, catalogue, structure, trouvee, theme_id=theme, choix=choix)


def _list_pairs(suivie: str, groupe: PairsEmportes | None) -> dict[str, str | pd.DataFrame]:
    if not suivie:
        return {}
    if groupe is None:
        return {"pairs/LISEZ-MOI.txt": SANS_PAIRS.format(suivie)}
    return {"pairs/LISEZ-MOI.txt": groupe.texte, "pairs/pairs.csv": groupe.table}


def _build_voisine(
    indicateurs: list[Indicateur], provenance: Provenance, page: str, lue: Adresse,
    groupe: PairsEmportes | None,
) -> str:  # fmt: skip
    """La requête d'Explorer qui relit les indicateurs de la page dans son champ ; vide s'il n'y en a pas."""
    if not 0 < len(indicateurs) <= INDICATEURS:
        return ""
    selection = read_selection(lue)
    if page in PAGES_DE_PAIRS and groupe is not None:
        selection = replace(groupe.selection, vague_id=selection.vague_id)
    # Une donnée de l'État n'a de valeur que pour un lieu.
    seules = all(i.origine == "mesure" for i in indicateurs)
    par = ("territoire",) if page == CARTE or seules else ()
    ids = tuple(i.id for i in indicateurs)
    demande = DemandeExplorer(ids, selection=selection, par=par, niveau=lue.get("niveau"))
    return build_requete(demande, provenance.version)


def _write(nom: str, contenu: str | pd.DataFrame, provenance: Provenance) -> Iterator[Piece]:
    """Un texte tel quel ; un tableau en CSV international, avec sa description CSVW."""
    if isinstance(contenu, str):
        yield Piece(nom, contenu)
        return
    yield Piece(nom, write_donnees(contenu, "international"))
    dite = replace(provenance, titre=nom.rpartition("/")[2].removesuffix(".csv"), precautions=())
    description = build_csvw(contenu, dite, nom.rpartition("/")[2])
    yield Piece(f"{nom}-metadata.json", json.dumps(description, ensure_ascii=False, indent=2))
