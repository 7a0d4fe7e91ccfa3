"""Les fichiers d'une vue : écrits au moment du clic, jamais avant.

Un fichier public passe par Streamlit. Un fichier privé (`prive`) n'y passe jamais : pour un lecteur qui a un
droit, c'est un lien à nous, vérifié à chaque demande ; pour des réponses données dans la visite, il est dans
la page elle-même et n'a aucune adresse.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import pandas as pd
import streamlit as st

from barometre.access.droits import is_motif_requis
from barometre.assemblage.emporter import ARCHIVE, build_emporte
from barometre.domain.portee import PUBLIC
from barometre.domain.provenance import SUR_PLACE, Provenance
from barometre.exports import FORMATS
from barometre.rapports.formats_document import FORMATS_DOCUMENT, get_nom
from barometre.rapports.modele import Document
from barometre.ui import porte, state, visiteur
from barometre.ui.blocks.textes import texte
from barometre.ui.serving import fichiers as prives
from barometre.ui.serving.recettes import Recette
from barometre.views.donnees.reproduire import add_suivie

# Ce que le lecteur a répondu sur place : rien n'en est enregistré, aucune adresse n'en mène à lui.
VISITE: Literal["visite"] = "visite"
Prive = Recette | Literal["visite"] | None
MOTIF = (
    "Pourquoi emporter ces données nommées\u202f? Votre réponse est inscrite au journal, avec votre compte."
)
MOTIF_TAILLE = 200
SANS_ARCHIVE = (
    "Vos réponses de cette visite sont dans ces fichiers, et nulle part ailleurs. L’archive complète "
    "«\u202fTout emporter\u202f» n’est offerte que sans elles\u202f: effacez-les, ou ouvrez la page dans un "
    "autre onglet."
)
TOUT = "Tout emporter (zip)"
INTERNATIONAL = "international"
ECRITURES = {"francais": "Français (Excel, LibreOffice)", INTERNATIONAL: "International (programmes)"}


@dataclass(frozen=True, slots=True)
class FichierOffert:
    """Un bouton : le format, ses mots, le nom et le type du fichier, ce qui l'écrit."""

    extension: str
    libelle: str
    nom: str
    mime: str
    build: Callable[[], bytes]


def render_telechargements(
    table: pd.DataFrame | Callable[[], pd.DataFrame],
    provenance: Provenance,
    *,
    cle: str,
    formats: tuple[str, ...] = ("csv", "xlsx", "ods", ARCHIVE),
    prive: Prive = None,
) -> None:
    """Un bouton par format ; le fichier porte ses définitions, ses filtres et sa source.

    `table` peut être une fonction : le tableau n'est alors construit qu'au clic, lui aussi. `cle`, unique sur
    la page, entre dans le nom du fichier.
    """
    situee = add_service(provenance)
    if prive == VISITE:
        # Ces fichiers-là sont écrits d'avance dans la page : une archive l'alourdirait à chaque geste.
        formats = tuple(f for f in formats if f != ARCHIVE)
        situee = replace(situee, precautions=(*situee.precautions, SUR_PLACE))
    offerts = [
        FichierOffert(
            extension, TOUT if extension == ARCHIVE else f"Télécharger en {FORMATS[extension].libelle}",
            situee.get_nom(FORMATS[extension].extension, cle), FORMATS[extension].mime,
            partial(_build, table, _add_pairs(situee) if extension == ARCHIVE else situee, extension),
        )
        for extension in map(choose_csv, formats)
    ]  # fmt: skip
    render_fichiers(offerts, cle=f"telecharger-{cle}", prive=prive)
    if prive == VISITE and not cle.startswith("tableau-"):
        st.caption(SANS_ARCHIVE)


def choose_csv(format_: str) -> str:
    """Le CSV dans l'écriture que le lecteur a choisie, sur toute page ; un autre format tel quel."""
    ecriture = state.read_adresse().get("csv")
    return "csv_international" if format_ == "csv" and ecriture == INTERNATIONAL else format_


def add_service(provenance: Provenance) -> Provenance:
    """L'adresse entière de la vue, lue maintenant : au clic, le fichier s'écrit hors de la page.

    Celle d'Explorer n'a que sa page et sa requête ; le service s'y ajoute. Le jour la suit s'il compte.
    """
    service = state.get_service()
    if not service:
        return provenance
    adresse = f"{service}/{provenance.adresse}" if provenance.adresse else ""
    adresse = adresse or state.build_adresse(porte.get_version_id())
    jour = f"#{provenance.jour.isoformat()}" if provenance.jour else ""
    return replace(provenance, adresse=f"{adresse}{jour}")


def _add_pairs(provenance: Provenance) -> Provenance:
    """L'adresse d'Explorer ne dit pas la collectivité que suit le lecteur : son archive en a les pairs."""
    adresse = provenance.adresse
    if "/explorer?" not in adresse or "collectivite=" in adresse:
        return provenance
    return replace(provenance, adresse=add_suivie(adresse, state.read_adresse().get("collectivite")))


def render_documents(
    document: Document, *, cle: str, prive: Prive = None, build: Callable[[], Document] | None = None
) -> None:
    """Un bouton par format de document ; le fichier n'est écrit qu'au clic.

    `build` : le document entier, lui aussi composé au clic, quand la page n'en montre que le début.
    """
    offerts = [
        FichierOffert(
            extension, f"Télécharger en {format_.libelle}", get_nom(document, extension), format_.mime,
            partial(_write, format_.write, build or (lambda: document)),
        )
        for extension, format_ in FORMATS_DOCUMENT.items()
    ]  # fmt: skip
    render_fichiers(offerts, cle=f"telecharger-{cle}", prive=prive)


def _write(write: Callable[[Document], bytes], build: Callable[[], Document]) -> bytes:
    return write(build())


def render_fichiers(offerts: Sequence[FichierOffert], *, cle: str, prive: Prive = None) -> None:
    """Les boutons, par le chemin qui convient à ce que les fichiers contiennent."""
    if porte.is_droit_change():
        # Retiré pendant que la page s'affichait : ce qu'elle a lu de nommé passerait pour public.
        st.rerun()
    if prive == VISITE:
        _render_dans_la_page(offerts, cle)
    elif isinstance(prive, Recette) and porte.get_portee() != PUBLIC:
        _render_liens(offerts, prive, cle)
    else:
        _render_publics(offerts, cle)


def _render_publics(offerts: Sequence[FichierOffert], cle: str) -> None:
    with st.container(horizontal=True, key=cle):
        for offert in offerts:
            st.download_button(
                offert.libelle,
                data=offert.build,
                file_name=offert.nom,
                mime=offert.mime,
                key=f"{cle}-{offert.extension}",
                on_click="ignore",
            )


def _render_liens(offerts: Sequence[FichierOffert], recette: Recette, cle: str) -> None:
    """Un lien par format ; qui emporte les données d'autrui dit d'abord pourquoi."""
    motif = ""
    if is_motif_requis(porte.get_portee()):
        motif = str(st.text_input(MOTIF, key=f"motif-{cle}", max_chars=MOTIF_TAILLE) or "").strip()
        if not motif:
            return
    liens = "".join(
        f'<a class="baro-bouton" target="_self" '
        f'href="{_get_adresse(recette, offert.extension, motif)}">{texte(offert.libelle)}</a>'
        for offert in offerts
    )
    st.html(f'<p class="baro-fichiers">{liens}</p>')


def _get_adresse(recette: Recette, extension: str, motif: str) -> str:
    portee, lecteur = porte.get_portee(), visiteur.get_lecteur()
    remise = prives.Remise(
        recette, extension, porte.get_version_id(), lecteur.session, lecteur.droit,
        portee if portee.simulee else None, motif[:MOTIF_TAILLE],
    )  # fmt: skip
    return prives.get_adresse(remise)


def _render_dans_la_page(offerts: Sequence[FichierOffert], cle: str) -> None:
    """Les octets sont dans le bouton : `francais.js` en fait un fichier, rien n'est demandé au serveur."""
    boutons = "".join(
        f'<button type="button" class="baro-bouton" data-fichier="{b64encode(offert.build()).decode()}" '
        f'data-nom="{texte(offert.nom)}" data-mime="{texte(offert.mime)}">{texte(offert.libelle)}</button>'
        for offert in offerts
    )
    with st.container(key=cle):
        st.html(f'<p class="baro-fichiers">{boutons}</p>')


def _build(table: pd.DataFrame | Callable[[], pd.DataFrame], provenance: Provenance, extension: str) -> bytes:
    return build_emporte(table() if callable(table) else table, provenance, extension)
