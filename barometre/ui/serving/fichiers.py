"""Les fichiers privés, servis par nous : le droit est relu à chaque demande, le journal s'écrit d'abord.

Ceux de Streamlit (`/media/<condensé du contenu>`) se demandent sans session, et disent à qui devine un
contenu qu'il existe : rien de privé n'y passe. L'adresse d'ici est un jeton signé, remis à une session.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from barometre.access import AccesRefuse
from barometre.access.erreurs import PANNES, RegistreError
from barometre.access.jetons import build_jeton, read_jeton
from barometre.access.lecteur import Lecteur, read_lecteur
from barometre.access.registre import get_registre
from barometre.assemblage import depot
from barometre.domain.portee import PUBLIC, Portee
from barometre.ui.incidents import record_incident
from barometre.ui.serving.phrases import build_phrase
from barometre.ui.serving.recettes import Fichier, FichierPerime, Recette, build_prive
from barometre.ui.visiteur import COOKIE
from barometre.warehouse.engine import EntrepotError

USAGE = "fichier"
PERIME = (
    "Ce lien ne vaut plus : la page est restée ouverte trop longtemps, les données ont changé, votre session "
    "est terminée ou votre droit a été retiré. Rouvrez la page, et demandez le fichier de nouveau."
)
PANNE = "L'entrepôt ou le registre ne répond pas : le fichier n'est pas parti. Réessayez bientôt."
INCIDENT = "Le fichier n'a pas pu être fait. L'incident {numero} est enregistré : vous pouvez le citer."

journal = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Remise:
    """Ce qu'une page a le droit de demander : quel fichier, sur quelles données, pour qui, pourquoi.

    `session` et `droit` : la session à qui le lien est remis, et le droit sous lequel. `pretee` : une vue
    prêtée par la démonstration, qui n'a ni l'un ni l'autre et ne vaut que sur des réponses simulées.
    """

    recette: Recette
    extension: str
    version_id: str
    session: str = ""
    droit: int = 0
    pretee: Portee | None = None
    motif: str = ""


def get_adresse(remise: Remise) -> str:
    """L'adresse du fichier."""
    pretee = list(astuple(remise.pretee)) if remise.pretee else None
    recette = [remise.recette.nom, list(remise.recette.arguments)]
    contenu = [
        recette,
        remise.extension,
        remise.version_id,
        remise.session,
        remise.droit,
        pretee,
        remise.motif,
    ]
    return f"fichiers/{build_jeton(USAGE, contenu)}"


def read_remise(jeton: str) -> Remise | None:
    """Ce que dit un jeton, ou None s'il n'est pas de nous, ou plus."""
    contenu = read_jeton(USAGE, jeton)
    if contenu is None:
        return None
    (nom, arguments), extension, version_id, session, droit, pretee, motif = contenu
    recette = Recette(nom, tuple(arguments))
    return Remise(recette, extension, version_id, session, droit, Portee(*pretee) if pretee else None, motif)


def find_portee(remise: Remise, lecteur: Lecteur) -> Portee:
    """La portée qui lit ce fichier maintenant ; le public si la session, le droit ou la version a changé."""
    version_id = depot.get_version_id()
    if remise.version_id != version_id:
        return PUBLIC
    if remise.pretee is not None:
        vaut = remise.pretee.simulee and depot.get_version(version_id).simulee
        return remise.pretee if vaut else PUBLIC
    meme = bool(lecteur.session) and (lecteur.session, lecteur.droit) == (remise.session, remise.droit)
    return lecteur.portee if meme else PUBLIC


def answer(requete: Request) -> Response:
    """Le fichier d'un jeton ; une phrase à sa place s'il ne vaut rien, ou si le journal ne s'écrit pas."""
    try:
        return _send(_deliver(requete.path_params["jeton"], requete.cookies.get(COOKIE, "")))
    except FichierPerime:
        return _refuse(PERIME, 403)
    except AccesRefuse as erreur:
        return _refuse(str(erreur), 403)
    except RegistreError as erreur:
        return _refuse(str(erreur), 503)
    except (EntrepotError, *PANNES) as erreur:
        journal.error("Fichier privé : %s", type(erreur).__name__)
        return _refuse(PANNE, 503)
    except Exception as erreur:  # le lecteur lit une phrase, le journal technique garde la trace
        return _refuse(INCIDENT.format(numero=record_incident(erreur)), 500)


def _deliver(jeton: str, session: str) -> Fichier:
    """Fait le fichier, puis l'inscrit au journal ; les octets ne sortent qu'ensuite."""
    remise = read_remise(jeton)
    if remise is None:
        raise FichierPerime(jeton)
    lecteur = read_lecteur(get_registre, session, remise.droit)
    portee = find_portee(remise, lecteur)
    if portee == PUBLIC:
        raise FichierPerime(jeton)
    gate = depot.build_gate(portee, remise.version_id, lecteur.compte)
    fichier = build_prive(gate, remise.recette, remise.extension)
    # Un document se fait en secondes : un droit retiré, une session close, une version changée pendant ce
    # temps le retiennent.
    if find_portee(remise, read_lecteur(get_registre, session, remise.droit)) != portee:
        raise FichierPerime(jeton)
    record_export(remise, portee, lecteur.compte, fichier)
    return fichier


def record_export(remise: Remise, portee: Portee, compte: str, fichier: Fichier) -> None:
    """« exporter » : quoi, quelle version, quel format, quel condensé, pourquoi ; jamais une réponse."""
    mots = list_mots(remise.recette.arguments)
    objet = " ".join([remise.recette.nom, *mots])
    condense = hashlib.sha256(fichier.octets).hexdigest()[:16]
    detail = f"version={remise.version_id} format={remise.extension} sha256={condense} motif={remise.motif}"
    get_registre().journaliser("exporter", objet, portee=portee, compte=compte, detail=detail)


def list_mots(arguments: Any) -> Iterator[str]:
    """Les textes d'une recette, ceux de ses listes compris : le rappel d'un chiffre y lit ses indicateurs."""
    if isinstance(arguments, str):
        yield from filter(None, (arguments,))
    elif isinstance(arguments, (list, tuple)):
        for argument in arguments:
            yield from list_mots(argument)


def _send(fichier: Fichier) -> Response:
    nom = f"attachment; filename*=UTF-8''{quote(fichier.nom)}"
    en_tetes = {"Content-Disposition": nom, "Cache-Control": "private, no-store"}
    return Response(fichier.octets, media_type=fichier.mime, headers=en_tetes)


def _refuse(phrase: str, statut: int) -> Response:
    return build_phrase("Fichier", "Le fichier n’est pas parti", phrase, statut)


def build_routes() -> list[BaseRoute]:
    """Une fonction ordinaire : Starlette la joue dans un fil à part."""
    return [Route("/fichiers/{jeton}", answer, methods=["GET"])]
