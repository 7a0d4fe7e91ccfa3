"""Les tables de l'entrepôt. Le grain est écrit au-dessus de chacune ; une clé le prouve."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
)

metadata = MetaData()


def _texte(nom: str, *, vide: bool = False) -> Column[str]:
    return Column(nom, String, nullable=vide)


def _parmi(colonne: str, *valeurs: str) -> CheckConstraint:
    liste = ", ".join(f"'{v}'" for v in valeurs)
    return CheckConstraint(f"{colonne} IN ({liste})", name=f"{colonne}_connu")


# Une ligne = la version elle-même (une seule ligne par entrepôt).
version = Table(
    "version",
    metadata,
    _texte("version_id"),
    Column("creee_le", DateTime, nullable=False),
    Column("simulee", Boolean, nullable=False),
    _texte("code_version"),
    _texte("catalogue_empreinte"),
    _texte("commentaire"),
    PrimaryKeyConstraint("version_id"),
)

# Une ligne = une collectivité ou un territoire, au COG en vigueur.
dim_collectivite = Table(
    "dim_collectivite",
    metadata,
    _texte("collectivite_id"),
    _texte("type"),
    _texte("code"),
    _texte("siren", vide=True),
    _texte("nom"),
    Column("population", Integer, nullable=True),
    _texte("strate", vide=True),
    _texte("departement", vide=True),
    _texte("region", vide=True),
    _texte("epci", vide=True),
    _texte("ept", vide=True),
    _texte("zone", vide=True),
    _texte("couverture"),
    _texte("densite", vide=True),
    _texte("ruralite", vide=True),
    _texte("centralite", vide=True),
    _texte("montagne", vide=True),
    # Séparés par une espace : « 69001 69002 ».
    _texte("codes_postaux"),
    # Rempli pour un territoire dont une autre collectivité exerce les compétences (Paris, Corse…).
    _texte("porteur_id", vide=True),
    Column("latitude", Float, nullable=True),
    Column("longitude", Float, nullable=True),
    _texte("millesime"),
    PrimaryKeyConstraint("collectivite_id"),
    _parmi("type", "commune", "epci", "ept", "departement", "region"),
    _parmi("couverture", "adherente", "perimetre", "inconnue"),
    CheckConstraint("population >= 0", name="population_positive"),
)

# Une ligne = un code de commune qui n'est plus (ou pas) celui d'une commune, et sa commune actuelle.
code_ancien = Table(
    "code_ancien",
    metadata,
    _texte("code"),
    _texte("code_actuel"),
    _texte("nom"),
    _texte("nature"),
    # Vrai si le même code est aussi celui d'une commune actuelle (584 communes déléguées).
    Column("encore_actuel", Boolean, nullable=False),
    PrimaryKeyConstraint("code", "nature"),
    _parmi("nature", "ancien-code", "commune-deleguee", "commune-associee", "arrondissement-municipal"),
)

# Une ligne = un opérateur public de services numériques.
dim_opsn = Table(
    "dim_opsn",
    metadata,
    _texte("opsn_id"),
    _texte("nom"),
    _texte("sigle"),
    _texte("forme_juridique"),
    _texte("siret", vide=True),
    _texte("source_url"),
    PrimaryKeyConstraint("opsn_id"),
)

# Une ligne = un lien constaté entre un OPSN et un territoire ou une collectivité, par une source.
lien_opsn = Table(
    "lien_opsn",
    metadata,
    _texte("opsn_id"),
    _texte("cible_id"),  # collectivite_id : « departement-33 » pour un périmètre
    _texte("nature"),
    _texte("source_id"),
    PrimaryKeyConstraint("opsn_id", "cible_id", "nature", "source_id"),
    _parmi("nature", "perimetre", "adherente"),
)

# Une ligne = une période de collecte.
dim_vague = Table(
    "dim_vague",
    metadata,
    _texte("vague_id"),
    _texte("titre"),
    Column("edition", Integer, nullable=False),
    Column("rang", Integer, nullable=False),
    Column("ouverture", Date, nullable=True),
    Column("fermeture", Date, nullable=True),
    PrimaryKeyConstraint("vague_id"),
)

# Une ligne = un questionnaire ouvert pendant une vague.
vague_questionnaire = Table(
    "vague_questionnaire",
    metadata,
    _texte("vague_id"),
    _texte("questionnaire_id"),
    PrimaryKeyConstraint("vague_id", "questionnaire_id"),
)

# Une ligne = une question d'un questionnaire.
dim_question = Table(
    "dim_question",
    metadata,
    _texte("question_id"),
    _texte("questionnaire_id"),
    _texte("code"),
    _texte("libelle"),
    _texte("type"),
    Column("rang", Integer, nullable=False),
    PrimaryKeyConstraint("question_id"),
    _parmi("type", "choix_unique", "choix_multiple", "nombre", "texte"),
)

# Une ligne = un indicateur du catalogue (la carte complète reste dans le catalogue).
dim_indicateur = Table(
    "dim_indicateur",
    metadata,
    _texte("indicateur_id"),
    _texte("theme_id"),
    _texte("titre"),
    _texte("unite"),
    _texte("sens"),
    _texte("origine"),
    _texte("sensibilite"),
    _texte("source_id"),
    PrimaryKeyConstraint("indicateur_id"),
    _parmi("origine", "declare", "mesure", "publie"),
    _parmi("sensibilite", "normale", "cyber"),
)

# Une ligne = une source, telle que chargée.
dim_source = Table(
    "dim_source",
    metadata,
    _texte("source_id"),
    _texte("titre"),
    _texte("producteur"),
    _texte("licence"),
    _texte("date"),
    _texte("adresse"),
    _texte("empreinte", vide=True),
    _texte("etat"),  # embarquee, chargee, absente, gardee
    Column("chargee_le", DateTime, nullable=True),
    Column("lus", Integer, nullable=True),
    Column("charges", Integer, nullable=True),
    Column("recodes", Integer, nullable=True),
    Column("rejetes", Integer, nullable=True),
    PrimaryKeyConstraint("source_id"),
    CheckConstraint("lus = charges + rejetes", name="compte_juste"),
)

# Une ligne = un questionnaire rempli par une collectivité pendant une vague.
participation = Table(
    "participation",
    metadata,
    _texte("vague_id"),
    _texte("questionnaire_id"),
    _texte("collectivite_id"),
    Column("date_reponse", Date, nullable=True),
    _texte("profil", vide=True),
    _texte("lot_id"),
    Column("simulee", Boolean, nullable=False),
    PrimaryKeyConstraint("vague_id", "questionnaire_id", "collectivite_id"),
    CheckConstraint("profil IS NULL OR profil IN ('agent', 'elu')", name="profil_connu"),
)

# Une ligne = une réponse d'une collectivité à une question ; une par option pour un choix multiple
# (`valeur` 1 cochée, 0 non cochée), une seule sinon (`option_id` choisie, ou vide).
fait_reponse = Table(
    "fait_reponse",
    metadata,
    _texte("vague_id"),
    _texte("questionnaire_id"),
    _texte("collectivite_id"),
    _texte("question_id"),
    _texte("option_id"),
    _texte("etat"),
    Column("valeur", Float, nullable=True),
    _texte("texte", vide=True),
    PrimaryKeyConstraint("vague_id", "questionnaire_id", "collectivite_id", "question_id", "option_id"),
    _parmi("etat", "repondu", "ne_sait_pas", "non_concerne", "sans_reponse"),
)

# Une ligne = une valeur d'un indicateur, pour une collectivité ou un territoire, à une période
# (la vague pour un indicateur déclaré, une année ou une date pour une donnée de l'État).
# `n_communes` : vide pour la valeur propre d'une collectivité ; sinon, la valeur est celle d'un
# territoire, montée de ses communes, et c'est le nombre de celles que l'on connaît.
fait_valeur = Table(
    "fait_valeur",
    metadata,
    _texte("indicateur_id"),
    _texte("collectivite_id"),
    _texte("periode"),
    Column("valeur", Float, nullable=True),
    _texte("etat"),
    _texte("source_id"),
    Column("n_communes", Integer, nullable=True),
    PrimaryKeyConstraint("indicateur_id", "collectivite_id", "periode"),
    _parmi("etat", "repondu", "ne_sait_pas", "non_concerne", "sans_reponse"),
    CheckConstraint("(etat = 'repondu') = (valeur IS NOT NULL)", name="valeur_selon_etat"),
)

# Une ligne = le poids d'un répondant à un questionnaire, pendant une vague.
poids = Table(
    "poids",
    metadata,
    _texte("vague_id"),
    _texte("questionnaire_id"),
    _texte("collectivite_id"),
    _texte("strate_poids"),  # strate après regroupement, celle de la variance
    Column("poids_base", Float, nullable=False),
    Column("poids", Float, nullable=False),
    PrimaryKeyConstraint("vague_id", "questionnaire_id", "collectivite_id"),
    CheckConstraint("poids > 0", name="poids_positif"),
)

# Une ligne = une cellule : un indicateur, une vague, un territoire, un type, une strate, une
# couverture ; le total d'une dimension est un texte vide. Les parts vont de 0 à 1.
agregat = Table(
    "agregat",
    metadata,
    _texte("indicateur_id"),
    _texte("vague_id"),
    _texte("niveau"),
    _texte("territoire_id"),
    _texte("type"),
    _texte("strate"),
    _texte("couverture"),
    Column("population", Integer, nullable=False),  # collectivités de la cellule dans le cadre
    Column("participants", Integer, nullable=False),  # ont rempli le questionnaire
    Column("n", Integer, nullable=False),  # ont répondu à la question
    Column("n_oui", Integer, nullable=True),  # vide pour une moyenne
    Column("n_eff", Float, nullable=True),
    Column("brut", Float, nullable=True),
    Column("redresse", Float, nullable=True),
    Column("se", Float, nullable=True),
    Column("df", Float, nullable=True),
    Column("bas", Float, nullable=True),
    Column("haut", Float, nullable=True),
    _texte("note"),
    # État pour le public ; pour le programme (cellules ≥ 3).
    _texte("etat"),
    _texte("etat_programme"),
    PrimaryKeyConstraint("indicateur_id", "vague_id", "territoire_id", "type", "strate", "couverture"),
    _parmi("note", "A", "B", "C", ""),
    _parmi("etat", "published", "indicative", "primary", "complementary"),
    CheckConstraint("n >= 0 AND participants >= n AND population >= participants", name="effectifs"),
)

# Une ligne = un fait du rapport de qualité d'un redressement (regroupement, rapport de poids…).
qualite = Table(
    "qualite",
    metadata,
    _texte("vague_id"),
    _texte("questionnaire_id"),
    _texte("cle"),
    _texte("objet"),
    Column("valeur", Float, nullable=True),
    _texte("phrase"),
    PrimaryKeyConstraint("vague_id", "questionnaire_id", "cle", "objet"),
)

# Une ligne = une évolution testée d'un indicateur entre deux vagues, dans une cellule d'agregat.
evolution = Table(
    "evolution",
    metadata,
    _texte("indicateur_id"),
    _texte("vague_1"),
    _texte("vague_2"),
    _texte("territoire_id"),
    _texte("type"),
    _texte("strate"),
    _texte("couverture"),
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
    _texte("verdict"),
    _texte("etat"),
    PrimaryKeyConstraint(
        "indicateur_id", "vague_1", "vague_2", "territoire_id", "type", "strate", "couverture"
    ),
)

# Une ligne = une estimation par modèle, pour un département ; jamais mêlée aux estimations directes.
estimation_modele = Table(
    "estimation_modele",
    metadata,
    _texte("indicateur_id"),
    _texte("vague_id"),
    _texte("territoire_id"),
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
    _texte("chiffre_id"),
    _texte("theme_id"),
    _texte("indicateur_id"),
    _texte("libelle"),
    Column("valeur", Float, nullable=True),
    _texte("valeur_texte"),
    _texte("unite"),
    _texte("base"),
    _texte("vague"),
    _texte("annee"),
    _texte("source_url"),
    _texte("extrait"),
    PrimaryKeyConstraint("chiffre_id"),
)

# Une ligne = un fichier importé (un lot remplace le précédent du même questionnaire et de la même
# vague lorsqu'il en est la correction).
lot_import = Table(
    "lot_import",
    metadata,
    _texte("lot_id"),
    _texte("fichier"),
    _texte("empreinte"),
    _texte("format"),
    _texte("vague_id"),
    _texte("questionnaire_id"),
    Column("importe_le", DateTime, nullable=False),
    Column("simule", Boolean, nullable=False),
    Column("lus", Integer, nullable=False),
    Column("charges", Integer, nullable=False),
    Column("doublons", Integer, nullable=False),
    Column("quarantaine", Integer, nullable=False),
    Column("ignores", Integer, nullable=False),
    PrimaryKeyConstraint("lot_id"),
    CheckConstraint("lus = charges + doublons + quarantaine + ignores", name="compte_juste"),
)

# Une ligne = un motif de refus d'une ligne d'un lot (ou d'une source de l'État : lot_id = source_id).
quarantaine = Table(
    "quarantaine",
    metadata,
    _texte("lot_id"),
    Column("rang", Integer, nullable=False),
    Column("ligne", Integer, nullable=False),
    _texte("colonne"),
    _texte("valeur"),
    _texte("motif"),
    PrimaryKeyConstraint("lot_id", "rang"),
)
