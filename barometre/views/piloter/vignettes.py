"""De petits graphiques à la même échelle : chaque indicateur aux deux vagues, et ce que le test en dit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from barometre.domain.formats import format_compte, format_points
from barometre.domain.indicateur import Indicateur
from barometre.views.comprendre.evolution import AUCUN, BAISSE, HAUSSE
from barometre.views.lecture.chiffres import Chiffre, format_cellule
from barometre.views.piloter.evolutions import Changement, VueEvolutions

_ANNEE = re.compile(r"\d{4}")
# Le signe se lit sans couleur. Rien de démontré n'en a pas : « = » dirait que rien n'a bougé.
SIGNES = {HAUSSE: "▲ ", BAISSE: "▼ ", AUCUN: ""}


def sort_changements(vue: VueEvolutions, indicateurs: Iterable[Indicateur]) -> tuple[Changement, ...]:
    """Ceux qui se montrent, dans l'ordre du questionnaire : une hausse n'y passe pas devant une absence."""
    rangs = {i.id: rang for rang, i in enumerate(indicateurs)}
    return tuple(sorted(vue.montres, key=lambda c: rangs[c.indicateur.id]))


def name_vagues(vue: VueEvolutions) -> tuple[str, str]:
    """« 2023 » et « 2026 » ; « avant » et « après » si les années ne les distinguent pas."""
    annees = [(_ANNEE.findall(titre) or [""])[-1] for titre in (vue.avant, vue.apres)]
    return (annees[0], annees[1]) if all(annees) and annees[0] != annees[1] else ("avant", "après")


def build_cadre_vignettes(changements: Sequence[Changement], vagues: tuple[str, str]) -> pd.DataFrame:
    """Le cadre de `charts.vignettes` : deux lignes par indicateur, l'une après l'autre."""
    lignes = [
        {
            "id": c.indicateur.id,
            "groupe": c.indicateur.titre_marque,
            "mot": _describe(c),
            "demontre": c.demontre,
            "vague": vague,
        }
        | chiffre
        for c in changements
        for vague, chiffre in zip(vagues, _read(c), strict=True)
    ]
    return pd.DataFrame(lignes)


def _name(changement: Changement) -> dict[str, object]:
    i = changement.indicateur
    return {
        "id": i.id,
        "groupe": i.titre_marque,
        "mot": _describe(changement),
        "demontre": changement.demontre,
    }


def _describe(changement: Changement) -> str:
    """« ▲ Hausse : +6 points » ; « Pas de changement démontré : −2 points »."""
    mot = changement.mot if changement.demontre else AUCUN
    return f"{SIGNES[mot]}{mot.capitalize()} : {format_points(changement.ecart)}"


def _read(changement: Changement) -> list[dict[str, object]]:
    return [_ligne(changement.indicateur, c) for c in (changement.avant, changement.apres) if c is not None]


def _ligne(indicateur: Indicateur, chiffre: Chiffre) -> dict[str, object]:
    return {
        "valeur": chiffre.valeur,
        "bas": chiffre.bas,
        "haut": chiffre.haut,
        "texte": format_cellule(indicateur, chiffre, "redresse"),
        "plafond": chiffre.plafond,
        "douteux": chiffre.note == "C",
    }


def describe_vignettes(vue: VueEvolutions) -> str:
    """Combien montent, descendent, ne bougent pas de façon démontrée, et combien ne se montrent pas."""
    mots = [c.mot if c.demontre else AUCUN for c in vue.montres]
    absents = len(vue.changements) - len(vue.montres)
    dits = [
        format_compte(mots.count(HAUSSE), "hausse démontrée", "hausses démontrées"),
        format_compte(mots.count(BAISSE), "baisse démontrée", "baisses démontrées"),
        f"{format_compte(mots.count(AUCUN), 'indicateur')} sans changement démontré",
    ]
    suite = (
        f" ; {format_compte(absents, 'autre ne se compare pas', 'autres ne se comparent pas')}"
        if absents
        else ""
    )
    return f"Chaque indicateur aux deux vagues, à la même échelle : {', '.join(dits)}{suite}."
