"""Le secret à la sortie : ce qui ne se montre pas est effacé, ce qui se montre est arrondi. Pour tous pareil.

L'entrepôt a déjà brouillé les chiffres (`stats.perturbation`) ; rien d'exact ne se retrouve ici.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from barometre.domain.secret import (
    CHIFFRES_SIGNIFICATIFS,
    DECIMALES,
    EFFECTIF_EXACT,
    MARGE_EXTREME,
    MONTRES,
    PAS_EFFECTIF,
    SEUIL,
    SEUIL_PARTICIPATION,
    SEUIL_REDRESSE,
    compute_borne,
)

# Ce qui, dans une cellule, parle des réponses ; `population` reste.
PRUDENCE = ("prudence_bas", "prudence_haut", "g_etoile", "pente")
CHIFFRES = ("n", "brut", "redresse", "se", "df", "bas", "haut", "n_oui", "n_eff", *PRUDENCE)
EFFECTIFS_EVOLUTION = ("n_1", "n_2", "n_panel")
CHIFFRES_EVOLUTION = (
    *EFFECTIFS_EVOLUTION, "changement", "se", "bas", "haut", "gains", "pertes", "p_mcnemar",
)  # fmt: skip
COMPTES_ACCORD = ("oui_oui", "declare_seul", "mesure_seule", "non_non")
EFFECTIFS_ASSOCIATION = ("n_beneficiaires", "n_comparables")
CHIFFRES_ASSOCIATION = (
    *EFFECTIFS_ASSOCIATION, "part_beneficiaires", "part_comparables", "difference", "bas", "haut",
)  # fmt: skip
PANEL = ("n_panel", "gains", "pertes", "p_mcnemar")
Z_95 = 1.959964


def mask_agregats(lignes: pd.DataFrame) -> pd.DataFrame:
    """Les cellules telles que tout lecteur les voit ; `plafond` : au_plus, au_moins ou vide."""
    part = lignes["n_oui"].notna()
    vues = lignes.drop(columns="n_publie").assign(n=round_effectifs(lignes["n_publie"]), plafond="")
    vues["participants"] = _show_participants(lignes["participants"])
    vues = _erase(vues, CHIFFRES, ~vues["etat"].isin(MONTRES))
    vues = _round_means(_show_raw(vues, part), ~part)
    vues = _bound_extremes(vues, part)
    return _round_parts(vues, part)


def round_effectifs(effectifs: pd.Series) -> pd.Series:
    """Un effectif, à PAS_EFFECTIF près sous EFFECTIF_EXACT : une réponse de plus ne s'y lit pas."""
    arrondis = (effectifs / PAS_EFFECTIF).round() * PAS_EFFECTIF
    return effectifs.where(effectifs >= EFFECTIF_EXACT, arrondis)


def _show_participants(participants: pd.Series) -> pd.Series:
    """Combien ont rempli le questionnaire, si elles sont assez pour que personne ne s'y lise."""
    return round_effectifs(participants.astype("float64")).where(participants >= SEUIL_PARTICIPATION)


def _show_raw(vues: pd.DataFrame, part: pd.Series) -> pd.DataFrame:
    """Sur peu de réponses, le brut tient lieu de redressé, avec son intervalle de Wilson.

    Les degrés de liberté diraient quelle strate manque, l'effectif efficace exact qui n'a pas répondu.
    """
    peu = vues["n"] < SEUIL_REDRESSE
    n, p, demi = vues["n"], vues["brut"], (vues["haut"] - vues["bas"]) / 2
    oui = p.clip(0, 1)
    centre = (oui + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    marge = Z_95 * np.sqrt(oui * (1 - oui) / n + Z_95**2 / (4 * n**2)) / (1 + Z_95**2 / n)
    vues["bas"] = vues["bas"].mask(peu, np.minimum(vues["bas"], centre - marge).where(part, p - demi))
    vues["haut"] = vues["haut"].mask(peu, np.maximum(vues["haut"], centre + marge).where(part, p + demi))
    vues["redresse"] = vues["redresse"].mask(peu, p)
    vues["n_eff"] = round_effectifs(vues["n_eff"].mask(peu, n).round())
    vues["se"] = vues["se"].mask(peu & part)
    vues[list(PRUDENCE)] = vues[list(PRUDENCE)].mask(peu)
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
    vues["haut"] = vues["haut"].mask(bas, np.ceil(np.maximum(vues["haut"], borne) * 20) / 20).mask(haut, 1.0)
    vues["bas"] = (
        vues["bas"].mask(haut, np.floor(np.minimum(vues["bas"], 1 - borne) * 20) / 20).mask(bas, 0.0)
    )
    effaces = ["se", *PRUDENCE]
    vues[effaces] = vues[effaces].mask(bas | haut)
    return vues


def _round_parts(vues: pd.DataFrame, part: pd.Series) -> pd.DataFrame:
    """Des parts au pour cent entier : ni le compte des « oui », ni une valeur qui le redonne."""
    vues[["g_etoile", "pente"]] = vues[["g_etoile", "pente"]].round(DECIMALES - 1)
    for colonne in ("brut", "redresse", "bas", "haut", "prudence_bas", "prudence_haut"):
        vues[colonne] = vues[colonne].mask(part, vues[colonne].round(DECIMALES))
    vues["se"] = vues["se"].mask(part, vues["se"].round(DECIMALES + 1))
    return vues.assign(n_oui=np.nan)


def mask_evolutions(lignes: pd.DataFrame, cyber: frozenset[str]) -> pd.DataFrame:
    """Les changements dont les deux cellules se montrent, en points entiers."""
    caches = ~lignes["etat"].isin(MONTRES)
    vues = _erase(lignes, CHIFFRES_EVOLUTION, caches)
    vues.loc[caches, "verdict"] = ""
    vues = _erase(vues, PANEL, ~_shows_panel(lignes, cyber))
    for colonne in ("changement", "bas", "haut", "se"):
        vues[colonne] = vues[colonne].round(DECIMALES + (colonne == "se"))
    for colonne in EFFECTIFS_EVOLUTION:
        vues[colonne] = round_effectifs(vues[colonne])
    return vues


def _shows_panel(lignes: pd.DataFrame, cyber: frozenset[str]) -> pd.Series:
    """Le panel se lit à l'échelle nationale, hors cybersécurité : ailleurs, il est trop petit."""
    total = lignes["territoire_id"].eq("france")
    total &= (lignes[["type", "strate", "couverture"]] == "").all(axis=1)
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


def mask_estimations(lignes: pd.DataFrame, cyber: frozenset[str]) -> pd.DataFrame:
    """Les estimations par modèle, entières ; rien de cybersécurité sous la région."""
    vues = lignes[~lignes["indicateur_id"].isin(cyber)].reset_index(drop=True)
    parts = ["estimation", "bas", "haut"]
    vues[parts] = vues[parts].round(DECIMALES)
    return vues.assign(n=round_effectifs(vues["n"].astype("float64")).where(vues["n"] >= SEUIL))


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
    vues = lignes.drop(columns=["se", "p_value", "q_value"])
    caches = ~vues["etat"].isin(MONTRES)
    vues = _erase(vues, CHIFFRES_ASSOCIATION, caches)
    vues["verdict"] = vues["verdict"].mask(caches, "")
    for colonne in EFFECTIFS_ASSOCIATION:
        vues[colonne] = round_effectifs(vues[colonne])
    parts = list(CHIFFRES_ASSOCIATION[2:])
    vues[parts] = vues[parts].round(DECIMALES)
    return vues


def _erase(lignes: pd.DataFrame, colonnes: tuple[str, ...], caches: pd.Series) -> pd.DataFrame:
    vues = lignes.copy()
    for colonne in colonnes:
        vues[colonne] = vues[colonne].astype("float64").mask(caches)
    if "note" in vues:
        vues["note"] = vues["note"].mask(caches, "")
    if "raison" in vues:
        vues["raison"] = vues["raison"].mask(caches, "")
    return vues
