"""Fibre, données ouvertes, baromètres de l'action publique, BANATIC : cinq lignes chacune."""

from __future__ import annotations

import pytest

from barometre.sources.contexte import SIREN_DISCORDANT, Contexte
from barometre.sources.errors import SourceRefusee
from barometre.sources.etat import (
    arcep_ftth,
    banatic_competences,
    banatic_groupements,
    barometre_action_publique,
    etalab_action_publique,
    opendatafrance,
)
from barometre.sources.retablies import REDUITE
from tests.sources.conftest import Ecrire
from tests.sources.test_listes import valeurs

ARCEP = """code,locaux_raccordables_2017T3,locaux_raccordables_2017T4,locaux_raccordables_2018T1,\
logements,etablissements
01015,0,50,100,390,10
01340,0,0,100,95,5
33063,10,20,900,700,100
01004,,0,0,10,1
99999,1,1,1,1,1
"""


def test_arcep_ecarte_une_commune_qui_s_est_separee(ecrire: Ecrire, contexte: Contexte) -> None:
    """Neussargues comptait en 2018 quatre communes rétablies depuis : ce n'est plus la même."""
    texte = f"{','.join(arcep_ftth.COLONNES)}\n15141,10,20,30,100,20\n33063,1,2,3,10,2\n"
    resultat = arcep_ftth.rows(arcep_ftth.read(ecrire(texte)), contexte)
    assert [(r.valeur, r.motif) for r in resultat.rejets] == [("15141", REDUITE)]
    assert set(resultat.valeurs["collectivite_id"]) == {"commune-33063"}
    assert resultat.rapport.lus == resultat.rapport.charges + 1


def test_arcep_additionne_les_communes_fusionnees(ecrire: Ecrire, contexte: Contexte) -> None:
    resultat = arcep_ftth.rows(arcep_ftth.read(ecrire(ARCEP)), contexte)
    part = resultat.valeurs[
        (resultat.valeurs["indicateur_id"] == "fibre_part_raccordable")
        & (resultat.valeurs["periode"] == "2018-03-31")
    ].set_index("collectivite_id")["valeur"]
    assert part["commune-01015"] == pytest.approx(0.4)  # (100 + 100) / (390 + 10 + 95 + 5)
    assert part["commune-33063"] == 1.0  # 900 / 800, ramené à 100 %
    locaux = valeurs(resultat, "fibre_locaux")
    assert locaux["commune-01015"].tolist() == [500.0] * 3  # trois dates
    r = resultat.rapport
    assert (r.lus, r.charges, r.recodes, r.fusionnes, r.rejetes) == (5, 3, 1, 1, 2)


ODF = """siren,nom,url_platform,id_datagouv,techno_platform
213300635,BORDEAUX,https://opendata.exemple.fr,,CKAN
243300316,BORDEAUX METROPOLE,,5bec29278b4c412a07c7ee5f,DataGouv
210101004,AMBERIEU,,,
254002272,ADACL Landes,,610bd2362a874c7e1e86ad1b,DataGouv
33063,CODE INSEE,https://x.fr,,
"""


def test_opendatafrance_par_siren(ecrire: Ecrire, contexte: Contexte) -> None:
    sirens = {v: k for k, v in contexte.sirens.items()}
    texte = ODF.replace("213300635", sirens["commune-33063"]).replace("210101004", sirens["commune-01004"])
    resultat = opendatafrance.rows(opendatafrance.read(ecrire(texte)), contexte)
    presence = valeurs(resultat, "open_data_recense")
    assert presence["commune-33063"] == presence["epci-243300316"] == 1
    assert presence["commune-01004"] == 0  # ni plateforme ni espace
    assert "departement-33" not in presence  # SIREN inconnu : inconnu, et non zéro
    assert (resultat.rapport.charges, resultat.rapport.rejetes) == (2, 3)


def test_un_nom_d_ailleurs_a_cote_d_un_siren(ecrire: Ecrire, contexte: Contexte) -> None:
    """Une ligne discordante n'est ni l'une ni l'autre ; trop, et la colonne est décalée."""
    sirens = {v: k for k, v in contexte.sirens.items()}
    cles = [c for c in sirens if c.startswith(("commune-", "epci-"))][:12]
    noms = contexte.collectivites.set_index("collectivite_id")["nom"]
    lignes = [f"{sirens[c]},https://x.fr,,{noms[c]}" for c in cles]
    entetes = "siren,url_platform,id_datagouv,nom"
    une = [f"{sirens[cles[0]]},https://x.fr,,Zuydcoote", *lignes[1:]]
    lu = opendatafrance.rows(opendatafrance.read(ecrire("\n".join([entetes, *une, ""]))), contexte)
    assert cles[0] not in {c for c, v in valeurs(lu, "open_data_recense").items() if v == 1}
    assert [r.motif for r in lu.rejets] == [SIREN_DISCORDANT]
    decalees = [
        f"{sirens[c]},https://x.fr,,Zuydcoote" if rang % 2 else ligne
        for rang, (c, ligne) in enumerate(zip(cles, lignes, strict=True))
    ]
    with pytest.raises(SourceRefusee, match="ne disent pas la même collectivité"):
        opendatafrance.rows(opendatafrance.read(ecrire("\n".join([entetes, *decalees, ""]))), contexte)


DITP = """indic_id,enforce_zone_id,metric_enforce_date,maille,indic_vi,indic_va,indic_vc,indic_ta,\
indic_nom,code_geo
IND-306,D33,2024-06-01,DEPT,,90.3,,64.75,Taux de déploiement de la fibre,33
IND-306,R75,2024-06-01,REG,,87.5,,,Taux de déploiement de la fibre,75
IND-306,FRANCE,2024-06-01,NAT,,88.0,,,Taux de déploiement de la fibre,FRANCE
IND-306,D33,2026-12-01,DEPT,,,100.0,,Taux de déploiement de la fibre,33
IND-325,D33,2023-03-01,DEPT,,88.0,,,Points de deal recensés,33
IND-734,D99,2024-06-01,DEPT,,12,,,Nombre d’aidants numériques formés,99
IND-734,D33,2024-06-01,DEPT,,beaucoup,,,Nombre d’aidants numériques formés,33
IND-734,D75,2024-06-01,DEPT,,346,,,Nombre d’aidants numériques formés,75
IND-306,D75,2024-06-01,DEPT,,180.6,,,Taux de déploiement de la fibre,75
IND-734,D01,2024-06-01,DEPT,,-4,,,Nombre d’aidants numériques formés,01
"""


def test_ditp_ne_garde_que_l_observe(ecrire: Ecrire, contexte: Contexte) -> None:
    resultat = barometre_action_publique.rows(barometre_action_publique.read(ecrire(DITP)), contexte)
    fibre = valeurs(resultat, "fibre_deploiement")
    # « 75 » est un département et une région : la maille décide
    assert fibre.to_dict() == {"departement-33": 0.903, "region-75": 0.875, "france": 0.88}
    assert valeurs(resultat, "aidants_numeriques_formes").to_dict() == {"departement-75": 346.0}
    motifs = {r.ligne: r.motif for r in resultat.rejets}
    assert motifs == {
        5: barometre_action_publique.PAS_OBSERVEE,  # une cible n'est pas une mesure
        6: barometre_action_publique.HORS_SUJET,
        7: barometre_action_publique.TERRITOIRE_INCONNU,
        8: barometre_action_publique.PAS_UN_NOMBRE,
        10: barometre_action_publique.IMPOSSIBLE,  # un total doublé donne 180 %
        11: barometre_action_publique.IMPOSSIBLE,
    }
    assert (resultat.rapport.lus, resultat.rapport.charges) == (10, 4)


ETALAB = """mesure,indicateur,id_indicateur,code_departement,libelle_departement,date,valeur,unite
m,i,taux-deploiement-fibre,33,Gironde,2022-06-30,72.0,% de déploiement
m,i,taux-deploiement-fibre,33,Gironde,2022-09-30,75.0,% de déploiement
m,i,nb-labellisations-france-services,01,Ain,2022-12-31,41.0,labellisations
m,i,autre,01,Ain,2022-12-31,41.0,x
m,i,taux-deploiement-fibre,1,Ain,2022-09-30,75.0,% de déploiement
m,i,taux-deploiement-fibre,33,Gironde,2022-12-31,150.0,% de déploiement
"""


def test_etalab(ecrire: Ecrire, contexte: Contexte) -> None:
    resultat = etalab_action_publique.rows(etalab_action_publique.read(ecrire(ETALAB)), contexte)
    assert valeurs(resultat, "fibre_deploiement_2017_2022").tolist() == [0.72, 0.75]
    assert valeurs(resultat, "france_services_labellisations")["departement-01"] == 41
    # « 1 » n'est pas « 01 » : le zéro perdu n'est pas deviné
    assert [r.colonne for r in resultat.rejets] == ["id_indicateur", "code_departement", "valeur"]


GROUPEMENTS = """siren,libelle,region,departement,nature,population
253300001,SI d'essai,75,33,SIVU,100
253300002,SM d'essai,75,33,SMF,100
243300316,Bordeaux Métropole,75,33,METRO,800000
253300001,SI d'essai,75,33,SIVU,100
250100001,SI d'ailleurs,84,99,SIVU,100
"""


def test_banatic_groupements(ecrire: Ecrire, contexte: Contexte) -> None:
    resultat = banatic_groupements.rows(banatic_groupements.read(ecrire(GROUPEMENTS)), contexte)
    sieges = valeurs(resultat, "syndicats_siege")
    assert sieges["departement-33"] == 2  # la métropole est déjà une collectivité du référentiel
    assert "departement-01" not in sieges  # le fichier ne dit rien de cette région : ce n'est pas un zéro
    assert (resultat.rapport.charges, resultat.rapport.rejetes) == (3, 2)


@pytest.mark.parametrize(
    ("lignes", "connus"),
    [
        ("243300316,1502\n200046977,4560\n", {"243300316", "200046977"}),
        ("243300316,1502\n243300316,?\n200046977,4560\n", {"200046977"}),  # un code qui n'en est pas un
        ("243300316,1502\n243300317,4560\n200070944,9920\n200046977,4560\n", {"200046977"}),  # un faux SIREN
        ("243300316,1502\n###\n200070944,9920\n200046977,4560\n", {"200046977"}),  # une ligne cassée
        # Dans le désordre, rien ne dit de qui est la ligne.
        (
            "243300316,1\n200046977,1\n243300316,2\n200046977,2\n?,3\n243300316,4\n".replace(",", ",000"),
            {"243300316", "200046977"},
        ),
        ("243300316,1502\n200099901,4560\n200046977,4560\n", {"243300316", "200046977"}),  # un syndicat
    ],
)
def test_une_competence_illisible_laisse_son_groupement_inconnu(
    ecrire: Ecrire, contexte: Contexte, lignes: str, connus: set[str]
) -> None:
    """Le fichier va d'un groupement à l'autre : la ligne est de celui d'avant, ou de celui d'après."""
    brut = banatic_competences.read(ecrire(f"siren,code_competence\n{lignes}"))
    comptes = valeurs(banatic_competences.rows(brut, contexte), "competences_nombre")
    assert set(comptes.index) == {f"epci-{siren}" for siren in connus}


COMPETENCES = """siren,code_competence
243300316,9920
243300316,1502
200046977,4560
200046977,4560
253300001,9920
"""


def test_banatic_competences(ecrire: Ecrire, contexte: Contexte) -> None:
    resultat = banatic_competences.rows(banatic_competences.read(ecrire(COMPETENCES)), contexte)
    # La ligne répétée en cache peut-être une autre : le compte de la métropole de Lyon n'est pas su.
    assert valeurs(resultat, "competences_nombre").to_dict() == {"epci-243300316": 2.0}
    assert valeurs(resultat, "competence_achat_materiel")["epci-243300316"] == 1
    assert valeurs(resultat, "competence_autorisations_urbanisme")["epci-243300316"] == 0
    assert "epci-200070944" not in valeurs(resultat, "competences_nombre")  # absent du fichier : inconnu
    assert (resultat.rapport.charges, resultat.rapport.rejetes) == (3, 2)
