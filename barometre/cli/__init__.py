"""Les commandes : « python -m barometre … ». Un module par commande."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from barometre.catalogue.calendrier import Calendrier, set_lecteur
from barometre.cli.analyse import FAIT, REFUSE, Mesuse, build_parser
from barometre.cli.erreurs import explain


def _read_calendrier() -> Calendrier:
    """Une commande qui ne lit pas le catalogue n'ouvre pas le registre."""
    from barometre.assemblage.calendrier import read_calendrier_garde  # noqa: PLC0415

    return read_calendrier_garde()


def main(arguments: Sequence[str] | None = None) -> int:
    """Exécute une commande ; rend 0 (fait), 1 (refusé) ou 2 (mal employée)."""
    mots = list(sys.argv[1:] if arguments is None else arguments)
    set_lecteur(_read_calendrier)
    try:
        demande = build_parser(mots).parse_args(mots)
    except Mesuse as erreur:
        return erreur.code
    try:
        code: int | None = demande.execute(demande)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("Interrompu ; la version en service n'a pas changé.", file=sys.stderr)
        return REFUSE
    except BrokenPipeError:
        # Le lecteur a fermé le tube (« | head ») ; rien à dire, et plus rien à écrire.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAIT
    except Exception as erreur:
        # Un lecteur de la console reçoit une phrase, jamais une trace.
        print(f"erreur : {explain(erreur)}", file=sys.stderr)
        return REFUSE
    return FAIT if code is None else code
