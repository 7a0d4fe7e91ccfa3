"""L'écart d'accompagnement sur « Comparer » : parmi celles du même type d'abord, et sans oui ni non, rien."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from barometre.domain.indicateur import Calcul
from barometre.views.collectivite.contraste import build_contrastes, build_table_contrastes
from barometre.views.lecture.libelles import Libelles
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur, contraste

VAGUE = "2026-v4"
COUVERTES = {"couverture": "couverte", "reference": "inconnue", "vague_id": VAGUE}


def _comparaison(*lignes: dict[str, Any]) -> Any:
    porte: Any = FaussePorte(contrastes=lignes)
    return SimpleNamespace(
        gate=porte, libelles=Libelles(build_catalogue(), porte), collectivite=SimpleNamespace(type="commune")
    )


def test_celles_de_son_type_d_abord_sinon_toutes() -> None:
    site, mail = build_indicateur("site"), build_indicateur("mail")
    lignes = [
        contraste("site", type="", n=90, **COUVERTES),
        contraste("site", type="commune", n=40, position=-1, **COUVERTES),
        contraste("mail", type="", n=70, n_reference=30, position=0, **COUVERTES),
    ]
    propre, large = build_contrastes(_comparaison(*lignes), VAGUE, [site, mail])
    assert (propre.compare.n, propre.texte_verdict) == (40, "moins souvent")
    assert (large.compare.n, large.texte_verdict) == (70, "pas d’écart démontré")
    assert propre.champ.startswith("Communes")
    assert large.champ.startswith("Toutes les collectivités")
    table = build_table_contrastes([large])
    assert table[["n_couvertes", "n_non_connues"]].to_numpy().tolist() == [[70, 30]]


def test_plus_souvent_se_dit_au_dessus() -> None:
    (seul,) = build_contrastes(
        _comparaison(contraste("site", **COUVERTES)), VAGUE, [build_indicateur("site")]
    )
    assert seul.texte_verdict == "plus souvent"


def test_une_moyenne_n_a_pas_de_plus_souvent() -> None:
    agents = build_indicateur("site", calcul=Calcul("moyenne", "essai_q01"))
    assert build_contrastes(_comparaison(contraste("site", **COUVERTES)), VAGUE, [agents]) == ()
