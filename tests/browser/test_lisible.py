"""Ce qui se lit d'un coup d'œil : aucun texte d'un graphique n'en recouvre un autre, la page reste courte."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pypdf
import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from barometre.charts import build_situation
from tests.browser.conftest import RACINE, Visiter, wait_calme

pytestmark = pytest.mark.navigateur
STYLE = RACINE / "barometre/ui/ressources/style.css"
RECOUVREMENTS = Path(__file__).with_name("recouvrements.js")
LARGEURS = (1440, 390)
AVEC_GRAPHIQUE = (
    "inclusion",
    "communication?vue=repartitions",
    "evolution?theme=communication",
    "participation",
    "fiche?collectivite=commune-01001",
    "comparer?collectivite=commune-01001&theme=communication",
    # Ce qu'un rôle y ajoute ; `tests/pages` compte les pages qui dessinent, et cette liste les a toutes.
    "opsn?theme=communication&voir_comme=opsn-essai",
    "obligations?voir_comme=programme",
    "explorer?indicateurs=site_internet&par=strate",
)
# En pixels, à 1 440 et à 390 de large : deux écrans et demi d'un portable, quatre d'un téléphone.
HAUTEURS = {"inclusion": (2_000, 3_200), "fiche?collectivite=commune-01001": (3_000, 5_000)}

# Ce qui bouge sans qu'on l'ait demandé, au sens de Chrome : la pire fenêtre de cinq secondes.
DECALAGE = 0.05
NOTER_DECALAGES = """window.decalages = []; new PerformanceObserver(liste => window.decalages.push(
  ...liste.getEntries().filter(e => !e.hadRecentInput).map(e => [e.startTime, e.value])
)).observe({type: 'layout-shift', buffered: true});"""
STABLES = (
    "",
    "inclusion",
    "fiche?collectivite=commune-01001",
    "comparer?collectivite=commune-01001&theme=communication",
    "evolution?theme=communication",
)


def _check(page: Page, adresse: str, rang: int) -> None:
    assert page.evaluate(RECOUVREMENTS.read_text(encoding="utf-8")) == [], adresse
    if adresse in HAUTEURS:
        hauteur = page.evaluate("document.querySelector('.stMain').scrollHeight")
        assert hauteur <= HAUTEURS[adresse][rang], adresse


@pytest.mark.parametrize("adresse", AVEC_GRAPHIQUE)
def test_les_textes_d_un_graphique_ne_se_recouvrent_pas(serveur: str, visiter: Visiter, adresse: str) -> None:
    page = visiter(serveur, f"/{adresse}").page
    for rang, largeur in enumerate(LARGEURS):
        page.set_viewport_size({"width": largeur, "height": 900})
        page.wait_for_load_state("networkidle")
        _check(page, adresse, rang)
    page.emulate_media(media="print")
    assert page.evaluate(RECOUVREMENTS.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("largeur", LARGEURS)
def test_rien_ne_se_decale_pendant_que_la_page_parait(
    serveur: str, navigateur: Browser, largeur: int
) -> None:
    """Le menu arrivait après le texte : toute la page partait à droite (0,22 à 0,30). Sur Comparer, le
    questionnaire paraissait avant le graphique qui est au-dessus de lui, et le graphique le poussait."""
    for adresse in STABLES:
        contexte = navigateur.new_context(viewport={"width": largeur, "height": 900})
        page = contexte.new_page()
        page.add_init_script(NOTER_DECALAGES)
        page.goto(f"{serveur}/{adresse}")
        page.locator(".baro-pied").wait_for(timeout=60_000)
        wait_calme(page)
        page.wait_for_load_state("networkidle")
        assert _sum_decalages(page.evaluate("window.decalages")) <= DECALAGE, adresse
        contexte.close()


def _sum_decalages(notes: list[tuple[float, float]]) -> float:
    """La plus grande somme d'une fenêtre : une seconde entre deux décalages, cinq en tout."""
    pire = somme = 0.0
    debut = dernier = float("-inf")
    for instant, valeur in sorted(notes):
        if instant - dernier > 1000 or instant - debut > 5000:
            somme, debut = 0.0, instant
        somme, dernier = somme + valeur, instant
        pire = max(pire, somme)
    return pire


def test_avec_vous_non_plus(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/fiche?collectivite=commune-01001", largeur=390).page
    page.get_by_role("button", name="Voir comme son élu·e").click()
    expect(page.get_by_text("Vue simulée").first).to_be_visible()
    _check(page, "fiche?collectivite=commune-01001", 1)
    wait_calme(page)
    page.get_by_role("link", name="Comparer", exact=True).last.click()
    expect(page.locator("h1")).to_contain_text("Où se situe")
    _attend_curseur(page, "h1")
    _check(page, "comparer", 1)


def test_une_vue_pretee_ne_pousse_pas_la_page_au_telephone(serveur: str, visiter: Visiter) -> None:
    """La phrase, puis son bouton, prenaient 170 px : un thème dépassait quatre écrans."""
    page = visiter(serveur, "/inclusion?voir_comme=programme", largeur=390).page
    bandeau = page.locator(".st-key-bandeau-role")
    expect(bandeau.get_by_role("button", name="Revenir à la vue publique")).to_be_visible()
    phrase, bouton = (bandeau.locator(vise).bounding_box() for vise in (".baro-role", "button"))
    assert phrase is not None
    assert bouton is not None
    assert phrase["x"] + phrase["width"] <= bouton["x"]
    assert phrase["y"] <= bouton["y"] + bouton["height"] / 2 <= phrase["y"] + phrase["height"]


def _attend_curseur(page: Page, ici: str) -> None:
    """Le curseur est dans l'élément dit, et y reste une fois la page posée : jamais en haut du document."""
    for _ in range(2):
        page.wait_for_function("ici => document.activeElement?.closest(ici)", arg=ici)
        page.wait_for_load_state("networkidle")


def test_ouvrir_une_fiche_pose_le_curseur_a_son_titre(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/fiche?recherche=01001").page
    page.locator(".st-key-resultats a").first.click()
    expect(page.locator("h1")).to_contain_text("Où en est")
    # La lecture continue au titre de la fiche ouverte, et l'adresse est la sienne.
    _attend_curseur(page, "h1")
    page.wait_for_url("**/fiche?collectivite=commune-01001")


# Un sélecteur de chaque sorte, là où ses mots ou son bloc changent avec le choix.
SELECTEURS = (
    ("inclusion", "territoire"),  # dans « Sélection : … », dont le titre dit le choix
    ("evolution", "theme"),
    ("explorer", "theme"),
    ("carte", "territoire"),
    ("chiffres_cles", "theme"),
)


@pytest.mark.parametrize(("adresse", "cle"), SELECTEURS)
def test_le_curseur_reste_ou_le_lecteur_choisit(
    serveur: str, visiter: Visiter, adresse: str, cle: str
) -> None:
    page = visiter(serveur, f"/{adresse}").page
    depliant = page.locator(".stExpander", has_text="Modifier").locator("summary")
    if adresse == "inclusion":
        depliant.click()
    _choose_au_clavier(page, cle)
    wait_calme(page)
    _attend_curseur(page, f".st-key-adresse_{cle}")
    assert page.evaluate("document.activeElement.tagName") != "BODY"
    expect(page.locator(f".st-key-adresse_{cle}:focus-within")).to_have_count(1)


def _choose_au_clavier(page: Page, cle: str) -> None:
    """Choisit au clavier. Une touche frappée pendant que la page se refait n'a pas de liste où aller :
    comme le lecteur, on la frappe encore."""
    for _ in range(8):
        wait_calme(page)
        page.locator(f".st-key-adresse_{cle} input").focus()
        page.keyboard.press("ArrowDown")
        try:
            page.get_by_role("option").first.wait_for(timeout=3_000)
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            page.wait_for_url(f"**{cle}=**", timeout=8_000)
        except PlaywrightTimeout:
            continue
        return
    pytest.fail(f"« {cle} » ne se choisit pas au clavier")


HORS_DE_LA_LIGNE = """lignes => lignes.filter(li => {
  const [nom, dit] = ['.baro-nom-rang', '.baro-valeur'].map(c => li.querySelector(c).getBoundingClientRect());
  return dit.top >= nom.bottom || dit.bottom <= nom.top;
}).map(li => li.textContent)"""


@pytest.mark.parametrize("largeur", LARGEURS)
def test_une_valeur_est_en_face_de_son_nom(navigateur: Browser, largeur: int) -> None:
    """« vous : 7 sur 8 » passait sous son thème, à côté du suivant, quand les pairs n'ont pas de chiffre."""
    raison = "Trop peu de réponses chez vos pairs."
    lignes = [
        ("Service public de la donnée", None, 0.9, "", "7 sur 8", raison),
        ("Stratégie", 0.5, 0.6, "4", "5", ""),
    ]
    noms = ["theme", "pairs", "soi", "pairs_texte", "soi_texte", "raison"]
    dessin = build_situation(pd.DataFrame(lignes, columns=noms), titre="T", phrase="P.")
    page = navigateur.new_page(viewport={"width": largeur, "height": 400})
    page.set_content(f"<style>{STYLE.read_text(encoding='utf-8')}</style>{dessin.html}")
    rangs = page.locator(".baro-rangs li")
    assert rangs.count() == len(lignes)
    assert rangs.evaluate_all(HORS_DE_LA_LIGNE) == []
    page.close()


# Une mesure de l'État longue : son nom, sa valeur avec son unité, sa date. Ni débord, ni mot coupé.
MESURES = (
    '<ul class="baro-mesures"><li><span>Les accompagnements des conseillers numériques</span> '
    "<strong>4\u202f297\u202f913\xa0accompagnements</strong> <small>1er septembre 2024</small></li></ul>"
    '<div class="st-key-barre-fiche"></div><dl class="baro-faits">'
    "<dt>Les conseillers numériques recrutés</dt><dd>1\xa0conseiller <small>(septembre 2023)</small></dd>"
    "<dt>Habitants d’une commune qui a un espace France services</dt><dd>53\xa0% "
    "<small>(1er septembre 2024)</small></dd></dl>"
)
COUPES = """() => {
  const marche = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), coupes = [];
  for (let noeud = marche.nextNode(); noeud; noeud = marche.nextNode()) {
    for (const mot of noeud.data.matchAll(/[\\p{L}]+/gu)) {
      const zone = document.createRange();
      zone.setStart(noeud, mot.index);
      zone.setEnd(noeud, mot.index + mot[0].length);
      if (zone.getClientRects().length > 1) coupes.push(mot[0]);
    }
  }
  return coupes;
}"""
DEBORDS = """() => [...document.querySelectorAll("li, dl")]
  .filter(e => [...e.children].some(
    c => c.getBoundingClientRect().right > e.getBoundingClientRect().right + 1))
  .map(e => e.textContent)"""


@pytest.mark.parametrize(("fenetre", "page_de"), [(1440, 950), (1024, 535), (390, 358), (360, 328)])
def test_une_mesure_ne_sort_pas_de_sa_ligne_et_ne_coupe_aucun_mot(
    navigateur: Browser, fenetre: int, page_de: int
) -> None:
    page = navigateur.new_page(viewport={"width": fenetre, "height": 600})
    style = STYLE.read_text(encoding="utf-8")
    page.set_content(f"<style>{style}</style><main style='width:{page_de}px'>{MESURES}</main>")
    assert page.evaluate(DEBORDS) == []
    assert page.evaluate(COUPES) == []
    page.close()


# Un titre et sa liste dans une colonne, comme Streamlit les écrit : la marge négative du titre est la sienne.
COLONNE = """<div class="st-key-barre-fiche"></div><div class="stColumn">
  <div class="stVerticalBlock" style="display:flex;flex-direction:column;gap:1rem">
    <div class="stElementContainer"><div class="stHeading">
      <div data-testid="stMarkdownContainer" style="margin-bottom:-1rem">
        <h2 style="margin:0">Vos points forts</h2></div>
    </div></div>
    <div class="stElementContainer"><ul class="baro-liste" style="margin:0"><li>Une force</li></ul></div>
  </div></div>"""


TITRE_ET_TABLEAU = """<div style="display:flex;flex-direction:column">
  <div style="flex:none;height:{haut}px"></div>
  <div class="stElementContainer"><div class="stHeading"><h2>Le titre</h2></div></div>
  <div class="stElementContainer"><div class="stHtml"><div class="baro-tableau"><table>
    <caption>La légende</caption><thead><tr><th>Nom</th></tr></thead>
    <tbody><tr><td>Première ligne</td></tr><tr><td>Deuxième ligne</td></tr></tbody></table></div></div></div>
  </div>"""


def test_sur_le_papier_un_titre_ne_reste_pas_seul_au_bas_d_une_page(navigateur: Browser) -> None:
    page = navigateur.new_page()
    style = f"<style>{STYLE.read_text(encoding='utf-8')}</style>"
    seuls = []
    # Le bas d'une feuille est à 1 039 px : le titre tombe à toutes les places qui le couperaient.
    for haut in range(880, 1040, 20):
        page.set_content(style + TITRE_ET_TABLEAU.format(haut=haut))
        feuilles = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
        textes = [feuille.extract_text() for feuille in feuilles]
        if not any("Le titre" in t and "Première ligne" in t for t in textes):
            seuls.append(haut)
    assert seuls == []
    page.close()


def test_sur_le_papier_un_titre_de_colonne_ne_couvre_pas_sa_liste(navigateur: Browser) -> None:
    page = navigateur.new_page(viewport={"width": 700, "height": 600})
    page.set_content(f"<style>{STYLE.read_text(encoding='utf-8')}</style>{COLONNE}")
    page.emulate_media(media="print")
    titre, liste = (page.locator(ou).bounding_box() for ou in ("h2", "li"))
    assert titre is not None
    assert liste is not None
    assert liste["y"] >= titre["y"] + titre["height"]
    page.close()


def test_le_titre_reprend_le_curseur_d_un_bouton_qui_disparait(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/fiche?collectivite=commune-01001").page
    bouton = page.get_by_role("button", name="Voir comme son élu·e")
    bouton.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vue simulée").first).to_be_visible()
    _attend_curseur(page, "h1")


def test_en_apparence_sombre_la_carte_a_un_fond_sombre(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/carte", theme="dark").page
    cadre = page.frame_locator("iframe[title*='folium']")
    cadre.locator("path.leaflet-interactive").first.wait_for()
    # Le fond suit l'apparence sombre de la page.
    fond = cadre.locator(".leaflet-container").evaluate("e => getComputedStyle(e).backgroundColor")
    assert fond == "rgb(16, 22, 29)"
