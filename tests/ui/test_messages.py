"""Un texte du dehors reste un texte : aucun lien, image, balise, formule ni icône n'en naît."""

from __future__ import annotations

import ast
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometre.domain.formats import format_ponctuation
from barometre.ui.blocks.messages import build_message
from barometre.views.lecture.address import CLES, read_address

UI = Path(__file__).resolve().parents[2] / "barometre" / "ui"
# Ce que Streamlit lit en Markdown.
LECTEURS = {"info", "warning", "error", "success", "toast"}
ATTAQUES = (
    "[ici](https://exemple.test)", "![](https://exemple.test/x.png)", "www.exemple.test", "a@exemple.test",
    "<img src=x onerror=alert(1)>", "</p><script>alert(1)</script>", "$x^2$", ":material/delete:", ":red[x]",
    ":smile:", "`x`", "**x**", "# x", "&lt;b&gt;",
)  # fmt: skip


class Lu(HTMLParser):
    """Ce qu'un navigateur lit : les balises, et le texte."""

    def __init__(self) -> None:
        super().__init__()
        self.balises: list[str] = []
        self.texte = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.balises.append(tag)

    def handle_data(self, data: str) -> None:
        self.texte += data


@pytest.mark.parametrize("cle", list(CLES))
@settings(deadline=None, max_examples=60)
@given(
    valeur=st.one_of(st.sampled_from(ATTAQUES), st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
)
def test_une_cle_de_l_adresse_ne_donne_que_du_texte(cle: str, valeur: str) -> None:
    adresse = read_address({cle: [valeur]}, {cle: {"admise"}})
    for message in adresse.messages:
        lu = Lu()
        lu.feed(build_message(message))
        lu.close()
        assert lu.balises == ["p"]
        assert _join(lu.texte) == _join(format_ponctuation(message))


def _join(brut: str) -> str:
    """Sans les blancs de contrôle, que HTML normalise."""
    return "".join(brut.replace("\x00", "").replace("\ufffd", "").split())


@pytest.mark.parametrize("fichier", sorted(UI.rglob("*.py")), ids=lambda f: str(f.relative_to(UI)))
def test_le_markdown_ne_recoit_que_des_phrases_du_code(fichier: Path) -> None:
    """`st.info` et les siens : une phrase écrite là, ou une constante. Le reste va à `render_message`."""
    appels = [n for n in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
    for appel in appels:
        fonction = appel.func
        if isinstance(fonction, ast.Attribute) and ast.unparse(fonction.value) == "st":
            assert fonction.attr not in LECTEURS or _is_du_code(appel.args[0]), ast.unparse(appel)


def _is_du_code(argument: ast.expr) -> bool:
    if isinstance(argument, ast.Name):
        return argument.id.isupper()
    # Le numéro d'incident est tiré par le programme.
    return isinstance(argument, ast.Constant) or ast.unparse(argument).count("{") == 1
