"""Un export long dans un vrai navigateur : la page se relit seule, et son lien le retrouve."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from barometre.ui.serving.exports_longs import get_adresse
from barometre.ui.serving.travaux import Commande

pytestmark = pytest.mark.navigateur
REQUETE = "indicateurs=site_internet&par=strate"


def test_un_export_se_suit_se_retrouve_et_se_telecharge(
    serveur_neuf: Callable[..., str], navigateur: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Le lien est signé : l'essai et le serveur ont le même secret.
    monkeypatch.setenv("BAROMETRE_SECRET", "s" * 32)
    base = serveur_neuf()
    with urlopen(f"{base}/readyz", timeout=60) as reponse:
        version = json.load(reponse)["version"]
    lien = f"{base}/{get_adresse(Commande('alice', version, REQUETE, 'xlsx'))}"
    contexte = navigateur.new_context(locale="fr-FR", accept_downloads=True)
    page, erreurs = contexte.new_page(), []
    page.on("console", lambda m: erreurs.append(m.text) if m.type == "error" else None)
    page.goto(lien)
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre fichier se prépare")
    expect(page.get_by_role("button", name="Arrêter l’export")).to_be_visible()
    # Elle se relit d'elle-même, sans script, jusqu'à ce qu'il soit prêt.
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre fichier est prêt", timeout=120_000)
    autre = contexte.new_page()
    autre.goto(lien)
    with autre.expect_download() as attente:
        autre.get_by_role("link", name="Télécharger le fichier").click()
    nom = attente.value.suggested_filename
    assert nom.startswith("barometre_explorer_site_internet_par-strate_france_")
    assert nom.endswith(f"_{version}_reponses-simulees.xlsx")
    assert erreurs == []
    contexte.close()
