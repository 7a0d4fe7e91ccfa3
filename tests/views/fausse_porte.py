"""Une porte d'accès et un catalogue entièrement inventés : deux thèmes, trois régions, des cellules au choix.

Les territoires s'appellent « Nord-Essai », les valeurs sont rondes : rien ne ressemble à un résultat.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from barometre.access.masques import mask_estimations
from barometre.catalogue.model import Catalogue, Grille, Strate, Theme
from barometre.catalogue.objectifs import Objectif
from barometre.domain.chiffre import ChiffrePublie
from barometre.domain.enquete import Condition, Option, Question, Questionnaire, Vague
from barometre.domain.estimation_modele import EstimationModele
from barometre.domain.indicateur import Action, Calcul, Indicateur
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.territoire import Collectivite
from barometre.domain.version import Version
from tests import mini

STRATES = ("commune-0-499", "commune-500-plus", "epci-toutes")
REGIONS = {"region-01": "Nord-Essai", "region-02": "Sud-Essai", "region-03": "Île d’Essai"}
PRUDENCE = ("prudence_bas", "prudence_haut", "g_etoile", "pente")
EGALES = ("egal", "egal_bas", "egal_haut", "egal_note", "egal_manque")
COLONNES = (
    "indicateur_id", "vague_id", "niveau", "territoire_id", "type", "strate", "couverture", "population",
    "participants", "n", "n_oui", "n_eff", "brut", "redresse", "se", "df", "bas", "haut", "note", "etat",
    "plafond", "raison", *PRUDENCE, *EGALES,
)  # fmt: skip


def build_indicateur(id_: str = "site", **autres: Any) -> Indicateur:
    """Une carte complète, inventée."""
    base = Indicateur(
        id=id_,
        theme_id="essai",
        titre=f"Indicateur {id_}",
        definition="Part des collectivités qui ont un site d'essai.",
        unite="%",
        decimales=0,
        sens="plus_haut_mieux",
        calcul=Calcul("part_options", "essai_q01", ("oui",)),
        base="Collectivités ayant répondu à la question",
        source_id="barometre",
        origine="declare",
        precautions="Chiffre inventé.",
        pourquoi="Pour essayer.",
        actions=(Action("Essayer.", "https://exemple.invalid/"),),
        revision=date(2099, 1, 1),
    )
    return replace(base, **autres)


def build_objectif(**autres: Any) -> Objectif:
    """La moitié des collectivités, toutes, au 30 juin 2027 : un objectif d'exemple."""
    base: dict[str, Any] = {
        "id": "o", "indicateur": "site", "type": "", "territoire": "france", "sens": "au_moins", "cible": 0.5,
        "depart": "2023-v1", "echeance": date(2027, 6, 30), "decide_par": "Comité", "source": "Relevé",
        "exemple": True,
    }  # fmt: skip
    return Objectif(**(base | autres))


def build_catalogue(indicateurs: Iterable[Indicateur] | None = None) -> Catalogue:
    """Un catalogue d'un thème et de deux vagues."""
    cartes = list(indicateurs) if indicateurs is not None else list_cartes()
    return Catalogue(
        themes=(Theme("essai", 1, "Essai", "Cet essai réussit-il ?", "Un résumé."),),
        questionnaires={"essai": _questionnaire()},
        indicateurs={carte.id: carte for carte in cartes},
        vagues=(
            Vague("2023-v1", "Première vague (2023)", 1, ("essai",)),
            Vague("2026-v4", "Deuxième édition (2026)", 2, ("essai",)),
            Vague("2024-v2", "Vague sans ce thème", 1, ()),
        ),
        grilles={"defaut": Grille("defaut", "Défaut", _strates())},
        seuils=(),
        chiffres_publies=(
            ChiffrePublie(
                "p1", "essai", "site", "Ont un site", 26.0, "26", "%", "", "1", "2025", "https://p", "x"
            ),
        ),
        autres_enquetes=(),
        regroupements={},
        empreinte="essai",
    )


def list_cartes() -> list[Indicateur]:
    """Une part clé, une part cyber, une moyenne, et les deux modalités d'un choix multiple."""
    return [
        build_indicateur("site", cle=True, chiffres_publies=("p1",)),
        build_indicateur(
            "cyber", sensibilite="cyber", definition="Part des collectivités où tout est gardé."
        ),
        build_indicateur(
            "agents",
            definition="Nombre moyen d'agents.",
            unite="agents",
            decimales=1,
            calcul=Calcul("moyenne"),
        ),
        build_indicateur("lieu_a", groupe="lieu", groupe_titre="Quels lieux ?", titre="Lieu A"),
        build_indicateur("lieu_b", groupe="lieu", groupe_titre="Quels lieux ?", titre="Lieu <b>"),
    ]


def _strates() -> tuple[Strate, ...]:
    return (
        Strate("commune-0-499", "commune", "Moins de 500 habitants", 0, 499),
        Strate("commune-500-plus", "commune", "500 habitants et plus", 500),
        Strate("epci-toutes", "epci", "EPCI de toute taille", 0),
    )


def _questionnaire() -> Questionnaire:
    options = (Option("oui", "Oui", "Y"), Option("non", "Non", "N"))
    condition = Condition("essai_q01", ("oui",))
    return Questionnaire(
        "essai",
        "Essai",
        "Une introduction.",
        True,
        (
            Question(
                "essai_q01", "essai", "Q01", "=Avez-vous un site ?", "choix_unique", options, ne_sait_pas=True
            ),
            Question(
                "essai_q02", "essai", "Q02", "Lequel ?", "texte", condition=condition, types=("commune",)
            ),
        ),
    )


def cellule(indicateur_id: str = "site", **autres: Any) -> dict[str, Any]:
    """Une ligne d'`agregat` telle que la porte la rend ; note A par défaut."""
    ligne = dict.fromkeys(COLONNES, "") | {
        "indicateur_id": indicateur_id,
        "vague_id": "2026-v4",
        "niveau": "france",
        "territoire_id": "france",
        "population": 1000,
        "participants": 400,
        "n": 300,
        "n_oui": None,
        "n_eff": 200.0,
        "brut": 0.26,
        "redresse": 0.24,
        "se": 0.02,
        "df": 100.0,
        "bas": 0.21,
        "haut": 0.28,
        "note": "A",
        "prudence_bas": 0.18,
        "prudence_haut": 0.33,
        "g_etoile": 1.2,
        "pente": 1.0,
        "egal": None,
        "egal_bas": None,
        "egal_haut": None,
        "etat": "published",
    }
    return ligne | autres


def cachee(indicateur_id: str = "site", etat: str = "primary", **autres: Any) -> dict[str, Any]:
    """Une cellule telle que la vraie porte la masque."""
    vides = dict.fromkeys(
        ("n_oui", "n_eff", "brut", "redresse", "se", "df", "bas", "haut", *PRUDENCE), float("nan")
    )
    return cellule(indicateur_id, etat=etat, note="", n=7, participants=9, **vides) | autres


def contraste(indicateur_id: str = "site", **autres: Any) -> dict[str, Any]:
    """Une ligne de `contraste` telle que la porte la rend : +12 points, démontré à 95 %."""
    return {
        "indicateur_id": indicateur_id, "vague_id": "2026-v4", "territoire_id": "france", "type": "",
        "strate": "", "couverture": "", "reference": "autres", "n": 60, "n_reference": 240,
        "difference": 0.12, "difference_simple": None, "bas": 0.04, "haut": 0.19, "position": 1,
        "niveau": "95", "etat": "published",
    } | autres  # fmt: skip


class FaussePorte:
    """Les méthodes de `access.Gate` que lisent les vues, sur des lignes données."""

    def __init__(
        self,
        lignes: Iterable[dict[str, Any]] = (),
        portee: Portee = PUBLIC,
        evolutions: Iterable[dict[str, Any]] = (),
        valeurs: Iterable[dict[str, Any]] = (),
        *,
        contrastes: Iterable[dict[str, Any]] = (),
        modeles: Iterable[dict[str, Any]] = (),
    ) -> None:
        self.portee = portee
        self._agregats = pd.DataFrame(list(lignes), columns=list(COLONNES))
        changement = ["changement", "verdict", "egal_changement", "egal_bas", "egal_haut", "egal_verdict"]
        colonnes = ["indicateur_id", "vague_1", "vague_2", *changement, "bas", "haut", "etat"]
        self._evolutions = pd.DataFrame(list(evolutions), columns=colonnes)
        noms = ["indicateur_id", "vague_id", "territoire_id", "n", "estimation", "bas", "haut"]
        self._modeles = pd.DataFrame(list(modeles), columns=noms)
        self._contrastes = pd.DataFrame(list(contrastes), columns=list(contraste()))
        colonnes = ["collectivite_id", "periode", "valeur", "etat", "n_communes"]
        self._valeurs = pd.DataFrame(list(valeurs), columns=colonnes)

    def get_version(self) -> Version:
        return Version("essai", datetime(2026, 11, 22), True, "", "", mini.EMPREINTES)

    def get_collectivite(self, id_: str) -> Collectivite | None:
        if id_ in REGIONS:
            return Collectivite(id_, "region", id_[-2:], REGIONS[id_])
        if id_ == "departement-0A":
            return Collectivite(id_, "departement", "0A", "Essai-et-Loire", region="01")
        return None

    def list_collectivites(self, type: str | None = None, cadre: bool = True, **filtres: Any) -> pd.DataFrame:
        if type == "region":
            lignes = [(id_, "region", nom, "metropole", "inconnue") for id_, nom in REGIONS.items()]
        else:
            lignes = [
                (f"commune-0{i}", "commune", f"Village {i}", "metropole", "adherente") for i in range(4)
            ]
        return pd.DataFrame(lignes, columns=["collectivite_id", "type", "nom", "zone", "couverture"])

    def list_agregats(self, indicateurs: Any = None, **filtres: Any) -> pd.DataFrame:
        cadre = self._agregats
        for colonne, voulu in {"indicateur_id": indicateurs, **filtres}.items():
            if voulu is not None:
                cadre = cadre[cadre[colonne].isin([voulu] if isinstance(voulu, str) else list(voulu))]
        return cadre

    def list_evolutions(
        self, vague_1: str | None = None, vague_2: str | None = None, **filtres: Any
    ) -> pd.DataFrame:
        cadre = self._evolutions
        for colonne, voulue in (("vague_1", vague_1), ("vague_2", vague_2)):
            cadre = cadre if voulue is None else cadre[cadre[colonne].eq(voulue)]
        return cadre

    def list_estimations_modele(self, indicateur_id: str, vague_id: str) -> tuple[EstimationModele, ...]:
        cadre = self._modeles
        voulues = cadre[cadre["indicateur_id"].eq(indicateur_id) & cadre["vague_id"].eq(vague_id)]
        return mask_estimations(voulues, frozenset())

    def list_contrastes(
        self, indicateurs: Any = None, vague_id: Any = None, reference: str | None = None
    ) -> pd.DataFrame:
        cadre = self._contrastes
        return cadre[(cadre["reference"] == reference) & (cadre["vague_id"] == vague_id)]

    def list_valeurs(self, indicateur_id: str, **filtres: Any) -> pd.DataFrame:
        return self._valeurs

    def count_communes(self, niveau: str) -> dict[str, int]:
        communes = self.get_referentiel().query("type == 'commune'")
        return {} if niveau not in communes else communes[niveau].value_counts().to_dict()

    def get_referentiel(self) -> pd.DataFrame:
        vides = dict.fromkeys(("porteur_id", "strate", "departement", "region", "epci"))
        return self.list_collectivites().assign(**vides)
