"""Les tables du registre : ce que l'on accorde, ce qui a été lu, ce que l'on garde pour soi."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData()

# Une ligne = un droit accordé à un compte ; retiré, il reste avec la date de son retrait.
acces = Table(
    "acces",
    metadata,
    Column("acces_id", Integer, primary_key=True, autoincrement=True),
    Column("compte", String, nullable=False, index=True),
    Column("role", String, nullable=False),
    Column("collectivite_id", String, nullable=False, default=""),
    Column("opsn_id", String, nullable=False, default=""),
    Column("cyber", Boolean, nullable=False, default=False),
    Column("nominatif", Boolean, nullable=False, default=False),
    Column("motif", String, nullable=False, default=""),
    Column("accorde_par", String, nullable=False, default=""),
    Column("accorde_le", DateTime, nullable=False),
    Column("expire_le", DateTime, nullable=True),
    Column("retire_le", DateTime, nullable=True),
    # Avant cette date, le droit ne compte pas encore ; vide : dès qu'il est accordé.
    Column("debut_le", DateTime, nullable=True),
    # L'établissement pour lequel il a été accordé : qui en change perd ce droit. Vide : une connexion
    # sans SIRET, et elle seule.
    Column("siret", String, nullable=False, default=""),
    CheckConstraint("role IN ('collectivite', 'opsn', 'programme', 'operateur')", name="role_connu"),
    CheckConstraint("role <> 'collectivite' OR collectivite_id <> ''", name="collectivite_dite"),
    CheckConstraint("role <> 'opsn' OR opsn_id <> ''", name="opsn_dit"),
)

# Une ligne = un fait que l'on doit pouvoir retrouver : lecture nommée, droit accordé ou retiré, import.
journal = Table(
    "journal",
    metadata,
    Column("journal_id", Integer, primary_key=True, autoincrement=True),
    Column("instant", DateTime, nullable=False, index=True),
    Column("compte", String, nullable=False),
    Column("role", String, nullable=False),
    Column("simulee", Boolean, nullable=False),
    Column("action", String, nullable=False),
    Column("objet", String, nullable=False),
    Column("detail", String, nullable=False),
    # Condensé de la ligne et de celui de la ligne d'avant : une ligne ôtée ou changée rompt la chaîne.
    Column("empreinte", String, nullable=False, default=""),
)

# Une seule ligne : la fin de la chaîne du journal ; la dernière ligne ôtée se voit aussi.
journal_tete = Table(
    "journal_tete",
    metadata,
    Column("tete_id", Integer, primary_key=True, autoincrement=False),
    Column("journal_id", Integer, nullable=False),
    Column("empreinte", String, nullable=False),
)

# Une ligne = une personne telle que le fournisseur d'identité la désigne ; jamais son adresse comme clé.
comptes = Table(
    "comptes",
    metadata,
    Column("compte_id", String, primary_key=True),
    Column("emetteur", String, nullable=False),
    Column("fournisseur", String, nullable=False),
    Column("sujet", String, nullable=False),
    Column("courriel", String, nullable=False),
    Column("siret", String, nullable=False),
    Column("cree_le", DateTime, nullable=False),
    Column("connecte_le", DateTime, nullable=False),
    UniqueConstraint("emetteur", "fournisseur", "sujet", name="une_personne"),
)

# Une ligne = une demande d'accès, à laquelle un opérateur répond.
demandes = Table(
    "demandes",
    metadata,
    Column("demande_id", Integer, primary_key=True, autoincrement=True),
    Column("compte_id", String, ForeignKey("comptes.compte_id"), nullable=False, index=True),
    Column("siret", String, nullable=False),
    Column("etat", String, nullable=False),
    Column("motif", String, nullable=False),
    Column("deposee_le", DateTime, nullable=False),
    Column("reponse_le", DateTime, nullable=True),
    Column("reponse_par", String, nullable=False),
    CheckConstraint("etat IN ('en_attente', 'accordee', 'refusee')", name="etat_connu"),
)

# Une ligne = une session ouverte ; la clé est le condensé du jeton que seul le navigateur connaît.
sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String, primary_key=True),
    Column("compte_id", String, ForeignKey("comptes.compte_id"), nullable=False, index=True),
    Column("niveau", String, nullable=False),
    Column("id_token", String, nullable=False),
    Column("ouverte_le", DateTime, nullable=False),
    Column("vue_le", DateTime, nullable=False),
    Column("expire_le", DateTime, nullable=False),
)

# Une ligne = une connexion partie chez le fournisseur et pas encore revenue ; elle ne sert qu'une fois.
connexions = Table(
    "connexions",
    metadata,
    Column("etat_id", String, primary_key=True),
    Column("navigateur", String, nullable=False),
    Column("nonce", String, nullable=False),
    Column("verifieur", String, nullable=False),
    Column("retour", String, nullable=False),
    Column("renforcee", Boolean, nullable=False),
    Column("expire_le", DateTime, nullable=False),
)

# Une ligne = une version préparée : ce dont elle part, qui l'a faite, quand elle doit paraître.
publications = Table(
    "publications",
    metadata,
    Column("version_id", String, primary_key=True),
    # La version en service quand elle a été préparée : si une autre l'est devenue, elle ne se publie plus.
    Column("base_id", String, nullable=False),
    Column("objet", String, nullable=False),
    Column("preparee_par", String, nullable=False),
    Column("preparee_le", DateTime, nullable=False),
    Column("prevue_le", Date, nullable=True),
    # Le dernier jour où une collectivité peut déclarer quelque chose de ses chiffres ; vide : fenêtre fermée.
    Column("reponses_jusqu_au", Date, nullable=True),
    # Ce qui la ferait préparer deux fois pareille : sa base, son geste, son fichier. Vide une fois publiée.
    Column("cle", String, nullable=True),
    UniqueConstraint("cle", name="une_preparee"),
)

# Une ligne = un entête qu'un opérateur a rapproché d'une question ou d'un rôle : il vaut au fichier suivant.
correspondances = Table(
    "correspondances",
    metadata,
    Column("questionnaire_id", String, primary_key=True),
    Column("entete", String, primary_key=True),
    Column("cible", String, nullable=False),
    Column("par", String, nullable=False),
    Column("le", DateTime, nullable=False),
)

# Une ligne = les dates qu'un opérateur a données à une vague ; sans ligne, celles du catalogue.
calendrier = Table(
    "calendrier",
    metadata,
    Column("vague_id", String, primary_key=True),
    Column("ouverture", Date, nullable=True),
    Column("fermeture", Date, nullable=True),
    Column("par", String, nullable=False),
    Column("le", DateTime, nullable=False),
)

# Une ligne = ce qu'une collectivité déclare d'un de ses chiffres, dans la fenêtre d'une version préparée.
declarations = Table(
    "declarations",
    metadata,
    Column("declaration_id", Integer, primary_key=True, autoincrement=True),
    Column("collectivite_id", String, nullable=False, index=True),
    Column("version_id", String, nullable=False),
    Column("indicateur_id", String, nullable=False),
    Column("nature", String, nullable=False),
    Column("texte", String, nullable=False),
    Column("compte", String, nullable=False),
    Column("declaree_le", DateTime, nullable=False),
    CheckConstraint("nature IN ('correction', 'explication')", name="nature_connue"),
)

# Une ligne = une vue qu'un compte a gardée, par son adresse.
selections = Table(
    "selections",
    metadata,
    Column("selection_id", Integer, primary_key=True, autoincrement=True),
    Column("compte", String, nullable=False, index=True),
    Column("titre", String, nullable=False),
    Column("requete", String, nullable=False),
    Column("creee_le", DateTime, nullable=False),
)
