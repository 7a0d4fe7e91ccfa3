"""Une pratique chez les bénéficiaires d'un programme et chez des communes comparables : jamais une preuve."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.catalogue.programmes import load_programmes
from barometre.domain.indicateur import Indicateur
from barometre.domain.secret import MARGE_CADRE
from barometre.pipeline.cles import Tirages
from barometre.pipeline.mesures import Mesures
from barometre.pipeline.weights import DENSITE
from barometre.stats.association import EFFECTIF_MINIMAL, adjust_p_values, compare_standardised
from barometre.stats.perturbation import Perturbation

SEUIL_Q = 0.05
PART_COMPAREE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Famille:
    """Les réponses d'un thème à une vague, et qui bénéficie d'un programme : un tableau de comparaisons."""

    programme_id: str
    vague_id: str
    # commune × indicateur
    reponses: pd.DataFrame
    beneficie: pd.Series
    comparables: pd.Series
    perturbation: Perturbation
    # le moindre des deux groupes, dans le cadre : voir `count_nommees`
    nommees: int


def compare_programmes(
    mesures: Mesures, theme_id: str, reponses: pd.DataFrame, tirages: Tirages
) -> Iterator[pd.DataFrame]:
    """D'un thème, par vague et programme : les parts des bénéficiaires et de communes comparables.

    `reponses` : celles du thème qui sont exploitables (indicateur_id, collectivite_id, periode, valeur).
    `tirages` : les parts sont brouillées comme toute cellule.
    """
    parts = {i.id: i for i in _list_parts(mesures, theme_id)}
    for famille in list_familles(mesures, theme_id, reponses, tirages):
        comparee = compare_famille(famille, parts)
        yield comparee.assign(programme_id=famille.programme_id, vague_id=famille.vague_id)


def list_familles(
    mesures: Mesures, theme_id: str, reponses: pd.DataFrame, tirages: Tirages
) -> Iterator[Famille]:
    """Les familles de comparaisons d'un thème, une par vague et programme."""
    communes = mesures.communes
    indicateurs = _list_parts(mesures, theme_id)
    declares = reponses[reponses["indicateur_id"].isin([i.id for i in indicateurs])]
    declares = declares[communes.index.get_indexer(pd.Index(declares["collectivite_id"])) >= 0]
    programmes = [
        (p, count_nommees(communes, mesures.table[p.mesure]))
        for p in load_programmes()
        if p.mesure in mesures.table
    ]
    for vague, lignes in declares.groupby("periode") if programmes else ():
        table = lignes.pivot(index="collectivite_id", columns="indicateur_id", values="valeur")
        for programme, nommees in programmes:
            beneficie = mesures.table[programme.mesure].reindex(table.index).dropna().eq(1)
            connues = table.loc[beneficie.index]
            comparables = build_comparables(communes.loc[beneficie.index], beneficie)
            cle = tirages.build((theme_id, str(vague)), connues.index, indicateurs)
            yield Famille(programme.id, str(vague), connues, beneficie, comparables, cle, nommees)


def _list_parts(mesures: Mesures, theme_id: str) -> list[Indicateur]:
    return [i for i in mesures.catalogue.list_indicateurs(theme_id, origine="declare") if i.est_part]


def compare_famille(famille: Famille, parts: Mapping[str, Indicateur]) -> pd.DataFrame:
    """Les comparaisons d'une famille, et leur verdict, tels qu'ils se publient."""
    f = famille
    table = compare_standardised(f.reponses, f.beneficie, f.comparables, f.perturbation)
    table["etat"] = [find_etat(parts[str(ligne["item"])], ligne, f.nommees) for ligne in _list_rows(table)]
    return judge_lignes(table).query("n_1 > 0")


def judge_lignes(table: pd.DataFrame) -> pd.DataFrame:
    """Les lignes montrées, corrigées des comparaisons multiples, et leur verdict."""
    montrees = table["p_value"].where(table["etat"].eq("published"))
    table = table.assign(q_value=adjust_p_values(montrees))
    return table.assign(verdict=[_verdict(ligne) for ligne in _list_rows(table)])


def build_comparables(communes: pd.DataFrame, beneficie: pd.Series) -> pd.Series:
    """Ce qui rend deux communes comparables : strate × couverture, × densité là où elle en garde assez.

    Une commune sans comparable de l'autre groupe ne dit rien : la densité n'entre que si elle laisse encore
    neuf bénéficiaires sur dix face à quelqu'un.
    """
    base = communes["strate"].astype("str") + "|" + communes["couverture"].astype("str")
    if DENSITE not in communes or communes[DENSITE].isna().all():
        return base
    fine = base + "|" + communes[DENSITE].astype("str")
    return fine if _share_compared(fine, beneficie) >= PART_COMPAREE else base


def _share_compared(strates: pd.Series, beneficie: pd.Series) -> float:
    """La part des bénéficiaires dont la strate compte aussi une commune qui ne l'est pas."""
    siennes, autres = _count_groups(strates, beneficie)
    return float(siennes[autres > 0].sum() / siennes.sum()) if siennes.sum() else 0.0


def _count_groups(strates: pd.Series, beneficie: pd.Series) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Strate par strate, les bénéficiaires et les autres ; ce qui n'a pas de strate en fait une."""
    codes, modalites = pd.factorize(strates, use_na_sentinel=False)
    groupes = codes[beneficie.to_numpy(dtype=bool)], codes[~beneficie.to_numpy(dtype=bool)]
    siennes, autres = (np.bincount(groupe, minlength=len(modalites)) for groupe in groupes)
    return siennes, autres


def _list_rows(table: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Des dictionnaires : une `Series` par ligne coûte dix fois plus."""
    return table.to_dict("records")


def count_nommees(cadre: pd.DataFrame, connus: pd.Series) -> int:
    """Combien de collectivités a, dans tout le cadre, le plus petit des deux groupes qui se comparent.

    `connus` : 1, bénéficiaire ; 0, non. C'est ce que chacun sait : les répondantes n'y entrent pas. Une
    strate qui n'a que des unes, ou que des autres, ne compare rien.
    """
    beneficie = connus.reindex(cadre.index).dropna().eq(1)
    strates = build_comparables(cadre.loc[beneficie.index], beneficie)
    siennes, autres = _count_groups(strates, beneficie)
    comparent = (siennes > 0) & (autres > 0)
    return int(min(siennes[comparent].sum(), autres[comparent].sum()))


def find_etat(indicateur: Indicateur, ligne: Mapping[Hashable, Any], nommees: int) -> str:
    """Les bénéficiaires se nomment : jamais de cybersécurité, et assez de réponses de chaque côté.

    `nommees` : assez de collectivités aussi, ou l'effectif, brouillé de huit au plus, dirait que toutes
    celles d'une liste publique ont répondu.
    """
    grands = min(ligne["n_1"], ligne["n_0"]) >= EFFECTIF_MINIMAL
    grands &= nommees >= EFFECTIF_MINIMAL + MARGE_CADRE
    return "published" if grands and indicateur.sensibilite != "cyber" else "primary"


def _verdict(ligne: Mapping[Hashable, Any]) -> str:
    if pd.isna(ligne["q_value"]) or ligne["q_value"] >= SEUIL_Q or ligne["bas"] <= 0 <= ligne["haut"]:
        return "non_demontre"
    return "superieur" if ligne["difference"] > 0 else "inferieur"


def build_associations(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Les lignes de la table `association`."""
    noms = {
        "item": "indicateur_id", "n_1": "n_beneficiaires", "n_0": "n_comparables",
        "p_1": "part_beneficiaires", "p_0": "part_comparables",
    }  # fmt: skip
    presentes = [t for t in tables if not t.empty]
    if not presentes:
        return pd.DataFrame(columns=["programme_id", "indicateur_id", "vague_id"])
    return pd.concat(presentes, ignore_index=True).rename(columns=noms)
