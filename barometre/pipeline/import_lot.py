"""Importer un fichier : la version en service, copiée, où un lot est ajouté ou remplacé."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from barometre.catalogue import Catalogue, load_catalogue
from barometre.domain.enquete import Questionnaire
from barometre.domain.formats import format_compte
from barometre.domain.secret import LOT_TARDIF
from barometre.domain.version import Empreintes
from barometre.ingest.corrections import correct_garde
from barometre.ingest.depouillement import prepare_all
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.garde import Correction, read_garde
from barometre.ingest.identity import Referentiel
from barometre.ingest.lot import Lot
from barometre.ingest.rejeu import reread
from barometre.pipeline.achevement import check_or_refuse, finish_version
from barometre.pipeline.calcul import Contexte, build_contexte
from barometre.pipeline.calcul_lot import Passe, read_passe, start_lot
from barometre.pipeline.cles import Cles, build_cle, index_cles
from barometre.pipeline.croisements import refresh_avant_apres, refresh_croisements
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.empreintes import compute_empreintes
from barometre.pipeline.lots import add_lot, build_garde, get_instant, mark_lot
from barometre.pipeline.preparation import Preparation
from barometre.pipeline.remplacement import check_confirme, compare_anciens, compare_lot
from barometre.pipeline.suivi import Etapes, Suivi
from barometre.pipeline.tardives import delete_retenus, drop_identiques, join_retenus, keep_tardives
from barometre.warehouse.controles import check_grains
from barometre.warehouse.deletions import delete_calculs_of, delete_lot, delete_reponses_of
from barometre.warehouse.engine import Engine, write_disque
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.repository import Repository, read_rows
from barometre.warehouse.versions import fill_chantier, open_entrepot

ETAPES = 4


def importer(
    fichier: Path | str | Sequence[Path | str],
    questionnaire_id: str,
    vague_id: str,
    *,
    format: str = "auto",
    essai: bool = False,
    confirme: bool = False,
    complement: bool = False,
    correspondance: str | Path | dict[str, Any] | None = None,
    preparation: Preparation | None = None,
    par: str = "",
    processus: int = 1,
    progress: Suivi | None = None,
    adresse: str | None = None,
    catalogue: Catalogue | None = None,
) -> Lot:
    """Lit un export, le charge dans une version neuve et la met en service ; rend le sort de ses lignes.

    Le même fichier ne change rien. Un autre fichier du même questionnaire et de la même vague remplace le
    précédent ; il faut `confirme` si beaucoup de réponses disparaissent, ou s'il a déjà été remplacé.
    `complement` : les collectivités que le fichier ne cite pas gardent leur réponse ; moins de `LOT_TARDIF`
    nouvelles sont retenues, sauf `confirme`. `essai` : tout est lu et compté, rien n'est écrit.
    `preparation` : la version est écrite, notée, et attend `publish_preparee` pour être en service.
    `par` : qui importe ; gardé avec le fichier. `processus` : 1 depuis l'application, dont les fils
    ne se dédoublent pas sans risque.
    """
    catalogue = catalogue or load_catalogue()
    fichiers = [fichier] if isinstance(fichier, str | Path) else fichier

    def read_fichiers(referentiel: Referentiel, connus: list[str]) -> Lot:
        return prepare_all(
            fichiers, questionnaire_id, vague_id, format, referentiel, catalogue, correspondance,
            lots_connus=connus,
        )  # fmt: skip

    options = _Options(essai, confirme, complement, par, processus, preparation=preparation, neuf=True)
    return _import(read_fichiers, options, catalogue, Etapes(ETAPES, progress), adresse)


def importer_garde(
    cle: str,
    *,
    essai: bool = False,
    confirme: bool = False,
    complement: bool = False,
    corrections: Sequence[Correction] = (),
    preparation: Preparation | None = None,
    par: str = "",
    processus: int = 1,
    progress: Suivi | None = None,
    adresse: str | None = None,
    catalogue: Catalogue | None = None,
) -> Lot:
    """Comme `importer`, d'un fichier que la réserve garde : son bruit est celui qu'il avait.

    `corrections` : ce qu'un opérateur y corrige ; le fichier corrigé est gardé à son tour, à côté du premier.
    """
    catalogue = catalogue or load_catalogue()
    garde = read_garde(open_entrepot(adresse).get_reserve().read(cle))
    if corrections:
        garde = correct_garde(garde, corrections, catalogue.questionnaires[garde.questionnaire_id])

    def read_reserve(referentiel: Referentiel, connus: list[str]) -> Lot:
        lot = reread(garde, referentiel, catalogue)
        return replace(lot, deja_charge=lot.lot_id in connus)

    options = _Options(essai, confirme, complement, par, processus, garde.cle, preparation)
    return _import(read_reserve, options, catalogue, Etapes(ETAPES, progress), adresse)


@dataclass(frozen=True, slots=True)
class _Options:
    """Ce que demande qui importe. `cle` : la clé secrète à reprendre si la version n'en a pas.

    `neuf` : un fichier donné, non un que l'on va chercher dans la réserve.
    """

    essai: bool
    confirme: bool
    complement: bool
    par: str
    processus: int
    cle: str = ""
    preparation: Preparation | None = None
    neuf: bool = False


def _import(
    read_lot: Callable[[Referentiel, list[str]], Lot],
    options: _Options,
    catalogue: Catalogue,
    etapes: Etapes,
    adresse: str | None,
) -> Lot:
    entrepot = open_entrepot(adresse)
    # Un essai ne fait que lire : il marche sur un disque protégé, et à côté d'une construction.
    with nullcontext() if options.essai else entrepot.lock():
        depot = Repository(entrepot)
        etapes.step("Lecture du fichier")
        collectivites = depot.list_collectivites(cadre=False)
        referentiel = Referentiel(collectivites, depot.list_codes_anciens())
        lot = read_lot(referentiel, _list_connus(depot, options))
        check_nature(depot, lot)
        moteur = depot.get_engine()
        if options.complement and not lot.deja_charge:
            lot = join_retenus(moteur, entrepot.get_reserve(), lot, referentiel, catalogue)
        lot = mark_lot(lot, simule=False)
        lot = _compare(moteur, lot, options, catalogue.questionnaires[lot.questionnaire_id])
        if options.neuf and not (lot.deja_charge or lot.retenues):
            lots = depot.list_lots(lot.vague_id, lot.questionnaire_id)
            lot = compare_anciens(entrepot.get_reserve(), lot, lots[lots["charges"].gt(0)])
        if options.essai or lot.deja_charge:
            depot.close()
            return lot
        if not options.confirme:
            check_confirme(lot)
        if options.preparation:
            options.preparation.check(lot, depot.version_id)
        importe = _prepare(depot, lot, build_contexte(collectivites, catalogue), options)
        depot.close()
        version_id = (_write_retenu if lot.retenues else _load)(entrepot, importe, etapes)
    return replace(lot, version_id=version_id)


def _list_connus(depot: Repository, options: _Options) -> list[str]:
    """Les lots qu'il n'y a pas à recharger : pas ceux qui sont retenus, si l'on confirme."""
    lots = depot.list_lots()
    retenu = lots["retenues"].fillna(0).gt(0) & options.confirme
    return [str(lot) for lot in lots.loc[~retenu, "lot_id"]]


def _compare(moteur: Engine, lot: Lot, options: _Options, questionnaire: Questionnaire) -> Lot:
    """Le lot tel qu'il se chargera : comparé à ce qui est en service, retenu s'il est tardif et trop peu."""
    if not options.complement or lot.deja_charge:
        return compare_lot(moteur, lot, questionnaire, complement=options.complement)
    ou = {"vague_id": lot.vague_id, "questionnaire_id": lot.questionnaire_id}
    en_service = read_rows(moteur, "fait_reponse", **ou)
    lot = compare_lot(moteur, drop_identiques(lot, en_service), questionnaire, complement=True)
    attend = len(en_service) and 0 < lot.charges < LOT_TARDIF and not options.confirme
    return keep_tardives(lot) if attend else lot


def check_nature(depot: Repository, lot: Lot) -> None:
    """Refuse de mêler de vraies réponses et des réponses simulées dans une version."""
    if lot.simule:
        raise ImportRefuse(
            f"Le fichier « {lot.fichier} » dit que ses réponses sont simulées : seule la démonstration "
            "(« construire ») en charge."
        )
    if depot.get_version().simulee:
        raise ImportRefuse(
            "La version en service est la démonstration : de vraies réponses ne s'y mêlent pas. Lancez "
            "d'abord « construire --sans-demo », puis importez de nouveau."
        )


@dataclass(frozen=True, slots=True)
class _Import:
    """Un lot à charger ; `complet` : refaire aussi ce qui, de son questionnaire, ne dépend pas de lui.

    `empreintes` : celles de la version en service, que la nouvelle garde : les autres questionnaires ne sont
    pas recalculés, et la version dit ainsi qu'elle est périmée tant que `recalculer` n'a pas passé.
    """

    lot: Lot
    contexte: Contexte
    passe: Passe
    active: str
    empreintes: Empreintes
    complet: bool
    options: _Options


def _prepare(depot: Repository, lot: Lot, contexte: Contexte, options: _Options) -> _Import:
    """Tout ce que le calcul lira : l'entrepôt n'a plus à être ouvert."""
    empreintes = depot.get_version().empreintes
    complet = empreintes != compute_empreintes(contexte.catalogue)
    passe = read_passe(depot.get_engine(), lot, contexte, complement=options.complement)
    return _Import(lot, contexte, passe, depot.version_id, empreintes, complet, options)


def _load(entrepot: Entrepot, importe: _Import, etapes: Etapes) -> str:
    lot, options = importe.lot, importe.options
    etapes.step("Calcul des chiffres")
    donnees, instant = Donnees(), get_instant()
    cles = _complete_cles(importe.passe.cles, lot, donnees, options.cle)
    with (
        start_lot(
            importe.contexte, lot, importe.passe, cles, complet=importe.complet, processus=options.processus
        ) as (valeurs, calcul),
        _fill(entrepot, importe) as (version_id, moteur),
    ):
        # Pendant que le reste se calcule : ce qui s'efface, et ce qui est déjà connu.
        garde, contenu = _build_garde(importe, cles, instant)
        add_lot(donnees, garde, instant)
        donnees.extend(valeurs)
        _delete_replaced(moteur, importe)
        donnees.write(moteur)
        simulee = bool(read_rows(moteur, "participation")["simulee"].any())
        finish_version(moteur, version_id, importe.empreintes, simulee, f"Import de {lot.fichier}")
        grains = check_grains(moteur)
        write_disque(moteur)
        calculees = calcul()
        etapes.step("Écriture de l'entrepôt")
        calculees.write(moteur)
        if importe.complet:
            refresh_croisements(moteur, importe.contexte.catalogue)
        else:
            refresh_avant_apres(moteur, importe.passe.mesures, [lot.questionnaire_id])
        etapes.step("Vérification")
        check_or_refuse(moteur, grains)
        _keep_recu(entrepot, importe, version_id, contenu)
    return version_id


def _write_retenu(entrepot: Entrepot, importe: _Import, etapes: Etapes) -> str:
    """Une version aux mêmes chiffres, qui compte et garde les réponses retenues."""
    lot, donnees, instant = importe.lot, Donnees(), get_instant()
    garde, contenu = _build_garde(importe, importe.passe.cles, instant)
    add_lot(donnees, garde, instant)
    with _fill(entrepot, importe) as (version_id, moteur):
        etapes.step("Écriture de l'entrepôt")
        delete_retenus(moteur, lot)
        donnees.write(moteur)
        tardives = format_compte(lot.retenues, "réponse tardive retenue", "réponses tardives retenues")
        commentaire = f"Import de {lot.fichier} : {tardives}"
        finish_version(moteur, version_id, importe.empreintes, False, commentaire)
        check_or_refuse(moteur)
        _keep_recu(entrepot, importe, version_id, contenu)
    return version_id


def _fill(entrepot: Entrepot, importe: _Import) -> AbstractContextManager[tuple[str, Engine]]:
    preparee = importe.options.preparation is not None
    return fill_chantier(entrepot, copie_de=importe.active, preparee=preparee)


def _keep_recu(entrepot: Entrepot, importe: _Import, version_id: str, contenu: bytes) -> None:
    """Juste avant que la version se lise : elle ne cite que des fichiers gardés ; un échec n'en laisse aucun.

    Préparée, elle est d'abord notée : le verrou tenu, deux opérateurs n'en préparent pas deux pareilles.
    """
    if importe.options.preparation:
        importe.options.preparation.record(importe.lot, importe.active, version_id)
    entrepot.get_reserve().add(contenu)


def _build_garde(importe: _Import, cles: Cles, instant: datetime) -> tuple[Lot, bytes]:
    """Le lot sous la clé de la réserve, et le fichier qu'elle gardera."""
    lot = importe.lot
    return build_garde(
        lot,
        instant,
        cle=cles[lot.questionnaire_id, lot.vague_id],
        par=importe.options.par,
        catalogue=importe.contexte.catalogue.empreinte,
    )


def _delete_replaced(moteur: Engine, importe: _Import) -> None:
    """Efface du chantier ce que le lot remplace, et ce qui s'en calculait."""
    lot = importe.lot
    delete_retenus(moteur, lot)
    if importe.options.complement:
        cites = lot.participation["collectivite_id"].tolist()
        delete_reponses_of(moteur, lot.vague_id, lot.questionnaire_id, cites)
    else:
        delete_lot(moteur, lot.vague_id, lot.questionnaire_id)
    delete_calculs_of(moteur, lot.questionnaire_id, None if importe.complet else lot.vague_id)


def _complete_cles(cles: Cles, lot: Lot, donnees: Donnees, reprise: str) -> Cles:
    """Les clés de la version, et celle du lot, tirée s'il est le premier de son questionnaire à sa vague.

    Un lot corrigé garde la clé du précédent : une réponse tardive ne change que les cellules qui la comptent.
    """
    if (lot.questionnaire_id, lot.vague_id) in cles:
        return cles
    neuve = build_cle(lot.vague_id, lot.questionnaire_id)
    if reprise:
        neuve = neuve.assign(cle=reprise)
    donnees.add("cle_secrete", neuve)
    return {**cles, **index_cles(neuve)}
