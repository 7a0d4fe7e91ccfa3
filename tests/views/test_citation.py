"""Les mots d'un chiffre : s'il se cite, pourquoi, et la phrase à copier."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.domain.indicateur import Calcul
from barometre.views.lecture.chiffres import Chiffre, format_chiffre, read_chiffres
from barometre.views.lecture.citation import (
    BORNE_REPONDANTES,
    Contexte,
    build_citation,
    build_enonce,
    build_phrase,
    get_raison,
)
from tests.views.fausse_porte import build_indicateur, cachee, cellule

CONTEXTE = Contexte("Toutes les collectivités, France", "Deuxième édition (2026)")


def _chiffre(**autres: object) -> Chiffre:
    return read_chiffres(pd.DataFrame([cellule(**autres)]))[0]


def test_note_a_se_cite_avec_une_phrase_complete() -> None:
    citation = build_citation(build_indicateur(), _chiffre(), CONTEXTE)
    assert citation.reponse == "Oui"
    for morceau in (
        "24\u202f% des collectivités ont un site d'essai",
        "entre 21 et 28\u202f%",
        "intervalle hors biais de participation",
        "Deuxième édition (2026)",
        "300\u00a0réponses",
        "brut : 26\u202f%",
        "Base : collectivités ayant répondu",
        "Précaution : chiffre inventé",
    ):
        assert morceau in citation.a_copier


def test_note_b_demande_son_intervalle() -> None:
    citation = build_citation(build_indicateur(), _chiffre(note="B"), CONTEXTE)
    assert citation.reponse == "Oui, avec sa précaution"
    assert "entre 21 et 28\u202f%" in citation.explication


def test_note_c_ne_donne_pas_de_phrase_a_copier() -> None:
    citation = build_citation(build_indicateur(), _chiffre(note="C", etat="indicative", n=12), CONTEXTE)
    assert citation.reponse == "Non, il est indicatif"
    assert citation.a_copier == ""


def test_reponses_simulees_dites_dans_la_phrase() -> None:
    contexte = Contexte("Toutes les collectivités, France", "2026", simulee=True)
    citation = build_citation(build_indicateur(), _chiffre(), contexte)
    assert "Réponses simulées" in citation.a_copier
    assert citation.reponse == "Oui, si ces réponses étaient réelles"


@pytest.mark.parametrize(
    ("etat", "sensibilite", "attendu"),
    [
        ("primary", "normale", "moins de 10 réponses"),
        ("primary", "cyber", "rien sous 20 réponses"),
        ("absent", "normale", "moins de 10 réponses, ou question non posée"),
        ("absent", "cyber", "moins de 20 réponses, ou question non posée"),
    ],
)
def test_raison_d_une_absence(etat: str, sensibilite: str, attendu: str) -> None:
    assert attendu in get_raison(etat, build_indicateur(sensibilite=sensibilite))


@pytest.mark.parametrize(
    ("definition", "attendu"),
    [
        ("Part des collectivités qui ont un site.", "24\u202f% des collectivités ont un site"),
        ("Part des collectivités où l’on forme.", "Dans 24\u202f% des collectivités, l’on forme"),
        (
            "Part des collectivités dont le site est neuf.",
            "Pour 24\u202f% des collectivités, le site est neuf",
        ),
        ("Nombre de choses.", "Indicateur site : 24\u202f%"),
        # Une incise empêcherait la phrase d'être correcte : on garde le titre.
        ("Part des collectivités, parmi celles concernées, qui ont un site.", "Indicateur site : 24\u202f%"),
    ],
)
def test_enonce_en_francais(definition: str, attendu: str) -> None:
    assert build_enonce(build_indicateur(definition=definition), _chiffre()) == attendu


def test_chiffre_borne_commence_par_une_majuscule() -> None:
    phrase = build_enonce(build_indicateur(), _chiffre(plafond="au_plus", redresse=0.05))
    assert phrase == "Parmi les répondantes, moins de 5\u202f% des collectivités ont un site d'essai"


def test_une_borne_vaut_pour_les_repondantes_son_intervalle_pour_l_ensemble() -> None:
    """« Plus de 88 %, entre 65 et 100 % » se contredisait à l'œil : ce sont deux populations."""
    borne = _chiffre(plafond="au_moins", redresse=0.88, bas=0.65, haut=1.0, note="C", etat="indicative")
    assert build_phrase(build_indicateur(), borne, CONTEXTE) == (
        "Parmi les répondantes, plus de 88\u202f% des collectivités ont un site d'essai "
        "(entre 65 et 100\u202f% pour l’ensemble)."
    )
    assert BORNE_REPONDANTES in build_citation(build_indicateur(), borne, CONTEXTE).explication
    assert BORNE_REPONDANTES not in build_citation(build_indicateur(), _chiffre(), CONTEXTE).explication


def test_une_base_etroite_se_dit_dans_le_sujet_jamais_apres_coup() -> None:
    """« Pour 14 % des collectivités, le site…, parmi celles qui en ont un » disait 14 % de toutes."""
    parts = [i for i in load_catalogue().indicateurs.values() if i.est_part and i.sous_condition]
    assert [i.id for i in parts if ", parmi" in i.definition] == []
    # « Publié sur data.gouv.fr : 31 % » ne disait pas de qui.
    assert [i.id for i in parts if build_enonce(i, _chiffre()).startswith(i.titre)] == []


def test_champ_dit_quand_la_selection_est_restreinte() -> None:
    contexte = Contexte("Communes de moins de 500 habitants, Nord-Essai", "2026", france_entiere=False)
    phrase = build_phrase(build_indicateur(), _chiffre(), contexte)
    assert phrase.startswith("Communes de moins de 500 habitants, Nord-Essai : 24\u202f%")


def test_jamais_marge_d_erreur() -> None:
    for note in "ABC":
        citation = build_citation(build_indicateur(), _chiffre(note=note), CONTEXTE)
        assert "marge d" not in f"{citation.explication} {citation.a_copier}".lower()


def test_cellule_cachee_ne_garde_aucun_nombre_meme_si_la_porte_en_laissait() -> None:
    chiffre = read_chiffres(pd.DataFrame([cachee(redresse=0.4321, brut=0.8765, bas=0.3, haut=0.6)]))[0]
    assert (chiffre.n, chiffre.brut, chiffre.redresse, chiffre.bas, chiffre.note) == (
        None,
        None,
        None,
        None,
        "",
    )


@pytest.mark.parametrize(
    ("definition", "attendu"),
    [
        # Le premier relatif seul décide de la tournure.
        ("Part des collectivités dont l’accueil oriente vers un lieu qui aide.",
         "Pour 24\u202f% des collectivités, l’accueil oriente vers un lieu qui aide"),
        ("Part des collectivités gênées par des logiciels qui ne parlent pas.",
         "24\u202f% des collectivités sont gênées par des logiciels qui ne parlent pas"),
        ("Part des collectivités ayant un site qui y publient un agenda.",
         "24\u202f% des collectivités ayant un site y publient un agenda"),
        ("Part des collectivités pour qui le coût est un frein.",
         "Pour 24\u202f% des collectivités, le coût est un frein"),
    ],
)  # fmt: skip
def test_enonce_avec_plusieurs_relatifs(definition: str, attendu: str) -> None:
    assert build_enonce(build_indicateur(definition=definition), _chiffre()) == attendu


@pytest.mark.parametrize(
    ("valeur", "attendu"), [(1.3, "1,3\xa0agent"), (2.0, "2,0\xa0agents"), (0.0, "0,0\xa0agent")]
)
def test_le_pluriel_commence_a_deux(valeur: float, attendu: str) -> None:
    indicateur = build_indicateur(unite="agents", decimales=1, calcul=Calcul("moyenne"))
    assert format_chiffre(indicateur, valeur) == attendu


def test_une_moyenne_dit_parmi_qui_elle_se_lit() -> None:
    """« Le nombre d'habitants aidés : 15 » se lisait sur toutes, et non parmi celles qui en aident."""
    moyenne = build_indicateur(
        calcul=Calcul("moyenne", "essai_q01"), unite="habitants", base="Collectivités qui en aident.",
        sous_condition=True,
    )  # fmt: skip
    chiffre = _chiffre(redresse=15.0, bas=7.0, haut=23.0)
    contexte = Contexte("Communes", "2026", france_entiere=True)
    fin = ", parmi les seules collectivités qui en aident."
    assert build_phrase(moyenne, chiffre, contexte).endswith(f"(entre 7 et 23\u00a0habitants){fin}")
    toutes = replace(moyenne, sous_condition=False)
    assert "parmi" not in build_phrase(toutes, chiffre, contexte)


def test_le_pluriel_suit_le_nombre_qui_se_lit() -> None:
    """1,97 s'écrit 2,0 : « 2,0 heure »."""
    duree = build_indicateur(unite="heures", decimales=1, calcul=Calcul("moyenne", "q"))
    assert [format_chiffre(duree, v) for v in (1.94, 1.97)] == ["1,9\u00a0heure", "2,0\u00a0heures"]
