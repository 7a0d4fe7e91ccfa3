"""Une version préparée, notée au registre avant qu'elle se lise, et jamais deux pareilles."""

from __future__ import annotations

from dataclasses import dataclass

from barometre.administration.operateur import Operateur
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.lot import Lot
from barometre.warehouse.versions import open_entrepot


@dataclass(frozen=True, slots=True)
class Annonce:
    """Ce que le registre dit d'une version préparée : le geste, ce sur quoi il porte, qui le fait."""

    operateur: Operateur
    geste: str
    quoi: str

    def check(self, lot: Lot, base: str) -> None:
        """`ImportRefuse` si une version préparée d'après la même a déjà ce fichier."""
        publications = self.operateur.registre.publications
        # Le verrou tenu, personne n'en note une autre : ce qui n'est pas lisible ne le deviendra plus.
        publications.forget_cles(open_entrepot().list_preparees())
        if deja := publications.find(_build_cle(base, self.geste, lot.lot_id, lot.retenues > 0)):
            raise ImportRefuse(
                f"Ce fichier est déjà dans la version préparée {deja} : comparez-la, publiez-la ou "
                "abandonnez-la. La préparer de nouveau donnerait les mêmes chiffres."
            )

    def record(self, lot: Lot, base: str, version_id: str) -> None:
        """Note la version ; `RegistreError` si une autre a déjà sa clé."""
        self.operateur.registre.publications.add(
            version_id, base, f"{self.geste} de {self.quoi}", par=self.operateur.compte,
            cle=_build_cle(base, self.geste, lot.lot_id, lot.retenues > 0),
        )  # fmt: skip


def find_preparee(operateur: Operateur, lot_id: str, geste: str) -> str:
    """La version préparée d'après celle en service qui a déjà ce fichier, vide s'il n'y en a pas.

    Celle qui part d'une autre ne se publie plus : elle n'empêche pas de préparer de nouveau. Ni celle qui
    retient ses réponses, ni celle qui a remplacé au lieu d'ajouter (ou l'inverse).
    """
    entrepot = open_entrepot()
    cle = _build_cle(entrepot.get_active() or "", geste, lot_id, retenu=False)
    trouvee = operateur.registre.publications.find(cle)
    return trouvee if trouvee in entrepot.list_preparees() else ""


def _build_cle(base: str, geste: str, lot_id: str, retenu: bool) -> str:
    """Deux versions de même clé auraient les mêmes chiffres."""
    return f"{base} {geste} {lot_id}{' retenu' if retenu else ''}"
