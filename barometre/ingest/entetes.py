"""Ce que désigne un entête : une question, une option, un identifiant, une colonne de service."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from barometre.domain.enquete import Option, Question, Questionnaire
from barometre.ingest.labels import clean_label, compact_heading, heading_key
from barometre.ingest.vocabulary import Vocabulaire, load_vocabulary

Nature = Literal["question", "option", "autre", "nsp", "rang", "role", "service", "commentaire", "inconnue"]
# « Q01 », « Q01[SQ002] », « Q01. Texte », « Q01[SQ002]. Texte [Option] ».
CODE = re.compile(r"^\s*([A-Za-z]\w{0,60})\s*(?:\[\s*([^\[\]]{0,200}?)\s*\])?\s*(?:$|\.\s)")
# Comment le dire à la commande ; la page a ses propres gestes.
PROPOSER = "« importer --proposer » écrit la correspondance à compléter, à donner par --correspondance."
_COMMENTAIRE = re.compile(r"comment(aire)?\]?$", re.IGNORECASE)
_CODE_LIBRE = re.compile(r"^\s*(?P<code>[A-Za-z]+\d+)(?P<reste>[\[_.\s:;|,)\-–—/].*)?$", re.DOTALL)
_SOUS_CODE = re.compile(r"^(?:\[(?P<crochets>[^\]]*)\]|[_.](?P<code>[A-Za-z]+\d*)(?=[_.\s:;|\-–—]|$))")
# Deux sous-codes : tableau de nombres (« Q08[SQ001_SQ002] »), tableau à deux échelles (« Q08_SQ001#0 »).
_DEUX_SOUS_CODES = re.compile(
    r"^\s*(?P<code>[A-Za-z]+\d+)[\[_.](?P<un>[A-Za-z]*\d+)(?P<signe>\]\[|\.\.|[#_.])(?P<deux>[A-Za-z]*\d+)"
    r"(?=[\]\s_.:;|\-–—]|$)"
)
_TIRET = re.compile(r"\s+[-–—]\s+")
_ABREGE = re.compile(r"\.\.+|…")
# Un intitulé abrégé plus court ne désigne plus rien.
_MIN_ABREGE = 8
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_MOTS = re.compile(r"[a-z]+")
# Une vraie question peut parler du SIRET en une longue phrase ; un intitulé d'identifiant est court.
_MAX_MOTS_IDENTIFIANT = 14
_RANG = re.compile(r"^(\w+ )?\d{1,3}$")
# « 3. Texte », « Question 3 : Texte » : le numéro d'ordre d'un formulaire.
_NUMERO = re.compile(r"^\s*(?:question\s*)?\d{1,3}\s*[.):\-–—]\s*", re.IGNORECASE)
# « Question / Option » (Kobo), « Question (Option) », « Question - Option », « Question >> Option ».
_COUPURE = re.compile(r"\s*(?:/|>+|[-–—:|(])\s*")


@dataclass(frozen=True, slots=True)
class Cible:
    """Ce que désigne une colonne."""

    nature: Nature
    question: Question | None = None
    option: Option | None = None
    role: str = ""


def build_index(questionnaire: Questionnaire) -> dict[str, list[Cible]]:
    """Toutes les façons d'écrire chaque question et chaque option ; un entête répété a plusieurs cibles."""
    index: dict[str, list[Cible]] = defaultdict(list)
    for question in questionnaire.questions:
        for cle, cible in _iter_cles(question):
            if cible not in index[cle]:
                index[cle].append(cible)
    return dict(index)


def _iter_cles(question: Question) -> Iterable[tuple[str, Cible]]:
    mots = load_vocabulary()
    if "_" in question.code:
        # La ligne d'un tableau de LimeSurvey, « Q03_SQ001 » au catalogue : « Q03[SQ001] » dans l'export.
        code, _, sous = question.code.partition("_")
        yield heading_key(f"{code}[{sous}]"), Cible("question", question)
    for nom in (question.code, question.id, question.libelle):
        prefixe = heading_key(nom)
        yield prefixe, Cible("question", question)
        if serre := compact_heading(nom):
            yield serre, Cible("question", question)
        for option in question.options if question.type == "choix_multiple" else ():
            for sous in (option.code, option.id, option.libelle):
                yield f"{prefixe}[{clean_label(sous)}]", Cible("option", question, option)
            if serre := compact_heading(nom, option.libelle):
                yield serre, Cible("option", question, option)
        sous_nsp = {clean_label(question.code_nsp), *mots.ne_sait_pas_sous_question}
        for sous in sorted(sous_nsp) if question.type == "choix_multiple" else ():
            yield f"{prefixe}[{sous}]", Cible("nsp", question)


def find_cible(entete: str, index: dict[str, list[Cible]], vus: Counter[str]) -> Cible:
    """D'abord par le code, puis par le texte ; le même entête répété désigne les questions dans l'ordre."""
    if _COMMENTAIRE.search(entete):
        return Cible("commentaire")
    if _is_annexe(entete, index):
        return Cible("service")
    if qualtrics := _find_qualtrics(entete, index, vus):
        return qualtrics
    for cle in (
        *_iter_cles_entete(entete),
        *_iter_cles_coupees(entete, index),
        *_iter_cles_code(entete, index),
        *_iter_cles_texte(entete, index),
        _compact_entete(entete),
    ):
        candidats = index.get(cle)
        if candidats:
            rang, vus[cle] = vus[cle], vus[cle] + 1
            return candidats[min(rang, len(candidats) - 1)]
    return _find_annexe(entete, index)


def _is_annexe(entete: str, index: dict[str, list[Cible]]) -> bool:
    """« Q01_time », « Q01 - temps (s) », « Q01_score » : à côté d'une question, pas sa réponse.

    « Q01. Durée » l'est, si c'est ainsi que la question s'intitule.
    """
    trouve = _CODE_LIBRE.match(entete)
    if not trouve or clean_label(trouve["code"]) not in index:
        return False
    reste = clean_label((trouve["reste"] or "").strip(" _.:;|,)-–—/("))
    mots = _MOTS.findall(reste)
    return bool(mots) and set(mots) <= load_vocabulary().annexes and reste not in index


def _find_qualtrics(entete: str, index: dict[str, list[Cible]], vus: Counter[str]) -> Cible | None:
    """« Question - Selected Choice - Option » ; « Question - Autre - Text », le texte libre d’« Autre »."""
    mots, bouts = load_vocabulary(), _TIRET.split(entete)
    nets = [b for b in bouts if clean_label(b) not in mots.choix_selectionne]
    if len(nets) > 1 and clean_label(nets[-1]) in mots.texte_libre:
        cible = find_cible(" - ".join(nets[:-1]), index, Counter())
        libre = cible.nature == "option" and cible.option is not None and cible.option.id.startswith("autre")
        return Cible("autre", cible.question) if libre else Cible("inconnue")
    return find_cible(" - ".join(nets), index, vus) if 0 < len(nets) < len(bouts) else None


def _compact_entete(entete: str) -> str:
    """« Quest-ce que lon trouve… [Lagenda] » : un outil a ôté les apostrophes."""
    question, _, option = _NUMERO.sub("", entete).strip().rstrip("]").partition("[")
    return compact_heading(question, option)


def _iter_cles_entete(entete: str) -> Iterable[str]:
    yield heading_key(entete)
    if trouve := CODE.match(entete):
        code, sous = clean_label(trouve[1]), trouve[2]
        yield code if sous is None else f"{code}[{clean_label(sous)}]"


def _iter_cles_coupees(entete: str, index: dict[str, list[Cible]]) -> Iterable[str]:
    """L'entête sans son numéro d'ordre ni ses groupes, ou coupé entre la question et l'une de ses options.

    Une coupe ne vaut que si les deux bouts, entiers, sont au catalogue.
    """
    net = _NUMERO.sub("", entete)
    if net != entete:
        yield heading_key(net)
    for coupe in _COUPURE.finditer(net):
        debut, fin = net[: coupe.start()], net[coupe.end() :]
        fin = fin[:-1] if coupe[0].strip() == "(" and fin.endswith(")") else fin
        # « groupe/Q03/SQ001 » : la question est le dernier bout avant l'option.
        for question in (debut, debut.rpartition("/")[2]):
            if (cle := f"{clean_label(question)}[{clean_label(fin)}]") in index:
                yield cle
        if coupe[0].strip() == "/" and (cle := clean_label(fin)) in index:
            yield cle


def _iter_cles_code(entete: str, index: dict[str, list[Cible]]) -> Iterable[str]:
    """« Q03_SQ001 », « Q03.SQ001. » (R), « Q01 - Texte », « Q01: Texte », « Q01_Texte »."""
    trouve = _CODE_LIBRE.match(entete)
    if not trouve:
        return
    code, reste = clean_label(trouve["code"]), trouve["reste"] or ""
    if deux := _DEUX_SOUS_CODES.match(entete):
        yield _name_sous_codes(code, clean_label(deux["un"]), deux["signe"], clean_label(deux["deux"]))
    if sous := _SOUS_CODE.match(reste):
        yield f"{code}[{clean_label(sous['crochets'] or sous['code'] or '')}]"
    if code in index and not reste.startswith("["):
        yield code


def _name_sous_codes(code: str, un: str, signe: str, deux: str) -> str:
    """Le code du catalogue : « q08_sq001_sq002 », ou « q08_sq001#0 » dont l'échelle se compte de 0.

    LimeSurvey la compte de 1 entre crochets (« .. » une fois passé par R), et la mettait avant la
    sous-question : « Q08[2][SQ001] ».
    """
    if not (un.isdecimal() or deux.isdecimal()):
        return f"{code}_{un}_{deux}"
    ligne, echelle = (deux, un) if un.isdecimal() else (un, deux)
    return f"{code}_{ligne}#{int(echelle) - (signe in {'][', '..'})}"


def _iter_cles_texte(entete: str, index: dict[str, list[Cible]]) -> Iterable[str]:
    """Espaces remplacés par des tirets bas ; intitulé abrégé par des points de suspension."""
    if "_" in entete and " " not in entete.strip():
        yield heading_key(entete.replace("_", " "))
    if not _ABREGE.search(entete):
        return
    question, crochet, option = entete.replace("_", " ").partition("[")
    debut, fin = clean_label(question), clean_label(option.rstrip("] "))
    if len(debut) < _MIN_ABREGE:
        return
    cle = f"{debut}…{crochet}{fin}"
    if cle not in index:
        index[cle] = [
            c
            for longue, cibles in list(index.items())
            if longue.startswith(debut) and ("[" in longue) == bool(crochet)
            if longue.partition("[")[2].startswith(fin) and "…" not in longue
            for c in cibles
        ]
    yield cle


def find_role(entete: str) -> str:
    """Le rôle d'une colonne de service ou d'identité, vide si elle n'en a pas."""
    roles = load_vocabulary().roles
    exact = next((roles[cle] for cle in _iter_cles_entete(entete) if cle in roles), "")
    if exact == "reponse_id":
        return _find_identifiant(entete) or exact
    return exact or _find_identifiant(entete) or find_temoin(entete)


def _find_identifiant(entete: str) -> str:
    """« N° de SIRET de votre mairie (14 chiffres) » : un intitulé libre qui nomme un identifiant."""
    mots = set(_MOTS.findall(clean_label(entete)))
    if len(mots) > _MAX_MOTS_IDENTIFIANT:
        return ""
    if mots & {"siret", "sirets"}:
        return "siret"
    if mots & {"siren", "sirens"}:
        return "siren"
    return "code" if mots & {"insee", "cog"} and mots & {"code", "codes", "numero"} else ""


def find_temoin(entete: str) -> str:
    """Ce qui est écrit à côté d'un code et ne doit pas le contredire : « N° de département », « Ville ».

    Tous les mots comptent : « Ville de votre hébergeur » ne dit rien de la collectivité.
    """
    mots, temoins = set(_MOTS.findall(clean_label(entete))), load_vocabulary().temoins
    return next((role for role, (siens, tous) in temoins.items() if mots & siens and mots <= tous), "")


def _find_annexe(entete: str, index: dict[str, list[Cible]]) -> Cible:
    """Colonnes autour d'une question (autre, rang, fichier) ou de la réponse (date, identité)."""
    mots = load_vocabulary()
    for cle in (*_iter_cles_entete(entete), *_iter_cles_code(entete, index)):
        prefixe, _, sous = cle.rstrip("]").partition("[")
        base = next((c for c in index.get(prefixe, ()) if c.nature == "question"), None)
        if base is not None and sous:
            return _annexe_de_question(base, sous, mots)
        if role := mots.roles.get(prefixe, ""):
            # « Id. SIRET » n'est pas un numéro de réponse.
            ailleurs = _find_identifiant(entete) if role == "reponse_id" else ""
            return Cible("role", role=ailleurs or role)
        if cle.startswith(mots.prefixes_systeme) or not cle:
            return Cible("service")
    if role := _find_identifiant(entete) or find_temoin(entete):
        return Cible("role", role=role)
    return Cible("inconnue")


def _annexe_de_question(base: Cible, sous: str, mots: Vocabulaire) -> Cible:
    if sous in mots.autre:
        return Cible("autre", base.question)
    if sous.endswith(mots.suffixes_systeme):
        return Cible("service")
    multiple = base.question is not None and base.question.type == "choix_multiple"
    if multiple and _RANG.match(sous) and (sous.isdecimal() or sous.split(maxsplit=1)[0] in mots.classement):
        return Cible("rang", base.question)
    return Cible("inconnue")


def _list_proches(cle: str, connus: Mapping[str, str]) -> list[str]:
    """Le plus proche ; « Q1 » l'est de « Q01 » avant « Q17 », qui n'en diffère aussi que d'un signe."""
    memes = [c for c in connus if _ZEROS.sub("", c) == _ZEROS.sub("", cle)]
    return memes[:1] or get_close_matches(cle, connus, 1, 0.75)


def describe_entetes(entetes: tuple[str, ...], questionnaire: Questionnaire) -> str:
    """Les entêtes lus, les plus proches connus, et comment les déclarer."""
    connus = {clean_label(n): n for q in questionnaire.questions for n in (q.code, q.libelle)}
    lus = [e for e in entetes if e]
    proches = [
        f"« {e[:60]} » ressemble à « {connus[p[0]][:60]} »"
        for e in lus
        # Un entête reconnu n'a pas de voisin à proposer.
        if clean_label(e) not in connus and (p := _list_proches(clean_label(e), connus))
    ]
    cites = ", ".join(f"« {e[:40]} »" for e in lus[:8]) + (
        f" et {len(lus) - 8} autres" if len(lus) > 8 else ""
    )
    suite = f" {' ; '.join(proches[:3])}." if proches else ""
    return f"Colonnes lues : {cites}.{suite} {PROPOSER}"
