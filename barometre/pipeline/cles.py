"""La clé secrète d'un questionnaire à une vague : tirée une fois, gardée tant que ses réponses le sont."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping

import pandas as pd

from barometre.warehouse.engine import Engine
from barometre.warehouse.repository import read_rows

COLONNES = ["vague_id", "questionnaire_id", "cle"]
# questionnaire, vague → clé en hexadécimal
Cles = Mapping[tuple[str, str], str]
GRAINE_DEMONSTRATION = b"demonstration"


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
