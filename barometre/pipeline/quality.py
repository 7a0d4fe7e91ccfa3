"""Le rapport de qualité d'un redressement : ce qui a été fait, et ce qu'on peut en craindre."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from barometre.pipeline.weights import MARGES, Redressement
from barometre.stats.bias import describe_response

Fait = tuple[str, str, float | None, str]
VARIABLES = ("type", *MARGES)


@dataclass(frozen=True)
class Reference:
    """Le cadre, et ce qui se compte de lui : la même chose pour tous les questionnaires."""

    cadre: pd.DataFrame

    @cached_property
    def explicatives(self) -> pd.DataFrame:
        """Ce qui explique la participation, en catégories."""
        return self.cadre[list(VARIABLES)].astype("object").astype("category")

    @cached_property
    def parts(self) -> dict[str, pd.Series]:
        """La part de chaque modalité de ce qui est connu de tout le cadre."""
        return {v: self.cadre[v].value_counts(normalize=True) for v in ("type", "zone", *MARGES)}


def build_quality(
    vague_id: str, questionnaire_id: str, redressement: Redressement, reference: Reference
) -> pd.DataFrame:
    """Les lignes de `qualite` d'un questionnaire à une vague."""
    faits = [
        *_participation(redressement, reference.cadre),
        *_method(redressement),
        *_weights(redressement),
        *_propensities(redressement, reference),
        *_merges(redressement),
        *_gaps(redressement, reference),
    ]
    lignes = pd.DataFrame(faits, columns=["cle", "objet", "valeur", "phrase"])
    return lignes.assign(vague_id=vague_id, questionnaire_id=questionnaire_id)


def _participation(redressement: Redressement, cadre: pd.DataFrame) -> Iterator[Fait]:
    n, total = len(redressement.repondants), len(cadre)
    yield "repondants", "", n, f"{n} collectivités ont répondu, sur {total}."
    yield "taux", "", n / total, f"Taux de participation : {_percent(n / total)}."


def _method(redressement: Redressement) -> Iterator[Fait]:
    marges = ", ".join(redressement.marges)
    phrase = f"Redressement par {redressement.methode}, sur : {marges}."
    yield "methode", redressement.methode, None, phrase
    for rang, repli in enumerate(redressement.replis, 1):
        yield "repli", str(rang), None, f"Méthode écartée : {repli}"


def _weights(redressement: Redressement) -> Iterator[Fait]:
    poids = redressement.repondants["poids"]
    n_eff = float(poids.sum() ** 2 / (poids**2).sum())
    part = float(poids.max() / poids.sum())
    yield "n_eff", "", n_eff, f"Effectif efficace : {n_eff:.0f} pour {len(poids)} réponses."
    yield "part_max", "", part, f"La réponse qui pèse le plus compte pour {_percent(part)} du total."
    if redressement.calage is not None:
        bas, haut = redressement.calage.ratio_min, redressement.calage.ratio_max
        phrase = f"Le calage multiplie les poids de base par {_number(bas)} à {_number(haut)}."
        yield "rapport_min", "", bas, phrase
        yield "rapport_max", "", haut, phrase


def _propensities(redressement: Redressement, reference: Reference) -> Iterator[Fait]:
    """Qui a répondu le plus volontiers : dispersion des propensités, et ce qu'en porte chaque variable."""
    cadre = reference.cadre
    if not 0 < len(redressement.repondants) < len(cadre):
        yield "cv_propensions", "", None, "Tout le cadre a répondu : pas de biais de participation."
        return
    a_repondu = redressement.repondants.index.get_indexer(cadre.index) >= 0
    reponse = describe_response(reference.explicatives, a_repondu, VARIABLES)
    ensemble = reponse.iloc[0]
    cv, indicateur_r = float(ensemble["cv"]), float(ensemble["r_indicator"])
    phrase = (
        f"La probabilité de répondre varie d'une collectivité à l'autre : son coefficient de variation est "
        f"de {_percent(cv)}. Sans redressement, l'écart d'une moyenne peut atteindre cette part de son "
        "écart-type."
    )
    yield "cv_propensions", "", cv, phrase
    phrase = f"Indicateur de représentativité R : {_number(indicateur_r, 3)} (1 au mieux)."
    yield "indicateur_r", "", indicateur_r, phrase
    for variable, partiel in zip(reponse["variable"].iloc[1:], reponse["partial"].iloc[1:], strict=True):
        phrase = (
            f"Entre les modalités de « {variable} », cette probabilité varie de {_percent(float(partiel))} "
            "(coefficient de variation)."
        )
        yield "propension_partielle", str(variable), float(partiel), phrase


def _merges(redressement: Redressement) -> Iterator[Fait]:
    for regroupement in redressement.regroupements.itertuples():
        objet = f"{regroupement.marge} › {regroupement.modalite}"
        yield "regroupement", objet, float(str(regroupement.population)), str(regroupement.phrase)


def _gaps(redressement: Redressement, reference: Reference) -> Iterator[Fait]:
    """L'écart qui reste sur des faits connus de tout le cadre : petites communes, ruralité…"""
    poids = redressement.repondants["poids"]
    repondants = reference.cadre.loc[poids.index]
    for variable, vraies in reference.parts.items():
        estimees = poids.groupby(repondants[variable]).sum() / poids.sum()
        brutes = repondants[variable].value_counts(normalize=True)
        ecart = (estimees.reindex(vraies.index).fillna(0) - vraies).abs().max()
        avant = (brutes.reindex(vraies.index).fillna(0) - vraies).abs().max()
        phrase = (
            f"Plus grand écart avec le cadre sur « {variable} » : {_number(100 * avant)} points avant "
            f"redressement, {_number(100 * ecart)} après."
        )
        yield "ecart_brut", variable, float(avant), phrase
        yield "ecart", variable, float(ecart), phrase


def _percent(part: float) -> str:
    return f"{_number(100 * part)} %"


def _number(valeur: float, decimales: int = 1) -> str:
    return f"{valeur:.{decimales}f}".replace(".", ",")
