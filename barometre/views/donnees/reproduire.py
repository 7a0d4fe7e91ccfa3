"""La même vue par un autre chemin : la commande, curl, Python, R, prêts à copier.

Un essai exécute chacun et compare cellule par cellule (`tests/views/test_reproduire.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from barometre.domain.version import Version
from barometre.views.donnees.demande import DemandeExplorer
from barometre.views.lecture.address import build_query

# Qui lit l'application sur sa machine a son API à la même adresse.
LOCALE = "http://localhost:8501"


@dataclass(frozen=True, slots=True)
class Recette:
    """Un moyen de refaire la vue, et la langue dans laquelle il s'écrit."""

    titre: str
    langage: str
    texte: str


def build_requete(demande: DemandeExplorer, version_id: str = "") -> str:
    """L'adresse la plus courte qui redonne cette demande ; `version_id` : tenue à cette version."""
    choix = demande.selection
    return build_query(
        {
            "theme": demande.theme_id,
            "indicateurs": demande.indicateurs,
            "vague": choix.vague_id,
            "niveau": demande.niveau,
            "territoire": choix.territoire_id,
            "territoires": demande.territoires,
            "type": choix.type,
            "strate": choix.strate,
            "opsn": choix.couverture,
            "par": demande.par,
            "chiffres": choix.valeur,
            "forme": demande.forme,
            "version": version_id,
        }
    )


def add_suivie(adresse: str, collectivite_id: str) -> str:
    """L'adresse d'une vue d'Explorer, et la collectivité suivie : l'archive en porte alors les pairs."""
    if not collectivite_id:
        return adresse
    avant, _, requete = adresse.rpartition("?")
    return f"{avant}{'?' if avant else ''}{urlencode({'collectivite': collectivite_id})}&{requete}"


def list_recettes(requete: str, version: Version, adresse: str = "") -> tuple[Recette, ...]:
    """Les cinq recettes d'une requête ; `adresse` : celle du service, celle de cette machine sinon."""
    fichier = f"{adresse or LOCALE}/api/v1/valeurs?{requete}&format=csv"
    # Lu dans une session, un en-tête gêne ; gardé sur un disque, il dit seul la version et la simulation.
    api = f"{fichier}&entete=false"
    avis = f"# Version {version.version_id} : {version.nature}.\n"
    return (
        Recette(
            "La commande",
            "bash",
            f'python -m barometre exporter "{requete}" --format csv_international -o vue.csv',
        ),
        Recette("curl", "bash", f'curl --fail -o vue.csv "{fichier}"'),
        # Une période est un texte : à côté de réponses qui n'en ont pas, « 2021 » deviendrait 2021.0.
        Recette(
            "Python, par l’API",
            "python",
            f'{avis}import pandas as pd\n\nvue = pd.read_csv("{api}", dtype={{"periode": str}})',
        ),
        Recette(
            "Python, par le paquet",
            "python",
            f"{avis}from barometre.assemblage.depot import open_gate_publique\n"
            "from barometre.assemblage.explorer import load_requete\n\n"
            f'vue = load_requete(open_gate_publique("{version.version_id}"), "{requete}").fichier',
        ),
        Recette("R", "r", f'{avis}vue <- read.csv("{api}", na.strings = "", encoding = "UTF-8")'),
    )
