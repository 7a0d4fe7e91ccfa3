"""Ce que l'on sait d'une collectivité sans lire aucune de ses réponses."""

from __future__ import annotations

from dataclasses import dataclass

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import INCONNU, format_compte, format_liste
from barometre.domain.territoire import LIBELLES_COUVERTURES, Collectivite
from barometre.views.lecture.libelles import Libelles

NOMS_TYPES = {
    "commune": "Commune",
    "epci": "Intercommunalité (EPCI)",
    "ept": "Établissement public territorial",
    "departement": "Département",
    "region": "Région",
}
OPSN_INCONNU = (
    "inconnu\u202f: aucune source ne dit si un OPSN vous accompagne, ce qui ne veut pas dire que personne "
    "ne le fait"
)


@dataclass(frozen=True, slots=True)
class Identite:
    """Une carte d'identité : un titre, et des faits en mots dans l'ordre où on les lit."""

    collectivite: Collectivite
    titre: str
    faits: tuple[tuple[str, str], ...]


def build_identite(gate: Gate, catalogue: Catalogue, collectivite_id: str) -> Identite | None:
    """L'identité d'une collectivité, ou rien si elle n'existe pas."""
    trouvee = gate.get_collectivite(collectivite_id)
    if trouvee is None:
        return None
    libelles = Libelles(catalogue, gate)
    faits = (
        ("Nature", NOMS_TYPES[trouvee.type]),
        ("Code", trouvee.code),
        ("SIREN", trouvee.siren or INCONNU),
        ("Population", describe_population(trouvee)),
        ("Strate", libelles.get_strate(trouvee.strate) if trouvee.strate else INCONNU),
        ("Intercommunalité", _name(gate, "epci", trouvee.epci)),
        ("Département", _name(gate, "departement", trouvee.departement)),
        ("Région", _name(gate, "region", trouvee.region)),
        ("Accompagnement", _describe_opsn(gate, trouvee)),
        ("Vagues répondues", _describe_vagues(gate, catalogue, collectivite_id)),
    )
    return Identite(trouvee, _entitle(gate, trouvee), tuple((nom, valeur) for nom, valeur in faits if valeur))


def describe_population(collectivite: Collectivite) -> str:
    """« 20 307 habitants en 2023 », ou « inconnu »."""
    if not collectivite.population:
        return INCONNU
    return f"{format_compte(collectivite.population, 'habitant')} en {collectivite.annee_population}"


def _name(gate: Gate, type_: str, code: str | None) -> str:
    """Le nom du territoire d'un code ; vide quand la notion ne s'applique pas."""
    if not code:
        return ""
    territoire = gate.get_collectivite(f"{type_}-{code}")
    return territoire.nom if territoire else code


def _entitle(gate: Gate, collectivite: Collectivite) -> str:
    """« Sainte-Colombe (Rhône) » : des communes ont le même nom, jamais dans un même département."""
    departement = _name(gate, "departement", collectivite.departement)
    return f"{collectivite.nom} ({departement})" if collectivite.type == "commune" else collectivite.nom


def _describe_opsn(gate: Gate, collectivite: Collectivite) -> str:
    cibles = [collectivite.id]
    if collectivite.departement:
        cibles.append(f"departement-{collectivite.departement}")
    liens = gate.list_liens_opsn(cibles)
    if liens.empty:
        return OPSN_INCONNU
    noms = gate.list_opsn().set_index("opsn_id")["nom"]
    trouves = sorted({str(noms.get(opsn_id, opsn_id)) for opsn_id in liens["opsn_id"]})
    return f"{LIBELLES_COUVERTURES[collectivite.couverture]}\u202f: {format_liste(trouves)}"


def _describe_vagues(gate: Gate, catalogue: Catalogue, collectivite_id: str) -> str:
    if not gate.can_see_participation(collectivite_id):
        return "non public"
    participations = gate.list_participations(collectivite_id=collectivite_id)
    repondues = set(participations["vague_id"])
    titres = [vague.titre for vague in catalogue.vagues if vague.id in repondues]
    return format_liste(titres) if titres else "aucune pour l’instant"
