"""Ce que le baromètre a publié, tel que publié, et nos chiffres à côté quand ils existent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import PARTICIPATION, Catalogue
from barometre.domain.chiffre import ChiffrePublie
from barometre.domain.formats import format_effectif
from barometre.domain.indicateur import Indicateur
from barometre.domain.notes import explain_notes, format_lettre, format_note
from barometre.domain.provenance import Definition, Provenance
from barometre.views.comprendre.accueil import CartePublie, build_carte_publie
from barometre.views.lecture.cellules import get_cellule, read_cellules
from barometre.views.lecture.chiffres import Chiffre, Cle, format_bornes, format_cellule
from barometre.views.lecture.citation import Citation, build_citation
from barometre.views.lecture.ligne import Lecture, get_vague_publiee
from barometre.views.lecture.provenance import build_provenance, round_valeur
from barometre.views.lecture.publies import SUIVI, is_suivi
from barometre.views.lecture.selection import Selection


@dataclass(frozen=True, slots=True)
class ChiffreCle:
    """Un chiffre publié et, quand la même question existe ici, le nôtre pour la même vague."""

    publie: CartePublie
    ici: str = ""
    indicateur: Indicateur | None = None
    chiffre: Chiffre | None = None
    citation: Citation | None = None
    simulee: bool = False
    # Le même chiffre, paru ailleurs aussi.
    autres: tuple[CartePublie, ...] = ()

    @property
    def parutions(self) -> tuple[CartePublie, ...]:
        """Toutes ses parutions."""
        return (self.publie, *self.autres)

    @property
    def mots(self) -> str:
        """« brut 26 % ; redressé 17 %, entre 16 et 19 % (A) », ou rien."""
        if self.indicateur is None or self.chiffre is None:
            return ""
        brut, redresse = (format_cellule(self.indicateur, self.chiffre, v) for v in ("brut", "redresse"))
        bornes = format_bornes(self.indicateur, self.chiffre)
        note = format_lettre(self.chiffre.note, simulee=self.simulee)
        return f"brut {brut} ; redressé {redresse}, {bornes} ({note})"


@dataclass(frozen=True, slots=True)
class VueChiffresCles:
    """Les chiffres publiés, par thème, la participation d'abord."""

    groupes: tuple[tuple[str, str, tuple[ChiffreCle, ...]], ...]
    provenance: Provenance

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau qui se télécharge."""
        chiffres = [chiffre for _, _, groupe in self.groupes for chiffre in groupe]
        table = pd.DataFrame([_rang(chiffre) for chiffre in chiffres])
        nombres = dict.fromkeys(("brut", "redresse", "bas", "haut"), "float64")
        return table.astype({**nombres, "n": "Int64"})


def build_vue_chiffres_cles(gate: Gate, catalogue: Catalogue) -> VueChiffresCles:
    """Tous les chiffres publiés, groupés."""
    suivis = sorted({c.indicateur_id for c in catalogue.chiffres_publies} & set(catalogue.indicateurs))
    cellules = read_cellules(gate, suivis, Selection()) if suivis else {}
    themes = [(PARTICIPATION, "Participation"), *((t.id, t.titre) for t in catalogue.themes)]
    groupes = ((i, titre, _build_groupe(gate, catalogue, i, cellules)) for i, titre in themes)
    return VueChiffresCles(tuple(g for g in groupes if g[2]), _build_provenance(gate))


def _build_groupe(
    gate: Gate, catalogue: Catalogue, theme_id: str, cellules: Mapping[Cle, Chiffre]
) -> tuple[ChiffreCle, ...]:
    uniques: dict[tuple[str, ...], ChiffreCle] = {}
    for publie in (c for c in catalogue.chiffres_publies if c.theme_id == theme_id):
        chiffre = _build_chiffre(gate, catalogue, publie, cellules)
        cle = (publie.indicateur_id or publie.libelle, chiffre.publie.valeur, publie.vague)
        deja = uniques.get(cle)
        uniques[cle] = replace(deja, autres=(*deja.autres, chiffre.publie)) if deja else chiffre
    return tuple(uniques.values())


def _build_chiffre(
    gate: Gate, catalogue: Catalogue, publie: ChiffrePublie, cellules: Mapping[Cle, Chiffre]
) -> ChiffreCle:
    carte = build_carte_publie(publie, catalogue)
    indicateur = catalogue.indicateurs.get(publie.indicateur_id)
    if indicateur is None:
        return ChiffreCle(carte)
    selection = Selection(vague_id=get_vague_publiee(catalogue, indicateur.theme_id))
    chiffre = get_cellule(cellules, indicateur.id, selection)
    if not chiffre.montre:
        return ChiffreCle(carte)
    contexte = Lecture(gate, catalogue, selection).contexte
    citation = build_citation(indicateur, chiffre, contexte)
    ici = _describe_ici(indicateur, chiffre, simulee=contexte.simulee)
    ici += f" {SUIVI}" if contexte.simulee and is_suivi(publie, indicateur) else ""
    return ChiffreCle(carte, ici, indicateur, chiffre, citation, contexte.simulee)


def _describe_ici(indicateur: Indicateur, chiffre: Chiffre, *, simulee: bool) -> str:
    """Notre chiffre, et pourquoi il diffère : le publié est brut, sur une base souvent tue."""
    bornes = format_bornes(indicateur, chiffre)
    return (
        f"{format_cellule(indicateur, chiffre, 'brut')} en brut, comme le chiffre publié ; "
        f"{format_cellule(indicateur, chiffre, 'redresse')} une fois corrigé le profil des répondants"
        f"{f' ({bornes})' if bornes else ''}, sur {format_effectif(chiffre.n, 'réponse')} à la même vague, "
        f"{format_note(chiffre.note, simulee=simulee)}."
    )


def _rang(chiffre: ChiffreCle) -> dict[str, Any]:
    publie = chiffre.publie
    return {
        "theme": publie.theme,
        "libelle": publie.libelle,
        "valeur": publie.valeur,
        "vague": publie.vague,
        "base": publie.base,
        "annee": ", ".join(dict.fromkeys(p.annee for p in chiffre.parutions)),
        "ici": chiffre.ici,
        "source": " ; ".join(filter(None, (p.source_url for p in chiffre.parutions))),
        "extrait": " ".join(p.extrait for p in chiffre.parutions),
    } | _nombres(chiffre)


def _nombres(chiffre: ChiffreCle) -> dict[str, Any]:
    """Notre chiffre, dans l'unité de l'indicateur, et la phrase prête à citer."""
    noms = ("brut", "redresse", "bas", "haut")
    if chiffre.indicateur is None or chiffre.chiffre is None:
        return dict.fromkeys(noms) | {"n": None, "note": "", "a_citer": ""}
    valeurs = {nom: round_valeur(chiffre.indicateur, getattr(chiffre.chiffre, nom)) for nom in noms}
    a_citer = chiffre.citation.a_copier if chiffre.citation else ""
    return valeurs | {"n": chiffre.chiffre.n, "note": chiffre.chiffre.note, "a_citer": a_citer}


def _build_provenance(gate: Gate) -> Provenance:
    return build_provenance(
        gate.get_version(),
        "Les chiffres publiés par le baromètre",
        "chiffres_publies",
        filtres="Tous les chiffres publiés, 2023-2025",
        source="DINUM et Déclic, repris par la presse ; l’adresse est sur chaque ligne",
        definitions=(
            Definition("ici", "Notre chiffre national, même question et même vague, quand il existe."),
        ),
        precautions=(
            "Les chiffres publiés sont bruts ; leur base et leurs strates n’ont pas été publiées.",
            explain_notes(simulee=gate.get_version().simulee),
        ),
    )
