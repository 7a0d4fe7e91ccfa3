"""Une part qui ne se lit que parmi certaines le dit, à côté d'autres qui se lisent sur toutes."""

from __future__ import annotations

from barometre.catalogue import load_catalogue
from barometre.domain.indicateur import describe_bases


def test_une_question_posee_a_une_partie_des_repondantes_marque_son_titre() -> None:
    """« 17 % ont un lieu d'aide », « 56 % aident à la mairie » : le second est parmi les premières."""
    catalogue = load_catalogue()
    toutes, parmi = (catalogue.get_indicateur(i) for i in ("lieu_mediation", "lieu_mairie"))
    assert toutes.titre_marque == toutes.titre
    assert parmi.titre_marque == f"{parmi.titre}\u00a0*"
    assert describe_bases([toutes, parmi]) == (
        "* parmi les seules collectivités ayant un lieu de médiation numérique."
    )


def test_deux_bases_ne_redisent_pas_leur_sujet() -> None:
    """« Parmi les seules collectivités ayant un site internet ou collectivités qui proposent… »."""
    parts = [
        load_catalogue().get_indicateur(i)
        for i in ("site_internet", "declaration_accessibilite", "alternative_guichet")
    ]
    assert describe_bases(parts) == (
        "* parmi les seules collectivités ayant un site internet ou qui proposent au moins une démarche en "
        "ligne et ont répondu à la question, selon l’indicateur."
    )


def test_des_parts_de_meme_base_n_ont_rien_a_dire() -> None:
    catalogue = load_catalogue()
    assert describe_bases([catalogue.get_indicateur("lieu_mediation")]) == ""
    assert describe_bases([catalogue.get_indicateur("lieu_mairie")] * 2) == ""


def test_la_base_dit_la_meme_chose_que_le_calcul() -> None:
    """Une part hors d'une condition a la base de toutes : sinon son astérisque ne voudrait rien dire."""
    for indicateur in load_catalogue().list_indicateurs(origine="declare"):
        if indicateur.sous_condition:
            assert not indicateur.base.startswith("Collectivités ayant répondu")
