"""Les chiffres publiés, en un tableau que l'on trie et filtre."""

from __future__ import annotations

import streamlit as st

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.ensemble import load_chiffres_cles
from barometre.ui import porte, selectors
from barometre.ui.blocks.grand_chiffre import build_citer
from barometre.ui.blocks.paroles import Ecrit
from barometre.ui.blocks.tableau_triable import Case, build_triable
from barometre.ui.blocks.textes import lien, texte
from barometre.views.comprendre.accueil import CartePublie
from barometre.views.comprendre.chiffres_cles import ChiffreCle, VueChiffresCles

ENTETES = ("Thème", "Ce qui a été publié", "Valeur", "Vague", "Base", "Ici", "Sources")


def render_chiffres(vue: VueChiffresCles) -> None:
    """Tous les thèmes, ou celui que le lecteur choisit."""
    options = {"": "Tous les thèmes"} | {identifiant: titre for identifiant, titre, _ in vue.groupes}
    choisi = selectors.select_one("theme", "Thème", options)
    st.html(memoire.get_vue_publique(porte.get_gate(), _build_tableau, choisi))


def _build_tableau(gate: Gate, theme_id: str) -> Ecrit:
    """Le tableau, écrit une fois par version : il pèse cent mille signes, et il est le même pour tous."""
    lignes = [
        _build_ligne(titre, chiffre)
        for identifiant, titre, chiffres in load_chiffres_cles(gate).groupes
        if theme_id in ("", identifiant)
        for chiffre in chiffres
    ]
    return Ecrit(build_triable("Les chiffres publiés par le baromètre", ENTETES, lignes))


def _build_ligne(theme: str, chiffre: ChiffreCle) -> list[Case]:
    publie = chiffre.publie
    citer = build_citer(chiffre.citation) if chiffre.citation else ""
    sources = " <br>".join(_build_source(parution) for parution in chiffre.parutions)
    return [
        Case.build(theme),
        Case(f"{texte(publie.libelle)}{_build_extraits(chiffre)}", publie.libelle),
        Case(f"<strong>{texte(publie.valeur)}</strong>", publie.valeur),
        Case.build(publie.vague),
        Case.build(publie.base),
        Case(f"{texte(chiffre.mots)}{citer}", chiffre.mots),
        Case(sources, publie.annee),
    ]


def _build_extraits(chiffre: ChiffreCle) -> str:
    """Les mots mêmes de la publication, à la demande."""
    extraits = dict.fromkeys(p.extrait for p in chiffre.parutions if p.extrait)
    if not extraits:
        return ""
    citations = "".join(f"<blockquote>{texte(extrait)}</blockquote>" for extrait in extraits)
    return f"<details><summary>Mot pour mot</summary>{citations}</details>"


def _build_source(publie: CartePublie) -> str:
    return lien(f"Source ({publie.annee})", publie.source_url)
