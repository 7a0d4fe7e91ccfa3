"""Les jetons signés : relus par tout processus qui a le secret, par aucun autre, ni plus tard, ni altérés."""

from __future__ import annotations

import secrets
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometre.access.jetons import TAILLE_MAX, build_jeton, read_jeton

CONTENU = [["fiche", ["commune-33063"]], "csv", 3, None]


def test_un_autre_processus_relit_le_jeton_s_il_a_le_meme_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAROMETRE_SECRET", "vutsrqponmlkjihgfedcba9876543210")
    jeton = build_jeton("fichier", CONTENU)
    code = f"from barometre.access.jetons import read_jeton; print(read_jeton('fichier', '{jeton}'))"
    autre = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert autre.stdout.strip() == str(CONTENU)
    monkeypatch.setenv("BAROMETRE_SECRET", "un-autre-secret-de-plus-de-32-signes")
    assert read_jeton("fichier", jeton) is None


@given(place=st.integers(0, 200), signe=st.sampled_from("abcXYZ019-_."))
def test_un_jeton_altere_ne_dit_jamais_autre_chose(place: int, signe: str) -> None:
    jeton = build_jeton("fichier", CONTENU)
    place %= len(jeton)
    altere = jeton[:place] + signe + jeton[place + 1 :]
    # Le dernier signe d'un bloc en base 64 porte des bits sans effet : le même contenu peut s'en relire.
    assert read_jeton("fichier", altere) in (None, CONTENU)


@pytest.mark.parametrize("faux", ["", "a.b.c", "x" * (TAILLE_MAX + 1), "é", "..%2f"])
def test_un_texte_quelconque_n_est_pas_un_jeton(faux: str) -> None:
    assert read_jeton("fichier", faux) is None


def test_un_jeton_perime_ou_d_un_autre_usage_ne_vaut_rien() -> None:
    jeton = build_jeton("fichier", CONTENU)
    assert read_jeton("fichier", jeton) == CONTENU
    assert read_jeton("image", jeton) is None
    assert read_jeton("fichier", jeton, duree=-1) is None


def test_un_jeton_trop_long_ne_se_lit_pas_meme_signe() -> None:
    """Le sceau se vérifie sur tout le texte : sa longueur est bornée avant."""
    jetons = [build_jeton("fichier", secrets.token_hex(n)) for n in (TAILLE_MAX // 4, TAILLE_MAX)]
    assert [len(jeton) > TAILLE_MAX for jeton in jetons] == [False, True]
    assert [read_jeton("fichier", jeton) is None for jeton in jetons] == [False, True]
