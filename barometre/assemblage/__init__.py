"""Une vue, ses graphiques et sa carte, composés une fois : ce que lisent écrans, fichiers et commandes."""
