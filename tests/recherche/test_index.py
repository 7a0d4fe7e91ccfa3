"""Trouver une collectivité : noms de toutes graphies, codes de toutes sortes."""

from __future__ import annotations

import pytest

from barometre.recherche.index import SearchIndex, build_search_index
from barometre.recherche.noms import is_abrege
from tests import mini


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return build_search_index(mini.build_collectivites().astype({"code": "str"}), mini.build_codes_anciens())


@pytest.mark.parametrize(
    ("texte", "premier"),
    [
        ("Bordeaux", "commune-33063"),  # avant Bordeaux Métropole, plus peuplée : nom exact
        ("  bordeaux métropole ", "epci-243300316"),
        ("oeuilly", "commune-02559"),
        ("ŒUILLY", "commune-02559"),
        ("Y", "commune-80829"),
        ("L'Haÿ", "commune-94038"),
        ("l hay les roses", "commune-94038"),
        ("lhay-les-roses", "commune-94038"),
        ("St Aubin", "commune-39476"),
        ("saint-aubin", "commune-39476"),
        ("ste colombe (gironde)", "commune-33381"),
        ("Sainte-Colombe (33)", "commune-33381"),
        ("Sainte-Colombe", "commune-69189"),  # la plus peuplée des homonymes
        ("bordaux", "commune-33063"),  # une lettre oubliée
        ("2a004", "commune-2A004"),
        ("33063", "commune-33063"),
        ("33 200", "commune-33063"),
        ("243300316", "epci-243300316"),
        ("24330031600017", "epci-243300316"),
        ("Lyon 3e", "commune-69123"),
        ("75115", "commune-75056"),
        ("Paris", "commune-75056"),
        ("33", "departement-33"),
        ("Corse-du-Sud", "region-94"),
    ],
)
def test_premier_resultat(index: SearchIndex, texte: str, premier: str) -> None:
    assert index.search(texte)[0].collectivite_id == premier


def test_un_code_postal_egal_au_code_insee_d_une_autre(index: SearchIndex) -> None:
    """Celui d'un arrondissement est d'abord sa ville ; un code que l'on nomme est celui que l'on dit."""
    for texte in ("69003", "CP 69003", "code postal : 69003"):
        postal, insee = index.search(texte)
        assert (insee.nom, insee.motif) == ("Albigny-sur-Saône", "code INSEE 69003")
        assert (postal.nom, postal.motif) == ("Lyon", "code postal 69003")
    assert [t.nom for t in index.search("code INSEE 69003")] == ["Albigny-sur-Saône", "Lyon"]
    assert index.search("SIREN 243300316")[0].collectivite_id == "epci-243300316"


@pytest.mark.parametrize(
    ("mots", "nom", "abrege"),
    [
        ("clermont fd", "clermont ferrand", True),
        ("aix en pce", "aix en provence", True),
        ("clermont fe", "clermont ferrand", False),
        ("clermont", "clermont ferrand", False),
        ("clermont f", "clermont ferrand", False),
    ],
)
def test_un_mot_reduit_a_ses_consonnes(mots: str, nom: str, abrege: bool) -> None:
    assert is_abrege(mots.split(), nom.split()) is abrege


def test_une_ancienne_commune_mene_a_l_actuelle(index: SearchIndex) -> None:
    trouvee = index.search("Saint-Bois")[0]
    assert (trouvee.collectivite_id, trouvee.ancien_nom) == ("commune-01015", "Saint-Bois")
    assert trouvee.motif == "ancienne commune Saint-Bois"
    par_code = index.search("01340")[0]
    assert (par_code.collectivite_id, par_code.ancien_nom) == ("commune-01015", "Saint-Bois")


def test_les_homonymes_se_distinguent(index: SearchIndex) -> None:
    libelles = [t.libelle for t in index.search("sainte colombe")]
    assert libelles == ["Sainte-Colombe (69)", "Sainte-Colombe (Gironde)"]


def test_une_collectivite_n_est_rendue_qu_une_fois(index: SearchIndex) -> None:
    trouves = [t.collectivite_id for t in index.search("paris", 50)]
    assert len(trouves) == len(set(trouves))


@pytest.mark.parametrize("texte", ["", " ", "-", "(", "()", "'", "*", "%", "00000", "x" * 5000, "\x00"])
def test_rien_a_trouver(index: SearchIndex, texte: str) -> None:
    assert index.search(texte) == []


def test_la_forme_de_la_commande(index: SearchIndex) -> None:
    ligne = index.search("Bordeaux")[0].to_dict()
    assert ligne["population"] == 267991
    assert "ancien_nom" not in ligne
    assert index.search("Saint-Bois")[0].to_dict()["ancien_nom"] == "Saint-Bois"


def test_un_code_entier_puis_ceux_qui_commencent_ainsi(index: SearchIndex) -> None:
    """Un code exact l'emporte, son motif dit ce qu'il est ; sinon, les plus peuplées d'abord."""
    assert [(t.collectivite_id, t.motif) for t in index.search("33063")] == [
        ("commune-33063", "code INSEE 33063")
    ]
    assert index.search("243300316")[0].motif == "SIREN 243300316"
    suite = index.search("691", 50)
    assert len(suite) > 1
    assert [t.population or 0 for t in suite] == sorted((t.population or 0 for t in suite), reverse=True)
    assert all(" 691" in t.motif for t in suite)
    tous = {e.motif for e in index.codes.list_suivants("3", 500)}
    assert {e.motif for e in index.codes.list_suivants("3", 1)} < tous


def test_seuls_les_noms_qui_ne_sont_pas_ceux_d_aujourd_hui_ont_un_objet(index: SearchIndex) -> None:
    """Cent mille objets d'un index de la France entière pesaient soixante mégaoctets."""
    assert len(index.noms) == index.cibles.size == index.rangs_mentions.size
    assert all(e.motif for e in index.mentions)
    assert set(index.rangs_mentions[index.rangs_mentions >= 0]) == set(range(len(index.mentions)))
    assert (index.rangs_mentions < 0).sum() > len(index.mentions) > 0
