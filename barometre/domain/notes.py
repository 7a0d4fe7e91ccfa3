"""La note d'un chiffre en mots. Sur des réponses simulées rien ne se cite : elle dit ce qu'elle vaudrait."""

from __future__ import annotations

NOTES = ("A", "B", "C", "")
LIBELLES = {
    "A": "A : précis, si les répondantes ressemblent aux autres",
    "B": "B, à citer avec sa précaution",
    "C": "C, indicatif",
    "": "non publié",
}
LIBELLES_SIMULES = LIBELLES | {
    "A": "A, serait à citer : précis, si les répondantes ressemblent aux autres",
    "B": "B, serait à citer avec sa précaution",
}
# Là où les mots ne tiennent pas (une ligne de graphique, une colonne de document), la légende les porte.
LETTRES_SIMULEES = "A et B : serait à citer (réponses simulées)."
_SE_CITE = {"A": "oui", "B": "avec sa précaution"}


def describe_note(note: str, *, simulee: bool) -> str:
    """La note, et ce qu'elle permet : « B, à citer avec sa précaution »."""
    return (LIBELLES_SIMULES if simulee else LIBELLES)[note]


def format_lettre(note: str, *, simulee: bool) -> str:
    """« A » ; « A, serait à citer » sur des réponses simulées."""
    if note == "B" and simulee:
        return LIBELLES_SIMULES["B"]
    return f"{note}, serait à citer" if note == "A" and simulee else note


def format_note(note: str, *, simulee: bool) -> str:
    """« note A » ; « note A, serait à citer » sur des réponses simulées ; « sans note »."""
    return f"note {format_lettre(note, simulee=simulee)}" if note else "sans note"


def list_notes(*, simulee: bool) -> tuple[str, ...]:
    """Les trois notes en mots."""
    return tuple(describe_note(note, simulee=simulee) for note in NOTES if note)


def explain_notes(*, simulee: bool) -> str:
    """Les trois notes en une phrase, pour qui lit une colonne de lettres."""
    return f"Note {' ; '.join(list_notes(simulee=simulee))} : à ne pas citer."


def explain_lettres(*, simulee: bool) -> str:
    """La phrase d'une légende dont les lettres sont seules ; vide sur de vraies réponses."""
    return LETTRES_SIMULEES if simulee else ""


def explain_citation(note: str) -> str:
    """La case « Se cite » (« Se citerait ») ; sans note (moins de trente réponses), rien ne se cite."""
    return _SE_CITE.get(note, "non")
