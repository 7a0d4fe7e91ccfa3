"""Les choix de la page Carte, lus dans l'adresse et écrits dans l'adresse."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from barometre.assemblage.carte_gardee import (
    OPSN_AU_DESSUS,
    Dessin,
    has_contours,
    load_mesures_par_commune,
    load_niveaux,
)
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_liste
from barometre.domain.indicateur import Indicateur
from barometre.domain.territoire import LIBELLES_COUVERTURES, LIBELLES_TYPES
from barometre.ui import porte, selectors, state
from barometre.ui.blocks.textes import build_lien_page, texte
from barometre.views.carte.lieux import NOMS_NIVEAUX
from barometre.views.carte.pseudo_indicateurs import OPSN, PARTICIPATION
from barometre.views.carte.valeurs import format_periode_mesure
from barometre.views.carte.vue_carte import ChoixCarte, list_niveaux
from barometre.views.lecture.selection import Selection, read_selection

TOUS = ""
# Plus finement, les échantillons de deux vagues sont trop petits pour un test.
NIVEAU_TESTE = "region"
NON_PUBLIC = "Par commune, ni une réponse ni le fait de répondre ne sont publics."
CLASSES = {
    "egales": "D’égale étendue",
    "quantiles": "D’effectifs proches",
    "ecart": "Écart à la France",
}
VUES = {"": "Interactive", "image": "Image fixe"}
COUCHES = {"": "Aucune", OPSN_AU_DESSUS: "Périmètres des OPSN"}
NIVEAUX = {"region": "Régions", "departement": "Départements", "epci": "EPCI", "commune": "Communes"}


@dataclass(frozen=True, slots=True)
class Demande:
    """La carte demandée, celle d'en face, et comment les dessiner."""

    choix: tuple[ChoixCarte, ...]
    dessin: Dessin
    fixe: bool


def select_demande() -> Demande:
    """Tous les choix de la page ; sur le papier, la phrase de la sélection les remplace."""
    with st.container(key="choix-carte"):
        return _select_demande()


def _select_demande() -> Demande:
    theme_id, indicateur_id = _select_sujet()
    territoire = _select_territoire(theme_id, indicateur_id)
    indicateur = _get_indicateur(indicateur_id)
    en_face, dessin, fixe = _choose_options(theme_id, indicateur_id, indicateur)
    selection = replace(_read_selection(theme_id, indicateur), territoire_id=territoire[0])
    premier = ChoixCarte(indicateur_id, theme_id, territoire[1], selection)
    return Demande(_build_choix(premier, en_face), dessin, fixe)


def read_demande() -> Demande:
    """Ce que l'adresse demande, sans sélecteur : toutes les cartes de la page, leurs classes, leur couche."""
    premier = _read_premier()
    indicateur = _get_indicateur(premier.indicateur_id)
    en_face, dessin, _ = _read_options(premier.theme_id, premier.indicateur_id, indicateur)
    return Demande(_build_choix(premier, en_face), dessin, fixe=True)


def _read_premier() -> ChoixCarte:
    """La première carte que l'adresse choisit."""
    themes, premier = _list_themes()
    theme_id = selectors.read_one("theme", themes, defaut=premier)
    sujets = list_sujets(theme_id)
    indicateur_id = selectors.read_one("indicateur", sujets, defaut=next(iter(sujets)))
    choisi = selectors.read_one("territoire", _list_territoires())
    selection = replace(_read_selection(theme_id, _get_indicateur(indicateur_id)), territoire_id=choisi)
    niveaux, _ = _list_niveaux_offerts(ChoixCarte(indicateur_id, theme_id, "", selection))
    niveau = selectors.read_one("niveau", niveaux, defaut=next(iter(niveaux)))
    return ChoixCarte(indicateur_id, theme_id, niveau, selection)


def _list_themes() -> tuple[dict[str, str], str]:
    """Les thèmes, et celui par défaut : un lien peut ne nommer que l'indicateur, son thème en découle."""
    catalogue = load_catalogue()
    themes = {TOUS: "Tous les thèmes"} | {theme.id: theme.titre for theme in catalogue.themes}
    nomme = catalogue.indicateurs.get(st.query_params.get("indicateur", ""))
    return themes, nomme.theme_id if nomme else catalogue.themes[0].id


def _select_sujet() -> tuple[str, str]:
    themes, premier = _list_themes()
    with selectors.open_rangee("carte-sujet"):
        theme_id = selectors.select_one(
            "theme", "Thème", themes, defaut=premier, efface=("indicateur", "vague", "en_face")
        )
        indicateurs = list_sujets(theme_id)
        indicateur_id = selectors.select_one(
            "indicateur", "Indicateur", indicateurs, defaut=next(iter(indicateurs)), efface=("en_face",)
        )
        _select_periode(theme_id, indicateur_id)
    return theme_id, indicateur_id


def list_sujets(theme_id: str) -> dict[str, str]:
    """Ce que l'on peut mettre sur la carte : la participation, l'accompagnement, les indicateurs du thème."""
    fixes = {PARTICIPATION: "Participation\u202f: qui a répondu", OPSN: "Couverture par un OPSN"}
    if not theme_id:
        return fixes
    cartes = load_catalogue().list_indicateurs(theme_id=theme_id)
    rangees = sorted(cartes, key=lambda i: (not i.cle, i.origine != "declare"))
    return {i.id: _intitule(i) for i in rangees} | fixes


def _intitule(indicateur: Indicateur) -> str:
    titre = f"{indicateur.groupe_titre}\u202f: {indicateur.titre}" if indicateur.groupe else indicateur.titre
    return f"{titre} (donnée de l’État)" if indicateur.origine == "mesure" else titre


def _get_indicateur(indicateur_id: str) -> Indicateur | None:
    return load_catalogue().indicateurs.get(indicateur_id)


def _select_periode(theme_id: str, indicateur_id: str) -> None:
    indicateur = _get_indicateur(indicateur_id)
    if indicateur_id == OPSN:
        return
    if indicateur is not None and indicateur.origine == "mesure":
        periodes = _list_periodes(indicateur.id)
        if periodes:
            selectors.select_one("vague", "Période", periodes, defaut=next(reversed(periodes)))
        return
    vagues = list_vagues(theme_id)
    selectors.select_one("vague", "Vague", vagues, defaut=_get_vague_defaut(theme_id))


def list_vagues(theme_id: str) -> dict[str, str]:
    """Les vagues du thème, ou toutes."""
    if theme_id:
        return selectors.list_vagues(theme_id)
    return {vague.id: vague.titre for vague in load_catalogue().vagues}


def _get_vague_defaut(theme_id: str) -> str:
    """Un thème propose sa dernière vague à citer ; tous ensemble, la dernière du catalogue."""
    return selectors.get_vague_defaut(theme_id) if theme_id else next(reversed(list_vagues("")), "")


def _list_periodes(indicateur_id: str) -> dict[str, str]:
    valeurs = porte.get_gate().list_valeurs(indicateur_id)
    return {str(p): format_periode_mesure(str(p)) for p in sorted(valeurs["periode"].unique())}


def _select_territoire(theme_id: str, indicateur_id: str) -> tuple[str, str]:
    """Le territoire et le niveau."""
    with selectors.open_rangee("carte-territoire"):
        choisi = selectors.select_one("territoire", "Territoire", _list_territoires(), efface=("niveau",))
        possibles = list_niveaux(choisi)
        selection = replace(_read_selection(theme_id, _get_indicateur(indicateur_id)), territoire_id=choisi)
        niveaux, montres = _list_niveaux_offerts(ChoixCarte(indicateur_id, theme_id, "", selection))
        dessines = tuple(n for n in montres if has_contours(n))
        niveau = selectors.select_segment("niveau", "Un territoire par", niveaux, defaut=next(iter(niveaux)))
    sans_contours = tuple(n for n in montres if n not in dessines)
    _render_absents(theme_id, tuple(n for n in possibles if n not in montres), sans_contours)
    return choisi, niveau


def _list_territoires() -> dict[str, str]:
    """Ceux de toute page ; un EPCI choisi sur la carte s'y ajoute."""
    territoires = porte.list_territoires()
    demande = str(st.query_params.get("territoire", ""))
    if demande in territoires or not _is_territoire(demande):
        return territoires
    trouve = porte.get_gate().get_collectivite(demande)
    return territoires | {demande: trouve.nom if trouve else demande}


def _list_niveaux_offerts(choix: ChoixCarte) -> tuple[dict[str, str], tuple[str, ...]]:
    """Les niveaux entre lesquels choisir, et tous ceux qui ont quelque chose à montrer."""
    montres = load_niveaux(porte.get_gate(), choix)
    dessines = [n for n in montres if has_contours(n)]
    # Un lien vers un niveau qui n'a rien à montrer reste un lien : la carte y dit pourquoi.
    demande = st.query_params.get("niveau", "")
    possibles = list_niveaux(choix.selection.territoire_id)
    return {n: NIVEAUX[n] for n in possibles if n in dessines or n == demande or not dessines}, montres


def _read_selection(theme_id: str, indicateur: Indicateur | None) -> Selection:
    """Ce que dit l’adresse ; sans vague, celle du sélecteur, pour la carte comme pour ses niveaux."""
    lue = read_selection(state.read_adresse({"territoire": _is_territoire}))
    if lue.vague_id or indicateur is None or indicateur.origine != "declare":
        return lue
    return replace(lue, vague_id=_get_vague_defaut(theme_id))


def _render_absents(theme_id: str, absents: tuple[str, ...], sans_contours: tuple[str, ...]) -> None:
    """Les niveaux que l'on ne propose pas, et ce que l'État mesure à l'échelle des communes."""
    autres = [NOMS_NIVEAUX[niveau] for niveau in absents if niveau != "commune"]
    phrase = f"Par {format_liste(autres)}, trop peu à montrer. " if autres else ""
    if sans_contours:
        noms = format_liste([NIVEAUX[niveau] for niveau in sans_contours])
        phrase += f"Contours non chargés sur ce serveur\u202f: {noms}. "
    liens = _build_liens(theme_id) if "commune" in absents else ""
    if phrase or liens:
        st.html(f'<p class="baro-legende">{texte(phrase)}{liens}</p>')


def _build_liens(theme_id: str) -> str:
    """« Par commune, une réponse n'est pas publique ; on y voit les données de l'État : … »."""
    mesures = load_mesures_par_commune(porte.get_gate(), theme_id)
    if not mesures:
        return texte(NON_PUBLIC)
    liens = [
        build_lien_page(f"?theme={m.theme_id}&indicateur={m.id}&niveau=commune", m.titre) for m in mesures
    ]
    return f"{texte(f'{NON_PUBLIC} On y voit des données de l’État :')} {format_liste(liens)}."


def _is_territoire(identifiant: str) -> bool:
    if identifiant in porte.list_territoires():
        return True
    return identifiant.startswith("epci-") and porte.get_gate().get_collectivite(identifiant) is not None


def _choose_options(
    theme_id: str, indicateur_id: str, indicateur: Indicateur | None
) -> tuple[str, Dessin, bool]:
    """Repliées, les options ne se lisent que dans l'adresse : leurs choix ne partent qu'à qui les ouvre."""
    boite = st.expander("Affiner et comparer", key="carte-options", on_change="rerun")
    if not boite.open:
        if _has_champ(indicateur_id, indicateur):
            _read_champ()
        return _read_options(theme_id, indicateur_id, indicateur)
    with boite:
        return _select_options(theme_id, indicateur_id, indicateur)


def _read_options(
    theme_id: str, indicateur_id: str, indicateur: Indicateur | None
) -> tuple[str, Dessin, bool]:
    """La carte d'en face, le dessin, et si c'est une image fixe."""
    en_face = selectors.read_one("en_face", list_en_face(theme_id, indicateur_id))
    methode = selectors.read_one("classes", _list_classes(indicateur), defaut="egales")
    couche = selectors.read_one("couche", COUCHES, defaut="")
    vue = selectors.read_one("vue", VUES, defaut="")
    return en_face, Dessin(methode, couche), vue == "image"  # type: ignore[arg-type]


def _select_options(
    theme_id: str, indicateur_id: str, indicateur: Indicateur | None
) -> tuple[str, Dessin, bool]:
    if _has_champ(indicateur_id, indicateur):
        _select_champ()
    with selectors.open_rangee("carte-en-face"):
        options = list_en_face(theme_id, indicateur_id)
        selectors.select_one("en_face", "Une autre carte en face", options)
        selectors.select_one("classes", "Classes", _list_classes(indicateur), defaut="egales")
    with selectors.open_rangee("carte-dessin"):
        selectors.select_segment("couche", "Par-dessus", COUCHES, defaut="")
        selectors.select_segment("vue", "Carte", VUES, defaut="")
    return _read_options(theme_id, indicateur_id, indicateur)


def _has_champ(indicateur_id: str, indicateur: Indicateur | None) -> bool:
    """Vrai si la carte a un champ à choisir : ni une donnée de l'État, ni la couverture par un OPSN."""
    mesure = indicateur is not None and indicateur.origine == "mesure"
    return not mesure and indicateur_id != OPSN


def _list_classes(indicateur: Indicateur | None) -> dict[str, str]:
    """L'écart à la France n'a de couleurs que pour un indicateur qui a un sens."""
    sense = indicateur is not None and indicateur.sens != "neutre"
    return {c: nom for c, nom in CLASSES.items() if c != "ecart" or sense}


def _select_champ() -> None:
    with selectors.open_rangee("carte-champ"):
        type_ = selectors.select_type()
        selectors.select_one("strate", "Taille", selectors.list_strates(type_))
        selectors.select_one("opsn", "Accompagnement", {"": "Toutes les couvertures"} | LIBELLES_COUVERTURES)
        selectors.select_structure()


def _read_champ() -> None:
    """Repliés, ces choix n'ont rien à montrer ; une valeur que l'adresse écrit mal se dit quand même."""
    type_ = selectors.read_one("type", {"": ""} | LIBELLES_TYPES)
    selectors.read_one("strate", selectors.list_strates(type_))
    selectors.read_one("opsn", {"": ""} | LIBELLES_COUVERTURES)
    selectors.read_one("structure", selectors.STRUCTURES)


def list_en_face(theme_id: str, indicateur_id: str) -> dict[str, str]:
    """Ce que l'on peut mettre en face : une autre vague du même indicateur, ou un autre indicateur."""
    indicateur = _get_indicateur(indicateur_id)
    if indicateur is not None and indicateur.origine == "mesure":
        periodes = _list_periodes(indicateur_id)
    else:
        periodes = {} if indicateur_id == OPSN else list_vagues(theme_id)
    autres = {id_: titre for id_, titre in list_sujets(theme_id).items() if id_ != indicateur_id}
    return {"": "Aucune"} | {p: f"Le même indicateur, {nom}" for p, nom in periodes.items()} | autres


def _build_choix(premier: ChoixCarte, en_face: str) -> tuple[ChoixCarte, ...]:
    if not en_face:
        return (premier,)
    if en_face in list_sujets(premier.theme_id):
        libre = replace(premier.selection, vague_id="") if _change_de_nature(premier, en_face) else None
        return (premier, replace(premier, indicateur_id=en_face, selection=libre or premier.selection))
    autre = replace(premier, selection=replace(premier.selection, vague_id=en_face))
    return _add_changement(*_sort_vagues(premier, autre))


def _add_changement(avant: ChoixCarte, apres: ChoixCarte) -> tuple[ChoixCarte, ...]:
    """Deux vagues d'un indicateur déclaré, par région : une troisième carte dit ce que le test démontre."""
    indicateur = _get_indicateur(avant.indicateur_id)
    declare = indicateur is not None and indicateur.origine == "declare"
    if not declare or avant.niveau != NIVEAU_TESTE or avant.selection == apres.selection:
        return avant, apres
    vague = apres.selection.vague_id or _get_vague_defaut(apres.theme_id)
    tard = replace(apres.selection, vague_id=vague)
    return avant, apres, replace(apres, selection=tard, depuis=avant.selection.vague_id)


def _sort_vagues(*choix: ChoixCarte) -> tuple[ChoixCarte, ...]:
    """Le temps va de gauche à droite. Un identifiant commence par l'année ; sans vague, c'est la dernière."""
    return tuple(sorted(choix, key=lambda c: (not c.selection.vague_id, c.selection.vague_id)))


def _change_de_nature(premier: ChoixCarte, en_face: str) -> bool:
    """Une période de donnée de l'État n'est pas une vague : l'autre carte prend la sienne."""
    natures = [
        i.origine if (i := _get_indicateur(id_)) else "declare" for id_ in (premier.indicateur_id, en_face)
    ]
    return natures[0] != natures[1]


__all__ = [
    "NOMS_NIVEAUX", "Demande", "list_en_face", "list_sujets", "list_vagues", "read_demande", "select_demande",
]  # fmt: skip
