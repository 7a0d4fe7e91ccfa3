"""Une adresse porte souvent le nom de sa commune : décalée d'une ligne, presque plus jamais."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.recherche.noms import normalise_nom
from barometre.sources.contexte import Contexte
from barometre.sources.errors import SourceRefusee
from barometre.sources.etat import presence_numerique
from barometre.sources.lecture import Brut
from tests.sources.test_departements import pays

__all__ = ["pays"]


def build_presence(pays: Contexte, sur: int, communes: int = 4_000) -> Brut:
    """Une adresse sur `sur` porte le nom de la commune, les autres celui d'un prestataire."""
    cadre = pays.collectivites[pays.collectivites["type"].eq("commune") & pays.collectivites["siren"].notna()]
    cadre = cadre.head(communes)
    noms = [normalise_nom(nom).replace(" ", "-") for nom in cadre["nom"].tolist()]
    domaines = [f"{nom if rang % sur == 0 else 'prestataire'}.fr" for rang, nom in enumerate(noms)]
    colonnes = {
        "type": "commune", "siren": cadre["siren"], "code_insee": cadre["code"], "rpnt": "1.a",
        "adresse_messagerie": domaines, "site_internet": domaines,
    }  # fmt: skip
    return Brut(pd.DataFrame(colonnes).reset_index(drop=True))


@pytest.mark.parametrize("colonne", ["adresse_messagerie", "site_internet"])
@pytest.mark.parametrize("debut", [0, 3_600])
def test_une_colonne_d_adresses_decalee(pays: Contexte, colonne: str, debut: int) -> None:
    """Tout le fichier, ou son dernier dixième : 1 200 valeurs fausses passaient sans un mot."""
    presence = build_presence(pays, 2)
    assert not presence_numerique.rows(presence, pays).rejets
    adresses = presence.frame[colonne].to_numpy().copy()
    adresses[debut:] = np.roll(adresses[debut:], 1)
    with pytest.raises(SourceRefusee, match=f"« {colonne} » ne porte presque"):
        presence_numerique.rows(Brut(presence.frame.assign(**{colonne: adresses})), pays)


@pytest.mark.parametrize(("sur", "communes"), [(6, 4_000), (4_000, 1_900)])
def test_des_adresses_qui_disent_peu_les_communes(pays: Contexte, sur: int, communes: int) -> None:
    """Une sur six suffit ; presque aucune, d'un petit fichier, ne montre rien."""
    assert not presence_numerique.rows(build_presence(pays, sur, communes), pays).rejets
