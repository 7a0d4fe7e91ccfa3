"""Un conseil se dit au type de qui le lit : personne ne s'adresse à lui-même."""

from __future__ import annotations

import re

import pytest

from barometre.catalogue import load_catalogue
from barometre.domain.indicateur import Action
from barometre.views.lecture.conseil import list_conseils

ACTIONS = [a for i in load_catalogue().indicateurs.values() for a in i.actions]


def _dire(texte: str, type_: str) -> list[str]:
    return [action.texte for action in list_conseils([Action(texte)], type_)]


@pytest.mark.parametrize(
    ("type_", "ecrit", "dit"),
    [
        (
            "epci",
            "Demander à l’OPSN ou à l’intercommunalité un diagnostic.",
            "Demander à l’OPSN un diagnostic.",
        ),
        ("epci", "Créer la base de la commune.", "Créer la base de l’intercommunalité."),
        (
            "epci",
            "Demander à l’OPSN, au syndicat ou à l’intercommunalité.",
            "Demander à l’OPSN ou au syndicat.",
        ),
        ("departement", "Indiquer sur le site de la commune.", "Indiquer sur le site du département."),
        ("departement", "Demander à l’intercommunalité ou au département un conseiller.", None),
        (
            "region",
            "Demander au CSIRT de votre région et à l’assureur.",
            "Demander au CSIRT de votre région et à l’assureur.",
        ),
        ("region", "Vérifier à l’adresse de la mairie.", "Vérifier à l’adresse du siège."),
        (
            "commune",
            "Demander à l’OPSN ou à l’intercommunalité.",
            "Demander à l’OPSN ou à l’intercommunalité.",
        ),
        ("", "Créer la base de la commune.", "Créer la base de la commune."),
    ],
)
def test_un_conseil_se_dit_au_type_de_qui_le_lit(type_: str, ecrit: str, dit: str | None) -> None:
    assert _dire(ecrit, type_) == ([dit] if dit else [])


@pytest.mark.parametrize(
    ("type_", "soi"), [("epci", "intercommunalité"), ("departement", "département"), ("region", "région")]
)
def test_aucun_conseil_du_catalogue_n_envoie_demander_a_soi(type_: str, soi: str) -> None:
    aide = re.compile(
        rf"(?:emander|Voir si|Regarder ce que|Dire)[^.]* (?:à l’|à la |au |à votre |que l’|si l’){soi}\b"
    )
    dits = [a.texte for a in list_conseils(ACTIONS, type_)]
    assert [t for t in dits if aide.search(t)] == []
    assert not [t for t in dits if re.search(r"\b(?:la|votre) (?:commune|mairie)\b", t)]
    assert not [t for t in dits if re.search(r"\b(?:de|à) le\b| ,|,\.| {2}", t)]
