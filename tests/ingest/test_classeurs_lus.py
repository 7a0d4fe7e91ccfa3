"""Les éléments d'un classeur, un à un : feuilles, textes partagés, styles, cellules ODS, fusions, notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pytest

from barometre.ingest import ImportRefuse, fusions
from barometre.ingest.fusions import describe_notes, describe_plage, list_barrees, list_fusionnees
from barometre.ingest.layout import Feuille
from barometre.ingest.ods_reader import _Document
from barometre.ingest.xlsx_archive import Lecteur
from barometre.ingest.xlsx_parts import Feuilles, Formats, _Styles, _Textes, clean_echappes
from barometre.ingest.xlsx_reader import _Feuille, describe_masquees

Evenement = tuple[str, dict[str, str]] | str
L = TypeVar("L", bound=Lecteur)


def read(lecteur: L, evenements: Iterable[Evenement]) -> L:
    """« ("c", {…}) » ouvre un élément, « /c » le ferme, tout autre texte est du texte."""
    for evenement in evenements:
        if not isinstance(evenement, str):
            lecteur.start(*evenement)
        elif evenement.startswith("/"):
            lecteur.end(evenement[1:])
        else:
            lecteur.text(evenement)
    return lecteur


def test_les_feuilles_et_l_origine_des_dates() -> None:
    lues = read(
        Feuilles(),
        [
            ("workbookPr", {"date1904": "true"}),
            ("sheet", {"name": "Réponses", "r:id": "rId1"}),
            ("sheet", {"name": "Cachée", "r:id": "rId2", "state": "hidden"}),
            ("sheet", {"name": "Vue", "relations:id": "rId3", "state": "visible"}),
            ("sheet", {}),
            ("sheetView", {"name": "aucune", "r:id": "rId4"}),
        ],
    )
    assert lues.feuilles == [
        ("Réponses", "rId1", True),
        ("Cachée", "rId2", False),
        ("Vue", "rId3", True),
        ("", "", True),
    ]
    assert lues.depuis_1904


@pytest.mark.parametrize(("dit", "depuis_1904"), [("1", True), ("true", True), ("0", False), (None, False)])
def test_l_origine_1904_se_declare(dit: str | None, depuis_1904: bool) -> None:
    attributs = {} if dit is None else {"date1904": dit}
    assert read(Feuilles(), [("workbookPr", attributs)]).depuis_1904 == depuis_1904
    assert not read(Feuilles(), [("autre", {"date1904": "1"})]).depuis_1904


def test_les_textes_partages_sans_leur_prononciation() -> None:
    """« si » rassemble des morceaux mis en forme ; « rPh » en donne la lecture, qui n'est pas le texte."""
    t: Evenement = ("t", {})
    morceaux: list[Evenement] = [("si", {}), ("r", {}), t, "Face", "/t", "/r", "\n  ", t, "book", "/t", "/si"]
    lus: list[Evenement] = [("si", {}), t, "東京", "/t", ("rPh", {}), t, "トウキョウ", "/t", "/rPh"]
    lus += [t, " !", "/t", "/si"]
    textes = read(_Textes("r.xlsx"), [*morceaux, *lus, ("si", {}), "/si"])
    assert textes.textes == ["Facebook", "東京 !", ""]


def test_des_textes_partages_demesures_se_refusent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("barometre.ingest.xlsx_parts._MAX_CARACTERES_PARTAGES", 10)
    monkeypatch.setattr("barometre.ingest.xlsx_parts.MAX_CARACTERES_CELLULE", 6)
    t: Evenement = ("t", {})
    assert read(_Textes("r.xlsx"), [t, "abcdef", "/t", t, "ghij", "/t", "/si"]).textes == ["abcdefghij"]
    for trop in (["abcdef", "/t", t, "ghijk"], ["abcdefg"]):
        with pytest.raises(ImportRefuse) as refus:
            read(_Textes("r.xlsx"), [t, *trop])
        assert str(refus.value) == "Le classeur « r.xlsx » contient des textes démesurés : refusé."
    # Hors d'un texte, rien ne compte.
    assert read(_Textes("r.xlsx"), ["a" * 50, "/si"]).textes == [""]


def test_les_styles_disent_date_pourcentage_et_barre() -> None:
    def police(*dedans: Evenement) -> list[Evenement]:
        return [("font", {}), *dedans, "/font"]

    polices = [*police(), *police(("strike", {})), *police(("strike", {"val": "0"}))]
    polices += [*police(("strike", {"val": "false"})), *police(("strike", {"val": "true"}))]
    xfs: list[dict[str, str]] = [
        {"numFmtId": "14", "fontId": "0"},
        {"numFmtId": "9", "fontId": "1"},
        {"numFmtId": "164", "fontId": "2"},
        {"numFmtId": "165", "fontId": "3"},
        {"numFmtId": "166", "fontId": "4"},
        {},
    ]
    styles = read(
        _Styles(),
        [
            ("numFmt", {"numFmtId": "164", "formatCode": '0 "h"'}),
            ("numFmt", {"numFmtId": "165", "formatCode": "dd/mm/yyyy"}),
            ("numFmt", {"numFmtId": "166", "formatCode": '0.0 "de" %'}),
            ("font", {}),  # hors de la liste des polices
            ("strike", {}),
            ("fonts", {}),
            ("strike", {}),  # avant la première police
            *polices,
            "/fonts",
            ("font", {}),
            ("strike", {}),
            ("cellStyleXfs", {}),
            ("xf", {"numFmtId": "14", "fontId": "1"}),
            "/cellStyleXfs",
            ("cellXfs", {}),
            *(("xf", attributs) for attributs in xfs),
            "/cellXfs",
            ("xf", {"numFmtId": "14", "fontId": "1"}),
        ],
    )
    assert styles.dates == [True, False, False, True, False, False]
    assert styles.pourcents == [False, True, False, False, True, False]
    assert styles.barres == [False, True, False, False, True, False]


def test_un_caractere_de_commande_ecrit_en_clair() -> None:
    assert clean_echappes("Facebook_x000D_") == "Facebook\r"
    assert clean_echappes("_x0041_b_x00e9_") == "Abé"
    assert clean_echappes("_X0041_ et _x41_") == "_X0041_ et _x41_"
    assert clean_echappes("tel quel") == "tel quel"


def cell(texte: str = "", **attributs: str) -> list[Evenement]:
    """Une cellule ODS : ses attributs (« _ » pour « - »), et un paragraphe."""
    locaux = {f"office:{nom.replace('_', '-')}": valeur for nom, valeur in attributs.items()}
    paragraphe: list[Evenement] = [("p", {}), texte, "/p"] if texte else []
    return [("table-cell", locaux), *paragraphe, "/table-cell"]


LIGNE: Evenement = ("table-row", {})


def read_ods(*evenements: Evenement) -> Feuille:
    debut: list[Evenement] = [("table", {"table:name": "Réponses"})]
    return read(_Document("r.ods"), [*debut, *evenements, "/table"]).feuilles[0]


def test_une_cellule_repetee_et_des_vides_gardent_leur_place() -> None:
    feuille = read_ods(
        LIGNE, *cell("SIREN"), *cell("Q01"), *cell("Q02"), *cell("Q03"), "/table-row",
        LIGNE, *cell(number_columns_repeated="2"), *cell(" x ", number_columns_repeated="2"), "/table-row",
        LIGNE, *cell("a"), *cell(value_type="float", value="12.0"), *cell(), *cell("b"), "/table-row",
    )  # fmt: skip
    assert feuille.lignes == [
        (1, ["SIREN", "Q01", "Q02", "Q03"]),
        (2, ["", "", "x", "x"]),
        (3, ["a", "12", "", "b"]),
    ]
    assert feuille.barrees == []


def test_une_cellule_barree_dit_ou_elle_est() -> None:
    style: list[Evenement] = [
        ("style", {"style:name": "ce1"}), ("text-properties", {"style:text-line-through-style": "solid"}),
        ("style", {"style:name": "ce2"}), ("text-properties", {"style:text-line-through-style": "none"}),
        ("style", {"style:name": "ce3"}), ("text-properties", {}),
    ]  # fmt: skip
    feuille = read_ods(
        *style, LIGNE, *cell("SIREN"), *cell("Q01"), "/table-row",
        LIGNE, *cell("1", style_name="ce3"), *cell("Y", style_name="ce1"), *cell("N", style_name="ce2"),
        *cell(style_name="ce1"), "/table-row",
    )  # fmt: skip
    assert feuille.barrees == [(2, 1)]


def test_un_document_trop_large_ou_trop_long_se_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("barometre.ingest.ods_reader.MAX_COLONNES", 3)
    assert read_ods(LIGNE, *cell("x", number_columns_repeated="3"), "/table-row").lignes == [(1, ["x"] * 3)]
    vide = cell(number_columns_repeated="9")
    assert read_ods(LIGNE, *cell("x"), *vide, "/table-row").lignes == [(1, ["x"])]
    with pytest.raises(ImportRefuse, match=r"^« r\.ods » a plus de 3 colonnes\.$"):
        read_ods(LIGNE, *cell("x"), *cell("y", number_columns_repeated="3"))
    monkeypatch.setattr("barometre.ingest.ods_reader.MAX_LIGNES", 2)
    deux: Evenement = ("table-row", {"table:number-rows-repeated": "2"})
    assert read_ods(deux, *cell("x"), "/table-row").lignes == [(1, ["x"]), (2, ["x"])]
    demesure = r"^Le document « r\.ods » est démesuré : ce n'est pas un export de réponses\.$"
    with pytest.raises(ImportRefuse, match=demesure):
        read_ods(LIGNE, *cell("x"), "/table-row", deux, *cell("y"), "/table-row")
    monkeypatch.setattr("barometre.ingest.ods_reader.MAX_CELLULES", 1)
    with pytest.raises(ImportRefuse, match=demesure):
        read_ods(LIGNE, *cell("x"), *cell("y"), "/table-row")


LUES = [True, True, False, True]


@pytest.mark.parametrize(
    ("plage", "attendues"),
    [
        ((3, 0, 3, 1), {3: "A3:B3"}),  # une ligne : la seconde colonne lue y perd sa réponse
        ((3, 1, 3, 2), {}),  # la seconde colonne n'est pas lue
        ((3, 1, 3, 3), {3: "B3:D3"}),
        ((3, 1, 5, 1), {4: "B3:B5", 5: "B3:B5"}),  # la première ligne garde la valeur
        ((3, 0, 4, 1), {3: "A3:B4", 4: "A3:B4"}),
        ((3, 2, 5, 2), {}),  # aucune colonne lue
        ((1, 0, 1, 1), {}),  # dans les entêtes
        ((1, 0, 3, 0), {2: "A1:A3", 3: "A1:A3"}),  # depuis les entêtes
        ((1, 0, 3, 1), {2: "A1:B3", 3: "A1:B3"}),  # deux colonnes : la ligne d'entêtes n'est pas une réponse
        ((8, 0, 50, 0), {9: "A8:A50", 10: "A8:A50"}),  # au-delà de la dernière ligne
    ],
)
def test_une_plage_fusionnee_prive_ses_lignes(
    plage: tuple[int, int, int, int], attendues: dict[int, str]
) -> None:
    assert list_fusionnees([plage], 1, 10, LUES, "r.xlsx") == attendues


def test_la_premiere_plage_d_une_ligne_est_dite() -> None:
    plages = [(3, 0, 3, 1), (3, 1, 4, 1), (4, 0, 4, 1)]
    assert list_fusionnees(plages, 1, 10, LUES, "r.xlsx") == {3: "A3:B3", 4: "B3:B4"}


def test_trop_de_plages_se_refusent(monkeypatch: pytest.MonkeyPatch) -> None:
    phrase = "« r.xlsx » a plus de 2\u00a0plages de cellules fusionnées dans ses réponses : défusionnez-les."
    monkeypatch.setattr(fusions, "MAX_PLAGES", 2)
    monkeypatch.setattr(fusions, "MAX_CELLULES", 9)
    deux = [(3, 0, 3, 1), (4, 0, 4, 1)]
    assert list(list_fusionnees([*deux, (1, 0, 1, 1), (5, 2, 5, 2)], 1, 10, LUES, "r.xlsx")) == [3, 4]
    # Huit lignes et une : neuf, au plus ; une plage s'arrête à la dernière ligne du fichier.
    assert len(list_fusionnees([(2, 0, 999, 0), (1, 1, 2, 1)], 1, 10, LUES, "r.xlsx")) == 9
    for plages in ([*deux, (5, 0, 5, 1)], [(2, 0, 10, 0), (2, 1, 4, 1)]):
        with pytest.raises(ImportRefuse) as refus:
            list_fusionnees(plages, 1, 10, LUES, "r.xlsx")
        assert str(refus.value) == phrase


@pytest.mark.parametrize(
    ("plage", "nom"),
    [
        ((2, 6, 4, 6), "G2:G4"),
        ((1, 0, 1, 25), "A1:Z1"),
        ((7, 26, 9, 701), "AA7:ZZ9"),
        ((1, 702, 1, 702), "AAA1:AAA1"),
    ],
)
def test_une_plage_se_nomme_comme_dans_le_tableur(plage: tuple[int, int, int, int], nom: str) -> None:
    assert describe_plage(plage) == nom


def test_les_cellules_barrees_et_les_notes_se_disent() -> None:
    assert list_barrees([(3, 1), (3, 0), (4, 2), (5, 9)], LUES) == {3: "B3"}
    assert list_barrees([(3, len(LUES))], LUES) == {}  # au-delà des entêtes
    assert describe_notes(["B3"]) == "1\u00a0note de cellule, non lue : B3."
    assert describe_notes(list("ABC")) == "3\u00a0notes de cellule, non lues : A, B, C."
    assert describe_notes(list("ABCD")) == "4\u00a0notes de cellule, non lues : A, B, C et 1\u00a0autre."
    assert describe_notes(list("ABCDE")) == "5\u00a0notes de cellule, non lues : A, B, C et 2\u00a0autres."
    assert describe_masquees("R", 1, "ligne") == "Feuille « R » : 1\u00a0ligne masquée, lue aussi."
    assert describe_masquees("R", 2, "colonne") == "Feuille « R » : 2\u00a0colonnes masquées, lues aussi."


def test_une_feuille_se_lit_element_par_element() -> None:
    """Ligne sautée, cellule sans place, ligne et colonnes masquées, formule sans valeur, fusion."""
    formats = Formats([False, True, False, False], [False, False, True, False], [False, False, False, True])
    lue = _Feuille("r.xlsx", ["SIREN", "Oui"], formats, False, Feuille("R", complete=True))

    def c(valeur: str = "", **attributs: str) -> list[Evenement]:
        return [("c", attributs), *([("v", {}), valeur, "/v"] if valeur else []), "/c"]

    formule: list[Evenement] = [("c", {"t": "str"}), ("f", {}), "A1+1", "/f", "/c"]
    colonnes: list[Evenement] = [("col", {"hidden": "1", "min": "2", "max": "3"}), ("col", {"min": "5"})]
    plages: list[Evenement] = [("mergeCell", {"ref": "G2:H4"}), ("mergeCell", {"ref": "?"})]
    premiere: list[Evenement] = [("row", {}), *c("0", t="s"), *c("2.0", r="D1"), "/row"]
    quatrieme: list[Evenement] = [("row", {"r": "4", "hidden": "true"}), *c("45265", r="B4", s="1")]
    quatrieme += [*c("0.45", s="2"), *c("1", s="3", t="s"), *formule, *c("7", t="s"), "/row"]
    read(lue, [*colonnes, *premiere, *quatrieme, ("row", {}), *c(), "/row", *plages])
    lue.finish(1)
    assert lue.feuille.lignes == [
        (1, ["SIREN", "", "", "2"]),
        (4, ["", "2023-12-05 00:00:00", "45 %", "Oui", "#FORMULE SANS VALEUR"]),
    ]
    assert lue.feuille.plages == [(2, 6, 4, 7)]
    assert lue.feuille.barrees == [(4, 3)]
    assert lue.feuille.avertissements == [
        "1\u00a0feuille masquée, non lue.",
        "Feuille « R » : 1\u00a0ligne masquée, lue aussi.",
        "Feuille « R » : 2\u00a0colonnes masquées, lues aussi.",
        "1\u00a0formule sans valeur enregistrée : ouvrez le classeur et enregistrez-le.",
    ]
