"""Construire et importer pour de vrai : versions, comptes, interruption, lecteurs pendant la bascule."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.domain.secret import BRUIT_MAXIMAL
from barometre.domain.version import Version
from barometre.ingest.errors import ImportRefuse
from barometre.pipeline.calcul import CALCULEES
from barometre.pipeline.construire import construire
from barometre.pipeline.import_lot import check_nature, importer
from barometre.pipeline.verify import verifier
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.repository import open_repository, read_rows
from barometre.warehouse.versions import activate_version, open_entrepot
from tests import mini
from tests.conftest import MOTEURS
from tests.partage import Partage

VAGUE, QUESTIONNAIRE = "2023-v1", "communication"
# Une date de réponse dans chaque vague.
_JOURS = {"2023-v1": "2023-12-01", "2026-v4": "2026-03-02"}


@pytest.fixture
def entrepot_neuf(petit_socle: Path, tmp_path: Path) -> str:
    """Une copie du référentiel d'une France réduite, pour un test qui écrit."""
    return str(shutil.copytree(petit_socle, tmp_path / "entrepot"))


def write_export(chemin: Path, codes: list[str], oui: int, jour: str = "2023-12-01") -> Path:
    lignes = ["id,submitdate,INSEE,Q01", *(
        f"{i},{jour} 10:00:00,{code},{'A1' if i < oui else 'A4'}" for i, code in enumerate(codes)
    )]  # fmt: skip
    chemin.write_text("\n".join(lignes) + "\n", encoding="utf-8")
    return chemin


@pytest.fixture(scope="module")
def codes(petit_socle: Path) -> list[str]:
    communes = open_repository(str(petit_socle)).list_collectivites(type="commune", departement=["33", "69"])
    return communes["code"].tolist()[:120]


def test_le_referentiel_est_complet(socle_complet: Path) -> None:
    depot = open_repository(str(socle_complet))
    effectifs = depot.list_collectivites(cadre=False)["type"].value_counts().to_dict()
    assert effectifs == {"commune": 34875, "epci": 1255, "departement": 102, "region": 18, "ept": 11}
    assert depot.list_collectivites()["strate"].notna().all()
    assert set(depot.list_collectivites()["couverture"]) <= {"adherente", "perimetre", "inconnue"}
    assert not depot.get_version().simulee


def test_l_import_rend_compte_puis_ne_change_rien(
    entrepot_neuf: str, codes: list[str], tmp_path: Path
) -> None:
    fichier = write_export(tmp_path / "export.csv", [*codes, "99999"], 60)
    lot = importer(fichier, QUESTIONNAIRE, VAGUE, confirme=True, adresse=entrepot_neuf)
    assert (lot.lus, lot.charges, lot.quarantaine) == (121, 120, 1)
    depot = open_repository(entrepot_neuf)
    premiere = depot.version_id
    total = depot.list_agregats(
        "site_internet", VAGUE, territoire_id="france", type="", strate="", couverture=""
    )
    assert total["n"].iloc[0] == 120
    assert abs(total["n_oui"].iloc[0] - 60) <= 2 * BRUIT_MAXIMAL
    assert importer(fichier, QUESTIONNAIRE, VAGUE, confirme=True, adresse=entrepot_neuf).deja_charge
    assert depot.version_id == premiere


def test_un_fichier_corrige_remplace_son_lot(entrepot_neuf: str, codes: list[str], tmp_path: Path) -> None:
    importer(
        write_export(tmp_path / "un.csv", codes, 60),
        QUESTIONNAIRE,
        VAGUE,
        confirme=True,
        adresse=entrepot_neuf,
    )
    importer(
        write_export(tmp_path / "deux.csv", codes[:100], 90),
        QUESTIONNAIRE,
        VAGUE,
        confirme=True,
        adresse=entrepot_neuf,
    )
    depot = open_repository(entrepot_neuf)
    assert len(depot.list_lots()) == 1
    assert len(depot.list_participations(VAGUE, QUESTIONNAIRE)) == 100
    total = depot.list_agregats(
        "site_internet", VAGUE, territoire_id="france", type="", strate="", couverture=""
    )
    assert total["n"].iloc[0] == 100
    assert abs(total["n_oui"].iloc[0] - 90) <= 2 * BRUIT_MAXIMAL
    _, controles = verifier(entrepot_neuf)
    assert [c.nom for c in controles if not c.ok] == []


@pytest.fixture
def deux_vagues(partage: Partage, petit_socle: Path, codes: list[str], tmp_path: Path) -> str:
    """Deux vagues du même questionnaire, importées une fois par séance ; à chaque essai sa copie."""

    def load(lieu: Path) -> None:
        shutil.copytree(petit_socle, lieu)
        for vague, oui in (("2023-v1", 60), ("2026-v4", 80)):
            fichier = write_export(tmp_path / f"{vague}.csv", codes, oui, _JOURS[vague])
            importer(fichier, QUESTIONNAIRE, vague, confirme=True, adresse=str(lieu))

    return partage.copy("deux-vagues", load, tmp_path / "deux-vagues")


@pytest.mark.parametrize("corrigee", ["2023-v1", "2026-v4"])
def test_corriger_une_vague_vaut_tout_recalculer(
    deux_vagues: str, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, corrigee: str
) -> None:
    """Une vague que le fichier ne touche pas garde ses chiffres ; les évolutions, elles, suivent."""
    avant = open_entrepot(deux_vagues).get_active()
    correction = write_export(tmp_path / "correction.csv", codes[:110], 30, _JOURS[corrigee])
    tables = []
    for tout in (False, True):
        activate_version(open_entrepot(deux_vagues), str(avant))
        if tout:  # une version d'un autre programme : tout le questionnaire se refait
            monkeypatch.setattr("barometre.pipeline.import_lot.compute_empreintes", lambda _: mini.EMPREINTES)
        importer(correction, QUESTIONNAIRE, corrigee, confirme=True, adresse=deux_vagues)
        moteur = open_repository(deux_vagues).get_engine()
        tables.append({nom: read_rows(moteur, nom) for nom in (*CALCULEES, "participation", "accord")})
    assert len(tables[0]["evolution"]) > 0
    for nom, partielle in tables[0].items():
        pd.testing.assert_frame_equal(partielle, tables[1][nom], rtol=0, atol=1e-9, obj=nom)


def test_un_essai_n_ecrit_rien(entrepot_neuf: str, codes: list[str], tmp_path: Path) -> None:
    avant = open_entrepot(entrepot_neuf).list_ids()
    fichier = write_export(tmp_path / "export.csv", codes, 60)
    assert (
        importer(fichier, QUESTIONNAIRE, VAGUE, essai=True, confirme=True, adresse=entrepot_neuf).charges
        == 120
    )
    assert open_entrepot(entrepot_neuf).list_ids() == avant


def test_un_fichier_refuse_laisse_tout_en_place(entrepot_neuf: str, tmp_path: Path) -> None:
    avant = open_entrepot(entrepot_neuf).get_active()
    (tmp_path / "faux.csv").write_bytes(b"\x00\x01\x02" * 500)
    with pytest.raises(ImportRefuse):
        importer(tmp_path / "faux.csv", QUESTIONNAIRE, VAGUE, confirme=True, adresse=entrepot_neuf)
    with pytest.raises(ImportRefuse, match="n'existe pas"):
        importer(tmp_path / "faux.csv", "inconnu", VAGUE, confirme=True, adresse=entrepot_neuf)
    assert open_entrepot(entrepot_neuf).get_active() == avant


def test_importer_sans_entrepot_dit_quoi_faire(tmp_path: Path) -> None:
    with pytest.raises(EntrepotError, match="construire"):
        importer(tmp_path / "x.csv", QUESTIONNAIRE, VAGUE, confirme=True, adresse=str(tmp_path / "vide"))


_TUER = """
import os, signal, sys
from barometre.pipeline import construire as c
def mourir(moteur):
    os.kill(os.getpid(), signal.SIGKILL)
c.check_or_refuse = mourir
c.construire(sys.argv[2], demo=False, adresse=sys.argv[1])
"""


def test_une_construction_tuee_laisse_la_version_en_service(entrepot_neuf: str, petite_france: Path) -> None:
    lieu = open_entrepot(entrepot_neuf)
    active, versions = lieu.get_active(), lieu.list_ids()
    tue = subprocess.run(
        [sys.executable, "-c", _TUER, entrepot_neuf, str(petite_france)],
        check=False,
        env=os.environ | {"PYTHONPATH": "."},
    )
    assert tue.returncode == -signal.SIGKILL
    assert list(Path(entrepot_neuf).glob("chantier-*"))  # les débris d'une construction tuée
    assert (lieu.get_active(), lieu.list_ids()) == (active, versions)
    assert open_repository(entrepot_neuf).get_version().version_id == active
    construire(demo=False, adresse=entrepot_neuf)
    assert not list(Path(entrepot_neuf).glob("chantier-*"))  # la suivante les efface
    assert lieu.get_active() != active


def test_des_lecteurs_pendant_la_bascule(entrepot_neuf: str) -> None:
    depot = open_repository(entrepot_neuf)
    vues: set[str] = set()
    erreurs: list[Exception] = []
    fini = threading.Event()

    def lire() -> None:
        while not fini.is_set():
            try:
                vues.add(depot.get_version().version_id)
                assert len(depot.list_collectivites(type="region", cadre=False)) == 18
            except Exception as erreur:
                erreurs.append(erreur)
            time.sleep(0.005)

    lecteurs = [threading.Thread(target=lire) for _ in range(4)]
    for lecteur in lecteurs:
        lecteur.start()
    premiere = depot.version_id
    construire(demo=False, adresse=entrepot_neuf)
    derniere = depot.get_version().version_id
    time.sleep(0.1)
    fini.set()
    for lecteur in lecteurs:
        lecteur.join()
    assert erreurs == []
    assert vues == {premiere, derniere}


@pytest.mark.parametrize("moteur", MOTEURS[1:])
def test_construire_et_importer_sur_postgresql(
    moteur: str, base_postgresql: str, codes: list[str], tmp_path: Path
) -> None:
    construire(demo=False, adresse=base_postgresql)
    lot = importer(
        write_export(tmp_path / "e.csv", codes, 60),
        QUESTIONNAIRE,
        VAGUE,
        confirme=True,
        adresse=base_postgresql,
    )
    assert lot.charges == 120
    depot = open_repository(base_postgresql)
    total = depot.list_agregats(
        "site_internet", VAGUE, territoire_id="france", type="", strate="", couverture=""
    )
    assert total["n"].iloc[0] == 120
    assert abs(total["n_oui"].iloc[0] - 60) <= 2 * BRUIT_MAXIMAL
    assert isinstance(depot.list_qualite(VAGUE), pd.DataFrame)
    _, controles = verifier(base_postgresql)
    assert [c for c in controles if not c.ok] == []
    depot.close()


def test_de_vraies_reponses_ne_se_melent_pas_a_la_demonstration(
    entrepot_neuf: str, codes: list[str], tmp_path: Path
) -> None:
    fichier = write_export(tmp_path / "simule.csv", codes, 60)
    with pytest.raises(ImportRefuse, match="simulées"):
        importer(fichier, QUESTIONNAIRE, VAGUE, confirme=True, adresse=entrepot_neuf)
    vrai = write_export(tmp_path / "vrai.csv", codes, 60)

    class Demonstration:
        def get_version(self) -> Version:
            return Version("essai", datetime(2026, 11, 22), True, "", "", mini.EMPREINTES)

    lot = importer(vrai, QUESTIONNAIRE, VAGUE, confirme=True, adresse=entrepot_neuf, essai=True)
    assert not lot.simule
    with pytest.raises(ImportRefuse, match="construire --sans-demo"):
        check_nature(Demonstration(), lot)  # type: ignore[arg-type]


def test_des_epci_sans_une_commune_ne_valent_pas_le_pays(socle_complet: Path, tmp_path: Path) -> None:
    """Un « ensemble » tiré des seuls EPCI : 97 % du cadre n'y est pas, il ne se publie pas ; les EPCI, si."""
    entrepot_neuf = str(shutil.copytree(socle_complet, tmp_path / "entrepot"))
    epci = open_repository(entrepot_neuf).list_collectivites(type="epci")["siren"].dropna().tolist()[:400]
    lignes = [f"{i},2023-12-01 10:00:00,{siren},{'A1' if i % 2 else 'A4'}" for i, siren in enumerate(epci)]
    fichier = tmp_path / "epci.csv"
    fichier.write_text("\n".join(["id,submitdate,SIREN,Q01", *lignes]) + "\n", encoding="utf-8")
    importer(fichier, QUESTIONNAIRE, VAGUE, adresse=entrepot_neuf, confirme=True)
    total = {"territoire_id": "france", "strate": "", "couverture": ""}
    gate = Gate(open_repository(entrepot_neuf))
    etats = gate.list_agregats("site_internet", VAGUE, **total).set_index("type")
    assert etats.loc["", "etat"] == "empty"
    assert etats.loc["", ["brut", "redresse", "n"]].isna().all()
    assert etats.loc["epci", "etat"] in ("published", "indicative")
    qualite = gate.list_qualite(VAGUE, QUESTIONNAIRE).set_index("cle")
    assert qualite.loc["strates_vides", "valeur"] > 0.9
    assert "commune-0-499" in qualite.loc["strates_vides", "phrase"]
