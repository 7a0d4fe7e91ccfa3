"""Une vague vide, une seule vague, trop peu de réponses, pas de panel : une phrase partout, aucun reste."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from barometre.access import Gate
from barometre.assemblage import depot
from tests.fakes import COMMUNES, OPSN, build_entrepot_factice
from tests.pages.conftest import Ouvrir, deplier, list_messages

Tables = dict[str, list[dict[str, Any]]]


def _vider(tables: Tables) -> None:
    tables["participation"], tables["agregat"] = [], []


def _garder_une_vague(tables: Tables) -> None:
    premiere = tables["dim_vague"][0]["vague_id"]
    for table in ("dim_vague", "vague_questionnaire", "participation", "agregat"):
        tables[table] = [ligne for ligne in tables[table] if ligne["vague_id"] == premiere]


def _ouvrir_une_vague(tables: Tables) -> None:
    """La dernière vague a ses premières réponses : ses cellules existent, toutes cachées."""
    derniere = tables["dim_vague"][-1]["vague_id"]
    tables["agregat"] = [
        x | ({"etat": "primary", "note": ""} if x["vague_id"] == derniere else {}) for x in tables["agregat"]
    ]


def _maigrir(tables: Tables) -> None:
    tables["participation"] = [x for x in tables["participation"] if x["collectivite_id"].endswith("01001")]
    tables["agregat"] = [
        x | {"etat": "primary", "note": "", "n": 1, "n_publie": 1} for x in tables["agregat"]
    ]


def _disperser(tables: Tables) -> None:
    """Personne ne répond deux fois."""
    rangs = {v["vague_id"]: i for i, v in enumerate(tables["dim_vague"])}
    codes = [f"commune-{code}" for code, *_ in COMMUNES]
    tables["participation"] = [
        x for x in tables["participation"] if codes.index(x["collectivite_id"]) == rangs[x["vague_id"]] % 4
    ]


CAS: dict[str, Callable[[Tables], None]] = {
    "vague vide": _vider,
    "une seule vague": _garder_une_vague,
    "trop peu de réponses": _maigrir,
    "pas de panel": _disperser,
}
PAGES = (
    "", "inclusion", "chiffres_cles", "carte", "opsn", "participation", "evolution", "alertes", "objectifs",
    "obligations", "actions_publiques", "fonds", "synthese",
)  # fmt: skip
# Ce qui reste d'une phrase dont un morceau manque.
RESTE = re.compile(
    r"\(\s*\)|«\s*»|\bnan\b|\bNone\b|\bNaN\b|\binf\b"
    r"|[a-zà-ÿ] ,|[a-zà-ÿ] \.(?!\w)|\.\.(?!\.)|: \.|\b(?:de|à|dans|sur) [.,;]"
)


# Ce que dit chaque page quand personne n'a répondu.
VIDES = {
    "inclusion": "trop peu de collectivités ont répondu",
    "participation": "relancez partout d’abord",
    "evolution": "Aucun changement ne peut être mesuré",
    "objectifs": "trop peu de réponses pour dire où l’on en est",
    "obligations": "dont aucune n’a de réponses",
    "synthese": "Demandez une autre édition",
    "opsn": "Aucun OPSN n’est connu",
}


# Et projetée.
PROJETES_VIDES = {
    "inclusion": "trop peu de collectivités ont répondu",
    "participation": "relancez partout d’abord",
    "evolution": "Aucun changement ne peut être mesuré",
    "objectifs": "trop peu de réponses pour dire où l’on en est",
    "obligations": "trop peu ont répondu pour le dire",
    "opsn": "Aucun OPSN n’est connu",
    "synthese": "Demandez une autre édition",
}


@pytest.fixture(scope="module", params=CAS, ids=[c.replace(" ", "_") for c in CAS])
def degenere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_entrepot_factice(tmp_path_factory.mktemp("degenere"), changer=CAS[request.param])


def _texte(page: AppTest) -> str:
    html = " ".join(re.sub(r"<[^>]+>", " \x00 ", str(b.proto.body)) for b in page.get("html"))
    dits = [*page.title, *page.header, *page.markdown, *page.caption, *page.warning, *page.info, *page.error]
    return " \x00 ".join([unescape(html), *(str(d.value) for d in dits), *list_messages(page)])


@pytest.mark.parametrize("adresse", PAGES)
def test_une_phrase_entiere_partout(
    ouvrir: Ouvrir, degenere: str, adresse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", degenere)
    depot.forget()
    page = ouvrir(adresse)
    assert not page.exception
    texte = _texte(page)
    restes = [texte[max(r.start() - 60, 0) : r.end() + 30] for r in RESTE.finditer(texte)]
    assert restes == []


SECTION = re.compile(r'<section class="baro-diapo.*?</section>', re.S)
# Ce que porte toute diapositive, pleine ou vide : un titre et un pied.
CADRE = re.compile(r"<h1>.*?</h1>|<footer>.*?</footer>|<[^>]+>", re.S)


def list_diapos_vides(page: AppTest) -> list[str]:
    """Les diapositives sans rien à lire, ou dont une phrase a perdu un morceau ; une page en a toujours."""
    sections = [s for b in page.get("html") for s in SECTION.findall(unescape(str(b.proto.body)))]
    if not sections:
        return ["aucune diapositive"]
    lues = [re.sub(r"<[^>]+>", " \x00 ", section) for section in sections]
    vides = [
        s for s in sections if not CADRE.sub("", re.sub(r'<img [^>]*alt="([^"]*)"[^>]*>', r"\1", s)).strip()
    ]
    return vides + [t[max(r.start() - 60, 0) : r.end() + 30] for t in lues for r in RESTE.finditer(t)]


def test_chaque_diapositive_dit_quelque_chose(
    ouvrir: Ouvrir, degenere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Devant une salle, une vague vide ou sans panel se projette en phrases, jamais en écran blanc."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", degenere)
    depot.forget()
    for adresse in PAGES:
        page = ouvrir(adresse, presentation="1")
        assert not page.exception, (adresse, page.exception[0].value)
        assert list_diapos_vides(page) == [], adresse


def _serve(changer: Callable[[Tables], None], dossier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Met en service un entrepôt factice ainsi changé."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", build_entrepot_factice(dossier, changer=changer))
    depot.forget()


# Ce que disent, sans panel ou d'une seule vague, les pages qui comparent deux vagues.
SANS_DEUX_VAGUES = {
    "evolution": "Aucun changement ne peut être mesuré",
    "participation": "il n’y a pas de panel",
}


@pytest.mark.parametrize("changer", [_garder_une_vague, _disperser])
def test_sans_deux_vagues_a_comparer_la_page_le_dit_et_rien_n_alerte(
    changer: Callable[[Tables], None],
    ouvrir: Ouvrir,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _serve(changer, tmp_path_factory.mktemp("seule"), monkeypatch)
    for adresse, phrase in SANS_DEUX_VAGUES.items():
        assert phrase in _texte(ouvrir(adresse)), adresse
    alertes = [h.value for h in ouvrir("alertes").header]
    assert "La participation baisse" not in alertes
    assert "Un chiffre clé a bougé" not in alertes
    if changer is _garder_une_vague:  # l'autre vague est au catalogue, sans une réponse : rien n'y est perdu
        assert "Un chiffre clé ne se cite plus" not in alertes


def test_sans_une_reponse_chaque_page_dit_ce_qui_manque(
    ouvrir: Ouvrir, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    _serve(_vider, tmp_path_factory.mktemp("vide"), monkeypatch)
    tues = [a for a, phrase in VIDES.items() if phrase not in _texte(ouvrir(a)).replace("\x00", "")]
    assert tues == []
    projetees = ((a, _texte(ouvrir(a, presentation="1"))) for a in PROJETES_VIDES)
    assert [a for a, texte in projetees if PROJETES_VIDES[a] not in texte.replace("\x00", "")] == []


@pytest.mark.parametrize("changer", [_garder_une_vague, _ouvrir_une_vague])
def test_une_vague_qui_s_ouvre_n_efface_pas_la_precedente(
    changer: Callable[[Tables], None],
    ouvrir: Ouvrir,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sans réponse, ou trop peu : la dernière qui a des chiffres se propose, et la carte a ses niveaux."""
    _serve(changer, tmp_path_factory.mktemp("ouverte"), monkeypatch)
    for adresse in ("inclusion", "carte"):
        page = ouvrir(adresse)
        if adresse == "inclusion":
            deplier(page)
        assert not page.exception
        assert page.selectbox(key="adresse_vague").value == "2023-v1"
        texte = _texte(page)
        assert "publiable" not in texte
        assert "Par région" not in texte


@pytest.mark.parametrize(("changer", "lue"), [(_ouvrir_une_vague, "2023-v1"), (None, "2026-v4")])
def test_la_page_opsn_compare_la_derniere_vague_qui_a_des_chiffres_et_la_nomme(
    changer: Callable[[Tables], None] | None,
    lue: str,
    ouvrir: Ouvrir,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """La dernière vague posée, à peine ouverte, y effaçait la comparaison de la précédente."""
    if changer is not None:
        _serve(changer, tmp_path_factory.mktemp("ouverte"), monkeypatch)
    vagues: set[str] = set()
    lire = Gate.list_contrastes

    def noter(gate: Gate, indicateurs: list[str], vague_id: str, reference: str) -> Any:
        vagues.add(vague_id)
        return lire(gate, indicateurs, vague_id, reference)

    monkeypatch.setattr(Gate, "list_contrastes", noter)
    texte = _texte(ouvrir("opsn", voir_comme=OPSN, theme="inclusion"))
    assert vagues == {lue}
    pas_encore = "la deuxième édition (2026, simulée) n’a pas encore de chiffre national à citer"
    assert (pas_encore in texte) == (lue == "2023-v1")
    assert "Réponses de la " in texte
