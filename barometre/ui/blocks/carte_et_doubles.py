"""Une carte et ses doubles : la phrase, la légende, l'image, le tableau qui se trie et se télécharge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from barometre.assemblage import carte_gardee as assemblage_carte
from barometre.assemblage.carte_gardee import CarteAffichee, Dessin
from barometre.maps import Carte, Legende, build_image, build_table
from barometre.maps.image import TAILLE
from barometre.ui import navigation, porte, state
from barometre.ui.blocks.depliants import render_depliant
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.telechargements import (
    FichierOffert,
    add_service,
    render_fichiers,
    render_telechargements,
)
from barometre.ui.blocks.textes import build_lien_page, texte
from barometre.ui.serving import images
from barometre.ui.serving.recettes import IMAGES, Recette, build_recette_carte
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.comprendre.theme import VueTheme
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import describe_colonne

LIGNES_MAXIMALES = 2_000
AU_DOIGT = "Au doigt\u202f: deux déplacent et agrandissent la carte, un seul fait défiler la page."
SOUS_CARTE = "Contours\u202f: {source}."


def escape_markdown(brut: str) -> str:
    """Un intitulé de Streamlit est du Markdown : un nom n'y devient ni mise en forme, ni formule."""
    return "".join(f"\\{signe}" if signe in r"\`*_[]#~$:<>|&!" else signe for signe in brut)


def render_carte_theme(vue: VueTheme) -> None:
    """La carte de l'indicateur regardé, dans la page de son thème : une image, et le lien vers la grande."""
    if not vue.lignes:
        return
    theme_id, selection = vue.theme.id, vue.selection
    indicateur_id = vue.get_ligne(state.read_adresse().get("indicateur")).indicateur.id
    niveau = "departement" if selection.territoire_id.startswith("region-") else "region"
    choix = (ChoixCarte(indicateur_id, theme_id, niveau, _at_large(selection)),)
    affichee = assemblage_carte.load_cartes(porte.get_gate(), choix, Dessin())[0]
    st.header("Sur la carte")
    render_messages(affichee.messages)
    st.html(f'<p class="baro-phrase">{texte(affichee.carte.phrase)}</p>')
    render_image(choix, Dessin(), 0, affichee.carte)
    render_legende(affichee.carte.legende)
    render_source(affichee.carte)
    render_tableau_carte(affichee, cle=f"carte-{indicateur_id}")
    st.page_link(
        navigation.get_page("carte"),
        label="Explorer la carte\u202f: descendre au département, comparer deux vagues",
        query_params={"theme": theme_id, "indicateur": indicateur_id},
    )


def _at_large(selection: Selection) -> Selection:
    """Un département seul ne fait pas une carte : on montre le pays."""
    if selection.territoire_id.startswith(("region-", "zone-")):
        return selection
    return replace(selection, territoire_id="france")


def render_messages(messages: Iterable[str]) -> None:
    """Ce qui a changé pour que la carte puisse être montrée."""
    for message in messages:
        render_message(message)


def render_image(choix: tuple[ChoixCarte, ...], dessin: Dessin, rang: int, carte: Carte) -> None:
    """L'image fixe : elle s'imprime, et se passe de WebGL ; à l'écran sombre, sur un fond sombre."""
    image = _build_img(choix, dessin, rang, carte)
    if st.context.theme.type == "dark":
        adresse = images.get_adresse(choix, dessin, rang, sombre=True)
        image = f'<picture><source media="screen" srcset="{adresse}">{image}</picture>'
    st.html(image)


def _build_img(choix: tuple[ChoixCarte, ...], dessin: Dessin, rang: int, carte: Carte) -> str:
    """Sa place est connue avant elle : la page ne saute pas quand elle arrive."""
    largeur, hauteur = TAILLE
    return (
        f'<img class="baro-image-carte" loading="lazy" width="{largeur}" height="{hauteur}" '
        f'src="{images.get_adresse(choix, dessin, rang)}" alt="{escape(carte.alt_sans_phrase)}">'
    )


def render_double(choix: tuple[ChoixCarte, ...], dessin: Dessin, rang: int, carte: Carte) -> None:
    """Le double d'une carte interactive, pour le papier ; la page en dit déjà la phrase et la légende."""
    st.html(
        '<div class="baro-impression" style="display:none">'
        f"{_build_img(choix, dessin, rang, carte)}</div>"
        f'<p class="baro-legende baro-tactile">{texte(AU_DOIGT)}</p>'
    )


def render_titre_papier(titre: str) -> None:
    """Le titre d'une carte seule : à l'écran, la sélection au-dessus des choix le dit déjà."""
    st.html(f'<div class="baro-impression" style="display:none"><strong>{texte(titre)}</strong></div>')


def render_legende(legende: Legende) -> None:
    """Les classes, le doute et l'absence ; la même pour les trois façons de dessiner."""
    st.html(build_html_legende(legende))


def build_html_legende(legende: Legende) -> str:
    """La légende, échappée : sous une carte de la page, ou à côté d'une carte projetée."""
    entrees = "".join(
        f'<li><span class="baro-pave baro-pave-{entree.motif}" style="--couleur:{entree.couleur}"></span>'
        f"{texte(entree.libelle)}</li>"
        for entree in legende.entrees
    )
    note = f"<p>{texte(legende.note)}</p>" if legende.note else ""
    return (
        f'<div class="baro-legende-carte"><p><strong>{texte(legende.titre)}</strong></p>'
        f"<ul>{entrees}</ul>{note}</div>"
    )


def render_source(carte: Carte) -> None:
    """D'où viennent les contours, et si les réponses sont simulées."""
    simulee = "Réponses simulées. " if carte.simulee else ""
    st.html(f'<p class="baro-legende">{simulee}{texte(SOUS_CARTE.format(source=carte.source))}</p>')


def render_publies(affichee: CarteAffichee) -> None:
    """Les chiffres publiés sur ce sujet : ils n'ont pas de territoire, et la page le dit."""
    if affichee.vue.publies:
        st.html(
            f'<p class="baro-legende">{texte(affichee.vue.publies)} '
            f"{build_lien_page('chiffres_cles', 'Chiffres clés publiés')}</p>"
        )


def render_tableau_carte(affichee: CarteAffichee, *, cle: str) -> None:
    """Le double de la carte : il se trie, il se télécharge."""
    render_depliant(
        "Voir le tableau de la carte", partial(_render_lignes, affichee, cle), cle=f"depliant-{cle}"
    )


def _render_lignes(affichee: CarteAffichee, cle: str) -> None:
    carte = affichee.carte
    if len(carte.lieux) <= LIGNES_MAXIMALES or st.toggle(
        f"Afficher les {len(carte.lieux):,} lignes".replace(",", "\u202f"), key=f"tout-{cle}"
    ):
        render_grille(carte, affichee)
    table = partial(assemblage_carte.build_table_carte, affichee)
    render_telechargements(table, affichee.vue.provenance, cle=f"tableau-{cle}", prive=_get_recette(affichee))
    render_images(affichee, cle=cle)


def render_grille(carte: Carte, affichee: CarteAffichee) -> None:
    """Une grille dont chaque colonne se trie ; la valeur y est un nombre."""
    table = build_table(carte)
    indicateur = affichee.vue.indicateur
    if not affichee.vue.releve.categories:
        nombres = carte.lieux.set_index("code")["valeur"] * (100 if indicateur.est_part else 1)
        table["valeur_texte"] = table["code"].map(nombres).round(indicateur.decimales)
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        # Sans cela, une case vide dirait « None ».
        placeholder="–",
        alt=f"Tableau de la carte : {affichee.vue.titre}",
        column_config={str(nom): _build_entete(str(nom), indicateur.unite) for nom in table.columns},
    )


def _build_entete(nom: str, unite: str) -> str:
    """Le titre du dictionnaire : « valeur_texte » se lisait, à l'écran comme par un lecteur d'écran."""
    titre = describe_colonne(nom).titre
    return f"{titre} ({unite})" if unite and nom == "valeur_texte" else titre


def render_images(affichee: CarteAffichee, *, cle: str) -> None:
    """La carte en PNG et en SVG, avec son titre, sa légende et ses mentions : dessinée au clic."""
    carte, provenance, recette = affichee.carte, add_service(affichee.vue.provenance), _get_recette(affichee)
    fichiers = [
        # La carte est déjà passée par la porte d'accès : le fichier ne relit aucune donnée.
        FichierOffert(
            extension, f"Télécharger l’image ({extension.upper()})", provenance.get_nom(extension), mime,
            partial(
                build_image, carte, extension, mentions=provenance.pied, adresse=provenance.adresse
            ),
        )
        for extension, mime in IMAGES.items()
    ]  # fmt: skip
    render_fichiers(fichiers, cle=f"images-{cle}", prive=recette)


def _get_recette(affichee: CarteAffichee) -> Recette | None:
    """Une carte de chiffres est la même pour tous ; une carte qui dit qui a répondu suit le droit."""
    return build_recette_carte(affichee) if affichee.is_nommee else None
