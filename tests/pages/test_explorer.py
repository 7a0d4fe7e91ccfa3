"""La page Explorer : compter avant d'emporter, lire page par page, citer à la version lue."""

from __future__ import annotations

import json

from tests.pages.conftest import Ouvrir, list_messages


def _list_codes(page) -> list[str]:  # type: ignore[no-untyped-def]
    return [bloc.value for bloc in page.code]


def test_une_vue_se_compte_se_feuillette_et_se_cite(ouvrir: Ouvrir) -> None:
    page = ouvrir("explorer", theme="communication", par=["strate", "vague"], page="2", nom="[x](http://y)")
    assert not page.exception
    textes = [m.value for m in page.markdown]
    assert any("lignes" in t and "cachés par le secret" in t for t in textes)
    assert any(c.value.startswith("Lignes 51 à 100 sur") for c in page.caption)
    # Le nom vient du dehors : il se lit, il n'est pas un lien.
    assert any("[x](http://y)" in m for m in list_messages(page))
    page.session_state["citer"] = page.session_state["refaire"] = True
    textes = _list_codes(page.run())
    (csl,) = (json.loads(t)[0] for t in textes if t.startswith("["))
    recettes = [t for t in textes if "/api/v1/valeurs" in t]
    assert len(recettes) == 3
    for t in (csl["URL"], *recettes):
        assert "par=strate&par=vague" in t
        assert f"version={csl['version']}" in t


def test_une_vue_vide_dit_quoi_changer(ouvrir: Ouvrir) -> None:
    page = ouvrir("explorer", indicateurs="site_internet", niveau="commune")
    assert any("élargissez le champ" in m.value for m in page.markdown)
    assert any("Sans ligne dans cette vue" in m for m in list_messages(page))
    assert not page.exception
