"""Un lecteur qui a des droits ne lit rien au-delà : ni l'agent hors de son périmètre, ni le programme.

La même non-interférence que pour le public (`surfaces`) : deux entrepôts qui ne diffèrent que par ce que ce
rôle n'a pas à lire lui donnent les mêmes pages et les mêmes fichiers, à l'octet près.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from barometre.assemblage import depot, memoire
from barometre.domain.portee import Portee
from barometre.ui.serving.recettes import TABLEAUX
from tests.fakes import OPSN, add_opsn, build_entrepot_factice
from tests.secret import surfaces
from tests.secret.test_surfaces import INDICATEUR, _write
from tests.visite import open_page

AGENT = Portee("opsn", opsn_id=OPSN, simulee=True)
PROGRAMME = Portee("programme", simulee=True)
DEDANS = "commune-01001"
# Là où du nommé se lit, et des chiffres à en rapprocher, dedans comme dehors.
PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("communication", {"vue": "territoires"}),
    ("fiche", {"collectivite": surfaces.COMMUNE}),
    ("comparer", {"collectivite": surfaces.COMMUNE, "theme": "communication", "avec": DEDANS}),
    ("comparer", {"collectivite": surfaces.COMMUNE, "theme": "communication", "pairs": "semblables"}),
    ("carte", {"indicateur": "participation", "niveau": "commune", "theme": "communication"}),
    ("opsn", {"theme": "communication"}),
    ("participation", {"theme": "communication"}),
    ("explorer", {"indicateurs": INDICATEUR, "par": "strate"}),
    ("synthese", {}),
)
FICHIERS: dict[str, tuple[object, ...]] = {
    "suivi": (),
    "a-relancer": (INDICATEUR, "2026-v4", "1000"),
    "fiche": (surfaces.COMMUNE,),
    "comparer": (surfaces.COMMUNE, "communication", "strate", (DEDANS,)),
    "cote-a-cote": (surfaces.COMMUNE, "communication", "semblables", (DEDANS,)),
}
REPONSES = tuple(c for c in surfaces.CHANGEMENTS if " participation " not in f" {c} ")
Lire = Callable[[], object]


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """L'entrepôt, et trois copies : tout changé dehors, les seules réponses, une répondante du périmètre."""
    racine = tmp_path_factory.mktemp("roles")
    build_entrepot_factice(racine / "vrai", etat=True, changer=add_opsn)
    surfaces.trouble(racine / "vrai", racine / "dehors")
    surfaces.trouble(racine / "vrai", racine / "reponses", changements=REPONSES)
    dedans = f"DELETE FROM participation WHERE collectivite_id = '{DEDANS}'"
    surfaces.trouble(racine / "vrai", racine / "dedans", changements=(dedans,))
    return racine


@pytest.fixture
def lire(dossier: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Lire], object]]:
    """Ce qui se lit sur une des copies."""

    def _lire(copie: str, lecture: Lire) -> object:
        monkeypatch.setenv("BAROMETRE_ENTREPOT", str(dossier / copie))
        depot.forget()
        memoire.forget()
        return lecture()

    yield _lire
    depot.forget()
    memoire.forget()


def _open(adresse: str, demande: dict[str, str], portee: Portee) -> list[str]:
    page = open_page(adresse, demande, portee)
    assert not page.exception
    return [_write(bloc) for bloc in page.main]


def _write_fichier(nom: str, portee: Portee) -> str:
    table, provenance = TABLEAUX[nom](
        depot.build_gate(portee, depot.open_gate_publique().version_id), *FICHIERS[nom]
    )
    return f"{table.to_csv()}{provenance}"


@pytest.mark.parametrize(("adresse", "demande"), PAGES, ids=[f"{a}_{len(d)}" for a, d in PAGES])
@pytest.mark.parametrize(
    ("portee", "copie"), [(AGENT, "dehors"), (PROGRAMME, "reponses")], ids=["opsn", "programme"]
)
def test_une_page_ne_dit_rien_au_dela_du_droit(
    lire: Callable[[str, Lire], object], portee: Portee, copie: str, adresse: str, demande: dict[str, str]
) -> None:
    vraie, troublee = (lire(x, lambda: _open(adresse, demande, portee)) for x in ("vrai", copie))
    assert vraie
    assert vraie == troublee


@pytest.mark.parametrize("nom", FICHIERS)
@pytest.mark.parametrize(
    ("portee", "copie"), [(AGENT, "dehors"), (PROGRAMME, "reponses")], ids=["opsn", "programme"]
)
def test_un_fichier_remis_sous_droit_non_plus(
    lire: Callable[[str, Lire], object], portee: Portee, copie: str, nom: str
) -> None:
    vrai, trouble = (lire(x, lambda: _write_fichier(nom, portee)) for x in ("vrai", copie))
    assert vrai == trouble


def test_la_contre_epreuve(lire: Callable[[str, Lire], object]) -> None:
    """Ce que le droit ouvre se lit bien : une répondante du périmètre, une de partout pour le programme."""
    suivi, autre = (lire(x, lambda: _write_fichier("suivi", AGENT)) for x in ("vrai", "dedans"))
    assert suivi != autre
    vraie, dehors = (lire(x, lambda: _open("fiche", PAGES[1][1], PROGRAMME)) for x in ("vrai", "dehors"))
    assert vraie != dehors
