"""La liste des bénéficiaires d'un fonds : chaque ligne est chargée, redite, refusée ou vide, et c'est dit."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from barometre.ingest.actions import load_actions, prepare_actions
from barometre.ingest.actions_lecture import Beneficiaires, load_mots
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.garde_actions import ActionsGardees, is_actions, read_actions, write_actions
from barometre.ingest.identity import Referentiel
from barometre.ingest.lot_actions import LotActions
from tests import mini

OPSN = "130002371"  # un SIREN dont la clé tombe juste
BENEFICIAIRES = Beneficiaires(
    Referentiel(mini.build_collectivites(), mini.build_codes_anciens()), {OPSN: "opsn-a"}
)
ENTETES = (
    "SIREN;Code INSEE;Type;Bénéficiaire;Projet;Montant (€);Date de début;Date de fin;Axe;Statut;Courriel"
)


def prepare(tmp_path: Path, *lignes: str, entetes: str = ENTETES) -> LotActions:
    chemin = tmp_path / "liste.csv"
    chemin.write_text("\n".join([entetes, *lignes]) + "\n", encoding="utf-8")
    return prepare_actions(chemin, "itn7", BENEFICIAIRES)


def test_les_colonnes_sont_lues_et_le_courriel_ne_l_est_pas(tmp_path: Path) -> None:
    lot = prepare(
        tmp_path,
        "243300316;;;Bordeaux Métropole;Portail (contacter Jean DUPONT);1 200 000;"
        "22/03/2021;31/12/2022;1;En cours;a@b.fr",
        f"{OPSN};;;Gironde Numérique;Alerte;204 984,50;14/06/2021;;2;Terminé;",
        ";33;Département;Gironde;Guichet;;;;;;",
    )
    portail, alerte, guichet = lot.actions.to_dict("records")
    assert (portail["collectivite_id"], portail["montant"]) == ("epci-243300316", 1_200_000)
    assert (portail["date_debut"], portail["statut"]) == (date(2021, 3, 22), "en_cours")
    assert "DUPONT" not in portail["projet"]
    assert (alerte["opsn_id"], alerte["montant"], alerte["statut"]) == ("opsn-a", 204_984.5, "termine")
    # Le SIREN d'un département n'est pas au référentiel : son code et son type suffisent.
    assert guichet["collectivite_id"] == "departement-33"
    assert guichet["montant"] != guichet["montant"]  # inconnu, jamais zéro
    assert guichet["statut"] == "inconnu"
    assert lot.montant == 1_404_984.5
    assert lot.avertissements == ("Colonnes non lues, ni gardées : « Courriel ».",)


def test_un_lot_porte_son_fonds_son_fichier_et_le_sort_de_chaque_ligne(tmp_path: Path) -> None:
    bordeaux = "243300316;;;;Portail;10;22/03/2021;;;;"
    lot = prepare(tmp_path, bordeaux, bordeaux, "243300317;;;;Portail;10;;;;;", "trop;court")
    lot_id = f"itn7-{lot.export.empreinte[:12]}"
    assert (lot.lot_id, lot.fonds_id, lot.deja_charge) == (lot_id, "itn7", False)
    (action,) = lot.actions.to_dict("records")
    assert (action["lot_id"], action["fonds_id"], action["ligne"]) == (lot_id, "itn7", 2)
    assert (lot.actions["ligne"].dtype, lot.actions["montant"].dtype) == ("int64", "float64")
    assert [r.ligne for r in lot.rejets] == [5, 4]  # la ligne mal formée, puis celles qu'on a lues
    assert [(r.ligne, r.motif) for r in lot.lignes_doublons] == [(3, "La ligne 2 dit la même chose.")]
    encore = prepare_actions(tmp_path / "liste.csv", "itn7", BENEFICIAIRES, {lot_id})
    assert encore.deja_charge
    assert not prepare_actions(tmp_path / "liste.csv", "itn8", BENEFICIAIRES, {lot_id}).deja_charge


@pytest.mark.parametrize(
    ("ligne", "motif"),
    [
        ("243300317;;;;Portail;10;;;;;", "clé de contrôle"),
        ("732829320;;;;Portail;10;;;;;", "n'est pas celui d'une collectivité"),
        (";;;Bordeaux;Portail;10;;;;;", "Aucun identifiant"),
        ('="";;;Bordeaux;Portail;10;;;;;', "Aucun identifiant"),  # une cellule vide, écrite en formule
        (";33063;;Nice;Portail;10;;;;;", "discordants"),
        ("243300316;69123;;;Portail;10;;;;;", "se contredisent"),
        (";33063;;Bordeaux;;10;;;;;", "ne dit pas quel projet"),
        (";33063;;Bordeaux;Portail;-5;;;;;", "négatif"),
        (";33063;;Bordeaux;Portail;12 agents;;;;;", "unité"),
        (";33063;;Bordeaux;Portail;1.200;;;;;", "deux façons"),
        (";33063;;Bordeaux;Portail;10;2021-05-01;2020-01-01;;;", "précède son début"),
        (";33063;;Bordeaux;Portail;10;hier;;;;", "date n'est pas lisible"),
        (";33063;;Bordeaux;Portail;10;;;;peut-être;", "statut n'est pas connu"),
    ],
)
def test_une_ligne_fausse_va_en_quarantaine_avec_sa_raison(tmp_path: Path, ligne: str, motif: str) -> None:
    lot = prepare(tmp_path, ligne)
    assert lot.charges == 0
    assert motif in lot.rejets[0].motif
    assert lot.rejets[0].ligne == 2


def test_chaque_ligne_a_un_sort_et_un_seul(tmp_path: Path) -> None:
    lot = prepare(
        tmp_path,
        ";33063;;Bordeaux;Portail;10;2021-01-01;;;;",
        ";33063;;Bordeaux;portail ;10;2021-01-01;;;;",  # la même, redite
        ";33063;;Bordeaux;Portail;10;2022-01-01;;;;",  # une seconde tranche
        ";69123;;Lyon;Guichet;10;;;;;",  # deux montants : on ne choisit pas
        ";69123;;Lyon;Guichet;12;;;;;",
        ";;;;;;;;;;",
        ";99999;;;TOTAL;42;;;;;",
    )
    assert lot.count_lignes() == {"lus": 7, "charges": 2, "doublons": 1, "quarantaine": 3, "ignores": 1}
    assert "ligne 5" in next(r.motif for r in lot.rejets if r.ligne == 6)


def test_le_siren_d_une_intercommunalite_l_emporte_sur_le_code_de_sa_commune_siege(tmp_path: Path) -> None:
    """Les euros vont à la personne morale : le code INSEE d'à côté n'est souvent que celui de son adresse."""
    lot = prepare(
        tmp_path,
        "243300316;33063;;Bordeaux Métropole;Portail;10;;;;;",
        "243300316;33063;;Bordeaux;Guichet;10;;;;;",  # le nom dit la commune : on ne choisit pas
        "243300316;33063;Commune;Bordeaux;Alerte;10;;;;;",
    )
    assert lot.actions["collectivite_id"].tolist() == ["epci-243300316", "commune-33063"]
    assert [(r.ligne, "discordants" in r.motif) for r in lot.rejets] == [(3, True)]


def test_un_montant_en_milliers_ou_sans_nombre_ne_se_charge_jamais(tmp_path: Path) -> None:
    montants = ("1 200 k€", "1,2 M€", "88 millions", "10 000 à 20 000", "environ 10000", "NC", "1e6", "=1+1")
    lot = prepare(tmp_path, *(f";33063;;Bordeaux;Projet {i};{m};;;;;" for i, m in enumerate(montants)))
    assert lot.charges == 0
    assert {r.ligne for r in lot.rejets} == set(range(2, 2 + len(montants)))
    with pytest.raises(ImportRefuse, match="montant"):  # « k€ » en tête de colonne : pas de montant en euros
        prepare(tmp_path, ";1;P", entetes="SIREN;Montant (k€);Projet")


def test_sans_montant_ni_identifiant_le_fichier_est_refuse_en_une_phrase(tmp_path: Path) -> None:
    with pytest.raises(ImportRefuse, match="siren, montant"):
        prepare(tmp_path, "Bordeaux;Portail", entetes="Bénéficiaire;Projet")
    with pytest.raises(ImportRefuse, match="Plusieurs colonnes se disent « projet »"):
        prepare(tmp_path, "1;2;3;4", entetes="SIREN;Projet;Titre;Montant")


def test_la_liste_gardee_se_relit_a_l_identique_sans_rien_de_personnel(tmp_path: Path) -> None:
    lot = prepare(tmp_path, ";33063;;Bordeaux;Contact : a.b@c.fr;10;;;;;claude@mairie.fr", ";1;;;;;;;;;")
    octets = write_actions(ActionsGardees(lot.lot_id, "itn7", "2026-11-28T10:00:00", "camille", lot.export))
    assert is_actions(octets)
    assert b"@" not in octets
    relu = load_actions(read_actions(octets).export, "itn7", BENEFICIAIRES)
    assert relu.actions.equals(lot.actions)
    assert relu.count_lignes() == lot.count_lignes()
    assert relu.rejets == lot.rejets


def test_un_mot_ne_designe_qu_une_chose() -> None:
    roles, statuts = load_mots()
    assert roles["montant (euros)"] == "montant"
    assert set(statuts.values()) == {"attribue", "en_cours", "termine", "abandonne"}
