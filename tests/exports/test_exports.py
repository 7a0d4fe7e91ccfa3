"""Un fichier dit d'où il vient, ne porte aucune formule active, et se relit."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from barometre.domain.colonnes import get_colonne
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION, Definition, Provenance
from barometre.exports import FORMATS, build_fichier, to_csv, to_parquet, to_xlsx
from barometre.exports.cellules import escape_formule
from barometre.exports.colonnes import LEGENDE_MARQUES, list_colonnes
from barometre.exports.csv import write_donnees

PIEGES = ["=1+1", "+33 1", "-2", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠A"]
# Petites formes, et ce qu'un tableur ôte avant de lire : espaces, retours, marques invisibles.
PIEGES += [
    "\nx",
    " =1",
    "\u00a0=1",
    "\u202f+1",
    "\u200b=1",
    "\u200f=1",
    "\ufeff@A",
    "\u2066 -1",
    "\n\n=1",
    "﹦1",
    "﹢1",
    "﹣1",
    "﹫A",
]
TABLE = pd.DataFrame(
    {"code": ["01004", "2A004"], "nom": ["=cmd|' /C calc'!A1", "Œuilly"], "part": [23.5, None]}
)
PROVENANCE = Provenance(
    titre="Titre",
    nom_fichier="vue",
    filtres="Communes, France",
    source="Une source",
    date="22 novembre 2026",
    version="v1",
    definitions=(Definition("Part", "Une part.", "Qui a répondu", "%", "S", "Prudence"),),
    precautions=("Une précaution\nsur deux lignes",),
    simulee=True,
)


@pytest.mark.parametrize("texte", PIEGES)
def test_une_formule_est_desarmee(texte: str) -> None:
    assert escape_formule(texte) == f"'{texte}"


def test_un_texte_ordinaire_ne_change_pas() -> None:
    assert escape_formule("L'Haÿ-les-Roses") == "L'Haÿ-les-Roses"


def test_csv_se_relit_avec_ses_codes_et_sa_virgule() -> None:
    octets = to_csv(TABLE, PROVENANCE)
    assert octets.startswith(b"\xef\xbb\xbf")
    donnees = _sans_entete(octets)
    assert donnees[0] == "code;nom;part"
    assert donnees[1].startswith("01004;'=cmd|")
    assert donnees[1].endswith(";23,5")
    assert donnees[2] == "2A004;Œuilly;"


def test_csv_point_decimal_sur_demande() -> None:
    assert ",23.5\r\n" in to_csv(TABLE, PROVENANCE, variante="international").decode("utf-8-sig")


def test_l_entete_csv_dit_la_provenance_sans_casser_les_lignes() -> None:
    entete = [x for x in to_csv(TABLE, PROVENANCE).decode("utf-8-sig").splitlines() if x.startswith("#")]
    assert f"# Attention : {AVERTISSEMENT_SIMULATION}" in entete
    assert "# Précaution : Une précaution sur deux lignes" in entete
    assert "# Définition de Part : Une part. Base : Qui a répondu. Prudence" in entete


def test_un_csv_dit_ses_colonnes_et_ses_marques_comme_un_classeur() -> None:
    """« n » s'y lisait exact : qu'il est protégé ne se disait que dans les classeurs et l'archive."""
    table = pd.DataFrame({"n": [120, None], "marque": ["", "[c]"]})
    entete = [x for x in to_csv(table, PROVENANCE).decode("utf-8-sig").splitlines() if x.startswith("#")]
    assert "# Colonne n : Réponses. Nombre de réponses, protégé : à quelques unités près." in entete
    assert [x.split(" : ")[0] for x in entete if x.startswith("# Marque")] == [
        f"# Marque {marque}" for marque, _ in LEGENDE_MARQUES
    ]
    sans = to_csv(TABLE, PROVENANCE).decode("utf-8-sig")
    assert "# Marque" not in sans


def test_un_entete_de_colonne_est_desarme_aussi() -> None:
    assert _sans_entete(to_csv(pd.DataFrame({"=A1": [1]}), PROVENANCE))[0] == "'=A1"


def test_xlsx_trois_feuilles_et_aucune_formule() -> None:
    classeur = openpyxl.load_workbook(io.BytesIO(to_xlsx(TABLE, PROVENANCE)))
    assert classeur.sheetnames == ["Couverture", "Données", "Définitions"]
    donnees = classeur["Données"]
    assert (donnees["B2"].data_type, donnees["B2"].value) == ("s", TABLE.loc[0, "nom"])
    assert donnees["A2"].value == "01004"
    assert (donnees["C2"].value, donnees["C2"].number_format) == (23.5, "0.0")
    assert donnees["C3"].value is None
    assert donnees.freeze_panes == "A2"
    assert donnees.tables["Donnees"].ref == "A1:C3"
    mentions = {ligne[0].value: ligne[1].value for ligne in classeur["Couverture"].iter_rows()}
    assert mentions["Attention"] == AVERTISSEMENT_SIMULATION
    assert mentions["Licence"] == "Licence Ouverte 2.0 (Etalab)"


def test_xlsx_une_adresse_reste_du_texte() -> None:
    table = pd.DataFrame({"x": ["https://exemple.invalid"], "oui": [True], "infini": [float("inf")]})
    feuille = openpyxl.load_workbook(io.BytesIO(to_xlsx(table, PROVENANCE)))["Données"]
    assert feuille["A2"].hyperlink is None
    assert (feuille["B2"].value, feuille["C2"].value) == ("oui", None)


def test_parquet_garde_les_types_et_la_provenance() -> None:
    fichier = pq.read_table(io.BytesIO(to_parquet(TABLE, PROVENANCE)))
    assert fichier.to_pandas()["code"].tolist() == ["01004", "2A004"]
    portee = json.loads(fichier.schema.metadata[b"barometre"])
    assert ["Champ et filtres", "Communes, France"] in portee["mentions"]
    assert portee["definitions"][0]["definition"] == "Une part."


def test_parquet_dit_chaque_colonne_en_clair_et_se_serre() -> None:
    """Titre et définition au fichier et au champ ; ni index, ni lettres échappées ; les types gardés."""
    table = pd.DataFrame({"titre": ["Œuilly", "Ô"], "brut": pd.array([1, None], dtype="Int64")}, index=[7, 9])
    octets = to_parquet(table, PROVENANCE)
    fichier = pq.ParquetFile(io.BytesIO(octets))
    assert fichier.metadata.row_group(0).column(0).compression == "ZSTD"
    schema = fichier.schema_arrow
    assert schema.names == ["titre", "brut"]
    brut = get_colonne("brut")
    dits = {"titre": brut.titre, "definition": brut.definition}
    assert json.loads(schema.metadata[b"barometre"])["colonnes"]["brut"] == dits
    assert {
        c.decode(): v.decode() for c, v in schema.field("brut").metadata.items() if c != b"PARQUET:field_id"
    } == dits
    assert AVERTISSEMENT_SIMULATION.encode() in schema.metadata[b"barometre"]
    assert str(pd.read_parquet(io.BytesIO(octets))["brut"].dtype) == "Int64"


def test_la_base_d_une_definition_finit_par_un_seul_point() -> None:
    definition = replace(PROVENANCE.definitions[0], base="... qui a répondu.")
    entete = to_csv(TABLE, replace(PROVENANCE, definitions=(definition,))).decode("utf-8-sig")
    assert "Base : ... qui a répondu. Prudence" in entete


@pytest.mark.parametrize("extension", FORMATS)
def test_une_table_vide_donne_un_fichier(extension: str) -> None:
    assert build_fichier(TABLE.iloc[:0], PROVENANCE, extension)


def test_le_nom_du_fichier_dit_la_simulation() -> None:
    assert PROVENANCE.get_nom("xlsx") == "vue_v1_reponses-simulees.xlsx"


def _sans_entete(octets: bytes) -> list[str]:
    lignes = octets.decode("utf-8-sig").split("\r\n")
    return [ligne for ligne in lignes if not ligne.startswith("#")]


def test_un_fichier_dit_l_adresse_qui_rouvre_sa_vue_et_son_nom_distingue_deux_tableaux() -> None:
    situee = replace(PROVENANCE, adresse="https://exemple.invalid/opsn?theme=donnee")
    assert ("Adresse de la vue", situee.adresse) in situee.mentions
    assert "Adresse de la vue" not in dict(PROVENANCE.mentions)  # une commande n'en a pas
    assert situee.adresse in to_csv(TABLE, situee).decode("utf-8-sig")
    assert PROVENANCE.get_nom("csv", "projets") == "vue_projets_v1_reponses-simulees.csv"
    assert PROVENANCE.get_nom("csv", "vue") == PROVENANCE.get_nom("csv")  # le nom le dit déjà


@pytest.mark.parametrize("invisible", ["\x01", "\x7f", "\ufffe", "\x00\u200b"])
def test_un_caractere_de_controle_ne_cache_pas_une_formule(invisible: str) -> None:
    """Ôté à l'écriture, il laisserait le signe en tête : c'est du texte écrit que l'on juge."""
    assert escape_formule(f"{invisible}=1+1").startswith("'")


@pytest.mark.parametrize(
    ("valeurs", "decimales"),
    [([1.0, 2.5], 1), ([0.125, 3.0], 3), ([1.004], 3), ([2 / 3], 3), ([1.0, None, float("inf")], 0)],
)
def test_un_classeur_montre_toutes_les_decimales_d_une_colonne(
    valeurs: list[float | None], decimales: int
) -> None:
    """Jusqu'à trois : une de moins, et 0,125 se lirait 0,13 ; 1,004 se lirait 1."""
    (colonne,) = list_colonnes(pd.DataFrame({"x": pd.Series(valeurs, dtype="float64")}))
    assert (colonne.nature, colonne.decimales) == ("decimal", decimales)


def test_une_colonne_de_texte_reste_lisible_a_l_ecran() -> None:
    (colonne,) = list_colonnes(pd.DataFrame({"x": ["m" * 500]}))
    assert colonne.largeur == 60


@pytest.mark.parametrize("texte", ["a\rb", "a\nb", "a,b", 'a"b'])
def test_un_texte_qui_casserait_une_ligne_de_csv_est_entre_guillemets(texte: str) -> None:
    lignes = csv.reader(io.StringIO(write_donnees(pd.DataFrame({"x": [texte], "y": [1]}), "international")))
    assert list(lignes)[1] == [texte, "1"]
