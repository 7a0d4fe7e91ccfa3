"""La fin de toute version neuve : dire ce qu'elle est, la contrôler, la refuser si elle est fausse."""

from __future__ import annotations

from collections.abc import Sequence

from barometre.domain.version import Empreintes
from barometre.pipeline.empreintes import get_code_version
from barometre.pipeline.verify import check_version
from barometre.warehouse.controles import Controle
from barometre.warehouse.engine import Engine
from barometre.warehouse.versions import write_version


class ConstructionRefusee(Exception):
    """La version construite ne passe pas ses contrôles ; celle en service reste."""

    def __init__(self, controles: list[Controle]) -> None:
        self.controles = controles
        rates = " ; ".join(f"{c.nom} : {c.detail}" for c in controles if not c.ok)
        super().__init__(f"La version construite n'est pas mise en service. {rates}")


def finish_version(
    moteur: Engine, version_id: str, empreintes: Empreintes, simulee: bool, commentaire: str
) -> None:
    """Écrit ce qu'est la version ; `empreintes` : de quoi tous ses chiffres ont été calculés."""
    write_version(
        moteur,
        version_id,
        simulee=simulee,
        code_version=get_code_version(),
        empreintes=empreintes,
        commentaire=commentaire or ("Démonstration : réponses simulées" if simulee else ""),
    )


def check_or_refuse(moteur: Engine, deja: Sequence[Controle] = ()) -> list[Controle]:
    """Les contrôles d'une version, ou `ConstructionRefusee` ; `deja` : ceux qui sont faits."""
    controles = check_version(moteur, deja)
    if not all(c.ok for c in controles):
        raise ConstructionRefusee(controles)
    return controles
