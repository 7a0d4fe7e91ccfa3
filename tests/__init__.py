"""Les essais, qui gardent leur bytecode : le compiler à chaque fois coûtait dix secondes par processus."""

import os
import sys

# Un environnement qui le refuse (PYTHONDONTWRITEBYTECODE) faisait relire et réécrire les six cents fichiers
# de l'application et des essais à chaque processus, et l'application à chaque commande essayée.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
