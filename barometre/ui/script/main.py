"""Ce que Streamlit rejoue à chaque geste du lecteur."""

from barometre.ui.application import render_application

render_application()
