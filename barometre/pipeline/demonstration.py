"""Les réponses de démonstration : des exports simulés, importés comme de vrais fichiers, et leur calcul."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from barometre.catalogue import Catalogue
from barometre.ingest.depouillement import prepare
from barometre.ingest.identity import Referentiel
from barometre.pipeline.calcul import Contexte, compute_questionnaire, split_vagues
from barometre.pipeline.cles import Tirages, build_cles_demonstration, index_cles, list_tardives
from barometre.pipeline.croisements import compute_avant_apres, compute_croisements
from barometre.pipeline.demo import Commande, list_commandes
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.lots import add_lot, get_instant, mark_lot
from barometre.pipeline.mesures import Mesures


@contextmanager
def open_demonstration(
    catalogue: Catalogue, collectivites: pd.DataFrame, codes_anciens: pd.DataFrame
) -> Iterator[list[list[Commande]]]:
    """Les exports simulés, à écrire dans un dossier provisoire : une liste par questionnaire."""
    with tempfile.TemporaryDirectory(prefix="barometre-demo-") as dossier:
        commandes = list_commandes(dossier, catalogue, collectivites, codes_anciens=codes_anciens)
        groupes = [[c for c in commandes if c.questionnaire_id == q] for q in catalogue.questionnaires]
        yield [groupe for groupe in groupes if groupe]


def compute_demonstration(
    contexte: Contexte,
    mesures: Mesures,
    referentiel: Referentiel,
    groupes: Sequence[Sequence[Commande]],
    rang: int,
) -> Donnees:
    """Les exports d'un questionnaire, écrits, importés comme de vrais fichiers, puis tout leur calcul."""
    donnees, couples = Donnees(), []
    for f in (commande.write() for commande in groupes[rang]):
        lot = prepare(Path(f.path), f.questionnaire_id, f.vague_id, f.format, referentiel, contexte.catalogue)
        add_lot(donnees, mark_lot(lot, simule=True), get_instant())
        couples.append((lot.questionnaire_id, lot.vague_id))
    ordre = [v.id for v in contexte.catalogue.vagues]
    cles = build_cles_demonstration(couples)
    donnees.add("cle_secrete", cles)
    tables = donnees.get("participation"), donnees.get("fait_reponse")
    tirages = Tirages(index_cles(cles), list_tardives(tables[0], donnees.get("lot_import")))
    for vagues in split_vagues(*tables, ordre, tirages):
        donnees.extend(compute_questionnaire(contexte, vagues))
    theme_id = groupes[rang][0].questionnaire_id
    donnees.extend(compute_croisements(mesures, theme_id, donnees, tirages))
    donnees.extend(compute_avant_apres(mesures, theme_id, donnees, tirages))
    return donnees
