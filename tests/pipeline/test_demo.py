"""La démonstration : des exports écrits, relus par l'import, fidèles à ce que le baromètre a publié."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue import Catalogue, load_catalogue
from barometre.domain.enquete import Vague
from barometre.ingest import Lot, Referentiel, prepare
from barometre.pipeline.demo import Fichier, generate
from barometre.pipeline.demo.dirt import CHAMP_EN_TROP
from barometre.pipeline.demo.targets import list_cibles
from barometre.pipeline.referentiel import load_codes_anciens, load_collectivites, load_opsn
from tests.ingest.conftest import QUESTIONNAIRE, check_counts

DONNEES = Path(__file__).parents[2] / "data"
PREMIERE_EDITION = ("2023-v1", "2024-v2", "2024-v3")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def referentiel(catalogue: Catalogue) -> Referentiel:
    _, liens = load_opsn(DONNEES)
    return Referentiel(load_collectivites(DONNEES, catalogue, liens), load_codes_anciens(DONNEES))


@pytest.fixture(scope="module")
def fichiers(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, referentiel: Referentiel
) -> list[Fichier]:
    dossier = tmp_path_factory.mktemp("demo")
    anciens = referentiel.codes_anciens
    return generate(dossier, catalogue, referentiel.collectivites, codes_anciens=anciens)


@pytest.fixture(scope="module")
def lots(fichiers: list[Fichier], catalogue: Catalogue, referentiel: Referentiel) -> list[Lot]:
    return [
        prepare(f.path, f.questionnaire_id, f.vague_id, f.format, referentiel, catalogue) for f in fichiers
    ]


@pytest.fixture(scope="module")
def repondants(lots: list[Lot], referentiel: Referentiel) -> pd.DataFrame:
    """Une ligne par vague et collectivité."""
    participations = pd.concat([lot.participation for lot in lots])
    uniques = participations.drop_duplicates(["vague_id", "collectivite_id"])
    return uniques.merge(referentiel.collectivites, on="collectivite_id")


def test_un_fichier_par_vague_et_questionnaire(fichiers: list[Fichier], catalogue: Catalogue) -> None:
    attendus = [(v.id, q) for v in catalogue.vagues for q in v.questionnaires]
    assert [(f.vague_id, f.questionnaire_id) for f in fichiers] == attendus
    assert all("simule" in f.path.name for f in fichiers)


def test_plusieurs_formes_reelles(fichiers: list[Fichier]) -> None:
    debuts = {f.path.suffix + str(f.path.read_bytes()[:3]) for f in fichiers}
    assert len(debuts) >= 4  # classeur, UTF-8 avec et sans marque, Windows-1252
    textes = {f.path.read_bytes().partition(b"\n")[0][:40] for f in fichiers if f.path.suffix == ".csv"}
    assert any(t.startswith(b"id,submitdate") for t in textes)
    assert any("ID de la réponse,Date".encode() in t for t in textes)
    assert any(t.startswith(b"id. ID de la r\xe9ponse;") for t in textes)


def test_import_rend_compte_de_chaque_ligne(fichiers: list[Fichier], lots: list[Lot]) -> None:
    for fichier, lot in zip(fichiers, lots, strict=True):
        attendu = fichier.attendu
        check_counts(lot)
        trouve = (lot.lus, lot.charges, lot.doublons, lot.quarantaine, lot.ignores)
        voulu = (attendu.lus, attendu.charges, attendu.doublons, attendu.quarantaine, attendu.ignores)
        assert trouve == voulu, fichier.path.name
        assert 3 <= lot.quarantaine <= 5
        assert len(attendu.salissures) == lot.quarantaine
        assert (CHAMP_EN_TROP in attendu.salissures) == (fichier.path.suffix == ".csv")
        assert lot.recodes > 0
        assert lot.avertissements == ()


def test_tout_est_marque_simule(lots: list[Lot]) -> None:
    assert all(lot.simule and lot.participation["simulee"].all() for lot in lots)
    assert {lot.format for lot in lots} == {"limesurvey"}


def test_effectifs_publies(repondants: pd.DataFrame) -> None:
    effectifs = repondants.groupby("vague_id").size().to_dict()
    assert effectifs["2024-v2"] == 629
    assert effectifs["2024-v3"] == 388
    assert sum(effectifs[v] for v in PREMIERE_EDITION) == 3117
    assert effectifs["2026-v4"] == 2500


def test_profil_publie_des_repondants(repondants: pd.DataFrame) -> None:
    premiere = repondants[repondants["vague_id"].isin(PREMIERE_EDITION)]
    communes = premiere[premiere["type"] == "commune"]
    population = communes["population"].astype(float)
    assert round(100 * len(communes) / len(premiere)) == 88
    assert round(100 * (population < 1000).mean()) == 60
    assert round(100 * ((population >= 1000) & (population < 5000)).mean()) == 25
    assert round(100 * (premiere["profil"] == "agent").mean()) == 76


def test_regions_publiees(repondants: pd.DataFrame, referentiel: Referentiel) -> None:
    premiere = repondants[repondants["vague_id"].isin(PREMIERE_EDITION)]
    par_region = premiere["region"].value_counts()
    assert list(par_region.index[:3]) == ["75", "84", "76"]
    assert par_region["75"] <= 600
    assert par_region["84"] >= 400
    assert par_region["76"] < 400
    cadre = referentiel.collectivites
    communes = cadre[(cadre["type"] == "commune") & cadre["porteur_id"].isna()]
    couvertes = (communes["couverture"] != "inconnue").mean()
    assert (premiere["couverture"] != "inconnue").mean() > couvertes  # un OPSN, davantage de réponses


def test_panel_entre_les_editions(repondants: pd.DataFrame) -> None:
    seconde = repondants["vague_id"] == "2026-v4"
    avant, apres = set(repondants[~seconde]["collectivite_id"]), set(repondants[seconde]["collectivite_id"])
    assert 0.3 < len(avant & apres) / len(apres) < 0.6


def test_lassitude_au_fil_des_questionnaires(lots: list[Lot]) -> None:
    charges = [lot.charges for lot in lots if lot.vague_id == "2026-v4"]
    assert charges == sorted(charges, reverse=True)
    assert charges[-1] < 0.7 * charges[0]


def get_part(lot: Lot, question_id: str, options: tuple[str, ...]) -> tuple[float, int]:
    """La part brute des options, parmi ceux qui ont répondu à la question."""
    faits = lot.fait_reponse
    repondus = faits[(faits["question_id"] == question_id) & (faits["etat"] == "repondu")]
    oui = repondus[repondus["option_id"].isin(options)].groupby("collectivite_id")["valeur"].max().sum()
    n = repondus["collectivite_id"].nunique()
    return oui / n, n


def test_chiffres_bruts_accordes_aux_chiffres_publies(lots: list[Lot], catalogue: Catalogue) -> None:
    premiers = {lot.questionnaire_id: lot for lot in lots if lot.vague_id in PREMIERE_EDITION}
    cibles = list_cibles(catalogue)
    assert sum(len(c) for c in cibles.values()) >= 30
    for question_id, liste in cibles.items():
        lot = next(lot for lot in premiers.values() if question_id.startswith(f"{lot.questionnaire_id}_q"))
        for options, part in liste:
            brut, n = get_part(lot, question_id, options)
            assert abs(brut - part) <= 0.005, (question_id, options, brut, part, n)


def test_dependances_plausibles(lots: list[Lot], referentiel: Referentiel) -> None:
    lot = next(lot for lot in lots if lot.questionnaire_id == "communication")
    faits = lot.fait_reponse[lot.fait_reponse["question_id"] == "communication_q01"]
    repondus = faits[faits["etat"] == "repondu"].merge(referentiel.collectivites, on="collectivite_id")
    site, petite = repondus["option_id"] == "oui", repondus["strate"] == "commune-0-499"
    grande = repondus["strate"].isin(["commune-5000-9999", "commune-10000-19999", "commune-20000-49999"])
    assert site[petite].mean() < site.mean() < site[grande].mean()


def test_les_pratiques_vont_ensemble(lots: list[Lot]) -> None:
    """Deux pratiques d'une même collectivité sont corrélées : une maturité, pas des dés."""
    lot = next(lot for lot in lots if lot.questionnaire_id == "cybersecurite")
    faits = lot.fait_reponse[lot.fait_reponse["etat"] == "repondu"]
    large = faits.pivot_table(
        index="collectivite_id", columns="question_id", values="option_id", aggfunc="first"
    )
    plan, double = large["cybersecurite_q05"] == "oui", large["cybersecurite_q11"] != "non"
    assert np.corrcoef(plan, double)[0, 1] > 0.15


def test_etats_de_reponse_bornes(lots: list[Lot], catalogue: Catalogue) -> None:
    textes = {q.id for x in catalogue.questionnaires.values() for q in x.questions if q.type == "texte"}
    filtrees = [q.id for x in catalogue.questionnaires.values() for q in x.questions if q.condition]
    for lot in lots:
        faits = lot.fait_reponse[~lot.fait_reponse["question_id"].isin(textes)]
        par_question = faits.drop_duplicates(["collectivite_id", "question_id"])
        poses = par_question[par_question["etat"] != "non_concerne"]
        parts = poses.groupby("question_id")["etat"].value_counts(normalize=True).unstack(fill_value=0.0)
        # Une question dont le filtre est resté sans réponse l'est aussi : elle échappe à cette borne.
        assert parts["sans_reponse"].drop(filtrees, errors="ignore").between(0.0, 0.15).all(), lot.lot_id
        assert parts["ne_sait_pas"].max() < 0.12


def test_memes_octets_a_chaque_construction(
    tmp_path: Path, fichiers: list[Fichier], catalogue: Catalogue, referentiel: Referentiel
) -> None:
    anciens = referentiel.codes_anciens
    encore = generate(tmp_path, catalogue, referentiel.collectivites, codes_anciens=anciens)
    for avant, apres in zip(fichiers, encore, strict=True):
        empreintes = [hashlib.sha256(f.path.read_bytes()).hexdigest() for f in (avant, apres)]
        assert empreintes[0] == empreintes[1], avant.path.name


def test_un_autre_catalogue_suffit(tmp_path: Path, catalogue: Catalogue, referentiel: Referentiel) -> None:
    """Un questionnaire et une vague que les hypothèses ne connaissent pas ; aucun chiffre publié."""
    autre = replace(
        catalogue,
        questionnaires={"communication": QUESTIONNAIRE},
        indicateurs={},
        vagues=(Vague("2031-v9", "Vague 9", 3, ("communication",)),),
    )
    sans_couverture = referentiel.collectivites.drop(columns=["couverture"])
    (fichier,) = generate(tmp_path, autre, sans_couverture, graine=1)
    lot = prepare(fichier.path, "communication", "2031-v9", "auto", referentiel, autre)
    check_counts(lot)
    assert lot.charges == fichier.attendu.charges == 500
    assert lot.quarantaine == fichier.attendu.quarantaine
