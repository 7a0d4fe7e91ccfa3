"""Écrire une réponse : un objet JSON seul, ou un tableau lisible ; une barre de progression à côté."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import pandas as pd
from tqdm import tqdm


def get_operateur() -> str:
    """Le compte de la machine qui lance la commande ; vide s'il n'a pas de nom (conteneur)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def print_json(objet: Any) -> None:
    """Un objet, et rien d'autre, sur la sortie."""
    json.dump(_simplify(objet), sys.stdout, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def _simplify(objet: Any) -> Any:
    if isinstance(objet, Mapping):
        return {str(c): _simplify(v) for c, v in objet.items()}
    if isinstance(objet, list | tuple):
        return [_simplify(v) for v in objet]
    if isinstance(objet, pd.Timestamp):
        return None if pd.isna(objet) else objet.isoformat()
    if hasattr(objet, "isoformat"):
        return objet.isoformat()
    if hasattr(objet, "item"):
        objet = objet.item()
    return None if objet is None or (isinstance(objet, float) and pd.isna(objet)) else objet


def print_table(lignes: Sequence[Mapping[str, Any]], colonnes: Mapping[str, str]) -> None:
    """Un tableau : `colonnes` donne la clé et son titre."""
    tableau = [list(colonnes.values())]
    tableau += [[_texte(ligne.get(c)) for c in colonnes] for ligne in lignes]
    largeurs = [max(len(r[i]) for r in tableau) for i in range(len(colonnes))]
    for rang in tableau:
        print("  ".join(v.ljust(n) for v, n in zip(rang, largeurs, strict=True)).rstrip())


def _texte(valeur: Any) -> str:
    if valeur is None or (isinstance(valeur, float) and pd.isna(valeur)):
        return ""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    return str(valeur)


class Barre:
    """La progression, sur un terminal seulement ; jamais sur la sortie."""

    def __init__(self, *, muette: bool = False) -> None:
        forme = "{desc:<52.52} {percentage:3.0f} % |{bar:24}| {elapsed}"
        self._barre: tqdm[Any] = tqdm(
            total=1, bar_format=forme, file=sys.stderr, disable=muette or not sys.stderr.isatty()
        )

    def __enter__(self) -> Barre:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        if erreur is None:
            self._move_to(1.0)
        self._barre.close()

    def __call__(self, etape: str, rang: int, nombre: int) -> None:
        """Annonce une étape qui commence."""
        self._barre.set_description_str(etape, refresh=False)
        self._move_to((rang - 1) / nombre)

    def _move_to(self, part: float) -> None:
        self._barre.update(part - self._barre.n)
