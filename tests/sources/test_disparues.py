"""Une collectivité que la liste ne cite plus n'est pas à zéro : elle est inconnue, et c'est dit."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from barometre.pipeline.recolte import Recolte, Socle, harvest
from barometre.sources.contexte import Contexte
from barometre.sources.disparues import (
    count_liens_changes,
    find_departements,
    find_disparues,
    list_remarques,
    mask_zeros,
)
from barometre.sources.empreinte import Empreinte
from barometre.sources.fetch import Lieu
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs
from tests.sources.test_gardes import PVD, build_pvd, communes, lieu, read, socle, write

__all__ = ["communes", "lieu", "socle"]

AVANT = Empreinte(1000, 0, departements={"29": 3, "35": 2})


def read_valeurs(socle: Socle, lieu: Lieu, *, confirmer: bool = False) -> tuple[pd.Series, str]:
    recolte = Recolte(socle)
    harvest(PVD, lieu, recolte, confirmer=confirmer)
    valeurs = recolte.valeurs[PVD.id].set_index("collectivite_id")["valeur"]
    return valeurs, recolte.bilans[0].phrase


def test_une_commune_perdue_reste_inconnue_jusqu_a_la_confirmation(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu
) -> None:
    codes = communes["code"].tolist()
    write(lieu, PVD, build_pvd(codes))
    assert read(socle, lieu, PVD).phrase == "1600 lignes chargées sur 1600."
    perdue, illisible = f"commune-{codes[700]}", f"commune-{codes[900]}"
    # L'une n'a plus sa ligne, l'autre une ligne dont rien n'est lisible ; une autre ville est entrée.
    nouvelle = next(c for c in ("29019", "35238", "44109", "13055") if c not in codes)
    lignes = build_pvd([*codes[:700], *codes[701:], nouvelle])
    lignes[900] = "?,?,?"
    write(lieu, PVD, lignes)
    valeurs, phrase = read_valeurs(socle, lieu)
    assert not {perdue, illisible} & set(valeurs.index)
    assert valeurs[f"commune-{nouvelle}"] == 1
    assert "2\xa0collectivités citées auparavant ne le sont plus : inconnues, non à zéro" in phrase
    assert "1\xa0ligne ne dit pas de qui elle parle" in phrase
    # La copie le retient : relue sans réseau, ou redonnée, elle ne fait pas un zéro de plus.
    for ailleurs in (lieu, Lieu(None, lieu.copies, reseau=False)):
        assert perdue not in read_valeurs(socle, ailleurs)[0]
    valeurs, phrase = read_valeurs(socle, lieu, confirmer=True)
    assert (valeurs[perdue], valeurs[illisible]) == (0, 0)
    assert (
        "Accepté malgré les gardes : 2\xa0collectivités citées auparavant ne le sont plus : à zéro." in phrase
    )
    assert "inconnues" not in phrase


def build(citees: set[str], valeurs: dict[str, float]) -> Resultat:
    serie = pd.Series(valeurs, dtype="float64")
    return build_resultat(10, [], valeurs=build_valeurs("villes", serie, "2024"), citees=frozenset(citees))


def test_ce_que_la_bonne_copie_ne_savait_pas_reste_inconnu() -> None:
    avant = replace(AVANT, incertains=("commune-1", "commune-2", "departement-29", "departement-35"))
    neuve = replace(AVANT, departements={"29": 4, "35": 2})
    neuf = build({"commune-2", "commune-3"}, {})
    ancien = build({"commune-3", "commune-4"}, {})
    # Revenue, une commune est connue ; un département aussi, s'il cite plus de monde.
    assert find_disparues(neuf, ancien, neuve, avant) == ("commune-1", "commune-4", "departement-35")


@pytest.mark.parametrize(
    ("neufs", "departements"),
    [({"29": 3, "35": 2}, ()), ({"29": 2, "35": 2}, ("departement-29",)), ({"29": 4}, ("departement-35",))],
)
def test_sans_copie_un_departement_qui_cite_moins_de_monde(
    neufs: dict[str, int], departements: tuple[str, ...]
) -> None:
    neuve = replace(AVANT, departements=neufs)
    assert find_departements(build({"commune-1"}, {}), neuve, AVANT) == departements
    # D'une mesure, ce qui n'est pas dit n'est pas un zéro.
    assert find_departements(build(set(), {}), neuve, AVANT) == ()
    assert find_departements(build({"commune-1"}, {}), neuve, None) == ()


def test_seul_un_zero_incertain_s_efface(contexte: Contexte) -> None:
    resultat = build(set(), {"commune-01004": 0, "commune-01015": 1, "commune-33063": 0, "commune-2A004": 0})
    masque = mask_zeros(resultat, ["departement-01", "commune-33063"], contexte)
    assert masque.valeurs["collectivite_id"].tolist() == ["commune-01015", "commune-2A004"]
    assert mask_zeros(resultat, (), contexte) is resultat


def test_des_liens_qui_se_perdent_sont_dits() -> None:
    def build_liens(paires: list[tuple[str, str]], operateurs: dict[str, str]) -> Resultat:
        liens = pd.DataFrame(paires, columns=["opsn_id", "cible_id"]).assign(nature="adherente")
        return build_resultat(2, [], liens=liens, operateurs=operateurs)

    avant = build_liens([("opsn-a", "commune-1"), ("opsn-a", "commune-2")], {"u1": "opsn-a", "u2": "opsn-b"})
    apres = build_liens([("opsn-a", "commune-2"), ("opsn-b", "commune-3")], {"u1": "opsn-b", "u3": "opsn-c"})
    assert count_liens_changes(apres, avant) == 2  # une adhésion perdue, un opérateur devenu un autre
    assert count_liens_changes(avant, avant) == 0
    (dits,) = list_remarques(apres, (), 0, 2)
    assert dits == "2\xa0liens déjà publiés ne le sont plus."


def test_rien_a_dire_d_un_fichier_sans_histoire() -> None:
    assert not list(list_remarques(build({"commune-1"}, {}), (), 0))
    (departements,) = list_remarques(build({"commune-1"}, {}), ("departement-29",), 0)
    assert departements.startswith("1\xa0département où la liste cite moins de monde")
    (revisees,) = list_remarques(build({"commune-1"}, {}), (), 2)
    assert revisees == "2\xa0valeurs déjà publiées changent."
