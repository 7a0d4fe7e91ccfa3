"""Un indicateur de près : répartitions, vagues, sensibilité, donnée de l'État."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from barometre.access import AccesRefuse
from barometre.domain.indicateur import Calcul
from barometre.views.comprendre.accord import DeclareMesure, VueAccord
from barometre.views.comprendre.indicateur import VueIndicateur, build_vue_indicateur
from barometre.views.lecture.prudence import build_sensibilite
from barometre.views.lecture.selection import Selection
from tests.views.fausse_porte import REGIONS, FaussePorte, build_catalogue, build_indicateur, cachee, cellule

LIGNES = [
    cellule(),
    cellule(vague_id="2023-v1", redresse=0.18),
    cellule(type="commune", strate="commune-0-499", redresse=0.12),
    # Le type d'une strate peut ne pas être écrit dans la cellule : elle se lit pareil.
    cellule(strate="commune-500-plus", redresse=0.4),
    cachee(type="epci", strate="epci-toutes"),
    cellule(type="commune", redresse=0.23),
    cellule(territoire_id="region-02", niveau="region", redresse=0.3, note="C", etat="indicative"),
    cellule(couverture="adherente", redresse=0.35),
]
HAUSSE = {
    "indicateur_id": "site", "vague_1": "2023-v1", "vague_2": "2026-v4", "verdict": "hausse",
    "changement": 0.06, "etat": "published",
}  # fmt: skip


def _vue(selection: Selection | None = None, **porte: Any) -> VueIndicateur:
    return build_vue_indicateur(
        FaussePorte(LIGNES, **porte), build_catalogue(), "site", selection or Selection()
    )


def _valeurs(vue: VueIndicateur, dimension: str) -> dict[str, float | None]:
    return {g.libelle: g.chiffre.redresse for g in vue.get_repartition(dimension).groupes}


def test_strates_dans_l_ordre_des_tailles() -> None:
    assert _valeurs(_vue(), "strate") == {
        "Communes de moins de 500 habitants": 0.12,
        "Communes de 500 habitants et plus": 0.4,
        "EPCI de toute taille": None,  # cachée : elle garde sa ligne
    }


def test_un_type_choisi_ne_montre_que_ses_strates() -> None:
    assert list(_valeurs(_vue(Selection(type="commune")), "strate")) == [
        "Communes de moins de 500 habitants",
        "Communes de 500 habitants et plus",
    ]


def test_territoires_par_ordre_alphabetique_jamais_un_palmares() -> None:
    lignes = [
        cellule(territoire_id=id_, niveau="region", redresse=0.9 - i / 10) for i, id_ in enumerate(REGIONS)
    ]
    vue = build_vue_indicateur(FaussePorte(lignes), build_catalogue(), "site", Selection())
    assert list(_valeurs(vue, "territoire")) == ["Île d’Essai", "Nord-Essai", "Sud-Essai"]


def test_couverture_inconnue_reste_a_part() -> None:
    assert _valeurs(_vue(), "opsn")["Adhérente d'un OPSN"] == 0.35
    assert _vue().get_repartition("opsn").sans_chiffre == (
        "Dans le périmètre d'un OPSN",
        "Couverture OPSN inconnue",
    )


def test_seules_les_vagues_qui_posent_le_theme() -> None:
    assert _valeurs(_vue(), "vagues") == {"Première vague (2023)": 0.18, "Deuxième édition (2026)": 0.24}


def test_hausse_ecrite_seulement_si_le_test_le_dit() -> None:
    assert _vue().verdict.mot == ""
    # 0,18 en 2023 ; logit + ln(1,5/1,25) : 0,2085
    assert _vue(evolutions=[HAUSSE]).verdict.phrase == (
        "Hausse au-delà du hasard entre la première vague (2023) et la deuxième édition (2026) : "
        "+6\u00a0points. À pratiques égales, une préférence à répondre de celles qui répondent « oui » "
        "passée de 1,25 à 1,5 ferait à elle seule +3\u00a0points."
    )
    rien = HAUSSE | {"verdict": "pas de changement démontré"}
    assert "Pas de changement démontré" in _vue(evolutions=[rien]).verdict.phrase


def test_un_changement_cache_n_est_pas_dit() -> None:
    assert "6" not in _vue(evolutions=[HAUSSE | {"etat": "primary"}]).verdict.phrase.replace("2026", "")


def test_sensibilite_au_biais() -> None:
    # 0,24 / (0,24 + 2 × 0,76) = 0,136 ; g = 1,25 → 0,2017 ; g = 1,5 → 0,1739
    phrase = _vue().sensibilite
    assert "20\u202f% si elles répondent 1,25 fois" in phrase
    assert "14\u202f% si elles répondent 2 fois" in phrase


def test_pas_de_sensibilite_pour_une_moyenne_ni_un_chiffre_borne() -> None:
    chiffre = _vue().ligne.chiffre
    assert build_sensibilite(build_indicateur(calcul=Calcul("moyenne")), chiffre) == ""


def test_la_donnee_de_l_etat_sur_le_champ() -> None:
    mesure = build_indicateur(
        "site_mesure", origine="mesure", calcul=Calcul("part_seuil"), titre="Site mesuré"
    )
    catalogue = build_catalogue([build_indicateur(mesure_id="site_mesure"), mesure])
    valeurs = [
        {"collectivite_id": f"commune-0{i}", "periode": "2025", "valeur": v, "etat": "repondu"}
        for i, v in enumerate((1, 1, 1, 0))
    ] + [{"collectivite_id": "commune-ailleurs", "periode": "2025", "valeur": 0, "etat": "repondu"}]
    vue = build_vue_indicateur(FaussePorte(LIGNES, valeurs=valeurs), catalogue, "site", Selection())
    assert vue.croisement is not None
    assert (vue.croisement.valeur, vue.croisement.n) == (0.75, 4)  # 3 / 4, sans celle hors du champ


def test_seule_la_derniere_valeur_de_chaque_commune_compte_et_pas_ce_qui_en_est_monte() -> None:
    """Un total déjà monté d'un territoire compterait ses communes deux fois ; une vieille année aussi."""
    mesure = build_indicateur("site_mesure", origine="mesure", calcul=Calcul("part_seuil"))
    catalogue = build_catalogue([build_indicateur(mesure_id="site_mesure"), mesure])
    lues = {"etat": "repondu", "periode": "2025", "valeur": 1.0}
    valeurs = [
        {**lues, "collectivite_id": "commune-00"},
        {**lues, "collectivite_id": "commune-01", "n_communes": 3, "valeur": 0.0},
        {**lues, "collectivite_id": "commune-02", "periode": "2019", "valeur": 0.0},
    ]
    vue = build_vue_indicateur(FaussePorte(LIGNES, valeurs=valeurs), catalogue, "site", Selection())
    assert vue.croisement is not None
    assert (vue.croisement.valeur, vue.croisement.n, vue.croisement.periode) == (1.0, 1, "2025")
    assert vue.croisement.champ == "1\u00a0collectivité connue sur 4"


def test_le_champ_d_une_mesure_n_a_que_les_types_qu_elle_connait() -> None:
    """Une liste de communes ne dit rien des EPCI : les compter la ferait passer pour incomplète."""

    class PorteMelee(FaussePorte):
        def get_referentiel(self) -> pd.DataFrame:
            communes = super().get_referentiel()
            epci = communes.head(1).assign(collectivite_id="epci-1", type="epci")
            return pd.concat([communes, epci], ignore_index=True)

    mesure = build_indicateur("site_mesure", origine="mesure", calcul=Calcul("part_seuil"))
    catalogue = build_catalogue([build_indicateur(mesure_id="site_mesure"), mesure])
    lues = {"etat": "repondu", "periode": "2025", "valeur": 1.0}
    valeurs = [{**lues, "collectivite_id": f"commune-0{i}"} for i in range(4)]
    vue = build_vue_indicateur(PorteMelee(LIGNES, valeurs=valeurs), catalogue, "site", Selection())
    assert vue.croisement is not None
    assert (vue.croisement.n, vue.croisement.n_champ) == (4, 4)


def test_la_valeur_montee_d_un_territoire_est_la_derniere_et_n_est_lue_que_des_communes() -> None:
    class PorteMontee(FaussePorte):
        def list_mesures(self, indicateurs: list[str], _: str) -> pd.DataFrame:
            lignes = [("2024", 0.5, 4), ("2022", 0.1, 3), ("2025", 0.9, None)]
            lues = pd.DataFrame(lignes, columns=["periode", "valeur", "n_communes"]).assign(etat="repondu")
            return lues[["site_mesure" in indicateurs] * 3]

    mesure = build_indicateur("site_mesure", origine="mesure", agregation="part", unite="%")
    catalogue = build_catalogue([build_indicateur(mesure_id="site_mesure"), mesure])
    porte = PorteMontee(LIGNES)
    vues = {
        type_: build_vue_indicateur(porte, catalogue, "site", Selection(type=type_)).croisement
        for type_ in ("", "commune", "epci")
    }
    for type_ in ("", "commune"):
        assert (lu := vues[type_]) is not None
        assert (lu.valeur, lu.n, lu.periode, lu.champ) == (0.5, 4, "2024", "4\u00a0collectivités")
    assert vues["epci"] is None


@pytest.mark.parametrize(("remplacante", "place"), [(False, "en_petit"), (True, "cachee")])
def test_la_donnee_de_l_etat_s_efface_devant_celle_qui_la_remplace(remplacante: bool, place: str) -> None:
    """« Déclaré et mesuré » montrait la fibre de mars 2018, que le thème et la fiche cachaient."""

    class PorteRecente(FaussePorte):
        def list_mesures(self, indicateurs: list[str], _: str) -> pd.DataFrame:
            lues = remplacante and "site_recent" in indicateurs
            return pd.DataFrame({"etat": ["repondu"] if lues else [], "n_communes": [None] if lues else []})

    ancienne = build_indicateur(
        "site_mesure", origine="mesure", perime_apres=3, remplacee_par="site_recent", titre="Site mesuré"
    )
    recente = build_indicateur("site_recent", origine="mesure", titre="Site récent")
    catalogue = build_catalogue([build_indicateur(mesure_id="site_mesure"), ancienne, recente])
    valeurs = [
        {"collectivite_id": f"commune-0{i}", "periode": "2018-03", "valeur": 1, "etat": "repondu"}
        for i in range(4)
    ]
    vue = build_vue_indicateur(PorteRecente(LIGNES, valeurs=valeurs), catalogue, "site", Selection())
    assert vue.croisement is not None
    assert vue.croisement.verdict.place == place
    assert ("Remplacé par" in vue.croisement.phrase) is remplacante
    # La page des deux chiffres le dit dans les mêmes mots, et non « trop ancien mesuré ».
    dite = VueAccord((DeclareMesure(vue.ligne, vue.croisement, (), ""),), (), ()).phrase
    assert ("déclaré ; ce que l’État mesure est trop ancien (mars 2018)." in dite) is remplacante


def test_sans_donnee_de_l_etat_rien_n_est_dit() -> None:
    assert _vue().croisement is None


def test_une_version_plus_ancienne_que_le_catalogue_tait_la_mesure() -> None:
    class PorteAncienne(FaussePorte):
        def list_valeurs(self, indicateur_id: str, **filtres: Any) -> pd.DataFrame:
            raise AccesRefuse("refus")

    mesure = build_indicateur("site_mesure", origine="mesure")
    catalogue = build_catalogue([build_indicateur(mesure_id="site_mesure"), mesure])
    vue = build_vue_indicateur(PorteAncienne(LIGNES), catalogue, "site", Selection())
    assert vue.croisement is None


def test_l_indicateur_en_chiffres_bruts_se_deduit_de_l_autre() -> None:
    lignes = Selection(territoire_id="region-01"), Selection(territoire_id="region-01", valeur="brut")
    redresse, brut = (_vue(selection) for selection in lignes)
    assert redresse.show_valeur("brut").selection == brut.selection
    assert redresse.show_valeur("brut").ligne == brut.ligne
    assert redresse.show_valeur("brut").ligne.elargi != redresse.ligne.elargi
