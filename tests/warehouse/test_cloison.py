"""La cloison, éprouvée par du SQL : le rôle public, puis le propriétaire hors d'une lecture demandée."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from inspect import Parameter, signature

import pandas as pd
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from barometre.access import AccesRefuse, Gate
from barometre.domain.portee import PUBLIC, Portee
from barometre.warehouse import schema as s
from barometre.warehouse.cloison import DEMANDE, MELEE, PRIVEES, ROLE_PUBLIC
from barometre.warehouse.dialects import insert_frame
from barometre.warehouse.engine import build_postgresql_engine
from barometre.warehouse.repository import open_repository
from barometre.warehouse.versions import open_chantier, open_entrepot
from tests.conftest import load_mini

pytestmark = pytest.mark.postgresql
BORDEAUX = "commune-33063"
BASE = "essai_cloison"
ROLES = f"""
DROP DATABASE IF EXISTS {BASE} WITH (FORCE);
DROP ROLE IF EXISTS essai_proprietaire, essai_lecteur, {ROLE_PUBLIC};
CREATE ROLE {ROLE_PUBLIC} NOLOGIN;
CREATE ROLE essai_lecteur LOGIN IN ROLE {ROLE_PUBLIC};
CREATE ROLE essai_proprietaire LOGIN;
CREATE DATABASE {BASE} OWNER essai_proprietaire;
"""


@dataclass
class Base:
    """Un entrepôt dont le propriétaire n'est pas superutilisateur, et un lecteur public."""

    proprietaire: str
    lecteur: str
    schema: str

    def count(self, adresse: str, table: str, avant: str = "SELECT 1") -> int:
        moteur = build_postgresql_engine(adresse)
        with moteur.connect() as connexion:
            connexion.execute(text(avant))
            return int(connexion.scalar(text(f'SELECT count(*) FROM "{self.schema}"."{table}"')) or 0)


@pytest.fixture(scope="module")
def base(serveur_postgresql: str) -> Iterator[Base]:
    admin = build_postgresql_engine(serveur_postgresql).execution_options(isolation_level="AUTOCOMMIT")
    _execute(admin, ROLES)
    hote = serveur_postgresql.rsplit("@", maxsplit=1)[-1].split("/", maxsplit=1)[0]
    proprietaire, lecteur = (
        f"postgresql://{r}@{hote}/{BASE}" for r in ("essai_proprietaire", "essai_lecteur")
    )
    with open_chantier(open_entrepot(proprietaire)) as (version_id, moteur):
        load_mini(moteur, version_id)
        with moteur.begin() as connexion:
            for table, lignes in _tables().items():
                insert_frame(connexion, s.metadata.tables[table], lignes)
    yield Base(proprietaire, lecteur, "barometre_" + version_id.lower().replace("-", "_"))
    _execute(admin, f"DROP DATABASE {BASE} WITH (FORCE)")
    _execute(admin, f"DROP ROLE essai_proprietaire, essai_lecteur, {ROLE_PUBLIC}")
    admin.dispose()


def _execute(moteur: Engine, ordres: str) -> None:
    with moteur.connect() as connexion:
        for ordre in filter(str.strip, ordres.split(";")):
            connexion.execute(text(ordre))


def _tables() -> dict[str, pd.DataFrame]:
    """Un indicateur déclaré et un mesuré, une répondante."""
    indicateurs = pd.DataFrame(
        [("site", "declare", "normale"), ("fibre", "mesure", "normale")],
        columns=["indicateur_id", "origine", "sensibilite"],
    ).assign(theme_id="communication", titre="t", unite="%", sens="neutre", source_id="barometre")
    valeurs = indicateurs[["indicateur_id"]].assign(
        collectivite_id=BORDEAUX, periode="2023-v1", valeur=1.0, etat="repondu", source_id="barometre"
    )
    ligne = {"vague_id": "2023-v1", "questionnaire_id": "communication", "collectivite_id": BORDEAUX}
    reponses = pd.DataFrame([ligne]).assign(question_id="q", option_id="oui", etat="repondu", valeur=1.0)
    jour = pd.to_datetime(["2023-12-01"])
    participations = pd.DataFrame([ligne]).assign(date_reponse=jour, profil="elu", lot_id="l", simulee=True)
    return {
        "dim_indicateur": indicateurs, "fait_valeur": valeurs, "fait_reponse": reponses,
        "participation": participations,
    }  # fmt: skip


@pytest.mark.parametrize("table", PRIVEES)
@pytest.mark.parametrize("avant", ["SELECT 1", DEMANDE, "SET row_security = off"])
def test_le_role_public_ne_lit_aucune_table_des_reponses(base: Base, table: str, avant: str) -> None:
    with pytest.raises(ProgrammingError) as refus:
        base.count(base.lecteur, table, avant)
    assert isinstance(refus.value.orig, InsufficientPrivilege)


@pytest.mark.parametrize("avant", ["SELECT 1", DEMANDE])
def test_le_role_public_ne_voit_que_les_donnees_de_l_etat(base: Base, avant: str) -> None:
    assert base.count(base.lecteur, MELEE, avant) == 1
    assert base.count(base.lecteur, "dim_collectivite") > 1


@pytest.mark.parametrize(
    "ordre",
    [
        "SET ROLE essai_proprietaire",
        'ALTER TABLE "{schema}"."participation" DISABLE ROW LEVEL SECURITY',
        'GRANT SELECT ON "{schema}"."participation" TO essai_lecteur',
        "CREATE TABLE \"{schema}\".x AS SELECT 1",
        'DELETE FROM "{schema}"."agregat"',
        "SELECT * FROM public.barometre_lot",
    ],
)  # fmt: skip
def test_le_role_public_ne_se_donne_rien(base: Base, ordre: str) -> None:
    moteur = build_postgresql_engine(base.lecteur)
    with pytest.raises(ProgrammingError), moteur.begin() as connexion:
        connexion.execute(text(ordre.format(schema=base.schema)))


def test_le_proprietaire_ne_lit_que_ce_qu_il_demande(base: Base) -> None:
    for table in ("participation", "fait_reponse"):
        assert base.count(base.proprietaire, table) == 0
        assert base.count(base.proprietaire, table, DEMANDE) == 1
    assert base.count(base.proprietaire, MELEE) == 1
    assert base.count(base.proprietaire, MELEE, DEMANDE) == 2


def test_la_porte_lit_par_le_role_public_et_compte_par_l_autre(base: Base) -> None:
    prive, public = open_repository(base.proprietaire), open_repository(base.lecteur)
    porte = Gate(public, PUBLIC, nommees=prive)
    assert len(porte.list_valeurs("fibre")) == 1
    assert porte.list_participations("2023-v1").empty
    assert porte.get_derniere_vague("communication") in ("", "2023-v1")
    assert len(porte.get_referentiel()) > 1
    soi = Gate(prive, Portee("collectivite", BORDEAUX))
    assert len(soi.list_reponses(BORDEAUX)) == 1
    assert len(soi.list_valeurs("site")) == 1
    for depot in (prive, public):
        depot.close()


def _list_lectures(porte: Gate) -> list[str]:
    """Les lectures de la porte qui ne demandent aucun filtre."""
    noms = [nom for nom in dir(porte) if nom.startswith(("list_", "count_"))]
    return [nom for nom in noms if not _list_exigences(getattr(porte, nom))]


def _list_exigences(lire: Callable[..., object]) -> list[str]:
    libres = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    tous = signature(lire).parameters.values()
    return [p.name for p in tous if p.default is p.empty and p.kind not in libres]


def test_aucune_lecture_sans_filtre_ne_demande_ce_que_le_role_public_n_a_pas(base: Base) -> None:
    prive, public = open_repository(base.proprietaire), open_repository(base.lecteur)
    porte = Gate(public, PUBLIC, nommees=prive)
    lectures = _list_lectures(porte)
    assert {"count_fidelite", "list_agregats", "list_participations"} <= set(lectures)
    for nom in lectures:
        with suppress(AccesRefuse):
            getattr(porte, nom)()
    for depot in (prive, public):
        depot.close()
