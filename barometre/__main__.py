"""python -m barometre"""

import sys

from barometre.cli import main

if __name__ == "__main__":
    sys.exit(main())
