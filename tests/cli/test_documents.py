"""Le format d'un document : celui que l'on demande, ou celui de son nom ; jamais un PDF nommé « .docx »."""

from __future__ import annotations

from pathlib import Path

import pytest

from barometre.cli.documents import choose_format
from barometre.cli.erreurs import Refus


@pytest.mark.parametrize(
    ("demande", "sortie", "attendu"),
    [
        ("", None, "pdf"),
        ("odt", None, "odt"),
        ("", "synthese.docx", "docx"),
        ("", "SYNTHESE.PPTX", "pptx"),
        ("docx", "synthese.docx", "docx"),
        ("docx", "dossier", "docx"),
        ("", "synthese.v2", "pdf"),
    ],
)
def test_le_format_est_celui_demande_ou_celui_du_nom(demande: str, sortie: str | None, attendu: str) -> None:
    assert choose_format(demande, Path(sortie) if sortie else None) == attendu


def test_un_nom_qui_contredit_le_format_est_refuse() -> None:
    with pytest.raises(Refus, match="changez l'un des deux"):
        choose_format("pdf", Path("synthese.odt"))
