"""La phrase d'une comparaison : le plus grand écart, ou l'étendue des pairs, bornes et doute compris."""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.views.collectivite.comparer import Position, describe_positions
from barometre.views.lecture.chiffres import format_cellule, read_chiffres
from tests.views.fausse_porte import build_indicateur, cellule


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


def test_avec_ses_reponses_le_plus_grand_ecart() -> None:
    positions = (_position("A", 0.4, 1.0), _position("B", 0.9, 1.0))
    assert describe_positions(positions).startswith("Le plus grand écart : «\u202fA\u202f», 40\u202f%")


def test_sans_chiffre_montre_une_phrase() -> None:
    assert describe_positions([]).startswith("Aucun chiffre de vos pairs")
