"""Ce qui se déplie : le titre se lit toujours, le détail se demande, et le papier a tout."""

from __future__ import annotations

from barometre.catalogue import load_catalogue
from barometre.ui.blocks.fiche import build_obligations
from barometre.ui.blocks.questionnaire import build_liste
from barometre.views.collectivite.obligations import CONSTATEE, FAITE, INCONNU, Obligation


def test_chaque_question_est_un_depliant_dont_le_titre_est_la_question() -> None:
    questionnaire = load_catalogue().questionnaires["communication"]
    html = build_liste(questionnaire, codes=True)
    assert html.count('<details class="baro-question"><summary>') == len(questionnaire.questions)
    for question in questionnaire.questions:
        assert f"<summary><strong>{question.code}." in html
    # Les réponses sont dans le dépliant, jamais dans son titre.
    assert all("<li>" not in morceau.partition("</summary>")[0] for morceau in html.split("<summary>"))


def test_les_obligations_faites_se_deplient_apres_les_autres() -> None:
    seuils = load_catalogue().seuils[:3]
    etats = (FAITE, INCONNU, CONSTATEE)
    html = build_obligations([Obligation(s, True, e) for s, e in zip(seuils, etats, strict=True)])
    ouvertes, _, repliees = html.partition("2\u00a0obligations faites")
    ici, ailleurs = ([s.titre in morceau for s in seuils] for morceau in (ouvertes, repliees))
    assert (ici, ailleurs) == ([False, True, False], [True, False, True])


def test_sans_obligation_faite_rien_ne_se_deplie_pour_elles() -> None:
    assert "faite" not in build_obligations([Obligation(load_catalogue().seuils[1], True, INCONNU)]).lower()
