"""L'image d'un graphique et d'où il vient : le même fichier par la page, l'aperçu d'un lien, un droit."""

from __future__ import annotations

from barometre.charts import Dessin
from barometre.charts.image import FormatImage, build_image
from barometre.domain.provenance import REMIS_SOUS_DROIT, SUR_PLACE, Provenance

# Ce qu'une image qui part seule doit dire elle-même ; les autres précautions sont dans les fichiers.
DITES = (REMIS_SOUS_DROIT, SUR_PLACE)


def build_image_dessin(dessin: Dessin, titre: str, lue: Provenance, extension: FormatImage) -> bytes:
    """L'image du graphique ; titre, champ, source, date, version et simulation y sont écrits."""
    dites = (precaution for precaution in lue.precautions if precaution in DITES)
    pied = " · ".join(filter(None, (*dites, lue.pied)))
    return build_image(dessin, titre=titre, pied=pied, extension=extension, adresse=lue.adresse)
