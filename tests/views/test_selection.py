"""La sélection : lue dans l'adresse, élargie d'un pas à la fois."""

from barometre.views.lecture.address import read_query
from barometre.views.lecture.selection import Selection, build_adresse, read_selection


def test_lue_dans_l_adresse() -> None:
    lue = read_selection(read_query("?vague=2026-v4&strate=commune-0-499&opsn=adherente&chiffres=brut"))
    assert lue == Selection("2026-v4", "france", "", "commune-0-499", "adherente", "brut")
    assert lue.type_effectif == "commune"


def test_elargir_un_pas_a_la_fois() -> None:
    depart = Selection("v", "departement-0A", "", "commune-0-499", "adherente")
    etapes = depart.list_plus_larges("region-01")
    assert [(e.territoire_id, e.couverture, e.strate, e.type) for e in etapes] == [
        ("region-01", "adherente", "commune-0-499", "commune"),
        ("france", "adherente", "commune-0-499", "commune"),
        ("france", "", "commune-0-499", "commune"),
        ("france", "", "", "commune"),
        ("france", "", "", ""),
    ]


def test_la_france_entiere_ne_s_elargit_pas() -> None:
    assert Selection("v").list_plus_larges() == []


def test_l_adresse_rouvre_la_selection() -> None:
    selection = Selection("2026-v4", "region-01", "commune", "commune-0-499", "adherente", "brut")
    assert read_selection(read_query(build_adresse(selection))) == selection
    assert build_adresse(Selection()) == ""
