"""Ce que la loi demande à une collectivité de cette taille, et ce que l'on sait de son état."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from barometre.catalogue.model import Catalogue, SeuilLegal
from barometre.domain.formats import format_compte, format_date
from barometre.domain.territoire import Collectivite
from barometre.views.collectivite.soi import Soi

FAITE, CONSTATEE, INCONNU = "déclarée faite", "constatée par l’État", "inconnu"


@dataclass(frozen=True, slots=True)
class Obligation:
    """Une obligation et son état : faite si c'est déclaré ou mesuré, sinon inconnu."""

    seuil: SeuilLegal
    # None : la population manque pour trancher
    concernee: bool | None
    etat: str
    detail: str = ""

    @property
    def est_faite(self) -> bool:
        """Vrai si une réponse ou une donnée de l'État le montre."""
        return self.etat in (FAITE, CONSTATEE)

    @property
    def etat_dit(self) -> str:
        """« inconnu (votre réponse n'était pas « oui », deuxième édition) »."""
        return f"{self.etat} ({self.detail[:1].lower()}{self.detail[1:]})" if self.detail else self.etat

    @property
    def applicable(self) -> str:
        """« Vous êtes concernée », avec le critère que le référentiel ne connaît pas."""
        if self.concernee is None:
            return "À vérifier : la population manque pour le dire."
        return self.seuil.condition or "S’applique à votre taille."


def list_obligations(
    catalogue: Catalogue, collectivite: Collectivite, soi: Soi, jour: date
) -> tuple[Obligation, ...]:
    """Les obligations en vigueur qui concernent, ou pourraient concerner, cette collectivité."""
    obligations = []
    for seuil in catalogue.seuils:
        concernee = seuil.is_concernee(collectivite.type, collectivite.population)
        if concernee is not False and seuil.is_en_vigueur(jour):
            obligations.append(Obligation(seuil, concernee, *_find_etat(catalogue, seuil, soi)))
    return tuple(obligations)


def _find_etat(catalogue: Catalogue, seuil: SeuilLegal, soi: Soi) -> tuple[str, str]:
    for preuve in seuil.preuves:
        indicateur = catalogue.indicateurs.get(preuve)
        mesure = soi.get_mesure(indicateur.mesure_id) if indicateur else None
        if mesure is not None and mesure.valeur >= 1:
            return CONSTATEE, f"{mesure.indicateur.titre} ({mesure.periode})"
    siennes = {vague: r for (i, vague), r in soi.reponses.items() if i in seuil.preuves}
    if not siennes:
        return INCONNU, ""
    vague = max(siennes, key=lambda v: _rang(catalogue, v))
    # Le détail se lit entre parenthèses : sa vague n'en ouvre pas d'autres.
    titre = next((v.titre for v in catalogue.vagues if v.id == vague), vague).partition(" (")[0]
    if siennes[vague].est_oui:
        return FAITE, titre
    return INCONNU, f"votre réponse n’était pas « oui », {titre.lower()}" if siennes[vague].est_non else ""


def _rang(catalogue: Catalogue, vague_id: str) -> int:
    return next((rang for rang, v in enumerate(catalogue.vagues) if v.id == vague_id), -1)


def describe_loi(obligations: Sequence[Obligation], *, lisible: bool) -> str:
    """« 10 obligations. Vos réponses et les données de l'État en montrent 3 faites. », selon qui lit.

    Sans le droit de lire les réponses, dire qu'elles ne montrent rien serait faux : on ne les a pas vues.
    """
    faites = sum(o.est_faite for o in obligations)
    montrent = (
        f"en montrent {format_compte(faites, 'faite', 'faites')}" if faites else "n’en montrent aucune faite"
    )
    qui = "Vos réponses et les données de l’État" if lisible else "Les données de l’État"
    prive = "" if lisible else " ; ce que la collectivité a pu répondre n’est pas public"
    compte = format_compte(len(obligations), "obligation")
    return f"{compte}. {qui} {montrent}{prive}. Un état inconnu ne veut pas dire non fait."


def describe_verification(seuil: SeuilLegal) -> str:
    """« Référence vérifiée le 22 novembre 2026 », ou qu'elle reste à relire ; où, le catalogue le garde."""
    if seuil.verifie_le is None:
        return "Référence à relire : elle n’a pas encore été vérifiée."
    return f"Référence vérifiée le {format_date(seuil.verifie_le)}."
