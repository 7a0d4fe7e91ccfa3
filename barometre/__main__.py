"""python -m barometre"""

import gc
import sys

# Charger un programme ne fait pas de déchets : le ramasse-miettes y perdrait un quart de seconde.
gc.disable()
from barometre.cli import main  # noqa: E402

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(main())
