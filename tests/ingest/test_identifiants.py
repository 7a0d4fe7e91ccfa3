"""Un numéro, seul : la collectivité qu'il désigne, ou la phrase qui dit quoi corriger."""

from __future__ import annotations

import pytest

from barometre.ingest import Referentiel
from barometre.ingest.identity import (
    ARRONDI,
    FUSIONNEE,
    INCONNU,
    Rattachement,
    combine,
    find_code,
    find_siren,
    find_siret,
)

SIREN_FAUX = "La clé de contrôle de ce SIREN est fausse : un chiffre est erroné."
SIRET_FAUX = "La clé de contrôle de ce SIRET est fausse : un chiffre est erroné."
NEUF, QUATORZE = "Un SIREN compte neuf chiffres.", "Un SIRET compte quatorze chiffres."
BORDEAUX = Rattachement("commune-33063")


@pytest.mark.parametrize(
    ("texte", "siren", "siret"),
    [
        ("213 300 635", BORDEAUX, BORDEAUX),
        ("21330063500017", BORDEAUX, BORDEAUX),
        ("213.300.635-00017", BORDEAUX, BORDEAUX),
        ("213300634", Rattachement(motif=SIREN_FAUX), Rattachement(motif=SIREN_FAUX)),
        # Les neuf premiers chiffres sont ceux de Bordeaux : la clé du SIRET décide quand même.
        ("21330063500018", Rattachement(motif=SIRET_FAUX), Rattachement(motif=SIRET_FAUX)),
        ("21330063", Rattachement(motif=NEUF), Rattachement(motif=QUATORZE)),
        ("2133006350001", Rattachement(motif=NEUF), Rattachement(motif=QUATORZE)),
        ("²13300635", Rattachement(motif=NEUF), Rattachement(motif=QUATORZE)),
        ("2,133E+08", Rattachement(motif=ARRONDI), Rattachement(motif=ARRONDI)),
    ],
)
def test_un_siren_ou_un_siret(
    referentiel: Referentiel, texte: str, siren: Rattachement, siret: Rattachement
) -> None:
    assert find_siren(texte, referentiel) == siren
    assert find_siret(texte, referentiel) == siret


@pytest.mark.parametrize(
    ("numero", "nom", "phrase"),
    [
        ("732829320", "SIREN", INCONNU),
        ("73282932000074", "SIRET", INCONNU),
        ("218400000", "SIREN", FUSIONNEE),
        ("21840000000012", "SIRET", FUSIONNEE),
    ],
)
def test_un_numero_juste_mais_inconnu(referentiel: Referentiel, numero: str, nom: str, phrase: str) -> None:
    """« 21 » est le début des SIREN de communes : celle-ci a sans doute fusionné."""
    attendu = Rattachement(motif=phrase.format(nom), inconnu=True)
    assert find_siren(numero, referentiel) == attendu
    assert find_siret(numero, referentiel) == attendu


AUCUNE = "Ce code INSEE n'est celui d'aucune commune, actuelle ou ancienne."
CORSE = f"{AUCUNE} En Corse, le code commence par 2A ou 2B"
CINQ = "Un code INSEE compte cinq caractères"


@pytest.mark.parametrize(
    ("texte", "type_", "attendu"),
    [
        ("33063.0", "", BORDEAUX),
        ("33 063", "", BORDEAUX),
        ("213300635", "", BORDEAUX),
        ("21330063500017", "", BORDEAUX),
        ("01003", "", Rattachement("commune-01165", recode=True)),
        ("75", "departement", Rattachement("commune-75056")),
        ("1", "departement", Rattachement("departement-01")),
        ("99", "departement", Rattachement(motif="Ce code n'est pas celui d'un département en vigueur.")),
        ("99", "region", Rattachement(motif="Ce code n'est pas celui d'une région en vigueur.")),
        ("20004", "", Rattachement(motif=f"{CORSE} : 2A004.")),
        ("20099", "", Rattachement(motif=f"{CORSE} : à vérifier.")),
        ("99999", "commune", Rattachement(motif=AUCUNE)),
        ("1004", "", Rattachement(motif=f"{CINQ} : un tableur a sans doute perdu le zéro du début.")),
        ("ABCD", "", Rattachement(motif=f"{CINQ} (par exemple 33063 ou 2A004).")),
        ("33", "commune", Rattachement(motif=f"{CINQ} (par exemple 33063 ou 2A004).")),
    ],
)
def test_un_code(referentiel: Referentiel, texte: str, type_: str, attendu: Rattachement) -> None:
    assert find_code(texte, type_, referentiel) == attendu


def test_une_intercommunalite_n_a_pas_de_code(referentiel: Referentiel) -> None:
    for type_ in ("epci", "ept"):
        assert "par son SIREN" in find_code("20000", type_, referentiel).motif
        assert find_code("200000172", type_, referentiel) == Rattachement("epci-200000172")


def test_des_identifiants_qui_s_accordent_ou_non(referentiel: Referentiel) -> None:
    ancien, autre = Rattachement("commune-33063", recode=True), Rattachement("commune-01001")
    assert combine([BORDEAUX, ancien], "", referentiel) == ancien
    assert combine([BORDEAUX, BORDEAUX], "commune", referentiel) == BORDEAUX
    assert combine([BORDEAUX, autre], "", referentiel).motif == (
        "Les identifiants de la ligne se contredisent : ils désignent commune-01001 et commune-33063."
    )
    assert combine([BORDEAUX], "departement", referentiel).motif == (
        "Les identifiants de la ligne se contredisent : ils désignent commune-33063, or le type est "
        "« departement »."
    )
    # Paris est aussi un département.
    paris = Rattachement("commune-75056")
    assert combine([paris], "departement", referentiel) == paris
