"""SIREN, opérateurs, adhérents, présence numérique : ce que les sources apprennent des collectivités."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometre.sources.contexte import CODE_DISCORDANT, SIREN_DISCORDANT, Contexte
from barometre.sources.errors import SourceRefusee
from barometre.sources.etat import (
    adherents_operateurs_anct,
    operateurs_anct,
    presence_numerique,
    siren_departements,
    siren_regions,
)
from barometre.sources.resultat import PERSONNEL, Rejet, build_resultat
from barometre.sources.siren import is_siren
from tests.sources.conftest import Ecrire
from tests.sources.test_listes import valeurs

DEPARTEMENTS = """code,region,chef_lieu,nom,type_liaison,zone,siren_2022
33,75,33063,Gironde,5,metro,223300013
01,84,01053,Ain,5,metro,220100010
75,11,75056,Paris,5,metro,217500016
987,987,98735,Polynésie française,0,com,
976,06,97611,Mayotte,0,drom,229850003
"""


def test_siren_des_departements(ecrire: Ecrire, contexte: Contexte) -> None:
    resultat = siren_departements.rows(siren_departements.read(ecrire(DEPARTEMENTS)), contexte)
    sirens = resultat.attributs.set_index("collectivite_id")["siren"].to_dict()
    # Paris est porté par sa commune : le département n'est pas une collectivité du cadre.
    assert sirens == {"departement-33": "223300013", "departement-01": "220100010"}
    assert (resultat.rapport.charges, resultat.rapport.rejetes) == (2, 3)


def test_des_siren_decales_d_une_ligne_sont_refuses(ecrire: Ecrire, contexte: Contexte) -> None:
    lignes = [ligne.split(",") for ligne in DEPARTEMENTS.splitlines()[1:3]]
    lignes[0][-1], lignes[1][-1] = lignes[1][-1], lignes[0][-1]
    decale = "\n".join([DEPARTEMENTS.splitlines()[0], *(",".join(ligne) for ligne in lignes), ""])
    with pytest.raises(SourceRefusee, match="une colonne est décalée"):
        siren_departements.rows(siren_departements.read(ecrire(decale)), contexte)
    # Une région d'avant 2016 : 23, puis le département de son siège.
    texte = (
        "code,chef_lieu,nom,type_liaison,zone,siren_2022\n84,69123,Auvergne-Rhône-Alpes,0,metro,237500079\n"
    )
    with pytest.raises(SourceRefusee, match="« code » et « siren_2022 » ne disent pas le même territoire"):
        siren_regions.rows(siren_regions.read(ecrire(texte)), contexte)


def test_siren_faux_refuse(ecrire: Ecrire, contexte: Contexte) -> None:
    texte = DEPARTEMENTS.replace("223300013", "223300014")  # la clé ne tombe plus juste
    resultat = siren_departements.rows(siren_departements.read(ecrire(texte)), contexte)
    assert "departement-33" not in set(resultat.attributs["collectivite_id"])


def test_siren_des_regions(ecrire: Ecrire, contexte: Contexte) -> None:
    texte = (
        "code,chef_lieu,nom,type_liaison,zone,siren_2022\n84,69123,Auvergne-Rhône-Alpes,0,metro,200053767\n"
    )
    resultat = siren_regions.rows(siren_regions.read(ecrire(texte)), contexte)
    assert resultat.attributs["collectivite_id"].tolist() == ["region-84"]


@given(st.text(max_size=12))
def test_un_siren_a_neuf_chiffres(texte: str) -> None:
    if is_siren(texte):
        assert len(texte) == 9
        assert texte.isdigit()


OPERATEURS = """id;nom;nom_avec_article;url;siret;statut;services;departements
u1;Gironde Numérique;;https://g.fr;20001004900076;partenaire;2,12;33
u2;ADM81;;https://a.fr;37859826200;;;01,33
u3;TEST;;;21550050500015;;;
u4;Opérateur perdu;;;;;;99
;Sans identifiant;;;;;;
"""


def test_operateurs(ecrire: Ecrire, contexte: Contexte) -> None:
    resultat = operateurs_anct.rows(operateurs_anct.read(ecrire(OPERATEURS)), contexte)
    assert resultat.operateurs["u1"] == "opsn-a"  # reconnu par son nom
    assert resultat.operateurs["u2"] == "anct-u2"
    nouveaux = resultat.opsn.set_index("opsn_id")
    assert set(nouveaux.index) == {"anct-u2", "anct-u4"}
    assert nouveaux.loc["anct-u2", "siret"] is None  # onze chiffres : ce n'est pas un SIRET
    liens = {(x.opsn_id, x.cible_id, x.nature) for x in resultat.liens.itertuples()}
    assert liens == {
        ("opsn-a", "departement-33", "perimetre"),
        ("anct-u2", "departement-01", "perimetre"),
        ("anct-u2", "departement-33", "perimetre"),
    }
    assert (resultat.rapport.charges, resultat.rapport.rejetes) == (2, 3)


def know(contexte: Contexte) -> Contexte:
    """Le contexte, où Gironde Numérique a un SIRET et la Gironde."""
    opsn = contexte.opsn.assign(siret=["20001004900076", None])
    return replace(contexte, opsn=opsn, perimetres=PERIMETRES)


# Chez nous : Gironde Numérique, de la Gironde, est opsn-a.
@pytest.mark.parametrize(
    ("ligne", "motif"),
    [
        ("Gironde Numérique;;;20001004900076;;;33", None),
        ("Gironde Num.;;;20001004900076;;;", None),
        ("Gironde Numérique;;;;;;01,33", None),
        ("Gironde Numérique;;;20001004900099;;;33", None),  # un autre établissement
        ("Gironde Numérique;;;20001004900076;;;01", operateurs_anct.DISCORDANT),
        ("Gironde Numérique;;;25740008500078;;;33", operateurs_anct.DISCORDANT),
        ("Syane;;;20001004900076;;;33", operateurs_anct.DISCORDANT),
        ("30;;;20001004900076;;;33", operateurs_anct.SANS_NOM),  # une ligne de total
    ],
)
def test_un_operateur_connu_a_son_nom_son_siret_et_ses_departements(
    ecrire: Ecrire, contexte: Contexte, ligne: str, motif: str | None
) -> None:
    autres = [f"n{i};Opérateur {chr(97 + i)};;;2500000000{i:04d};;;01" for i in range(12)]
    texte = "\n".join([OPERATEURS.partition("\n")[0], f"u1;{ligne}", *autres])
    resultat = operateurs_anct.rows(operateurs_anct.read(ecrire(texte)), know(contexte))
    assert [r.motif for r in resultat.rejets] == ([motif] if motif else [])
    assert resultat.operateurs.get("u1") == (None if motif else "opsn-a")


def test_des_operateurs_decales_sont_refuses(ecrire: Ecrire, contexte: Contexte) -> None:
    avec = know(contexte)
    entete = OPERATEURS.partition("\n")[0]
    decales = f"{entete}\nu1;Syane;;;20001004900076;;;33\nu2;Gironde Numérique;;;25740008500078;;;74\n"
    with pytest.raises(SourceRefusee, match="ne disent pas le même opérateur sur 2"):
        operateurs_anct.rows(operateurs_anct.read(ecrire(decales)), avec)
    abimes = "\n".join([entete, *(f"u{i};Opérateur {chr(97 + i)};;;N/A;;;01" for i in range(12))])
    with pytest.raises(SourceRefusee, match="« siret » ne se lit pas sur 12"):
        operateurs_anct.rows(operateurs_anct.read(ecrire(abimes)), avec)


def test_operateurs_json(ecrire: Ecrire, contexte: Contexte) -> None:
    objets = [{"id": "u1", "nom": "Gironde Numérique", "siret": "20001004900076", "departements": ["33"]}]
    resultat = operateurs_anct.rows(operateurs_anct.read(ecrire(json.dumps(objets), "o.json")), contexte)
    assert resultat.liens["cible_id"].tolist() == ["departement-33"]


PERIMETRES = {"opsn-a": frozenset({"departement-33"})}
ADHERENTS = """operateur_id;organisation_siret;organisation_type;organisation_nom;organisation_code_insee;role
u1;{bordeaux}00017;commune;Bordeaux;33063;adherent
u1;24330031600011;epci;Bordeaux Métropole;33063;
u1;{bordeaux}00017;commune;Bordeaux;33063;perimetre
u9;24330031600011;epci;Bordeaux Métropole;33063;adherent
u1;99999999900011;commune;Nulle part;;adherent
"""


def test_adherents_par_siret(ecrire: Ecrire, contexte: Contexte) -> None:
    sirens = {v: k for k, v in contexte.sirens.items()}
    texte = ADHERENTS.format(bordeaux=sirens["commune-33063"])
    avec = replace(contexte, operateurs={"u1": "opsn-a"})
    resultat = adherents_operateurs_anct.rows(adherents_operateurs_anct.read(ecrire(texte)), avec)
    assert resultat.liens["cible_id"].tolist() == ["commune-33063", "epci-243300316"]
    assert set(resultat.liens["nature"]) == {"adherente"}
    motifs = [r.motif for r in resultat.rejets]
    assert motifs == [
        adherents_operateurs_anct.AUTRE_ROLE,  # un périmètre ne dit pas une adhésion
        adherents_operateurs_anct.OPERATEUR_INCONNU,
        adherents_operateurs_anct.HORS_CADRE,
    ]


def test_un_role_inconnu_ne_dit_pas_une_adhesion(ecrire: Ecrire, contexte: Contexte) -> None:
    """« N/A » partout dans le rôle faisait de mille périmètres autant d'adhésions."""
    siren = {v: k for k, v in contexte.sirens.items()}["commune-33063"]
    texte = f"{ADHERENTS.partition(chr(10))[0]}\nu1;{siren}00017;commune;Bordeaux;33063;N/A\n"
    avec = replace(contexte, operateurs={"u1": "opsn-a"})
    resultat = adherents_operateurs_anct.rows(adherents_operateurs_anct.read(ecrire(texte)), avec)
    assert [r.motif for r in resultat.rejets] == [adherents_operateurs_anct.ROLE_INCONNU]


def test_un_adherent_dont_le_code_dement_le_siret(ecrire: Ecrire, contexte: Contexte) -> None:
    siren = {v: k for k, v in contexte.sirens.items()}["commune-33063"]
    justes = [f"u1;{siren}{i:05d};commune;;33063;adherent" for i in range(10)]
    texte = "\n".join([ADHERENTS.partition("\n")[0], *justes, f"u1;{siren}99999;commune;;01004;adherent"])
    avec = replace(contexte, operateurs={"u1": "opsn-a"})
    resultat = adherents_operateurs_anct.rows(adherents_operateurs_anct.read(ecrire(texte)), avec)
    assert [r.motif for r in resultat.rejets] == [CODE_DISCORDANT]


@pytest.mark.parametrize(("dehors", "refus"), [(19, False), (20, True)])
def test_des_adherents_hors_du_perimetre_de_leur_operateur(
    ecrire: Ecrire, contexte: Contexte, dehors: int, refus: bool
) -> None:
    """Un opérateur a des adhérents hors de ses départements ; la plupart dehors, ce ne sont pas les siens."""
    sirens = {v: k for k, v in contexte.sirens.items()}
    ailleurs = sirens["commune-01004"]
    ici = sirens["commune-33063"]
    lignes = [f"u1;{ici}{i:05d};commune;;33063;adherent" for i in range(20)]
    lignes += [f"u1;{ailleurs}{i:05d};commune;;01004;adherent" for i in range(dehors + 1)]
    texte = "\n".join([ADHERENTS.partition("\n")[0], *lignes])
    avec = replace(contexte, operateurs={"u1": "opsn-a"}, perimetres=PERIMETRES)
    brut = adherents_operateurs_anct.read(ecrire(texte))
    if refus:
        with pytest.raises(SourceRefusee, match="le même opérateur"):
            adherents_operateurs_anct.rows(brut, avec)
        return
    assert not adherents_operateurs_anct.rows(brut, avec).rejets


@pytest.mark.parametrize(("autres", "refus"), [(1, False), (2, True)])
def test_des_adherents_dont_le_nom_dement_le_siret(
    ecrire: Ecrire, contexte: Contexte, autres: int, refus: bool
) -> None:
    """Un adhérent sur dix est écarté, et dit ; au-delà, une colonne est décalée."""
    sirens = {v: k for k, v in contexte.sirens.items()}
    noms = ["Bordeaux"] * (10 - autres) + ["Le Poizat"] * autres
    lignes = [
        f"u1;{sirens['commune-33063']}{i:05d};commune;{nom};33063;adherent" for i, nom in enumerate(noms)
    ]
    texte = "\n".join([ADHERENTS.partition("\n")[0], *lignes])
    brut = adherents_operateurs_anct.read(ecrire(texte))
    avec = replace(contexte, operateurs={"u1": "opsn-a"})
    if refus:
        with pytest.raises(SourceRefusee, match="ne disent pas la même collectivité sur 2"):
            adherents_operateurs_anct.rows(brut, avec)
        return
    assert [r.motif for r in adherents_operateurs_anct.rows(brut, avec).rejets] == [SIREN_DISCORDANT]


DPNT = """type;siret;siren;libelle;population;code_insee;code_postal;adresse_messagerie;site_internet;\
telephone;rpnt;departement_code_insee;departement_siret;region_code_insee;region_siret;service_public_url
commune;1;{a};Bordeaux;1;33063;33000;accueil@bordeaux.fr;https://www.bordeaux.fr/accueil;\
05 56 10 20 30;"1.a,2.a,a";33;22330001300016;75;20005375900011;
commune;2;{b};Ajaccio;1;2A004;20000;mairie.ajaccio@gmail.com;;04 95 51 52 53;2.1;2A;;94;;
epci;3;243300316;Bordeaux Métropole;1;33063;33000;;https://bordeaux-metropole.fr;;1.a;33;22330001300016;75;;
arrondissement;4;{a};Bordeaux;1;33063;33000;x@y.fr;;;;33;;75;;
commune;5;999999999;Nulle part;1;99999;;x@gmail.com;;;;;;;;
"""


@pytest.fixture
def dpnt(ecrire: Ecrire, contexte: Contexte) -> Path:
    sirens = {v: k for k, v in contexte.sirens.items()}
    return ecrire(DPNT.format(a=sirens["commune-33063"], b=sirens["commune-2A004"]), "dpnt.csv.gz")


def test_presence_numerique(dpnt: Path, contexte: Contexte) -> None:
    resultat = presence_numerique.rows(presence_numerique.read(dpnt), contexte)
    sites = valeurs(resultat, "site_internet_recense").to_dict()
    assert sites == {"commune-33063": 1.0, "commune-2A004": 0.0, "epci-243300316": 1.0}
    messageries = valeurs(resultat, "messagerie_domaine_propre").to_dict()
    assert messageries == {"commune-33063": 1.0, "commune-2A004": 0.0}  # sans adresse connue : pas de valeur
    assert valeurs(resultat, "rpnt_conforme")["commune-33063"] == 1
    assert valeurs(resultat, "rpnt_site")["epci-243300316"] == 1
    assert valeurs(resultat, "rpnt_messagerie")["commune-2A004"] == 0  # « 2.1 » n'est pas « 2.a »
    assert (resultat.rapport.charges, resultat.rapport.rejetes) == (3, 2)


def test_presence_numerique_repetee_ou_au_nom_d_une_autre(ecrire: Ecrire, contexte: Contexte) -> None:
    sirens = {v: k for k, v in contexte.sirens.items()}
    communes = [c for c in sirens if c.startswith("commune-016")][:20]
    lignes = [
        f"commune;{sirens[c]};{'Bordeaux' if i == 0 else ''};;a.fr;b.fr;" for i, c in enumerate(communes)
    ]
    repetee = f"commune;{sirens['commune-33063']};Bordeaux;33063;"
    texte = "\n".join(["type;siren;libelle;code_insee;adresse_messagerie;site_internet;rpnt", *lignes])
    brut = presence_numerique.read(ecrire(f"{texte}\n{repetee}a.fr;b.fr;\n{repetee};;\n"))
    resultat = presence_numerique.rows(brut, contexte)
    # Ni celle dont le nom dément le SIREN, ni celle de deux lignes qui se contredisent.
    assert set(valeurs(resultat, "site_internet_recense").index) == set(communes[1:])
    motifs = [r.motif for r in resultat.rejets]
    assert motifs == [SIREN_DISCORDANT, presence_numerique.REPETEE, presence_numerique.REPETEE]


def test_un_siren_decale_se_voit_au_code_insee(ecrire: Ecrire, contexte: Contexte) -> None:
    """Un nom sur quatre ne dément pas son voisin : le code INSEE, toujours."""
    sirens = {v: k for k, v in contexte.sirens.items()}
    communes = [c for c in sirens if c.startswith("commune-016")]
    entete = "type;siren;libelle;code_insee;adresse_messagerie;site_internet;rpnt"
    lignes = [f"commune;{sirens[c]};;{c[8:]};a.fr;b.fr;" for c in communes]
    # Deux SIREN échangés, et une intercommunalité au code de son siège.
    lignes[0], lignes[1] = (
        f"commune;{sirens[autre]};;{c[8:]};a.fr;b.fr;" for c, autre in (communes[:2], communes[1::-1])
    )
    lignes.append("epci;243300316;Bordeaux Métropole;33063;a.fr;b.fr;")
    resultat = presence_numerique.rows(
        presence_numerique.read(ecrire("\n".join([entete, *lignes]))), contexte
    )
    sues = set(valeurs(resultat, "site_internet_recense").index)
    assert sues == {*communes[2:], "epci-243300316"}
    assert [r.motif for r in resultat.rejets] == [CODE_DISCORDANT] * 2


@pytest.mark.parametrize("cellule", ["N/A", "0", "9999", "33063", "?", "oui"])
def test_ce_qui_n_est_ni_un_site_ni_un_domaine_ni_un_critere_ne_dit_rien(
    ecrire: Ecrire, contexte: Contexte, cellule: str
) -> None:
    """« N/A » donnait un site, une messagerie à son domaine, et pas un critère tenu."""
    siren = {v: k for k, v in contexte.sirens.items()}["commune-33063"]
    entete = "type;siren;code_insee;adresse_messagerie;site_internet;rpnt"
    texte = f"{entete}\ncommune;{siren};33063;{cellule};{cellule};{cellule}\n"
    assert presence_numerique.rows(presence_numerique.read(ecrire(texte)), contexte).valeurs.empty
    # Deux sites dans la cellule, une page, un port : c'est un site.
    for site in ("https://a.fr; https://b.fr", "exemple.fr?page=1", "http://exemple.fr:8080/x"):
        texte = f"{entete}\ncommune;{siren};33063;;{site};1.a, 2.1,a\n".replace("; h", " h")
        resultat = presence_numerique.rows(presence_numerique.read(ecrire(texte)), contexte)
        assert resultat.valeurs["valeur"].tolist() == [1, 1, 1, 0]  # un site, conforme, 1.a, non 2.a


def test_les_donnees_personnelles_n_entrent_jamais(dpnt: Path, contexte: Contexte) -> None:
    brut = presence_numerique.read(dpnt)
    assert "telephone" not in brut.frame
    resultat = presence_numerique.rows(brut, contexte)
    for tableau in (brut.frame, resultat.valeurs, resultat.attributs):
        cellules = tableau.astype("str").to_numpy().ravel().tolist()
        assert [c for c in cellules if "@" in c] == []
    assert [r for r in resultat.rejets if PERSONNEL.search(r.valeur)] == []


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_une_adresse_se_reduit_a_son_domaine(texte: str) -> None:
    assert "@" not in presence_numerique.get_domaine(texte)
    assert "@" not in presence_numerique.get_hote(texte)


@pytest.mark.parametrize("valeur", ["maire@essai.fr", "05 56 10 20 30", "+33 5.56.10.20.30", "0556102030"])
def test_la_quarantaine_masque_ce_qui_est_personnel(valeur: str) -> None:
    assert build_resultat(1, [Rejet(2, "x", valeur, "m")]).rejets[0].valeur == "(masquée)"


@pytest.mark.parametrize("valeur", ["33063", "21330063500017", "2A004", "2026-12-01", "200046977"])
def test_un_code_n_est_pas_un_telephone(valeur: str) -> None:
    assert build_resultat(1, [Rejet(2, "x", valeur, "m")]).rejets[0].valeur == valeur


def test_presence_numerique_json_et_echantillon(tmp_path: Path, contexte: Contexte, ecrire: Ecrire) -> None:
    siren = {v: k for k, v in contexte.sirens.items()}["commune-33063"]
    objet = {
        "type": "commune", "siren": siren, "insee_geo": "33063", "email_official": "a@bordeaux.fr",
        "website_url": "https://bordeaux.fr", "rcpnt": ["a", "1.a"], "phone": "05 56 10 20 30",
    }  # fmt: skip
    archive = tmp_path / "echantillon.zip"
    with zipfile.ZipFile(archive, "w") as fichier:
        fichier.writestr("organizations.json", json.dumps([objet]))
    resultat = presence_numerique.rows(presence_numerique.read(archive), contexte)
    assert valeurs(resultat, "rpnt_conforme").tolist() == [1.0]
    officiel = {v: objet.get(k) for k, v in presence_numerique.ECHANTILLON.items()}
    lu = presence_numerique.read(ecrire(json.dumps([officiel]), "dpnt.json.gz"))
    assert presence_numerique.rows(lu, contexte).valeurs.equals(resultat.valeurs)


def test_un_echantillon_d_une_autre_forme(tmp_path: Path) -> None:
    archive = tmp_path / "echantillon.zip"
    with zipfile.ZipFile(archive, "w") as fichier:
        fichier.writestr("organizations.json", "[1, 2]")
    for module in (presence_numerique, adherents_operateurs_anct):
        with pytest.raises(SourceRefusee, match="forme attendue"):
            module.read(archive)
