"""Un nom à côté d'un code le confirme ou le dément."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.sources.contexte import Contexte, recode_communes
from barometre.sources.etat import arcep_ftth, france_services
from tests.sources.conftest import Ecrire
from tests.sources.test_listes import valeurs


@pytest.mark.parametrize(
    ("code", "nom", "gardee"),
    [
        ("33063", "Bordeaux", True),
        ("33063", "BORDAUX", True),
        ("33063", "Bourdeau", True),
        ("33063", "Le Poizat", False),
        ("33063", "", True),
        ("01015", "Arbignieu", True),  # son nom d'avant, sous le même code
        ("01015", "Bordeaux", False),
        ("01340", "Saint-Bois", True),  # un code d'hier : la commune d'aujourd'hui a un autre nom
        ("33381", "Ste Colombe", True),
    ],
)
def test_le_nom_a_cote_du_code(contexte: Contexte, code: str, nom: str, gardee: bool) -> None:
    frame = pd.DataFrame({"code": [code], "nom": [nom]})
    recodage = recode_communes(frame, "code", contexte, "nom")
    assert (len(recodage.frame), len(recodage.rejets), len(recodage.inconnues)) == (
        gardee,
        not gardee,
        not gardee,
    )
    assert len(recode_communes(frame, "code", contexte).frame) == 1  # sans colonne de nom, rien à comparer


def test_des_codes_decales_en_fin_de_liste_laissent_leurs_communes_inconnues(
    ecrire: Ecrire, contexte: Contexte
) -> None:
    """France services, dernier dixième décalé d'une ligne : trois communes à zéro, sans un mot."""
    entete = "id_fs,insee_com,format_fs,insee_dep,lib_com"
    justes = "1,01004,Fixe,01,Ambérieu-en-Bugey\n3,33381,Fixe,33,Sainte-Colombe\n"
    texte = f"{entete}\n2,33381,Fixe,33,Bordeaux\n{justes}"
    resultat = france_services.rows(france_services.read(ecrire(texte)), contexte)
    nombres = valeurs(resultat, "france_services_nombre")
    assert "commune-33063" not in nombres  # nommée, sans son code
    assert nombres["commune-01004"] == 1
    assert [r.ligne for r in resultat.rejets] == [2]


@pytest.mark.parametrize(
    ("raccordables", "logements", "connue"),
    [(30, 10, True), (31, 10, False), (0, 1500, True), (0, 1501, False)],
)
def test_plus_de_locaux_que_la_commune_n_en_peut_avoir(
    ecrire: Ecrire, contexte: Contexte, raccordables: int, logements: int, connue: bool
) -> None:
    """Villers-01 a cent habitants ; trois raccordables par local, quinze locaux par habitant."""
    texte = f"{','.join(arcep_ftth.COLONNES)}\n01601,0,0,{raccordables},{logements},0\n"
    resultat = arcep_ftth.rows(arcep_ftth.read(ecrire(texte)), contexte)
    assert bool(len(resultat.valeurs)) is connue
    assert [r.motif for r in resultat.rejets] == [arcep_ftth.IMPROBABLE][connue:]
