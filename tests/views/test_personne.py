"""Qui lit la fiche d'une autre n'est pas cette collectivité : aucun « vous » ne lui reste."""

from __future__ import annotations

import re

import pytest

from barometre.catalogue import load_catalogue
from barometre.views.lecture.personne import apply_tiers

SECONDE = re.compile(r"\b(?:[Vv]ous|[Vv]otre|[Vv]os|[Vv]ôtre|[Mm]es (?:pairs|réponses)|[Mm]a collectivité)\b")


@pytest.mark.parametrize(
    ("ecrit", "dit"),
    [
        ("Vos pairs sont avancés.", "Ses pairs sont avancés."),
        ("Vous avez 6 des 8 pratiques.", "Elle a 6 des 8 pratiques."),
        ("Ce que la loi demande à votre taille", "Ce que la loi demande à sa taille"),
        ("Toutes ont votre type et votre taille.", "Toutes ont son type et sa taille."),
        ("43 % de vos pairs ; vous : oui", "43 % de ses pairs ; elle : oui"),
        ("vous avez répondu non", "elle a répondu non"),
        ("Où en êtes-vous, thème par thème", "Où elle en est, thème par thème"),
        ("Votre accompagnement par un OPSN", "Son accompagnement par un OPSN"),
        ("Votre périmètre n’a pas de chiffres à lui", "Votre périmètre n’a pas de chiffres à lui"),
        ("Vosges, Les Vosgiens", "Vosges, Les Vosgiens"),
    ],
)
def test_la_phrase_se_tourne_a_la_troisieme_personne(ecrit: str, dit: str) -> None:
    assert apply_tiers(ecrit) == dit


def test_aucune_action_du_catalogue_ne_garde_vous() -> None:
    actions = {a.texte for i in load_catalogue().indicateurs.values() for a in i.actions}
    assert [texte for texte in map(apply_tiers, actions) if SECONDE.search(texte)] == []
