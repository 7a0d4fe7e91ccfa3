"""Les strates : borne basse comprise, ni trou ni recouvrement."""

from __future__ import annotations

import pytest

from barometre.catalogue import find_strate, load_catalogue
from tests.catalogue.conftest import CatalogueAbime

BORNES = [
    (strate.type, strate.minimum, strate.id) for strate in load_catalogue().strates if strate.minimum > 0
]


@pytest.mark.parametrize(("type_", "minimum", "strate"), BORNES)
def test_la_borne_basse_est_comprise(type_: str, minimum: int, strate: str) -> None:
    assert find_strate(type_, minimum - 1) != strate  # sous la borne
    assert find_strate(type_, minimum) == strate  # sur la borne
    assert find_strate(type_, minimum + 1) == strate  # au-dessus


@pytest.mark.parametrize(
    ("type_", "population", "attendue"),
    [
        ("commune", 0, "commune-0-499"),  # six communes n'ont pas d'habitant
        ("commune", 499, "commune-0-499"),
        ("commune", 3_499, "commune-1000-3499"),
        ("commune", 3_500, "commune-3500-4999"),  # seuil de l'open data
        ("commune", 50_000, "commune-50000-99999"),
        ("commune", 2_100_000, "commune-100000-plus"),
        ("epci", 14_999, "epci-0-14999"),
        ("epci", 15_000, "epci-15000-49999"),
        ("ept", 300_000, "ept-toutes"),
        ("departement", 76_000, "departement-toutes"),
        ("region", 12_000_000, "region-toutes"),
        ("commune", None, None),  # population inconnue
        ("region", None, None),
        ("commune", -1, None),
    ],
)
def test_strate_of(type_: str, population: int | None, attendue: str | None) -> None:
    assert find_strate(type_, population) == attendue


def test_un_type_inconnu_est_refuse() -> None:
    with pytest.raises(ValueError, match="« canton » n'existe pas"):
        find_strate("canton", 100)


def test_la_grille_dgf_a_quinze_tranches_de_communes() -> None:
    dgf = load_catalogue().grilles["dgf"]
    assert len(dgf.list_strates("commune")) == 15
    assert dgf.find_strate("commune", 2_000) == "commune-2000-3499"
    assert dgf.find_strate("epci", 15_000) == "epci-15000-49999"  # découpage par défaut


@pytest.mark.parametrize("grille", ["dgf", "cinq_tranches"])
def test_les_autres_grilles_s_emboitent_avec_la_grille_par_defaut(grille: str) -> None:
    # Sans cela, un effectif d'une grille ne se retrouverait pas en sommant ceux de l'autre.
    bornes = {strate.minimum for strate in load_catalogue().strates if strate.type == "commune"}
    autres = {s.minimum for s in load_catalogue().grilles[grille].list_strates("commune")}
    assert bornes <= autres or autres <= bornes


@pytest.mark.parametrize(
    ("avant", "apres", "phrase"),
    [
        (
            "{id: commune-500-999,",
            "{id: commune-501-999,",
            "la strate « commune-501-999 » déclare pour minimum 500.",
        ),
        (
            "{id: commune-0-499,",
            "{id: commune-0-498,",
            "trou entre les strates « commune-0-498 » et « commune-500-999 ».",
        ),
        (
            "{id: commune-0-499,",
            "{id: commune-0-500,",
            "les strates « commune-0-500 » et « commune-500-999 » se recouvrent.",
        ),
        (
            "{id: commune-100000-plus,",
            "{id: commune-100000-199999,",
            "trou après la strate « commune-100000-199999 »",
        ),
        (
            "{id: epci-15000-49999,",
            "{id: commune-15000-49999,",
            "la strate « commune-15000-49999 » est rangée sous le type « epci ».",
        ),
        ("id: defaut", "id: de_base", "strates.yml : la grille « defaut » manque."),
    ],
)
def test_une_grille_fausse_est_refusee(abime: CatalogueAbime, avant: str, apres: str, phrase: str) -> None:
    abime.replace("strates.yml", avant, apres)
    assert phrase in abime.refus()


def test_une_grille_qui_ne_commence_pas_a_zero_est_refusee(abime: CatalogueAbime) -> None:
    contenu = abime.chemin("strates.yml").read_text("utf-8").splitlines(keepends=True)
    premiere = next(ligne for ligne in contenu if "commune-0-499" in ligne)
    contenu.remove(premiere)
    abime.write("strates.yml", "".join(contenu))
    assert "trou avant la strate « commune-500-999 »" in abime.refus()


def test_chaque_strate_a_un_voisin_de_regroupement_de_meme_grille() -> None:
    catalogue = load_catalogue()
    assert set(catalogue.regroupements["strate"]) == {strate.id for strate in catalogue.strates}


def test_les_outre_mer_ne_se_regroupent_qu_entre_eux() -> None:
    outre_mer = {"01", "02", "03", "04", "06"}
    for region, voisines in load_catalogue().regroupements["region"].items():
        assert {(v in outre_mer) for v in voisines} == {region in outre_mer}
