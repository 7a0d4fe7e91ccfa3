"""Contours et référentiel sont-ils du même millésime ? Ce que la carte en dit, et quand elle renonce."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from barometre.contours import encarts
from barometre.contours.dossier import TUILES
from barometre.contours.lecture import (
    NOMS,
    PAR_UN_OPERATEUR,
    Contours,
    ContoursAbsents,
    read_codes,
    read_manifeste,
)
from barometre.domain.formats import format_compte, format_nombre

# Une carte trouée de plus d'un dixième se lit comme une carte de ses trous : mieux vaut le niveau du dessus.
PART_MINIMALE = 0.9
EXEMPLES = 3
RECHARGER = f"Pour les recharger\u202f: {PAR_UN_OPERATEUR}"
SINGULIERS = {
    "region": "région",
    "departement": "département",
    "epci": "intercommunalité",
    "commune": "commune",
}
# L'en-tête d'un fichier PMTiles (version 3) : magie, version, puis quatre couples (début, longueur).
_MAGIE, _EN_TETE, _VERSION = b"PMTiles", 127, 3


@dataclass(frozen=True, slots=True)
class Accord:
    """Combien de lieux de la carte ont leur contour, et de quels millésimes sont les uns et les autres."""

    niveau: str
    attendus: int
    manquants: tuple[str, ...]
    millesime: str
    reference: str

    @property
    def trouves(self) -> int:
        """Les lieux qui ont leur contour."""
        return self.attendus - len(self.manquants)

    @property
    def suffit(self) -> bool:
        """Vrai si la carte peut être dessinée à ce niveau."""
        return self.attendus == 0 or self.trouves >= PART_MINIMALE * self.attendus

    @property
    def phrase(self) -> str:
        """Ce que la carte en dit ; vide quand tout est du même millésime et que rien ne manque."""
        if not self._est_d_un_autre_millesime and not self.manquants:
            return ""
        compte = f"{format_compte(self.trouves, SINGULIERS[self.niveau])} sur {format_nombre(self.attendus)}"
        ont = "ont leur" if self.trouves >= 2 else "a son"
        return f"{self._millesimes}{compte} {ont} contour.{self._suite}"

    @property
    def _est_d_un_autre_millesime(self) -> bool:
        # Les contours embarqués n'ont pas de millésime : seuls leurs codes se comparent.
        return bool(self.millesime and self.reference and self.millesime != self.reference)

    @property
    def _millesimes(self) -> str:
        if not self._est_d_un_autre_millesime:
            return ""
        return (
            f"Les contours chargés sont du millésime {self.millesime}, les données du millésime "
            f"{self.reference}\u202f: "
        )

    @property
    def _suite(self) -> str:
        manquants = ""
        if self.manquants:
            reste = "…" if len(self.manquants) > EXEMPLES else ""
            manquants = f" Sans contour\u202f: {', '.join(self.manquants[:EXEMPLES])}{reste}"
            manquants += "\u202f; le tableau les contient." if self.suffit else "" if reste else "."
        faire = f" {RECHARGER}." if self._est_d_un_autre_millesime else ""
        return f"{manquants}{faire}"


def compare_codes(contours: Contours, codes: Iterable[str], reference: str) -> Accord:
    """L'accord entre des contours et les lieux d'une carte ; `reference` : le millésime des données."""
    attendus = {str(code) for code in codes}
    manquants = tuple(sorted(attendus - set(contours.formes["code"])))
    return Accord(contours.niveau, len(attendus), manquants, contours.millesime, reference)


def check_accord(accord: Accord) -> None:
    """Refuse de dessiner quand trop de lieux n'ont pas de contour ; la phrase dit combien."""
    if not accord.suffit:
        raise ContoursAbsents(
            f"{accord.phrase} C’est trop peu pour une carte par {SINGULIERS[accord.niveau]}."
        )


def check_tuiles(dossier: Path, contours: Contours) -> list[str]:
    """Les codes des communes, dans l'ordre des valeurs ; refuse des tuiles absentes, abîmées ou d'ailleurs.

    Les trois fichiers s'écrivent ensemble : s'ils se contredisent, une couleur serait posée sur la commune
    d'à côté. On préfère alors l'image fixe, qui ne lit que les contours.
    """
    try:
        codes = read_codes(dossier)
        entete = _read_entete(dossier / TUILES)
        taille = (dossier / TUILES).stat().st_size
    except (OSError, ValueError) as erreur:
        raise _refuse("manquent ou ne se lisent plus") from erreur
    if entete is None or any(debut + longueur > taille for debut, longueur in entete):
        raise _refuse("sont abîmées")
    if len(set(codes)) != len(codes) or set(codes) != set(contours.formes["code"]):
        raise _refuse("ne sont pas celles des contours chargés")
    if read_manifeste(dossier).get("placement") != encarts.get_empreinte():
        raise _refuse("ont été écrites par une version plus ancienne du programme")
    return codes


def _refuse(quoi: str) -> ContoursAbsents:
    return ContoursAbsents(
        f"Les tuiles des {NOMS['commune']} {quoi}\u202f: une image fixe, faite des mêmes contours, les "
        f"remplace. {RECHARGER}."
    )


def _read_entete(fichier: Path) -> tuple[tuple[int, int], ...] | None:
    """Les quatre parties du fichier, ou None si ce n'est pas du PMTiles que l'on sait lire."""
    with fichier.open("rb") as entree:
        octets = entree.read(_EN_TETE)
    if len(octets) < _EN_TETE or octets[:7] != _MAGIE or octets[7] != _VERSION:
        return None
    racine, longueur, meta, sa_taille, feuilles, leur_taille, tuiles, leurs_octets = struct.unpack_from(
        "<8Q", octets, 8
    )
    parties = ((racine, longueur), (meta, sa_taille), (feuilles, leur_taille), (tuiles, leurs_octets))
    return parties if longueur and leurs_octets else None
