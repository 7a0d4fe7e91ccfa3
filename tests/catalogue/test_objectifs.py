"""Les objectifs déclarés : lus, vérifiés, refusés par une phrase."""

from __future__ import annotations

from pathlib import Path

import pytest

from barometre.catalogue import load_catalogue
from barometre.catalogue.objectifs import load_objectifs, read_objectifs
from barometre.catalogue.validation import CatalogueError

LIGNE = """- id: essai
  indicateur: {indicateur}
  type: commune
  territoire: france
  sens: au_moins
  cible: {cible}
  depart: {depart}
  echeance: 2027-06-30
  decide_par: Comité
  source: Relevé
  exemple: true
"""


def _lire(dossier: Path, indicateur: str, cible: str = "0.5", depart: str = "2024-v3") -> None:
    chemin = dossier / "objectifs.yml"
    chemin.write_text(LIGNE.format(indicateur=indicateur, cible=cible, depart=depart), encoding="utf-8")
    read_objectifs(chemin, load_catalogue())


def test_les_objectifs_embarques_se_lisent_et_se_disent_exemples() -> None:
    objectifs = load_objectifs()
    assert len(objectifs) >= 3
    assert all(o.exemple for o in objectifs)  # aucun n'a été publié


@pytest.mark.parametrize(
    ("valeurs", "phrase"),
    [
        (("inconnu",), "n'est pas au catalogue"),
        (("agents_numerique_moyenne",), "n'est pas une part"),
        (("elu_referent_numerique", "1.5"), "cible"),
        (("elu_referent_numerique", "0.5", "2023-v1"), "n'a pas posé ce thème"),
    ],
)
def test_un_objectif_impossible_est_refuse_par_une_phrase(
    tmp_path: Path, valeurs: tuple[str, ...], phrase: str
) -> None:
    with pytest.raises(CatalogueError, match=phrase):
        _lire(tmp_path, *valeurs)
