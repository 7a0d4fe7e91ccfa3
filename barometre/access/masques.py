"""Le secret, appliqué à des lignes déjà calculées : ce qu'une portée ne peut pas voir est effacé."""

from __future__ import annotations

import numpy as np
import pandas as pd

from barometre.domain.portee import PUBLIC, Portee

MONTRES = ("published", "indicative")
# Ce qui, dans une cellule, parle des réponses ; `participants` et `population` restent. `n` s'efface : à une
# question posée sous condition, le nombre de réponses est le nombre de « oui » d'une autre.
PRUDENCE = ("prudence_bas", "prudence_haut", "g_etoile", "pente")
CHIFFRES = ("n", "brut", "redresse", "se", "df", "bas", "haut", "n_oui", "n_eff", *PRUDENCE)
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
CHIFFRES_SIGNIFICATIFS = 3  # une moyenne : assez pour la lire, trop peu pour en défaire l'addition
SEUIL, SEUIL_CYBER, SEUIL_MODELE = 10, 20, 3
# Qui a répondu est public, donc les poids se recalculent : sur peu de réponses, la part redressée à côté de
# la part brute désignerait qui a répondu quoi. En dessous de ce nombre, le chiffre montré est le brut.
SEUIL_REDRESSE = 30
Z_95 = 1.959964
PANEL = ("n_panel", "gains", "pertes", "p_mcnemar")


def mask_agregats(lignes: pd.DataFrame, portee: Portee, cyber: frozenset[str]) -> pd.DataFrame:
    """Les cellules telles que cette portée les voit ; `etat` est alors le sien."""
    vues = lignes.drop(columns="etat_programme")
    if portee.role == "programme":
        vues["etat"] = lignes["etat_programme"]
    vues["plafond"] = ""
    caches = ~vues["etat"].isin(MONTRES)
    vues = _erase(vues, CHIFFRES, caches)
    if portee.role == "programme":
        return vues
    sensibles = vues["indicateur_id"].isin(cyber)
    vues["etat"] = _name_reason(vues, caches, sensibles)
    part = lignes["n_oui"].notna()
    vues = _round_means(_show_raw(vues, part), ~part)
    return _round_parts(_top_code(vues, part & sensibles), part)


def _name_reason(vues: pd.DataFrame, caches: pd.Series, sensibles: pd.Series) -> pd.Series:
    """Pourquoi une cellule est cachée, d'après les seuls faits publics.

    Le vrai motif dirait si les réponses à une question sous condition, ou les « oui », sont sous le seuil.
    """
    peu = vues["participants"] < np.where(sensibles, SEUIL_CYBER, SEUIL)
    return vues["etat"].astype("object").mask(caches, np.where(peu, "primary", "complementary"))


def _show_raw(vues: pd.DataFrame, part: pd.Series) -> pd.DataFrame:
    """Sur peu de réponses, le brut tient lieu de redressé, avec son intervalle de Wilson."""
    peu = vues["n"] < SEUIL_REDRESSE
    n, p, demi = vues["n"], vues["brut"], (vues["haut"] - vues["bas"]) / 2
    oui = p.clip(0, 1)
    centre = (oui + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    marge = Z_95 * np.sqrt(oui * (1 - oui) / n + Z_95**2 / (4 * n**2)) / (1 + Z_95**2 / n)
    vues["bas"] = vues["bas"].mask(peu, (p - demi).where(~part, centre - marge))
    vues["haut"] = vues["haut"].mask(peu, (p + demi).where(~part, centre + marge))
    vues["redresse"] = vues["redresse"].mask(peu, p)
    # L'effectif efficace exact dirait qui n'a pas répondu ; les degrés de liberté, quelle strate manque.
    vues["n_eff"] = vues["n_eff"].mask(peu, n).round()
    vues["se"] = vues["se"].mask(peu & part)
    vues["df"] = np.nan
    vues[list(PRUDENCE)] = vues[list(PRUDENCE)].mask(peu)
    return vues


def _round_means(vues: pd.DataFrame, moyenne: pd.Series) -> pd.DataFrame:
    if not moyenne.any():
        return vues
    for colonne in ("brut", "redresse", "bas", "haut", "se"):
        grandeur = np.floor(np.log10(vues[colonne].abs().where(vues[colonne] != 0, 1.0)))
        pas = 10.0 ** (grandeur - CHIFFRES_SIGNIFICATIFS + 1)
        vues[colonne] = vues[colonne].mask(moyenne, (vues[colonne] / pas).round() * pas)
    return vues


def mask_evolutions(
    lignes: pd.DataFrame, portee: Portee = PUBLIC, cyber: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """Les changements dont les deux cellules se montrent, chacune sur assez de réponses."""
    caches = ~lignes["etat"].isin(MONTRES)
    if portee.role != "programme":
        caches |= lignes[["n_1", "n_2"]].min(axis=1) < SEUIL_REDRESSE
    vues = _erase(lignes, CHIFFRES_EVOLUTION, caches)
    vues["etat"] = vues["etat"].mask(caches & vues["etat"].isin(MONTRES), "complementary")
    vues.loc[caches, "verdict"] = ""
    if portee.role == "programme":
        return vues
    vues = _erase(vues, PANEL, ~_shows_panel(lignes, cyber))
    for colonne in ("changement", "bas", "haut", "se"):
        vues[colonne] = vues[colonne].round(DECIMALES + (colonne == "se"))
    return vues


def _shows_panel(lignes: pd.DataFrame, cyber: frozenset[str]) -> pd.Series:
    """Le panel se montre à l'échelle nationale, si ni lui ni ce qui en sort n'est un petit groupe.

    Ailleurs, ses gains et ses pertes, soustraits des deux vagues, isoleraient celles qui n'en sont pas.
    """
    total = lignes["territoire_id"].eq("france") & (lignes[["type", "strate", "couverture"]] == "").all(
        axis=1
    )
    montre = total & ~lignes["indicateur_id"].isin(cyber) & lignes["n_panel"].ge(SEUIL)
    for n in ("n_1", "n_2"):
        reste = lignes[n] - lignes["n_panel"]
        montre &= reste.eq(0) | reste.ge(SEUIL)
    return montre


def mask_estimations(lignes: pd.DataFrame, portee: Portee, cyber: frozenset[str]) -> pd.DataFrame:
    """Les estimations par modèle : jamais sur une ou deux réponses, dont le signe se lirait.

    Entières, sans le nombre de réponses sous le seuil ; rien de cybersécurité sous la région.
    """
    vues = lignes[~lignes["n"].between(1, SEUIL_MODELE - 1)].reset_index(drop=True)
    if portee.role == "programme":
        return vues
    vues = vues[~vues["indicateur_id"].isin(cyber)].reset_index(drop=True)
    parts = ["estimation", "bas", "haut"]
    vues[parts] = vues[parts].round(DECIMALES)
    return vues.assign(n=vues["n"].where(vues["n"] >= SEUIL))


def _erase(lignes: pd.DataFrame, colonnes: tuple[str, ...], caches: pd.Series) -> pd.DataFrame:
    vues = lignes.copy()
    for colonne in colonnes:
        vues[colonne] = vues[colonne].astype("float64").mask(caches)
    if "note" in vues:
        vues["note"] = vues["note"].mask(caches, "")
    if "raison" in vues:
        vues["raison"] = vues["raison"].mask(caches, "")
    return vues


def _top_code(vues: pd.DataFrame, sensibles: pd.Series) -> pd.DataFrame:
    """« Au plus 5 % », « au moins 95 % » : la valeur exacte et ce qui la redonnerait s'effacent."""
    if not sensibles.any():
        return vues
    valeurs = vues[["brut", "redresse"]]
    bas = sensibles & (valeurs.min(axis=1) <= PLAFOND_BAS)
    haut = sensibles & ~bas & (valeurs.max(axis=1) >= PLAFOND_HAUT)
    vues.loc[bas, "plafond"], vues.loc[haut, "plafond"] = "au_plus", "au_moins"
    vues.loc[bas, ["brut", "redresse", "bas"]] = [PLAFOND_BAS, PLAFOND_BAS, 0.0]
    vues.loc[haut, ["brut", "redresse", "haut"]] = [PLAFOND_HAUT, PLAFOND_HAUT, 1.0]
    vues.loc[bas, "haut"] = np.ceil(vues.loc[bas, "haut"].clip(lower=PLAFOND_BAS) * 20) / 20
    vues.loc[haut, "bas"] = np.floor(vues.loc[haut, "bas"].clip(upper=PLAFOND_HAUT) * 20) / 20
    vues.loc[bas | haut, ["se", "df", *PRUDENCE]] = np.nan
    return vues


def _round_parts(vues: pd.DataFrame, part: pd.Series) -> pd.DataFrame:
    """Des parts au pour cent entier : ni le compte des « oui », ni une valeur qui le redonne."""
    vues[["g_etoile", "pente"]] = vues[["g_etoile", "pente"]].round(DECIMALES - 1)
    for colonne in ("brut", "redresse", "bas", "haut", "prudence_bas", "prudence_haut"):
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
