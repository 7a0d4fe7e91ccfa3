"""Qui couvre quoi : chaque opérateur public de services numériques, son périmètre, ce qu'on y répond."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_compte, format_part, format_points, is_absent
from barometre.domain.indicateur import Indicateur
from barometre.domain.noms import build_cle_tri
from barometre.domain.provenance import Provenance
from barometre.domain.secret import SEUIL_PARTICIPATION
from barometre.domain.territoire import TYPES
from barometre.views.lecture.groupes_compares import PRECAUTION, GroupeCompare, explain_seuls, read_couvertes
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.provenance import build_provenance_lecture
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau, to_pourcent

COLONNES = ("opsn", "departements", "adherentes", "perimetre", "taux")
# Ce qui se lit d'un coup sur un écran de 1024 × 768.
PROJETES, ECARTS_PROJETES = 10, 8
SANS_MEMBRE: Mapping[str, Any] = {"cadre": 0, "taux": None, "confondu": False}
CONFONDU = "leur part ne se dit pas : à côté d’une autre, elle dirait qui a répondu"
COLONNES_ECARTS = ("pratique", "ecart", "ecart_bas", "ecart_haut", "ecart_simple", "verdict")


@dataclass(frozen=True, slots=True)
class LigneOpsn:
    """Un OPSN ; `taux` est vide quand trop peu de collectivités du périmètre ont répondu.

    `confondu` : vide parce que son périmètre est presque celui d'un autre groupe dont le compte se lit.
    """

    id: str
    nom: str
    departements: int
    adherentes: int
    perimetre: int
    taux: float | None
    confondu: bool = False


@dataclass(frozen=True, slots=True)
class EcartOpsn:
    """Une pratique chez les couvertes, face à celles dont la couverture n'est pas connue."""

    indicateur: Indicateur
    compare: GroupeCompare

    @property
    def mot(self) -> str:
        """Ce que le test permet de dire."""
        return {1: "plus souvent", -1: "moins souvent", 0: "pas d’écart démontré"}[self.compare.sens]

    @property
    def intervalle(self) -> str:
        """« de −3 à +7 points »."""
        return f"de {format_points(self.compare.bas).split()[0]} à {format_points(self.compare.haut)}"


@dataclass(frozen=True, slots=True)
class VueOpsn:
    """Tous les OPSN, et l'écart entre couvertes et non connues sur un thème."""

    lignes: tuple[LigneOpsn, ...]
    couvertes: int
    cadre: int
    ecarts: tuple[EcartOpsn, ...]
    provenance: Provenance
    # Faux : chaque groupe garde ses propres tailles, et rien ne se teste.
    egale: bool = True
    # Pratiques du thème qui ne se comparent pas : trop peu de réponses d'un côté, ou une taille sans réponse.
    sans_ecart: int = 0
    phrase_vague: str = ""

    @property
    def a_retenir(self) -> str:
        """Ce que l'on sait de la couverture ; l'inconnu n'est jamais compté comme un manque."""
        if not self.lignes:
            return "Aucun OPSN n’est connu\u202f: cela ne veut pas dire « non couvertes »."
        part = format_part(self.couvertes / self.cadre) if self.cadre else "aucune"
        sont = "sont adhérentes" if self.couvertes >= 2 else "est adhérente"
        return (
            f"{format_compte(len(self.lignes), 'OPSN connu', 'OPSN connus')} ; "
            f"{format_compte(self.couvertes, 'collectivité')} ({part}) {sont} ou dans un périmètre. Pour les "
            "autres, rien n’est connu : cela ne veut pas dire « non couvertes »."
        )

    @property
    def phrase_sans_membre(self) -> str:
        """Combien d'OPSN n'ont aucun membre connu, sans les nommer ; vide si tous en ont."""
        seuls = sum(not (x.adherentes or x.perimetre) for x in self.lignes)
        if not seuls:
            return ""
        n = format_compte(seuls, "OPSN n’a aucune adhérente", "OPSN n’ont aucune adhérente")
        suite = "qu’il n’en a pas" if seuls == 1 else "qu’ils n’en ont pas"
        return f"{n} ni aucun périmètre connus, ce qui ne veut pas dire {suite}."

    @property
    def phrase_confondus(self) -> str:
        """Combien de taux se taisent pour ne pas dire, par différence, qui a répondu ; vide si aucun."""
        nombre = sum(x.confondu for x in self.lignes)
        if not nombre:
            return ""
        taux = format_compte(nombre, "taux de réponse ne se dit pas", "taux de réponse ne se disent pas")
        return (
            f"{taux} : à moins de {SEUIL_PARTICIPATION} collectivités près, le périmètre est celui d’un "
            "territoire, ou d’un autre OPSN, dont le compte se lit. La différence des deux dirait qui a "
            "répondu."
        )

    @property
    def plus_grands(self) -> tuple[str, ...]:
        """Les plus grands périmètres connus, une phrase chacun : ce qu'un écran projeté peut en montrer."""
        grands = sorted((x for x in self.lignes if x.perimetre), key=lambda x: -x.perimetre)
        return tuple(_describe_ligne(x) for x in grands[:PROJETES])

    @property
    def phrase_ecarts(self) -> str:
        """Combien d'écarts sont démontrés, et le plus grand."""
        demontres = [e for e in self.ecarts if e.compare.sens]
        seuls = explain_seuls([e.indicateur.titre for e in self.ecarts if e.compare.is_seul])
        suite = " ".join(filter(None, (seuls, PRECAUTION)))
        if not self.ecarts:
            return "Trop peu de réponses pour comparer couvertes et non connues sur ce thème."
        if not self.egale:
            return describe_simples(self.ecarts)
        if not demontres:
            return f"Aucun écart démontré sur {format_compte(len(self.ecarts), 'indicateur')}. {suite}"
        grand = max(demontres, key=lambda e: abs(e.compare.difference))
        return (
            f"{len(demontres)} sur {format_compte(len(self.ecarts), 'écart')} démontrés ; le plus grand : "
            f"{grand.indicateur.titre}, {grand.compare.ecart}. {suite}"
        )

    @property
    def phrase_sans_ecart(self) -> str:
        """Combien d’indicateurs du thème manquent à la comparaison, et pourquoi ; vide si aucune."""
        if not self.sans_ecart or not self.ecarts:
            return ""
        absentes = format_compte(
            self.sans_ecart,
            "indicateur du thème ne se compare pas",
            "indicateurs du thème ne se comparent pas",
        )
        return (
            f"{absentes} : trop peu de réponses d’un côté, ou des tailles et des régions que l’autre n’a pas."
        )

    @property
    def table(self) -> pd.DataFrame:
        """Un OPSN par ligne ; les effectifs sont des nombres."""
        lignes = [
            (x.nom, x.departements, x.adherentes, x.perimetre, to_pourcent(x.taux, 1)) for x in self.lignes
        ]
        return build_tableau(lignes, COLONNES)


def describe_simples(ecarts: Sequence[EcartOpsn]) -> str:
    """Ce que valent des écarts sans tailles tenues égales, et ce que devient le plus grand d'entre eux."""
    grand = max(ecarts, key=lambda e: abs(e.compare.simple or 0.0))
    return (
        "Chaque groupe garde ses propres tailles et ses régions : ces écarts n’ont ni intervalle ni test, et "
        f"une part vient de cette différence de tailles. Le plus grand : {grand.indicateur.titre}, "
        f"{format_points(grand.compare.simple or 0.0)} ; à {grand.compare.egales} égales, "
        f"{format_points(grand.compare.difference)} ({grand.mot}). {PRECAUTION}"
    )


def build_cadre_simples(ecarts: Sequence[EcartOpsn]) -> pd.DataFrame:
    """Le même cadre, chaque groupe avec ses propres tailles : des points, sans intervalle ni verdict."""
    vides = {"demontre": False, "bas": None, "haut": None, "intervalle": "", "raison": ""}
    lignes = [
        {
            "groupe": e.indicateur.titre_marque,
            "montre": True,
            "ecart": simple,
            "texte": format_points(simple),
            **vides,
        }
        for e in ecarts
        if (simple := e.compare.simple) is not None
    ]
    return pd.DataFrame(lignes)


def build_cadre_ecarts(ecarts: Sequence[EcartOpsn]) -> pd.DataFrame:
    """Le cadre du graphique des écarts (`charts.ecarts`)."""
    return pd.DataFrame(
        {
            "groupe": [e.indicateur.titre_marque for e in ecarts],
            "montre": True,
            "demontre": [e.compare.sens != 0 for e in ecarts],
            "ecart": [e.compare.difference for e in ecarts],
            "bas": [e.compare.bas for e in ecarts],
            "haut": [e.compare.haut for e in ecarts],
            "texte": [format_points(e.compare.difference) for e in ecarts],
            "intervalle": [e.intervalle for e in ecarts],
            "raison": "",
        }
    )


def build_table_ecarts(ecarts: Sequence[EcartOpsn]) -> pd.DataFrame:
    """Les écarts à structure égale, en tableau ; l'écart simple à côté."""
    lignes = [
        (e.indicateur.titre, *(to_pourcent(x) for x in (c.difference, c.bas, c.haut, c.simple)), e.mot)
        for e in ecarts
        for c in (e.compare,)
    ]
    return build_tableau(lignes, COLONNES_ECARTS)


def sort_ecarts(ecarts: Iterable[EcartOpsn]) -> tuple[EcartOpsn, ...]:
    """Les écarts démontrés d'abord, les plus grands en tête."""
    return tuple(sorted(ecarts, key=lambda e: (e.compare.sens == 0, -abs(e.compare.difference))))


def _describe_ligne(ligne: LigneOpsn) -> str:
    part = CONFONDU if ligne.confondu else "trop peu de réponses pour dire leur part"
    if ligne.taux is not None:
        part = f"dont {format_part(ligne.taux)} ont répondu"
    return f"{ligne.nom} : {format_compte(ligne.perimetre, 'collectivité')}, {part}"


def describe_vague(catalogue: Catalogue, theme_id: str, vague_id: str) -> str:
    """De quelle vague sont les écarts ; et, si ce n'est pas la dernière posée, pourquoi."""
    titres = {v.id: v.titre for v in catalogue.vagues if theme_id in v.questionnaires}
    if vague_id not in titres:
        return ""
    lue = f"Réponses de la {lower_initiale(titres[vague_id])}"
    derniere = list(titres)[-1]
    if derniere == vague_id:
        return f"{lue}."
    return f"{lue}\u202f: la {lower_initiale(titres[derniere])} n’a pas encore de chiffre national à citer."


def build_vue_opsn(
    gate: Gate,
    catalogue: Catalogue,
    theme_id: str,
    vague_id: str,
    lignes: tuple[LigneOpsn, ...],
    *,
    egale: bool = True,
) -> VueOpsn:
    """Les OPSN (`list_lignes`, les mêmes sur tous les thèmes), et l'écart sur celui-ci à cette vague."""
    cadre = gate.list_collectivites()
    lecture = Lecture(gate, catalogue, Selection(vague_id))
    indicateurs = [i for i in catalogue.list_indicateurs(theme_id, origine="declare") if i.est_part]
    ecarts = _list_ecarts(gate, indicateurs, vague_id)
    if not egale:
        ecarts = tuple(sorted(ecarts, key=lambda e: -abs(e.compare.simple or 0.0)))
    return VueOpsn(
        lignes=lignes,
        couvertes=int(cadre["couverture"].ne("inconnue").sum()),
        cadre=len(cadre),
        ecarts=ecarts,
        egale=egale,
        sans_ecart=len(indicateurs) - len(ecarts),
        phrase_vague=describe_vague(catalogue, theme_id, vague_id),
        provenance=build_provenance_lecture(
            lecture, "OPSN : couverture et écarts", f"opsn_{theme_id}", indicateurs
        ),
    )


def list_lignes(gate: Gate) -> tuple[LigneOpsn, ...]:
    """Tous les OPSN, par nom, lus d'un coup : un par un, les 73 prenaient dix secondes."""
    liens, comptes = gate.list_liens_opsn(), gate.count_repondantes_opsn().to_dict("index")
    noms = gate.list_opsn().sort_values("nom", key=lambda noms: noms.map(build_cle_tri))
    departements = liens["nature"].eq("perimetre") & liens["cible_id"].str.startswith("departement-")
    couverts, adherentes = (
        _count_cibles(liens[quoi]) for quoi in (departements, liens["nature"].eq("adherente"))
    )
    return tuple(
        _build_ligne(id_, nom, couverts.get(id_, 0), adherentes.get(id_, 0), comptes.get(id_, SANS_MEMBRE))
        for id_, nom in noms[["opsn_id", "nom"]].astype(str).itertuples(index=False, name=None)
    )


def _count_cibles(liens: pd.DataFrame) -> dict[str, int]:
    """OPSN → combien de cibles, chacune comptée une fois, quelque source qui la dise."""
    uniques = liens[["opsn_id", "cible_id"]].drop_duplicates()
    return {str(id_): int(n) for id_, n in uniques["opsn_id"].value_counts().items()}


def _build_ligne(
    id_: str, nom: str, departements: int, adherentes: int, compte: Mapping[Any, Any]
) -> LigneOpsn:
    return LigneOpsn(
        id=id_,
        nom=nom,
        departements=departements,
        adherentes=adherentes,
        perimetre=int(compte["cadre"]),
        taux=None if is_absent(compte["taux"]) else float(compte["taux"]),
        confondu=bool(compte["confondu"]),
    )


def _list_ecarts(gate: Gate, indicateurs: Sequence[Indicateur], vague_id: str) -> tuple[EcartOpsn, ...]:
    """Toutes collectivités confondues d'abord, sinon les communes : le champ le plus large qui se montre."""
    lus = read_couvertes(gate, [i.id for i in indicateurs], vague_id, ("", *TYPES))
    return sort_ecarts(EcartOpsn(i, lus[i.id][1]) for i in indicateurs if i.id in lus)
