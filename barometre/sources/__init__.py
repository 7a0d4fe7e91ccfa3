"""Les sources extérieures : les décrire, les récupérer, les lire telles quelles, en tirer des lignes pures.

Un module par source. `read(chemin)` garde les noms de colonnes de la source et vérifie sa forme ;
`rows(brut, contexte)` est pur : il recode, regroupe, et rend un `Resultat` dont les comptes tombent juste.
"""
