"""Un texte libre, dans une liste d'options ou à côté : vraiment « Autre », ou une option écrite autrement ?

« FB », « facebok », « Facebook de la mairie » comptaient pour un autre réseau : la case « Facebook » perdait
une réponse, et « Autre » en gagnait une. Rien ici ne devine laquelle : la ligne attend qu'on le dise.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache

from barometre.domain.enquete import Option, Question
from barometre.ingest.answers import HORS_LISTE
from barometre.ingest.labels import clean_label
from barometre.ingest.personal import mask_extrait
from barometre.ingest.vocabulary import load_vocabulary

CONTIENT = (
    "« {} » contient l'option « {} » sans être elle, et rien ne dit si elle est cochée : séparez les options "
    "par « ; », ou déclarez leur « separateur » dans la correspondance."
)
MORCEAU = (
    "« {} » n'est qu'un bout de l'option « {} », et rien ne dit si elle est cochée : écrivez-la entière{}."
)
PROCHE = "« {} » est peut-être l'option « {} » : écrivez-la entière{}."
CACHEE = (
    "« {} », écrit dans « Autre », est peut-être l'option « {} », que cette ligne ne coche pas : cochez-la{}."
)
REPETEE = (
    "{} : « {} », compté « Autre », est écrit à l'identique par {} répondantes sur {} : si c'est une réponse "
    "que le formulaire propose et que le catalogue dit autrement, déclarez-la sous « valeurs » ({})."
)
_DECLARER = ", ou dites-la sous « valeurs » dans la correspondance (« {} » : {{{}: {}}})"
# « SQ009 » n'est pas le texte libre d'un autre réseau : le code d'une option que le catalogue n'a pas.
_CODE_INCONNU = re.compile(r"^(?:[a-z]{0,3}\d{1,4}[ ,;/]*)+$")
_MOTS = re.compile(r"[^\W_]+")
_VIDES = frozenset(
    re.findall(
        r"\w+",
        """un une le la les l de du des d et ou en par sur aux au a dans chez avec notre votre nos vos on c
        autre autres preciser precisez""",
    )
)
# Un libellé plus court se trouverait par hasard dans un texte libre.
_MIN_CONTENUE = 4
# En deçà de cette ressemblance, ou de cette longueur, deux mots ne sont pas une faute de frappe.
_RESSEMBLANCE, _MIN_MOT = 0.84, 5
_MAX_SIGLE, _MIN_DEBUT = 3, 3
# « Autre : TikTok » dit lui-même qu'il est « Autre ».
_DIT_AUTRE = re.compile(r"(?:un |une )?(?:autre|other)s?\b")
# Un texte libre que tant de répondantes écrivent de même n'est pas libre : c'est un choix du formulaire.
_MIN_REPETEES, _PART_REPETEES = 3, 0.15


def is_autre(option: Option) -> bool:
    """Vrai de l'option « Autre », qui n'a pas de mots à elle."""
    return option.id.startswith("autre")


def find_option_dite(question: Question, libre: str) -> tuple[Option | None, str]:
    """L'option qu'un texte libre écrit peut-être, et le motif de son refus ; vide si c'est bien « Autre »."""
    cle = clean_label(libre)
    if _CODE_INCONNU.match(cle):
        return None, HORS_LISTE
    options = [o for o in question.options if not is_autre(o)]
    for option in options:
        if _is_contenue(clean_label(option.libelle), cle):
            return option, CONTIENT.format(mask_extrait(libre), option.libelle)
    for option in options:
        libelle = clean_label(option.libelle)
        if len(cle) >= _MIN_CONTENUE and (
            libelle.startswith(f"{cle} (") or _is_dedans(cle, libelle.partition("(")[2])
        ):
            return option, MORCEAU.format(
                mask_extrait(libre), option.libelle, _declare(question, option, libre)
            )
    proche = next((o for o in options if _is_proche(cle, clean_label(o.libelle))), None)
    if proche is None:
        return None, ""
    return proche, PROCHE.format(mask_extrait(libre), proche.libelle, _declare(question, proche, libre))


def list_repetees(question: Question, textes: Counter[str], repondantes: int) -> list[str]:
    """Les textes que trop de répondantes écrivent à l'identique pour être libres, en phrases."""
    seuil = max(_MIN_REPETEES, _PART_REPETEES * repondantes)
    return [
        REPETEE.format(question.code, mask_extrait(texte), fois, repondantes, question.id)
        for texte, fois in textes.most_common()
        if fois >= seuil and not _DIT_AUTRE.match(clean_label(texte))
    ]


def find_cachee(question: Question, libre: str) -> tuple[Option | None, str]:
    """L'option qu'écrit peut-être le texte de « Autre », et le motif si elle n'est pas cochée."""
    option = find_option_dite(question, libre)[0]
    if option is None:
        return None, ""
    return option, CACHEE.format(mask_extrait(libre), option.libelle, _declare(question, option, libre))


def _declare(question: Question, option: Option, libre: str) -> str:
    return _DECLARER.format(question.id, mask_extrait(libre), option.id)


def _is_contenue(libelle: str, cle: str) -> bool:
    """« pas Facebook », « Face book »."""
    if len(libelle) < _MIN_CONTENUE:
        return False
    return _is_dedans(libelle, cle) or libelle.replace(" ", "") == cle.replace(" ", "")


def _is_dedans(mots: str, texte: str) -> bool:
    return mots in texte and bool(re.search(rf"(?<!\w){re.escape(mots)}(?!\w)", texte))


@lru_cache(maxsize=10_000)
def _list_mots(texte: str) -> tuple[str, ...]:
    return tuple(m for m in _MOTS.findall(texte) if m not in _VIDES)


@lru_cache(maxsize=10_000)
def _list_ecritures(libelle: str) -> tuple[tuple[str, ...], ...]:
    """Les mots de l'option sans ses exemples, puis ceux de chaque exemple entre parenthèses."""
    avant, _, exemples = libelle.partition("(")
    longs = [e for e in re.split(r"[,/…)]|\bou\b", exemples) if len(e.strip()) >= _MIN_CONTENUE]
    return tuple(mots for e in (avant, *longs) if (mots := _list_mots(e)))


def _is_proche(cle: str, libelle: str) -> bool:
    """Le texte est un bout de l'option, ou la contient, à une faute de frappe ou une abréviation près."""
    mots, siens = _list_mots(cle), _list_mots(libelle)
    if not mots or not siens:
        return False
    sigle = "".join(mots)
    # « F.B. » s'écrit une lettre à la fois.
    mots = (sigle,) if len(sigle) == len(mots) else mots
    if _is_sigle(sigle, siens) or _is_synonyme(cle, libelle):
        return True
    return _is_couvert(mots, siens) or any(_is_couvert(e, mots) for e in _list_ecritures(libelle))


def _is_synonyme(cle: str, libelle: str) -> bool:
    """« Ransomware » dit l'option « … (rançongiciel) »."""
    return any(_says(cle, mots) and _says(libelle, mots) for mots in load_vocabulary().synonymes)


def _says(texte: str, mots: frozenset[str]) -> bool:
    return any(mot in texte and re.search(rf"(?<!\w){re.escape(mot)}s?(?!\w)", texte) for mot in mots)


def _is_couvert(mots: tuple[str, ...], autres: tuple[str, ...]) -> bool:
    """Chaque mot se retrouve parmi les autres."""
    return all(any(_is_mot(m, a) or _is_abrege(m, a) or _is_abrege(a, m) for a in autres) for m in mots)


def _is_mot(mot: str, sien: str) -> bool:
    """Le même mot, au pluriel, ou à une faute de frappe près."""
    if mot == sien:
        return True
    longs = min(len(mot), len(sien)) >= _MIN_MOT
    return longs and SequenceMatcher(None, mot, sien).ratio() >= _RESSEMBLANCE


def _is_abrege(mot: str, sien: str) -> bool:
    """« insta » et « IG » d'Instagram, « FB » et « fcbk » de Facebook ; une lettre seule ne dit rien."""
    if not 1 < len(mot) < len(sien) or mot[0] != sien[0] or len(sien) < _MIN_MOT:
        return False
    if len(mot) >= _MIN_DEBUT and sien.startswith(mot):
        return True
    court = len(mot) <= _MAX_SIGLE or not set(mot) & set("aeiouy")
    return court and bool(re.match(".*".join(mot), sien))


def _is_sigle(sigle: str, siens: tuple[str, ...]) -> bool:
    """« FS » de « France services » : les premières lettres de mots qui se suivent."""
    return len(sigle) > 1 and sigle in "".join(m[0] for m in siens)
