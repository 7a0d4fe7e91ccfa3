"""Les tables de l'entrepôt, par sens : référentiel, enquête, chiffres, groupes, données de l'État, fonds."""

from barometre.warehouse.schema.actions import action_fonds, lot_actions
from barometre.warehouse.schema.base import metadata
from barometre.warehouse.schema.chiffres import (
    agregat,
    chiffre_publie,
    estimation_modele,
    evolution,
    fait_valeur,
    poids,
    qualite,
)
from barometre.warehouse.schema.contrastes import (
    contraste,
)
from barometre.warehouse.schema.enquete import (
    cle_secrete,
    dim_indicateur,
    dim_question,
    dim_vague,
    fait_reponse,
    lot_import,
    participation,
    quarantaine,
    vague_questionnaire,
)
from barometre.warehouse.schema.etat import (
    accord,
    association,
    double_difference,
)
from barometre.warehouse.schema.referentiel import (
    code_ancien,
    dim_collectivite,
    dim_opsn,
    dim_source,
    lien_opsn,
    version,
)

__all__ = [
    "accord",
    "action_fonds",
    "agregat",
    "association",
    "chiffre_publie",
    "cle_secrete",
    "code_ancien",
    "contraste",
    "dim_collectivite",
    "dim_indicateur",
    "dim_opsn",
    "dim_question",
    "dim_source",
    "dim_vague",
    "double_difference",
    "estimation_modele",
    "evolution",
    "fait_reponse",
    "fait_valeur",
    "lien_opsn",
    "lot_actions",
    "lot_import",
    "metadata",
    "participation",
    "poids",
    "qualite",
    "quarantaine",
    "vague_questionnaire",
    "version",
]
