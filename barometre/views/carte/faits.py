"""Des faits et non des réponses : participation par territoire, qui a répondu pour qui peut le lire, OPSN."""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_compte, format_liste, format_nombre, format_part
from barometre.domain.secret import SEUIL_PARTICIPATION
from barometre.domain.territoire import LIBELLES_COUVERTURES
from barometre.views.carte.valeurs import ABSENT, MONTRE, Releve, build_cadre
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.participation_epci import format_classe

A_REPONDU, SANS_REPONSE = "A répondu", "N’a pas répondu"
HORS_CHAMP = "Hors de la sélection (taille, type ou accompagnement)."
RIEN_DE_CONNU = "Aucune source ne cite d’OPSN ici\u202f; ce n’est pas la preuve qu’il n’y en a pas."
SECRET = (
    "À l’échelle des communes, ni la réponse d’une collectivité, ni le fait qu’elle ait répondu, ne sont "
    "publics. Elle-même, son OPSN et le programme lisent qui a répondu."
)
NON_PUBLIC = "Qui a répondu n’est pas public."
TROP_PEU = f"Moins de {SEUIL_PARTICIPATION} collectivités, ou moins de {SEUIL_PARTICIPATION} réponses."


def read_repondantes(
    gate: Gate, catalogue: Catalogue, theme_id: str, selection: Selection, lieux: pd.DataFrame
) -> Releve:
    """Commune par commune, là où le lecteur a le droit de le savoir : a répondu, n'a pas répondu."""
    posees = _list_vagues(catalogue, theme_id)
    vague = _choose(gate, theme_id, selection.vague_id, posees)
    visibles = [str(i) for i in lieux["territoire_id"] if gate.can_see_participation(str(i))]
    repondantes = _read_named(gate, vague, theme_id) if visibles else frozenset()
    dits = {i: _ligne_repondante(i in repondantes) for i in visibles}
    retenus = _is_retenu(lieux, selection)
    lignes: list[dict[str, object]] = [
        dits.get(str(lieu), {"etat": ABSENT, "raison": NON_PUBLIC})
        if retenu
        else {"etat": ABSENT, "raison": HORS_CHAMP}
        for lieu, retenu in zip(lieux["territoire_id"], retenus, strict=True)
    ]
    return Releve(
        build_cadre(lieux, lignes),
        vague,
        categories=(A_REPONDU, SANS_REPONSE),
        absent="Non public, ou hors de la sélection",
        messages=(SECRET,),
        periodes=tuple(posees),
    )


def _read_named(gate: Gate, vague_id: str, theme_id: str) -> frozenset[str]:
    return frozenset(gate.list_participations(vague_id, theme_id or None)["collectivite_id"])


def _ligne_repondante(has_repondu: bool) -> dict[str, object]:
    libelle = A_REPONDU if has_repondu else SANS_REPONSE
    return {"etat": MONTRE, "valeur": 0 if has_repondu else 1, "valeur_texte": libelle}


def read_participation(
    gate: Gate,
    catalogue: Catalogue,
    theme_id: str,
    *,
    niveau: str,
    selection: Selection,
    lieux: pd.DataFrame,
) -> Releve:
    """La part des collectivités du champ qui ont répondu, par territoire et par vague."""
    posees = _list_vagues(catalogue, theme_id)
    cadre = gate.list_collectivites()
    cadre = cadre[_is_retenu(cadre, selection) & cadre[niveau].notna()].set_index("collectivite_id")
    groupes = f"{niveau}-" + cadre[niveau].astype("str")
    par_vague = {v: gate.count_repondantes(groupes, v, theme_id or None) for v in posees}
    france = {v: _count_all(gate, groupes, v, theme_id) for v in posees}
    vague = _choose(gate, theme_id, selection.vague_id, posees)
    comptes = par_vague[vague] if vague in par_vague else gate.count_repondantes(groupes.iloc[:0])
    connus = {v: t["taux"].dropna() for v, t in par_vague.items()}
    return Releve(
        build_cadre(lieux, [_ligne_taux(str(t), comptes) for t in lieux["territoire_id"]]),
        vague,
        toutes=tuple(float(x) for taux in connus.values() for x in taux),
        ecarts=tuple(float(x) - (france[v] or 0.0) for v, taux in connus.items() for x in taux),
        reference=france.get(vague) or 0.0,
        periodes=tuple(posees),
    )


def _count_all(gate: Gate, groupes: pd.Series, vague_id: str, theme_id: str) -> float | None:
    """Le taux de tout le champ, ou rien s'il compte trop peu de réponses."""
    table = gate.count_repondantes(pd.Series("champ", groupes.index), vague_id, theme_id or None)
    return None if table.empty or pd.isna(table["taux"].iloc[0]) else float(table["taux"].iloc[0])


def _ligne_taux(territoire_id: str, comptes: pd.DataFrame) -> dict[str, object]:
    if territoire_id not in comptes.index:
        return {"etat": ABSENT, "raison": HORS_CHAMP}
    ligne = comptes.loc[territoire_id]
    if pd.isna(ligne["taux"]):
        return {"etat": ABSENT, "raison": TROP_PEU}
    attendues, reponses = int(ligne["cadre"]), ligne["repondantes"]
    taux, cadre = float(ligne["taux"]), format_compte(attendues, "collectivité")
    detail = cadre if pd.isna(reponses) else f"environ {format_nombre(int(reponses))} sur {cadre}"
    return {
        "etat": MONTRE,
        "valeur": taux,
        # Sans compte, c'est une intercommunalité : son taux est une classe de dix points.
        "valeur_texte": format_classe(taux) if pd.isna(reponses) else format_part(taux, 1),
        "detail": detail,
        "poids": attendues,
    }


def read_opsn(gate: Gate, niveau: str, lieux: pd.DataFrame) -> Releve:
    """Par département, un OPSN, plusieurs, ou rien de connu ; plus bas, adhérente ou dans un périmètre."""
    if niveau == "departement":
        return _read_perimetres(gate, lieux)
    rangs = {"adherente": 0, "perimetre": 1}
    lignes: list[dict[str, object]] = [
        {"etat": MONTRE, "valeur": rangs[c], "valeur_texte": LIBELLES_COUVERTURES[c]}
        if c in rangs
        else {"etat": ABSENT, "raison": RIEN_DE_CONNU}
        for c in lieux["couverture"]
    ]
    return Releve(
        build_cadre(lieux, lignes),
        categories=(LIBELLES_COUVERTURES["adherente"], LIBELLES_COUVERTURES["perimetre"]),
        absent="Rien de connu (ce qui ne veut pas dire non couvert)",
    )


def _read_perimetres(gate: Gate, lieux: pd.DataFrame) -> Releve:
    noms = list_opsn_par_departement(gate)
    lignes = [_ligne_opsn(noms.get(t, [])) for t in lieux["territoire_id"]]
    return Releve(
        build_cadre(lieux, lignes),
        categories=("Dans le périmètre d’un OPSN", "Dans le périmètre de plusieurs OPSN"),
        absent="Rien de connu (ce qui ne veut pas dire non couvert)",
    )


def list_opsn_par_departement(gate: Gate) -> dict[str, list[str]]:
    """Les noms des OPSN dont le périmètre couvre chaque département."""
    liens = gate.list_liens_opsn()
    liens = liens[liens["nature"].eq("perimetre")]
    opsn = gate.list_opsn().set_index("opsn_id")["nom"]
    trouves: dict[str, set[str]] = {}
    for lien in liens.itertuples():
        trouves.setdefault(str(lien.cible_id), set()).add(str(opsn.get(lien.opsn_id, lien.opsn_id)))
    return {cible: sorted(noms) for cible, noms in trouves.items()}


def _ligne_opsn(noms: list[str]) -> dict[str, object]:
    if not noms:
        return {"etat": ABSENT, "raison": RIEN_DE_CONNU}
    return {
        "etat": MONTRE,
        "valeur": min(len(noms), 2) - 1,
        "valeur_texte": format_compte(len(noms), "OPSN", "OPSN"),
        "detail": format_liste(noms),
    }


def _list_vagues(catalogue: Catalogue, theme_id: str) -> list[str]:
    return [v.id for v in catalogue.vagues if not theme_id or theme_id in v.questionnaires]


def _choose(gate: Gate, theme_id: str, demandee: str, posees: list[str]) -> str:
    """La vague demandée, sinon la dernière qui a des réponses."""
    if demandee in posees:
        return demandee
    return gate.get_derniere_vague(theme_id or None) or (posees[-1] if posees else "")


def _is_retenu(lieux: pd.DataFrame, selection: Selection) -> Any:
    """Vrai pour les lieux que gardent le type, la taille et l'accompagnement choisis."""
    retenus = pd.Series(True, index=lieux.index)
    colonne = lieux["collectivite_id"] if "collectivite_id" in lieux else lieux["territoire_id"]
    if selection.type_effectif:
        retenus &= colonne.str.startswith(f"{selection.type_effectif}-")
    if selection.strate:
        retenus &= lieux["strate"].eq(selection.strate)
    if selection.couverture:
        retenus &= lieux["couverture"].eq(selection.couverture)
    return retenus
