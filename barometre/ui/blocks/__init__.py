"""Les blocs Streamlit : chacun montre une vue, sans rien calculer."""
