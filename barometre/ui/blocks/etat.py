"""Sur une page de thème : ce que mesure l'État, et ce que ces mesures disent des réponses et des poids."""

from __future__ import annotations

import streamlit as st

from barometre.assemblage.etat import load_accord, load_mesures
from barometre.domain.formats import INSECABLE, format_effectif, format_guillemets, format_liste
from barometre.ui import porte
from barometre.ui.blocks.depliants import render_depliant, render_tableau_replie
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import build_anciennes, lien, render_tableau, texte
from barometre.views.comprendre.accord import NOMBRES, SANS_ACCORD, DeclareMesure, VueAccord
from barometre.views.comprendre.theme import VueTheme
from barometre.views.etat.mesures import PAR_UN_OPERATEUR, MesureLue, VueMesures

CHAMP = "Sur tout le territoire choisi\u202f: type, taille et accompagnement ne jouent pas sur ces données."


def render_mesures(theme: VueTheme) -> None:
    """Les données de l'État du thème, pour le territoire choisi."""
    vue = load_mesures(porte.get_gate(), theme.theme.id, theme.selection.territoire_id)
    # Sans une mesure à montrer, pas de section : une ligne dit pourquoi, et ce qui existe ailleurs.
    if not vue.mesures:
        st.html(f'<p class="baro-legende">{texte(vue.phrase)}</p>')
        _render_ailleurs(vue)
        return
    st.header("Ce que mesure l’État")
    st.html(f'<p class="baro-phrase">{texte(vue.phrase)}</p><p class="baro-legende">{texte(CHAMP)}</p>')
    cartes = "".join(_carte(m) for m in vue.mesures if m.verdict.place == "en_tete")
    st.html(f'<div class="baro-cartes">{cartes}</div>')
    autres = [m for m in vue.mesures if m.verdict.place != "en_tete"]
    if autres:
        st.html(build_anciennes([(m.indicateur.titre, m.texte, m.verdict.raison) for m in autres]))
    _render_ailleurs(vue)
    render_tableau_replie(
        lambda: vue.table,
        f"Données de l’État, {vue.territoire}",
        vue.provenance,
        cle=f"mesures-{theme.theme.id}",
        sans=("indicateur_id",),
    )


def _carte(mesure: MesureLue) -> str:
    source = mesure.source
    origine = lien(source.titre, source.adresse) if source.adresse else texte(source.titre)
    return (
        f'<article class="baro-carte"><h3>{texte(mesure.indicateur.titre)}</h3>'
        f'<p class="baro-chiffre">{_valeur(mesure)}</p>'
        f"<p>{texte(mesure.indicateur.definition)}</p>"
        f'<p class="baro-preuve">{texte(mesure.date)} · {texte(mesure.champ)}<br>'
        f"{origine} · {texte(source.licence)}</p></article>"
    )


def _valeur(mesure: MesureLue) -> str:
    """Une longue unité (« accompagnements ») s'écrit plus petit que son nombre."""
    nombre, _, unite = mesure.texte.rpartition(INSECABLE)
    return f"{texte(nombre)} <small>{texte(unite)}</small>" if nombre else texte(mesure.texte)


def _render_ailleurs(vue: VueMesures) -> None:
    if vue.ailleurs:
        titres = " ; ".join(vue.ailleurs)
        st.html(f'<p class="baro-legende">Chargées, mais pas à cette maille\u202f: {texte(titres)}.</p>')


def render_accord(theme: VueTheme) -> None:
    """Déclaré et mesuré : les deux chiffres, leur accord, et ce que les poids retrouvent."""
    vue = load_accord(porte.get_gate(), theme.theme.id, theme.selection)
    if not (vue.paires or vue.attendus or vue.faits):
        return
    st.header("Déclaré et mesuré")
    if vue.paires:
        st.html(f'<p class="baro-phrase">{texte(vue.phrase)}</p>')
        st.html(f'<div class="baro-cartes baro-larges">{"".join(_paire(p) for p in vue.paires)}</div>')
        cle = f"accord-{theme.theme.id}"
        render_tableau_replie(
            lambda: vue.table_paires,
            "Déclaré et mesuré",
            theme.provenance,
            cle=cle,
            sans=NOMBRES,
        )
    if vue.attendus:
        attendus = format_liste(list(map(format_guillemets, vue.attendus)))
        render_message(f"Aucune mesure chargée pour {attendus}\u202f: {PAR_UN_OPERATEUR}.")
    _render_poids(vue, theme.theme.id)


def _paire(paire: DeclareMesure) -> str:
    accords = "".join(f"<li>{texte(a.phrase)}</li>" for a in paire.accords)
    accord = f"<ul>{accords}</ul>" if accords else f"<p>{texte(SANS_ACCORD)}</p>"
    poids = f"<p>{texte(paire.poids)}</p>" if paire.poids else ""
    chiffre = paire.ligne.chiffre
    n = f", {format_effectif(chiffre.n, 'réponse')}" if chiffre.n is not None else ""
    return (
        f'<article class="baro-carte"><h3>{texte(paire.titre)}</h3><dl class="baro-deux">'
        f"<div><dt>Déclaré</dt><dd>{texte(paire.ligne.get_texte('redresse'))}</dd>"
        f'<dd class="baro-preuve">{texte(paire.ligne.contexte.vague + n)}</dd></div>'
        f"<div><dt>Mesuré</dt><dd>{texte(paire.texte_mesure)}</dd>"
        f'<dd class="baro-preuve">{texte(paire.croisement.champ)}, {texte(paire.date_mesure)}</dd></div></dl>'
        f"<p>{texte(paire.dit_mesure)}</p>{accord}{poids}"
        f"<details><summary>Ce que la mesure compte</summary>"
        f"<p>{texte(paire.croisement.indicateur.precautions)}</p></details></article>"
    )


def _render_poids(vue: VueAccord, theme_id: str) -> None:
    if not vue.faits:
        return
    st.html(f'<p class="baro-phrase">{texte(vue.phrase_poids)}</p>')
    render_depliant(
        "Les poids retrouvent-ils ce que l’on sait de toutes les communes\u202f?",
        lambda: render_tableau(vue.table, "Faits connus de toutes les communes, avant et après redressement"),
        cle=f"poids-{theme_id}",
    )
