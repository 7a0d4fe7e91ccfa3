"""Lire une liste de bénéficiaires ligne à ligne : ce qui se charge, ce qui se refuse et pourquoi."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from barometre.ingest.concordance import Noms
from barometre.ingest.dates import build_formats, read_date
from barometre.ingest.errors import ImportRefuse, Rejet
from barometre.ingest.export import Export
from barometre.ingest.genres import read_type
from barometre.ingest.identity import (
    SANS_IDENTIFIANT,
    Rattachement,
    Referentiel,
    clean_numero,
    combine,
    drop_unknown,
    find_code,
    find_siren,
    find_siret,
)
from barometre.ingest.labels import clean_label
from barometre.ingest.numbers import build_format, check_unite, read_nombre
from barometre.ingest.personal import mask_personal

IDENTIFIANTS = ("siren", "siret", "code")
EUROS = "€"
SANS_PROJET = "Cette ligne ne dit pas quel projet est soutenu."
NEGATIF = "Un montant attribué n'est pas négatif."
POURCENTAGE = "Un montant attribué est en euros, non en pourcentage."
CENTIMES = "« {} » : un montant en euros a deux décimales au plus. Un millier s'écrit sans virgule ni point."
TROP_LOIN = "Cette date est trop lointaine pour un projet soutenu (après {})."
A_L_ENVERS = "La fin du projet précède son début."
# Les projets d'un fonds durent quelques années : plus loin, c'est une faute de frappe.
DERNIERE_ANNEE = 2040
STATUT_INCONNU = "Ce statut n'est pas connu : écrivez attribué, en cours, terminé ou abandonné."


@dataclass(frozen=True)
class Beneficiaires:
    """Qui peut être bénéficiaire : une collectivité du référentiel, ou un OPSN connu par son SIREN."""

    referentiel: Referentiel
    opsn: Mapping[str, str]
    noms: Noms = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "noms", Noms(self.referentiel))


@cache
def load_mots() -> tuple[dict[str, str], dict[str, str]]:
    """Entête nettoyé → rôle, et mot nettoyé → statut."""
    brut = yaml.safe_load(files("barometre.ingest").joinpath("actions.yml").read_text("utf-8"))
    roles, statuts = (
        {clean_label(mot): cle for cle, mots in brut[nom].items() for mot in mots}
        for nom in ("roles", "statuts")
    )
    return roles, statuts


def find_role_action(entete: str) -> str:
    """Le rôle d'une colonne, vide si elle n'en a pas."""
    return load_mots()[0].get(clean_label(entete), "")


def _find_colonnes(export: Export) -> dict[str, int]:
    """Rôle → rang ; un fichier sans bénéficiaire, projet ni montant reconnus est refusé."""
    trouvees = [find_role_action(entete) for entete in export.entetes]
    doubles = sorted(r for r, n in Counter(trouvees).items() if r and n > 1)
    if doubles:
        raise ImportRefuse(f"Plusieurs colonnes se disent « {doubles[0]} » : n'en gardez qu'une.")
    colonnes = {role: rang for rang, role in enumerate(trouvees) if role}
    manque = [r for r in ("projet", "montant") if r not in colonnes]
    if not set(IDENTIFIANTS) & set(colonnes):
        manque.insert(0, "siren")
    if manque:
        lues = ", ".join(f"« {e} »" for e in export.entetes[:12])
        raise ImportRefuse(
            f"Il manque à « {export.nom} » une colonne : {', '.join(manque)}. Colonnes lues : {lues}."
        )
    return colonnes


class LectureActions:
    """Un export lu ligne à ligne : ce qui se charge, ce qui se refuse."""

    def __init__(self, export: Export, beneficiaires: Beneficiaires) -> None:
        self.export, self.beneficiaires = export, beneficiaires
        self.colonnes = _find_colonnes(export)
        self.rejets: list[Rejet] = []
        self.nombres = build_format(self._get_colonne("montant"), EUROS)
        self.dates = build_formats(
            {
                self.colonnes[role]: self._get_colonne(role)
                for role in ("date_debut", "date_fin")
                if role in self.colonnes
            }
        )

    def _get_colonne(self, role: str) -> tuple[str, ...]:
        return self.export.colonnes[self.colonnes[role]]

    def read_lignes(self) -> list[dict[str, Any]]:
        """Une action par ligne qui n'a aucun motif de refus."""
        lues = []
        for rang, ligne in enumerate(self.export.lignes):
            cellules = {role: self._get_colonne(role)[rang].strip() for role in self.colonnes}
            avant = len(self.rejets)
            action = {"ligne": ligne} | self._read_action(ligne, cellules)
            if len(self.rejets) == avant:
                lues.append(action)
        return lues

    def _read_action(self, ligne: int, cellules: Mapping[str, str]) -> dict[str, Any]:
        action: dict[str, Any] = self._read_beneficiaire(ligne, cellules)
        action["projet"] = mask_personal(cellules["projet"])
        if not action["projet"]:
            self._reject(ligne, "projet", "", SANS_PROJET)
        action["montant"] = self._read_montant(ligne, cellules["montant"])
        for role in ("date_debut", "date_fin"):
            action[role] = self._read_date(ligne, role, cellules.get(role, ""))
        if action["date_debut"] and action["date_fin"] and action["date_fin"] < action["date_debut"]:
            self._reject(ligne, "date_fin", cellules["date_fin"], A_L_ENVERS)
        action["axe"] = mask_personal(cellules.get("axe", ""))
        action["statut"] = self._read_statut(ligne, cellules.get("statut", ""))
        return action

    def _read_beneficiaire(self, ligne: int, cellules: Mapping[str, str]) -> dict[str, str | None]:
        trouve, opsn = self._identify(cellules)
        if opsn:
            return {"collectivite_id": None, "opsn_id": opsn}
        role = next((r for r in IDENTIFIANTS if cellules.get(r)), "siren")
        motif = trouve.motif
        if not motif and cellules.get("beneficiaire"):
            motif = self.beneficiaires.noms.check_nom(trouve.collectivite_id, cellules["beneficiaire"])
        if motif:
            self._reject(ligne, role, cellules.get(role, ""), motif)
        return {"collectivite_id": trouve.collectivite_id, "opsn_id": None}

    def _identify(self, cellules: Mapping[str, str]) -> tuple[Rattachement, str]:
        """La collectivité, ou l'OPSN : il n'est pas une collectivité, mais porte souvent le projet."""
        for role in ("siren", "siret"):
            numero = "".join(c for c in cellules.get(role, "") if c.isdecimal())[:9]
            if opsn := self.beneficiaires.opsn.get(numero):
                return Rattachement(), opsn
        ref, type_ = self.beneficiaires.referentiel, read_type(cellules.get("type", ""))
        lus = [
            find(cellules[role])
            for role, find in (
                ("siren", lambda texte: find_siren(texte, ref)),
                ("siret", lambda texte: find_siret(texte, ref)),
                ("code", lambda texte: find_code(texte, type_, ref)),
            )
            if clean_numero(cellules.get(role, ""))
        ]
        lus = drop_unknown(lus, ref)
        if not lus:
            return Rattachement(motif=SANS_IDENTIFIANT), ""
        faux = next((r for r in lus if r.motif), None)
        premier = lus[0].collectivite_id.partition("-")[0]
        if not type_ and premier in ("epci", "ept"):
            # Un SIREN est celui de qui reçoit : le code INSEE d'à côté n'est souvent que celui de son siège.
            type_ = premier
        return faux or combine(lus, type_, ref), ""

    def _read_montant(self, ligne: int, texte: str) -> float | None:
        if not texte:
            return None
        # « % » passe ailleurs pour le format d'une cellule ; d'un montant, c'est une autre réponse.
        motif = POURCENTAGE if "%" in texte else check_unite(texte, EUROS)
        montant, illisible = read_nombre(texte, self.nombres)
        motif = motif or illisible or _check_montant(montant, texte)
        if motif:
            self._reject(ligne, "montant", texte, motif)
        return montant

    def _read_date(self, ligne: int, role: str, texte: str) -> date | None:
        if not texte:
            return None
        lue, motif = read_date(texte, self.dates[self.colonnes[role]])
        if lue is not None and lue.year > DERNIERE_ANNEE:
            motif = TROP_LOIN.format(DERNIERE_ANNEE)
        if motif:
            self._reject(ligne, role, texte, motif)
        return lue

    def _read_statut(self, ligne: int, texte: str) -> str:
        if not texte:
            return "inconnu"
        statut = load_mots()[1].get(clean_label(texte), "")
        if not statut:
            self._reject(ligne, "statut", texte, STATUT_INCONNU)
        return statut

    def _reject(self, ligne: int, role: str, valeur: str, motif: str) -> None:
        entete = self.export.entetes[self.colonnes[role]] if role in self.colonnes else ""
        self.rejets.append(Rejet(ligne, entete, mask_personal(valeur), motif))

    def list_avertissements(self) -> list[str]:
        """Les colonnes qui n'ont pas été lues : leur contenu n'est gardé nulle part."""
        ignorees = [e for e in self.export.entetes if e and not find_role_action(e)]
        if not ignorees:
            return []
        return [f"Colonnes non lues, ni gardées : {', '.join(f'« {e} »' for e in ignorees)}."]


def _check_montant(montant: float | None, texte: str) -> str:
    """Le motif d'un nombre qui n'est pas un montant attribué ; vide s'il peut l'être."""
    if montant is None:
        return ""
    if montant < 0:
        return NEGATIF
    return CENTIMES.format(texte) if round(montant, 2) != montant else ""
