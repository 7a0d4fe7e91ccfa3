"""Les obligations : qui est concerné, depuis quand, et ce qui les prouve."""

from __future__ import annotations

from datetime import date

import pytest

from barometre.catalogue import Concerne, SeuilLegal, load_catalogue

SEUILS = {seuil.id: seuil for seuil in load_catalogue().seuils}


@pytest.mark.parametrize(
    ("seuil", "type_", "population", "attendu"),
    [
        ("strategie_numerique_responsable", "commune", 50_000, False),  # « plus de 50 000 »
        ("strategie_numerique_responsable", "commune", 50_001, True),
        ("strategie_numerique_responsable", "epci", 50_001, True),
        ("strategie_numerique_responsable", "departement", 500_000, False),
        ("open_data", "commune", 3_499, False),
        ("open_data", "commune", 3_500, True),  # exception : « moins de 3 500 »
        ("open_data", "commune", None, None),  # population inconnue : on ne tranche pas
        ("open_data", "epci", None, True),  # sans seuil de population
        ("publicite_actes", "commune", 3_500, True),
        ("urbanisme_teleprocedure", "commune", 3_500, False),  # « plus de 3 500 »
        ("urbanisme_teleprocedure", "commune", 3_501, True),
        ("urbanisme_voie_electronique", "commune", 12, True),
        ("urbanisme_voie_electronique", "region", 5_000_000, False),
        ("delegue_protection_donnees", "commune", 12, True),
    ],
)
def test_qui_est_concerne(seuil: str, type_: str, population: int | None, attendu: bool | None) -> None:
    assert SEUILS[seuil].est_concernee(type_, population) is attendu


def test_une_obligation_a_sa_periode() -> None:
    seuil = SeuilLegal(
        id="essai",
        theme_id="strategie",
        titre="Essai",
        obligation="Essayer.",
        reference="Loi d'essai",
        url="",
        concernes=(Concerne("commune"),),
        verifie_le=date(2026, 11, 22),
        precautions="Aucune.",
        depuis=date(2025, 1, 1),
        jusqu_au=date(2025, 12, 31),
    )
    jours = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1)]
    assert [seuil.est_en_vigueur(jour) for jour in jours] == [False, True, True, False]


def test_chaque_obligation_se_prouve_par_un_indicateur_de_bon_sens() -> None:
    indicateurs = load_catalogue().indicateurs
    preuves = [indicateurs[id_] for seuil in SEUILS.values() for id_ in seuil.preuves]
    assert all(seuil.preuves for seuil in SEUILS.values())
    # « Oui » doit vouloir dire « fait ».
    assert [i.id for i in preuves if i.sens == "plus_bas_mieux" or not i.est_part] == []


def test_les_obligations_ne_viennent_que_du_droit_deja_verifie() -> None:
    assert [s.id for s in SEUILS.values() if s.depuis is None or s.depuis > s.verifie_le] == []
