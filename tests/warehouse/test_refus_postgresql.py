"""Une base qui refuse : une phrase qui dit quoi faire, sans l'adresse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from barometre.warehouse.engine import EntrepotError, build_postgresql_engine
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.lieu_postgresql import explain_refus
from barometre.warehouse.repository import Repository
from barometre.warehouse.versions import open_entrepot


@pytest.mark.parametrize(
    ("message", "phrase"),
    [
        ('FATAL:  role "barometr" does not exist', "ce rôle n'existe pas"),
        ("FATAL:  le rôle « barometr » n'existe pas", "ce rôle n'existe pas"),
        ('FATAL:  database "baromtre" does not exist', "cette base n'existe pas"),
        ('FATAL:  password authentication failed for user "b"', "le mot de passe est refusé"),
        ("failed to resolve host 'serveur': Name or service not known", "ce nom de serveur est introuvable"),
        ("permission denied for schema public", "donnez-lui CREATE"),
        ("connection refused, postgresql://b:secret@serveur/base", "ne répond pas"),
    ],
)
def test_phrase_d_un_refus(message: str, phrase: str) -> None:
    dite = explain_refus(message)
    assert phrase in dite
    assert "secret" not in dite


@pytest.mark.parametrize("adresse", ["postgresql://b:secret@serveur:86x4/base"])
def test_une_adresse_mal_ecrite(adresse: str) -> None:
    """Un port qui n'est pas un nombre rendait « La commande a échoué (ValueError) »."""
    with pytest.raises(EntrepotError, match="n'est pas valide : attendu « postgresql://") as refus:
        open_entrepot(adresse)
    assert "secret" not in str(refus.value)


@pytest.mark.postgresql
def test_un_vrai_serveur_qui_refuse(serveur_postgresql: str) -> None:
    """Base mal écrite, rôle absent, base qui n'est pas en UTF-8 : la phrase, par la vraie ouverture."""
    hote = serveur_postgresql.rsplit("@", maxsplit=1)[-1].split("/", maxsplit=1)[0]
    debut = serveur_postgresql.rsplit("/", 1)[0]
    admin = build_postgresql_engine(serveur_postgresql).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connexion:
        connexion.execute(text("DROP DATABASE IF EXISTS essai_ascii"))
        modele = "ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        connexion.execute(text(f"CREATE DATABASE essai_ascii {modele}"))
    cas = {
        f"{debut}/baromtre": "cette base n'existe pas",
        f"postgresql://barometr:secret@{hote}/postgres": "n'existe pas",
        f"{debut}/essai_ascii": "est en SQL_ASCII : recréez-la en UTF-8",
    }
    for adresse, phrase in cas.items():
        with pytest.raises(EntrepotError, match=phrase) as refus:
            open_entrepot(adresse)
        assert "secret" not in str(refus.value)
    with admin.connect() as connexion:
        connexion.execute(text("DROP DATABASE essai_ascii WITH (FORCE)"))
    admin.dispose()


@pytest.mark.postgresql
def test_une_base_qui_part_et_revient(
    base_postgresql: str, serveur_postgresql: str, construire_mini: Callable[[Entrepot], str]
) -> None:
    """Connexions coupées et base fermée : une phrase ; rouverte, le même lecteur lit, sans redémarrer."""
    lieu = open_entrepot(base_postgresql)
    version_id = construire_mini(lieu)
    lecteur = Repository(lieu)
    assert lecteur.get_version().version_id == version_id
    nom = base_postgresql.rsplit("/", 1)[1]
    admin = build_postgresql_engine(serveur_postgresql).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connexion:
        connexion.execute(text(f'ALTER DATABASE "{nom}" ALLOW_CONNECTIONS false'))
        couper = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :nom"
        connexion.execute(text(couper), {"nom": nom})
        with pytest.raises(EntrepotError) as partie:
            lecteur.get_version()
        assert base_postgresql not in str(partie.value)
        connexion.execute(text(f'ALTER DATABASE "{nom}" ALLOW_CONNECTIONS true'))
    admin.dispose()
    assert lecteur.get_version().version_id == version_id
    lecteur.close()
