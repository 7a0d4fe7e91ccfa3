"""Ce qu'un import va changer : avant et après, question par question ; ce qui demande un accord."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from barometre.domain.enquete import Questionnaire
from barometre.domain.formats import format_compte
from barometre.domain.secret import LOT_TARDIF
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.lot import AvantApres, Lot
from barometre.pipeline.anciens import describe_ancien
from barometre.pipeline.tardives import count_changees
from barometre.warehouse.engine import Engine
from barometre.warehouse.repository import read_rows
from barometre.warehouse.reserve import Reserve

# Une vague rouverte ou corrigée perd quelques réponses ; un cinquième de moins est un autre fichier.
BAISSE_TOLEREE = 0.2
# Un premier export dont neuf questions sur dix n'ont aucune réponse n'est sans doute pas le bon.
PART_VIDE = 0.9
# Au-delà de cette part de lignes en quarantaine, un fichier n'est sans doute pas celui de ce questionnaire.
PART_REFUSEE = 0.5
# Une réponse rouverte en corrige une ou deux ; la moitié de moins, pour plus d'une sur vingt, en est un bout.
PART_PERDUE, PART_APPAUVRIE = 0.5, 0.05
REPONDANTES = "répondantes"


def compare_lot(moteur: Engine, lot: Lot, questionnaire: Questionnaire, *, complement: bool) -> Lot:
    """Le lot, avec ses comptes avant et après, et les phrases qui demandent `--confirmer`."""
    ou = {"vague_id": lot.vague_id, "questionnaire_id": lot.questionnaire_id}
    presentes = read_rows(moteur, "participation", **ou)
    faits = read_rows(moteur, "fait_reponse", **ou)
    restantes = drop_replaced(presentes, lot) if complement else presentes.iloc[:0]
    faits_restants = drop_replaced(faits, lot) if complement else faits.iloc[:0]
    lignes = [
        AvantApres(REPONDANTES, len(presentes), len(restantes) + lot.charges),
        *_compare_questions(questionnaire, faits, [faits_restants, lot.fait_reponse]),
    ]
    reelles = presentes[~presentes["simulee"].astype(bool)]
    raisons = (
        _list_raisons(lignes, reelles, lot, complement=complement)
        if len(reelles) or not lot.charges
        else _list_absentes(lignes)
    )
    raisons += _list_quarantaine(lot) + (_list_appauvries(faits, lot) if len(reelles) else [])
    if len(reelles) and not complement:
        voisines = _list_voisines(count_changees(faits, lot.fait_reponse))
        lot = replace(lot, avertissements=(*lot.avertissements, *voisines))
    return replace(lot, avant_apres=tuple(lignes), a_confirmer=tuple(raisons))


def compare_anciens(reserve: Reserve, lot: Lot, en_service: pd.DataFrame) -> Lot:
    """Un ancien export remis en service se dit, même s'il ne fait rien perdre."""
    phrase = describe_ancien(reserve, lot.lot_id, en_service)
    return replace(lot, a_confirmer=(*lot.a_confirmer, phrase)) if phrase else lot


def check_confirme(lot: Lot) -> None:
    """Lève `ImportRefuse` si l'import demande un accord ; la phrase dit pourquoi et que faire."""
    if lot.a_confirmer:
        raisons = " ".join(lot.a_confirmer)
        raise ImportRefuse(
            f"Rien n'a été écrit. {raisons} Si c'est voulu, relancez avec --confirmer ; si ces réponses "
            "s'ajoutent aux précédentes, avec --complement."
        )


def drop_replaced(lignes: pd.DataFrame, lot: Lot) -> pd.DataFrame:
    """Les lignes des collectivités que le lot ne cite pas."""
    return lignes[~lignes["collectivite_id"].isin(lot.participation["collectivite_id"])]


def _compare_questions(
    questionnaire: Questionnaire, avant: pd.DataFrame, apres: list[pd.DataFrame]
) -> list[AvantApres]:
    """Nombre de collectivités qui ont répondu à chaque question."""
    comptes = [_count_answered(avant), _count_answered(pd.concat(apres))]
    return [
        AvantApres(q.code, int(comptes[0].get(q.id, 0)), int(comptes[1].get(q.id, 0)))
        for q in questionnaire.questions
    ]


def _count_answered(faits: pd.DataFrame) -> pd.Series[int]:
    repondus = faits[faits["etat"].isin(["repondu", "ne_sait_pas"])]
    uniques = repondus.drop_duplicates(["collectivite_id", "question_id"])
    return uniques.groupby("question_id", observed=True).size()


def _list_quarantaine(lot: Lot) -> list[str]:
    """Un fichier dont la plupart des lignes sont refusées n'est sans doute pas celui de ce questionnaire."""
    if not lot.charges or lot.quarantaine <= PART_REFUSEE * lot.lus:
        return []
    refusees = format_compte(lot.quarantaine, "ligne irait", "lignes iraient")
    return [f"{refusees} en quarantaine sur {lot.lus} : est-ce le bon questionnaire ?"]


def _list_appauvries(avant: pd.DataFrame, lot: Lot) -> list[str]:
    """Des collectivités citées des deux côtés, dont le fichier n'a plus qu'un bout de la réponse.

    Le total par question n'en baisse que d'autant : aucun autre seuil ne le voit.
    """
    citees = set(lot.participation["collectivite_id"].astype("str"))
    repondues = _list_questions(avant[avant["etat"].isin(["repondu", "ne_sait_pas"])])
    repondues = repondues[repondues.get_level_values(0).isin(citees)]
    # Une question que la nouvelle réponse rend sans objet n'est pas perdue.
    dites = _list_questions(lot.fait_reponse[lot.fait_reponse["etat"].ne("sans_reponse")])
    perdues = pd.Series(~repondues.isin(dites), index=repondues.get_level_values(0)).groupby(level=0).mean()
    appauvries = int((perdues >= PART_PERDUE).sum())
    if appauvries <= PART_APPAUVRIE * len(perdues):
        return []
    perdraient = format_compte(
        appauvries,
        f"collectivité, sur {len(perdues)}, perdrait",
        f"collectivités, sur {len(perdues)}, perdraient",
    )
    return [
        f"{perdraient} la moitié au moins de ce qu'elles ont répondu. Si ce fichier n'est qu'un bout de leur "
        "réponse, donnez les deux fichiers ensemble : les moitiés se réunissent."
    ]


def _list_questions(faits: pd.DataFrame) -> pd.MultiIndex:
    """Les couples (collectivité, question) de ces lignes."""
    uniques = faits[["collectivite_id", "question_id"]].astype("str").drop_duplicates()
    return pd.MultiIndex.from_frame(uniques)


def _list_absentes(lignes: list[AvantApres]) -> list[str]:
    """Premier import d'un questionnaire : presque aucune question répondue annonce un export partiel."""
    vides = [q.objet for q in lignes[1:] if not q.apres]
    if len(vides) < PART_VIDE * (len(lignes) - 1):
        return []
    return [
        f"{len(vides)} questions sur {len(lignes) - 1} n'auraient aucune réponse : {', '.join(vides[:8])}"
        f"{'…' if len(vides) > 8 else '.'}"
    ]


def _list_raisons(
    lignes: list[AvantApres], presentes: pd.DataFrame, lot: Lot, *, complement: bool
) -> list[str]:
    repondantes, *questions = lignes
    if not lot.charges:
        en_service = format_compte(repondantes.avant, "réponse")
        return [f"Aucune ligne de ce fichier ne serait chargée ({en_service} en service)."]
    raisons = []
    if _is_baisse(repondantes):
        raisons.append(f"Les répondantes passeraient de {repondantes.avant} à {repondantes.apres}.")
    perdues = len(drop_replaced(presentes, lot))
    if not complement and perdues > BAISSE_TOLEREE * len(presentes) and not _is_baisse(repondantes):
        raisons.append(
            f"{perdues} collectivités en service, sur {len(presentes)}, ne sont plus dans ce fichier : "
            "d'autres prendraient leur place."
        )
    disparues = [q.objet for q in questions if q.avant and not q.apres]
    if disparues:
        mot = "Questions" if len(disparues) > 1 else "Question"
        raisons.append(f"{mot} sans plus aucune réponse : {', '.join(disparues)}.")
    baisses = [q for q in questions if q.apres and _is_baisse(q)]
    if baisses and not _is_baisse(repondantes):
        detail = ", ".join(f"{q.objet} ({q.avant} → {q.apres})" for q in baisses)
        mot = "Questions" if len(baisses) > 1 else "Question"
        raisons.append(f"{mot} en forte baisse : {detail}.")
    avant, apres = _get_derniere(presentes), _get_derniere(lot.participation)
    if avant is not None and apres is not None and apres < avant:
        raisons.append(f"Ce fichier s'arrête au {apres:%d/%m/%Y}, celui en service au {avant:%d/%m/%Y}.")
    return raisons


def _list_voisines(changees: int) -> list[str]:
    """Un remplacement qui ne change presque rien : deux versions voisines montreraient ce qui a changé."""
    if not 0 < changees < LOT_TARDIF:
        return []
    return [
        f"Ce fichier ne change que {format_compte(changees, 'réponse')} d'une vague déjà publiée : la "
        f"différence de deux versions les montrerait. Données avec --complement, elles attendent d'être "
        f"{LOT_TARDIF}."
    ]


def _is_baisse(ligne: AvantApres) -> bool:
    return ligne.apres < (1 - BAISSE_TOLEREE) * ligne.avant


def _get_derniere(participation: pd.DataFrame) -> pd.Timestamp | None:
    dates = pd.to_datetime(participation["date_reponse"]).dropna()
    return None if dates.empty else dates.max()
