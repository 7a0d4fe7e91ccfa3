"""Un texte libre qui est peut-être une option de la liste ne compte pas « Autre » en silence."""

from __future__ import annotations

import pytest

from barometre.catalogue import load_catalogue
from barometre.domain.enquete import Question
from barometre.ingest import Lot
from barometre.ingest.libres import find_option_dite
from tests.ingest.conftest import Importer, get_reponse

JOINTES = 'SIREN;Q01;Q02\n213300635;Y;"Facebook, Instagram"\n210100012;Y;"Instagram, {}"\n'
CASES = "SIREN;Q01;Q02[SQ001];Q02[SQ002];Q02[other]\n213300635;Y;Y;Y;\n210100012;Y;;Y;{}\n"
CASE_ECRITE = "SIREN;Q01;Q02[SQ001];Q02[SQ002];Q02 [Autre]\n213300635;Y;Y;Y;\n210100012;Y;;Y;{}\n"
TOUTES = (JOINTES, CASES, CASE_ECRITE)


def list_coches(lot: Lot) -> set[str]:
    return {o for o, _, v, _ in get_reponse(lot, "commune-01001", "q02") if v == 1}


@pytest.mark.parametrize("texte", ["FB", "F.B.", "facebok", "fcbk", "page FB", "Autre : FB", "Facebooks"])
@pytest.mark.parametrize("modele", TOUTES)
def test_une_abreviation_attend_qu_on_la_dise(importer: Importer, modele: str, texte: str) -> None:
    lot = importer(modele.format(texte))
    assert (lot.charges, lot.quarantaine) == (1, 1)
    assert f"« {texte} »" in lot.rejets[0].motif
    assert "« Facebook »" in lot.rejets[0].motif


@pytest.mark.parametrize("modele", TOUTES)
def test_le_motif_donne_la_correspondance_qui_le_dit(importer: Importer, modele: str) -> None:
    contenu = modele.format("FB")
    assert "(« communication_q02 » : {FB: facebook})" in importer(contenu).rejets[0].motif
    for option, coches in {"facebook": {"facebook", "instagram"}, "autre": {"autre", "instagram"}}.items():
        dite = {"colonnes": {}, "valeurs": {"communication_q02": {"FB": option}}}
        lot = importer(contenu, correspondance=dite)
        assert (lot.charges, list_coches(lot)) == (2, coches)


def test_une_option_deja_cochee_ne_se_demande_pas(importer: Importer) -> None:
    lot = importer(CASES.format("Insta"))
    assert (lot.charges, list_coches(lot)) == (2, {"instagram", "autre"})


@pytest.mark.parametrize("modele", TOUTES)
def test_le_compte_rendu_nomme_ce_qui_compte_autre(importer: Importer, modele: str) -> None:
    lot = importer(modele.format("Mastodon"))
    assert "Réponses libres comptées « Autre » : Q02 (1) : « Mastodon »." in lot.avertissements


@pytest.mark.parametrize("modele", TOUTES)
@pytest.mark.parametrize("debut", ["Facebok de", "Mastodon de"])
def test_un_texte_cite_ne_dit_personne(importer: Importer, modele: str, debut: str) -> None:
    """Le motif se garde avec la quarantaine, le compte rendu s'envoie : ni nom, ni téléphone, même coupés."""
    texte = f"{debut} Mme Durand, écrire à la mairie le lundi ou au 06 12 34 56 78"
    lot = importer(modele.format(texte))
    tout = " ".join((*lot.avertissements, *(f"{r.valeur} {r.motif}" for r in lot.rejets)))
    assert debut in tout
    assert [secret for secret in ("Durand", "06 12", "34 56") if secret in tout] == []


def test_le_texte_a_cote_d_une_liste_jointe(importer: Importer) -> None:
    """« Q02 » joint ses options, « Q02[other] » portait un texte que rien ne lisait."""
    lot = importer("SIREN;Q02;Q02[other]\n210100012;Instagram;Mastodon\n213300635;Facebook, Instagram;\n")
    assert list_coches(lot) == {"autre", "instagram"}


@pytest.mark.parametrize(
    ("question_id", "textes"),
    [
        ("communication_q08", "TikTok;Snapchat;X;Mastodon;PanneauPocket;Illiwap;IntraMuros;TT;Discord;SMS"),
        ("inclusion_q02", "CCAS;EHPAD;MJC;école;CAF;La Poste;PIMMS;MSA;EVS;CIAS;tiers-lieu;fablab"),
        ("infrastructures_q12", "école;camping;stade;gîte;EHPAD;gare;piscine"),
        ("cybersecurite_q16", "vol de matériel;spam;virus;panne;RIB"),
    ],
)
def test_les_vrais_autres_du_catalogue(question_id: str, textes: str) -> None:
    question = _get_question(question_id)
    assert {t: m for t in textes.split(";") if (m := find_option_dite(question, t)[1])} == {}


@pytest.mark.parametrize(
    ("question_id", "textes"),
    [
        (
            "communication_q08",
            "Insta;IG;linkedn;Linked In;YouTube;Youtub;chaîne YT;compte YouTube;WhatsApp;WA",
        ),
        ("inclusion_q02", "Mairie;médiathèque intercommunale;bibliotèque;MFS;FS;France Services;EPN;bus"),
        ("infrastructures_q12", "parc;place du village;bibliothèque"),
        ("cybersecurite_q04", "guide;réunion;MOOC"),
        ("cybersecurite_q16", "hameconage;rançongiciel;faux virement;site bloqué"),
    ],
)
def test_les_options_du_catalogue_ecrites_autrement(question_id: str, textes: str) -> None:
    question = _get_question(question_id)
    assert [t for t in textes.split(";") if not find_option_dite(question, t)[1]] == []


def _get_question(question_id: str) -> Question:
    questionnaire = load_catalogue().questionnaires[question_id.rpartition("_")[0]]
    return next(q for q in questionnaire.questions if q.id == question_id)
