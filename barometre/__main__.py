"""python -m barometre"""

import gc
import os
import sys

# Avant numpy : ses fils s'attendent en brûlant du processeur (les matrices d'ici sont petites), et l'ordre
# de leurs sommes ferait dépendre un bruit tiré de nouveau du nombre de cœurs.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Charger un programme ne fait pas de déchets : le ramasse-miettes y perdrait un quart de seconde.
gc.disable()
from barometre.cli import main  # noqa: E402

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(main())
