"""Les questions à choix multiple : une colonne par option, un classement, ou une liste dans une cellule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

import numpy as np

from barometre.domain.enquete import Option, Question
from barometre.ingest.answers import (
    HORS_LISTE,
    NE_SAIT_PAS,
    NON_CONCERNE,
    REPONDU,
    SANS_REPONSE,
    Cellule,
    Colonne,
    Reponses,
    build_option_keys,
    read_column,
    read_etat,
)
from barometre.ingest.columns import Plan
from barometre.ingest.ecritures import find_rang, keep_coches, read_enumeration
from barometre.ingest.jointes import join_liste
from barometre.ingest.labels import clean_label
from barometre.ingest.libres import find_cachee, find_option_dite, is_autre
from barometre.ingest.personal import mask_personal
from barometre.ingest.vocabulary import load_vocabulary

# Google Forms, Démarches simplifiées et Grist joignent par des virgules, Microsoft Forms par « ; ».
SEPARATEURS = (";", "|", "\n", ",", "/", "•")
# Ce qui énumère aussi, quand l'un des bouts est une option.
ENUMERATIONS = (" et ", "&", "+")
# Une fin de ligne d'un formulaire HTML ; le tiret qui ouvre chaque ligne d'une énumération.
_SAUT, _TIRETS = re.compile(r"<br ?/?>", re.IGNORECASE), re.compile(r"^[-*] +", re.MULTILINE)
# Un libellé du catalogue compte rarement plus de virgules.
_MAX_PARTIES = 6


def read_multiple(
    question: Question, plan: Plan, colonnes: tuple[Colonne, ...], ecriture: Ecriture
) -> Reponses:
    """Choisit la forme sous laquelle la question est écrite."""
    jointe = plan.questions.get(question.id)
    a_cote = plan.options.keys() | plan.nsp.keys() | (plan.autres.keys() & plan.questions.keys())
    if question.id not in a_cote:
        rangs = plan.rangs.get(question.id) or [plan.questions[question.id]]
        return _read_listes(question, rangs, colonnes, ecriture)
    cases, vus = _read_cases(question, plan, colonnes, ecriture)
    if jointe is None:
        return cases
    # Kobo joint les codes par une espace.
    liste = _read_listes(
        question, [jointe], colonnes, replace(ecriture, separateurs=(*ecriture.separateurs, " "))
    )
    return join_liste(cases, vus, liste, jointe)


@dataclass(frozen=True, slots=True)
class Ecriture:
    """Comment un fichier écrit ses cases : valeurs déclarées ou déduites, séparateurs de cases jointes."""

    valeurs: dict[str, str] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    separateurs: tuple[str, ...] = SEPARATEURS


def is_deux_non(colonnes: Iterable[Colonne]) -> bool:
    """Vrai si les cases et les oui/non de tout le fichier s'écrivent 1 et 2 (conversion de LimeSurvey)."""
    mots = load_vocabulary()
    vus = {clean_label(v) or v for colonne in colonnes for v in set(colonne)} - {""}
    return {"1", "2"} <= vus <= {"1", "2"} | mots.vide | mots.ne_sait_pas | mots.non_concerne


def _read_case(question: Question, option: Option | None, cases: dict[str, str], texte: str) -> Cellule:
    """Une case : cochée, non cochée, vide, « N/A » ; le texte libre de « Autre » la coche."""
    cle = clean_label(texte)
    if cle in cases:
        return Cellule(REPONDU, float(cases[cle] == "oui"))
    dite = find_rang(_build_case_keys(option), clean_label(keep_coches(texte))) if cle else None
    if dite is not None:
        return Cellule(REPONDU, float(dite))
    if etat := read_etat(question, cle or texte):
        return etat
    if option is None or is_autre(option):
        return Cellule(REPONDU, 0.0) if _is_rien(texte) else Cellule(REPONDU, 1.0, texte=mask_personal(texte))
    return Cellule(SANS_REPONSE, motif="Une case se remplit par « Oui » ou « Non » (« Y » ou vide).")


def _is_rien(texte: str) -> bool:
    """« Néant », « RAS », « - », « ? » : écrit à côté de « Autre », il n'ajoute rien à la liste."""
    cle, mots = clean_label(texte), load_vocabulary()
    return not cle or cle in mots.rien | mots.non_coche | mots.vide | mots.non_concerne


@lru_cache(maxsize=1_000)
def _build_case_keys(option: Option | None) -> dict[str, int]:
    """Les façons d'écrire une case cochée (1), son code et son libellé compris, ou non cochée (0)."""
    mots = load_vocabulary()
    siens = {clean_label(option.libelle), clean_label(option.code)} if option is not None else set()
    return {**dict.fromkeys(mots.coche | siens, 1), **dict.fromkeys(mots.non_coche, 0)}


def _read_cases(
    question: Question, plan: Plan, colonnes: tuple[Colonne, ...], ecriture: Ecriture
) -> tuple[Reponses, np.ndarray]:
    """Les cases, et ce que chacune disait elle-même : une case vide ne dit pas « non »."""
    places = _list_places(question, plan)
    options = [o for o in question.options if o.id in places]
    etats, cases, rejets = [], [], []
    for option in options:
        rang = places[option.id]
        etat, valeur, _, refus = read_column(
            colonnes[rang], partial(_read_case, question, option, ecriture.cases), rang
        )
        etats.append(etat)
        cases.append(np.nan_to_num(valeur))
        rejets += refus
    n = len(colonnes[0])
    matrice = np.column_stack(cases) if cases else np.zeros((n, 0))
    vus = np.column_stack(etats) if etats else np.full((n, 0), SANS_REPONSE, dtype=np.int8)
    ids, vide = tuple(o.id for o in options), np.full(n, "", dtype=object)
    lues = Reponses(question, np.full(n, SANS_REPONSE, dtype=np.int8), matrice, vide, ids, rejets)
    for rang in _list_libres(question, plan):
        # Le texte de `[other]` ne se convertit pas en 1 et 2, sa case si.
        dites = {} if rang == plan.autres.get(question.id) else ecriture.cases
        _add_autre(rang, colonnes[rang], lues, vus, replace(ecriture, cases=dites))
    lues.etats = _etat_cases(matrice, vus, _nsp(question, plan, colonnes, ecriture.cases))
    return lues, vus


def _list_places(question: Question, plan: Plan) -> dict[str, int]:
    """Option → sa colonne ; celle de « Autre » est sa colonne de texte s'il n'a pas de case."""
    places, libre = dict(plan.options[question.id]), plan.autres.get(question.id)
    autre = next((o.id for o in question.options if is_autre(o)), "")
    if libre is not None and autre and autre not in places:
        places[autre] = libre
    return places


def _list_libres(question: Question, plan: Plan) -> list[int]:
    """Les colonnes où « Autre » s'écrit : `[other]`, ou sa case, où l'on tape aussi le réseau."""
    places = _list_places(question, plan)
    rangs = {places[o.id] for o in question.options if is_autre(o) and o.id in places}
    return sorted(rangs | {plan.autres[question.id]} if rangs and question.id in plan.autres else rangs)


def _nsp(question: Question, plan: Plan, colonnes: tuple[Colonne, ...], cases: dict[str, str]) -> np.ndarray:
    rang = plan.nsp.get(question.id)
    if rang is None:
        return np.zeros(len(colonnes[0]), dtype=bool)
    _, valeur, _, _ = read_column(colonnes[rang], partial(_read_case, question, None, cases), rang)
    return valeur == 1


def _add_autre(rang: int, colonne: Colonne, lues: Reponses, vus: np.ndarray, ecriture: Ecriture) -> None:
    """Le texte de `[other]` coche l'option « Autre » du catalogue, et se garde.

    Ou l'option que des valeurs déclarées disent. S'il en écrit peut-être une que sa ligne ne coche pas
    (« FB »), rien ne dit laquelle des deux : la ligne attend.
    """
    place = next(i for i, option in enumerate(lues.options) if option.startswith("autre"))
    _, valeur, libre, _ = read_column(colonne, partial(_read_case, lues.question, None, ecriture.cases), rang)
    for i in map(int, np.flatnonzero(valeur == 1)):
        declaree = ecriture.valeurs.get(clean_label(colonne[i]), "")
        ou = lues.options.index(declaree) if declaree in lues.options else place
        lues.valeurs[i, place] = 0.0
        lues.valeurs[i, ou] = 1.0
        vus[i, ou] = REPONDU
        if ou == place and libre[i]:
            lues.textes[i] = libre[i]
            motif = "" if declaree else _find_cachee(lues, i, str(libre[i]))
            lues.rejets += [(i, rang, motif)] if motif else []


def _find_cachee(lues: Reponses, ligne: int, libre: str) -> str:
    """Le motif d'un texte qui écrit peut-être une option que sa ligne ne coche pas."""
    option, motif = find_cachee(lues.question, libre)
    if option is None or option.id not in lues.options:
        return ""
    return "" if lues.valeurs[ligne, lues.options.index(option.id)] else motif


def _etat_cases(matrice: np.ndarray, vus: np.ndarray, nsp: np.ndarray) -> np.ndarray:
    """Une case vide à côté d'une case cochée est « non cochée » ; aucune case cochée est « sans réponse ».

    Un export par codes écrit la même cellule vide pour une question non posée, pas encore atteinte, ou vue
    sans rien cocher ; « réponses complètes » y met « N/A » ou « Non ». Ce que les cellules taisent se
    décide ensuite (`apply_conditions`), et de la même façon pour toutes ces formes.
    """
    coche = matrice.any(axis=1)
    etat = np.full(len(matrice), SANS_REPONSE, dtype=np.int8)
    etat[(vus == NON_CONCERNE).any(axis=1)] = NON_CONCERNE
    etat[(vus == NE_SAIT_PAS).any(axis=1) | nsp] = NE_SAIT_PAS
    etat[coche] = REPONDU
    return etat


def _read_listes(
    question: Question, rangs: list[int], colonnes: tuple[Colonne, ...], ecriture: Ecriture
) -> Reponses:
    """Un classement (une option par colonne) ou une liste dans une cellule."""
    cles = build_option_keys(question, ecriture.valeurs)
    n, k = len(colonnes[0]), len(question.options)
    matrice, etat = np.zeros((n, k)), np.full(n, SANS_REPONSE, dtype=np.int8)
    textes = np.full(n, "", dtype=object)
    rejets: list[tuple[int, int, str]] = []
    for rang in rangs:
        lues = {texte: _read_liste(question, cles, texte, ecriture) for texte in set(colonnes[rang])}
        libre_permis = len(rangs) == 1 and _is_libre_permis(question, colonnes[rang], lues)
        for i, texte in enumerate(colonnes[rang]):
            lue = lues[texte]
            motif = lue.cellule.motif or (HORS_LISTE if lue.libres and not libre_permis else "")
            motif = motif or next(
                (m for libre in lue.libres if (m := find_option_dite(question, libre)[1])), ""
            )
            if motif:
                rejets.append((i, rang, motif))
                continue
            matrice[i, list(lue.choisies)] = 1.0
            etat[i] = min(etat[i], lue.cellule.etat)
            if lue.libres:
                matrice[i, _rang_autre(question)] = 1.0
                textes[i] = mask_personal(" ; ".join(lue.libres))
    return Reponses(question, etat, matrice, textes, tuple(o.id for o in question.options), rejets)


def find_separateur(question: Question, colonne: Colonne) -> str:
    """Le signe qui joint les cases d'une colonne ; vide si aucune cellule n'en joint plusieurs."""
    cles, notes = build_option_keys(question, {}), dict[str, tuple[int, int]]()
    for signe in SEPARATEURS:
        lues = [
            _split_options(_flatten_json(t), signe, cles) for t in set(colonne) if signe in _flatten_json(t)
        ]
        jointes = [(c, libres) for c, libres in lues if len(c) + len(libres) > 1 and c]
        if jointes:
            notes[signe] = (sum(len(libres) for _, libres in jointes), -sum(len(c) for c, _ in jointes))
    return min(notes, key=lambda s: notes[s], default="")


@dataclass(frozen=True, slots=True)
class _Liste:
    """Une cellule qui joint des options : leur rang, et ce qui n'en est pas une."""

    cellule: Cellule
    choisies: tuple[int, ...] = ()
    libres: tuple[str, ...] = ()


def _rang_autre(question: Question) -> int:
    return next((i for i, o in enumerate(question.options) if is_autre(o)), -1)


def _is_libre_permis(question: Question, colonne: Colonne, lues: dict[str, _Liste]) -> bool:
    """Un texte libre coche « Autre » si la question l'offre et si la colonne parle bien de ses options."""
    connues = sum(len(lues[t].choisies) for t in colonne)
    libres = sum(len(lues[t].libres) for t in colonne)
    return _rang_autre(question) >= 0 and connues >= libres


def _read_liste(question: Question, cles: dict[str, int], texte: str, ecriture: Ecriture) -> _Liste:
    texte = keep_coches(texte)
    cle = clean_label(texte)
    if texte and (rang := find_rang(cles, cle)) is not None:
        return _Liste(Cellule(REPONDU), (rang,))
    if etat := read_etat(question, cle or texte):
        return _Liste(etat)
    texte = _flatten_json(texte)
    choisies, libres = min(
        (_split_options(texte, s, cles) for s in ecriture.separateurs),
        key=lambda lu: (len(lu[1]), -len(lu[0])),
    )
    if libres and all(c in cles for c in cle.split()):
        # Kobo joint les codes par une espace.
        return _Liste(Cellule(REPONDU), tuple(dict.fromkeys(cles[c] for c in cle.split())))
    choisies, libres = _split_libres(choisies, libres, cles)
    libres = tuple(libre for libre in libres if not _is_rien(libre))
    return _Liste(Cellule(REPONDU if choisies or libres else SANS_REPONSE), choisies, libres)


def _split_libres(
    choisies: tuple[int, ...], libres: tuple[str, ...], cles: dict[str, int]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """« Facebook et Instagram », « Facebook & Mastodon » : ce qui, d'une énumération, est une option."""
    restes: list[str] = []
    for libre in libres:
        coupes = [_split_options(libre, signe, cles) for signe in ENUMERATIONS if signe in libre]
        trouvees, reste = max(coupes, key=lambda c: len(c[0]), default=((), ()))
        choisies += trouvees
        restes += reste if trouvees else [libre]
    return choisies, tuple(restes)


def _flatten_json(texte: str) -> str:
    """Un classement ou des cases écrits en JSON (« ["SQ001","SQ003"] ») → une option par ligne."""
    liste = read_enumeration(texte) if texte[:1] in "[({" else None
    if liste is None:
        lignes = _SAUT.sub("\n", texte)
        return _TIRETS.sub("", lignes) if "\n" in lignes or _TIRETS.match(lignes) else texte
    # Grist marque d'un « L » le début d'une liste.
    return "\n".join(str(o) for o in (liste[1:] if liste[:1] == ["L"] else liste))


def _split_options(
    texte: str, separateur: str, cles: dict[str, int]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Coupe une cellule en options, la plus longue d'abord : un libellé peut contenir le séparateur."""
    parties = [p.strip() for p in texte.split(separateur)]
    choisies, libres, debut = list[int](), list[str](), 0
    while debut < len(parties):
        for fin in range(min(len(parties), debut + _MAX_PARTIES), debut, -1):
            rang = find_rang(cles, clean_label(f"{separateur} ".join(parties[debut:fin])))
            if rang is not None:
                choisies.append(rang)
                debut = fin
                break
        else:
            libres += [parties[debut]] if parties[debut] else []
            debut += 1
    return tuple(choisies), tuple(libres)
