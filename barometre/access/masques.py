"""Le secret à la sortie : ce qui ne se montre pas est effacé, ce qui se montre est arrondi. Pour tous pareil.

L'entrepôt a déjà brouillé les chiffres (`stats.perturbation`) ; rien d'exact ne se retrouve ici.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from barometre.access.masque_agregats import round_comptes
from barometre.domain.estimation_modele import EstimationModele
from barometre.domain.secret import DECIMALES, MONTRES, SEUIL, SEUIL_REDRESSE

EFFECTIFS_EVOLUTION = ("n_1", "n_2", "n_panel")
CHIFFRES_EVOLUTION = (
    *EFFECTIFS_EVOLUTION, "changement", "se", "bas", "haut", "gains", "pertes", "p_mcnemar",
    "egal_changement", "egal_bas", "egal_haut",
)  # fmt: skip
COMPTES_ACCORD = ("oui_oui", "declare_seul", "mesure_seule", "non_non")
EFFECTIFS_ASSOCIATION = ("n_beneficiaires", "n_comparables")
CHIFFRES_ASSOCIATION = (
    *EFFECTIFS_ASSOCIATION, "part_beneficiaires", "part_comparables", "difference", "bas", "haut",
)  # fmt: skip
CHIFFRES_DIFFERENCE = (
    *EFFECTIFS_ASSOCIATION, "beneficiaires_avant", "beneficiaires_apres", "comparables_avant",
    "comparables_apres", "difference", "bas", "haut", "temoin", "temoin_bas", "temoin_haut",
)  # fmt: skip
PANEL = ("n_panel", "gains", "pertes", "p_mcnemar")
PASSAGES = ("gains", "pertes")


def round_effectifs(effectifs: pd.Series) -> pd.Series:
    """Une colonne d'effectifs, arrondie comme ceux des cellules (`round_comptes`)."""
    nombres = effectifs.to_numpy(dtype="float64", na_value=np.nan)
    return pd.Series(round_comptes(nombres), index=effectifs.index, name=effectifs.name)


def mask_evolutions(lignes: pd.DataFrame, cyber: frozenset[str]) -> pd.DataFrame:
    """Les changements dont les deux cellules se montrent, en points entiers."""
    if lignes.empty:
        return lignes  # Un département n'a pas de changement testé : rien à cacher, et 30 ms gagnées.
    caches = ~lignes["etat"].isin(MONTRES)
    vues = _erase(lignes, CHIFFRES_EVOLUTION, caches)
    vues.loc[caches, ["verdict", "egal_verdict", "verdict_meme_methode"]] = ""
    vues = _erase(vues, PANEL, ~_shows_panel(lignes, cyber))
    for colonne in ("changement", "bas", "haut", "egal_changement", "egal_bas", "egal_haut", "se"):
        vues[colonne] = vues[colonne].round(DECIMALES + (colonne == "se"))
    # Un passage sous dix se tait : brouillé, il dirait encore « presque personne ».
    for colonne in PASSAGES:
        vues[colonne] = vues[colonne].where(vues[colonne] >= SEUIL)
    for colonne in (*EFFECTIFS_EVOLUTION, *PASSAGES):
        vues[colonne] = round_effectifs(vues[colonne])
    return vues


def _shows_panel(lignes: pd.DataFrame, cyber: frozenset[str]) -> pd.Series:
    """Le panel se lit à l'échelle nationale, hors cybersécurité : ailleurs, il est trop petit."""
    total = lignes["territoire_id"].eq("france")
    for dimension in ("type", "strate", "couverture"):
        total &= lignes[dimension].eq("")
    return total & ~lignes["indicateur_id"].isin(cyber) & lignes["n_panel"].ge(SEUIL)


def mask_contrastes(lignes: pd.DataFrame) -> pd.DataFrame:
    """Les écarts qui se montrent, en points entiers, sans l'erreur type ni les p qui les affineraient.

    Un écart est fait de parts redressées : jamais sur moins de réponses qu'il n'en faut pour en montrer une.
    """
    montres = lignes["etat"].isin(MONTRES) & (lignes[["n", "n_reference"]].min(axis=1) >= SEUIL_REDRESSE)
    vues = lignes[montres].drop(columns=["se", "p_value", "q_value"])
    ecarts = ["difference", "difference_simple", "bas", "haut"]
    vues[ecarts] = vues[ecarts].round(DECIMALES)
    for colonne in ("n", "n_reference"):
        vues[colonne] = round_effectifs(vues[colonne])
    return vues.reset_index(drop=True)


def mask_estimations(lignes: pd.DataFrame, cyber: frozenset[str]) -> tuple[EstimationModele, ...]:
    """Les estimations par modèle, entières, sans effectif ; rien de cybersécurité sous la région."""
    vues = lignes[~lignes["indicateur_id"].isin(cyber)]
    parts = vues[["estimation", "bas", "haut"]].round(DECIMALES).to_numpy(dtype=float)
    return tuple(
        EstimationModele(str(territoire), _part=part, _bas=bas, _haut=haut)
        for territoire, (part, bas, haut) in zip(vues["territoire_id"], parts.tolist(), strict=True)
    )


def mask_accords(lignes: pd.DataFrame) -> pd.DataFrame:
    """L'accord entre réponses et données de l'État, en parts entières : jamais le compte des « oui »."""
    n = lignes["n"].astype("float64")
    parts = {
        "accord": lignes["oui_oui"] + lignes["non_non"],
        "declare": lignes["oui_oui"] + lignes["declare_seul"],
        "mesure": lignes["oui_oui"] + lignes["mesure_seule"],
        "declare_seul": lignes["declare_seul"],
        "mesure_seule": lignes["mesure_seule"],
    }
    vues = lignes.drop(columns=list(COMPTES_ACCORD)).assign(n=round_effectifs(n))
    for nom, compte in parts.items():
        vues[nom] = (compte / n).round(DECIMALES)
    return _erase(vues, ("n", *parts), ~vues["etat"].isin(MONTRES))


def mask_associations(lignes: pd.DataFrame) -> pd.DataFrame:
    """L'écart entre bénéficiaires et comparables, arrondi, sans ce qui en redonnerait les comptes."""
    return _mask_comparaison(lignes.drop(columns=["se", "p_value", "q_value"]), CHIFFRES_ASSOCIATION)


def mask_doubles_differences(lignes: pd.DataFrame) -> pd.DataFrame:
    """Avant et après chez les bénéficiaires et les comparables, arrondi, sans ce qui affinerait le test."""
    return _mask_comparaison(lignes.drop(columns=["q_value"]), CHIFFRES_DIFFERENCE)


def _mask_comparaison(lignes: pd.DataFrame, chiffres: tuple[str, ...]) -> pd.DataFrame:
    caches = ~lignes["etat"].isin(MONTRES)
    vues = _erase(lignes, chiffres, caches)
    vues["verdict"] = vues["verdict"].mask(caches, "")
    for colonne in EFFECTIFS_ASSOCIATION:
        vues[colonne] = round_effectifs(vues[colonne])
    parts = [c for c in chiffres if c not in EFFECTIFS_ASSOCIATION]
    vues[parts] = vues[parts].round(DECIMALES)
    return vues


def _erase(lignes: pd.DataFrame, colonnes: tuple[str, ...], caches: pd.Series) -> pd.DataFrame:
    efface = caches.to_numpy()
    vides = {
        nom: np.where(efface, np.nan, lignes[nom].to_numpy(dtype="float64", na_value=np.nan))
        for nom in colonnes
    }
    muets = {nom: lignes[nom].mask(efface, "") for nom in ("note", "raison") if nom in lignes}
    return lignes.assign(**vides, **muets)
