"""Comment lire un chiffre, d'où il vient, comment il est calculé."""

from barometre.ui.blocks import documents, methode, qualite
from barometre.ui.vues_pages import load_methode

documents.render_document("docs/lire_un_chiffre.md")
vue = load_methode()
methode.render_strates(vue)
qualite.render_qualites()
methode.render_sources(vue)
methode.render_version(vue)
