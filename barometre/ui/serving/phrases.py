"""Une page d'une phrase, hors de Streamlit : un refus, une panne. Rien de la demande n'y est recopié."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse, Response


def build_phrase(onglet: str, titre: str, phrase: str, statut: int) -> Response:
    """La page, jamais gardée par le navigateur."""
    corps = (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{escape(onglet)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/ressources/style.css"></head><body><main class="baro-connexion">'
        f"<h1>{escape(titre)}</h1><p>{escape(phrase)}</p>"
        '<p><a href="/">Revenir à l’accueil</a></p></main></body></html>'
    )
    return HTMLResponse(corps, statut, headers={"Cache-Control": "no-store"})
