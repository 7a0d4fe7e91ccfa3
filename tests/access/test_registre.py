"""Le registre : droits accordés, retirés, expirés ; journal ; vues gardées."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from barometre.access import vues_gardees
from barometre.access.calendrier import Dates
from barometre.access.registre import Registre, RegistreError, get_derniere_forme, open_registre
from barometre.access.tables import metadata
from barometre.access.vues_gardees import VueGardee
from barometre.domain.portee import Portee
from tests.conftest import MOTEURS

OPSN = Portee(role="opsn", opsn_id="opsn-a", cyber=True)


@pytest.fixture(params=["sqlite", *MOTEURS[1:]])
def registre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registre]:
    if request.param == "sqlite":
        ouvert = open_registre(f"sqlite:///{tmp_path}/dossier/registre.db")
    else:
        ouvert = open_registre(request.getfixturevalue("registre_postgresql"))
    yield ouvert
    ouvert.close()


def test_accorder_puis_retirer(registre: Registre) -> None:
    numero = registre.accorder("C-Agent ", OPSN, par="dinum", motif="convention")
    assert registre.list_portees("c-agent") == {numero: OPSN}
    registre.retirer(numero, par="dinum")
    assert registre.list_portees("c-agent") == {}
    assert len(registre.lister(en_cours=False)) == 1  # la ligne reste, datée
    with pytest.raises(RegistreError, match="Aucun droit en cours"):
        registre.retirer(numero)
    assert registre.list_journal()["action"].tolist() == ["retirer", "accorder"]


def test_les_dates_d_une_vague_se_remplacent_et_s_oublient(registre: Registre) -> None:
    registre.calendrier.save("v1", date(2026, 1, 1), None, par="c-o")
    registre.calendrier.save("v1", date(2026, 1, 1), date(2026, 2, 1), par="c-p")
    assert registre.calendrier.list() == (Dates("v1", date(2026, 1, 1), date(2026, 2, 1), "c-p"),)
    registre.calendrier.remove("v1")
    assert registre.calendrier.list() == ()


def test_un_droit_expire_ne_compte_plus(registre: Registre) -> None:
    hier = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1)
    registre.accorder("c-a", Portee(role="programme"), expire_le=hier)
    assert registre.list_portees("c-a") == {}


@pytest.mark.parametrize(
    ("portee", "phrase"),
    [
        (Portee(role="collectivite"), "demande une collectivité"),
        (Portee(role="opsn"), "demande un OPSN"),
        (Portee(role="public"), "ne s'accorde pas"),
    ],
)
def test_un_droit_incomplet_est_refuse(registre: Registre, portee: Portee, phrase: str) -> None:
    with pytest.raises(RegistreError, match=phrase):
        registre.accorder("c-a", portee)
    assert registre.list_journal().empty


def test_les_vues_gardees_sont_a_leur_compte(registre: Registre) -> None:
    numero = registre.vues.save("c-a", "Ma vue", "theme=inclusion")
    for geste in (
        lambda: registre.vues.remove("c-b", numero),
        lambda: registre.vues.rename("c-b", numero, "À moi"),
    ):
        with pytest.raises(RegistreError, match="plus parmi les vôtres"):
            geste()
    assert registre.vues.list("c-b") == ()
    assert registre.vues.list("c-a") == (VueGardee(numero, "Ma vue", "theme=inclusion"),)
    registre.vues.rename("c-a", numero, "  Autre\x00\n nom ")
    assert [v.titre for v in registre.vues.list("c-a")] == ["Autre nom"]
    registre.vues.remove("c-a", numero)
    assert registre.vues.list("c-a") == ()


def test_renommer_ou_oublier_une_vue_ne_touche_pas_les_autres_du_compte(registre: Registre) -> None:
    une, autre = (registre.vues.save("c-a", nom, f"par={nom}") for nom in ("type", "strate"))
    registre.vues.rename("c-a", une, "Renommée")
    assert {v.vue_id: v.titre for v in registre.vues.list("c-a")} == {une: "Renommée", autre: "strate"}
    registre.vues.remove("c-a", une)
    assert [v.titre for v in registre.vues.list("c-a")] == ["strate"]


def test_une_vue_gardee_deux_fois_ne_fait_qu_une_et_leur_nombre_est_borne(
    registre: Registre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vues_gardees, "MAXIMUM", 2)
    assert registre.vues.save("c-a", "Une", "par=strate") == registre.vues.save("c-a", "Deux", "par=strate")
    registre.vues.save("c-a", "Trois", "par=type")
    with pytest.raises(RegistreError, match="déjà"):
        registre.vues.save("c-a", "Quatre", "par=opsn")
    assert [v.titre for v in registre.vues.list("c-a")] == ["Trois", "Deux"]


@pytest.mark.parametrize(
    ("compte", "titre", "requete", "phrase"),
    [
        ("c-a", " \n\u200b", "par=strate", "nom"),
        ("", "Vue", "par=strate", "Connectez-vous"),
        ("c-a", "Vue", "i" * 10_000, "trop de choix"),
    ],
)
def test_une_vue_qui_ne_se_garde_pas_dit_pourquoi(
    registre: Registre, compte: str, titre: str, requete: str, phrase: str
) -> None:
    with pytest.raises(RegistreError, match=phrase):
        registre.vues.save(compte, titre, requete)
    assert registre.vues.list(compte) == ()


def test_les_migrations_donnent_les_tables_du_code(tmp_path: Path) -> None:
    adresse = f"sqlite:///{tmp_path}/r.db"
    open_registre(adresse).close()
    open_registre(adresse).close()  # une seconde ouverture ne migre rien
    lues = inspect(create_engine(adresse))
    for table in metadata.tables.values():
        colonnes = {c["name"]: c["nullable"] for c in lues.get_columns(table.name)}
        assert colonnes == {c.name: c.nullable for c in table.columns}


def test_la_derniere_forme_se_lit_sans_alembic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Le nom du dernier fichier est sa révision ; un registre à jour s'ouvre sans charger Alembic."""
    adresse = f"sqlite:///{tmp_path}/r.db"
    open_registre(adresse).close()
    moteur = create_engine(adresse)
    with moteur.connect() as connexion:
        assert connexion.scalar(text("SELECT version_num FROM alembic_version")) == get_derniere_forme()
    monkeypatch.setitem(sys.modules, "alembic", None)  # l'importer serait une erreur
    open_registre(adresse).close()


@pytest.mark.parametrize(
    ("adresse", "phrase"),
    [
        ("postgresq://b:secret@serveur/base", "L'adresse du registre des accès n'est pas valide : attendu"),
        ("postgresql://b:secret@serveur:86x4/base", "n'est pas valide"),
        ("postgresql://b:secret@127.0.0.1:9/base", "Le serveur PostgreSQL du registre ne répond pas"),
        ("sqlite:////dev/null/registre.sqlite", "son dossier doit pouvoir être écrit"),
    ],
)
def test_un_registre_qui_ne_s_ouvre_pas_dit_pourquoi(adresse: str, phrase: str) -> None:
    """« Ne peut pas être ouvert », seul, ne disait pas quoi corriger."""
    with pytest.raises(RegistreError, match=phrase) as refus:
        open_registre(adresse)
    assert "secret" not in str(refus.value)
