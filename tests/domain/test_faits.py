"""Chaque fait que le code inscrit au journal a ses mots ; aucun mot n'y est pour rien."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from barometre.domain.faits import FAITS, name_fait

PAQUET = Path(__file__).resolve().parents[2] / "barometre"
# La fonction qui inscrit, et le rang de l'action parmi ses arguments.
_IDENTIFIANT = re.compile(r"^[a-z_]+$")
INSCRIVENT = {"journaliser": 0, "record": 0, "_record": 0, "_refuse": 0, "record_geste": 0, "write_fait": 1}


def _list_actions() -> set[str]:
    """Les actions écrites en toutes lettres dans le code ; « refus_ » devant une autre n'en est pas une."""
    trouvees = set()
    for fichier in PAQUET.rglob("*.py"):
        for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
            if not isinstance(noeud, ast.Call):
                continue
            nom = getattr(noeud.func, "attr", getattr(noeud.func, "id", ""))
            rang = INSCRIVENT.get(nom)
            if rang is None or len(noeud.args) <= rang:
                continue
            action = noeud.args[rang]
            if isinstance(action, ast.Constant) and _IDENTIFIANT.match(str(action.value)):
                trouvees.add(action.value.removeprefix("refus_"))
    return trouvees


def test_chaque_action_inscrite_a_ses_mots() -> None:
    assert _list_actions() == set(FAITS)


def test_un_refus_et_une_action_d_hier_se_lisent_aussi() -> None:
    assert name_fait("lire_reponses") == FAITS["lire_reponses"]
    assert name_fait("refus_lire_reponses") == f"Refus\u202f: {FAITS['lire_reponses'].lower()}"
    assert name_fait("action_d_hier") == "action_d_hier"
