"""Un export lu : des entêtes, des textes, des numéros de ligne ; rien n'est encore interprété."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from barometre.ingest.cleaning import clean_feuille
from barometre.ingest.csv_reader import Tableau, iter_csv
from barometre.ingest.entetes import find_role
from barometre.ingest.errors import ImportRefuse, Rejet
from barometre.ingest.json_reader import read_json
from barometre.ingest.layout import Choix, Feuille, Reconnaitre, build_tableau, pick_feuille
from barometre.ingest.long import pivot_long
from barometre.ingest.ods_reader import read_ods
from barometre.ingest.sniff import Contenant, is_finie, read_contenant
from barometre.ingest.xlsx_reader import read_xlsx

FORMATS = ("auto", "limesurvey", "csv", "xlsx", "ods", "json", "sav")


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
    # Faux si le texte ne finit pas par un saut de ligne : sa dernière cellule est peut-être coupée.
    finie: bool = True

    @property
    def lus(self) -> int:
        """Toutes les lignes du fichier après ses entêtes, lisibles ou non."""
        return len(self.lignes) + len(self.vides) + len({r.ligne for r in self.rejets})


def read_export(
    path: str | Path,
    format: str = "auto",
    reconnaitre: Reconnaitre = lambda entete: bool(find_role(entete)),
    choix: Choix | None = None,
) -> Export:
    """Lit un CSV, un classeur, un JSON ou un SAV, reconnu à son contenu ; refuse le reste d'une phrase."""
    return read_brut(Path(path), format, reconnaitre, choix or Choix()).build_export(reconnaitre)


@dataclass(frozen=True, slots=True)
class Brut:
    """Un fichier dont la feuille est choisie et nettoyée, avant de savoir où sont ses entêtes."""

    path: Path
    format: str
    contenant: Contenant
    feuille: Feuille
    choix: Choix

    def build_tableau(self, reconnaitre: Reconnaitre) -> Tableau:
        """Une ligne par répondante, sous ses entêtes."""
        large = pivot_long(self.feuille, self.choix, self.path.name)
        return build_tableau(large, reconnaitre, self.choix, self.path.name)

    def build_export(self, reconnaitre: Reconnaitre) -> Export:
        """L'export prêt à interpréter."""
        export = _build_export(self.path, self.contenant, self.build_tableau(reconnaitre), self.format)
        return replace(export, finie=self.feuille.finie)


def read_brut(path: Path, format: str, reconnaitre: Reconnaitre, choix: Choix) -> Brut:
    """Le fichier, sa nature vérifiée, sa feuille choisie ; `ImportRefuse` dit ce qui n'est pas lisible."""
    if format not in FORMATS:
        raise ImportRefuse(f"Le format « {format} » n'existe pas ; formats possibles : {', '.join(FORMATS)}.")
    contenant = read_contenant(path)
    if format not in {"auto", "limesurvey", contenant.nature}:
        raise ImportRefuse(
            f"« {path.name} » est un fichier {contenant.nature.upper()}, pas {format.upper()}."
        )
    feuille = pick_feuille(_read_feuilles(path, contenant), reconnaitre, choix, path.name)
    clean_feuille(feuille)
    return Brut(path, format, contenant, feuille, choix)


def _read_feuilles(path: Path, contenant: Contenant) -> list[Feuille]:
    if contenant.nature == "xlsx":
        return read_xlsx(path)
    if contenant.nature == "ods":
        return read_ods(path)
    if contenant.nature == "json":
        return read_json(path, contenant.encodage)
    if contenant.nature == "sav":
        from barometre.ingest.sav_reader import read_sav  # noqa: PLC0415 — lourd, et rare

        return read_sav(path)
    feuille = Feuille("", finie=is_finie(path, contenant.encodage))
    for numero, cellules, defaut in iter_csv(path, contenant.encodage):
        if defaut:
            feuille.rejets.append(Rejet(numero, "", "", defaut))
        else:
            feuille.lignes.append((numero, cellules))
    return [feuille]


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
