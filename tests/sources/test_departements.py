"""Ce qui ne se voit que dans un département : des valeurs en face d'une autre commune que la leur."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue import DONNEES, load_catalogue
from barometre.pipeline import referentiel as ref
from barometre.sources.catalogue import Attendu, load_sources_exterieures
from barometre.sources.contexte import Contexte
from barometre.sources.departements import list_contradictions, list_incomplets
from barometre.sources.empreinte import Empreinte
from barometre.sources.errors import SourceRefusee
from barometre.sources.etat import arcep_ftth, banatic_competences, recensement_2021, typologies_anct
from barometre.sources.examen import read_source
from barometre.sources.fetch import Copie, Lieu, hash_file, keep
from barometre.sources.lecture import Brut
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs
from barometre.sources.ruptures import Accord
from barometre.sources.territoires import Territoires

NORD = "59"
AUTRES = ("1004", "1505", "4560", "9920")
RAPPORTS = {"logements": 0.5, "etablissements": 0.05}


@pytest.fixture(scope="module")
def pays() -> Contexte:
    """Le vrai référentiel : un rang demande un département entier."""
    collectivites = ref.load_collectivites(DONNEES, load_catalogue(), ref.load_opsn(DONNEES)[1])
    return Contexte(Territoires(collectivites, ref.load_codes_anciens(DONNEES)), collectivites, "2024")


@pytest.fixture(scope="module")
def recensement() -> Brut:
    """Le vrai fichier, fourni avec l'application, réduit à trois départements."""
    fourni = load_sources_exterieures()["recensement_2021"].embarque
    assert fourni is not None
    brut = recensement_2021.read(fourni.chemin)
    return Brut(brut.frame[brut.frame["code"].str[:2].isin(("29", NORD, "62"))])


def judge(resultat: Resultat) -> None:
    """Ce qu'en fait l'examen, sans l'accord de personne."""
    Accord().check_ruptures(resultat.ruptures)


def build_arcep(pays: Contexte) -> Brut:
    """Des locaux à proportion des habitants ; un sur trois est raccordable dans une commune sur trois."""
    communes = pays.collectivites[pays.collectivites["type"].eq("commune")]
    communes = communes[communes["departement"].isin(("29", NORD, "62"))]
    habitants = pd.to_numeric(communes["population"]).to_numpy()
    locaux = {nom: np.ceil(habitants * rapport).astype(int) for nom, rapport in RAPPORTS.items()}
    tous, ici = sum(locaux.values()), np.arange(len(communes)) % 3 == 0
    raccordables = {
        nom: np.where(ici, tous * part // 10, 0)
        for nom, part in zip(arcep_ftth.TRIMESTRES, (2, 3, 4), strict=True)
    }
    classes = {arcep_ftth.CLASSE: np.where(ici, 25, 0)}
    colonnes = {"code": communes["code"].tolist(), **raccordables, **locaux, **classes}
    return Brut(pd.DataFrame(colonnes).astype("str"))


def build_typologies(pays: Contexte) -> Brut:
    """Des classes qui montent avec la taille : les trois quarts des communes sont rurales."""
    communes = pays.collectivites[pays.collectivites["type"].eq("commune")]
    communes = communes[communes["departement"].isin(("29", NORD, "62"))]
    rangs = pd.to_numeric(communes["population"]).rank(pct=True)
    quatre = pd.cut(rangs, [0, 0.4, 0.75, 0.9, 1])
    densites = ["Rural à habitat très dispersé", "Rural à habitat dispersé", "Petites villes"]
    ruralites = quatre.cat.rename_categories(
        [*(typologies_anct.RURALITES[i] for i in (2, 3, 0)), typologies_anct.HORS_CHAMP]
    )
    centralites = [typologies_anct.CENTRALITES[i] for i in (0, 1, 2, 4)]
    colonnes = {
        "code": communes["code"],
        "niveau_densite": quatre.cat.rename_categories([*densites, "Grands centres urbains"]),
        "niveau_ruralite": ruralites,
        "niveau_centralite": quatre.cat.rename_categories(centralites),
        "niveau_montagne": "",
    }
    return Brut(pd.DataFrame(colonnes).astype("str").reset_index(drop=True))


def shift(brut: Brut, colonne: str, change: Callable[[pd.Series], object] | None = None) -> Brut:
    """La colonne décalée d'une ligne (ou changée) dans le Nord, et là seulement."""
    frame = brut.frame.copy()
    ici = frame["code"].str[:2].eq(NORD)
    valeurs = frame.loc[ici, colonne]
    neuves = change(valeurs) if change else np.roll(valeurs.to_numpy(), 1)
    frame.loc[ici, colonne] = neuves
    return Brut(frame)


@pytest.mark.parametrize("colonne", [c for c in recensement_2021.COLONNES if c != "code"])
def test_une_colonne_du_recensement_decalee_dans_un_departement(
    recensement: Brut, pays: Contexte, colonne: str
) -> None:
    judge(recensement_2021.rows(recensement, pays))
    with pytest.raises(SourceRefusee, match=r"département.59"):
        judge(recensement_2021.rows(shift(recensement, colonne), pays))


@pytest.mark.parametrize("colonne", ["code", *arcep_ftth.TRIMESTRES, *arcep_ftth.LOCAUX])
def test_une_colonne_de_l_arcep_decalee_dans_un_departement(pays: Contexte, colonne: str) -> None:
    arcep = build_arcep(pays)
    judge(arcep_ftth.rows(arcep, pays))
    with pytest.raises(SourceRefusee, match=r"département.59"):
        judge(arcep_ftth.rows(shift(arcep, colonne), pays))


@pytest.mark.parametrize("colonne", ["code", "niveau_densite", "niveau_centralite", "niveau_ruralite"])
def test_une_classe_decalee_dans_un_departement(pays: Contexte, colonne: str) -> None:
    typologies = build_typologies(pays)
    judge(typologies_anct.rows(typologies, pays))
    with pytest.raises(SourceRefusee, match=r"département.59"):
        judge(typologies_anct.rows(shift(typologies, colonne), pays))


def test_une_ruralite_decalee_la_ou_il_n_y_a_presque_pas_de_ville(pays: Contexte) -> None:
    """Aucune commune urbaine n'y contredit sa densité ; les petites polarités, plus peuplées, le disent."""
    typologies = build_typologies(pays)
    habitants = ("commune-" + typologies.frame["code"]).map(pays.territoires.populations)
    polarites = habitants.groupby(typologies.frame["code"].str[:2]).rank(pct=True).gt(0.8)
    ruralites = polarites.map({True: typologies_anct.RURALITES[1], False: typologies_anct.RURALITES[2]})
    rurale = Brut(typologies.frame.assign(niveau_ruralite=ruralites, niveau_densite="Bourgs ruraux"))
    autres = [r for r in typologies_anct.rows(rurale, pays).ruptures if "densite" not in r.garde]
    assert not autres
    decalee = typologies_anct.rows(shift(rurale, "niveau_ruralite"), pays).ruptures
    (rupture,) = [r for r in decalee if "densite" not in r.garde]
    assert (rupture.garde, rupture.departement, rupture.a_verifier) == ("rangs ruralite", NORD, "")


@pytest.mark.parametrize("facteur", [10, 0.1, 0])
def test_des_nombres_dix_fois_trop_grands_ou_nuls_dans_un_departement(pays: Contexte, facteur: float) -> None:
    """Leur rang n'a pas bougé : c'est leur somme par habitant qui n'est celle d'aucun département."""
    arcep = build_arcep(pays)
    fois = shift(arcep, "etablissements", lambda v: (v.astype(float) * facteur).astype("str"))
    with pytest.raises(SourceRefusee, match=r"département.59"):
        judge(arcep_ftth.rows(fois, pays))


def test_une_ligne_qui_se_contredit_est_rejetee_trois_sont_un_decalage() -> None:
    codes = pd.Series(["59001", "59002", "59003", "29001"])
    assert not list(list_contradictions(pd.Series([True, True, False, True]), codes, "x"))
    (rupture,) = list_contradictions(pd.Series([True, True, True, True]), codes, "x")
    assert "59, 3\xa0lignes se contredisent (x) : une colonne y est décalée" in rupture.phrase


def test_un_departement_a_qui_manque_une_commune_sur_dix(pays: Contexte) -> None:
    communes = pays.territoires.communes[
        pays.territoires.departements.reindex(pays.territoires.communes).eq(NORD).to_numpy()
    ]

    def check(nombre: int) -> None:
        valeurs = build_valeurs("x", pd.Series(1.0, index=communes[:nombre]), "2024")
        resultat = build_resultat(nombre, [], valeurs=valeurs)
        Accord().check_ruptures(list_incomplets(resultat, Attendu(complet=0.9), pays))

    check(len(communes) * 9 // 10 + 1)
    with pytest.raises(SourceRefusee, match=r"département.59"):
        check(len(communes) * 9 // 10 - 1)


def build_competences(pays: Contexte) -> Brut:
    """Les EPCI du Finistère et du Nord : les quatre compétences de tous, et deux, trois ou quatre autres."""
    epci = pays.collectivites[pays.collectivites["type"].eq("epci")]
    epci = epci[epci["departement"].isin(("29", NORD))]
    codes = [
        sorted([*banatic_competences.OBLIGATOIRES, *AUTRES[: 2 + rang % 3]]) for rang in range(len(epci))
    ]
    lignes = [(siren, c) for siren, siens in zip(epci["code"], codes, strict=True) for c in siens]
    return Brut(pd.DataFrame(lignes, columns=list(banatic_competences.COLONNES)))


def test_des_competences_dont_la_moitie_manque_dans_un_departement(pays: Contexte) -> None:
    """Dix-huit EPCI du Nord passaient à la moitié de leurs compétences, sans un mot."""
    competences = build_competences(pays)
    assert not banatic_competences.rows(competences, pays).rejets
    du_nord = "epci-" + competences.frame["siren"]
    du_nord = du_nord.map(pays.territoires.departements).eq(NORD)
    moitie = Brut(competences.frame[~du_nord | (np.arange(len(du_nord)) % 2 == 0)])
    with pytest.raises(SourceRefusee, match=r"département.59"):
        judge(banatic_competences.rows(moitie, pays))
    decalee = competences.frame.copy()
    decalee.loc[du_nord, "siren"] = np.roll(decalee.loc[du_nord, "siren"].to_numpy(), 1)
    with pytest.raises(SourceRefusee, match=r"département.59"):
        judge(banatic_competences.rows(Brut(decalee), pays))


def test_un_groupement_sans_une_competence_que_tous_exercent_est_inconnu(pays: Contexte) -> None:
    """Un tiers des groupements d'un département, ou moins : des lignes perdues çà et là."""
    competences = build_competences(pays)
    sirens = competences.frame["siren"].drop_duplicates()
    du_nord = sirens[("epci-" + sirens).map(pays.territoires.departements).eq(NORD)]
    perdants = du_nord.iloc[: len(du_nord) // 3]
    perdue = competences.frame["siren"].isin(perdants) & competences.frame["code_competence"].eq("1528")
    resultat = banatic_competences.rows(Brut(competences.frame[~perdue]), pays)
    connus = set(resultat.valeurs["collectivite_id"])
    assert connus == {f"epci-{siren}" for siren in sirens} - {f"epci-{siren}" for siren in perdants}
    assert {r.motif for r in resultat.rejets} == {banatic_competences.INCOMPLET}
    # Une liste dont aucun n'a ces codes a une autre nomenclature : rien ne s'y juge.
    autre = competences.frame.assign(code_competence="1" + competences.frame["code_competence"].str[1:])
    autre = autre[~autre["code_competence"].isin(banatic_competences.OBLIGATOIRES[:1])].drop_duplicates()
    assert not banatic_competences.rows(Brut(autre), pays).rejets


def test_une_bonne_copie_d_avant_ces_gardes_ne_fait_pas_refuser_la_suivante(
    pays: Contexte, tmp_path: Path
) -> None:
    fibre = replace(load_sources_exterieures()["arcep_ftth"], attendu=Attendu(), repere=None)
    lieu = Lieu(tmp_path / "miroir", tmp_path / "copies")
    juste = build_arcep(pays)
    ancienne, neuve = tmp_path / "ancienne.csv.gz", tmp_path / "miroir" / fibre.miroir
    neuve.parent.mkdir(parents=True)
    (lieu.copies / fibre.id).mkdir(parents=True)
    shift(juste, "logements").frame.to_csv(ancienne, index=False)
    juste.frame.to_csv(neuve, index=False)
    comptes = Empreinte(len(juste.frame), 0).to_dict()
    keep(Copie(fibre.id, ancienne, "miroir", hash_file(ancienne), datetime.now(UTC), comptes=comptes), lieu)
    copie, resultat = read_source(fibre, lieu, pays)
    assert (copie.avertissement, resultat.rapport.rejetes) == ("", 0)


MONTAGNE = "08 - Massif des Pyrénées"


def build_montagne(pays: Contexte) -> Brut:
    """Les communes de l'Ariège ; celles de quatre de ses intercommunalités sont de montagne."""
    communes = pays.collectivites[pays.collectivites["type"].eq("commune")]
    communes = communes[communes["departement"].eq("09")].reset_index(drop=True)
    hautes = communes["epci"].isin(sorted(set(communes["epci"]))[:4])
    reste = dict.fromkeys(typologies_anct.ATTRIBUTS, "")
    frame = pd.DataFrame({"code": communes["code"], **reste}).astype("str")
    frame["niveau_montagne"] = hautes.map({True: MONTAGNE, False: ""})
    return Brut(frame)


def rename(massifs: pd.Series, nombre: int) -> pd.Series:
    """Les premières communes de montagne, dans les Alpes."""
    return massifs.mask(massifs.ne("").cumsum().between(1, nombre) & massifs.ne(""), "03 - Massif des Alpes")


@pytest.mark.parametrize(
    ("change", "refus"),
    [
        (lambda massifs: massifs, None),
        (lambda massifs: rename(massifs, 2), None),
        (lambda massifs: rename(massifs, 3), "3.lignes se contredisent"),
        (lambda massifs: "", "aucune commune de montagne"),
        (lambda massifs: np.roll(massifs.to_numpy(), 1), "« montagne » n'est plus groupée"),
    ],
)
def test_un_massif_a_ses_departements_et_ses_intercommunalites(
    pays: Contexte, change: Callable[[pd.Series], object], refus: str | None
) -> None:
    montagne = build_montagne(pays)
    montagne.frame["niveau_montagne"] = change(montagne.frame["niveau_montagne"])
    if refus is None:
        judge(typologies_anct.rows(montagne, pays))
        return
    with pytest.raises(SourceRefusee, match=refus):
        judge(typologies_anct.rows(montagne, pays))


@pytest.mark.parametrize("colonne", list(typologies_anct.ATTRIBUTS))
def test_une_classe_hors_de_sa_grille_n_est_pas_une_classe(pays: Contexte, colonne: str) -> None:
    """« 0 » au lieu d'une densité faisait d'une commune rurale une commune urbaine."""
    typologies = build_typologies(pays)
    typologies.frame.loc[0, colonne] = "0"
    resultat = typologies_anct.rows(typologies, pays)
    assert [r.motif for r in resultat.rejets] == [typologies_anct.CLASSE_INCONNUE]
    assert "commune-" + typologies.frame["code"][0] not in set(resultat.valeurs["collectivite_id"])
