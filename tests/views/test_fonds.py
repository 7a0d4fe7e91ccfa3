"""La page du fonds : des faits datés et sourcés, des crédits quand la liste est reçue, le reste inconnu."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.catalogue import CatalogueError
from barometre.catalogue.fonds import find_fonds, load_reperes, read_reperes
from barometre.catalogue.programmes import load_actions_publiques
from barometre.domain.version import Empreintes, Version
from barometre.views.piloter.fonds import build_table_credits, build_vue_fonds, format_euros
from tests import mini

VERSION = Version("v", pd.Timestamp("2026-11-28").to_pydatetime(), False, "0", "", Empreintes(*"abcde"))


class _Porte:
    """Ce que la vue demande à la porte ; `lignes` : les crédits par axe de lecture."""

    def __init__(self, lignes: dict[str, list[tuple[object, ...]]] | None = None) -> None:
        self.lignes = lignes

    def get_referentiel(self) -> pd.DataFrame:
        return mini.build_collectivites()

    def get_version(self) -> Version:
        return VERSION

    def list_collectivites(self, **_: Any) -> pd.DataFrame:
        return mini.build_collectivites().query("type == 'region'")

    def get_lot_actions(self, _: str) -> dict[str, object]:
        return {} if self.lignes is None else {"importe_le": pd.Timestamp("2026-11-20 10:00")}

    def sum_credits(self, _: str, axe: str) -> pd.DataFrame:
        colonnes = ["reunis", "beneficiaires", "projets", "montant", "sans_montant"]
        return pd.DataFrame((self.lignes or {}).get(axe, []), columns=colonnes)


def build(lignes: dict[str, list[tuple[object, ...]]] | None = None) -> Any:
    porte = cast("Gate", _Porte(lignes))
    return build_vue_fonds(porte, find_fonds("itn7"), load_reperes(), load_actions_publiques())


def test_sans_liste_la_page_dit_les_faits_publics_et_rien_de_plus() -> None:
    vue = build()
    assert vue.a_retenir.startswith("88\u00a0millions d’euros annoncés le 25 janvier 2021")
    # 846 984 + 241 484 + 204 984 + 281 777 + 63 500 + 20 000 + 50 000 = 1 708 729 ; sur 88 M€ : 1,9 %
    assert "soit 1,9\u202f% de l’enveloppe" in vue.a_retenir
    assert "(sans compter 2\u00a0projets dont le montant n’est pas donné)" in vue.a_retenir
    assert vue.liste is None
    assert vue.projets["montant"].isna().sum() == 2
    assert vue.chronologie["source"].ne("").all()
    assert vue.chronologie["jour"].is_monotonic_increasing
    # « Programme annoncé, pour trois ans » n'est pas un fait de ce fonds : chaque ligne nomme le sien.
    trois_ans = vue.chronologie.set_index("repere").loc["Programme annoncé, pour trois ans"]
    assert trois_ans["programme"] == "TNT"


def test_avec_la_liste_les_credits_se_lisent_par_region_et_par_habitant() -> None:
    vue = build({"region": [(("region-84",), 12, 15, 819_732.5, 3), (("region-75", ""), 11, 11, 100.0, 0)]})
    # 819 732,5 € pour 8 197 325 habitants : 0,10 € chacun ; sans région, pas d'euros par habitant.
    rhone, autres = sorted(vue.liste.regions, key=lambda c: c.nom)
    assert (rhone.nom, round(rhone.par_habitant, 3)) == ("Auvergne-Rhône-Alpes", 0.1)
    assert autres.nom == "Nouvelle-Aquitaine, Plusieurs régions, ou région inconnue"
    assert autres.par_habitant is None
    assert "compte 26\u00a0projets" in vue.a_retenir
    assert "(sans compter 3\u00a0projets dont le montant n’est pas donné)" in vue.a_retenir
    assert build_table_credits(vue.liste.regions)["montant"].sum() == 819_832.5


def test_une_liste_trop_courte_ne_montre_rien() -> None:
    assert "seul le programme" in build({}).liste.phrase


def test_un_montant_s_ecrit_comme_on_le_dit() -> None:
    ecrits = [format_euros(x) for x in (88_000_000, 1_708_729, 63_500, None)]
    assert ecrits == [
        "88\u00a0millions d’euros",
        "1,7\u00a0million d’euros",
        "63\u202f500\u202f€",
        "non publié",
    ]


@pytest.mark.parametrize(
    ("avant", "apres", "phrase"),
    [("2021-01-25", "janvier", "ne se lit pas"), ('"SmartCity Mag, octobre 2021"', "", "sans source")],
)
def test_un_repere_faux_est_refuse(tmp_path: Any, avant: str, apres: str, phrase: str) -> None:
    lignes = ["repere_id,date,programme,fait,valeur,unite,source",
              'x,2021-01-25,F,Annonce,1,euros,"SmartCity Mag, octobre 2021"']  # fmt: skip
    chemin = tmp_path / "reperes.csv"
    chemin.write_text("\n".join(lignes).replace(avant, apres), encoding="utf-8")
    with pytest.raises(CatalogueError, match=phrase):
        read_reperes(chemin)
