"""Ce qui fait d'un fichier neuf un recul : ses comptes, à côté de ceux de la bonne copie."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.catalogue import DONNEES, load_catalogue
from barometre.pipeline import referentiel as ref
from barometre.sources.contexte import Contexte
from barometre.sources.empreinte import Empreinte
from barometre.sources.gardes import (
    compute_liens,
    is_courte,
    keep_recentes,
    list_changees,
    list_reculs,
)
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs
from barometre.sources.territoires import Territoires

AVANT = Empreinte(1000, 10, {"53": 100}, {"postes": 500.0, "rares": 20.0})


@pytest.mark.parametrize(
    ("lignes", "totaux", "annees", "reculs"),
    [
        (1100, {"postes": 600.0, "rares": 90.0}, 1, 0),  # sous 100, un total ne se compare pas
        (1200, {"postes": 600.0}, 1, 1),
        (1200, {"postes": 600.0}, 2, 0),  # l'écart admis croît avec l'âge de la copie
        (850, {"postes": 500.0}, 1, 1),
        (1000, {"postes": 1000.0}, 1, 1),
        (1000, {"postes": 250.0}, 1, 1),
        (1000, {}, 1, 1),  # un indicateur qui disparaît
    ],
)
def test_l_ecart_admis_avec_la_bonne_copie(
    lignes: int, totaux: dict[str, float], annees: int, reculs: int
) -> None:
    neuve = Empreinte(lignes, 10, {"53": 100}, totaux)
    assert len(list(list_reculs(neuve, AVANT, annees))) == reculs


def test_une_mesure_decalee_ne_suit_plus_la_population() -> None:
    collectivites = ref.load_collectivites(DONNEES, load_catalogue(), ref.load_opsn(DONNEES)[1])
    contexte = Contexte(Territoires(collectivites, ref.load_codes_anciens(DONNEES)), collectivites)
    habitants = (
        contexte.territoires.populations[contexte.territoires.populations.index.str.startswith("commune-")]
        .dropna()
        .head(3000)
    )
    valeurs = build_valeurs("logements", habitants // 2, "2024")
    decalees = valeurs.assign(valeur=valeurs["valeur"].shift(1, fill_value=0.0))
    liens = [compute_liens(keep_recentes(v), contexte) for v in (valeurs, decalees)]
    assert liens[0]["logements 2024"] > 0.99
    assert liens[1]["logements 2024"] < 0.5
    avant, apres = (Empreinte(3000, 0, liens=lien) for lien in liens)
    (recul,) = list_reculs(apres, avant, 2)
    assert "« logements 2024 » ne suit plus la population comme dans la bonne copie" in recul
    assert not list(list_reculs(avant, avant))
    assert compute_liens(keep_recentes(valeurs.head(999)), contexte) == {}  # trop peu d'unités


def build_mesures(valeurs: list[float]) -> Resultat:
    territoires = pd.Series(valeurs, index=[f"departement-{i:03d}" for i in range(len(valeurs))])
    return build_resultat(len(valeurs), [], valeurs=build_valeurs("fibre", territoires, "2024"))


def test_des_valeurs_deja_publiees_ne_changent_pas_toutes() -> None:
    """DITP : cent départements, trop peu pour une corrélation ; une colonne décalée les change tous."""
    avant = build_mesures([float(i) for i in range(100)])
    decalees = build_mesures([99.0, *(float(i) for i in range(99))])
    revisees = build_mesures([float(i) * (1.1 if i < 40 else 1) for i in range(100)])
    assert is_courte(avant)
    (changees,) = list_changees(decalees.valeurs, avant.valeurs)
    assert "sur 100" in changees
    assert not list(list_changees(revisees.valeurs, avant.valeurs))
    assert not list(list_changees(decalees.valeurs.head(99), avant.valeurs))  # trop peu de valeurs en commun
    assert not is_courte(build_mesures([1.0] * 1_000))


@pytest.mark.parametrize(("rejetes", "refus"), [(10, 1), (7, 0)])
def test_des_collectivites_reconnues_depuis_ne_sont_pas_des_valeurs_decalees(
    rejetes: int, refus: int
) -> None:
    """Les SIREN qu'une autre source apporte : le même fichier touche plus de monde, et n'est pas refusé."""
    avant = Empreinte(1000, 10, paquets={"recensees 2025": [75.0] * 8})
    apres = Empreinte(1000, rejetes, paquets={"recensees 2025": [84.0] * 8})
    assert len(list(list_reculs(apres, avant, 0))) == refus
