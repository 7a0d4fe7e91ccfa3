"""La matrice rôle × surface : fermée, tirée du code, la même que celle que lit qui homologue."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.secret import surfaces
from tests.secret.matrice import ADRESSES, build_matrice, describe, list_lectures, write_tableau

SECURITE = Path(__file__).resolve().parents[2] / "docs" / "securite.md"
# Les seules surfaces où quelqu'un lit plus que tous ; une de plus se décide ici, et se voit en relecture.
NOMMEES = {
    "page fiche": {"participation", "reponse"},
    "page comparer": {"participation", "reponse"},
    "page carte": {"participation"},
    "page opsn": {"participation"},
    "page participation": {"participation"},
    "page synthese": {"participation"},
    # Son graphique emprunte les blocs de la carte, qui savent dire qui a répondu ; les chiffres exacts lisent
    # les réponses, par le droit nominatif du programme seul (`Gate.list_exactes`).
    "page explorer": {"participation", "reponse"},
    "page administration": {"imports"},
    "commande importer": {"imports"},
    "commande lots": {"imports"},
    # Recalculer relit quels lots attendent d’autres réponses tardives.
    "commande sources": {"imports", "participation"},
    # Dit si des réponses ont été reçues, non lesquelles.
    "commande diagnostic": {"imports"},
    "commande fiche": {"participation", "reponse"},
    "commande synthese": {"participation"},
    "adresse /fichiers/{jeton}": {"participation", "reponse"},
    "adresse /images/{jeton}.png": {"participation"},
}
# Un thème montre une carte, et la carte peut dire qui a répondu : le majorant le compte.
THEMES = {f"page {adresse}": {"participation"} for adresse in list(surfaces.PAGES)[1:10]}


def test_toute_surface_listee_est_dans_la_matrice() -> None:
    attendues = {f"page {p or 'accueil'}" for p in surfaces.PAGES} | {
        f"commande {c}" for c in surfaces.COMMANDES
    }
    attendues |= {f"adresse {a}" for a in ADRESSES} | {"formats de fichier", "formats de document"}
    assert set(build_matrice()) == attendues
    sans_lecture = {
        "/healthz",
        "/metriques",
        "/readyz",
        "/ressources",
        "/contours/{dossier}/{nom}",
        "/figures/{page}.{extension}",
        # Suivent la commande `exporter`, qui est dans la matrice.
        "/exports/{jeton}",
        "/exports/{jeton}/fichier",
        "/exports/{jeton}/arreter",
        "/exports/{jeton}/relancer",
        "/vendor",
        "/connexion",
    }
    assert set(surfaces.ADRESSES) == set(ADRESSES) | sans_lecture


def test_seules_ces_surfaces_lisent_plus_que_les_chiffres_de_tous() -> None:
    lues = {surface: set(lectures) for surface, lectures in build_matrice().items() if lectures}
    assert lues == NOMMEES | THEMES


@pytest.mark.parametrize("surface", sorted(NOMMEES))
def test_le_public_et_l_operateur_ne_lisent_aucune_collectivite(surface: str) -> None:
    assert describe(surface, "public") == "—"
    assert describe(surface, "operateur") in ("—", "imports")


def test_le_parcours_trouve_une_lecture_cachee_derriere_deux_modules() -> None:
    assert list_lectures("pages.piloter.participation") == {"participation"}
    assert not list_lectures("pages.apropos.mentions")


def test_le_tableau_publie_est_celui_du_code() -> None:
    texte = SECURITE.read_text(encoding="utf-8")
    assert write_tableau() in texte, "relancez : python -m tests.secret.matrice"
