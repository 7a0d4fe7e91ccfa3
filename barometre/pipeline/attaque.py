"""L'attaque d'une version entière : chaque vague, chaque question, telles qu'elles se publient.

La construction et l'import tirent d'autres bruits jusqu'à ce qu'aucune réponse ne se devine, un nombre borné
de fois ; une réponse tardive rejoint ensuite des bruits déjà tirés. Ici se lit ce qui en reste.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from barometre.catalogue import Catalogue
from barometre.domain.formats import format_compte
from barometre.pipeline.calcul import Contexte, Vaguee, build_contexte, find_devinees, split_vagues
from barometre.pipeline.cles import Tirages, list_tardives, read_cles
from barometre.pipeline.parallele import run_parallel
from barometre.warehouse.controles import Controle
from barometre.warehouse.repository import Repository, read_rows

NOM = "Secret : aucune réponse ne se devine des chiffres publiés, l'attaque refaite"
CITEES = 3


@dataclass(frozen=True, slots=True)
class Publiees:
    """Les vagues d'une version, chaque questionnaire à part, et ce qu'elles partagent."""

    contexte: Contexte
    vagues: list[Vaguee]


def read_publiees(depot: Repository, catalogue: Catalogue) -> Publiees:
    """Les réponses de la version lue, et de quoi refaire leur bruit."""
    moteur = depot.get_engine()
    participations, lots = read_rows(moteur, "participation"), read_rows(moteur, "lot_import")
    tirages = Tirages(read_cles(moteur), list_tardives(participations, lots))
    ordre = [v.id for v in catalogue.vagues]
    groupes = split_vagues(participations, read_rows(moteur, "fait_reponse"), ordre, tirages)
    contexte = build_contexte(depot.list_collectivites(cadre=False), catalogue)
    return Publiees(contexte, [vague for groupe in groupes for vague in groupe])


def check_devinees(publiees: Publiees, processus: int = 1) -> Controle:
    """Les chiffres qui laissent deviner une réponse à qui connaît toutes les répondantes.

    `processus` : combien de vagues à la fois ; aucune connexion ne doit être ouverte.
    """
    vagues = publiees.vagues
    trouvees = run_parallel(partial(find_devinees, publiees.contexte), vagues, processus)
    lieux = [
        f"{indicateur} ({vague.vague_id})"
        for vague, devinees in zip(vagues, trouvees, strict=True)
        for indicateur in devinees
    ]
    if not lieux:
        attaquees = format_compte(len(vagues), "vague attaquée", "vagues attaquées")
        return Controle(NOM, True, f"{attaquees}, questionnaire par questionnaire")
    combien = format_compte(len(lieux), "indicateur en laisse", "indicateurs en laissent")
    return Controle(
        NOM, False,
        f"{combien} deviner une, dont {', '.join(lieux[:CITEES])}. Retirez-les du catalogue, puis lancez "
        "« python -m barometre recalculer »",
    )  # fmt: skip
