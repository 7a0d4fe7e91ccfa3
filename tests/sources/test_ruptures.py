"""`--confirmer` lève les gardes par département ; ce qui est accepté se dit, et un faux reste refusé."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from barometre.sources.catalogue import Attendu, load_sources_exterieures
from barometre.sources.contexte import Contexte
from barometre.sources.departements import list_par_habitant, list_rangs
from barometre.sources.errors import SourceEnRecul, SourceRefusee
from barometre.sources.etat import arcep_ftth
from barometre.sources.examen import read_source
from barometre.sources.fetch import Lieu
from barometre.sources.lecture import Brut
from barometre.sources.ruptures import Accord, Rupture
from tests.sources.test_departements import NORD, build_arcep, pays, shift

__all__ = ["pays"]
FIBRE = replace(load_sources_exterieures()["arcep_ftth"], attendu=Attendu(), repere=None)


@pytest.fixture
def lieu(tmp_path: Path) -> Lieu:
    return Lieu(tmp_path / "miroir", tmp_path / "copies")


def write(brut: Brut, lieu: Lieu) -> None:
    assert lieu.miroir is not None
    chemin = lieu.miroir / FIBRE.miroir
    chemin.parent.mkdir(parents=True, exist_ok=True)
    brut.frame.to_csv(chemin, index=False)


def change_methode(pays: Contexte, facteur: int = 5) -> Brut:
    """Cinq fois plus d'établissements partout : la source compte aussi les micro-entreprises."""
    arcep = build_arcep(pays)
    nombres = arcep.frame["etablissements"].astype(int) * facteur
    # Les raccordables sont les mêmes : la classe de leur part ne se compare plus.
    return Brut(arcep.frame.assign(etablissements=nombres.astype("str")).drop(columns=arcep_ftth.CLASSE))


def test_une_methode_nouvelle_se_confirme_et_se_dit(pays: Contexte, lieu: Lieu) -> None:
    write(build_arcep(pays), lieu)
    read_source(FIBRE, lieu, pays)
    write(change_methode(pays), lieu)
    refusee, _ = read_source(FIBRE, lieu, pays)
    assert "« etablissements » vaut" in refusee.avertissement
    assert "De même dans 2\xa0autres départements. Avant de l'accepter, voyez" in refusee.avertissement
    assert refusee.avertissement.index("ajoutez --confirmer") > refusee.avertissement.index("Avant de")
    acceptee, resultat = read_source(FIBRE, lieu, pays, confirmer=True)
    assert (acceptee.avertissement, len(resultat.valeurs) > 0) == ("", True)
    assert any("« etablissements » vaut" in phrase for phrase in acceptee.acceptes)


def test_ce_qui_est_accepte_le_reste_et_se_redit(pays: Contexte, lieu: Lieu) -> None:
    """Relue hors ligne, ou suivie d'un fichier de la même méthode : elle ne se confirme pas deux fois."""
    write(change_methode(pays), lieu)
    dits = [read_source(FIBRE, lieu, pays, confirmer=True)[0].acceptes]
    dits.append(read_source(FIBRE, Lieu(None, lieu.copies, reseau=False), pays)[0].acceptes)
    suivante = change_methode(pays)
    suivante.frame.loc[0, "logements"] = str(int(suivante.frame.loc[0, "logements"]) + 1)
    write(suivante, lieu)
    suite, _ = read_source(FIBRE, lieu, pays)
    assert suite.avertissement == ""
    assert all(
        any("« etablissements »" in phrase for phrase in acceptes) for acceptes in (*dits, suite.acceptes)
    )


def test_une_colonne_decalee_ne_se_confirme_pas(pays: Contexte, lieu: Lieu) -> None:
    """Ni la phrase ne le propose, ni l'option ne le fait."""
    write(build_arcep(pays), lieu)
    read_source(FIBRE, lieu, pays)
    write(shift(build_arcep(pays), "logements"), lieu)
    for confirmer in (False, True):
        copie, _ = read_source(FIBRE, lieu, pays, confirmer=confirmer)
        assert NORD in copie.avertissement
        assert "--confirmer" not in copie.avertissement


def test_un_recul_accepte_se_dit_jusqu_au_fichier_suivant(pays: Contexte, lieu: Lieu) -> None:
    entier = build_arcep(pays)
    write(entier, lieu)
    read_source(FIBRE, lieu, pays)
    write(Brut(entier.frame[entier.frame["code"].str[:2].ne("62")]), lieu)
    refusee, _ = read_source(FIBRE, lieu, pays)
    assert "--confirmer" in refusee.avertissement
    confirmee = read_source(FIBRE, lieu, pays, confirmer=True)[0].acceptes
    assert any("62 passe de" in phrase for phrase in confirmee)
    assert read_source(FIBRE, lieu, pays)[0].acceptes == confirmee  # le même fichier
    write(Brut(entier.frame[entier.frame["code"].str[:2].ne("62")][::-1]), lieu)
    assert read_source(FIBRE, lieu, pays)[0].acceptes == ()  # un autre, qui ne recule pas


@pytest.mark.parametrize(
    ("part", "faux"),
    [
        (0.6, False),  # la corrélation tombe entre le décalé et le vrai
        (0.1, True),
    ],
)
def test_un_rang_douteux_se_verifie_un_rang_perdu_est_un_decalage(
    pays: Contexte, part: float, faux: bool
) -> None:
    habitants = pays.territoires.populations[pays.territoires.departements.eq(NORD).to_numpy()].dropna()
    rangs, hasard = habitants.rank(), np.random.default_rng(3).permutation(len(habitants))
    melange = part * rangs + (1 - part) * hasard
    (rupture,) = list_rangs(pd.DataFrame({"x": melange}), pays, bornes=(0.3, 0.9))
    assert ("décalée" in rupture.phrase, rupture.a_verifier == "") == (faux, faux)


@pytest.mark.parametrize(("departements", "faux"), [(("29", NORD), False), ((NORD,), True)])
def test_une_methode_change_partout_un_degat_ici_ou_la(
    pays: Contexte, departements: tuple[str, ...], faux: bool
) -> None:
    communes = pays.territoires.communes[
        pays.territoires.departements.reindex(pays.territoires.communes).isin(("29", NORD, "62")).to_numpy()
    ]
    habitants = pays.territoires.populations.reindex(communes)
    ici = pays.territoires.departements.reindex(communes).isin(departements)
    nombres = pd.DataFrame({"x": habitants.mask(ici, habitants * 3)})
    ruptures = list(list_par_habitant(nombres, {"x": (0.5, 2.0)}, pays))
    assert [r.departement for r in ruptures] == sorted(departements)
    assert {r.a_verifier == "" for r in ruptures} == {faux}


def test_l_accord_ne_porte_que_sur_ce_qui_a_ete_accepte() -> None:
    rupture = Rupture("rangs x", "59", "« x » suit mal.", "Vérifiez.")
    with pytest.raises(SourceEnRecul, match=r"suit mal\. Vérifiez\. Si la source a changé de méthode"):
        Accord().check_ruptures([rupture])
    Accord(deja=frozenset([rupture.cle])).check_ruptures([rupture])
    with pytest.raises(SourceEnRecul):
        Accord(deja=frozenset([rupture.cle])).check_ruptures([replace(rupture, departement="62")])
    with pytest.raises(SourceRefusee, match="décalée"):
        Accord(confirme=True).check_ruptures([rupture, Rupture("rangs y", "59", "« y » est décalée.")])
