"""Le test de Cochran, là où il ne peut rien comparer, ou presque rien."""

from __future__ import annotations

import numpy as np
import pytest

from barometre.stats.cochran import check_cochran


def test_un_chiffre_sans_strate_commune_n_a_pas_de_p_et_n_en_prive_pas_son_voisin() -> None:
    """Une réponse de chaque côté suffit à comparer, et ne montre rien : p vaut un."""
    n1, oui1 = np.array([[1.0, 0.0], [0.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 2.0]])
    n0, oui0 = np.array([[1.0, 5.0], [0.0, 0.0]]), np.array([[0.0, 3.0], [0.0, 0.0]])
    p = check_cochran(n1, oui1, n0, oui0)
    assert p[0] == pytest.approx(1.0)
    assert np.isnan(p[1])


def test_une_strate_ou_tous_repondent_pareil_ne_change_rien() -> None:
    """Tous oui, tous non, un groupe absent, puis l'autre, puis personne."""
    seule = (np.array([[6.0]]), np.array([[6.0]]), np.array([[6.0]]), np.array([[1.0]]))
    muettes = [(9, 9, 7, 7), (9, 0, 7, 0), (0, 0, 5, 2), (5, 2, 0, 0), (1, 1, 0, 0), (0, 0, 0, 0)]
    plus = [np.vstack([t, *([[float(m[k])]] for m in muettes)]) for k, t in enumerate(seule)]
    # C(6, 6)·C(6, 1) et son symétrique, sur C(12, 7).
    assert check_cochran(*seule).tolist() == pytest.approx([12 / 792])
    assert check_cochran(*plus).tolist() == pytest.approx([12 / 792])


def test_une_seule_reponse_d_un_groupe_compte() -> None:
    """Deux strates de quatre : le « oui » y est celui de la seule du groupe, ou de la seule d'en face."""
    une, trois = np.array([[1.0, 3.0]] * 2), np.array([[3.0, 1.0]] * 2)
    oui1, oui0 = np.array([[1.0, 0.0]] * 2), np.array([[0.0, 1.0]] * 2)
    assert check_cochran(une, oui1, trois, oui0).tolist() == pytest.approx([1 / 16, 1 / 16])


def test_chaque_chiffre_se_juge_seul() -> None:
    """Un petit tableau, un grand sans écart, un où tous répondent oui : côte à côte comme un par un."""
    chiffres = [(6, 6, 6, 1), (100, 50, 100, 50), (3, 3, 2, 2), (200, 120, 200, 90)]
    colonnes = [np.array([[float(c[k]) for c in chiffres]]) for k in range(4)]
    seuls = [check_cochran(*(np.array([[float(x)]]) for x in c))[0] for c in chiffres]
    with np.errstate(invalid="raise"):  # une strate vide n'alerte personne
        ensemble = check_cochran(*(np.vstack([c, np.zeros(4)]) for c in colonnes))
    assert ensemble.tolist() == pytest.approx(seuls)
    # Sans écart, ou sans variance, p vaut un ; le grand écart ne se doit qu'au hasard trois fois sur mille.
    assert seuls[:3] == pytest.approx([12 / 792, 1.0, 1.0])
    assert 0.002 < seuls[3] < 0.005
