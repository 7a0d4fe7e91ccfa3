"""Les cas de `cas_import`, refaits en petit et nommés comme eux : ce que l'import en charge, refuse et dit.

Les vrais fichiers sont hors du dépôt ; `BAROMETRE_CAS_IMPORT` en donne le dossier, et chacun doit alors avoir
le sort que le tableau de docs/import.md lui donne, sans une réponse fausse.
"""

from __future__ import annotations

import io
import os
import re
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from barometre.catalogue import DONNEES, load_catalogue
from barometre.ingest import ImportRefuse, Referentiel
from barometre.pipeline import referentiel as ref
from scripts.controler_imports import compare_cas
from scripts.rejouer_imports import Cas, list_cas
from tests.ingest.conftest import Importer, check_counts, get_reponse

D = "2023-12-05 10:00:00"
B, A, J = "213300635", "210100012", "212000046"  # Bordeaux, L'Abergement-Clémenciat, Ajaccio
Reponse = tuple[str, str, float | None, str | None]
OUI: list[Reponse] = [("oui", "repondu", 1.0, None)]
FACEBOOK = ("facebook", "repondu", 1.0, None)


@dataclass(frozen=True)
class Attendu:
    """Un contenu, et ce que l'import en fait ; `faits` : (question, réponse de Bordeaux)."""

    contenu: str | bytes
    charges: int
    quarantaine: int = 0
    ignores: int = 0
    doublons: int = 0
    dit: str = ""
    faits: tuple[tuple[str, Reponse], ...] = ()
    nom: str = "reponses.csv"
    corr: dict[str, object] | None = None


def build_xlsx(*lignes: list[object], pourcent: str = "") -> bytes:
    classeur = openpyxl.Workbook()
    feuille = classeur.active
    for ligne in lignes:
        feuille.append(ligne)
    if pourcent:
        feuille[pourcent].number_format = "0%"
    tampon = io.BytesIO()
    classeur.save(tampon)
    return tampon.getvalue()


LIBELLE = "Quels réseaux sociaux utilisez-vous ?"
TEMOIN = f"SIREN;Q01;Q02[SQ001];Q02[SQ002];Q03\n{B};Y;Y;;12\n"
MEMES = (("q01", OUI[0]), ("q02", FACEBOOK), ("q03", ("", "repondu", 12.0, None)))

CAS: dict[str, Attendu] = {
    "00_temoin_code": Attendu(TEMOIN, 1, faits=MEMES),
    "00_temoin_texte": Attendu(
        f"SIREN;Votre collectivité a-t-elle un site internet ?;{LIBELLE} [Facebook];{LIBELLE} [Instagram]\n"
        f"{B};Oui;Oui;Non\n", 1, faits=MEMES[:2],
    ),
    "A01_code_em": Attendu(TEMOIN.replace("[SQ001]", "_SQ001").replace("[SQ002]", "_SQ002"), 1, faits=MEMES),
    "A02b_code_texte": Attendu(TEMOIN.replace("Q03", "Q03 - Combien ?"), 1, faits=MEMES),
    "A02c_code_texte": Attendu(TEMOIN.replace("Q03", "Q03 : Combien ?"), 1, faits=MEMES),
    "A02d_code_texte": Attendu(TEMOIN.replace("Q03", "Q03 Combien ?"), 1, faits=MEMES),
    "A05_y1_n2": Attendu(
        f"SIREN;Q01;Q02[SQ001];Q02[SQ002]\n{B};1;1;2\n{A};2;2;1\n", 2, faits=MEMES[:2],
        corr={"valeurs": {"cases": {"1": "oui", "2": "non"}}},
    ),
    "A06_y1_n0": Attendu(TEMOIN.replace("Y;Y;;", "Y;1;0;"), 1, faits=MEMES),
    "A07_na_perdu": Attendu(
        f"SIREN;Q01;Q05\n{B};N;\n{A};Y;A1\n", 2, faits=(("q05", ("", "non_concerne", None, None)),)
    ),
    "A07b_non_partout": Attendu(
        f"SIREN;Q01;Q05\n{B};N;Non\n{A};Y;A1\n", 2, faits=(("q05", ("", "non_concerne", None, None)),)
    ),
    "A09_cyber_code": Attendu(
        f"submitdate;SIREN;Q01;Q06\n{D};{B};Y;\n", 1, faits=(("q06", ("", "sans_reponse", None, None)),)
    ),
    "A09_cyber_long": Attendu(
        f"submitdate;SIREN;Q01;Q06\n{D};{B};Oui;N/A\n", 1, faits=(("q06", ("", "sans_reponse", None, None)),)
    ),
    "A14_partielles": Attendu(
        f"submitdate;SIREN;Q01;Q03;Q04;Q05\n{D};{B};Y;1;x;A1\n;{A};Y;;;\n",
        1, 0, 1, dit="abandonné", faits=MEMES[:1]
    ),
    "A17_texte": Attendu(
        f'SIREN;Q01;Q04\r\n{B};Y;"=SOMME(1) 🚀 06 12 34 56 78"\r\n', 1, dit="retirés",
        faits=(("q04", ("", "repondu", None, "=SOMME(1) 🚀 [téléphone retiré]")),),
    ),
    "A19_commentaire": Attendu(
        f"SIREN;Q01;Q01[comment]\n{B};Y;à revoir\n", 1, dit="commentaires", faits=MEMES[:1],
    ),
    "A22d_bom": Attendu(b"\xef\xbb\xbf" + TEMOIN.encode(), 1, faits=MEMES),
    "A22e_utf16": Attendu(TEMOIN.encode("utf-16"), 1, faits=MEMES),
    "B01_insee_point0": Attendu(
        "Code INSEE;Q01\n1001.0;Y\n33063.0;Y\n", 1, 1, dit="perdu le zéro", faits=MEMES[:1],
    ),
    "B02_zero": Attendu("Code INSEE;Q01\n1001;Y\n", 0, 1, dit="perdu le zéro"),
    "B06_siren": Attendu("SIREN;Q01\n21330063;Y\n000000000;Y\nPAS;Y\n", 0, 3, dit="SIREN"),
    "B07_cog": Attendu("Code INSEE;Q01\n01003;Y\n01015;Y\n", 2),
    "B13_dep": Attendu(
        "Type de collectivité;code_insee;Q01\nUn département;33;Y\nUne région;84;Y\nUn département;1;Y\n", 3,
    ),
    "B14_na": Attendu("SIRET;Code INSEE;Q01\nN/A;33063;Y\n-;01001;Y\n", 2, faits=MEMES[:1]),
    "B17_siren_fusion": Attendu("SIREN;Q01\n210100020;Y\n", 0, 1, dit="fusionnée"),
    "K01_deux_siret": Attendu(
        f"SIRET de la commune;SIRET de l'EPCI;Q01\n{B}00017;;Y\n;20000017200003;Y\n", 2, faits=MEMES[:1],
        corr={"colonnes": {"SIRET de la commune": "siret", "SIRET de l'EPCI": "siret"}},
    ),
    "C01_macroman": Attendu(
        TEMOIN.replace("Q03", "Q03 êtes-vous prêts").encode("mac-roman"), -1, dit="encodage",
    ),
    "C02_mojibake": Attendu(
        f"SIREN;Q01;Q04\n{B};Y;été\n".encode().decode("cp1252"), 1, dit="Encodage",
        faits=(("q04", ("", "repondu", None, "été")),),
    ),
    "C05_pourcent": Attendu(
        build_xlsx(["SIREN", "Q03"], [B, 0.45], pourcent="B2"), 1, nom="r.xlsx",
        faits=(("q03", ("", "repondu", 45.0, None)),),
    ),
    "C06_dates": Attendu(
        f"submitdate;SIREN;Q01\n12/25/2023;{B};Y\n25/12/2023;{A};Y\n02/01/2024;{J};Y\n", 2, 1, dit="mêle",
    ),
    "C07_booleens": Attendu(
        build_xlsx(["SIREN", "Q01", "Q03"], [B, True,
        12], [A, True, "#N/A"]), 1, 1, nom="r.xlsx", faits=MEMES[:1]
    ),
    "C10a": Attendu(f'SIREN;Q01;Q04\n{B};Y;"ouvert\n{A};Y;x\n', -1, dit="guillemet"),
    "C11_json": Attendu(f'[{{"SIREN": "{B}", "Q01": "Y", "Q03": 12}}]', 1, nom="r.json", faits=MEMES[:1]),
    "C12_vides": Attendu(
        TEMOIN.replace(f"{B}", f";;;;\n{B}") + ";;;;\n", 1, 0, 1, dit="Ligne vide", faits=MEMES,
    ),
    "D01_google": Attendu(
        f"Horodateur,SIREN,{LIBELLE}\n2023/12/05 10:00:00 AM UTC+1,{B},\"Facebook, Instagram\"\n", 1,
        faits=MEMES[1:2],
    ),
    "D02_msforms": Attendu(
        build_xlsx(["SIREN", LIBELLE], [B, "Facebook;Instagram;"]), 1, nom="r.xlsx", faits=MEMES[1:2]
    ),
    "D02b_msforms_autre": Attendu(
        build_xlsx(["SIREN", LIBELLE], [B, "Facebook;Mastodon;"]), 1, nom="r.xlsx", dit="Autre",
        faits=(("q02", FACEBOOK), ("q02", ("autre", "repondu", 1.0, "Mastodon"))),
    ),
    "D03_framaforms": Attendu(
        f"Baromètre\t\t\t\t\nDétails\t\t\t{LIBELLE}\t\nSerial\tSIREN\tQ01\tFacebook\tInstagram\n"
        f"1\t{B}\tOui\tX\t\n", 1, dit="lignes de titre", faits=MEMES[:2],
    ),
    "D03b_framaforms": Attendu(f"Serial;SIREN;Q01;Facebook;Instagram\n1;{B};Oui;X;\n", 1, faits=MEMES[:2]),
    "D04_ds": Attendu(f"SIREN;{LIBELLE}\n{B};Facebook, Instagram\n", 1, faits=MEMES[1:2]),
    "E07_entetes": Attendu(TEMOIN.partition("\n")[0] + "\n", -1, dit="n'a que ses entêtes"),
    "E07_vide": Attendu("", -1, dit="est vide"),
    "K03_entetes_repetees": Attendu(TEMOIN + TEMOIN.partition("\n")[0] + "\n", 1, 1, faits=MEMES),
    "K04b_budget": Attendu(f"SIREN;Q03\n{B};120.000\n{A};45.000\n", 0, 2, dit="se lit de deux façons"),
    "K05_reponses_non_simulees": Attendu(TEMOIN, 1, faits=MEMES, nom="reponses_non_simulees.csv"),
    "K07_doublons": Attendu(f"SIREN;Q01;Q03\n{B};Y;\n{B};Y;12\n", 1, doublons=1, faits=MEMES[::2]),
}  # fmt: skip


@pytest.mark.parametrize("cas", CAS.values(), ids=CAS)
def test_cas(importer: Importer, cas: Attendu) -> None:
    options = {"correspondance": cas.corr} if cas.corr else {}
    if cas.charges < 0:
        with pytest.raises(ImportRefuse, match=re.compile(cas.dit, re.IGNORECASE)):
            importer(cas.contenu, cas.nom, **options)
        return
    lot = importer(cas.contenu, cas.nom, **options)
    check_counts(lot)
    sort = (lot.charges, lot.quarantaine, lot.ignores, lot.doublons)
    assert sort == (cas.charges, cas.quarantaine, cas.ignores, cas.doublons), lot.rejets
    dits = [r.motif for r in (*lot.rejets, *lot.lignes_ignorees)] + [*lot.avertissements]
    assert cas.dit in " ".join(dits)
    assert not lot.simule
    for question, reponse in cas.faits:
        assert reponse in get_reponse(lot, "commune-33063", question)


SEULS = (
    "A07c",
    "A07d",
    "B04",
    "C06b",
    "D01b",
    "E03a",
    "E03b",
    "E06a",
    "E06b",
    "E06c",
    "E06d",
    "E06e",
    "N10",
    "N11",
)
VRAIS = os.environ.get("BAROMETRE_CAS_IMPORT", "")
LIGNE = re.compile(
    r"^\| (\S+\.(?:csv|xlsx|json|ods)) \| (\d+|—) \| (\d+|—) \| (\d+|—) \| (\d+|—) \| (\d+|—) \|"
)
SORTS = {
    lu[1]: lu.groups()[1:]
    for lu in map(
        LIGNE.match, (Path(__file__).parents[2] / "docs" / "import.md").read_text("utf-8").splitlines()
    )
    if lu and not lu[1].startswith(("N0", "S_"))
}


def test_le_tableau_dit_le_sort_de_chaque_cas() -> None:
    assert len(SORTS) >= 49
    absents = {nom for nom in CAS if not any(s.startswith(nom.split("_")[0]) for s in SORTS)}
    assert absents == {"A02d_code_texte"}  # le dossier de départ n'a pas le séparateur « espace »
    # Les fichiers à grand nombre de lignes ne se refont pas en petit : le vrai dossier seul les essaie.
    refaits = {nom.split("_")[0] for nom in CAS}
    seuls = {nom.split("_")[0].partition(".")[0] for nom in SORTS} - refaits
    assert seuls == set(SEULS), seuls


@pytest.fixture(scope="module")
def lus() -> dict[str, tuple[Cas, list[str]]]:
    catalogue = load_catalogue()
    _, liens = ref.load_opsn(DONNEES)
    collectivites = ref.load_collectivites(DONNEES, catalogue, liens)
    france = Referentiel(collectivites, ref.load_codes_anciens(DONNEES))
    cas = {c.chemin.name: c for c in list_cas(Path(VRAIS), france, catalogue)}
    lots = {nom: c.lot for nom, c in cas.items() if c.lot}
    return {
        nom: (c, compare_cas(c, c.lot, lots, catalogue, france)[1] if c.lot else []) for nom, c in cas.items()
    }


@pytest.mark.lent
@pytest.mark.skipif(
    not VRAIS or not Path(VRAIS).is_dir(),
    reason="les vrais fichiers de cas_import sont sautés : BAROMETRE_CAS_IMPORT ne donne pas de dossier",
)
@pytest.mark.parametrize("nom", SORTS)
def test_vrai_fichier(lus: dict[str, tuple[Cas, list[str]]], nom: str) -> None:
    cas, ecarts = lus[nom]
    lot = cas.lot
    comptes = (lot.lus, lot.charges, lot.doublons, lot.quarantaine, lot.ignores) if lot else ("—",) * 5
    assert (tuple(map(str, comptes)), ecarts) == (SORTS[nom], []), cas.refus
