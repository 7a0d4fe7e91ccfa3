"""Un fichier déjà reçu, qu'un autre a remplacé depuis : le remettre en service se dit, et se confirme.

Rien d'autre ne l'annonce quand il ne fait perdre ni réponses, ni projets, ni euros : un export d'avant ses
corrections a le même nombre de lignes.
"""

from __future__ import annotations

import json
from datetime import datetime

import pandas as pd

from barometre.domain.formats import format_date
from barometre.warehouse.reserve import Reserve


def describe_ancien(reserve: Reserve, lot_id: str, en_service: pd.DataFrame) -> str:
    """« Ce fichier a déjà été reçu le 12 novembre 2026, et remplacé depuis… » ; vide s'il ne l'a pas été.

    `en_service` : les lots que le fichier remplacerait (`fichier`, `importe_le`).
    """
    if en_service.empty:
        return ""
    dernier = en_service.sort_values("importe_le").iloc[-1]
    remplace_le = pd.Timestamp(dernier["importe_le"]).to_pydatetime()
    # Reçu après ce qui est en service : préparé sans être publié, ou retiré. Le reprendre n'est pas reculer.
    recu_le = max((d for d in _list_dates(reserve, lot_id) if d <= remplace_le), default=None)
    if recu_le is None:
        return ""
    return (
        f"Ce fichier a déjà été reçu le {format_date(recu_le)}, et remplacé depuis par "
        f"« {dernier['fichier']} » (le {format_date(remplace_le)}) : il le remplacerait à son tour."
    )


def _list_dates(reserve: Reserve, lot_id: str) -> list[datetime]:
    """Quand ce lot a été reçu, autant de fois que la réserve l'a gardé."""
    cite = json.dumps(lot_id, ensure_ascii=False).encode()
    return [
        datetime.fromisoformat(json.loads(contenu)["recu_le"])
        for contenu in reserve.list_contenus(b'"lot_id":' + cite)
    ]
