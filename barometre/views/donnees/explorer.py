"""Une vue composée par le lecteur : des indicateurs, un champ, une ou plusieurs répartitions ; à plat.

La même demande, donc la même adresse, sert la page Explorer, la commande `exporter` et l'API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.domain.territoire import COUVERTURES, FRANCE, LIBELLES_COUVERTURES, LIBELLES_TYPES, TYPES
from barometre.formats import format_compte
from barometre.views.lecture.address import Admises, Adresse, read_query
from barometre.views.lecture.chiffres import Chiffre, read_chiffres
from barometre.views.lecture.libelles import ZONES
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.provenance import build_provenance_lecture, build_table
from barometre.views.lecture.selection import Selection, read_selection

TERRITOIRE, STRATE, TYPE, OPSN, VAGUE = "territoire", "strate", "type", "opsn", "vague"
REPARTITIONS = {
    TERRITOIRE: "Territoire", STRATE: "Taille", TYPE: "Type", OPSN: "Couverture OPSN", VAGUE: "Vague",
}  # fmt: skip
NIVEAUX = {"zone": "Métropole et outre-mer", "region": "Régions", "departement": "Départements"}
MAXIMUM = 100_000  # lignes d'un fichier (CONCEPTION §7)
APERCU = 50
# Ce que l'on demande le plus souvent, par son adresse.
MODELES = {
    "Les chiffres clés par région": "par=territoire&niveau=region",
    "Les chiffres clés selon la taille": "par=strate",
    "Les chiffres clés, toutes les vagues": "par=vague",
    "La cybersécurité par type de collectivité": "theme=cybersecurite&par=type",
}


TOUT = Selection()


class ExplorationRefusee(ValueError):
    """La vue demandée n'existe pas, ou est trop grande ; le message dit quoi changer."""


@dataclass(frozen=True, slots=True)
class DemandeExplorer:
    """Aucun indicateur : ceux du thème ; ni l'un ni l'autre : les chiffres clés de tous les thèmes."""

    indicateurs: tuple[str, ...] = ()
    theme_id: str = ""
    selection: Selection = TOUT
    par: tuple[str, ...] = (TERRITOIRE,)
    niveau: str = "region"


@dataclass(frozen=True, slots=True)
class VueExplorer:
    """La table à plat ; une cellule que le secret cache n'y a que sa marque et sa raison."""

    indicateurs: tuple[Indicateur, ...]
    table: pd.DataFrame
    provenance: Provenance
    champ: str

    @property
    def caches(self) -> int:
        """Les lignes sans valeur."""
        return int(self.table["brut"].isna().sum())

    @property
    def phrase(self) -> str:
        """Ce que contiendra le fichier, avant de le demander."""
        if self.table.empty:
            return "Aucune ligne : élargissez le champ, ou choisissez une autre vague."
        lignes = format_compte(len(self.table), "ligne")
        return f"{self.champ} : {lignes}, dont {self.caches} sans valeur (secret, ou question non posée)."


def list_admises(catalogue: Catalogue, territoires: Mapping[str, str]) -> dict[str, Admises]:
    """Les valeurs que chaque clé de l'adresse peut prendre."""
    return {
        "indicateurs": {i.id for i in catalogue.list_indicateurs(origine="declare")},
        "theme": {"", *(t.id for t in catalogue.themes)},
        "vague": {"", *(v.id for v in catalogue.vagues)},
        "territoire": {*territoires, FRANCE, *ZONES},
        "niveau": set(NIVEAUX),
        "type": {"", *TYPES},
        "strate": {"", *(s.id for s in catalogue.strates)},
        "opsn": {"", *COUVERTURES},
        "par": {"", *REPARTITIONS},
    }


def read_demande(adresse: Adresse) -> DemandeExplorer:
    """La demande que dit une adresse."""
    return DemandeExplorer(
        indicateurs=adresse.list("indicateurs"),
        theme_id=adresse.get("theme"),
        selection=read_selection(adresse),
        par=tuple(p for p in adresse.list("par") if p),
        niveau=adresse.get("niveau"),
    )


def parse_demande(requete: str, catalogue: Catalogue, territoires: Mapping[str, str]) -> DemandeExplorer:
    """La demande d'un texte (commande, API) : une mauvaise valeur y est refusée, non corrigée."""
    adresse = read_query(requete, list_admises(catalogue, territoires))
    if adresse.messages:
        raise ExplorationRefusee(adresse.messages[0].partition("\u202f: ")[0] + ".")
    return read_demande(adresse)


def build_vue_explorer(gate: Gate, catalogue: Catalogue, demande: DemandeExplorer) -> VueExplorer:
    """La vue entière ; `ExplorationRefusee` au-delà de 100 000 lignes."""
    indicateurs = _list_indicateurs(catalogue, demande)
    cadre = _read_cadre(gate, indicateurs, demande)
    if len(cadre) > MAXIMUM:
        raise ExplorationRefusee(
            f"Cette vue a {len(cadre)} lignes ; un fichier en a {MAXIMUM} au plus : ôtez une répartition, "
            "ou choisissez moins d’indicateurs."
        )
    lecture = Lecture(gate, catalogue, demande.selection)
    par_id = {i.id: i for i in indicateurs}
    noms = _Noms(lecture)
    chiffres = _sort(read_chiffres(_keep_derniere(cadre, catalogue, demande)), catalogue)
    lignes = [(par_id[c.indicateur_id], noms.get_groupe(c), c) for c in chiffres]
    titre = (
        "Explorer : " + ", ".join(REPARTITIONS[p].lower() for p in demande.par) if demande.par else "Explorer"
    )
    return VueExplorer(
        tuple(indicateurs),
        build_table(lignes),
        build_provenance_lecture(lecture, titre, _get_nom(demande), indicateurs),
        lecture.contexte.champ,
    )


def _get_nom(demande: DemandeExplorer) -> str:
    quoi = demande.indicateurs[0] if len(demande.indicateurs) == 1 else demande.theme_id or "chiffres-cles"
    return "_".join(("explorer", quoi, *demande.par))


def _list_indicateurs(catalogue: Catalogue, demande: DemandeExplorer) -> list[Indicateur]:
    if demande.indicateurs:
        return [catalogue.get_indicateur(i) for i in demande.indicateurs]
    if demande.theme_id:
        return catalogue.list_indicateurs(demande.theme_id, origine="declare")
    return [i for i in catalogue.list_indicateurs(origine="declare") if i.cle]


def _read_cadre(gate: Gate, indicateurs: Sequence[Indicateur], demande: DemandeExplorer) -> pd.DataFrame:
    """Les cellules de la porte : une dimension répartie est ouverte, les autres sont fixées."""
    choix, par = demande.selection, demande.par
    filtres: dict[str, Any] = {
        "vague_id": None if VAGUE in par else choix.vague_id or None,
        "couverture": None if OPSN in par else choix.couverture,
        "strate": None if STRATE in par else choix.strate,
        "type": None
        if {STRATE, TYPE} & set(par)
        else [choix.type_effectif, choix.type]
        if choix.strate
        else choix.type,
    }
    filtres |= {"niveau": demande.niveau} if TERRITOIRE in par else {"territoire_id": choix.territoire_id}
    cadre = gate.list_agregats(indicateurs=[i.id for i in indicateurs], **filtres)
    for dimension, colonne in ((STRATE, "strate"), (TYPE, "type"), (OPSN, "couverture")):
        if dimension in par:
            cadre = cadre[cadre[colonne].ne("")]
    if STRATE in par and choix.type:
        cadre = cadre[cadre["strate"].str.startswith(f"{choix.type}-")]
    return cadre


def _keep_derniere(cadre: pd.DataFrame, catalogue: Catalogue, demande: DemandeExplorer) -> pd.DataFrame:
    """Sans vague demandée ni répartie : la dernière où l'indicateur a une cellule."""
    if VAGUE in demande.par or demande.selection.vague_id or cadre.empty:
        return cadre
    rangs = cadre["vague_id"].map({v.id: rang for rang, v in enumerate(catalogue.vagues)})
    return cadre[rangs.eq(rangs.groupby(cadre["indicateur_id"]).transform("max"))]


def _sort(chiffres: list[Chiffre], catalogue: Catalogue) -> list[Chiffre]:
    """Dans l'ordre du catalogue, jamais par valeur : une vue n'est pas un palmarès."""
    indicateurs = {i: rang for rang, i in enumerate(catalogue.indicateurs)}
    strates = {s.id: rang for rang, s in enumerate(catalogue.strates)}
    vagues = {v.id: rang for rang, v in enumerate(catalogue.vagues)}
    return sorted(
        chiffres,
        key=lambda c: (
            indicateurs[c.indicateur_id], c.territoire_id, c.type, strates.get(c.strate, -1), c.couverture,
            vagues.get(c.vague_id, -1),
        ),
    )  # fmt: skip


class _Noms:
    """Les noms des groupes, chacun cherché une fois."""

    def __init__(self, lecture: Lecture) -> None:
        self._libelles = lecture.libelles
        self._territoires: dict[str, str] = {}

    def get_groupe(self, chiffre: Chiffre) -> str:
        """« Bretagne, Communes de moins de 500 habitants »."""
        lieu = self._territoires.setdefault(
            chiffre.territoire_id, self._libelles.get_territoire(chiffre.territoire_id)
        )
        qui = (
            self._libelles.get_strate(chiffre.strate)
            if chiffre.strate
            else LIBELLES_TYPES.get(chiffre.type, "")
        )
        return ", ".join(filter(None, (lieu, qui, LIBELLES_COUVERTURES.get(chiffre.couverture, ""))))
