"""Un fichier repris de main en main, face à celui que l'outil écrit de nouveau."""
