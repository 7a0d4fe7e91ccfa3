"""Les blocs de la page Administration, un module par vue."""
