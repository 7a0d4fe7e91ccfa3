"""Les listes de communes : France services, conseillers, programmes, typologies ; cinq lignes chacune."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from barometre.sources.contexte import Contexte
from barometre.sources.etat import (
    action_coeur_de_ville,
    conseillers_numeriques,
    france_services,
    petites_villes_de_demain,
    typologies_anct,
)
from barometre.sources.lecture import write_purgee
from barometre.sources.resultat import Resultat
from tests.sources.conftest import Ecrire

COMMUNES_COUVERTES = 44  # celles des régions du référentiel d'essai dont les listes parlent


def valeurs(resultat: Resultat, indicateur_id: str) -> pd.Series:
    lignes = resultat.valeurs[resultat.valeurs["indicateur_id"] == indicateur_id]
    return lignes.set_index("collectivite_id")["valeur"]


FS = """id_fs,lib_fs,insee_com,format_fs,telephone
1,France services de Bordeaux,33063,Fixe,05 56 00 00 00
2,Bus de Saint-Bois,01340,Bus_équivalent,
3,France services d'Arboys,01015,Fixe,
3,France services d'Arboys,01015,Fixe,
4,Nulle part,99999,Fixe,
"""


def test_france_services(ecrire: Ecrire, contexte: Contexte) -> None:
    resultat = france_services.rows(france_services.read(ecrire(FS)), contexte)
    nombres = valeurs(resultat, "france_services_nombre")
    assert nombres["commune-33063"] == 1
    assert (
        nombres["commune-01015"] == 2
    )  # la sienne et celle de Saint-Bois, fusionnée ; le doublon ne compte pas
    assert nombres["commune-33381"] == 0
    # La liste ne dit rien du Rhône, ni de La Réunion : ce n'est pas un zéro.
    assert not {"commune-69123", "commune-97411"} & set(nombres.index)
    assert len(nombres) == 41  # les communes de l'Ain et de la Gironde
    assert valeurs(resultat, "france_services_presence").sum() == 2  # Bordeaux et Arboys
    r = resultat.rapport
    assert (r.lus, r.charges, r.recodes, r.fusionnes, r.rejetes) == (5, 3, 1, 1, 2)
    assert [(j.ligne, j.colonne) for j in resultat.rejets] == [(5, ""), (6, "insee_com")]


CN = """structure,Siret,Nb de conseillers attribués,Nb de conseillers recrutés,Code commune Insee
COMMUNE DE BORDEAUX,21330063500017,3,2,33063
CENTRE SOCIAL,12345678900011,1,0,01004
ASSOCIATION DU 15E,12345678900012,10,9,75115
ILLISIBLE,12345678900013,1,deux,33381
AILLEURS,12345678900014,1,1,98765
"""


def test_conseillers_numeriques(ecrire: Ecrire, contexte: Contexte) -> None:
    brut = conseillers_numeriques.read(ecrire(CN))
    assert "structure" not in brut.frame  # ni nom, ni SIRET
    resultat = conseillers_numeriques.rows(brut, contexte)
    postes = valeurs(resultat, "conseillers_numeriques_postes")
    assert postes["commune-33063"] == 2  # recrutés, non attribués
    assert postes["commune-75056"] == 9  # l'arrondissement devient Paris
    presence = valeurs(resultat, "conseiller_numerique_presence")
    assert presence["commune-01004"] == 0  # attribué, mais personne en poste
    assert "commune-33381" not in presence  # un nombre illisible n'est pas un zéro
    assert (resultat.rapport.charges, resultat.rapport.rejetes) == (3, 2)


PVD = """id_pvd,insee_com,lib_com,nom_maire,courriel
pvd-1,01004,Ambérieu-en-Bugey,Jean Essai,maire@essai.fr
,39476,Saint-Aubin,Jeanne Essai,mairie@essai.fr
pvd-2,01340,Saint-Bois,X,x@essai.fr
pvd-3,2A004,Ajaccio,Y,y@essai.fr
pvd-4,,Sans code,Z,z@essai.fr
"""


@pytest.mark.parametrize("module", [petites_villes_de_demain, action_coeur_de_ville])
def test_programmes(module: object, ecrire: Ecrire, contexte: Contexte) -> None:
    brut = module.read(ecrire(PVD))  # type: ignore[attr-defined]
    assert list(brut.frame.columns) == ["insee_com", "lib_com"]  # le maire n'est jamais lu
    resultat = module.rows(brut, contexte)  # type: ignore[attr-defined]
    presence = valeurs(resultat, module.INDICATEUR)  # type: ignore[attr-defined]
    beneficiaires = set(presence[presence == 1].index)
    assert beneficiaires == {"commune-01004", "commune-39476", "commune-01015", "commune-2A004"}
    assert len(presence) == COMMUNES_COUVERTES
    assert (resultat.rapport.charges, resultat.rapport.recodes, resultat.rapport.rejetes) == (4, 1, 1)


# Chaque ligne illisible parle d'une commune : elle n'est pas à zéro, elle est inconnue.
@pytest.mark.parametrize(
    ("ligne", "inconnues"),
    [
        ("9,FS,Fixe,33,33381.0,33350,Sainte-Colombe", {"commune-33381"}),  # un tableur
        ("9,FS,Fixe,33,?,33350,", {"commune-33381"}),  # le code postal
        ("9,FS,Fixe,33,,,Sainte-Colombe", {"commune-33381"}),  # le nom, dans son département
        ("9,FS,Fixe,33,,,", {"commune-33381"}),  # tout le département
        ("9,FS,Fixe,,,,Saint-Denis", set()),  # La Réunion, dont la liste ne parle pas
        ("9,FS,Fixe,33,33381,33350", {"commune-33381"}),  # une case de moins
        ("9,FS,Fixe,33,97801,33350,Saint-Martin", set()),  # hors du champ
    ],
)
def test_une_ligne_illisible_ne_fait_pas_un_zero(
    ecrire: Ecrire, contexte: Contexte, ligne: str, inconnues: set[str]
) -> None:
    entetes = "id_fs,lib_fs,format_fs,insee_dep,insee_com,code_postal,lib_com"
    debut = f"{entetes}\n1,FS,Fixe,33,33063,33000,Bordeaux\n2,FS,Fixe,01,01004,01500,Ambérieu\n"
    avant, apres = (
        france_services.rows(france_services.read(ecrire(texte)), contexte)
        for texte in (debut, f"{debut}{ligne}\n")
    )
    connues = [
        valeurs(r, i) for r in (avant, apres) for i in ("france_services_nombre", "france_services_presence")
    ]
    assert set(connues[0].index) - set(connues[2].index) == inconnues
    assert set(connues[1].index) - set(connues[3].index) == inconnues
    assert apres.rapport.rejetes == 1


def test_une_ligne_illisible_de_plus_ne_se_compte_pas(ecrire: Ecrire, contexte: Contexte) -> None:
    """Bordeaux a un espace qui se lit, un autre peut-être : elle en a, on ne sait combien."""
    entetes = "id_fs,format_fs,insee_com,code_postal,x"
    texte = f"{entetes}\n1,Fixe,33063,33000,\n2,Fixe,33O63,33000,\n"
    resultat = france_services.rows(france_services.read(ecrire(texte)), contexte)
    assert "commune-33063" not in valeurs(resultat, "france_services_nombre")
    assert valeurs(resultat, "france_services_presence")["commune-33063"] == 1


def test_une_ligne_illisible_d_un_nombre(ecrire: Ecrire, contexte: Contexte) -> None:
    """Un second poste dont le code est abîmé : ni zéro, ni le seul premier."""
    entetes = "structure,Siret,Nb de conseillers recrutés,Code postal,Code commune Insee\n"
    texte = f"{entetes}A,1,2,33000,33063\nB,2,1,33350,3338\nC,3,1,33000,33063,\n"
    resultat = conseillers_numeriques.rows(conseillers_numeriques.read(ecrire(texte)), contexte)
    assert valeurs(resultat, "conseillers_numeriques_postes").to_dict() == {}
    assert valeurs(resultat, "conseiller_numerique_presence").to_dict() == {"commune-33063": 1}


def test_une_ligne_illisible_d_un_programme(ecrire: Ecrire, contexte: Contexte) -> None:
    texte = "insee_com,lib_com,insee_dep,x\n01004,Ambérieu,01,\n,Arboys en Bugey,01,\n,Ici,33,\n"
    resultat = petites_villes_de_demain.rows(petites_villes_de_demain.read(ecrire(texte)), contexte)
    presence = valeurs(resultat, petites_villes_de_demain.INDICATEUR)
    assert presence["commune-01004"] == 1
    assert "commune-01015" not in presence
    assert presence["commune-01500"] == 0  # l'autre de l'Ain n'est pas douteuse : le nom a désigné Arboys


def test_une_ligne_cassee_le_reste_dans_la_copie_purgee(
    ecrire: Ecrire, contexte: Contexte, tmp_path: Path
) -> None:
    entetes = "id_fs,lib_fs,format_fs,insee_dep,insee_com,code_postal,lib_com"
    texte = f"{entetes}\n1,FS,Fixe,33,33063,33000,Bordeaux\n2,Jean Essai,Fixe,33,33381\n"
    brut = france_services.read(ecrire(texte))
    write_purgee(brut, tmp_path / "purgee.csv.gz")
    relu = france_services.read(tmp_path / "purgee.csv.gz")
    assert b"Jean" not in gzip.decompress((tmp_path / "purgee.csv.gz").read_bytes())
    for lu in (brut, relu):
        resultat = france_services.rows(lu, contexte)
        assert valeurs(resultat, "france_services_presence").to_dict() == {"commune-33063": 1}
        assert (resultat.rapport.lus, resultat.rapport.rejetes) == (2, 1)


TYPO = """code,niveau_densite,niveau_ruralite,niveau_centralite,niveau_montagne
33063,Grands centres urbains,Hors champ : DOM ou commune urbaine,Centre majeur d'équipements et de services,
01015,Rural à habitat dispersé,Les ruralités résidentielles mixtes,Communes non centre,02 - Massif du Jura
01340,Bourgs ruraux,Les ruralités résidentielles mixtes,Communes non centre,
97411,Centres urbains intermédiaires,Hors champ : DOM ou commune urbaine,- undefined,
00000,Bourgs ruraux,,,
"""


def test_typologies(ecrire: Ecrire, contexte: Contexte) -> None:
    resultat = typologies_anct.rows(typologies_anct.read(ecrire(TYPO)), contexte)
    attributs = resultat.attributs.set_index("collectivite_id")
    assert (
        attributs.loc["commune-01015", "densite"] == "Rural à habitat dispersé"
    )  # la sienne, non Saint-Bois
    assert attributs.loc["commune-01015", "montagne"] == "02 - Massif du Jura"
    assert pd.isna(attributs.loc["commune-97411", "centralite"])  # « - undefined » est un inconnu
    assert valeurs(resultat, "commune_rurale").to_dict() == {
        "commune-33063": 0.0, "commune-01015": 1.0, "commune-97411": 0.0,
    }  # fmt: skip
    assert "commune-97411" not in valeurs(resultat, "commune_centre")  # inconnu, et non zéro
    assert valeurs(resultat, "commune_montagne")["commune-01015"] == 1
    assert (resultat.rapport.charges, resultat.rapport.recodes, resultat.rapport.rejetes) == (4, 1, 1)
