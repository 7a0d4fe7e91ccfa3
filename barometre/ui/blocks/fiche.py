"""Les blocs de la fiche, dans l'ordre où un élu les lit en deux minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import streamlit as st

from barometre.assemblage.collectivite import FicheAffichee
from barometre.domain.formats import BORNES, format_compte, format_part
from barometre.domain.jour import get_jour
from barometre.rapports.fiche import build_document_fiche
from barometre.ui import porte, roles
from barometre.ui.blocks.collectivite import build_carte_identite, get_sujet, render_vers
from barometre.ui.blocks.depliants import render_depliant
from barometre.ui.blocks.graphiques import build_marques, render_images
from barometre.ui.blocks.paroles import render_html, render_titre
from barometre.ui.blocks.repondre import REPONDRE
from barometre.ui.blocks.telechargements import VISITE, Prive, render_documents, render_telechargements
from barometre.ui.blocks.textes import build_anciennes, build_autres, build_conseil, lien, texte
from barometre.ui.serving.recettes import Recette
from barometre.views.collectivite.fiche import ThemeFiche, VueFiche
from barometre.views.collectivite.obligations import Obligation, describe_loi, describe_verification
from barometre.views.collectivite.premiers_pas import PremierPas
from barometre.views.collectivite.soi import Mesure
from barometre.views.collectivite.tableau_fiche import COMPTE_SOI

# Trois de chaque côté tiennent au-dessus du pli ; les autres se déplient.
MONTREES = 3
TITRES_PAS = {1: "Une chose à faire", 2: "Deux choses à faire", 3: "Trois choses à faire"}
IMPRIMER = '<button type="button" class="baro-bouton" data-imprimer>Imprimer</button>'
REPONDRE_ICI = f'<button type="button" class="baro-bouton" data-ouvrir="{REPONDRE}">Répondre</button>'
OPSN_DIRE = (
    "Votre OPSN n’est pas ici, ou ce n’est pas le bon\u202f? Dites-le à l’équipe du baromètre, ou à Déclic, "
    "qui tient la liste des OPSN\u202f: elle sera corrigée à la prochaine version."
)


def render_entete(vue: VueFiche) -> None:
    """Le titre, la phrase à retenir, et d'où viennent les chiffres."""
    st.set_page_config(page_title=vue.collectivite.nom)
    st.title(f"Où en est {get_sujet(vue.collectivite)}\u202f?")
    render_html(
        f'<p class="baro-legende">{texte(_resume_identite(vue))}</p>'
        f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(vue.a_retenir)}</p>'
    )
    _render_barre(vue)


def _resume_identite(vue: VueFiche) -> str:
    """L'essentiel de l'identité, en une ligne ; le reste est en bas de page."""
    faits = dict(vue.identite.faits)
    gardes = ("Nature", "Population", "Intercommunalité", "Région", "Densité")
    accompagnement = faits["Accompagnement"].partition("\u202f:")[0]
    # Une région ne dit pas deux fois son nom.
    mots = [faits[nom] for nom in gardes if nom in faits and faits[nom] != vue.collectivite.nom]
    suite = "OPSN inconnu" if accompagnement == "inconnu" else accompagnement
    # Qui a répondu n'est pas public : sans le droit de le lire, la ligne n'en dit rien.
    repondu = f"a répondu : {faits['Vagues répondues']}" if vue.has_repondu and not vue.sur_place else ""
    return " · ".join(filter(None, (*mots, suite, repondu)))


def _render_barre(vue: VueFiche) -> None:
    """« Répondre · Comparer · Imprimer » : en bas de l'écran d'un téléphone, où qu'on en soit de la page."""
    with st.container(horizontal=True, vertical_alignment="center", key="barre-fiche"):
        if not porte.is_tiers():
            st.html(REPONDRE_ICI, width="content")
        render_vers("comparer", "Comparer", vue.collectivite.id, cle="comparer-haut")
        st.html(IMPRIMER, width="content")
    _render_devenir(vue)


def _render_devenir(vue: VueFiche) -> None:
    """Sur une démonstration, un visiteur peut voir ce que verrait l'élu·e."""
    if not vue.soi.lisible and vue.provenance.simulee and porte.get_portee().role == "public":
        st.button(
            "Voir comme son élu·e (démonstration)",
            key="devenir_elu",
            on_click=roles.become_elu,
            args=(vue.collectivite.id,),
        )


def render_faits(vue: VueFiche) -> None:
    """Ce que la loi demande, ce que l'État mesure, et qui elle est : un seul bloc, rien n'y est un choix."""
    sections = (_build_loi(vue), _build_mesures(vue), _build_qui(vue))
    render_html("".join(f'<section class="baro-section">{s}</section>' for s in sections if s))


def _build_qui(vue: VueFiche) -> str:
    """L'identité, repliée (la ligne sous le titre la résume), et comment la corriger."""
    return (
        '<details class="baro-voir baro-ecran"><summary>Qui êtes-vous, pour le baromètre</summary>'
        f'{build_carte_identite(vue.identite)}<p class="baro-legende">{texte(OPSN_DIRE)}</p></details>'
    )


def render_forces_ecarts(vue: VueFiche) -> None:
    """Ce qui distingue : les forces d'abord."""
    if not vue.soi.lisible or not vue.has_repondu:
        return
    gauche, droite = st.columns(2, gap="large")
    with gauche:
        render_titre("Vos points forts")
        _render_liste((e.phrase for e in vue.forces), "Rien ne vous distingue encore de vos pairs.")
    with droite:
        render_titre("Vos plus grands écarts")
        _render_liste((e.phrase for e in vue.ecarts), "Vous faites ce que font la plupart de vos pairs.")


def _render_liste(phrases: Iterable[str], sinon: str) -> None:
    elements = [f"<li>{texte(phrase)}</li>" for phrase in phrases]
    suite = elements[MONTREES:]
    compte = f"<summary>{format_compte(len(suite), 'autre')}</summary>"
    plus = f'<details class="baro-voir">{compte}{_build_ul(suite)}</details>' if suite else ""
    render_html(_build_ul(elements[:MONTREES]) + plus if elements else f"<p>{texte(sinon)}</p>")


def _build_ul(elements: Sequence[str]) -> str:
    return f'<ul class="baro-liste">{"".join(elements)}</ul>'


SITUATION = "Où en êtes-vous, thème par thème"


def render_situation(affichee: FicheAffichee) -> None:
    """Un point par thème : ses pairs, et elle-même quand on lit ses réponses."""
    vue, dessin = affichee.vue, affichee.situation
    if dessin.est_vide:
        render_html(f"<h2>{SITUATION}</h2><p>{texte(dessin.phrase)}</p>")
        return
    render_html(f"<h2>{SITUATION}</h2>{build_marques(dessin)}")
    prive = VISITE if vue.sur_place else _get_recette("situation", vue.collectivite.id)
    images = partial(render_images, dessin, vue.provenance, cle="situation", prive=prive)
    render_depliant("Emporter cette figure en image", images, cle="images-situation")


def render_themes(vue: VueFiche) -> None:
    """Chaque thème de près, replié : le compte des pratiques, et ce que font les pairs."""
    cartes = "".join(_build_carte(theme) for theme in vue.themes)
    render_html(
        f'<details class="baro-voir"><summary>Chaque thème, pratique par pratique</summary>'
        f'<p class="baro-legende">{texte(COMPTE_SOI)}</p><div class="baro-cartes">{cartes}</div></details>'
    )


def _build_carte(theme: ThemeFiche) -> str:
    score = theme.score
    chiffre = ""
    if score is not None and score.montre:
        chiffre = (
            f'<p class="baro-chiffre">{score.pratiques} <small>sur '
            f"{format_compte(score.concernees, 'pratique')}</small></p>{_build_piste(theme)}"
        )
    elif theme.phrase_score:
        chiffre = f"<p>{texte(theme.phrase_score)}</p>"
    messages = " ".join((theme.pairs.phrase, *theme.pairs.messages, f"{theme.vague}."))
    return (
        f'<article class="baro-carte"><h3>{texte(theme.theme.titre)}</h3>{chiffre}'
        f"<p>{texte(theme.distribution.phrase)}</p>{_build_details(theme)}"
        f'<p class="baro-preuve">{texte(messages)}</p></article>'
    )


def _build_piste(theme: ThemeFiche) -> str:
    """Une barre : vos pratiques (losange) et la moyenne de vos pairs (trait). Les mots la doublent."""
    score, moyenne = theme.score, theme.distribution.moyenne
    if score is None or not score.concernees:
        return ""
    soi = 100 * score.pratiques / score.concernees
    trait = ""
    if moyenne is not None and theme.distribution.total:
        place = 100 * moyenne / theme.distribution.total
        trait = f'<span class="baro-piste-pairs" style="left:{place:.1f}%"></span>'
    return (
        f'<div class="baro-piste" aria-hidden="true">{trait}'
        f'<span class="baro-piste-soi" style="left:{soi:.1f}%"></span></div>'
    )


def _build_details(theme: ThemeFiche) -> str:
    """La part des pairs, pratique par pratique ; celles qui ne se publient pas se comptent."""
    lues = [(pratique.pratique, theme.pairs.get(pratique.id)) for pratique in theme.pratiques]
    lignes = [
        f"<li>{texte(pratique)}\u202f: {_format_part(chiffre.valeur, chiffre.plafond)}</li>"
        for pratique, chiffre in lues
        if chiffre is not None
    ]
    if caches := len(lues) - len(lignes):
        lignes.append(f"<li>{format_compte(caches, 'part non publiée', 'parts non publiées')}</li>")
    return f"<details><summary>Ce que font vos pairs</summary><ul>{''.join(lignes)}</ul></details>"


def _format_part(part: float | None, plafond: str) -> str:
    return f"{BORNES.get(plafond, '')}{format_part(part)}"


def _build_loi(vue: VueFiche) -> str:
    """Ce que la loi demande à cette taille."""
    if not vue.obligations:
        return ""
    return (
        "<h2>Ce que la loi demande à votre taille</h2>"
        f'<p class="baro-phrase">{texte(describe_loi(vue.obligations, lisible=vue.soi.lisible))}</p>'
        f"{build_obligations(vue.obligations)}"
    )


def build_obligations(obligations: Sequence[Obligation]) -> str:
    """Le HTML : ce qui reste à voir se lit d'abord, ce qui est fait se déplie."""
    return _build_lignes(o for o in obligations if not o.est_faite) + _build_faites(obligations)


def _build_lignes(obligations: Iterable[Obligation]) -> str:
    lignes = "".join(_build_obligation(o) for o in obligations)
    return f'<div class="baro-lignes">{lignes}</div>' if lignes else ""


def _build_faites(obligations: Sequence[Obligation]) -> str:
    faites = [o for o in obligations if o.est_faite]
    if not faites:
        return ""
    titre = format_compte(len(faites), "obligation faite", "obligations faites")
    return f'<details class="baro-voir"><summary>{titre}</summary>{_build_lignes(faites)}</details>'


def _build_obligation(obligation: Obligation) -> str:
    """Une ligne : l'obligation et son état ; ce que dit la loi se déplie."""
    seuil = obligation.seuil
    detail = f" ({texte(obligation.detail)})" if obligation.detail else ""
    etat = f"<strong>{texte(obligation.etat)}</strong>{detail}{', sous condition' if seuil.condition else ''}"
    precautions = f"<p>{texte(seuil.precautions)}</p>" if seuil.precautions else ""
    return (
        f'<details class="baro-ligne"><summary>{texte(seuil.titre)}\u202f: {etat}</summary>'
        f"<p>{texte(obligation.applicable)}</p>"
        f"<p>{texte(seuil.obligation)}</p><p>{lien(seuil.reference, seuil.url)}</p>{precautions}"
        f"<p>{texte(describe_verification(seuil))}</p></details>"
    )


# Deux écrans de téléphone les liraient toutes : au-delà, elles se déplient.
MESURES_MONTREES = 6
REELLES = "Données réelles, publiées par l’État, à la date dite\u202f: ce ne sont pas des réponses."


def _build_mesures(vue: VueFiche) -> str:
    """Ce que l'État mesure ici."""
    if not vue.mesures:
        return ""
    # Le numérique d'abord : on connaît déjà sa population.
    rangees = sorted(vue.mesures, key=lambda m: m.indicateur.source_id.startswith("recensement"))
    en_tete = [m for m in rangees if m.verdict.place == "en_tete"]
    anciennes = [(m.indicateur.titre, m.texte, m.verdict.raison) for m in rangees if m.verdict.raison]
    suite = en_tete[MESURES_MONTREES:]
    repliees = f"{_build_faits(suite)}{build_anciennes(anciennes)}"
    autres = build_autres(len(suite) + len(anciennes), repliees)
    # Les réponses d'une démonstration sont simulées ; ces données-là, jamais.
    return (
        f'<h2>Ce que l’État mesure chez vous</h2><p class="baro-legende">{texte(REELLES)}</p>'
        f'<section class="baro-carte">{_build_faits(en_tete[:MESURES_MONTREES])}{autres}</section>'
    )


def _build_faits(mesures: Sequence[Mesure]) -> str:
    faits = "".join(
        f"<dt>{texte(m.indicateur.titre)}</dt><dd>{texte(m.texte)} <small>({texte(m.periode)})</small></dd>"
        for m in mesures
    )
    return f'<dl class="baro-faits">{faits}</dl>' if faits else ""


SANS_REPONSES = "Sans vos réponses, voici ce qu’il est utile de vérifier d’abord."


def render_premiers_pas(vue: VueFiche) -> None:
    """La loi d'abord, puis ce que les pairs font déjà."""
    if not vue.premiers_pas:
        return
    connues, tiers = vue.soi.lisible and vue.has_repondu, porte.is_tiers()
    sans = "" if connues else f'<p class="baro-legende">{SANS_REPONSES}</p>'
    pas = "".join(_build_pas(pas, tiers=tiers) for pas in vue.premiers_pas)
    render_html(f'<h2>{TITRES_PAS[len(vue.premiers_pas)]}</h2>{sans}<ol class="baro-pas">{pas}</ol>')


def _build_pas(pas: PremierPas, *, tiers: bool) -> str:
    actions = "".join(f"<li>{build_conseil(a, tiers=tiers)}</li>" for a in pas.actions)
    return (
        f"<li><strong>{texte(pas.indicateur.titre)}</strong><p>{texte(pas.raison)}</p><ul>{actions}</ul></li>"
    )


def _render_feuille(collectivite_id: str) -> None:
    """Le document n'est composé que pour qui l'ouvre."""
    document = build_document_fiche(porte.get_gate(), collectivite_id, get_jour())
    if document is not None:
        recette = _get_recette("fiche-document", collectivite_id)
        render_documents(document, cle="fiche-document", prive=recette)


def _get_recette(nom: str, collectivite_id: str) -> Prive:
    """Ce qui refait le fichier sous le droit du lecteur ; rien s'il n'a de nommé que ce que tous lisent."""
    return Recette(nom, (collectivite_id,)) if porte.is_nomme(collectivite_id) else None


def render_emporter(vue: VueFiche) -> None:
    """Télécharger, et la feuille ; « Comparer » et « Imprimer » sont dans la barre."""
    render_titre("Emporter cette page")
    # Avec les réponses de cette visite, le fichier n'a pas d'adresse : il est dans la page elle-même.
    prive = VISITE if vue.sur_place else _get_recette("fiche", vue.collectivite.id)
    render_telechargements(vue.table, vue.provenance, cle="fiche", prive=prive)
    feuille = partial(_render_feuille, vue.collectivite.id)
    render_depliant("La fiche sur une feuille, à imprimer ou à reprendre", feuille, cle="fiche-feuille")
