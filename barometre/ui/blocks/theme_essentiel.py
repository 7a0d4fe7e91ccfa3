"""La vue « Essentiel » d'un thème : trois chiffres, tous les indicateurs, ce que mesure l'État, que faire."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.etat import load_mesures
from barometre.assemblage.theme import ThemeAffiche, load_theme
from barometre.charts.cadre import NOMBRES
from barometre.domain.notes import describe_note
from barometre.ui import porte
from barometre.ui.blocks.depliants import render_depliant
from barometre.ui.blocks.grand_chiffre import build_carte_breve
from barometre.ui.blocks.graphiques import build_marques, render_images
from barometre.ui.blocks.paroles import Ecrit
from barometre.ui.blocks.textes import (
    build_anciennes,
    build_autres,
    build_conseil,
    build_tableau,
    texte,
)
from barometre.views.comprendre.agir import Piste
from barometre.views.comprendre.ensemble import Ensemble
from barometre.views.comprendre.theme import VueTheme
from barometre.views.etat.mesures import MesureLue, VueMesures
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.selection import Selection


def render_essentiel(affiche: ThemeAffiche) -> None:
    """Deux écrans : de quoi répondre à la question du titre. Un seul bloc, écrit une fois par sélection."""
    vue = affiche.vue
    st.html(
        memoire.get_vue(porte.get_gate(), _write_essentiel, vue.theme.id, vue.selection, porte.is_tiers())
    )
    if affiche.ensemble is not None:
        images = partial(render_images, affiche.ensemble, vue.provenance, cle="ensemble")
        render_depliant("Emporter la figure « Tous les indicateurs » en image", images, cle="images-ensemble")


def _write_essentiel(gate: Gate, theme_id: str, selection: Selection, tiers: bool) -> Ecrit:
    affiche = load_theme(gate, theme_id, selection)
    mesures = load_mesures(gate, theme_id, selection.territoire_id)
    sections = (
        _build_cles(affiche.vue),
        _build_ensemble(affiche),
        _build_mesures(mesures),
        _build_pistes(affiche.vue.pistes, tiers=tiers),
    )
    return Ecrit(
        "".join(f'<section class="baro-suite">{section}</section>' for section in sections if section)
    )


# Au-dessus du pli ; les autres suivent dans « Tous les indicateurs ».
CLES_MONTREES = 3


def _build_cles(vue: VueTheme) -> str:
    """Les trois chiffres, et ce que valent leurs notes, dit une fois."""
    cles = vue.cles[:CLES_MONTREES]
    cartes = "".join(build_carte_breve(ligne, vue.selection.valeur) for ligne in cles)
    notes = sorted({ligne.chiffre.note for ligne in cles if ligne.chiffre.montre})
    simulee = vue.provenance.simulee
    mots = (describe_note(note, simulee=simulee) for note in notes)
    legende = ". ".join(("Intervalles hors biais de participation", *mots))
    return f'<div class="baro-cartes baro-breves">{cartes}</div><p class="baro-legende">{texte(legende)}.</p>'


def _build_ensemble(affiche: ThemeAffiche) -> str:
    ensemble, marques = affiche.vue.ensemble, affiche.ensemble
    if marques is None:
        return ""
    lue = marques.table.drop(columns=[nom for nom in NOMBRES if nom in marques.table])
    tableau = build_tableau(lue, affiche.vue.theme.titre, simulee=affiche.vue.provenance.simulee)
    return (
        f"<h2>Tous les indicateurs</h2>{build_marques(marques)}{_build_suite(ensemble)}"
        f'<details class="baro-voir"><summary>Voir le tableau</summary>{tableau}</details>'
    )


def _build_suite(ensemble: Ensemble) -> str:
    """Les moyennes, qui ne sont pas des parts, et ce qui ne se publie pas ici."""
    phrases = [x.get_phrase(ensemble.valeur) for x in ensemble.nombres]
    if ensemble.nombres_tus:
        tus = ", ".join(lower_initiale(titre) for titre in ensemble.nombres_tus)
        phrases.append(f"Nombres et montants non cités, faute d’assez de réponses ou de précision : {tus}.")
    if ensemble.caches:
        phrases.append(f"Non publiés pour cette sélection : {', '.join(ensemble.caches)}.")
    return f'<p class="baro-legende">{texte(" ".join(phrases))}</p>' if phrases else ""


# Une page en deux écrans : au-delà, les mesures se déplient.
MESURES_MONTREES = 3


def _build_mesures(mesures: VueMesures) -> str:
    """Une ligne par mesure d'aujourd'hui ; les anciennes en petit, avec leur date. Le reste est plus loin."""
    en_tete = [m for m in mesures.mesures if m.verdict.place == "en_tete"]
    anciennes = [m for m in mesures.mesures if m.verdict.place == "en_petit"]
    if not (en_tete or anciennes):
        return ""
    premieres, suite = en_tete[:MESURES_MONTREES], en_tete[MESURES_MONTREES:]
    repliees = build_lignes(suite)
    repliees += build_anciennes([(m.indicateur.titre, m.texte, m.verdict.raison) for m in anciennes])
    titre = f"<h2>Ce que mesure l’État, {texte(mesures.territoire)}</h2>"
    return f"{titre}{build_lignes(premieres)}{build_autres(len(suite) + len(anciennes), repliees)}"


def build_lignes(mesures: Sequence[MesureLue]) -> str:
    """Une ligne par mesure de l'État : son nom, sa valeur, sa date."""
    return f'<ul class="baro-mesures">{"".join(map(_mesure, mesures))}</ul>' if mesures else ""


def _mesure(mesure: MesureLue) -> str:
    return (
        f"<li><span>{texte(mesure.indicateur.titre)}</span> <strong>{texte(mesure.texte)}</strong> "
        f"<small>{texte(mesure.date)}</small></li>"
    )


def _build_pistes(pistes: tuple[Piste, ...], *, tiers: bool) -> str:
    if not pistes:
        return ""
    elements = "".join(
        f"<li>{build_conseil(p.action, tiers=tiers)} "
        f"<small>{texte(p.ligne.indicateur.titre)} : {texte(p.ligne.get_texte('redresse'))}</small></li>"
        for p in pistes
    )
    return f'<h2>Que faire</h2><ol class="baro-pistes">{elements}</ol>'
