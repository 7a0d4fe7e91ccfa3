"""Le questionnaire tel qu'il est posé, à plat."""

from datetime import datetime

from barometre.domain.version import Version
from barometre.views.donnees.questionnaire import build_provenance_questionnaire, build_table_questionnaire
from tests import mini
from tests.views.fausse_porte import build_catalogue


def test_une_ligne_par_modalite_avec_son_code() -> None:
    table = build_table_questionnaire(build_catalogue().questionnaires["essai"])
    assert table["option_code"].tolist() == ["Y", "N", "NSP", ""]
    assert table["posee_si"].tolist()[-1] == "Si la réponse à la question Q01 est : Oui"
    assert table["posee_a"].tolist()[-1] == "Communes"


def test_un_modele_le_dit_et_rien_n_y_est_simule() -> None:
    version = Version("v", datetime(2026, 11, 22), True, "", "", mini.EMPREINTES)
    provenance = build_provenance_questionnaire(build_catalogue().questionnaires["essai"], version)
    assert "modèle" in provenance.precautions[0]
    assert provenance.get_nom("csv") == "barometre_questionnaire_essai_v.csv"
