"""D'une vague à l'autre : ce qui a bougé, ce qui n'est pas démontré, et ce qui vient de qui a répondu."""

import streamlit as st

from barometre.ui.blocks import evolution

st.title("Qu’est-ce qui a vraiment bougé d’une vague à l’autre\u202f?")
retenir = evolution.place_a_retenir()
affichee = evolution.select_evolutions()

evolution.render_a_retenir(retenir, affichee.vue)
evolution.render_changements(affichee)
evolution.render_vignettes(affichee)
evolution.render_panel(affichee)
evolution.render_composition(affichee.vue)
