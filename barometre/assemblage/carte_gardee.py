"""La vue d'une carte et son dessin, construits une fois par portée, version et filtres."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.catalogue import load_catalogue
from barometre.contours.accord import check_accord, check_tuiles, compare_codes
from barometre.contours.dossier import CODES, TUILES, get_dossier_actif
from barometre.contours.encarts import SUFFIXE
from barometre.contours.lecture import EMBARQUES_NIVEAUX, PAR_UN_OPERATEUR, Contours
from barometre.domain.indicateur import Indicateur
from barometre.maps import (
    Carte,
    ContoursAbsents,
    build_carte,
    build_donnees,
    build_image,
    build_points,
    load_contours,
)
from barometre.maps.classes import Methode, build_classes
from barometre.maps.colis import build_colis
from barometre.maps.composition import build_carte_categories
from barometre.maps.palettes import BAISSE, HAUSSE, NON, OUI, PLUSIEURS, STABLE, UN
from barometre.views.carte.faits import A_REPONDU, list_opsn_par_departement
from barometre.views.carte.lieux import build_fil, get_millesime
from barometre.views.carte.niveaux import list_mesures_par_commune, list_niveaux_montres
from barometre.views.carte.valeurs import OUI_NON
from barometre.views.carte.vue_carte import ChoixCarte, VueCarte, build_vue_carte

OPSN_AU_DESSUS = "opsn"
# Niveau que l'on montre quand les contours de celui demandé manquent.
REPLIS = {"commune": "departement", "epci": "departement", "departement": "region"}


@dataclass(frozen=True, slots=True)
class Dessin:
    """Comment classer, que poser par-dessus, et sur quels contours."""

    methode: Methode = "egales"
    couche: str = ""
    # Le dossier en service : de nouveaux contours donnent une carte neuve, sans nouvelles données.
    contours: str = ""


@dataclass(frozen=True, slots=True)
class CarteAffichee:
    """La vue et sa carte ; `messages` dit ce qui a dû changer pour la montrer."""

    vue: VueCarte
    carte: Carte
    messages: tuple[str, ...] = ()
    # Ce qui la refait : les cartes demandées ensemble, leur dessin, laquelle.
    choix: tuple[ChoixCarte, ...] = ()
    dessin: Dessin = Dessin()
    rang: int = 0

    @property
    def is_nommee(self) -> bool:
        """Vrai si elle dit qui a répondu : ses fichiers suivent le droit du lecteur."""
        return self.vue.releve.categories[:1] == (A_REPONDU,)


@dataclass(frozen=True, slots=True)
class Prete:
    """Une vue, les contours de son niveau, et ce qu'il a fallu changer pour qu'ils s'accordent."""

    vue: VueCarte
    contours: Contours
    messages: tuple[str, ...] = ()


def load_cartes(gate: Gate, choix: tuple[ChoixCarte, ...], dessin: Dessin) -> tuple[CarteAffichee, ...]:
    """Une carte, ou deux aux mêmes classes."""
    return memoire.get_vue(gate, build_cartes, choix, get_date_contours(dessin))


def load_niveaux(gate: Gate, choix: ChoixCarte) -> tuple[str, ...]:
    """Les niveaux de ce territoire où ce choix montre quelque chose."""
    return memoire.get_vue(gate, _list_niveaux, replace(choix, niveau=""))


def has_contours(niveau: str) -> bool:
    """Vrai si ce serveur a de quoi dessiner ce niveau ; sans quoi la carte en montrerait un autre."""
    return niveau in EMBARQUES_NIVEAUX or get_dossier_actif() is not None


def load_mesures_par_commune(gate: Gate, theme_id: str) -> tuple[Indicateur, ...]:
    """Les données de l'État que l'on peut voir commune par commune."""
    return memoire.get_vue_publique(gate, _list_mesures, theme_id)


def _list_niveaux(gate: Gate, choix: ChoixCarte) -> tuple[str, ...]:
    return list_niveaux_montres(gate, load_catalogue(), choix)


def _list_mesures(gate: Gate, theme_id: str) -> tuple[Indicateur, ...]:
    return list_mesures_par_commune(gate, load_catalogue(), theme_id)


def load_donnees(gate: Gate, choix: tuple[ChoixCarte, ...], dessin: Dessin, rang: int) -> str:
    """Ce que la carte folium envoie au navigateur."""
    return memoire.get_vue(gate, _build_donnees, choix, get_date_contours(dessin), rang)


def load_colis(gate: Gate, choix: tuple[ChoixCarte, ...], dessin: Dessin, rang: int) -> dict[str, Any]:
    """Ce que la carte des communes envoie au navigateur ; `ContoursAbsents` si les tuiles ne vont pas."""
    return memoire.get_vue(gate, _build_colis, choix, get_date_contours(dessin), rang)


def get_date_contours(dessin: Dessin) -> Dessin:
    """Le dessin, sur les contours en service."""
    return replace(dessin, contours=str(get_dossier_actif() or ""))


def build_cartes(gate: Gate, choix: tuple[ChoixCarte, ...], dessin: Dessin) -> tuple[CarteAffichee, ...]:
    """Les vues, puis leurs dessins ; les classes naissent des valeurs de toutes."""
    pretes = [_prepare(gate, c) for c in choix]
    vues = [prete.vue for prete in pretes]
    couche = _build_couche(gate) if dessin.couche == OPSN_AU_DESSUS else None
    return tuple(
        CarteAffichee(
            prete.vue,
            _draw(
                prete.vue,
                prete.contours,
                [v for v in vues if _is_comparable(v, prete.vue)],
                dessin.methode,
                couche,
            ),
            (*prete.messages, *prete.vue.messages),
            choix,
            dessin,
            rang,
        )
        for rang, prete in enumerate(pretes)
    )


def build_image_carte(
    gate: Gate, choix: tuple[ChoixCarte, ...], dessin: Dessin, rang: int, *, sombre: bool = False
) -> bytes:
    """L'image fixe d'une carte, pour cette porte."""
    carte = memoire.get_vue(gate, build_cartes, choix, dessin)[rang].carte
    return build_image(carte, legende=False, titre=False, sombre=sombre)


def build_table_carte(affichee: CarteAffichee) -> pd.DataFrame:
    """Les codes et les valeurs dans l'unité affichée ; ce qui n'est pas montré n'a que sa raison."""
    indicateur = affichee.vue.indicateur
    points = build_points(affichee.carte)
    if affichee.vue.releve.categories:
        return points.drop(columns=["valeur"])
    facteur = 100 if indicateur.est_part else 1
    return points.assign(
        valeur=(points["valeur"] * facteur).round(indicateur.decimales), unite=indicateur.unite
    )


def _build_donnees(gate: Gate, choix: tuple[ChoixCarte, ...], dessin: Dessin, rang: int) -> str:
    return build_donnees(memoire.get_vue(gate, build_cartes, choix, dessin)[rang].carte)


def _build_colis(gate: Gate, choix: tuple[ChoixCarte, ...], dessin: Dessin, rang: int) -> dict[str, Any]:
    dossier = get_dossier_actif()
    if dossier is None:
        raise ContoursAbsents(
            f"Les contours des communes ne sont plus sur ce serveur\u202f: {PAR_UN_OPERATEUR}."
        )
    carte = memoire.get_vue(gate, build_cartes, choix, dessin)[rang].carte
    base = f"contours/{dossier.name}"
    adresses = {"tuiles": f"{base}/{TUILES}", "codes": f"{base}/{CODES}"}
    return build_colis(carte, check_tuiles(dossier, carte.contours)) | adresses


def _prepare(gate: Gate, choix: ChoixCarte) -> Prete:
    """La vue et des contours qui s'accordent, au niveau demandé ou à celui du dessus, avec la phrase."""
    try:
        return _match(gate, choix)
    except ContoursAbsents as erreur:
        moins_fin = _widen(gate, replace(choix, niveau=REPLIS[choix.niveau]))
        prete = _prepare(gate, moins_fin)
        phrase = f"{erreur} La carte reste au niveau des {_PLURIELS[prete.vue.choix.niveau]}."
        return replace(prete, messages=(phrase, *prete.messages))


def _match(gate: Gate, choix: ChoixCarte) -> Prete:
    load_contours(choix.niveau)  # d'abord : sans contours, inutile de lire les valeurs
    vue = build_vue_carte(gate, load_catalogue(), choix)
    # La vue a pu changer de niveau (l'OPSN se lit par département).
    contours = load_contours(vue.choix.niveau)
    accord = compare_codes(contours, vue.cadre["code"], get_millesime(gate))
    if vue.choix.niveau in REPLIS:
        check_accord(accord)
    return Prete(vue, contours, tuple(m for m in (contours.avertissement, accord.phrase) if m))


_PLURIELS = {"region": "régions", "departement": "départements"}


def _widen(gate: Gate, choix: ChoixCarte) -> ChoixCarte:
    """Un territoire plus petit que le niveau est remplacé par celui qui le contient."""
    rangs = ("france", "zone", "region", "departement", "epci")
    permis = rangs[: rangs.index(choix.niveau)]
    etapes = [id_ for id_, _ in build_fil(gate, choix.selection.territoire_id)]
    retenu = next((id_ for id_ in reversed(etapes) if id_.partition("-")[0] in permis), "france")
    return replace(choix, selection=replace(choix.selection, territoire_id=retenu))


def _is_comparable(une: VueCarte, autre: VueCarte) -> bool:
    """Deux vues de même unité ont les mêmes classes ; deux unités ne se mêlent pas."""
    cles = [(v.indicateur.est_part, v.indicateur.unite, bool(v.releve.categories)) for v in (une, autre)]
    return cles[0] == cles[1]


def _draw(
    vue: VueCarte,
    contours: Contours,
    ensemble: list[VueCarte],
    methode: Methode,
    couche: gpd.GeoDataFrame | None,
) -> Carte:
    if vue.releve.categories:
        return _draw_categories(vue, contours)
    ecart = methode == "ecart" and all(v.releve.ecarts and v.indicateur.sens != "neutre" for v in ensemble)
    retenue: Methode = methode if methode != "ecart" or ecart else "egales"
    valeurs = [x for v in ensemble for x in (v.releve.ecarts if ecart else v.releve.toutes)]
    autres = [] if ecart else [x for v in ensemble for x in v.releve.indicatives]
    return build_carte(
        vue.cadre,
        vue.indicateur,
        contours,
        titre=vue.titre,
        classes=build_classes(valeurs, ensemble[0].indicateur, retenue, aussi=autres),
        simulee=vue.simulee,
        reference=vue.releve.reference if ecart else None,
        couche=_select_couche(couche, vue.cadre, contours),
    )


def _draw_categories(vue: VueCarte, contours: Contours) -> Carte:
    categories = vue.releve.categories
    return build_carte_categories(
        vue.cadre,
        contours,
        titre=vue.titre,
        legende=vue.indicateur.titre,
        categories=tuple(zip(categories, _pick_couleurs(vue), strict=True)),
        absent=vue.releve.absent,
        sens="reponses" if categories[0] == A_REPONDU else "changements" if vue.choix.depuis else "",
        simulee=vue.simulee,
    )


def _pick_couleurs(vue: VueCarte) -> tuple[str, ...]:
    """Les couleurs des catégories, dans leur ordre."""
    categories = vue.releve.categories
    if vue.choix.depuis:
        return (BAISSE, STABLE, HAUSSE)
    if categories[0] == A_REPONDU or categories == OUI_NON:
        return (OUI, NON)
    return (UN, PLUSIEURS) if vue.choix.niveau == "departement" else (PLUSIEURS, UN)


def _build_couche(gate: Gate) -> gpd.GeoDataFrame:
    """Les départements dans le périmètre d'un OPSN : un trait tireté ; de plusieurs : un trait plein."""
    formes = load_contours("departement").select()
    noms = list_opsn_par_departement(gate)
    nombres = formes["code"].map(lambda code: len(noms.get(f"departement-{code}", [])))
    return formes.assign(nombre=nombres)[nombres > 0]


def _select_couche(
    couche: gpd.GeoDataFrame | None, cadre: pd.DataFrame, contours: Contours
) -> gpd.GeoDataFrame | None:
    """Le tracé de la couche, placé pour la carte nationale : il ne se pose que sur elle."""
    if couche is None or cadre["region"].nunique() <= 1:
        return None
    # Sans l'encart de Paris (une carte par région), son contour agrandi flotterait sur la mer.
    encart = contours.formes["cle"].str.endswith(SUFFIXE).any()
    return couche if encart else couche[~couche["cle"].str.endswith(SUFFIXE)]
