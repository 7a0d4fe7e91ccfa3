"""Ce qui se calcule des réponses et des données : valeurs, poids, cellules, évolutions, modèles.

Le grain est écrit au-dessus de chaque table ; une clé le prouve.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, Integer, PrimaryKeyConstraint, Table

from barometre.domain.secret import ETATS
from barometre.warehouse.schema.base import metadata, parmi, texte

# Une ligne = une valeur d'un indicateur, pour une collectivité ou un territoire, à une période
# (la vague pour un indicateur déclaré, une année ou une date pour une donnée de l'État).
# `n_communes` : vide pour la valeur propre d'une collectivité ; sinon, la valeur est celle d'un
# territoire, montée de ses communes, et c'est le nombre de celles que l'on connaît.
fait_valeur = Table(
    "fait_valeur",
    metadata,
    texte("indicateur_id"),
    texte("collectivite_id"),
    texte("periode"),
    Column("valeur", Float, nullable=True),
    texte("etat"),
    texte("source_id"),
    Column("n_communes", Integer, nullable=True),
    PrimaryKeyConstraint("indicateur_id", "collectivite_id", "periode"),
    parmi("etat", "repondu", "ne_sait_pas", "non_concerne", "sans_reponse"),
    CheckConstraint("(etat = 'repondu') = (valeur IS NOT NULL)", name="valeur_selon_etat"),
)

# Une ligne = le poids d'un répondant à un questionnaire, pendant une vague.
poids = Table(
    "poids",
    metadata,
    texte("vague_id"),
    texte("questionnaire_id"),
    texte("collectivite_id"),
    texte("strate_poids"),  # strate après regroupement, celle de la variance
    Column("poids_base", Float, nullable=False),
    Column("poids", Float, nullable=False),
    PrimaryKeyConstraint("vague_id", "questionnaire_id", "collectivite_id"),
    CheckConstraint("poids > 0", name="poids_positif"),
)

# Une ligne = une cellule : un indicateur, une vague, un territoire, un type, une strate, une
# couverture ; le total d'une dimension est un texte vide. Les parts vont de 0 à 1.
# Hors `population` et `n`, tout est brouillé (`stats.perturbation`).
agregat = Table(
    "agregat",
    metadata,
    texte("indicateur_id"),
    texte("vague_id"),
    texte("niveau"),
    texte("territoire_id"),
    texte("type"),
    texte("strate"),
    texte("couverture"),
    Column("population", Integer, nullable=False),  # collectivités de la cellule dans le cadre
    Column("participants", Integer, nullable=False),  # ont rempli le questionnaire, brouillé
    Column("n", Integer, nullable=False),  # ont répondu à la question
    Column("n_publie", Integer, nullable=False),  # le même, brouillé : ce qui sort
    Column("n_oui", Integer, nullable=True),  # brouillé ; vide pour une moyenne
    Column("n_eff", Float, nullable=True),
    Column("brut", Float, nullable=True),
    Column("redresse", Float, nullable=True),
    Column("se", Float, nullable=True),
    Column("df", Float, nullable=True),
    Column("bas", Float, nullable=True),
    Column("haut", Float, nullable=True),
    # L'intervalle si les « oui » avaient répondu 1,25 fois plus, ou moins, volontiers ; la plus petite
    # préférence qui met la part hors de l'intervalle ; ce que perd le logit de la part quand le logarithme
    # de cette préférence croît de 1. Vides pour une moyenne.
    Column("prudence_bas", Float, nullable=True),
    Column("prudence_haut", Float, nullable=True),
    Column("g_etoile", Float, nullable=True),
    Column("pente", Float, nullable=True),
    # La part d'une région ou d'un département avec les tailles du pays (standardisation directe), ou la
    # tranche, en mots, où trop peu ont répondu ; vides ailleurs.
    Column("egal", Float, nullable=True),
    Column("egal_bas", Float, nullable=True),
    Column("egal_haut", Float, nullable=True),
    texte("egal_note"),
    texte("egal_manque"),
    texte("note"),
    texte("raison"),  # ce qui la prive de la note du dessus
    texte("etat"),
    PrimaryKeyConstraint("indicateur_id", "vague_id", "territoire_id", "type", "strate", "couverture"),
    parmi("note", "A", "B", "C", ""),
    parmi("raison", "", "nombre", "largeur", "rare", "degres", "prudence", "participation", "poids"),
    parmi("etat", *ETATS),
    CheckConstraint("n >= 0 AND participants >= 0 AND population >= n", name="effectifs"),
)

# Une ligne = un fait du rapport de qualité d'un redressement (regroupement, rapport de poids…).
qualite = Table(
    "qualite",
    metadata,
    texte("vague_id"),
    texte("questionnaire_id"),
    texte("cle"),
    texte("objet"),
    Column("valeur", Float, nullable=True),
    texte("phrase"),
    PrimaryKeyConstraint("vague_id", "questionnaire_id", "cle", "objet"),
)

# Une ligne = une évolution testée d'un indicateur entre deux vagues, dans une cellule d'agregat.
evolution = Table(
    "evolution",
    metadata,
    texte("indicateur_id"),
    texte("vague_1"),
    texte("vague_2"),
    texte("territoire_id"),
    texte("type"),
    texte("strate"),
    texte("couverture"),
    Column("n_1", Integer, nullable=False),
    Column("n_2", Integer, nullable=False),
    Column("n_panel", Integer, nullable=False),
    Column("gains", Integer, nullable=True),
    Column("pertes", Integer, nullable=True),
    Column("p_mcnemar", Float, nullable=True),
    Column("changement", Float, nullable=True),
    Column("se", Float, nullable=True),
    Column("bas", Float, nullable=True),
    Column("haut", Float, nullable=True),
    texte("verdict"),
    # Le même changement avec les tailles du pays (régions), panel compris ; vides ailleurs.
    Column("egal_changement", Float, nullable=True),
    Column("egal_bas", Float, nullable=True),
    Column("egal_haut", Float, nullable=True),
    texte("egal_verdict"),
    # des deux vagues redressées de la même façon ; vide quand elles le sont déjà
    texte("verdict_meme_methode", vide=True),
    texte("etat"),
    PrimaryKeyConstraint(
        "indicateur_id", "vague_1", "vague_2", "territoire_id", "type", "strate", "couverture"
    ),
)

# Une ligne = une estimation par modèle, pour un département ; jamais mêlée aux estimations directes.
estimation_modele = Table(
    "estimation_modele",
    metadata,
    texte("indicateur_id"),
    texte("vague_id"),
    texte("territoire_id"),
    Column("n", Integer, nullable=False),
    Column("estimation", Float, nullable=False),
    Column("bas", Float, nullable=False),
    Column("haut", Float, nullable=False),
    PrimaryKeyConstraint("indicateur_id", "vague_id", "territoire_id"),
)

# Une ligne = un chiffre publié par le baromètre, tel que publié.
chiffre_publie = Table(
    "chiffre_publie",
    metadata,
    texte("chiffre_id"),
    texte("theme_id"),
    texte("indicateur_id"),
    texte("libelle"),
    Column("valeur", Float, nullable=True),
    texte("valeur_texte"),
    texte("unite"),
    texte("base"),
    texte("vague"),
    texte("annee"),
    texte("source_url"),
    texte("extrait"),
    PrimaryKeyConstraint("chiffre_id"),
)
