"""Un conseil, dit à une collectivité de ce type : une intercommunalité ne se demande pas d'aide à elle-même.

Les actions du catalogue sont écrites pour une commune. Pour les autres, l'aide d'un échelon qui n'est pas
au-dessus d'elles s'efface de la liste, et « la commune », « la mairie » deviennent le nom de leur type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from barometre.domain.indicateur import Action

# Par type : les échelons dont il n'attend pas d'aide, et son nom avec l'article.
_AIDES = {
    "epci": ("intercommunalité",),
    "ept": ("intercommunalité",),
    "departement": ("intercommunalité", "département"),
    "region": ("intercommunalité", "département", "région"),
}
_NOMS = {
    "epci": "l’intercommunalité",
    "ept": "l’établissement territorial",
    "departement": "le département",
    "region": "la région",
}
# `{nom}` : « l'intercommunalité » ; `{court}` : « intercommunalité ».
_TOURS = (
    # « seul ou avec l'intercommunalité » : l'aide ôtée, « seul » ne dit plus rien.
    (r", seul(?=\.)", ""),
    (r"\bhabiliter la mairie\b", "habiliter {nom}"),
    (r"\bvotre mairie\b", "votre {court}"),
    (r"\ben mairie\b", "au siège"),
    (r"\bla mairie\b", "le siège"),
    (r"\bcelles de votre intercommunalité\b", "celles de vos communes"),
    (r"\bla commune\b", "{nom}"),
    (r"\bvotre commune\b", "votre {court}"),
    (r"\bde le\b", "du"),
    (r"\bà le\b", "au"),
)


def list_conseils(actions: Iterable[Action], type_: str) -> tuple[Action, ...]:
    """Les actions telles qu'on les dit à ce type ; celle qui ne ferait que s'adresser à lui-même s'efface."""
    return tuple(a for a in (_adapt(action, type_) for action in actions) if not _is_a_soi(a, type_))


def _adapt(action: Action, type_: str) -> Action:
    """La même action, dite à ce type ; à une commune, ou à tous, telle quelle."""
    if type_ not in _AIDES:
        return action
    texte = action.texte
    for echelon in _AIDES[type_]:
        texte = _remove_aide(texte, echelon)
    nom = _NOMS[type_]
    court = nom.removeprefix("l’").removeprefix("le ").removeprefix("la ")
    for motif, mots in _TOURS:
        texte = re.sub(motif, mots.format(nom=nom, court=court), texte)
    return replace(action, texte=texte)


def _is_a_soi(action: Action, type_: str) -> bool:
    """Vrai de « Demander au département… » pour un département, qui n'a personne d'autre à qui demander."""
    soi = "|".join(_AIDES.get(type_, ()))
    return bool(soi) and bool(re.match(rf"Demander (?:au |à (?:l’|la |votre ))(?:{soi})\b", action.texte))


def _remove_aide(texte: str, echelon: str) -> str:
    """« à l'OPSN ou à l'intercommunalité » → « à l'OPSN » ; ce qui est seul à aider reste."""
    aide = rf"(?:(?:à|de|avec) )?(?:votre |l’|la |le |son |au |du ){echelon}\b"
    # « à l'OPSN, au syndicat ou à l'intercommunalité » → « à l'OPSN ou au syndicat ».
    texte = re.sub(rf", ((?:à|au|de) [^,]+?) (ou|et) {aide}", r" \2 \1", texte)
    texte = re.sub(rf"(?:,| ou| et) {aide}(?! et)", "", texte)
    return re.sub(rf"\b(?:{aide} ou |{aide}, (?=à |de )|à l’{echelon} et )", "", texte)
