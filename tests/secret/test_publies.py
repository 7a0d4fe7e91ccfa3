"""Ce que l'entrepôt publie des réponses est brouillé, ou n'en vient pas : la liste est fermée, essayée."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

from barometre.access.masque_agregats import mask_agregats
from barometre.access.masques import (
    mask_accords,
    mask_associations,
    mask_contrastes,
    mask_doubles_differences,
    mask_evolutions,
)
from barometre.catalogue import load_catalogue
from barometre.catalogue.programmes import load_programmes
from barometre.pipeline.calcul import Contexte, Vaguee, build_contexte, compute_questionnaire
from barometre.pipeline.cles import Tirages
from barometre.pipeline.croisements import compute_avant_apres, compute_croisements
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.mesures import Mesures
from barometre.warehouse.schema import metadata
from tests import mini
from tests.secret.publies import CALCULEES, NOMMEES, PUBLIQUES

VAGUES = ("2023-v1", "2026-v4")
UNE, AUTRE = "5e" * 32, "a7" * 32
# Le thème dont une pratique déclarée est aussi mesurée par l'État : il remplit toutes les tables.
THEME = "communication"


def test_chaque_table_et_chaque_colonne_est_classee() -> None:
    """Une table, une colonne de plus : dire d'abord ce qui, d'une réponse, peut s'en deviner."""
    assert set(metadata.tables) == NOMMEES | PUBLIQUES | set(CALCULEES)
    for nom, classes in CALCULEES.items():
        assert {c.name for c in metadata.tables[nom].columns} == set(classes), nom


@pytest.fixture(scope="module")
def contexte() -> Contexte:
    return build_contexte(mini.build_collectivites().assign(densite="rural"), load_catalogue())


def _answer(contexte: Contexte, vague: str, graine: int, secret: str, premiere: int = 0) -> Vaguee:
    """Les mêmes cinquante-cinq répondent, selon la graine ; une question sur deux l'est à moitié."""
    catalogue, rng = load_catalogue(), np.random.default_rng(graine)
    index = contexte.cadre.index[premiere : premiere + 55]
    lignes = []
    for question in catalogue.get_questionnaire(THEME).questions:
        if question.type != "choix_unique":
            continue
        options = rng.choice([o.id for o in question.options][:2], len(index))
        muettes = rng.random(len(index)) < 0.3
        lignes.append(pd.DataFrame({
            "collectivite_id": index, "question_id": question.id,
            "option_id": np.where(muettes, "", options), "valeur": np.where(muettes, np.nan, 1.0),
            "etat": np.where(muettes, "sans_reponse", "repondu"),
        }))  # fmt: skip
    faits = pd.concat(lignes).assign(vague_id=vague, questionnaire_id=THEME)
    return Vaguee(vague, THEME, index, faits, secret)


def _compute(contexte: Contexte, graine: int, secret: str) -> Donnees:
    vagues = [_answer(contexte, vague, graine + rang, secret) for rang, vague in enumerate(VAGUES)]
    donnees = compute_questionnaire(contexte, vagues)
    liees = [i.mesure_id for i in load_catalogue().list_indicateurs(THEME) if i.mesure_id]
    noms = [*liees, *(p.mesure for p in load_programmes())]
    faits = np.random.default_rng(3).integers(0, 2, (len(contexte.cadre), len(noms))).astype(float)
    table = pd.DataFrame(faits, contexte.cadre.index, noms)
    mesures = Mesures(table, dict.fromkeys(noms, "2026"), contexte.cadre, contexte.catalogue)
    cles = Tirages({(THEME, vague): secret for vague in VAGUES}, {})
    donnees.extend(compute_croisements(mesures, THEME, donnees, cles))
    donnees.extend(compute_avant_apres(mesures, THEME, donnees, cles))
    return donnees


@pytest.fixture(scope="module")
def trois(contexte: Contexte) -> tuple[Donnees, Donnees, Donnees]:
    """Des réponses ; les mêmes, d'une autre clé ; d'autres réponses des mêmes."""
    return _compute(contexte, 1, UNE), _compute(contexte, 1, AUTRE), _compute(contexte, 50, UNE)


def _align(nom: str, donnees: Donnees) -> pd.DataFrame:
    cle = [c for c, classe in CALCULEES[nom].items() if classe == "cle"]
    return donnees.get(nom).sort_values(cle, ignore_index=True).set_index(cle)


CELLULE = ["indicateur_id", "vague_id", "niveau", "territoire_id", "type", "strate", "couverture"]


def _list_cellules(donnees: Donnees, **filtre: str) -> set[tuple[str, ...]]:
    vues = mask_agregats(donnees.get("agregat"))
    for nom, valeur in filtre.items():
        vues = vues[vues[nom].eq(valeur)]
    return set(vues[CELLULE].astype("str").itertuples(index=False, name=None))


def test_les_lignes_lues_ne_dependent_pas_des_reponses(
    contexte: Contexte, trois: tuple[Donnees, Donnees, Donnees]
) -> None:
    """Les mêmes cellules, d'autres réponses ; et en France, d'autres répondantes : une vide y est aussi."""
    assert _list_cellules(trois[0]) == _list_cellules(trois[1]) == _list_cellules(trois[2])
    autres = compute_questionnaire(contexte, [_answer(contexte, VAGUES[1], 2, UNE, premiere=5)])
    toutes = _list_cellules(trois[0], niveau="france", vague_id=VAGUES[1])
    assert len(toutes) > 50
    assert _list_cellules(autres, niveau="france") == toutes


# Un état, une note ou une raison peuvent rester les mêmes d'une clé à l'autre : leurs chiffres, non.
TEXTES = {
    "note", "raison", "etat", "verdict", "niveau", "position", "df", "egal_note", "egal_manque",
    "egal_verdict", "verdict_meme_methode",
}  # fmt: skip


@pytest.mark.parametrize("nom", sorted(set(CALCULEES) - {"estimation_modele", "qualite"}))
def test_ce_qui_se_dit_brouille_depend_de_la_cle(nom: str, trois: tuple[Donnees, Donnees, Donnees]) -> None:
    une, autre = (_align(nom, d) for d in trois[:2])
    assert len(une) > 5
    communes = une.index.intersection(autre.index)
    une, autre = une.loc[communes], autre.loc[communes]
    for colonne, classe in CALCULEES[nom].items():
        if classe == "brouille" and colonne not in TEXTES and une[colonne].notna().any():
            assert not une[colonne].equals(autre[colonne]), f"{nom}.{colonne} ne bouge pas avec la clé"


def test_ce_qui_se_dit_du_cadre_ne_depend_d_aucune_reponse(trois: tuple[Donnees, Donnees, Donnees]) -> None:
    for nom, classes in CALCULEES.items():
        une, autre = (_align(nom, d) for d in (trois[0], trois[2]))
        communes = une.index.intersection(autre.index)
        for colonne in [c for c, classe in classes.items() if classe == "cadre"]:
            deux = (d.loc[communes, colonne].reset_index(drop=True) for d in (une, autre))
            pd.testing.assert_series_equal(*deux, obj=f"{nom}.{colonne}")


MASQUES = {
    "agregat": mask_agregats,
    "evolution": partial(mask_evolutions, cyber=frozenset()),
    "contraste": mask_contrastes,
    "accord": mask_accords,
    "association": mask_associations,
    "double_difference": mask_doubles_differences,
}


@pytest.mark.parametrize("nom", sorted(MASQUES))
def test_rien_d_exact_ne_passe_la_porte(nom: str, trois: tuple[Donnees, Donnees, Donnees]) -> None:
    """Un effectif exact décalé d'une réponse laisse ce qui sort inchangé."""
    lignes = trois[0].get(nom).reset_index(drop=True)
    exactes = [c for c, classe in CALCULEES[nom].items() if classe == "exact"]
    vues, decalees = (MASQUES[nom](d) for d in (lignes, lignes.assign(**{c: lignes[c] + 1 for c in exactes})))
    assert len(lignes) > 0
    pd.testing.assert_frame_equal(vues, decalees)
