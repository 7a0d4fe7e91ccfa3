"""Le journal cherché et emporté par un opérateur, et par lui seul."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from barometre.access import AccesRefuse, Gate
from barometre.access.recherche_journal import Recherche
from barometre.access.registre import Registre
from barometre.administration.journal import (
    build_table_journal,
    explain_chaine,
    load_journal,
    read_recherche,
    write_recherche,
)
from barometre.administration.operateur import Operateur
from barometre.domain.portee import Portee
from barometre.warehouse.repository import Repository

AUJOURD_HUI = datetime.now(UTC).date()
DEMAIN = AUJOURD_HUI + timedelta(days=1)


@pytest.fixture
def rempli(registre: Registre) -> Registre:
    for rang in range(3):
        registre.journaliser("lire_reponses", f"commune-{rang}", compte="c-1", detail="100 %_ juste")
    registre.journaliser("exporter", "fiche commune-1", compte="c-2", detail="version=v1")
    return registre


@pytest.mark.parametrize(
    ("recherche", "nombre"),
    [
        (Recherche(), 4),
        (Recherche("commune-1"), 2),
        (Recherche("commune-1 C-2"), 1),  # chaque mot, où que ce soit, sans égard à la casse
        (Recherche("%"), 3),  # un signe du langage SQL se cherche tel quel
        (Recherche(action="exporter"), 1),
        (Recherche(depuis=AUJOURD_HUI, jusqu_a=AUJOURD_HUI), 4),
        (Recherche(depuis=DEMAIN), 0),
        (Recherche(depuis=date.min, jusqu_a=date.max), 4),  # un message forgé
    ],
    ids=["tout", "mot", "deux mots", "signe", "action", "jour", "demain", "toujours"],
)
def test_une_recherche(rempli: Registre, recherche: Recherche, nombre: int) -> None:
    assert len(build_table_journal(rempli, recherche)) == nombre
    assert read_recherche(*write_recherche(recherche)) == recherche


def test_le_fichier_est_pour_un_operateur(rempli: Registre, repository: Repository) -> None:
    table, provenance = load_journal(Gate(repository, Portee("operateur")), rempli, Recherche("exporter"))
    assert table["geste"].tolist() == ["Emporter un fichier"]
    assert "exporter" in provenance.filtres
    for portee in (Portee(), Portee("programme", nominatif=True), Portee("operateur", simulee=True)):
        with pytest.raises(AccesRefuse):
            load_journal(Gate(repository, portee), rempli, Recherche())


def test_le_journal_se_lit_en_francais(registre: Registre) -> None:
    """Ni code de rôle ni code d'action ; un rôle que la démonstration prête le dit."""
    registre.journaliser("lire_quarantaine", "lot", portee=Portee("operateur"), compte="c-1")
    registre.journaliser(
        "refus_lire_reponses", "x", portee=Portee("opsn", opsn_id="a", simulee=True), compte="c-2"
    )
    table = build_table_journal(registre, Recherche())
    assert table["geste"].tolist() == ["Refus\u202f: lire des réponses nommées", "Lire la quarantaine"]
    assert table["role"].tolist() == ["OPSN (démonstration)", "Opérateur du baromètre"]


def test_un_accord_dit_quel_droit_et_qui_l_a_donne(registre: Registre, operateur: Operateur) -> None:
    """Le rôle inscrit est celui de qui agit ; le droit donné ou retiré se lit dans la précision."""
    portee = Portee("opsn", opsn_id="adat", cyber=True)
    numero = registre.accorder("c-autre", portee, par=operateur.compte, motif="convention")
    registre.retirer(numero, par=operateur.compte)
    retrait, accord = build_table_journal(registre, Recherche(), 2).to_dict("records")
    assert (accord["role"], accord["objet"]) == ("Opérateur du baromètre", "c-autre")
    assert accord["precision"] == f"droit {numero} : opsn adat, cyber ; motif : convention"
    assert retrait["role"] == "Opérateur du baromètre"
    assert retrait["precision"] == "c-autre : opsn adat, cyber"


def test_une_ligne_otee_se_dit(rempli: Registre) -> None:
    assert "entière (4\u00a0lignes" in explain_chaine(rempli)
    with rempli._moteur.begin() as connexion:
        connexion.execute(text("DELETE FROM journal WHERE journal_id = 2"))
    assert "rompue" in explain_chaine(rempli)
