"""Dans une vue d'Explorer, à côté des réponses : les données de l'État, et ce que le baromètre a publié."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.chiffre import ChiffrePublie
from barometre.domain.indicateur import Indicateur
from barometre.domain.territoire import FRANCE
from barometre.views.carte.valeurs import list_connus, list_relevees
from barometre.views.donnees.declares import list_lieux
from barometre.views.donnees.demande import TERRITOIRE, VAGUE, DemandeExplorer
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.place import judge_place
from barometre.views.lecture.provenance import round_valeur

BASE_INCONNUE = "Base non publiée."


def build_mesures(
    gate: Gate,
    catalogue: Catalogue,
    libelles: Libelles,
    indicateurs: Sequence[Indicateur],
    demande: DemandeExplorer,
) -> pd.DataFrame:
    """Une ligne par donnée de l'État, territoire et période ; ancienne ou partielle, sans sa valeur."""
    if not indicateurs or not demande.est_commune_a_tous:
        return pd.DataFrame()
    par_id = {i.id: i for i in indicateurs}
    valeurs = _read_valeurs(gate, list(par_id), demande)
    if VAGUE not in demande.par:
        derniere = valeurs.groupby("indicateur_id")["periode"].transform("max")
        valeurs = valeurs[valeurs["periode"].eq(derniere)]
    noms = _name_lieux(gate, libelles, set(valeurs["collectivite_id"]))
    groupes = valeurs.groupby(["indicateur_id", "periode"], sort=True)
    lignes = [
        ligne
        for (id_, _), lues in groupes
        for ligne in _list_lignes(gate, catalogue, par_id[str(id_)], lues, noms)
    ]
    return pd.DataFrame(lignes)


def _read_valeurs(gate: Gate, ids: list[str], demande: DemandeExplorer) -> pd.DataFrame:
    if TERRITOIRE not in demande.par:
        lieux: Collection[str] | None = list(demande.territoires) or [demande.selection.territoire_id]
    else:
        lieux = list_lieux(gate, demande)
    niveau = demande.niveau if lieux is None else None
    valeurs = pd.concat([gate.list_valeurs(id_, type=niveau) for id_ in ids], ignore_index=True)
    if lieux is not None:
        valeurs = valeurs[valeurs["collectivite_id"].isin(set(lieux))]
    return valeurs[valeurs["etat"].eq("repondu") & valeurs["valeur"].notna()]


def _name_lieux(gate: Gate, libelles: Libelles, lieux: set[str]) -> dict[str, str]:
    """Le nom de chaque lieu ; ceux du référentiel d'un seul geste, 35 000 communes comprises."""
    referentiel = gate.get_referentiel()
    noms = dict(zip(referentiel["collectivite_id"], referentiel["nom"], strict=True))
    return {lieu: str(noms.get(lieu) or libelles.get_territoire(lieu)) for lieu in lieux}


def _list_lignes(
    gate: Gate, catalogue: Catalogue, indicateur: Indicateur, valeurs: pd.DataFrame, noms: dict[str, str]
) -> Iterable[dict[str, object]]:
    jour = gate.get_version().creee_le.date()
    plus_recente = catalogue.indicateurs.get(indicateur.remplacee_par)
    for niveau, lues in valeurs.groupby(valeurs["collectivite_id"].str.partition("-")[0], sort=True):
        remplacees = list_connus(gate, plus_recente, str(niveau))
        for lieu, relevee in sorted(list_relevees(gate, lues, str(niveau)).items()):
            verdict = judge_place(indicateur, relevee, jour, plus_recente if lieu in remplacees else None)
            yield {
                "indicateur_id": indicateur.id,
                "titre": indicateur.titre,
                "origine": "mesure",
                "groupe": noms[lieu],
                "periode": relevee.periode,
                "territoire_id": lieu,
                "unite": indicateur.unite,
                "valeur": round_valeur(indicateur, relevee.valeur) if verdict.montre else None,
                "marque": "" if verdict.montre else "[x]",
                "remarque": verdict.raison,
                "source": indicateur.source_id,
            }


def build_publies(
    catalogue: Catalogue, publies: Sequence[ChiffrePublie], demande: DemandeExplorer
) -> pd.DataFrame:
    """Une ligne par chiffre publié : la France entière, tel que publié."""
    if not demande.est_commune_a_tous or demande.selection.territoire_id != FRANCE:
        return pd.DataFrame()
    return pd.DataFrame([_publie(p, catalogue) for p in publies])


def _publie(publie: ChiffrePublie, catalogue: Catalogue) -> dict[str, object]:
    connues = {v.id for v in catalogue.vagues}
    base = f"Base : {publie.base}." if publie.base else BASE_INCONNUE
    return {
        "indicateur_id": publie.id,
        "titre": publie.libelle,
        "origine": "publie",
        "groupe": "France",
        "vague_id": publie.vague if publie.vague in connues else "",
        "periode": publie.annee,
        "territoire_id": FRANCE,
        "unite": publie.unite,
        "valeur": publie.valeur,
        "marque": "[x]" if publie.valeur is None else "",
        "remarque": " ".join(filter(None, (publie.valeur_texte if publie.valeur is None else "", base))),
        "source": publie.source_url,
    }
