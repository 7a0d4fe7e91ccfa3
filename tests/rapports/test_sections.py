"""Les sections d'une synthèse : ce qui se cite s'y dit, ce qui manque s'y nomme, rien de vide n'y reste."""

from __future__ import annotations

from dataclasses import replace

import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION
from barometre.rapports import repondantes, synthese
from barometre.rapports.blocs import NON
from barometre.rapports.demande import Champ, Demande, DemandeRefusee
from barometre.rapports.modele import Liste, Paragraphe, Section, Tableau
from barometre.rapports.synthese import INDICATIF, LIRE_CHANGEMENTS, RIEN
from barometre.views.comprendre.evolution import AUCUN, HAUSSE
from barometre.views.comprendre.theme import VueTheme, build_vue_theme
from barometre.views.lecture.ligne import LigneIndicateur
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.evolutions import Changement, VueEvolutions, build_vue_evolutions

THEME = "inclusion"


@pytest.fixture(scope="module")
def vue(gate: Gate) -> VueTheme:
    """Un thème dont tout se montre et se cite."""
    return build_vue_theme(gate, load_catalogue(), THEME, Selection())


def _hide(ligne: LigneIndicateur) -> LigneIndicateur:
    return replace(ligne, chiffre=replace(ligne.chiffre, etat="primary", brut=None, redresse=None, note=""))


def _note_c(ligne: LigneIndicateur) -> LigneIndicateur:
    return replace(ligne, chiffre=replace(ligne.chiffre, note="C", etat="indicative"))


def _empty(vue: VueTheme) -> VueTheme:
    lignes = tuple(_hide(ligne) for ligne in vue.lignes)
    return replace(vue, lignes=lignes, ensemble=replace(vue.ensemble, lignes=lignes))


def _list_mots(section: Section) -> list[str]:
    return [b.texte for b in section.blocs if isinstance(b, Paragraphe)]


def test_une_synthese_se_refuse_quand_aucun_de_ses_themes_n_a_de_chiffre(
    gate: Gate, vue: VueTheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    lues: list[VueTheme] = []
    monkeypatch.setattr(synthese, "_read_ahead", lambda porte, _: porte)
    monkeypatch.setattr(synthese, "_read_vues", lambda *_, **__: lues)
    lues[:] = [_empty(vue), vue]
    assert synthese._open(gate, Demande())[2] == lues
    lues[:] = [_empty(vue), _empty(vue)]
    with pytest.raises(DemandeRefusee, match="aucun chiffre n'est publiable"):
        synthese._open(gate, Demande())


def test_un_theme_vide_se_dit_dans_l_essentiel_et_n_a_pas_de_section(
    gate: Gate, vue: VueTheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    tu = replace(vue.theme, titre="Un thème tu")
    vues = [vue, replace(_empty(vue), theme=tu)]
    monkeypatch.setattr(synthese, "_open", lambda *_, **__: (gate, Champ(Selection()), vues))
    monkeypatch.setattr(synthese, "build_territoires", lambda *_: Section("Dans les territoires", ()))
    document = synthese.build_synthese(gate, Demande())
    titres = [section.titre for section in document.sections]
    assert vue.theme.titre in titres
    assert "Un thème tu" not in titres
    assert (document.avertissement, document.sous_titre) == (AVERTISSEMENT_SIMULATION, vue.contexte.vague)
    # Ce qui se projette : les seuls chiffres clés montrés.
    assert synthese.list_cles(gate, Demande()) == vue.cles


def test_l_essentiel_dit_a_part_ce_qui_est_indicatif_et_ce_qui_manque(vue: VueTheme) -> None:
    """« Trop peu pour citer » n'est pas « rien » : le détail du thème a encore des chiffres."""
    indicative = replace(vue, lignes=tuple(_note_c(ligne) for ligne in vue.lignes))
    vues = [vue, indicative, _empty(vue)]
    section = synthese._build_essentiel(Champ(Selection()), vues)
    (liste,) = section.blocs
    assert isinstance(liste, Liste)
    assert liste.elements[1:] == (INDICATIF, RIEN)
    assert "%" in liste.elements[0]


def test_les_chiffres_cles_tus_se_comptent(vue: VueTheme) -> None:
    (premiere, *autres) = vue.cles
    une_tue = replace(vue, lignes=(_hide(premiere), *autres))
    for lue, tus in (
        (vue, []),
        (une_tue, ["Chiffres clés non publiés, par le secret ou faute d’assez de réponses : 1."]),
    ):
        section = synthese._build_cles([lue])
        assert _list_mots(section)[1:] == tus
        (tableau,) = [b for b in section.blocs if isinstance(b, Tableau)]
        assert len(tableau.lignes) == len(vue.cles) - len(tus)


@pytest.mark.parametrize(("vagues", "dite"), [(1, False), (2, True)])
def test_chaque_theme_dit_sa_vague_quand_le_document_en_lit_plusieurs(
    vue: VueTheme, vagues: int, dite: bool
) -> None:
    premiere = _list_mots(synthese._build_theme(vue, vagues))[0]
    assert premiere.startswith(f"{vue.contexte.vague}. ") == dite


@pytest.fixture(scope="module")
def changements(gate: Gate, vue: VueTheme) -> tuple[VueEvolutions, tuple[Changement, Changement]]:
    """Une hausse démontrée, de 20 à 30 %, et un mouvement que rien ne démontre."""
    un, autre = vue.cles[:2]
    avant, apres = (replace(un.chiffre, redresse=part) for part in (0.2, 0.3))
    hausse = Changement(un.indicateur, avant, apres, 0.1, 0.05, 0.15, HAUSSE)
    evolutions = build_vue_evolutions(gate, load_catalogue(), THEME, Selection(), composition=False)
    return evolutions, (hausse, replace(hausse, indicateur=autre.indicateur, mot=AUCUN))


def test_seul_un_changement_demontre_a_sa_ligne(
    gate: Gate,
    vue: VueTheme,
    changements: tuple[VueEvolutions, tuple[Changement, Changement]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evolutions, (hausse, stable) = changements
    for dits, lignes in (((hausse, stable), 1), ((stable,), 0)):
        lue = replace(evolutions, changements=dits, absence="")
        monkeypatch.setattr(synthese, "load_changements", lambda *_, lue=lue: lue)
        section = synthese._build_evolution(gate, [vue])
        tableaux = [b for b in section.blocs if isinstance(b, Tableau)]
        assert sum(len(t.lignes) for t in tableaux) == lignes
        assert (LIRE_CHANGEMENTS in _list_mots(section)) == bool(lignes)


def test_un_changement_se_lit_de_la_plus_ancienne_vague_a_la_plus_recente(
    changements: tuple[VueEvolutions, tuple[Changement, Changement]],
) -> None:
    hausse = changements[1][0]
    de_a, ecart, _ = synthese._describe_changement(hausse)
    avant, apres = de_a.split(" → ")
    assert (avant[:2], apres[:2]) == ("20", "30")
    # Quand la façon de redresser décide du verdict, le mot du test suit l'écart.
    autre = replace(hausse, mot_meme_methode=AUCUN)
    assert synthese._describe_changement(autre)[1] == f"{ecart} ; {autre.texte}"


def test_l_adresse_d_un_document_est_celle_que_sa_page_sait_relire(gate: Gate) -> None:
    """Ni un OPSN ni une année n'y ont de choix : l'adresse en donnerait un autre."""
    vague = load_catalogue().vagues[0].id
    for demande, adresse in (
        (Demande(edition=vague), f"synthese?vague={vague}&version={gate.version_id}"),
        (
            Demande("region-01", "commune"),
            f"synthese?territoire=region-01&type=commune&version={gate.version_id}",
        ),
        (Demande(edition="2023"), ""),
        (Demande(opsn_id="opsn-essai"), ""),
    ):
        assert synthese._build_adresse(gate, demande) == adresse


def test_une_source_absente_n_est_pas_nommee_parmi_celles_que_l_on_lit(gate: Gate) -> None:
    (sources,) = [b for b in synthese._build_methode(gate).blocs if isinstance(b, Liste)]
    assert any("referentiel_essai" in element for element in sources.elements)
    assert not any("typologies_essai" in element for element in sources.elements)


def test_un_compte_de_trop_peu_de_reponses_ne_se_dit_pas() -> None:
    assert repondantes._describe((563, None, None)) == ("563", NON, NON)


@pytest.mark.parametrize(
    ("selection", "axe"),
    [
        (Selection(), ("", "")),
        (Selection(type="commune"), ("type", "commune")),
        (Selection(territoire_id="region-01"), ("region", "region-01")),
        (Selection(territoire_id="zone-outre_mer"), ("", "")),
        # Les communes d'une région ne sont pas toutes les communes.
        (Selection(territoire_id="region-01", type="commune"), ("", "")),
    ],
)
def test_la_participation_d_un_document_est_celle_d_un_groupe_de_la_page(
    selection: Selection, axe: tuple[str, str]
) -> None:
    assert repondantes._choose_axe(selection) == axe
