"""Les pairs : l'échelle, le secret, et ce que l'on dit de l'outre-mer."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.domain.portee import PUBLIC, Portee
from barometre.views.collectivite.fiche import list_pratiques
from barometre.views.collectivite.liste_pairs import (
    build_liste_groupe,
    build_liste_pairs,
    build_table_semblables,
    list_semblables,
)
from barometre.views.collectivite.pairs import (
    Comparaison,
    Demande,
    Echelon,
    Pairs,
    choose_cercle,
    is_posee,
    list_mises_en_garde,
    select_chiffres,
)
from barometre.views.collectivite.structure import Structure, read_importances, sort_semblables
from barometre.views.lecture.chiffres import Chiffre, read_chiffres
from barometre.warehouse.repository import Repository
from tests.views.fausse_porte import build_indicateur, cellule
from tests.views.terrain_pairs import DROM, MUETTE, SOI, JournalMuet, list_communes, open_gate

ELU = Portee("collectivite", collectivite_id=SOI, simulee=True)
REPONDANTES = [c for c in list_communes() if c["repond"]]


def _pairs(
    terrain: Repository, structure: Structure, id_: str = SOI, *, portee: Portee = PUBLIC,
    theme: str = "communication", **demande: object,
) -> Pairs:  # fmt: skip
    gate = open_gate(terrain, portee)
    collectivite = gate.get_collectivite(id_)
    assert collectivite is not None
    comparaison = Comparaison(
        gate,
        load_catalogue(),
        structure,
        collectivite,
        Demande(id_, **demande),  # type: ignore[arg-type]
    )
    return comparaison.build(theme, list_pratiques(load_catalogue(), theme, "commune"))


def test_le_premier_echelon_qui_montre_ses_chiffres(terrain: Repository, structure: Structure) -> None:
    pairs = _pairs(terrain, structure)
    assert pairs.echelon_id == "departement-01"
    assert pairs.n_repondants == 15  # 14 répondantes, soi compris, à cinq près
    assert "environ\u00a015" in pairs.phrase
    assert "au total" in pairs.phrase


def test_trop_peu_de_repondantes_elargit_a_la_region(terrain: Repository, structure: Structure) -> None:
    pairs = _pairs(terrain, structure, "commune-02000")
    assert pairs.echelon_id == "region-84"  # 5 dans le département, 19 dans la région


def test_la_cybersecurite_demande_vingt_reponses(terrain: Repository, structure: Structure) -> None:
    pairs = _pairs(terrain, structure, theme="cybersecurite")
    assert pairs.echelon_id == "france"


def test_un_drom_compare_a_l_hexagone_le_dit_sans_compter(terrain: Repository, structure: Structure) -> None:
    pairs = _pairs(terrain, structure, DROM)
    assert pairs.echelon_id == "france"
    assert "Trop peu de collectivités d’outre-mer" in pairs.messages[0]
    assert not any(c.isdigit() for c in pairs.messages[0])


def test_tous_les_lecteurs_ont_les_memes_chiffres(terrain: Repository, structure: Structure) -> None:
    programme = Portee("programme", nominatif=True, cyber=True)
    for methode in ("strate", "semblables"):
        lus = [
            _pairs(terrain, structure, portee=portee, methode=methode).chiffres
            for portee in (PUBLIC, ELU, programme, Portee("opsn", opsn_id="x"))
        ]
        assert all(chiffres == lus[0] for chiffres in lus)


def test_la_liste_ne_dit_jamais_qui_a_repondu(terrain: Repository, structure: Structure) -> None:
    gate = open_gate(terrain)
    collectivite = gate.get_collectivite(SOI)
    assert collectivite is not None
    for methode in ("strate", "semblables"):
        liste = build_liste_pairs(gate, load_catalogue(), structure, collectivite, methode)  # type: ignore[arg-type]
        assert SOI not in liste.ids
        repondantes = {c["collectivite_id"] for c in REPONDANTES}
        assert set(liste.ids) - repondantes  # la structure choisit, pas la participation
        assert "repond" not in " ".join(build_table_semblables(liste.semblables).columns)


def test_la_liste_dit_l_outre_mer_compare_a_la_france_et_les_zones_melees(
    terrain: Repository, structure: Structure
) -> None:
    gate, catalogue = open_gate(terrain), load_catalogue()
    ici, ailleurs = (gate.get_collectivite(id_) for id_ in (SOI, DROM))
    assert ici is not None
    assert ailleurs is not None
    melees = {
        (c.id, m): build_liste_pairs(gate, catalogue, structure, c, m).outre_mer_compare  # type: ignore[arg-type]
        for c in (ici, ailleurs)
        for m in ("strate", "semblables")
    }
    assert melees == {
        (SOI, "strate"): False, (DROM, "strate"): True, (SOI, "semblables"): False, (DROM, "semblables"): True
    }  # fmt: skip
    comparaison = Comparaison(gate, catalogue, structure, ailleurs, Demande(DROM))
    assert not build_liste_groupe(comparaison, "zone-outre_mer").outre_mer_compare
    assert "Outre-mer et Hexagone" in build_liste_groupe(comparaison, "france").phrase


def test_la_liste_qui_s_emporte_porte_distances_et_parts(terrain: Repository, structure: Structure) -> None:
    gate = open_gate(terrain)
    collectivite = gate.get_collectivite(SOI)
    assert collectivite is not None
    liste = build_liste_pairs(gate, load_catalogue(), structure, collectivite, "semblables")
    pairs = liste.to_dict()["pairs"]
    assert [p["distance"] for p in pairs] == [round(s.distance, 6) for s in liste.semblables]
    assert pairs[-1]["distance"] > 0
    for pair in pairs[-3:]:
        assert sum(pair["parts"].values()) == pytest.approx(1, abs=1e-3)


def test_deux_ouvertures_donnent_la_meme_liste(terrain: Repository, structure: Structure) -> None:
    gate = open_gate(terrain)
    une, deux = (list_semblables(gate, structure, SOI) for _ in range(2))
    assert une == deux
    assert len(une) == 30


def _cellules(*notes: str) -> list[Chiffre]:
    """Un chiffre par note ; « » : caché."""
    lignes = [cellule("a", note=n, etat="indicative" if n == "C" else "published") for n in notes if n]
    lus = read_chiffres(pd.DataFrame(lignes)) if lignes else []
    return [*lus, *(Chiffre("a", "", "", "", "", "", etat="cache") for n in notes if not n)]


@pytest.mark.parametrize(
    ("cercles", "poses", "rang"),
    [
        ([["A", "C"], ["A", "A"]], 2, 0),  # la moitié juste se cite
        ([["A", "C", "C"], ["A", "B", "C"]], 3, 1),
        ([["C", "C"], ["C", "C"]], 2, 0),  # rien ne se cite : le premier qui se montre
        ([["C", ""], ["A", ""]], 2, 1),  # se citer passe avant le plus proche
        ([["", "A"], ["A", ""], ["", ""]], 3, 2),  # aucun : le plus large
        ([[], []], 0, 1),
    ],
)
def test_le_premier_cercle_ou_la_moitie_se_cite(cercles: list[list[str]], poses: int, rang: int) -> None:
    assert choose_cercle([_cellules(*notes) for notes in cercles], poses) == rang


def test_un_chiffre_vient_du_cercle_retenu_ou_d_un_plus_large_jamais_d_un_plus_proche() -> None:
    echelons = [Echelon(id_, id_.title(), ()) for id_ in ("departement", "region", "france")]
    indicateur = build_indicateur("a")
    (ici,), (ailleurs,), (cache,) = _cellules("A"), _cellules("B"), _cellules("")
    trouves = select_chiffres(
        echelons[1:], {"departement": {"a": ici}, "region": {"a": ailleurs}}, [indicateur]
    )
    assert (trouves["a"].chiffre, trouves["a"].echelon, trouves["a"].elargi) == (ailleurs, "Region", False)
    elargi = select_chiffres(echelons[1:], {"region": {"a": cache}, "france": {"a": ici}}, [indicateur])
    assert (elargi["a"].chiffre, elargi["a"].elargi) == (ici, True)
    assert select_chiffres(echelons, {"france": {"a": cache}}, [indicateur])["a"].chiffre is cache


def test_seule_une_collectivite_d_outre_mer_comparee_a_la_france_est_prevenue(terrain: Repository) -> None:
    ici, ailleurs = (open_gate(terrain).get_collectivite(id_) for id_ in (SOI, DROM))
    assert ici is not None
    assert ailleurs is not None
    assert list_mises_en_garde(ailleurs, "france")
    assert list_mises_en_garde(ailleurs, "zone-outre_mer") == ()
    assert list_mises_en_garde(ici, "france") == ()


def test_a_accompagnement_egal_les_pairs_ont_le_meme(terrain: Repository, structure: Structure) -> None:
    collectivite = open_gate(terrain).get_collectivite(SOI)
    assert collectivite is not None
    tous, memes = (
        Comparaison(
            open_gate(terrain), load_catalogue(), structure, collectivite, Demande(SOI, accompagnement=egal)
        ).memes["france"]
        for egal in (False, True)
    )
    assert set(structure.cadre.loc[list(memes), "couverture"]) == {collectivite.couverture}
    assert SOI not in tous
    assert set(memes) < set(tous)


def test_sa_vague_est_la_derniere_ou_elle_a_repondu(terrain: Repository, structure: Structure) -> None:
    """Une vague ouverte depuis, où elle n'a rien dit, ne la compare à personne."""
    catalogue = load_catalogue()
    collectivite = open_gate(terrain).get_collectivite(SOI)
    assert collectivite is not None
    deux = replace(structure, remplis=structure.remplis | {("2023-v1", "communication")})
    siennes = {"commune": frozenset({("2023-v1", "communication")}), "": frozenset[tuple[str, str]]()}
    vagues = []
    for remplies in siennes.values():
        comparaison = Comparaison(open_gate(terrain), catalogue, deux, collectivite, Demande(SOI))
        comparaison.__dict__["siennes"] = remplies
        vagues.append(comparaison.get_vague("communication"))
    assert vagues == ["2023-v1", "2026-v4"]


def test_le_public_ne_sait_pas_a_quelles_vagues_elle_a_repondu(
    terrain: Repository, structure: Structure
) -> None:
    lues = []
    for portee in (PUBLIC, ELU):
        gate = open_gate(terrain, portee)
        collectivite = gate.get_collectivite(SOI)
        assert collectivite is not None
        demande = Demande(SOI)
        lues.append(Comparaison(gate, load_catalogue(), structure, collectivite, demande).siennes)
    assert lues[0] == frozenset()
    assert ("2026-v4", "communication") in lues[1]


def test_sous_dix_repondantes_la_liste_n_en_compte_aucune(terrain: Repository, structure: Structure) -> None:
    gate = open_gate(terrain)
    collectivite = gate.get_collectivite("commune-02000")
    assert collectivite is not None
    comparaison = Comparaison(gate, load_catalogue(), structure, collectivite, Demande("commune-02000"))
    phrases = [build_liste_groupe(comparaison, t).phrase for t in ("departement-02", "region-84")]
    assert ["ont répondu" in phrase for phrase in phrases] == [False, True]


def test_une_question_n_est_posee_qu_a_ses_types() -> None:
    catalogue = load_catalogue()
    indicateurs = catalogue.list_indicateurs(origine="declare")
    limites = [i for i in indicateurs if catalogue.get_question(i.calcul.question_id).types]
    assert limites
    for indicateur in limites:
        types = catalogue.get_question(indicateur.calcul.question_id).types
        assert [is_posee(catalogue, indicateur, t) for t in ("commune", "epci", "departement", "region")] == [
            t in types for t in ("commune", "epci", "departement", "region")
        ]
    toutes = next(i for i in indicateurs if i not in limites)
    assert is_posee(catalogue, toutes, "commune")


def test_le_groupe_compte_autant_de_repondantes_que_sa_question_la_mieux_remplie(
    terrain: Repository, structure: Structure
) -> None:
    pairs = _pairs(terrain, structure)
    lus = [c.chiffre.n for c in pairs.chiffres.values() if c.chiffre.montre and c.chiffre.n]
    assert pairs.n_repondants == max(lus)


def test_comparer_une_autre_n_inscrit_pas_une_lecture_qui_n_a_pas_lieu(
    terrain: Repository, structure: Structure
) -> None:
    journal = JournalMuet()
    gate = Gate(terrain, ELU, journal=journal)
    lues = {}
    for id_ in (MUETTE, SOI):
        collectivite = gate.get_collectivite(id_)
        assert collectivite is not None
        comparaison = Comparaison(gate, load_catalogue(), structure, collectivite, Demande(id_))
        lues[id_] = (bool(comparaison.siennes), len(journal.lectures))
    assert lues == {MUETTE: (False, 0), SOI: (True, 1)}


def test_les_importances_changent_l_ordre(structure: Structure) -> None:
    sans_population = sort_semblables(structure, SOI, {"population": 0, "couverture": 5}, k=20)
    assert set(structure.cadre.loc[sans_population["unit"], "couverture"]) == {"perimetre"}
    toutes_nulles = dict.fromkeys(("population", "zone", "couverture"), 0)
    assert not sort_semblables(structure, SOI, toutes_nulles).empty  # on revient à l'habitude


def test_une_importance_illisible_est_laissee_de_cote() -> None:
    assert read_importances(("population:3", "population:9", "rien:1", "zone", "zone:-1")) == {
        "population": 3
    }
