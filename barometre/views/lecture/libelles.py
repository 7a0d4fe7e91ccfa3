"""Nommer un territoire, une strate, un type, une couverture, une vague, comme un lecteur les dirait."""

from __future__ import annotations

from dataclasses import dataclass

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.enquete import Vague
from barometre.domain.structure import EGALE
from barometre.domain.territoire import FRANCE, LIBELLES_COUVERTURES, LIBELLES_TYPES
from barometre.views.lecture.selection import Selection

ZONES = {"zone-metropole": "France métropolitaine", "zone-outre_mer": "Outre-mer"}
TOUTES = "Toutes les collectivités"


@dataclass(frozen=True, slots=True)
class Libelles:
    """Les mots du catalogue et du référentiel, au même endroit."""

    catalogue: Catalogue
    gate: Gate

    def get_territoire(self, territoire_id: str) -> str:
        """`region-53` → « Bretagne »."""
        if territoire_id in ("", FRANCE):
            return "France"
        if territoire_id in ZONES:
            return ZONES[territoire_id]
        trouve = self.gate.get_collectivite(territoire_id)
        return trouve.nom if trouve else territoire_id

    def get_strate(self, strate_id: str) -> str:
        """`commune-0-499` → « Communes de moins de 500 habitants »."""
        strate = next((s for s in self.catalogue.strates if s.id == strate_id), None)
        if strate is None:
            return strate_id
        if strate.type != "commune":
            return strate.libelle
        return f"Communes de {strate.libelle[0].lower()}{strate.libelle[1:]}"

    def get_public(self, selection: Selection) -> str:
        """Qui est compté : « Communes de 500 à 999 habitants », « Toutes les collectivités »."""
        if selection.strate:
            return self.get_strate(selection.strate)
        return LIBELLES_TYPES.get(selection.type, TOUTES)

    def get_champ(self, selection: Selection) -> str:
        """La sélection entière en mots, sans la vague."""
        couverture = LIBELLES_COUVERTURES.get(selection.couverture, "")
        egale = "à structure égale" if selection.structure == EGALE else ""
        lieu = self.get_territoire(selection.territoire_id)
        morceaux = (self.get_public(selection), couverture, lieu, egale)
        return ", ".join(m if rang == 0 else _milieu(m) for rang, m in enumerate(filter(None, morceaux)))

    def get_vague(self, vague_id: str) -> Vague | None:
        """La vague de cet identifiant."""
        return next((vague for vague in self.catalogue.vagues if vague.id == vague_id), None)

    def get_titre_vague(self, vague_id: str) -> str:
        """« Première vague (novembre 2023) »."""
        vague = self.get_vague(vague_id)
        return vague.titre if vague else vague_id


def _milieu(texte: str) -> str:
    """« Adhérente d'un OPSN » s'écrit sans majuscule au milieu d'une phrase ; un nom propre la garde."""
    return texte[0].lower() + texte[1:] if texte in LIBELLES_COUVERTURES.values() else texte


def lower_initiale(texte: str) -> str:
    """La première lettre en minuscule, sauf pour un sigle ou un nom de pays."""
    # « L’âge » : l'élision n'est pas un sigle.
    if (texte[:2].isupper() and texte[1:2] not in "’'") or texte.startswith("France"):
        return texte
    return texte[:1].lower() + texte[1:]
