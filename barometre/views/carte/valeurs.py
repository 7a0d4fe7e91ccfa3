"""Les valeurs d'une carte : chiffres déclarés (agrégés, jamais nommés) et données de l'État."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_date, format_effectif
from barometre.domain.indicateur import Indicateur
from barometre.domain.notes import format_note
from barometre.domain.structure import EGALE
from barometre.domain.territoire import FRANCE
from barometre.views.lecture.cellules import get_cellule, read_cellules
from barometre.views.lecture.chiffres import Chiffre, Cle, format_bornes, format_cellule, format_chiffre
from barometre.views.lecture.citation import get_raison
from barometre.views.lecture.ligne import choose_vague
from barometre.views.lecture.place import Relevee, Verdict, judge_place
from barometre.views.lecture.selection import Selection, Valeur

# Ce que lit `maps` : une ligne par lieu.
COLONNES = (
    "territoire_id", "code", "nom", "region", "valeur", "etat", "valeur_texte", "detail", "raison",
    "se", "poids", "plafond",
)  # fmt: skip
MONTRE, INDICATIF, ABSENT = "montre", "indicatif", "absent"
SANS_MESURE = "Aucune valeur dans la source pour ce territoire."
SANS_NIVEAU = "Cette donnée de l’État n’est pas relevée à ce niveau, ou n’a pas été chargée."
NON_CITABLE = "Indicatif, à ne pas citer."
# Une donnée qui n'est que 0 ou 1 par commune se lit oui ou non, pas « de 0 % à 100 % ».
OUI_NON = ("Oui", "Non")
Z_95 = 1.96


@dataclass(frozen=True, slots=True)
class Releve:
    """Les lieux avec leur valeur, et de quoi garder les mêmes classes d'une vague à l'autre."""

    cadre: pd.DataFrame
    periode: str = ""
    # Les valeurs de toutes les périodes à ce niveau : les classes naissent de celles que l'on peut citer.
    toutes: tuple[float, ...] = ()
    indicatives: tuple[float, ...] = ()
    # L'écart de chacune de ces valeurs à la France de sa période.
    ecarts: tuple[float, ...] = ()
    reference: float | None = None
    # Des catégories au lieu de valeurs ; `absent` nomme ce qui n'est pas connu.
    categories: tuple[str, ...] = ()
    absent: str = ""
    messages: tuple[str, ...] = ()
    periodes: tuple[str, ...] = ()


def read_declare(
    gate: Gate,
    catalogue: Catalogue,
    indicateur: Indicateur,
    *,
    niveau: str,
    selection: Selection,
    lieux: pd.DataFrame,
) -> Releve:
    """Les cellules publiées d'un indicateur déclaré, à ce niveau, pour toutes les vagues."""
    cellules = read_cellules(
        gate, [indicateur.id], selection, niveau=niveau, territoire_id=None, vague_id=None
    )
    nationales = read_cellules(gate, [indicateur.id], selection, territoire_id=FRANCE, vague_id=None)
    choisie = choose_vague(catalogue, indicateur.theme_id, selection, cellules)
    valeur = selection.valeur
    reperes = {c.vague_id: c.get_valeur(valeur) for c in nationales.values() if c.montre}
    visibles = [c for c in cellules.values() if c.montre]
    citables = [c for c in visibles if c.citable]
    erreurs = _read_erreurs(gate, indicateur.id, niveau, choisie)
    chiffres = [_get_chiffre(cellules, indicateur, choisie, str(t)) for t in lieux["territoire_id"]]
    simulee = gate.get_version().simulee
    lignes = [_ligne(indicateur, chiffre, valeur, erreurs, simulee=simulee) for chiffre in chiffres]
    return Releve(
        build_cadre(lieux, lignes),
        choisie.vague_id,
        toutes=_list_valeurs(citables or visibles, valeur),
        indicatives=_list_valeurs(visibles, valeur),
        ecarts=tuple(_list_ecarts(citables or visibles, reperes, valeur)),
        reference=reperes.get(choisie.vague_id),
        periodes=tuple(v.id for v in catalogue.vagues if indicateur.theme_id in v.questionnaires),
    )


def _list_valeurs(chiffres: Iterable[Chiffre], valeur: Valeur) -> tuple[float, ...]:
    return tuple(v for c in chiffres if (v := c.get_valeur(valeur)) is not None)


def _list_ecarts(
    visibles: Iterable[Chiffre], reperes: dict[str, float | None], valeur: str
) -> Iterable[float]:
    for chiffre in visibles:
        ici, repere = chiffre.get_valeur(valeur), reperes.get(chiffre.vague_id)
        if ici is not None and repere is not None:
            yield ici - repere


def _read_erreurs(gate: Gate, indicateur_id: str, niveau: str, selection: Selection) -> pd.DataFrame:
    """L'erreur type et la taille du champ de chaque cellule, pour comparer de grandes parties du pays."""
    lignes = gate.list_agregats(
        indicateurs=indicateur_id,
        vague_id=selection.vague_id,
        niveau=niveau,
        type=[selection.type_effectif, ""] if selection.strate else selection.type,
        strate=selection.strate,
        couverture=selection.couverture,
    )
    erreurs = lignes.drop_duplicates("territoire_id").set_index("territoire_id")[["se", "population"]]
    # À structure égale, l'erreur type de la cellule n'est pas celle du chiffre : son intervalle la dit.
    return erreurs.assign(se=float("nan")) if selection.structure == EGALE else erreurs


def _get_chiffre(
    cellules: Mapping[Cle, Chiffre], indicateur: Indicateur, selection: Selection, territoire_id: str
) -> Chiffre:
    return get_cellule(cellules, indicateur.id, replace(selection, territoire_id=territoire_id))


def _ligne(
    indicateur: Indicateur, chiffre: Chiffre, valeur: Valeur, erreurs: pd.DataFrame, *, simulee: bool
) -> dict[str, object]:
    if not chiffre.montre:
        return {"etat": ABSENT, "raison": get_raison(chiffre.etat, indicateur)}
    return {
        "etat": MONTRE if chiffre.citable else INDICATIF,
        "valeur": chiffre.get_valeur(valeur),
        "valeur_texte": format_cellule(indicateur, chiffre, valeur),
        "detail": _describe(indicateur, chiffre, valeur, simulee=simulee),
        "raison": "" if chiffre.citable else NON_CITABLE,
        "se": _get_erreur(chiffre, erreurs),
        "poids": erreurs["population"].get(chiffre.territoire_id),
        "plafond": chiffre.plafond,
    }


def _get_erreur(chiffre: Chiffre, erreurs: pd.DataFrame) -> float | None:
    """L'erreur type ; la porte la tait sur peu de réponses ou à une borne, l'intervalle en tient lieu."""
    erreur = erreurs["se"].get(chiffre.territoire_id)
    if pd.notna(erreur) or chiffre.bas is None or chiffre.haut is None:
        return None if pd.isna(erreur) else float(erreur)
    return (chiffre.haut - chiffre.bas) / 2 / Z_95


def _describe(indicateur: Indicateur, chiffre: Chiffre, valeur: str, *, simulee: bool) -> str:
    bornes = format_bornes(indicateur, chiffre) if valeur == "redresse" else "chiffre brut"
    note = format_note(chiffre.note, simulee=simulee)
    morceaux = (bornes, format_effectif(chiffre.n, "réponse"), note)
    return " · ".join(m for m in morceaux if m)


def read_mesure(
    gate: Gate,
    indicateur: Indicateur,
    niveau: str,
    selection: Selection,
    lieux: pd.DataFrame,
    *,
    plus_recente: Indicateur | None = None,
) -> Releve:
    """Une donnée de l'État, publique pour chaque territoire ; la dernière période, ou celle demandée.

    `plus_recente` : celle qui la remplace, là où elle est connue.
    """
    connues = _read_connues(gate, indicateur, niveau)
    periodes = tuple(sorted(str(p) for p in connues["periode"].unique()))
    if not periodes:
        vide = build_cadre(lieux, [{"etat": ABSENT, "raison": SANS_MESURE}] * len(lieux))
        return Releve(vide, messages=(SANS_NIVEAU,))
    periode = selection.vague_id if selection.vague_id in periodes else periodes[-1]
    relevees = list_relevees(gate, connues[connues["periode"].eq(periode)], niveau)
    verdicts = _judge(gate, indicateur, relevees, list_connus(gate, plus_recente, niveau), plus_recente)
    oui_non = indicateur.oui_non and all(relevee.n is None for relevee in relevees.values())
    lignes = [
        _ligne_mesure(indicateur, relevees.get(t), verdicts.get(t), oui_non=oui_non)
        for t in lieux["territoire_id"]
    ]
    releve = Releve(
        build_cadre(lieux, lignes), periode, messages=_list_messages(verdicts.values()), periodes=periodes
    )
    if oui_non:
        return replace(releve, categories=OUI_NON, absent=SANS_MESURE)
    caches = {lieu for lieu, verdict in verdicts.items() if not verdict.montre}
    toutes = tuple(float(v) for v in connues.loc[~connues["collectivite_id"].isin(caches), "valeur"])
    reference = _read_reference(gate, indicateur, periode)
    ecarts = tuple(v - reference for v in toutes) if reference is not None else ()
    return replace(releve, toutes=toutes, ecarts=ecarts, reference=reference)


def list_connus(gate: Gate, mesure: Indicateur | None, niveau: str) -> frozenset[str]:
    """Les lieux où cette mesure est connue."""
    if mesure is None:
        return frozenset()
    return frozenset(_read_connues(gate, mesure, niveau)["collectivite_id"].astype(str))


def _read_connues(gate: Gate, mesure: Indicateur, niveau: str) -> pd.DataFrame:
    valeurs = gate.list_valeurs(mesure.id, type=niveau)
    return valeurs[valeurs["etat"].eq("repondu") & valeurs["valeur"].notna()]


def _judge(
    gate: Gate,
    indicateur: Indicateur,
    relevees: Mapping[str, Relevee],
    remplacees: frozenset[str],
    plus_recente: Indicateur | None,
) -> dict[str, Verdict]:
    """La place de chaque valeur, au jour de la version."""
    jour = gate.get_version().creee_le.date()
    return {
        lieu: judge_place(indicateur, relevee, jour, plus_recente if lieu in remplacees else None)
        for lieu, relevee in relevees.items()
    }


def _list_messages(verdicts: Collection[Verdict]) -> tuple[str, ...]:
    """Ce qui n'est plus en tête se dit avec sa raison ; ce qui est caché, là où rien d'autre ne se montre."""
    rien = not any(verdict.montre for verdict in verdicts)
    return tuple(dict.fromkeys(v.raison for v in verdicts if rien or v.place == "en_petit"))


def _read_reference(gate: Gate, indicateur: Indicateur, periode: str) -> float | None:
    """La France à cette période ; None si elle n'y est pas connue."""
    valeurs = gate.list_valeurs(indicateur.id, periode=periode, type=FRANCE)["valeur"].dropna()
    return float(valeurs.iloc[0]) if len(valeurs) else None


def list_relevees(gate: Gate, valeurs: pd.DataFrame, niveau: str) -> dict[str, Relevee]:
    """La valeur de chaque lieu, avec les communes connues et celles qu'il compte."""
    reference = gate.get_referentiel()
    communes = reference[reference["type"].eq("commune") & reference["porteur_id"].isna()]
    totaux = _count_communes(communes, niveau)
    return {
        str(v["collectivite_id"]): Relevee(
            float(v["valeur"]),
            str(v["periode"]),
            None if pd.isna(v["n_communes"]) else int(v["n_communes"]),
            totaux.get(str(v["collectivite_id"]).partition("-")[2]),
        )
        for v in valeurs.to_dict("records")
    }


def _count_communes(communes: pd.DataFrame, niveau: str) -> dict[str, int]:
    """Par code de lieu, ses communes ; la France, sans code, les a toutes. Une commune n'en compte pas."""
    if niveau == FRANCE:
        return {"": len(communes)}
    if niveau == "commune" or niveau not in communes:
        return {}
    return {str(code): int(n) for code, n in communes[niveau].value_counts().items()}


def _ligne_mesure(
    indicateur: Indicateur, relevee: Relevee | None, verdict: Verdict | None, *, oui_non: bool
) -> dict[str, object]:
    """Le fait d'un lieu, à la place que la règle lui donne ; de oui et de non, la valeur est le rang."""
    if relevee is None or verdict is None:
        return {"etat": ABSENT, "raison": SANS_MESURE}
    if not verdict.montre:
        return {"etat": ABSENT, "raison": verdict.raison}
    if oui_non:
        rang = int(1 - relevee.valeur)
        return {"etat": MONTRE, "valeur": rang, "valeur_texte": OUI_NON[rang]}
    texte = format_chiffre(indicateur, relevee.valeur)
    return {"etat": MONTRE, "valeur": relevee.valeur, "valeur_texte": texte, "detail": "donnée de l’État"}


def format_periode_mesure(periode: str) -> str:
    """« 2024 » ou « mars 2024 »."""
    return format_date(periode)


def build_cadre(lieux: pd.DataFrame, lignes: list[dict[str, object]]) -> pd.DataFrame:
    """Les lieux et leurs faits ; ce qui manque est vide."""
    faits = pd.DataFrame(lignes, index=lieux.index).reindex(columns=list(COLONNES[4:]))
    for colonne in ("valeur", "se", "poids"):
        faits[colonne] = pd.to_numeric(faits[colonne]).astype(float)
    for colonne in ("etat", "valeur_texte", "detail", "raison", "plafond"):
        faits[colonne] = ["" if pd.isna(fait) else str(fait) for fait in faits[colonne]]
    return pd.concat([lieux[list(COLONNES[:4])], faits], axis=1)
