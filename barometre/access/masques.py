"""Le secret, appliqué à des lignes déjà calculées : ce qu'une portée ne peut pas voir est effacé."""

from __future__ import annotations

import numpy as np
import pandas as pd

from barometre.domain.portee import Portee

MONTRES = ("published", "indicative")
# Ce qui, dans une cellule, parle des réponses ; `participants` et `population` restent. `n` s'efface : à une
# question posée sous condition, le nombre de réponses est le nombre de « oui » d'une autre.
CHIFFRES = ("n", "brut", "redresse", "se", "df", "bas", "haut", "n_oui", "n_eff")
CHIFFRES_EVOLUTION = (
    "n_1",
    "n_2",
    "n_panel",
    "changement",
    "se",
    "bas",
    "haut",
    "gains",
    "pertes",
    "p_mcnemar",
)
COMPTES_ACCORD = ("oui_oui", "declare_seul", "mesure_seule", "non_non")
CHIFFRES_ASSOCIATION = (
    "n_beneficiaires", "n_comparables", "part_beneficiaires", "part_comparables", "difference", "bas", "haut",
)  # fmt: skip
# Cybersécurité : une part très basse ou très haute désigne presque chaque collectivité.
PLAFOND_BAS, PLAFOND_HAUT = 0.05, 0.95
DECIMALES = 2  # une part au pour cent entier


def mask_agregats(lignes: pd.DataFrame, portee: Portee, cyber: frozenset[str]) -> pd.DataFrame:
    """Les cellules telles que cette portée les voit ; `etat` est alors le sien."""
    vues = lignes.drop(columns="etat_programme")
    if portee.role == "programme":
        vues["etat"] = lignes["etat_programme"]
    vues["plafond"] = ""
    vues = _erase(vues, CHIFFRES, ~vues["etat"].isin(MONTRES))
    if portee.role == "programme":
        return vues
    part = lignes["n_oui"].notna()
    sensibles = part & vues["indicateur_id"].isin(cyber)
    return _round_parts(_top_code(vues, sensibles), part)


def mask_evolutions(lignes: pd.DataFrame) -> pd.DataFrame:
    """Les changements dont les deux cellules se montrent."""
    caches = ~lignes["etat"].isin(MONTRES)
    vues = _erase(lignes, CHIFFRES_EVOLUTION, caches)
    vues.loc[caches, "verdict"] = ""
    return vues


def _erase(lignes: pd.DataFrame, colonnes: tuple[str, ...], caches: pd.Series) -> pd.DataFrame:
    vues = lignes.copy()
    for colonne in colonnes:
        vues[colonne] = vues[colonne].astype("float64").mask(caches)
    if "note" in vues:
        vues["note"] = vues["note"].mask(caches, "")
    return vues


def _top_code(vues: pd.DataFrame, sensibles: pd.Series) -> pd.DataFrame:
    """« Au plus 5 % », « au moins 95 % » : la valeur exacte et ce qui la redonnerait s'effacent."""
    valeurs = vues[["brut", "redresse"]]
    bas = sensibles & (valeurs.min(axis=1) <= PLAFOND_BAS)
    haut = sensibles & ~bas & (valeurs.max(axis=1) >= PLAFOND_HAUT)
    vues.loc[bas, "plafond"], vues.loc[haut, "plafond"] = "au_plus", "au_moins"
    vues.loc[bas, ["brut", "redresse", "bas"]] = [PLAFOND_BAS, PLAFOND_BAS, 0.0]
    vues.loc[haut, ["brut", "redresse", "haut"]] = [PLAFOND_HAUT, PLAFOND_HAUT, 1.0]
    vues.loc[bas, "haut"] = np.ceil(vues.loc[bas, "haut"].clip(lower=PLAFOND_BAS) * 20) / 20
    vues.loc[haut, "bas"] = np.floor(vues.loc[haut, "bas"].clip(upper=PLAFOND_HAUT) * 20) / 20
    vues.loc[bas | haut, ["se", "df"]] = np.nan
    return vues


def _round_parts(vues: pd.DataFrame, part: pd.Series) -> pd.DataFrame:
    """Des parts au pour cent entier : ni le compte des « oui », ni une valeur qui le redonne."""
    for colonne in ("brut", "redresse", "bas", "haut"):
        vues[colonne] = vues[colonne].mask(part, vues[colonne].round(DECIMALES))
    vues["se"] = vues["se"].mask(part, vues["se"].round(DECIMALES + 1))
    vues["n_oui"] = np.nan
    return vues


def mask_accords(lignes: pd.DataFrame) -> pd.DataFrame:
    """L'accord entre réponses et données de l'État, en parts entières : jamais le compte des « oui »."""
    vues = lignes.drop(columns=list(COMPTES_ACCORD))
    n = lignes["n"].astype("float64")
    parts = {
        "accord": lignes["oui_oui"] + lignes["non_non"],
        "declare": lignes["oui_oui"] + lignes["declare_seul"],
        "mesure": lignes["oui_oui"] + lignes["mesure_seule"],
        "declare_seul": lignes["declare_seul"],
        "mesure_seule": lignes["mesure_seule"],
    }
    for nom, compte in parts.items():
        vues[nom] = (compte / n).round(DECIMALES)
    return _erase(vues, ("n", *parts), ~vues["etat"].isin(MONTRES))


def mask_associations(lignes: pd.DataFrame, portee: Portee, cyber: frozenset[str]) -> pd.DataFrame:
    """L'écart entre bénéficiaires et comparables, arrondi, sans ce qui en redonnerait les comptes."""
    vues = lignes.drop(columns=["se", "p_value", "q_value"])
    if portee.role != "programme":
        # Les bénéficiaires sont nommés : en cybersécurité, leur groupe est plus fin que région × type.
        vues["etat"] = vues["etat"].mask(vues["indicateur_id"].isin(cyber), "primary")
    caches = ~vues["etat"].isin(MONTRES)
    vues = _erase(vues, CHIFFRES_ASSOCIATION, caches)
    vues["verdict"] = vues["verdict"].mask(caches, "")
    parts = list(CHIFFRES_ASSOCIATION[2:])
    vues[parts] = vues[parts].round(DECIMALES)
    return vues
