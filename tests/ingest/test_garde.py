"""Un fichier gardé n'a plus rien de personnel ; relu (`check_relu`), il redonne ses lignes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from barometre.catalogue import load_catalogue
from barometre.ingest import ImportRefuse, Lot, Referentiel
from barometre.ingest.garde import read_garde
from barometre.ingest.personal import mask_personal
from barometre.ingest.rejeu import reread
from tests.ingest.conftest import QUESTIONNAIRE, Importer, MiniCatalogue, keep

EXPORT = """id,submitdate,SIREN,email,Votre nom,Q01,Q02[SQ001],Q02[other],Q03,Q04,Service chargé
1,2023-12-01 10:00:00,213300635,a@b.fr,Claude Martin,Y,Y,,1200,Contacter Jean Dupont au 06 12 34 56 78,Accueil
2,2023-12-02 10:00:00,210100012,test@b.fr,Toto,Y,Y,,3,rien,Accueil
3,2023-12-02 10:00:00,999999999,c@d.fr,Zoé Petit,N,,Ecrire à z@z.fr,x@y.fr,rien,Accueil
,,,,,,,,,,
4,2023-12-03 10:00:00,210100012,e@f.fr,Zoé Petit,N,Y,,0612345678,rien,Accueil
"""


def test_rien_de_personnel_n_est_garde(importer: Importer) -> None:
    lot = importer(EXPORT)
    texte = keep(lot).decode()
    for personnel in ("@", "Martin", "Dupont", "Petit", "06 12 34 56 78", "Accueil"):
        assert personnel not in texte
    (fichier,) = json.loads(texte)["fichiers"]
    assert fichier["ecartees"] == ["id", "Service chargé"]
    assert fichier["colonnes"][fichier["entetes"].index("email")] == ["", "test", "", ""]
    # Une colonne de nombres n'est pas un carnet d'adresses : dix chiffres y restent un nombre.
    assert fichier["colonnes"][fichier["entetes"].index("Q03")][3] == "0612345678"
    assert (lot.lus, lot.quarantaine, lot.ignores) == (5, 2, 2)


def test_une_correspondance_est_gardee_avec_son_fichier(importer: Importer, referentiel: Referentiel) -> None:
    lot = importer(
        "Siren mairie,Site,Note\n213300635,oui,Jean\n210100012,non,Anne\n",
        correspondance={
            "colonnes": {"Siren mairie": "siren", "Site": "communication_q01", "Note": "ignorer"},
            "valeurs": {"communication_q01": {"Oui": "oui", "NON": "non"}},
        },
    )
    assert lot.charges == 2
    octets = keep(lot)
    assert "Jean" not in octets.decode()
    assert reread(read_garde(octets), referentiel, MiniCatalogue()).charges == 2


def test_une_colonne_que_le_catalogue_ne_reconnait_plus_garde_sa_cible(
    importer: Importer, referentiel: Referentiel
) -> None:
    lot = importer("SIREN;Q01;Q06\n213300635;Y;Y\n")
    relu = _reread_with(lot, referentiel, code="SITE", libelle="Votre site")
    assert relu.fait_reponse.equals(lot.fait_reponse)
    with pytest.raises(ImportRefuse, match="reponses\\.csv"):
        _reread_with(lot, referentiel, vague=False)


def _reread_with(lot: Lot, referentiel: Referentiel, *, vague: bool = True, **change: str) -> Lot:
    class Change(MiniCatalogue):
        premiere, *autres = QUESTIONNAIRE.questions
        questionnaires = {  # noqa: RUF012
            "communication": replace(QUESTIONNAIRE, questions=(replace(premiere, **change), *autres))
        }
        vagues = MiniCatalogue.vagues if vague else MiniCatalogue.vagues[1:]

    return reread(read_garde(keep(lot)), referentiel, Change())


def test_un_fichier_garde_par_un_programme_plus_recent_est_refuse(importer: Importer) -> None:
    objet = json.loads(keep(importer("SIREN;Q01\n213300635;Y\n"))) | {"forme": 99}
    with pytest.raises(ImportRefuse, match="plus récent"):
        read_garde(json.dumps(objet).encode())


def test_aucun_libelle_du_catalogue_ne_passe_pour_personnel() -> None:
    """Un libellé masqué ne serait plus reconnu à la relecture."""
    libelles = [
        texte
        for questionnaire in load_catalogue().questionnaires.values()
        for question in questionnaire.questions
        for option in question.options
        for texte in (option.libelle, f"{option.libelle} ; {option.libelle}")
    ]
    assert len(libelles) > 500
    assert [texte for texte in libelles if mask_personal(texte) != texte] == []
