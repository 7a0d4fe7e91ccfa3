"""« Tout emporter » : ce que porte l'archive d'une page, qui que soit le lecteur, et ce qu'elle tait."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from csvw.metadata import CSVW

from barometre.assemblage import depot, emporter
from barometre.assemblage.collectivite import load_comparer, load_fiche_affichee, load_structure
from barometre.assemblage.emporter import build_emporte
from barometre.assemblage.explorer import load_requete
from barometre.assemblage.theme import load_theme
from barometre.catalogue import load_catalogue
from barometre.cli import main
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.provenance import Provenance
from barometre.views.collectivite.liste_pairs import build_liste_pairs
from barometre.views.donnees.pieces import A_COTE
from barometre.views.lecture.address import read_query
from barometre.views.lecture.selection import Selection
from tests.views.terrain_pairs import SOI, THEMES, serve_terrain

SERVICE = "https://exemple.invalid"
ELU = Portee("collectivite", collectivite_id=SOI, simulee=True)


@pytest.fixture(scope="module", autouse=True)
def entrepot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with serve_terrain(tmp_path_factory.mktemp("terrain")):
        yield


def _situate(provenance: Provenance, adresse: str) -> Provenance:
    version = provenance.version
    return replace(
        provenance, adresse=f"{SERVICE}/{adresse}{'&' if '?' in adresse else '?'}version={version}"
    )


def _open(table: pd.DataFrame, provenance: Provenance, adresse: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(build_emporte(table, _situate(provenance, adresse), "zip")))


def _fiche(portee: Portee) -> zipfile.ZipFile:
    affichee = load_fiche_affichee(depot.build_gate(portee, depot.get_version_id()), SOI)
    assert affichee is not None
    return _open(affichee.vue.table, affichee.vue.provenance, f"fiche?collectivite={SOI}")


def test_l_archive_d_une_fiche_porte_ses_pairs_ses_questionnaires_et_sa_methode(tmp_path: Path) -> None:
    archive = _fiche(PUBLIC)
    archive.extractall(tmp_path)
    attendus = {f"questionnaires/{theme}.csv" for theme in THEMES}
    attendus |= {"methode.md", "LICENCE.txt", "REFAIRE.txt", "pairs/pairs.csv", "pairs/LISEZ-MOI.txt"}
    assert attendus <= set(archive.namelist())
    for ligne in archive.read("SHA256SUMS").decode().splitlines():
        empreinte, _, nom = ligne.partition("  ")
        assert hashlib.sha256(archive.read(nom)).hexdigest() == empreinte
    # Chaque tableau est décrit, et la description vaut pour son fichier.
    descriptions = [nom for nom in archive.namelist() if nom.endswith("-metadata.json")]
    assert len(descriptions) == sum(nom.endswith(".csv") for nom in archive.namelist())
    for nom in descriptions:
        lu = CSVW(str(tmp_path / nom), validate=True)
        assert lu.is_valid, nom
        assert len(list(lu.tables[0])) > 0, nom


def test_les_pairs_d_une_archive_sont_ceux_que_lit_le_public() -> None:
    """Une élue emporte ses réponses dans ses données ; ses droits ne changent pas la liste de ses pairs."""
    publique, sienne = _fiche(PUBLIC), _fiche(ELU)
    assert publique.read("donnees.csv") != sienne.read("donnees.csv")
    for nom in ("pairs/pairs.csv", "pairs/LISEZ-MOI.txt", "REFAIRE.txt"):
        assert publique.read(nom) == sienne.read(nom)
    gate = depot.open_gate_publique()
    collectivite = gate.get_collectivite(SOI)
    assert collectivite is not None
    liste = build_liste_pairs(gate, load_catalogue(), load_structure(gate), collectivite, "strate")
    lue = pd.read_csv(io.BytesIO(publique.read("pairs/pairs.csv")), dtype=str)
    assert tuple(lue["collectivite_id"]) == liste.ids
    assert set(lue.columns) == {
        "collectivite_id", "nom", "type", "strate", "departement", "region", "population",
    }  # fmt: skip
    assert liste.phrase in publique.read("pairs/LISEZ-MOI.txt").decode()


@pytest.mark.parametrize("choix", ["strate", "couverture", "semblables"])
def test_les_pairs_de_comparer_sont_ceux_de_la_page(choix: str) -> None:
    theme = THEMES[0]
    vue = load_comparer(depot.open_gate_publique(), SOI, theme, choix=choix, avec=()).vue
    adresse = f"comparer?collectivite={SOI}&theme={theme}&pairs={choix}"
    archive = _open(vue.table, vue.provenance, adresse)
    lue = pd.read_csv(io.BytesIO(archive.read("pairs/pairs.csv")), dtype=str)
    assert tuple(lue["collectivite_id"]) == vue.liste.ids
    assert vue.liste.phrase in archive.read("pairs/LISEZ-MOI.txt").decode()


def test_refaire_relit_les_chiffres_d_une_page_de_theme(tmp_path: Path) -> None:
    """La commande que dit l'archive, lancée telle quelle, rend les chiffres de la page."""
    vue = load_theme(depot.open_gate_publique(), THEMES[0], Selection(strate="commune-500-999")).vue
    archive = _open(vue.table, vue.provenance, f"{THEMES[0]}?strate=commune-500-999")
    refaire = archive.read("REFAIRE.txt").decode()
    assert refaire.startswith(f"{SERVICE}/{THEMES[0]}?strate=commune-500-999&version=")
    commande = re.search(r'exporter "(.*)" --format', refaire)
    assert commande is not None
    sortie = tmp_path / "vue.csv"
    assert main(["exporter", commande.group(1), "--format", "csv_international", "-o", str(sortie)]) == 0
    lus = pd.read_csv(sortie, comment="#").set_index("indicateur_id")["redresse"]
    attendus = vue.table[vue.table["redresse"].notna()].set_index("indicateur_id")["redresse"]
    assert len(attendus) > 0
    pd.testing.assert_series_equal(lus[attendus.index], attendus, check_dtype=False)


def test_une_archive_d_explorer_porte_les_pairs_de_qui_suit_une_collectivite(tmp_path: Path) -> None:
    requete = f"collectivite={SOI}&indicateurs=site_internet&par=strate"
    avec, sans = tmp_path / "avec.zip", tmp_path / "sans.zip"
    assert main(["exporter", requete, "--format", "zip", "-o", str(avec)]) == 0
    assert main(["exporter", requete.partition("&")[2], "--format", "zip", "-o", str(sans)]) == 0
    assert "pairs/pairs.csv" in zipfile.ZipFile(avec).namelist()
    assert not any(nom.startswith("pairs/") for nom in zipfile.ZipFile(sans).namelist())
    assert main(["verifier-fichier", str(avec)]) == 0
    # La vue n'en change pas : les données sont les mêmes.
    assert zipfile.ZipFile(avec).read("donnees.csv") == zipfile.ZipFile(sans).read("donnees.csv")


def test_une_collectivite_sans_pairs_se_dit_au_lieu_de_se_taire() -> None:
    vue = load_requete(depot.open_gate_publique(), "indicateurs=site_internet&par=strate")
    archive = _open(vue.fichier, vue.provenance, "explorer?collectivite=commune-99999&par=strate")
    assert "commune-99999" in archive.read("pairs/LISEZ-MOI.txt").decode()
    assert "pairs/pairs.csv" not in archive.namelist()


def test_un_autre_format_ne_compose_rien_de_plus(monkeypatch: pytest.MonkeyPatch) -> None:
    vue = load_requete(depot.open_gate_publique(), "indicateurs=site_internet&par=strate")
    assert vue.provenance.pieces == ()
    monkeypatch.setattr(emporter, "_list_contenus", lambda *_: pytest.fail("rien n'était demandé"))
    assert build_emporte(vue.fichier, vue.provenance, "csv")


def test_une_licence_d_ailleurs_ne_devient_pas_la_notre() -> None:
    vue = load_requete(depot.open_gate_publique(), "indicateurs=site_internet&par=strate")
    archive = _open(vue.fichier, replace(vue.provenance, licence="ODbL"), "opsn")
    assert archive.read("LICENCE.txt").decode().split() == ["ODbL"]
    assert json.loads(archive.read("donnees.csv-metadata.json"))["dc:license"] == "ODbL"
    assert json.loads(archive.read("datapackage.json"))["licenses"][0]["title"] == "ODbL"


@pytest.mark.parametrize(("nombre", "relisible"), [(0, False), (1, True), (200, True), (201, False)])
def test_une_adresse_de_l_api_relit_deux_cents_indicateurs_au_plus(nombre: int, relisible: bool) -> None:
    vue = load_requete(depot.open_gate_publique(), "indicateurs=site_internet&par=strate")
    indicateur = load_catalogue().get_indicateur("site_internet")
    requete = emporter._build_voisine([indicateur] * nombre, vue.provenance, THEMES[0], read_query(""), None)
    assert bool(requete) == relisible


def test_refaire_les_pairs_d_une_fiche_garde_la_vague_de_la_page() -> None:
    """La sélection des pairs n'a pas de vague : sans celle de l'adresse, la dernière répondrait."""
    vague = load_catalogue().vagues[0].id
    affichee = load_fiche_affichee(depot.open_gate_publique(), SOI)
    assert affichee is not None
    for page in ("fiche", THEMES[0]):
        adresse = f"{page}?collectivite={SOI}&vague={vague}"
        refaire = _open(affichee.vue.table, affichee.vue.provenance, adresse).read("REFAIRE.txt").decode()
        assert f"vague={vague}" in refaire.partition("exporter")[2]


def test_seules_les_pages_de_pairs_se_refont_sur_leurs_pairs() -> None:
    gate, catalogue, lue = depot.open_gate_publique(), load_catalogue(), read_query(f"collectivite={SOI}")
    groupe = emporter._find_pairs(gate, catalogue, "fiche", lue)
    assert groupe is not None
    provenance = load_requete(gate, "indicateurs=site_internet&par=strate").provenance
    site = [catalogue.get_indicateur("site_internet")]
    sans = {page: emporter._build_voisine(site, provenance, page, lue, None) for page in ("fiche", THEMES[0])}
    avec = {page: emporter._build_voisine(site, provenance, page, lue, groupe) for page in sans}
    assert avec["fiche"] != sans["fiche"]
    assert avec[THEMES[0]] == sans[THEMES[0]]


def test_une_donnee_de_l_etat_se_relit_par_territoire_et_une_structure_egale_non_demandee_s_ote() -> None:
    gate, catalogue = depot.open_gate_publique(), load_catalogue()
    provenance = load_requete(gate, "indicateurs=site_internet&par=strate").provenance
    mesure = catalogue.list_indicateurs(origine="mesure")[0]
    declare = catalogue.get_indicateur("site_internet")
    for indicateurs, page, par in (
        ([mesure], THEMES[0], True),
        ([declare], THEMES[0], False),
        ([declare, mesure], THEMES[0], False),
        ([declare], "carte", True),
    ):
        requete = emporter._build_voisine(indicateurs, provenance, page, read_query(""), None)
        assert ("par=" not in requete) == par  # par territoire, ce qui ne se dit pas
    egale = emporter._build_voisine([declare], provenance, "opsn", read_query("structure=egale"), None)
    assert egale == emporter._build_voisine([declare], provenance, "opsn", read_query(""), None)


def test_une_archive_se_compose_dans_sa_version_et_dit_si_ses_recettes_refont_la_vue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """D'un lien vers une ancienne version, les pairs et les territoires seraient ceux d'une autre."""
    vue = load_requete(depot.open_gate_publique(), "indicateurs=site_internet&par=strate")
    monkeypatch.setattr(depot, "get_version_id", lambda: pytest.fail("composée dans la version en service"))
    for page, meme_vue in (("explorer", True), (THEMES[0], False)):
        archive = _open(vue.fichier, vue.provenance, f"{page}?indicateurs=site_internet&par=strate")
        refaire = archive.read("REFAIRE.txt").decode()
        assert "exporter" in refaire
        assert (A_COTE in refaire) != meme_vue


def test_sans_theme_comparer_emporte_les_pairs_du_premier() -> None:
    """La page s'ouvre sur lui ; une fiche, qui les a tous, a les pairs d'aucun en particulier."""
    gate, catalogue, lue = depot.open_gate_publique(), load_catalogue(), read_query(f"collectivite={SOI}")
    themes: list[str] = []
    with pytest.MonkeyPatch.context() as lecture:
        lecture.setattr(emporter, "build_pairs_emportes", lambda *_, theme_id, **__: themes.append(theme_id))
        for page in ("comparer", "fiche"):
            emporter._find_pairs(gate, catalogue, page, lue)
    assert themes == [catalogue.themes[0].id, ""]
