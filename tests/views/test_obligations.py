"""Une obligation dit quand elle a été lue, ou qu'elle reste à relire ; ses états, et ce qui reste inconnu."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.catalogue.model import Catalogue, Concerne, SeuilLegal
from barometre.views.collectivite.obligations import Obligation, describe_verification
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.declaration import Morceau, build_declaration, list_morceaux
from barometre.views.piloter.obligation_detail import build_vue_obligation, list_repartitions
from barometre.views.piloter.panorama_obligations import build_vue_panorama, read_releves
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur, cachee, cellule


def test_une_obligation_lue_dit_le_jour() -> None:
    seuil = next(s for s in load_catalogue().seuils if s.id == "delegue_protection_donnees")
    phrase = describe_verification(seuil)
    # Où elle a été lue est une note de travail : elle reste au catalogue.
    assert phrase == "Référence vérifiée le 22 novembre 2026."


def test_une_obligation_a_relire_le_dit() -> None:
    seuil = replace(load_catalogue().seuils[0], verifie_le=None, verifie_dans="")
    assert "à relire" in describe_verification(seuil)


# 40 communes de moins de 500 habitants, 60 plus grandes dont 50 au-dessus du seuil, 20 EPCI.
CADRE = pd.DataFrame(
    [
        *((f"commune-{i:03}", "commune", "commune-0-499", 100.0) for i in range(40)),
        *((f"commune-{i:03}", "commune", "commune-500-plus", 500.0 + 10 * i) for i in range(40, 100)),
        *((f"epci-{i}", "epci", "epci-toutes", 9000.0) for i in range(20)),
    ],
    columns=["collectivite_id", "type", "strate", "population"],
).assign(
    nom="N", code="1", porteur_id=None, departement=None, region="01", epci=None, zone="metropole",
    couverture="inconnue",
)  # fmt: skip
VAGUE = "2026-v4"


def _seuil(*concernes: Concerne) -> SeuilLegal:
    return SeuilLegal(
        "s", "essai", "S", "Faire.", "Loi", "", concernes, date(2026, 1, 1), "", preuves=("site",)
    )


class Porte(FaussePorte):
    def get_referentiel(self) -> pd.DataFrame:
        return CADRE

    def list_sources(self) -> pd.DataFrame:
        return pd.DataFrame(columns=["source_id", "titre", "licence", "adresse", "etat"])

    def get_derniere_vague(self, questionnaire_id: Any = None) -> str:
        return VAGUE


def _strate(strate: str, **valeurs: Any) -> dict[str, Any]:
    return cellule("site", vague_id=VAGUE, type=strate.split("-", maxsplit=1)[0], strate=strate, **valeurs)


def _vue(*lignes: dict[str, Any], concernes: tuple[Concerne, ...], **options: Any) -> Any:
    catalogue: Catalogue = replace(build_catalogue(), seuils=(_seuil(*concernes),))
    porte: Any = Porte(lignes)
    return build_vue_obligation(porte, catalogue, "s", Selection(), **options)


def test_le_moins_de_cellules_possible() -> None:
    grandes = CADRE[CADRE["strate"].eq("commune-500-plus") | CADRE["type"].eq("epci")]
    sienne = Selection(vague_id=VAGUE)
    assert list_morceaux(CADRE, CADRE, sienne) == [Morceau(sienne, 120)]
    # Les EPCI y sont tous : leur type entier ; les communes, par strate.
    assert list_morceaux(CADRE, grandes, sienne) == [
        Morceau(replace(sienne, type="commune", strate="commune-500-plus"), 60),
        Morceau(replace(sienne, type="epci"), 20),
    ]


def test_la_part_des_concernees_est_recomposee_des_cellules_publiees() -> None:
    lignes = (
        _strate("commune-500-plus", n=60, n_eff=60, brut=0.2, redresse=0.2, bas=0.1, haut=0.3),
        cellule("site", vague_id=VAGUE, type="epci", n=40, n_eff=40, brut=0.6, redresse=0.6, bas=0.5,
                haut=0.7),
    )  # fmt: skip
    total = _vue(*lignes, concernes=(Concerne("commune", 500), Concerne("epci"))).total
    assert (total.concernees, total.repondantes) == (80, 100)
    assert total.declaration.chiffre.redresse == pytest.approx(0.3)  # (60 × 0,2 + 20 × 0,6) / 80
    assert total.declaration.chiffre.note != "A"
    assert total.inconnues == 0  # jamais négatif


def test_une_partie_cachee_se_dit_et_trop_de_cachees_taisent_la_part() -> None:
    montree = _strate("commune-500-plus", n=60, n_eff=60, brut=0.2, redresse=0.2, bas=0.1, haut=0.3)
    epci = cachee("site", vague_id=VAGUE, type="epci")
    concernes = (Concerne("commune", 500), Concerne("epci"))
    total = _vue(montree, epci, concernes=concernes).total
    assert total.declare.endswith(", sur 60 des 80 concernées")  # 20 sur 80 : moins du tiers
    petite = cachee("site", vague_id=VAGUE, type="commune", strate="commune-500-plus")
    visible = cellule("site", vague_id=VAGUE, type="epci", n=40, redresse=0.6)
    tue = _vue(petite, visible, concernes=concernes).total  # 60 sur 80 ne se lisent pas
    assert (tue.declare, tue.repondantes, tue.inconnues) == ("trop peu de réponses", None, None)


def test_on_ne_sait_rien_de_qui_n_a_ni_repondu_ni_ete_constatee() -> None:
    ligne = _strate("commune-500-plus", n=30, n_eff=30, brut=0.2, redresse=0.2, bas=0.1, haut=0.3)
    total = _vue(ligne, concernes=(Concerne("commune", 500),)).total
    assert (total.concernees, total.repondantes) == (60, 30)
    assert [replace(total, constatees=n).inconnues for n in (None, 0, 10, 50)] == [30, 30, 20, 0]


def test_une_part_lue_parmi_certaines_dit_lesquelles() -> None:
    """« 14 % » sous 36 253 concernées : ce n'était que parmi celles qui ont un site."""
    etroite = build_indicateur("site", base="Collectivités ayant un site internet", sous_condition=True)
    catalogue = replace(build_catalogue([etroite]), seuils=(_seuil(Concerne("epci")),))
    porte: Any = Porte([cellule("site", vague_id=VAGUE, type="epci", n=40, redresse=0.6)])
    vue = build_vue_obligation(porte, catalogue, "s", Selection())
    assert vue.total.declare.endswith(", parmi les seules collectivités ayant un site internet")
    jour = date(2026, 11, 28)
    panorama = build_vue_panorama(porte, catalogue, Selection(), jour, read_releves(porte, catalogue, jour))
    for provenance in (vue.provenance, panorama.provenance):
        assert [d.base for d in provenance.definitions] == [etroite.base]


def test_une_part_bornee_entre_par_toute_sa_largeur() -> None:
    bornee = _strate("commune-500-plus", n=20, n_eff=20, brut=0.2, redresse=0.2, bas=0.0, haut=0.3,
                     plafond="au_plus")  # fmt: skip
    epci = cellule("site", vague_id=VAGUE, type="epci", n=40, n_eff=40, brut=0.6, redresse=0.6, bas=0.5,
                   haut=0.7)  # fmt: skip
    porte: Any = Porte([bornee, epci])
    cellules = read_cellules(porte, ["site"], Selection(), vague_id=VAGUE, type=None, strate=None)
    sienne = Selection(vague_id=VAGUE)
    morceaux = [
        Morceau(replace(sienne, type="commune", strate="commune-500-plus"), 60),
        Morceau(replace(sienne, type="epci"), 20),
    ]
    chiffre = build_declaration("site", morceaux, cellules).chiffre
    assert chiffre.redresse == pytest.approx(0.225)  # (60 × 0,1 + 20 × 0,6) / 80
    assert chiffre.bas is not None
    assert chiffre.bas <= 0.15 + 1e-9  # 60 × 0 + 20 × 0,6, moins ce que l'EPCI ajoute


def test_la_matrice_porte_le_total_et_chaque_groupe_et_son_fichier_des_nombres() -> None:
    vue = _vue(
        _strate("commune-500-plus", n=60, redresse=0.2), concernes=(Concerne("commune", 500),),
        repartition_id="strate",
    )  # fmt: skip
    assert vue.matrice["groupe"].tolist()[0] == "Ensemble des concernées"
    assert vue.matrice["concernees"].tolist() == [60, 60]
    numeriques = vue.table.drop(columns=["groupe", "note"])
    assert all(pd.api.types.is_numeric_dtype(colonne) for _, colonne in numeriques.items())
    par_opsn = _vue(concernes=(Concerne("commune", 500),), repartition_id="opsn")
    assert [e.concernees for e in par_opsn.groupes] == [60]
    # Deux tableaux différents n'ont jamais le même nom.
    assert vue.provenance.nom_fichier != par_opsn.provenance.nom_fichier


def test_une_repartition_qui_n_aurait_rien_n_est_pas_offerte() -> None:
    assert list(list_repartitions("france")) == ["strate", "territoire", "opsn"]
    assert list(list_repartitions("region-01")) == ["strate", "territoire"]
    assert list(list_repartitions("departement-01")) == ["strate"]


def test_le_panorama_ne_montre_que_ce_qui_concerne() -> None:
    seuils = (_seuil(Concerne("commune", 500)), replace(_seuil(Concerne("region")), id="r", titre="R"))
    porte: Any = Porte()
    catalogue = replace(build_catalogue(), seuils=seuils)
    jour = date(2026, 11, 28)
    releves = read_releves(porte, catalogue, jour)
    vue = build_vue_panorama(porte, catalogue, Selection(), jour, releves)
    assert vue.matrice["obligation"].tolist() == ["S"]


def test_une_obligation_que_sa_reponse_dement_le_dit_aussi_sur_papier() -> None:
    """« Vous avez répondu non » plus haut, puis « inconnu » tout court : le maire n'y comprenait rien."""
    seuil = load_catalogue().seuils[0]
    dite = Obligation(seuil, True, "inconnu", "votre réponse n’était pas « oui », deuxième édition")
    assert dite.etat_dit == "inconnu (votre réponse n’était pas « oui », deuxième édition)"
    faite = Obligation(seuil, True, "déclarée faite", "Deuxième édition")
    assert faite.etat_dit == "déclarée faite (deuxième édition)"
    assert Obligation(seuil, True, "inconnu").etat_dit == "inconnu"
