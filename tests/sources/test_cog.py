"""Les codes de communes : actuels, anciens, fusionnés, inconnus."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.sources.cog import build_cog
from barometre.sources.contexte import Contexte, recode_communes
from tests import mini

COG = build_cog(mini.build_collectivites(), mini.build_codes_anciens())


@pytest.mark.parametrize(
    ("code", "attendu"),
    [
        ("33063", ("33063", "actuel")),
        ("01015", ("01015", "actuel")),  # commune et commune déléguée : c'est la commune
        ("01340", ("01015", "recode")),
        ("75115", ("75056", "recode")),  # arrondissement
        ("1015", ("", "inconnu")),  # un zéro perdu n'est pas deviné
        ("", ("", "inconnu")),
        ("99999", ("", "inconnu")),
    ],
)
def test_un_code(code: str, attendu: tuple[str, str]) -> None:
    assert COG.get_actuel(code) == attendu


def test_une_fusion_se_voit_dans_le_fichier() -> None:
    etats = COG.apply(pd.Series(["01015", "01340", "69383", "33063"]))["etat"].tolist()
    # 01340 rejoint 01015, présente aussi ; Lyon 3e est seul à devenir Lyon
    assert etats == ["actuel", "fusionne", "recode", "actuel"]


def test_un_meme_code_repete_n_est_pas_une_fusion() -> None:
    assert COG.apply(pd.Series(["69383", "69383"]))["etat"].tolist() == ["recode", "recode"]


def test_un_ancien_code_partage_entre_deux_communes_reste_inconnu() -> None:
    anciens = pd.concat(
        [
            mini.build_codes_anciens(),
            pd.DataFrame(
                [("01340", "33063", "Saint-Bois", "commune-deleguee", False)],
                columns=["code", "code_actuel", "nom", "nature", "encore_actuel"],
            ),
        ]
    )
    assert build_cog(mini.build_collectivites(), anciens).get_actuel("01340") == ("", "inconnu")


def test_les_lignes_recodees_sont_comptees(contexte: Contexte) -> None:
    frame = pd.DataFrame({"code": ["33063", "01340", "00000"]}, index=[2, 3, 4])
    recodage = recode_communes(frame, "code", contexte)
    assert recodage.frame["collectivite_id"].tolist() == ["commune-33063", "commune-01015"]
    assert (recodage.recodes, recodage.fusionnes) == (1, 0)
    rejet = recodage.rejets[0]
    assert (rejet.ligne, rejet.colonne, rejet.valeur) == (4, "code", "00000")
