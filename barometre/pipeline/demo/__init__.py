"""Les réponses de démonstration : simulées, à graine fixe, écrites comme de vrais exports."""

from barometre.pipeline.demo.atelier import GRAINE, Commande, Fichier, generate, list_commandes

__all__ = ["GRAINE", "Commande", "Fichier", "generate", "list_commandes"]
