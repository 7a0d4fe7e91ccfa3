"""Comment lire un chiffre, d'où il vient, comment il est calculé."""

from barometre.assemblage.ensemble import load_methode
from barometre.ui import porte
from barometre.ui.blocks import documents, methode, qualite

documents.render_document("docs/lire_un_chiffre.md")
vue = load_methode(porte.get_gate())
methode.render_strates(vue)
qualite.render_qualites()
methode.render_sources(vue)
methode.render_version(vue)
