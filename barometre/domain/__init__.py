"""Les valeurs et les règles du domaine : bibliothèque standard seulement."""
