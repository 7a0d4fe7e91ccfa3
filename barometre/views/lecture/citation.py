"""« Puis-je citer ce chiffre ? » : la réponse, sa raison, et la phrase prête à copier."""

from __future__ import annotations

import re
from dataclasses import dataclass

from barometre.domain.formats import format_effectif
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION
from barometre.domain.secret import SEUIL, SEUIL_CYBER, get_seuil
from barometre.views.lecture.chiffres import STRUCTURE, Chiffre, format_bornes, format_cellule
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.prudence import RAISONS, build_g_etoile

HORS_BIAIS = "intervalle hors biais de participation"
# Une part à trois réponses de 0 ou de 100 % n'est que bornée ; son intervalle, lui, va au-delà de la borne.
BORNE_REPONDANTES = "« Plus de », « moins de » : parmi les répondantes ; l’intervalle vaut pour l’ensemble."
SOURCE = "Baromètre Collectivités & Numérique (DINUM et Déclic)"


@dataclass(frozen=True, slots=True)
class Citation:
    """La réponse courte, son explication, la phrase à copier (vide si le chiffre ne se cite pas)."""

    reponse: str
    explication: str
    a_copier: str = ""


@dataclass(frozen=True, slots=True)
class Contexte:
    """Ce qui situe un chiffre : qui est compté, pendant quelle vague, sur quelles réponses."""

    champ: str
    vague: str
    simulee: bool = False
    france_entiere: bool = True


def build_citation(indicateur: Indicateur, chiffre: Chiffre, contexte: Contexte) -> Citation:
    """Peut-on citer ce chiffre, pourquoi, et avec quels mots ?"""
    if not chiffre.montre:
        return Citation("Non, il n’est pas publié", get_raison(chiffre.etat, indicateur))
    precise = (build_g_etoile(indicateur, chiffre), BORNE_REPONDANTES if chiffre.plafond else "")
    if not chiffre.citable:
        return Citation("Non, il est indicatif", " ".join(filter(None, (_explique_c(chiffre), *precise))))
    reponse = "Oui" if chiffre.note == "A" else "Oui, avec sa précaution"
    explication = _explique_a(chiffre) if chiffre.note == "A" else _explique_b(indicateur, chiffre)
    explication = " ".join(filter(None, (explication, *precise)))
    if contexte.simulee:
        reponse = f"{reponse}, si ces réponses étaient réelles"
        explication = f"{explication} {AVERTISSEMENT_SIMULATION}"
    return Citation(reponse, explication, build_phrase_a_copier(indicateur, chiffre, contexte))


def _explique_a(chiffre: Chiffre) -> str:
    precis = "le chiffre est précis, si les répondantes ressemblent aux autres"
    return f"{_reponses(chiffre)} et un intervalle étroit : {precis}. Donnez-le avec sa vague et sa base."


def _explique_b(indicateur: Indicateur, chiffre: Chiffre) -> str:
    return (
        f"{_reponses(chiffre)} : donnez toujours l’intervalle avec le chiffre "
        f"({format_bornes(indicateur, chiffre)}){_pourquoi(chiffre)}."
    )


def _explique_c(chiffre: Chiffre) -> str:
    return f"{_reponses(chiffre)}{_pourquoi(chiffre)}. Le chiffre aide à réfléchir, pas à conclure."


def _pourquoi(chiffre: Chiffre) -> str:
    """Ce qui le prive d'une meilleure note : le nombre ou la largeur, jamais l'un pour l'autre."""
    return f" : {RAISONS[chiffre.raison]}" if chiffre.raison else ""


def _reponses(chiffre: Chiffre) -> str:
    compte = format_effectif(chiffre.n, "réponse")
    return compte[:1].upper() + compte[1:]


STRATES_VIDES = (
    "Non publiable : plus d’un tiers des collectivités visées sont d’une taille ou d’un type dont aucune n’a "
    "répondu ; le chiffre ne les décrirait pas."
)


SANS_STRUCTURE = (
    "Refusé à structure égale : seule une part se calcule, par région ou par département, pour toutes les "
    "collectivités ou pour les communes, toutes couvertures réunies."
)


def get_raison(etat: str, indicateur: Indicateur) -> str:
    """Pourquoi un chiffre n'est pas montré, sans rien en dire d'autre."""
    if etat == "empty":
        return STRATES_VIDES
    if etat.startswith(STRUCTURE):
        return _explain_structure(etat.removeprefix(STRUCTURE), indicateur)
    cyber = indicateur.sensibilite == "cyber"
    if etat != "primary":
        seuil = get_seuil(cyber)
        return f"Pas de chiffre : moins de {seuil} réponses, ou question non posée à ces collectivités."
    if cyber:
        return f"Non publiable : en cybersécurité, rien sous {SEUIL_CYBER} réponses ni sous région et type."
    return f"Non publiable : moins de {SEUIL} réponses."


def _explain_structure(tranche: str, indicateur: Indicateur) -> str:
    if not tranche:
        return SANS_STRUCTURE
    seuil = get_seuil(indicateur.sensibilite == "cyber")
    return f"Refusé à structure égale : moins de {seuil} réponses parmi les {tranche} de ce territoire."


# « Part des collectivités qui ont un site » → « 68 % des collectivités ont un site ». Le premier relatif
# seul compte : « dont l'accueil oriente vers un lieu qui aide » n'est pas « … aident ».
_QUI = r"^Part des ((?:collectivités|communes et intercommunalités|communes|intercommunalités|départements)"
_ADJECTIF = r"(?: équipées)?(?: (?:ayant|proposant|menant) (?:(?! (?:qui|où|dont) ).)+)?)"
_TOURNURES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"{_QUI}{_ADJECTIF} qui (.+)$"), "{valeur} des {0} {1}"),
    (re.compile(rf"{_QUI}{_ADJECTIF} où (.+)$"), "Dans {valeur} des {0}, {1}"),
    (re.compile(rf"{_QUI}{_ADJECTIF} (?:dont|pour qui|pour lesquelles) (.+)$"), "Pour {valeur} des {0}, {1}"),
    (re.compile(rf"{_QUI}) ((?:\w+ées|propriétaires|membres) .+)$"), "{valeur} des {0} sont {1}"),
)


def build_enonce(indicateur: Indicateur, chiffre: Chiffre, valeur: str = "redresse") -> str:
    """Le chiffre en une phrase, sans point final ; à défaut, « titre : chiffre ».

    Une borne n'est que celle des réponses reçues : la phrase commence par le dire.
    """
    phrase = _build_phrase(indicateur, format_cellule(indicateur, chiffre, valeur))
    return f"Parmi les répondantes, {lower_initiale(phrase)}" if chiffre.plafond else phrase


def _build_phrase(indicateur: Indicateur, texte: str) -> str:
    definition = indicateur.definition.strip().rstrip(".")
    for motif, tournure in _TOURNURES:
        trouve = motif.match(definition)
        if trouve:
            phrase = tournure.format(*trouve.groups(), valeur=texte)
            return phrase[:1].upper() + phrase[1:]
    return f"{indicateur.titre} : {texte}"


def build_phrase(
    indicateur: Indicateur, chiffre: Chiffre, contexte: Contexte, valeur: str = "redresse"
) -> str:
    """« 68 % des collectivités ont un site internet (entre 65 et 71 %). »"""
    bornes = format_bornes(indicateur, chiffre)
    precision = f" ({bornes})" if bornes and valeur == "redresse" else ""
    champ = "" if contexte.france_entiere else f"{contexte.champ} : "
    phrase = build_enonce(indicateur, chiffre, valeur)
    # Une part dit sa base dans sa définition ; « 15 habitants aidés » non.
    parmi = f", {indicateur.parmi}" if indicateur.parmi and not indicateur.est_part else ""
    return f"{champ}{lower_initiale(phrase) if champ else phrase}{precision}{parmi}."


def build_phrase_a_copier(indicateur: Indicateur, chiffre: Chiffre, contexte: Contexte) -> str:
    """Une phrase qui se suffit : chiffre, intervalle, champ, vague, n, base, source, précaution."""
    morceaux = (
        f"{build_enonce(indicateur, chiffre)}, {format_bornes(indicateur, chiffre)} ({HORS_BIAIS})",
        f"Champ : {lower_initiale(contexte.champ)}",
        f"{contexte.vague}, {format_effectif(chiffre.n, 'réponse')} ; chiffre redressé "
        f"(brut : {format_cellule(indicateur, chiffre, 'brut')})",
        f"Base : {lower_initiale(indicateur.base.rstrip('.'))}",
        f"Précaution : {lower_initiale(indicateur.precautions.strip().rstrip('.'))}"
        if indicateur.precautions
        else "",
        f"Source : {SOURCE}",
        AVERTISSEMENT_SIMULATION.rstrip(".") if contexte.simulee else "",
    )
    return ". ".join(filter(None, morceaux)) + "."
