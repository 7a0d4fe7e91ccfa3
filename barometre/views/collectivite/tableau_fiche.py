"""La fiche et la comparaison à plat : ce qui se télécharge, avec sa provenance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from barometre.domain.formats import BORNES, format_liste
from barometre.domain.indicateur import Indicateur
from barometre.domain.notes import explain_notes
from barometre.domain.provenance import Definition, Provenance
from barometre.views.collectivite.pairs import Comparaison, Pairs
from barometre.views.collectivite.soi import Soi
from barometre.views.lecture.chiffres import Chiffre
from barometre.views.lecture.citation import HORS_BIAIS, get_raison
from barometre.views.lecture.provenance import build_provenance, round_valeur

COLONNES = (
    "theme_id", "indicateur_id", "titre", "reponse_donnee", "pairs", "pairs_bas", "pairs_haut", "pairs_n",
    "unite", "note", "echelon", "vague_id", "remarque",
)  # fmt: skip
COMPTE_SOI = "Les chiffres des pairs sont publics : si la collectivité a répondu, elle y est comptée."
_PRECAUTIONS = (
    "Enquête volontaire : les répondants ne sont pas tirés au sort.",
    f"Colonnes pairs_bas et pairs_haut : {HORS_BIAIS}, à 95 %.",
)


def build_table(soi: Soi, pairs: Iterable[Pairs], indicateurs: Sequence[Indicateur]) -> pd.DataFrame:
    """Une ligne par indicateur ; la réponse n'y est que si la portée la lit."""
    lignes = [
        _ligne(soi, groupe, indicateur)
        for groupe in pairs
        for indicateur in indicateurs
        if indicateur.theme_id == groupe.theme_id
    ]
    nombres = dict.fromkeys(("pairs", "pairs_bas", "pairs_haut"), "float64")
    return pd.DataFrame(lignes, columns=list(COLONNES)).astype({"pairs_n": "Int64"} | nombres)


def _ligne(soi: Soi, groupe: Pairs, indicateur: Indicateur) -> dict[str, object]:
    trouve = groupe.chiffres.get(indicateur.id)
    chiffre = trouve.chiffre if trouve else None
    montre = chiffre if chiffre is not None and chiffre.montre else None
    reponse = soi.get(indicateur.id, groupe.vague_id)
    return {
        "theme_id": groupe.theme_id,
        "indicateur_id": indicateur.id,
        "titre": indicateur.titre,
        "reponse_donnee": reponse.get_texte(indicateur) if reponse else "",
        "pairs": round_valeur(indicateur, montre.valeur) if montre else None,
        "pairs_bas": round_valeur(indicateur, montre.bas) if montre else None,
        "pairs_haut": round_valeur(indicateur, montre.haut) if montre else None,
        "pairs_n": montre.n if montre else None,
        "unite": indicateur.unite,
        "note": montre.note if montre else "",
        "echelon": trouve.echelon if trouve else "",
        "vague_id": groupe.vague_id,
        "remarque": _remarque(chiffre, indicateur),
    }


def _remarque(chiffre: Chiffre | None, indicateur: Indicateur) -> str:
    if chiffre is None or not chiffre.montre:
        return get_raison(chiffre.etat if chiffre else "", indicateur)
    sens = BORNES.get(chiffre.plafond, "").strip().capitalize()
    # « Plus de » 88 et un intervalle de 65 à 100 : la borne et l'intervalle ne comptent pas les mêmes.
    borne = f"{sens}, parmi les répondantes ; l’intervalle vaut pour l’ensemble. " if sens else ""
    return borne + ("Indicatif, à ne pas citer." if chiffre.note == "C" else "")


def build_provenance_pairs(
    comparaison: Comparaison, pairs: Sequence[Pairs], nom: str, titre: str
) -> Provenance:
    """D'où vient le fichier : qui, quels pairs, à quel échelon, et si soi-même y est compté."""
    echelons = list(dict.fromkeys(", ".join(filter(None, (p.champ, p.echelon))) for p in pairs))
    version = comparaison.gate.get_version()
    return build_provenance(
        version,
        titre,
        f"{nom}_{comparaison.collectivite.id}",
        filtres=f"Pairs : {format_liste(echelons)}",
        definitions=(
            Definition("pairs", "Part (ou moyenne) redressée des pairs qui ont répondu."),
            # Un fichier passe de main en main : il ne dit « vous » à personne.
            Definition("reponse_donnee", "Ce que la collectivité a répondu ; vide sans droit de le lire."),
        ),
        precautions=(COMPTE_SOI, *_PRECAUTIONS, explain_notes(simulee=version.simulee)),
    )
