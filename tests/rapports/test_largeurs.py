"""Une colonne garde ses mots entiers, dans la police la plus large qu'un poste puisse lui donner."""

from __future__ import annotations

import matplotlib
import pytest
from PIL import ImageFont

from barometre.rapports.largeurs import compute_largeurs, count_lignes, measure_mot

POLICES = f"{matplotlib.get_data_path()}/fonts/ttf"
PLACE, TAILLE = 16.5, 8.5
ENTETES = ("Indicateur", "Redressé", "Intervalle", "Brut", "Réponses", "Note", "Se citerait")
PRECIS = ("Des actions de médiation numérique", "17 %", "entre 16 et 19 %", "26 %", "2 204", "A", "oui")
BORNE = (
    "Un délégué",
    "moins de 12 %",
    "entre 0 et 30 %",
    "moins de 12 %",
    "environ 35",
    "C",
    "avec sa précaution",
)
MONTANT = ("Le montant du budget", "156 000 €", "entre 0 et 549 000 €", "722 000 €", "505", "C", "non")
TABLEAUX = {
    "chiffres précis": (ENTETES, (PRECIS,) * 3),
    "chiffres bornés": (ENTETES, (PRECIS, *(BORNE,) * 3)),
    "montants": (ENTETES, (MONTANT,) * 2),
    "représentativité": (
        ("Questionnaire", "Réponses", "Taux", "En valent", "Plus gros poids", "Écart au pays avant", "Après"),
        (("Mise en œuvre des démarches", "1 655", "4,6 %", "1 153", "0,2 %", "13,1 points", "1,0 point"),),
    ),
}  # fmt: skip


def _measure(texte: str, *, gras: bool) -> float:
    """En centimètres, par une autre bibliothèque que celle qui mesure pour de bon."""
    police = ImageFont.truetype(f"{POLICES}/{'DejaVuSans-Bold' if gras else 'DejaVuSans'}.ttf", 1000)
    return float(police.getlength(texte)) / 1000 * TAILLE * 2.54 / 72


@pytest.mark.parametrize("nom", TABLEAUX)
def test_aucun_mot_n_est_coupe(nom: str) -> None:
    """« Redressé » et « Taux » se lisaient « Redress-é » et « Tau-x » avec une police de repli."""
    entetes, lignes = TABLEAUX[nom]
    parts = compute_largeurs(entetes, lignes, taille=TAILLE, place=PLACE, bords=0.4, gras=True)
    assert sum(parts) == pytest.approx(1.0)
    for rang, part in enumerate(parts):
        textes = [(entetes[rang], True), *((ligne[rang], rang == 0) for ligne in lignes)]
        mots = [_measure(mot, gras=gras) for texte, gras in textes for mot in texte.split(" ")]
        assert part * PLACE >= max(mots) + 0.4 - 1e-3, entetes[rang]


def test_un_intervalle_tient_sur_une_ligne_quand_la_place_y_est() -> None:
    parts = compute_largeurs(ENTETES, (PRECIS,) * 3, taille=TAILLE, place=PLACE, bords=0.4, gras=True)
    for rang in range(1, len(ENTETES)):
        assert parts[rang] * PLACE >= _measure(PRECIS[rang], gras=False) + 0.4 - 1e-3, ENTETES[rang]


def test_le_plus_long_texte_tient_sur_une_ligne_quand_la_place_y_est() -> None:
    long = "Un texte bien plus long que les neuf autres de sa colonne, et qui tient pourtant"
    lignes = (("oui", "court"),) * 9 + (("non", long),)
    parts = compute_largeurs(("Fait", "Quoi"), lignes, taille=TAILLE, place=PLACE, bords=0.4)
    assert parts[1] * PLACE >= _measure(long, gras=False) + 0.4 - 1e-3 > 0.7 * PLACE


def test_un_long_titre_tient_en_deux_lignes() -> None:
    """« État inconnu (environ) » en prenait quatre, sur toute la hauteur de l'en-tête."""
    entetes = (
        "Obligation",
        "Concernées",
        "Réponses",
        "Déclarée remplie",
        "Constatée par l’État",
        "État inconnu (environ)",
    )
    longue = (
        "plus de 80 % brut, entre 50 et 100 % (B, serait à citer avec sa précaution), "
        "sur 60 des 80 concernées"
    )
    lignes = (
        (
            "Publication en ligne des données publiques (open data)",
            "4 632",
            "449",
            longue,
            "non connu",
            "4 183",
        ),
    ) * 4
    parts = compute_largeurs(entetes, lignes, taille=TAILLE, place=PLACE, bords=0.4)
    for entete, part in zip(entetes, parts, strict=True):
        assert count_lignes(entete, TAILLE, part * PLACE - 0.4, gras=True) <= 2, entete


def test_un_mot_demesure_ne_prend_pas_la_place_des_autres() -> None:
    long, court = compute_largeurs(("Adresse", "Note"), (("x" * 200, "A"),), taille=TAILLE, place=PLACE)
    assert court * PLACE >= _measure("Note", gras=True)
    assert long < 0.95


def test_un_texte_court_n_est_pas_coupe_entre_ses_mots() -> None:
    """« plus de 92 % » brut se lisait en trois lignes, dans la colonne la plus étroite."""
    borne = ("Un", "plus de 92 %", "entre 70 et 100 %", "plus de 92 %", "environ 55", "C", "non")
    lignes = (*(PRECIS,) * 9, borne)
    parts = compute_largeurs(ENTETES, lignes, taille=TAILLE, place=PLACE, bords=0.4)
    for rang in (1, 3, 4):
        assert parts[rang] * PLACE >= _measure(borne[rang], gras=False) + 0.4 - 1e-3, ENTETES[rang]


def test_un_caractere_de_controle_n_a_pas_de_largeur() -> None:
    """Un saut de ligne d'un autre tableur, dans une cellule, faisait échouer tout le document."""
    assert measure_mot("un\x0bdeux\t", TAILLE) == measure_mot("undeux", TAILLE)
