"""La figure que montre une adresse, sans sa page : l'aperçu d'un lien, ou le cadre d'un autre site.

Toujours par la porte du public, et gardée par version : qui reçoit le lien n'est pas celui qui l'envoie.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from barometre.access import Gate
from barometre.assemblage import depot, memoire
from barometre.assemblage.carte_gardee import Dessin, load_cartes
from barometre.assemblage.explorer import load_explorer, load_figure
from barometre.assemblage.images import build_image_dessin
from barometre.assemblage.theme import load_theme
from barometre.catalogue import load_catalogue
from barometre.charts import Dessin as DessinFigure
from barometre.charts import Marques
from barometre.charts.cadre import NOMBRES
from barometre.charts.image import FormatImage
from barometre.domain.provenance import Provenance
from barometre.maps import Carte, build_image
from barometre.maps.tableau import build_table as build_table_carte
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.donnees.demande import DemandeExplorer, ExplorationRefusee, list_admises, read_demande
from barometre.views.donnees.figure import choose_figure
from barometre.views.lecture.address import Adresse, build_query, read_query
from barometre.views.lecture.selection import read_selection

EXPLORER, CARTE = "explorer", "carte"
# La clé qui demande la figure, et celles qui n'en changent rien.
SEULE = "embed"
NEUTRES = frozenset({SEULE, "nom", "page", "presentation", "collectivite", "recherche", "csv"})


@dataclass(frozen=True, slots=True)
class FigureSeule:
    """Une figure et ses doubles ; ni dessin ni carte : elle n'a pas d'image."""

    titre: str
    phrase: str
    alt: str
    provenance: Provenance
    table: pd.DataFrame
    dessin: DessinFigure | None = None
    carte: Carte | None = None
    # Le dessin déjà en HTML : à l'écran, du texte vaut mieux que son image.
    html: str = ""
    legende: str = ""

    @property
    def has_image(self) -> bool:
        """Vrai si un dessin part en image."""
        return self.dessin is not None or self.carte is not None


def has_figure(page: str) -> bool:
    """Vrai si cette page a une figure à donner seule : Explorer, la carte, les neuf thèmes."""
    return page in (EXPLORER, CARTE) or any(page == theme.id for theme in load_catalogue().themes)


def build_requete(requete: str) -> str:
    """La requête la plus courte de la même figure : un nom ou une page d'aperçu n'en font pas une autre."""
    lues = read_query(requete).valeurs
    return build_query({nom: valeur for nom, valeur in lues.items() if nom not in NEUTRES})


def load_figure_seule(gate: Gate, page: str, requete: str) -> FigureSeule | None:
    """La figure d'une adresse ; None si la page n'en a pas, ou si sa sélection n'a rien à dessiner."""
    return memoire.get_vue(gate, _build, page, build_requete(requete)) if has_figure(page) else None


def load_image_seule(gate: Gate, page: str, requete: str, extension: FormatImage) -> bytes | None:
    """Son image, gardée elle aussi."""
    if not has_figure(page):
        return None
    return memoire.get_vue(gate, _draw, page, build_requete(requete), extension)


def _draw(gate: Gate, page: str, requete: str, extension: FormatImage) -> bytes | None:
    figure = load_figure_seule(gate, page, requete)
    if figure is None or not figure.has_image:
        return None
    if figure.carte is not None:
        return build_image(figure.carte, extension, mentions=figure.provenance.pied)
    assert figure.dessin is not None  # une image vient d'une carte ou d'un dessin
    return build_image_dessin(figure.dessin, figure.titre, figure.provenance, extension)


def _build(gate: Gate, page: str, requete: str) -> FigureSeule | None:
    catalogue = load_catalogue()
    admises = list_admises(catalogue, depot.list_territoires_of(gate), depot.build_is_lieu(gate))
    adresse = read_query(requete, admises | {"indicateur": set(catalogue.indicateurs)})
    if page == EXPLORER:
        return _build_explorer(gate, read_demande(adresse))
    return _build_carte(gate, _read_choix(adresse)) if page == CARTE else _build_theme(gate, page, adresse)


def _build_theme(gate: Gate, theme_id: str, adresse: Adresse) -> FigureSeule | None:
    """Tous les indicateurs du thème, comme en tête de sa page."""
    affiche = load_theme(gate, theme_id, read_selection(adresse))
    vue, marques = affiche.vue, affiche.ensemble
    if marques is None:
        return None
    return FigureSeule(
        f"{vue.theme.titre} : {vue.contexte.champ}",
        vue.a_retenir,
        marques.alt,
        vue.provenance,
        _drop_nombres(marques.table),
        marques,
        html=marques.html,
        legende=marques.legende,
    )


def _read_choix(adresse: Adresse) -> ChoixCarte:
    """La carte d'une adresse ; sans indicateur, le premier chiffre clé de son thème."""
    catalogue = load_catalogue()
    nomme = catalogue.indicateurs.get(adresse.get("indicateur"))
    theme = adresse.get("theme") or (nomme.theme_id if nomme else catalogue.themes[0].id)
    rangees = sorted(
        catalogue.list_indicateurs(theme_id=theme), key=lambda i: (not i.cle, i.origine != "declare")
    )
    return ChoixCarte((nomme or rangees[0]).id, theme, adresse.get("niveau"), read_selection(adresse))


def _build_carte(gate: Gate, choix: ChoixCarte) -> FigureSeule:
    affichee = load_cartes(gate, (choix,), Dessin())[0]
    carte = affichee.carte
    return FigureSeule(
        carte.titre, carte.phrase, carte.alt, affichee.vue.provenance, build_table_carte(carte), carte=carte
    )


def _build_explorer(gate: Gate, demande: DemandeExplorer) -> FigureSeule | None:
    try:
        vue = load_explorer(gate, demande)
    except ExplorationRefusee:
        return None
    if choose_figure(vue, demande) == "carte":
        indicateur = vue.indicateurs[0]
        return _build_carte(
            gate, ChoixCarte(indicateur.id, indicateur.theme_id, demande.niveau, demande.selection)
        )
    figure = load_figure(gate, demande)
    if figure is None:
        return None
    dessin = figure.dessin
    return FigureSeule(
        figure.titre,
        dessin.phrase,
        dessin.alt,
        vue.provenance,
        _drop_nombres(dessin.table),
        dessin,
        html=dessin.html if isinstance(dessin, Marques) else "",
        legende=dessin.legende,
    )


def _drop_nombres(table: pd.DataFrame) -> pd.DataFrame:
    """Les mots seuls : les nombres derrière eux sont pour un fichier."""
    return table.drop(columns=[nom for nom in NOMBRES if nom in table])
