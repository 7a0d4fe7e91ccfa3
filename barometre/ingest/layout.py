"""Où sont les entêtes ? Sous une page de garde, un titre, ou sur plusieurs lignes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from barometre.domain.formats import format_compte
from barometre.ingest.csv_reader import Tableau, check_entetes
from barometre.ingest.entetes import find_role
from barometre.ingest.errors import ImportRefuse, Rejet
from barometre.ingest.fusions import BARREE, FUSIONNEE, Plage, describe_notes, list_barrees, list_fusionnees
from barometre.ingest.labels import clean_label
from barometre.ingest.vocabulary import load_vocabulary

ENTETES_REPETES = "Cette ligne redit les entêtes : ce n'est pas une réponse."
_IDENTIFIANTS = frozenset({"siren", "siret", "code"})
# Au-delà, ce ne sont plus des titres.
MAX_LIGNES_DE_TITRE = 15
# Deux lignes d'entêtes de suite (textes, puis codes : le VV de LimeSurvey) sont reconnues l'une et l'autre.
_PART_SECONDE_LIGNE = 0.6

# Une feuille qui a autant de colonnes connues qu'une autre, à un cinquième près, a aussi des réponses.
_MIN_PAREILS, _PART_PAREILS = 3, 0.8
# La troisième ligne d'entêtes de Qualtrics.
_IMPORT_ID = '{"ImportId"'

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
    # Les cellules barrées (ligne comptée de 1, colonne de 0), et celles qui portent une note (« B3 »).
    barrees: list[tuple[int, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # Faux d'un texte qui ne finit pas par un saut de ligne : il est peut-être coupé.
    finie: bool = True
    # Combien de ses premières lignes nomment les colonnes, quand le format le dit : aucune n'est une réponse.
    entetes: int = 0


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
    notes = [max(_list_notes(f, reconnaitre), default=0) for f in feuilles]
    retenue = feuilles[notes.index(max(notes))]
    _check_seule(
        retenue, [f for f, n in zip(feuilles, notes, strict=True) if _is_pareille(n, max(notes))], fichier
    )
    if len(feuilles) > 1:
        retenue.avertissements.append(
            f"Le classeur a {len(feuilles)} feuilles : seule « {retenue.nom} » est lue."
        )
    return retenue


def _is_pareille(note: int, meilleure: int) -> bool:
    """Vrai d'une feuille dont les entêtes sont presque aussi connus que ceux de la mieux reconnue."""
    return note >= max(_MIN_PAREILS, _PART_PAREILS * meilleure)


def _check_seule(retenue: Feuille, pareilles: list[Feuille], fichier: str) -> None:
    """Deux feuilles de réponses différentes : la première n'est pas plus la bonne que la seconde."""
    contenus = {tuple(tuple(cellules) for _, cellules in f.lignes if any(cellules)) for f in pareilles}
    # Des entêtes seuls ne sont pas des réponses.
    if sum(len(c) > 1 for c in contenus) > 1:
        noms = ", ".join(f"« {f.nom} »" for f in pareilles)
        raise ImportRefuse(
            f"« {fichier} » a plusieurs feuilles de réponses ({noms}), et rien ne dit laquelle lire : "
            f"nommez-la par « feuille » dans la correspondance (« feuille: {retenue.nom} »), ou enregistrez "
            "chacune en un fichier, à donner à la même commande."
        )


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
        tableau.rejets = [r for r in tableau.rejets if r.ligne > numero]
        if feuille.notes:
            tableau.avertissements.append(describe_notes(feuille.notes))
        _add_lignes(tableau, feuille, rang, reconnaitre, fichier)
    return tableau.finish(fichier)


def _add_lignes(
    tableau: Tableau, feuille: Feuille, rang: int, reconnaitre: Reconnaitre, fichier: str
) -> None:
    """Les lignes sous les entêtes ; celles dont le dessin dit autre chose que la valeur sont écartées."""
    entetes = feuille.lignes[rang][1]
    lues = [bool(e) and reconnaitre(e) for e in tableau.entetes]
    derniere = feuille.lignes[-1][0]
    fusionnees = list_fusionnees(feuille.plages, tableau.numero_entetes, derniere, lues, fichier)
    motifs = {n: BARREE.format(cellule=c) for n, c in list_barrees(feuille.barrees, lues).items()}
    motifs |= {n: FUSIONNEE.format(plage=p) for n, p in fusionnees.items()}
    identifiants = [i for i, e in enumerate(tableau.entetes) if find_role(e) in _IDENTIFIANTS]
    for ligne, cellules in feuille.lignes[max(rang + 1, feuille.entetes) :]:
        if ligne in motifs:
            tableau.rejets.append(Rejet(ligne, "", "", motifs[ligne]))
            continue
        if _is_entetes(cellules, identifiants, entetes):
            _check_memes(cellules, entetes, ligne, tableau, fichier)
            tableau.rejets.append(Rejet(ligne, "", "", ENTETES_REPETES))
            continue
        manque = len(tableau.entetes) - len(cellules)
        tableau.add(ligne, cellules + [""] * manque if feuille.complete and manque > 0 else cellules)


def _is_entetes(cellules: list[str], identifiants: list[int], entetes: list[str]) -> bool:
    """Une ligne d'entêtes au milieu des réponses : « SIREN » là où un numéro est attendu, et d'autres à côté.

    « Pas de SIREN », seul, est ce qu'une répondante écrit.
    """
    if (remplies := [c for c in cellules if c]) and all(c.startswith(_IMPORT_ID) for c in remplies):
        return True
    textes = [cellules[i] for i in identifiants if i < len(cellules) and cellules[i]]
    if all(any(map(str.isdigit, t)) or find_role(t) not in _IDENTIFIANTS for t in textes):
        return False
    autres = [c for i, c in enumerate(cellules) if c and i not in identifiants]
    return bool(autres) and 2 * sum(c in entetes for c in autres) >= len(autres)


def _check_memes(cellules: list[str], entetes: list[str], ligne: int, tableau: Tableau, fichier: str) -> None:
    """Deux exports collés dont les colonnes ne sont pas dans le même ordre : les réponses se croiseraient.

    Avant la première réponse, ce n'est qu'une seconde ligne d'intitulés.
    """
    if tableau.numeros and [c for c in cellules if c] != [e for e in entetes if e]:
        raise ImportRefuse(
            f"« {fichier} » : la ligne {ligne} porte d'autres entêtes que la ligne {tableau.numero_entetes}. "
            "Deux exports y sont réunis, dont les colonnes diffèrent : donnez-les en deux fichiers à la même "
            "commande."
        )


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
    if suivante < len(notes) and _is_seconde(feuille, rang, notes, reconnaitre):
        autre = feuille.lignes[suivante][1]
        rang = suivante if autre != feuille.lignes[rang][1] else rang
    return rang


def _is_seconde(feuille: Feuille, rang: int, notes: list[int], reconnaitre: Reconnaitre) -> bool:
    """Vrai si la ligne sous les entêtes en est aussi une : des codes, ou les options de chaque question."""
    if notes[rang + 1] >= max(3, _PART_SECONDE_LIGNE * notes[rang]):
        return True
    (_, groupes), (_, entetes) = feuille.lignes[rang : rang + 2]
    simples = load_vocabulary().reponse_simple
    # SurveyMonkey : « Response » sous chaque question à choix unique.
    if not any(clean_label(c) in simples for c in entetes):
        return False
    return sum(bool(c) and reconnaitre(c) for c in _join_groupes(groupes, entetes, reconnaitre)) > notes[rang]


def _list_notes(feuille: Feuille, reconnaitre: Reconnaitre) -> list[int]:
    """Nombre d'entêtes reconnus dans chacune des premières lignes."""
    premieres = feuille.lignes[:MAX_LIGNES_DE_TITRE]
    return [sum(bool(c) and len(c) < 500 and reconnaitre(c) for c in cellules) for _, cellules in premieres]


def _join_groupes(groupes: list[str], entetes: list[str], reconnaitre: Reconnaitre) -> list[str]:
    """Framaforms met la question au-dessus de ses options : « Question [Option] » les réunit.

    SurveyMonkey aussi, et « Response » sous une question qui n'a pas d'options.
    """
    joints, groupe, simples = [], "", load_vocabulary().reponse_simple
    for i, entete in enumerate(entetes):
        dessus = groupes[i] if i < len(groupes) else ""
        groupe = dessus or groupe
        if dessus and (not entete or clean_label(entete) in simples) and reconnaitre(dessus):
            joints.append(dessus)
            continue
        ensemble = f"{groupe} [{entete}]"
        reunis = bool(groupe and entete) and reconnaitre(groupe) and reconnaitre(ensemble)
        # Un intitulé sous un code, seul dans sa colonne, n'est pas une option de ce qui est au-dessus.
        suivant = groupes[i + 1] if i + 1 < len(groupes) else "fin"
        reunis = reunis and not (dessus and suivant and reconnaitre(entete))
        joints.append(ensemble if reunis else entete)
    return joints
