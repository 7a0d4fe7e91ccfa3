"""Le mode présentation sous un vrai clavier, sur un projecteur de 1024 × 768."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visiter, wait_calme

pytestmark = pytest.mark.navigateur


def _rang(page: Page) -> str:
    return str(page.locator(".baro-en-cours").get_attribute("data-rang"))


def test_le_clavier_avance_recule_et_quitte_sur_une_version_figee(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/inclusion").page
    page.set_viewport_size({"width": 1024, "height": 768})
    page.get_by_role("link", name="Présenter", exact=True).click()
    page.wait_for_selector(".baro-en-cours")
    expect(page).to_have_url(re.compile(r"presentation=1.*version=|version=.*presentation=1"))
    for touche, rang in (
        ("ArrowRight", "2"),
        (" ", "3"),
        ("ArrowLeft", "2"),
        ("Home", "1"),
        ("PageDown", "2"),
    ):
        page.keyboard.press(touche)
        assert _rang(page) == rang, touche
    expect(page).to_have_url(re.compile("presentation=2"))
    # Tout tient dans l'écran : ni barre de côté, ni défilement en travers, une diapositive à la fois.
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.locator(".baro-diapo:visible").count() == 1
    assert not page.locator("[data-testid=stSidebar]").is_visible()
    pied = page.locator(".baro-en-cours").inner_text()
    assert "Données figées" in pied
    page.reload()
    page.wait_for_selector(".baro-en-cours")
    assert _rang(page) == "2"
    page.keyboard.press("Escape")
    page.wait_for_selector(".baro-diapo", state="detached")
    expect(page).not_to_have_url(re.compile("presentation|version"))
    expect(page.locator("h1")).to_be_visible()


def test_un_depart_demande_avant_que_le_bouton_soit_dessine_n_est_pas_perdu(
    serveur: str, visiter: Visiter
) -> None:
    page = visiter(serveur, "/inclusion").page
    page.get_by_role("link", name="Présenter", exact=True).click()
    bouton = page.locator(".st-key-quitter-presentation")
    bouton.wait_for(state="attached")
    # Le document comme il est entre les diapositives et le bouton, puis le bouton qui arrive.
    bouton.evaluate("(e) => { e.classList.replace('st-key-quitter-presentation', 'pas-encore') }")
    page.keyboard.press("Escape")
    page.locator(".pas-encore").evaluate(
        "(e) => { e.classList.replace('pas-encore', 'st-key-quitter-presentation');"
        " e.append(document.createElement('i')); }"
    )
    page.wait_for_selector(".baro-diapo", state="detached")
    expect(page).not_to_have_url(re.compile("presentation"))


def test_un_depart_deja_fait_ne_ferme_pas_la_presentation_d_apres(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/inclusion").page
    page.get_by_role("link", name="Présenter", exact=True).click()
    bouton = page.locator(".st-key-quitter-presentation")
    bouton.wait_for(state="attached")
    bouton.evaluate("(e) => { e.classList.replace('st-key-quitter-presentation', 'pas-encore') }")
    page.keyboard.press("Escape")
    # Les diapositives s'en vont sans que le bouton soit venu (une autre page), puis d'autres arrivent.
    page.evaluate(
        "async () => { const lieu = document.querySelector('.baro-diapo').parentNode;"
        " const toutes = [...lieu.children], bouton = document.querySelector('.pas-encore');"
        " lieu.replaceChildren(); await new Promise(requestAnimationFrame); lieu.append(...toutes);"
        " bouton.classList.replace('pas-encore', 'st-key-quitter-presentation');"
        " lieu.append(document.createElement('i')); }"
    )
    wait_calme(page, 500)
    assert page.locator(".baro-diapo").count() > 1


# Chaque diapositive à son tour : ce qui dépasse, défile, se recouvre, et le plus petit texte.
MESURE = """() => [...document.querySelectorAll('.baro-diapo')].map((diapo, rang) => {
  document.querySelectorAll('.baro-diapo').forEach(d => d.classList.toggle('baro-en-cours', d === diapo));
  const bas = (e) => e.getBoundingClientRect().bottom;
  const pied = diapo.querySelector('footer'), corps = [...diapo.children].filter(e => e !== pied);
  const textes = [...diapo.querySelectorAll('p, li, h1')].filter(e => e.textContent.trim());
  return {
    rang: rang + 1,
    recouvre: Math.round(Math.max(...corps.map(bas)) - pied.getBoundingClientRect().top),
    depasse: Math.round(bas(document.querySelector('.baro-diapos-nav')) - innerHeight),
    defile: Math.max(0, ...[...diapo.querySelectorAll('.baro-dessin')]
      .map(e => e.scrollHeight - e.clientHeight)),
    petit: Math.min(...textes.map(e => parseFloat(getComputedStyle(e).fontSize))),
  };
})"""


@pytest.mark.parametrize(
    "chemin",
    ["/participation", "/opsn?voir_comme=programme", "/carte"],
)
def test_chaque_diapositive_tient_sur_le_projecteur_et_sur_sa_feuille(
    serveur: str, visiter: Visiter, chemin: str
) -> None:
    page = visiter(serveur, chemin).page
    page.set_viewport_size({"width": 1024, "height": 768})
    page.get_by_role("link", name="Présenter", exact=True).click()
    page.wait_for_selector(".baro-en-cours")
    mesures = page.evaluate(MESURE)
    assert [m for m in mesures if max(m["recouvre"], m["depasse"], m["defile"] - 1) > 0] == []
    assert min(m["petit"] for m in mesures) >= 14
    feuilles = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert len(feuilles) == len(mesures)
