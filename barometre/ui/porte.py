"""La porte du lecteur : sa portée, sur la version que nomme l'adresse ou sur celle en service.

La portée se décide ici et nulle part ailleurs : de vrais droits viennent du registre, une vue prêtée ne vaut
que sur des réponses simulées. Un message forgé par le navigateur n'y change rien.
"""

from __future__ import annotations

import streamlit as st

from barometre.access import Gate
from barometre.assemblage import depot
from barometre.assemblage.opsn import load_territoire_opsn
from barometre.assemblage.revisions import load_revisions
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_date
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.territoire import FRANCE
from barometre.domain.version import Version
from barometre.ui import state
from barometre.ui.visiteur import get_lecteur
from barometre.views.donnees.revisions import read_etendue

# Ce qui décide de ce que la page lit de nommé, noté quand elle commence.
_DROIT_LU = "_droit_lu"
_PUBLIC = (PUBLIC, "")
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


def explain_version(*, compare: bool = True) -> str:
    """Ce qu'il faut savoir de la version de l'adresse ; vide si c'est celle en service, ou aucune.

    `compare` : dire aussi ce que les chiffres de la page sont devenus ; une page sans chiffre n'en a pas.
    """
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
            f"{en_service}. On ne peut plus dire si les chiffres ont changé depuis."
        )
    creee_le = format_date(depot.get_version(demandee).creee_le)
    return (
        f"Vous relisez la version {demandee}, du {creee_le}, telle que le public la lisait ; celle en "
        f"service est {en_service} : ôtez « version » de l’adresse pour y revenir."
        f"{f' {_explain_revisions(demandee)}' if compare else ''}"
    )


def _explain_revisions(demandee: str) -> str:
    """Ce que les chiffres de la page sont devenus depuis cette version, lus en public des deux côtés."""
    etendue = read_etendue(state.get_page(), state.read_adresse(), load_catalogue())
    lues = load_revisions(demandee, depot.get_version_id(), etendue)
    autres = etendue.territoires or etendue.niveaux
    lieux = "France, régions et territoires choisis" if autres else "France et régions"
    return f"Des chiffres publics que couvre cette page ({lieux})\u202f: {lues.phrase}."


def get_portee() -> Portee:
    """Les droits du lecteur sur la version lue ; le public tant que rien d'autre n'est établi.

    Une version passée se relit en public : un droit accordé, ou retiré, l'est sur celle en service.
    """
    if is_ancienne():
        return PUBLIC
    prete = state.get_vue_simulee()
    return prete if prete.simulee and get_version().simulee else get_lecteur().portee


def keep_droit() -> None:
    """Au début de chaque page : sous quel droit elle va lire, et sur quel périmètre."""
    st.session_state[_DROIT_LU] = _read_droit()


def is_droit_change() -> bool:
    """Vrai si ce que la page a lu ne se lirait plus : un droit retiré ou échu, un périmètre changé.

    Un dépliant se rejoue sans la page, et montre ce qu'elle a lu. Ce qui est public le reste.
    """
    lu = st.session_state.get(_DROIT_LU, _PUBLIC)
    return bool(lu != _PUBLIC and lu != _read_droit())


def _read_droit() -> tuple[Portee, str]:
    """Le droit, et la version là où elle en décide : le périmètre d'un OPSN."""
    portee = get_portee()
    return portee, get_version_id() if portee.role == "opsn" else ""


def is_tiers() -> bool:
    """Vrai si le lecteur n'est pas la collectivité qu'il lit : on ne lui dit pas « vos réponses »."""
    return get_portee().role in ("opsn", "programme", "operateur")


def is_nomme(*collectivites: str) -> bool:
    """Vrai si le lecteur lit, de l'une d'elles, ce que le public n'en lit pas ; sinon, rien à motiver."""
    gate = get_gate()
    return any(gate.can_see_participation(i) or gate.can_read(i) for i in collectivites)


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
