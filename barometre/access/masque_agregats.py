"""Le secret d'une cellule d'`agregat`, colonne par colonne : numpy, car une page en demande des dizaines.

La même règle écrite avec pandas (`tests/access/masque_pandas.py`) coûtait six fois plus ; les essais les
comparent. L'entrepôt a déjà brouillé les chiffres (`stats.perturbation`) ; rien d'exact ne se retrouve ici.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.domain.secret import (
    CHIFFRES_SIGNIFICATIFS,
    DECIMALES,
    MARGE_EXTREME,
    MONTRES,
    PAS_EFFECTIF,
    SEUIL_PARTICIPATION,
    SEUIL_REDRESSE,
    compute_borne,
)

# Ce qui, dans une cellule, parle des réponses ; `population` reste.
PRUDENCE = ("prudence_bas", "prudence_haut", "g_etoile", "pente")
EGALES = ("egal", "egal_bas", "egal_haut")
CHIFFRES = ("n", "brut", "redresse", "se", "df", "bas", "haut", "n_oui", "n_eff", *PRUDENCE, *EGALES)
PARTS = ("brut", "redresse", "bas", "haut")
TEXTES = ("note", "raison", "egal_note", "egal_manque")
Z_95 = 1.959964

Nombres = NDArray[np.float64]
Marques = NDArray[np.bool_]
Colonnes = dict[str, Any]


def mask_agregats(lignes: pd.DataFrame) -> pd.DataFrame:
    """Les cellules telles que tout lecteur les voit ; `plafond` : au_plus, au_moins ou vide."""
    caches = ~lignes["etat"].isin(MONTRES).to_numpy()
    part = ~np.isnan(_read_nombres(lignes, "n_oui"))
    vues = _read_colonnes(lignes, caches)
    # Une cellule effacée porte NaN : les comparaisons la disent fausse, les divisions la laissent NaN.
    with np.errstate(invalid="ignore", divide="ignore"):
        _show_raw(vues, part)
        _round_means(vues, ~part)
        _bound_extremes(vues, part)
        _round_parts(vues, part)
        # Le brut a servi partout où le redressé se tait ; sa colonne, elle, ne porte jamais un brut.
        vues["redresse"] = np.where(vues["n"] < SEUIL_REDRESSE, np.nan, vues["redresse"])
    vues |= {"df": np.nan, "n_oui": np.nan}
    noms = [nom for nom in lignes.columns if nom != "n_publie"]
    colonnes = {nom: vues.get(nom, lignes[nom]) for nom in noms} | {"plafond": vues["plafond"]}
    return pd.DataFrame(colonnes, index=lignes.index)


def round_comptes(effectifs: Nombres) -> Nombres:
    """Un effectif, à PAS_EFFECTIF près : une réponse de plus ne s'y lit pas."""
    return np.asarray(np.round(np.asarray(effectifs, dtype="float64") / PAS_EFFECTIF) * PAS_EFFECTIF)


def _read_nombres(lignes: pd.DataFrame, nom: str) -> Nombres:
    return np.asarray(lignes[nom].to_numpy(dtype="float64", na_value=np.nan))


def _read_colonnes(lignes: pd.DataFrame, caches: Marques) -> Colonnes:
    """Les colonnes que le secret touche, vides là où la cellule est cachée."""
    vues: Colonnes = {nom: _read_nombres(lignes, nom) for nom in CHIFFRES if nom != "n"}
    vues["n"] = round_comptes(_read_nombres(lignes, "n_publie"))
    vues = {nom: np.where(caches, np.nan, vues[nom]) for nom in CHIFFRES}
    # Combien ont rempli le questionnaire, si elles sont assez pour que personne ne s'y lise.
    participants = _read_nombres(lignes, "participants")
    vues["participants"] = np.where(participants >= SEUIL_PARTICIPATION, round_comptes(participants), np.nan)
    return vues | {nom: lignes[nom].mask(caches, "") for nom in TEXTES if caches.any()}


def _show_raw(vues: Colonnes, part: Marques) -> None:
    """Sur peu de réponses, le brut se lit à la place du redressé ; d'une part, l'intervalle est déjà le sien.

    Les degrés de liberté diraient quelle strate manque, l'effectif efficace exact qui n'a pas répondu.
    """
    n, p, bas, haut = vues["n"], vues["brut"], vues["bas"], vues["haut"]
    peu, demi = n < SEUIL_REDRESSE, (haut - bas) / 2
    vues["bas"] = np.where(peu & ~part, p - demi, bas)
    vues["haut"] = np.where(peu & ~part, p + demi, haut)
    vues["redresse"] = np.where(peu, p, vues["redresse"])
    vues["n_eff"] = round_comptes(np.round(np.where(peu, n, vues["n_eff"])))
    vues["se"] = np.where(peu & part, np.nan, vues["se"])
    vues |= {nom: np.where(peu, np.nan, vues[nom]) for nom in (*PRUDENCE, *EGALES)}


def _round_means(vues: Colonnes, moyenne: Marques) -> None:
    if not moyenne.any():
        return
    for nom in (*PARTS, "se"):
        grandeur = np.floor(np.log10(np.where(vues[nom] != 0, np.abs(vues[nom]), 1.0)))
        pas = 10.0 ** (grandeur - CHIFFRES_SIGNIFICATIFS + 1)
        vues[nom] = np.where(moyenne, np.round(vues[nom] / pas) * pas, vues[nom])


def _bound_extremes(vues: Colonnes, part: Marques) -> None:
    """« Moins de 14 % », « plus de 86 % » : à trois réponses de 0 ou de 100 %, la part exacte s'efface."""
    n, redresse = vues["n"], vues["redresse"]
    oui = np.minimum(vues["n_oui"], redresse * n)
    non = n - np.maximum(vues["n_oui"], redresse * n)
    montre = part & ~np.isnan(redresse)
    bas = montre & (oui <= MARGE_EXTREME)
    haut = montre & ~bas & (non <= MARGE_EXTREME)
    vues["plafond"] = np.select([bas, haut], ["au_plus", "au_moins"], "")
    extremes = bas | haut
    if extremes.any():
        _apply_bornes(vues, bas, haut)
        vues |= {nom: np.where(extremes, np.nan, vues[nom]) for nom in ("se", *PRUDENCE, *EGALES)}


def _apply_bornes(vues: Colonnes, bas: Marques, haut: Marques) -> None:
    bornes = np.full(len(bas), np.nan)
    bornes[bas | haut] = [compute_borne(effectif) for effectif in vues["n"][bas | haut]]
    for nom in ("brut", "redresse"):
        vues[nom] = np.where(bas, bornes, np.where(haut, 1 - bornes, vues[nom]))
    plus_haut = _bound_above(bornes, np.fmax(vues["n_eff"], PAS_EFFECTIF))
    vues["haut"] = np.where(haut, 1.0, np.where(bas, plus_haut, vues["haut"]))
    vues["bas"] = np.where(bas, 0.0, np.where(haut, 1 - plus_haut, vues["bas"]))


def _bound_above(part: Nombres, n: Nombres) -> Nombres:
    """Le haut de l'intervalle de Wilson, au vingtième supérieur : d'une part bornée, il ne lit que n.

    Celui de la part tue en disait le redressé, jusqu'à la réponse de qui pèse le plus.
    """
    centre = (part + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    marge = Z_95 * np.sqrt(part * (1 - part) / n + Z_95**2 / (4 * n**2)) / (1 + Z_95**2 / n)
    return np.asarray(np.minimum(np.ceil((centre + marge) * 20) / 20, 1.0))


def _round_parts(vues: Colonnes, part: Marques) -> None:
    """Des parts au pour cent entier : ni le compte des « oui », ni une valeur qui le redonne."""
    vues |= {nom: np.round(vues[nom], DECIMALES - 1) for nom in ("g_etoile", "pente")}
    for nom in (*PARTS, "prudence_bas", "prudence_haut", *EGALES):
        vues[nom] = np.where(part, np.round(vues[nom], DECIMALES), vues[nom])
    vues["se"] = np.where(part, np.round(vues["se"], DECIMALES + 1), vues["se"])
