"""Ce que les lecteurs tapent vraiment, sur le vrai référentiel."""

from __future__ import annotations

import pytest

from barometre.catalogue import DONNEES, load_catalogue
from barometre.pipeline import referentiel as ref
from barometre.recherche.demande import Demande, describe_hors_champ, list_villes
from barometre.recherche.index import SearchIndex, build_search_index


@pytest.fixture(scope="module")
def france() -> SearchIndex:
    _, liens = ref.load_opsn(DONNEES)
    collectivites = ref.load_collectivites(DONNEES, load_catalogue(), liens)
    return build_search_index(collectivites, ref.load_codes_anciens(DONNEES))


@pytest.mark.parametrize(
    ("texte", "premier"),
    [
        ("communauté de communes du pays de Pontchâteau", "epci-200000438"),
        ("CC du pays de Pontchâteau", "epci-200000438"),
        ("Communauté d'agglomération du Pays Basque", "epci-200067106"),
        ("communauté urbaine de Bordeaux", "epci-243300316"),
        ("mairie de Saint-Malo", "commune-35288"),
        ("Mairie du Havre", "commune-76351"),
        ("mairie de La Rochelle", "commune-17300"),
        ("hôtel de ville de Lyon", "commune-69123"),
        ("commune de l'Haÿ-les-Roses", "commune-94038"),
        ("ville des Sables-d'Olonne", "commune-85194"),
        ("département de la gironde", "departement-33"),
        ("conseil départemental du Nord", "departement-59"),
        ("région bretagne", "region-53"),
        ("conseil régional d'Occitanie", "region-76"),
        ("PACA", "region-93"),
        ("Midi-Pyrénées", "region-76"),
        ("MEL", "epci-200093201"),
        ("GPSEO", "epci-200059889"),
        ("44000 nantes", "commune-44109"),
        ("59033 lille cedex", "commune-59350"),
        ("59033 Lille Cedex 9", "commune-59350"),
        ("33063 Bordeaux", "commune-33063"),
        ("2A004 Ajaccio", "commune-2A004"),
        ("20000 Ajaccio", "commune-2A004"),
        ("12 rue de la Paix 35400 Saint-Malo", "commune-35288"),
        ("Mairie, 1 place Pey-Berland, Bordeaux", "commune-33063"),
        ("75011", "commune-75056"),
        ("13008", "commune-13055"),  # et non Aurons, dont c'est le code INSEE
        ("EPT 12", "ept-200058014"),
        ("ept12", "ept-200058014"),
        ("T6", "ept-200057867"),
        ("POLD", "ept-200057982"),
        ("Grand Paris Sud", "epci-200059228"),  # et non l'EPT Grand Paris Sud Est Avenir
        ("Grand Paris Sud Est Avenir", "ept-200058006"),
        ("m2A", "epci-200066009"),
        ("CTM", "region-02"),
        ("Clermont Fd", "commune-63113"),
        ("Aix en Pce", "commune-13001"),
        ("Paris XVe", "commune-75056"),
        ("Boulogne", "commune-92012"),  # et non la commune qu'une Boulogne a rejointe
        ("Toulouze", "commune-31555"),  # et non Toulouzette
        ("Toulouzette", "commune-40318"),
        ("St Pierre de la Réunion", "commune-97416"),
        ("1000", "commune-01053"),  # 01000, dont un tableur a perdu le zéro
        ("mairie de bordaux", "commune-33063"),  # un préfixe et une faute
        ("La Rochelle", "commune-17300"),
        ("Rochelle (La)", "commune-17300"),  # l'ordre d'un index alphabétique
        ("Havre, Le", "commune-76351"),
        ("Isle-d'Abeau (L')", "commune-38193"),
        ("rochelle", "commune-17300"),  # et non son agglomération, plus peuplée
        ("Mans", "commune-72181"),
        ("sables d olonne", "commune-85194"),
        ("Bordeau", "commune-33063"),  # une lettre de moins, et non Bordeaux Métropole
        ("dpt 24", "departement-24"),
        ("cd de la dordogne", "departement-24"),
        ("CR Bretagne", "region-53"),
        ("1", "departement-01"),
        ("9-3", "departement-93"),
        ("Côtes du Nord", "departement-22"),
        ("Loire inférieure", "departement-44"),
        ("la commune de Y", "commune-80829"),
        ("CAPI", "epci-243800604"),  # le sigle que son nom porte entre parenthèses
        ("Pays de Châteaugiron Communauté", "epci-243500659"),  # sans « CC »
        ("CC du Pays de Châteaugiron", "epci-243500659"),  # un « du » que son nom n'a pas
        ("CD33", "departement-33"),
        ("le 93", "departement-93"),
        ("département 2A", "region-94"),
        ("département du Nord", "departement-59"),  # et non Landrethun-le-Nord
        ("CeA", "departement-6AE"),
        ("métropole de Nantes", "epci-244400404"),
        ("nevers agglomération", "epci-245804406"),
        ("Ville-la-Grand", "commune-74305"),
        ("Villeneuve-sur-Lot", "commune-47323"),
        ("dept 35", "departement-35"),
        ("Département 1", "departement-01"),
        ("conseil général de l'Ain", "departement-01"),
        ("l'Ain", "departement-01"),  # « Lain » est une commune
        ("l’Orne", "departement-61"),
        ("Lain", "commune-89215"),
        ("Châlons-sur-Marne", "commune-51108"),
        ("AMP métropole", "epci-200054807"),
        ("CUB", "epci-243300316"),
        ("Grand Lyon", "epci-200046977"),
        ("Lille Métropole", "epci-200093201"),
        ("69433 Lyon Cedex 03", "commune-69123"),
        ("BP 4022, 35040 RENNES CEDEX", "commune-35238"),
        ("conseil départemental d'Alsace", "departement-6AE"),
        ("Clermont ferand", "commune-63113"),
        ("5 rue de Lyon, Dijon", "commune-21231"),
        ("Saint-Denis 93", "commune-93066"),
        ("Saint-Denis, 974", "commune-97411"),
        ("93 Saint-Denis", "commune-93066"),
        ("mairie de Saint-Denis 93", "commune-93066"),
        ("Saint-Denis 93200", "commune-93066"),
        ("Saint-Denis La Réunion", "commune-97411"),
        ("Sainte-Colombe Gironde", "commune-33390"),
        ("Valence 82", "commune-82186"),
        ("Marseille 13001", "commune-13055"),
        ("Paris 11", "commune-75056"),
        ("Val-de-Marne", "departement-94"),
        ("Saint-Denis Seine-Saint-Denis", "commune-93066"),
        ("Saint-Denis, Seine-Saint-Denis", "commune-93066"),
        ("mairie de Saint-Denis (Seine-Saint-Denis)", "commune-93066"),
        ("Saint-Denis Réunion", "commune-97411"),
        ("la Seine-Saint-Denis", "departement-93"),
        ("Seine-Saint-Denis", "departement-93"),
        ("la Gironde", "departement-33"),
        ("Saint-Ouen Seine-Saint-Denis", "commune-93070"),
        ("Saint-Denis Île-de-France", "commune-93066"),
        ("Saint-Denis (Île-de-France)", "commune-93066"),
        ("mairie de Saint-Denis, Ile de France", "commune-93066"),
        ("Saint-Denis IDF", "commune-93066"),
        ("Saint-Denis Occitanie", "commune-11339"),
        ("Île-de-France", "region-11"),
        ("région Île-de-France", "region-11"),
        ("MAIRIE DE LYON 3EME", "commune-69123"),
        ("Paris 12e arrondissement", "commune-75056"),
        ("agglo de Pau", "epci-200067254"),
        ("Collectivité de Corse", "region-94"),
        ("CASUD", "epci-249740085"),
        ("CINOR", "epci-249740119"),
        ("CIREST", "epci-249740093"),
        ("TCO", "epci-249740101"),
        ("CIVIS", "epci-249740077"),
    ],
)
def test_premier_resultat(france: SearchIndex, texte: str, premier: str) -> None:
    assert france.search(texte)[0].collectivite_id == premier


def test_un_code_postal_choisit_parmi_les_homonymes(france: SearchIndex) -> None:
    codes = {france.search(f"{postal} Sainte-Colombe")[0].code for postal in ("33350", "69560")}
    assert codes == {"33390", "69189"}


def test_le_type_demande_ecarte_les_autres(france: SearchIndex) -> None:
    assert {t.type for t in france.search("communauté de communes du val")} == {"epci"}


@pytest.mark.parametrize(
    "texte",
    [
        "97500",
        "97701",
        "97133",
        "98735",
        "987",
        "Nouvelle-Calédonie",
        "polynésie française",
        "Nouméa",
        "98800 Nouméa",
        "98845 NOUMEA CEDEX",
        "Wallis",
        "Saint-Martin (COM)",
        "collectivité de Saint-Barthélemy",
    ],
)
def test_hors_champ(texte: str) -> None:
    assert describe_hors_champ(texte).endswith("est hors du champ du baromètre.")


@pytest.mark.parametrize(
    "texte", ["97411", "97400", "97133 Vieux-Fort", "Saint-Martin", "Bordeaux", "97", "", "98000"]
)
def test_dans_le_champ(texte: str) -> None:
    assert describe_hors_champ(texte) == ""


@pytest.mark.parametrize(
    ("code", "departements"),
    [("", ()), ("20090", ("2A", "2B")), ("97411", ("974",)), ("33063", ("33",)), ("2a004", ("2A",))],
)
def test_un_code_mene_a_son_departement(code: str, departements: tuple[str, ...]) -> None:
    assert Demande("x", code=code).departements == departements


def test_une_adresse_commence_par_autre_chose_que_sa_ville() -> None:
    """Le texte entier a déjà été cherché ; au-delà de six mots, aucune ville."""
    assert list(list_villes("rue de Lille")) == ["de lille", "lille"]
    longue = list(list_villes("12 rue du général de gaulle le bourg saint essai sur mer cedex 2"))
    assert longue[0].split() == ["le", "bourg", "saint", "essai", "sur", "mer"]
