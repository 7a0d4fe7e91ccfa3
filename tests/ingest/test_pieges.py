"""Des entrées du genre de celles qui trompent : bon résultat ou refus motivé, jamais un chiffre faux."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from barometre.ingest import ImportRefuse, Referentiel
from barometre.ingest.concordance import Noms
from barometre.ingest.depouillement import prepare
from barometre.ingest.personal import mask_personal
from barometre.ingest.respondents import is_test
from tests.ingest.conftest import Importer, MiniCatalogue, check_counts, get_reponse

TROIS = ("213300635", "210100012", "212000046")


def write_lignes(entetes: str, *valeurs: str) -> str:
    return "\n".join([f"SIREN;{entetes}", *(f"{s};{v}" for s, v in zip(TROIS, valeurs, strict=False))])


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Voir M. Jean Dupont", "Voir M. [nom retiré]"),
        ("appeler Mme de la Tour", "appeler Mme de la Tour"),
        ("Mme Claire Martin, DGS", "Mme [nom retiré], DGS"),
        ("je m’appelle Paul Durand", "je m’appelle [nom retiré]"),
        ("géré par Sophie BERNARD", "géré par [nom retiré]"),
        ("mot de passe : Soleil2023!", "mot de passe : [mot de passe retiré]"),
        ("le mdp est azerty42", "le mdp est [mot de passe retiré]"),
        ("Mdp=secret", "Mdp=[mot de passe retiré]"),
        ("login: jdupont", "login: [mot de passe retiré]"),
        ("mot de passe faible, partagé", "mot de passe faible, partagé"),
        ("Un mot de passe est obligatoire", "Un mot de passe est obligatoire"),
        ("+33 (0)6 12 34 56 78", "[téléphone retiré]"),
        ("Monsieur le maire", "Monsieur le maire"),
        ("DURAND Jean", "[nom retiré]"),
        ("LE GOFF Marie-Claire, DGS", "[nom retiré], DGS"),
        ("Claire Martin, adjointe", "[nom retiré], adjointe"),
        ("c/o Sylvie B.", "c/o [nom retiré]"),
        ("jean(at)mairie.fr", "[courriel retiré]"),
        ("dupont [arobase] mairie [point] fr", "[courriel retiré]"),
        ("jean.dupont@gmail . com", "[courriel retiré]"),
        ("06/12/34/56/78", "[téléphone retiré]"),
        ("06 12 34 56 7 8", "[téléphone retiré]"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189", "IBAN [numéro retiré]"),
        ("1 85 05 78 006 084 36", "[numéro retiré]"),
        ("clé wifi : ABCD-EFGH", "clé wifi : [mot de passe retiré]"),
        ("Code : 4521", "Code : [mot de passe retiré]"),
        ("le mot de passe, c'est Mairie2024", "le mot de passe, c'est [mot de passe retiré]"),
        ("login admin / pass admin", "login [mot de passe retiré] / pass [mot de passe retiré]"),
        ("SSID Mairie / Mairie2023", "SSID [mot de passe retiré] / [mot de passe retiré]"),
        ("https://x.fr/?token=abc&a=1", "https://x.fr/?token=[mot de passe retiré]&a=1"),
        ("SIRET 21330063500017, SIREN 213 300 635", "SIRET 21330063500017, SIREN 213 300 635"),
        ("La clé du succès : la formation", "La clé du succès : la formation"),
        ("code postal : 33063, Pierre-Bénite", "code postal : 33063, Pierre-Bénite"),
        ("du 01/02/2023 au 03/04/2024", "du 01/02/2023 au 03/04/2024"),
        ("Nous utilisons Microsoft Teams", "Nous utilisons Microsoft Teams"),
    ],
)
def test_personne_dans_un_texte_libre(texte: str, attendu: str) -> None:
    assert mask_personal(texte) == attendu
    assert mask_personal(attendu) == attendu


def test_ce_qui_est_retire_est_dit(importer: Importer) -> None:
    lot = importer(write_lignes("Q01;Q04", "Oui;mdp : abc", "Oui;rien"))
    assert get_reponse(lot, "commune-33063", "q04")[0][3] == "mdp : [mot de passe retiré]"
    assert any(a.startswith("1\xa0réponse libre") and "retirés" in a for a in lot.avertissements)


@pytest.mark.parametrize("entete", ["id", "token"])
def test_numeros_de_reponse_repetes(importer: Importer, entete: str) -> None:
    lot = importer(write_lignes(f"{entete};Q01", "7;Oui", "7;Non", "8;Oui"))
    assert lot.charges == 3
    assert any(f"« {entete} » : des valeurs (1)" in a for a in lot.avertissements)


@pytest.mark.parametrize(
    "ligne", ["toto;;;Oui", "DINUM test;;;Oui", "Test DINUM;;;Oui", ";TOTO;;Oui", ";;test@exemple.fr;Oui"]
)
def test_essais_ecartes(importer: Importer, ligne: str) -> None:
    lot = importer(write_lignes("Nom de la collectivité;Nom;E-mail;Q01", ligne, "Ain;Petit;a@b.fr;Oui"))
    assert [r.motif for r in lot.lignes_ignorees] == ["Ligne de test."]


@pytest.mark.parametrize(
    "nom", ["[TEST] Bordeaux", "Bordeaux (test)", "Bordeaux - TEST", "*** test ***", "#Test Lyon", "bidon"]
)
def test_un_essai_se_reconnait_dans_un_nom(nom: str) -> None:
    assert is_test(nom)


@pytest.mark.parametrize("nom", ["La Teste-de-Buch", "Teste-de-Buch (La)", "Testelt", "Essarts", "Attestans"])
def test_une_commune_n_est_pas_un_essai(nom: str) -> None:
    assert not is_test(nom)


@pytest.mark.parametrize(
    ("entetes", "valeurs"),
    [
        ("Q05", ("1", "2", "3")),  # numéros d'un tableur ou de R : « 1 » n'est pas « Oui »
        ("Q05", ("1", "3", "1")),
        ("Q01;Q02[SQ001]", ("1;Oui", "2;Non", "1;Oui")),
        ("Q02[SQ001];Q02[SQ002];Q02[SQ003]", ("1;2;3", "3;1;2", "2;3;1")),  # un classement
        ("Q03", ("1.234.567", "120,000", "12-15")),
        ("Q03", ("1e3", "douze", "12 ou 15")),
        ("Q03", ("120.000", "45.500", "1.000")),
        ("Q03", ("12 agents", "45 €", "7,5 heures")),  # la question compte des habitants
    ],
)
def test_rien_n_est_devine(importer: Importer, entetes: str, valeurs: tuple[str, ...]) -> None:
    lot = importer(write_lignes(entetes, *valeurs))
    check_counts(lot)
    assert not lot.charges
    assert len({r.ligne for r in lot.rejets}) == 3


@pytest.mark.parametrize(
    "cellule", ['"[""SQ001"",""SQ003""]"', '"Facebook; Autre"', "SQ001|SQ003", "facebook,autre"]
)
def test_plusieurs_options_dans_une_cellule(importer: Importer, cellule: str) -> None:
    lot = importer(write_lignes("Q02", cellule))
    cochees = [o for o, _, v, _ in get_reponse(lot, "commune-33063", "q02") if v == 1]
    assert cochees == ["facebook", "autre"]


def test_autre_sans_sa_case(importer: Importer) -> None:
    lot = importer(write_lignes("Q02[SQ001];Q02[other]", ";Mastodon", "Y;"))
    assert ("autre", "repondu", 1.0, "Mastodon") in get_reponse(lot, "commune-33063", "q02")


@pytest.mark.parametrize(
    "signe", ["\u061c", "\u202e", "\u200b", "\ufeff", "\xad", "\x07", "\u2066", "\u180e"]
)
def test_signes_invisibles(importer: Importer, signe: str) -> None:
    lot = importer(f"SIREN;Q01\n2133{signe}00635;O{signe}ui\n")
    assert get_reponse(lot, "commune-33063", "q01") == [("oui", "repondu", 1.0, None)]
    assert any("invisibles" in a for a in lot.avertissements)


@pytest.mark.parametrize("texte", ["Équipé", "Être", "Ça", "œuvre", "l’été", "À côté", "naïf – 12 €"])
def test_deux_encodages_dans_un_fichier(importer: Importer, texte: str) -> None:
    contenu = f"SIREN;Q01;Q04\n213300635;Oui;{texte}\n".encode()
    lot = importer(contenu + f"210100012;Oui;{texte}\n".encode("cp1252"))
    assert {get_reponse(lot, c, "q04")[0][3] for c in ("commune-33063", "commune-01001")} == {texte}
    assert any("Encodage" in a for a in lot.avertissements)


def test_colonne_masquee_et_formule_sans_valeur(importer: Importer) -> None:
    classeur = openpyxl.Workbook()
    feuille = classeur.active
    for ligne in (["SIREN", "Q03", "Q01"], [TROIS[0], "=1+1", "Oui"], [TROIS[1], 4, "Oui"]):
        feuille.append(ligne)
    feuille.column_dimensions["C"].hidden = True
    tampon = io.BytesIO()
    classeur.save(tampon)
    lot = importer(tampon.getvalue(), "r.xlsx")
    assert (lot.charges, lot.quarantaine) == (1, 1)
    assert any("1\xa0colonne masquée" in a for a in lot.avertissements)
    assert any("sans valeur enregistrée" in a for a in lot.avertissements)


@pytest.mark.parametrize(("entete", "cellule"), [
    ("Q04", "=A1&B1"), ("Q02[other]", "=A1"), ("Q02", "=A1"), ("Q02[SQ001]", "#REF!"), ("Q04", "#DIV/0!"),
    ("Q02", "#NOM?"), ("Q05", "#VALEUR!"),
])  # fmt: skip
def test_une_erreur_de_tableur_n_est_pas_une_reponse(importer: Importer, entete: str, cellule: str) -> None:
    """Une formule jamais calculée se chargeait en texte libre, et cochait « Autre »."""
    classeur = openpyxl.Workbook()
    feuille = classeur.active
    for ligne in (["SIREN", "Q01", entete], [TROIS[0], "Oui", cellule], [TROIS[1], "Oui", ""]):
        feuille.append(ligne)
    tampon = io.BytesIO()
    classeur.save(tampon)
    lot = importer(tampon.getvalue(), "r.xlsx")
    assert (lot.charges, [(r.ligne, r.colonne) for r in lot.rejets]) == (1, [(2, entete)])


def build_fusionne(*plages: str, texte: str = "Un titre") -> bytes:
    classeur = openpyxl.Workbook()
    feuille = classeur.active
    for ligne in ([texte], ["SIREN", "Q01", "Q03", "Remarques"], *([s, "Oui", 4, "r"] for s in TROIS)):
        feuille.append(ligne)
    for plage in plages:
        feuille.merge_cells(plage)
    tampon = io.BytesIO()
    classeur.save(tampon)
    return tampon.getvalue()


@pytest.mark.parametrize(
    ("plage", "chargees", "lignes"),
    [
        ("B3:B5", 1, [4, 5]),  # la première garde sa réponse, les deux autres l'ont perdue
        ("B4:C4", 2, [4]),  # d'une question à l'autre : rien ne dit à laquelle elle répond
        ("A1:D1", 3, []),  # un titre
        ("A2:A3", 2, [3]),  # d'un entête à une réponse
        ("D3:D5", 3, []),  # une colonne qui n'est pas lue
    ],
)
def test_des_cellules_fusionnees(importer: Importer, plage: str, chargees: int, lignes: list[int]) -> None:
    lot = importer(build_fusionne(plage), "r.xlsx")
    assert (lot.charges, [r.ligne for r in lot.rejets]) == (chargees, lignes)
    assert all(f"fusionnées ({plage})" in r.motif for r in lot.rejets)


def test_des_fusions_par_milliers_sont_refusees(importer: Importer) -> None:
    """Elles ne se parcourent pas : une plage par cellule d'une colonne entière."""
    fond = build_fusionne("B3:B4")
    sortie = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(fond)) as lu, zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as ecrit:
        for nom in lu.namelist():
            octets = lu.read(nom)
            if nom.endswith("sheet1.xml"):
                plages = "".join(f'<mergeCell ref="B{n}:C{n}"/>' for n in range(3, 2_500))
                octets = octets.replace(b'<mergeCell ref="B3:B4"/>', plages.encode())
            ecrit.writestr(nom, octets)
    with pytest.raises(ImportRefuse, match="fusionnées"):
        importer(sortie.getvalue(), "r.xlsx")


@pytest.mark.parametrize(
    ("format_cellule", "valeur", "lue"), [('0"%"', 45, 45.0), ("0%", 0.45, 45.0), ('0.0" %"', 12.5, 12.5)]
)
def test_un_pourcent_dessine_ne_multiplie_pas(
    importer: Importer, format_cellule: str, valeur: float, lue: float
) -> None:
    """« 0"%" » écrit un signe après 45 ; « 0% » montre 45 % de 0,45."""
    classeur = openpyxl.Workbook()
    feuille = classeur.active
    feuille.append(["SIREN", "Q03"])
    feuille.append([TROIS[0], valeur])
    feuille["B2"].number_format = format_cellule
    tampon = io.BytesIO()
    classeur.save(tampon)
    lot = importer(tampon.getvalue(), "r.xlsx")
    assert [v for _, _, v, _ in get_reponse(lot, "commune-33063", "q03")] == [lue], lot.rejets


def test_une_colonne_de_dates_suit_les_autres(importer: Importer) -> None:
    lot = importer(
        write_lignes("startdate;submitdate;Q01", "12/25/2023;01/02/2024;Y", "12/26/2023;01/05/2024;Y")
    )
    assert [d.isoformat() for d in lot.participation["date_reponse"]] == ["2024-01-02", "2024-01-05"]


def test_heures_americaines(importer: Importer) -> None:
    lot = importer(write_lignes("submitdate;Q01", "12/05/2023 2:30 PM;Oui", "01/02/2024 9:00 AM;Oui"))
    assert [d.isoformat() for d in lot.participation["date_reponse"]] == ["2023-12-05", "2024-01-02"]


NOMS = [
    ("commune-26362", "Valence", "26"),
    ("commune-82186", "Valence", "82"),
    ("commune-49305", "Saint-Martin-du-Bois", "49"),
    ("commune-42259", "Saint-Martin-la-Plaine", "42"),
    ("departement-82", "Tarn-et-Garonne", "82"),
    ("departement-26", "Drôme", "26"),
]


@pytest.mark.parametrize(
    ("cle", "nom", "accord"),
    [
        ("commune-26362", "Valence (Drôme)", True),
        ("commune-26362", "Valence (26)", True),
        ("commune-26362", "VALENCE 26000", True),
        ("commune-26362", "Mairie de Valense", True),
        ("commune-26362", "Valence, Drôme", True),
        ("commune-26362", "Valence (Tarn-et-Garonne)", False),
        ("commune-26362", "Valence (82)", False),
        ("commune-49305", "St Martin du Bois (Maine-et-Loire)", True),
        ("commune-49305", "Saint-Martin-la-Plaine (Loire)", False),
        ("commune-49305", "ST MARTIN LA PLAINE 42800", False),
        ("commune-49305", "Saint-Ouen", False),
    ],
)
def test_nom_et_code(cle: str, nom: str, accord: bool) -> None:
    cadre = pd.DataFrame(NOMS, columns=["collectivite_id", "nom", "departement"]).assign(porteur_id="")
    noms = Noms(Referentiel(cadre, pd.DataFrame({"code": [], "code_actuel": []})))
    assert bool(noms.check_nom(cle, nom)) is not accord


@pytest.mark.parametrize("texte", ["néant", "Aucun", "RAS", "R.A.S.", "-", "?", "rien d'autre", "Non", "0"])
def test_rien_a_ajouter_ne_coche_pas_autre(importer: Importer, texte: str) -> None:
    """« Autre, précisez : néant » comptait pour un autre réseau."""
    for lot in (
        importer(write_lignes("Q02[SQ001];Q02[other]", f"Y;{texte}", ";Mastodon")),
        importer(write_lignes("Q02", f"Facebook, {texte}", "Facebook, Mastodon")),
    ):
        assert not lot.rejets
        coches = [o for o, _, v, _ in get_reponse(lot, "commune-33063", "q02") if v == 1]
        assert coches == ["facebook"]
        assert ("autre", "repondu", 1.0, "Mastodon") in get_reponse(lot, "commune-01001", "q02")


def test_deux_exports_colles_dont_les_colonnes_different(importer: Importer) -> None:
    """Lues sous les premiers entêtes, les cases du second se croisaient : Instagram devenait Facebook."""
    premier = f"SIREN;Q01;Q02[SQ001];Q02[SQ002]\n{TROIS[0]};Y;Y;\n"
    second = f"SIREN;Q01;Q02[SQ002];Q02[SQ001]\n{TROIS[1]};Y;Y;\n"
    with pytest.raises(ImportRefuse, match="la ligne 3 porte d'autres entêtes que la ligne 1"):
        importer(premier + second)
    with pytest.raises(ImportRefuse, match="d'autres entêtes"):
        importer(premier + second.replace("SIREN", "N° SIREN de la mairie"))
    lot = importer(premier + premier.replace(TROIS[0], TROIS[1]))
    assert (lot.charges, [(r.ligne, r.motif) for r in lot.rejets]) == (
        2, [(3, "Cette ligne redit les entêtes : ce n'est pas une réponse.")],
    )  # fmt: skip
    # Deux lignes d'intitulés avant toute réponse : la seconde n'est qu'écartée.
    assert importer("SIREN;Q01\nVotre SIREN;Un site ?\n" + f"{TROIS[0]};Y\n").charges == 1


def test_un_json_a_deux_reponses_sous_une_cle(importer: Importer) -> None:
    with pytest.raises(ImportRefuse, match="deux fois la clé « Q01 »"):
        importer(f'[{{"SIREN": "{TROIS[0]}", "Q01": "Y", "Q01": "N"}}]', "r.json")


def test_un_entete_reconnu_n_a_pas_de_voisin_a_proposer(importer: Importer) -> None:
    with pytest.raises(ImportRefuse) as refus:
        importer("Code;Q01;Q3;Q1\n33063;Y;1;Y\n")
    assert "« Q1 » ressemble à « Q01 »" in str(refus.value)
    assert "« Q3 » ressemble à « Q03 »" in str(refus.value)
    assert "« Q01 » ressemble" not in str(refus.value)


@pytest.mark.parametrize("texte", ["équipé", "là", "École"])
def test_un_csv_de_mac_sans_e_grave_est_refuse(importer: Importer, texte: str) -> None:
    """Tous ses octets existent en Windows-1252 : « Équipé » s'y chargeait « ƒquipŽ »."""
    with pytest.raises(ImportRefuse, match="celui d'un Mac"):
        importer(f"SIREN;Q01;Q04\n{TROIS[0]};Oui;{texte}\n".encode("mac-roman"))


def test_pas_de_siren_n_est_pas_un_entete(importer: Importer) -> None:
    assert importer(f"SIREN;Q01\n{TROIS[0]};Y\npas de SIREN;N\n").quarantaine == 1


@pytest.mark.parametrize(
    ("entetes", "codes", "cadre", "sort"),
    [
        ("Code INSEE;Q01", range(33063, 33071), 40, "dite"),  # huit codes, tous de communes actuelles
        ("Code INSEE;Q01", range(33063, 33070), 40, ""),
        ("Code INSEE;Q01", [33060, 33061, 33062, 33063, 33065, 33066, 33067, 33068, 33070], 40, ""),
        # Le nom confirme chaque code.
        ("Code INSEE;Q01;Nom de la collectivité", range(33063, 33071), 40, ""),
        # « 33063 » étiré jusqu'à un code que personne n'a.
        ("Code INSEE;Q01", range(33063, 33071), 10, "ecartee"),
    ],
)
def test_des_codes_qui_se_suivent(
    tmp_path: Path, entetes: str, codes: Sequence[int], cadre: int, sort: str
) -> None:
    communes = [
        (f"commune-{c}", "commune", str(c), "", f"Commune {c}", "") for c in range(33060, 33060 + cadre)
    ]
    colonnes = ["collectivite_id", "type", "code", "siren", "nom", "porteur_id"]
    anciens = pd.DataFrame(columns=["code", "code_actuel", "nature"])
    referentiel = Referentiel(pd.DataFrame(communes, columns=colonnes), anciens)
    chemin = tmp_path / "r.csv"
    nomme = "Nom" in entetes
    lignes = [f"{c};{'YN'[c % 2]}{f';Commune {c}' if nomme else ''}" for c in codes]
    chemin.write_text("\n".join([entetes, *lignes]), encoding="utf-8")
    lot = prepare(chemin, "communication", "2023-v1", "auto", referentiel, MiniCatalogue())
    suite = "8 codes se suivent un à un, de 33063 à 33070"
    assert lot.charges == (0 if sort == "ecartee" else len(codes))
    assert any(suite in a for a in lot.avertissements) is (sort == "dite")
    assert any(suite in r.motif for r in lot.rejets) is (sort == "ecartee")
