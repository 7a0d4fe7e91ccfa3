"""Les réponses de démonstration : simulées, à graine fixe, écrites comme de vrais exports."""

from barometre.pipeline.demo.atelier import GRAINE, Fichier, generate

__all__ = ["GRAINE", "Fichier", "generate"]
