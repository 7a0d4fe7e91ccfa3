"""Un registre neuf, un opérateur et une personne qui attend une réponse."""

from __future__ import annotations

from pathlib import Path

import pytest

from barometre.access.comptes import Identite
from barometre.access.lecteur import read_lecteur
from barometre.access.oidc.niveaux import NIVEAUX_FORTS
from barometre.access.registre import Registre, get_registre
from barometre.administration.operateur import Operateur, check_operateur
from barometre.domain.portee import Portee


@pytest.fixture
def registre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registre:
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/registre.db")
    return get_registre()


def connect(
    registre: Registre, nom: str, portee: Portee | None = None, niveau: str = NIVEAUX_FORTS[0]
) -> str:
    """Une personne, son droit s'il y en a un, sa session ; rend son jeton."""
    compte = registre.comptes.recognize(Identite("https://pro", "idp", nom, f"{nom}@essai.fr", "1"))
    if portee is not None and registre.lister(compte).empty:
        registre.accorder(compte, portee)
    return registre.sessions.open(compte, niveau, "idt")


@pytest.fixture
def operateur(registre: Registre) -> Operateur:
    jeton = connect(registre, "operatrice", Portee("operateur"))
    return check_operateur(read_lecteur(lambda: registre, jeton), registre)
