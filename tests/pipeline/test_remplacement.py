"""Rien n'est remplacé sans être vu : avant, après, et un accord quand des réponses disparaissent."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from barometre.catalogue import load_catalogue
from barometre.ingest.errors import ImportRefuse
from barometre.pipeline.calcul import CALCULEES, build_contexte
from barometre.pipeline.calcul_lot import read_passe
from barometre.pipeline.import_lot import importer
from barometre.pipeline.verify import verifier
from barometre.warehouse.repository import open_repository, read_rows
from barometre.warehouse.versions import open_entrepot
from tests.partage import Partage
from tests.pipeline.test_construire import QUESTIONNAIRE, VAGUE, codes, entrepot_neuf

__all__ = ["codes", "entrepot_neuf"]


def write_reponses(
    chemin: Path,
    codes: list[str],
    jour: str = "2023-12-01",
    questions: str = "Q01,Q07,Q11",
    cellules: str = "A1,A1,Y",
) -> Path:
    lignes = [f"id,submitdate,INSEE,{questions}"]
    lignes += [f"{i},{jour} 10:00:00,{code},{cellules}" for i, code in enumerate(codes)]
    chemin.write_text("\n".join(lignes) + "\n", encoding="utf-8")
    return chemin


@pytest.fixture
def charge(partage: Partage, petit_socle: Path, codes: list[str], tmp_path: Path) -> str:
    """Cent réponses en service, importées une fois par séance ; à chaque essai sa copie."""

    def load(lieu: Path) -> None:
        shutil.copytree(petit_socle, lieu)
        importer(write_reponses(tmp_path / "un.csv", codes[:100]), QUESTIONNAIRE, VAGUE, adresse=str(lieu))

    return partage.copy("cent-reponses", load, tmp_path / "entrepot")


def count(adresse: str) -> int:
    moteur = open_repository(adresse).get_engine()
    return len(read_rows(moteur, "participation", vague_id=VAGUE, questionnaire_id=QUESTIONNAIRE))


def test_ce_qui_demande_un_accord(charge: str, codes: list[str], tmp_path: Path) -> None:
    avant = open_entrepot(charge).get_active()
    cas = {
        "Les répondantes passeraient de 100 à 10": write_reponses(tmp_path / "a.csv", codes[100:110]),
        "Aucune ligne de ce fichier": write_reponses(tmp_path / "b.csv", ["99999", "00000"]),
        "Question sans plus aucune réponse : Q11": write_reponses(
            tmp_path / "c.csv", codes[:100], questions="Q01,Q07", cellules="A1,A1"
        ),
        "30 collectivités en service, sur 100, ne sont plus": write_reponses(
            tmp_path / "e.csv", codes[30:130], jour="2023-12-02"
        ),
        "s'arrête au 25/11/2023": write_reponses(tmp_path / "d.csv", codes[:100], jour="2023-11-25"),
    }
    for phrase, fichier in cas.items():
        with pytest.raises(ImportRefuse, match="--confirmer") as refus:
            importer(fichier, QUESTIONNAIRE, VAGUE, adresse=charge)
        assert phrase in str(refus.value)
        essai = importer(fichier, QUESTIONNAIRE, VAGUE, essai=True, adresse=charge)
        assert phrase in " ".join(essai.a_confirmer)
    assert open_entrepot(charge).get_active() == avant
    lot = importer(
        cas["Les répondantes passeraient de 100 à 10"], QUESTIONNAIRE, VAGUE, confirme=True, adresse=charge
    )
    assert (lot.avant_apres[0].avant, lot.avant_apres[0].apres, count(charge)) == (100, 10, 10)


@pytest.mark.parametrize("complement", [False, True])
def test_des_reponses_appauvries_demandent_un_accord(
    charge: str, codes: list[str], tmp_path: Path, complement: bool
) -> None:
    """Dix réponses entières, remplacées chacune par une seule question : un dixième n'est pas une baisse."""
    partiel = write_reponses(tmp_path / "p.csv", codes[:10], questions="Q01", cellules="A1")
    reste = write_reponses(tmp_path / "r.csv", codes[10:100])
    fichiers = [partiel] if complement else [partiel, reste]
    with pytest.raises(ImportRefuse, match="10\xa0collectivités, sur 1") as refus:
        importer(fichiers, QUESTIONNAIRE, VAGUE, complement=complement, adresse=charge)
    assert "perdraient la moitié au moins de ce qu'elles ont répondu" in str(refus.value)
    essai = importer(fichiers, QUESTIONNAIRE, VAGUE, complement=complement, essai=True, adresse=charge)
    assert len(essai.a_confirmer) == 1
    entieres = write_reponses(tmp_path / "e.csv", codes[:40], jour="2023-12-03", cellules="A4,A1,N")
    corrige = importer(entieres, QUESTIONNAIRE, VAGUE, complement=True, essai=True, adresse=charge)
    assert corrige.a_confirmer == ()


def test_un_ancien_export_remis_en_service_demande_un_accord(
    charge: str, codes: list[str], tmp_path: Path
) -> None:
    """Même nombre de réponses, mêmes dates : seule la mémoire des fichiers reçus dit que l'on recule."""
    corrige = write_reponses(tmp_path / "corrige.csv", codes[:100], cellules="A2,A1,Y")
    assert importer(corrige, QUESTIONNAIRE, VAGUE, adresse=charge).a_confirmer == ()
    ancien = write_reponses(tmp_path / "renomme.csv", codes[:100])
    with pytest.raises(ImportRefuse, match=r"déjà été reçu le .* remplacé depuis par « corrige.csv »"):
        importer(ancien, QUESTIONNAIRE, VAGUE, adresse=charge)
    assert len(importer(ancien, QUESTIONNAIRE, VAGUE, essai=True, adresse=charge).a_confirmer) == 1


def test_un_premier_export_presque_vide_demande_un_accord(
    entrepot_neuf: str, codes: list[str], tmp_path: Path
) -> None:
    fichier = write_reponses(tmp_path / "un.csv", codes[:50], questions="Q01", cellules="A1")
    with pytest.raises(ImportRefuse, match=r"n'auraient aucune réponse.*--confirmer"):
        importer(fichier, QUESTIONNAIRE, VAGUE, adresse=entrepot_neuf)


def test_un_essai_ne_touche_pas_au_verrou(charge: str, codes: list[str], tmp_path: Path) -> None:
    """Un verrou impossible à ouvrir vaut un disque en lecture seule."""
    verrou = Path(charge) / ".verrou"
    verrou.unlink()
    verrou.mkdir()
    fichier = write_reponses(tmp_path / "deux.csv", codes[:110], jour="2023-12-08")
    assert importer(fichier, QUESTIONNAIRE, VAGUE, essai=True, adresse=charge).charges == 110


def test_une_vague_rouverte_passe_sans_accord(charge: str, codes: list[str], tmp_path: Path) -> None:
    fichier = write_reponses(tmp_path / "deux.csv", codes[:110], jour="2023-12-08")
    lot = importer(fichier, QUESTIONNAIRE, VAGUE, adresse=charge)
    assert lot.a_confirmer == ()
    assert lot.to_dict()["avant_apres"][0] == {"objet": "répondantes", "avant": 100, "apres": 110}


def test_complement_declare(charge: str, codes: list[str], tmp_path: Path) -> None:
    """Dix de plus et cinq corrigées : les autres restent, chaque ligne garde un sort."""
    fichier = write_reponses(tmp_path / "plus.csv", codes[95:110], cellules="A4,A1,N")
    lot = importer(fichier, QUESTIONNAIRE, VAGUE, complement=True, adresse=charge)
    assert (lot.charges, lot.avant_apres[0].apres, count(charge)) == (15, 110, 110)
    _, controles = verifier(charge)
    assert [c.nom for c in controles if not c.ok] == []
    lots = open_repository(charge).list_lots()
    assert sorted(lots["charges"]) == [15, 95]


def test_plusieurs_fichiers_d_une_vague(charge: str, codes: list[str], tmp_path: Path) -> None:
    fichiers = [
        write_reponses(tmp_path / "nord.csv", codes[:60]),
        write_reponses(tmp_path / "sud.csv", codes[55:110], jour="2023-12-09"),
    ]
    lot = importer(fichiers, QUESTIONNAIRE, VAGUE, adresse=charge)
    assert (lot.lus, lot.charges, lot.doublons, count(charge)) == (115, 110, 5, 110)
    assert "sud.csv" in lot.lignes_doublons[0].motif
    assert importer(fichiers[::-1], QUESTIONNAIRE, VAGUE, adresse=charge).deja_charge
    _, controles = verifier(charge)
    assert [c.nom for c in controles if not c.ok] == []


def test_un_fichier_tout_repondu_se_verifie(entrepot_neuf: str, codes: list[str], tmp_path: Path) -> None:
    """L'indicateur le plus répondu est ici une moyenne : les contrôles, eux, comptent des « oui »."""
    fichier = write_reponses(tmp_path / "tout.csv", codes[:60], questions="Q16", cellules="12")
    importer(fichier, QUESTIONNAIRE, VAGUE, adresse=entrepot_neuf, confirme=True)
    assert [c.nom for c in verifier(entrepot_neuf)[1] if not c.ok] == []


def test_un_fichier_qui_se_dit_simule_est_refuse(charge: str, codes: list[str], tmp_path: Path) -> None:
    """Seule la démonstration simule : de vraies réponses en service ne se mêlent à rien d'autre."""
    with pytest.raises(ImportRefuse, match="dit que ses réponses sont simulées"):
        importer(write_reponses(tmp_path / "simule.csv", codes), QUESTIONNAIRE, VAGUE, adresse=charge)
    assert count(charge) == 100


def test_deux_processus_calculent_les_memes_tables(
    entrepot_neuf: str, tmp_path: Path, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Le calcul se partage entre deux processus : aucune table n'en dépend."""
    cle = pd.DataFrame([(VAGUE, QUESTIONNAIRE, "ab" * 32)], columns=["vague_id", "questionnaire_id", "cle"])
    monkeypatch.setattr("barometre.pipeline.import_lot.build_cle", lambda *_: cle)
    fichier = write_reponses(tmp_path / "un.csv", codes[:100])
    tables = []
    for processus in (1, 2):
        lieu = shutil.copytree(entrepot_neuf, tmp_path / f"entrepot{processus}")
        importer(fichier, QUESTIONNAIRE, VAGUE, adresse=str(lieu), processus=processus)
        depot = open_repository(str(lieu))
        tables.append([read_rows(depot.get_engine(), t) for t in CALCULEES])
        depot.close()
    for seul, partage in zip(*tables, strict=True):
        assert_frame_equal(seul, partage)


@dataclass(frozen=True)
class _Lot:
    """Ce que `read_passe` lit d'un lot qui remplace toute sa vague."""

    questionnaire_id: str = QUESTIONNAIRE
    vague_id: str = VAGUE


def test_un_lot_qui_remplace_sa_vague_en_est_le_premier(charge: str) -> None:
    """Celui qu'il efface resté premier, toutes ses réponses seraient tardives : un autre bruit, d'autres
    chiffres que ceux d'un recalcul."""
    moteur = open_repository(charge).get_engine()
    contexte = build_contexte(read_rows(moteur, "dim_collectivite"), load_catalogue())
    lot: Any = _Lot()
    assert len(read_rows(moteur, "lot_import", questionnaire_id=QUESTIONNAIRE, vague_id=VAGUE)) == 1
    passe = read_passe(moteur, lot, contexte, complement=False)
    assert passe.lots.empty
    assert passe.participations.empty
