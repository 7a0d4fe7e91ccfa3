"""Ce que la carte montre à chaque niveau, ce qu'elle tait, et ce qu'elle en dit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.domain.portee import PUBLIC
from barometre.views.carte.changements import CHANGEMENTS, NON_TESTE, _ligne
from barometre.views.carte.faits import RIEN_DE_CONNU
from barometre.views.carte.lieux import build_fil, list_lieux
from barometre.views.carte.niveaux import (
    _is_assez,
    list_mesures_par_commune,
    list_niveaux_montres,
)
from barometre.views.carte.pseudo_indicateurs import OPSN, PARTICIPATION
from barometre.views.carte.publies_carte import describe_publies
from barometre.views.carte.valeurs import OUI_NON, read_mesure
from barometre.views.carte.vue_carte import ChoixCarte, VueCarte, build_vue_carte, get_dessous, list_niveaux
from barometre.views.lecture.selection import Selection
from barometre.warehouse.repository import Repository
from barometre.warehouse.versions import open_entrepot
from tests.fakes import build_entrepot_factice

CATALOGUE = load_catalogue()
CHOIX = ChoixCarte("site_internet", "communication", "region", Selection())


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    depot = Repository(open_entrepot(build_entrepot_factice(tmp_path_factory.mktemp("entrepot"))))
    yield Gate(depot, PUBLIC)
    depot.close()


def _vue(gate: Gate, **autres: object) -> VueCarte:
    return build_vue_carte(gate, CATALOGUE, replace(CHOIX, **autres))  # type: ignore[arg-type]


def test_un_indicateur_declare_par_region(gate: Gate) -> None:
    vue = _vue(gate)
    assert list(vue.cadre["territoire_id"]) == ["region-01", "region-02"]
    assert set(vue.cadre["etat"]) == {"montre"}
    assert vue.choix.selection.vague_id == "2026-v4"  # la dernière vague qui a des réponses
    assert vue.cadre["detail"].str.contains("note A, serait à citer").all()
    assert vue.simulee


def test_les_classes_naissent_de_toutes_les_vagues(gate: Gate) -> None:
    premiere, derniere = (_vue(gate, selection=Selection(vague_id=v)) for v in ("2023-v1", "2026-v4"))
    assert premiere.releve.toutes == derniere.releve.toutes
    assert len(premiere.releve.toutes) == 4  # deux régions, deux vagues
    assert not premiere.cadre["valeur"].equals(derniere.cadre["valeur"])


def test_un_territoire_sans_cellule_dit_pourquoi(gate: Gate) -> None:
    vue = _vue(gate, niveau="departement")
    assert vue.est_vide
    assert vue.cadre["valeur"].isna().all()
    assert (vue.cadre["raison"] != "").all()


def test_au_public_une_commune_ne_dit_rien_pas_meme_sa_participation(gate: Gate) -> None:
    vue = _vue(gate, niveau="commune")
    assert vue.indicateur.id == PARTICIPATION
    assert set(vue.cadre["etat"]) == {"absent"}
    assert set(vue.cadre["raison"]) == {"Qui a répondu n’est pas public."}
    assert any("publics" in message for message in vue.messages)


def test_hors_de_la_strate_une_commune_n_est_pas_non_repondante(gate: Gate) -> None:
    vue = _vue(gate, niveau="commune", selection=Selection(type="departement"))
    assert set(vue.cadre["etat"]) == {"absent"}
    assert vue.cadre["raison"].str.startswith("Hors de la sélection").all()


def test_la_participation_de_deux_communes_ne_se_compte_pas(gate: Gate) -> None:
    vue = _vue(gate, indicateur_id=PARTICIPATION, selection=Selection(type="commune"))
    assert set(vue.cadre["etat"]) == {"absent"}
    assert vue.cadre["raison"].str.contains("moins de 10").all()


def test_sans_opsn_connu_le_departement_est_inconnu_jamais_non_couvert(gate: Gate) -> None:
    vue = _vue(gate, indicateur_id=OPSN, niveau="departement")
    assert set(vue.cadre["raison"]) == {RIEN_DE_CONNU}
    assert "non couvert" in vue.releve.absent
    assert not vue.simulee or vue.indicateur.origine == "declare"


def test_l_opsn_se_lit_par_departement(gate: Gate) -> None:
    vue = _vue(gate, indicateur_id=OPSN, niveau="region")
    assert vue.choix.niveau == "departement"
    assert vue.messages


@pytest.mark.parametrize(
    ("niveau", "selection", "mot"),
    [
        ("epci", Selection(type="commune"), "intercommunalité"),
        ("departement", Selection(couverture="adherente"), "département"),
    ],
)
def test_un_filtre_impossible_a_ce_niveau_est_retire_et_dit(
    gate: Gate, niveau: str, selection: Selection, mot: str
) -> None:
    vue = _vue(gate, niveau=niveau, selection=selection)
    assert vue.choix.selection.type == vue.choix.selection.couverture == ""
    assert any(mot in message for message in vue.messages)


def test_une_mesure_absente_se_dit(gate: Gate) -> None:
    mesures = CATALOGUE.list_indicateurs(origine="mesure")
    if not mesures:
        pytest.skip("aucun indicateur mesuré au catalogue")
    vue = _vue(gate, indicateur_id=mesures[0].id, theme_id=mesures[0].theme_id)
    assert vue.est_vide
    assert any("donnée de l’État" in message for message in vue.messages)
    assert not vue.simulee


def test_dans_une_region_on_ne_voit_que_ses_departements(gate: Gate) -> None:
    lieux = list_lieux(gate, "departement", Selection(territoire_id="region-02"))
    assert list(lieux["code"]) == ["2A"]


def test_le_chemin_remonte_a_la_france(gate: Gate) -> None:
    assert [nom for _, nom in build_fil(gate, "departement-2A")] == [
        "France", "Région Fictive du Sud", "Essai-du-Sud",
    ]  # fmt: skip
    assert build_fil(gate, "departement-zz") == (("france", "France"),)


def test_un_clic_descend_puis_ouvre_la_fiche() -> None:
    assert [get_dessous(n) for n in ("region", "departement", "epci", "commune")] == [
        "departement", "commune", "commune", "",
    ]  # fmt: skip
    assert list_niveaux("france")[0] == "region"
    assert list_niveaux("region-02")[0] == "departement"
    assert list_niveaux("epci-200000172") == ("commune",)


def test_le_fichier_porte_sa_provenance(gate: Gate) -> None:
    provenance = _vue(gate).provenance
    assert provenance.simulee
    assert "site_internet" in provenance.get_nom("csv")
    assert "simulees" in provenance.get_nom("png")


def test_les_adresses_de_la_carte_sont_declarees() -> None:
    source = (
        Path(__file__).resolve().parents[2] / "barometre" / "views" / "lecture" / "address.py"
    ).read_text("utf-8")
    for cle in ("classes", "en_face", "couche", "niveau", "territoire"):
        assert f'Cle("{cle}"' in source


def test_une_mesure_de_zero_ou_un_se_lit_oui_ou_non() -> None:
    valeurs = pd.DataFrame(
        {
            "collectivite_id": ["commune-01001", "commune-01002"],
            "periode": "2024-08-01",
            "etat": "repondu",
            "valeur": [1.0, 0.0],
        }
    )
    porte = _porte_etat(valeurs.assign(n_communes=None))
    ids = ["commune-01001", "commune-01002", "commune-01004"]
    lieux = pd.DataFrame({"territoire_id": ids, "code": ids, "nom": ids, "region": "84"})
    indicateur = CATALOGUE.get_indicateur("france_services_presence")
    releve = read_mesure(porte, indicateur, "commune", Selection(), lieux)  # type: ignore[arg-type]
    assert releve.categories == OUI_NON
    assert list(releve.cadre["valeur_texte"]) == ["Oui", "Non", ""]
    assert list(releve.cadre["etat"]) == ["montre", "montre", "absent"]


@pytest.mark.parametrize(("jour", "attendus", "dit"), [
    (datetime(2026, 11, 28), ["Oui", "Non"], ()),
    # Quatre ans passés, un oui se montre avec sa date, un non de ce qui se déploie ne dit rien d'aujourd'hui.
    (datetime(2029, 11, 28), ["Oui", ""], ("Donnée ancienne : 1er août 2024.",)),
])  # fmt: skip
def test_un_fait_d_une_commune_vieillit_sur_la_carte_comme_sur_sa_fiche(
    jour: datetime, attendus: list[str], dit: tuple[str, ...]
) -> None:
    ids = ["commune-01001", "commune-01002"]
    faits = {"periode": "2024-08-01", "etat": "repondu", "valeur": [1.0, 0.0], "n_communes": None}
    porte = _porte_etat(pd.DataFrame({"collectivite_id": ids, **faits}))
    porte.get_version = lambda: SimpleNamespace(creee_le=jour)
    lieux = pd.DataFrame({"territoire_id": ids, "code": ids, "nom": ids, "region": "84"})
    presence = CATALOGUE.get_indicateur("france_services_presence")
    releve = read_mesure(porte, presence, "commune", Selection(), lieux)  # type: ignore[arg-type]
    assert list(releve.cadre["valeur_texte"]) == attendus
    assert releve.messages == dit


def _porte_etat(valeurs: pd.DataFrame) -> SimpleNamespace:
    """Des valeurs de l'État, une région de dix communes, une version du 28 novembre 2026."""
    communes = pd.DataFrame({"type": ["commune"] * 10, "porteur_id": None, "region": "84"})
    return SimpleNamespace(
        list_valeurs=lambda *_, **filtres: valeurs[:0] if filtres.get("type") == "france" else valeurs,
        get_referentiel=lambda: communes,
        get_version=lambda: SimpleNamespace(creee_le=datetime(2026, 11, 28)),
    )


@pytest.mark.parametrize(
    ("indicateur_id", "relevee", "etat", "raison"),
    [
        ("france_services_presence", ("2024-08-01", 0.75, 4), "absent", "Trop partiel"),
        ("france_services_presence", ("2024-08-01", 0.75, 5), "montre", ""),
        ("fibre_part_raccordable", ("2018-03", 0.0, 10), "absent", "Donnée ancienne"),
    ],
    ids=["quatre-communes", "la-moitie", "zero-de-2018"],
)
def test_la_carte_cache_ce_que_le_theme_cache(
    indicateur_id: str, relevee: tuple[str, float, int], etat: str, raison: str
) -> None:
    ligne = dict(zip(("periode", "valeur", "n_communes"), relevee, strict=True))
    porte = _porte_etat(pd.DataFrame([{"collectivite_id": "region-84", "etat": "repondu", **ligne}]))
    lieux = pd.DataFrame([{"territoire_id": "region-84", "code": "84", "nom": "Essai", "region": "84"}])
    indicateur = CATALOGUE.get_indicateur(indicateur_id)
    cadre = read_mesure(porte, indicateur, "region", Selection(), lieux).cadre  # type: ignore[arg-type]
    assert cadre["etat"].tolist() == [etat]
    assert cadre["raison"].iloc[0].startswith(raison)


def test_la_carte_dit_la_date_d_une_donnee_ancienne() -> None:
    ligne = {"collectivite_id": "region-84", "periode": "2018-03", "etat": "repondu", "valeur": 0.3}
    porte = _porte_etat(pd.DataFrame([{**ligne, "n_communes": 10}]))
    lieux = pd.DataFrame([{"territoire_id": "region-84", "code": "84", "nom": "Essai", "region": "84"}])
    fibre = CATALOGUE.get_indicateur("fibre_part_raccordable")
    releve = read_mesure(porte, fibre, "region", Selection(), lieux)  # type: ignore[arg-type]
    assert releve.messages == ("Donnée ancienne : mars 2018.",)
    assert releve.cadre["etat"].tolist() == ["montre"]
    # Comme le thème et la fiche : là où celle qui la remplace est connue, l'ancienne ne se montre plus.
    recente = CATALOGUE.get_indicateur("fibre_deploiement")
    remplacee = read_mesure(porte, fibre, "region", Selection(), lieux, plus_recente=recente)  # type: ignore[arg-type]
    cadre = remplacee.cadre
    # La carte toute grise dit pourquoi, au lieu de renvoyer à un niveau plus large.
    assert remplacee.messages == (cadre["raison"].iloc[0],)
    assert cadre["etat"].tolist() == ["absent"]
    assert "Remplacé par" in cadre["raison"].iloc[0]


def test_un_chiffre_publie_sans_territoire_le_dit(gate: Gate) -> None:
    publies = _vue(gate).publies
    assert "76" in publies
    assert "sans détail par territoire" in publies
    assert "leur accord ne prouve rien" in publies  # la version est simulée, et le tirage suit ce chiffre
    reelle = describe_publies(CATALOGUE, CATALOGUE.get_indicateur("site_internet"))
    assert reelle
    assert "ne prouve rien" not in reelle
    participation = _vue(gate, indicateur_id=PARTICIPATION).publies
    assert "ne prouve rien" not in participation
    assert "publiés par le baromètre sur ce sujet" in participation
    assert _vue(gate, indicateur_id=OPSN, niveau="departement").publies == ""


def test_la_couverture_opsn_n_est_pas_simulee(gate: Gate) -> None:
    vue = _vue(gate, indicateur_id=OPSN, niveau="departement")
    assert not vue.simulee
    assert not vue.provenance.simulee
    assert "Opérateurs publics" in vue.provenance.source
    assert _vue(gate).simulee


def test_un_niveau_sans_rien_a_montrer_ne_se_propose_pas(gate: Gate) -> None:
    # L'entrepôt d'essai n'a de chiffres que par région ; une commune ne dit rien au public.
    assert list_niveaux_montres(gate, CATALOGUE, CHOIX) == ("region",)
    opsn = replace(CHOIX, indicateur_id=OPSN)
    assert list_niveaux_montres(gate, CATALOGUE, opsn) == ("departement", "epci", "commune")


@pytest.mark.parametrize(("montres", "lieux", "assez"), [
    (0, 18, False), (1, 18, True), (11, 1254, False), (62, 1254, False), (63, 1254, True), (0, 0, False),
])  # fmt: skip
def test_un_lieu_sur_vingt_au_moins_sinon_la_carte_est_grise(montres: int, lieux: int, assez: bool) -> None:
    assert _is_assez(montres, lieux) == assez


def test_un_niveau_montre_a_une_autre_vague_ne_se_propose_pas(gate: Gate) -> None:
    vagues = [v.id for v in CATALOGUE.vagues if CHOIX.theme_id in v.questionnaires]
    for vague in vagues:
        choix = replace(CHOIX, selection=Selection(vague_id=vague))
        montre = not build_vue_carte(gate, CATALOGUE, choix).est_vide
        assert ("region" in list_niveaux_montres(gate, CATALOGUE, choix)) == montre


def test_par_commune_on_propose_des_donnees_de_l_etat_du_theme_d_abord(gate: Gate) -> None:
    proposees = list_mesures_par_commune(gate, CATALOGUE, "communication")
    assert all(i.origine == "mesure" and gate.has_mesure(i.id, "commune") for i in proposees)


def test_le_changement_teste_a_sa_carte(gate: Gate) -> None:
    apres = Selection(vague_id="2026-v4")
    vue = _vue(gate, selection=apres, depuis="2023-v1")
    assert vue.releve.categories == CHANGEMENTS
    assert "changement testé" in vue.titre
    # L'entrepôt d'essai n'a pas de test par région : rien n'est inventé, la raison est dite.
    assert set(vue.cadre["raison"]) == {NON_TESTE}


def test_un_verdict_masque_ne_colore_rien() -> None:
    test = {"etat": "primary", "changement": 0.2, "verdict": "hausse"}
    assert _ligne(CATALOGUE.get_indicateur("site_internet"), test)["etat"] == "absent"
    montre = _ligne(CATALOGUE.get_indicateur("site_internet"), test | {"etat": "published"})
    assert (montre["valeur"], montre["etat"]) == (2, "montre")
