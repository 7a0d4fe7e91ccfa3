"""Chaque page ouverte une fois : ce qu'elle demande et dit à la console, puis ce qu'elle donne sur le papier.

Aucun titre seul au bas d'une feuille, aucune feuille pour deux lignes.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from barometre.ui.navigation import list_pages
from tests.browser.conftest import Visiter, check_muette, wait_calme
from tests.browser.papier import (
    Ligne,
    is_presque_vide,
    list_legendes_seules,
    list_titres_seuls,
    read_feuilles,
)

pytestmark = pytest.mark.navigateur
# Une par script : les neuf thèmes ont le même. Une page neuve y entre seule.
UNE_PAR_SCRIPT = {page.script: page.adresse for page in reversed(list_pages())}
ADRESSES = [
    *UNE_PAR_SCRIPT.values(),
    *(f"communication?vue={vue}" for vue in ("repartitions", "territoires", "donnees")),
    "fiche?collectivite=commune-01001",
    "comparer?collectivite=commune-01001&theme=communication",
]
# Le même contenu coupé à plusieurs hauteurs : ce qui tient par chance au bas d'une feuille n'y tient plus.
HAUTEURS = ("297mm", "236mm")
MI_FEUILLE = 421.0  # points, du bas d'une feuille A4
TITRES = """() => [...document.querySelectorAll("main :is(h1, h2, h3, h4)")]
    .filter((e) => e.checkVisibility() && !e.closest(".baro-invisible")).map((e) => e.innerText)"""


@pytest.mark.parametrize("adresse", [page.adresse for page in list_pages() if page.adresse not in ADRESSES])
def test_rien_n_est_demande_a_un_autre_hote_et_la_console_est_muette(
    serveur: str, visiter: Visiter, adresse: str
) -> None:
    """Les thèmes que l'essai suivant n'ouvre pas."""
    check_muette(visiter(serveur, f"/{adresse}"))


@pytest.mark.parametrize("adresse", ADRESSES)
def test_une_page_est_muette_et_aucun_titre_ne_finit_une_feuille(
    serveur: str, visiter: Visiter, adresse: str
) -> None:
    visite = visiter(serveur, f"/{adresse}")
    check_muette(visite)
    page = visite.page
    expect(page.locator('.stApp[data-test-script-state="notRunning"]')).to_be_attached()
    expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0)
    # Une carte vient après le script : imprimé avant elle, son titre finirait la feuille.
    wait_calme(page, 500)
    page.emulate_media(media="print")
    titres = page.evaluate(TITRES)
    expect(page.locator(".baro-version")).to_contain_text("réponses simulées")
    expect(page.locator(".baro-pied")).to_be_hidden()
    for hauteur in HAUTEURS:
        feuilles = _print(page, hauteur)
        assert list_legendes_seules(feuilles) == [], hauteur
        assert list_titres_seuls(feuilles, titres) == [], hauteur
        assert [rang for rang, feuille in enumerate(feuilles) if rang and is_presque_vide(feuille)] == [], (
            hauteur
        )


def test_l_accueil_remplit_sa_premiere_feuille(serveur: str, visiter: Visiter) -> None:
    """Ses sections, tenues l'une à l'autre, partaient ensemble : les deux tiers de la feuille blancs."""
    page = visiter(serveur, "/").page
    page.emulate_media(media="print")
    premiere, *_ = _print(page, HAUTEURS[0])
    assert premiere[-1].y < MI_FEUILLE


def _print(page: Page, hauteur: str) -> list[list[Ligne]]:
    return read_feuilles(page.pdf(width="210mm", height=hauteur, print_background=True))


def test_une_legende_seule_se_voit() -> None:
    graphique, legende = Ligne(500.0, "Un site 45 %"), Ligne(700.0, "●chiffreredressé")
    assert list_legendes_seules([[graphique], [legende]]) == [legende.texte]
    assert list_legendes_seules([[graphique, legende], [graphique]]) == []


def test_un_titre_seul_se_voit() -> None:
    """La règle elle-même, sur des feuilles écrites à la main."""
    longue = [Ligne(500.0 - y, f"ligne{y}") for y in range(10)]
    titre, phrase = Ligne(40.0, "Toutàlamêmeéchelle"), Ligne(30.0, "Unephrase.")
    assert list_titres_seuls([[*longue, titre], longue], ["Tout à la même échelle"]) == [titre.texte]
    assert list_titres_seuls([[*longue, titre, phrase], longue], ["Tout à la même échelle"])
    assert list_titres_seuls([[*longue, titre, *longue[-3:]], longue], ["Tout à la même échelle"]) == []
    assert list_titres_seuls([[*longue, titre, phrase]], ["Tout à la même échelle"]) == []
    # Une section d'une phrase est entière quand un autre titre ouvre la feuille suivante.
    assert (
        list_titres_seuls(
            [[titre, phrase], [Ligne(9.0, "Autretitre")]], ["Tout à la même échelle", "Autre titre"]
        )
        == []
    )
