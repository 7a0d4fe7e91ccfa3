"""Un seul fil numérique : de petites matrices vont dix fois plus lentement sur plusieurs."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
