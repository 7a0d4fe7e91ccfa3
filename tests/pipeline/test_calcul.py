"""D'un questionnaire à ses chiffres, sur le petit référentiel et le vrai catalogue."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from barometre.catalogue import load_catalogue
from barometre.domain.secret import BRUIT_FRACTION, BRUIT_MAXIMAL, SEUIL
from barometre.pipeline.aggregates import compute_agregats
from barometre.pipeline.calcul import (
    Contexte,
    Vaguee,
    _compute_terrain,
    build_contexte,
    compute_questionnaire,
    count_vague,
    split_vagues,
)
from barometre.pipeline.cles import Tirages
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.terrain import Terrain, _open_audit
from barometre.stats.grades import A_RESPONSE_CV
from tests import mini

QUESTIONNAIRE = "communication"
VAGUES = ("2023-v1", "2026-v4")
SECRET = "5e" * 32


@pytest.fixture(scope="module")
def contexte() -> Contexte:
    return build_contexte(mini.build_collectivites(), load_catalogue())


def repond(repondants: pd.Index, vague_id: str, oui: int) -> Vaguee:
    """Les `oui` premières ont un site ; seules celles-là sont interrogées sur son rythme."""
    possede = np.arange(len(repondants)) < oui
    site = pd.DataFrame({"option_id": np.where(possede, "oui", "non"), "etat": "repondu", "valeur": 1.0})
    rythme = pd.DataFrame(
        {
            "option_id": np.where(possede, "mois", ""),
            "etat": np.where(possede, "repondu", "non_concerne"),
            "valeur": np.where(possede, 1.0, np.nan),
        }
    )
    site = site.assign(collectivite_id=repondants, question_id="communication_q01")
    rythme = rythme.assign(collectivite_id=repondants, question_id="communication_q02")
    faits = pd.concat([site, rythme]).assign(vague_id=vague_id, questionnaire_id=QUESTIONNAIRE)
    return Vaguee(vague_id, QUESTIONNAIRE, repondants, faits, SECRET)


@pytest.fixture(scope="module")
def donnees(contexte: Contexte) -> Donnees:
    index = contexte.cadre.index
    return compute_questionnaire(
        contexte, [repond(index[:40], VAGUES[0], 24), repond(index[10:55], VAGUES[1], 36)]
    )


def france(donnees: Donnees, **cellule: str) -> pd.Series:
    agregats = donnees.get("agregat")
    filtre = {"indicateur_id": "site_internet", "vague_id": VAGUES[0], "territoire_id": "france", "type": "",
              "strate": "", "couverture": ""} | cellule  # fmt: skip
    for colonne, valeur in filtre.items():
        agregats = agregats[agregats[colonne] == valeur]
    assert len(agregats) == 1
    return agregats.iloc[0]


def test_le_total_national(donnees: Donnees) -> None:
    total = france(donnees)
    assert (total["n"], total["population"]) == (40, 60)
    assert abs(total["n_publie"] - 40) <= BRUIT_MAXIMAL  # le même bruit partout
    assert total["participants"] == total["n_publie"]
    assert abs(total["n_oui"] - 24) <= 2 * BRUIT_MAXIMAL
    # le même bruit partout, et la fraction que le compte n'a pas
    assert 0 < abs(total["brut"] - total["n_oui"] / 40) <= BRUIT_FRACTION / 2 / 40
    assert total["bas"] < total["redresse"] < total["haut"]
    assert total["etat"] in ("published", "indicative")


def test_sous_dix_reponses_rien_n_est_publie(donnees: Donnees) -> None:
    agregats = donnees.get("agregat")
    petites = agregats[agregats["n"] < 10]
    assert len(petites) > 0
    assert petites["etat"].eq("primary").all()


def test_les_types_s_additionnent(donnees: Donnees) -> None:
    agregats = donnees.get("agregat")
    nationaux = agregats[(agregats["territoire_id"] == "france") & (agregats["couverture"] == "")
                         & (agregats["strate"] == "") & (agregats["vague_id"] == VAGUES[0])
                         & (agregats["indicateur_id"] == "site_internet")]  # fmt: skip
    assert nationaux.loc[nationaux["type"] != "", "n"].sum() == 40


def test_les_valeurs_gardent_leur_etat(donnees: Donnees) -> None:
    valeurs = donnees.get("fait_valeur")
    assert not valeurs.duplicated(["indicateur_id", "collectivite_id", "periode"]).any()
    repondu = valeurs["etat"] == "repondu"
    assert valeurs.loc[repondu, "valeur"].notna().all()
    assert valeurs.loc[~repondu, "valeur"].isna().all()


def test_l_effectif_d_une_question_sous_condition_est_brouille(contexte: Contexte) -> None:
    """Il compte les « oui » de la question qui la commande : exact, il les rendrait."""
    index = contexte.cadre.index
    donnees = compute_questionnaire(contexte, [repond(index[:60], VAGUES[0], 37)])
    catalogue = load_catalogue()
    filtres = [i.id for i in catalogue.list_indicateurs(QUESTIONNAIRE)
               if i.calcul.question_id == "communication_q02"]  # fmt: skip
    agregats = donnees.get("agregat")
    siens = agregats[agregats["indicateur_id"].isin(filtres)]
    ecarts = siens["n_publie"] - siens["n"]
    assert ecarts.ne(0).any()
    assert ecarts.abs().max() <= BRUIT_MAXIMAL
    entiers = agregats[agregats["indicateur_id"].eq("site_internet")]
    assert entiers["n_publie"].eq(entiers["participants"]).all()  # toutes ont répondu : le même compte
    assert entiers["n_publie"].ne(entiers["n"]).any()
    assert (siens["n_publie"] <= siens["participants"]).all()
    # Ce qui se montre en dit dix au moins : de l'exact, « 9 » se lirait à côté d'un chiffre publié.
    montrees = agregats[agregats["etat"].isin(["published", "indicative"])]
    assert montrees["n_publie"].min() >= SEUIL


def test_une_autre_cle_donne_d_autres_chiffres(contexte: Contexte, donnees: Donnees) -> None:
    vague = repond(contexte.cadre.index[:40], VAGUES[0], 24)
    autre = compute_questionnaire(contexte, [replace(vague, secret="a7" * 32)]).get("agregat")
    lues = donnees.get("agregat").query("vague_id == '2023-v1'").reset_index(drop=True)
    assert autre["n"].equals(lues["n"])
    assert not autre["n_oui"].equals(lues["n_oui"])


def test_l_evolution_teste_le_changement(donnees: Donnees) -> None:
    lignes = donnees.get("evolution").set_index(["indicateur_id", "territoire_id", "type", "strate"])
    total = lignes.loc[("site_internet", "france", "", "")]
    lus = total["n_1"], total["n_2"], total["n_panel"]
    assert lus == pytest.approx((40, 45, 30), abs=BRUIT_MAXIMAL)  # rangs 10 à 39
    assert (total["vague_1"], total["vague_2"]) == VAGUES
    # rangs 24 à 39 : non puis oui ; aucun retour. Le panel est brouillé comme le reste.
    assert abs(total["gains"] - 16) <= BRUIT_MAXIMAL
    assert 0 <= total["pertes"] <= BRUIT_MAXIMAL
    assert total["verdict"] == "hausse"
    # Le pays n'a pas de changement à structure égale : ni chiffre, ni verdict.
    assert pd.isna(total["egal_changement"])
    assert total["egal_verdict"] == ""


def test_deux_calculs_donnent_le_meme_resultat(contexte: Contexte, donnees: Donnees) -> None:
    index = contexte.cadre.index
    autre = compute_questionnaire(
        contexte, [repond(index[:40], VAGUES[0], 24), repond(index[10:55], VAGUES[1], 36)]
    )
    pd.testing.assert_frame_equal(donnees.get("agregat"), autre.get("agregat"))


def test_ne_s_evolue_que_ce_qui_a_ete_demande_aux_deux_vagues_avec_les_memes_mots(contexte: Contexte) -> None:
    index, catalogue = contexte.cadre.index, load_catalogue()
    premiere, seconde = repond(index[:40], VAGUES[0], 24), repond(index[10:55], VAGUES[1], 36)
    # La seconde ne pose plus la question de son rythme.
    ote = replace(seconde, faits=seconde.faits[seconde.faits["question_id"].eq("communication_q01")])
    lues = compute_questionnaire(contexte, [premiere, ote]).get("evolution")
    assert set(lues["indicateur_id"]) == {"site_internet"}
    # Et si elle a changé de mots pour demander le site, rien ne se compare plus.
    questionnaire = catalogue.questionnaires[QUESTIONNAIRE]
    questions = tuple(
        replace(q, reformulee=(VAGUES[1],)) if q.id == "communication_q01" else q
        for q in questionnaire.questions
    )
    autre = replace(
        catalogue,
        questionnaires={
            **catalogue.questionnaires,
            QUESTIONNAIRE: replace(questionnaire, questions=questions),
        },
    )
    assert compute_questionnaire(replace(contexte, catalogue=autre), [premiere, ote]).get("evolution").empty


def test_les_vagues_d_un_questionnaire_se_suivent_comme_au_catalogue(contexte: Contexte) -> None:
    """Une évolution va de l'ancienne à la neuve, quel que soit l'ordre où leurs réponses sont lues."""
    index = contexte.cadre.index[:3]
    vagues = [repond(index, vague, 1) for vague in VAGUES]
    lignes = [
        pd.DataFrame({"questionnaire_id": QUESTIONNAIRE, "vague_id": v.vague_id, "collectivite_id": index})
        for v in vagues
    ]
    ordre = [v.id for v in contexte.catalogue.vagues]
    cles = {(QUESTIONNAIRE, vague): SECRET for vague in VAGUES}
    for sens in (1, -1):
        (groupe,) = split_vagues(
            pd.concat(lignes[::sens]), pd.concat([v.faits for v in vagues[::sens]]), ordre, Tirages(cles, {})
        )
        assert tuple(v.vague_id for v in groupe) == VAGUES


def test_une_vague_completee_garde_les_bruits_tires_pour_ses_premieres(contexte: Contexte) -> None:
    """Tirée de nouveau avec les tardives, la même cellule montrerait deux bruits d'une version à l'autre."""
    index = contexte.cadre.index
    secret = "02" * 32  # une cellule y tire un autre bruit
    premieres = replace(repond(index[:40], VAGUES[0], 24), secret=secret)
    complete = replace(repond(index[:45], VAGUES[0], 24), secret=secret, tardives=frozenset(index[40:45]))
    cles = [
        _compute_terrain(contexte, count_vague(contexte, vague))[1].design.perturbation
        for vague in (premieres, complete)
    ]
    assert cles[0] is not None
    assert cles[1] is not None
    assert cles[0].redrawn.size > 0
    assert cles[1].redrawn.tolist() == cles[0].redrawn.tolist()


@pytest.fixture(scope="module")
def large() -> tuple[Contexte, Terrain]:
    """Trois cents communes, dont presque toutes ont répondu : de quoi noter A et tenir une tranche."""
    communes = mini.build_collectivites().query("type == 'commune'").assign(couverture="inconnue")
    copies = (communes.assign(collectivite_id=communes["collectivite_id"] + f"-{k}") for k in range(6))
    contexte = build_contexte(pd.concat(copies, ignore_index=True), load_catalogue())
    repondants = contexte.cadre.index[:290]
    return contexte, _compute_terrain(contexte, count_vague(contexte, repond(repondants, VAGUES[0], 145)))[1]


def _compute_agregats(contexte: Contexte, terrain: Terrain) -> Donnees:
    publies = Donnees()
    publies.add("agregat", compute_agregats(terrain, contexte.tranches))
    return publies


def test_un_chiffre_precis_dont_les_reponses_sont_trop_inegales_n_a_pas_la_note_a(
    large: tuple[Contexte, Terrain],
) -> None:
    """Peu de réponses chez les unes, presque toutes chez les autres : le redressement s'appuie sur peu."""
    contexte, terrain = large
    notes = [
        france(_compute_agregats(contexte, replace(terrain, cv=cv)))[["note", "raison"]].tolist()
        for cv in (terrain.cv, 1.01 * A_RESPONSE_CV)
    ]
    assert notes == [["A", ""], ["B", "participation"]]


def test_a_structure_egale_une_tranche_de_cybersecurite_demande_vingt_reponses(
    large: tuple[Contexte, Terrain],
) -> None:
    """Douze communes d'une tranche suffisent à un site, non à une faille : on y lirait qui s'expose."""
    contexte, terrain = large
    region = {"territoire_id": "region-84"}
    lus = {}
    for sensibilite in ("normale", "cyber"):
        indicateurs = [replace(i, sensibilite=sensibilite) for i in terrain.indicateurs]
        lu = france(_compute_agregats(contexte, replace(terrain, indicateurs=indicateurs)), **region)
        lus[sensibilite] = (pd.notna(lu["egal"]), lu["egal_manque"])
    plus_grandes = next(s for s in contexte.catalogue.grilles["structure_egale"].strates if s.minimum == 5000)
    assert lus == {"normale": (True, ""), "cyber": (False, plus_grandes.libelle)}


def test_l_attaque_ne_lit_d_un_departement_que_ce_qui_s_y_montre(large: tuple[Contexte, Terrain]) -> None:
    """En cybersécurité, rien ne s'y publie : changer ses bruits n'y protégerait personne."""
    contexte, terrain = large
    rangs = np.flatnonzero(terrain.cellules["niveau"].eq("departement"))
    departements = replace(
        terrain, cellules=terrain.cellules.iloc[rangs], membres=csr_array(terrain.membres[:, rangs])
    )
    attaquees = {
        questionnaire: _open_audit(replace(departements, questionnaire_id=questionnaire), contexte.cadre)
        for questionnaire in (QUESTIONNAIRE, "cybersecurite")
    }
    lues = {questionnaire: audit.lecteur.cells.shape[0] for questionnaire, audit in attaquees.items()}
    assert lues[QUESTIONNAIRE] > 0
    assert lues["cybersecurite"] == 0
