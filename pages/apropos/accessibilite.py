"""La déclaration d'accessibilité : ce qui tient, ce qui ne tient pas."""

from barometre.ui.blocks.documents import render_document

render_document("docs/accessibilite.md")
