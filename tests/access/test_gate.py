"""La porte : qui lit quelles réponses, et ce qui s'inscrit au journal."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from barometre.access import AccesRefuse, Gate
from barometre.domain.portee import PUBLIC, Portee, Role
from barometre.warehouse import schema as s
from barometre.warehouse.dialects import insert_frame
from barometre.warehouse.repository import Repository
from barometre.warehouse.versions import open_chantier, open_entrepot
from tests import mini
from tests.access.conftest import BORDEAUX, COLOMBE, LYON
from tests.conftest import load_mini

OPSN_GIRONDE = Portee(role="opsn", opsn_id="opsn-a")
PROGRAMME = Portee(role="programme", nominatif=True)
LOTS = ["vague_id", "questionnaire_id", "lus", "quarantaine", "fichier"]
LISTES = ["fonds_id", "importe_le", "lus", "quarantaine"]
LE_20 = pd.Timestamp("2026-11-20 10:00")


class Carnet:
    """Un journal de test : une liste."""

    def __init__(self) -> None:
        self.faits: list[tuple[str, str, str]] = []

    def journaliser(
        self, action: str, objet: str, *, portee: Portee, compte: str = "", detail: str = ""
    ) -> None:
        self.faits.append((action, objet, portee.role))


def test_le_public_ne_lit_aucune_reponse(depot: Repository) -> None:
    porte = Gate(depot, PUBLIC, journal=Carnet())
    with pytest.raises(AccesRefuse, match="pas publiques"):
        porte.list_reponses(BORDEAUX)
    for indicateur in ("site", "mfa"):
        with pytest.raises(AccesRefuse):
            porte.list_valeurs(indicateur)
    assert len(porte.list_valeurs("fibre")) == 3  # donnée de l'État : publique


def test_une_collectivite_ne_lit_que_la_sienne(depot: Repository) -> None:
    carnet = Carnet()
    porte = Gate(depot, Portee(role="collectivite", collectivite_id=BORDEAUX), journal=carnet)
    # ses réponses de cybersécurité comprises
    assert set(porte.list_reponses(BORDEAUX)["questionnaire_id"]) == {"communication", "cybersecurite"}
    assert porte.list_valeurs("mfa")["collectivite_id"].tolist() == [BORDEAUX]
    with pytest.raises(AccesRefuse, match="pas celles d'une autre"):
        porte.list_reponses(LYON)
    # relire les siennes s'inscrit comme toute lecture nommée : une session volée s'y verrait
    assert carnet.faits == [
        ("lire_reponses", BORDEAUX, "collectivite"),
        ("lire_valeurs", "mfa", "collectivite"),
        ("refus_lire_reponses", LYON, "collectivite"),
    ]


def test_le_journal_nomme_chaque_collectivite_demandee(depot: Repository) -> None:
    """Tel que le chercherait un opérateur, non comme Python écrit une liste."""
    carnet = Carnet()
    Gate(depot, OPSN_GIRONDE, journal=carnet).list_participations(None, None, [BORDEAUX, COLOMBE])
    assert carnet.faits == [("lire_participation", f"{BORDEAUX}, {COLOMBE}", "opsn")]


def test_un_opsn_lit_son_perimetre(depot: Repository) -> None:
    carnet = Carnet()
    porte = Gate(depot, OPSN_GIRONDE, journal=carnet)
    assert porte.list_valeurs("site")["collectivite_id"].tolist() == [BORDEAUX, COLOMBE]
    assert porte.can_read(COLOMBE)
    assert not porte.can_read(LYON)
    assert set(porte.list_reponses(COLOMBE)["questionnaire_id"]) == {"communication"}
    with pytest.raises(AccesRefuse, match="cybersécurité"):
        porte.list_valeurs("mfa")
    assert carnet.faits == [
        ("lire_valeurs", "site", "opsn"),
        ("lire_reponses", COLOMBE, "opsn"),
        ("refus_lire_valeurs", "mfa", "opsn"),
    ]


def test_un_droit_cyber_ouvre_la_cybersecurite(depot: Repository) -> None:
    porte = Gate(depot, Portee(role="opsn", opsn_id="opsn-a", cyber=True), journal=Carnet())
    assert len(porte.list_valeurs("mfa")) == 2
    assert set(porte.list_reponses(BORDEAUX)["questionnaire_id"]) == {"communication", "cybersecurite"}


def test_le_programme_lit_nomme_avec_un_droit_et_le_journal_le_garde(depot: Repository) -> None:
    carnet = Carnet()
    assert len(Gate(depot, PROGRAMME, journal=carnet).list_valeurs("site")) == 3
    assert carnet.faits == [("lire_valeurs", "site", "programme")]
    with pytest.raises(AccesRefuse, match="nominatif"):
        Gate(depot, Portee(role="programme"), journal=carnet).list_valeurs("site")


def test_sans_journal_pas_de_lecture(depot: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAROMETRE_REGISTRE", "sqlite:////proc/interdit/registre.db")
    with pytest.raises(Exception, match="registre"):
        Gate(depot, PROGRAMME).list_valeurs("site")


def test_l_operateur_voit_les_imports_pas_les_reponses(depot: Repository) -> None:
    porte = Gate(depot, Portee(role="operateur"), journal=Carnet())
    assert porte.list_lots().empty
    with pytest.raises(AccesRefuse):
        porte.list_reponses(BORDEAUX)
    with pytest.raises(AccesRefuse, match="opérateurs"):
        Gate(depot).list_lots()
    with pytest.raises(AccesRefuse):
        Gate(depot, PROGRAMME, journal=Carnet()).list_quarantaine()


@pytest.mark.parametrize(
    ("role", "lit"), [("public", False), ("opsn", False), ("programme", True), ("operateur", True)]
)
def test_les_comptes_de_quarantaine_sont_pour_qui_pilote(depot: Repository, role: Role, lit: bool) -> None:
    """Des comptes sans ligne : ni droit nominatif, ni journal."""
    lots = pd.DataFrame([("2023-v1", "site", 400, 20, "x")], columns=LOTS)
    listes = pd.DataFrame([("itn7", LE_20, 40, 6, "x")], columns=[*LISTES, "fichier"])
    depot_lu = SimpleNamespace(list_lots=lambda: lots, list_lots_actions=lambda: listes)
    porte = Gate(depot, Portee(role=role, opsn_id="opsn-a" if role == "opsn" else ""), journal=Carnet())
    porte._repository = depot_lu  # type: ignore[assignment]
    lus = porte.count_quarantaine()
    assert list(lus.columns) == LOTS[:4]
    assert len(lus) == int(lit)
    du_fonds = porte.count_quarantaine_fonds()
    assert list(du_fonds.columns) == LISTES
    assert len(du_fonds) == int(lit)


def test_qui_a_repondu_n_est_pas_public(depot: Repository) -> None:
    public = Gate(depot)
    assert public.list_participations("2023-v1", "communication").empty
    assert not public.can_see_participation(BORDEAUX)
    assert public.count_participations("questionnaire_id", "profil").empty  # 3 réponses : sous le seuil
    for axes in (("profil", "date_reponse"), ("collectivite_id", "profil")):
        with pytest.raises(AccesRefuse):
            Gate(depot).count_participations(*axes)


@pytest.mark.parametrize(
    ("portee", "vues"),
    [
        (Portee(role="collectivite", collectivite_id=BORDEAUX), {BORDEAUX}),
        (OPSN_GIRONDE, {BORDEAUX, COLOMBE}),
        (Portee(role="programme"), {BORDEAUX, COLOMBE, LYON}),
    ],
)
def test_chacun_lit_la_participation_qui_est_la_sienne(
    depot: Repository, portee: Portee, vues: set[str]
) -> None:
    carnet = Carnet()
    porte = Gate(depot, portee, journal=carnet)
    lignes = porte.list_participations("2023-v1", "communication")
    assert set(lignes["collectivite_id"]) == vues
    assert {i for i in (BORDEAUX, COLOMBE, LYON) if porte.can_see_participation(i)} == vues
    assert carnet.faits == [("lire_participation", "toutes", portee.role)]
    # Qui a tenu la plume, l'élu ou l'agent, et dans quel fichier : le programme seul le lit.
    assert lignes["profil"].notna().any() == (portee.role == "programme")
    assert ("lot_id" in lignes) == (portee.role == "programme")


def test_un_compte_demande_dix_collectivites_et_dix_reponses(depot: Repository) -> None:
    groupes = pd.Series("region-75", index=[BORDEAUX, COLOMBE, LYON])
    table = Gate(depot).count_repondantes(groupes, "2023-v1", "communication")
    assert table[["repondantes", "taux"]].isna().all(axis=None)


def test_le_compte_du_lecteur_est_au_journal_a_chaque_livraison(depot: Repository) -> None:
    comptes: list[str] = []

    class Registre:
        def journaliser(
            self, action: str, objet: str, *, portee: Portee, compte: str = "", detail: str = ""
        ) -> None:
            comptes.append(compte)

    porte = Gate(depot, PROGRAMME, journal=Registre(), compte="a@exemple.fr")
    interieure = porte.reopen()
    interieure.list_valeurs("site")
    assert comptes == []  # la vue se construit : rien n'est encore livré
    for _ in range(2):
        porte.record_again(interieure.lectures)
    assert comptes == ["a@exemple.fr"] * 2


def test_les_repondantes_se_comptent_par_vague_et_par_questionnaire(tmp_path: Path) -> None:
    communes = mini.build_collectivites().query("type == 'commune'")["collectivite_id"].tolist()[:40]
    lots = (("2023-v1", "communication", 14), ("2023-v1", "donnee", 28), ("2024-v2", "communication", 20))
    lignes = [(v, q, c) for v, q, n in lots for c in communes[:n]]
    lieu = open_entrepot(str(tmp_path / "e"))
    with open_chantier(lieu) as (version_id, moteur):
        load_mini(moteur, version_id)
        faits = pd.DataFrame(lignes, columns=["vague_id", "questionnaire_id", "collectivite_id"])
        faits = faits.assign(
            date_reponse=pd.Timestamp("2023-12-01"), profil="agent", lot_id="l", simulee=True
        )
        with moteur.begin() as connexion:
            insert_frame(connexion, s.participation, faits)
            cles = faits[["vague_id", "questionnaire_id"]].drop_duplicates().assign(cle="5e" * 32)
            insert_frame(connexion, s.cle_secrete, cles)
    porte, groupes = Gate(Repository(lieu)), pd.Series("france", index=communes)
    comptes = {
        filtres: porte.count_repondantes(groupes, *filtres)["repondantes"]["france"]
        for filtres in (
            ("2023-v1", "communication"),
            ("2023-v1", None),
            (None, "communication"),
            (None, None),
        )
    }
    # brouillés, à cinq près ; qui répond deux fois compte une fois
    assert list(comptes.values()) == pytest.approx([14, 28, 20, 28], abs=6)
    assert pd.isna(porte.count_repondantes(groupes, "2024-v2", "donnee")["repondantes"]["france"])
