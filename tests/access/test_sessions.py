"""Sessions, connexions en cours, comptes et demandes : à une horloge que le test avance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from barometre.access.comptes import Comptes, Identite
from barometre.access.connexions import Connexions
from barometre.access.lecteur import read_lecteur
from barometre.access.oidc.niveaux import NIVEAUX_FORTS
from barometre.access.registre import Registre, RegistreError, open_registre
from barometre.access.sessions import Sessions
from barometre.domain.portee import PUBLIC, Portee
from tests.conftest import MOTEURS

AGENT = Identite("https://pro", "idp-1", "sujet-1", "agent@mairie.fr", "21330063500017")
MAIRE = Portee("collectivite", collectivite_id="commune-33063")


class Montre:
    """Une horloge réglable."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 28, 9)

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, **duree: int) -> None:
        self.instant += timedelta(**duree)


@pytest.fixture
def montre() -> Montre:
    return Montre()


@pytest.fixture(params=["sqlite", *MOTEURS[1:]])
def registre(request: pytest.FixtureRequest, tmp_path: Path, montre: Montre) -> Iterator[Registre]:
    sqlite = f"sqlite:///{tmp_path}/registre.db"
    adresse = sqlite if request.param == "sqlite" else request.getfixturevalue("registre_postgresql")
    ouvert = open_registre(adresse)
    ouvert.sessions = Sessions(ouvert._moteur, montre)
    ouvert.connexions = Connexions(ouvert._moteur, montre)
    ouvert.comptes = Comptes(ouvert._moteur, montre)
    yield ouvert
    ouvert.close()


def test_une_session_vit_douze_heures(registre: Registre, montre: Montre) -> None:
    jeton = registre.sessions.open(registre.comptes.recognize(AGENT), "eidas2", "idt")
    montre.advance(hours=11, minutes=59)
    assert registre.sessions.get(jeton) is not None
    montre.advance(minutes=1)
    assert registre.sessions.get(jeton) is None


def test_une_session_echue_s_efface_a_l_ouverture_de_la_suivante(registre: Registre, montre: Montre) -> None:
    """Rien ne se garde d'une personne au-delà de sa session : ni son geste, ni son id_token."""
    compte = registre.comptes.recognize(AGENT)
    for heures in (0, 11, 1):
        montre.advance(hours=heures)
        registre.sessions.open(compte, "", "idt")
    with registre._moteur.connect() as connexion:
        assert connexion.execute(text("SELECT COUNT(*) FROM sessions")).scalar_one() == 2


def test_une_horloge_reculee_ferme_la_session(registre: Registre, montre: Montre) -> None:
    jeton = registre.sessions.open(registre.comptes.recognize(AGENT), "", "idt")
    montre.advance(days=-2)
    assert registre.sessions.get(jeton) is None


def test_le_repos_se_compte_du_dernier_geste(registre: Registre, montre: Montre) -> None:
    sessions = registre.sessions
    jeton = sessions.open(registre.comptes.recognize(AGENT), "", "idt")
    for _ in range(3):
        montre.advance(minutes=20)
        session = sessions.get(jeton)
        assert session is not None
        assert not sessions.is_idle(session)
        sessions.touch(session)
    montre.advance(minutes=30)
    session = sessions.get(jeton)
    assert session is not None
    assert sessions.is_idle(session)


def test_un_geste_se_note_une_fois_par_minute(registre: Registre, montre: Montre) -> None:
    sessions, depart = registre.sessions, montre()
    jeton = sessions.open(registre.comptes.recognize(AGENT), "", "idt")
    vues = []
    for secondes in (59, 1, 59):
        montre.advance(seconds=secondes)
        session = sessions.get(jeton)
        assert session is not None
        sessions.touch(session)
        relue = sessions.get(jeton)
        assert relue is not None
        vues.append(int((relue.vue_le - depart).total_seconds()))
    assert vues == [0, 60, 60]


@pytest.mark.parametrize(
    ("portee", "apres"),
    [(Portee("programme"), PUBLIC), (Portee("operateur"), PUBLIC), (MAIRE, MAIRE)],
    ids=["programme", "opérateur", "collectivité"],
)
def test_trente_minutes_de_repos_ferment_la_session_du_programme_seul(
    registre: Registre, montre: Montre, portee: Portee, apres: Portee
) -> None:
    compte = registre.comptes.recognize(AGENT)
    registre.accorder(compte, portee, siret=AGENT.siret)
    jeton = registre.sessions.open(compte, NIVEAUX_FORTS[0], "idt")
    montre.advance(minutes=29)
    assert read_lecteur(lambda: registre, jeton).portee == portee
    montre.advance(minutes=30)
    lecteur = read_lecteur(lambda: registre, jeton)
    assert lecteur.portee == apres
    # Fermée au registre, et dite : revenir avec le même jeton ne la rouvre pas.
    assert (registre.sessions.get(jeton) is None) == (apres == PUBLIC)
    assert bool(lecteur.phrase) == (apres == PUBLIC)


def test_un_droit_retire_dans_un_processus_ne_sert_plus_dans_l_autre(tmp_path: Path) -> None:
    """Deux répliques, un registre : la seconde ne garde ni le droit retiré, ni la session révoquée."""
    un, deux = (open_registre(f"sqlite:///{tmp_path}/registre.db") for _ in range(2))
    compte = un.comptes.recognize(AGENT)
    numero = un.accorder(compte, MAIRE, siret=AGENT.siret)
    jeton = un.sessions.open(compte, "", "idt")
    assert read_lecteur(lambda: deux, jeton).portee == MAIRE
    un.retirer(numero)
    assert read_lecteur(lambda: deux, jeton).portee == PUBLIC
    un.sessions.revoke(compte)
    assert read_lecteur(lambda: deux, jeton).compte == ""
    for registre in (un, deux):
        registre.close()


def test_le_registre_ne_garde_pas_le_jeton(registre: Registre) -> None:
    jeton = registre.sessions.open(registre.comptes.recognize(AGENT), "", "idt")
    with registre._moteur.connect() as connexion:
        (cle,) = connexion.execute(text("SELECT session_id FROM sessions")).one()
    assert jeton != cle
    assert registre.sessions.get(cle) is None  # une copie du registre n'ouvre rien


def test_une_connexion_change_le_jeton_et_ferme_l_ancien(registre: Registre) -> None:
    compte = registre.comptes.recognize(AGENT)
    ancien = registre.sessions.open(compte, "", "idt")
    neuf = registre.sessions.open(compte, "eidas2", "idt", ancien)
    assert registre.sessions.get(ancien) is None
    assert registre.sessions.get(neuf) is not None


def test_une_session_fermee_ou_revoquee_ne_se_rejoue_pas(registre: Registre) -> None:
    compte = registre.comptes.recognize(AGENT)
    un, deux, trois = (registre.sessions.open(compte, "", f"idt{i}") for i in range(3))
    assert registre.sessions.close(un) == "idt0"
    assert registre.sessions.close(un) == ""
    assert registre.sessions.revoke(compte) == 2
    assert [registre.sessions.get(j) for j in (un, deux, trois)] == [None, None, None]


@pytest.mark.parametrize("jeton", ["", "inconnu", "x" * 10_000, "' OR 1=1 --", "\x00"])
def test_un_jeton_invente_n_ouvre_rien(registre: Registre, jeton: str) -> None:
    assert registre.sessions.get(jeton) is None


def test_un_retour_ne_sert_qu_une_fois_et_au_meme_navigateur(registre: Registre, montre: Montre) -> None:
    depart = registre.connexions.start("navigateur-a", "/fiche", renforcee=False)
    assert min(map(len, (depart.etat, depart.nonce, depart.verifieur))) >= 43
    assert registre.connexions.take(depart.etat, "navigateur-b") is None
    attente = registre.connexions.take(depart.etat, "navigateur-a")
    assert attente is not None
    assert attente.nonce == depart.nonce
    assert registre.connexions.take(depart.etat, "navigateur-a") is None
    tard = registre.connexions.start("navigateur-a", "/", renforcee=False)
    montre.advance(minutes=10)
    assert registre.connexions.take(tard.etat, "navigateur-a") is None


def test_une_premiere_connexion_depose_une_demande_et_une_seule(registre: Registre) -> None:
    compte = registre.comptes.recognize(AGENT)
    assert registre.comptes.recognize(AGENT) == compte
    demandes = registre.comptes.list_demandes()
    assert demandes["compte_id"].tolist() == [compte]
    assert demandes[["courriel", "fournisseur"]].to_numpy().tolist() == [["agent@mairie.fr", "idp-1"]]
    numero = registre.accorder_demande(int(demandes["demande_id"][0]), MAIRE, par="op", motif="élu")
    assert registre.list_portees(compte, AGENT.siret) == {numero: MAIRE}
    assert registre.comptes.list_demandes().empty
    with pytest.raises(RegistreError, match="en attente"):
        registre.accorder_demande(int(demandes["demande_id"][0]), MAIRE, par="op", motif="bis")


def test_un_refus_se_lit_par_la_personne(registre: Registre) -> None:
    compte = registre.comptes.recognize(AGENT)
    registre.refuser_demande(1, par="op", motif="Collectivité hors du baromètre")
    demande = registre.comptes.get_demande(compte)
    assert demande is not None
    assert (demande.etat, demande.motif) == ("refusee", "Collectivité hors du baromètre")
    assert registre.list_portees(compte, AGENT.siret) == {}


def test_qui_change_d_etablissement_perd_ses_droits_et_redemande(registre: Registre) -> None:
    compte = registre.comptes.recognize(AGENT)
    registre.accorder_demande(1, MAIRE, par="op", motif="élu")
    ailleurs = Identite("https://pro", "idp-1", "sujet-1", "agent@mairie.fr", "25330000100012")
    assert registre.comptes.recognize(ailleurs) == compte
    assert registre.list_portees(compte, ailleurs.siret) == {}
    assert registre.list_portees(compte, "") == {}
    assert registre.comptes.list_demandes()["siret"].tolist() == [ailleurs.siret]


def test_un_droit_accorde_sans_siret_ne_suit_personne(registre: Registre) -> None:
    """Répondre à une connexion sans SIRET, ou accorder par la commande, ne donne pas un droit partout."""
    sans = replace(AGENT, siret="")
    compte = registre.comptes.recognize(sans)
    repondu = registre.accorder_demande(1, MAIRE, par="op", motif="élu")
    commande = registre.accorder(compte, MAIRE)
    assert set(registre.list_portees(compte, "")) == {repondu, commande}
    registre.comptes.recognize(AGENT)
    assert registre.list_portees(compte, AGENT.siret) == {}
    (attente,) = registre.comptes.list_demandes().to_dict("records")
    assert attente["siret"] == AGENT.siret
    assert attente["raison"].endswith(f"le droit n° {commande} vaut pour une connexion sans SIRET.")
    dite = registre.comptes.get_demande(compte)
    assert dite is not None
    assert (dite.demande_id, dite.etat, dite.ailleurs) == (attente["demande_id"], "en_attente", commande)
    registre.accorder(compte, MAIRE)  # la commande l'accorde pour où la personne est
    ailleurs = replace(AGENT, siret="25330000100012")
    registre.comptes.recognize(ailleurs)
    assert registre.list_portees(compte, ailleurs.siret) == {}
    # De retour où elle était, elle lit la réponse faite à sa demande de là-bas, et rien d'une autre.
    registre.comptes.recognize(sans)
    revenue = registre.comptes.get_demande(compte)
    assert revenue is not None
    assert (revenue.demande_id, revenue.etat) == (1, "accordee")


def test_un_droit_echu_redemande_un_droit_retire_ou_refuse_non(registre: Registre, montre: Montre) -> None:
    """Le temps seul a fini le premier ; les deux autres sont la décision de quelqu'un."""
    compte = registre.comptes.recognize(AGENT)
    fin = montre() + timedelta(days=1)
    numero = registre.accorder_demande(1, MAIRE, par="op", motif="élu", expire_le=fin)
    assert registre.comptes.recognize(AGENT) == compte
    assert registre.comptes.list_demandes().empty
    montre.advance(days=1)
    for _ in range(2):  # une seule, si souvent que la personne revienne
        registre.comptes.recognize(AGENT)
    (attente,) = registre.comptes.list_demandes().to_dict("records")
    assert f"droit n° {numero} a pris fin" in attente["raison"]
    dite = registre.comptes.get_demande(compte)
    assert dite is not None
    assert (dite.etat, dite.echu) == ("en_attente", numero)
    registre.refuser_demande(attente["demande_id"], par="op", motif="mandat terminé")
    registre.comptes.recognize(AGENT)
    assert registre.comptes.list_demandes().empty
    autre = replace(AGENT, sujet="sujet-2")
    registre.comptes.recognize(autre)
    (demande,) = registre.comptes.list_demandes()["demande_id"]
    bref = {"par": "op", "motif": "élu", "expire_le": montre() + timedelta(days=1)}
    registre.retirer(registre.accorder_demande(int(demande), MAIRE, **bref))
    for _ in range(2):  # le temps passé depuis n'y change rien
        registre.comptes.recognize(autre)
        assert registre.comptes.list_demandes().empty
        montre.advance(days=2)


def test_un_droit_accorde_deja_fini_ne_se_redemande_pas(registre: Registre, montre: Montre) -> None:
    """Fini avant la demande : le temps n'y est pour rien, et chaque connexion la redéposerait."""
    registre.comptes.recognize(AGENT)
    fin = montre() - timedelta(days=1)
    registre.accorder_demande(1, MAIRE, par="op", motif="mandat achevé", expire_le=fin)
    montre.advance(days=1)
    registre.comptes.recognize(AGENT)
    assert registre.comptes.list_demandes().empty


def test_le_meme_sujet_d_un_autre_emetteur_ou_fournisseur_est_une_autre_personne(registre: Registre) -> None:
    """L'émetteur, le fournisseur et le sujet, ensemble ; ni l'adresse ni l'établissement."""
    autres = [replace(AGENT, **{champ: "autre"}) for champ in ("emetteur", "fournisseur", "sujet")]
    comptes = [registre.comptes.recognize(identite) for identite in (AGENT, *autres)]
    assert len(set(comptes)) == 4
    change = replace(AGENT, courriel="maire@mairie.fr", siret="")
    assert registre.comptes.recognize(change) == comptes[0]


def test_un_droit_a_venir_ou_expire_ne_compte_pas(registre: Registre) -> None:
    demain = datetime(2099, 1, 1)
    registre.accorder("c-1", MAIRE, debut_le=demain)
    registre.accorder("c-1", MAIRE, expire_le=datetime(2020, 1, 1))
    assert registre.list_portees("c-1") == {}


def test_un_droit_commence_et_finit_a_l_heure_dite(
    registre: Registre, montre: Montre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accordé pour un jour, il ne sert plus au bout du jour : le temps le retire, personne d'autre."""
    monkeypatch.setattr("barometre.access.registre.get_now", montre)
    registre.accorder(
        "c-1", MAIRE, debut_le=montre() + timedelta(hours=1), expire_le=montre() + timedelta(hours=25)
    )
    lus = []
    for minutes in (59, 1, 24 * 60 - 1, 1):
        montre.advance(minutes=minutes)
        lus.append(list(registre.list_portees("c-1").values()))
    assert lus == [[], [MAIRE], [MAIRE], []]
    assert len(registre.lister("c-1", en_cours=False)) == 1  # la ligne reste, datée


def test_une_revocation_mord_sur_deux_instances(registre: Registre, tmp_path: Path) -> None:
    """Deux processus, un registre : ce que l'un ferme, l'autre ne le voit plus."""
    compte = registre.comptes.recognize(AGENT)
    jeton = registre.sessions.open(compte, "", "idt")
    autre = create_engine(registre._moteur.url)
    Sessions(autre, registre.sessions._horloge).revoke(compte)
    assert registre.sessions.get(jeton) is None
    autre.dispose()
