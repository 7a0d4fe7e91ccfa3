"""Les obligations : qui est concerné, depuis quand, et ce qui les prouve."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlparse

import pytest

from barometre.catalogue import Concerne, SeuilLegal, load_catalogue
from tests.catalogue.conftest import CatalogueAbime

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
        ("teletransmission_actes", "commune", 50_000, False),  # « plus de 50 000 »
        ("teletransmission_actes", "commune", 50_001, True),
        ("teletransmission_actes", "epci", 3_000, True),  # à fiscalité propre, sans seuil
        ("teletransmission_actes", "ept", 400_000, False),  # pas à fiscalité propre
        ("publicite_actes", "commune", 3_499, False),  # peut choisir l'affichage ou le papier
        ("base_adresse_locale", "commune", 12, True),
    ],
)
def test_qui_est_concerne(seuil: str, type_: str, population: int | None, attendu: bool | None) -> None:
    assert SEUILS[seuil].is_concernee(type_, population) is attendu


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
    assert [seuil.is_en_vigueur(jour) for jour in jours] == [False, True, True, False]


def test_chaque_obligation_se_prouve_par_un_indicateur_de_bon_sens() -> None:
    indicateurs = load_catalogue().indicateurs
    preuves = [indicateurs[id_] for seuil in SEUILS.values() for id_ in seuil.preuves]
    assert all(seuil.preuves for seuil in SEUILS.values())
    # « Oui » doit vouloir dire « fait ».
    assert [i.id for i in preuves if i.sens == "plus_bas_mieux" or not i.est_part] == []


def test_une_obligation_verifiee_etait_deja_en_vigueur_et_dit_ou_elle_a_ete_lue() -> None:
    verifiees = [s for s in SEUILS.values() if s.verifie_le is not None]
    assert [s.id for s in verifiees if s.depuis is None or s.depuis > s.verifie_le] == []
    assert [s.id for s in verifiees if not s.verifie_dans] == []


OFFICIELS = frozenset({"www.legifrance.gouv.fr", "eur-lex.europa.eu"})


def test_le_lien_mene_au_texte_officiel_et_non_a_un_accueil() -> None:
    adresses = {seuil.id: urlparse(seuil.url) for seuil in SEUILS.values()}
    assert {id_ for id_, a in adresses.items() if a.hostname not in OFFICIELS} == set()
    assert {id_ for id_, a in adresses.items() if len(a.path) < 10} == set()


def test_rien_de_ce_qui_se_lit_n_est_une_note_de_travail() -> None:
    for seuil in SEUILS.values():
        lu = f"{seuil.obligation} {seuil.precautions} {seuil.condition} {seuil.reference}"
        assert not any(mot in lu for mot in ("à relire", "n’a pas été vérifié", "blog", "copie au")), seuil.id


class TestVerification:
    def test_une_obligation_peut_rester_a_relire(self, abime: CatalogueAbime) -> None:
        bloc = abime.chemin("seuils_legaux.yml").read_text("utf-8")
        source = bloc[bloc.index("  verifie_dans:") : bloc.index("  precautions:")]
        abime.replace("seuils_legaux.yml", source, "")
        abime.replace("seuils_legaux.yml", "verifie_le: 2026-11-22", "verifie_le: null")
        relue = abime.build().seuils[0]
        assert (relue.verifie_le, relue.verifie_dans) == (None, "")

    def test_une_date_sans_le_texte_lu_est_refusee(self, abime: CatalogueAbime) -> None:
        abime.replace("seuils_legaux.yml", "verifie_le: 2026-11-22", "verifie_le: null")
        assert (
            "strategie_numerique_responsable › verifie_dans : une date de vérification et le texte lu vont "
            "ensemble." in abime.refus()
        )
