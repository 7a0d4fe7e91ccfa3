"""Le registre sauvegardé puis rendu : mêmes droits, même journal, chaîne entière, numéros qui continuent."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from barometre.access.comptes import Identite
from barometre.access.registre import Registre, RegistreError, open_registre
from barometre.access.tables import metadata
from barometre.domain.portee import Portee
from tests.conftest import MOTEURS

JOUR = date(2026, 11, 30)


@pytest.fixture
def plein(tmp_path: Path) -> Registre:
    registre = open_registre(f"sqlite:///{tmp_path}/plein.db")
    registre.accorder("c-a", Portee(role="opsn", opsn_id="opsn-a"), par="camille", motif="convention")
    registre.accorder("c-b", Portee(role="programme"), par="camille", motif="comité")
    registre.retirer(1, par="camille")
    registre.vues.save("c-b", "Ma vue", "theme=inclusion")
    registre.comptes.recognize(Identite("https://pro", "idp", "a", "a@essai.fr", "1"))
    registre.correspondances.save("communication", {"Mairie": "code"}, par="c-o")
    registre.calendrier.save("2023-v1", JOUR, None, par="c-o")
    registre.publications.add("v2", "v1", "Import de v.csv", par="c-o", cle="v1 Import lot")
    registre.publications.set_fenetre("v2", JOUR)
    maire = Portee(role="collectivite", collectivite_id="commune-33063")
    registre.declarations.add("site", "correction", "Depuis mars.", version_id="v2", portee=maire, compte="c")
    return registre


@pytest.fixture(params=MOTEURS)
def neuf(request: pytest.FixtureRequest, tmp_path: Path) -> Registre:
    if request.param == "duckdb":
        return open_registre(f"sqlite:///{tmp_path}/neuf.db")
    return open_registre(request.getfixturevalue("registre_postgresql"))


def test_rendu_il_est_le_meme(plein: Registre, neuf: Registre) -> None:
    neuf.restore_copie(plein.read_copie())
    assert neuf.read_copie() == plein.read_copie()
    assert neuf.lister(en_cours=False).equals(plein.lister(en_cours=False))
    verification = neuf.check_journal()
    assert (verification.is_intact, verification.lignes) == (True, 4)
    numero = neuf.accorder("c-c", Portee(role="programme"), par="camille", motif="suite")
    assert numero == 3
    assert neuf.check_journal().is_intact


def test_un_registre_plein_ne_recoit_rien(plein: Registre) -> None:
    copie = plein.read_copie()
    with pytest.raises(RegistreError, match="registre neuf"):
        plein.check_neuf()
    with pytest.raises(RegistreError, match=r"acces, selections, .*, journal"):
        plein.restore_copie(copie)
    assert plein.read_copie() == copie


def test_toute_table_part_sauf_les_sessions_et_les_connexions(plein: Registre) -> None:
    """Une table de plus échoue ici : elle se sauvegarde, ou elle rejoint les deux que chacun refait."""
    copie = json.loads(plein.read_copie())
    assert {nom for nom, lignes in copie.items() if lignes} == set(metadata.tables) - {
        "sessions", "connexions"
    }  # fmt: skip


def test_la_fenetre_de_reponse_reste_ouverte(plein: Registre, neuf: Registre) -> None:
    neuf.restore_copie(plein.read_copie())
    rendue = neuf.publications.get_fenetre(JOUR)
    assert rendue is not None
    assert (rendue.version_id, rendue.reponses_jusqu_au) == ("v2", JOUR)


def test_une_copie_d_un_programme_plus_recent_est_refusee(plein: Registre, neuf: Registre) -> None:
    copie = json.loads(plein.read_copie())
    copie["acces"][0]["nouveau"] = "x"
    with pytest.raises(RegistreError, match="plus récent"):
        neuf.restore_copie(json.dumps(copie).encode())
    neuf.check_neuf()


def _forge(copie: bytes, forge: str) -> bytes:
    lue = json.loads(copie)
    if forge == "sans fin de chaîne":
        del lue["journal_tete"]
    elif forge == "rôle inventé":
        lue["acces"][0]["role"] = "ministre"
    elif forge == "date inventée":
        lue["acces"][0]["accorde_le"] = "hier"
    elif forge == "liste":
        lue = list(lue.values())
    return b"{" if forge == "coupée" else json.dumps(lue).encode()


@pytest.mark.parametrize("forge", ["sans fin de chaîne", "rôle inventé", "date inventée", "liste", "coupée"])
def test_une_copie_forgee_est_refusee_d_une_phrase_et_ne_laisse_rien(
    plein: Registre, neuf: Registre, forge: str
) -> None:
    with pytest.raises(RegistreError, match="ne se lit pas"):
        neuf.restore_copie(_forge(plein.read_copie(), forge))
    neuf.check_neuf()
    neuf.journaliser("accorder", "x")
    assert neuf.check_journal().is_intact


def test_un_journal_retouche_dans_la_copie_se_voit(plein: Registre, neuf: Registre) -> None:
    copie = json.loads(plein.read_copie())
    del copie["journal"][1]
    neuf.restore_copie(json.dumps(copie).encode())
    assert "ne suit pas" in neuf.check_journal().rupture
