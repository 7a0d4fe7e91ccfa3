"""Le recensement fourni avec l'application : vraies données, communes rattachées, absence sans zéro."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from barometre.catalogue import DONNEES
from barometre.pipeline.recolte import Recolte, Socle, harvest
from barometre.sources.catalogue import load_sources_exterieures
from barometre.sources.contexte import CODE_REPETE, Contexte
from barometre.sources.etat import recensement_2021 as recensement
from barometre.sources.fetch import Lieu, fetch, get_kept
from barometre.sources.lecture import REPETEE
from barometre.sources.retablies import REDUITE, REDUITES
from scripts.construire_recensement import EMPREINTE, NOMS, VERSION, sum_communes
from tests import mini
from tests.sources.conftest import Ecrire
from tests.sources.test_listes import valeurs

SOURCE = load_sources_exterieures()["recensement_2021"]
ENTETES = ",".join(recensement.COLONNES)
FICHIER = f"""{ENTETES}
01015,800,200,400,300,50,10
01340,200,100,100,60,30,0
39476,1000,100,900,700,100,600
80829,0,0,0,0,0,0
99999,1,0,1,1,0,0
75056,100,200,60,50,5,40
"""


def test_les_communes_fusionnees_sont_additionnees_avant_la_part(ecrire: Ecrire, contexte: Contexte) -> None:
    resultat = recensement.rows(recensement.read(ecrire(FICHIER)), contexte)
    parts = valeurs(resultat, "part_65_ans_et_plus")
    assert parts["commune-01015"] == pytest.approx(0.3)  # (200 + 100) / (800 + 200)
    assert valeurs(resultat, "habitants_recenses")["commune-01015"] == 1000
    assert valeurs(resultat, "part_residences_appartement")["commune-39476"] == pytest.approx(600 / 700)
    # Sans habitant, une part n'a pas de valeur ; une commune absente du fichier non plus.
    assert "commune-80829" not in parts
    assert set(valeurs(resultat, "habitants_recenses").index) == {
        "commune-01015", "commune-39476", "commune-80829",
    }  # fmt: skip
    motifs = {r.valeur: r.motif for r in resultat.rejets}
    assert motifs["75056"] == recensement.INCOHERENT  # plus de 65 ans que d'habitants
    assert (resultat.rapport.charges, resultat.rapport.rejetes, resultat.rapport.fusionnes) == (4, 2, 1)


@pytest.mark.parametrize(("population", "connue"), [(3742, True), (3743, False), (936, True), (935, False)])
def test_une_population_du_double_ou_de_la_moitie(
    ecrire: Ecrire, contexte: Contexte, population: int, connue: bool
) -> None:
    """Saint-Aubin a 1 871 habitants au référentiel."""
    fichier = f"{ENTETES}\n39476,{population},100,900,700,100,600\n80829,9,1,9,7,1,6\n"
    resultat = recensement.rows(recensement.read(ecrire(fichier)), contexte)
    habitants = valeurs(resultat, "habitants_recenses")
    assert ("commune-39476" in habitants) is connue
    assert "commune-80829" in habitants  # 87 habitants au référentiel : sous cent, rien ne se compare
    assert [r.motif for r in resultat.rejets] == [recensement.IMPROBABLE][connue:]


def test_un_code_ecarte_laisse_sa_commune_inconnue(ecrire: Ecrire, contexte: Contexte) -> None:
    """Une commune réunie n'est pas la somme de ce qui reste ; un code écrit deux fois ne s'additionne pas."""
    illisible = f"{ENTETES}\n01015,800,200,400,300,50,10\n01340,,100,100,60,30,0\n"
    deux = f"{ENTETES}\n39476,900,100,900,700,100,600\n39476,901,100,900,700,100,600\n"
    for fichier in (illisible, deux):
        resultat = recensement.rows(recensement.read(ecrire(fichier)), contexte)
        assert resultat.valeurs.empty
    assert {r.motif for r in resultat.rejets} == {CODE_REPETE}


def test_une_commune_qui_a_perdu_du_territoire_n_a_pas_de_valeur(ecrire: Ecrire, contexte: Contexte) -> None:
    avant = f"{ENTETES}\n60054,878,200,400,300,50,10\n"
    resultat = recensement.rows(recensement.read(ecrire(avant)), contexte)
    assert [r.motif for r in resultat.rejets] == [REDUITE]
    # Le fichier suivant a une ligne pour chacune : plus rien à écarter pour cette raison.
    apres = f"{avant}60694,542,100,300,200,20,5\n"
    motifs = {r.motif for r in recensement.rows(recensement.read(ecrire(apres)), contexte).rejets}
    assert REDUITE not in motifs


@pytest.mark.parametrize("cellule", ["", "-3", "beaucoup", "inf"])
def test_un_nombre_faux_ecarte_la_ligne(ecrire: Ecrire, contexte: Contexte, cellule: str) -> None:
    resultat = recensement.rows(recensement.read(ecrire(f"{ENTETES}\n33063,{cellule},0,9,7,1,6\n")), contexte)
    assert [r.motif for r in resultat.rejets] == [recensement.PAS_UN_NOMBRE]
    assert resultat.valeurs.empty


def test_le_fichier_fourni_est_celui_du_catalogue() -> None:
    assert SOURCE.embarque is not None
    octets = SOURCE.embarque.chemin.read_bytes()
    assert hashlib.sha256(octets).hexdigest() == SOURCE.embarque.sha256
    assert len(octets) < 1_000_000
    assert (Path(__file__).parents[2] / SOURCE.script).is_file()
    lu = recensement.read(SOURCE.embarque.chemin)
    # Population de la France hors Mayotte au 1er janvier 2021 : 67,4 millions (Insee).
    assert pd.to_numeric(lu.frame["population"]).sum() == 67_408_104
    assert (lu.lus, lu.rejets) == (34_970, ())


def test_le_fichier_fourni_couvre_tout_le_referentiel_sauf_mayotte_et_dix_communes() -> None:
    assert SOURCE.embarque is not None
    reference = pd.read_csv(DONNEES / "collectivites.csv.gz", dtype=str, keep_default_na=False)
    anciens = pd.read_csv(DONNEES / "codes_anciens.csv.gz", dtype=str, keep_default_na=False)
    recolte = Recolte(Socle(reference.assign(couverture="inconnue"), anciens, pd.DataFrame(), pd.DataFrame()))
    harvest(SOURCE, Lieu(None, Path("aucune"), reseau=False), recolte)
    bilan = recolte.bilans[0]
    assert (bilan.etat, bilan.motifs) == ("embarquee", {REDUITE: 3})
    connues = set(recolte.valeurs[SOURCE.id]["collectivite_id"])
    communes = set(reference.loc[reference["type"].eq("commune"), "collectivite_id"])
    # Sannerville, sortie en 2020, a déjà sa ligne.
    separees = {parent: sorties for parent, sorties in REDUITES.items() if parent != "14712"}
    enfants = {f"commune-{e}" for groupe in separees.values() for e in groupe}
    parents = {f"commune-{p}" for p in separees}
    assert {c for c in communes - connues if not c.startswith("commune-976")} == enfants | parents


def test_sans_copie_l_application_sert_la_sienne_et_ne_l_ecrase_jamais(tmp_path: Path) -> None:
    assert SOURCE.embarque is not None
    for lieu in (Lieu(None, tmp_path, reseau=False), Lieu(tmp_path / "vide", tmp_path)):
        copie = fetch(SOURCE, lieu)
        assert (copie.origine, copie.chemin, copie.avertissement) == (
            "embarquee", SOURCE.embarque.chemin, "",
        )  # fmt: skip
    sans = replace(SOURCE, embarque=None)
    assert get_kept(sans, Lieu(None, tmp_path)) is None


def test_un_fichier_du_miroir_refuse_laisse_celui_de_l_application(tmp_path: Path) -> None:
    miroir = tmp_path / SOURCE.miroir
    miroir.parent.mkdir()
    miroir.write_text(FICHIER, encoding="utf-8")
    socle = Socle(
        mini.build_collectivites(), mini.build_codes_anciens(), mini.build_opsn(), mini.build_liens_opsn()
    )
    recolte = Recolte(socle)
    # Le petit référentiel n'a que quelques communes : ses régions et ses rejets ne sont pas en cause ici.
    tolerante = replace(
        SOURCE, attendu=replace(SOURCE.attendu, rejets=1.0, regions=0, complet=0.0, totaux={})
    )
    harvest(tolerante, Lieu(tmp_path, tmp_path / "copies"), recolte)
    assert recolte.bilans[0].etat == "gardee"
    assert "6\xa0lignes" in recolte.bilans[0].phrase


def test_la_fabrique_additionne_les_iris_et_fixe_le_paquet() -> None:
    iris = pd.DataFrame(
        [["01004", *([1] * (len(NOMS) - 1))], ["01004", *([2] * (len(NOMS) - 1))]], columns=list(NOMS)
    )
    communes = sum_communes(iris)
    assert communes.columns.tolist() == list(recensement.COLONNES)
    assert communes.iloc[0].tolist() == ["01004", *([3] * (len(NOMS) - 1))]
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    assert re.fullmatch("[0-9a-f]{64}", EMPREINTE)


def test_une_ligne_repetee_est_ecartee_comme_telle(ecrire: Ecrire) -> None:
    ligne = "33063,1000,100,900,700,100,600"
    brut = recensement.read(ecrire(f"{ENTETES},plus\n{ligne},x\n{ligne},x\n"))
    assert [r.motif for r in brut.rejets] == [REPETEE]
