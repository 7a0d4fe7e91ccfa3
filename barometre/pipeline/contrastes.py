"""Les groupes comparés d'un questionnaire à une vague : chacun contre les autres, couvertes contre inconnues.

Une différence se juge par son propre test, avec la covariance des deux groupes, jamais par deux intervalles
qui se touchent ; les tests d'un thème sont corrigés ensemble. Régions et couvertures se comparent à structure
égale d'abord, l'écart simple à côté.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from barometre.domain.secret import MONTRES
from barometre.domain.territoire import FRANCE
from barometre.pipeline.terrain import Terrain
from barometre.stats.contrasts import LEVELS, adjust_p_values, compare_domains, estimate_contrasts
from barometre.stats.structure import compare_adjusted

CELLULE = ["territoire_id", "type", "strate", "couverture"]
DIMENSIONS = ("strate", "type", "region", "couverture")
# Ce qui est tenu égal quand ces groupes se comparent ; le logarithme de la population s'y ajoute.
STRUCTURES = {"region": ("strate", "couverture"), "couverture": ("strate", "region")}
COUVERTE, INCONNUE, AUTRES = "couverte", "inconnue", "autres"
_GARDEES = ["indicateur_id", "n", "n_reference", "difference", "se", "bas", "haut", "p_value", "class_95",
            "class_998", "difference_simple", *CELLULE, "reference"]  # fmt: skip
_CALCULEES = ["difference", "se", "bas", "haut", "p_value"]
_NOMS = {"item": "indicateur_id", "low_95": "bas", "high_95": "haut"}
# Ce qui doit se montrer pour que le contraste se montre : le groupe, et l'ensemble dont il se retranche.
_TOTAL = {"territoire_id": FRANCE, "type": "", "strate": "", "couverture": ""}


def compare_groupes(terrain: Terrain, cadre: pd.DataFrame) -> pd.DataFrame:
    """Les groupes comparés, avant de savoir lesquels se montrent ; seules les parts se comparent."""
    parts = terrain.list_indicateurs(parts=True)
    valeurs = terrain.valeurs[[i.id for i in parts]]
    repondants = cadre.loc[terrain.repondants]
    tableaux = [*_each_group(terrain, repondants, valeurs), *_each_covered(terrain, repondants, valeurs)]
    if valeurs.empty or not tableaux:
        return pd.DataFrame()
    lignes = pd.concat(tableaux, ignore_index=True).rename(columns=_NOMS).reindex(columns=_GARDEES)
    return lignes.dropna(subset=_CALCULEES).reset_index(drop=True).assign(vague_id=terrain.vague_id)


def judge_contrastes(comparees: pd.DataFrame, agregats: pd.DataFrame) -> pd.DataFrame:
    """Les lignes de `contraste` : ceux de ces groupes qui se montrent, jugés ensemble."""
    if not len(comparees.columns):
        return comparees
    lignes = _add_states(comparees, agregats)
    return _mirror(_judge(lignes[lignes["etat"].isin(MONTRES)].reset_index(drop=True)))


def _each_group(terrain: Terrain, repondants: pd.DataFrame, valeurs: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Chaque strate, type, région et couverture contre toutes les autres répondantes."""
    for dimension in DIMENSIONS:
        groupes = repondants[dimension].astype("object")
        if groupes.nunique() < 2:
            continue
        lignes = estimate_contrasts(terrain.design, valeurs, groupes)
        if dimension == "couverture":
            # « Inconnue » contre les autres est l'envers de « couverte » contre inconnues : un seul test.
            lignes = lignes[lignes["couverture"].ne(INCONNUE)]
        if dimension in STRUCTURES:
            lignes = _adjust(terrain, repondants, valeurs, lignes, groupes)
        yield lignes.assign(**_describe_cell(dimension, lignes.pop(dimension)), reference=AUTRES)


def _adjust(
    terrain: Terrain,
    repondants: pd.DataFrame,
    valeurs: pd.DataFrame,
    lignes: pd.DataFrame,
    groupes: pd.Series,
) -> pd.DataFrame:
    """L'écart et le verdict à structure égale ; l'écart simple reste à côté.

    Une région de petites communes n'est pas en retard d'être rurale, ni une adhérente en avance d'être
    grande. Un groupe que la structure explique tout entier n'a pas d'écart à lui : il n'est pas comparé.
    """
    dimension = str(groupes.name)
    structure = repondants[list(STRUCTURES[dimension])].astype("object")
    structure["population"] = np.log(repondants["population"].clip(lower=1).astype("float64"))
    egales = compare_adjusted(terrain.design, valeurs, groupes, structure)
    simple = lignes.set_index(["item", dimension])["difference"]
    calculees = [str(c) for c in egales if c not in ("item", dimension)]
    egales = egales.set_index(["item", dimension]).reindex(simple.index).reset_index()
    return lignes.assign(**{c: egales[c].to_numpy() for c in calculees}, difference_simple=simple.to_numpy())


def _describe_cell(dimension: str, modalites: pd.Series) -> dict[str, pd.Series | str]:
    """L'adresse de la cellule d'`agregat` de chaque groupe."""
    vide: dict[str, pd.Series | str] = dict(_TOTAL)
    modalites = modalites.astype("object")
    if dimension == "region":
        return vide | {"territoire_id": "region-" + modalites}
    if dimension == "strate":
        return vide | {"strate": modalites, "type": modalites.str.partition("-")[0]}
    return vide | {dimension: modalites}


def _each_covered(
    terrain: Terrain, repondants: pd.DataFrame, valeurs: pd.DataFrame
) -> Iterator[pd.DataFrame]:
    """Couvertes par un OPSN (adhérentes ou dans un périmètre) contre non connues comme telles, par type."""
    inconnues = repondants["couverture"].eq(INCONNUE)
    for type_ in ("", *repondants["type"].unique()):
        siennes = repondants["type"].eq(type_) if type_ else inconnues | True
        groupes = pd.Series(np.where(inconnues, INCONNUE, COUVERTE), repondants.index, name="couverture")
        groupes = groupes.astype("object").where(siennes)
        if groupes.nunique() < 2:
            continue
        lignes = compare_domains(
            terrain.design, valeurs, groupes.eq(INCONNUE).to_numpy(), groupes.eq(COUVERTE).to_numpy()
        ).assign(couverture=COUVERTE)
        lignes = _adjust(terrain, repondants, valeurs.where(siennes), lignes, groupes)
        yield lignes.assign(**_TOTAL | {"type": str(type_), "couverture": COUVERTE, "reference": INCONNUE})


def _mirror(lignes: pd.DataFrame) -> pd.DataFrame:
    """« Inconnue » contre les autres, dans le tableau des couvertures : l'envers du même test."""
    couvertes = lignes["couverture"].eq(COUVERTE) & lignes["type"].eq("")
    envers = lignes[couvertes].assign(couverture=INCONNUE, reference=AUTRES)
    opposees = ["difference", "difference_simple", "position"]
    envers[opposees] = -envers[opposees]
    envers[["bas", "haut"]] = -envers[["haut", "bas"]].to_numpy()
    envers[["n", "n_reference"]] = envers[["n_reference", "n"]].to_numpy()
    return pd.concat([lignes, envers], ignore_index=True)


def _add_states(lignes: pd.DataFrame, agregats: pd.DataFrame) -> pd.DataFrame:
    """Un contraste se montre si le groupe et son ensemble se montrent."""
    utiles = agregats[agregats["niveau"].isin(["france", "region"])]
    cellules = utiles.astype(dict.fromkeys(["indicateur_id", *CELLULE, "etat"], "object"))
    etats = cellules.set_index(["indicateur_id", *CELLULE])["etat"]
    couvertes = lignes["couverture"].eq(COUVERTE)
    # Les couvertes ne sont pas une cellule : elles valent l'ensemble de leur type moins les inconnues.
    groupe = lignes.assign(couverture=lignes["couverture"].mask(couvertes, INCONNUE))
    ensemble = lignes.assign(**_TOTAL).assign(type=lignes["type"].where(couvertes, ""))
    return lignes.assign(etat=_combine(*(_find(etats, adresses) for adresses in (groupe, ensemble))))


def _find(etats: pd.Series, adresses: pd.DataFrame) -> pd.Series:
    cles = pd.MultiIndex.from_frame(adresses[["indicateur_id", *CELLULE]].astype("object"))
    return etats.reindex(cles).fillna("primary").set_axis(adresses.index)


def _combine(groupe: pd.Series, ensemble: pd.Series) -> pd.Series:
    """L'état du groupe, ou celui de l'ensemble si c'est lui qui se cache ; indicatif si l'un l'est."""
    choix = [~groupe.isin(MONTRES), ~ensemble.isin(MONTRES), groupe.eq("indicative")]
    return pd.Series(np.select(choix, [groupe, ensemble, groupe], ensemble), index=groupe.index)


def _name_kind(lignes: pd.DataFrame) -> pd.Series:
    """La dimension d'un groupe, d'après l'adresse de sa cellule."""
    choix = [lignes["territoire_id"].ne(FRANCE), lignes["strate"].ne(""), lignes["couverture"].ne("")]
    return pd.Series(np.select(choix, ["region", "strate", "couverture"], "type"), lignes.index)


def _judge(lignes: pd.DataFrame) -> pd.DataFrame:
    """La position et son niveau : intervalle qui exclut 0, et p corrigée sous le seuil.

    Une famille par sorte de groupe (strates, types, régions, couvertures) : les régions, presque toutes
    semblables, n'ont pas à payer ni à profiter des strates.
    """
    q = lignes.groupby(_name_kind(lignes))["p_value"].transform(adjust_p_values)
    position = pd.Series(0, index=lignes.index)
    niveau = pd.Series("", index=lignes.index, dtype="object")
    for nom, seuil in LEVELS.items():
        demontres = lignes[f"class_{nom}"].ne(0) & q.lt(1 - seuil)
        position = position.mask(demontres, lignes[f"class_{nom}"])
        niveau = niveau.mask(demontres, nom)
    lignes = lignes.drop(columns=["class_95", "class_998"])
    return lignes.assign(q_value=q, position=position.astype(int), niveau=niveau)
