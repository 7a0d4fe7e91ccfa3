"""Plusieurs fichiers d'une vague : ce que l'un perd au profit de l'autre dit sa vraie ligne."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from barometre.ingest import Lot, Referentiel
from barometre.ingest.depouillement import prepare_all
from barometre.ingest.merge import merge_lots
from tests.ingest.conftest import MiniCatalogue


def _prepare(dossier: Path, referentiel: Referentiel, *contenus: str) -> Lot:
    fichiers = [dossier / f"{nom}.csv" for nom in "abc"[: len(contenus)]]
    for fichier, contenu in zip(fichiers, contenus, strict=True):
        fichier.write_text(contenu, "utf-8")
    ou = ("communication", "2023-v1", "auto", referentiel, MiniCatalogue(), None)
    return prepare_all(fichiers, *ou, lots_connus=[])


def test_un_doublon_entre_fichiers_dit_sa_ligne(tmp_path: Path, referentiel: Referentiel) -> None:
    """« b.csv, ligne 0 » n'est la ligne de rien."""
    lot = _prepare(
        tmp_path,
        referentiel,
        "submitdate;SIREN;Q01\n2023-12-09;213300635;Y\n",
        "submitdate;SIREN;Q01\n2023-12-06;210100012;N\n2023-12-06;213300635;N\n",
    )
    (doublon,) = lot.lignes_doublons
    assert (doublon.ligne, doublon.valeur) == (1_000_003, "commune-33063")
    assert doublon.motif.startswith("b.csv, ligne 3 : Sa réponse dans « a.csv » est retenue")
    # D'un lot déjà réuni, le numéro n'est plus connu : il n'est pas inventé.
    seul = _prepare(tmp_path, referentiel, "submitdate;SIREN;Q01;Q03\n2023-12-12;213300635;Y;3\n")
    perdus = [d.motif for d in merge_lots([lot, seul]).lignes_doublons if "ligne" not in d.motif]
    assert len(perdus) == 1
    assert perdus[0].startswith("a.csv, b.csv : Sa réponse dans « a.csv » est retenue")


def _lire(lot: Lot, question: str) -> list[tuple[str, str]]:
    """(option, état) de Bordeaux à une question."""
    faits = lot.fait_reponse
    siennes = faits[
        faits["collectivite_id"].eq("commune-33063") & faits["question_id"].eq(f"communication_{question}")
    ]
    return sorted(zip(siennes["option_id"].fillna(""), siennes["etat"], strict=True))


def test_deux_moities_d_une_reponse_se_reunissent(tmp_path: Path, referentiel: Referentiel) -> None:
    """Deux agents ont chacun répondu à leurs questions : n'en garder qu'un perdait l'autre moitié."""
    lot = _prepare(
        tmp_path,
        referentiel,
        "submitdate;SIREN;Q01;Q03\n2023-12-09;213300635;Y;120\n",
        "submitdate;SIREN;Q01;Q05\n2023-12-06;213300635;Y;A1\n2023-12-06;210100012;N;\n",
    )
    assert _lire(lot, "q01") == [("oui", "repondu")]
    assert [etat for _, etat in _lire(lot, "q03")] == ["repondu"]
    assert _lire(lot, "q05") == [("oui", "repondu")]
    assert [etat for _, etat in _lire(lot, "q04")] == ["sans_reponse"]
    assert lot.charges == 2
    assert lot.lus == lot.charges + len(lot.lignes_doublons)
    (doublon,) = lot.lignes_doublons
    assert "Réunie à sa réponse dans « a.csv »" in doublon.motif
    assert any("1\u00a0collectivité répond à des questions différentes" in a for a in lot.avertissements)


def test_ne_pas_savoir_est_une_reponse_que_l_autre_fichier_garde(
    tmp_path: Path, referentiel: Referentiel
) -> None:
    lot = _prepare(
        tmp_path,
        referentiel,
        "submitdate;SIREN;Q01;Q03\n2023-12-09;213300635;Y;120\n",
        "submitdate;SIREN;Q01;Q02\n2023-12-06;213300635;Y;NSP\n",
    )
    assert [etat for _, etat in _lire(lot, "q03")] == ["repondu"]
    assert [etat for _, etat in _lire(lot, "q02")] == ["ne_sait_pas"]


def test_deux_moities_qui_se_contredisent_le_disent(tmp_path: Path, referentiel: Referentiel) -> None:
    """« Oui » ici, « non » là : rien ne dit laquelle est juste ; ce qui se perd est nommé."""
    lot = _prepare(
        tmp_path,
        referentiel,
        "submitdate;SIREN;Q01;Q03\n2023-12-09;213300635;Y;120\n",
        "submitdate;SIREN;Q01;Q02[SQ001];Q04\n2023-12-06;213300635;N;Y;Du temps\n",
    )
    (doublon,) = lot.lignes_doublons
    assert (
        "« b.csv » est retenue : plus complète ou plus récente ; les deux se contredisent à Q01"
        in doublon.motif
    )
    assert "Q03" in doublon.motif
    assert [etat for _, etat in _lire(lot, "q03")] == ["sans_reponse"]
    assert any("se contredit d'un fichier à l'autre" in a for a in lot.avertissements)


def test_une_reponse_a_une_question_filtree_ailleurs_ne_se_reunit_pas(
    tmp_path: Path, referentiel: Referentiel
) -> None:
    """Sans site d'après un fichier, un site accessible d'après l'autre : c'est une contradiction."""
    lot = _prepare(
        tmp_path,
        referentiel,
        "submitdate;SIREN;Q01;Q03\n2023-12-09;213300635;N;120\n",
        "submitdate;SIREN;Q05\n2023-12-06;213300635;A1\n",
    )
    assert [etat for _, etat in _lire(lot, "q05")] == ["non_concerne"]
    (doublon,) = lot.lignes_doublons
    assert "se contredisent à Q05" in doublon.motif


def test_une_correction_qui_filtre_des_questions_est_aussi_complete(
    tmp_path: Path, referentiel: Referentiel
) -> None:
    """Un site, corrigé de oui à non : la suite n'est plus posée, la réponse n'est pas moins complète."""
    entete = "submitdate;SIREN;Q01;Q05;Q06\n"
    ancienne, nouvelle = "2023-12-06;213300635;Y;A1;Y\n", "2023-12-09;213300635;N;;Y\n"
    partielle = "2023-12-10;213300635;Y;;\n"  # ouverte de nouveau, jamais finie
    for contenus in (
        (entete + ancienne + nouvelle,),
        (entete + ancienne, entete + nouvelle),
        (entete + nouvelle, entete + ancienne),
        (entete + partielle + nouvelle,),
    ):
        lot = _prepare(tmp_path, referentiel, *contenus)
        assert (lot.charges, lot.doublons) == (1, 1)
        assert _lire(lot, "q01") == [("non", "repondu")], contenus


def test_deux_reponses_que_rien_ne_departage_le_disent(tmp_path: Path, referentiel: Referentiel) -> None:
    """Sans date, l'ordre de la commande choisissait, sous le motif « plus récente »."""
    a, b = "SIREN;Q01;Q06\n213300635;Y;Y\n", "SIREN;Q01;Q06\n213300635;N;Y\n"
    for contenus, option in (((a, b), "non"), ((b, a), "oui")):
        lot = _prepare(tmp_path, referentiel, *contenus)
        assert _lire(lot, "q01") == [(option, "repondu")]
        assert "c'est le dernier fichier donné" in lot.lignes_doublons[0].motif
        assert any("répond autrement d'un fichier à l'autre" in phrase for phrase in lot.avertissements)
    datee = "submitdate;SIREN;Q01;Q06\n2023-12-0{};213300635;{};Y\n"
    for contenus in ((a, a), (datee.format(1, "Y"), datee.format(2, "N"))):
        lot = _prepare(tmp_path, referentiel, *contenus)
        assert not [phrase for phrase in lot.avertissements if "autrement" in phrase]
        assert "plus complète ou plus récente" in lot.lignes_doublons[0].motif


def test_des_moities_sans_date_qui_se_contredisent_ne_sont_pas_des_egales(
    tmp_path: Path, referentiel: Referentiel
) -> None:
    """Aussi complètes et sans date : c'est la contradiction qui se dit, et ce qu'elle fait perdre."""
    contraires = "SIREN;Q01;Q03\n213300635;Y;120\n", "SIREN;Q01;Q04\n213300635;N;Du temps\n"
    lot = _prepare(tmp_path, referentiel, *contraires)
    assert "les deux se contredisent à Q01, et Q03" in lot.lignes_doublons[0].motif
    assert not any("répond autrement" in phrase for phrase in lot.avertissements)
    lot = _prepare(tmp_path, referentiel, contraires[0], contraires[1].replace(";N;", ";Y;"))
    assert "Réunie à sa réponse" in lot.lignes_doublons[0].motif
    assert not any("répond autrement" in phrase for phrase in lot.avertissements)


def test_des_fichiers_reunis_sont_simules_si_l_un_l_est(tmp_path: Path, referentiel: Referentiel) -> None:
    """Un seul suffit à ce que rien ne se charge comme vrai ; leur ordre n’y fait rien."""
    un = _prepare(tmp_path, referentiel, "SIREN;Q01\n213300635;Y\n")
    autre = _prepare(tmp_path, referentiel, "SIREN;Q01\n210100012;Y\n")
    simule = replace(autre, simule=True)
    assert [merge_lots(lots).simule for lots in ([un, simule], [simule, un], [un, autre])] == [
        True,
        True,
        False,
    ]
    assert merge_lots([un, autre]).lot_id == merge_lots([autre, un]).lot_id != un.lot_id


def test_une_colonne_vide_ne_fait_pas_une_reponse_plus_complete(
    tmp_path: Path, referentiel: Referentiel
) -> None:
    lot = _prepare(
        tmp_path, referentiel, "SIREN;Q01;Q03\n213300635;Y;120\n", "SIREN;Q01;Q03;Q04\n213300635;N;;\n"
    )
    assert _lire(lot, "q01") == [("oui", "repondu")]
    assert lot.lignes_doublons[0].motif.startswith("b.csv, ligne 2 : Sa réponse dans « a.csv » est retenue")
