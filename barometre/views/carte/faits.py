"""Ce qui est public commune par commune : qui a répondu, qui est accompagné. Jamais ce qui a été répondu."""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.territoire import LIBELLES_COUVERTURES
from barometre.formats import format_compte, format_liste, format_nombre, format_part
from barometre.views.carte.valeurs import ABSENT, MONTRE, Releve, build_cadre
from barometre.views.lecture.selection import Selection

A_REPONDU, SANS_REPONSE = "A répondu", "N’a pas répondu"
HORS_CHAMP = "Hors de la sélection (taille, type ou accompagnement)."
RIEN_DE_CONNU = "Aucune source ne cite d’OPSN ici\u202f; ce n’est pas la preuve qu’il n’y en a pas."
SECRET = (
    "À l’échelle des communes, la carte dit seulement qui a répondu\u202f: la réponse d’une collectivité "
    "n’est pas publique."
)


def read_repondantes(
    gate: Gate, catalogue: Catalogue, theme_id: str, selection: Selection, lieux: pd.DataFrame
) -> Releve:
    """Commune par commune : a répondu, n'a pas répondu."""
    posees = _list_vagues(catalogue, theme_id)
    participations = _read_participations(gate, theme_id)
    vague = _choose(selection.vague_id, posees, participations)
    repondantes = set(participations.loc[participations["vague_id"].eq(vague), "collectivite_id"])
    retenus = _is_retenu(lieux, selection)
    lignes: list[dict[str, object]] = [
        _ligne_repondante(lieu in repondantes) if retenu else {"etat": ABSENT, "raison": HORS_CHAMP}
        for lieu, retenu in zip(lieux["territoire_id"], retenus, strict=True)
    ]
    return Releve(
        build_cadre(lieux, lignes),
        vague,
        categories=(A_REPONDU, SANS_REPONSE),
        absent="Hors de la sélection",
        messages=(SECRET,),
        periodes=tuple(posees),
    )


def _ligne_repondante(a_repondu: bool) -> dict[str, object]:
    libelle = A_REPONDU if a_repondu else SANS_REPONSE
    return {"etat": MONTRE, "valeur": 0 if a_repondu else 1, "valeur_texte": libelle}


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
    cadre = cadre[_is_retenu(cadre, selection) & cadre[niveau].notna()]
    participations = _read_participations(gate, theme_id)
    vague = _choose(selection.vague_id, posees, participations)
    champ = cadre.groupby(niveau).size()
    presentes = participations.merge(cadre[["collectivite_id", niveau]], on="collectivite_id")
    comptes = presentes.groupby(["vague_id", niveau]).size()
    france = presentes.groupby("vague_id").size() / max(len(cadre), 1)
    taux = {cle: n / champ[cle[1]] for cle, n in _to_dict(comptes).items()}
    lignes = [_ligne_taux(code, vague, comptes, champ) for code in lieux["code"]]
    return Releve(
        build_cadre(lieux, lignes),
        vague,
        toutes=tuple(
            taux.get((v, str(c)), 0.0) for v in _repondues(posees, participations) for c in champ.index
        ),
        ecarts=tuple(t - float(france[v]) for (v, _), t in taux.items()),
        reference=float(france.get(vague, 0.0)),
        periodes=tuple(posees),
    )


def _to_dict(comptes: pd.Series) -> dict[tuple[str, str], int]:
    vagues, codes = comptes.index.get_level_values(0), comptes.index.get_level_values(1)
    return {(str(v), str(c)): int(n) for v, c, n in zip(vagues, codes, comptes, strict=True)}


def _ligne_taux(code: str, vague: str, comptes: pd.Series, champ: pd.Series) -> dict[str, object]:
    attendues = int(champ.get(code, 0))
    if attendues == 0:
        return {"etat": ABSENT, "raison": HORS_CHAMP}
    reponses = int(comptes.get((vague, code), 0))
    return {
        "etat": MONTRE,
        "valeur": reponses / attendues,
        "valeur_texte": format_part(reponses / attendues, 1),
        "detail": f"{format_compte(reponses, 'collectivité')} sur {format_nombre(attendues)}",
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


def _read_participations(gate: Gate, theme_id: str) -> pd.DataFrame:
    """Une ligne par collectivité et par vague : répondre à trois questionnaires compte une fois."""
    lignes = gate.list_participations(questionnaire_id=theme_id or None)
    return lignes[["vague_id", "collectivite_id"]].drop_duplicates()


def _list_vagues(catalogue: Catalogue, theme_id: str) -> list[str]:
    return [v.id for v in catalogue.vagues if not theme_id or theme_id in v.questionnaires]


def _repondues(posees: list[str], participations: pd.DataFrame) -> list[str]:
    return [v for v in posees if v in set(participations["vague_id"])]


def _choose(demandee: str, posees: list[str], participations: pd.DataFrame) -> str:
    if demandee in posees:
        return demandee
    return next(reversed(_repondues(posees, participations)), posees[-1] if posees else "")


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
