"""La liste fermée de ce que l'entrepôt tire des réponses, colonne par colonne.

`brouille` : une somme brouillée, ou ce qui s'en déduit. `cadre` : aucune réponse n'y entre (qui est dans la
cellule, les poids, les données de l'État). `exact` : ne passe jamais la porte. Le reste est la clé.
"""

from __future__ import annotations

from typing import Literal

Classe = Literal["cle", "brouille", "cadre", "exact"]

# Qui a répondu quoi : aucune colonne n'en sort que par un droit nommé.
NOMMEES = frozenset({
    "participation", "fait_reponse", "fait_valeur", "poids", "cle_secrete", "lot_import", "quarantaine",
    "lot_actions", "action_fonds",
})  # fmt: skip
# Rien n'y vient d'une réponse.
PUBLIQUES = frozenset({
    "dim_collectivite", "code_ancien", "dim_opsn", "lien_opsn", "dim_vague", "vague_questionnaire",
    "dim_question", "dim_indicateur", "dim_source", "chiffre_publie", "version",
})  # fmt: skip


def _classify(cle: str, brouille: str = "", cadre: str = "", exact: str = "") -> dict[str, Classe]:
    classes: dict[Classe, str] = {"cle": cle, "brouille": brouille, "cadre": cadre, "exact": exact}
    return {nom: classe for classe, noms in classes.items() for nom in noms.split()}


CALCULEES: dict[str, dict[str, Classe]] = {
    "agregat": _classify(
        "indicateur_id vague_id niveau territoire_id type strate couverture",
        "n_publie n_oui n_eff brut redresse se df bas haut prudence_bas prudence_haut g_etoile egal egal_bas "
        "egal_haut egal_note egal_manque note raison etat",
        # La pente attendue : qui est dans la cellule et ses poids (stats/prudence.py).
        "population participants pente",
        "n",
    ),
    "evolution": _classify(
        "indicateur_id vague_1 vague_2 territoire_id type strate couverture",
        "n_1 n_2 n_panel gains pertes p_mcnemar changement se bas haut verdict "
        "verdict_meme_methode egal_changement egal_bas egal_haut egal_verdict etat",
    ),
    "contraste": _classify(
        "indicateur_id vague_id territoire_id type strate couverture reference",
        "n n_reference difference difference_simple se bas haut p_value q_value position niveau etat",
    ),
    "estimation_modele": _classify("indicateur_id vague_id territoire_id", "estimation bas haut", "", "n"),
    "accord": _classify(
        "indicateur_id mesure_id vague_id type periode",
        "n oui_oui declare_seul mesure_seule non_non etat",
    ),
    "association": _classify(
        "programme_id indicateur_id vague_id",
        "n_beneficiaires n_comparables part_beneficiaires part_comparables difference se bas haut p_value "
        "q_value verdict etat",
    ),
    "double_difference": _classify(
        "programme_id indicateur_id vague_1 vague_2",
        "n_beneficiaires n_comparables beneficiaires_avant beneficiaires_apres comparables_avant "
        "comparables_apres difference bas haut q_value verdict temoin temoin_bas temoin_haut etat",
        "vague_temoin",
    ),
    # Un fait du redressement : qui a répondu, jamais quoi. Le rapport du bootstrap, seul, lit les réponses :
    # il se dit au dixième.
    "qualite": _classify("vague_id questionnaire_id cle objet", "", "valeur phrase"),
}
