"""Les mesures de durée : `make bench`. Rien ici n'est collecté par pytest.

`barometre` d'abord : il règle numpy, qui ne relit plus ses réglages une fois chargé. Une mesure qui chargeait
pandas avant lui disait le calcul d'un import d'un quart plus long qu'il n'est.
"""

import barometre  # noqa: F401
