"""Les vignettes d'Évolution : une échelle, l'ordre du questionnaire, l'absence de preuve aussi visible."""

from __future__ import annotations

from typing import Any

from barometre.charts.vignettes import build_vignettes
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.evolutions import AUCUN, VueEvolutions, build_vue_evolutions
from barometre.views.piloter.vignettes import (
    build_cadre_vignettes,
    describe_vignettes,
    name_vagues,
    sort_changements,
)
from tests.views.fausse_porte import build_catalogue, build_indicateur, cellule
from tests.views.test_evolutions import TEST, Porte

INDICATEURS = [build_indicateur(id_) for id_ in ("autre", "muet", "site")]
STABLE: dict[str, Any] = TEST | {"indicateur_id": "autre", "verdict": AUCUN, "changement": 0.01, "bas": -0.03}


def _vue() -> VueEvolutions:
    lignes = [
        cellule(id_, vague_id=vague, redresse=p, bas=p - 0.1, haut=p + 0.1)
        for id_ in ("site", "autre")
        for vague, p in (("2023-v1", 0.2), ("2026-v4", 0.26))
    ]
    porte: Any = Porte(*lignes, tests=(TEST, STABLE))
    return build_vue_evolutions(porte, build_catalogue(INDICATEURS), "essai", Selection())


def _cadre() -> Any:
    vue = _vue()
    return build_cadre_vignettes(sort_changements(vue, INDICATEURS), name_vagues(vue))


def test_l_ordre_est_celui_du_questionnaire_et_deux_lignes_par_indicateur() -> None:
    assert [c.indicateur.id for c in _vue().montres] == ["site", "autre"]  # le démontré d'abord
    cadre = _cadre()
    assert cadre["id"].tolist() == ["autre", "autre", "site", "site"]
    assert cadre["vague"].tolist() == ["2023", "2026"] * 2
    assert cadre["valeur"].tolist() == [0.2, 0.26] * 2
    assert cadre["mot"].tolist()[::2] == [
        "Pas de changement démontré : +1\u00a0point",
        "▲ Hausse : +6\u00a0points",
    ]


def test_la_phrase_compte_les_stables_et_ce_qui_ne_se_compare_pas() -> None:
    assert describe_vignettes(_vue()) == (
        "Chaque indicateur aux deux vagues, à la même échelle : 1\u00a0hausse démontrée, "
        "0\u00a0baisse démontrée, 1\u00a0indicateur sans changement démontré ; "
        "1\u00a0autre ne se compare pas."
    )


def test_deux_vagues_de_la_meme_annee_se_disent_avant_et_apres() -> None:
    vue: Any = type("V", (), {"avant": "Vague 2 (mars 2024)", "apres": "Vague 3 (juin 2024)"})
    assert name_vagues(vue) == ("avant", "après")


def test_une_meme_valeur_a_la_meme_place_dans_toutes_les_vignettes() -> None:
    cadre = _cadre()
    dessin = build_vignettes(cadre, titre="<T>", phrase="P.", table=cadre)
    assert dessin.html.count('baro-point-plein" style="left:20.0%') == 2
    assert dessin.html.count('baro-bande-plein" style="left:10.0%;width:20.0%') == 2
    # Le mot du test, démontré ou non, est dans le même élément.
    assert dessin.html.count('<strong class="baro-mot ') == 2
    assert 'aria-label="&lt;T&gt;"' in dessin.html
    assert [r.libelle for r in dessin.rangs[:2]] == ["Indicateur autre, 2023", "Indicateur autre, 2026"]
    assert dessin.rangs[1].suite.startswith("Pas de changement")
    assert dessin.alt == "<T>. P."
    # « 48 % » deux fois, et « −1 point » : sans elle, une faute de calcul.
    assert "avant l’arrondi" in dessin.legende


def test_un_niveau_borne_garde_sa_pointe_et_un_indicatif_son_rond_vide() -> None:
    cadre = _cadre()
    cadre.loc[0, "plafond"], cadre.loc[1, "douteux"] = "au_plus", True
    dessin = build_vignettes(cadre, titre="T", phrase="P.", table=cadre)
    assert "baro-au-plus" in dessin.html
    assert "baro-point-douteux" in dessin.html
    assert "moins de" in dessin.legende
