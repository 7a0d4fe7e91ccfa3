"""Les gestes d'un opérateur : le droit relu, le journal écrit, puis la même fonction que la commande."""
