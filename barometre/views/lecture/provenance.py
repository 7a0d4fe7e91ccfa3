"""Ce qui part avec un fichier : le tableau à plat, les définitions, les filtres en mots, la version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from barometre.access import Gate
from barometre.domain.formats import format_date, is_absent, round_nombre, to_pourcents
from barometre.domain.indicateur import Indicateur
from barometre.domain.notes import explain_notes
from barometre.domain.provenance import LICENCE, Definition, Provenance
from barometre.domain.version import Version
from barometre.views.lecture.chiffres import ABSENT, Chiffre
from barometre.views.lecture.citation import HORS_BIAIS, SOURCE, get_raison
from barometre.views.lecture.groupes_compares import GroupeCompare
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.prudence import RAISONS
from barometre.views.lecture.selection import Selection

COLONNES = (
    "indicateur_id", "titre", "groupe", "vague_id", "territoire_id", "type", "strate", "couverture",
    "unite", "plafond", "redresse", "brut", "bas", "haut", "prudence_bas", "prudence_haut", "g_etoile", "n",
    "n_eff", "note", "marque", "remarque",
)  # fmt: skip
_VALEURS = ("redresse", "brut", "bas", "haut", "prudence_bas", "prudence_haut")
_PRECAUTIONS = (
    "Enquête volontaire : les répondants ne sont pas tirés au sort. Le chiffre redressé corrige la taille, "
    "le type, la région et la couverture par un OPSN, pas l’envie de répondre.",
    f"Colonnes bas et haut : {HORS_BIAIS}, à 95 %.",
    "Colonnes prudence_bas et prudence_haut : l’intervalle si celles qui répondent « oui » ont répondu "
    "jusqu’à 1,25 fois plus, ou moins, volontiers ; g_etoile : la préférence qui suffirait à le démentir.",
)


def _list_precautions(version: Version) -> tuple[str, ...]:
    return (*_PRECAUTIONS, explain_notes(simulee=version.simulee))


def build_table(lignes: Iterable[tuple[Indicateur, str, Chiffre]]) -> pd.DataFrame:
    """Une ligne par chiffre, dans l'unité de l'indicateur ; un chiffre caché n'a que sa raison."""
    rangs = [_rang(indicateur, groupe, chiffre) for indicateur, groupe, chiffre in lignes]
    table = pd.DataFrame(rangs, columns=list(COLONNES))
    return table.astype(
        dict.fromkeys(("n", "n_eff"), "Int64") | dict.fromkeys((*_VALEURS, "g_etoile"), "float64")
    )


def _rang(indicateur: Indicateur, groupe: str, chiffre: Chiffre) -> dict[str, object]:
    adresse = {champ: getattr(chiffre, champ) for champ in COLONNES if hasattr(chiffre, champ)}
    mots = {"titre": indicateur.titre, "groupe": groupe, "unite": indicateur.unite}
    valeurs = {nom: round_valeur(indicateur, getattr(chiffre, nom)) for nom in _VALEURS}
    n_eff = None if chiffre.n_eff is None else round(chiffre.n_eff)
    return {**adresse, **mots, **valeurs, "n_eff": n_eff, "marque": get_marque(chiffre),
            "remarque": _remarque(indicateur, chiffre)}  # fmt: skip


def get_marque(chiffre: Chiffre) -> str:
    """`[c]` confidentiel, `[u]` à ne pas citer, `[x]` indisponible ; vide s'il se cite."""
    if chiffre.montre:
        return "" if chiffre.citable else "[u]"
    return "[x]" if chiffre.etat == ABSENT else "[c]"


def _remarque(indicateur: Indicateur, chiffre: Chiffre) -> str:
    if not chiffre.montre:
        return get_raison(chiffre.etat, indicateur)
    if chiffre.note != "C":
        return ""
    raison = f" : {RAISONS[chiffre.raison]}" if chiffre.raison else ""
    brut = " Sous 30 réponses, l’intervalle est celui du brut." if chiffre.est_brut else ""
    return f"Indicatif, à ne pas citer{raison}.{brut}"


def add_compares(
    table: pd.DataFrame, compares: Sequence[GroupeCompare | None], indicateur: Indicateur
) -> pd.DataFrame:
    """Ajoute à chaque ligne sa position face à l'ensemble et son écart avec les autres, en points."""
    if not any(compares):
        return table
    position = ["" if c is None else c.get_mot(indicateur) for c in compares]
    ecarts = {
        nom: [None if c is None else round(100 * getattr(c, champ)) for c in compares]
        for nom, champ in (("ecart_autres", "difference"), ("ecart_bas", "bas"), ("ecart_haut", "haut"))
    }
    nombres = {nom: pd.array(valeurs, dtype="Int64") for nom, valeurs in ecarts.items()}
    return table.assign(face_a_ensemble=position, **nombres)


def round_valeur(indicateur: Indicateur, valeur: float | None) -> float | None:
    """La valeur telle qu'affichée : une part devient un pourcentage, arrondi à ses décimales."""
    if valeur is None or is_absent(valeur):
        return None
    lue = to_pourcents(valeur) if indicateur.est_part else valeur
    return float(round_nombre(lue, indicateur.decimales))


def build_provenance(
    version: Version,
    titre: str,
    nom: str,
    *,
    filtres: str,
    source: str = SOURCE,
    definitions: Iterable[Definition] = (),
    precautions: Iterable[str] = (),
    licence: str = LICENCE,
    reponses: bool = True,
) -> Provenance:
    """La provenance d'un fichier, quel qu'il soit ; `reponses` : des réponses, simulées ou non, y entrent."""
    return Provenance(
        titre=titre,
        nom_fichier=f"barometre_{nom}",
        filtres=filtres,
        source=source,
        date=format_date(version.creee_le),
        version=version.version_id,
        definitions=tuple(definitions),
        precautions=tuple(precautions),
        licence=licence,
        simulee=reponses and version.simulee,
    )


def build_provenance_lecture(
    lecture: Lecture, titre: str, nom: str, indicateurs: Iterable[Indicateur]
) -> Provenance:
    """La provenance d'une vue de cette lecture."""
    contexte = lecture.contexte
    return build_provenance(
        lecture.version,
        titre,
        f"{nom}_{_champ(lecture.selection)}",
        filtres=" ; ".join(filter(None, (contexte.champ, contexte.vague))),
        definitions=(build_definition(i) for i in indicateurs),
        precautions=_list_precautions(lecture.version),
    )


def _champ(selection: Selection) -> str:
    """Ce que le nom du fichier dit du champ : territoire, type ou strate, couverture, vague, tailles."""
    egales = "tailles-egales" if selection.est_egalisee else ""
    morceaux = (selection.territoire_id, selection.strate or selection.type, selection.couverture)
    return "_".join(filter(None, (*morceaux, selection.vague_id, egales)))


def build_definition(indicateur: Indicateur) -> Definition:
    """La ligne d'un indicateur dans la feuille des définitions."""
    mesure = indicateur.origine == "mesure"
    return Definition(
        objet=f"{indicateur.titre} ({indicateur.id})",
        definition=indicateur.definition,
        base=indicateur.base,
        unite=indicateur.unite,
        source=indicateur.source_id if mesure else SOURCE,
        precautions=indicateur.precautions,
        indicateur_id=indicateur.id,
    )


def build_provenance_carte(gate: Gate, indicateur: Indicateur, filtres: str, niveau: str) -> Provenance:
    """La provenance d'une carte et de son tableau."""
    mesure = indicateur.origine == "mesure"
    return build_provenance(
        gate.get_version(),
        f"{indicateur.titre}, par {niveau}",
        f"carte_{indicateur.id}_{niveau}",
        filtres=filtres,
        source=indicateur.source_id if mesure else SOURCE,
        definitions=[build_definition(indicateur)],
        precautions=() if mesure else _list_precautions(gate.get_version()),
        reponses=not mesure,
    )
