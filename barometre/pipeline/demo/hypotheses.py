"""Les hypothèses de la démonstration, lues dans `hypotheses.yml`."""

from __future__ import annotations

import zlib
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

Hypotheses = dict[str, Any]


@cache
def load_hypotheses() -> Hypotheses:
    """Le YAML embarqué ; les pourcentages y sont écrits de 0 à 100."""
    texte = files("barometre.pipeline.demo").joinpath("hypotheses.yml").read_text("utf-8")
    return dict(yaml.safe_load(texte))


def build_hasard(graine: int, *cles: str) -> np.random.Generator:
    """Un hasard par usage : ajouter une question ne change pas les réponses aux autres."""
    return np.random.default_rng([graine, zlib.crc32("/".join(cles).encode())])
