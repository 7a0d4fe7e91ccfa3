"""Ce qui décide du sort d'une ligne ou d'un fichier : à la limite, et de l'autre côté."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from barometre.ingest import ImportRefuse, Lot, Referentiel, json_reader, sniff
from barometre.ingest.answers import MAX_TEXTE, build_reader
from barometre.ingest.duplicates import Departage
from barometre.ingest.errors import Rejet
from barometre.ingest.identity import (
    Rattachement,
    clean_numero,
    combine,
    count_codes_postaux,
    count_postaux_meles,
    drop_unknown,
)
from barometre.ingest.json_reader import read_json
from barometre.ingest.numbers import build_format, read_nombre
from barometre.ingest.personal import mask_extrait, mask_personal
from barometre.ingest.sniff import read_contenant
from tests.ingest.conftest import QUESTIONNAIRE, Importer, get_reponse

BORDEAUX, AIN, AJACCIO = "213300635", "210100012", "212000046"


def _build_postaux() -> Referentiel:
    """Des codes INSEE de 10000 à 10199, des codes postaux de 50000 à 50199 ; de 60000 à 60008, les deux."""
    communes = pd.DataFrame({"code": [f"1{i:04d}" for i in range(200)], "type": "commune"})
    communes["collectivite_id"] = "commune-" + communes["code"]
    communes["codes_postaux"] = [f"5{i:04d}" for i in range(200)]
    deux = pd.DataFrame({"code": [f"6{i:04d}" for i in range(9)], "type": "commune"})
    communes = pd.concat([communes, deux.assign(collectivite_id=deux["code"], codes_postaux=deux["code"])])
    return Referentiel(communes, pd.DataFrame(columns=["code", "code_actuel", "nature"]))


POSTAUX = _build_postaux()


@pytest.mark.parametrize(
    ("insee", "postaux", "autres", "nombre"),
    [
        (0, 3, 0, 3),
        (0, 2, 0, 0),  # trop peu pour en juger
        (0, 8, 2, 8),  # quatre cinquièmes
        (0, 7, 2, 0),
        (0, 7, 3, 0),
        (2, 8, 0, 8),
        (3, 7, 0, 0),
    ],
)
def test_une_colonne_est_faite_de_codes_postaux(insee: int, postaux: int, autres: int, nombre: int) -> None:
    codes = [f"1{i:04d}" for i in range(insee)] + [f"5{i:04d}" for i in range(postaux)] + ["99999"] * autres
    assert count_codes_postaux(codes, POSTAUX) == nombre


@pytest.mark.parametrize(("postaux", "nombre"), [(1, 0), (2, 5)])
def test_des_codes_qui_sont_les_deux_ne_prouvent_rien(postaux: int, nombre: int) -> None:
    """Un seul code mal tapé, parmi des codes INSEE qui sont aussi postaux, n'en fait pas une colonne."""
    codes = ["60000", "60001", "60002"] + [f"5{i:04d}" for i in range(postaux)]
    assert count_codes_postaux(codes, POSTAUX) == nombre


def test_cinq_codes_postaux_sur_mille_font_douter_des_autres() -> None:
    codes = [f"1{i % 200:04d}" for i in range(995)]
    assert count_postaux_meles([*codes, *["50001"] * 5], POSTAUX) == 0
    assert count_postaux_meles([*codes[:994], *["50001"] * 6], POSTAUX) == 6


def test_un_numero_en_notation_scientifique_se_rend_s_il_est_entier() -> None:
    assert clean_numero("2,13300635E+8") == BORDEAUX
    assert clean_numero("2,1330063E+08") == "2,1330063E+08"  # un chiffre de moins : arrondi, ou non
    assert clean_numero('="033063"') == "033063"
    assert clean_numero("33063,00") == "33063"


def test_un_siren_inconnu_ne_contredit_pas_qui_n_en_a_pas(referentiel: Referentiel) -> None:
    region, inconnu = Rattachement("region-11"), Rattachement(motif="Inconnu.", inconnu=True)
    faux = Rattachement(motif="Clé fausse.")
    assert drop_unknown([region, inconnu], referentiel) == [region]
    assert drop_unknown([region, faux], referentiel) == [region, faux]  # une faute reste une faute
    bordeaux = Rattachement("commune-33063")
    assert drop_unknown([bordeaux, inconnu], referentiel) == [bordeaux, inconnu]


def test_une_commune_a_cote_de_son_intercommunalite_est_la_repondante() -> None:
    lignes = pd.DataFrame(
        [("commune-10000", "commune", "", "200000172"), ("epci-200000172", "epci", "", "")],
        columns=["collectivite_id", "type", "porteur_id", "epci"],
    )
    cadre = Referentiel(lignes, pd.DataFrame(columns=["code", "code_actuel", "nature"]))
    commune, epci = Rattachement("commune-10000"), Rattachement("epci-200000172")
    for type_, trouvee in (("", commune), ("commune", commune), ("epci", epci)):
        assert combine([commune, epci], type_, cadre) == trouvee


POURCENT = replace(QUESTIONNAIRE.questions[2], unite="%", minimum=0, maximum=100)


@pytest.mark.parametrize(
    ("colonne", "texte", "lu"),
    [
        (("0,45", "0,5", "1"), "1", None),  # toutes entre 0 et 1 : part, ou pour cent ?
        (("0,45", "0,5", "1"), "0", 0.0),
        (("0,45", "12"), "0,45", 0.45),
        (("45 %", "0,3"), "0,3", None),
        (("45 %", "1"), "1", 1.0),
        (("45 %", "0,3 %"), "0,3 %", 0.3),
        (("1.5", "2,5"), "1.234", None),  # deux façons d'écrire les décimales ne tranchent rien
        (("1.5", "1.234"), "1.234", 1.234),
        (("1,5", "1.234"), "1.234", 1234.0),
        (("1.234.567", "1.234"), "1.234", 1234.0),
        (("1.234,5", "7.5", "1.234"), "1.234", None),  # « . » y sert aux deux
        (("1.234",), "1.234", None),
        ((), "9" * 40, float("9" * 40)),
        ((), "9" * 41, None),
    ],
)
def test_un_nombre_se_lit_comme_sa_colonne(colonne: tuple[str, ...], texte: str, lu: float | None) -> None:
    assert read_nombre(texte, build_format(colonne, "%"))[0] == lu


@pytest.mark.parametrize(
    ("texte", "lu"), [("0", 0), ("100000", 100_000), ("-1", None), ("100001", None), ("-0,5", None)]
)
def test_les_bornes_d_une_question_en_sont(texte: str, lu: float | None) -> None:
    lue = build_reader(QUESTIONNAIRE.questions[2], {}, (texte,))(texte)
    assert (lue.motif == "") == (lu is not None)
    assert lu is None or lue.valeur == lu


def test_un_texte_libre_a_sa_longueur_et_ne_nomme_personne() -> None:
    lire = build_reader(QUESTIONNAIRE.questions[3], {})
    assert lire("a" * MAX_TEXTE).motif == ""
    assert "dépasse" in lire("a" * (MAX_TEXTE + 1)).motif
    assert lire("Écrire à jean@mairie.fr").texte == "Écrire à [courriel retiré]"
    # Un texte court peut n'être qu'un nom : sept signes suffisent à un courriel.
    assert mask_personal("a@b.fr") == "[courriel retiré]"
    # Coupé d'abord, le numéro ne se reconnaîtrait plus.
    assert mask_extrait("Appeler le 06 12 34 56 78", 18) == "Appeler le [téléph"


def test_d_une_colonne_numerotee_un_ne_veut_pas_dire_oui() -> None:
    site = QUESTIONNAIRE.questions[0]
    assert build_reader(site, {}, ("1", "0", ""))("1").motif == ""
    assert build_reader(site, {}, ("1", "2", ""))("1").motif != ""


def test_la_plus_complete_puis_la_plus_recente_puis_la_derniere() -> None:
    def pick(completude: list[int], jours: list[date | None]) -> int:
        n = len(completude)
        departage = Departage(np.array(completude), jours, [bytes([i]) for i in range(n)])
        doublons = departage.pick_retained(np.array(["c"] * n), np.ones(n, dtype=bool))
        return next(i for i in range(n) if i not in doublons)

    tot, tard = date(2023, 12, 1), date(2023, 12, 9)
    assert pick([3, 2], [tot, tard]) == 0
    assert pick([2, 2], [tard, tot]) == 0
    assert pick([2, 2], [None, tot]) == 1
    assert pick([2, 2], [tot, tot]) == 1
    assert pick([1, 5, 5, 5], [tard, tot, tard, tard]) == 3


def test_une_ligne_compte_une_fois_en_quarantaine(importer: Importer) -> None:
    lot: Lot = importer(f"SIREN;Q01\n{BORDEAUX};Y\n")
    rejets = (Rejet(2, "a", "", "x"), Rejet(2, "b", "", "y"), Rejet(5, "a", "", "x"))
    assert replace(lot, rejets=rejets).quarantaine == 2


def test_un_fichier_a_la_limite_de_poids_se_lit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chemin = tmp_path / "r.csv"
    chemin.write_bytes(b"a;b\n1;2\n")
    monkeypatch.setattr(sniff, "MAX_OCTETS", 8)
    assert read_contenant(chemin).nature == "csv"
    monkeypatch.setattr(sniff, "MAX_OCTETS", 7)
    with pytest.raises(ImportRefuse, match="pèse"):
        read_contenant(chemin)


def test_un_json_a_sa_limite_et_se_donne_entier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chemin = tmp_path / "r.json"
    chemin.write_text('[{"a": 1}, {"a": 2}]', "utf-8")
    monkeypatch.setattr(json_reader, "MAX_LIGNES", 2)
    assert len(read_json(chemin, "utf-8")[0].lignes) == 3
    monkeypatch.setattr(json_reader, "MAX_LIGNES", 1)
    with pytest.raises(ImportRefuse, match="trop de réponses : 2"):
        read_json(chemin, "utf-8")
    for page in (
        '"count": 3, "next": null',
        '"count": 1, "next": "https://page2"',
        '"next": "https://page2"',
    ):
        chemin.write_text(f'{{{page}, "results": [{{"a": 1}}]}}', "utf-8")
        with pytest.raises(ImportRefuse, match="n'est qu'une page"):
            read_json(chemin, "utf-8")
    chemin.write_text('{"count": 1, "next": null, "results": [{"a": 1}]}', "utf-8")
    assert len(read_json(chemin, "utf-8")[0].lignes) == 2


@pytest.mark.parametrize(
    ("repondues", "soumise", "charge"),
    [(3, "", True), (2, "", False), (2, "2023-12-05", True)],
)
def test_un_abandon_a_moins_de_la_moitie_des_questions(
    importer: Importer, repondues: int, soumise: str, charge: bool
) -> None:
    """Six questions, dont une sans objet pour qui n'a pas de site : la moitié de cinq ou de six."""
    cellules = [
        v if i < repondues else "" for i, v in enumerate(["Y", "facebook", "12", "Du temps", "A1", "Y"])
    ]
    entiere = f"{AIN};2023-12-01;Y;facebook;12;Du temps;A1;Y"
    lot = importer(
        f"SIREN;submitdate;Q01;Q02;Q03;Q04;Q05;Q06\n{BORDEAUX};{soumise};{';'.join(cellules)}\n{entiere}\n"
    )
    assert (lot.charges, lot.ignores) == ((2, 0) if charge else (1, 1)), lot.to_dict()


def test_une_seule_case_ou_son_texte_dit_autre(importer: Importer) -> None:
    """Autant de textes que d'options reconnues : la colonne parle encore de ses options."""
    lot = importer(f"SIREN;Q02\n{BORDEAUX};Facebook, Mastodon\n{AIN};Instagram, Bluesky\n")
    assert lot.quarantaine == 0
    assert ("autre", "repondu", 1.0, "Mastodon") in get_reponse(lot, "commune-33063", "q02")
    lot = importer(f"SIREN;Q02\n{BORDEAUX};Facebook, Mastodon\n{AIN};Bluesky, Peertube\n")
    assert lot.quarantaine == 2


def test_un_numero_de_reponse_porte_par_deux_collectivites_se_dit(importer: Importer) -> None:
    lot = importer(f"id;SIREN;Q01\n7;{BORDEAUX};Y\n7;{AIN};N\n8;{AJACCIO};Y\n")
    assert lot.charges == 3
    assert any(
        "« id » : des valeurs (1) que plusieurs collectivités portent" in a for a in lot.avertissements
    )
    lot = importer(f"id;SIREN;Q01\n7;{BORDEAUX};Y\n7;{BORDEAUX};N\n8;{AJACCIO};Y\n")
    assert not any("que plusieurs collectivités" in a for a in lot.avertissements)


def test_une_question_sans_objet_ne_fait_pas_un_abandon(importer: Importer) -> None:
    """Une région sans site : de six questions, quatre lui sont posées ; deux réponses en font la moitié."""
    entiere = f"{AIN};2023-12-01;Y;facebook;12;Du temps;A1;Y"
    entetes = "SIREN;submitdate;Q01;Q02;Q03;Q04;Q05;Q06"
    lot = importer(f"{entetes}\n200053767;;N;;12;;;\n{entiere}\n")
    assert (lot.charges, lot.ignores) == (2, 0)
    lot = importer(f"{entetes}\n200053767;;N;;;;;\n{entiere}\n")
    assert (lot.charges, lot.ignores) == (1, 1)


def test_une_cellule_refusee_ne_livre_personne(importer: Importer) -> None:
    (rejet,) = importer(f"SIREN;Q01\n{BORDEAUX};voir jean@mairie.fr\n{AIN};Y\n").rejets
    assert rejet.valeur == "voir [courriel retiré]"
