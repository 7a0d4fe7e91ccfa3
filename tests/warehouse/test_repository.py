"""Le dépôt répond pareil sur DuckDB et sur PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from barometre.warehouse import queries as q
from barometre.warehouse import schema as s
from barometre.warehouse.dialects import insert_frame
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.repository import Repository
from barometre.warehouse.versions import open_chantier
from tests.conftest import load_mini


def test_une_collectivite(repository: Repository) -> None:
    bordeaux = repository.get_collectivite("commune-33063")
    assert bordeaux is not None
    assert (bordeaux.nom, bordeaux.code, bordeaux.population) == ("Bordeaux", "33063", 267991)
    assert bordeaux.codes_postaux == ("33000", "33100", "33200")
    assert bordeaux.porteur_id is None
    assert repository.get_collectivite("commune-99999") is None


def test_les_codes_restent_des_textes(repository: Repository) -> None:
    ain = repository.list_collectivites(type="commune", departement="01")
    assert len(ain) == 39  # 3 choisies + 36 de la série
    assert ain["code"].str.len().eq(5).all()
    assert ain["departement"].eq("01").all()


def test_le_cadre_exclut_les_territoires_portes(repository: Repository) -> None:
    tous = repository.list_collectivites(cadre=False)
    cadre = repository.list_collectivites()
    assert len(tous) - len(cadre) == 2  # Paris (département) et la Corse-du-Sud
    assert len(repository.list_collectivites(type=["epci", "ept"])) == 4


@pytest.mark.parametrize("niveau", ["zone", "region", "departement", "epci"])
def test_les_communes_se_comptent_par_territoire_sans_les_portees(
    repository: Repository, niveau: str
) -> None:
    communes = repository.list_collectivites(type="commune")
    attendu = communes[niveau].dropna().value_counts().to_dict()
    compte = repository.count_communes(niveau)
    assert {code: n for code, n in compte.items() if isinstance(code, str) and code} == attendu
    assert sum(compte.values()) == len(communes)


def test_types_des_colonnes(repository: Repository) -> None:
    lignes = repository.list_collectivites()
    assert isinstance(lignes["nom"].dtype, pd.StringDtype)
    assert lignes["population"].dtype == "int64"
    assert lignes["porteur_id"].isna().all()
    assert repository.list_codes_anciens()["encore_actuel"].dtype == bool
    assert pd.api.types.is_datetime64_any_dtype(repository.list_vagues()["ouverture"])


@pytest.mark.parametrize(
    ("code", "attendu"),
    [
        ("33063", "commune-33063"),
        ("2a004", "commune-2A004"),
        ("243300316", "epci-243300316"),
        ("243300316 00017", "epci-243300316"),  # SIRET : les neuf premiers signes
        ("01340", "commune-01015"),  # ancienne commune
        ("01015", "commune-01015"),  # commune actuelle et déléguée
        ("75115", "commune-75056"),  # arrondissement
        ("75", "commune-75056"),  # le département de Paris est porté par la commune
        ("2A", "region-94"),
        ("99999", None),
    ],
)
def test_resoudre_un_code(repository: Repository, code: str, attendu: str | None) -> None:
    assert repository.resolve_code(code) == attendu


def test_perimetre_d_un_opsn(repository: Repository) -> None:
    def lire(opsn_id: str) -> list[str]:
        return repository.list_perimetres_opsn(opsn_id)["collectivite_id"].tolist()

    assert lire("opsn-a") == ["commune-33063", "commune-33381", "departement-33", "epci-243300316"]
    # Un département adhérent n'amène que lui-même ; seul un périmètre couvre les communes.
    assert lire("opsn-b") == ["commune-69123", "departement-01"]
    assert lire("inconnu") == []


def test_les_perimetres_de_tous_sont_ceux_de_chacun(repository: Repository) -> None:
    tous = repository.list_perimetres_opsn()
    par_opsn = {str(id_): siens["collectivite_id"].tolist() for id_, siens in tous.groupby("opsn_id")}
    assert par_opsn == {
        id_: repository.list_perimetres_opsn(id_)["collectivite_id"].tolist() for id_ in ("opsn-a", "opsn-b")
    }


def test_les_tableaux_vides_ont_leurs_colonnes(repository: Repository) -> None:
    vide = repository.list_agregats(["site_internet"], "2023-v1", territoire_id="france", type="")
    assert vide.empty
    assert {"indicateur_id", "redresse", "etat", "n_publie"} <= set(vide.columns)
    assert repository.list_valeurs("site_internet", type="commune").empty


def test_une_collectivite_se_trouve_pareil_dans_le_referentiel_et_dans_l_entrepot(
    repository: Repository,
) -> None:
    ids = ["commune-33063", "departement-75", "commune-99999"]
    neuf = repository.at(repository.version_id)
    lues = [neuf.get_collectivite(i) for i in ids]
    en_memoire = repository.at(repository.version_id)
    en_memoire.get_referentiel()
    assert [en_memoire.get_collectivite(i) for i in ids] == lues
    neuf.close()
    en_memoire.close()


@pytest.mark.parametrize(
    "filtres",
    [
        {"type": "region", "cadre": False},
        {"type": ["departement", "epci"], "region": "75", "cadre": False},
        {"departement": "01"},
        {"type": []},
        {},
    ],
)
def test_le_referentiel_garde_se_trie_comme_l_entrepot(
    repository: Repository, filtres: dict[str, Any]
) -> None:
    recues = repository.list_collectivites(**filtres)
    poses = {nom: filtre for nom, filtre in filtres.items() if nom != "cadre"}
    requete = q.select_rows(s.dim_collectivite, poses)
    if filtres.get("cadre", True):
        requete = requete.where(s.dim_collectivite.c.porteur_id.is_(None))
    pd.testing.assert_frame_equal(recues, repository.read(requete))
    # Qui reçoit les lignes peut les écrire : les suivantes ne le voient pas.
    recues["nom"] = ""
    assert repository.list_collectivites(**filtres)["nom"].ne("").all()


VALEURS = (
    ("fibre", "commune-33063", 1.0), ("fibre", "departement-33", None), ("site", "region-75", 0.0),
    ("inconnu", "commune-33063", 1.0),
)  # fmt: skip
PAIRES = (("v1", "v2"), ("v2", "v3"), ("v1", "v3"))


@pytest.fixture(scope="module")
def rempli(entrepot_lu: Entrepot) -> Iterator[Repository]:
    """Le petit référentiel, trois valeurs, et les changements de trois paires de vagues."""
    valeurs = pd.DataFrame(VALEURS, columns=["indicateur_id", "collectivite_id", "valeur"])
    indicateurs = pd.DataFrame({"indicateur_id": ["fibre", "site"]}).assign(
        theme_id="communication", titre="t", unite="%", origine="mesure", sens="neutre",
        source_id="essai", sensibilite="normale",
    )  # fmt: skip
    textes = dict.fromkeys(("type", "strate", "couverture", "verdict", "egal_verdict"), "")
    comptes = dict.fromkeys(("n_1", "n_2", "n_panel"), 0)
    changements = pd.DataFrame(PAIRES, columns=["vague_1", "vague_2"]).assign(
        indicateur_id="site", territoire_id="france", etat="cache", **textes, **comptes
    )
    with open_chantier(entrepot_lu) as (version_id, moteur):
        load_mini(moteur, version_id)
        with moteur.begin() as connexion:
            etats = valeurs["valeur"].notna().map({True: "repondu", False: "sans_reponse"})
            lignes = valeurs.assign(periode="2024", etat=etats, source_id="essai")
            insert_frame(connexion, s.fait_valeur, lignes)
            insert_frame(connexion, s.dim_indicateur, indicateurs)
            insert_frame(connexion, s.evolution, changements)
    depot = Repository(entrepot_lu, version_id)
    yield depot
    depot.close()


@pytest.mark.parametrize(
    ("type_", "releves"),
    # La ligne du département y est, sa valeur manque ; un indicateur inconnu de la version n'en est pas.
    [("commune", {"fibre"}), ("departement", set()), ("region", {"site"}), ("ept", set())],
)
def test_savoir_qui_est_releve_sans_lire_une_valeur(
    rempli: Repository, type_: str, releves: set[str]
) -> None:
    assert rempli.list_releves(type_) == releves


@pytest.mark.parametrize("paire", PAIRES)
def test_les_changements_se_filtrent_par_vagues(rempli: Repository, paire: tuple[str, str]) -> None:
    recues = rempli.list_evolutions("site", vague_1=paire[0], vague_2=paire[1])
    assert list(zip(recues["vague_1"], recues["vague_2"], strict=True)) == [paire]
    assert len(rempli.list_evolutions("site")) == len(PAIRES)
