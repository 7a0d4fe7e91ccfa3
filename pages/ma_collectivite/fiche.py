"""La fiche d'une collectivité : où elle en est, ce que la loi lui demande, par quoi commencer."""

from barometre.assemblage.collectivite import load_fiche_affichee
from barometre.ui import porte
from barometre.ui.blocks import collectivite, declarations, fiche, repondre

TITRE = "Où en est ma collectivité\u202f?"
INVITATION = (
    "Cherchez-la\u202f: vous verrez ses pairs, ce que la loi demande à sa taille, les données de l’État qui "
    "la concernent et par quoi commencer, qu’elle ait répondu au baromètre ou non."
)

choisie = collectivite.select_collectivite()
affichee = load_fiche_affichee(porte.get_gate(), choisie.id) if choisie else None
if affichee is None:
    collectivite.render_choisir("fiche", TITRE, INVITATION)
else:
    affichee = repondre.place_fiche(affichee)
    vue = affichee.vue
    fiche.render_entete(vue)
    fiche.render_situation(affichee)
    repondre.render_repondre_fiche(vue.collectivite)
    fiche.render_premiers_pas(vue)
    fiche.render_forces_ecarts(vue)
    fiche.render_themes(vue)
    declarations.render_declarations(vue)
    fiche.render_faits(vue)
    fiche.render_emporter(vue)
    collectivite.render_changer("fiche")
