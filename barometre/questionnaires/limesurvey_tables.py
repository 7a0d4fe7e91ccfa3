"""Un fichier `.lss` : les tables de LimeSurvey écrites en XML, lues sans jamais suivre ce qu'il cite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from lxml import etree

from barometre.questionnaires.lecture import MAX_OCTETS, QuestionnaireRefuse, read_texte

Ligne = dict[str, str]
Tables = Mapping[str, Sequence[Ligne]]

# Les attributs où LimeSurvey garde le titre de chacune des deux échelles d'un tableau.
ENTETES = ("dualscale_headerA", "dualscale_headerB")
# Ceux qu'il garde par langue : sans la leur, il montre la valeur par défaut et les nôtres sont perdues.
TRADUITS = frozenset({*ENTETES, "suffix"})


def get_bornes(genre: str) -> tuple[str, str]:
    """Les attributs du minimum et du maximum ; un tableau de nombres (`:`) a les siens."""
    if genre == ":":
        return "multiflexible_min", "multiflexible_max"
    return "min_num_value_n", "max_num_value_n"


def read_tables(chemin: Path) -> Tables:
    """Chaque table et ses lignes ; `QuestionnaireRefuse` si ce n'est pas une structure de questionnaire."""
    if chemin.stat().st_size > MAX_OCTETS:
        raise QuestionnaireRefuse(f"« {chemin.name} » est démesuré : un questionnaire tient dans 20 Mo.")
    racine = _parse(chemin.read_bytes(), chemin.name)
    if racine.findtext("LimeSurveyDocType") != "Survey":
        raise QuestionnaireRefuse(
            f"« {chemin.name} » n'est pas une structure de questionnaire : dans LimeSurvey, choisissez "
            "« Exporter › Structure du questionnaire (.lss) »."
        )
    return defaultdict(
        list,
        {
            str(table.tag): [
                {str(champ.tag): champ.text or "" for champ in ligne} for ligne in table.iterfind("rows/row")
            ]
            for table in racine
            if isinstance(table.tag, str)
        },
    )


def _parse(octets: bytes, nom: str) -> etree._Element:
    """Ni entité, ni DTD, ni réseau : un fichier reçu ne fait rien lire d'autre que lui."""
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        racine = etree.fromstring(octets, analyseur)
    except etree.XMLSyntaxError as erreur:
        raise QuestionnaireRefuse(
            f"« {nom} » n'est pas un fichier XML lisible : exportez-le à nouveau."
        ) from erreur
    if racine.getroottree().docinfo.internalDTD is not None:
        raise QuestionnaireRefuse(
            f"« {nom} » déclare une DTD, ce qu'aucun export de LimeSurvey ne fait : refusé."
        )
    return racine


class Mots:
    """Les textes d'une langue : à côté des lignes dans LimeSurvey 4 et plus, dans les lignes avant."""

    def __init__(self, tables: Tables, langue: str) -> None:
        self.langue = langue
        self._textes: dict[tuple[str, str], Ligne] = {}
        for table, cle in (("group_l10ns", "gid"), ("question_l10ns", "qid"), ("answer_l10ns", "aid")):
            for ligne in tables[table]:
                if ligne.get("language") == langue:
                    self._textes[table, ligne.get(cle, "")] = ligne

    def get_texte(self, table: str, cle: str, ligne: Ligne, champ: str) -> str:
        """Le texte d'un champ, sans balise."""
        return read_texte(self._textes.get((table, cle), ligne).get(champ, ""))

    def keep_langue(self, lignes: Sequence[Ligne]) -> list[Ligne]:
        """Les lignes de la langue choisie ; une ligne sans langue vaut pour toutes."""
        return [ligne for ligne in lignes if ligne.get("language", "") in {"", self.langue}]


def choose_langue(tables: Tables, demandee: str, nom: str) -> str:
    """La langue demandée ; sinon le français s'il y est ; sinon la langue de base."""
    (enquete, *_) = tables["surveys"] or [{}]
    base = enquete.get("language", "")
    langues = [base, *enquete.get("additional_languages", "").split()]
    if demandee and demandee not in langues:
        raise QuestionnaireRefuse(
            f"« {nom} » n'est pas écrit en « {demandee} » ; langues : {', '.join(langues)}."
        )
    francais = next((langue for langue in langues if langue.split("-")[0] == "fr"), "")
    return demandee or francais or base
