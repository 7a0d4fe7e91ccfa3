"""Vérifier une version : les contrôles de l'entrepôt, et un audit du secret sur un échantillon."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from barometre.catalogue import load_catalogue
from barometre.pipeline.cube import COLONNES, EMBOITES, Cube
from barometre.pipeline.terrain import MONTRES
from barometre.stats.secrecy import CYBER, PUBLIC
from barometre.stats.secrecy_audit import audit
from barometre.warehouse.controles import Controle, list_controles
from barometre.warehouse.engine import Engine
from barometre.warehouse.repository import Repository, read_rows
from barometre.warehouse.versions import open_entrepot


def check_version(moteur: Engine) -> list[Controle]:
    """Les contrôles d'une version que l'on vient d'écrire."""
    # Les requêtes attendent l'entrepôt, l'audit calcule : les deux vont ensemble.
    with ThreadPoolExecutor(1) as fil:
        requetes = fil.submit(list_controles, moteur)
        calcules = [_check_conditions(moteur), *_audit_secret(moteur)]
        return [*requetes.result(), *calcules]


def verifier(adresse: str | None = None) -> tuple[str, list[Controle]]:
    """La version en service et ses contrôles."""
    depot = Repository(open_entrepot(adresse))
    try:
        return depot.version_id, check_version(depot.get_engine())
    finally:
        depot.close()


def _check_conditions(moteur: Engine) -> Controle:
    fuites = list_condition_leaks(moteur)
    nom = "Secret : une question sous condition ne se montre que là où sa condition se montre"
    return Controle(nom, not fuites, f"par exemple : {fuites[0]}" if fuites else "rien à signaler")


def list_condition_leaks(moteur: Engine) -> list[str]:
    """Les cellules où le nombre de réponses d'un indicateur dit les « oui » qu'un autre cache."""
    couples = _list_commanded()
    montrees = _list_shown(moteur, sorted({i for couple in couples for i in couple}))
    return [
        f"{filtre} et {commande}, {' '.join(cellule)}"
        for filtre, commande in couples
        for cellule in sorted(montrees.get(filtre, set()) - montrees.get(commande, set()))
    ]


def _list_commanded() -> list[tuple[str, str]]:
    """Un indicateur d'une question sous condition, et un indicateur de la question qui la commande."""
    catalogue = load_catalogue()
    indicateurs = catalogue.list_indicateurs(origine="declare")
    par_question: dict[str, list[str]] = {}
    for indicateur in indicateurs:
        par_question.setdefault(indicateur.calcul.question_id, []).append(indicateur.id)
    couples = []
    for indicateur in indicateurs:
        condition = catalogue.get_question(indicateur.calcul.question_id).condition
        if condition is not None and indicateur.calcul.non_concerne == "exclu":
            couples += [(indicateur.id, c) for c in par_question.get(condition.question_id, [])]
    return couples


def _list_shown(moteur: Engine, indicateurs: list[str]) -> dict[str, set[tuple[str, ...]]]:
    lignes = read_rows(moteur, "agregat", indicateur_id=indicateurs, etat=list(MONTRES))
    adresse = ["vague_id", "territoire_id", "type", "strate", "couverture"]
    cellules: dict[str, set[tuple[str, ...]]] = {}
    colonnes = (lignes[c].tolist() for c in ("indicateur_id", *adresse))
    for indicateur_id, *cellule in zip(*colonnes, strict=True):
        cellules.setdefault(indicateur_id, set()).add(tuple(cellule))
    return cellules


def _audit_secret(moteur: Engine) -> list[Controle]:
    """Cherche, par un autre chemin que celui qui a caché, un petit groupe qu'une soustraction isole."""
    indicateurs = read_rows(moteur, "dim_indicateur", origine="declare")
    collectivites = read_rows(moteur, "dim_collectivite")
    cadre = collectivites[collectivites["porteur_id"].isna()].set_index("collectivite_id")
    cube = Cube(cadre)
    controles = []
    for sensibilite in ("normale", "cyber"):
        candidats = indicateurs[indicateurs["sensibilite"] == sensibilite]["indicateur_id"]
        choisi = _largest(moteur, candidats)
        if choisi is not None:
            controles.append(_audit_one(moteur, cube, *choisi, sensibilite))
    return controles


def _largest(moteur: Engine, candidats: pd.Series) -> tuple[str, str] | None:
    """L'indicateur et la vague qui ont le plus de réponses : c'est là qu'il y a le plus à montrer."""
    totaux = read_rows(
        moteur, "agregat", indicateur_id=candidats.tolist(), territoire_id="france", type="", couverture=""
    )
    if totaux.empty:
        return None
    ligne = totaux.sort_values("n").iloc[-1]
    return str(ligne["indicateur_id"]), str(ligne["vague_id"])


def _audit_one(moteur: Engine, cube: Cube, indicateur_id: str, vague_id: str, sensibilite: str) -> Controle:
    valeurs = read_rows(moteur, "fait_valeur", indicateur_id=indicateur_id, periode=vague_id)
    repondu = valeurs[valeurs["etat"] == "repondu"].set_index("collectivite_id")["valeur"]
    gardees = read_rows(moteur, "agregat", indicateur_id=indicateur_id, vague_id=vague_id)
    cellules, membres = cube.build_membership(repondu.index)
    cellules["n"] = (membres.T @ pd.Series(1.0, repondu.index).to_numpy()).astype(int)
    cellules["n_oui"] = membres.T @ repondu.to_numpy()
    cle = list(COLONNES)
    vues = cellules[cellules["niveau"].isin(EMBOITES)].merge(gardees[[*cle, "etat"]], on=cle, how="left")
    vues = vues.assign(state=vues["etat"].fillna("complementary"))
    fuites = audit(vues, CYBER if sensibilite == "cyber" else PUBLIC, cube.parents)
    nom = f"Secret : audit de « {indicateur_id} » ({vague_id})"
    montrees = int(vues["state"].isin(["published", "indicative"]).sum())
    detail = fuites[0].phrase if fuites else f"{montrees} cellules montrées, aucune soustraction n'isole"
    return Controle(nom, not fuites, detail)
