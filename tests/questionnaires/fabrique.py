"""Des questionnaires de toutes les formes que le catalogue admet."""

from __future__ import annotations

import yaml
from hypothesis import strategies as st

from barometre.catalogue.questionnaires import build_questionnaire
from barometre.domain.enquete import Condition, Groupe, Option, Question, Questionnaire, Tableau
from barometre.questionnaires.yaml_ecriture import to_yaml

_MOTS = st.text("abcdefghé’ç&<>\"'{}$#*_-%()[]?!.\u202f", min_size=1, max_size=12).map(str.strip).filter(bool)
# Un libellé commence par un mot sans ambiguïté : ni balise, ni « Je ne sais pas », ni identifiant.
_PHRASES = st.lists(_MOTS, min_size=1, max_size=4).map(
    lambda mots: " ".join(["Texte", *mots]).replace("<", "‹")
)
_TYPES = ("commune", "epci", "ept", "departement", "region")


@st.composite
def list_options(draw: st.DrawFn) -> tuple[Option, ...]:
    """Deux à quatre modalités, aux codes et aux libellés distincts."""
    libelles = draw(st.lists(_PHRASES, min_size=2, max_size=4, unique_by=str.casefold))
    return tuple(Option(f"o{rang}", libelle, f"A{rang}") for rang, libelle in enumerate(libelles))


@st.composite
def build_question(draw: st.DrawFn, rang: int, precedentes: tuple[Question, ...], groupe: str) -> Question:
    """Une question, posée toujours, à quelques types, ou selon une précédente."""
    type_ = draw(st.sampled_from(("choix_unique", "choix_multiple", "nombre", "texte")))
    choix = type_.startswith("choix")
    bornes = (
        draw(st.tuples(st.none() | st.integers(-5, 0), st.none() | st.integers(1, 9)))
        if type_ == "nombre"
        else (None, None)
    )
    amonts = [q for q in precedentes if q.options]
    amont = draw(st.none() | st.sampled_from(amonts)) if amonts else None
    visees = amont and tuple(o.id for o in amont.options[: draw(st.integers(1, len(amont.options)))])
    return Question(
        f"essai_q{rang:02d}", "essai", f"Q{rang:02d}", draw(_PHRASES), type_,
        options=draw(list_options()) if choix else (), aide=draw(st.just("") | _PHRASES),
        ne_sait_pas=type_ != "texte" and draw(st.booleans()),
        condition=Condition(amont.id, visees) if amont and visees else None,
        types=tuple(sorted(draw(st.sets(st.sampled_from(_TYPES), max_size=2)), key=_TYPES.index)),
        unite=draw(st.just("") | st.just("m²")) if type_ == "nombre" else "",
        minimum=bornes[0], maximum=bornes[1], groupe=groupe,
        classement=type_ == "choix_multiple" and draw(st.booleans()),
    )  # fmt: skip


@st.composite
def build_lignes(draw: st.DrawFn, rang: int, groupe: str) -> tuple[Tableau, tuple[Question, ...]]:
    """Un tableau de deux lignes : une réponse parmi des options, un nombre ou un texte."""
    type_, tete = draw(st.sampled_from(("choix_unique", "nombre", "texte"))), draw(_PHRASES)
    options = draw(list_options()) if type_ == "choix_unique" else ()
    nsp = type_ != "texte" and draw(st.booleans())
    lignes = tuple(
        Question(
            f"essai_q{rang + numero:02d}",
            "essai",
            f"Q{rang:02d}_SQ{numero}",
            f"{tete} [{draw(_PHRASES)}]",
            type_,
            options,
            ne_sait_pas=nsp,
            groupe=groupe,
        )
        for numero in range(2)
    )
    return Tableau(f"Q{rang:02d}", tete), lignes


@st.composite
def build_grilles(draw: st.DrawFn) -> Questionnaire:
    """Un tableau de deux lignes et deux colonnes : des nombres, des textes, ou deux échelles d'options."""
    forme, tete = draw(st.sampled_from(("nombre", "texte", "choix_unique"))), draw(_PHRASES)
    simples = _PHRASES.filter(lambda mots: "][" not in mots and not mots.endswith(("[", "]")))
    lignes = draw(st.lists(simples, min_size=2, max_size=2, unique_by=str.casefold))
    colonnes = draw(st.lists(simples, min_size=2, max_size=2, unique_by=str.casefold))
    signe, debut = ("#", 0) if forme == "choix_unique" else ("_SQ1", 1)
    options = [draw(list_options()) if forme == "choix_unique" else () for _ in colonnes]
    nsp = [draw(st.booleans()) and forme != "texte"] * 2
    bas, haut = draw(st.tuples(st.none() | st.integers(-5, 0), st.none() | st.integers(1, 9)))
    bornes = {"minimum": bas, "maximum": haut} if forme == "nombre" else {}
    questions = tuple(
        Question(f"essai_q{1 + 2 * i + j:02d}", "essai", f"Q01_SQ{i}{signe}{debut + j}",
                 f"{tete} [{ligne}][{colonne}]", forme, options[j], ne_sait_pas=nsp[j], **bornes)
        for i, ligne in enumerate(lignes)
        for j, colonne in enumerate(colonnes)
    )  # fmt: skip
    return Questionnaire("essai", "Un titre", "", False, questions, (), (Tableau("Q01", tete),))


@st.composite
def build_questionnaires(draw: st.DrawFn) -> Questionnaire:
    """Un ou deux groupes, ou aucun ; des questions seules et des tableaux."""
    groupes = draw(st.sampled_from(((), ("g1", "g2"))))
    titres = draw(st.lists(_PHRASES, min_size=2, max_size=2, unique=True))
    questions: tuple[Question, ...] = ()
    tableaux: tuple[Tableau, ...] = ()
    for groupe in groupes or ("",):
        for _ in range(draw(st.integers(1, 3))):
            rang = len(questions) + 1
            if draw(st.booleans()):
                questions += (draw(build_question(rang, questions, groupe)),)
            else:
                tableau, lignes = draw(build_lignes(rang, groupe))
                tableaux, questions = (*tableaux, tableau), questions + lignes
    gardes = tuple(
        Groupe(id_, titre, "Une description.") for id_, titre in zip(groupes, titres, strict=False)
    )
    return Questionnaire("essai", "Un titre", draw(_PHRASES), False, questions, gardes, tableaux)


def read_ecrit(questionnaire: Questionnaire) -> Questionnaire:
    """Le questionnaire, écrit en YAML et relu par le catalogue."""
    return build_questionnaire(yaml.safe_load(to_yaml(questionnaire, {})), {}, "essai")
