"""Une règle à la fois, sur quelques cellules : ce qui se lit, ce qui se compte, ce qui se dit."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from barometre.domain.enquete import Option, Question, Questionnaire
from barometre.ingest import ImportRefuse
from barometre.ingest.answers import NE_SAIT_PAS, NON_CONCERNE, REPONDU, SANS_REPONSE, Reponses
from barometre.ingest.attachement import _list_identifiants
from barometre.ingest.avertissements import _list_sans_case
from barometre.ingest.columns import Plan
from barometre.ingest.corrections import _recode
from barometre.ingest.csv_reader import Tableau
from barometre.ingest.entetes import Cible, build_index, find_cible
from barometre.ingest.errors import Rejet
from barometre.ingest.export import Export
from barometre.ingest.garde import Correction, Recu, _restrict, extend_correspondance
from barometre.ingest.identity import clean_numero
from barometre.ingest.layout import _check_memes
from barometre.ingest.lot import _to_dict, is_nom_simule
from barometre.ingest.mapping import Correspondance
from barometre.ingest.merge import _write_motif
from barometre.ingest.moities import Moities
from barometre.ingest.multiple import Ecriture, _nsp, _read_liste, build_option_keys
from barometre.ingest.questionnaire_answers import EN_ERREUR, build_facts, list_erreurs
from tests.ingest.conftest import QUESTIONNAIRE

SITE, RESEAUX, INFOLETTRE, *_ = QUESTIONNAIRE.questions


def export(**colonnes: str) -> Export:
    """Un export d'une colonne par mot-clé ; « a|b » en est les cellules."""
    cellules = tuple(tuple(c.split("|")) for c in colonnes.values())
    lignes = tuple(range(2, 2 + len(cellules[0])))
    return Export("r.csv", "f" * 64, "csv", tuple(colonnes), cellules, lignes, (), (), ())


def answers(question: Question, etats: list[int], valeurs: object, *textes: str) -> Reponses:
    libres = np.array(textes or [""] * len(etats), dtype=object)
    options = tuple(o.id for o in question.options) if question.type == "choix_multiple" else ()
    return Reponses(question, np.array(etats, np.int8), np.array(valeurs, float), libres, options)


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("213300635", "213300635"),
        ("33063.0", "33063"),
        ("33063,00", "33063"),
        (" 33063.0 ", "33063"),
        ("33063.000", "33063.000"),
        ("33063.5", "33063.5"),
        ('="01004"', "01004"),
        ('=""', ""),
        ("'01004", "01004"),
        ("'33063.0", "33063"),
        ("3,3063E+04", "33063"),
        ("2.13300635e8", "213300635"),
        ("2,13301E+13", "2,13301E+13"),  # arrondi : des chiffres y manquent
    ],
)
def test_ce_qu_un_tableur_ajoute_a_un_numero(ecrit: str, lu: str) -> None:
    assert clean_numero(ecrit) == lu


@pytest.mark.parametrize(
    ("nom", "simule"),
    [
        ("r-simule.csv", True),
        ("Réponses simulées 2023.csv", True),
        ("simules.csv", True),
        ("non_simulees.csv", False),
        ("pas-simule.csv", False),
        ("sans simulees.csv", False),
        ("simulateur.csv", False),
        ("dissimule.csv", False),
        ("reponses.csv", False),
    ],
)
def test_le_nom_d_un_fichier_dit_qu_il_est_simule(nom: str, simule: bool) -> None:
    assert is_nom_simule(nom) == simule


def test_un_refus_en_json_et_son_motif_entre_fichiers() -> None:
    rejet = Rejet(3, "Q01", "bof", "Hors liste.")
    assert _to_dict(rejet) == {"ligne": 3, "colonne": "Q01", "valeur": "bof", "motif": "Hors liste."}
    moities = Moities(pd.DataFrame(), frozenset({"commune-1"}), {"commune-2": " ; sauf Q01."})
    exaequo = {"commune-4"}
    assert _write_motif("commune-1", "b.csv", moities, exaequo) == (
        "Réunie à sa réponse dans « b.csv » : chaque fichier répond à des questions que l'autre n'a pas."
    )
    retenue = "Sa réponse dans « b.csv » est retenue : plus complète ou plus récente"
    assert _write_motif("commune-2", "b.csv", moities, exaequo) == f"{retenue} ; sauf Q01."
    assert _write_motif("commune-3", "b.csv", moities, exaequo) == f"{retenue}."
    assert _write_motif("commune-4", "b.csv", moities, exaequo) == (
        "Sa réponse dans « b.csv », autre, est retenue : c'est le dernier fichier donné, et rien ne dit "
        "laquelle est la plus récente."
    )


def test_une_erreur_de_tableur_se_refuse_une_fois() -> None:
    """Case, texte de « Autre », question simple ; une cellule déjà refusée ne l'est pas deux fois."""
    lu = export(SIREN="1|2|3", fb="#N/A|#REF!|Y", autre="x|#NOM?|#VALEUR!", Q01="Y|N|#REF!")
    plan = Plan(questions={SITE.id: 3}, autres={RESEAUX.id: 2})
    plan.options[RESEAUX.id]["facebook"] = 1
    reseaux = answers(RESEAUX, [SANS_REPONSE] * 3, np.zeros((3, 3)))
    assert list_erreurs(lu, plan, reseaux) == [(1, 1, EN_ERREUR), (1, 2, EN_ERREUR), (2, 2, EN_ERREUR)]
    reseaux.rejets.append((1, 2, "déjà dit"))
    assert list_erreurs(lu, plan, reseaux) == [(1, 1, EN_ERREUR), (2, 2, EN_ERREUR)]
    assert list_erreurs(lu, plan, answers(SITE, [SANS_REPONSE] * 3, [0] * 3)) == [(2, 3, EN_ERREUR)]
    assert list_erreurs(lu, plan, answers(INFOLETTRE, [SANS_REPONSE] * 3, [0] * 3)) == []


def test_les_lignes_d_une_reponse_a_l_entrepot() -> None:
    """Un choix vaut 1 sous son option, une case 1 ou 0, un nombre lui-même ; un état sans réponse, rien."""
    reponses = {
        "a": answers(SITE, [REPONDU, NE_SAIT_PAS, REPONDU], [1, 0, 0]),
        "b": answers(
            RESEAUX, [REPONDU, REPONDU, SANS_REPONSE], [[1, 0, 1], [0, 1, 0], [0, 0, 0]], "Bluesky", "", ""
        ),
        "c": answers(INFOLETTRE, [REPONDU, NON_CONCERNE, SANS_REPONSE], [12, 5, 7]),
    }
    faits = build_facts(reponses, np.array([True, True, False]), np.array(["c1", "c2", "c3"], dtype=object))
    lignes = faits.astype(object).where(faits.notna(), None).values.tolist()
    site, reseaux, infolettre = (f"communication_q0{k}" for k in (1, 2, 3))
    assert lignes == [
        ["c1", site, "non", "repondu", 1.0, None],
        ["c2", site, "", "ne_sait_pas", None, None],
        ["c1", reseaux, "facebook", "repondu", 1.0, None],
        ["c2", reseaux, "facebook", "repondu", 0.0, None],
        ["c1", reseaux, "instagram", "repondu", 0.0, None],
        ["c2", reseaux, "instagram", "repondu", 1.0, None],
        ["c1", reseaux, "autre", "repondu", 1.0, "Bluesky"],
        ["c2", reseaux, "autre", "repondu", 0.0, None],
        ["c1", infolettre, "", "repondu", 12.0, None],
        ["c2", infolettre, "", "non_concerne", None, None],
    ]
    assert list(faits.columns) == ["collectivite_id", "question_id", "option_id", "etat", "valeur", "texte"]


def test_une_question_a_cases_ou_rien_n_est_coche_est_dite() -> None:
    autres = Question("x", "communication", "Q09", "X", "choix_multiple", RESEAUX.options)
    plan = Plan(questions={SITE.id: 0})
    plan.options[RESEAUX.id]["facebook"] = 1
    plan.options[autres.id]["facebook"] = 2

    class Lues:
        reponses = {  # noqa: RUF012
            SITE.id: answers(SITE, [SANS_REPONSE] * 2, [0, 0]),
            RESEAUX.id: answers(RESEAUX, [SANS_REPONSE] * 2, np.zeros((2, 3))),
            autres.id: answers(autres, [REPONDU, SANS_REPONSE], [[1, 0, 0], [0, 0, 0]]),
        }

    assert _list_sans_case(plan, Lues()) == ["Q02"]  # type: ignore[arg-type]
    assert _list_sans_case(Plan(), Lues()) == []  # type: ignore[arg-type]


def test_je_ne_sais_pas_est_une_case_a_lui() -> None:
    plan = Plan(nsp={RESEAUX.id: 1})
    colonnes = (("1", "2", "3", "4"), ("Y", "", "N", "oui"))
    assert _nsp(RESEAUX, plan, colonnes, {}).tolist() == [True, False, False, True]
    assert _nsp(RESEAUX, plan, colonnes, {"oui": "non", "n": "oui"}).tolist() == [True, False, True, False]
    assert _nsp(RESEAUX, Plan(), colonnes, {}).tolist() == [False] * 4


@pytest.mark.parametrize(
    ("cellule", "choisies", "libres"),
    [
        ("Facebook", (0,), ()),
        ("SQ002", (1,), ()),
        ("Facebook, Instagram", (0, 1), ()),
        ("Instagram ; Bluesky", (1,), ("Bluesky",)),
        ("SQ001 SQ002", (0, 1), ()),  # Kobo joint par une espace
        ("SQ001 SQ001", (0,), ()),
        ('["SQ001","SQ002"]', (0, 1), ()),
        ('["L","Facebook"]', (0,), ()),
        ("Facebook et Bluesky", (0,), ("Bluesky",)),
        ("Facebook ; néant", (0,), ()),
        ("Bluesky", (), ("Bluesky",)),
    ],
)
def test_une_cellule_qui_joint_des_options(
    cellule: str, choisies: tuple[int, ...], libres: tuple[str, ...]
) -> None:
    lue = _read_liste(RESEAUX, build_option_keys(RESEAUX, {}), cellule, Ecriture())
    assert (lue.cellule.etat, lue.choisies, lue.libres) == (REPONDU, choisies, libres)


@pytest.mark.parametrize(
    ("cellule", "etat"),
    [
        ("", SANS_REPONSE),
        ("Sans objet", NON_CONCERNE),
        ("Je ne sais pas", NE_SAIT_PAS),
        ("néant", SANS_REPONSE),
    ],
)
def test_une_cellule_qui_n_en_joint_aucune(cellule: str, etat: int) -> None:
    lue = _read_liste(RESEAUX, build_option_keys(RESEAUX, {}), cellule, Ecriture())
    assert (lue.cellule.etat, lue.cellule.motif, lue.choisies, lue.libres) == (etat, "", (), ())


def test_les_identifiants_d_une_ligne_par_ordre_de_confiance() -> None:
    lu = export(SIREN="213300635|N/A|-|", SIRET="|21330063500017||N/A", Code="33063|01001|néant|")
    plan = Plan(colonnes_de={"code": [2], "siret": [1], "siren": [0], "nom": [0]})
    assert _list_identifiants(lu, plan, 0) == [("siren", 0, "213300635"), ("code", 2, "33063")]
    assert _list_identifiants(lu, plan, 1) == [("siret", 1, "21330063500017"), ("code", 2, "01001")]
    # Rien n'est dit : ce qui est écrit à la place reste, pour être refusé par son nom.
    assert _list_identifiants(lu, plan, 2) == [("siren", 0, "-"), ("code", 2, "néant")]
    assert _list_identifiants(lu, plan, 3) == [("siret", 1, "N/A")]
    plan.confiance = [2, 0]
    assert _list_identifiants(lu, plan, 0) == [("code", 2, "33063")]
    plan.confiance = [0]
    assert _list_identifiants(lu, plan, 1) == [("siret", 1, "21330063500017")]


def test_un_entete_mene_a_sa_question_et_le_meme_aux_suivantes_dans_l_ordre() -> None:
    double = Question("communication_q07", "communication", "Q07", SITE.libelle, "choix_unique", SITE.options)
    index = build_index(Questionnaire("communication", "", "", True, (*QUESTIONNAIRE.questions, double)))
    assert index["communication_q01"] == [Cible("question", SITE)]
    assert index["q02[facebook]"] == [Cible("option", RESEAUX, RESEAUX.options[0])]
    assert "q01[oui]" not in index
    vus = Counter[str]()
    entete = SITE.libelle
    assert [find_cible(entete, index, vus).question for _ in range(3)] == [SITE, double, double]
    assert find_cible("Q01", index, vus) == Cible("question", SITE)
    assert find_cible("Q02 [comment]", index, vus) == Cible("commentaire")
    assert find_cible("Commentaire", index, vus) == Cible("commentaire")
    assert find_cible("SIREN", index, vus) == Cible("role", role="siren")
    assert find_cible("Couleur", index, vus) == Cible("inconnue")
    assert find_cible("Quels réseaux s.. [Instagram]", index, vus) == Cible(
        "option", RESEAUX, RESEAUX.options[1]
    )
    assert vus["q01"] == 1


def test_deux_exports_colles_se_refusent_si_leurs_colonnes_different() -> None:
    tableau = Tableau(numero_entetes=1, numeros=[2])
    _check_memes(["SIREN", "", "Q01"], ["SIREN", "Q01", ""], 5, tableau, "r.csv")
    avant = Tableau(numero_entetes=1)
    _check_memes(["Q01", "SIREN"], ["SIREN", "Q01"], 2, avant, "r.csv")  # aucune réponse encore
    with pytest.raises(ImportRefuse) as refus:
        _check_memes(["Q01", "SIREN"], ["SIREN", "Q01"], 5, tableau, "r.csv")
    assert str(refus.value) == (
        "« r.csv » : la ligne 5 porte d'autres entêtes que la ligne 1. Deux exports y sont réunis, dont les "
        "colonnes diffèrent : donnez-les en deux fichiers à la même commande."
    )


def receive(*entetes: str, **cibles: str) -> Recu:
    lu = export(**dict.fromkeys(entetes, "Y|N"))
    rangs = {entetes.index(e): c for e, c in cibles.items()}
    return Recu(lu, rangs, Correspondance({"Site": SITE.id, "Note": "ignorer"}, {SITE.id: {"wi": "oui"}}))


def test_rapprocher_une_valeur_l_ajoute_a_celles_de_sa_question() -> None:
    recu = receive("Site", "Reseaux", Site=SITE.id, Reseaux=f"{RESEAUX.id}[facebook]")
    geste = Correction("rapprocher", 0, "site ", "Nân", "non", "a", "2026")
    assert _recode(recu, geste, QUESTIONNAIRE).valeurs == {SITE.id: {"wi": "oui", "nan": "non"}}
    case = Correction("rapprocher", 0, "Reseaux", "Insta", "instagram", "a", "2026")
    assert _recode(recu, case, QUESTIONNAIRE).valeurs == {
        SITE.id: {"wi": "oui"}, RESEAUX.id: {"insta": "instagram"}
    }  # fmt: skip
    impossible = "« {} » n'est pas une réponse possible à cette question."
    for colonne, option, phrase in (
        ("Site", "jamais", impossible.format("jamais")),
        ("Site", "facebook", impossible.format("facebook")),
        ("Absente", "oui", "Le fichier n'a pas la colonne « Absente »."),
    ):
        geste = Correction("rapprocher", 0, colonne, "x", option, "a", "2026")
        with pytest.raises(ImportRefuse) as refus:
            _recode(recu, geste, QUESTIONNAIRE)
        assert str(refus.value) == phrase


def test_une_correspondance_gardee_ne_cite_que_les_colonnes_gardees() -> None:
    declaree = Correspondance({"Site ": "x", "Note": "ignorer"}, {"q": {"a": "b"}}, separateur=";")
    assert _restrict(declaree, ["site"]) == Correspondance({"Site ": "x"}, {"q": {"a": "b"}}, separateur=";")


def test_une_colonne_que_le_catalogue_ne_reconnait_plus_garde_ce_qu_elle_designait() -> None:
    """Une question du catalogue, un rôle ; jamais une colonne déjà déclarée, ni un entête répété."""
    recu = receive("Web", "Siren mairie", "Perdu", "Q01", Web=SITE.id, Perdu="disparue", Q01=SITE.id)
    recu.cibles[1] = "siren"  # type: ignore[index]
    attendues = {"Site": SITE.id, "Note": "ignorer", "Web": SITE.id}
    lue = extend_correspondance(recu, QUESTIONNAIRE)
    assert lue.colonnes == attendues
    assert lue.valeurs == recu.correspondance.valeurs


def test_une_option_autre_se_lit_par_son_texte() -> None:
    sans = Question("y", "communication", "Q08", "Y", "choix_multiple", (Option("a", "Alpha", "A1"),))
    lue = _read_liste(sans, build_option_keys(sans, {}), "Alpha, Bêta", Ecriture())
    assert (lue.choisies, lue.libres) == ((0,), ("Bêta",))
