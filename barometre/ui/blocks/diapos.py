"""Les diapositives en HTML : grand texte, une à la fois, le chiffre et sa preuve toujours ensemble."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from barometre.charts import Marques
from barometre.domain.formats import format_date
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION
from barometre.domain.version import Version
from barometre.rapports.diapo import CarteProjetee, Diapo
from barometre.ui.blocks.carte_et_doubles import build_html_legende
from barometre.ui.blocks.textes import texte


@dataclass(frozen=True, slots=True)
class Pied:
    """Ce que chaque diapositive porte en bas : la version figée, la page dont elle vient, la vue prêtée."""

    version: Version
    page: str
    vue: str = ""


# « 1 234 habitants » se projette en grand ; au-delà, ce sont des mots.
NOMBRE = 15
GESTES = {
    "-1": "Précédente", "1": "Suivante", "imprimer": "Imprimer", "quitter": "Quitter (Échap)",
}  # fmt: skip


def build_presentation(diapos: Sequence[Diapo], rang: int, pied: Pied) -> str:
    """Toutes les diapositives ; celle du rang demandé est en cours, la dernière si le rang la dépasse."""
    en_cours = min(max(rang, 1), len(diapos))
    corps = "".join(
        _build_diapo(diapo, numero, len(diapos), numero == en_cours, pied)
        for numero, diapo in enumerate(diapos, 1)
    )
    boutons = "".join(
        f'<button type="button" class="baro-bouton" data-diapo="{geste}">{libelle}</button>'
        for geste, libelle in GESTES.items()
    )
    return (
        f'<div class="baro-diapos" aria-live="polite">{corps}</div>'
        f'<nav class="baro-diapos-nav" aria-label="Diapositives">{boutons}</nav>'
    )


def _build_diapo(diapo: Diapo, rang: int, total: int, en_cours: bool, pied: Pied) -> str:
    classe = "baro-diapo baro-en-cours" if en_cours else "baro-diapo"
    morceaux = (
        f"<h1>{texte(diapo.titre)}</h1>",
        _build_grand(diapo.grand),
        f'<p class="baro-preuve">{texte(diapo.preuve)}</p>' if diapo.preuve else "",
        f'<p class="baro-dite">{texte(diapo.phrase)}</p>' if diapo.phrase else "",
        _build_liste(diapo.elements),
        _build_dessin(diapo.dessin),
        _build_pied(pied, rang, total, diapo.reel),
    )
    return f'<section class="{classe}" data-rang="{rang}">{"".join(morceaux)}</section>'


def _build_grand(grand: str) -> str:
    """Des mots (« Rien de démontré ») tiennent en plus petit qu'un nombre."""
    if not grand:
        return ""
    classe = "baro-grand baro-mots" if len(grand) > NOMBRE else "baro-grand"
    return f'<p class="{classe}">{texte(grand)}</p>'


def _build_liste(elements: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{texte(e)}</li>' for e in elements)}</ul>" if elements else ""


def _build_dessin(dessin: Marques | CarteProjetee | None) -> str:
    """Les lignes d'un graphique sont du texte ; une carte est une image qui a son texte de remplacement."""
    if dessin is None:
        return ""
    if isinstance(dessin, Marques):
        return f'<div class="baro-dessin">{dessin.html}<p>{texte(dessin.legende)}</p></div>'
    encarts = f'<p class="baro-legende">{texte(dessin.encarts)}</p>' if dessin.encarts else ""
    legende = f"<div>{build_html_legende(dessin.legende)}{encarts}</div>"
    return f'<div class="baro-carte-projetee">{_build_images(dessin)}{legende}</div>'


def _build_images(carte: CarteProjetee) -> str:
    """Dans la page même : l'image d'une carte nommée n'a pas d'adresse. Un SVG nu, `st.html` l'ôterait."""
    sombre = st.context.theme.type == "dark" and bool(carte.sombre)
    if not sombre:
        return _build_img(carte, carte.octets, "")
    # Le papier est clair : la seconde n'est lue et vue que sur lui.
    return _build_img(carte, carte.sombre, "baro-ecran") + _build_img(carte, carte.octets, "baro-papier")


def _build_img(carte: CarteProjetee, octets: bytes, classe: str) -> str:
    contenu = base64.b64encode(octets).decode("ascii")
    return f'<img class="{classe}" src="data:{carte.mime};base64,{contenu}" alt="{escape(carte.alt)}">'


def _build_pied(pied: Pied, rang: int, total: int, reel: bool) -> str:
    """Un fait public n'est pas une réponse simulée : le dire « à ne pas citer » serait faux."""
    fausses = pied.version.simulee and not reel
    simulee = f"<strong>{texte(AVERTISSEMENT_SIMULATION)}</strong> " if fausses else ""
    donnees = f"Données figées : version {pied.version.version_id}, du {format_date(pied.version.creee_le)}. "
    donnees += "Fait public, réel." if reel else "Intervalles hors biais de participation."
    vue = f" {texte(pied.vue)}" if pied.vue else ""
    return (
        f"<footer><span>{simulee}{texte(donnees)}{vue}</span>"
        f"<span>{texte(pied.page)} · {rang} / {total}</span></footer>"
    )
