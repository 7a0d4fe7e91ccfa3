"""Du texte vers du HTML : toujours échappé, avec les espaces du français."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape

import pandas as pd

from barometre.domain.colonnes import Colonne
from barometre.domain.formats import format_compte, format_ponctuation
from barometre.domain.indicateur import Action
from barometre.domain.notes import format_lettre
from barometre.ui.blocks.paroles import render_html
from barometre.views.lecture.personne import apply_tiers
from barometre.views.lecture.tableau import describe_colonne, format_case

# Les mêmes libellés reviennent d'une page et d'un lecteur à l'autre.
TEXTES_GARDES = 20_000
ABSENT = "non publié"
# En signes : au-delà, une case est une phrase.
PHRASE = 40
# Dit à un lecteur d'écran : au clavier, les flèches font défiler un tableau plus large que la page.
DEFILE = ", tableau qui défile"


@lru_cache(TEXTES_GARDES)
def texte(brut: str) -> str:
    """Un texte des données ou du catalogue, prêt pour une page."""
    return escape(format_ponctuation(brut))


def lien(libelle: str, adresse: str) -> str:
    """Un lien vers une source ; une adresse qui n'est pas du web reste du texte."""
    if not adresse.startswith(("https://", "http://")):
        return texte(libelle)
    return f'<a href="{escape(adresse)}" target="_blank" rel="noopener">{texte(libelle)}</a>'


def build_lien_page(adresse: str, libelle: str) -> str:
    """Un lien vers une page d'ici, que `francais.js` suit sans rouvrir l'application.

    `adresse` : « carte?theme=… » ; vide : l'accueil ; « ?… » : la page même, sous d'autres choix.
    """
    ici = "" if adresse.startswith("?") else "./"
    return f'<a href="{ici}{escape(adresse)}" target="_self" data-page>{texte(libelle)}</a>'


def build_conseil(action: Action, *, tiers: bool) -> str:
    """Un premier pas du catalogue, et son lien ; qui n'est pas la collectivité n'a ni OPSN ni mairie."""
    dite = apply_tiers(action.texte) if tiers else action.texte
    return lien(dite, action.lien) if action.lien else texte(dite)


def build_bouton_copier(libelle: str, a_copier: str) -> str:
    """Le bouton que `francais.js` entend."""
    valeur = escape(format_ponctuation(a_copier))
    return (
        f'<button type="button" class="baro-bouton" data-copier="texte" data-texte="{valeur}" '
        f'data-fait="Copié">{texte(libelle)}</button>'
    )


def render_tableau(table: pd.DataFrame, titre: str, *, simulee: bool = False) -> None:
    """Un tableau de lecture : lu par un lecteur d'écran, sans grille interactive."""
    render_html(build_tableau(table, titre, simulee=simulee))


def build_tableau(table: pd.DataFrame, titre: str, *, simulee: bool = False) -> str:
    """Le HTML du tableau, écrit par colonne : lire un tableau pandas case à case coûte vingt fois plus.

    `simulee` : la colonne des notes dit en mots ce qu'elles vaudraient.
    """
    if simulee and "note" in table:
        table = table.assign(note=[format_lettre(str(note), simulee=True) for note in table["note"]])
    entetes, colonnes = [], []
    for nom, colonne in table.items():
        fiche = describe_colonne(str(nom))
        nombre = pd.api.types.is_numeric_dtype(colonne) and fiche.nature != "booleen"
        cellules = [_cellule(valeur, fiche) for valeur in colonne.tolist()]
        classe = ' class="nombre"' if nombre else ' class="long"' if is_longue(cellules) else ""
        entetes.append(f'<th scope="col"{classe}>{texte(fiche.titre)}</th>')
        colonnes.append([f"<td{classe}>{cellule}</td>" for cellule in cellules])
    lignes = "".join(f"<tr>{''.join(ligne)}</tr>" for ligne in zip(*colonnes, strict=True))
    return (
        f'<div class="baro-tableau" tabindex="0" role="region" aria-label="{escape(titre)}{DEFILE}"><table>'
        f"<caption>{texte(titre)}</caption><thead><tr>{''.join(entetes)}</tr></thead>"
        f"<tbody>{lignes}</tbody></table></div>"
    )


def is_longue(cellules: Sequence[str]) -> bool:
    """Vrai d'une colonne de phrases : sur un téléphone, étroite, elle ferait des lignes d'un écran."""
    return max(map(len, cellules), default=0) > PHRASE


def _cellule(valeur: object, fiche: Colonne) -> str:
    mots = format_case(valeur, fiche)
    if mots or isinstance(valeur, str):
        return texte(mots)
    # « non publié » revient partout : un tiret suffit à l'œil. Toute autre absence se dit.
    return '<span aria-label="non publié">–</span>' if fiche.absent == ABSENT else texte(fiche.absent)


def build_autres(compte: int, contenu: str) -> str:
    """« 4 autres mesures », que l'on déplie ; rien s'il n'y en a pas. `contenu` est du HTML."""
    if not compte:
        return ""
    titre = format_compte(compte, "autre mesure", "autres mesures")
    return f'<details class="baro-voir"><summary>{titre}</summary>{contenu}</details>'


def build_anciennes(mesures: Sequence[tuple[str, str, str]]) -> str:
    """« Les locaux raccordables : 30 %. Donnée ancienne : mars 2018. » : (titre, valeur, raison)."""
    return "".join(
        f'<p class="baro-legende">{texte(titre)} : {texte(valeur)}. {texte(raison)}</p>'
        for titre, valeur, raison in mesures
    )
