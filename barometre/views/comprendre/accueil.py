"""L'accueil : un chiffre par thème, qui a répondu à chaque vague, ce que le baromètre a déjà publié."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from barometre.access import Gate
from barometre.catalogue.model import PARTICIPATION, Catalogue, Theme
from barometre.domain.chiffre import ChiffrePublie
from barometre.domain.enquete import Vague
from barometre.domain.formats import FINE, format_compte, format_effectif, format_periode
from barometre.domain.indicateur import Indicateur
from barometre.domain.notes import format_note
from barometre.domain.territoire import FRANCE
from barometre.views.etat.mesures import MesureLue, build_vue_mesures
from barometre.views.lecture.cellules import get_cellule, read_cellules
from barometre.views.lecture.chiffres import Chiffre, Cle
from barometre.views.lecture.citation import build_enonce
from barometre.views.lecture.ligne import Lecture, LigneIndicateur, build_lignes, choose_vague
from barometre.views.lecture.publies import format_publie
from barometre.views.lecture.selection import Selection


@dataclass(frozen=True, slots=True)
class CarteTheme:
    """Un thème et son chiffre clé ; sans chiffre que l'on puisse citer, `ligne` est vide."""

    theme: Theme
    ligne: LigneIndicateur | None = None

    def get_valeur(self, valeur: str) -> str:
        """Le chiffre en grand, ou rien."""
        return self.ligne.get_texte(valeur) if self.ligne else ""

    def get_phrase(self, valeur: str) -> str:
        """Ce que le chiffre dit, ou pourquoi il n'y en a pas."""
        if self.ligne is None:
            return "Aucun chiffre de ce thème ne peut encore être cité."
        return f"{build_enonce(self.ligne.indicateur, self.ligne.chiffre, valeur)}."

    def get_preuve(self, valeur: str) -> str:
        """L'autre chiffre, l'intervalle, le nombre de réponses, la note ; à défaut, le thème."""
        if self.ligne is None:
            return self.theme.resume
        brut, redresse = (self.ligne.get_texte(v) for v in ("brut", "redresse"))
        intervalle = f"redressé {self.ligne.intervalle}"
        autre = f"{intervalle} · brut : {brut}" if valeur == "redresse" else f"{intervalle} ({redresse})"
        chiffre = self.ligne.chiffre
        note = format_note(chiffre.note, simulee=self.ligne.contexte.simulee)
        return f"{autre} · {format_effectif(chiffre.n, 'réponse')} · {note}"

    @property
    def vague(self) -> str:
        """La vague du chiffre, s'il y en a un."""
        return self.ligne.contexte.vague if self.ligne else ""


@dataclass(frozen=True, slots=True)
class LigneVague:
    """Une vague, en mots."""

    titre: str
    periode: str
    themes: str
    reponses: int
    note: str


@dataclass(frozen=True, slots=True)
class CartePublie:
    """Un chiffre publié par le baromètre, avec sa source."""

    theme_id: str
    theme: str
    valeur: str
    libelle: str
    vague: str
    base: str
    annee: str
    source_url: str
    extrait: str


@dataclass(frozen=True, slots=True)
class VueAccueil:
    """Tout l'accueil."""

    cartes: tuple[CarteTheme, ...]
    vagues: tuple[LigneVague, ...]
    publies: tuple[CartePublie, ...]
    # Ce que l'État mesure pour la France, thème après thème : assez récent et complet pour ouvrir une page.
    mesures: tuple[MesureLue, ...] = ()

    @property
    def vague_commune(self) -> str:
        """La vague de tous les chiffres, s'ils ont la même : elle se dit alors une fois."""
        vagues = {carte.vague for carte in self.cartes if carte.vague}
        return vagues.pop() if len(vagues) == 1 else ""

    @property
    def a_retenir(self) -> str:
        """Combien de réponses, en une phrase ; une collectivité qui revient s'y compte plusieurs fois."""
        repondues = [ligne for ligne in self.vagues if ligne.reponses]
        total = sum(ligne.reponses for ligne in repondues)
        vagues = format_compte(len(repondues), "vague")
        return (
            f"{format_effectif(total, 'réponse').capitalize()} en {vagues}, sur neuf thèmes{FINE}: une "
            "collectivité compte une fois par vague où elle a répondu, donc plusieurs fois si elle revient."
        )


def build_vue_accueil(gate: Gate, catalogue: Catalogue) -> VueAccueil:
    """L'accueil, pour la version lue."""
    cles = [i for i in catalogue.list_indicateurs(origine="declare") if i.cle and i.est_part]
    cellules = read_cellules(gate, [i.id for i in cles], Selection()) if cles else {}
    return VueAccueil(
        cartes=tuple(_build_carte(gate, catalogue, theme, cles, cellules) for theme in catalogue.themes),
        vagues=tuple(_build_vague(gate, catalogue, vague) for vague in catalogue.vagues),
        publies=tuple(build_carte_publie(c, catalogue) for c in _list_marquants(catalogue)),
        mesures=tuple(_list_mesures(gate, catalogue)),
    )


def _list_mesures(gate: Gate, catalogue: Catalogue) -> Iterator[MesureLue]:
    """Les mesures de l'État en tête de chaque thème, celles qui servent à plusieurs une seule fois."""
    vues: set[str] = set()
    for theme in catalogue.themes:
        for mesure in build_vue_mesures(gate, catalogue, theme.id, FRANCE).mesures:
            if mesure.verdict.place == "en_tete" and mesure.indicateur.id not in vues:
                vues.add(mesure.indicateur.id)
                yield mesure


def _build_carte(
    gate: Gate, catalogue: Catalogue, theme: Theme, cles: list[Indicateur], cellules: Mapping[Cle, Chiffre]
) -> CarteTheme:
    du_theme = [i for i in cles if i.theme_id == theme.id]
    siennes = {cle: c for cle, c in cellules.items() if cle[0] in {i.id for i in du_theme}}
    selection = choose_vague(catalogue, theme.id, Selection(), siennes)
    citable = next((i for i in du_theme if get_cellule(siennes, i.id, selection).citable), None)
    if citable is None:
        return CarteTheme(theme)
    return CarteTheme(theme, build_lignes(Lecture(gate, catalogue, selection), [citable], siennes)[0])


def _build_vague(gate: Gate, catalogue: Catalogue, vague: Vague) -> LigneVague:
    comptes = gate.count_collectivites_repondantes()
    titres = [catalogue.get_theme(q).titre for q in vague.questionnaires]
    tous = len(titres) == len(catalogue.themes)
    return LigneVague(
        titre=vague.titre,
        periode=format_periode(vague.ouverture, vague.fermeture),
        themes="Les neuf thèmes" if tous else " ; ".join(titres),
        reponses=comptes.get(vague.id, 0),
        note=vague.note,
    )


def _list_marquants(catalogue: Catalogue) -> list[ChiffrePublie]:
    """Le premier chiffre publié de chaque thème, dans l'ordre des thèmes."""
    premiers: dict[str, ChiffrePublie] = {}
    for chiffre in catalogue.chiffres_publies:
        if chiffre.theme_id != PARTICIPATION:
            premiers.setdefault(chiffre.theme_id, chiffre)
    return [premiers[theme.id] for theme in catalogue.themes if theme.id in premiers]


def build_carte_publie(chiffre: ChiffrePublie, catalogue: Catalogue) -> CartePublie:
    """Un chiffre publié, en mots ; une base tue se dit « non publiée »."""
    titres = {theme.id: theme.titre for theme in catalogue.themes} | {PARTICIPATION: "Participation"}
    vagues = {vague.id: vague.titre for vague in catalogue.vagues}
    return CartePublie(
        theme_id=chiffre.theme_id,
        theme=titres[chiffre.theme_id],
        valeur=format_publie(chiffre),
        libelle=chiffre.libelle,
        vague=vagues.get(chiffre.vague, chiffre.vague) or "non précisée",
        base=chiffre.base or "non publiée",
        annee=chiffre.annee,
        source_url=chiffre.source_url,
        extrait=chiffre.extrait,
    )
