"""Baromètre Collectivités & Numérique."""

import os

# De petites matrices vont dix fois plus lentement sur plusieurs fils ; à dire avant d'importer numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Un tableau libéré revient au système ; la réserve d'Arrow le garderait. À dire avant d'importer pyarrow.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
