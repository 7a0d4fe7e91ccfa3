"""La portée du lecteur : une vue prêtée tombe devant de vraies réponses ; un droit vient du registre."""

from __future__ import annotations

from datetime import datetime
from inspect import unwrap
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st

from barometre.access.comptes import Identite
from barometre.access.lecteur import Lecteur
from barometre.access.registre import get_registre
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.version import Version
from barometre.ui import porte, state, visiteur
from barometre.ui.blocks import depliants, telechargements
from barometre.ui.serving.recettes import Recette
from tests import mini

AGENT = Identite("https://pro", "idp-1", "sujet-1", "agent@mairie.fr", "21330063500017")
MAIRE = Portee("collectivite", collectivite_id="commune-33063")
PRETEE = Portee("programme", nominatif=True, simulee=True)


@pytest.fixture(autouse=True)
def visite(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/registre.db")
    monkeypatch.setattr(st, "session_state", {})
    _serve(monkeypatch, simulee=False)


def _serve(monkeypatch: pytest.MonkeyPatch, *, simulee: bool) -> None:
    monkeypatch.setattr(
        porte,
        "get_version",
        lambda: Version("essai", datetime(2026, 11, 22), simulee, "", "", mini.EMPREINTES),
    )


def _connect(monkeypatch: pytest.MonkeyPatch) -> str:
    registre = get_registre()
    compte = registre.comptes.recognize(AGENT)
    jeton = registre.sessions.open(compte, "eidas1", "idt")
    monkeypatch.setattr(st, "context", SimpleNamespace(cookies={visiteur.COOKIE: jeton}))
    return compte


def test_une_vue_pretee_ne_vaut_que_sur_une_version_simulee(monkeypatch: pytest.MonkeyPatch) -> None:
    state.set_vue_simulee(PRETEE)
    assert porte.get_portee() == PUBLIC
    _serve(monkeypatch, simulee=True)
    assert porte.get_portee() == PRETEE


def test_un_etat_force_ne_donne_aucun_droit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Même écrit tel quel dans la visite (message forgé), un droit non simulé n'est pas lu là."""
    st.session_state["_portee"] = Portee("programme", nominatif=True)
    for simulee in (True, False):
        _serve(monkeypatch, simulee=simulee)
        assert porte.get_portee() == PUBLIC
    state.set_vue_simulee(Portee("operateur"))
    assert state.get_vue_simulee() == PUBLIC


def test_un_vrai_droit_vient_du_registre_et_se_retire(monkeypatch: pytest.MonkeyPatch) -> None:
    compte = _connect(monkeypatch)
    assert porte.get_portee() == PUBLIC
    numero = get_registre().accorder(compte, MAIRE, siret=AGENT.siret)
    visiteur.reread()
    assert porte.get_portee() == MAIRE
    get_registre().retirer(numero)
    visiteur.reread()
    assert porte.get_portee() == PUBLIC


def test_le_droit_choisi_est_l_un_des_siens(monkeypatch: pytest.MonkeyPatch) -> None:
    compte = _connect(monkeypatch)
    opsn = Portee("opsn", opsn_id="opsn-a")
    get_registre().accorder(compte, MAIRE)
    numero = get_registre().accorder(compte, opsn)
    autre = get_registre().accorder("c-autre", Portee("programme", nominatif=True))
    visiteur.choose_droit(numero)
    assert porte.get_portee() == opsn
    visiteur.choose_droit(autre)
    assert porte.get_portee() == MAIRE


def test_un_registre_injoignable_rend_le_public(monkeypatch: pytest.MonkeyPatch) -> None:
    get_registre().accorder(_connect(monkeypatch), MAIRE)
    assert porte.get_portee() == MAIRE
    monkeypatch.setenv("BAROMETRE_REGISTRE", "sqlite:////proc/interdit/registre.db")
    visiteur.reread()
    assert porte.get_portee() == PUBLIC


@pytest.mark.parametrize(
    ("portee", "relit"),
    [
        (PUBLIC, False),
        (MAIRE, False),
        (Portee("opsn", opsn_id="adico"), False),
        (PRETEE, False),  # prêtée : elle ne vient pas du registre
        (Portee("programme"), True),
        (Portee("operateur"), True),
    ],
)
def test_une_version_preparee_n_est_relue_que_du_programme_et_de_l_operateur_en_chiffres_publics(
    monkeypatch: pytest.MonkeyPatch, portee: Portee, relit: bool
) -> None:
    """Nommer la version dans l'adresse ne suffit pas ; qui la relit n'y a que les droits du public."""
    monkeypatch.setattr(state, "get_version_demandee", lambda: "preparee")
    faux = {
        "get_version_id": lambda: "active",
        "is_gardee": lambda _: False,
        "is_preparee": "preparee".__eq__,
    }
    for nom, fonction in faux.items():
        monkeypatch.setattr(porte.depot, nom, fonction)
    if portee.simulee:
        state.set_vue_simulee(portee)
    lecteur = Lecteur(portee=PUBLIC if portee.simulee else portee)
    monkeypatch.setattr(porte, "get_lecteur", lambda: lecteur)
    assert porte.get_version_id() == ("preparee" if relit else "active")
    assert porte.get_portee() == PUBLIC or not relit
    assert ("pas encore publique" in porte.explain_version()) == relit
    assert ("n’est plus gardée" in porte.explain_version()) != relit


@pytest.mark.parametrize("ouvre", ["dépliant", "fichiers"])
def test_un_droit_retire_ferme_ce_que_la_page_ouverte_tient_encore(
    monkeypatch: pytest.MonkeyPatch, ouvre: str
) -> None:
    """Ouvrir un dépliant ne rejoue pas la page : il montrait, en fichier public, ce qu'elle avait lu."""
    montres: list[str] = []

    class Relue(Exception):
        """La page entière se rejoue."""

    def rerun() -> None:
        raise Relue

    def ouvrir() -> None:
        if ouvre == "fichiers":
            telechargements.render_fichiers([], cle="siens", prive=Recette("fiche", ("commune-33063",)))
        else:
            # Hors d'une page, Streamlit ne joue pas un fragment.
            unwrap(depliants.render_depliant)("Voir", lambda: montres.append("nommé"), cle="siens")
        montres.append("montré")

    monkeypatch.setattr(st, "rerun", rerun)
    monkeypatch.setattr(st, "expander", lambda *_, **__: SimpleNamespace(open=False))
    monkeypatch.setattr(telechargements, "_render_liens", lambda *_: None)
    monkeypatch.setattr(telechargements, "_render_publics", lambda *_: None)
    monkeypatch.setattr(porte.depot, "get_version_id", lambda: "v1")
    compte = _connect(monkeypatch)
    porte.keep_droit()
    ouvrir()  # un visiteur
    numero = get_registre().accorder(compte, MAIRE, siret=AGENT.siret)
    visiteur.reread()
    ouvrir()  # accordé depuis : la page publique reste publique
    porte.keep_droit()
    ouvrir()
    get_registre().retirer(numero)
    visiteur.reread()
    with pytest.raises(Relue):
        ouvrir()
    assert montres == ["montré"] * 3
    porte.keep_droit()
    ouvrir()


def test_un_perimetre_change_rejoue_la_page_et_une_version_neuve_seule_ne_derange_personne(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compte = _connect(monkeypatch)
    for portee, change in ((Portee("opsn", opsn_id="opsn-a"), True), (MAIRE, False), (None, False)):
        for droit in get_registre().list_portees(compte, AGENT.siret):
            get_registre().retirer(droit)
        if portee is not None:
            get_registre().accorder(compte, portee, siret=AGENT.siret)
        visiteur.reread()
        monkeypatch.setattr(porte.depot, "get_version_id", lambda: "v1")
        porte.keep_droit()
        assert not porte.is_droit_change()
        monkeypatch.setattr(porte.depot, "get_version_id", lambda: "v2")
        assert porte.is_droit_change() is change, portee
