"""Les mesures de durée : `make bench`. Rien ici n'est collecté par pytest."""
