"""Le sort de chaque ligne : chargée, doublon, quarantaine, ignorée ; et le motif qu'on en lit."""

from __future__ import annotations

import pytest

from barometre.ingest import ImportRefuse, prepare
from barometre.ingest.identity import is_luhn
from tests.ingest.conftest import Importer, MiniCatalogue, check_counts, get_reponse


def get_motif(importer: Importer, contenu: str) -> str:
    lot = importer(contenu)
    check_counts(lot)
    assert lot.quarantaine == 1, lot.to_dict()
    return lot.rejets[0].motif


@pytest.mark.parametrize(
    ("identite", "motif"),
    [
        ("213300634;;", "clé de contrôle de ce SIREN est fausse"),
        ("732829320;;", "n'est pas celui d'une collectivité"),  # clé juste, mais une entreprise
        ("21330063;;", "compte neuf chiffres"),
        (";21330063500018;", "clé de contrôle de ce SIRET est fausse"),
        (";2,13301E+13;", "Un tableur a arrondi ce numéro"),
        (";;1001", "zéro du début"),
        (";;99999", "aucune commune"),
        (";;33", "précisez le type"),
        (";;", "Aucun identifiant"),
        ("213300635;;01001", "se contredisent"),
    ],
)
def test_identifiants_refuses(importer: Importer, identite: str, motif: str) -> None:
    assert motif in get_motif(importer, f"SIREN;SIRET;Code INSEE;Q01\n{identite};Y\n")


@pytest.mark.parametrize(
    ("type_", "code", "attendu"),
    [
        ("Une commune", "33063", "commune-33063"),
        ("", "2a004", "commune-2A004"),
        ("commune", "01003", "commune-01165"),  # ancien code
        ("commune", "01015", "commune-01015"),  # commune déléguée et commune : la commune
        ("commune", "75101", "commune-75056"),  # arrondissement de Paris
        ("Un département", "33", "departement-33"),
        ("Un département", "1", "departement-01"),  # zéro perdu, sans doute possible
        ("Un département", "75", "commune-75056"),  # porté par la Ville de Paris
        ("Une région", "84", "region-84"),
        ("Un EPCI (hors métropole)", "200000172", "epci-200000172"),
        ("Autre", "213300635", "commune-33063"),
    ],
)
def test_rattachement(importer: Importer, type_: str, code: str, attendu: str) -> None:
    lot = importer(f"Type de collectivité;Code INSEE;Q01\n{type_};{code};Y\n")
    assert list(lot.participation["collectivite_id"]) == [attendu], lot.rejets
    assert lot.recodes == (code in {"01003", "75101"})


def test_une_cellule_vide_ecrite_en_formule_est_vide(importer: Importer) -> None:
    """« ="" », qu'un export écrit pour forcer du texte, arrêtait l'import par une panne."""
    lot = importer('SIREN;Code INSEE;Q01\n="";="33063";Y\n')
    assert list(lot.participation["collectivite_id"]) == ["commune-33063"], lot.rejets
    assert "Aucun identifiant" in get_motif(importer, 'SIREN;Code INSEE;Q01\n="";="";Y\n')


def test_type_contradictoire(importer: Importer) -> None:
    assert "le type est « epci »" in get_motif(importer, "TYPE;SIREN;Q01\nepci;213300635;Y\n")


def test_siret_d_un_departement_absent_du_referentiel(importer: Importer) -> None:
    """Le référentiel ne connaît pas le SIREN de la région : son code suffit, son SIRET ne contredit rien."""
    entetes = "SIRET;Type de collectivité;Code;Code INSEE;Q01\n"
    lot = importer(f"{entetes}73282932000074;Une région;;11;Y\n")
    assert list(lot.participation["collectivite_id"]) == ["region-11"], lot.rejets
    motif = get_motif(importer, f"{entetes}73282932000074;Une région;;;Y\n")
    assert "se donne aussi par son type et son code" in motif
    # Le même SIRET à côté d'une commune dont le SIREN est connu reste un refus.
    assert "n'est pas celui" in get_motif(importer, f"{entetes}73282932000074;;;33063;Y\n")


def test_nom_seul_ne_rattache_jamais(importer: Importer) -> None:
    with pytest.raises(ImportRefuse, match="le nom seul ne rattache rien"):
        importer("Nom de la collectivité;Q01\nBordeaux;Y\n")
    motif = get_motif(importer, "Nom de la collectivité;SIREN;Q01\nBordeaux;;Y\n")
    assert "Le nom seul ne rattache rien" in motif


def test_cle_de_luhn() -> None:
    assert is_luhn("21330063500017")
    assert not is_luhn("21330063500018")
    assert is_luhn("35600000049837")  # La Poste : somme des chiffres multiple de 5


@pytest.mark.parametrize(
    ("colonne", "valeur", "motif"),
    [
        ("Q01", "Peut-être", "pas dans la liste"),
        ("Q01", "Je ne sais pas", "pas dans la liste"),  # cette question ne l'offre pas
        ("Q01", "Oui|Non", "Plusieurs réponses"),
        ("Q01", ".", "pas dans la liste"),
        ("Q03", "beaucoup", "n'est pas un nombre"),
        ("Q03", "12 50", "n'est pas un nombre"),
        ("Q03", "nan", "n'est pas un nombre"),
        ("Q03", "9" * 60, "n'est pas un nombre"),
        ("Q03", "-1", "hors des bornes (0 à 100\u202f000)"),
        ("Q03", "100001", "hors des bornes"),
        ("Q02[SQ001]", "MySpace", "Une case se remplit"),
        ("submitdate", "2024-02-30", "n'existe pas dans le calendrier"),
        ("submitdate", "hier", "n'est pas lisible"),
        ("submitdate", "1875-01-01", "hors de la période"),
        ("Q04", "x" * 10_001, "dépasse 10\u202f000 caractères"),
    ],
)
def test_cellules_refusees(importer: Importer, colonne: str, valeur: str, motif: str) -> None:
    lot = importer(f'SIREN|Q99|{colonne}|Q06\n213300635|1|"{valeur}"|Y\n210100012|1||Y\n')
    check_counts(lot)
    assert (lot.charges, lot.quarantaine) == (1, 1)
    (rejet,) = lot.rejets
    assert (rejet.ligne, rejet.colonne) == (2, colonne)
    assert motif in rejet.motif
    assert rejet.valeur == valeur[:200]


@pytest.mark.parametrize(
    ("texte", "nombre"),
    [("1 200", 1200), ("1\u202f200,5", 1200.5), ("12,5", 12.5), ("7.0", 7), ("0", 0), ("350 habitants", 350)],
)
def test_nombres_lus(importer: Importer, texte: str, nombre: float) -> None:
    faits = importer(f"SIREN;Q03\n213300635;{texte}\n").fait_reponse
    assert faits.set_index("question_id").loc["communication_q03", "valeur"] == nombre


def test_une_ligne_plusieurs_motifs_compte_une_fois(importer: Importer) -> None:
    lot = importer("SIREN;Q01;Q03\n213300634;bof;beaucoup\n210100012;Y;1\n")
    check_counts(lot)
    assert (lot.quarantaine, len(lot.rejets)) == (1, 3)
    assert [r["ligne"] for r in lot.to_dict()["rejets"]] == [2, 2, 2]
    assert [(r["colonne"], r["valeur"]) for r in lot.to_dict()["rejets"]] == [
        ("SIREN", "213300634"), ("Q01", "bof"), ("Q03", "beaucoup"),
    ]  # fmt: skip


def test_un_champ_de_trop_ne_decale_rien(importer: Importer) -> None:
    lot = importer("SIREN;Q01;Q06\n213300635;Y;EN TROP;N\n210100012;N;Y\n212000046;Y\n")
    check_counts(lot)
    assert list(lot.participation["collectivite_id"]) == ["commune-01001"]
    assert [(r.ligne, r.motif[:31]) for r in lot.rejets] == [
        (2, "La ligne a 4 colonnes au lieu d"),
        (4, "La ligne a 2 colonnes au lieu d"),
    ]


def test_doublons(importer: Importer) -> None:
    lot = importer(
        "SIREN;submitdate;Q01;Q06\n"
        "213300635;2023-12-01;Y;Y\n"
        "213300635;2023-12-03;Y;N\n"  # aussi complète, plus récente : retenue
        "213300635;2024-01-05;Y;\n"  # plus récente, moins complète
        "210100012;2023-12-01;Y;Y\n"
    )
    check_counts(lot)
    assert (lot.lus, lot.charges, lot.doublons) == (4, 2, 2)
    assert [(d.ligne, d.motif) for d in lot.lignes_doublons] == [
        (2, "La ligne 3 est retenue : aussi complète, et plus récente."),
        (4, "La ligne 3 est retenue : plus complète."),
    ]


@pytest.mark.parametrize(
    ("entete", "lignes", "motif", "indecis"),
    [
        ("SIREN", ("213300635;Y", "213300635;Y"), "elle dit la même chose", False),
        ("SIREN", ("213300635;Y", "213300635;N"), "rien ne dit laquelle des deux est la plus récente", True),
    ],
)
def test_le_motif_d_un_doublon_est_le_vrai(
    importer: Importer, entete: str, lignes: tuple[str, str], motif: str, indecis: bool
) -> None:
    lot = importer(f"{entete};Q01\n" + "\n".join(lignes))
    (doublon,) = lot.lignes_doublons
    assert motif in doublon.motif
    assert any("sans date" in a for a in lot.avertissements) is indecis
    attendu = "oui" if motif.startswith("elle") else "non"
    assert get_reponse(lot, "commune-33063", "q01")[0][0] == attendu


def test_un_identifiant_recopie_sur_toute_la_colonne_ne_choisit_personne(importer: Importer) -> None:
    lot = importer("SIREN;Q01;Q03\n" + "".join(f"213300635;Y;{i}\n" for i in range(6)))
    check_counts(lot)
    assert (lot.charges, lot.quarantaine) == (0, 6)
    assert "sur 6 lignes aux réponses différentes" in lot.rejets[0].motif
    # Cinq réponses différentes sont encore des corrections ; dix fois la même, une seule.
    cinq = importer("SIREN;Q01;Q03\n" + "".join(f"213300635;Y;{i}\n" for i in range(5)))
    pareilles = importer("SIREN;Q01;Q03\n" + "213300635;Y;1\n" * 10)
    assert [(lu.charges, lu.doublons, lu.quarantaine) for lu in (cinq, pareilles)] == [(1, 4, 0), (1, 9, 0)]


@pytest.mark.parametrize(("justes", "quarantaine"), [(4, 9), (5, 5), (6, 5)])
def test_la_plupart_des_noms_contredisent_leur_code(
    importer: Importer, justes: int, quarantaine: int
) -> None:
    """Cinq discordants sur neuf : les quatre autres ne s'accordent peut-être que par hasard. Sur dix, non."""
    faux = [("213300635", "Ajaccio")] + [(siren, "Bordeaux") for siren in ("210100012", "212000046")] * 2
    bons = [("213300635", "Bordeaux")] * justes
    lignes = (f"{siren};{nom};Y;1" for siren, nom in [*faux, *bons])
    lot = importer("SIREN;Commune;Q01;Q03\n" + "\n".join(lignes) + "\n")
    assert lot.quarantaine == quarantaine, [r.motif for r in lot.rejets]


def test_lignes_ignorees(importer: Importer) -> None:
    lot = importer(
        "SIREN;submitdate;Nom de la collectivité;Q01;Q02[SQ001]\n"
        ";;;;\n"
        "213300635;;Bordeaux;;\n"
        "210100012;2023-12-01;TEST;Y;\n"
        "pas un siren;;;N/A;N/A\n"
        "212000046;;Ajaccio;Y;\n"
    )
    check_counts(lot)
    assert (lot.ignores, lot.charges, lot.quarantaine) == (4, 1, 0)
    assert [i.motif for i in lot.lignes_ignorees][:2] == [
        "Ligne vide.",
        "Questionnaire ouvert mais sans aucune réponse.",
    ]
    assert any("commencée mais non validée" in a for a in lot.avertissements)


def test_date_absente_de_limesurvey(importer: Importer) -> None:
    lot = importer("SIREN;submitdate;Q01\n213300635;1980-01-01 00:00:00;Y\n")
    assert list(lot.participation["date_reponse"]) == [None]


def test_simule_par_le_nom_ou_par_la_colonne(importer: Importer) -> None:
    contenu = "SIREN;simule;Q01\n213300635;{};Y\n"
    assert importer(contenu.format("oui")).simule
    assert not importer(contenu.format("")).simule
    par_nom = importer("SIREN;Q01\n213300635;Y\n", "reponses-simulees.csv")
    assert par_nom.simule
    assert bool(par_nom.participation["simulee"].all())


def test_meme_fichier_meme_lot(importer: Importer) -> None:
    contenu = "SIREN;Q01\n213300635;Y\n"
    lot = importer(contenu)
    assert importer(contenu, lots_connus={lot.lot_id}).to_dict()["deja_charge"] is True
    assert importer(contenu + "210100012;N\n", lots_connus={lot.lot_id}).to_dict()["deja_charge"] is False


def test_meme_fichier_autre_correspondance(importer: Importer) -> None:
    contenu = "SIREN;Q01\n213300635;1\n"
    non, oui = ({"valeurs": {"communication_q01": {"1": option}}} for option in ("non", "oui"))
    lot = importer(contenu, correspondance=non)
    assert importer(contenu, correspondance=non, lots_connus={lot.lot_id}).deja_charge
    corrige = importer(contenu, correspondance=oui, lots_connus={lot.lot_id})
    assert not corrige.deja_charge
    assert [r[0] for r in get_reponse(corrige, "commune-33063", "q01")] == ["oui"]
    assert not importer(contenu, lots_connus={lot.lot_id}).deja_charge


def test_json_de_la_commande(importer: Importer) -> None:
    objet = importer("SIREN;Q01\n213300635;Y\n").to_dict()
    assert list(objet)[:8] == [
        "lot",
        "lus",
        "charges",
        "doublons",
        "quarantaine",
        "ignores",
        "deja_charge",
        "rejets",
    ]


def test_questionnaire_ou_vague_inconnus(referentiel, tmp_path) -> None:
    chemin = tmp_path / "r.csv"
    chemin.write_text("SIREN;Q01\n213300635;Y\n")
    for questionnaire, vague, phrase in [
        ("cuisine", "2023-v1", "Le questionnaire « cuisine » n'existe pas"),
        ("communication", "2031-v9", "La vague « 2031-v9 » n'existe pas"),
        ("communication", "2024-v2", "n'ouvre pas « communication »"),
    ]:
        with pytest.raises(ImportRefuse, match=phrase):
            prepare(chemin, questionnaire, vague, "auto", referentiel, MiniCatalogue())
