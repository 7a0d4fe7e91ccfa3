"""Le droit de réponse : qui déclare, qui lit, ce qui s'inscrit, et quand la fenêtre se ferme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from barometre.access import AccesRefuse, Gate
from barometre.access.declarations import PAR_FENETRE, SIGNES, clean_texte
from barometre.access.erreurs import RegistreError
from barometre.access.registre import Registre, get_registre
from barometre.domain.portee import PUBLIC, Portee
from barometre.warehouse.repository import Repository
from tests.access.conftest import BORDEAUX, LYON
from tests.access.test_gate import OPSN_GIRONDE, PROGRAMME
from tests.conftest import MOTEURS

JOUR = date(2026, 11, 28)
SIENNE = Portee("collectivite", BORDEAUX)
AUTRES = {
    "public": PUBLIC,
    "collectivite": Portee("collectivite", LYON),
    "opsn": OPSN_GIRONDE,
    "programme": PROGRAMME,
    "operateur": Portee("operateur"),
    "prete": replace(SIENNE, simulee=True),
}


@pytest.fixture(params=["sqlite", *MOTEURS[1:]])
def registre(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Registre]:
    sqlite = request.param == "sqlite"
    adresse = f"sqlite:///{tmp_path}/r.db" if sqlite else request.getfixturevalue("registre_postgresql")
    monkeypatch.setenv("BAROMETRE_REGISTRE", adresse)
    ouvert = get_registre()
    ouvert.publications.add("v2", "v1", "Import", par="c-o")
    ouvert.publications.set_fenetre("v2", JOUR)
    yield ouvert
    ouvert.close()


def _declare(depot: Repository, portee: Portee = SIENNE, indicateur: str = "site", jour: date = JOUR) -> None:
    Gate(depot, portee, compte="c-maire").declare(
        BORDEAUX, indicateur, "correction", "Nous avons un site depuis mars.", jour
    )


def test_declaree_datee_inscrite_sans_son_texte(registre: Registre, depot: Repository) -> None:
    _declare(depot)
    (lue,) = Gate(depot, SIENNE).list_declarations(BORDEAUX)
    assert (lue.indicateur_id, lue.nature, lue.version_id) == ("site", "correction", "v2")
    assert lue.texte == "Nous avons un site depuis mars."
    journal = registre.list_journal()
    # La dernière ligne dit qu'elle l'a relue.
    assert journal["action"].iloc[0] == "lire_declarations"
    fait = journal[journal["action"].eq("declarer")].iloc[0]
    assert (fait["action"], fait["objet"], fait["compte"]) == ("declarer", BORDEAUX, "c-maire")
    assert "mars" not in fait["detail"]


@pytest.mark.parametrize("nom", AUTRES)
def test_nul_autre_ne_declare_pour_elle(registre: Registre, depot: Repository, nom: str) -> None:
    with pytest.raises(AccesRefuse, match="Seule une personne"):
        _declare(depot, AUTRES[nom])
    assert registre.declarations.list(BORDEAUX) == ()


@pytest.mark.parametrize(
    ("nom", "nombre"),
    [("public", 0), ("collectivite", 0), ("opsn", 1), ("programme", 1), ("operateur", 0), ("prete", 0)],
)
def test_la_lit_qui_lit_ses_reponses(registre: Registre, depot: Repository, nom: str, nombre: int) -> None:
    """Un rôle prêté par la démonstration, que chacun peut prendre, n'en lit aucune."""
    _declare(depot)
    avant = len(registre.list_journal())
    assert len(Gate(depot, AUTRES[nom], compte="c-x").list_declarations(BORDEAUX)) == nombre
    actions = registre.list_journal()["action"].tolist()[: len(registre.list_journal()) - avant]
    assert actions == ["lire_declarations"] * nombre


def test_la_cybersecurite_demande_son_droit(registre: Registre, depot: Repository) -> None:
    _declare(depot, indicateur="mfa")
    assert Gate(depot, OPSN_GIRONDE).list_declarations(BORDEAUX) == ()
    assert len(Gate(depot, replace(OPSN_GIRONDE, cyber=True)).list_declarations(BORDEAUX)) == 1


def test_hors_de_la_fenetre_ou_d_un_chiffre_a_elle_rien_n_est_garde(
    registre: Registre,
    depot: Repository,
) -> None:
    with pytest.raises(AccesRefuse, match="fermée"):
        _declare(depot, jour=JOUR + timedelta(days=1))
    for indicateur in ("fibre", "inconnu"):  # une donnée de l'État n'est pas sa réponse
        with pytest.raises(AccesRefuse, match="Ce chiffre"):
            _declare(depot, indicateur=indicateur)
    assert registre.declarations.list(BORDEAUX) == ()
    assert Gate(depot, SIENNE).get_fenetre(LYON, JOUR) is None


def test_une_fenetre_a_une_fin(registre: Registre, depot: Repository) -> None:
    for _ in range(PAR_FENETRE):
        _declare(depot)
    with pytest.raises(RegistreError, match="déjà déclaré"):
        _declare(depot)
    assert len(registre.declarations.list(BORDEAUX)) == PAR_FENETRE
    # La version suivante rouvre le droit de réponse.
    registre.publications.set_fenetre("v2", None)
    registre.publications.add("v3", "v2", "Import", par="c-o")
    registre.publications.set_fenetre("v3", JOUR)
    _declare(depot)
    assert registre.declarations.list(BORDEAUX)[0].version_id == "v3"


def test_un_texte_est_borne_et_sans_signe_invisible() -> None:
    assert clean_texte(" un\x00  <b>site</b>\n\u202e ") == "un <b>site</b>"
    with pytest.raises(RegistreError, match="Écrivez"):
        clean_texte("\u200b\n ")
    assert clean_texte("é" * SIGNES + " ") == "é" * SIGNES
    with pytest.raises(RegistreError, match="dépasse"):
        clean_texte("é" * (SIGNES + 1))


def test_une_nature_forgee_est_refusee(registre: Registre) -> None:
    with pytest.raises(RegistreError, match="correction ou"):
        registre.declarations.add("site", "<b>", "x", version_id="v2", portee=SIENNE, compte="c")
