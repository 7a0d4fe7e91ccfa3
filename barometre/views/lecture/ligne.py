"""Un indicateur dans une sélection : son chiffre, s'il se cite, ce qui a été publié, vers où élargir."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.chiffre import ChiffrePublie
from barometre.domain.indicateur import Indicateur
from barometre.domain.version import Version
from barometre.views.lecture.cellules import get_cellule, read_cellules
from barometre.views.lecture.chiffres import Chiffre, Cle, format_bornes, format_cellule
from barometre.views.lecture.citation import Citation, Contexte, build_citation, build_phrase
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.publies import PublieACote, build_publie
from barometre.views.lecture.selection import Selection, Valeur

Cellules = Mapping[Cle, Chiffre]


@dataclass(frozen=True, slots=True)
class Elargi:
    """La première vue plus large où le chiffre est publié."""

    selection: Selection
    champ: str
    indicateur: Indicateur
    chiffre: Chiffre

    @property
    def phrase(self) -> str:
        """« Toutes les collectivités, France : 24 % »."""
        return f"{self.champ} : {format_cellule(self.indicateur, self.chiffre, self.selection.valeur)}"


@dataclass(frozen=True, slots=True)
class LigneIndicateur:
    """Tout ce que la page dit d'un indicateur pour la sélection."""

    indicateur: Indicateur
    chiffre: Chiffre
    contexte: Contexte
    publies: tuple[PublieACote, ...] = ()
    elargi: Elargi | None = None

    @property
    def citation(self) -> Citation:
        """Peut-on citer ce chiffre ? Écrite quand on la demande : peu de vues les montrent toutes."""
        return build_citation(self.indicateur, self.chiffre, self.contexte)

    def get_texte(self, valeur: str) -> str:
        """Le chiffre en mots, ou « non publié »."""
        if not self.chiffre.montre:
            return "non publié"
        return format_cellule(self.indicateur, self.chiffre, valeur)

    def get_phrase(self, valeur: str) -> str:
        """La phrase qui dit le chiffre, ou pourquoi il manque."""
        if not self.chiffre.montre:
            return self.citation.explication
        return build_phrase(self.indicateur, self.chiffre, self.contexte, valeur)

    def show_valeur(self, valeur: Valeur) -> LigneIndicateur:
        """La même ligne, dont la vue plus large s'ouvre sur ce chiffre (brut ou redressé)."""
        if self.elargi is None:
            return self
        large = replace(self.elargi.selection, valeur=valeur)
        return replace(self, elargi=replace(self.elargi, selection=large))

    @property
    def intervalle(self) -> str:
        """« entre 21 et 28 % », ou rien."""
        return format_bornes(self.indicateur, self.chiffre)


@dataclass(frozen=True)
class Lecture:
    """La porte, le catalogue et la sélection (vague décidée) dont naissent les lignes d'une page."""

    gate: Gate
    catalogue: Catalogue
    selection: Selection

    @cached_property
    def libelles(self) -> Libelles:
        """Les mots du catalogue et du référentiel."""
        return Libelles(self.catalogue, self.gate)

    @cached_property
    def version(self) -> Version:
        """La version des données."""
        return self.gate.get_version()

    @cached_property
    def contexte(self) -> Contexte:
        """Ce qui situe tous les chiffres de la page."""
        return Contexte(
            champ=self.libelles.get_champ(self.selection),
            vague=self.libelles.get_titre_vague(self.selection.vague_id),
            simulee=self.version.simulee,
            france_entiere=self.selection.est_france_entiere,
        )


def build_lignes(
    lecture: Lecture, indicateurs: Sequence[Indicateur], cellules: Cellules
) -> tuple[LigneIndicateur, ...]:
    """Une ligne par indicateur, dans l'ordre du catalogue."""
    contexte = lecture.contexte
    publies = _build_publies(lecture, indicateurs)
    chiffres = {i.id: get_cellule(cellules, i.id, lecture.selection) for i in indicateurs}
    elargis = _build_elargis(lecture, [i for i in indicateurs if not chiffres[i.id].montre])
    return tuple(
        LigneIndicateur(
            indicateur=i,
            chiffre=chiffres[i.id],
            contexte=contexte,
            publies=publies.get(i.id, ()),
            elargi=elargis.get(i.id),
        )
        for i in indicateurs
    )


def _build_elargis(lecture: Lecture, caches: Sequence[Indicateur]) -> dict[str, Elargi]:
    restants = {i.id: i for i in caches}
    trouves: dict[str, Elargi] = {}
    for large in lecture.selection.list_plus_larges(_region_of(lecture)):
        if not restants:
            break
        cellules = read_cellules(lecture.gate, restants, large)
        champ = lecture.libelles.get_champ(large)
        for id_ in list(restants):
            chiffre = get_cellule(cellules, id_, large)
            if chiffre.montre:
                trouves[id_] = Elargi(large, champ, restants.pop(id_), chiffre)
    return trouves


def _region_of(lecture: Lecture) -> str:
    """La région d'un département (`region-75`), vide pour tout autre territoire."""
    territoire_id = lecture.selection.territoire_id
    if not territoire_id.startswith("departement-"):
        return ""
    territoire = lecture.gate.get_collectivite(territoire_id)
    return f"region-{territoire.region}" if territoire and territoire.region else ""


def _build_publies(lecture: Lecture, indicateurs: Iterable[Indicateur]) -> dict[str, tuple[PublieACote, ...]]:
    """Le baromètre n'a publié que des chiffres nationaux : on les rapproche de la France entière."""
    publies = _publies_of(lecture.catalogue, indicateurs)
    if not publies:
        return {}
    cellules = read_cellules(lecture.gate, publies, Selection())
    titre = lecture.libelles.get_titre_vague
    rapproches: dict[str, tuple[PublieACote, ...]] = {}
    for id_, chiffres in publies.items():
        indicateur = lecture.catalogue.get_indicateur(id_)
        vague = get_vague_publiee(lecture.catalogue, indicateur.theme_id)
        meme = get_cellule(cellules, id_, Selection(vague_id=vague))
        affichee = titre(lecture.selection.vague_id)
        rapproches[id_] = tuple(
            build_publie(c, indicateur, meme, titre(vague), affichee, simulee=lecture.version.simulee)
            for c in chiffres
        )
    return rapproches


def _publies_of(catalogue: Catalogue, indicateurs: Iterable[Indicateur]) -> dict[str, list[ChiffrePublie]]:
    par_id = {chiffre.id: chiffre for chiffre in catalogue.chiffres_publies}
    groupes = {i.id: [par_id[c] for c in i.chiffres_publies if c in par_id] for i in indicateurs}
    return {id_: chiffres for id_, chiffres in groupes.items() if chiffres}


def get_vague_publiee(catalogue: Catalogue, theme_id: str) -> str:
    """La vague de la première édition qui a posé ce thème : la seule dont des chiffres ont paru."""
    return next((v.id for v in catalogue.vagues if theme_id in v.questionnaires), "")


def choose_vague(catalogue: Catalogue, theme_id: str, selection: Selection, cellules: Cellules) -> Selection:
    """La vague demandée si le thème y a été posé, sinon la dernière qui a des réponses."""
    posees = [v.id for v in catalogue.vagues if theme_id in v.questionnaires]
    if selection.vague_id in posees:
        return selection
    repondues = {cle[1] for cle in cellules}
    derniere = next((v for v in reversed(posees) if v in repondues), posees[-1] if posees else "")
    return replace(selection, vague_id=derniere)


def choose_vague_defaut(catalogue: Catalogue, theme_id: str, nationales: Cellules) -> str:
    """La vague qu'une page propose d'abord : la dernière qui a un chiffre national à citer, sinon à montrer.

    Une vague qui vient d'ouvrir n'efface pas la précédente ; vide si le thème n'a jamais été posé.
    """
    posees = [v.id for v in catalogue.vagues if theme_id in v.questionnaires]
    citables = {c.vague_id for c in nationales.values() if c.citable}
    montrees = {c.vague_id for c in nationales.values() if c.montre}
    for retenues in (citables, montrees, set(posees)):
        trouvee = next((v for v in reversed(posees) if v in retenues), "")
        if trouvee:
            return trouvee
    return ""
