"""Le journal s'écrit avant que la donnée ne sorte : s'il ne s'écrit pas, rien de nommé ne sort.

Deux entrepôts que seules séparent des réponses nommées : le droit les distingue, et sans journal, plus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from barometre.access.erreurs import RegistreError
from barometre.access.journal import NON_ECRIT
from barometre.access.registre import Registre
from barometre.administration.volumes import PLANCHERS
from barometre.assemblage import depot, memoire
from barometre.assemblage.collectivite import load_fiche_affichee
from barometre.domain.portee import Portee
from barometre.ui.serving import images
from tests.fakes import OPSN, add_opsn, build_entrepot_factice
from tests.secret import surfaces
from tests.secret.test_surfaces import _write
from tests.visite import open_page

DEDANS = "commune-01001"
AGENT = Portee("opsn", opsn_id=OPSN, simulee=True)
ELUE = Portee("collectivite", surfaces.COMMUNE, simulee=True)
SIENNE = {"collectivite": surfaces.COMMUNE}
# Là où il se lit du nommé : sa fiche, la même projetée, le périmètre d'un agent.
PAGES: dict[str, tuple[str, dict[str, str], Portee]] = {
    "fiche": ("fiche", SIENNE, ELUE),
    "projection": ("fiche", {**SIENNE, "presentation": "1"}, ELUE),
    "opsn": ("opsn", {"theme": "communication"}, AGENT),
}


def _fail(*_: object, **__: object) -> NoReturn:
    raise RegistreError(NON_ECRIT)


@pytest.fixture(scope="module")
def entrepots(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """L'entrepôt, et le même où une répondante du périmètre, et tout d'une autre commune, ont changé."""
    racine = tmp_path_factory.mktemp("journal")
    build_entrepot_factice(racine / "vrai", etat=True, changer=add_opsn)
    dedans = f"DELETE FROM participation WHERE collectivite_id = '{DEDANS}'"
    surfaces.trouble(racine / "vrai", racine / "autre", changements=(*surfaces.CHANGEMENTS, dedans))
    return racine / "vrai", racine / "autre"


@pytest.fixture
def lire(entrepots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[str]]]:
    """Ce qu'une page montre sur chacun des deux."""

    def _lire(adresse: str, demande: dict[str, str], portee: Portee) -> list[str]:
        lues = []
        for lieu in entrepots:
            monkeypatch.setenv("BAROMETRE_ENTREPOT", str(lieu))
            depot.forget()
            memoire.forget()
            lues.append("".join(map(_write, open_page(adresse, demande, portee).main)))
        return lues

    yield _lire
    depot.forget()
    memoire.forget()


@pytest.mark.parametrize("cas", PAGES)
def test_une_page_ne_montre_rien_de_nomme(
    lire: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, cas: str
) -> None:
    vraie, autre = lire(*PAGES[cas])
    assert vraie != autre, "le droit ne montre rien ici : cet essai ne prouve rien"
    monkeypatch.setattr(Registre, "journaliser", _fail)
    vraie, autre = lire(*PAGES[cas])
    assert vraie == autre


def test_une_vue_gardee_ne_ressort_pas_sans_etre_inscrite(
    entrepots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Composée quand le journal s'écrivait, elle est en mémoire : la livrer demande de l'inscrire encore."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", str(entrepots[0]))
    depot.forget()
    gate = depot.build_gate(ELUE, depot.get_version_id())
    assert load_fiche_affichee(gate, surfaces.COMMUNE) is not None
    monkeypatch.setattr(Registre, "journaliser", _fail)
    with pytest.raises(RegistreError, match="cette lecture est refusée"):
        load_fiche_affichee(gate, surfaces.COMMUNE)
    depot.forget()


def test_une_image_ne_part_pas_et_le_dit_en_francais(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_read", _fail)
    reponse = TestClient(Starlette(routes=images.build_routes())).get("/images/jeton.png")
    assert (reponse.status_code, reponse.text) == (503, NON_ECRIT)
    assert reponse.headers["cache-control"] == "no-store"


def test_une_page_inscrit_chaque_regard_une_fois_et_une_journee_d_elue_n_alerte_pas(
    entrepots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", str(entrepots[0]))
    depot.forget()
    faits: list[str] = []
    monkeypatch.setattr(
        Registre, "journaliser", lambda _, action, objet, **__: faits.append(f"{action} {objet}")
    )
    for affichage in (1, 2):
        assert not open_page("fiche", SIENNE, ELUE).exception
        assert (
            faits == [f"{a} {surfaces.COMMUNE}" for a in ("lire_participation", "lire_valeurs")] * affichage
        )
    # Neuf thèmes, dix affichages chacun, et vingt fois sa fiche.
    assert (9 * 10 + 20) * len(faits) // 2 <= PLANCHERS["lire"]
    depot.forget()
