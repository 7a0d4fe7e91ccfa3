"""Un fichier déposé sur la page : lu et compté, puis chargé dans une version préparée, puis publié.

Les mêmes fonctions que `importer --essai` et `importer` : même lecture, même quarantaine, même réserve.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from barometre.administration.compte_rendu import CompteRendu, build_compte_rendu
from barometre.administration.operateur import Operateur
from barometre.administration.preparation import Annonce, find_preparee
from barometre.catalogue import load_catalogue
from barometre.catalogue.calendrier import read_calendrier
from barometre.domain.formats import format_compte
from barometre.ingest.columns import build_recognizer, find_cibles
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.export import read_export
from barometre.ingest.garde import IGNOREE
from barometre.ingest.labels import heading_key
from barometre.ingest.layout import Choix
from barometre.ingest.lot import Lot
from barometre.ingest.vocabulary import load_vocabulary
from barometre.pipeline.import_lot import importer
from barometre.pipeline.suivi import Suivi
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.versions import open_entrepot

# Les contenus que la lecture reconnaît ; le nom ne décide de rien d'autre.
EXTENSIONS = ("csv", "tsv", "txt", "xlsx", "ods", "json", "sav")
NOM_MAX = 120
# Ce qu'une version préparée fait de ce fichier : il prend la place des réponses en service, ou s'y ajoute.
_GESTES = {False: "Import", True: "Ajout"}
Entetes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Depot:
    """Des fichiers d'une vague et d'un questionnaire : (nom, octets), et ce que l'opérateur en dit."""

    fichiers: Sequence[tuple[str, bytes]] = field(repr=False)
    questionnaire_id: str = ""
    vague_id: str = ""
    complement: bool = False
    confirme: bool = False


@dataclass(frozen=True, slots=True)
class LectureDepot:
    """Ce qu'un dépôt donne à lire : les entêtes inconnus, et le compte rendu ou la phrase du refus."""

    inconnues: tuple[str, ...]
    compte_rendu: CompteRendu | None
    refus: str = ""


def read_depot(operateur: Operateur, depot: Depot) -> LectureDepot:
    """Lit et compte tout, n'écrit rien (`importer --essai`).

    Un fichier que l'on ne peut pas charger dit quand même quelles colonnes rapprocher ; un fichier que l'on
    ne peut pas ouvrir lève `ImportRefuse`.
    """
    with _open_fichiers(depot) as chemins:
        entetes = _read_entetes(depot, chemins)
        inconnues = tuple(list_inconnues(depot, entetes))
        try:
            return LectureDepot(inconnues, _count(operateur, depot, chemins, entetes))
        except (ImportRefuse, EntrepotError) as refus:
            return LectureDepot(inconnues, None, str(refus))


def hash_depot(operateur: Operateur, depot: Depot) -> str:
    """L'empreinte de tout ce dont dépend sa lecture : le même dépôt, deux fois affiché, n'est lu qu'une."""
    gardes = operateur.registre.correspondances.list_colonnes(depot.questionnaire_id)
    reste = (
        depot.questionnaire_id, depot.vague_id, depot.complement, sorted(gardes.items()),
        open_entrepot().get_active(), read_calendrier(),
    )  # fmt: skip
    somme = hashlib.sha256(repr(reste).encode())
    for nom, octets in depot.fichiers:
        somme.update(f"{nom} {len(octets)} ".encode() + octets)
    return somme.hexdigest()


def _count(
    operateur: Operateur, depot: Depot, chemins: Sequence[Path], entetes: Sequence[Entetes]
) -> CompteRendu:
    lot = importer(
        chemins, depot.questionnaire_id, depot.vague_id, essai=True, complement=depot.complement,
        correspondance=_build_correspondance(operateur, depot, entetes),
    )  # fmt: skip
    return build_compte_rendu(lot)


def _read_entetes(depot: Depot, chemins: Sequence[Path]) -> list[Entetes]:
    """Les entêtes de chaque fichier."""
    reconnaitre = build_recognizer(load_catalogue().questionnaires[depot.questionnaire_id])
    return [read_export(chemin, "auto", reconnaitre, Choix()).entetes for chemin in chemins]


def find_depot_prepare(operateur: Operateur, lot_id: str, *, complement: bool) -> str:
    """La version préparée d'après celle en service qui a déjà ce fichier, vide s'il n'y en a pas."""
    return find_preparee(operateur, lot_id, _GESTES[complement])


def prepare_version(operateur: Operateur, depot: Depot, progress: Suivi | None = None) -> Lot:
    """Charge dans une version préparée, que l'on compare avant de la publier ; inscrit avant d'écrire."""
    base = open_entrepot().get_active() or ""
    noms = ", ".join(_clean_nom(nom) for nom, _ in depot.fichiers)
    operateur.record("importer", f"{depot.questionnaire_id} {depot.vague_id}", f"{noms} base={base}")
    with _open_fichiers(depot) as chemins:
        return importer(
            chemins, depot.questionnaire_id, depot.vague_id, complement=depot.complement,
            confirme=depot.confirme, par=operateur.compte, progress=progress,
            preparation=Annonce(operateur, _GESTES[depot.complement], noms),
            correspondance=_build_correspondance(operateur, depot, _read_entetes(depot, chemins)),
        )  # fmt: skip


def list_inconnues(depot: Depot, fichiers: Sequence[Entetes]) -> list[str]:
    """Les entêtes que rien ne reconnaît, dans l'ordre ; un entête répété ne se déclare pas."""
    questionnaire = load_catalogue().questionnaires[depot.questionnaire_id]
    vues = dict[str, int]()
    for entetes in fichiers:
        for entete, cible in zip(entetes, find_cibles(entetes, questionnaire), strict=True):
            if cible == IGNOREE and entete:
                vues[entete] = vues.get(entete, 0) + 1
    return [entete for entete, fois in vues.items() if fois == 1]


def list_cibles(questionnaire_id: str) -> dict[str, str]:
    """Ce à quoi une colonne peut servir : identifiant → mots ; rôles d'abord, puis questions et options."""
    questionnaire = load_catalogue().questionnaires[questionnaire_id]
    cibles = {role: role for role in dict.fromkeys(load_vocabulary().roles.values())}
    for question in questionnaire.questions:
        cibles[question.id] = f"{question.code} {question.libelle}"
        if question.type == "choix_multiple":
            cibles |= {
                f"{question.id}[{option.id}]": f"{question.code} {option.libelle}"
                for option in question.options
            }
    return cibles


def save_colonnes(operateur: Operateur, questionnaire_id: str, colonnes: Mapping[str, str]) -> None:
    """Garde ce que des colonnes désignent, pour ce fichier et les suivants ; signé."""
    permises = {"", IGNOREE, *list_cibles(questionnaire_id)}
    if inconnues := sorted(set(colonnes.values()) - permises):
        raise ImportRefuse(f"« {inconnues[0]} » n'est ni une question, ni un rôle connu.")
    operateur.record("rapprocher_colonnes", questionnaire_id, format_compte(len(colonnes), "colonne"))
    operateur.registre.correspondances.save(questionnaire_id, colonnes, par=operateur.compte)


def _build_correspondance(
    operateur: Operateur, depot: Depot, fichiers: Sequence[Entetes]
) -> dict[str, object] | None:
    """Les entêtes gardés que ces fichiers ont tous ; rien si aucun, pour que le lot garde son nom."""
    gardes = operateur.registre.correspondances.list_colonnes(depot.questionnaire_id)
    for entetes in fichiers:
        presents = [heading_key(e) for e in entetes]
        gardes = {e: c for e, c in gardes.items() if presents.count(heading_key(e)) == 1}
    return {"colonnes": gardes} if gardes else None


@contextmanager
def _open_fichiers(depot: Depot) -> Iterator[list[Path]]:
    """Les fichiers, sur le disque le temps d'une lecture, sous un nom que nous choisissons."""
    _check_depot(depot)
    with TemporaryDirectory(prefix="barometre-depot-") as dossier:
        chemins = []
        for rang, (nom, octets) in enumerate(depot.fichiers):
            chemin = Path(dossier) / str(rang) / _clean_nom(nom)
            chemin.parent.mkdir()
            chemin.write_bytes(octets)
            chemins.append(chemin)
        yield chemins


def _check_depot(depot: Depot) -> None:
    """Un questionnaire inventé par un message forgé est refusé d'une phrase, comme un nom sans extension."""
    if depot.questionnaire_id not in load_catalogue().questionnaires:
        raise ImportRefuse(f"Le questionnaire « {depot.questionnaire_id} » n'existe pas.")
    if not depot.fichiers:
        raise ImportRefuse("Déposez d'abord un fichier.")
    for nom, _ in depot.fichiers:
        if PurePath(_clean_nom(nom)).suffix.lower().lstrip(".") not in EXTENSIONS:
            raise ImportRefuse(f"« {_clean_nom(nom)} » n'est pas un export ({', '.join(EXTENSIONS)}).")


def _clean_nom(nom: str) -> str:
    """Le nom sans dossier ni signe de commande ; un nom vide, « . » ou « .. » en reçoit un."""
    dernier = nom.replace("\\", "/").rsplit("/", 1)[-1]
    net = "".join(c for c in dernier if c.isprintable()).strip()[-NOM_MAX:]
    return net if net.strip(". ") else "fichier"
