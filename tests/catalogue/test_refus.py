"""Chaque faute du catalogue est refusée au chargement par une phrase qui nomme le fichier et la clé."""

from __future__ import annotations

import pytest

from barometre.catalogue import CatalogueError, build_catalogue
from tests.catalogue.conftest import CatalogueAbime

FICHES = "themes/communication/indicateurs.yml"
QUESTIONS = "themes/communication/questionnaire.yml"


def test_la_copie_intacte_se_charge(abime: CatalogueAbime) -> None:
    assert "site_internet" in abime.build().indicateurs


@pytest.mark.parametrize(
    ("fichier", "avant", "apres", "phrase"),
    [
        (
            FICHES,
            "  titre: Un site internet\n",
            "",
            f"{FICHES}, site_internet : la clé « titre » manque.",
        ),
        (
            FICHES,
            "  titre: Un site internet\n",
            "  titre: Un site internet\n  couleur: bleu\n",
            f"{FICHES}, site_internet : la clé « couleur » est inconnue.",
        ),
        (
            FICHES,
            "  titre: Un site internet\n",
            "  titre: Un site internet\n  agregation: somme\n",
            f"{FICHES}, site_internet › agregation : cette clé n'a pas de sens ici.",
        ),
        (
            FICHES,
            "  titre: Un site internet\n",
            '  titre: ""\n',
            f"{FICHES}, site_internet › titre : ne peut pas être vide.",
        ),
        (
            FICHES,
            "sens: plus_haut_mieux",
            "sens: mieux",
            "site_internet › sens : « mieux » n'est pas parmi : plus_haut_mieux, plus_bas_mieux, neutre.",
        ),
        (
            FICHES,
            "revision: 2027-06-30",
            "revision: bientôt",
            "site_internet › revision : « bientôt » n'est pas une date (2027-06-30).",
        ),
        (
            FICHES,
            "decimales: 0",
            "decimales: zéro",
            "site_internet › decimales : « zéro » n'est pas un nombre entier.",
        ),
        (
            FICHES,
            "regle: part_options, question: communication_q01, options: [oui]",
            "regle: part_options, question: communication_q01",
            "site_internet › calcul : la clé « options » manque.",
        ),
        (
            FICHES,
            "regle: part_options, question: communication_q01, options: [oui]",
            "regle: q01 / total",
            "site_internet › calcul › regle : « q01 / total » n'est pas parmi : part_options,",
        ),
        (
            FICHES,
            "regle: part_options, question: communication_q01, options: [oui]",
            "regle: part_options, question: communication_q99, options: [oui]",
            "site_internet › calcul : la question « communication_q99 » n'existe pas dans le questionnaire",
        ),
        (
            FICHES,
            "question: communication_q01, options: [oui]",
            "question: communication_q01, options: [peut_etre]",
            "site_internet › calcul : « peut_etre » n'est pas une option de communication_q01.",
        ),
        (
            FICHES,
            "regle: part_options, question: communication_q01, options: [oui]",
            "regle: moyenne, question: communication_q01",
            "la règle « moyenne » ne s'applique pas à une question de type « choix_unique ».",
        ),
        (
            FICHES,
            "regle: part_options, question: communication_q01, options: [oui]",
            "regle: mesure",
            "site_internet : la clé « theme » manque.",
        ),
        (
            FICHES,
            "- id: site_a_jour",
            "- id: site_internet",
            "L'identifiant d'indicateur « site_internet » est en double.",
        ),
        (
            FICHES,
            "  titre: Un site internet\n",
            "  titre: Un site internet\n  titre: Un site\n",
            "la clé « titre » est écrite deux fois",
        ),
        (FICHES, "  titre: Un site", "  titre: : [", f"{FICHES} : YAML illisible"),
        (
            QUESTIONS,
            "id: communication_q02",
            "id: communication_q01",
            "l'identifiant de question « communication_q01 » est en double.",
        ),
        (QUESTIONS, "code: Q02", "code: Q01", "le code de question « Q01 » est en double."),
        (
            QUESTIONS,
            "{id: prevu, code: A3",
            "{id: prevu, code: A1",
            "communication_q01 : le code d'option « A1 » est en double.",
        ),
        (
            QUESTIONS,
            "{id: prevu, code: A3",
            "{id: prevu, code: NSP",
            "communication_q01 : le code « NSP » est réservé à « Je ne sais pas ».",
        ),
        (
            QUESTIONS,
            "condition: {question: communication_q01, options: [oui]}",
            "condition: {question: communication_q17, options: [oui]}",
            "communication_q02 › condition : la question « communication_q17 » n'existe pas avant celle-ci.",
        ),
        (
            QUESTIONS,
            "condition: {question: communication_q01, options: [oui]}",
            "condition: {question: communication_q01, options: [ouais]}",
            "communication_q02 › condition : « ouais » n'est pas une option de communication_q01.",
        ),
        (
            QUESTIONS,
            "echelle: oui_prevu_non",
            "echelle: de_richter",
            "communication_q04 › echelle : l'échelle « de_richter » n'existe pas dans echelles.yml.",
        ),
        (
            QUESTIONS,
            "type: texte",
            "type: texte\n    echelle: oui_non",
            "une question de type « texte » n'a pas d'options.",
        ),
        (
            QUESTIONS,
            "id: communication\n",
            "id: cybersecurite\n",
            "l'identifiant doit commencer par « cybersecurite_q »",
        ),
        ("themes.yml", "id: cybersecurite", "id: inclusion", "l'identifiant « inclusion » est en double."),
        (
            "vagues.yml",
            "questionnaires: [inclusion",
            "questionnaires: [inclusivite",
            "vagues.yml, 2023-v1 › questionnaires : le questionnaire « inclusivite » n'existe pas.",
        ),
        (
            "seuils_legaux.yml",
            "theme: strategie",
            "theme: tactique",
            "strategie_numerique_responsable › theme : le thème « tactique » n'existe pas.",
        ),
        (
            "chiffres_publies.csv",
            "part_elus,participation",
            "part_agents,participation",
            "data/chiffres_publies.csv, chiffre « part_agents » en double.",
        ),
        (
            "chiffres_publies.csv",
            "part_elus,participation",
            "part_elus,assiduite",
            "data/chiffres_publies.csv, part_elus : le thème « assiduite » n'existe pas.",
        ),
        (
            "chiffres_publies.csv",
            ",2729,,",
            ",2 729,,",
            "« 2 729 » n'est pas un nombre.",
        ),
        (
            "chiffres_publies.csv",
            ",2729,,",
            ",,,",
            "un chiffre a soit « valeur », soit « valeur_texte ».",
        ),
        (
            "chiffres_publies.csv",
            "chiffre_id,",
            "identifiant,",
            "colonnes manquantes ou inconnues : chiffre_id, identifiant.",
        ),
    ],
)
def test_une_faute_a_sa_phrase(
    abime: CatalogueAbime, fichier: str, avant: str, apres: str, phrase: str
) -> None:
    abime.replace(fichier, avant, apres)
    assert phrase in abime.refus()


def test_toutes_les_fautes_d_un_fichier_sont_dites_ensemble(abime: CatalogueAbime) -> None:
    abime.replace(FICHES, "sens: plus_haut_mieux", "sens: mieux")
    abime.replace(FICHES, "  titre: Un site mis à jour chaque mois\n", "")
    assert len(abime.refus().splitlines()) == 2


def test_un_fichier_absent_est_nomme(abime: CatalogueAbime) -> None:
    abime.chemin("strates.yml").unlink()
    assert abime.refus() == "strates.yml : le fichier n'existe pas."


def test_un_fichier_qui_n_est_pas_en_utf8_est_nomme(abime: CatalogueAbime) -> None:
    abime.chemin("themes.yml").write_bytes("titre: é".encode("cp1252"))
    assert abime.refus() == "themes.yml : le fichier n'est pas en UTF-8."


def test_un_indicateur_declare_n_a_pas_sa_place_dans_mesures(abime: CatalogueAbime) -> None:
    fiches = abime.chemin(FICHES).read_text("utf-8").split("\n- id: site_a_jour")[0]
    abime.chemin(FICHES).unlink()
    abime.write("mesures/site.yml", fiches)
    assert "« part_options » n'est pas d'origine « mesure »." in abime.refus()


def test_un_dossier_vide_est_refuse(abime: CatalogueAbime) -> None:
    with pytest.raises(CatalogueError, match=r"themes\.yml : le fichier n'existe pas"):
        build_catalogue(abime.donnees, abime.donnees)
