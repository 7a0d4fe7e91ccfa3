"""Les questionnaires reçus : un fichier, des contrôles, des lignes prêtes à charger. Aucun SQL."""

from barometre.ingest.depouillement import prepare
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.export import Export, read_export
from barometre.ingest.identity import Referentiel
from barometre.ingest.lot import Lot
from barometre.ingest.tri import load_lot

__all__ = ["Export", "ImportRefuse", "Lot", "Referentiel", "load_lot", "prepare", "read_export"]
