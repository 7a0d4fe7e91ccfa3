"""Une réponse n'est jamais rattachée à une autre commune que la sienne."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.ingest import Referentiel
from barometre.ingest.attachement import _is_colonne_de_noms
from barometre.ingest.concordance import Noms
from tests.ingest.conftest import Importer, check_counts
from tests.ingest.test_lignes import get_motif


@pytest.fixture(scope="session")
def referentiel() -> Referentiel:
    lignes = [
        ("commune-33063", "commune", "33063", "213300635", "Bordeaux", "", 267_991, "33", "243300316", "33000"),  # noqa: E501
        ("commune-01004", "commune", "01004", "210100046", "Ambérieu-en-Bugey", "", 15_934, "01", "", "01500"),  # noqa: E501
        ("commune-01400", "commune", "01400", "210104006", "Sergy", "", 2_400, "01", "", "01630"),
        ("commune-02300", "commune", "02300", "210203006", "Ébouleau", "", 200, "02", "", "02350"),
        ("commune-02173", "commune", "02173", "210201737", "Chauny", "", 11_000, "02", "", "02300"),
        ("commune-01001", "commune", "01001", "210100012", "L'Abergement-Clémenciat", "", 800, "01", "", "01400"),  # noqa: E501
        ("commune-10040", "commune", "10040", "211000401", "Bernon", "", 150, "10", "", "10130"),
        ("commune-2A004", "commune", "2A004", "212000046", "Ajaccio", "", 70_000, "2A", "", "20000"),
        ("commune-02999", "commune", "02999", "210209995", "Le Syndicat", "", 300, "02", "200000002", ""),
        ("epci-200000002", "epci", "200000002", "200000002", "CC du Laonnois", "", 20_000, "02", "", ""),
        ("departement-33", "departement", "33", "", "Gironde", "", 1_690_493, "33", "", ""),
        ("epci-243300316", "epci", "243300316", "243300316", "Bordeaux Métropole", "", 850_000, "33", "", ""),
        ("region-75", "region", "75", "", "Nouvelle-Aquitaine", "", 6_000_000, "", "", ""),
        ("region-53", "region", "53", "", "Bretagne", "", 3_400_000, "", "", ""),
    ]  # fmt: skip
    colonnes = "collectivite_id type code siren nom porteur_id population departement epci codes_postaux"
    anciens = pd.DataFrame([("01003", "01001", "Amareins")], columns=["code", "code_actuel", "nom"])
    cadre = pd.DataFrame(lignes, columns=colonnes.split())
    return Referentiel(cadre.assign(region=cadre["departement"].map({"33": "75"}).fillna("")), anciens)


@pytest.mark.parametrize(
    ("code", "motif"),
    [
        ("1004.0", "zéro du début"),  # pandas : la commune 01004, jamais 10040
        ("1004,00", "zéro du début"),
        ("20004", "En Corse, le code commence par 2A ou 2B : 2A004"),
    ],
)
def test_code_deforme(importer: Importer, code: str, motif: str) -> None:
    assert motif in get_motif(importer, f"Code INSEE;Q01\n{code};Y\n")


def test_point_zero_sans_perte(importer: Importer) -> None:
    lot = importer("Code INSEE;SIREN;Q01\n33063.0;;Y\n;210100046.0;Y\n")
    assert list(lot.participation["collectivite_id"]) == ["commune-33063", "commune-01004"]


@pytest.mark.parametrize(
    ("entete", "valeur", "motif"),
    [
        (
            "Nom de la collectivité",
            "Chauny",
            "Code et nom discordants : commune-33063 est Bordeaux. Candidate",
        ),
        ("Commune", "Ajaccio (2A)", "Candidate : Ajaccio (commune-2A004)"),
        ("Département", "02 - Aisne", "Code et département discordants"),
        ("Population", "12 500", "Code et population discordants"),
        ("Population INSEE", "12500.0", "Code et population discordants"),
        ("Nombre d'habitants de la commune", "12 500 hab.", "Code et population discordants"),
        ("N° de département", "02", "Code et département discordants"),
        ("Région", "Bretagne", "Code et région discordants"),
        ("Code région", "53", "Code et région discordants"),
        ("Code postal", "02300", "a pour code postal 33000, et 02300 est celui de Chauny."),
        ("CP de la mairie", "2300.0", "et 02300 est celui de Chauny."),
        ("Ville", "Chauny", "Candidate : Chauny (commune-02173)"),
        ("Nom de votre mairie", "Mairie de Chauny", "Candidate : Chauny (commune-02173)"),
        ("LIBGEO", "Chauny", "Candidate : Chauny (commune-02173)"),
        (
            "Nom de la collectivité",
            "Bordeaux Métropole",
            "celui d'une intercommunalité. Candidate : Bordeaux M",
        ),
        (
            "Nom de la collectivité",
            "CC de Bordeaux",
            "une commune, et le nom est celui d'une intercommunalité",
        ),
        ("Nom de la collectivité", "Conseil départemental de Bordeaux", "celui d'un département"),
        ("Nom de la collectivité", "CCAS de Bordeaux", "celui d'une autre structure"),
        ("Nom de la collectivité", "Syndicat des eaux de Bordeaux", "celui d'une autre structure"),
        ("Département", "Dept 24", "Code et département discordants"),
        ("Département", "024", "Code et département discordants"),
        ("Département", "24000", "Code et département discordants"),
        ("Région", "53 - Bretagne", "Code et région discordants"),
        ("Région", "R53", "Code et région discordants"),
        ("Région", "Midi-Pyrénées", "Code et région discordants"),
        ("Code postal", "02300 Chauny", "et 02300 est celui de Chauny."),
        ("Population", "De 500 à 999 habitants", "Code et population discordants"),
        ("Population", "< 500", "Code et population discordants"),
        ("EPCI", "CC du Laonnois", "Code et intercommunalité discordants"),
        ("EPCI", "200000002", "Code et intercommunalité discordants"),
        ("Type", "EPCI (communauté urbaine)", "Une intercommunalité s'identifie par son SIREN"),
        ("Type", "CC", "Une intercommunalité s'identifie par son SIREN"),
        ("Type", "CD", "Ce code n'est pas celui d'un département"),
        ("Population", "1 200,5", "Code et population discordants"),
        ("Population", "12,5", "Code et population discordants"),
        ("Code postal", "02", "et 02 est d'un autre département"),
        ("Code postal", "02999", "et 02999 est d'un autre département"),
        ("Code postal", "2300", "et 02300 est celui de Chauny"),
    ],
)
def test_discordances(importer: Importer, entete: str, valeur: str, motif: str) -> None:
    assert motif in get_motif(importer, f"Code INSEE;{entete};Q01\n33063;{valeur};Y\n")


@pytest.mark.parametrize(
    ("entete", "valeur"),
    [
        ("Nom de la collectivité", "MAIRIE DE BORDEAUX"),
        ("Nom de la collectivité", "Bordeau"),
        ("Nom de la collectivité", "Ville de Bordeaux (33)"),
        ("Département", "Gironde"),
        ("Département", "33"),
        ("Population", "260 000 habitants"),
        ("Région", "Nouvelle-Aquitaine"),
        ("Code postal", "33000"),
        ("Code postal", "33045 CEDEX"),
        ("Ville de votre hébergeur", "Chauny"),
        ("Nom de l'EPCI", "Bordeaux Métropole"),
        ("Nom de l'EPCI", "Chauny"),
        ("EPCI", "243300316"),
        ("Nom de la collectivité", "Mairie de Bordeaux (Bordeaux Métropole)"),
        ("Nom de la collectivité", "Ville de Bordeaux - CCAS"),
        ("Département", "Dép. 33"),
        ("Département", "033"),
        ("Département", "33000"),
        ("Région", "Aquitaine"),
        ("Population", "Plus de 100 000 habitants"),
        ("Population", "De 100 000 à 500 000"),
        ("Population", "265 k"),
        ("Code postal", "F-33000"),
        ("Code postal", "33"),
        ("Population", "268 000,0"),
        ("Population", "267,9"),  # en milliers, ou une moyenne : rien ne contredit
        ("Type", "Commune de plus de 10 000 habitants"),
    ],
)
def test_concordances(importer: Importer, entete: str, valeur: str) -> None:
    lot = importer(f"Code INSEE;{entete};Q01\n33063;{valeur};Y\n")
    assert lot.charges == 1, lot.rejets


def test_un_nom_de_commune_qui_a_les_mots_d_une_autre_structure(importer: Importer) -> None:
    """« Le Syndicat » est une commune des Vosges."""
    lot = importer("SIREN;Nom de la collectivité;Q01\n210209995;Le Syndicat;Y\n213300635;Bordeaux;Y\n")
    assert lot.charges == 2, lot.rejets


@pytest.mark.parametrize(
    ("nom", "candidate"),
    [
        ("Chauny", "Candidate : Chauny (commune-02173)"),
        ("Bordeaux", "Candidate : Bordeaux (commune-33063)"),
        ("Mairie de Bordeaux", "Candidate : Bordeaux (commune-33063)"),
    ],
)
def test_siren_de_l_intercommunalite_a_cote_d_une_commune(
    importer: Importer, nom: str, candidate: str
) -> None:
    """La commune a donné le SIREN de son intercommunalité : ni l'une ni l'autre ne se charge."""
    motif = get_motif(importer, f"SIREN;Nom de la collectivité;Q01\n243300316;{nom};Y\n")
    assert motif.startswith("Code et nom discordants : epci-243300316 est Bordeaux Métropole.")
    assert candidate in motif


@pytest.mark.parametrize(
    "ligne", ["243300316;Bordeaux Métropole;", "243300316;BORDEAUX METROPOLE;", "243300316;Bordeaux;EPCI",
              "243300316;CUB;", "243300316;Métropole de Bordeaux;"]
)  # fmt: skip
def test_l_intercommunalite_se_nomme(importer: Importer, ligne: str) -> None:
    lot = importer(f"SIREN;Nom de la collectivité;Type;Q01\n{ligne};Y\n")
    assert list(lot.participation["collectivite_id"]) == ["epci-243300316"], lot.rejets


@pytest.mark.parametrize("nom", ["Bordeaux (Bretagne)", "Bordeaux, Bretagne"])
def test_la_region_ecrite_a_cote_du_nom(importer: Importer, nom: str) -> None:
    motif = get_motif(importer, f"Code INSEE;Commune;Q01\n33063;{nom};Y\n")
    assert (
        motif
        == "Code et région discordants : Bordeaux (commune-33063) est dans la région Nouvelle-Aquitaine."
    )
    assert importer("Code INSEE;Commune;Q01\n33063;Bordeaux (Nouvelle-Aquitaine);Y\n").charges == 1


def test_ancien_nom_d_une_commune(importer: Importer) -> None:
    lot = importer("Code INSEE;Nom de la commune;Q01\n01003;Amareins;Y\n")
    assert (lot.charges, lot.recodes) == (1, 1), lot.rejets


def test_colonne_de_codes_postaux(importer: Importer) -> None:
    """01400 et 02300 sont aussi les codes INSEE d'autres communes."""
    lot = importer(
        "Code INSEE;Nom de la collectivité;Q01\n01400;L'Abergement-Clémenciat;Y\n"
        "02300;Chauny;Y\n33000;Bordeaux;Y\n20000;Ajaccio;N\n"
    )
    check_counts(lot)
    assert (lot.charges, lot.quarantaine) == (0, 4)
    assert "codes postaux (4 sur 4)" in lot.rejets[0].motif
    assert "Candidate : L'Abergement-Clémenciat (commune-01001)" in lot.rejets[0].motif


def test_le_siege_d_une_intercommunalite_ne_la_contredit_pas(importer: Importer) -> None:
    assert importer("SIREN;Ville;Code postal;Q01\n243300316;Bordeaux;33000;Y\n").charges == 1


def test_quelques_codes_postaux_parmi_des_codes_insee(importer: Importer) -> None:
    """02300 est Ébouleau, ou le code postal de Chauny : seul le nom, ou un second identifiant, le dit."""
    seuls = importer("Code INSEE;Q01\n02300;Y\n33000;Y\n33063;Y\n01004;Y\n")
    assert [r.ligne for r in seuls.rejets] == [2, 3]
    assert "« 02300 » est un code INSEE et un code postal" in seuls.rejets[0].motif
    assert "(1 sur 4)" in seuls.rejets[0].motif
    nommes = importer("Code INSEE;Commune;Q01\n02300;Ébouleau;Y\n33000;Bordeaux;Y\n33063;Bordeaux;Y\n")
    assert [r.ligne for r in nommes.rejets] == [3]
    assert importer("Code INSEE;Q01\n02300;Y\n33063;Y\n01004;Y\n").charges == 3


def test_un_identifiant_vide_ne_contredit_pas(importer: Importer) -> None:
    lot = importer("SIRET;Code INSEE;Q01\nN/A;33063;Y\n-;01004;Y\ninconnu;02173;Y\n")
    assert lot.charges == 3, lot.rejets
    assert "quatorze chiffres" in get_motif(importer, "SIRET;Code INSEE;Q01\nPAS;;Y\n")


def test_deux_colonnes_de_siret(importer: Importer) -> None:
    entete = "SIRET de la commune;SIRET de l'intercommunalité;Q01\n"
    lot = importer(entete + "21330063500009;;Y\n;24330031600003;Y\n21010004600007;;N\n")
    assert len(lot.participation) == 3, lot.rejets
    # La commune et sa propre intercommunalité : la commune répond.
    lot = importer(entete + "21330063500009;24330031600003;Y\n")
    assert list(lot.participation["collectivite_id"]) == ["commune-33063"], lot.rejets
    assert "se contredisent" in get_motif(importer, entete + "21330063500009;21010004600007;Y\n")


def test_siren_d_avant_fusion(importer: Importer) -> None:
    assert "commune fusionnée depuis ?" in get_motif(importer, "SIREN;Q01\n219300597;Y\n")


INTITULES = (
    "N° SIREN|Siren mairie|Numéro de SIREN de votre commune|SIREN (9 chiffres)|siren_collectivite|"
    "Votre SIREN ?|Identifiant SIREN|code SIREN|N° de siren de la structure|SIREN de l’EPCI|Entreprise SIREN|"
    "SIREN*|n°SIREN|Indiquez le SIREN de votre collectivité :"
)


@pytest.mark.parametrize("entete", INTITULES.split("|"))
def test_intitules_de_siren(importer: Importer, entete: str) -> None:
    assert importer(f"{entete};Q01\n213300635;Y\n").charges == 1
    siret = entete.replace("SIREN", "SIRET").replace("siren", "siret").replace("Siren", "Siret")
    assert importer(f"{siret};Q01\n21330063500009;Y\n").charges == 1


@pytest.mark.parametrize("nom", ["toto", "Test DINUM", "TEST 2", "essai"])
def test_reponse_d_essai(importer: Importer, nom: str) -> None:
    assert importer(f"SIREN;Nom de la collectivité;Q01\n213300635;{nom};Y\n").ignores == 1


@pytest.mark.parametrize("dit", ["Syndicat", "Un syndicat mixte (SIVU)", "CCAS"])
def test_un_syndicat_n_est_pas_la_commune_dont_le_siren_est_a_cote(importer: Importer, dit: str) -> None:
    """Le type contredit le code : sa réponse n'est pas celle de la commune."""
    motif = get_motif(importer, f"SIREN;Type;Q01\n213300635;{dit};Y\n")
    assert motif.startswith(
        "Code et type discordants : Bordeaux (commune-33063) est une commune, et la ligne"
    )
    assert f"« {dit} »" in motif


def test_un_type_que_rien_ne_reconnait_est_dit(importer: Importer) -> None:
    """Il ne contredit rien : le code seul rattache, et le lecteur l'apprend."""
    lot = importer("SIREN;Type;Q01\n213300635;A3;Y\n210100046;Commune;Y\n")
    assert lot.charges == 2
    (phrase,) = [a for a in lot.avertissements if "reconnu" in a]
    assert phrase == "« Type » : 1\u00a0type n'est pas reconnu (« A3 ») : le code seul rattache la ligne."


@pytest.fixture(scope="session")
def noms(referentiel: Referentiel) -> Noms:
    return Noms(referentiel)


BORDEAUX, AMBERIEU = "Bordeaux (commune-33063)", "Ambérieu-en-Bugey (commune-01004)"
DEPARTEMENT, REGION = "Code et département discordants", "Code et région discordants"


@pytest.mark.parametrize(
    ("cle", "texte", "motif"),
    [
        ("commune-33063", "33", ""),
        ("commune-33063", "Gironde", ""),
        ("commune-33063", "33 - Gironde", ""),
        ("commune-33063", "", ""),
        ("commune-33063", "Ardèche", ""),  # inconnu d'ici : il ne dit rien
        ("commune-33063", "02", f"{DEPARTEMENT} : {BORDEAUX} est dans le département 33."),
        ("commune-01004", "Gironde", f"{DEPARTEMENT} : {AMBERIEU} est dans le département 01."),
        ("commune-2A004", "20", ""),  # la Corse d'avant 1976
        ("commune-2A004", "2A", ""),
        ("commune-2A004", "2B", f"{DEPARTEMENT} : Ajaccio (commune-2A004) est dans le département 2A."),
        ("region-75", "33", ""),  # une région n'a pas de département
        ("commune-99999", "33", ""),
    ],
)  # fmt: skip
def test_le_departement_ecrit_a_cote(noms: Noms, cle: str, texte: str, motif: str) -> None:
    assert noms.check_departement(cle, texte) == motif


@pytest.mark.parametrize(
    ("cle", "texte", "motif"),
    [
        ("commune-33063", "Nouvelle-Aquitaine", ""),
        ("commune-33063", "Gironde", ""),
        ("commune-33063", "Bretagne", f"{REGION} : {BORDEAUX} est dans la région Nouvelle-Aquitaine."),
        ("commune-33063", "02", f"{DEPARTEMENT} : {BORDEAUX} est dans le département 33."),
        ("commune-33063", "quartier nord", ""),
        ("commune-01004", "Bretagne", ""),  # sa région n'est pas au référentiel
        ("commune-99999", "Bretagne", ""),
    ],
)  # fmt: skip
def test_ce_qui_situe_une_commune(noms: Noms, cle: str, texte: str, motif: str) -> None:
    assert noms.check_situation(cle, texte) == motif


@pytest.mark.parametrize(
    ("ecrits", "nomme"),
    [
        (("Bordeaux", "Accueil"), True),  # la moitié suffit
        (("Bordeaux", "Accueil", "Service social"), False),
        (("Chauny", "Accueil"), True),  # le nom d'une autre commune en est un
        (("Conseil départemental de la Gironde", "Accueil"), True),  # celui d'une autre nature aussi
        (("Accueil",), False),
        ((), True),
    ],
)
def test_une_colonne_de_services_ne_nomme_personne(noms: Noms, ecrits: tuple[str, ...], nomme: bool) -> None:
    lignes = [(rang, "commune-33063", ecrit) for rang, ecrit in enumerate(ecrits)]
    assert _is_colonne_de_noms(lignes, noms) == nomme


@pytest.mark.parametrize(
    ("entete", "valeur"),
    [
        ("Population", "environ mille"),
        ("Code postal", "44"),  # aucune commune du référentiel d'essai n'y est
        ("Code postal", "4"),
        ("Département", "Loire Atl."),
        ("Région", "Sud-Ouest"),
    ],
)
def test_ce_qui_ne_se_compare_pas_est_dit(importer: Importer, entete: str, valeur: str) -> None:
    lot = importer(f"SIREN;{entete};Q01\n213300635;{valeur};Y\n210100046;N/A;Y\n")
    assert lot.charges == 2
    attendu = f"« {entete} » : 1 cellule non comparable (« {valeur} ») : le code n'y est pas contrôlé."
    assert attendu in [a.replace("\xa0", " ") for a in lot.avertissements]
