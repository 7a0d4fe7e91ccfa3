"""La carte d'un chiffre : grand nombre, intervalle en mots, note, et « Puis-je citer ce chiffre ? »."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import streamlit as st

from barometre.formats import format_compte
from barometre.ui.blocks.textes import bouton_copier, lien, texte
from barometre.views.lecture.citation import HORS_BIAIS, LIBELLES_NOTES, Citation
from barometre.views.lecture.ligne import LigneIndicateur
from barometre.views.lecture.prudence import build_prudence
from barometre.views.lecture.publies import PublieACote
from barometre.views.lecture.selection import build_adresse


def render_cartes(lignes: Iterable[LigneIndicateur], valeur: str) -> None:
    """Plusieurs cartes, côte à côte sur un écran large, l'une sous l'autre sur un téléphone."""
    st.html(f'<div class="baro-cartes">{"".join(build_carte(ligne, valeur) for ligne in lignes)}</div>')


def build_carte(ligne: LigneIndicateur, valeur: str) -> str:
    """Le HTML d'une carte ; tout texte y est échappé."""
    corps = _corps_montre(ligne, valeur) if ligne.chiffre.montre else _corps_cache(ligne)
    return (
        f'<article class="baro-carte"><h3>{texte(ligne.indicateur.titre)}</h3>'
        f"{corps}{build_citer(ligne.citation)}{build_publies(ligne)}</article>"
    )


def _corps_montre(ligne: LigneIndicateur, valeur: str) -> str:
    autre = "brut" if valeur == "redresse" else "redresse"
    noms = {"redresse": "redressé", "brut": "brut"}
    intervalle = _intervalle(ligne, valeur)
    return (
        f'<p class="baro-chiffre">{texte(ligne.get_texte(valeur))}</p>'
        f"<p>{intervalle}{_prudence(ligne)}</p><p>{texte(ligne.indicateur.definition)}</p>"
        f'<p class="baro-preuve">{build_note(ligne.chiffre.note)}<br>Chiffre {noms[valeur]}\u202f; '
        f"{noms[autre]}\u202f: {texte(ligne.get_texte(autre))}. {format_compte(ligne.chiffre.n, 'réponse')}, "
        f"{texte(ligne.contexte.vague)}.</p>"
    )


def _intervalle(ligne: LigneIndicateur, valeur: str) -> str:
    """L'intervalle est celui du chiffre redressé : sous un chiffre brut, on le redit."""
    if not ligne.intervalle:
        return ""
    rappel = "" if valeur == "redresse" else f"Redressé : {ligne.get_texte('redresse')}, "
    return f"{texte(rappel + ligne.intervalle)} <small>({HORS_BIAIS})</small>"


def _prudence(ligne: LigneIndicateur) -> str:
    """Où serait le chiffre si celles qui répondent « oui » n'avaient pas la même envie de répondre."""
    phrase = build_prudence(ligne.indicateur, ligne.chiffre)
    return f'<br><small class="baro-prudence">{texte(phrase)}</small>' if phrase else ""


def _corps_cache(ligne: LigneIndicateur) -> str:
    elargi = ""
    if ligne.elargi:
        adresse = escape(f"?{build_adresse(ligne.elargi.selection)}")
        elargi = (
            f'<p>Plus large\u202f: <a href="{adresse}" target="_self">{texte(ligne.elargi.phrase)}</a>.</p>'
        )
    return (
        f'<p class="baro-chiffre baro-absent">Non publié</p>'
        f"<p>{texte(ligne.citation.explication)}</p>{elargi}"
        f"<p>{texte(ligne.indicateur.definition)}</p>"
    )


def build_note(note: str) -> str:
    """La note en lettre et en mots : la couleur ne porte aucun sens à elle seule."""
    return (
        f'<span class="baro-note baro-note-{note.lower() or "absente"}">{texte(LIBELLES_NOTES[note])}</span>'
    )


def build_citer(citation: Citation) -> str:
    """« Puis-je citer ce chiffre ? » : la réponse, sa raison, la phrase à copier."""
    copier = ""
    if citation.a_copier:
        copier = (
            f"<blockquote>{texte(citation.a_copier)}</blockquote>"
            f"{bouton_copier('Copier la phrase', citation.a_copier)}"
        )
    return (
        "<details><summary>Puis-je citer ce chiffre\u202f?</summary>"
        f"<p><strong>{texte(citation.reponse)}.</strong> {texte(citation.explication)}</p>{copier}</details>"
    )


def build_publies(ligne: LigneIndicateur) -> str:
    """Les chiffres publiés par le baromètre, à côté du nôtre."""
    return "".join(_publie(publie) for publie in ligne.publies)


def _publie(publie: PublieACote) -> str:
    source = lien(f"source, {publie.annee}" if publie.annee else "source", publie.source_url)
    return (
        f'<details class="baro-publie"><summary>Publié par le baromètre\u202f: '
        f"<strong>{texte(publie.valeur)}</strong></summary><p>{texte(publie.libelle)} ({source}). "
        f"Base\u202f: {texte(publie.base)}.</p><p>{texte(publie.explication)}</p></details>"
    )
