"""Ce que sont devenus les chiffres d'un ancien lien, comparés une fois par couple de versions."""

from __future__ import annotations

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.depot import build_gate
from barometre.domain.portee import PUBLIC
from barometre.views.donnees.revisions import Etendue, Revisions, count_revisions


def load_revisions(avant_id: str, apres_id: str, etendue: Etendue) -> Revisions:
    """Les chiffres publics de cette étendue, de la version `avant_id` à `apres_id`."""
    return memoire.get_vue(build_gate(PUBLIC, apres_id), _revisions, avant_id, etendue)


def _revisions(apres: Gate, avant_id: str, etendue: Etendue) -> Revisions:
    return count_revisions(build_gate(PUBLIC, avant_id), apres, etendue)
