"""Baromètre Collectivités & Numérique."""

import os

# De petites matrices vont dix fois plus lentement sur plusieurs fils ; à dire avant d'importer numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
