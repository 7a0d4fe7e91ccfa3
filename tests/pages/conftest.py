"""Un entrepôt factice pour toute la séance, et de quoi ouvrir une page sans navigateur."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from barometre.assemblage import depot
from barometre.domain.notes import LETTRES_SIMULEES
from barometre.ui.relecture import DepliantOuvert
from tests.fakes import add_opsn, build_entrepot_factice
from tests.visite import open_page

Ouvrir = Callable[..., AppTest]
MESSAGE = re.compile(r'<p class="baro-message" role="status">(.*?)</p>', re.S)


def list_messages(page: AppTest) -> list[str]:
    """Les phrases de la page à son lecteur, désécrites du HTML ou du Markdown."""
    html = [unescape(m) for bloc in page.get("html") for m in MESSAGE.findall(str(bloc.proto.body))]
    return [*html, *(info.value for info in page.info), *(alerte.value for alerte in page.warning)]


# Une note dite seule : « note A », « (B) », « · A », une case « A » ; « la note A dit… » la définit.
NUE = re.compile(r"(?<!la )\bnote [AB]\b(?!, serait| ou B)|[(·] ?[AB]\b(?!, serait)|<td>[AB]</td>")
LETTRE_D_UN_TRAIT = re.compile(r"<small>[AB]\b")


def list_notes_nues(page: AppTest) -> list[str]:
    """Ce qui, sur une version simulée, dit une note sans dire qu'elle ne vaut que si tout était réel."""
    html = [unescape(str(bloc.proto.body)) for bloc in page.get("html")]
    figures = [str(figure.proto.spec) for figure in page.get("plotly_chart")]
    dits = [*html, *figures, *(str(b.value) for b in (*page.markdown, *page.caption, *page.info))]
    nues = [t[max(f.start() - 60, 0) : f.end() + 20] for t in dits for f in NUE.finditer(t)]
    # La lettre d'une ligne de graphique n'a pas la place de ses mots : la légende, une par page, les porte.
    legende = any(LETTRES_SIMULEES in t.replace("\u202f", " ") for t in html)
    return nues if legende else nues + [t[:80] for t in html if LETTRE_D_UN_TRAIT.search(t)]


def deplier(page: AppTest, cle: str = "selection") -> AppTest:
    """Ouvre un dépliant, comme un clic : AppTest oublie d'un affichage à l'autre ceux qu'il a ouverts."""
    page.session_state[cle] = True
    if cle == "selection":
        page.session_state["_selection_ouverte"] = page.session_state["_page"].theme_id
    return page.run()


@pytest.fixture(scope="session")
def entrepot_factice(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_entrepot_factice(tmp_path_factory.mktemp("entrepot"), changer=add_opsn)


@pytest.fixture
def ouvrir(entrepot_factice: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ouvrir]:
    """`ouvrir("inclusion", vague="2023-v1")` : la page de cette adresse, après son premier affichage."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot_factice)
    depot.forget()

    def _ouvrir(adresse: str = "", **parametres: str | list[str]) -> AppTest:
        return open_page(adresse, parametres)

    yield _ouvrir
    depot.forget()


@dataclass
class PageLue:
    """Une page affichée une fois, tous ses dépliants ouverts, et les fichiers qu'elle offre."""

    page: AppTest
    # (nom du fichier, ce qui l'écrira)
    fichiers: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def textes(self) -> list[str]:
        """Tout ce qui s'y lit, sans balise."""
        p = self.page
        blocs = [*p.title, *p.header, *p.subheader, *p.markdown, *p.info, *p.warning, *p.caption]
        champs = [*p.selectbox, *p.text_input, *p.radio, *p.expander, *p.button]
        html = [unescape(re.sub(r"<[^>]*>", " ", str(bloc.proto.body))) for bloc in p.get("html")]
        # Un mot de code entre accents graves (journal des changements) n'est pas une phrase.
        mots = [re.sub(r"`[^`]*`", "", str(b.value)) for b in blocs]
        return mots + [str(c.label) for c in champs] + html

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Les tableaux des fichiers CSV, par nom de fichier."""
        donnees = {nom: ecrit.args[0] for nom, ecrit in self.fichiers if nom.endswith(".csv")}
        return {nom: table() if callable(table) else table for nom, table in donnees.items()}


Lire = Callable[..., PageLue]


@pytest.fixture(scope="session")
def lire(entrepot_factice: str) -> Lire:
    """`lire("inclusion", vue="donnees")` : la page de cette adresse, affichée une seule fois par séance."""
    lues: dict[tuple[str, tuple[tuple[str, str], ...]], PageLue] = {}

    def _lire(adresse: str = "", **parametres: str) -> PageLue:
        cle = (adresse, tuple(sorted(parametres.items())))
        if cle not in lues:
            lues[cle] = _read_page(entrepot_factice, adresse, parametres)
        return lues[cle]

    return _lire


def _read_page(entrepot: str, adresse: str, parametres: dict[str, str]) -> PageLue:
    fichiers: list[tuple[str, Any]] = []
    bouton, depliant = st.download_button, st.expander

    def noter(*args: Any, **options: Any) -> Any:
        fichiers.append((str(options["file_name"]), options["data"]))
        return bouton(*args, **options)

    with pytest.MonkeyPatch.context() as faux:
        faux.setenv("BAROMETRE_ENTREPOT", entrepot)
        faux.setattr(st, "download_button", noter)
        faux.setattr(st, "expander", lambda libelle, **_: DepliantOuvert(depliant(libelle, expanded=True)))
        depot.forget()
        lue = PageLue(open_page(adresse, parametres), fichiers)
    depot.forget()
    return lue
