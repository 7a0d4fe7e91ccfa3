"""La phrase d'une comparaison : le plus grand écart, ou l'étendue des pairs, bornes et doute compris."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.domain.indicateur import Calcul
from barometre.domain.portee import Portee
from barometre.views.collectivite.comparer import (
    Position,
    build_cadre_positions,
    build_comparer,
    describe_positions,
)
from barometre.views.collectivite.soi import Reponse
from barometre.views.collectivite.structure import VARIABLES, Structure
from barometre.views.lecture.chiffres import format_cellule, read_chiffres
from barometre.warehouse.repository import Repository
from tests.views.fausse_porte import build_indicateur, cellule
from tests.views.terrain_pairs import DROM, SOI, open_gate


def _position(titre: str, redresse: float, soi: float | None = None, **autres: Any) -> Position:
    indicateur = build_indicateur(titre.lower(), titre=titre)
    (chiffre,) = read_chiffres(pd.DataFrame([cellule(indicateur.id, redresse=redresse, **autres)]))
    texte = format_cellule(indicateur, chiffre, "redresse")
    dite = {} if soi is None else {"texte_soi": "oui" if soi else "non", "valeur_soi": soi}
    return Position(indicateur, chiffre, "France", False, texte, "", "", **dite)  # type: ignore[arg-type]


def test_l_etendue_des_pairs_passe_par_les_bornes_et_compte_les_ex_aequo() -> None:
    haute = {"plafond": "au_moins"}
    positions = (_position("Site", 0.75), _position("A", 0.73, **haute), _position("B", 0.73, **haute))
    bas = _position("Mairie", 0.27, plafond="au_plus")
    phrase = describe_positions((*positions, bas))
    assert phrase == (
        "Chez vos pairs, de plus de 73\u202f% («\u202fA\u202f» et 1\u00a0autre) à moins de 27\u202f% "
        "(«\u202fMairie\u202f»)."
    )


def test_des_chiffres_qui_ne_se_citent_pas_sont_dits_indicatifs() -> None:
    douteuses = [_position(t, v, note="C", etat="indicative") for t, v in (("A", 0.4), ("B", 0.6))]
    assert describe_positions(douteuses).endswith(", à titre indicatif.")


def test_un_chiffre_qui_ne_se_cite_pas_le_dit_hors_du_graphique() -> None:
    """« 36 habitants chez vos pairs (entre 17 et 54) », note C, se lisait comme un chiffre sûr."""
    assert _position("A", 0.4, note="C", etat="indicative").reserve == "indicatif"
    assert _position("A", 0.4, note="B").reserve == ""


def test_avec_ses_reponses_le_plus_grand_ecart() -> None:
    positions = (_position("A", 0.4, 1.0), _position("B", 0.9, 1.0))
    assert describe_positions(positions).startswith("Le plus grand écart : «\u202fA\u202f», 40\u202f%")


def test_l_ecart_va_des_pairs_a_la_collectivite_et_le_plus_grand_est_dit_quel_que_soit_son_sens() -> None:
    seule, non, moyenne = _position("A", 0.4, 1.0), _position("B", 0.9, 0.0), _position("C", 0.4)
    assert (seule.ecart, non.ecart, moyenne.ecart) == (pytest.approx(0.6), pytest.approx(-0.9), None)
    assert "«\u202fB\u202f»" in describe_positions((seule, non, moyenne))
    agents = replace(seule, indicateur=replace(seule.indicateur, calcul=Calcul("moyenne", "essai_q01")))
    assert agents.ecart is None
    assert _position("D", 0.4, 1.0, etat="masked_n").ecart is None


def test_trier_par_ecart_met_le_plus_grand_d_abord_et_les_sans_ecart_a_la_fin(
    terrain: Repository, structure: Structure
) -> None:
    portee = Portee("collectivite", collectivite_id=SOI, simulee=True)
    gate = open_gate(terrain, portee)
    collectivite = gate.get_collectivite(SOI)
    assert collectivite is not None
    vue = build_comparer(
        gate, load_catalogue(), structure, collectivite, theme_id="communication", choix="strate"
    )
    ecarts = [None if p.ecart is None else abs(p.ecart) for p in vue.sort("ecart")]
    dits = [e for e in ecarts if e is not None]
    assert {p.ecart < 0 for p in vue.positions if p.ecart is not None} == {True, False}
    assert ecarts == [*sorted(dits, reverse=True), *[None] * (len(ecarts) - len(dits))]
    assert vue.sort("questionnaire") == vue.positions


def test_la_phrase_dit_le_score_s_il_se_montre_et_seule_une_couverture_inconnue_est_dite(
    terrain: Repository, structure: Structure
) -> None:
    gate = open_gate(terrain, Portee("collectivite", collectivite_id=SOI, simulee=True))
    catalogue, inconnue = load_catalogue(), "commune-03000"
    moi, autre = (gate.get_collectivite(id_) for id_ in (SOI, inconnue))
    assert moi is not None
    assert autre is not None
    vue, couverte, ailleurs, egale = (
        build_comparer(gate, catalogue, structure, qui, theme_id="communication", choix=choix)
        for qui, choix in ((moi, "strate"), (moi, "couverture"), (autre, "strate"), (autre, "couverture"))
    )
    assert vue.score is not None
    assert vue.score.montre
    assert vue.a_retenir.startswith(vue.score.phrase)
    seule = {(vue.pratiques[0].id, vue.pairs.vague_id): Reponse(1.0)}
    peu = vue.place(replace(vue.soi, reponses=seule))
    assert peu.score is not None
    assert peu.a_retenir.startswith(peu.distribution.phrase)
    assert [bool(v.messages) for v in (vue, couverte, ailleurs, egale)] == [False, False, False, True]


def test_un_seul_chiffre_qui_se_cite_suffit_a_ne_pas_tout_dire_indicatif() -> None:
    melees = [_position("A", 0.4, note="C", etat="indicative"), _position("B", 0.6)]
    assert "indicatif" not in describe_positions(melees)


def test_le_cadre_du_graphique_porte_la_borne_et_l_echelon_elargi() -> None:
    borne = replace(_position("A", 0.9, plafond="au_moins"), elargi=True)
    (ligne,) = build_cadre_positions([borne])
    assert (ligne.plafond, ligne.groupe) == ("au_moins", "A (France)")


def test_sans_chiffre_montre_une_phrase() -> None:
    assert describe_positions([]).startswith("Aucun chiffre de vos pairs")


def test_chaque_collectivite_comparee_n_est_lue_qu_une_fois(
    terrain: Repository, structure: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Une lecture coûte 30 ms de processeur, et s'inscrit au journal : une par regard."""
    lues: list[str] = []
    lire = Gate.list_valeurs_collectivite

    def noter(gate: Gate, collectivite_id: str) -> pd.DataFrame:
        lues.append(collectivite_id)
        return lire(gate, collectivite_id)

    monkeypatch.setattr(Gate, "list_valeurs_collectivite", noter)
    gate = open_gate(terrain)
    collectivite = gate.get_collectivite(SOI)
    assert collectivite is not None
    vue = build_comparer(
        gate, load_catalogue(), structure, collectivite,
        theme_id="communication", choix="strate", avec=(DROM, SOI, DROM),
    )  # fmt: skip
    assert lues == [SOI, DROM]
    assert [c.id for c in vue.cote_a_cote.collectivites] == [SOI, DROM]


def test_les_variables_sont_celles_qui_distinguent_son_type(structure: Structure) -> None:
    """Retenues une fois par type ; recalculées ici sur le cadre entier."""
    memes = structure.cadre[structure.cadre["type"].eq("commune")]
    attendues = [v for v in VARIABLES if pd.notna(memes.at[SOI, v]) and memes[v].nunique() > 1]
    assert attendues
    assert structure.list_variables(SOI) == attendues
    assert structure.list_variables(SOI) == attendues  # de la mémoire


def test_les_repondantes_sont_celles_des_participations(terrain: Repository) -> None:
    lignes, cles = terrain.list_participations(), terrain.get_cles_participations()
    assert set(cles.sum()) == set(lignes["collectivite_id"])
    vagues = lignes["vague_id"].unique().tolist()
    assert vagues
    for vague_id in vagues:
        siennes = lignes[lignes["vague_id"] == vague_id]
        assert set(cles.sum(vague_id)) == set(siennes["collectivite_id"])
    assert cles.sum("jamais") == {}
