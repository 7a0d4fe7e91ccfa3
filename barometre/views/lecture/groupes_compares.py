"""Un groupe face à l'ensemble : au-dessus, en dessous, sans écart démontré ; couvertes face à inconnues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from barometre.access import Gate
from barometre.domain.formats import (
    INSECABLE,
    format_compte,
    format_effectif,
    format_guillemets,
    format_liste,
    format_points,
    read_nombre,
    round_nombre,
)
from barometre.domain.indicateur import Indicateur
from barometre.views.lecture.selection import Selection

# territoire, type, strate, couverture
Adresse = tuple[str, str, str, str]
DEMONTRE_FORT = "998"
# Au-delà, la phrase ne se lit plus : la marque de chaque groupe et le tableau les nomment.
NOMMES = 4
PRECAUTION = (
    "Une association, pas une preuve : les collectivités couvertes diffèrent aussi par leur taille, leur "
    "région et leurs moyens. « Inconnue » ne veut pas dire « non couverte »."
)
CORRECTION = "la correction qui tient ensemble toutes les comparaisons du thème"
_NOMBRES = ("", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")


def is_hors_zero(bas: float, haut: float) -> bool:
    """Vrai si un intervalle, tel qu'il se lit en points, est tout d'un côté de zéro."""
    return round_nombre(100 * bas) > 0 or round_nombre(100 * haut) < 0


def explain_seuls(titres: Sequence[str]) -> str:
    """Pourquoi des écarts dont l'intervalle exclut zéro ne sont pas démontrés ; vide s'il n'y en a pas."""
    if not titres:
        return ""
    dit = f"Pour {name_premiers(titres)}, l’écart paraît net, pris seul (l’intervalle exclut zéro), mais il"
    return f"{dit} n’est pas démontré\u202f: à côté de toutes les comparaisons du thème, le hasard suffit."


def name_premiers(titres: Sequence[str]) -> str:
    """« « A » et « B » », ou « 3 indicateurs, dont « A » et « B » »."""
    noms = " et ".join(format_guillemets(titre) for titre in titres[:2])
    return noms if len(titres) < 3 else f"{format_compte(len(titres), 'indicateur')}, dont {noms}"


@dataclass(frozen=True, slots=True)
class GroupeCompare:
    """Ce que le test dit d'un groupe : 1 au-dessus, −1 en dessous, 0 sans écart démontré."""

    sens: int
    niveau: str
    difference: float
    bas: float
    haut: float
    n: int
    n_reference: int
    # L'écart d'une région ou d'une couverture sans correction de structure ; vide pour tout autre groupe.
    simple: float | None = None
    # Ce qui est tenu égal.
    egales: str = "taille et couverture"

    @property
    def is_seul(self) -> bool:
        """Vrai si l'intervalle, tel qu'il se lit, exclut zéro sans que l'écart soit démontré."""
        return not self.sens and is_hors_zero(self.bas, self.haut)

    @property
    def marque(self) -> str:
        """▲ ou ▼, doublé si l'écart est démontré à 99,8 % ; « = » sinon."""
        fois = 2 if self.niveau == DEMONTRE_FORT else 1
        return {1: "▲", -1: "▼", 0: "="}[self.sens] * fois

    @property
    def ecart(self) -> str:
        """« +12 points (entre +4 et +19) »."""
        bornes = f"entre {_signer(self.bas)} et {_signer(self.haut)}"
        if self.simple is None:
            return f"{format_points(self.difference)} ({bornes})"
        simple = f"{format_points(self.simple)} sans cette correction"
        return f"{format_points(self.difference)} à {self.egales} égales ({bornes}) ; {simple}"

    def get_mot(self, indicateur: Indicateur) -> str:
        """« nettement au-dessus, mieux » ; sans jugement si le sens de l'indicateur est neutre."""
        if not self.sens:
            return "sans écart démontré"
        cote = "au-dessus" if self.sens > 0 else "en dessous"
        nettement = "nettement " if self.niveau == DEMONTRE_FORT else ""
        return f"{nettement}{cote}{self._juge(indicateur)}"

    def _juge(self, indicateur: Indicateur) -> str:
        if indicateur.sens == "neutre":
            return ""
        mieux = (self.sens > 0) == (indicateur.sens == "plus_haut_mieux")
        return ", mieux" if mieux else ", moins bien"


def _signer(part: float) -> str:
    """« +4 », « −2 » : l'unité est dite une fois."""
    return format_points(part).split(INSECABLE)[0]


def read_groupes_compares(gate: Gate, indicateur_id: str, vague_id: str) -> Mapping[Adresse, GroupeCompare]:
    """Les groupes comparés à toutes les autres répondantes, par adresse de cellule."""
    lignes = gate.list_contrastes([indicateur_id], vague_id, "autres").to_dict("records")
    return {_adresse(ligne): _build(ligne) for ligne in lignes}


def _adresse(ligne: Mapping[Any, Any]) -> Adresse:
    return (
        str(ligne["territoire_id"]),
        str(ligne["type"]),
        str(ligne["strate"]),
        str(ligne["couverture"]),
    )


def _build(ligne: Mapping[Any, Any]) -> GroupeCompare:
    return GroupeCompare(
        sens=int(ligne["position"]),
        niveau=str(ligne["niveau"]),
        difference=float(ligne["difference"]),
        bas=float(ligne["bas"]),
        haut=float(ligne["haut"]),
        n=int(ligne["n"]),
        n_reference=int(ligne["n_reference"]),
        simple=read_nombre(ligne.get("difference_simple")),
        egales="taille et région" if ligne["couverture"] else "taille et couverture",
    )


@dataclass(frozen=True, slots=True)
class Accompagnement:
    """L'écart entre couvertes par un OPSN et celles dont la couverture n'est pas connue."""

    ecart: GroupeCompare
    champ: str

    @property
    def phrase(self) -> str:
        """L'écart, son intervalle, et ce que l'on peut en dire."""
        p = self.ecart
        verdict = "écart démontré" if p.sens else "aucun écart démontré"
        if p.is_seul:
            verdict += f", bien que l’intervalle exclue zéro (il ne passe pas {CORRECTION})"
        comptes = f"{format_effectif(p.n, 'réponse')} et {format_effectif(p.n_reference, 'réponse')}"
        groupes = "couvertes par un OPSN moins couverture inconnue"
        return f"{self.champ} : {groupes}, {p.ecart}, {comptes} : {verdict}."


def read_couvertes(
    gate: Gate, indicateurs: Sequence[str], vague_id: str, types: Sequence[str] = ("",)
) -> Mapping[str, tuple[str, GroupeCompare]]:
    """Par indicateur, couvertes par un OPSN face aux inconnues : le seul test de couverture que l'on montre.

    `types` : du type voulu d'abord au plus large ; le premier qui se montre est rendu, avec son écart.
    """
    lignes = gate.list_contrastes(list(indicateurs), vague_id, "inconnue").to_dict("records")
    trouves = {
        (str(ligne["indicateur_id"]), str(ligne["type"])): _build(ligne)
        for ligne in lignes
        if (ligne["territoire_id"], ligne["strate"]) == ("france", "")
    }
    premiers = {id_: next((t for t in types if (id_, t) in trouves), None) for id_ in indicateurs}
    return {id_: (t, trouves[id_, t]) for id_, t in premiers.items() if t is not None}


def read_accompagnement(
    gate: Gate, indicateur_id: str, selection: Selection, champ: str
) -> Accompagnement | None:
    """L'écart pour la France et un type (ou tous) ; ailleurs il n'est pas testé."""
    if selection.territoire_id != "france" or selection.strate or selection.couverture:
        return None
    lu = read_couvertes(gate, [indicateur_id], selection.vague_id, (selection.type,)).get(indicateur_id)
    return lu and Accompagnement(lu[1], champ)


# Le nom d'un groupe de chaque répartition : singulier, pluriel, féminin.
_NOMS = {
    "strate": ("taille", "tailles", True),
    "type": ("type", "types", False),
    "territoire": ("région", "régions", True),
    "opsn": ("groupe", "groupes", False),
}


def build_phrase_groupes(dimension: str, groupes: Sequence[tuple[str, GroupeCompare | None]]) -> str:
    """« Trois régions sont au-dessus de l'ensemble : … ; les autres ne s'en distinguent pas. »"""
    testes = [(nom, position) for nom, position in groupes if position is not None]
    if dimension not in _NOMS or not testes:
        return ""
    dessus = [nom for nom, position in testes if position.sens > 0]
    dessous = [nom for nom, position in testes if position.sens < 0]
    if not dessus and not dessous:
        un, _, feminin = _NOMS[dimension]
        return f"{'Aucune' if feminin else 'Aucun'} {un} ne se distingue de l’ensemble."
    morceaux = [
        _compter(dimension, noms, cote)
        for noms, cote in ((dessus, "au-dessus de l’ensemble"), (dessous, "en dessous de l’ensemble"))
        if noms
    ]
    reste = len(testes) - len(dessus) - len(dessous)
    autres = {0: [], 1: ["l’autre ne s’en distingue pas"]}.get(reste, ["les autres ne s’en distinguent pas"])
    phrase = " ; ".join([*morceaux, *autres])
    return f"{phrase[:1].upper()}{phrase[1:]}."


def _compter(dimension: str, noms: Sequence[str], cote: str) -> str:
    un, plusieurs, feminin = _NOMS[dimension]
    nombre = _NOMBRES[len(noms)] if len(noms) < len(_NOMBRES) else str(len(noms))
    nombre = "une" if nombre == "un" and feminin else nombre
    verbe, nom = ("est", un) if len(noms) == 1 else ("sont", plusieurs)
    lesquels = f" ({format_liste(noms)})" if len(noms) <= NOMMES else ""
    return f"{nombre} {nom} {verbe} {cote}{lesquels}"
