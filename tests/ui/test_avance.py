"""Ce que le document fait demander d'avance."""

from __future__ import annotations

import re

import pytest

from barometre.ui.serving import _build_avance, avance
from barometre.ui.serving.avance import COMMUNS, COMPOSANT, FICHIERS, FOLIUM, GRAPHIQUE, build_avance
from barometre.ui.serving.document import build_document


@pytest.mark.parametrize("nom", [*COMMUNS, COMPOSANT, FICHIERS, FOLIUM, GRAPHIQUE])
def test_chaque_element_existe_dans_le_streamlit_installe(nom: str) -> None:
    """Si Streamlit le renomme, rien ne casse, mais la page ralentirait sans que personne le sache."""
    fichiers = avance.list_fichiers(nom)
    assert any(fichier.startswith(f"{nom}.") for fichier in fichiers)
    assert all((avance.SCRIPTS / fichier).is_file() for fichier in fichiers)


def test_un_element_inconnu_ne_demande_rien() -> None:
    assert avance.list_fichiers("Disparu") == ()


def test_un_fichier_n_est_demande_qu_une_fois_et_jamais_ceux_du_socle() -> None:
    fichiers = re.findall(r'href="\./static/js/([^"]+)"', build_avance(graphiques=True, carte=True))
    assert len(fichiers) == len(set(fichiers))
    assert not any(fichier.startswith("index.") and "esm" not in fichier for fichier in fichiers)


def test_les_graphiques_ne_sont_demandes_que_par_les_pages_qui_en_ont() -> None:
    assert "PlotlyChart" in build_avance(graphiques=True)
    assert "PlotlyChart" not in build_avance()
    assert "PlotlyChart" in _build_avance("/evolution", "")
    assert "PlotlyChart" not in _build_avance("/inclusion", "")


@pytest.mark.parametrize(
    ("requete", "attendu"),
    [
        ("niveau=commune", True),
        ("niveau=commune&territoire=region-53", True),
        ("niveau=commune&territoire=departement-33", False),  # folium suffit
        ("niveau=commune&vue=image", False),
        ("niveau=departement", False),
        ("", False),
        ("niveau=%FF&&=", False),  # une adresse abîmée n'empêche pas la page
    ],
)
def test_le_moteur_des_communes_ne_vient_que_pour_elles(requete: str, attendu: bool) -> None:
    assert ("maplibre" in build_avance(carte=True, requete=requete)) is attendu
    assert "maplibre" not in build_avance(carte=False, requete=requete)


def test_les_balises_se_posent_dans_la_tete_du_document() -> None:
    assert build_document("<head></head>", "<link />") == "<head><link /></head>"
