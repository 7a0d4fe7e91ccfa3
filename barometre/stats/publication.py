"""Ce qui se publie d'un plan à clés : rien n'y dépend d'une réponse que par une somme brouillée.

Brut, redressé et effectif sont brouillés ; variance, effectif efficace et degrés de liberté s'en déduisent,
avec des grandeurs où aucune réponse n'entre (membres, poids, strates). Erreur type, intervalle, prudence et
note se calculent de la part telle qu'elle se lit (`show_shares`) : redites d'une part sans arrondi, leurs
bornes la rendaient au tiers de point ; sous trente réponses, elles disaient le redressé, qui se tait.

Variance d'une part : celle que l'on attend de réponses de même part p, p(1 − p)·Σ(1 − f_h)w²/(Σw)² (variance
généralisée, Wolter 2007, chap. 7). Elle oublie ce que la strate explique : l'intervalle en est trop large au
pire, à l'échelle nationale, d'une réponse que la taille commande.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from barometre.domain.secret import DECIMALES, MARGE_EXTREME, PAS_EFFECTIF
from barometre.stats.design import Design
from barometre.stats.noise import Reach, draw_noise
from barometre.stats.perturbation import Asked, Perturbation, has_adjusted, is_binary
from barometre.stats.sums import Sums

Tableau = npt.NDArray[np.float64]
Colonnes = npt.NDArray[np.bool_]
# L'écart-type d'une grandeur vaut au moins cette part de sa moyenne, quel que soit le bruit de sa variance.
DISPERSION_MINIMALE = 0.1
# Des poids dont le plus éloigné du moyen ne l'est pas plus sont égaux.
POIDS_EGAUX = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """Ce que les membres d'un domaine sont, réponses mises à part : une ligne par domaine, une colonne.

    `leverage` : Σ(1 − f_h)w²/(Σw)². `inequality` : max |ω − 1|, ω le poids d'un membre rapporté au poids
    moyen ; c'est ce que le redressement ajoute ou retire, au plus, à une réponse.
    """

    members: Tableau
    n_eff: Tableau
    leverage: Tableau
    inequality: Tableau
    strata: Tableau


def build_structure(design: Design, membership: csr_array) -> Structure:
    """La structure de chaque domaine ; `membership` : domaine × unité."""
    w = design.weights / design.weights.max()
    reste = (1 - design.strata.sizes / design.strata.populations)[design.strata.codes]
    colonnes = np.column_stack([np.ones_like(w), w, w**2, reste * w**2])
    membres, total, carres, ouverts = (c[:, None] for c in np.asarray(membership @ colonnes).T)
    inegalites = [
        np.abs(w[u] / w[u].mean() - 1).max(initial=0.0) if u.size else 0.0
        for u, _ in _list_members(membership)
    ]
    codes, combien = design.strata.codes[membership.indices], design.strata.sizes.size
    domaines = np.repeat(np.arange(membership.shape[0]), np.diff(membership.indptr))
    presentes = np.zeros((membership.shape[0], combien), dtype=bool)
    presentes[domaines, codes] = True
    with np.errstate(divide="ignore", invalid="ignore"):
        return Structure(
            membres,
            total**2 / carres,
            ouverts / total**2,
            np.array([inegalites]).T,
            presentes.sum(axis=1, dtype=float)[:, None],
        )


def publish_sums(  # noqa: PLR0917 - quoi, de qui, où, et ce qui en est déjà su
    sums: Sums, design: Design, values: Tableau, membership: csr_array, items: Iterable[object],
    structure: Structure | None = None, published: Tableau | None = None,
) -> Sums:  # fmt: skip
    """Les sommes telles qu'elles se publient : brut et redressé bougent de d réponses et plus parmi n.

    Le redressé bouge encore, pour son compte, de e fois l'inégalité des poids, et le brut à côté de lui d'un
    second bruit : sans eux leur différence dirait la réponse de la seule qu'un voisin ne connaît pas.
    `structure` : celle de `build_structure`, et `published` : les effectifs de `publish_counts`, pour qui
    publie plusieurs fois les mêmes domaines.
    """
    assert design.perturbation is not None
    cles, items = design.perturbation.keep_sums(membership, values), list(items)
    design = design.replace_keys(cles)
    structure, grandeurs = structure or build_structure(design, membership), ~is_binary(values)
    portee = measure_reach(sums, structure, design, values, membership)
    bruit = draw_noise(design, values, membership, items, portee)
    n = publish_counts(cles, sums.n, values, membership, items) if published is None else published
    total = sums.total + bruit.raw + _draw_second(cles, values, membership, items, portee, n)
    total = np.where(grandeurs, total, np.clip(total, 0.0, sums.n))
    commun = sums.total + bruit.raw
    commun = np.where(grandeurs, commun, np.clip(commun, 0.0, sums.n))
    with np.errstate(divide="ignore", invalid="ignore"):
        brut = sums.raw + (total - sums.total + bruit.fraction) / sums.n
        estimation = sums.estimate + (commun - sums.total + bruit.fraction + bruit.gap) / sums.n
        brut, estimation = (np.where(grandeurs, x, np.clip(x, 0.0, 1.0)) for x in (brut, estimation))
        lue = np.where(grandeurs, estimation, show_shares(estimation, brut, n))
        dispersion = _measure_dispersion(lue, portee, bruit.dispersion, grandeurs)
        variance = dispersion * structure.leverage * structure.members / n
        n_eff = structure.n_eff * n / structure.members
        ajoutee = bruit.variance / n**2
    return replace(
        sums,
        total=total,
        n_eff=n_eff,
        raw=brut,
        estimate=estimation,
        variance=np.where(sums.n > 0, variance, np.nan),
        df=np.maximum(n - structure.strata, 0.0),
        noise=np.nan_to_num(ajoutee, posinf=0.0),
        n_published=n,
    )


def show_shares(estimate: Tableau, raw: Tableau, published: Tableau) -> Tableau:
    """La part telle qu'elle se lit : le redressé, ou le brut là où il se tait, au pour cent."""
    return round_shares(np.where(has_adjusted(published), estimate, raw))


def round_shares(shares: Tableau) -> Tableau:
    """Au pour cent ; ce qui se lit 0 ou 100 % est au milieu de ce qui s'y arrondit : il a une variance."""
    quart = 10.0**-DECIMALES / 4
    return np.asarray(np.clip(np.round(shares, DECIMALES), quart, 1 - quart))


def _draw_second(  # noqa: PLR0917 - de qui, quoi, où, et jusqu'où
    keys: Perturbation, values: Tableau, membership: csr_array, items: list[object], reach: Reach, n: Tableau
) -> Tableau:
    """Le second bruit de n fois le brut, domaine × chiffre ; de poids égaux, le brut est le redressé."""
    bruit = keys.draw_second(membership, values, items, n)
    grandeurs = ~is_binary(values)
    if grandeurs.any():
        bruit = np.where(grandeurs, keys.draw_second_amount(membership, values, items, n) * reach.raw, bruit)
    return np.where(reach.gap > POIDS_EGAUX, bruit, 0.0)


def measure_reach(
    sums: Sums, structure: Structure, design: Design, values: Tableau, membership: csr_array
) -> Reach:
    """Ce que couvre le bruit de chaque chiffre."""
    un = np.ones_like(sums.n)
    portee = Reach(un, structure.inequality * un, np.zeros_like(un), np.zeros_like(un))
    colonnes = np.flatnonzero(~is_binary(values))
    for unites, d in _list_members(membership) if colonnes.size else ():
        if not unites.size:
            continue
        w = design.weights[unites, None]
        ecart = np.nan_to_num(values[np.ix_(unites, colonnes)] - sums.raw[d, colonnes])
        n = np.maximum(sums.n[d, colonnes], 1.0)
        carre = (ecart**2).sum(axis=0) / n
        portee.raw[d, colonnes] = np.abs(ecart).max(axis=0)
        portee.gap[d, colonnes] = np.abs((w / w.mean() - 1) * ecart).max(axis=0)
        portee.variance[d, colonnes] = np.abs(ecart**2 - carre).max(axis=0) / n
        portee.spread[d, colonnes] = carre
    return portee


def _measure_dispersion(estimate: Tableau, reach: Reach, noise: Tableau, amounts: Colonnes) -> Tableau:
    """La variance d'une réponse : p(1 − p) ; d'une grandeur, la moyenne des carrés, brouillée elle aussi."""
    plancher = (DISPERSION_MINIMALE * estimate) ** 2
    return np.where(
        amounts, np.maximum(reach.spread + noise * reach.variance, plancher), estimate * (1 - estimate)
    )


def publish_counts(
    perturbation: Perturbation,
    n: Tableau,
    values: Tableau,
    membership: csr_array,
    items: Sequence[object] = (),
) -> Tableau:
    """L'effectif brouillé : exact, une différence de comptes emboîtés disait qui a répondu.

    À une question posée sous condition, il compte les « oui » d'une autre, et en serait une seconde lecture :
    des `items` dont le plan sait à qui ils ont été demandés, il se déduit de ce que l'autre publie. Il ne
    passe jamais celui des participantes, brouillé lui aussi. Les tardives y comptent à leur part, atteintes
    par la question ou non : deux versions, ou deux questions de même condition, diraient sinon laquelle l'a
    été.
    """
    publie = _publish_answered(perturbation, n, values, membership)
    posees = {rang: posee for rang, item in enumerate(items) if (posee := perturbation.asked.get(str(item)))}
    if not posees:
        return publie
    membres = publish_members(perturbation, membership)[:, 0]
    conditions = {id(posee.values): posee for posee in posees.values()}
    demandees = {cle: _read_asked(perturbation, membership, posee) for cle, posee in conditions.items()}
    for rang, posee in posees.items():
        deduit = np.rint(demandees[id(posee.values)] * posee.answering)
        publie[:, rang] = np.where(n[:, rang] > 0, np.clip(deduit, 1.0, np.maximum(membres, 1.0)), 0.0)
    return publie


def _read_asked(perturbation: Perturbation, membership: csr_array, asked: Asked) -> Tableau:
    """Combien, par domaine, ont reçu la question : la part et l'effectif qui s'en lisent, multipliés."""
    y, question = asked.values[:, None], [asked.question]
    cles = replace(perturbation, rounds=None).keep_sums(membership, y)
    n = np.asarray(membership @ np.isfinite(y).astype(float))
    publie = _publish_answered(cles, n, y, membership)
    oui = membership @ np.nan_to_num(y) + cles.draw(membership, y, question)
    oui = oui + cles.draw_second(membership, y, question, publie)
    lu, fraction = PAS_EFFECTIF * np.round(publie / PAS_EFFECTIF), cles.draw_fraction(membership, y, question)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.round(np.clip((np.clip(oui, 0.0, n) + fraction) / n, 0.0, 1.0), DECIMALES)
    demandees = np.nan_to_num(part) * lu
    # Une part qui n'est que bornée compte au milieu de ce que sa borne laisse.
    bas, haut = demandees <= MARGE_EXTREME, lu - demandees <= MARGE_EXTREME
    milieu = np.where(bas, MARGE_EXTREME / 2, lu - MARGE_EXTREME / 2)
    return np.asarray(np.where(bas | haut, milieu, demandees)[:, 0])


def _publish_answered(
    perturbation: Perturbation, n: Tableau, values: Tableau, membership: csr_array
) -> Tableau:
    """L'effectif brouillé d'une question posée à toutes."""
    premieres = perturbation.drop_late(membership)
    if premieres is membership:
        return _draw_counts(perturbation, membership, values, n)
    # un groupe de tardives seules n'a jamais été publié : c'est sa première fois
    neufs = _draw_counts(perturbation, membership, values, n)
    ont = np.asarray(premieres @ np.isfinite(values).astype(float))
    anciens = _draw_counts(perturbation, premieres, values, ont)
    toutes, siennes = (publish_members(perturbation, m) for m in (membership, premieres))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(siennes > 0, np.rint(toutes * anciens / siennes), neufs)


def _draw_counts(perturbation: Perturbation, membership: csr_array, values: Tableau, n: Tableau) -> Tableau:
    brouilles = n + perturbation.draw_counts(membership, values)
    return np.where(n > 0, np.clip(brouilles, 1.0, publish_members(perturbation, membership)), 0.0)


def publish_members(perturbation: Perturbation, membership: csr_array) -> Tableau:
    """Domaine × 1 : combien ont rempli le questionnaire, brouillé ; des tardives y tirent un autre bruit."""
    membres = np.asarray(membership.sum(axis=1), dtype=float).reshape(-1, 1)
    bruit = perturbation.draw_members(membership)
    return np.where(membres > 0, np.maximum(membres + bruit, 1.0), 0.0)


def publish_flows(
    keys: Perturbation, domains: csr_array, answered: Colonnes, flows: Tableau, items: Iterable[object]
) -> Tableau:
    """Les passages (gains ou pertes) de chaque domaine, brouillés par les clés de qui est aux deux vagues."""
    valeurs = np.where(answered, flows, np.nan)
    compte = np.asarray(domains @ (flows * answered)) + keys.draw(domains, valeurs, items)
    return np.asarray(np.clip(compte, 0, domains @ answered.astype(float)))


def _list_members(membership: csr_array) -> Iterator[tuple[npt.NDArray[np.intp], int]]:
    """Les unités de chaque domaine, et son rang."""
    for d in range(membership.shape[0]):
        yield membership.indices[membership.indptr[d] : membership.indptr[d + 1]], d
