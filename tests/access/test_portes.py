"""Ce qui sort de la porte et pour qui : les listes nommées, les comptes, ce que le journal en garde."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pandas as pd
import pytest

from barometre.access import AccesRefuse, Gate
from barometre.access.droits import REFUS_ACTIONS, can_declare, can_read_actions
from barometre.access.lectures import Lecture
from barometre.domain.brouillage import draw_bruit_effectif
from barometre.domain.portee import PUBLIC, Portee
from barometre.warehouse.repository import Repository
from tests.access.conftest import BORDEAUX
from tests.access.test_gate import OPSN_GIRONDE, PROGRAMME, Carnet

MAIRIE = Portee(role="collectivite", collectivite_id=BORDEAUX)
OPERATEUR = Portee(role="operateur")
# Une clé dont le bruit ne s'annule pas à l'arrondi : 14 répondantes se disent 20, ou 10.
BRUYANTE = next(cle for cle in range(1, 10_000) if draw_bruit_effectif(cle) >= 4)


@pytest.mark.parametrize(
    ("portee", "lit"),
    [(PUBLIC, False), (MAIRIE, False), (OPSN_GIRONDE, False), (PROGRAMME, True), (OPERATEUR, True)],
    ids=lambda p: getattr(p, "role", p),
)
def test_la_liste_nommee_d_un_fonds_est_au_programme(depot: Repository, portee: Portee, lit: bool) -> None:
    carnet = Carnet()
    porte = Gate(depot, portee, journal=carnet)
    assert can_read_actions(portee) == porte.can_read_actions() == lit
    if lit:
        assert porte.list_actions_fonds("itn7").empty
        assert carnet.faits == [("lire_actions", "itn7", portee.role)]
        return
    with pytest.raises(AccesRefuse, match=REFUS_ACTIONS):
        porte.list_actions_fonds("itn7")
    # Le public n'a pas de compte : il n'y a rien à inscrire.
    assert carnet.faits == ([] if portee == PUBLIC else [("refus_lire_actions", "itn7", portee.role)])


def test_une_fiche_n_a_que_ce_que_le_lecteur_peut_lire(depot: Repository) -> None:
    lus, faits = {}, {}
    for nom, portee in {
        "public": PUBLIC, "mairie": MAIRIE, "opsn": OPSN_GIRONDE, "operateur": OPERATEUR,
        "opsn cyber": Portee(role="opsn", opsn_id="opsn-a", cyber=True),
    }.items():  # fmt: skip
        carnet = Carnet()
        lignes = Gate(depot, portee, journal=carnet).list_valeurs_collectivite(BORDEAUX)
        lus[nom], faits[nom] = set(lignes["indicateur_id"]), [f[:2] for f in carnet.faits]
        assert lignes.index.tolist() == list(range(len(lignes)))
    assert lus == {
        "public": {"fibre"}, "operateur": {"fibre"}, "opsn": {"fibre", "site"},
        "mairie": {"fibre", "site", "mfa"}, "opsn cyber": {"fibre", "site", "mfa"},
    }  # fmt: skip
    nomme = [("lire_valeurs", BORDEAUX)]
    assert faits == {
        "public": [], "operateur": [], "opsn": nomme, "mairie": nomme, "opsn cyber": nomme,
    }  # fmt: skip


def test_lire_les_lignes_refusees_s_inscrit(depot: Repository) -> None:
    carnet = Carnet()
    porte = Gate(depot, OPERATEUR, journal=carnet)
    porte.list_quarantaine()
    porte.list_quarantaine("lot-1")
    assert carnet.faits == [
        ("lire_quarantaine", "tous les lots", "operateur"),
        ("lire_quarantaine", "lot-1", "operateur"),
    ]


def test_une_vue_faite_d_une_vue_gardee_redit_ce_que_celle_ci_a_lu(depot: Repository) -> None:
    """Sans quoi la seconde, servie du cache, livrerait des réponses nommées sans un mot au journal."""
    carnet, lecture = Carnet(), Lecture("lire_valeurs", "site", "")
    porte = Gate(depot, PROGRAMME, journal=carnet).reopen()
    porte.record_again([lecture])
    assert porte.lectures == [lecture]
    Gate(depot, PROGRAMME, journal=carnet).record_again(porte.lectures)
    assert carnet.faits == [("lire_valeurs", "site", "programme")]


def test_un_role_prete_ne_declare_rien() -> None:
    prete = Portee(role="collectivite", collectivite_id=BORDEAUX, simulee=True)
    assert can_declare(MAIRIE, BORDEAUX)
    assert not can_declare(MAIRIE, "commune-69123")
    assert not can_declare(prete, BORDEAUX)
    assert not can_declare(PROGRAMME, BORDEAUX)


class Participations:
    """Des répondantes par leurs clés : la première de chaque vague porte le bruit de la sienne."""

    def __init__(self, **par_vague: int) -> None:
        lignes = [(v, f"c{i}", BRUYANTE if not i else 0) for v, n in par_vague.items() for i in range(n)]
        self._lignes = pd.DataFrame(lignes, columns=["vague_id", "collectivite_id", "cle"])
        self._lignes = self._lignes.astype({"cle": object}).assign(theme_id="site", profil="agent")

    def get_cles_participations(self) -> SimpleNamespace:
        return SimpleNamespace(select=lambda **_: self._lignes)


def test_un_compte_public_est_le_brouille_jamais_l_exact() -> None:
    depot = cast("Repository", Participations(a=14, b=9, c=200))
    porte = Gate(depot)
    bruit = draw_bruit_effectif(BRUYANTE)
    attendus = {v: 5 * round((n + bruit) / 5) for v, n in (("a", 14), ("c", 200))}
    assert attendus["a"] > 15  # l'exact, arrondi, dirait quinze
    assert porte.count_collectivites_repondantes() == attendus  # neuf réponses : rien ne se dit
    lignes = porte.count_participations("vague_id")
    assert dict(zip(lignes["vague_id"], lignes["questionnaires"], strict=True)) == attendus
