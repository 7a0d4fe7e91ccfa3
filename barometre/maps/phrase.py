"""Ce que montre une carte, en une ou deux phrases calculées : jamais une impression, jamais un palmarès.

Le plus haut et le plus bas sont nommés, parmi ceux que l'on peut citer : ce sont eux que l'œil cherche."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from barometre.domain.formats import (
    BORNES,
    COTES,
    format_compte,
    format_liste,
    format_nombre,
    format_part,
    format_valeur,
)
from barometre.domain.indicateur import Indicateur
from barometre.stats.contrasts import adjust_p_values

# Cinq grandes parties de la métropole, par région, et les outre-mer.
PARTIES: dict[str, str] = {
    **dict.fromkeys(("28", "52", "53", "24"), "nord-ouest"),
    **dict.fromkeys(("32", "44", "27"), "nord-est"),
    **dict.fromkeys(("75", "76"), "sud-ouest"),
    **dict.fromkeys(("84", "93", "94"), "sud-est"),
    "11": "idf",
    **dict.fromkeys(("01", "02", "03", "04", "06"), "outre_mer"),
}
LIEUX = {
    "nord-ouest": "dans le nord-ouest",
    "nord-est": "dans le nord-est",
    "sud-ouest": "dans le sud-ouest",
    "sud-est": "dans le sud-est",
    "idf": "en Île-de-France",
    "outre_mer": "outre-mer",
}
SEUIL = 0.05
NOMS = {"region": "région", "departement": "département", "epci": "intercommunalité", "commune": "commune"}
FEMININS = frozenset({"region", "epci", "commune"})
# En dessous, l'écart ne se lirait pas sur l'écran : on ne le dit pas.
ECART_VISIBLE = 0.005
# Au-delà, des lieux de même valeur se comptent au lieu de se nommer.
NOMMES = 2


def build_phrase(lieux: pd.DataFrame, indicateur: Indicateur, niveau: str) -> str:
    """L'étendue des valeurs, puis où elles sont plus hautes et plus basses que dans le reste du pays."""
    montres = lieux[lieux["valeur"].notna()]
    compte = f"{_compte(len(montres), niveau)} sur {format_nombre(len(lieux))}"
    if montres.empty:
        return (
            f"Aucun chiffre n’est publié à ce niveau pour cette sélection ({compte}). Un niveau plus large, "
            "ou la participation, en montrera."
        )
    e = "e" if niveau in FEMININS else ""
    pluriel = "s" if len(montres) >= 2 else ""
    fiables = montres[montres["etat"] != "indicatif"]
    if fiables.empty:
        return f"{compte} {_ont(montres)} un chiffre, toujours indicatif\u202f: rien ne peut en être conclu."
    etendue = _describe_etendue(fiables, indicateur)
    tete = f"{compte} montré{e}{pluriel}{_hors_indicatifs(montres, fiables)}. {etendue}"
    return f"{tete} {_describe_parties(fiables, indicateur)}".strip()


def _ont(lieux: pd.DataFrame) -> str:
    return "ont" if len(lieux) >= 2 else "a"


def _compte(nombre: int, niveau: str) -> str:
    return format_compte(nombre, NOMS[niveau])


def _describe_etendue(lieux: pd.DataFrame, indicateur: Indicateur) -> str:
    """« Les valeurs vont de 12 % (Creuse) à 65 % (Mayotte). » : les lieux sont ceux que la carte colore."""
    plafonds = lieux["plafond"].fillna("") if "plafond" in lieux else pd.Series("", lieux.index)
    # « Plus de 73 % » peut aller jusqu'à cent : une borne passe les valeurs de son côté.
    cotes = plafonds.map(COTES).fillna(0)
    lieux = lieux.assign(_cote=cotes, _borne=plafonds.map(BORNES).fillna(""))
    lieux = lieux.sort_values(["_cote", "valeur"], kind="stable")
    textes = [b + _format(v, indicateur) for b, v in zip(lieux["_borne"], lieux["valeur"], strict=True)]
    if len(lieux) == 1:
        return f"Seul chiffre que l’on peut citer\u202f: {lieux['nom'].iloc[0]}, {textes[0]}."
    bas, haut = textes[0], textes[-1]
    if bas == haut:
        return f"La valeur est partout de {bas}."
    bouts = [f"{bout} ({_nomme(lieux['nom'], [t == bout for t in textes])})" for bout in (bas, haut)]
    return f"Les valeurs vont de {bouts[0]} à {bouts[1]}."


def _nomme(noms: pd.Series, retenus: list[bool]) -> str:
    """Un nom, ou deux ; au-delà, leur nombre : la carte et le tableau les montrent."""
    choisis = list(noms[retenus])
    return format_liste(choisis) if len(choisis) <= NOMMES else f"{format_nombre(len(choisis))} à égalité"


def _hors_indicatifs(montres: pd.DataFrame, fiables: pd.DataFrame) -> str:
    ecartes = len(montres) - len(fiables)
    return f" ({ecartes} à titre indicatif, hors du calcul qui suit)" if ecartes else ""


def compare_parties(lieux: pd.DataFrame) -> pd.DataFrame:
    """Chaque grande partie du pays contre le reste : valeur, reste, ecart, p corrigée (NaN sans tirage).

    Moyennes pondérées par `poids` ; les erreurs types des lieux, indépendantes, s'ajoutent en variance.
    Une donnée sans erreur type (source de l'État, participation) est un fait : son écart se lit tel quel.
    """
    parties = lieux["region"].map(PARTIES)
    noms, connues = parties.to_numpy(dtype=object), parties.notna().to_numpy()
    # Trois colonnes, coupées en six : couper le tableau entier prenait un dixième d'une carte.
    mesures = lieux[["valeur", "poids", "se"]].to_numpy(dtype=float)
    lignes = []
    for partie in dict.fromkeys(PARTIES.values()):
        dedans = noms == partie
        dehors = connues & ~dedans
        if not (dedans.any() and dehors.any()):
            continue
        (valeur, variance), (reste, variance_reste) = _average(mesures[dedans]), _average(mesures[dehors])
        ecart, se = valeur - reste, math.sqrt(variance + variance_reste)
        p = math.erfc(abs(ecart) / se / math.sqrt(2)) if se > 0 else math.nan
        lignes.append({"partie": partie, "valeur": valeur, "reste": reste, "ecart": ecart, "p": p})
    tableau = pd.DataFrame(lignes, columns=["partie", "valeur", "reste", "ecart", "p"])
    # Sans ligne, pandas ne sait pas que ce sont des nombres.
    tableau = tableau.astype(dict.fromkeys(("valeur", "reste", "ecart", "p"), float))
    tableau["p"] = adjust_p_values(tableau["p"]) if len(tableau) else tableau["p"]
    return tableau


def _average(mesures: np.ndarray) -> tuple[float, float]:
    """La moyenne et sa variance ; `mesures` : valeur, poids, erreur type, un lieu par ligne."""
    valeurs, poids, erreurs = mesures.T
    poids = np.where(np.isfinite(poids) & (poids > 0), poids, 0.0)
    poids = np.ones(len(mesures)) if poids.sum() == 0 else poids
    moyenne = float((poids * valeurs).sum() / poids.sum())
    return moyenne, float(((poids * np.nan_to_num(erreurs)) ** 2).sum() / poids.sum() ** 2)


def _describe_parties(lieux: pd.DataFrame, indicateur: Indicateur) -> str:
    tableau = compare_parties(lieux)
    if tableau.empty:
        return ""
    visible = tableau["ecart"].abs() >= (ECART_VISIBLE if indicateur.est_part else 0)
    demontres = tableau[visible & (tableau["p"].isna() | (tableau["p"] < SEUIL))]
    hauts = demontres[demontres["ecart"] > 0].nlargest(1, "ecart")
    bas = demontres[demontres["ecart"] < 0].nsmallest(1, "ecart")
    morceaux = [
        f"plus {mot} {LIEUX[ligne['partie']]} ({_format(ligne['valeur'], indicateur)}, contre "
        f"{_format(ligne['reste'], indicateur)} ailleurs)"
        for mot, lignes in (("hautes", hauts), ("basses", bas))
        for ligne in lignes.to_dict("records")
    ]
    if not morceaux:
        return "Aucun écart entre les grandes parties du pays n’est démontré."
    return f"En moyenne, elles sont {format_liste(morceaux)}."


def _format(valeur: float, indicateur: Indicateur) -> str:
    return format_valeur(float(valeur), indicateur.unite, indicateur.decimales, est_part=indicateur.est_part)


def build_phrase_reponses(lieux: pd.DataFrame, niveau: str) -> str:
    """« 1 900 communes sur 34 875 ont répondu (5,4 %) », puis où l'on répond davantage : un compte."""
    concernes = lieux[lieux["valeur"].notna()].copy()
    if concernes.empty:
        return "Rien n’est public à ce niveau pour cette sélection."
    # Le rang 0 est « a répondu ».
    concernes["valeur"] = (concernes["valeur"] == 0).astype(float)
    reponses, part = int(concernes["valeur"].sum()), float(concernes["valeur"].mean())
    verbe = "ont" if reponses >= 2 else "a"
    compte = f"{_compte(reponses, niveau)} sur {format_nombre(len(concernes))}"
    tete = f"{compte} {verbe} répondu ({format_part(part, 1)})."
    tableau = compare_parties(concernes.assign(se=0.0, poids=1.0))
    hautes = tableau[tableau["ecart"] >= ECART_VISIBLE].nlargest(1, "ecart").to_dict("records")
    basses = tableau[tableau["ecart"] <= -ECART_VISIBLE].nsmallest(1, "ecart").to_dict("records")
    morceaux = [
        f"{mot} {LIEUX[ligne['partie']]} ({format_part(ligne['valeur'], 1)})"
        for mot, lignes in (("davantage", hautes), ("moins", basses))
        for ligne in lignes
    ]
    return f"{tete} On répond {format_liste(morceaux)}." if morceaux else tete


def build_phrase_changements(lieux: pd.DataFrame, categories: tuple[str, ...], niveau: str) -> str:
    """« Hausse au-delà du hasard : Bretagne. Pas de changement démontré : 11 régions. »"""
    citables = lieux[lieux["etat"] == "montre"]
    if citables.empty:
        return "Aucun changement ne peut être testé ici\u202f: trop peu de réponses à l’une des deux vagues."
    baisse, stable, hausse = (citables.loc[citables["valeur"] == rang, "nom"] for rang in range(3))
    faits = [
        f"{categories[rang]}\u202f: {format_liste(list(noms))}."
        for rang, noms in ((2, hausse), (0, baisse))
        if len(noms)
    ]
    faits += [f"{categories[1]}\u202f: {_compte(len(stable), niveau)}."] if len(stable) else []
    autres = len(lieux) - len(citables)
    faits += [f"Rien à conclure ailleurs ({_compte(autres, niveau)})."] if autres else []
    return " ".join(faits)


def build_phrase_categories(lieux: pd.DataFrame, categories: tuple[str, ...], niveau: str) -> str:
    """Le compte de chaque catégorie : « Sur 101 départements : dans le périmètre d'un OPSN, 47 ; … »."""
    comptes = lieux["valeur"].value_counts()
    morceaux = [
        f"{libelle[0].lower()}{libelle[1:]}, {format_nombre(int(comptes.get(rang, 0)))}"
        for rang, libelle in enumerate(categories)
    ]
    inconnus = int(lieux["valeur"].isna().sum())
    if inconnus:
        morceaux.append(f"rien de connu, {format_nombre(inconnus)}")
    suite = "\u202f; ".join(morceaux)
    return f"Sur {_compte(len(lieux), niveau)}\u202f: {suite}."
