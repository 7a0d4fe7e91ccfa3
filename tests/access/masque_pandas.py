"""La règle du secret d'une cellule écrite avec pandas : lente, lisible, c'est elle qui juge numpy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from barometre.access.masque_agregats import CHIFFRES, EGALES, PRUDENCE, TEXTES, Z_95
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


def mask_agregats(lignes: pd.DataFrame) -> pd.DataFrame:
    """Les cellules telles que tout lecteur les voit ; `plafond` : au_plus, au_moins ou vide."""
    part = lignes["n_oui"].notna()
    vues = lignes.drop(columns="n_publie").assign(n=round_effectifs(lignes["n_publie"]), plafond="")
    vues["participants"] = _show_participants(lignes["participants"])
    vues = _erase(vues, CHIFFRES, ~vues["etat"].isin(MONTRES))
    vues = _round_means(_show_raw(vues, part), ~part)
    vues = _bound_extremes(vues, part)
    vues = _round_parts(vues, part)
    return vues.assign(redresse=vues["redresse"].mask(vues["n"] < SEUIL_REDRESSE))


def round_effectifs(effectifs: pd.Series) -> pd.Series:
    """Un effectif, à PAS_EFFECTIF près : une réponse de plus ne s'y lit pas."""
    return (effectifs / PAS_EFFECTIF).round() * PAS_EFFECTIF


def _show_participants(participants: pd.Series) -> pd.Series:
    """Combien ont rempli le questionnaire, si elles sont assez pour que personne ne s'y lise."""
    return round_effectifs(participants.astype("float64")).where(participants >= SEUIL_PARTICIPATION)


def _show_raw(vues: pd.DataFrame, part: pd.Series) -> pd.DataFrame:
    """Sur peu de réponses, le brut tient lieu de redressé ; d'une part, l'intervalle est déjà le sien.

    Les degrés de liberté diraient quelle strate manque, l'effectif efficace exact qui n'a pas répondu.
    """
    peu = vues["n"] < SEUIL_REDRESSE
    n, p, demi = vues["n"], vues["brut"], (vues["haut"] - vues["bas"]) / 2
    vues["bas"] = vues["bas"].mask(peu & ~part, p - demi)
    vues["haut"] = vues["haut"].mask(peu & ~part, p + demi)
    vues["redresse"] = vues["redresse"].mask(peu, p)
    vues["n_eff"] = round_effectifs(vues["n_eff"].mask(peu, n).round())
    vues["se"] = vues["se"].mask(peu & part)
    vues[[*PRUDENCE, *EGALES]] = vues[[*PRUDENCE, *EGALES]].mask(peu)
    return vues.assign(df=np.nan)


def _round_means(vues: pd.DataFrame, moyenne: pd.Series) -> pd.DataFrame:
    if not moyenne.any():
        return vues
    for colonne in ("brut", "redresse", "bas", "haut", "se"):
        grandeur = np.floor(np.log10(vues[colonne].abs().where(vues[colonne] != 0, 1.0)))
        pas = 10.0 ** (grandeur - CHIFFRES_SIGNIFICATIFS + 1)
        vues[colonne] = vues[colonne].mask(moyenne, (vues[colonne] / pas).round() * pas)
    return vues


def _bound_extremes(vues: pd.DataFrame, part: pd.Series) -> pd.DataFrame:
    """« Moins de 14 % », « plus de 86 % » : à trois réponses de 0 ou de 100 %, la part exacte s'efface."""
    oui = np.minimum(vues["n_oui"], vues["redresse"] * vues["n"])
    non = vues["n"] - np.maximum(vues["n_oui"], vues["redresse"] * vues["n"])
    montre = part & vues["redresse"].notna()
    bas = montre & (oui <= MARGE_EXTREME)
    haut = montre & ~bas & (non <= MARGE_EXTREME)
    borne = vues["n"].where(bas | haut).map(compute_borne, na_action="ignore")
    vues["plafond"] = np.select([bas, haut], ["au_plus", "au_moins"], "")
    for colonne in ("brut", "redresse"):
        vues[colonne] = vues[colonne].mask(bas, borne).mask(haut, 1 - borne)
    n = vues["n_eff"].clip(lower=PAS_EFFECTIF).fillna(PAS_EFFECTIF)
    centre = (borne + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    marge = Z_95 * np.sqrt(borne * (1 - borne) / n + Z_95**2 / (4 * n**2)) / (1 + Z_95**2 / n)
    plus_haut = (np.ceil((centre + marge) * 20) / 20).clip(upper=1.0)
    vues["haut"] = vues["haut"].mask(bas, plus_haut).mask(haut, 1.0)
    vues["bas"] = vues["bas"].mask(haut, 1 - plus_haut).mask(bas, 0.0)
    effaces = ["se", *PRUDENCE, *EGALES]
    vues[effaces] = vues[effaces].mask(bas | haut)
    return vues


def _round_parts(vues: pd.DataFrame, part: pd.Series) -> pd.DataFrame:
    """Des parts au pour cent entier : ni le compte des « oui », ni une valeur qui le redonne."""
    vues[["g_etoile", "pente"]] = vues[["g_etoile", "pente"]].round(DECIMALES - 1)
    for colonne in ("brut", "redresse", "bas", "haut", "prudence_bas", "prudence_haut", *EGALES):
        vues[colonne] = vues[colonne].mask(part, vues[colonne].round(DECIMALES))
    vues["se"] = vues["se"].mask(part, vues["se"].round(DECIMALES + 1))
    return vues.assign(n_oui=np.nan)


def _erase(lignes: pd.DataFrame, colonnes: tuple[str, ...], caches: pd.Series) -> pd.DataFrame:
    vues = lignes.copy()
    for colonne in colonnes:
        vues[colonne] = vues[colonne].astype("float64").mask(caches)
    for nom in TEXTES:
        if nom in vues:
            vues[nom] = vues[nom].mask(caches, "")
    return vues
