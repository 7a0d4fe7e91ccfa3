"""La clé secrète d'un questionnaire à une vague : tirée une fois, gardée tant que ses réponses le sont."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from barometre.domain.indicateur import Indicateur
from barometre.stats.perturbation import Asked, Perturbation, build_keys
from barometre.warehouse.engine import Engine
from barometre.warehouse.repository import read_rows

COLONNES = ["vague_id", "questionnaire_id", "cle"]
# questionnaire, vague → clé en hexadécimal
Cles = Mapping[tuple[str, str], str]
# questionnaire, vague → les collectivités dont la réponse a rejoint une vague déjà publiée
Tardives = Mapping[tuple[str, str], frozenset[str]]
GRAINE_DEMONSTRATION = b"demonstration"


@dataclass(frozen=True)
class Tirages:
    """De quoi refaire le bruit de n'importe quel chiffre d'une version."""

    cles: Cles = field(repr=False)
    tardives: Tardives

    def build(
        self, lieu: tuple[str, str], repondants: pd.Index, indicateurs: Sequence[Indicateur]
    ) -> Perturbation:
        """Les clés de ces répondantes ; `lieu` : questionnaire, vague."""
        return build_perturbation(
            self.cles[lieu], repondants, indicateurs, self.tardives.get(lieu, frozenset())
        )


def build_perturbation(
    secret: str,
    repondants: pd.Index,
    indicateurs: Sequence[Indicateur],
    tardives: frozenset[str] = frozenset(),
    asked: Mapping[str, Asked] | None = None,
) -> Perturbation:
    """Les clés d'un questionnaire à une vague ; `secret` : ce que garde la table `cle_secrete`.

    `asked` : à qui chaque indicateur sous condition a été demandé.
    """
    questions = {i.id: i.calcul.question_id for i in indicateurs}
    late = np.asarray(repondants.isin(tardives)) if tardives else None
    return Perturbation(build_keys(secret, repondants), questions, late=late, asked=asked or {})


def list_tardives(participations: pd.DataFrame, lots: pd.DataFrame) -> Tardives:
    """Les répondantes d'un autre lot que le premier de leur questionnaire à leur vague.

    `lots` : les lignes de `lot_import` de la version, celui qui se charge compris.
    """
    lieu = ["questionnaire_id", "vague_id"]
    ranges = lots[lots["retenues"].fillna(0).eq(0)].sort_values(["importe_le", "lot_id"])
    premiers = ranges.drop_duplicates(lieu)["lot_id"]
    autres = participations[~participations["lot_id"].isin(premiers)]
    groupes = autres.groupby(lieu, observed=True)["collectivite_id"]
    return {(str(q), str(v)): frozenset(cites.astype(str)) for (q, v), cites in groupes}


def read_tardives(moteur: Engine, questionnaire_id: str) -> Tardives:
    """Les tardives d'un questionnaire dans une version."""
    ou = {"questionnaire_id": questionnaire_id}
    return list_tardives(read_rows(moteur, "participation", **ou), read_rows(moteur, "lot_import", **ou))


def read_cles(moteur: Engine) -> Cles:
    """Les clés d'une version."""
    return index_cles(read_rows(moteur, "cle_secrete"))


def index_cles(lignes: pd.DataFrame) -> Cles:
    """Les lignes de `cle_secrete`, par questionnaire et vague."""
    return {(str(q), str(v)): str(c) for v, q, c in lignes[COLONNES].itertuples(index=False)}


def build_cle(vague_id: str, questionnaire_id: str) -> pd.DataFrame:
    """La ligne d'une clé neuve : le hasard du système, jamais une graine."""
    return pd.DataFrame([(vague_id, questionnaire_id, secrets.token_hex(32))], columns=COLONNES)


def build_cles_demonstration(couples: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Des clés tirées d'une graine : la démonstration n'a rien à cacher, et se refait à l'identique."""
    lignes = [(v, q, _derive(f"{q}/{v}")) for q, v in couples]
    return pd.DataFrame(lignes, columns=COLONNES)


def _derive(texte: str) -> str:
    return hashlib.blake2b(texte.encode(), key=GRAINE_DEMONSTRATION, digest_size=32).hexdigest()
