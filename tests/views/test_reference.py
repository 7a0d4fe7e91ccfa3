"""Une référence dit la version et l'adresse qui la rouvre, dans trois écritures lisibles par d'autres."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from jsonschema import Draft7Validator

from barometre.domain.version import Version
from barometre.views.lecture.reference import build_cle, build_reference
from tests import mini

ADRESSE = "https://exemple.fr/explorer?theme=inclusion&par=strate&version=v1"
TITRE = "100 % d’{essai} & de_soulignés"
# Ce que le schéma csl-data 1.0 dit des champs employés ici : aucun autre, et chacun de ce type. Le schéma
# entier n'est dans aucun paquet entretenu (docs/decisions.md).
TEXTE = {"type": "string"}
NOM = {"type": "object", "properties": {"literal": TEXTE}, "additionalProperties": False}
DATE = {
    "type": "array",
    "minItems": 1,
    "maxItems": 2,
    "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": ["string", "number"]}},
}
CSL = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": {
            **dict.fromkeys(("id", "title", "container-title", "version", "URL", "language", "note"), TEXTE),
            "type": {"enum": ["dataset"]},
            "author": {"type": "array", "items": NOM},
            "issued": {"type": "object", "properties": {"date-parts": DATE}, "additionalProperties": False},
        },
    },
}


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


@pytest.mark.parametrize("simulee", [True, False])
def test_csl_json_n_a_que_des_champs_du_schema(simulee: bool) -> None:
    reference = build_reference(TITRE, _version(simulee=simulee), ADRESSE)
    schema, (fiche,) = Draft7Validator(CSL), json.loads(reference.csl)
    assert list(schema.iter_errors([fiche])) == []
    # Un champ que le schéma n'a pas, ou d'un autre type, s'y verrait.
    assert not schema.is_valid([fiche | {"doi": "10.1/essai"}])
    assert not schema.is_valid([fiche | {"version": 1}])


@pytest.mark.parametrize("titre", [TITRE, "Un titre", r"a\b } % @misc{x, = #1", "« Où ? » « là »", "fin \\"])
def test_un_lecteur_de_bibtex_retrouve_chaque_champ(titre: str) -> None:
    database = pytest.importorskip("pybtex.database")
    bibtex = build_reference(titre, _version(simulee=True), ADRESSE).bibtex
    lues = database.parse_string(bibtex, "bibtex").entries
    assert list(lues) == [build_cle("v1", ADRESSE)]
    (lue,) = lues.values()
    assert [str(auteur) for auteur in lue.persons["author"]] == ["{DINUM}", "{Déclic}"]
    assert (lue.type, lue.fields["year"], lue.fields["url"]) == ("misc", "2026", ADRESSE)
    assert "simulées" in lue.fields["note"]
    # L'accolade qui garde les capitales ; les signes de LaTeX y sont échappés, la barre oblique en est ôtée.
    ecrit = lue.fields["title"].removeprefix("{").removesuffix("}")
    attendu = f"Baromètre Collectivités & Numérique : {titre}".replace("\\", " ")
    assert " ".join(re.sub(r"\\([&%$#_{}])", r"\1", ecrit).split()) == " ".join(attendu.split())
