"""Ce que l'on demande d'une synthèse : un territoire, un type ou un OPSN, et une édition."""

from __future__ import annotations

from dataclasses import dataclass

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.enquete import Vague
from barometre.domain.formats import format_compte
from barometre.domain.territoire import FRANCE, LIBELLES_TYPES
from barometre.views.lecture.libelles import ZONES
from barometre.views.lecture.selection import Selection

NIVEAUX = ("region-", "departement-")


class DemandeRefusee(ValueError):
    """La synthèse demandée n'existe pas ; le message dit quoi changer."""


@dataclass(frozen=True, slots=True)
class Demande:
    """`edition` : un identifiant de vague, une année, ou rien pour les dernières réponses de chaque thème."""

    territoire_id: str = FRANCE
    type: str = ""
    opsn_id: str = ""
    edition: str = ""


@dataclass(frozen=True, slots=True)
class Champ:
    """La sélection des pages que lit la synthèse, et ce qui l'a élargie."""

    selection: Selection
    phrase: str = ""
    opsn: str = ""


def resolve_champ(gate: Gate, demande: Demande) -> Champ:
    """Les cellules publiées à lire ; `DemandeRefusee` si le territoire, le type ou l'OPSN n'existent pas."""
    if demande.opsn_id:
        return _resolve_opsn(gate, demande)
    if demande.type and demande.type not in LIBELLES_TYPES:
        permis = ", ".join(LIBELLES_TYPES)
        raise DemandeRefusee(
            f"« {demande.type} » n'est pas un type de collectivité ; choisissez parmi : {permis}."
        )
    _check_territoire(gate, demande.territoire_id)
    return Champ(Selection(territoire_id=demande.territoire_id, type=demande.type))


def _check_territoire(gate: Gate, territoire_id: str) -> None:
    if territoire_id == FRANCE or territoire_id in ZONES:
        return
    if not territoire_id.startswith(NIVEAUX) or gate.get_collectivite(territoire_id) is None:
        raise DemandeRefusee(
            f"« {territoire_id} » n'est pas un territoire de synthèse : donnez « france », une région "
            "(« region-53 ») ou un département (« departement-33 »)."
        )


def _resolve_opsn(gate: Gate, demande: Demande) -> Champ:
    """Un périmètre d'OPSN n'a pas de chiffre à lui : on lit le territoire publié qui le contient."""
    noms = dict(gate.list_opsn()[["opsn_id", "nom"]].itertuples(index=False, name=None))
    if demande.opsn_id not in noms:
        raise DemandeRefusee(f"L'OPSN « {demande.opsn_id} » n'existe pas ; voyez la page Sources et méthode.")
    perimetre = set(gate.list_perimetre_opsn(demande.opsn_id))
    if not perimetre:
        raise DemandeRefusee(f"{noms[demande.opsn_id]} : aucune collectivité de son périmètre n'est connue.")
    communes = gate.get_referentiel()
    siennes = communes[communes["collectivite_id"].isin(perimetre)]
    territoire_id = _contain(siennes["departement"].dropna().unique(), siennes["region"].dropna().unique())
    phrase = (
        f"{noms[demande.opsn_id]} : {format_compte(len(perimetre), 'collectivité')} dans son périmètre. "
        "Aucun chiffre n’est calculé pour un périmètre seul, où l’on devinerait des réponses ; "
        "voici ceux du territoire qui le contient."
    )
    return Champ(Selection(territoire_id=territoire_id), phrase, noms[demande.opsn_id])


def _contain(departements: object, regions: object) -> str:
    """Le plus petit territoire publié qui contient un périmètre."""
    ds, rs = [*departements], [*regions]  # type: ignore[misc]
    if len(ds) == 1:
        return f"departement-{ds[0]}"
    return f"region-{rs[0]}" if len(rs) == 1 else FRANCE


def _get_annee(vague: Vague) -> str:
    return str(vague.ouverture.year) if vague.ouverture else ""


def choose_vagues(catalogue: Catalogue, edition: str) -> dict[str, str]:
    """La vague de chaque thème ; vide : la dernière qui a des réponses."""
    if not edition:
        return {theme.id: "" for theme in catalogue.themes}
    retenues = [v for v in catalogue.vagues if edition in (v.id, _get_annee(v))]
    if not retenues:
        connues = ", ".join(v.id for v in catalogue.vagues)
        raise DemandeRefusee(f"« {edition} » n'est ni une vague ni une année d'enquête ; vagues : {connues}.")
    choisies = {theme: vague.id for vague in retenues for theme in vague.questionnaires}
    return {theme.id: choisies[theme.id] for theme in catalogue.themes if theme.id in choisies}
