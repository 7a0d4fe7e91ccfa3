"""L'adresse d'un export long : rouverte, elle dit où il en est, ou donne le fichier ; on peut l'arrêter.

Le lien est un jeton signé que seule la page Explorer remet : personne d'autre ne commande un travail. Ce qui
en sort est public ; que le public puisse encore lire cette version se relit au lancement et à la remise.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from barometre.access.jetons import build_jeton, read_jeton
from barometre.assemblage import depot
from barometre.domain.formats import INSECABLE, format_compte, format_nombre
from barometre.exports import FORMATS
from barometre.maps.geopackage import MIME as MIME_GPKG
from barometre.ui.serving.phrases import build_phrase
from barometre.ui.serving.travaux import ATELIER, FINIS, Commande, Etat, ExportRefuse, Travail

RACINE, USAGE = "/exports", "export-long"
PERIODE = 3  # en secondes, entre deux lectures de l'avancement
PERIME = (
    "Ce lien ne vaut plus : il a plus de quatre heures, ou n’a pas été donné par ce service. Rouvrez la vue "
    "dans Explorer, et demandez le fichier de nouveau."
)
PARTI = (
    "Le fichier n’est plus là : il s’efface une heure après avoir été fait. Rouvrez ce lien sans "
    "« /fichier » pour le refaire."
)
PHRASES = {
    Etat.ATTENTE: "En attente",
    Etat.COMPOSITION: "La vue se compose",
    Etat.ECRITURE: "Le fichier s’écrit",
}
ETAPES = (*PHRASES, Etat.PRET)


def get_adresse(commande: Commande) -> str:
    """Le lien qu'une page remet."""
    contenu = [commande.visite, commande.version_id, commande.requete, commande.format_]
    return f"{RACINE.strip('/')}/{build_jeton(USAGE, contenu)}"


def read_commande(jeton: str) -> Commande | None:
    """Ce que dit un lien, ou None s'il n'est pas de nous, ou plus."""
    contenu = read_jeton(USAGE, jeton)
    return None if contenu is None else Commande(*contenu)


def _guard(suite: Callable[[Commande, str], Response]) -> Callable[[Request], Response]:
    """Le jeton et la version relus, puis `suite` ; une phrase sinon. Fonctions ordinaires : un fil à part."""

    def answer(requete: Request) -> Response:
        jeton = requete.path_params["jeton"]
        commande = read_commande(jeton)
        if commande is None:
            return _refuse(PERIME, 403)
        if not depot.is_gardee(commande.version_id):
            ATELIER.drop(commande)
            ATELIER.remove(commande)
            return _refuse(str(depot.VersionAbsente(commande.version_id)), 404)
        try:
            return suite(commande, jeton)
        except ExportRefuse as refus:
            return _refuse(str(refus), 503)

    return answer


def _show(commande: Commande, jeton: str) -> Response:
    travail = ATELIER.start(commande)
    return HTMLResponse(_build_page(travail, jeton), headers={"Cache-Control": "no-store"})


def _send(commande: Commande, _: str) -> Response:
    travail = ATELIER.get(commande)
    if travail is None or travail.fichier is None or not travail.fichier.is_file():
        return _refuse(PARTI, 404)
    en_tetes = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(travail.fichier.name)}",
        "Cache-Control": "private, no-store",
    }
    format_ = FORMATS.get(commande.format_)
    return FileResponse(travail.fichier, media_type=format_.mime if format_ else MIME_GPKG, headers=en_tetes)


def _stop(commande: Commande, jeton: str) -> Response:
    ATELIER.drop(commande)
    return RedirectResponse(f"{RACINE}/{jeton}", 303)


def _restart(commande: Commande, jeton: str) -> Response:
    ATELIER.remove(commande)
    return RedirectResponse(f"{RACINE}/{jeton}", 303)


def _refuse(phrase: str, statut: int) -> Response:
    return build_phrase("Export", "Le fichier n’est pas parti", phrase, statut)


def _build_page(travail: Travail, jeton: str) -> str:
    """Où en est l'export, sans script : la page se relit d'elle-même tant qu'il n'est pas fini."""
    relire = "" if travail.etat in FINIS else f'<meta http-equiv="refresh" content="{PERIODE}">'
    titre, corps = _describe(travail, jeton)
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{titre}</title>{relire}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><link rel="stylesheet" href="/ressources/style.css"></head>'
        f'<body><main class="baro-connexion"><h1>{titre}</h1>{corps}'
        f"<p>Version {escape(travail.commande.version_id)}. Ce lien retrouve l’export pendant une heure "
        'après qu’il est fait.</p><p><a href="/explorer?'
        f'{escape(travail.commande.requete)}">Revenir à la vue</a></p></main></body></html>'
    )


def _describe(travail: Travail, jeton: str) -> tuple[str, str]:
    adresse = f"{RACINE}/{jeton}"
    relancer = _build_bouton(f"{adresse}/relancer", "Relancer l’export")
    if travail.etat == Etat.ECHEC:
        return "L’export n’a pas abouti", f"<p>{escape(travail.phrase)}</p>{relancer}"
    if travail.etat == Etat.ARRETE:
        return "L’export est arrêté", f"<p>Vous l’avez arrêté ; rien n’en a été gardé.</p>{relancer}"
    if travail.etat == Etat.PRET and travail.fichier is not None:
        taille = f"{format_nombre(travail.fichier.stat().st_size / 1e6, 1)}{INSECABLE}Mo"
        lien = f'<a class="baro-bouton" href="{adresse}/fichier">Télécharger le fichier ({taille})</a>'
        nom = escape(travail.fichier.name)
        return (
            "Votre fichier est prêt",
            f"<p>{nom}, {format_compte(travail.lignes, 'ligne')}.</p><p>{lien}</p>",
        )
    arreter = _build_bouton(f"{adresse}/arreter", "Arrêter l’export")
    return "Votre fichier se prépare", f"{_build_avancement(travail)}{arreter}"


def _build_avancement(travail: Travail) -> str:
    rang = ETAPES.index(travail.etat)
    devant = ATELIER.count_devant(travail) if travail.etat == Etat.ATTENTE else 0
    quoi = PHRASES[travail.etat]
    quoi += f" ({format_compte(travail.lignes, 'ligne')})" if travail.lignes else ""
    quoi += f" ({format_compte(devant, 'export')} devant)" if devant else ""
    duree = format_compte(int(ATELIER.horloge() - travail.debut), "seconde")
    return (
        f'<p role="status">{quoi}, depuis {duree}. Étape {rang + 1} sur {len(ETAPES) - 1}.</p>'
        f'<p><progress max="{len(ETAPES) - 1}" value="{rang}" aria-label="Avancement">{rang}</progress></p>'
        "<p>Vous pouvez fermer cette page et continuer à lire : l’export se poursuit.</p>"
    )


def _build_bouton(adresse: str, libelle: str) -> str:
    return (
        f'<form method="post" action="{adresse}"><button class="baro-bouton" type="submit">{libelle}'
        "</button></form>"
    )


def build_routes() -> list[BaseRoute]:
    """L'avancement, le fichier, et les deux gestes, qui ne se font pas d'un lien suivi par un robot."""
    adresse = f"{RACINE}/{{jeton}}"
    return [
        Route(adresse, _guard(_show), methods=["GET"]),
        Route(f"{adresse}/fichier", _guard(_send), methods=["GET"]),
        Route(f"{adresse}/arreter", _guard(_stop), methods=["POST"]),
        Route(f"{adresse}/relancer", _guard(_restart), methods=["POST"]),
    ]
