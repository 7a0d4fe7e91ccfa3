"""Une vue composée par le lecteur : des indicateurs, un champ, une ou plusieurs répartitions ; à plat.

La même demande, donc la même adresse, sert la page Explorer, la commande `exporter` et l'API.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.chiffre import ChiffrePublie
from barometre.domain.formats import format_compte, format_liste, format_nombre
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.views.donnees.declares import build_declares
from barometre.views.donnees.demande import (
    TERRITOIRE,
    VAGUE,
    DemandeExplorer,
    ExplorationRefusee,
)
from barometre.views.donnees.formes import pivot_large
from barometre.views.donnees.mesures_et_publies import build_mesures, build_publies
from barometre.views.donnees.provenance_explorer import build_provenance_explorer, list_precautions_croisees
from barometre.views.lecture.groupes_compares import name_premiers
from barometre.views.lecture.ligne import Lecture

MAXIMUM = 100_000  # lignes d'un fichier (CONCEPTION §7)
PAGE = 50  # lignes de l'aperçu, et d'une page de l'API
COLONNES = (
    "indicateur_id", "titre", "origine", "groupe", "vague_id", "periode", "territoire_id", "type", "strate",
    "couverture", "unite", "valeur", "plafond", "redresse", "brut", "bas", "haut", "prudence_bas",
    "prudence_haut", "g_etoile", "n", "note", "marque", "remarque", "source",
)  # fmt: skip
_NOMBRES = ("valeur", "redresse", "brut", "bas", "haut", "prudence_bas", "prudence_haut", "g_etoile")
CACHEE, INDISPONIBLE = "[c]", "[x]"


@dataclass(frozen=True, slots=True)
class VueExplorer:
    """La table à plat ; une cellule que le secret cache n'y a que sa marque et sa raison.

    `table` : une ligne par chiffre, dans tous les cas ; `fichier` : la même, dans la forme demandée.
    """

    indicateurs: tuple[Indicateur, ...]
    table: pd.DataFrame
    fichier: pd.DataFrame
    provenance: Provenance
    champ: str
    messages: tuple[str, ...] = ()

    @property
    def caches(self) -> int:
        """Les chiffres que le secret cache."""
        return int(self.table["marque"].eq(CACHEE).sum())

    @property
    def absents(self) -> int:
        """Les chiffres qui n'existent pas : question non posée, donnée trop ancienne ou trop partielle."""
        return int(self.table["marque"].eq(INDISPONIBLE).sum())

    @property
    def pages(self) -> int:
        """Le nombre de pages de l'aperçu."""
        return max(1, -(-len(self.fichier) // PAGE))

    @property
    def phrase(self) -> str:
        """Ce que contiendra le fichier, avant de le demander."""
        if self.table.empty:
            return "Aucune ligne : élargissez le champ, ou choisissez une autre vague."
        lignes = format_compte(len(self.fichier), "ligne")
        sans = [
            f"{format_compte(n, mot)} {suite}"
            for n, mot, suite in (
                (
                    self.caches,
                    "chiffre",
                    "caché par le secret" if self.caches == 1 else "cachés par le secret",
                ),
                (self.absents, "chiffre", "indisponible" if self.absents == 1 else "indisponibles"),
            )
            if n
        ]
        return (
            f"{self.champ} : {lignes}{f', dont {format_liste(sans)}' if sans else ', aucun chiffre caché'}."
        )

    def get_page(self, numero: int) -> pd.DataFrame:
        """Les lignes d'une page de l'aperçu, à partir de 1 ; le reste ne part jamais au navigateur."""
        debut = (min(max(numero, 1), self.pages) - 1) * PAGE
        return self.fichier.iloc[debut : debut + PAGE]

    def explain_bases(self, numero: int) -> str:
        """Les indicateurs de cette page de l'aperçu qui ne se lisent que parmi certaines, et lesquelles."""
        page = self.get_page(numero)
        # En large, une colonne par indicateur : tous y sont.
        lus = set(page["indicateur_id"]) if "indicateur_id" in page else {i.id for i in self.indicateurs}
        par_base: dict[str, list[str]] = {}
        for i in self.indicateurs:
            if i.parmi and i.id in lus:
                par_base.setdefault(i.parmi, []).append(i.titre)
        return " ; ".join(f"{name_premiers(titres)}, {parmi}" for parmi, titres in par_base.items())


def build_vue_explorer(gate: Gate, catalogue: Catalogue, demande: DemandeExplorer) -> VueExplorer:
    """La vue entière ; `ExplorationRefusee` au-delà de 100 000 lignes."""
    indicateurs, publies = _list_choisis(catalogue, demande)
    lecture = Lecture(gate, catalogue, demande.selection)
    table = _build_table(lecture, indicateurs, publies, demande)
    if len(table) > MAXIMUM:
        raise ExplorationRefusee(
            f"Cette vue a {format_compte(len(table), 'ligne')} ; un fichier en a {format_nombre(MAXIMUM)} "
            "au plus : ôtez une répartition, ou choisissez moins d’indicateurs."
        )
    champ = _name_champ(lecture, demande)
    return VueExplorer(
        tuple(indicateurs),
        table,
        pivot_large(table, par_periode=VAGUE in demande.par) if demande.forme == "large" else table,
        build_provenance_explorer(lecture, indicateurs, demande, table, champ),
        champ,
        tuple(_list_messages(indicateurs, publies, table, demande)),
    )


def _build_table(
    lecture: Lecture, indicateurs: list[Indicateur], publies: list[ChiffrePublie], demande: DemandeExplorer
) -> pd.DataFrame:
    gate, catalogue = lecture.gate, lecture.catalogue
    declares = [i for i in indicateurs if i.origine == "declare"]
    mesures = [i for i in indicateurs if i.origine == "mesure"]
    morceaux = (
        build_declares(gate, catalogue, lecture.libelles, declares, demande),
        build_mesures(gate, catalogue, lecture.libelles, mesures, demande),
        build_publies(catalogue, publies, demande),
    )
    # Un morceau vide n'a pas de types : il ferait douter pandas de ceux des autres.
    pleins = [morceau.reindex(columns=list(COLONNES)) for morceau in morceaux if len(morceau)]
    table = pd.concat(pleins, ignore_index=True) if pleins else pd.DataFrame(columns=list(COLONNES))
    textes = [nom for nom in COLONNES if nom not in (*_NOMBRES, "n")]
    table[textes] = table[textes].astype(object).fillna("").astype("str")
    return table.astype(dict.fromkeys(_NOMBRES, "float64") | {"n": "Int64"})


def _list_choisis(
    catalogue: Catalogue, demande: DemandeExplorer
) -> tuple[list[Indicateur], list[ChiffrePublie]]:
    if demande.indicateurs:
        connus = catalogue.indicateurs
        publies = {p.id: p for p in catalogue.chiffres_publies}
        choisis = demande.indicateurs
        return [connus[i] for i in choisis if i in connus], [publies[i] for i in choisis if i in publies]
    declares = catalogue.list_indicateurs(demande.theme_id or None, origine="declare")
    return [i for i in declares if demande.theme_id or i.cle], []


def _list_messages(
    indicateurs: list[Indicateur], publies: list[ChiffrePublie], table: pd.DataFrame, demande: DemandeExplorer
) -> list[str]:
    """Les indicateurs choisis dont la vue n'a aucune ligne, et ce qu'il faut changer."""
    presents = set(table["indicateur_id"])
    absents = [i.titre for i in indicateurs if i.id not in presents]
    absents += [p.libelle for p in publies if p.id not in presents]
    petits = list_precautions_croisees(table, demande)
    if not demande.indicateurs or not absents:
        return petits
    raison = (
        "Pas de chiffre à ce niveau ou à cette vague"
        if demande.est_commune_a_tous
        else "Pas de répartition de cette sorte, ou pas de chiffre ici (données de l’État et chiffres "
        "publiés se lisent toutes collectivités réunies)"
    )
    return [
        f"Sans ligne dans cette vue : {format_liste([f'« {a} »' for a in absents])}. {raison}.",
        *petits,
    ]


def _name_champ(lecture: Lecture, demande: DemandeExplorer) -> str:
    """Le champ en mots, avec les territoires choisis un à un."""
    if not demande.territoires:
        return lecture.contexte.champ
    noms = [lecture.libelles.get_territoire(t) for t in demande.territoires]
    seuls = format_liste(noms) if len(noms) <= 3 else format_compte(len(noms), "territoire")
    return f"{lecture.contexte.champ} ({seuls})" if TERRITOIRE in demande.par else seuls
