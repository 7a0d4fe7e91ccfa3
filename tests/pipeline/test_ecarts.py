"""L'écart sur un fait de l'État : son intervalle, son verdict, et un fait de calage qui n'en a pas."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.domain.ecarts import CALE, DEDANS, ECART
from barometre.domain.formats import format_points
from barometre.domain.secret import BRUIT_MAXIMAL, SEUIL_CADRE
from barometre.pipeline.cles import Tirages
from barometre.pipeline.ecarts import _say_gap, compute_gaps
from barometre.pipeline.mesures import Mesures

FAIT = "france_services_presence"
TAILLE = 400


def _tirages(graine: int = 7) -> Tirages:
    return Tirages({("inclusion", "v1"): f"{graine:02x}" * 32}, {})


def _build(oui_chez_elles: float) -> tuple[Mesures, pd.DataFrame]:
    """Un cadre de 400 communes, un fait vrai d'une sur deux, et cent répondantes."""
    ids = pd.Index([f"commune-{i}" for i in range(TAILLE)])
    rang = np.arange(TAILLE)
    repondantes = rang < 100
    oui = np.where(repondantes, rang < 100 * oui_chez_elles, rang - 100 >= 100 + 100 * oui_chez_elles)
    cadre = pd.DataFrame(
        {"type": "commune", "region": "84", "couverture": "inconnue", "densite": "Rural"}, index=ids
    )
    cadre.loc[ids[::2], "densite"] = "Urbain"
    mesures = Mesures(pd.DataFrame({FAIT: oui.astype(float)}, ids), {FAIT: "2024"}, cadre, load_catalogue())
    poids = pd.DataFrame({
        "vague_id": "v1", "questionnaire_id": "inclusion", "collectivite_id": ids[:100],
        "strate_poids": "commune", "poids_base": 4.0, "poids": 4.0,
    })  # fmt: skip
    return mesures, poids


@pytest.mark.parametrize(
    ("part", "verdict"), [(0.52, "contient la vérité."), (0.8, "ne contient pas la vérité")]
)
def test_un_fait_hors_du_calage_juge_les_poids(part: float, verdict: str) -> None:
    lignes = compute_gaps(*_build(part), _tirages()).set_index(["cle", "objet"])
    assert lignes.loc[(ECART, FAIT), "valeur"] == pytest.approx(part - 0.5, abs=BRUIT_MAXIMAL / 100)
    assert lignes.loc[(DEDANS, FAIT), "valeur"] == (part < 0.6)
    assert f"L’intervalle {verdict}" in lignes.loc[(ECART, FAIT), "phrase"]


def test_l_intervalle_est_celui_d_un_sondage_simple_de_cent_sur_quatre_cents() -> None:
    """p = 0,52, n = 100, N = 400 : 1,98·√(0,75·0,52·0,48/99 + (1,5/100)²), 9,1 points de chaque côté."""
    phrase = compute_gaps(*_build(0.52), _tirages()).set_index(["cle", "objet"]).loc[(ECART, FAIT), "phrase"]
    bas, haut = phrase.split("intervalle de ")[1].split(")")[0].split(" à ")
    largeur = float(haut.split()[0].replace(",", ".")) + float(bas.split()[0][1:].replace(",", "."))
    assert largeur == pytest.approx(18.2, abs=0.8)


def test_un_fait_du_calage_ne_verifie_rien() -> None:
    lignes = compute_gaps(*_build(0.8), _tirages())
    assert set(lignes.loc[lignes["objet"].eq("Urbain"), "cle"]) == {CALE}
    lignes = lignes[lignes["cle"].eq(CALE)].set_index("objet")
    assert "il ne les vérifie pas" in lignes.loc["Urbain", "phrase"]
    assert "vérité" not in lignes.loc["Urbain", "phrase"]


def _say_rare(nommees: int, chez_elles: int, graine: int = 7) -> str:
    """La phrase d'un fait que `nommees` communes ont, dont `chez_elles` ont répondu ; vide, tue."""
    mesures, poids = _build(0.5)
    rang = np.arange(TAILLE)
    ont = (rang < chez_elles) | (rang >= TAILLE - (nommees - chez_elles))
    mesures.table[FAIT] = ont.astype(float)
    lignes = compute_gaps(mesures, poids, _tirages(graine))
    phrases = lignes.loc[lignes["cle"].eq(ECART), "phrase"]
    return str(phrases.iloc[0]) if len(phrases) else ""


def test_un_fait_rare_que_nulle_repondante_n_a_se_tait() -> None:
    """« 0,0 % chez celles qui ont répondu » : aucune des vingt communes que chacun connaît n'a répondu."""
    assert _say_rare(20, 0) == ""
    assert _say_rare(SEUIL_CADRE - 1, SEUIL_CADRE - 1) == ""
    assert _say_rare(TAILLE - 20, 100) == ""


def test_la_part_des_repondantes_qui_ont_un_fait_est_brouillee() -> None:
    """Une répondante de plus change le bruit : la différence de deux parts n'en nomme aucune."""
    lues = {_say_rare(60, 40, graine).split(" chez celles")[0].split()[-2] for graine in range(8)}
    assert len(lues) > 3


def test_l_ecart_est_celui_des_poids_redresses() -> None:
    """Cent répondantes dont 52 ont le fait ; celles-là pèsent double : 104 sur 152, 68,4 %."""
    mesures, poids = _build(0.52)
    poids["poids"] = np.where(np.arange(100) < 52, 8.0, 4.0)
    phrase = compute_gaps(mesures, poids, _tirages()).set_index(["cle", "objet"]).loc[(ECART, FAIT), "phrase"]
    redresse = float(phrase.split("répondu, ")[1].split("\u202f")[0].replace(",", "."))
    assert redresse == pytest.approx(68.4, abs=BRUIT_MAXIMAL)
    brut = float(phrase.split("réalité ; ")[1].split("\u202f")[0].replace(",", "."))
    assert redresse - brut > 8


def test_l_intervalle_d_un_ecart_se_dit_autour_de_la_verite() -> None:
    """Vrai 50 %, estimé 55 % entre 45 et 65 % : l'écart est entre −5 et +15 points, non l'inverse."""
    lu = SimpleNamespace(truth=0.5, raw=0.6, p=0.55, gap=0.05, low=0.45, high=0.65)
    phrase = _say_gap("Fibre", lu)
    bas, haut = format_points(-0.05, 1), format_points(0.15, 1)
    assert f"intervalle de {bas} à {haut}" in phrase
