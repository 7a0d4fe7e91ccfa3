"""Ce qui ne se voit que dans un département : des valeurs en face d'une autre commune que la leur.

Décalées d'une ligne dans un seul département, les valeurs d'une mesure gardent leur somme, et presque leur
lien national à la population. Là, elles n'en ont plus aucun. Les seuils viennent des vrais fichiers
(`docs/decisions.md`), à mi-chemin du vrai le plus faible et du décalé le plus fort.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from barometre.domain.formats import INSECABLE, format_compte, format_nombre, format_part
from barometre.sources.catalogue import Attendu
from barometre.sources.contexte import Contexte
from barometre.sources.indices import read_departement
from barometre.sources.resultat import Resultat
from barometre.sources.ruptures import Rupture

# En deçà, un rang est un hasard. Une classe a moins de valeurs qu'un nombre : il lui en faut davantage.
COMMUNES, COMMUNES_CLASSEES = 20, 50
# La corrélation de rang avec la population, dans un département : au moins 0,65 de chaque colonne d'un vrai
# fichier, au plus 0,28 une fois décalée ; d'une classe, 0,46 et 0,19.
RANG, RANG_CLASSE = 0.5, 0.3
# En deçà, aucune méthode ne l'explique : c'est une colonne décalée.
RANG_DECALE, RANG_CLASSE_DECALE = 0.3, 0.2
# Le chi-deux d'une classe par EPCI, dans un département, par degré de liberté : au moins 5,6 de la montagne
# (Alpes-Maritimes), au plus 2,1 une fois décalée ; un hasard en fait 1.
VOISINAGE, VOISINAGE_DECALE = 3.5, 2.5
# Les lignes d'un département qui se contredisent : aucune dans nos vrais fichiers.
CONTRADICTIONS = 3
# Une méthode change partout : ce qui ne touche que moins de la moitié des départements est un dégât.
PART_METHODE = 0.5
VERIFIER_COMMUNES = (
    "Avant de l'accepter, comparez trois communes de ce département à ce que le producteur publie, et lisez "
    "sa note de méthode."
)
VERIFIER_UNITE = (
    "Avant de l'accepter, voyez dans la note de méthode du producteur si l'unité, ou ce qui est compté, a "
    "changé, et comparez-y trois communes."
)
VERIFIER_CHAMP = "Avant de l'accepter, voyez si le producteur dit ne plus suivre ces communes."


def list_rangs(
    nombres: pd.DataFrame,
    contexte: Contexte,
    bornes: tuple[float, float] = (RANG_DECALE, RANG),
    communes: int = COMMUNES,
) -> Iterator[Rupture]:
    """Les colonnes qui ne suivent plus la population des communes d'un département.

    `nombres` : une ligne par commune actuelle, des colonnes qui croissent avec ses habitants. `bornes` : la
    corrélation sous laquelle la colonne est décalée, et celle de toute publication connue.
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
    for colonne in liens.columns:
        seuls = liens[colonne][assez]
        for departement, lien in seuls[seuls.lt(bornes[1])].items():
            yield _build_rang(str(colonne), str(departement), lien, bornes)


def _build_rang(colonne: str, departement: str, lien: float, bornes: tuple[float, float]) -> Rupture:
    decalee = lien < bornes[0]
    dits = format_nombre(lien, 2), format_nombre(bornes[1], 1)
    suit, cause = ("ne suit pas", " : la colonne y est décalée") if decalee else ("suit mal", "")
    phrase = (
        f"Dans le département{INSECABLE}{departement}, « {colonne} » {suit} la population des "
        f"communes (corrélation {dits[0]}, au moins {dits[1]} attendu){cause}."
    )
    return Rupture(f"rangs {colonne}", departement, phrase, "" if decalee else VERIFIER_COMMUNES)


def list_par_habitant(
    nombres: pd.DataFrame, bornes: Mapping[str, tuple[float, float]], contexte: Contexte
) -> Iterator[Rupture]:
    """Les colonnes dont la somme, par habitant, n'est celle d'aucun département."""
    colonnes = list(bornes)
    connus = (
        nombres[colonnes].assign(_habitants=contexte.territoires.populations.reindex(nombres.index)).dropna()
    )
    groupes = contexte.territoires.departements.reindex(connus.index)
    sommes = connus.groupby(groupes).sum()[groupes.value_counts().sort_index().ge(COMMUNES)]
    for colonne, (bas, haut) in bornes.items():
        rapports = sommes[colonne] / sommes["_habitants"]
        hors = rapports[~rapports.between(bas, haut)]
        partout = len(hors) > PART_METHODE * len(rapports) and hors.gt(0).all()
        cause = "" if partout else " : ses nombres y sont abîmés"
        for departement, rapport in hors.items():
            phrase = (
                f"Dans le département{INSECABLE}{departement}, « {colonne} » vaut "
                f"{format_nombre(rapport, 3)} par habitant ; entre {format_nombre(bas, 3)} et "
                f"{format_nombre(haut, 3)} étaient attendus{cause}."
            )
            yield Rupture(
                f"par habitant {colonne}", str(departement), phrase, VERIFIER_UNITE if partout else ""
            )


def list_voisinage(presence: pd.Series, colonne: str, contexte: Contexte) -> Iterator[Rupture]:
    """Les départements où une classe, qui n'en a qu'une partie, n'est plus groupée par EPCI.

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
    for departement, rapport in rapports[
        ensemble["size"].ge(COMMUNES_CLASSEES) & rapports.lt(VOISINAGE)
    ].items():
        decalee = rapport < VOISINAGE_DECALE
        groupee, cause = ("n'est plus", " : la colonne y est décalée") if decalee else ("est mal", "")
        phrase = (
            f"Dans le département{INSECABLE}{departement}, « {colonne} » {groupee} groupée par "
            f"intercommunalité{cause}."
        )
        yield Rupture(f"voisinage {colonne}", str(departement), phrase, "" if decalee else VERIFIER_COMMUNES)


def list_contradictions(
    fautives: pd.Series,
    codes: pd.Series,
    quoi: str,
    *,
    trop: int = CONTRADICTIONS,
    part: float = 0.0,
    a_verifier: str = "",
) -> Iterator[Rupture]:
    """Les départements où plusieurs lignes se contredisent : décalées, non fautives.

    `fautives` : vrai d'une ligne qui se contredit ; `part` : du département, la part à dépasser aussi.
    """
    groupes = fautives.groupby(codes.map(read_departement))
    comptes = groupes.sum()
    cause = "" if a_verifier else " : une colonne y est décalée, ou ses nombres y sont abîmés"
    for departement, nombre in comptes[comptes.ge(trop) & groupes.mean().gt(part)].items():
        phrase = (
            f"Dans le département{INSECABLE}{departement}, "
            f"{format_compte(int(nombre), 'ligne se contredit', 'lignes se contredisent')} ({quoi}){cause}."
        )
        yield Rupture(f"contradictions {quoi}", str(departement), phrase, a_verifier)


def list_incomplets(resultat: Resultat, attendu: Attendu, contexte: Contexte) -> Iterator[Rupture]:
    """D'une mesure de toutes les communes, les départements à qui une partie manque.

    Un département dont elle ne dit rien est inconnu ; à moitié dit, une commune réunie n'est pas entière.
    """
    if not attendu.complet:
        return
    communes = contexte.territoires.departements.reindex(contexte.territoires.communes)
    dites = communes[communes.index.isin(set(resultat.valeurs["collectivite_id"]))]
    toutes = communes.value_counts()
    parts = (dites.value_counts() / toutes)[toutes.ge(COMMUNES)].dropna()
    for departement, part in parts[parts.lt(attendu.complet)].items():
        phrase = (
            f"Le fichier ne parle que de {format_part(part)} des communes du département{INSECABLE}"
            f"{departement} : des lignes y manquent."
        )
        yield Rupture("complet", str(departement), phrase, VERIFIER_CHAMP)
