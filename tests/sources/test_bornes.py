"""Chaque borne des gardes, à une ligne près : ce qui passe, et ce que la ligne suivante fait refuser."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from barometre.sources.catalogue import Attendu
from barometre.sources.contexte import Contexte
from barometre.sources.empreinte import Empreinte
from barometre.sources.errors import SourceRefusee
from barometre.sources.gardes import (
    check_cle,
    check_departements,
    check_lignes,
    check_regions,
    check_rejets,
    check_totaux,
    compute_totaux,
    list_coupures,
    list_reculs,
    list_touchees,
)
from barometre.sources.lecture import Brut
from barometre.sources.resultat import Rejet, build_resultat, build_valeurs

AVANT = Empreinte(1000, 0)


def _count(neuve: Empreinte, avant: Empreinte, annees: float = 1.0) -> int:
    return len(list(list_reculs(neuve, avant, annees)))


@pytest.mark.parametrize(
    ("lignes", "annees", "reculs"),
    [(1140, 1, 0), (1141, 1, 1), (860, 1, 0), (859, 1, 1), (1281, 2, 1), (1280, 2, 0), (720, 2, 0),
     (1000, 0, 0), (999, 0, 1)],
)  # fmt: skip
def test_quatorze_pour_cent_de_lignes_par_annee(lignes: int, annees: int, reculs: int) -> None:
    assert _count(replace(AVANT, lignes=lignes), AVANT, annees) == reculs


def test_sous_cent_lignes_un_fichier_ne_se_compare_pas() -> None:
    assert _count(Empreinte(10, 0), Empreinte(100, 0)) == 1
    assert _count(Empreinte(10, 0), Empreinte(99, 0)) == 0


def test_cinq_rejets_de_plus_sur_cent() -> None:
    assert _count(Empreinte(1000, 50), AVANT) == 0
    assert _count(Empreinte(1000, 51), AVANT) == 1
    assert _count(Empreinte(1000, 60), Empreinte(1000, 10)) == 0  # c'est l'écart qui compte


@pytest.mark.parametrize(
    ("avant", "apres", "annees", "reculs"),
    [(500, 900, 1, 0), (500, 901, 1, 1), (500, 300, 1, 0), (500, 299, 1, 1), (500, 1300, 2, 0),
     (500, 1301, 2, 1), (500, 101, 2, 0), (500, 99, 2, 1), (100, 0, 1, 1), (99, 0, 1, 0)],
)  # fmt: skip
def test_un_total_a_ses_bornes(avant: float, apres: float, annees: int, reculs: int) -> None:
    """Perdu de deux cinquièmes ou monté de quatre cinquièmes en un an ; sous cent, il ne se compare pas."""
    neuve, ancienne = (Empreinte(1000, 0, totaux={"postes": total}) for total in (apres, avant))
    assert _count(neuve, ancienne, annees) == reculs


@pytest.mark.parametrize(
    ("avant", "apres", "region", "departement"),
    [(3, 0, 1, 1), (2, 0, 0, 0), (10, 5, 0, 0), (10, 4, 1, 0), (9, 4, 0, 0), (12, 3, 1, 0), (12, 2, 1, 1)],
)
def test_un_territoire_qui_se_vide(avant: int, apres: int, region: int, departement: int) -> None:
    """La moitié d'une région, les trois quarts d'un département, à partir de dix collectivités connues."""
    regions = (replace(AVANT, regions={"53": n}) for n in (apres, avant))
    departements = (replace(AVANT, departements={"29": n}) for n in (apres, avant))
    assert (_count(*regions), _count(*departements)) == (region, departement)


@pytest.mark.parametrize(
    ("avant", "neuve", "reculs"),
    [(True, False, 1), (True, None, 0), (True, True, 0), (None, False, 0), (False, False, 0)],
)
def test_une_fin_qui_manque_se_juge_sur_celle_d_avant(
    avant: bool | None, neuve: bool | None, reculs: int
) -> None:
    assert _count(replace(AVANT, finie=neuve), replace(AVANT, finie=avant)) == reculs


@pytest.mark.parametrize(
    ("avant", "apres", "annees", "reculs"),
    [
        (0.5, 0.38, 1, 0),
        (0.5, 0.37, 1, 1),
        (0.5, 0.46, 0, 0),  # d'une même publication, l'écart admis est plus petit
        (0.5, 0.44, 0, 1),
        (0.5, 0.40, 1, 0),
        (-0.5, -0.46, 0, 0),
        (-0.5, 0.5, 1, 1),  # le sens s'est renversé
        (0.5, -0.5, 1, 1),
        (0.3, 0.9, 1, 0),  # suivre mieux n'est pas un recul
    ],
)
def test_un_indicateur_ne_suit_plus_la_population(
    avant: float, apres: float, annees: int, reculs: int
) -> None:
    neuve, ancienne = (replace(AVANT, liens={"postes 2024": lien}) for lien in (apres, avant))
    assert _count(neuve, ancienne, annees) == reculs


@pytest.mark.parametrize(
    ("avant", "apres", "annees", "reculs"),
    [(75, 78, 0, 0), (75, 79, 0, 1), (75, 71, 0, 1), (1000, 1030, 0, 0), (1000, 1031, 0, 1),
     (1000, 969, 0, 1), (75, 300, 1, 0)],
)  # fmt: skip
def test_des_valeurs_qui_changent_de_collectivite(
    avant: float, apres: float, annees: int, reculs: int
) -> None:
    neuve, ancienne = (replace(AVANT, paquets={"postes 2024": [p]}) for p in (apres, avant))
    assert _count(neuve, ancienne, annees) == reculs


def _build(lignes: int, **champs: object) -> Brut:
    frame = pd.DataFrame({"code": [f"{i:05d}" for i in range(lignes)]})
    return replace(Brut(frame), **champs)  # type: ignore[arg-type]


def test_le_nombre_de_lignes_attendu_bornes_comprises() -> None:
    attendu = Attendu(lignes=(10, 20))
    for lignes in (10, 20):
        check_lignes(_build(lignes), attendu)
    for lignes in (9, 21):
        with pytest.raises(SourceRefusee, match=f"a {lignes}.lignes ; entre 10 et 20 étaient attendues"):
            check_lignes(_build(lignes), attendu)
    with pytest.raises(SourceRefusee, match="que ses entêtes"):
        check_lignes(_build(0), Attendu())
    with pytest.raises(SourceRefusee, match="incomplète"):
        check_lignes(_build(15, coupe=True), attendu)
    # L'échantillon du miroir est admis tel quel, et lui seul.
    check_lignes(_build(4), replace(attendu, echantillon=4))
    with pytest.raises(SourceRefusee):
        check_lignes(_build(5), replace(attendu, echantillon=4))
    # Une ligne redite à l'identique, parmi les rejets, n'en est pas une de plus.
    redite = Rejet(2, "", "", "Ligne déjà lue.")
    check_lignes(_build(20, rejets=(redite,) * 6, repetees=6), attendu)


def test_une_cle_se_repete_sur_une_ligne_de_deux_cents() -> None:
    attendu = Attendu(cle=("code",))
    codes = [f"{i:05d}" for i in range(400)]
    check_cle(Brut(pd.DataFrame({"code": [*codes[:398], *codes[:2]]})), attendu)
    with pytest.raises(SourceRefusee, match=r"« code » se répète sur 3.lignes"):
        check_cle(Brut(pd.DataFrame({"code": [*codes[:397], *codes[:3]]})), attendu)
    check_cle(Brut(pd.DataFrame({"code": ["", *codes[:10], *[""] * 5]})), attendu)  # vide n'est pas une clé


def test_un_code_sur_dix_hors_de_son_departement() -> None:
    attendu = Attendu(departement=("code", "postal"))

    def read(opposes: int, vides: int = 0) -> Brut:
        postaux = ["33000"] * (20 - opposes) + ["75001"] * opposes + [""] * vides
        return Brut(pd.DataFrame({"code": "33063", "postal": postaux}))

    check_departements(read(2), attendu)
    with pytest.raises(SourceRefusee, match=r"le même département sur 3.lignes"):
        check_departements(read(3), attendu)
    # Une cellule vide n'est d'aucun côté.
    with pytest.raises(SourceRefusee):
        check_departements(read(3, vides=80), attendu)


def test_les_rejets_toleres(contexte: Contexte) -> None:
    resultat = build_resultat(100, [Rejet(i, "code", "x", "Inconnu.") for i in range(10)])
    check_rejets(Empreinte(100, 10), resultat, Attendu(rejets=0.1), contexte)
    with pytest.raises(SourceRefusee, match=r"Rejet de 11.lignes sur 100, au-delà des 10"):
        check_rejets(Empreinte(100, 11), resultat, Attendu(rejets=0.1), contexte)


def test_un_total_a_les_bornes_de_sa_fiche() -> None:
    attendu = Attendu(totaux={"postes": (10, 20)})
    for total in (10.0, 20.0):
        check_totaux(Empreinte(1, 0, totaux={"postes": total}), attendu)
    for totaux in ({"postes": 9.0}, {"postes": 21.0}, {}):
        with pytest.raises(SourceRefusee, match="« postes » est"):
            check_totaux(Empreinte(1, 0, totaux=totaux), attendu)


def test_les_regions_dont_un_fichier_parle() -> None:
    attendu, deux = Attendu(regions=2, echantillon=4), {"53": 1, "11": 1}
    check_regions(Empreinte(100, 0, regions=deux), attendu)
    with pytest.raises(SourceRefusee, match=r"1.région ; 2 au moins"):
        check_regions(Empreinte(100, 0, regions={"53": 1}), attendu)
    check_regions(Empreinte(4, 0, regions={"53": 1}), attendu)


def _drop(ancien: Brut, debut: int, fin: int) -> Brut:
    return Brut(pd.concat([ancien.frame.iloc[:debut], ancien.frame.iloc[fin:]]))


@pytest.mark.parametrize(("debut", "fin"), [(0, 1), (9, 10), (0, 4), (6, 10), (3, 6)])
def test_la_bonne_copie_moins_un_bloc(debut: int, fin: int) -> None:
    """Une ligne de moins au bout est une coupure ; au milieu, il en faut trois qui se suivaient."""
    (coupure,) = list_coupures(_drop(_build(10), debut, fin), _build(10))
    assert "est la bonne copie moins" in coupure


def test_des_lignes_perdues_ca_et_la_ne_sont_pas_un_bloc() -> None:
    ancien = _build(10)
    neuve = pd.DataFrame({"code": ["99999"]})
    pas_des_coupures = (
        _drop(ancien, 3, 5),  # deux voisines
        Brut(ancien.frame.iloc[[0, 2, 3, 5, 6, 7, 8, 9]]),
        Brut(pd.concat([ancien.frame.iloc[:5], neuve])),  # il en vient aussi
        ancien,
        Brut(pd.DataFrame({"autre": ["00000"]})),
    )
    assert not [phrase for neuf in pas_des_coupures for phrase in list_coupures(neuf, ancien)]


def test_ce_dont_un_fichier_parle() -> None:
    """« Aucun » n'est pas parler d'une collectivité ; un total est celui de la dernière période."""
    collectivites = ["commune-33063", "commune-01001", "commune-2A004"]
    valeurs = pd.concat(
        [
            build_valeurs("postes", pd.Series([5.0, 0.0, 7.0], collectivites), "2023"),
            build_valeurs("postes", pd.Series([2.0, 0.0, 4.0], collectivites), "2024"),
        ]
    )
    resultat = build_resultat(3, [], valeurs=valeurs)
    assert sorted(list_touchees(resultat)) == ["commune-2A004", "commune-33063"]
    assert compute_totaux(valeurs) == {"postes": 6.0}
