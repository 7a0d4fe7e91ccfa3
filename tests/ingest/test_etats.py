"""Une question a-t-elle été posée, a-t-elle reçu une réponse ? Jamais la façon d'exporter."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.ingest import Lot
from tests.ingest.conftest import Importer, check_counts, get_reponse

ENTETES = "id;submitdate;lastpage;SIREN;Q01;Q02[SQ001];Q02[SQ002];Q02[SQ003];Q03;Q04;Q05;Q06\n"
DATE = "2023-12-05 10:00:00"


def list_faits(lot: Lot) -> pd.DataFrame:
    check_counts(lot)
    return lot.fait_reponse.drop(columns=["vague_id"]).reset_index(drop=True)


def test_codes_et_reponses_completes_donnent_les_memes_lignes(importer: Importer) -> None:
    codes = (
        f"1;{DATE};3;213300635;Y;Y;;;12;;A1;\n"
        f"2;{DATE};3;210100012;Y;;;;;;;Y\n"  # cases vues, rien coché ; oui/non laissé vide
        f"3;{DATE};3;212000046;;;;;;x;;N\n"  # filtre sans réponse
    )
    longues = (
        f"1;{DATE};3;213300635;Oui;Oui;Non;Non;12;;Oui, entièrement;N/A\n"
        f"2;{DATE};3;210100012;Oui;Non;Non;Non;;;N/A;Oui\n"
        f"3;{DATE};3;212000046;N/A;N/A;N/A;N/A;;x;N/A;Non\n"
    )
    lus = [importer(ENTETES + corps) for corps in (codes, longues)]
    pd.testing.assert_frame_equal(*[list_faits(lot) for lot in lus])
    lot = lus[0]
    assert get_reponse(lot, "commune-33063", "q06") == [("", "sans_reponse", None, None)]
    assert ("facebook", "repondu", 0.0, None) in get_reponse(lot, "commune-01001", "q02")
    assert get_reponse(lot, "commune-2A004", "q05") == [("", "sans_reponse", None, None)]


def test_un_abandon_n_est_pas_une_repondante(importer: Importer) -> None:
    lot = importer(
        ENTETES
        + f"1;{DATE};3;213300635;Y;Y;;;12;rien;A1;Y\n"
        + "2;;1;210100012;Y;;;;;;;\n"  # une réponse sur six
        + "3;;3;212000046;Y;Y;;;1;;;\n"  # la moitié : chargée, et dit
        + "4;;1;213300635;Y;;;;;;;\n"
    )
    check_counts(lot)
    assert list(lot.participation["collectivite_id"]) == ["commune-33063", "commune-2A004"]
    assert [(i.ligne, i.motif[:24]) for i in lot.lignes_ignorees] == [(3, "Questionnaire abandonné ")]
    assert [d.ligne for d in lot.lignes_doublons] == [5]
    assert any("1\xa0réponse commencée" in a for a in lot.avertissements)


def test_un_abandon_se_voit_sans_la_derniere_page(importer: Importer) -> None:
    """Que l'export garde « lastpage » ou non, les mêmes répondantes ; sans aucune date, rien ne le dit."""
    corps = f"1;{DATE};213300635;Y;Y;;;12;rien;A1;Y\n2;{{}};210100012;Y;;;;;;;\n"
    sans_page = ENTETES.replace("lastpage;", "")
    lot = importer(sans_page + corps.format(""))
    assert list(lot.participation["collectivite_id"]) == ["commune-33063"]
    assert "abandonné" in lot.lignes_ignorees[0].motif
    # Aucune date : les réponses qui s'arrêtent pour ne plus reprendre le disent.
    assert importer(sans_page + corps.format("").replace(DATE, "")).charges == 1
    assert importer(sans_page + corps.format(DATE)).charges == 2


ABANDONS = {
    "sans date, dernière page": ("lastpage", ("5", "1", "5")),
    "« Completed », Y ou N": ("Completed", ("Y", "N", "Y")),
    "terminé, en français": ("Questionnaire terminé", ("Oui", "Non", "Oui")),
    "statut": ("Statut de la réponse", ("Terminé", "En cours", "Complété")),
    "brouillon de Framaforms": ("Draft", ("0", "1", "0")),
    "brouillon, en français": ("Brouillon", ("Non", "Oui", "")),
    "heure de fin de Framaforms": ("Completed Time", (DATE, "", DATE)),
    "date sous « Completed »": ("Completed", (DATE, "", DATE)),
    "rien ne le dit": ("Remarques internes", ("a", "b", "c")),
}


@pytest.mark.parametrize(("entete", "valeurs"), ABANDONS.values(), ids=ABANDONS)
def test_un_abandon_se_voit_quoi_que_l_export_en_dise(
    importer: Importer, entete: str, valeurs: tuple[str, str, str]
) -> None:
    """A14 : les soixante abandons restaient répondantes, et comptaient « non » à la question filtrée."""
    entetes = ENTETES.replace("id;submitdate;lastpage;", f"{entete};")
    corps = ("213300635;Y;Y;;;12;rien;A1;Y", "210100012;Y;;;;;;;", "212000046;Y;;Y;;3;;A1;N")
    lot = importer(entetes + "\n".join(f"{v};{c}" for v, c in zip(valeurs, corps, strict=True)) + "\n")
    check_counts(lot)
    assert list(lot.participation["collectivite_id"]) == ["commune-33063", "commune-2A004"], lot.rejets
    assert [i.ligne for i in lot.lignes_ignorees] == [3]


def test_peu_de_reponses_jusqu_au_bout_n_est_pas_un_abandon(importer: Importer) -> None:
    """Deux questions sur six, dont la dernière : le questionnaire a été parcouru."""
    lot = importer(ENTETES.replace("id;submitdate;lastpage;", "") + "213300635;Y;;;;;;;N\n")
    assert lot.charges == 1


def test_une_moitie_que_personne_ne_remplit_n_est_pas_un_abandon(importer: Importer) -> None:
    """Aucune date, et personne n'a répondu à la fin : ces questions n'ont pas été montrées."""
    entetes = ENTETES.replace("id;submitdate;lastpage;", "")
    lot = importer(f"{entetes}213300635;Y;Y;;;;;;\n210100012;Y;;;;;;;\n")
    assert lot.charges == 2


def test_question_non_atteinte_n_est_pas_un_zero(importer: Importer) -> None:
    """Cases vides après la dernière réponse d'un questionnaire non validé : pas atteintes."""
    lot = importer(
        "submitdate;SIREN;Q01;Q02[SQ001];Q02[SQ002]\n"
        f"{DATE};213300635;Y;Y;\n"
        ";210100012;Y;;\n"
        f"{DATE};212000046;Y;;\n"
    )
    assert get_reponse(lot, "commune-01001", "q02") == [("", "sans_reponse", None, None)]
    assert ("facebook", "repondu", 0.0, None) in get_reponse(lot, "commune-2A004", "q02")


def test_cases_que_personne_ne_coche(importer: Importer) -> None:
    lot = importer(f"submitdate;SIREN;Q01;Q02[SQ001];Q06\n{DATE};213300635;Y;Non;Y\n")
    assert get_reponse(lot, "commune-33063", "q02") == [("", "sans_reponse", None, None)]
    assert any("Personne n'a rien coché" in a and "Q02" in a for a in lot.avertissements)


def test_filtre_sans_reponse_mais_question_repondue(importer: Importer) -> None:
    """La réponse prouve que la question a été posée."""
    lot = importer("SIREN;Q01;Q05;Q06\n213300635;;A1;Y\n210100012;N;A1;Y\n")
    assert get_reponse(lot, "commune-33063", "q05") == [("oui", "repondu", 1.0, None)]
    assert get_reponse(lot, "commune-01001", "q05") == [("", "non_concerne", None, None)]
    assert any("Q05 : 1\xa0réponse à une question qui n'était pas posée" in a for a in lot.avertissements)
