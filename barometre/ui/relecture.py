"""Une page rejouée sans navigateur ni session, pour écrire de nouveau les fichiers qu'elle offre au public.

`python -m barometre.ui.relecture ADRESSE EXTENSION DOSSIER` : la commande `verifier-fichier` l'appelle. Le
fichier est refait par la page même qui l'a fait la première fois : rien n'est écrit deux fois dans le code.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from barometre.domain.jour import apply_jour, get_jour
from barometre.ui import navigation, state
from barometre.views.lecture.address import CLES

SCRIPT = Path(__file__).resolve().parent / "script" / "main.py"
PATIENCE = 120  # secondes : une page sur une machine chargée
# Ce qui est au seul lecteur, ou qui ôte ses fichiers à la page.
ECARTEES = frozenset({"nom", "voir_comme", "presentation", "embed"})
Offert = tuple[str, Callable[[], bytes]]


class DepliantOuvert:
    """Un dépliant ouvert d'office : les fichiers qu'il cache se refont aussi."""

    open = True

    def __init__(self, boite: Any) -> None:
        self._boite = boite

    def __enter__(self) -> Any:
        return self._boite.__enter__()

    def __exit__(self, *erreur: object) -> Any:
        return self._boite.__exit__(*erreur)


def list_offerts(adresse: str) -> list[Offert]:
    """(nom, ce qui l'écrit) de chaque fichier public de cette page ; rien si elle n'existe pas."""
    lue = urlsplit(adresse)
    page = lue.path.rpartition("/")[2]
    if page not in navigation.list_adresses():
        return []
    offerts: list[Offert] = []
    service = f"{lue.scheme}://{lue.netloc}" if lue.netloc else ""
    with _listen(offerts, service), apply_jour(_read_jour(lue.fragment)):
        application = AppTest(SCRIPT, default_timeout=PATIENCE)
        for nom, valeurs in parse_qs(lue.query, keep_blank_values=True).items():
            if nom in CLES and nom not in ECARTEES:
                application.query_params[nom] = valeurs
        # AppTest ne choisit une page que par son fichier ; les neuf thèmes partagent le leur.
        application._page_hash = calc_hash(page) if page else ""
        application.run()
    return offerts


def _read_jour(dit: str) -> date:
    """Le jour que dit l'adresse d'un fichier ; aujourd'hui si elle n'en dit pas, ou mal."""
    try:
        return date.fromisoformat(dit)
    except ValueError:
        return get_jour()


@contextmanager
def _listen(offerts: list[Offert], service: str) -> Iterator[None]:
    """Note ce que chaque bouton écrirait ; la page se croit ouverte à l'adresse du service."""
    bouton, depliant = st.download_button, st.expander

    def note(*arguments: Any, **options: Any) -> Any:
        offerts.append((str(options["file_name"]), options["data"]))
        return bouton(*arguments, **options)

    def unfold(libelle: str, **_: Any) -> DepliantOuvert:
        return DepliantOuvert(depliant(libelle, expanded=True))

    with (
        patch.object(st, "download_button", note),
        patch.object(st, "expander", unfold),
        patch.object(state, "get_service", lambda: service),
    ):
        yield


def write_offerts(adresse: str, extension: str, dossier: Path) -> None:
    """Écrit dans ce dossier les fichiers de cette extension, dans l'ordre de la page."""
    for rang, (nom, build) in enumerate(list_offerts(adresse)):
        if nom.endswith(f".{extension}"):
            (dossier / f"{rang:03d}_{nom}").write_bytes(build())


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    write_offerts(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
