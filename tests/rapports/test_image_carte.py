"""La carte projetée : son dessin sombre, ses encarts, une légende qui ne renvoie à aucun tableau."""

from __future__ import annotations

from barometre.contours.lecture import load_contours
from barometre.maps import build_carte
from barometre.maps.classes import build_classes
from barometre.maps.croquis import build_croquis, build_sombre, explain_encarts
from barometre.rapports.image_carte import _draw
from tests.maps.donnees import build_cadre, build_indicateur


def test_une_carte_projetee_a_son_dessin_sombre_ses_encarts_et_une_legende_sans_renvoi() -> None:
    contours, part = load_contours("region"), build_indicateur()
    lignes = [{"code": code, "region": code, "valeur": 0.4} for code in contours.formes["code"]]
    lignes[0] |= {"valeur": None, "etat": "absent", "raison": "Moins de 10 réponses."}
    carte = build_carte(
        build_cadre(lignes), part, contours, titre="Essai", classes=build_classes([0.4, 0.6], part)
    )
    projetee, clair = _draw(carte), build_croquis(carte).svg
    assert (projetee.octets.decode(), projetee.sombre.decode()) == (clair, build_sombre(clair))
    assert projetee.sombre != projetee.octets
    assert projetee.encarts == explain_encarts(carte) != ""
    dits = [entree.libelle for entree in carte.legende.entrees]
    assert any(" (la raison est dans le tableau)" in dit for dit in dits)
    projetes = [entree.libelle for entree in projetee.legende.entrees]
    assert projetes == [dit.replace(" (la raison est dans le tableau)", "") for dit in dits]
