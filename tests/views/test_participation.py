"""Qui répond : des comptes et des parts, jamais qui ; où relancer, sur les seuls comptes publics."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from barometre.access.participation import count_by_group, count_fidelite
from barometre.domain.portee import PUBLIC, Portee
from barometre.views.donnees.qualite import read_qualites
from barometre.views.lecture.tableau import format_tableau
from barometre.views.piloter.buts import BUTS, Atteinte, allocate_but
from barometre.views.piloter.participation import (
    build_suivi,
    build_vue_participation,
    count_jours,
    describe_fidelite,
    describe_plumes,
    describe_vagues,
    read_cadre,
)
from barometre.views.piloter.participation_epci import build_cadre_epci, format_classe
from barometre.views.piloter.relance import build_vue_relance, count_cells, list_a_relancer, list_cibles
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur, cellule

# 400 petites communes dont 40 ont répondu, 100 grandes dont 60 : les petites sont sous-représentées.
TAILLES = {"commune-0-499": (400, 40), "commune-500-plus": (100, 60)}


class Porte(FaussePorte):
    """Un cadre inventé de 500 communes de deux régions, et ses répondantes."""

    def __init__(self, *lignes: dict[str, Any], portee: Portee = PUBLIC) -> None:
        super().__init__(lignes, portee)
        rangs = [(t, i, i < ont) for t, (total, ont) in TAILLES.items() for i in range(total)]
        self._cadre = pd.DataFrame(
            {
                "collectivite_id": [f"commune-{t}-{i}" for t, i, _ in rangs],
                "nom": [f"Village {i}" for _, i, _ in rangs],
                "type": "commune",
                "strate": [t for t, *_ in rangs],
                "couverture": "inconnue",
                "region": ["01" if i % 2 else "02" for _, i, _ in rangs],
                "departement": "0A",
                "epci": ["200000001" if i < 50 else "200000002" if i < 59 else "" for _, i, _ in rangs],
                "porteur_id": None,
            }
        )
        self._ont = dict.fromkeys(self._cadre.loc[[ont for *_, ont in rangs], "collectivite_id"], 0)

    def get_referentiel(self) -> pd.DataFrame:
        return self._cadre

    def count_repondantes(self, groupes: pd.Series, vague_id: Any = None, theme: Any = None) -> pd.DataFrame:
        return count_by_group(groupes, self._ont if vague_id != "2023-v1" else {})

    def count_fidelite(self, questionnaire_id: Any = None) -> dict[int, int | None]:
        return {1: 80, 2: 20, 3: None}

    def count_participations(self, *axes: str) -> pd.DataFrame:
        lignes = [("2026-v4", "essai", f"2026-03-0{j}", 10 * j) for j in (2, 1)]
        return pd.DataFrame(
            lignes, columns=["vague_id", "questionnaire_id", "date_reponse", "questionnaires"]
        )

    def list_qualite(self, *filtres: Any) -> pd.DataFrame:
        return pd.DataFrame(columns=["vague_id", "questionnaire_id", "cle", "objet", "valeur", "phrase"])

    def can_see_participation(self, collectivite_id: str) -> bool:
        return self.portee.role == "programme"

    def list_participations(self, *filtres: Any) -> pd.DataFrame:
        return pd.DataFrame({"collectivite_id": sorted(self._ont)})


def _vue(axe: Any = "strate", vague: str = "2026-v4") -> Any:
    porte: Any = Porte()
    return _build(porte, vague, axe)


def _build(porte: Any, vague: str, axe: Any) -> Any:
    catalogue = build_catalogue()
    qualites = read_qualites(porte, catalogue)
    suivi = build_suivi(porte, catalogue, "essai", jours=count_jours(porte), qualites=qualites)
    return build_vue_participation(
        porte, catalogue, "essai", vague, axe, suivi=suivi, cadre=read_cadre(porte)
    )


def test_la_part_dans_le_pays_se_lit_a_cote_de_celle_des_repondantes() -> None:
    cadre = _vue().cadre.set_index("groupe")
    petites = cadre.loc["Communes de moins de 500 habitants"]
    assert petites["part_cadre"] == pytest.approx(0.8)  # 400 / 500
    assert petites["part_repondantes"] == pytest.approx(0.4)  # 40 / 100
    assert "sous-représenté : Communes de moins de 500 habitants, de 40\u00a0points" in _vue().a_retenir


def test_le_compte_dit_le_questionnaire_et_la_vague() -> None:
    """« Environ 2 435 collectivités ont répondu » contredisait l'accueil, qui compte la vague entière."""
    vue = _vue()
    assert f"ont répondu au questionnaire «\u202f{vue.theme}\u202f», " in vue.a_retenir
    assert vue.vague[1:] in vue.a_retenir


def test_une_vague_sans_assez_de_reponses_ne_dit_rien() -> None:
    vue = _vue(vague="2023-v1")
    assert vue.ensemble.repondantes is None
    assert "trop peu de réponses" in vue.a_retenir
    assert vue.table["repondantes"].isna().all()


def test_le_cumul_suit_le_temps() -> None:
    assert _vue().cumul["cumul"].tolist() == [10, 30]  # le 1er, puis le 2 mars


def test_la_baisse_d_une_vague_a_l_autre_se_dit() -> None:
    assert "(40\u202f% de moins)" in describe_vagues([("A", 100), ("B", 60)]).replace("\u00a0", "\u202f")
    vagues = [("Première vague (2023)", 100), ("Deuxième édition (2026)", 120)]
    assert describe_vagues(vagues).startswith(
        "Entre la première vague (2023) et la deuxième édition (2026) : "
    )
    assert "qu’une fois" in describe_vagues([("A", None), ("B", 60)])


def _build_relance(porte: Any, catalogue: Any, cible: str, demande: str) -> Any:
    return build_vue_relance(porte, catalogue, cible, "2026-v4", demande, cadre=read_cadre(porte))


def _count_cells(porte: Any) -> Any:
    return count_cells(porte, "2026-v4", "essai", read_cadre(porte))


def _relance(budget: int | str = 50, portee: Portee = PUBLIC, **bornes: float) -> Any:
    porte: Any = Porte(cellule("site", **bornes), portee=portee)
    return _build_relance(porte, build_catalogue([build_indicateur()]), "site", str(budget))


def test_une_cellule_cachee_en_compte_moins_de_dix_quel_que_soit_le_taux_de_sa_strate() -> None:
    """Dix ou plus se diraient : 60 % de deux cents feraient de la cellule une cellule dite."""

    class Discrete(Porte):
        def count_repondantes(
            self, groupes: pd.Series, vague_id: Any = None, theme: Any = None
        ) -> pd.DataFrame:
            cadre = groupes.value_counts().sort_index()
            croisees = cadre.index.astype("str").str.contains("|", regex=False)
            return pd.DataFrame({"cadre": cadre, "taux": 0.6, "repondantes": np.where(croisees, np.nan, 300)})

    cellules = _count_cells(Discrete())
    assert cellules["cadre"].tolist() == [200, 50, 200, 50]
    assert cellules["cachee"].all()
    assert cellules["repondantes"].tolist() == [9, 9, 9, 9]


def test_les_reponses_de_plus_vont_ou_elles_apportent_le_plus() -> None:
    vue = _relance()
    assert sum(r.ajouts for r in vue.relances) == 50
    assert {r.strate_id for r in vue.relances} == {"commune-0-499"}  # la plus grande, la moins couverte
    actuelle, ciblee, prorata = vue.n_eff
    assert actuelle < prorata < ciblee
    assert vue.apres < vue.sans_cibler < vue.avant
    # Un second compte de ce que valent les réponses contredisait celui du redressement, dit sur la même page.
    assert re.search(r"en vaudraient \d+\s% de plus en relançant ainsi, \d+\s% de plus si", vue.phrase)
    # « iraient d’abord à Grand Est » : un nom de région veut son article, sauf entre parenthèses.
    assert re.search(
        r"50\sréponses de plus iraient d’abord aux \w+.* \(.+\)\. Une fois redressées", vue.phrase
    )


@pytest.mark.parametrize(("but", "n_minimal"), [("regions_b", 30), ("regions_a", 100)])
def test_un_but_par_region_donne_a_chacune_de_quoi_l_atteindre(but: str, n_minimal: int) -> None:
    vue = _relance(but)
    cellules = _count_cells(Porte())
    ajouts = {(r.region_id, r.strate_id): r.ajouts for r in vue.relances}
    for region, siennes in cellules.groupby("region"):
        plus = sum(ajouts.get((str(region), s), 0) for s in siennes["strate"])
        assert siennes["repondantes"].sum() + plus >= n_minimal
    assert vue.budget == sum(ajouts.values())
    assert "Note" in vue.phrase_but


def test_un_but_national_raccourcit_l_intervalle_et_pas_plus_qu_il_ne_faut() -> None:
    larges = {"bas": 0.15, "haut": 0.40}
    vue = _relance("national", **larges)
    assert 2 * vue.apres < 0.10 <= 2 * vue.avant
    assert _relance("national").budget == 0  # sept points déjà
    assert 2 * _relance(vue.budget - 1, **larges).apres >= 0.10  # une réponse de moins n'y suffirait pas


def test_un_but_hors_d_atteinte_se_dit() -> None:
    cellules = pd.DataFrame({"region": ["a", "b"], "cadre": [20, 400], "repondantes": [5, 50]})
    atteinte = allocate_but(BUTS["regions_b"], cellules, np.array([0.5, 0.5]), None)
    assert atteinte.hors_d_atteinte == ("a",)  # vingt collectivités n'en font jamais trente
    assert atteinte.ajouts[0] == 0  # les relancer toutes ne servirait à rien


def test_le_panel_se_compte_sans_montrer_un_petit_groupe() -> None:
    vagues = {f"c{i}": ["v1", "v2", "v3"][: 1 + (i >= 40) + (i >= 52)] for i in range(56)}
    lignes = [(c, v) for c, siennes in vagues.items() for v in siennes]
    table = pd.DataFrame(lignes, columns=["collectivite_id", "vague_id"])
    table["cle"] = pd.Series(0, table.index, dtype=object)  # un bruit nul
    assert count_fidelite(table) == {1: 40, 2: 10, 3: None}  # 12 à cinq près ; 4 : caché
    assert "20\u00a0collectivités à 2\u00a0vagues ; le reste" in describe_fidelite(_vue().fidelite)
    assert "pas de panel" in describe_fidelite({1: 30})


def test_on_ne_sollicite_jamais_plus_qu_il_n_en_reste() -> None:
    assert all(0 < r.sollicitations <= r.cadre - r.repondantes for r in _relance(1000).relances)


def test_une_cellule_cachee_compte_pour_ce_que_sa_strate_laisse_attendre() -> None:
    porte: Any = Porte()
    porte._ont = dict.fromkeys(sorted(porte._ont)[:12], 0)
    cellules = _count_cells(porte)
    assert (cellules["repondantes"] <= 9).all()  # jamais le vrai compte d'une cellule sous dix
    assert cellules["cachee"].all()
    vue = _build_relance(porte, build_catalogue([build_indicateur()]), "site", "50")
    # Ce que l'allocation suppose se lirait comme un compte : ni la page ni le fichier ne l'écrivent.
    assert vue.relances
    assert vue.table["repondantes"].isna().all()
    titres, lignes = format_tableau(vue.table)
    assert {ligne[titres.index("Réponses (environ)")] for ligne in lignes} == {"moins de 10"}


def test_la_liste_nommee_n_est_que_pour_qui_peut_la_lire() -> None:
    publique: Any = Porte(cellule("site"))
    assert list_a_relancer(publique, _relance(), "2026-v4").empty
    programme: Any = Porte(cellule("site"), portee=Portee("programme"))
    liste = list_a_relancer(programme, _relance(), "2026-v4")
    assert not set(liste["collectivite_id"]) & set(programme._ont)
    assert set(liste["strate"]) == {"commune-0-499"}


def test_solliciter_toutes_celles_qui_restent_ne_promet_pas_plus_que_le_taux_observe() -> None:
    """À un taux de dix pour cent, 360 sollicitées n'en font pas 500 : la ligne et la phrase le disent."""
    vue = _relance(300)
    petites = next(r for r in vue.relances if r.strate_id == "commune-0-499")
    assert petites.sollicitations == petites.cadre - petites.repondantes
    assert petites.repondantes is not None
    assert petites.attendues == round(petites.sollicitations * petites.repondantes / petites.cadre)
    assert petites.attendues < petites.ajouts
    assert vue.attendues < vue.budget
    assert f"environ {vue.attendues}" in vue.phrase_taux
    assert vue.table["reponses_attendues"].sum() == vue.attendues


def test_ou_le_taux_suffit_rien_n_est_a_rabattre() -> None:
    vue = _relance(20)
    assert vue.attendues == vue.budget == 20
    assert vue.phrase_taux == ""


def test_un_but_deja_atteint_ne_dit_pas_que_tout_le_cadre_a_repondu() -> None:
    vue = _relance("national")
    assert "suffisent déjà" in vue.phrase_but
    assert vue.phrase == ""


def test_un_but_hors_d_atteinte_partout_ne_dit_pas_qu_il_est_atteint(monkeypatch: pytest.MonkeyPatch) -> None:
    trop = replace(BUTS["regions_a"], n=10_000)
    monkeypatch.setitem(BUTS, "regions_a", trop)
    vue = _relance("regions_a")
    assert vue.budget == 0
    assert "suffisent" not in vue.phrase_but
    assert "Hors d’atteinte, même si tout le cadre répondait : " in vue.phrase_but
    assert vue.phrase == ""


def test_un_but_atteint_ici_et_hors_d_atteinte_la_dit_les_deux(monkeypatch: pytest.MonkeyPatch) -> None:
    seule = Atteinte(np.zeros(4, dtype=np.int64), ("01",))
    monkeypatch.setattr("barometre.views.piloter.relance.allocate_but", lambda *_: seule)
    phrase = _relance("regions_b").phrase_but
    assert "Hors d’atteinte" in phrase
    assert "Ailleurs, le nombre de réponses" in phrase


def test_viser_tout_un_theme_precise_la_moyenne_de_ses_indicateurs() -> None:
    """Une strate où les parts se partagent plus reçoit plus : la variance moyenne, non celle d'un seul."""
    rare, partage = build_indicateur("site"), build_indicateur("autre")
    catalogue = build_catalogue([rare, partage])
    lignes = [
        cellule(i, type="commune", strate=strate, redresse=p)
        for i, parts in {"site": (0.02, 0.02), "autre": (0.5, 0.02)}.items()
        for strate, p in zip(("commune-0-499", "commune-500-999"), parts, strict=True)
    ]
    porte: Any = Porte(cellule("site"), cellule("autre"), *lignes)
    vues = {c: _build_relance(porte, catalogue, c, "50") for c in ("site", "theme-essai")}
    theme = vues["theme-essai"].cible
    assert [i.id for i in theme.indicateurs] == ["site", "autre"]
    assert list(list_cibles(catalogue, "essai")) == ["site", "autre", "theme-essai"]
    parts = {
        c: sum(r.ajouts for r in vue.relances if r.strate_id == "commune-0-499") for c, vue in vues.items()
    }
    assert parts["theme-essai"] >= parts["site"]
    assert "en moyenne des indicateurs" in vues["theme-essai"].phrase
    assert "en moyenne" not in vues["site"].phrase
    assert vues["theme-essai"].apres < vues["theme-essai"].sans_cibler < vues["theme-essai"].avant
    demis = [vue.avant for vue in vues.values()]
    assert demis[0] == pytest.approx(demis[1])  # deux intervalles de même largeur : leur moyenne


def test_sans_intervalle_national_la_page_le_dit() -> None:
    porte: Any = Porte()
    vue = _build_relance(porte, build_catalogue([build_indicateur()]), "site", "50")
    assert vue.avant is None
    assert "Aucun intervalle national n’est publié" in vue.phrase


def test_le_programme_seul_lit_qui_a_tenu_la_plume() -> None:
    comptes = pd.DataFrame(
        [("v", "inclusion", "agent", 1876), ("v", "inclusion", "elu", 58), ("v", "cyber", "elu", 40)],
        columns=["vague_id", "questionnaire_id", "profil", "questionnaires"],
    )

    def _lire(role: str, vague: str = "v") -> str:
        porte: Any = SimpleNamespace(
            portee=SimpleNamespace(role=role), count_participations=lambda *_: comptes
        )
        return describe_plumes(porte, "inclusion", vague)

    dit = _lire("programme")
    assert "1\u202f876\u00a0agents, environ\u00a058\u00a0élus" in dit
    assert "trop peu de réponses" in _lire("programme", "autre")
    assert {_lire(role) for role in ("public", "opsn", "collectivite")} == {""}


class PorteEpci(Porte):
    def list_collectivites(self, *, type: str, cadre: bool) -> pd.DataFrame:
        assert type == "epci"
        lignes = [(f"epci-20000000{i}", f"Val d’Essai {i}", "0A") for i in (1, 2, 3)]
        return pd.DataFrame(lignes, columns=["collectivite_id", "nom", "departement"])


def _vue_epci(vague: str = "2026-v4") -> Any:
    porte: Any = PorteEpci()
    return _build(porte, vague, "epci")


def test_une_intercommunalite_se_dit_par_classe_ou_se_tait() -> None:
    """Cent communes dont quatre-vingt-dix ont répondu ; dix-huit de l'autre, dont neuf : rien n'en sort."""
    vue = _vue_epci()
    assert {(g.cadre, g.repondantes, g.taux) for g in vue.groupes} == {(100, None, 0.9), (18, None, None)}
    assert vue.table.to_dict("records") == [{"epci": "Val d’Essai 1 (0A)", "cadre": 100, "taux_classe": 90.0}]
    assert "Sur 2\u00a0intercommunalités, 1 a au moins 15 collectivités et 10 réponses" in vue.a_retenir
    assert "environ 90\u202f% pour 1" in vue.phrase_ecart
    assert build_cadre_epci(vue.groupes)["texte"].tolist() == ["environ 90\u202f% de 100"]


def test_sans_une_intercommunalite_a_dire_une_phrase_le_dit() -> None:
    vue = _vue_epci("2023-v1")
    assert vue.table.empty
    assert "aucune n’a au moins 15 collectivités" in vue.phrase_ecart


def test_les_classes_du_bord_ne_disent_ni_zero_ni_cent() -> None:
    dits = [format_classe(taux) for taux in (0.0, 0.1, 0.9, 1.0)]
    assert dits == ["moins de 5\u202f%", "environ 10\u202f%", "environ 90\u202f%", "plus de 95\u202f%"]
