"""Les choix de la page Explorer, lus dans l'adresse et écrits dans l'adresse."""

from __future__ import annotations

import streamlit as st

from barometre.assemblage.explorer import list_lieux
from barometre.catalogue import load_catalogue
from barometre.domain.territoire import LIBELLES_COUVERTURES
from barometre.ui import porte, selectors, state
from barometre.views.donnees.demande import FORMES, NIVEAUX, REPARTITIONS, TERRITOIRE, VAGUE

ORIGINES = {"declare": "", "mesure": " (donnée de l’État)", "publie": " (publié)"}
AIDE_INDICATEURS = (
    "Tapez un mot ou le nom d’un thème\u202f: déclarés, mesurés par l’État et publiés par le baromètre sont "
    "dans la même liste, thème par thème. Sans choix, la vue prend ceux du thème."
)
AIDE_NIVEAU = (
    "Les réponses se lisent jusqu’au département\u202f; les données de l’État jusqu’à la commune. Choisir "
    "une région ou un département ne garde que ce qu’il contient."
)
AIDE_TERRITOIRES = (
    "Des régions, des départements\u202f; ou des communes, des intercommunalités (données de l’État)\u202f: "
    "choisissez d’abord leur département, puis tapez leur nom. On peut en garder de plusieurs départements."
)


def select_choix() -> None:
    """Quoi, où, qui, quand, et dans quelle forme."""
    selectors.select_many("indicateurs", "Indicateurs", list_choix(), aide=AIDE_INDICATEURS)
    _select_quoi()
    par = state.read_adresse().list("par")
    _select_ou(TERRITOIRE in par)
    _select_qui()


def _select_quoi() -> None:
    themes = {"": "Chiffres clés des neuf thèmes"} | {t.id: t.titre for t in load_catalogue().themes}
    vagues = {"": "La dernière"} | {v.id: v.titre for v in load_catalogue().vagues}
    # Réparties par vague, toutes y sont : un menu disait « La dernière », et n'y changeait rien.
    reparties = VAGUE in state.read_adresse().list("par")
    theme, par, *vague = st.columns(2 if reparties else 3)
    with theme:
        selectors.select_one("theme", "Thème", themes, efface=("indicateurs", "page"))
    with par:
        selectors.select_many("par", "Réparti par", REPARTITIONS)
    for colonne in vague:
        with colonne:
            selectors.select_one("vague", "Vague", vagues, efface=("page",))


def _select_ou(reparti: bool) -> None:
    territoires = porte.list_territoires()
    niveau, dans, choisis = st.columns(3)
    with niveau:
        if reparti:
            selectors.select_one("niveau", "Niveau", NIVEAUX, efface=("page",), aide=AIDE_NIVEAU)
        else:
            selectors.select_segment("chiffres", "Chiffres", selectors.CHIFFRES, aide=selectors.AIDE_CHIFFRES)
    with dans:
        libelle = "Dans" if reparti else "Territoire"
        selectors.select_one("territoire", libelle, territoires, efface=("page",))
    with choisis:
        lue = state.read_adresse()
        lieux = list_lieux(porte.get_gate(), lue.get("territoire"), lue.list("territoires"))
        selectors.select_many(
            "territoires", "Ou ces territoires seulement", territoires | lieux, aide=AIDE_TERRITOIRES
        )


def _select_qui() -> None:
    couvertures = {"": "Toutes les couvertures"} | LIBELLES_COUVERTURES
    type_, strate, opsn = st.columns(3)
    with type_:
        choisi = selectors.select_type()
    with strate:
        selectors.select_one("strate", "Taille", selectors.list_strates(choisi))
    with opsn:
        selectors.select_one("opsn", "Accompagnement", couvertures, aide=selectors.AIDE_OPSN)
    selectors.select_segment("forme", "Forme du tableau", FORMES)


def list_choix() -> dict[str, str]:
    """Tout ce qui peut se choisir, thème par thème : déclarés, mesurés, publiés."""
    catalogue = load_catalogue()
    choix: dict[str, str] = {}
    for theme in catalogue.themes:
        fiches = sorted(catalogue.list_indicateurs(theme.id), key=lambda i: i.origine != "declare")
        choix |= {
            i.id: f"{theme.titre} › {_name(i.groupe_titre, i.titre)}{ORIGINES[i.origine]}" for i in fiches
        }
        publies = (p for p in catalogue.chiffres_publies if p.theme_id == theme.id)
        choix |= {p.id: f"{theme.titre} › {p.libelle}, {p.annee}{ORIGINES['publie']}" for p in publies}
    autres = (p for p in catalogue.chiffres_publies if p.id not in choix)
    return choix | {p.id: f"Participation › {p.libelle}, {p.annee}{ORIGINES['publie']}" for p in autres}


def _name(groupe: str, titre: str) -> str:
    return f"{groupe}\u202f: {titre}" if groupe else titre
