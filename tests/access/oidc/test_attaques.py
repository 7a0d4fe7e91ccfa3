"""Des attaques, une par cas : aucune n'ouvre de session, aucune ne recopie ce que l'attaquant écrit."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from barometre.access.lecteur import read_lecteur
from barometre.ui.serving.connexion import COOKIE, COOKIE_DEPART
from barometre.ui.serving.retour import read_page
from tests.access.oidc.faussaire import CLIENT, EMETTEUR, Faussaire
from tests.access.oidc.terrain import ADRESSE, Terrain, check_refuse, name_case

AUTRE_CLE = RSAKey.generate_key(2048, {"kid": "k1"})
INSTANT = int(time.time())


def _encode(objet: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(objet).encode()).rstrip(b"=").decode()


def _none(f: Faussaire, affirmations: dict[str, Any]) -> str:
    return f"{_encode({'alg': 'none', 'kid': 'k1'})}.{_encode(affirmations)}."


def _hs_publique(f: Faussaire, affirmations: dict[str, Any]) -> str:
    """La confusion d'algorithme : HMAC dont le secret est la clé publique, que chacun connaît."""
    entree = f"{_encode({'alg': 'HS256', 'kid': 'k1'})}.{_encode(affirmations)}"
    signature = hmac.digest(f.cle.as_pem(private=False), entree.encode(), "sha256")
    return f"{entree}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _retouche(f: Faussaire, affirmations: dict[str, Any]) -> str:
    tete, _, signature = f.sign(affirmations).split(".")
    return f"{tete}.{_encode(affirmations | {'sub': 'maire'})}.{signature}"


FAUX: dict[str, Callable[[Faussaire, dict[str, Any]], str]] = {
    "alg none": _none,
    "HS256 avec la clé publique": _hs_publique,
    "signé par une autre clé": lambda f, a: f.sign(a, AUTRE_CLE),
    "algorithme non retenu": lambda f, a: f.sign(a, alg="RS512"),
    "clé inconnue": lambda f, a: f.sign(a, kid="k9"),
    "sans nom de clé": lambda f, a: f.sign(a, kid=""),
    "charge retouchée": _retouche,
    "signature tronquée": lambda f, a: f.sign(a)[:-20],
    "sans signature": lambda f, a: f.sign(a).rsplit(".", 1)[0] + ".",
    "pas un jeton": lambda f, a: "bonjour",
    "jeton vide": lambda f, a: "",
    "jeton énorme": lambda f, a: f.sign(a | {"x": "y" * 20_000}),
    "clé dans l'en-tête": lambda f, a: (
        f"{_encode({'alg': 'RS256', 'jwk': AUTRE_CLE.as_dict(private=False)})}."
        + f.sign(a, AUTRE_CLE).split(".", 1)[1]
    ),
}


@pytest.mark.parametrize("quel", ["id_token", "userinfo"])
@pytest.mark.parametrize("nom", FAUX)
def test_un_jeton_faux(terrain: Terrain, nom: str, quel: str) -> None:
    faussaire = terrain.faussaire
    faussaire.signe = lambda a, q: FAUX[nom](faussaire, a) if q == quel else faussaire.sign(a)
    check_refuse(terrain, terrain.connect())


@pytest.mark.parametrize(
    "mensonge",
    [
        {"iss": "https://ailleurs.test"},
        {"iss": None},
        {"aud": "autre-service"},
        {"aud": [CLIENT, "autre-service"]},
        {"aud": None},
        {"azp": "autre-service"},
        {"nonce": "n" * 43},
        {"nonce": None},
        {"nonce": ""},
        {"exp": INSTANT - 3_600},
        {"exp": None},
        {"exp": "demain"},
        {"iat": INSTANT + 3_600},
        {"iat": INSTANT - 86_400},
        {"iat": None},
        {"nbf": INSTANT + 3_600},
        {"sub": ""},
        {"sub": None},
        {"sub": 12},
    ],
    ids=name_case,
)
def test_un_id_token_signe_mais_qui_n_est_pas_pour_nous(terrain: Terrain, mensonge: dict[str, Any]) -> None:
    terrain.faussaire.falsifie = mensonge
    check_refuse(terrain, terrain.connect())


@pytest.mark.parametrize(
    "mensonge",
    [
        {"iss": "https://ailleurs.test"},
        {"aud": "autre-service"},
        {"sub": "le-maire"},
        {"sub": None},
        {"exp": INSTANT - 3_600},
        {"iat": INSTANT + 3_600},
    ],
    ids=name_case,
)
def test_un_userinfo_signe_mais_d_un_autre(terrain: Terrain, mensonge: dict[str, Any]) -> None:
    terrain.faussaire.falsifie_infos = mensonge
    check_refuse(terrain, terrain.connect())


def test_un_userinfo_non_signe(terrain: Terrain) -> None:
    terrain.faussaire.type_infos = "application/json"
    check_refuse(terrain, terrain.connect())


@pytest.mark.parametrize(
    "parametres",
    [
        {"state": "inconnu"},
        {"state": ""},
        {"code": ""},
        {"iss": "https://ailleurs.test"},
        {"iss": ""},
        {"error": "server_error", "error_description": "<script>alert(1)</script>"},
        {"error": "<img src=x onerror=alert(1)>"},
        {"error": "access_denied"},
        {"code": "x" * 20_000},
    ],
    ids=name_case,
)
def test_un_retour_force(terrain: Terrain, parametres: dict[str, str]) -> None:
    etat = terrain.leave()["state"]
    reponse = terrain.come_back(**({"etat": etat} | parametres))
    check_refuse(terrain, reponse)
    assert "<script>" not in reponse.text
    assert "onerror" not in reponse.text


def test_un_parametre_en_double(terrain: Terrain) -> None:
    etat = terrain.leave()["state"]
    adresse = f"/connexion/retour?state={etat}&code=a&code=b&iss={EMETTEUR}"
    check_refuse(terrain, terrain.navigateur.get(adresse))


def test_un_code_refuse_par_le_fournisseur(terrain: Terrain) -> None:
    terrain.faussaire.statut_jeton = 400
    check_refuse(terrain, terrain.connect())


def test_le_retour_d_une_victime_dans_un_autre_navigateur(terrain: Terrain) -> None:
    """Connexion forcée : l'attaquant donne à la victime l'adresse de retour de sa propre connexion."""
    etat = terrain.leave()["state"]
    victime = terrain.open_navigateur()
    check_refuse(terrain, terrain.come_back(etat, victime), victime)
    terrain.leave(victime)  # même avec une connexion en cours chez elle
    check_refuse(terrain, terrain.come_back(etat, victime), victime)


def test_un_retour_rejoue_par_qui_n_est_plus_connecte(terrain: Terrain) -> None:
    etat = terrain.leave()["state"]
    assert terrain.come_back(etat).status_code == 303
    terrain.navigateur.get("/deconnexion")
    check_refuse(terrain, terrain.come_back(etat))


def test_double_clic_et_bouton_retour_gardent_la_session(terrain: Terrain) -> None:
    etat = terrain.leave()["state"]
    terrain.come_back(etat)
    compte = terrain.get_lecteur().compte
    assert terrain.come_back(etat).headers["location"] == "/"
    assert terrain.get_lecteur().compte == compte
    assert len(terrain.faussaire.demandes) == 1


def test_deux_onglets_se_connectent_chacun(terrain: Terrain) -> None:
    un = terrain.leave(retour="/fiche")
    nonce_un = terrain.faussaire.nonce
    deux = terrain.leave(retour="/inclusion")
    assert un["state"] != deux["state"]
    assert terrain.come_back(deux["state"]).headers["location"] == "/inclusion"
    terrain.faussaire.nonce = nonce_un
    assert terrain.come_back(un["state"]).headers["location"] == "/fiche"


def test_un_id_token_d_un_onglet_rejoue_dans_l_autre(terrain: Terrain) -> None:
    un = terrain.leave()
    terrain.leave()  # le faussaire signe maintenant le nonce de ce second départ
    check_refuse(terrain, terrain.come_back(un["state"]))


def test_un_cookie_rejoue_apres_la_deconnexion(terrain: Terrain) -> None:
    terrain.connect()
    jeton = terrain.navigateur.cookies[COOKIE]
    assert terrain.get_lecteur().compte
    sortie = terrain.navigateur.get("/deconnexion")
    assert sortie.headers["location"].startswith(f"{EMETTEUR}/session/end?id_token_hint=")
    assert read_lecteur(lambda: terrain.registre, jeton).compte == ""


def test_un_cookie_pose_d_avance_n_est_jamais_repris(terrain: Terrain) -> None:
    """Fixation : le jeton connu de l'attaquant n'ouvre rien, et la connexion en donne un neuf."""
    terrain.navigateur.cookies.set(COOKIE, "choisi-par-l-attaquant", domain="barometre.test", path="/")
    terrain.connect()
    assert read_lecteur(lambda: terrain.registre, "choisi-par-l-attaquant").compte == ""


def test_une_autre_page_ne_deconnecte_personne(terrain: Terrain) -> None:
    terrain.connect()
    reponse = terrain.navigateur.get("/deconnexion", headers={"sec-fetch-site": "cross-site"})
    assert reponse.status_code == 403
    assert terrain.get_lecteur().compte


def test_un_hote_invente_ne_change_pas_l_adresse_de_retour(terrain: Terrain) -> None:
    reponse = terrain.navigateur.get(
        "/connexion", headers={"host": "pirate.test", "x-forwarded-host": "pirate.test"}
    )
    assert "redirect_uri=https%3A%2F%2Fbarometre.test%2Fconnexion%2Fretour" in reponse.headers["location"]
    assert "pirate" not in reponse.headers["location"]


@pytest.mark.parametrize(
    "demande",
    [
        "https://pirate.test", "//pirate.test", "/\\pirate.test", "\\\\pirate.test", "/fiche\r\nX: y",
        "javascript:alert(1)", "/inconnue", "/%2f/pirate.test", "///pirate.test", "/fiche /x", "",
        "/" + "a" * 2_000, "/connexion?retour=/connexion", "http:pirate.test", "/\tpirate.test",
    ],
)  # fmt: skip
def test_un_renvoi_ailleurs(terrain: Terrain, demande: str) -> None:
    etat = terrain.leave(retour=demande)["state"]
    assert terrain.come_back(etat).headers["location"] == "/"


def test_une_page_du_barometre_se_retrouve() -> None:
    assert read_page("/fiche?collectivite=commune-33063", lambda c: c == "/fiche") == (
        "/fiche?collectivite=commune-33063"
    )


def test_le_depart_est_complet(terrain: Terrain) -> None:
    recus = terrain.leave()
    assert min(len(recus["state"]), len(recus["nonce"]), len(recus["code_challenge"])) >= 32
    assert recus["code_challenge_method"] == "S256"
    assert recus["response_type"] == "code"
    assert "prompt" not in recus  # ProConnect refuse select_account
    assert terrain.leave()["state"] != recus["state"]


def test_le_verifieur_est_celui_du_depart(terrain: Terrain) -> None:
    terrain.connect()
    (demande,) = terrain.faussaire.demandes
    assert len(demande["code_verifier"][0]) >= 43
    assert demande["redirect_uri"] == [f"{ADRESSE}/connexion/retour"]


def test_les_cookies_ne_se_lisent_ni_ne_se_partagent(terrain: Terrain) -> None:
    depart = terrain.navigateur.get("/connexion")
    retour = terrain.connect()
    for reponse, nom in ((depart, COOKIE_DEPART), (retour, COOKIE)):
        pose = reponse.headers["set-cookie"]
        assert pose.startswith(f"{nom}=")
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(pose.split("; "))
        assert "Domain" not in pose
        assert reponse.headers["cache-control"] == "no-store"
