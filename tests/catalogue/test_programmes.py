"""Les actions publiques du catalogue : complètes, sourcées, et refusées par une phrase sinon."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from barometre.catalogue import DONNEES, CatalogueError, load_catalogue
from barometre.catalogue.programmes import (
    load_actions_publiques,
    load_programmes,
    read_actions_publiques,
)


def test_chaque_programme_a_sa_mesure() -> None:
    mesures = {i.id: i for i in load_catalogue().list_indicateurs(origine="mesure")}
    for programme in load_programmes():
        assert mesures[programme.mesure].est_part
        # Un bénéficiaire est une commune : la mesure est propre aux communes.
        assert mesures[programme.mesure].agregation == "part_communes"


def test_les_laureats_sont_des_faits_sources() -> None:
    actions = load_actions_publiques()
    montants = {(a.beneficiaire, a.projet): a.montant for a in actions}
    assert montants[("Département de l'Isère", "La salle sur demande")] == 846_984
    assert montants[("Gironde Numérique", "Alerte SMS et Multicanal")] == 204_984
    assert all(a.source and a.date_source for a in actions)
    assert all(a.source_url.startswith("https://") for a in actions if a.source_url)
    # Ce que la source ne dit pas reste vide : jamais un montant de zéro.
    assert [a.beneficiaire for a in actions if a.montant is None] == [
        "Grand Poitiers Communauté urbaine", "Département de la Corrèze",
    ]  # fmt: skip


def test_les_beneficiaires_sont_du_referentiel() -> None:
    with gzip.open(DONNEES / "collectivites.csv.gz", "rt", encoding="utf-8") as lignes:
        connues = {ligne.split(",", 1)[0] for ligne in lignes}
    assert {a.collectivite_id for a in load_actions_publiques() if a.collectivite_id} <= connues


@pytest.mark.parametrize(
    ("avant", "apres", "phrase"),
    [
        ("846984", "beaucoup", "ce n'est pas un nombre"),
        ("projet,", "", "la colonne « projet » manque"),
        ("itn7-marseille", "itn7-loos-en-gohelle", "est en double"),
    ],
)
def test_un_fichier_faux_est_refuse(tmp_path: Path, avant: str, apres: str, phrase: str) -> None:
    texte = (DONNEES / "actions_publiques.csv").read_text(encoding="utf-8")
    chemin = tmp_path / "actions_publiques.csv"
    chemin.write_text(texte.replace(avant, apres, 1), encoding="utf-8")
    with pytest.raises(CatalogueError, match=phrase):
        read_actions_publiques(chemin)
