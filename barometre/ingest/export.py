"""Un export lu : des entêtes, des textes, des numéros de ligne ; rien n'est encore interprété."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from barometre.ingest.columns import find_role
from barometre.ingest.csv_reader import Tableau, read_csv
from barometre.ingest.errors import ImportRefuse, Rejet
from barometre.ingest.sniff import Contenant, read_contenant
from barometre.ingest.xlsx_reader import read_xlsx

FORMATS = ("auto", "limesurvey", "csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Export:
    """Le contenu d'un fichier reçu. `colonnes[i]` est la colonne d'entête `entetes[i]`."""

    nom: str
    empreinte: str
    format: str
    entetes: tuple[str, ...]
    colonnes: tuple[tuple[str, ...], ...]
    lignes: tuple[int, ...]
    vides: tuple[int, ...]
    rejets: tuple[Rejet, ...]
    avertissements: tuple[str, ...]

    @property
    def lus(self) -> int:
        """Toutes les lignes du fichier après ses entêtes, lisibles ou non."""
        return len(self.lignes) + len(self.vides) + len({r.ligne for r in self.rejets})


def read_export(path: str | Path, format: str = "auto") -> Export:
    """Lit un CSV ou un XLSX, reconnu à son contenu ; refuse tout autre fichier d'une phrase."""
    path = Path(path)
    if format not in FORMATS:
        raise ImportRefuse(f"Le format « {format} » n'existe pas ; formats possibles : {', '.join(FORMATS)}.")
    contenant = read_contenant(path)
    if format in {"csv", "xlsx"} and format != contenant.nature:
        raise ImportRefuse(
            f"« {path.name} » est un fichier {contenant.nature.upper()}, pas {format.upper()}."
        )
    tableau = read_xlsx(path) if contenant.nature == "xlsx" else read_csv(path, contenant.encodage)
    return _build_export(path, contenant, tableau, format)


def _build_export(path: Path, contenant: Contenant, tableau: Tableau, format: str) -> Export:
    colonnes = tuple(zip(*tableau.lignes, strict=True)) or ((),) * len(tableau.entetes)
    limesurvey = format == "limesurvey" or _is_limesurvey(tableau.entetes)
    return Export(
        nom=path.name,
        empreinte=contenant.empreinte,
        format="limesurvey" if limesurvey else contenant.nature,
        entetes=tuple(tableau.entetes),
        colonnes=colonnes,
        lignes=tuple(tableau.numeros),
        vides=tuple(tableau.vides),
        rejets=tuple(tableau.rejets),
        avertissements=tuple(tableau.avertissements),
    )


def _is_limesurvey(entetes: list[str]) -> bool:
    """LimeSurvey met toujours en tête le numéro de la réponse et la dernière page vue."""
    return {"reponse_id", "derniere_page"} <= {find_role(e) for e in entetes}
