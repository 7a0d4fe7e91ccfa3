"""Importer par la page : les lignes de la commande, une version préparée, deux opérateurs, des pièges."""

from __future__ import annotations

import pytest

from barometre.access import Gate
from barometre.administration.comparaison import compare_versions
from barometre.administration.compte_rendu import (
    ATTACHER,
    CORRIGER,
    RAPPROCHER,
    CompteRendu,
    merge_fautes,
)
from barometre.administration.imports import (
    Depot,
    find_depot_prepare,
    hash_depot,
    list_cibles,
    prepare_version,
    read_depot,
    save_colonnes,
)
from barometre.administration.operateur import Operateur
from barometre.administration.versions import activate, forget_preparee, list_preparees, publish
from barometre.ingest.errors import ImportRefuse
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.repository import Repository
from barometre.warehouse.versions import open_entrepot
from tests.pipeline.test_construire import QUESTIONNAIRE, VAGUE, codes, entrepot_neuf

__all__ = ["codes", "entrepot_neuf"]

ENTETES = "id,submitdate,INSEE,Q01"


def _write(codes: list[str], *fautes: str, entetes: str = ENTETES) -> tuple[str, bytes]:
    lignes = [f"{i},2023-12-01 10:00:00,{code},{'A1' if i % 3 else 'A4'}" for i, code in enumerate(codes)]
    return "vague.csv", ("\n".join([entetes, *lignes, *fautes]) + "\n").encode()


@pytest.fixture(autouse=True)
def lieu(entrepot_neuf: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot_neuf)
    return entrepot_neuf


def _count(operateur: Operateur, depot: Depot) -> CompteRendu:
    lu = read_depot(operateur, depot).compte_rendu
    assert lu is not None
    return lu


def test_toutes_les_fautes_d_un_coup_et_rien_n_est_ecrit(operateur: Operateur, codes: list[str]) -> None:
    fautes = (
        "900,2023-12-01 10:00:00,99999,A1",  # code inconnu
        f"901,2023-12-01 10:00:00,{codes[0]},Peut-être",  # hors de la liste
        f"902,pas une date,{codes[1]},A1",
        f"903,2023-12-02 10:00:00,{codes[2]},A1",  # doublon
    )
    avant = open_entrepot().get_active()
    lu = _count(operateur, Depot([_write(codes[:50], *fautes)], QUESTIONNAIRE, VAGUE))
    assert (
        lu.equation
        == "54\u00a0lignes lues = 50\u00a0chargées + 1\u00a0doublon + 3 en quarantaine + 0\u00a0ignorée."
    )
    remedes = lu.lignes.set_index("ligne")[["colonne", "valeur_recue", "remede"]].to_dict("index")
    assert remedes[52] == {"colonne": "INSEE", "valeur_recue": "99999", "remede": ATTACHER}
    assert remedes[53] == {"colonne": "Q01", "valeur_recue": "Peut-être", "remede": RAPPROCHER}
    assert remedes[54]["remede"] == CORRIGER
    assert (lu.lignes["motif_rejet"] != "").all()
    assert open_entrepot().get_active() == avant
    assert list_preparees() == []


def test_preparer_comparer_publier_puis_revenir(operateur: Operateur, codes: list[str]) -> None:
    avant = str(open_entrepot().get_active())
    etapes: list[str] = []
    lot = prepare_version(
        operateur, Depot([_write(codes)], QUESTIONNAIRE, VAGUE, confirme=True), lambda e, *_: etapes.append(e)
    )
    assert len(etapes) == 4
    assert (open_entrepot().get_active(), list_preparees()) == (avant, [lot.version_id])
    depot = Repository(open_entrepot())
    changements = compare_versions(Gate(depot), Gate(depot.at(lot.version_id)))
    assert changements.table["indicateur"].tolist()
    assert changements.table["valeur_apres"].notna().all()
    assert changements.table["n_apres"].gt(0).all()
    # Le même fichier, déposé de nouveau : la page montre la version qui l'a déjà.
    assert find_depot_prepare(operateur, lot.lot_id, complement=False) == lot.version_id
    assert find_depot_prepare(operateur, lot.lot_id, complement=True) == ""
    assert find_depot_prepare(operateur, "un-autre", complement=False) == ""
    assert operateur.registre.publications.get(lot.version_id) is not None
    assert changements.table["valeur_avant"].isna().all()
    assert changements.table["cellules_changees"].min() >= 1
    publish(operateur, lot.version_id)
    assert open_entrepot().get_active() == lot.version_id
    activate(operateur, avant)
    assert open_entrepot().get_active() == avant
    assert (
        find_depot_prepare(operateur, lot.lot_id, complement=False) == ""
    )  # publiée : elle n'est plus préparée
    actions = operateur.registre.list_journal(3)["action"].tolist()
    assert actions == ["activer", "publier", "importer"]


def test_deux_operateurs_a_la_fois_ne_se_perdent_rien(operateur: Operateur, codes: list[str]) -> None:
    lots = [
        prepare_version(operateur, Depot([_write(codes[:nombre])], QUESTIONNAIRE, VAGUE, confirme=True))
        for nombre in (60, 70)
    ]
    assert find_depot_prepare(operateur, lots[0].lot_id, complement=False) == lots[0].version_id
    publish(operateur, lots[0].version_id)
    with pytest.raises(EntrepotError, match="Une autre version"):
        publish(operateur, lots[1].version_id)
    # D'une base dépassée, elle ne se publie plus : elle n'empêche pas de préparer de nouveau.
    assert find_depot_prepare(operateur, lots[1].lot_id, complement=False) == ""
    forget_preparee(operateur, lots[1].version_id)
    assert open_entrepot().get_active() == lots[0].version_id


def test_une_colonne_rapprochee_l_est_au_fichier_suivant(operateur: Operateur, codes: list[str]) -> None:
    entetes = "id,submitdate,Numéro de la mairie,Q01"
    depot = Depot([_write(codes[:30], entetes=entetes)], QUESTIONNAIRE, VAGUE)
    lecture = read_depot(operateur, depot)
    # Refusé faute d'identifiant, il dit quand même quelle colonne rapprocher.
    assert (lecture.inconnues, lecture.compte_rendu) == (("Numéro de la mairie",), None)
    avant = hash_depot(operateur, depot)
    assert "identifiant" in lecture.refus
    assert "code" in list_cibles(QUESTIONNAIRE)
    save_colonnes(operateur, QUESTIONNAIRE, {"Numéro de la mairie": "code"})
    # Ce qui change la lecture change l'empreinte : la page relit.
    assert hash_depot(operateur, depot) != avant
    assert _count(operateur, depot).equation.startswith("30\u00a0lignes lues = 30\u00a0chargées")
    # Un fichier qui n'a pas cette colonne se lit comme avant.
    assert _count(operateur, Depot([_write(codes[:5])], QUESTIONNAIRE, VAGUE)).equation.startswith("5")
    with pytest.raises(ImportRefuse, match="ni une question"):
        save_colonnes(operateur, QUESTIONNAIRE, {"x": "__class__"})


@pytest.mark.parametrize(
    "depot",
    [
        Depot([], QUESTIONNAIRE, VAGUE),
        Depot([("outil.exe", b"MZ")], QUESTIONNAIRE, VAGUE),
        Depot([("..", b"x")], QUESTIONNAIRE, VAGUE),
        Depot([("vague.csv", b"")], QUESTIONNAIRE, VAGUE),
        Depot([("vague.xlsx", b"PK\x03\x04" + b"\0" * 64)], QUESTIONNAIRE, VAGUE),
        Depot([("vague.csv", b"INSEE,Q01\n33063,A1\n")], "invente", VAGUE),
        Depot([("vague.csv", b"INSEE,Q01\n33063,A1\n")], QUESTIONNAIRE, "1999-v0"),
    ],
    ids=["rien", "extension", "dossier", "vide", "faux classeur", "questionnaire forgé", "vague forgée"],
)
def test_un_depot_hostile_est_refuse_d_une_phrase(operateur: Operateur, depot: Depot) -> None:
    with pytest.raises(ImportRefuse):
        prepare_version(operateur, depot)
    assert list_preparees() == []


def test_un_nom_de_fichier_ne_sort_pas_du_dossier(operateur: Operateur, codes: list[str]) -> None:
    _, octets = _write(codes[:5])
    lu = _count(operateur, Depot([("../../etc/passwd\x00.csv", octets)], QUESTIONNAIRE, VAGUE))
    assert lu.equation.startswith("5")


def test_mille_fois_la_meme_faute_se_lit_une_fois(operateur: Operateur, codes: list[str]) -> None:
    """Une colonne mal lue refuse toutes ses lignes : réunies, elles laissent voir l'autre faute."""
    memes = [f"{i},2023-12-01 10:00:00,{code},Peut-être" for i, code in enumerate(codes[10:70])]
    fichier = _write(codes[:10], "900,2023-12-01 10:00:00,99999,A1", *memes)
    lu = _count(operateur, Depot([fichier], QUESTIONNAIRE, VAGUE))
    reunies = merge_fautes(lu.lignes)
    assert reunies[["fautes", "premiere_ligne", "valeur_recue"]].values.tolist() == [
        [60, 13, "Peut-être"], [1, 12, "99999"],
    ]  # fmt: skip
    assert reunies["fautes"].sum() == len(lu.lignes)
