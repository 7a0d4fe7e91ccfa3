"""Chaque refus, en entier : ce qui ne va pas, où, et ce qu'il faut donner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from barometre.stats.allocation import allocate
from barometre.stats.bias import compare_with_frame, describe_response
from barometre.stats.calibration import calibrate, rake
from barometre.stats.change import estimate_change
from barometre.stats.contrasts import estimate_contrasts
from barometre.stats.decomposition import decompose
from barometre.stats.estimation import Design, estimate_domains, estimate_proportions
from barometre.stats.mrp import estimate_departements
from barometre.stats.peers import nearest
from barometre.stats.scores import compute_scores
from barometre.stats.structure import compare_adjusted

NOMS = ["commune-1", "commune-2", "commune-3"]
GENRES = pd.DataFrame({"type": ["commune", "commune", "epci"], "agents": [1.0, 2.0, 3.0]}, index=NOMS)
TYPES = {"commune": 300, "epci": 20}
MARGES = {"type": pd.Series(TYPES)}
OUI = pd.DataFrame({"site": [1.0, 0.0, 1.0]}, index=NOMS)


def _plan(**autres: Any) -> Design:
    return Design(
        autres.pop("strata", None),
        autres.pop("population", None),
        autres.pop("weights", np.ones(3)),
        **autres,
    )


def _trois(valeurs: Sequence[Any], noms: Sequence[str] = NOMS) -> pd.Series:
    return pd.Series(list(valeurs), index=list(noms))


def _vague(noms: Sequence[str] = NOMS, question: str = "site") -> tuple[Design, pd.DataFrame, list[str]]:
    plan = Design(None, None, pd.Series(1.0, index=NOMS))
    return plan, OUI.rename(columns={"site": question}), list(noms)


LIEUX = {"departement": "d1", "region": "r1", "strate": "commune-1", "couverture": "oui"}
CADRE = pd.DataFrame(LIEUX | {"population": 100.0}, index=[0])
REPONDANTS = pd.DataFrame(LIEUX | {"y": 1.0}, index=range(60))


def _pairs(**demande: Any) -> pd.DataFrame:
    return nearest(**({"frame": GENRES, "target": NOMS[0], "variables": ["agents"]} | demande))


def _change(seconde: tuple[Design, pd.DataFrame, list[str]], **domaines: Any) -> pd.DataFrame:
    return estimate_change(*_vague(), *seconde, **domaines)


CALAGES: list[tuple[Callable[[], object], str]] = [
    (
        lambda: rake(GENRES.head(0), MARGES),
        "L'échantillon est vide : il n'y a aucun répondant à caler.",
    ),
    (
        lambda: rake(GENRES.set_axis(["a", "b", "a"]), MARGES),
        "L'échantillon contient deux fois le répondant « a ».",
    ),
    (lambda: rake(GENRES, {}), "Aucune marge n'est donnée : il en faut au moins une."),
    (
        lambda: rake(GENRES, {"region": pd.Series({"84": 1})}),
        "La marge « region » n'est pas une colonne de l'échantillon.",
    ),
    (
        lambda: rake(GENRES, {"type": pd.Series([300, 10, 10], index=["commune", "epci", "epci"])}),
        "La marge « type » donne deux fois la modalité « epci ».",
    ),
    (
        lambda: rake(GENRES, {"type": TYPES | {"epci": "vingt"}}),
        "La marge « type » donne à la modalité « epci » une population qui n'est pas un nombre positif : "
        "vingt.",
    ),
    (
        lambda: rake(GENRES, {"type": {"commune": 0, "epci": 0}}),
        "La marge « type » a une population totale nulle.",
    ),
    (
        lambda: rake(GENRES.assign(type=["commune", None, None]), MARGES),
        "La variable « type » manque pour 2\u00a0répondants : elle doit être connue de tous.",
    ),
    (
        lambda: rake(GENRES.assign(type=["commune", "epci", "ept"]), MARGES),
        "La modalité « ept » de la variable « type » est dans l'échantillon mais pas dans la marge.",
    ),
    (
        lambda: rake(GENRES, {"type": TYPES | {"region": 17}}),
        "La modalité « region » de la marge « type » compte 17 unités dans la population et aucun "
        "répondant : il faut la regrouper avec une voisine.",
    ),
    (
        lambda: rake(GENRES, {"type": TYPES | {"epci": 0}}),
        "La modalité « epci » de la marge « type » a une population nulle alors que des répondants y sont.",
    ),
    (
        lambda: rake(GENRES.assign(taille=list("abb")), MARGES | {"taille": {"a": 300, "b": 30, "c": 0}}),
        "Les totaux de deux marges se contredisent : « type » compte 320 unités et « taille » en compte 330.",
    ),
    (
        lambda: rake(GENRES, MARGES, base_weights=[1.0, 2.0]),
        "Il faut un poids de départ par répondant : 2 donnés pour 3.",
    ),
    (
        lambda: rake(GENRES, MARGES, base_weights=[1.0, 0.0, 1.0]),
        "Un poids de départ n'est pas un nombre strictement positif.",
    ),
    (
        lambda: rake(GENRES, MARGES, base_weights=_trois([1, 1, 1], "abc")),
        "Les poids de départ ne portent pas sur les mêmes répondants que l'échantillon.",
    ),
    (
        lambda: rake(GENRES, {"agents": 60.0}),
        "L'ajustement proportionnel ne sait pas caler sur la variable numérique « agents » : "
        "utilisez calibrate.",
    ),
    (
        lambda: calibrate(GENRES.assign(agents=[1.0, np.nan, 3.0]), {"agents": 60.0}),
        "La variable numérique « agents » manque ou n'est pas un nombre pour 1\u00a0répondant.",
    ),
    (
        lambda: calibrate(GENRES, {"agents": np.inf}),
        "Le total de la variable « agents » n'est pas un nombre.",
    ),
    (
        lambda: calibrate(GENRES, MARGES, bounds=None),
        "La méthode logit demande des bornes, par exemple (0.25, 5).",
    ),
    (
        lambda: calibrate(GENRES, MARGES, bounds=(2.0, 5.0)),
        "Les bornes (2, 5) n'encadrent pas 1 : il faut 0 ≤ borne basse < 1 < borne haute.",
    ),
    (
        lambda: calibrate(GENRES, MARGES, method="entropie"),  # type: ignore[arg-type]
        "Méthode de calage inconnue : « entropie » (logit, raking ou linear).",
    ),
]

PLANS: list[tuple[Callable[[], object], str]] = [
    (lambda: Design(None, None, []), "L'échantillon est vide : il n'y a aucun répondant."),
    (
        lambda: _plan(weights=pd.Series(1.0, index=["a", "b", "a"])),
        "Le répondant « a » est présent deux fois.",
    ),
    (lambda: _plan(weights=[1.0, -1.0, 1.0]), "Un poids manque ou n'est pas un nombre strictement positif."),
    (lambda: _plan(weights=[1.0, 0.0, 1.0]), "Un poids manque ou n'est pas un nombre strictement positif."),
    (
        lambda: _plan(base_weights=[1.0, np.nan, 1.0]),
        "Un poids manque ou n'est pas un nombre strictement positif.",
    ),
    (lambda: _plan(strata=["a", "b"]), "Il y a 2\u00a0lignes dans les strates pour 3\u00a0répondants."),
    (lambda: _plan(clusters=["a", "b"]), "Il y a 2\u00a0lignes dans les grappes pour 3\u00a0répondants."),
    (
        lambda: _plan(base_weights=[1.0]),
        "Il y a 1\u00a0ligne dans les poids de départ pour 3\u00a0répondants.",
    ),
    (
        lambda: _plan(calibration_variables=GENRES.head(2)),
        "Il y a 3\u00a0lignes dans les poids pour 2\u00a0répondants.",
    ),
    (
        lambda: _plan(weights=_trois([1, 1, 1], "abc"), strata=_trois("uvw")),
        "Dans les strates, l'index n'est pas celui des répondants.",
    ),
    (lambda: _plan(strata=["a", None, "b"]), "La strate manque pour 1\u00a0répondant."),
    (
        lambda: _plan(strata=["a", "a", "z"], population={"a": 3}),
        "La population de la strate « z » est inconnue.",
    ),
    (
        lambda: _plan(strata=["a", "a", "b"], population={"a": 3, "b": -2}),
        "La population de la strate « b » n'est pas un nombre positif : -2.",
    ),
    (
        lambda: _plan(strata=["a", "a", "b"], population={"a": 1, "b": 4}),
        "La strate « a » a 2\u00a0répondants pour 1\u00a0unité dans la population.",
    ),
    (
        lambda: _plan(strata=["b", "a", "a"], population=[4, 5, 6]),
        "La strate « a » a plusieurs populations.",
    ),
    (
        lambda: _plan(strata=["a", "a", "b"], clusters=["g", "h", "h"]),
        "Une grappe manque, ou s'étend sur plusieurs strates.",
    ),
    (
        lambda: _plan(strata=["a", "a", "b"], clusters=["g", None, "h"]),
        "Une grappe manque, ou s'étend sur plusieurs strates.",
    ),
    (
        lambda: _plan(calibration_variables=pd.DataFrame({"taille": ["a", None, "b"]})).regressors,
        "La variable de calage « taille » manque pour 1\u00a0répondant.",
    ),
]

CHIFFRES: list[tuple[Callable[[], object], str]] = [
    (
        lambda: estimate_proportions(_plan(), pd.DataFrame({"site": ["oui", "non", "oui"]})),
        "Les réponses doivent être des nombres (1, 0, ou vide sans réponse).",
    ),
    (
        lambda: estimate_proportions(_plan(), OUI.replace(0.0, np.inf)),
        "Une réponse est infinie.",
    ),
    (
        lambda: estimate_proportions(_plan(), OUI.assign(wifi=[1.0, 0.5, 2.0])),
        "La réponse 0.5 à « wifi » n'est ni 1, ni 0, ni vide.",
    ),
    (
        lambda: estimate_proportions(_plan(), OUI, level=95),
        "Le niveau de confiance doit être entre 0 et 1, et non 95.",
    ),
    (
        lambda: estimate_proportions(_plan(), OUI, level=1),
        "Le niveau de confiance doit être entre 0 et 1, et non 1.",
    ),
    (
        lambda: estimate_proportions(_plan(), OUI, level=0),
        "Le niveau de confiance doit être entre 0 et 1, et non 0.",
    ),
    (
        lambda: estimate_proportions(_plan(), OUI.head(2)),
        "Il y a 2\u00a0lignes dans les réponses pour 3\u00a0répondants.",
    ),
    (
        lambda: estimate_proportions(_plan(), OUI, GENRES["type"].head(2)),
        "Il y a 2\u00a0lignes dans les groupes pour 3\u00a0répondants.",
    ),
    (
        lambda: estimate_domains(_plan(), OUI, pd.DataFrame({"d": [True]})),
        "Il y a 1\u00a0ligne dans les domaines pour 3\u00a0répondants.",
    ),
    (
        lambda: estimate_domains(_plan(), OUI, np.ones((2, 1))),
        "L'appartenance a 2\u00a0lignes pour 3\u00a0répondants.",
    ),
    (
        lambda: estimate_contrasts(_plan(), OUI, GENRES["type"], "ept"),
        "Le groupe de référence « ept » n'a aucun répondant.",
    ),
    (
        lambda: compare_adjusted(_plan(), OUI, GENRES["type"], GENRES.assign(agents=[1.0, np.nan, np.nan])),
        "La structure manque pour 2\u00a0répondants.",
    ),
    (lambda: compute_scores(OUI.replace(0.0, 2.0)), "Une pratique vaut 1, 0, ou rien sans réponse."),
    (
        lambda: describe_response(GENRES, [1, 0], ["type"]),
        "Il faut une réponse (1 ou 0) par unité du cadre : 2 pour 3.",
    ),
    (
        lambda: describe_response(GENRES.head(0), [], ["type"]),
        "Il faut une réponse (1 ou 0) par unité du cadre : 0 pour 0.",
    ),
    (
        lambda: describe_response(GENRES, [1, 1, 1], ["type"]),
        "La participation doit valoir 1 ou 0, et ne pas être la même pour toutes les unités.",
    ),
    (
        lambda: describe_response(GENRES, [0, 1, 0.5], ["type"]),
        "La participation doit valoir 1 ou 0, et ne pas être la même pour toutes les unités.",
    ),
    (
        lambda: describe_response(GENRES, [0, 1, 1], ["type", "densite"]),
        "La variable « densite » n'est pas dans le cadre.",
    ),
    (
        lambda: compare_with_frame(_plan(), OUI, pd.Series({"autre": 0.5})),
        "La vraie valeur du fait « site » n'est pas donnée.",
    ),
]

VAGUES: list[tuple[Callable[[], object], str]] = [
    (lambda: _change(_vague(question="wifi")), "Les deux vagues n'ont aucune question en commun."),
    (lambda: _change(_vague(NOMS[:2])), "Il y a 2\u00a0noms d'unités pour 3\u00a0répondants."),
    (
        lambda: _change(_vague([*NOMS[:2], NOMS[0]])),
        "Un nom d'unité manque ou se trouve deux fois dans la même vague.",
    ),
    (
        lambda: _change(_vague([*NOMS[:2], None])),  # type: ignore[list-item]
        "Un nom d'unité manque ou se trouve deux fois dans la même vague.",
    ),
    (
        lambda: _change(_vague(), membership_1=pd.DataFrame({"d": [True] * 3}, index=NOMS)),
        "Les deux vagues doivent avoir les mêmes domaines.",
    ),
]


MODELES: list[tuple[Callable[[], object], str]] = [
    (
        lambda: estimate_departements(REPONDANTS.drop(columns=["region", "strate"]), REPONDANTS["y"], CADRE),
        "Il manque aux répondants : region, strate.",
    ),
    (
        lambda: estimate_departements(REPONDANTS, REPONDANTS["y"].head(59), CADRE),
        "60\u00a0répondants pour 59\u00a0réponses.",
    ),
    (
        lambda: estimate_departements(REPONDANTS, REPONDANTS["y"] * 2, CADRE),
        "Une réponse n'est ni 1, ni 0, ni absente.",
    ),
    (
        lambda: estimate_departements(REPONDANTS, REPONDANTS["y"].where(REPONDANTS.index < 49), CADRE),
        "Trop peu de réponses pour une estimation par modèle : 49, il en faut 50. Le chiffre à retenir est "
        "celui de la région ou de la France.",
    ),
    (
        lambda: estimate_departements(
            REPONDANTS, REPONDANTS["y"], CADRE.drop(columns=["couverture", "population"])
        ),
        "Il manque au cadre : couverture, population.",
    ),
    (
        lambda: estimate_departements(REPONDANTS, REPONDANTS["y"], CADRE.assign(population=np.nan)),
        "Une population du cadre est absente ou négative.",
    ),
    (
        lambda: estimate_departements(REPONDANTS, REPONDANTS["y"], CADRE.assign(departement="d2")),
        "« d1 » a des répondants mais aucune collectivité dans le cadre.",
    ),
    (lambda: _pairs(k=0), "Il faut demander au moins un pair."),
    (lambda: _pairs(target="Z"), "« Z » n'est pas dans la liste des collectivités à comparer."),
    (
        lambda: _pairs(frame=pd.concat([GENRES, GENRES])),
        "« commune-1 » figure 2 fois dans la liste des collectivités à comparer.",
    ),
    (lambda: _pairs(variables=[]), "Il faut au moins une variable pour comparer des collectivités."),
    (lambda: _pairs(variables=["agents", "altitude"]), "La variable « altitude » n'existe pas."),
    (
        lambda: _pairs(weights={"agents": 1.0, "altitude": 1.0}),
        "Un poids est donné à une variable inconnue : « altitude ».",
    ),
    (lambda: _pairs(variables=["type", "agents"], weights=[1.0]), "2 variables pour 1 poids."),
    *(
        (
            lambda p=poids: _pairs(weights=p),  # type: ignore[misc]
            "Les poids sont des nombres positifs, et l'un au moins n'est pas nul.",
        )
        for poids in ([-1.0], [0.0], [np.inf])
    ),
    (
        lambda: allocate(np.array([2.0]), np.array([3]), np.array([0.5]), 1),
        "Plus de répondantes que de collectivités dans une strate.",
    ),
    (lambda: decompose([1], [0.5], [1, 2], [0.5, 0.5]), "Les deux vagues n'ont pas les mêmes groupes."),
    (lambda: decompose([0], [0.5], [1], [0.5]), "Une vague n'a aucune répondante."),
    (lambda: decompose([1], [0.5], [0], [0.5]), "Une vague n'a aucune répondante."),
]


@pytest.mark.parametrize(("faire", "phrase"), [*CALAGES, *PLANS, *CHIFFRES, *VAGUES, *MODELES])
def test_un_refus_dit_quoi_ou_et_que_faire(faire: Callable[[], object], phrase: str) -> None:
    with pytest.raises(ValueError) as refus:  # noqa: PT011 : la phrase entière suit
        faire()
    assert str(refus.value) == phrase
