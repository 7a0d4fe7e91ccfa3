"""D'une vague à l'autre : ce qui a bougé, ce qui n'est pas démontré, et ce qui vient de qui a répondu."""

import streamlit as st

from barometre.ui.blocks import evolution

st.title("Qu’est-ce qui a vraiment bougé d’une vague à l’autre\u202f?")
retenir = st.container()
affichee = evolution.select_evolutions()

with retenir:
    evolution.render_a_retenir(affichee.vue)
evolution.render_changements(affichee)
evolution.render_composition(affichee.vue)
