"""L'API en lecture : les cellules publiques et rien d'autre, par la porte et l'adresse des pages."""
