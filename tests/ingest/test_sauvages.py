"""Ce qu'un tableur ou une page ajoute à une cellule saine : lue, ou refusée pour sa vraie raison."""

from __future__ import annotations

from datetime import date

import pytest

from barometre.ingest import ImportRefuse, Referentiel
from barometre.ingest.dates import FormatDate, build_format_date, read_date
from barometre.ingest.identity import ARRONDI, find_code, find_siren, find_siret
from tests.ingest.conftest import Importer, check_counts, get_reponse


@pytest.mark.parametrize(
    "texte",
    [
        '="213300635"', "'213300635", "213300635.0", "2,13300635E+08", "2.13300635e8",
        "213\u202f300\u00a0635", "213.300.635",
    ],
)  # fmt: skip
def test_un_siren_que_le_tableur_habille(texte: str, referentiel: Referentiel) -> None:
    assert find_siren(texte, referentiel).collectivite_id == "commune-33063"


@pytest.mark.parametrize("texte", ["2,133E+08", "2.13E+8", "2,13300635E+09", "2,1330063E+08"])
def test_un_numero_arrondi_dit_qu_il_est_perdu(texte: str, referentiel: Referentiel) -> None:
    assert find_siren(texte, referentiel).motif == ARRONDI
    assert find_siret(texte, referentiel).motif == ARRONDI


def test_un_code_que_le_tableur_habille(referentiel: Referentiel) -> None:
    assert find_code('="33063"', "", referentiel).collectivite_id == "commune-33063"
    assert find_code("'01001", "", referentiel).collectivite_id == "commune-01001"


@pytest.mark.parametrize(
    "texte",
    [
        "05/12/2023 - 10:00", "05/12/2023 à 10h12", "mardi 5 décembre 2023 - 10:00",
        "2023-12-05", "05/12/2023", "5/12/23", "05.12.23 10:00", "5 décembre 2023", "mardi 5 décembre 2023",
        "Mardi 5 déc. 2023 à 10:00", "5 DECEMBRE 2023 10h00", "45265", "45265,416667", "2023-12-05T10:00:00Z",
    ],
)  # fmt: skip
def test_une_date_se_lit(texte: str) -> None:
    assert read_date(texte, build_format_date([texte])) == (date(2023, 12, 5), "")


@pytest.mark.parametrize(
    "texte", ["5 ma 2023", "5 j 2023", "5 juinet 2023", "170180000", "99999", "5 décembre", "05/12/023"]
)
def test_une_date_douteuse_ne_se_devine_pas(texte: str) -> None:
    lue, motif = read_date(texte, FormatDate())
    assert lue is None
    assert motif


def test_un_intitule_et_une_reponse_recopies_d_une_page(importer: Importer) -> None:
    lot = importer(
        "SIREN\t<p>Votre collectivit&eacute; a-t-elle un site internet&nbsp;?</p>\n213300635\t<b>Oui</b>\n"
        "210100012\t&laquo;&nbsp;Non&nbsp;&raquo;\n"
    )
    check_counts(lot)
    assert [get_reponse(lot, f"commune-{c}", "q01")[0][0] for c in ("33063", "01001")] == ["oui", "non"]


def test_un_nom_decale_d_une_ligne_va_en_quarantaine(importer: Importer) -> None:
    lot = importer(
        "SIREN;Commune;Q01\n213300635;Ajaccio;Y\n212000046;L'Abergement-Clémenciat;N\n210100012;Bordeaux;Y\n"
    )
    assert (lot.charges, lot.quarantaine) == (0, 3)
    assert "Candidate : Ajaccio (commune-2A004)" in lot.rejets[0].motif


SIRENS = ("213300635", "210100012", "212000046", "200064624", "210101655", "217500016")
NOMS = ("Bordeaux", "L'ABERGEMENT CLEMENCIAT", "Ajaccio", "Arboys en Bugey", "Francheleins", "Paris")


@pytest.mark.parametrize("entete", ["Nom", "Libellé", "Organisation", "Nom du répondant"])
def test_un_nom_sans_dire_de_qui_se_lit_a_ses_cellules(entete: str, importer: Importer) -> None:
    def lire(noms: tuple[str, ...]) -> tuple[int, int]:
        lignes = [f"{siren};{nom};Y" for siren, nom in zip(SIRENS, noms, strict=False)]
        lot = importer("\n".join([f"SIREN;{entete};Q01", *lignes]))
        return lot.charges, lot.quarantaine

    assert lire(NOMS) == (6, 0)
    assert lire((*NOMS[1:], NOMS[0])) == (0, 6)
    # Cinq noms suffisent à dire ce qu'est la colonne ; de quatre, elle ne dit rien.
    assert lire((*NOMS[1:5], NOMS[0])) == (0, 5)
    assert lire((*NOMS[1:4], NOMS[0])) == (4, 0)
    # Des personnes, dont deux portent le nom d'une commune d'ailleurs : elles ne contredisent rien.
    assert lire(("Mme Durand", "Paris", "M. Bordeaux", "Ajaccio", "Petit", "Nguyen")) == (6, 0)


def test_un_json_a_une_reponse_par_ligne(importer: Importer) -> None:
    lignes = ['{"SIREN": "213300635", "Q01": "Y"}', "", '{"SIREN": "210100012", "Q01": "N"}', ""]
    lot = importer("\n".join(lignes), "reponses.jsonl")
    assert (lot.lus, lot.charges) == (2, 2)
    with pytest.raises(ImportRefuse, match="tronqué"):
        importer("\n".join(lignes)[:-9], "reponses.jsonl")


@pytest.mark.parametrize("cellule", ["10-12", "10h30", "environ 10", "dix", "10 ?", "10/12"])
def test_un_nombre_douteux_ne_se_devine_pas(cellule: str, importer: Importer) -> None:
    lot = importer(f"SIREN;Q01;Q03\n213300635;Y;{cellule}\n210100012;N;12\n")
    assert (lot.charges, lot.quarantaine) == (1, 1)
