"""La synthèse ne recalcule rien : chaque chiffre est celui d'une cellule que la porte montre."""

from __future__ import annotations

import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.rapports.demande import Demande, DemandeRefusee
from barometre.rapports.modele import Document, Figure
from barometre.rapports.synthese import build_synthese


@pytest.fixture(scope="module")
def synthese(gate: Gate) -> Document:
    return build_synthese(gate, Demande())


def test_chaque_point_est_une_cellule_de_la_porte(gate: Gate, synthese: Document) -> None:
    titres = {i.id: i.titre for i in load_catalogue().indicateurs.values()}
    cellules = gate.list_agregats(territoire_id="france", type="", strate="", couverture="")
    noms = cellules["indicateur_id"].map(titres)
    permis = set(zip(noms, cellules["redresse"], cellules["n"], strict=True))
    points = [p for s in synthese.sections for b in s.blocs if isinstance(b, Figure) for p in b.points]
    montres = [p for p in points if p.valeur is not None]
    assert montres
    for point in montres:
        assert (point.libelle, point.valeur, point.n) in permis


def test_les_sections_annoncees_y_sont(synthese: Document) -> None:
    titres = [section.titre for section in synthese.sections]
    assert titres[:2] == ["L’essentiel", "Chiffres clés"]
    assert titres[-1] == "Méthode, limites et sources"
    assert {"D’une vague à l’autre", "Qui a répondu", "Obligations"} <= set(titres)


@pytest.mark.parametrize(
    ("demande", "phrase"),
    [
        (Demande("commune-33063"), "n'est pas un territoire de synthèse"),
        (Demande("region-00"), "n'est pas un territoire de synthèse"),
        (Demande(type="canton"), "n'est pas un type"),
        (Demande(opsn_id="opsn-inconnu"), "n'existe pas"),
        (Demande(edition="1999"), "n'est ni une vague ni une année"),
    ],
)
def test_une_demande_impossible_dit_quoi_changer(gate: Gate, demande: Demande, phrase: str) -> None:
    with pytest.raises(DemandeRefusee, match=phrase):
        build_synthese(gate, demande)
