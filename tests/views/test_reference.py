"""Une référence dit la version et l'adresse qui la rouvre, dans trois écritures lisibles par d'autres."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest

from barometre.domain.version import Version
from barometre.views.lecture.reference import build_reference
from tests import mini

ADRESSE = "https://exemple.fr/explorer?theme=inclusion&par=strate&version=v1"
TITRE = "100 % d’{essai} & de_soulignés"


def _version(*, simulee: bool) -> Version:
    return Version("v1", datetime(2026, 11, 28), simulee, "essai", "", mini.EMPREINTES)


@pytest.mark.parametrize("simulee", [True, False])
def test_le_texte_dit_tout(simulee: bool) -> None:
    texte = build_reference(TITRE, _version(simulee=simulee), ADRESSE).texte
    for mot in ("DINUM", "Déclic", TITRE, "version v1 du 28 novembre 2026", ADRESSE):
        assert mot in texte
    assert ("simulées" in texte) is simulee


def test_csl_json_dit_la_version_et_sa_date() -> None:
    (fiche,) = json.loads(build_reference(TITRE, _version(simulee=True), ADRESSE).csl)
    assert (fiche["type"], fiche["title"], fiche["URL"], fiche["version"]) == (
        "dataset",
        TITRE,
        ADRESSE,
        "v1",
    )
    assert fiche["issued"] == {"date-parts": [[2026, 11, 28]]}
    assert "simulées" in fiche["note"]


def test_bibtex_ferme_ses_accolades_et_garde_l_adresse() -> None:
    bibtex = build_reference(TITRE, _version(simulee=False), ADRESSE).bibtex
    sans_echappees = re.sub(r"\\[{}]", "", bibtex)
    assert sans_echappees.count("{") == sans_echappees.count("}")
    assert f"url = {{{ADRESSE}}}" in bibtex
    assert r"100 \% d’\{essai\} \& de\_soulignés" in bibtex
