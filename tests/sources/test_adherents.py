"""Le premier fichier d'adhérents : un identifiant ou un rôle décalé d'une ligne, sans copie pour le dire."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from barometre.sources.contexte import Contexte
from barometre.sources.errors import SourceRefusee
from barometre.sources.etat import adherents_operateurs_anct as adherents
from barometre.sources.lecture import Brut
from tests.sources.test_departements import pays

__all__ = ["pays"]
DEPARTEMENTS = ("01", "22", "33", "44", "59", "62")
PAR_OPERATEUR = 30


@pytest.fixture
def couverts(pays: Contexte) -> Contexte:
    """Six opérateurs, un par département."""
    return replace(
        pays,
        operateurs={f"op{d}": f"opsn-{d}" for d in DEPARTEMENTS},
        perimetres={f"opsn-{d}": frozenset([f"departement-{d}"]) for d in DEPARTEMENTS},
    )


def build_liste(pays: Contexte, roles: str, dehors: int = 0) -> Brut:
    """Trente communes par opérateur ; `dehors` : ses adhérents dans la Creuse, au milieu des siens."""
    communes = pays.collectivites[
        pays.collectivites["type"].eq("commune") & pays.collectivites["siren"].notna()
    ]
    par_departement = dict(list(communes.groupby("departement")["siren"]))
    lignes = []
    for rang, departement in enumerate(DEPARTEMENTS):
        creuse = par_departement["23"].tolist()[rang * dehors : (rang + 1) * dehors]
        siennes = par_departement[departement].tolist()[: PAR_OPERATEUR - dehors]
        siens = [(siren, roles[i * len(roles) // len(siennes)]) for i, siren in enumerate(siennes)]
        siens = [*siens[:9], *((siren, "a") for siren in creuse), *siens[9:]]
        lignes += [(f"op{departement}", f"{siren}00017", role) for siren, role in siens]
    frame = pd.DataFrame(lignes, columns=["operateur_id", "organisation_siret", "role"])
    facultatives = dict.fromkeys((adherents.NOM, adherents.CODE), "")
    return Brut(frame.assign(role=frame["role"].map({"a": "adherent", "p": "perimetre"}), **facultatives))


def shift(liste: Brut, colonne: str, pas: int) -> Brut:
    return Brut(liste.frame.assign(**{colonne: np.roll(liste.frame[colonne].to_numpy(), pas)}))


@pytest.mark.parametrize("pas", [1, -1])
def test_un_operateur_decale(couverts: Contexte, pas: int) -> None:
    """Seule la ligne du bord change d'opérateur : elle est chez celui d'à côté."""
    liste = build_liste(couverts, "ap")
    assert len(adherents.rows(liste, couverts).liens) == len(DEPARTEMENTS) * PAR_OPERATEUR / 2
    with pytest.raises(SourceRefusee, match="« operateur_id » et"):
        adherents.rows(shift(liste, "operateur_id", pas), couverts)


@pytest.mark.parametrize("pas", [1, -1])
@pytest.mark.parametrize(("roles", "dehors"), [("ap", 0), ("appapp", 3)])
def test_un_role_decale(couverts: Contexte, roles: str, dehors: int, pas: int) -> None:
    """Rangés, le premier (ou le dernier) d'un opérateur détonne ; sinon, un « périmètre » est hors de lui."""
    liste = build_liste(couverts, roles, dehors)
    adherents.rows(liste, couverts)
    decalee = shift(liste, "role", pas)
    if dehors:
        # Les trois de la Creuse suivent un « périmètre », et en précèdent un.
        decalee = shift(shift(liste, "role", pas), "role", pas)
    with pytest.raises(SourceRefusee, match="« operateur_id » et « role »"):
        adherents.rows(decalee, couverts)


def test_deux_adherents_du_departement_d_a_cote_sont_ecartes_non_refuses(couverts: Contexte) -> None:
    """Deux bords sur cinq : rien ne prouve un décalage, rien ne prouve qu'ils soient les siens."""
    liste = build_liste(couverts, "a")
    frame = liste.frame.copy()
    for bord in (1, 3):
        frame.loc[bord * PAR_OPERATEUR, "operateur_id"] = frame.loc[bord * PAR_OPERATEUR - 1, "operateur_id"]
    resultat = adherents.rows(Brut(frame), couverts)
    assert [r.motif for r in resultat.rejets] == [adherents.D_A_COTE] * 2
    assert len(resultat.liens) == len(frame) - 2


def test_un_operateur_sans_perimetre_connu_ne_dit_rien(couverts: Contexte) -> None:
    """Un opérateur national : ses bords ne se jugent pas."""
    muets = replace(couverts, perimetres={"opsn-01": couverts.perimetres["opsn-01"]})
    decalee = shift(build_liste(couverts, "a"), "operateur_id", 1)
    assert not adherents.rows(decalee, muets).rejets


def test_le_perimetre_d_un_operateur_deborde_parfois_de_ses_departements(couverts: Contexte) -> None:
    """L'échantillon : trois communes de l'Ain sont du périmètre d'un opérateur qui n'y est pas."""
    liste = build_liste(couverts, "ap", 3)
    creuse = liste.frame.index[liste.frame["operateur_id"].eq("op59")][9:12]
    liste.frame.loc[creuse, "role"] = "perimetre"
    assert not [r for r in adherents.rows(liste, couverts).rejets if r.motif != adherents.AUTRE_ROLE]


def test_un_operateur_qui_gagne_un_departement_n_est_pas_un_decalage(couverts: Contexte) -> None:
    """Tout un département dit de son périmètre, que notre liste ne connaît pas encore."""
    liste = build_liste(couverts, "pa")
    creuse = couverts.collectivites[couverts.collectivites["departement"].eq("23")]
    sirens = creuse.loc[creuse["type"].eq("commune"), "siren"].dropna() + "00017"
    neuves = pd.DataFrame({"operateur_id": "op62", "organisation_siret": sirens, "role": "perimetre"})
    frame = pd.concat([liste.frame, neuves], ignore_index=True).fillna("")
    assert len(adherents.rows(Brut(frame), couverts).liens) == len(DEPARTEMENTS) * PAR_OPERATEUR / 2
