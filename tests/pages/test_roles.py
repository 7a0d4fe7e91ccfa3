"""Ce qu'un rôle change d'une page, et ce qu'il n'y change pas."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.fakes import OPSN
from tests.pages.conftest import Lire
from tests.views.test_personne import SECONDE

DEDANS, DEHORS = "commune-01001", "commune-2A005"
CONSEILS = re.compile(r'<(?:ol class="baro-pistes"|div class="baro-agir")>.*?</(?:ol|div)>', re.S)


def _list_conseils(lire: Lire, vue: str, **role: str) -> str:
    blocs = lire("donnee", vue=vue, territoire="france", **role).page.get("html")
    dits = [c for bloc in blocs for c in CONSEILS.findall(unescape(str(bloc.proto.body)))]
    return re.sub(r"<[^>]*>", " ", " ".join(dits))


@pytest.mark.parametrize("vue", ["essentiel", "repartitions"])
def test_un_conseil_ne_dit_pas_votre_opsn_a_un_agent_d_opsn(lire: Lire, vue: str) -> None:
    a_l_elu, a_l_agent = (_list_conseils(lire, vue, **role) for role in ({}, {"voir_comme": OPSN}))
    assert SECONDE.search(a_l_elu)
    assert a_l_agent.count(" OPSN") == a_l_elu.count(" OPSN")
    assert SECONDE.findall(a_l_agent) == []


@pytest.mark.parametrize(("adresse", "demandes"), [("fiche", {}), ("comparer", {"theme": "communication"})])
def test_un_motif_ne_se_demande_que_pour_du_nomme(lire: Lire, adresse: str, demandes: dict[str, str]) -> None:
    """Hors de son périmètre, l'agent lit ce que tous lisent : il l'emporte comme tous."""
    lues = []
    for collectivite, demande in ((DEDANS, True), (DEHORS, False)):
        lues.append(lire(adresse, collectivite=collectivite, voir_comme=OPSN, **demandes))
        motifs = [str(c.key) for c in lues[-1].page.text_input if str(c.key).startswith("motif-")]
        assert bool(motifs) is demande, (collectivite, motifs)
    # Dedans, les fichiers nommés ne passent pas par Streamlit ; dehors, tous y passent.
    assert len(lues[0].fichiers) < len(lues[1].fichiers)
