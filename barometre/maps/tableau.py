"""Le tableau d'une carte : son double lisible, qui se trie et se télécharge."""

from __future__ import annotations

import pandas as pd

from barometre.maps.composition import Carte
from barometre.maps.legende import Legende


def build_table(carte: Carte) -> pd.DataFrame:
    """Une ligne par lieu, dans l'ordre des noms : aucun palmarès n'est posé d'avance."""
    lieux = carte.lieux
    table = pd.DataFrame(
        {
            carte.niveau: lieux["nom"],
            "code": lieux["code"],
            "valeur_texte": lieux["valeur_texte"].where(lieux["valeur_texte"] != "", "non publié"),
            "classe": _list_classes(carte.legende, lieux["rang"]),
            "detail": lieux["detail"],
            "raison": lieux["raison"],
        }
    )
    return table.sort_values([carte.niveau, "code"], ignore_index=True)


def _list_classes(legende: Legende, rangs: pd.Series) -> pd.Series:
    libelles = {entree.rang: entree.libelle for entree in legende.entrees if entree.rang >= 0}
    return rangs.map(lambda rang: libelles.get(rang, ""))


def build_points(carte: Carte) -> pd.DataFrame:
    """Les lieux et leurs valeurs brutes : ce qui part dans un fichier, avec les codes."""
    colonnes = ["territoire_id", "code", "nom", "valeur", "etat", "valeur_texte", "detail", "raison"]
    return carte.lieux[colonnes].sort_values("code", ignore_index=True)
