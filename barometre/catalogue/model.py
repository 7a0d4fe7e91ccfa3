"""Ce que contient le catalogue, en valeurs simples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from barometre.domain.chiffre import ChiffrePublie
from barometre.domain.enquete import Question, Questionnaire, Vague
from barometre.domain.indicateur import Indicateur

# Le « thème » des chiffres publiés sur la participation elle-même.
PARTICIPATION = "participation"


@dataclass(frozen=True, slots=True)
class Theme:
    """Un des neuf thèmes ; `question` est le titre de sa page."""

    id: str
    rang: int
    titre: str
    question: str
    resume: str
    icone: str = ""


@dataclass(frozen=True, slots=True)
class Strate:
    """Une tranche de population d'un type ; borne basse comprise, `maximum` compris aussi."""

    id: str
    type: str
    libelle: str
    minimum: int
    maximum: int | None = None

    def has_population(self, population: int) -> bool:
        """Vrai si une collectivité de cette population est dans la strate."""
        return self.minimum <= population and (self.maximum is None or population <= self.maximum)


@dataclass(frozen=True, slots=True)
class Grille:
    """Un découpage de chaque type en strates, sans trou ni recouvrement."""

    id: str
    titre: str
    strates: tuple[Strate, ...]

    def list_strates(self, type_: str) -> tuple[Strate, ...]:
        """Les strates d'un type, de la plus petite à la plus grande."""
        return tuple(strate for strate in self.strates if strate.type == type_)

    def find_strate(self, type_: str, population: int | None) -> str | None:
        """La strate d'une collectivité ; `None` si sa population est inconnue."""
        if population is None:
            return None
        return next((s.id for s in self.list_strates(type_) if s.has_population(population)), None)


@dataclass(frozen=True, slots=True)
class Concerne:
    """Un type concerné par une obligation, à partir d'une population."""

    type: str
    population_minimum: int = 0
    # Vrai si la loi écrit « plus de » : la borne elle-même n'est alors pas concernée.
    strict: bool = False

    def is_atteint(self, population: int) -> bool:
        """Vrai si cette population est au-dessus du seuil."""
        return population > self.population_minimum or (
            population == self.population_minimum and not self.strict
        )


@dataclass(frozen=True, slots=True)
class SeuilLegal:
    """Une obligation légale, qui elle concerne, et ce qui montre qu'elle est remplie."""

    id: str
    theme_id: str
    titre: str
    obligation: str
    reference: str
    url: str
    concernes: tuple[Concerne, ...]
    # None : à relire ; l'écran doit alors le dire.
    verifie_le: date | None
    precautions: str
    # Le texte où l'obligation a été lue ce jour-là.
    verifie_dans: str = ""
    preuves: tuple[str, ...] = ()
    # Critère que le référentiel ne contient pas (« au moins 50 agents ») : à dire au lecteur.
    condition: str = ""
    depuis: date | None = None
    jusqu_au: date | None = None

    def is_concernee(self, type_: str, population: int | None) -> bool | None:
        """Vrai, faux, ou `None` quand la population manque pour trancher."""
        regle = next((c for c in self.concernes if c.type == type_), None)
        if regle is None:
            return False
        if regle.population_minimum == 0:
            return True
        return None if population is None else regle.is_atteint(population)

    def is_en_vigueur(self, jour: date) -> bool:
        """Vrai si l'obligation s'applique ce jour-là."""
        commence = self.depuis is None or self.depuis <= jour
        return commence and (self.jusqu_au is None or jour <= self.jusqu_au)


@dataclass(frozen=True, slots=True)
class ChiffreAutreEnquete:
    """Un chiffre d'une autre enquête, pour le contexte : ni le même public, ni la même question."""

    id: str
    enquete: str
    theme_id: str
    libelle: str
    valeur: float | None
    valeur_texte: str
    unite: str
    base: str
    annee: str
    source_url: str
    extrait: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Tout le catalogue, vérifié ; `empreinte` change dès qu'un fichier change."""

    themes: tuple[Theme, ...]
    questionnaires: Mapping[str, Questionnaire]
    indicateurs: Mapping[str, Indicateur]
    vagues: tuple[Vague, ...]
    grilles: Mapping[str, Grille]
    seuils: tuple[SeuilLegal, ...]
    chiffres_publies: tuple[ChiffrePublie, ...]
    autres_enquetes: tuple[ChiffreAutreEnquete, ...]
    # dimension → niveau → voisins avec lesquels le regrouper, du plus proche au plus lointain
    regroupements: Mapping[str, Mapping[str, tuple[str, ...]]]
    empreinte: str

    @property
    def strates(self) -> tuple[Strate, ...]:
        """Les strates de la grille par défaut."""
        return self.grilles["defaut"].strates

    def get_theme(self, theme_id: str) -> Theme:
        """Le thème de cet identifiant ; `KeyError` s'il n'existe pas."""
        for theme in self.themes:
            if theme.id == theme_id:
                return theme
        raise KeyError(f"Le thème « {theme_id} » n'existe pas.")

    def get_questionnaire(self, questionnaire_id: str) -> Questionnaire:
        """Le questionnaire de cet identifiant (celui de son thème)."""
        return self.questionnaires[questionnaire_id]

    def get_question(self, question_id: str) -> Question:
        """La question de cet identifiant ; `KeyError` si elle n'existe pas."""
        for questionnaire in self.questionnaires.values():
            for question in questionnaire.questions:
                if question.id == question_id:
                    return question
        raise KeyError(f"La question « {question_id} » n'existe pas.")

    def get_indicateur(self, indicateur_id: str) -> Indicateur:
        """L'indicateur de cet identifiant."""
        return self.indicateurs[indicateur_id]

    def list_indicateurs(
        self, theme_id: str | None = None, groupe: str | None = None, origine: str | None = None
    ) -> list[Indicateur]:
        """Les indicateurs d'un thème, d'un groupe, d'une origine ; dans l'ordre du catalogue."""
        return [
            indicateur
            for indicateur in self.indicateurs.values()
            if theme_id in (None, indicateur.theme_id)
            and groupe in (None, indicateur.groupe)
            and origine in (None, indicateur.origine)
        ]

    def is_reformule(self, indicateur: Indicateur, avant: str, apres: str) -> bool:
        """Vrai si la question d'un indicateur a changé de mots après une vague, jusqu'à l'autre."""
        if not indicateur.calcul.question_id:
            return False
        rangs = {vague.id: rang for rang, vague in enumerate(self.vagues)}
        debut, fin = (rangs.get(v, -1) for v in (avant, apres))
        reformulee = self.get_question(indicateur.calcul.question_id).reformulee
        return any(debut < rangs.get(vague, -1) <= fin for vague in reformulee)
