"""Un document, avant tout format : des sections faites de phrases, de listes, de chiffres et de tableaux."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraphe:
    """Une ou plusieurs phrases ; `fort` : ce qu'il faut retenir ; `lie` : sur la page de ce qui suit."""

    texte: str
    fort: bool = False
    lie: bool = False


@dataclass(frozen=True, slots=True)
class Liste:
    """Des phrases de même rang ; `debuts` : les mots, en gras, qui ouvrent chacune."""

    elements: tuple[str, ...]
    debuts: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        """Chaque élément précédé de ses premiers mots, là où rien ne se met en gras."""
        if not self.debuts:
            return self.elements
        return tuple(f"{debut}. {e}" for debut, e in zip(self.debuts, self.elements, strict=True))


@dataclass(frozen=True, slots=True)
class Tableau:
    """Des mots en lignes et en colonnes ; la première colonne nomme la ligne.

    `groupes` : le groupe de chaque ligne, qui se dit une fois avant elles ; vide, le tableau n'en a pas.
    """

    titre: str
    entetes: tuple[str, ...]
    lignes: tuple[tuple[str, ...], ...]
    groupes: tuple[str, ...] = ()

    @property
    def rangs(self) -> tuple[tuple[str, ...], ...]:
        """Les lignes, chaque groupe précédé d'un rang d'une seule case, aussi large que le tableau."""
        if not self.groupes:
            return self.lignes
        paires = zip(self.groupes, self.lignes, strict=True)
        rendus: list[tuple[str, ...]] = []
        dit = ""
        for groupe, ligne in paires:
            rendus += [ligne] if groupe == dit else [(groupe,), ligne]
            dit = groupe
        return tuple(rendus)


@dataclass(frozen=True, slots=True)
class Point:
    """Un chiffre dessiné : valeur et bornes de 0 à 1, et les mots qui le disent.

    `n` est en mots (« environ 35 ») : il n'est dit qu'à cinq près. Caché, un point n'a que son
    libellé et la raison de son absence.
    """

    libelle: str
    valeur: float | None = None
    bas: float | None = None
    haut: float | None = None
    texte: str = ""
    intervalle: str = ""
    n: str = ""
    note: str = ""
    raison: str = ""
    # La note telle qu'une case la dit : « A, serait à citer » sur des réponses simulées.
    note_dite: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """Des parts, une par ligne, avec leur intervalle ; `alt` la dit à qui ne la voit pas."""

    titre: str
    phrase: str
    alt: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """Une image PNG ; `proportion` : hauteur divisée par largeur."""

    titre: str
    alt: str
    octets: bytes
    proportion: float


@dataclass(frozen=True, slots=True)
class EntreeLegende:
    """Une ligne de légende : sa couleur, son motif (`plein`, `hachure`, `points`), ses mots."""

    couleur: str
    motif: str
    texte: str


@dataclass(frozen=True, slots=True)
class Vignette:
    """Une carte d'une planche. `croquis` : son dessin nu, en SVG ; `phrase` : ce qu'elle montre.

    `mention` : le chiffre de l'ensemble qu'elle découpe, et ses réponses ; `alt` les dit à qui ne voit pas.
    """

    theme: str
    titre: str
    phrase: str
    mention: str
    alt: str
    legende: tuple[EntreeLegende, ...]
    croquis: str
    proportion: float


@dataclass(frozen=True, slots=True)
class Planche:
    """Des cartes que l'on compare du regard ; `source` : celle de leurs contours ; `lecture` : les lire."""

    vignettes: tuple[Vignette, ...]
    source: str
    lecture: str = ""

    @property
    def notice(self) -> str:
        """Ce qui se dit une fois pour toutes les cartes."""
        return " ".join(filter(None, (self.lecture, self.source)))

    @property
    def phrases(self) -> Liste:
        """Ce que montre chaque carte, là où il se lit à part du dessin."""
        return Liste(tuple(v.phrase for v in self.vignettes), tuple(v.theme for v in self.vignettes))


Bloc = Paragraphe | Liste | Tableau | Figure | Image | Planche


@dataclass(frozen=True, slots=True)
class Section:
    """Un titre et ce qu'il annonce."""

    titre: str
    blocs: tuple[Bloc, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Ce qu'un cabinet reçoit. `cree_le` (AAAA-MM-JJ) est la date des données, pas celle de l'écriture."""

    titre: str
    sous_titre: str
    nom_fichier: str
    avertissement: str
    mentions: tuple[tuple[str, str], ...]
    cree_le: str
    sections: tuple[Section, ...]
    # Une fiche tient sur les deux faces d'une feuille : corps et marges y sont plus petits.
    serre: bool = False
    # Celle de la page qui le refait, et le jour après « # » s'il en dépend ; vide si aucune ne le refait.
    adresse: str = ""
