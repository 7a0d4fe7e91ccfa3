"""Le rapport de qualité d'un redressement : ce qui a été fait, et ce qu'on peut en craindre."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from barometre.domain.ecarts import ECART_CADRE, ECART_LIBRE
from barometre.domain.formats import format_effectif, format_nombre, format_part
from barometre.domain.secret import PAS_EFFECTIF
from barometre.pipeline.cube import has_answers
from barometre.pipeline.terrain import Terrain
from barometre.pipeline.weights import MARGES, Redressement
from barometre.stats.bootstrap import DRAWS, estimate_bootstrap_se
from barometre.stats.calibration import CalibrationError, calibrate
from barometre.stats.estimation import estimate_proportions
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import publish_members

# En dessous, un rééchantillonnage vide des modalités entières.
MINIMUM_BOOTSTRAP = 200
# Le type se lit dans la strate, la zone dans la région : caler sur l'une cale l'autre.
PORTEUSES = {"type": "strate", "zone": "region"}
Fait = tuple[str, str, float | None, str]


@dataclass(frozen=True)
class Reference:
    """Le cadre, et ce qui se compte de lui : la même chose pour tous les questionnaires."""

    cadre: pd.DataFrame

    @cached_property
    def parts(self) -> dict[str, pd.Series]:
        """La part de chaque modalité de ce qui est connu de tout le cadre."""
        return {v: self.cadre[v].value_counts(normalize=True) for v in ("type", "zone", *MARGES)}


def build_quality(
    vague_id: str,
    questionnaire_id: str,
    redressement: Redressement,
    reference: Reference,
    cles: Perturbation | None = None,
) -> pd.DataFrame:
    """Les lignes de `qualite` d'un questionnaire à une vague ; `cles` : de quoi brouiller les comptes."""
    n = _count_publiees(redressement, cles)
    faits = [
        *_participation(n, reference.cadre),
        *_method(redressement),
        *_weights(redressement, n),
        *_cross_check(redressement),
        *_propensities(redressement),
        *_merges(redressement),
        *_empty(redressement, reference.cadre, cles),
        *_gaps(redressement, reference),
    ]
    lignes = pd.DataFrame(faits, columns=["cle", "objet", "valeur", "phrase"])
    return lignes.assign(vague_id=vague_id, questionnaire_id=questionnaire_id)


def build_variance_check(terrain: Terrain) -> pd.DataFrame:
    """La ligne de `qualite` qui compare, France entière, l'erreur type linéarisée à celle du bootstrap."""
    ids = [i.id for i in terrain.list_indicateurs(parts=True) if i.cle]
    if not ids or len(terrain.repondants) < MINIMUM_BOOTSTRAP:
        return pd.DataFrame()
    valeurs = terrain.valeurs[ids]
    formule = estimate_proportions(terrain.design, valeurs)["se"].to_numpy()
    tiree = estimate_bootstrap_se(terrain.design, valeurs.to_numpy(dtype=float))
    utiles = (formule > 0) & (tiree > 0)
    if not utiles.any():
        return pd.DataFrame()
    # Le rééchantillonnage lit les réponses exactes : au dixième, aucune ne s'en retrouve.
    rapport = round(float(np.median(formule[utiles] / tiree[utiles])), 1)
    phrase = (
        f"Erreur type des {utiles.sum()} chiffres clés nationaux : celle de la formule vaut "
        f"{format_nombre(rapport, 1)} fois celle de {DRAWS} rééchantillonnages (médiane)."
    )
    return pd.DataFrame(
        [("rapport_bootstrap", "", rapport, phrase, terrain.vague_id, terrain.questionnaire_id)],
        columns=["cle", "objet", "valeur", "phrase", "vague_id", "questionnaire_id"],
    )


def _count_publiees(redressement: Redressement, cles: Perturbation | None) -> int:
    """Combien ont répondu, comme partout : brouillé, à cinq près."""
    n = len(redressement.repondants)
    if cles is None:
        return n
    (publiees,) = publish_members(cles, csr_array(np.ones((1, n)))).ravel()
    return PAS_EFFECTIF * round(float(publiees) / PAS_EFFECTIF)


def _participation(n: int, cadre: pd.DataFrame) -> Iterator[Fait]:
    total = len(cadre)
    yield "repondants", "", n, f"{format_effectif(n, 'collectivité').capitalize()} ont répondu, sur {total}."
    yield "taux", "", n / total, f"Taux de participation : {format_part(n / total, 1)}."


def _method(redressement: Redressement) -> Iterator[Fait]:
    marges = ", ".join(redressement.marges)
    phrase = f"Redressement par {redressement.methode}, sur : {marges}."
    yield "methode", redressement.methode, None, phrase
    for rang, repli in enumerate(redressement.replis, 1):
        yield "repli", str(rang), None, f"Méthode écartée : {repli}"


def _weights(redressement: Redressement, n: int) -> Iterator[Fait]:
    poids = redressement.repondants["poids"]
    n_eff = float(poids.sum() ** 2 / (poids**2).sum() / len(poids) * n)
    part = float(poids.max() / poids.sum())
    reponses = format_effectif(n, "réponse")
    yield "n_eff", "", n_eff, f"Effectif efficace : {format_nombre(n_eff)} pour {reponses}."
    yield "part_max", "", part, f"La réponse qui pèse le plus compte pour {format_part(part, 1)} du total."
    if redressement.calage is not None:
        bas, haut = redressement.calage.ratio_min, redressement.calage.ratio_max
        phrase = (
            f"Le calage multiplie les poids de base par {format_nombre(bas, 1)} à {format_nombre(haut, 1)}."
        )
        yield "rapport_min", "", bas, phrase
        yield "rapport_max", "", haut, phrase


def _cross_check(redressement: Redressement) -> Iterator[Fait]:
    """Le même calage par le logit borné : s'il s'en écarte, la méthode compte et il faut le savoir."""
    if redressement.calage is None:
        return
    r = redressement.repondants
    try:
        logit = calibrate(
            r[list(redressement.marges)], dict(redressement.totaux), base_weights=r["poids_base"]
        ).weights
    except CalibrationError as erreur:
        yield "logit", "", None, f"Contrôle par le calage logit : impossible. {erreur}"
        return
    ecart = float((logit - r["poids"]).abs().sum() / r["poids"].sum() / 2)
    yield (
        "logit",
        "",
        ecart,
        (
            f"Contrôle par le calage logit borné : aucune part ne peut s'en écarter de plus de "
            f"{format_nombre(100 * ecart, 2)} point."
        ),
    )


def _propensities(redressement: Redressement) -> Iterator[Fait]:
    """Qui a répondu le plus volontiers : dispersion des propensités, et ce qu'en porte chaque variable."""
    reponse = redressement.reponse
    if reponse is None:
        yield "cv_propensions", "", None, "Tout le cadre a répondu : pas de biais de participation."
        return
    cv, bruit = redressement.cv, float(reponse["noise"].iloc[0]) ** 0.5
    phrase = (
        f"La probabilité de répondre varie d'une collectivité à l'autre : son coefficient de variation est "
        f"de {format_part(cv, 1)}, une fois ôté ce que le hasard seul en montrerait "
        f"({format_part(bruit, 1)}). "
        "Sans redressement, l'écart d'une moyenne peut atteindre cette part de son écart-type."
    )
    yield "cv_propensions", "", cv, phrase
    for variable, partiel in zip(reponse["variable"].iloc[1:], reponse["partial"].iloc[1:], strict=True):
        phrase = (
            f"Entre les modalités de « {variable} », cette probabilité varie de "
            f"{format_part(float(partiel), 1)} (coefficient de variation)."
        )
        yield "propension_partielle", str(variable), float(partiel), phrase


def _merges(redressement: Redressement) -> Iterator[Fait]:
    for regroupement in redressement.regroupements.itertuples():
        objet = f"{regroupement.marge} › {regroupement.modalite}"
        yield "regroupement", objet, float(str(regroupement.population)), str(regroupement.phrase)


def _empty(redressement: Redressement, cadre: pd.DataFrame, cles: Perturbation | None) -> Iterator[Fait]:
    """Les strates du pays où personne, ou presque, n'a répondu : ce que l'ensemble ne décrit pas.

    D'après leur compte brouillé : dire d'une strate que nul n'y a répondu nommerait toutes les siennes.
    """
    strates = cadre["strate"].reindex(redressement.repondants.index)
    codes, noms = pd.factorize(strates)
    dedans = csr_array((np.ones(codes.size), (codes, np.arange(codes.size))), shape=(noms.size, codes.size))
    repondues = set(noms[has_answers(dedans, cles)])
    absentes = cadre["strate"][~cadre["strate"].isin(repondues)].value_counts()
    if len(absentes):
        part = float(absentes.sum() / len(cadre))
        premieres = ", ".join(map(str, absentes.index[:5]))
        phrase = f"Aucune réponse, ou presque, de {format_part(part, 1)} du cadre : {premieres}."
        yield "strates_vides", "", part, phrase


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
            f"Plus grand écart avec le cadre sur « {variable} » : {format_nombre(100 * avant, 1)} points "
            f"avant redressement, {format_nombre(100 * ecart, 1)} après."
        )
        calee = PORTEUSES.get(variable, variable) in redressement.marges
        if calee:
            phrase += " L'écart après est petit par construction : les poids sont faits pour cela."
        # Au millième, comme la phrase : entière, une part k/n rendrait les deux comptes exacts.
        yield "ecart_brut", variable, round(float(avant), 3), phrase
        yield ECART_CADRE if calee else ECART_LIBRE, variable, round(float(ecart), 3), phrase
