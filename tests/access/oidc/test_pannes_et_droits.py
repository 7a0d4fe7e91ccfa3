"""Un fournisseur en panne ou menteur, un droit retiré, un registre cassé : le public reste servi."""

from __future__ import annotations

import logging

import pytest
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import text

from barometre.access.oidc import FournisseurIndisponible
from barometre.domain.portee import PUBLIC, Portee
from tests.access.oidc.faussaire import SIRET
from tests.access.oidc.terrain import Terrain, check_refuse, name_case

MAIRE = Portee("collectivite", collectivite_id="commune-33063")


def test_aucun_jeton_dans_les_journaux(terrain: Terrain, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    terrain.connect()
    terrain.faussaire.falsifie = {"aud": "autre"}
    terrain.connect()
    terrain.navigateur.get("/deconnexion")
    jetons = [terrain.faussaire.build_id_token().split(".")[0], "agent@mairie.fr", "un-code"]
    # httpx écrit les adresses au niveau INFO de son propre journal : celui du service n'en garde rien.
    notres = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("barometre"))
    assert [j for j in jetons if j in notres] == []
    faits = terrain.registre.list_journal()
    assert "@" not in faits.to_csv()


def test_un_fournisseur_eteint_laisse_le_public(terrain: Terrain) -> None:
    terrain.faussaire.panne = True
    reponse = terrain.navigateur.get("/connexion")
    assert reponse.status_code == 503
    assert "pages publiques restent ouvertes" in reponse.text
    assert terrain.get_lecteur().portee == PUBLIC


def test_un_fournisseur_eteint_au_retour_puis_a_la_sortie(terrain: Terrain) -> None:
    etat = terrain.leave()["state"]
    terrain.faussaire.panne = True
    assert terrain.come_back(etat).status_code == 503
    terrain.faussaire.panne = False
    terrain.connect()
    terrain.fournisseur._annonce = None
    terrain.faussaire.panne = True
    assert terrain.navigateur.get("/deconnexion").headers["location"] == "/"
    assert terrain.get_lecteur().compte == ""


@pytest.mark.parametrize(
    "mensonge",
    [{"issuer": "https://ailleurs.test"}, {"token_endpoint": "http://pro.test/token"}, {"jwks_uri": ""}],
    ids=name_case,
)
def test_une_annonce_mensongere(terrain: Terrain, mensonge: dict[str, str]) -> None:
    terrain.faussaire.annonce |= mensonge
    assert terrain.navigateur.get("/connexion").status_code == 503


def test_des_cles_changees_se_relisent_une_fois_par_minute(terrain: Terrain) -> None:
    instant = [0.0]
    terrain.fournisseur._horloge = lambda: instant[0]
    terrain.connect()
    terrain.faussaire.cle = RSAKey.generate_key(2048, {"kid": "k2", "use": "sig"})
    terrain.faussaire.publiees = [terrain.faussaire.cle]
    terrain.faussaire.signe = lambda a, _: terrain.faussaire.sign(a, kid="k2")
    assert terrain.connect().status_code == 400  # pas plus d'une lecture par minute
    assert terrain.faussaire.lectures_cles == 1
    instant[0] = 61.0
    assert terrain.connect().status_code == 303
    assert terrain.faussaire.lectures_cles == 2


def test_une_cle_secrete_publiee_ne_verifie_rien(terrain: Terrain) -> None:
    terrain.faussaire.publiees = [OctKey.generate_key(256, {"kid": "k1"})]
    check_refuse(terrain, terrain.connect())


def test_deux_facteurs_demandes_et_non_faits(terrain: Terrain) -> None:
    recus = terrain.leave(renforcer="1")
    assert "essential" in recus["claims"]
    reponse = terrain.come_back(recus["state"])
    assert reponse.status_code == 400
    assert "deux facteurs" in reponse.text


def test_le_programme_demande_deux_facteurs(terrain: Terrain) -> None:
    terrain.connect()
    compte = terrain.get_lecteur().compte
    terrain.registre.accorder(compte, Portee("programme", nominatif=True), siret=SIRET)
    faible = terrain.get_lecteur()
    assert (faible.portee, faible.a_renforcer) == (PUBLIC, True)
    terrain.faussaire.falsifie = {"acr": "eidas2"}
    terrain.connect(renforcer="1")
    assert terrain.get_lecteur().portee == Portee("programme", nominatif=True)


def test_un_siret_ne_donne_aucun_droit(terrain: Terrain) -> None:
    terrain.connect()
    lecteur = terrain.get_lecteur()
    assert lecteur.compte
    assert lecteur.portee == PUBLIC
    assert terrain.registre.comptes.list_demandes()["siret"].tolist() == [SIRET]


@pytest.mark.parametrize("siret", ["", "12", "2133006350001X", "<b>1</b>", None])
def test_un_siret_absent_ou_faux_reste_public(terrain: Terrain, siret: str | None) -> None:
    terrain.faussaire.falsifie_infos = {"siret": siret}
    assert terrain.connect().status_code == 303
    assert terrain.registre.comptes.list_demandes()["siret"].tolist() == [""]
    assert terrain.get_lecteur().portee == PUBLIC


def test_un_droit_retire_mord_au_prochain_affichage(terrain: Terrain) -> None:
    terrain.connect()
    numero = terrain.registre.accorder(terrain.get_lecteur().compte, MAIRE, siret=SIRET)
    assert terrain.get_lecteur().portee == MAIRE
    terrain.registre.retirer(numero)
    assert terrain.get_lecteur().portee == PUBLIC


def test_le_droit_d_un_autre_ne_se_choisit_pas(terrain: Terrain) -> None:
    numero = terrain.registre.accorder("c-autre", Portee("programme", nominatif=True))
    terrain.connect()
    assert terrain.get_lecteur(choisi=numero).portee == PUBLIC


def test_un_registre_casse_rend_le_public(terrain: Terrain) -> None:
    terrain.connect()
    with terrain.registre._moteur.begin() as connexion:
        connexion.execute(text("DROP TABLE acces"))
    lecteur = terrain.get_lecteur()
    assert lecteur.portee == PUBLIC
    assert "pages publiques" in lecteur.phrase
    with terrain.registre._moteur.begin() as connexion:
        connexion.execute(text("DROP TABLE connexions"))
    assert terrain.navigateur.get("/connexion").status_code == 503


def test_l_annonce_d_un_autre_est_dite_a_l_operateur(terrain: Terrain) -> None:
    terrain.faussaire.annonce["issuer"] = "https://ailleurs.test"
    with pytest.raises(FournisseurIndisponible) as dite:
        terrain.fournisseur.read_annonce()
    assert "autre émetteur" in dite.value.cause
