"""Importer la liste d'un fonds : la version en service, copiée, où elle remplace la précédente.

Seul ce qui compare des bénéficiaires en dépend (`avant_apres`) : le reste n'est pas recalculé, et la version
garde ses empreintes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from barometre.catalogue import load_catalogue
from barometre.catalogue.fonds import find_fonds, load_reperes
from barometre.domain.formats import format_nombre
from barometre.ingest.actions import load_actions, prepare_actions
from barometre.ingest.actions_lecture import Beneficiaires
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.garde_actions import ActionsGardees, read_actions, write_actions
from barometre.ingest.identity import Referentiel
from barometre.ingest.lot_actions import LotActions
from barometre.pipeline.achevement import check_or_refuse, finish_version
from barometre.pipeline.anciens import describe_ancien
from barometre.pipeline.croisements import read_cadre, read_mesures, refresh_avant_apres
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.lots import build_quarantaine, get_instant
from barometre.pipeline.remplacement import BAISSE_TOLEREE
from barometre.pipeline.suivi import Etapes, Suivi
from barometre.warehouse.deletions import delete_actions
from barometre.warehouse.engine import Engine
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.repository import Repository, read_rows
from barometre.warehouse.reprise import read_table
from barometre.warehouse.versions import fill_chantier, open_entrepot

ETAPES = 3
Lire = Callable[[Beneficiaires, Collection[str]], LotActions]


@dataclass(frozen=True, slots=True)
class _Options:
    """Ce que demande qui importe. `neuf` : un fichier donné, non un que l'on va chercher dans la réserve."""

    essai: bool
    confirme: bool
    par: str
    neuf: bool = False


def importer_actions(
    fichier: Path | str,
    fonds_id: str,
    *,
    essai: bool = False,
    confirme: bool = False,
    par: str = "",
    progress: Suivi | None = None,
    adresse: str | None = None,
) -> LotActions:
    """Charge une liste de bénéficiaires dans une version neuve ; rend le sort de ses lignes.

    Le même fichier ne change rien ; un autre du même fonds remplace le précédent, avec `confirme` si
    beaucoup de projets ou d'euros disparaissent, ou s'il a déjà été remplacé. `essai` : rien n'est écrit.
    """
    fonds = find_fonds(fonds_id)

    def read_fichier(beneficiaires: Beneficiaires, connus: Collection[str]) -> LotActions:
        return prepare_actions(fichier, fonds.id, beneficiaires, connus)

    options = _Options(essai, confirme, par, neuf=True)
    return _import(read_fichier, options, Etapes(ETAPES, progress), adresse)


def importer_actions_gardees(
    cle: str,
    *,
    essai: bool = False,
    confirme: bool = False,
    par: str = "",
    progress: Suivi | None = None,
    adresse: str | None = None,
) -> LotActions:
    """Comme `importer_actions`, d'un fichier que la réserve garde."""
    garde = read_actions(open_entrepot(adresse).get_reserve().read(cle))

    def read_reserve(beneficiaires: Beneficiaires, connus: Collection[str]) -> LotActions:
        return load_actions(garde.export, garde.fonds_id, beneficiaires, connus)

    return _import(read_reserve, _Options(essai, confirme, par), Etapes(ETAPES, progress), adresse)


def _import(lire: Lire, options: _Options, etapes: Etapes, adresse: str | None) -> LotActions:
    entrepot = open_entrepot(adresse)
    # Un essai ne fait que lire : il marche sur un disque protégé, et à côté d'une construction.
    with nullcontext() if options.essai else entrepot.lock():
        depot = Repository(entrepot)
        etapes.step("Lecture du fichier")
        beneficiaires = build_beneficiaires(
            depot.list_collectivites(cadre=False), depot.list_codes_anciens(), depot.list_opsn()
        )
        moteur = depot.get_engine()
        lot = lire(beneficiaires, read_rows(moteur, "lot_actions")["lot_id"].tolist())
        lot = _compare(lot, read_rows(moteur, "action_fonds", fonds_id=lot.fonds_id))
        if options.neuf:
            lot = _compare_anciens(lot, entrepot, read_rows(moteur, "lot_actions", fonds_id=lot.fonds_id))
        depot.close()
        if not (options.essai or lot.deja_charge):
            check_accord(lot, confirme=options.confirme)
            _load(entrepot, lot, options.par, etapes)
    return lot


def build_beneficiaires(
    collectivites: pd.DataFrame, codes_anciens: pd.DataFrame, opsn: pd.DataFrame
) -> Beneficiaires:
    """Qui peut être bénéficiaire : les collectivités d'une version, et ses OPSN par leur SIREN."""
    connus = opsn[opsn["siret"].notna() & opsn["siret"].ne("")]
    sirens = dict(zip(connus["siret"].astype(str).str[:9], connus["opsn_id"].astype(str), strict=True))
    return Beneficiaires(Referentiel(collectivites, codes_anciens), sirens)


def _compare(lot: LotActions, avant: pd.DataFrame) -> LotActions:
    """Le lot, avec les raisons de demander un accord avant d'écrire."""
    if lot.deja_charge:
        return lot
    seuil, raisons = 1 - BAISSE_TOLEREE, []
    euros = float(avant["montant"].fillna(0.0).sum())
    if lot.charges < seuil * len(avant):
        raisons.append(f"Les projets passeraient de {len(avant)} à {lot.charges}.")
    if lot.montant < seuil * euros:
        raisons.append(f"Le montant passerait de {format_nombre(euros)} € à {format_nombre(lot.montant)} €.")
    enveloppe = _get_enveloppe(lot.fonds_id)
    if enveloppe and lot.montant > enveloppe:
        raisons.append(
            f"Le montant total ({format_nombre(lot.montant)} €) dépasse ce que le fonds a mobilisé "
            f"({format_nombre(enveloppe)} €) : des centimes, ou une ligne de total\u202f?"
        )
    return replace(lot, a_confirmer=tuple(raisons))


def _get_enveloppe(fonds_id: str) -> float:
    """Le plus grand des montants que le fonds dit avoir eus ; zéro s'il n'en dit aucun."""
    fonds = find_fonds(fonds_id)
    return max(r.valeur or 0.0 for r in load_reperes() if r.id in (fonds.enveloppe, fonds.attribue))


def _compare_anciens(lot: LotActions, entrepot: Entrepot, en_service: pd.DataFrame) -> LotActions:
    """Une ancienne liste remise en service se dit, même si elle ne fait rien baisser."""
    if lot.deja_charge:
        return lot
    phrase = describe_ancien(entrepot.get_reserve(), lot.lot_id, en_service)
    return replace(lot, a_confirmer=(*lot.a_confirmer, phrase)) if phrase else lot


def check_accord(lot: LotActions, *, confirme: bool) -> None:
    """Lève `ImportRefuse` si rien ne se charge, ou si un accord manque."""
    if not lot.charges:
        raise ImportRefuse(
            f"Rien n'a été écrit : aucune ligne de « {lot.export.nom} » ne se charge. "
            "Le détail de chaque refus : relancez avec --essai."
        )
    if lot.a_confirmer and not confirme:
        raisons = " ".join(lot.a_confirmer)
        raise ImportRefuse(f"Rien n'a été écrit. {raisons} Si c'est voulu, relancez avec --confirmer.")


def _load(entrepot: Entrepot, lot: LotActions, par: str, etapes: Etapes) -> None:
    depot = Repository(entrepot)
    version = depot.get_version()
    depot.close()
    instant = get_instant()
    with fill_chantier(entrepot, copie_de=version.version_id) as (version_id, moteur):
        etapes.step("Écriture de l'entrepôt")
        delete_actions(moteur, lot.fonds_id)
        donnees = Donnees()
        add_actions(donnees, lot, instant, _keep(entrepot, lot, par, instant))
        donnees.write(moteur)
        catalogue = load_catalogue()
        mesures = read_mesures(moteur, read_cadre(moteur), catalogue)
        refresh_avant_apres(moteur, mesures, [theme.id for theme in catalogue.themes])
        commentaire = f"Liste de bénéficiaires : {lot.export.nom}"
        finish_version(moteur, version_id, version.empreintes, version.simulee, commentaire)
        etapes.step("Vérification")
        check_or_refuse(moteur)


def _keep(entrepot: Entrepot, lot: LotActions, par: str, instant: datetime) -> str:
    """Range le fichier dans la réserve, avant la mise en service ; rend sa clé."""
    garde = ActionsGardees(lot.lot_id, lot.fonds_id, instant.isoformat(), par, lot.export)
    return entrepot.get_reserve().add(write_actions(garde))


def add_actions(donnees: Donnees, lot: LotActions, instant: datetime, cle: str) -> None:
    """Ajoute un lot : ses actions, ses comptes, ses lignes refusées."""
    donnees.add("lot_actions", lot.build_lot(instant, cle))
    donnees.add("quarantaine", build_quarantaine(lot.lot_id, lot.rejets))
    donnees.add("action_fonds", lot.actions)


def reread_actions(entrepot: Entrepot, socle: Donnees) -> None:
    """Ajoute au socle d'une construction les listes en service, relues de leur fichier. Verrou tenu."""
    active = entrepot.get_active()
    if active is None:
        return
    moteur = entrepot.build_engine(active)
    try:
        lots = read_table(moteur, "lot_actions")
    finally:
        moteur.dispose()
    beneficiaires = build_beneficiaires(
        *(socle.get(t) for t in ("dim_collectivite", "code_ancien", "dim_opsn"))
    )
    for ligne in lots.to_dict("records"):
        cle = str(ligne["empreinte_gardee"])
        garde = read_actions(entrepot.get_reserve().read(cle))
        add_actions(
            socle, load_actions(garde.export, garde.fonds_id, beneficiaires), ligne["importe_le"], cle
        )


def list_lots_actions(moteur: Engine) -> set[str]:
    """Les clés de réserve des listes qu'une version a."""
    return set(read_table(moteur, "lot_actions")["empreinte_gardee"].dropna())
