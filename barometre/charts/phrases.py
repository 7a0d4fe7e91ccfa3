"""La phrase d'un graphique en points : calculée, jamais écrite à la main."""

from __future__ import annotations

from collections.abc import Sequence

from barometre.domain.cadre import Cadre, LigneCadre
from barometre.domain.formats import COTES


def build_phrase(cadre: Cadre, valeur: str) -> str:
    """Du plus bas au plus haut des groupes citables, et ce qui n'est pas montré."""
    lus = [x for x in cadre if x.montre and x.get_valeur(valeur) is not None]
    citables = [x for x in lus if x.note in ("A", "B")]
    # « De 62 à 83 % » à côté de « plus de 96 % » : ceux que l'étendue laisse de côté se disent.
    ecartes = len(lus) - len(citables) if citables else 0
    caches = sum(not ligne.montre for ligne in cadre)
    phrases = (
        _phrase_etendue(citables, valeur),
        _say(ecartes, "Un chiffre indicatif n’y est pas compté", "chiffres indicatifs n’y sont pas comptés"),
        _say(caches, "Un chiffre n’est pas montré", "chiffres ne sont pas montrés"),
    )
    return " ".join(filter(None, phrases))


def _say(n: int, un: str, plusieurs: str) -> str:
    """La phrase d'un compte ; rien s'il n'y a rien à dire."""
    return (f"{un}." if n == 1 else f"{n} {plusieurs}.") if n else ""


def _phrase_etendue(citables: Sequence[LigneCadre], valeur: str) -> str:
    if not citables:
        return "Aucun de ces chiffres ne peut être cité."
    # « Plus de 73 % » peut aller jusqu'à cent : une borne passe les valeurs de son côté.
    ordre = sorted(citables, key=lambda x: (COTES.get(x.plafond, 0), x.get_valeur(valeur)))
    premier, dernier = ordre[0], ordre[-1]
    bas, haut = premier.get_texte(valeur), dernier.get_texte(valeur)
    mot = "redressé" if valeur == "redresse" else "brut"
    if bas == haut:
        qui = premier.groupe if len(citables) == 1 else "tous ceux que l’on peut citer"
        return f"{bas} ({qui}), en chiffre {mot}."
    return f"De {bas} ({premier.groupe}) à {haut} ({dernier.groupe}), en chiffre {mot}."
