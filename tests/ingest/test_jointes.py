"""Une question écrite deux fois : des options jointes dans une cellule, et des cases à côté."""

from __future__ import annotations

import pytest

from barometre.ingest import Lot
from tests.ingest.conftest import Importer

BORDEAUX, AIN, AJACCIO = "213300635", "210100012", "212000046"
CASES = "Q02[SQ001];Q02[SQ002];Q02[SQ003]"


def _list_coches(lot: Lot) -> dict[str, set[str]]:
    faits = lot.fait_reponse[lot.fait_reponse["question_id"].eq("communication_q02")]
    coches: dict[str, set[str]] = {c: set() for c in faits["collectivite_id"]}
    for fait in faits[faits["valeur"].eq(1)].itertuples():
        coches[str(fait.collectivite_id)].add(str(fait.option_id))
    return coches


def test_une_case_autre_ne_cache_pas_la_liste(importer: Importer) -> None:
    """« Q02 » et « Q02 [Autre] » : la liste entière se perdait, la ligne passait pour vide."""
    lot = importer(
        f"SIREN;Q02;Q02 [Autre]\n{BORDEAUX};Facebook, Instagram;\n{AIN};;Mastodon\n{AJACCIO};Facebook;X\n"
    )
    assert lot.charges == 3
    assert _list_coches(lot) == {
        "commune-33063": {"facebook", "instagram"},
        "commune-01001": {"autre"},
        "commune-2A004": {"facebook", "autre"},
    }


def test_une_case_ne_sait_pas_ne_cache_pas_la_liste(importer: Importer) -> None:
    lot = importer(f"SIREN;Q02;Q02[NSP]\n{BORDEAUX};Facebook, Instagram;\n{AIN};;Y\n")
    assert _list_coches(lot) == {"commune-33063": {"facebook", "instagram"}, "commune-01001": set()}
    assert "ne_sait_pas" in lot.fait_reponse["etat"].tolist()


@pytest.mark.parametrize(
    ("entetes", "ligne"),
    [
        (f"Q02;{CASES}", "facebook;0;1;0"),  # Kobo
        (f"Q02;{CASES}", "facebook instagram;1;0;0"),
        (f"Q02;{CASES}", "Facebook, Instagram;Y;;"),
        ("Q02;Q02[SQ001]", "Instagram;Y"),
        ("Q02;Q02[SQ001]", "Facebook, Instagram;Non"),
    ],
)
def test_deux_ecritures_qui_se_contredisent(importer: Importer, entetes: str, ligne: str) -> None:
    accord = {"Q02;Q02[SQ001]": "Facebook;Y"}.get(entetes, "facebook;1;0;0")
    lot = importer(f"SIREN;{entetes}\n{BORDEAUX};{ligne}\n{AIN};{accord}\n{AJACCIO};{accord}\n")
    assert (lot.charges, lot.quarantaine) == (2, 1)
    assert "ne disent pas la même chose" in lot.rejets[0].motif
    assert _list_coches(lot)["commune-01001"] == {"facebook"}


def test_deux_ecritures_d_accord(importer: Importer) -> None:
    lot = importer(
        f"SIREN;Q01;Q02;{CASES}\n{BORDEAUX};Y;facebook instagram;1;1;0\n"
        f"{AIN};Y;;0;0;0\n{AJACCIO};Y;autre;0;0;1\n"
    )
    assert lot.quarantaine == 0
    assert _list_coches(lot) == {
        "commune-33063": {"facebook", "instagram"},
        "commune-01001": set(),
        "commune-2A004": {"autre"},
    }


def test_un_commentaire_sous_le_nom_de_la_question(importer: Importer) -> None:
    """Toutes les cases sont là : une colonne qui ne parle pas des options n'ajoute rien, ne refuse rien."""
    lot = importer(f"SIREN;Q02;{CASES}\n{BORDEAUX};on verra;Y;;\n{AIN};à revoir;Y;Y;\n")
    assert _list_coches(lot) == {"commune-33063": {"facebook"}, "commune-01001": {"facebook", "instagram"}}


@pytest.mark.parametrize(
    ("bordeaux", "ain", "ajaccio", "quarantaine"),
    [
        ("Instagram", "Facebook", "", 1),  # Bordeaux coche Facebook : une contradiction
        ("Instagram", "Facebook", "on verra", 2),  # un texte sur trois : « Autre », que la case ne dit pas
        ("Instagram", "on verra", "", 2),  # un sur deux
        ("Instagram", "on verra", "à revoir", 0),  # deux sur trois : c'est un commentaire
        ("Instagram, X", "Facebook, Bluesky", "", 0),
        ("Instagram, X", "Facebook", "Facebook", 1),
    ],
)
def test_une_colonne_de_commentaires_ne_contredit_aucune_case(
    importer: Importer, bordeaux: str, ain: str, ajaccio: str, quarantaine: int
) -> None:
    """Plus d'un texte pour deux cellules : la colonne, sous le nom de la question, la commente."""
    cases = ";Y;;"
    lot = importer(
        f"SIREN;Q02;{CASES}\n{BORDEAUX};{bordeaux}{cases}\n{AIN};{ain}{cases}\n{AJACCIO};{ajaccio}{cases}\n"
    )
    assert lot.quarantaine == quarantaine


@pytest.mark.parametrize(
    ("cellule", "coches"),
    [
        ("Facebook et Instagram", {"facebook", "instagram"}),
        ("Facebook & Instagram", {"facebook", "instagram"}),
        ("Facebook + Instagram", {"facebook", "instagram"}),
        ("Facebook, Instagram et Mastodon", {"facebook", "instagram", "autre"}),
        ("Mastodon & Bluesky", {"autre"}),
        # De deux signes, celui qui donne le plus d'options.
        ("Facebook et Instagram et Mastodon & Bluesky", {"facebook", "instagram", "autre"}),
    ],
)
def test_une_enumeration(importer: Importer, cellule: str, coches: set[str]) -> None:
    """« Facebook & Instagram » comptait pour un autre réseau."""
    lot = importer(f"SIREN;Q02\n{BORDEAUX};{cellule}\n{AIN};Facebook, Instagram\n{AJACCIO};Facebook\n")
    assert _list_coches(lot)["commune-33063"] == coches
