"""Les mêmes entrepôts dégénérés, vus par le programme et par un OPSN sans membre : une phrase partout."""

from __future__ import annotations

import pytest

from barometre.assemblage import depot
from barometre.domain.portee import Portee
from tests.fakes import OPSN, OPSN_SEUL, add_opsn, build_entrepot_factice
from tests.pages.test_cas_degeneres import CAS, RESTE, Tables, _texte, list_diapos_vides
from tests.visite import open_page

PROGRAMME = Portee("programme", simulee=True)
SEUL, VOISIN = (
    Portee("opsn", opsn_id=OPSN_SEUL, simulee=True),
    Portee("opsn", opsn_id=OPSN, simulee=True),
)
# Ce que ces droits ouvrent de plus qu'au public ; le reste est lu par `test_cas_degeneres`.
PAGES = (
    *((PROGRAMME, page) for page in ("", "participation", "opsn", "alertes", "synthese")),
    *((SEUL, page) for page in ("opsn", "participation", "synthese")),
    (VOISIN, "opsn"),
)


@pytest.fixture(scope="module", params=CAS, ids=[c.replace(" ", "_") for c in CAS])
def degenere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    def _change(tables: Tables) -> None:
        CAS[request.param](tables)
        add_opsn(tables)

    return build_entrepot_factice(tmp_path_factory.mktemp("degenere"), changer=_change)


def test_une_phrase_entiere_pour_qui_a_des_droits(degenere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", degenere)
    depot.forget()
    for portee, adresse in PAGES:
        page = open_page(adresse, {}, portee)
        assert not page.exception, (portee.role, adresse, page.exception[0].value)
        texte = _texte(page)
        restes = [texte[max(r.start() - 60, 0) : r.end() + 30] for r in RESTE.finditer(texte)]
        assert restes == [], (portee.role, adresse)
        projetee = open_page(adresse, {"presentation": "1"}, portee)
        assert not projetee.exception, (portee.role, adresse, projetee.exception[0].value)
        assert list_diapos_vides(projetee) == [], (portee.role, adresse)
        if portee == SEUL and adresse == "opsn":
            assert "Aucune collectivité n’est connue dans ce périmètre" in _texte(projetee)
            assert "Aucune collectivité n’est connue dans ce périmètre" in texte
            assert "0\u00a0collectivité (0\u202f%)" in texte
        if portee == VOISIN:
            for dit in (
                "à une vague au moins",
                "À accompagner d’abord",
                "trop peu de réponses pour la comparer",
            ):
                assert dit in texte
    depot.forget()
