"""Peu de classes, aux bornes rondes, les mêmes d'une vague à l'autre."""

from hypothesis import given
from hypothesis import strategies as st

from barometre.domain.formats import FINE, MOINS
from barometre.domain.indicateur import Calcul
from barometre.maps.classes import NOMBRE, build_classes
from tests.maps.donnees import build_indicateur

PART = build_indicateur()


def test_les_bornes_sont_rondes_et_dites() -> None:
    classes = build_classes([0.11, 0.28, 0.47], PART)
    assert classes.bornes == (10, 20, 30, 40, 50)
    assert classes.list_libelles()[0] == f"10 à 20{FINE}%"


def test_la_borne_basse_est_comprise_et_la_derniere_haute_aussi() -> None:
    classes = build_classes([0.10, 0.20, 0.50], PART)
    assert classes.get_rang(0.20) == 1  # pile sur la borne : dans la classe du dessus
    assert classes.get_rang(0.50) == classes.nombre - 1
    assert classes.get_rang(None) == -1
    assert classes.get_rang(float("nan")) == -1


def test_les_memes_valeurs_de_deux_vagues_donnent_les_memes_classes() -> None:
    vague_1, vague_2 = [0.12, 0.33], [0.41, 0.58]
    assert build_classes(vague_1 + vague_2, PART) == build_classes(vague_2 + vague_1, PART)


def test_une_valeur_indicative_hors_bornes_ouvre_la_derniere_classe() -> None:
    classes = build_classes([0.11, 0.28], PART, aussi=[0.62])
    assert classes.list_libelles()[-1].endswith("ou plus")
    assert classes.get_rang(0.62) == classes.nombre - 1
    assert not classes.list_libelles()[0].startswith("moins de")


def test_l_ecart_a_une_classe_du_milieu() -> None:
    classes = build_classes([-0.12, 0.03, 0.08], PART, "ecart")
    assert classes.nombre == 5
    assert classes.get_rang(0.0) == 2
    assert classes.get_rang(-0.30) == 0
    # Une valeur à la borne est de la classe suivante : la première ne la nomme pas comme sienne.
    assert classes.list_libelles()[0].startswith(f"moins de {MOINS}")
    assert classes.get_rang(classes.bornes[1] / 100) == 1
    assert classes.get_rang(0.30) == 4
    assert classes.list_libelles()[4].endswith("points ou plus")


def test_une_valeur_se_range_avec_celles_qui_s_ecrivent_comme_elle() -> None:
    classes = build_classes([0.10, 0.50], PART)
    assert [classes.get_rang(v) for v in (0.1994, 0.19996, 0.2)] == [0, 1, 1]


def test_peu_de_valeurs_n_en_ont_aucune_a_part() -> None:
    """De sept valeurs, les quartiles ne disent rien ; à huit, la centième n'étire plus les classes."""
    ensemble = [0.10, 0.12, 0.14, 0.16, 0.18, 0.20, 0.99]
    assert build_classes(ensemble, PART).bornes[-1] == 100
    assert build_classes([*ensemble, 0.15], PART).bornes[-1] < 50


def test_l_ecart_d_une_grandeur_garde_son_unite() -> None:
    agents = build_indicateur(calcul=Calcul("moyenne", "q"), unite="agents")
    assert build_classes([-3.0, 1.0, 2.0], agents, "ecart").unite == "agents"
    assert build_classes([-0.3, 0.1, 0.2], PART, "ecart").unite == "points"


def test_aucune_valeur_aucune_classe() -> None:
    classes = build_classes([None, float("nan")], PART)
    assert (classes.nombre, classes.get_rang(0.3)) == (0, -1)


def test_une_seule_valeur_une_classe() -> None:
    classes = build_classes([0.25], PART)
    assert classes.nombre == 1
    assert classes.get_rang(0.25) == 0


def test_un_seul_chiffre_citable_ne_fait_pas_une_carte_d_une_seule_couleur() -> None:
    """79 départements indicatifs, un seul citable : tous tombaient dans « 83,2 % ou moins »."""
    indicatives = [0.4 + 0.005 * rang for rang in range(79)]
    classes = build_classes([0.83], PART, aussi=indicatives)
    assert classes.nombre >= 4
    assert len({classes.get_rang(v) for v in indicatives}) >= 4
    assert classes.get_rang(0.83) == classes.nombre - 1


def test_une_valeur_a_un_cheveu_d_une_borne_n_ouvre_pas_sa_classe() -> None:
    """99,99999999999999 % s'écrit « 100 % » : rien n'est en dessous de « 100 à 100,2 % »."""
    classes = build_classes([0.9999999999999999], PART)
    assert not classes.ouverte_bas
    assert not classes.ouverte_haut


@given(st.lists(st.floats(0, 1), min_size=1, max_size=25), st.sampled_from(["egales", "quantiles"]))
def test_toute_valeur_tombe_entre_les_bornes_de_sa_classe(valeurs: list[float], methode: str) -> None:
    classes = build_classes(valeurs, PART, methode)  # type: ignore[arg-type]
    assert 1 <= classes.nombre <= NOMBRE
    assert list(classes.bornes) == sorted(set(classes.bornes))
    for valeur in valeurs:
        rang = classes.get_rang(valeur)
        # Un dixième de l'unité affichée : la valeur est rangée comme elle se lit, ou hors d'un bord ouvert.
        assert classes.bornes[rang] - 0.1 <= valeur * 100 or (classes.ouverte_bas and rang == 0)
        assert valeur * 100 <= classes.bornes[rang + 1] + 0.1 or (
            classes.ouverte_haut and rang == classes.nombre - 1
        )
    assert classes.nombre > 1 or not (classes.ouverte_bas or classes.ouverte_haut)


def test_une_valeur_a_part_n_etire_pas_les_classes() -> None:
    # La participation par département : presque tous entre 2 et 20 %, Mayotte à 65 %.
    valeurs = [0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.11, 0.13, 0.18, 0.46, 0.65]
    classes = build_classes(valeurs, PART)
    rangs = [classes.get_rang(v) for v in valeurs]
    assert max(map(rangs.count, rangs)) <= len(valeurs) // 2
    assert classes.list_libelles()[-1].endswith("ou plus")
    assert rangs[-1] == classes.nombre - 1
