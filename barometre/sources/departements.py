"""Ce qui ne se voit que dans un département : des valeurs en face d'une autre commune que la leur.

Décalées d'une ligne dans un seul département, les valeurs d'une mesure gardent leur somme, et presque leur
lien national à la population. Là, elles n'en ont plus aucun. Les seuils viennent des vrais fichiers
(`docs/decisions.md`), à mi-chemin du vrai le plus faible et du décalé le plus fort.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from barometre.domain.formats import INSECABLE, format_compte, format_nombre, format_part
from barometre.sources.catalogue import Attendu
from barometre.sources.contexte import Contexte
from barometre.sources.errors import SourceRefusee
from barometre.sources.indices import read_departement
from barometre.sources.resultat import Resultat

# En deçà, un rang est un hasard. Une classe a moins de valeurs qu'un nombre : il lui en faut davantage.
COMMUNES, COMMUNES_CLASSEES = 20, 50
# La corrélation de rang avec la population, dans un département : au moins 0,65 de chaque colonne d'un vrai
# fichier, au plus 0,28 une fois décalée ; d'une classe, 0,46 et 0,19.
RANG, RANG_CLASSE = 0.5, 0.3
# Le chi-deux d'une classe par EPCI, dans un département, par degré de liberté : au moins 5,6 de la montagne
# (Alpes-Maritimes), au plus 2,1 une fois décalée ; un hasard en fait 1.
VOISINAGE = 3.5
# Les lignes d'un département qui se contredisent : aucune dans nos vrais fichiers.
CONTRADICTIONS = 3


def check_rangs(
    nombres: pd.DataFrame, contexte: Contexte, minimum: float = RANG, communes: int = COMMUNES
) -> None:
    """Refuse un fichier dont une colonne ne suit plus la population des communes d'un département.

    `nombres` : une ligne par commune actuelle, des colonnes qui croissent avec ses habitants.
    """
    connus = nombres.assign(_habitants=contexte.territoires.populations.reindex(nombres.index)).dropna()
    groupes = contexte.territoires.departements.reindex(connus.index)
    rangs = connus.groupby(groupes).rank()
    ecarts = rangs - rangs.groupby(groupes).transform("mean")
    forces = ecarts.pow(2).groupby(groupes).sum()
    habitants = forces.pop("_habitants")
    produits = ecarts.drop(columns="_habitants").mul(ecarts["_habitants"], axis=0).groupby(groupes).sum()
    # Une colonne constante ne suit rien : sa corrélation est nulle.
    liens = (produits / forces.mul(habitants, axis=0).pow(0.5)).fillna(0.0)
    assez = groupes.value_counts().reindex(liens.index).ge(communes) & habitants.gt(0)
    _refuse_first(liens[assez & liens.lt(minimum).any(axis=1)], minimum)


def _refuse_first(liens: pd.DataFrame, minimum: float) -> None:
    """Refuse au premier département, en nommant la colonne qui y suit le moins la population."""
    for departement, colonne, lien in zip(liens.index, liens.idxmin(axis=1), liens.min(axis=1), strict=True):
        dits = format_nombre(lien, 2), format_nombre(minimum, 1)
        raise SourceRefusee(
            f"Dans le département{INSECABLE}{departement}, « {colonne} » ne suit pas la population des "
            f"communes (corrélation {dits[0]}, au moins {dits[1]} attendu) : la colonne y est décalée."
        )


def check_par_habitant(
    nombres: pd.DataFrame, bornes: Mapping[str, tuple[float, float]], contexte: Contexte
) -> None:
    """Refuse un fichier dont la somme d'une colonne, par habitant, n'est celle d'aucun département."""
    colonnes = list(bornes)
    connus = (
        nombres[colonnes].assign(_habitants=contexte.territoires.populations.reindex(nombres.index)).dropna()
    )
    groupes = contexte.territoires.departements.reindex(connus.index)
    sommes = connus.groupby(groupes).sum()[groupes.value_counts().sort_index().ge(COMMUNES)]
    for colonne, (bas, haut) in bornes.items():
        rapports = sommes[colonne] / sommes["_habitants"]
        for departement, rapport in rapports[~rapports.between(bas, haut)].items():
            raise SourceRefusee(
                f"Dans le département{INSECABLE}{departement}, « {colonne} » vaut "
                f"{format_nombre(rapport, 3)} par habitant ; entre {format_nombre(bas, 3)} et "
                f"{format_nombre(haut, 3)} étaient attendus : ses nombres y sont abîmés."
            )


def check_voisinage(presence: pd.Series, colonne: str, contexte: Contexte) -> None:
    """Refuse un fichier où une classe n'est plus groupée par EPCI, dans un département qui en a en partie.

    `presence` : par commune actuelle, vrai de celles de la classe.
    """
    cadre = contexte.collectivites.set_index("collectivite_id").reindex(presence.index)
    lignes = cadre[["departement", "epci"]].assign(ici=presence.astype("float64")).dropna()
    ensemble = lignes.groupby("departement")["ici"].agg(["size", "mean"])
    groupes = lignes.groupby(["departement", "epci"])["ici"].agg(["size", "mean"])
    ecarts = groupes["mean"] - ensemble["mean"].reindex(groupes.index.get_level_values(0)).to_numpy()
    sommes = (groupes["size"] * ecarts.pow(2)).groupby(level=0).agg(["sum", "size"])
    # Sans reste, ou d'un seul EPCI, rien ne se groupe : le rapport n'est pas un nombre.
    rapports = sommes["sum"] / (ensemble["mean"] * (1 - ensemble["mean"])) / (sommes["size"] - 1)
    for departement in rapports.index[ensemble["size"].ge(COMMUNES_CLASSEES) & rapports.lt(VOISINAGE)]:
        raise SourceRefusee(
            f"Dans le département{INSECABLE}{departement}, « {colonne} » n'est plus groupée par "
            "intercommunalité : la colonne y est décalée."
        )


def check_contradictions(
    fautives: pd.Series, codes: pd.Series, trop: int = CONTRADICTIONS, part: float = 0.0
) -> None:
    """Refuse un fichier dont plusieurs lignes d'un même département se contredisent : décalées, non fautives.

    `fautives` : vrai d'une ligne qui se contredit ; `part` : du département, la part à dépasser aussi.
    """
    groupes = fautives.groupby(codes.map(read_departement))
    comptes = groupes.sum()
    for departement, nombre in comptes[comptes.ge(trop) & groupes.mean().gt(part)].items():
        raise SourceRefusee(
            f"Dans le département{INSECABLE}{departement}, "
            f"{format_compte(int(nombre), 'ligne se contredit', 'lignes se contredisent')} : "
            "une colonne y est décalée, ou ses nombres y sont abîmés."
        )


def check_completude(resultat: Resultat, attendu: Attendu, contexte: Contexte) -> None:
    """Refuse une mesure de toutes les communes à qui une partie d'un département manque.

    Un département dont elle ne dit rien est inconnu ; à moitié dit, une commune réunie n'est pas entière.
    """
    if not attendu.complet:
        return
    communes = contexte.territoires.departements.reindex(contexte.territoires.communes)
    dites = communes[communes.index.isin(set(resultat.valeurs["collectivite_id"]))]
    toutes = communes.value_counts()
    parts = (dites.value_counts() / toutes)[toutes.ge(COMMUNES)].dropna()
    for departement, part in parts[parts.lt(attendu.complet)].items():
        raise SourceRefusee(
            f"Le fichier ne parle que de {format_part(part)} des communes du département{INSECABLE}"
            f"{departement} : des lignes y manquent."
        )
