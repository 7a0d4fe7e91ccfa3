"""Où sont les entêtes ? Sous une page de garde, un titre, ou sur plusieurs lignes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from barometre.domain.formats import format_compte
from barometre.ingest.csv_reader import Tableau, check_entetes
from barometre.ingest.errors import ImportRefuse, Rejet
from barometre.ingest.fusions import FUSIONNEE, Plage, list_fusionnees

# Au-delà, ce ne sont plus des titres.
MAX_LIGNES_DE_TITRE = 15
# Deux lignes d'entêtes de suite (textes, puis codes : le VV de LimeSurvey) sont reconnues l'une et l'autre.
_PART_SECONDE_LIGNE = 0.6

# Ce qu'un entête désigne : rien, une colonne connue, ou une option à lire sous sa question.
Reconnaitre = Callable[[str], bool]


@dataclass(slots=True)
class Feuille:
    """Des lignes brutes (numéro dans le fichier, cellules), avant de savoir lesquelles sont des entêtes."""

    nom: str
    lignes: list[tuple[int, list[str]]] = field(default_factory=list)
    rejets: list[Rejet] = field(default_factory=list)
    avertissements: list[str] = field(default_factory=list)
    # Un classeur ne garde pas les cellules vides de la fin d'une ligne.
    complete: bool = False
    # Les cellules fusionnées.
    plages: list[Plage] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Choix:
    """Ce qui est déclaré : le numéro de la ligne d'entêtes, le nom de la feuille.

    D'un fichier à une ligne par réponse : question, reponse, option → entête, et les entêtes d'identifiants.
    """

    entete: int | None = None
    feuille: str = ""
    long: Mapping[str, str] = field(default_factory=dict)
    cles: tuple[str, ...] = ()


def pick_feuille(
    feuilles: Sequence[Feuille], reconnaitre: Reconnaitre, choix: Choix, fichier: str
) -> Feuille:
    """La feuille déclarée, sinon celle dont les entêtes sont les mieux reconnus ; les autres sont dites."""
    if choix.feuille:
        trouvee = next((f for f in feuilles if f.nom == choix.feuille), None)
        if trouvee is None:
            noms = ", ".join(f"« {f.nom} »" for f in feuilles)
            raise ImportRefuse(f"« {fichier} » n'a pas de feuille « {choix.feuille} » ; feuilles : {noms}.")
        return trouvee
    retenue = max(feuilles, key=lambda f: max(_list_notes(f, reconnaitre), default=0))
    if len(feuilles) > 1:
        retenue.avertissements.append(
            f"Le classeur a {len(feuilles)} feuilles : seule « {retenue.nom} » est lue."
        )
    return retenue


def build_tableau(feuille: Feuille, reconnaitre: Reconnaitre, choix: Choix, fichier: str) -> Tableau:
    """Les entêtes, puis les lignes : chacune à leur largeur, ou en quarantaine avec son numéro."""
    tableau = Tableau(rejets=list(feuille.rejets), avertissements=list(feuille.avertissements))
    pleines = [i for i, (_, cellules) in enumerate(feuille.lignes) if any(cellules)]
    if pleines:
        rang = _find_rang(feuille, reconnaitre, choix, pleines[0])
        numero, entetes = feuille.lignes[rang]
        tableau.numero_entetes = numero
        groupes = feuille.lignes[rang - 1][1] if rang else []
        tableau.entetes = check_entetes(_join_groupes(groupes, entetes, reconnaitre), fichier)
        if titres := sum(i < rang for i in pleines):
            dessus = format_compte(titres, "ligne de titre, non chargée", "lignes de titre, non chargées")
            tableau.avertissements.append(f"Entêtes lus à la ligne {numero} ; au-dessus, {dessus}.")
        lues = [bool(e) and reconnaitre(e) for e in tableau.entetes]
        fusionnees = list_fusionnees(feuille.plages, numero, feuille.lignes[-1][0], lues, fichier)
        tableau.rejets = [r for r in tableau.rejets if r.ligne > numero]
        for ligne, cellules in feuille.lignes[rang + 1 :]:
            if ligne in fusionnees:
                motif = FUSIONNEE.format(plage=fusionnees[ligne])
                tableau.rejets.append(Rejet(ligne, "", "", motif))
                continue
            manque = len(tableau.entetes) - len(cellules)
            tableau.add(ligne, cellules + [""] * manque if feuille.complete and manque > 0 else cellules)
    return tableau.finish(fichier)


def _find_rang(feuille: Feuille, reconnaitre: Reconnaitre, choix: Choix, premiere: int) -> int:
    if choix.entete is not None:
        rang = next((i for i, (n, _) in enumerate(feuille.lignes) if n == choix.entete), None)
        if rang is None:
            raise ImportRefuse(f"La ligne d'entêtes déclarée ({choix.entete}) n'est pas dans le fichier.")
        return rang
    notes = _list_notes(feuille, reconnaitre)
    meilleure = max(notes, default=0)
    rang = premiere if meilleure <= 1 or notes[premiere] >= meilleure else notes.index(meilleure)
    suivante = rang + 1
    if suivante < len(notes) and notes[suivante] >= max(3, _PART_SECONDE_LIGNE * notes[rang]):
        autre = feuille.lignes[suivante][1]
        rang = suivante if autre != feuille.lignes[rang][1] else rang
    return rang


def _list_notes(feuille: Feuille, reconnaitre: Reconnaitre) -> list[int]:
    """Nombre d'entêtes reconnus dans chacune des premières lignes."""
    premieres = feuille.lignes[:MAX_LIGNES_DE_TITRE]
    return [sum(bool(c) and len(c) < 500 and reconnaitre(c) for c in cellules) for _, cellules in premieres]


def _join_groupes(groupes: list[str], entetes: list[str], reconnaitre: Reconnaitre) -> list[str]:
    """Framaforms met la question au-dessus de ses options : « Question [Option] » les réunit."""
    joints, groupe = [], ""
    for i, entete in enumerate(entetes):
        groupe = groupes[i] if i < len(groupes) and groupes[i] else groupe
        ensemble = f"{groupe} [{entete}]"
        reunis = bool(groupe and entete) and reconnaitre(groupe) and reconnaitre(ensemble)
        joints.append(ensemble if reunis else entete)
    return joints
