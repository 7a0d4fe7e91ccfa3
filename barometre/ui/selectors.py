"""Les choix du lecteur : lus dans l'adresse, écrits dans l'adresse.

`bind="query-params"` de Streamlit écrirait le libellé affiché (« Communes de 500 à 999 habitants ») ;
l'adresse porte ici l'identifiant, qui ne change pas avec les mots.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from barometre.assemblage.theme import load_vague_defaut
from barometre.catalogue import load_catalogue
from barometre.domain.structure import EGALE
from barometre.domain.territoire import FRANCE, LIBELLES_COUVERTURES, LIBELLES_TYPES
from barometre.ui import porte, state
from barometre.views.lecture.address import CLES
from barometre.views.lecture.selection import Selection

CHIFFRES = {"redresse": "Redressés", "brut": "Bruts"}
TOUTES_STRATES = "Toutes les tailles"


def open_rangee(nom: str) -> DeltaGenerator:
    """Des choix côte à côte, de même largeur, qui passent à la ligne sur un petit écran.

    `st.columns` en ferait autant, et coûterait un message de plus par choix.
    """
    return st.container(key=f"rangee-{nom}", horizontal=True, gap="medium", vertical_alignment="bottom")


def select_one(
    nom: str,
    libelle: str,
    options: Mapping[str, str],
    *,
    defaut: str | None = None,
    efface: tuple[str, ...] = (),
    aide: str | None = None,
) -> str:
    """Un choix dans une liste ; changer efface de l'adresse les clés qui en dépendent."""
    normal = _get_defaut(nom, options, defaut)
    widget = _prepare(nom, options, normal)
    st.selectbox(
        libelle,
        list(options),
        format_func=lambda valeur: options.get(valeur, valeur),
        key=widget,
        on_change=_record,
        args=(nom, normal, efface),
        help=aide,
    )
    return str(st.session_state[widget])


def select_segment(
    nom: str,
    libelle: str,
    options: Mapping[str, str],
    *,
    defaut: str | None = None,
    aide: str | None = None,
    cache: bool = False,
) -> str:
    """Un choix entre peu de valeurs. `cache` : le libellé n'est dit qu'aux lecteurs d'écran."""
    normal = _get_defaut(nom, options, defaut)
    widget = _prepare(nom, options, normal)
    st.segmented_control(
        libelle,
        list(options),
        format_func=lambda valeur: options.get(valeur, valeur),
        key=widget,
        on_change=_record,
        args=(nom, normal, ()),
        help=aide,
        required=True,
        label_visibility="collapsed" if cache else "visible",
    )
    return str(st.session_state[widget])


def select_many(
    nom: str, libelle: str, options: Mapping[str, str], *, aide: str | None = None
) -> tuple[str, ...]:
    """Plusieurs choix dans une liste ; aucun se dit aussi dans l'adresse."""
    widget = f"adresse_{nom}"
    choisies = state.read_adresse({nom: {"", *options}}).list(nom)
    state.set_widget(widget, [valeur for valeur in choisies if valeur in options])
    st.multiselect(
        libelle,
        list(options),
        format_func=lambda valeur: options.get(valeur, valeur),
        key=widget,
        on_change=_record_many,
        args=(nom,),
        placeholder="Choisir",
        help=aide,
    )
    return tuple(st.session_state[widget])


def select_type() -> str:
    """Le type de collectivité ; en changer efface la strate."""
    return select_one("type", "Type", {"": "Tous les types"} | LIBELLES_TYPES, efface=("strate",))


def redirect(ancienne: str, valeurs: Collection[str], nouvelle: str, valeur: str) -> None:
    """Un lien partagé avant que `ancienne` ne change de sens : sa valeur passe à la clé `nouvelle`."""
    demandee = st.query_params.get(ancienne, "")
    if demandee in valeurs:
        st.query_params[nouvelle] = demandee
        st.query_params[ancienne] = valeur


def select_text(nom: str, libelle: str, *, invite: str = "", aide: str | None = None) -> str:
    """Un texte libre (recherche), gardé dans l'adresse."""
    widget = f"adresse_{nom}"
    state.set_widget(widget, state.read_adresse().get(nom))
    st.text_input(libelle, key=widget, placeholder=invite, on_change=_record, args=(nom, "", ()), help=aide)
    return str(st.session_state[widget]).strip()


def read_one(nom: str, options: Mapping[str, str], *, defaut: str | None = None) -> str:
    """Ce que `select_one` montrerait, sans sélecteur : une page projetée n'en a pas."""
    return read_choix(nom, options, _get_defaut(nom, options, defaut))


def read_theme() -> str:
    """Le thème que l'adresse choisit ; le premier, sinon."""
    themes = {theme.id: theme.titre for theme in load_catalogue().themes}
    return read_one("theme", themes, defaut=next(iter(themes)))


def read_champ() -> Selection:
    """Le territoire et le type que l'adresse choisit, comme sur les pages qui n'ont que ces deux choix."""
    return Selection(
        territoire_id=read_one("territoire", porte.list_territoires()),
        type=read_one("type", {"": ""} | LIBELLES_TYPES),
    )


def read_theme_cell(theme_id: str) -> Selection:
    """Ce que l'adresse choisit sur une page de thème : lu avant que les sélecteurs, repliés, se dessinent."""
    choix = {nom: read_choix(nom, o, d) for nom, (o, d) in _list_options(theme_id).items()}
    return Selection(
        choix["vague"],
        choix["territoire"],
        choix["type"],
        choix["strate"],
        choix["opsn"],
        "brut" if choix["chiffres"] == "brut" else "redresse",
        choix["structure"],
    )


def _list_options(theme_id: str) -> dict[str, tuple[Mapping[str, str], str]]:
    """Par clé de l'adresse : les valeurs offertes, et celle par défaut."""
    vagues = list_vagues(theme_id)
    types = {"": "Tous les types"} | LIBELLES_TYPES
    return {
        "vague": (vagues, get_vague_defaut(theme_id)),
        "territoire": (porte.list_territoires(), porte.get_territoire_defaut()),
        "type": (types, ""),
        "strate": (list_strates(read_choix("type", types, "")), ""),
        "opsn": ({"": "Toutes les couvertures"} | LIBELLES_COUVERTURES, ""),
        "chiffres": (CHIFFRES, "redresse"),
        "structure": (STRUCTURES, ""),
    }


def render_theme_cell(theme_id: str) -> None:
    """Les choix d'une page de thème : la vague, le champ, brut ou redressé, la structure."""
    options = _list_options(theme_id)
    reglages: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("vague", "Vague", {}),
        ("territoire", "Territoire", {}),
        ("type", "Type", {"efface": ("strate",)}),
        ("strate", "Taille", {}),
        ("opsn", "Accompagnement", {"aide": AIDE_OPSN}),
        ("chiffres", "Chiffres", {"aide": AIDE_CHIFFRES}),
        ("structure", "Tailles", {"aide": AIDE_STRUCTURE}),
    )
    for rang, rangee in enumerate((reglages[:3], reglages[3:])):
        with open_rangee(f"theme-{rang}"):
            for nom, libelle, reglage in rangee:
                choisir = select_segment if nom == "chiffres" else select_one
                choisir(nom, libelle, options[nom][0], defaut=options[nom][1], **reglage)


def select_synthese() -> Selection:
    """Les choix de la synthèse : l'édition (une vague, ou les dernières réponses), le territoire, le type."""
    with open_rangee("synthese"):
        territoire = select_one("territoire", "Territoire", porte.list_territoires())
        type_ = select_one("type", "Type", {"": "Tous les types"} | LIBELLES_TYPES)
        vague = select_one("vague", "Édition", _list_editions())
    return Selection(vague, territoire, type_)


def read_synthese() -> Selection:
    """Les mêmes choix, sans sélecteur."""
    return replace(read_champ(), vague_id=read_one("vague", _list_editions()))


def _list_editions() -> dict[str, str]:
    vagues = {v.id: v.titre for v in load_catalogue().vagues}
    return {"": "Les dernières réponses de chaque thème"} | vagues


AIDE_OPSN = (
    "Trois faits, jamais déduits l’un de l’autre. Adhérente\u202f: la collectivité est membre d’un OPSN. "
    "Dans le périmètre\u202f: un OPSN couvre son département, sans que l’on sache si elle en est membre. "
    "Inconnue\u202f: aucune source n’en dit rien, ce qui ne veut pas dire «\u202fnon couverte\u202f»."
)
STRUCTURES = {"": "Celles de chaque territoire", EGALE: "À structure égale"}
AIDE_STRUCTURE = (
    "À structure égale\u202f: chaque région ou département comme s’il avait les tailles du pays, car une "
    "région de petites communes n’est pas en retard d’être rurale. Refusé là où une tranche a trop peu de "
    "réponses."
)
AIDE_CHIFFRES = (
    "Bruts\u202f: les réponses telles que reçues. Redressés\u202f: corrigés pour que les répondants "
    "ressemblent à l’ensemble des collectivités (taille, région, accompagnement)."
)


def select_structure() -> str:
    """Chaque territoire avec ses tailles, ou tous avec celles du pays."""
    return select_one("structure", "Tailles", STRUCTURES, aide=AIDE_STRUCTURE)


def list_vagues(theme_id: str) -> dict[str, str]:
    """Les vagues qui ont posé ce questionnaire, dans l'ordre."""
    return {v.id: v.titre for v in load_catalogue().vagues if theme_id in v.questionnaires}


def get_vague_defaut(theme_id: str) -> str:
    """Celle que propose d'abord une page de ce thème : la dernière qui a des chiffres à citer."""
    return load_vague_defaut(porte.get_gate(), theme_id)


def list_strates(type_: str) -> dict[str, str]:
    """Les strates d'un type, ou toutes ; « toutes les tailles » d'abord."""
    return {"": TOUTES_STRATES} | {
        strate.id: strate.libelle if type_ else f"{LIBELLES_TYPES[strate.type]}, {strate.libelle}"
        for strate in load_catalogue().strates
        if type_ in ("", strate.type)
    }


def _get_defaut(nom: str, options: Mapping[str, str], defaut: str | None) -> str:
    habituel = porte.get_territoire_defaut() if nom == "territoire" else CLES[nom].defaut
    voulu = habituel if defaut is None else defaut
    return str(voulu) if voulu in options else next(iter(options), FRANCE)


def _prepare(nom: str, options: Mapping[str, str], defaut: str) -> str:
    """L'adresse décide : un retour en arrière du navigateur remet aussi le sélecteur."""
    widget = f"adresse_{nom}"
    state.set_widget(widget, read_choix(nom, options, defaut))
    return widget


def _record_many(nom: str) -> None:
    defaut = CLES[nom].defaut
    state.write_valeur(nom, tuple(map(str, st.session_state[f"adresse_{nom}"])), defaut)


def read_choix(nom: str, options: Mapping[str, str], defaut: str) -> str:
    """Ce que l'adresse choisit parmi des valeurs offertes ; sinon la valeur par défaut."""
    valeur = state.read_adresse({nom: options}, {nom: defaut}).get(nom)
    return valeur if valeur in options else defaut


def _record(nom: str, defaut: str, efface: tuple[str, ...]) -> None:
    # La valeur vient du navigateur : elle sera comparée aux choix offerts à la prochaine lecture.
    valeur = st.session_state[f"adresse_{nom}"]
    state.write_valeur(nom, defaut if valeur is None else str(valeur).strip(), defaut)
    for cle in efface:
        st.query_params.pop(cle, None)
