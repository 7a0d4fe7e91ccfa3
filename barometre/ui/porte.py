"""La porte du lecteur : sa portée, sur la version que nomme l'adresse ou sur celle en service.

La portée se décide ici et nulle part ailleurs : de vrais droits viennent du registre, une vue prêtée ne vaut
que sur des réponses simulées. Un message forgé par le navigateur n'y change rien.
"""

from __future__ import annotations

from barometre.access import Gate
from barometre.assemblage import depot
from barometre.assemblage.opsn import load_territoire_opsn
from barometre.domain.formats import format_date
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.territoire import FRANCE
from barometre.domain.version import Version
from barometre.ui import state
from barometre.ui.visiteur import get_lecteur

# Qui relit une version préparée avant sa parution.
APERCU = frozenset({"programme", "operateur"})


def get_version_id() -> str:
    """La version que nomme l'adresse tant qu'elle est gardée ; sinon celle en service."""
    demandee = state.get_version_demandee()
    lisible = bool(demandee) and (depot.is_gardee(demandee) or _is_apercu(demandee))
    return demandee if lisible else depot.get_version_id()


def _is_apercu(version_id: str) -> bool:
    """Vrai si c'est une version préparée que ce lecteur relit avant le public : programme ou opérateur."""
    return get_lecteur().portee.role in APERCU and depot.is_preparee(version_id)


def is_ancienne() -> bool:
    """Vrai si l'adresse a rouvert une version qui n'est plus celle en service."""
    demandee = state.get_version_demandee()
    # Sans demande, rien à comparer : la page se montre même quand aucun entrepôt n'est lisible.
    return bool(demandee) and get_version_id() != depot.get_version_id()


def explain_version() -> str:
    """Ce qu'il faut savoir de la version de l'adresse ; vide si c'est celle en service, ou aucune."""
    demandee, en_service = state.get_version_demandee(), depot.get_version_id()
    if demandee in ("", en_service):
        return ""
    if _is_apercu(demandee):
        return (
            f"Vous relisez la version {demandee}, préparée et pas encore publique, telle que le public la "
            "lira : ôtez « version » de l’adresse pour revenir à celle en service."
        )
    if not depot.is_gardee(demandee):
        return (
            f"La version « {demandee} » que nomme cette adresse n’est plus gardée : voici celle en service, "
            f"{en_service}. Les chiffres ont pu changer."
        )
    creee_le = format_date(depot.get_version(demandee).creee_le)
    return (
        f"Vous relisez la version {demandee}, du {creee_le}, telle que le public la lisait ; celle en "
        f"service est {en_service} : ôtez « version » de l’adresse pour y revenir."
    )


def get_portee() -> Portee:
    """Les droits du lecteur sur la version lue ; le public tant que rien d'autre n'est établi.

    Une version passée se relit en public : un droit accordé, ou retiré, l'est sur celle en service.
    """
    if is_ancienne():
        return PUBLIC
    prete = state.get_vue_simulee()
    return prete if prete.simulee and get_version().simulee else get_lecteur().portee


def is_tiers() -> bool:
    """Vrai si le lecteur n'est pas la collectivité qu'il lit : on ne lui dit pas « vos réponses »."""
    return get_portee().role in ("opsn", "programme", "operateur")


def get_gate() -> Gate:
    """La porte d'accès du lecteur, sur la version lue."""
    return depot.build_gate(get_portee(), get_version_id(), get_lecteur().compte)


def get_version() -> Version:
    """La ligne de la version lue."""
    return depot.get_version(get_version_id())


def get_territoire_defaut() -> str:
    """Le champ d'un lecteur qui n'en demande aucun : la France, ou le périmètre d'un agent d'OPSN."""
    return load_territoire_opsn(get_gate()) if get_portee().role == "opsn" else FRANCE


def list_territoires() -> dict[str, str]:
    """Les territoires que l'on peut choisir : identifiant → nom."""
    return depot.list_territoires(get_version_id())
