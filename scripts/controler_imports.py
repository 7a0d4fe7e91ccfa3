"""Rejoue des dossiers d'exports et de fichiers d'État : le sort de chacun, ses réponses fausses, en tableau.

PYTHONPATH=. python scripts/controler_imports.py DOSSIER…
Chaque réponse chargée est comparée à une lecture naïve de sa cellule, qui ne doit rien à l'import : elle
connaît les codes, les libellés, « Y » et les nombres entiers. Un fichier qui porte les mêmes réponses qu'un
autre se compare aussi à lui, et chacun se recharge par la correspondance que --proposer lui donne. Rien n'est
écrit ; sort en erreur si une réponse, un rattachement ou une correspondance diffère.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd

from barometre.catalogue import DONNEES, Catalogue, load_catalogue
from barometre.domain.enquete import Option, Question
from barometre.ingest import Lot, Referentiel
from barometre.pipeline import referentiel as ref
from scripts.rejouer_imports import Cas, list_cas, list_etat, reload_proposed

_CODE = re.compile(r"^(Q\d+)(?:\[(SQ\d+)\])?$")
_IDENTIFIANT = re.compile(r"sire[nt]|insee", re.IGNORECASE)
_NOMBRE = re.compile(r"^\d+$")
# Début du nom → le fichier qui porte les mêmes réponses.
TEMOINS = {
    **dict.fromkeys(("00", "A0[1256]", "A19", "A22", "C02", "C11", "C12", "K05"), "00_temoin_code.csv"),
    **dict.fromkeys(("D01b", "D02_", "D03", "D04"), "D01_google.csv"),
    "A07b": "A07_na_perdu.csv",
    "A07d": "A07c_non_partout_posee.csv",
    "A09": "A09_cyber_code.csv",
    "N[01]": "N00_temoin.csv",
}
ENTETES = (
    "| fichier | lues | chargées | doublons | quarantaine | ignorées | comparées | fausses "
    "| motif ou avertissement |"
)
Faits = dict[tuple[str, str, str], tuple[str, float | None]]


def main() -> None:
    """Une ligne par fichier, puis le total des réponses fausses."""
    analyseur = argparse.ArgumentParser(description=__doc__)
    analyseur.add_argument("dossier", type=Path, nargs="+")
    dossiers = analyseur.parse_args().dossier
    catalogue = load_catalogue()
    _, liens = ref.load_opsn(DONNEES)
    collectivites = ref.load_collectivites(DONNEES, catalogue, liens)
    referentiel = Referentiel(collectivites, ref.load_codes_anciens(DONNEES))
    print(ENTETES, "|---" * 9 + "|", sep="\n")
    fausses = [ecart for dossier in dossiers for ecart in print_exports(dossier, catalogue, referentiel)]
    for dossier in dossiers:
        for nom, phrase in list_etat(dossier):
            print(f"| {nom} | — | — | — | — | — | — | — | {phrase} |")
    print(f"\nRéponses fausses : {len(fausses)}", *fausses[:20], sep="\n    ")
    sys.exit(bool(fausses))


def print_exports(dossier: Path, catalogue: Catalogue, referentiel: Referentiel) -> list[str]:
    """Les lignes du tableau d'un dossier ; rend les écarts."""
    cas = list(list_cas(dossier, referentiel, catalogue))
    lots = {c.chemin.name: c.lot for c in cas if c.lot}
    tous = list[str]()
    for un in cas:
        if un.lot is None:
            print(f"| {un.chemin.name} | — | — | — | — | — | — | — | refusé : {un.refus} |")
            continue
        comparees, ecarts = compare_cas(un, un.lot, lots, catalogue, referentiel)
        tous += [f"{un.chemin.name} : {e}" for e in ecarts]
        print(describe_cas(un.chemin.name, un.lot, comparees, len(ecarts)))
    return tous


def describe_cas(nom: str, lot: Lot, comparees: int, fausses: int) -> str:
    """La ligne du tableau d'un export."""
    mots = [*(r.motif for r in lot.rejets[:1]), *lot.avertissements]
    mots += [i.motif for i in lot.lignes_ignorees[:1]]
    comptes = (lot.lus, lot.charges, lot.doublons, lot.quarantaine, lot.ignores, comparees, fausses)
    return f"| {nom} | {' | '.join(map(str, comptes))} | {' — '.join(mots)[:260]} |"


def compare_cas(
    cas: Cas, lot: Lot, lots: dict[str, Lot], catalogue: Catalogue, referentiel: Referentiel
) -> tuple[int, list[str]]:
    """Nombre de réponses comparées ; celles qui diffèrent de la cellule, du témoin, de la correspondance."""
    comparees, ecarts = compare_cellules(cas.chemin, lot, catalogue, referentiel)
    temoin = next((t for debut, t in TEMOINS.items() if re.match(debut, cas.chemin.name)), "")
    autres = [lots[temoin]] if temoin else []
    if cas.declaree is None:
        autres.append(reload_proposed(cas, referentiel, catalogue))
    for autre in autres:
        comparees += len(lot.fait_reponse)
        ecarts += compare_temoin(lot, autre)
    return comparees, ecarts


def compare_temoin(lot: Lot, temoin: Lot) -> list[str]:
    """Les réponses qui ne sont pas celles du témoin."""
    lus, attendus = build_faits(lot), build_faits(temoin)
    return [f"{cle} : {lus.get(cle)}, témoin {v}" for cle, v in attendus.items() if lus.get(cle) != v]


def compare_cellules(
    chemin: Path, lot: Lot, catalogue: Catalogue, referentiel: Referentiel
) -> tuple[int, list[str]]:
    """Nombre de cellules lues des deux façons, et celles qui diffèrent."""
    chargees = list_chargees(chemin, lot)
    # Des titres au-dessus des entêtes, ou une ligne par réponse : rien de naïf.
    if not chargees or not any(map(_IDENTIFIANT.search, chargees[0])) or is_long(lot):
        return 0, []
    faits, comparees, ecarts = build_faits(lot), 0, list[str]()
    questions = catalogue.questionnaires[lot.questionnaire_id].questions
    for collectivite, ligne in zip(lot.participation["collectivite_id"], chargees, strict=True):
        if not is_la_sienne(collectivite, ligne, referentiel):
            ecarts.append(f"{collectivite} n'est pas la collectivité de {list(ligne.values())[:8]}")
        for question, option, valeur in list_attendus(questions, ligne):
            comparees += 1
            if not is_juste(faits, (collectivite, question, option), valeur):
                ecarts.append(f"{collectivite} {question} {option} : {valeur} attendu")
    return comparees, ecarts


def is_long(lot: Lot) -> bool:
    """Vrai si le fichier avait une ligne par réponse."""
    return any(a.startswith("Une ligne par réponse") for a in lot.avertissements)


def build_faits(lot: Lot) -> Faits:
    """(collectivité, question, option) → état, valeur."""
    colonnes = lot.fait_reponse[["collectivite_id", "question_id", "option_id", "etat", "valeur"]]
    return {(c, q, o): (e, None if pd.isna(v) else v) for c, q, o, e, v in colonnes.itertuples(index=False)}


def is_juste(faits: Faits, cle: tuple[str, str, str], valeur: float) -> bool:
    """Une case vide n'est fausse que cochée ; une question non posée n'a pas de réponse, et c'est dit."""
    lu = faits.get(cle)
    if valeur == 0.0 and cle[2]:
        return lu is None or lu[1] != 1.0
    return lu == ("repondu", valeur) or faits.get((*cle[:2], ""), ("", None))[0] == "non_concerne"


def list_chargees(chemin: Path, lot: Lot) -> list[dict[str, str]]:
    """Les lignes du fichier que l'import n'a ni refusées, ni ignorées, ni tenues pour doublons."""
    ecartees = {r.ligne for r in (*lot.rejets, *lot.lignes_doublons, *lot.lignes_ignorees)}
    lignes = list_lignes(chemin)
    entetes = lignes[0][1]
    return [dict(zip(map(str.strip, entetes), c, strict=False)) for n, c in lignes[1:] if n not in ecartees]


def list_lignes(chemin: Path) -> list[tuple[int, list[str]]]:
    """Les lignes d'un CSV ou d'un classeur, avec leur numéro ; aucune pour un autre format."""
    if chemin.suffix == ".xlsx":
        feuille = openpyxl.load_workbook(chemin, data_only=True).worksheets[0]
        rangees = feuille.iter_rows(values_only=True)
        return [(n, ["" if v is None else str(v) for v in ligne]) for n, ligne in enumerate(rangees, 1)]
    if chemin.suffix != ".csv":
        return [(1, [])]
    brut = chemin.read_bytes()
    texte = brut.decode("utf-16" if brut[:2] == b"\xff\xfe" else "utf-8-sig")
    separateur = max(";,\t", key=texte.split("\n", maxsplit=1)[0].count)
    lecteur = csv.reader(texte.splitlines(keepends=True), delimiter=separateur)
    lignes, numero = [], 1
    for cellules in lecteur:
        lignes.append((numero, cellules))
        numero = lecteur.line_num + 1
    return lignes


def list_attendus(questions: tuple[Question, ...], ligne: dict[str, str]) -> Iterator[tuple[str, str, float]]:
    """(question, option, valeur) de chaque cellule qui se lit naïvement."""
    for entete, texte in ligne.items():
        trouve = _CODE.match(entete)
        nom, sous = (trouve[1], trouve[2]) if trouve else (entete, None)
        question = next((q for q in questions if nom in {q.code, q.libelle}), None)
        if question is None:
            continue
        if question.type == "nombre" and _NOMBRE.match(texte):
            yield question.id, "", float(texte)
        for option in question.options:
            if (valeur := read_option(question, option, sous, texte)) is not None:
                yield question.id, option.id, valeur


def read_option(question: Question, option: Option, sous: str | None, texte: str) -> float | None:
    """1 : choisie ; 0 : pas choisie ; rien : cette cellule ne dit rien de cette option."""
    if question.type == "choix_unique":
        return 1.0 if texte and texte in {option.code, option.libelle} else None
    if sous is None and option.id.startswith("autre"):
        return None  # Un texte libre la coche : rien de naïf.
    if sous is None:
        return float(option.libelle in texte or option.id in texte.split()) if texte else None
    return {"Y": 1.0, "": 0.0}.get(texte) if sous == option.code else None


def is_la_sienne(collectivite: str, ligne: dict[str, str], referentiel: Referentiel) -> bool:
    """Un des identifiants écrits sur la ligne est bien celui de la collectivité."""
    type_, _, code = collectivite.partition("-")
    for texte in (v for e, v in ligne.items() if _IDENTIFIANT.search(e)):
        net = texte.replace(" ", "").removesuffix(".0")
        if referentiel.par_siren.get(net[:9]) == collectivite or net == code:
            return True
        if (type_ == "commune" and referentiel.anciens.get(net) == code) or (
            referentiel.porteurs.get(f"departement-{net}") == collectivite
        ):
            return True
    return False


if __name__ == "__main__":
    main()
