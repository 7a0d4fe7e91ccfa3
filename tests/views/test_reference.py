"""Une référence dit la version et l'adresse qui la rouvre, dans trois écritures lisibles par d'autres."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest

from barometre.domain.version import Version
from barometre.views.lecture.reference import build_cle, build_reference
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


def test_deux_vues_d_une_version_ont_deux_cles_et_la_meme_partout() -> None:
    cle = build_cle("v1", ADRESSE)
    assert re.fullmatch(r"barometre-explorer-[0-9a-f]{6}-v1", cle)
    # Ni l'hôte ni l'ordre des choix n'en changent ; une autre vue, une autre page ou une autre version, si.
    ailleurs = "http://localhost:8501/explorer?version=v1&par=strate&theme=inclusion"
    assert build_cle("v1", ailleurs) == cle
    autres = (ADRESSE.replace("strate", "type"), ADRESSE.replace("explorer", "carte"), "https://exemple.fr/")
    cles = {cle, build_cle("v2", ADRESSE), *(build_cle("v1", autre) for autre in autres)}
    assert len(cles) == 5
    reference = build_reference(TITRE, _version(simulee=True), ADRESSE)
    assert reference.bibtex.startswith(f"@misc{{{cle},")
    assert json.loads(reference.csl)[0]["id"] == cle
