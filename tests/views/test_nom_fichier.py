"""Deux vues d'Explorer qui diffèrent n'ont jamais le même nom de fichier ; un nom tient sur un disque."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from barometre.catalogue import load_catalogue
from barometre.domain.territoire import COUVERTURES, TYPES
from barometre.views.donnees.demande import NIVEAUX, REPARTITIONS, TERRITOIRE, VAGUE, DemandeExplorer
from barometre.views.donnees.nom_fichier import name_fichier
from barometre.views.lecture.selection import Selection

CATALOGUE = load_catalogue()
LONGS = sorted(CATALOGUE.indicateurs, key=len)[-6:]
VAGUES = [v.id for v in CATALOGUE.vagues]
LIEUX = ["france", "zone-outre_mer", "region-84", "region-93", "departement-2A", "departement-974"]
DEMANDES = st.builds(
    DemandeExplorer,
    indicateurs=st.lists(st.sampled_from(LONGS), max_size=5, unique=True).map(tuple),
    theme_id=st.sampled_from(["", *(t.id for t in CATALOGUE.themes)]),
    selection=st.builds(
        Selection,
        vague_id=st.sampled_from(VAGUES),
        territoire_id=st.sampled_from(LIEUX),
        type=st.sampled_from(["", *TYPES]),
        strate=st.sampled_from(["", *(s.id for s in CATALOGUE.strates)]),
        couverture=st.sampled_from(["", *COUVERTURES]),
        valeur=st.sampled_from(["redresse", "brut"]),
    ),
    par=st.lists(st.sampled_from([*REPARTITIONS]), max_size=5, unique=True).map(tuple),
    niveau=st.sampled_from([*NIVEAUX]),
    territoires=st.lists(st.sampled_from(LIEUX), max_size=5, unique=True).map(tuple),
    forme=st.sampled_from(["longue", "large"]),
)


def _name(demande: DemandeExplorer) -> str:
    return name_fichier(demande, VAGUES if VAGUE in demande.par else [demande.selection.vague_id])


def _reduce(demande: DemandeExplorer) -> DemandeExplorer:
    """Sans ce qui ne change pas la table : la vague d'une vue de toutes les vagues, le niveau sans lieu."""
    choix = demande.selection
    if VAGUE in demande.par:
        demande = replace(demande, selection=replace(choix, vague_id=""))
    if TERRITOIRE not in demande.par or demande.territoires:
        demande = replace(demande, niveau="region")
    if choix.strate and choix.type == choix.type_effectif and choix.strate.startswith(choix.type):
        demande = replace(demande, selection=replace(demande.selection, type=""))
    return replace(demande, theme_id="") if demande.indicateurs else demande


@st.composite
def _voisines(draw: st.DrawFn) -> tuple[DemandeExplorer, DemandeExplorer]:
    """Deux demandes qui ne diffèrent que d'un champ : deux tirées au hasard diffèrent presque toujours."""
    une, autre = draw(DEMANDES), draw(DEMANDES)
    champ = draw(
        st.sampled_from(["indicateurs", "theme_id", "par", "niveau", "territoires", "forme", "choix"])
    )
    if champ != "choix":
        return une, replace(une, **{champ: getattr(autre, champ)})
    filtre = draw(st.sampled_from(["vague_id", "territoire_id", "type", "strate", "couverture", "valeur"]))
    change = {filtre: getattr(autre.selection, filtre)}
    return une, replace(une, selection=replace(une.selection, **change))


@settings(deadline=None, max_examples=400)
@given(_voisines())
def test_deux_tables_n_ont_jamais_le_meme_nom(paire: tuple[DemandeExplorer, DemandeExplorer]) -> None:
    une, autre = paire
    if _reduce(une) != _reduce(autre):
        assert _name(une) != _name(autre)


@settings(deadline=None, max_examples=100)
@given(DEMANDES)
def test_un_nom_tient_sur_un_disque_et_ne_porte_que_des_signes_surs(demande: DemandeExplorer) -> None:
    nom = f"barometre_{_name(demande)}_20261129T043634Z-518a6a_reponses-simulees.international.csv"
    assert len(nom.encode()) <= 255
    assert set(nom) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")


def test_le_nom_dit_indicateur_niveau_filtres_et_vagues() -> None:
    choix = Selection(strate="commune-0-499", couverture="perimetre", valeur="brut")
    par = (TERRITOIRE, VAGUE)
    demande = DemandeExplorer(("site_internet",), selection=choix, par=par, niveau="departement")
    assert name_fichier(demande, ["2023-v1", "2026-v4"]) == (
        "explorer_site_internet_par-departement-vague_france_commune-0-499_perimetre_2023-v1-2026-v4_brut"
    )
