"""Lancer le calcul de tous les chiffres, questionnaire par questionnaire, depuis les réponses d'un socle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import pandas as pd

from barometre.catalogue import Catalogue
from barometre.pipeline.calcul import Contexte, Vaguee, build_contexte, compute_questionnaire, split_vagues
from barometre.pipeline.cles import Tirages, index_cles, list_tardives
from barometre.pipeline.croisements import compute_avant_apres, compute_croisements
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.mesures import Mesures, build_mesures, list_binaires
from barometre.pipeline.parallele import start_parallel


@contextmanager
def start_calculs(
    socle: Donnees, catalogue: Catalogue, processus: int
) -> Iterator[Iterator[tuple[str, Donnees]]]:
    """Tout ce qui se calcule des réponses du socle, questionnaire par questionnaire."""
    contexte = build_contexte(socle.get("dim_collectivite"), catalogue)
    tardives = list_tardives(socle.get("participation"), socle.get("lot_import"))
    tirages = Tirages(index_cles(socle.get("cle_secrete")), tardives)
    ordre = [v.id for v in catalogue.vagues]
    groupes = split_vagues(socle.get("participation"), socle.get("fait_reponse"), ordre, tirages)
    travail = partial(_compute, contexte, select_mesures(socle, contexte), tirages)
    titres = [f"Calcul : {catalogue.get_theme(g[0].questionnaire_id).titre}" for g in groupes]
    with start_parallel(travail, groupes, processus) as resultats:
        yield zip(titres, resultats, strict=True)


def _compute(contexte: Contexte, mesures: Mesures, tirages: Tirages, vagues: Sequence[Vaguee]) -> Donnees:
    donnees = compute_questionnaire(contexte, vagues)
    theme_id = vagues[0].questionnaire_id
    donnees.extend(compute_croisements(mesures, theme_id, donnees, tirages))
    donnees.extend(compute_avant_apres(mesures, theme_id, donnees, tirages))
    return donnees


def select_mesures(socle: Donnees, contexte: Contexte) -> Mesures:
    """Les données de l'État du socle que chaque questionnaire rapprochera de ses réponses.

    Sans les valeurs montées des communes : la part d'un département ferait d'un oui / non une mesure qui n'en
    est plus un, et la mesure entière manquerait.
    """
    binaires = list_binaires(contexte.catalogue)
    frames = [f[f["indicateur_id"].isin(binaires) & ~_is_montee(f)] for f in socle.list_frames("fait_valeur")]
    lignes = pd.concat(frames) if frames else socle.get("fait_valeur")
    return build_mesures(lignes, contexte.cadre, contexte.catalogue, socle.get("action_fonds"))


def _is_montee(valeurs: pd.DataFrame) -> pd.Series:
    """Vrai d'une valeur faite de celles des communes ; les réponses n'en ont pas la colonne."""
    return valeurs.get("n_communes", pd.Series(index=valeurs.index, dtype="float64")).notna()
