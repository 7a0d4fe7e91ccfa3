"""Des listes de bénéficiaires comme elles arrivent : le bon sort à chaque ligne, ou une phrase."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from barometre.ingest.actions import prepare_actions
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.lot_actions import LotActions
from tests.ingest.test_actions import BENEFICIAIRES
from tests.ingest.test_outils import _t, build_ods

ENTETES = "Code INSEE;Projet;Montant;Date de début;Statut"
BORDEAUX, LYON = "33063;Portail;1000;2021-03-01;En cours", "69123;Guichet;2000;;Terminé"


def lire(tmp_path: Path, contenu: str | bytes, extension: str = "csv") -> LotActions:
    chemin = tmp_path / f"liste.{extension}"
    chemin.write_bytes(contenu.encode() if isinstance(contenu, str) else contenu)
    return prepare_actions(chemin, "itn7", BENEFICIAIRES)


def lire_classeur(tmp_path: Path, remplir: Callable[[Any], None]) -> LotActions:
    classeur = openpyxl.Workbook()
    remplir(classeur)
    chemin = tmp_path / "liste.xlsx"
    classeur.save(chemin)
    return prepare_actions(chemin, "itn7", BENEFICIAIRES)


@pytest.mark.parametrize(
    ("contenu", "phrase"),
    [
        ("", "est vide"),
        ("\n\n", "est vide"),
        (ENTETES, "n'a que ses entêtes"),
        (f'{ENTETES}\n33063;"Portail;1000;;', "guillemet ouvert à la ligne 2"),
        ("Insee;Beneficiary;Project;Amount\n33063;Bordeaux;Portail;10", "Il manque .* projet, montant"),
        (b"PK\x03\x04tronqu\xe9", "tronqué ou abîmé"),
    ],
)
def test_un_fichier_qui_ne_se_lit_pas_est_refuse_d_une_phrase(
    tmp_path: Path, contenu: str | bytes, phrase: str
) -> None:
    with pytest.raises(ImportRefuse, match=phrase):
        lire(tmp_path, contenu, "xlsx" if isinstance(contenu, bytes) else "csv")


def test_tronque_ou_double_rien_ne_se_perd_ni_ne_compte_deux_fois(tmp_path: Path) -> None:
    tronquee = lire(tmp_path, "\n".join([ENTETES, BORDEAUX, LYON])[:-12])
    assert (tronquee.charges, tronquee.montant) == (1, 1000)
    assert "colonnes manquantes" in tronquee.rejets[0].motif
    double = lire(tmp_path, "\n".join([ENTETES, BORDEAUX, LYON] * 2))
    assert (double.charges, double.montant) == (2, 3000)
    assert double.count_lignes() == {"lus": 5, "charges": 2, "doublons": 2, "quarantaine": 1, "ignores": 0}


@pytest.mark.parametrize(
    ("montants", "lus", "motif"),
    [
        (("1.234", "120.000"), (), "deux façons"),
        (("1.234,50", "120.000"), (1234.5, 120_000), ""),
        (("12,50", "1,234"), (12.5,), "deux décimales"),
        (("12.50", "0.005"), (12.5,), "deux décimales"),
        (("10", "45 %"), (10,), "non en pourcentage"),
        (("10", "-5"), (10,), "négatif"),
        (("10", "(500)"), (10,), "pas un nombre"),
        (("10", "=1+1"), (10,), "pas un nombre"),
        (("10", "1e309"), (10,), "pas un nombre"),
        (("10", "NaN"), (10,), "pas un nombre"),
    ],
)
def test_un_montant_se_lit_d_une_seule_facon_ou_pas_du_tout(
    tmp_path: Path, montants: tuple[str, ...], lus: tuple[float, ...], motif: str
) -> None:
    """« 1,234 » se chargeait comme un euro vingt-trois, et « 45 % » comme quarante-cinq euros."""
    lignes = [f"33063;Projet {i};{m};;" for i, m in enumerate(montants)]
    lot = lire(tmp_path, "\n".join([ENTETES, *lignes]))
    assert tuple(lot.actions["montant"]) == lus
    assert len(lot.rejets) == len(montants) - len(lus)
    assert all(motif in r.motif for r in lot.rejets)


def test_les_dates_d_amerique_suivent_leur_colonne_et_les_absurdes_se_refusent(tmp_path: Path) -> None:
    lignes = [f"33063;Projet {i};1;{jour};" for i, jour in enumerate(("12/31/2021", "01/02/2021"))]
    lot = lire(tmp_path, "\n".join([ENTETES, *lignes]))
    assert lot.actions["date_debut"].tolist() == [date(2021, 12, 31), date(2021, 1, 2)]
    fausses = ("01/01/2099", "01/01/0021", "01/01/1970", "31/02/2021", "2021")
    lignes = [f"33063;Projet {i};1;{jour};" for i, jour in enumerate(fausses)]
    lot = lire(tmp_path, "\n".join([ENTETES, *lignes]))
    motifs = [r.motif for r in lot.rejets]
    assert lot.charges == 0
    assert [
        next(mot for mot in ("lointaine", "hors", "calendrier", "lisible") if mot in motif)
        for motif in motifs
    ] == ["lointaine", "hors", "hors", "calendrier", "lisible"]


def test_un_siren_de_commune_fusionnee_ou_ecrit_par_un_tableur(tmp_path: Path) -> None:
    lignes = [";213300635;A;1", ";243300317;B;2", ";243300316.0;C;3", ";243 300 316;D;4", "01001;;E;5"]
    lot = lire(tmp_path, "\n".join(["Code INSEE;SIREN;Projet;Montant", *lignes]))
    assert lot.actions["collectivite_id"].tolist() == ["epci-243300316"] * 2
    motifs = {r.ligne: r.motif for r in lot.rejets}
    assert "les anciens codes sont reconnus" in motifs[2]
    assert "clé de contrôle" in motifs[3]
    assert "aucune commune, actuelle ou ancienne" in motifs[6]


def test_un_texte_abime_ou_en_formule_reste_un_texte_et_se_dit(tmp_path: Path) -> None:
    lignes = ["33063;DÃ©mat;1;;TerminÃ©", "69123;D\ufffdmat;2;;", '97411;"=HYPERLINK(""http://x"")";3;;']
    lot = lire(tmp_path, "\n".join([ENTETES, *lignes]))
    assert lot.actions["projet"].tolist() == ["Démat", "D\ufffdmat", '=HYPERLINK("http://x")']
    assert any("réparé dans 2" in phrase for phrase in lot.avertissements)
    assert any("1\u00a0cellule a perdu des caractères" in phrase for phrase in lot.avertissements)
    for encodage in ("cp1252", "utf-16"):
        autre = lire(tmp_path, f"{ENTETES}\n33063;Été;1;;Terminé".encode(encodage))
        assert autre.actions["projet"].tolist() == ["Été"], encodage


def test_les_colonnes_etrangeres_ne_se_gardent_pas_et_se_disent(tmp_path: Path) -> None:
    lot = lire(tmp_path, "Code INSEE;Projet;Montant;IBAN;Contact\n33063;A;10;FR7630006000011234;Jean Dupont")
    assert lot.charges == 1
    assert lot.avertissements == ("Colonnes non lues, ni gardées : « IBAN », « Contact ».",)
    assert "IBAN" not in lot.actions.to_csv()


def test_une_feuille_masquee_ne_se_lit_pas_et_une_ligne_masquee_si(tmp_path: Path) -> None:
    entetes = ["Code INSEE", "Projet", "Montant"]

    def cacher(classeur: Any) -> None:
        brouillon = classeur.active
        brouillon.sheet_state = "hidden"
        bonne = classeur.create_sheet("Liste")
        for feuille, code in ((brouillon, "69123"), (bonne, "33063")):
            feuille.append(entetes)
            feuille.append([code, "A", 10])
        bonne.append(["97411", "B", 20.5])
        bonne.row_dimensions[3].hidden = True
        classeur.active = 1

    lot = lire_classeur(tmp_path, cacher)
    assert lot.actions["collectivite_id"].tolist() == ["commune-33063", "commune-97411"]
    assert lot.avertissements[0] == "1\u00a0feuille masquée, non lue."
    assert any("1\u00a0ligne masquée, lue aussi" in phrase for phrase in lot.avertissements)


def test_un_classeur_garde_ses_dates_et_dit_ses_formules_sans_valeur(tmp_path: Path) -> None:
    def remplir(classeur: Any) -> None:
        for ligne in (
            ["Code INSEE", "Projet", "Montant", "Date de début"],
            ["33063", "A", 10.5, datetime(2021, 3, 1)],
            ["69123", "B", "=SUM(1,2)", None],
        ):
            classeur.active.append(ligne)

    lot = lire_classeur(tmp_path, remplir)
    assert lot.actions[["montant", "date_debut"]].to_numpy().tolist() == [[10.5, date(2021, 3, 1)]]
    assert any("formule sans valeur" in phrase for phrase in lot.avertissements)
    assert [r.ligne for r in lot.rejets] == [3]


def test_une_liste_en_ods(tmp_path: Path) -> None:
    lignes = [["Code INSEE", "Projet", "Montant"], ["33063", "A", "1 234,50"], ["69123", "B", "12,5 %"]]
    lot = lire(tmp_path, build_ods({"Liste": [[_t(x) for x in ligne] for ligne in lignes]}), "ods")
    assert lot.actions["montant"].tolist() == [1234.5]
    assert "non en pourcentage" in lot.rejets[0].motif
