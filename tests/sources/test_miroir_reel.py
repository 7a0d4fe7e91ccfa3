"""Les vrais fichiers, quand un dossier miroir est donné par BAROMETRE_MIROIR ; sauté sinon."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from barometre.catalogue import DONNEES, load_catalogue
from barometre.pipeline import referentiel as ref
from barometre.pipeline.recolte import Recolte, Socle, harvest
from barometre.sources.catalogue import load_sources_exterieures
from barometre.sources.fetch import Lieu
from barometre.sources.resultat import PERSONNEL

MIROIR = os.environ.get("BAROMETRE_MIROIR", "")
pytestmark = [
    pytest.mark.lent,
    pytest.mark.skipif(
        not MIROIR or not Path(MIROIR).is_dir(),
        reason="les vrais fichiers de l'État sont sautés : BAROMETRE_MIROIR ne donne pas de dossier",
    ),
]


@pytest.fixture(scope="module")
def recolte(tmp_path_factory: pytest.TempPathFactory) -> Recolte:
    opsn, liens = ref.load_opsn(DONNEES)
    collectivites = ref.load_collectivites(DONNEES, load_catalogue(), liens)
    recolte = Recolte(Socle(collectivites, ref.load_codes_anciens(DONNEES), opsn, liens))
    lieu = Lieu(Path(MIROIR), tmp_path_factory.mktemp("copies"))
    for source in load_sources_exterieures().values():
        harvest(source, lieu, recolte)
    return recolte


def test_tout_se_charge_et_se_compte(recolte: Recolte) -> None:
    assert [b.phrase for b in recolte.bilans if b.etat not in ("chargee", "embarquee")] == []
    for bilan in recolte.bilans:
        assert bilan.rapport is not None
        assert bilan.rapport.lus == bilan.rapport.charges + bilan.rapport.rejetes
        assert bilan.rapport.rejetes == len(recolte.quarantaines[bilan.source.id])
        assert bilan.rapport.charges > 0


def test_chaque_indicateur_mesure_a_des_valeurs(recolte: Recolte) -> None:
    attendus = {i.id for i in load_catalogue().list_indicateurs(origine="mesure") if not i.montee_de}
    trouves = {i for valeurs in recolte.valeurs.values() for i in valeurs["indicateur_id"].unique()}
    assert trouves == attendus


def test_aucune_valeur_double_ni_part_hors_bornes(recolte: Recolte) -> None:
    tout = pd.concat(recolte.valeurs.values())
    assert not tout.duplicated(["indicateur_id", "collectivite_id", "periode"]).any()
    parts = {i.id for i in load_catalogue().list_indicateurs(origine="mesure") if i.est_part}
    assert tout.loc[tout["indicateur_id"].isin(parts), "valeur"].between(0, 1).all()


def test_les_vieux_codes_de_l_arcep_sont_recodes(recolte: Recolte) -> None:
    rapport = next(b.rapport for b in recolte.bilans if b.source.id == "arcep_ftth")
    assert rapport is not None
    assert rapport.recodes > 400  # 35 361 communes en 2018, 34 875 aujourd'hui
    assert rapport.rejetes < 10


def test_rien_de_personnel_n_est_garde(recolte: Recolte) -> None:
    for quarantaine in recolte.quarantaines.values():
        assert not quarantaine["valeur"].str.contains(PERSONNEL).any()
    for valeurs in recolte.valeurs.values():
        textes = valeurs[["indicateur_id", "collectivite_id", "periode"]]
        assert not textes.apply(lambda c: c.str.contains("@")).to_numpy().any()
