"""Mener à une collectivité : un identifiant, un code même ancien, un nom, et la phrase qui l'explique."""

from __future__ import annotations

from dataclasses import dataclass

from barometre.access import Gate, Trouvaille
from barometre.domain.formats import format_guillemets
from barometre.domain.territoire import Collectivite

RESULTATS = 15


@dataclass(frozen=True, slots=True)
class Resolution:
    """La collectivité désignée, ou rien ; `message` quand l'adresse ne la désignait pas mot pour mot."""

    collectivite: Collectivite | None
    message: str = ""


def resolve_collectivite(gate: Gate, demande: str) -> Resolution:
    """`commune-33063`, « 33063 », « commune-01340 » (ancien code), « Bordeaux » → la collectivité."""
    net = demande.strip()[:120]
    if not net:
        return Resolution(None)
    exacte = gate.get_collectivite(net)
    if exacte is not None:
        return _follow_porteur(gate, exacte)
    code = net.rpartition("-")[2] if net.partition("-")[0] in _TYPES else net
    trouvee = gate.resolve_code(code)
    if trouvee is not None:
        return Resolution(gate.get_collectivite(trouvee), _explain(gate, net, code, trouvee))
    return _search(gate, net, code)


_TYPES = ("commune", "epci", "ept", "departement", "region")


def _follow_porteur(gate: Gate, territoire: Collectivite) -> Resolution:
    if not territoire.porteur_id:
        return Resolution(territoire)
    porteur = gate.get_collectivite(territoire.porteur_id)
    if porteur is None:
        return Resolution(territoire)
    return Resolution(
        porteur,
        f"{_nommer(territoire)} n’est pas une collectivité à part : ses compétences sont exercées par "
        f"{_nommer(porteur)}, que voici.",
    )


def _nommer(collectivite: Collectivite) -> str:
    return f"{collectivite.nom} ({_NATURES.get(collectivite.type, collectivite.type)})"


_NATURES = {
    "commune": "commune",
    "epci": "intercommunalité",
    "ept": "établissement public territorial",
    "departement": "département",
    "region": "région",
}


def _explain(gate: Gate, demande: str, code: str, collectivite_id: str) -> str:
    """Un code nu ne demande pas d'explication ; un ancien code, un mauvais type, si."""
    trouvee = gate.get_collectivite(collectivite_id)
    if trouvee is None or code.upper() in (trouvee.code, trouvee.siren):
        return ""
    anciens = gate.list_codes_anciens()
    lignes = anciens[anciens["code"].eq(code.upper())]
    if lignes.empty:
        return f"L’adresse {format_guillemets(demande)} mène à {trouvee.nom}."
    return describe_ancien(str(lignes.iloc[0]["nom"]), str(lignes.iloc[0]["nature"]), trouvee.nom)


def describe_ancien(ancien: str, nature: str, actuel: str) -> str:
    """« Saint-Bois, aujourd'hui Arboys en Bugey. »"""
    if nature == "arrondissement-municipal":
        return f"{ancien} est un arrondissement de {actuel} : voici la commune entière."
    return f"{ancien}, aujourd’hui {actuel}."


def _search(gate: Gate, demande: str, code: str) -> Resolution:
    """Un nom qui ne désigne qu'une collectivité suffit ; sinon, une phrase."""
    memes = [t for t in gate.search(code) if t.nom.casefold() == code.casefold()]
    if len(memes) == 1:
        return Resolution(gate.get_collectivite(memes[0].collectivite_id))
    return Resolution(
        None,
        f"L’adresse demande la collectivité {format_guillemets(demande)}, qui n’existe pas : "
        "cherchez-la par son nom ou son code postal.",
    )


def describe_trouvaille(trouvaille: Trouvaille) -> str:
    """« Sainte-Colombe (Gironde) », « Saint-Bois, aujourd'hui Arboys en Bugey (Ain) »."""
    nom = trouvaille.libelle
    if trouvaille.motif.startswith("arrondissement"):
        return f"{nom} · {trouvaille.ancien_nom}"
    if trouvaille.ancien_nom and trouvaille.ancien_nom != trouvaille.nom:
        return f"{trouvaille.ancien_nom}, aujourd’hui {nom}"
    return f"{nom} · {trouvaille.motif}" if trouvaille.motif else nom
