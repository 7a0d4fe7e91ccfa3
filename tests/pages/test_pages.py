"""Toute page listée s'ouvre : pas d'erreur, un seul titre, du français."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.ui.navigation import list_pages
from tests.browser.test_lisible import AVEC_GRAPHIQUE
from tests.fakes import OPSN
from tests.pages.conftest import Lire, Ouvrir, list_messages, list_notes_nues
from tests.visite import RACINE

ANGLAIS = re.compile(
    r"\b(the|and|with|your|please|loading|error|download|select|choose|none|nan|true|false)\b", re.IGNORECASE
)
ADRESSES = [page.adresse for page in list_pages()]


PILOTER = (
    "participation",
    "evolution",
    "alertes",
    "objectifs",
    "obligations",
    "actions_publiques",
    "synthese",
)
# Chaque vue d'un thème est une page ; une collectivité ouvre ce que l'adresse seule n'ouvre pas.
VUES: list[tuple[str, dict[str, str]]] = [
    *((adresse, {}) for adresse in ADRESSES),
    *(("inclusion", {"vue": vue}) for vue in ("repartitions", "territoires", "donnees")),
    ("fiche", {"collectivite": "commune-01001"}),
    ("fiche", {"collectivite": "epci-200000172"}),
    ("comparer", {"collectivite": "commune-01001"}),
    ("comparer", {"collectivite": "commune-01001", "pairs": "semblables"}),
    # Ce qu'un rôle ajoute ou change se relit aussi.
    *((adresse, {"voir_comme": "programme"}) for adresse in ("", *PILOTER, "opsn")),
    # Son champ par défaut est son périmètre : presque toutes les pages changent pour un agent d'OPSN.
    *(
        (adresse, {"voir_comme": OPSN})
        for adresse in ("", "inclusion", "donnee", "carte", *PILOTER, "opsn", "explorer")
    ),
    *(
        (adresse, {"collectivite": collectivite, "voir_comme": OPSN})
        for adresse in ("fiche", "comparer")
        for collectivite in ("commune-01001", "commune-2A005")
    ),
    ("fiche", {"collectivite": "commune-01001", "voir_comme": "commune-01001"}),
    ("comparer", {"collectivite": "commune-01001", "voir_comme": "commune-01001"}),
]
TOUTES = pytest.mark.parametrize(("adresse", "parametres"), VUES, ids=lambda v: str(v).replace("/", ""))
# Des fautes vues, chacune une fois au moins, et jamais plus.
FAUTES = re.compile(
    r"\w\(s\)|\?\s?\.(?!\.)|[·•]\s*[·•]|\b\d+ ?[KMG]B\b|\bde (?:le|les) (?=[A-Z])|\bà (?:le|les) (?=[A-Z])"
    r"|\bde (?=[AEIOUÉÈÊÎÔ][a-zéèêîô]+-)|(?:données|mesures?|services?) de l[’']état\b"
    r"|\.\.(?!\.)|\bnan\b|\bNone\b"
    # Une commande se montre à qui tient le serveur, jamais à un maire ni à un responsable de programme.
    r"|python -m barometre(?! exporter)"
)
# Un nombre que du texte cache : « 24 % », « 1 234 réponses ».
NOMBRE = re.compile(r"[−+-]?\d[\d\s]*(?:,\d+)?\s?(?:%|€|points?|réponses?|collectivités?)?")
# Des textes faits de chiffres, et l'estimation par modèle, qui se lit et ne se calcule pas.
TEXTES = frozenset({"code", "siren", "periode", "annee", "option_code", "question_id", "valeur_texte"})


@pytest.mark.parametrize("adresse", ADRESSES)
def test_la_page_s_ouvre_en_francais_avec_un_seul_titre(lire: Lire, adresse: str) -> None:
    lue = lire(adresse)
    assert not lue.page.exception, lue.page.exception
    assert not lue.page.error
    assert len(lue.page.title) == 1
    mots = {mot for texte in lue.textes for mot in ANGLAIS.findall(texte)}
    # Un nom de publication ou d'outil peut rester anglais ; la liste est vide tant qu'aucun n'apparaît.
    assert mots == set()


@pytest.mark.parametrize("adresse", ADRESSES)
def test_le_bandeau_de_demonstration_est_sur_chaque_page(lire: Lire, adresse: str) -> None:
    assert any("Réponses simulées" in texte for texte in lire(adresse).textes)


@TOUTES
def test_aucune_faute_deja_vue(lire: Lire, adresse: str, parametres: dict[str, str]) -> None:
    lue = lire(adresse, **parametres)
    assert not lue.page.exception
    fautes = [t[max(f.start() - 40, 0) : f.end() + 40] for t in lue.textes for f in FAUTES.finditer(t)]
    assert fautes == []


@TOUTES
def test_rien_ne_se_dit_a_citer_sous_un_bandeau_qui_l_interdit(
    lire: Lire, adresse: str, parametres: dict[str, str]
) -> None:
    # « B, serait à citer » est permis : la version est simulée.
    invite = re.compile(r"(?<!serait )(?<!serait donc )\bà citer\b")
    lue = lire(adresse, **parametres)
    assert [t[:120] for t in lue.textes if invite.search(t)] == []
    assert list_notes_nues(lue.page) == []


@TOUTES
def test_deux_tableaux_n_ont_jamais_le_meme_nom(lire: Lire, adresse: str, parametres: dict[str, str]) -> None:
    noms = [nom for nom, _ in lire(adresse, **parametres).fichiers]
    assert sorted(noms) == sorted(set(noms))


@TOUTES
def test_un_fichier_porte_des_nombres_et_non_des_mots(
    lire: Lire, adresse: str, parametres: dict[str, str]
) -> None:
    caches = []
    for nom, table in lire(adresse, **parametres).tables.items():
        for colonne in table.columns:
            valeurs = table[colonne]
            # Les mots d'un tableau lu (`redresse_lu`) y ont leur nombre à côté.
            dits = str(colonne).endswith("_lu") and not table.select_dtypes("number").empty
            if colonne in TEXTES or dits or pd.api.types.is_numeric_dtype(valeurs):
                continue
            mots = [str(v) for v in valeurs.dropna() if str(v)]
            if mots and all(NOMBRE.fullmatch(mot) for mot in mots):
                caches.append((nom, colonne, mots[0]))
    assert caches == []


def test_chaque_script_est_liste_et_chaque_page_listee_existe() -> None:
    scripts = {str(f.relative_to(RACINE / "pages")) for f in (RACINE / "pages").rglob("*.py")}
    assert {page.script for page in list_pages()} == scripts


def test_un_script_directement_sous_pages_serait_ouvert_sans_le_cadre() -> None:
    assert list((RACINE / "pages").glob("*.py")) == []


def test_sans_entrepot_la_page_dit_pourquoi_et_quoi_faire(
    ouvrir: Ouvrir, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", str(tmp_path_factory.mktemp("vide")))
    page = ouvrir("inclusion")
    assert not page.exception
    assert any("construire" in message for message in list_messages(page))
    assert ouvrir("accessibilite").title[0].value.startswith("Cette application est-elle accessible")


def test_un_theme_a_le_titre_de_sa_question(ouvrir: Ouvrir) -> None:
    assert "cyberattaque" in ouvrir("cybersecurite").title[0].value
    assert "où elles vont" in ouvrir("strategie").title[0].value


def test_chaque_page_qui_dessine_est_lue_par_le_navigateur(lire: Lire) -> None:
    """Les recouvrements se cherchent là où il y a un graphique : une page de plus qui en a un le dit ici."""
    lues = {adresse.partition("?")[0] for adresse in AVEC_GRAPHIQUE}
    dessinent = set()
    for adresse, parametres in VUES:
        page = lire(adresse, **parametres).page
        html = "".join(str(bloc.proto.body) for bloc in page.get("html"))
        if page.get("plotly_chart") or 'class="baro-marques' in html:
            dessinent.add(adresse)
    # Les neuf thèmes sont le même script.
    assert dessinent - lues - {theme.id for theme in load_catalogue().themes} == set()
    assert len(dessinent) > 6
