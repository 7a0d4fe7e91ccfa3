"""Les couleurs gardent leur ordre en gris, et comme les voient les daltoniens."""

from itertools import pairwise

import pytest

from barometre.maps.palettes import ABSENT, ECART, NON, OUI, SEQUENTIELLES, get_palette, pick_couleurs

PALETTES = {**SEQUENTIELLES, "ecart": ECART}
# Machado, Oliveira et Fernandes (2009), sévérité 1, sur le RVB linéaire.
VISIONS = {
    "protanopie": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopie": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopie": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def _lineaire(couleur: str) -> list[float]:
    canaux = (int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux]


def _voir(couleur: str, vision: str) -> list[float]:
    if vision == "normale":
        return _lineaire(couleur)
    vus = (sum(m * c for m, c in zip(ligne, _lineaire(couleur), strict=True)) for ligne in VISIONS[vision])
    return [min(max(v, 0.0), 1.0) for v in vus]


def _clarte(couleur: str, vision: str) -> float:
    """Clarté CIE L*, de 0 à 100 : ce qu'une photocopie garde."""
    y = sum(p * c for p, c in zip((0.2126, 0.7152, 0.0722), _voir(couleur, vision), strict=True))
    return 903.3 * y if y <= 0.008856 else 116 * y ** (1 / 3) - 16


@pytest.mark.parametrize("vision", ["normale", *VISIONS])
@pytest.mark.parametrize("nom", PALETTES)
def test_chaque_classe_est_plus_foncee_que_la_precedente(nom: str, vision: str) -> None:
    clartes = [_clarte(couleur, vision) for couleur in PALETTES[nom]]
    # 8 points de clarté : deux aplats voisins se distinguent sans leur teinte.
    assert all(avant - apres >= 8 for avant, apres in pairwise(clartes)), clartes


@pytest.mark.parametrize("vision", ["normale", *VISIONS])
@pytest.mark.parametrize("nom", PALETTES)
def test_l_absence_n_est_jamais_la_premiere_classe(nom: str, vision: str) -> None:
    assert _clarte(ABSENT, vision) - _clarte(PALETTES[nom][0], vision) >= 5


def test_les_deux_moities_de_l_ecart_n_ont_pas_la_meme_teinte() -> None:
    dessous, dessus = _lineaire(ECART[0]), _lineaire(ECART[-1])
    assert dessous[0] > dessous[2]  # ocre
    assert dessus[2] > dessus[0]  # bleu


@pytest.mark.parametrize("vision", ["normale", *VISIONS])
def test_a_repondu_se_distingue_de_n_a_pas_repondu(vision: str) -> None:
    assert abs(_clarte(OUI, vision) - _clarte(NON, vision)) >= 30


def test_un_indicateur_neutre_n_a_pas_d_ecart() -> None:
    assert get_palette("neutre", ecart=True) == SEQUENTIELLES["neutre"]
    assert get_palette("plus_haut_mieux", ecart=True) == ECART


def test_moins_de_classes_gardent_les_extremes() -> None:
    palette = SEQUENTIELLES["neutre"]
    assert pick_couleurs(palette, 2) == (palette[0], palette[-1])
    assert pick_couleurs(palette, 1) == (palette[2],)
    assert pick_couleurs(palette, 0) == ()
