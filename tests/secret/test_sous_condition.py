"""(a) et (b) : l'effectif d'une question sous condition n'apprend rien que sa condition n'ait déjà dit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from barometre.catalogue import load_catalogue
from barometre.domain.secret import MARGE_EXTREME, PAS_EFFECTIF
from barometre.pipeline.calcul import Vaguee, build_contexte, compute_questionnaire
from tests import mini

SUITES = ("site_a_jour", "nom_domaine_collectivite")
CELLULE = ["niveau", "territoire_id", "type", "strate", "couverture"]


def _repond(repondants: pd.Index, secret: str) -> Vaguee:
    """Deux sur trois ont un site ; de celles-là, toutes répondent à une suite, quatre sur cinq à l'autre."""
    catalogue, rangs = load_catalogue(), np.arange(len(repondants))
    possede = rangs % 3 > 0
    lignes = [("communication_q01", np.where(possede, "oui", "non"), np.ones(rangs.size, dtype=bool))]
    for rang, nom in enumerate(SUITES):
        question = catalogue.get_question(catalogue.indicateurs[nom].calcul.question_id)
        lignes.append((question.id, question.options[0].code, possede & ((rang == 0) | (rangs % 5 > 0))))
    faits = [
        pd.DataFrame(
            {
                "collectivite_id": repondants,
                "question_id": question,
                "option_id": np.where(repondu, option, ""),
                "etat": np.where(repondu, "repondu", np.where(possede, "ne_sait_pas", "non_concerne")),
                "valeur": np.where(repondu, 1.0, np.nan),
            }
        )
        for question, option, repondu in lignes
    ]
    tous = pd.concat(faits).assign(vague_id="2026-v4", questionnaire_id="communication")
    return Vaguee("2026-v4", "communication", repondants, tous, secret)


def test_l_effectif_se_refait_de_ce_que_la_condition_montre() -> None:
    """L'attaquant le refait de deux chiffres publiés : il n'en lit rien d'autre, cellule par cellule."""
    contexte, lues = build_contexte(mini.build_collectivites(), load_catalogue()), 0
    for graine in range(10):
        vague = _repond(contexte.cadre.index[:55], f"{graine:02x}" * 32)
        agregats = (
            compute_questionnaire(contexte, [vague]).get("agregat").astype(dict.fromkeys(CELLULE, "str"))
        )
        par = {nom: a.set_index(CELLULE) for nom, a in agregats.groupby("indicateur_id", observed=True)}
        condition = par["site_internet"]
        n_lu = PAS_EFFECTIF * np.round(condition["n_publie"] / PAS_EFFECTIF)
        oui = condition["brut"].round(2) * n_lu
        for nom, repondent in zip(SUITES, (1.0, _share(55)), strict=True):
            suite = par[nom]
            # Une part bornée ne se lit pas ; sans réponse, il n'y a rien ; et une réponse compte au moins.
            sure = (oui > MARGE_EXTREME) & (n_lu - oui > MARGE_EXTREME) & (suite["n"] > 0)
            assert (suite["n_publie"] == np.rint(oui * repondent))[sure].all()
            lues += int(sure.sum())
    assert lues > 100


def _share(combien: int) -> float:
    """Parmi celles qui ont un site, la part, au pour cent, qui répond à la seconde suite."""
    rangs = np.arange(combien)
    return float(np.round(np.mean(rangs[rangs % 3 > 0] % 5 > 0), 2))
