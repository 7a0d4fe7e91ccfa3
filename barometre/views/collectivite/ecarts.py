"""Ce qui distingue une collectivité de ses pairs, en phrases : ses forces d'abord, puis ses écarts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from barometre.domain.indicateur import Indicateur
from barometre.views.collectivite.pairs import Pairs
from barometre.views.collectivite.soi import Reponse, Soi
from barometre.views.lecture.chiffres import Chiffre, format_bornes
from barometre.views.lecture.citation import build_enonce

NOMBRE = 5
# Un écart : au moins un pair sur trois a la pratique. Une force : au plus deux sur trois.
PART_ECART, PART_FORCE = 1 / 3, 2 / 3
_QUI = re.compile(
    r"\bdes (?:collectivités|communes et intercommunalités|communes|intercommunalités|départements)\b"
)
_DANS = re.compile(r"^(Parmi les répondantes, )?[Dd]ans ")


@dataclass(frozen=True, slots=True)
class Ecart:
    """Une phrase, l'indicateur dont elle parle, et ce qui la classe."""

    indicateur: Indicateur
    chiffre: Chiffre
    reponse: Reponse
    phrase: str
    ampleur: float


def describe_pairs_enonce(indicateur: Indicateur, chiffre: Chiffre) -> str:
    """« 78 % de vos pairs ont leur propre site internet, entre 66 et 87 % », sans point final."""
    phrase = build_enonce(indicateur, chiffre)
    dite, trouve = _QUI.subn("de vos pairs", phrase, count=1)
    if not trouve:
        dite = f"{phrase} chez vos pairs"
    # « Dans 43 % des communes » devient « Chez 43 % de vos pairs ».
    dite = _DANS.sub(lambda t: f"{t[1] or ''}{'chez' if t[1] else 'Chez'} ", dite)
    bornes = format_bornes(indicateur, chiffre)
    complete = f"{dite}, {bornes}" if bornes else dite
    return f"{complete} (indicatif)" if chiffre.note == "C" else complete


def list_forces(soi: Soi, pairs: Iterable[Pairs], themes: Mapping[str, Sequence[Indicateur]]) -> list[Ecart]:
    """Ce que la collectivité fait et que peu de pairs font ; la plus rare d'abord."""
    trouvees = [
        _build(i, chiffre, reponse, "vous aussi" if (chiffre.valeur or 0) >= 0.5 else "vous l’avez")
        for i, chiffre, reponse in _compare(soi, pairs, themes)
        if _favorable(i, reponse) and (_part(i, chiffre) <= PART_FORCE)
    ]
    return sorted(trouvees, key=lambda e: e.ampleur)[:NOMBRE]


def list_ecarts(soi: Soi, pairs: Iterable[Pairs], themes: Mapping[str, Sequence[Indicateur]]) -> list[Ecart]:
    """Les cinq plus grands écarts : ce que les pairs font et pas elle."""
    trouves = [
        _build(i, chiffre, reponse, f"vous avez répondu {reponse.get_texte(i)}")
        for i, chiffre, reponse in _compare(soi, pairs, themes)
        if _defavorable(i, reponse) and _part(i, chiffre) >= PART_ECART
    ]
    return sorted(trouves, key=lambda e: -e.ampleur)[:NOMBRE]


def _compare(
    soi: Soi, pairs: Iterable[Pairs], themes: Mapping[str, Sequence[Indicateur]]
) -> Iterable[tuple[Indicateur, Chiffre, Reponse]]:
    for groupe in pairs:
        for indicateur in themes[groupe.theme_id]:
            chiffre, reponse = groupe.get(indicateur.id), soi.get(indicateur.id, groupe.vague_id)
            # Le sens neutre ne se juge pas ; une moyenne n'a ni oui ni non.
            if chiffre and reponse and indicateur.est_part and indicateur.sens != "neutre":
                yield indicateur, chiffre, reponse


def _favorable(indicateur: Indicateur, reponse: Reponse) -> bool:
    return reponse.est_oui if indicateur.sens == "plus_haut_mieux" else reponse.est_non


def _defavorable(indicateur: Indicateur, reponse: Reponse) -> bool:
    return reponse.est_non if indicateur.sens == "plus_haut_mieux" else reponse.est_oui


def _part(indicateur: Indicateur, chiffre: Chiffre) -> float:
    """La part des pairs dans la situation souhaitable."""
    part = chiffre.valeur or 0.0
    return part if indicateur.sens == "plus_haut_mieux" else 1 - part


def _build(indicateur: Indicateur, chiffre: Chiffre, reponse: Reponse, fin: str) -> Ecart:
    phrase = f"{describe_pairs_enonce(indicateur, chiffre)} ; {fin}."
    return Ecart(indicateur, chiffre, reponse, phrase, _part(indicateur, chiffre))
