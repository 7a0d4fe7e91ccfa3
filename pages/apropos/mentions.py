"""Les mentions légales."""

from barometre.ui.blocks.documents import render_document

render_document("docs/mentions_legales.md")
