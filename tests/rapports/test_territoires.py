"""Les cartes d'un document : celles de la page Carte, où assez de lieux se citent ; ailleurs, une phrase."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.carte_gardee import CarteAffichee, Dessin, load_cartes
from barometre.catalogue import load_catalogue
from barometre.domain.indicateur import Calcul
from barometre.maps.legende import Entree
from barometre.maps.palettes import TEXTE
from barometre.rapports import territoires
from barometre.rapports.modele import Paragraphe, Planche, Vignette
from barometre.rapports.territoires import PLUS_FIN, SANS_PARTICIPATION, build_territoires
from barometre.views.carte.pseudo_indicateurs import PARTICIPATION
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.comprendre.theme import VueTheme, build_vue_theme
from barometre.views.lecture.selection import Selection

CODES = tuple(f"{rang:02}" for rang in range(1, 7))


@pytest.fixture
def vues(gate: Gate) -> list[VueTheme]:
    memoire.forget()
    return [
        build_vue_theme(gate, load_catalogue(), theme, Selection())
        for theme in ("inclusion", "communication")
    ]


def _list_vignettes(blocs: tuple[object, ...]) -> list[Vignette]:
    return [v for bloc in blocs if isinstance(bloc, Planche) for v in bloc.vignettes]


def test_une_carte_par_theme_la_meme_que_celle_de_la_page(gate: Gate, vues: list[VueTheme]) -> None:
    section = build_territoires(gate, Selection(), vues)
    vignettes = _list_vignettes(section.blocs)
    assert [v.theme for v in vignettes] == [vue.theme.titre for vue in vues]
    for vignette, vue in zip(vignettes, vues, strict=True):
        cle = next(c for c in vue.cles if vignette.titre.startswith(f"{c.indicateur.titre}, par région"))
        choix = ChoixCarte(cle.indicateur.id, vue.theme.id, "region", vue.selection)
        page = load_cartes(gate, (choix,), Dessin())[0]
        assert (vignette.titre, vignette.phrase) == (page.vue.titre, page.carte.phrase)
        assert cle.get_texte("redresse") in vignette.mention
        # Chaque lieu de la page est compté une fois, dans une ligne de la légende.
        comptes = [int(entree.texte.rpartition("(")[2].rstrip(")")) for entree in vignette.legende]
        assert sum(comptes) == len(page.carte.lieux)
    # Deux départements fictifs : aucun taux n'est public.
    assert [b for b in section.blocs if isinstance(b, Paragraphe)] == [Paragraphe(SANS_PARTICIPATION)]


def _mock_etats(monkeypatch: pytest.MonkeyPatch, citables: int) -> None:
    """Six régions, dont `citables` se citent ; les autres sont indicatives."""
    vraie = territoires._load

    def _load(gate: Gate, choix: ChoixCarte) -> CarteAffichee:
        affichee = vraie(gate, choix)
        un = affichee.carte.lieux.iloc[[0]]
        etats = ["montre" if rang < citables else "indicatif" for rang in range(len(CODES))]
        lieux = pd.concat([un] * len(CODES), ignore_index=True).assign(etat=etats, code=list(CODES))
        return replace(affichee, carte=replace(affichee.carte, lieux=lieux))

    monkeypatch.setattr(territoires, "_load", _load)


@pytest.mark.parametrize(("citables", "cartes"), [(0, 0), (1, 0), (2, 2), (6, 2)])
def test_sous_le_tiers_des_lieux_une_phrase_remplace_la_carte(
    gate: Gate, vues: list[VueTheme], monkeypatch: pytest.MonkeyPatch, citables: int, cartes: int
) -> None:
    _mock_etats(monkeypatch, citables)
    blocs = build_territoires(gate, Selection(), vues).blocs
    assert len(_list_vignettes(blocs)) == cartes
    # Tous les nommer un à un prenait une demi-diapositive.
    tus = "Aucun thème n’a de carte, faute d’assez de régions où un chiffre clé se cite"
    assert len([b for b in blocs if isinstance(b, Paragraphe) and b.texte.startswith(tus)]) == (cartes == 0)


def test_un_theme_sans_carte_est_nomme(
    gate: Gate, vues: list[VueTheme], monkeypatch: pytest.MonkeyPatch
) -> None:
    _mock_etats(monkeypatch, 6)
    find = territoires._find_carte
    muet = vues[0].theme
    monkeypatch.setattr(
        territoires, "_find_carte", lambda g, vue, n: None if vue.theme.id == muet.id else find(g, vue, n)
    )
    blocs = build_territoires(gate, Selection(), vues).blocs
    phrases = [b.texte for b in blocs if isinstance(b, Paragraphe)]
    assert len([p for p in phrases if p.startswith("Sans carte") and muet.titre.lower() in p.lower()]) == 1


def _mock_participation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Un département sur deux a un taux public."""

    def _count(_: Gate, groupes: pd.Series, *__: Any) -> pd.DataFrame:
        noms = sorted(set(groupes.astype(str)))
        lignes = {"cadre": 100, "repondantes": 35.0, "taux": 0.35}
        return pd.DataFrame([lignes] * len(noms), index=noms)

    monkeypatch.setattr(Gate, "count_repondantes", _count)


@pytest.mark.parametrize("niveau", ["region", "departement"])
def test_un_territoire_se_voit_parmi_tous_et_dit_son_taux(
    gate: Gate, vues: list[VueTheme], monkeypatch: pytest.MonkeyPatch, niveau: str
) -> None:
    _mock_participation(monkeypatch)
    memoire.forget()
    lieu = gate.list_collectivites(type=niveau, cadre=False).iloc[0]
    blocs = build_territoires(gate, Selection(territoire_id=str(lieu["collectivite_id"])), vues).blocs
    memoire.forget()
    carte = _list_vignettes(blocs)[0]
    assert carte.theme == "Participation"
    assert f"{lieu['nom']}\u202f: 35,0\u202f%" in carte.mention
    assert f'stroke="{TEXTE}"' in carte.croquis
    assert (Paragraphe(PLUS_FIN) in blocs) == (niveau == "departement")


@pytest.mark.parametrize(("regions", "cartes"), [(2, 1), (1, 0)])
def test_une_participation_presque_vide_passe_aux_regions_ou_se_dit(
    gate: Gate, vues: list[VueTheme], monkeypatch: pytest.MonkeyPatch, regions: int, cartes: int
) -> None:
    """Un département montré de cent un ne fait pas une carte."""
    _mock_participation(monkeypatch)
    memoire.forget()
    vraie = territoires._load

    def _load(gate: Gate, choix: ChoixCarte) -> CarteAffichee:
        affichee = vraie(gate, choix)
        if choix.indicateur_id != PARTICIPATION:
            return affichee
        montres = regions if choix.niveau == "region" else 1
        etats = ["montre" if rang < montres else "absent" for rang in range(len(CODES))]
        lieux = pd.concat([affichee.carte.lieux.iloc[[0]]] * len(CODES), ignore_index=True)
        lieux = lieux.assign(etat=etats, code=list(CODES))
        return replace(affichee, carte=replace(affichee.carte, lieux=lieux))

    monkeypatch.setattr(territoires, "_load", _load)
    blocs = build_territoires(gate, Selection(), vues).blocs
    memoire.forget()
    trouvees = [v for v in _list_vignettes(blocs) if v.theme == "Participation"]
    assert len(trouvees) == cartes
    assert all("par région" in v.titre for v in trouvees)
    phrases = [b.texte for b in blocs if isinstance(b, Paragraphe) and b.texte.startswith(SANS_PARTICIPATION)]
    assert len(phrases) == 1 - cartes
    assert all("France\u202f: 35,0\u202f%" in phrase for phrase in phrases)


def test_la_participation_du_document_est_celle_de_sa_derniere_vague(vues: list[VueTheme]) -> None:
    catalogue = load_catalogue()
    anciennes = [
        replace(vue, selection=replace(vue.selection, vague_id=catalogue.vagues[0].id)) for vue in vues
    ]
    choix = territoires._choose_participation("departement", Selection(territoire_id="region-01"), anciennes)
    assert (choix.indicateur_id, choix.selection.vague_id) == (PARTICIPATION, catalogue.vagues[0].id)
    assert choix.selection.territoire_id == "france"


def test_celle_d_un_document_aux_deux_vagues_est_la_plus_recente(vues: list[VueTheme]) -> None:
    ancienne, recente = load_catalogue().vagues[0].id, load_catalogue().vagues[-1].id
    deux = [
        replace(vue, selection=replace(vue.selection, vague_id=vague_id))
        for vue, vague_id in zip(vues, (recente, ancienne), strict=True)
    ]
    choix = territoires._choose_participation("departement", Selection(), deux)
    assert choix.selection.vague_id == recente


@pytest.mark.parametrize(("lieux", "citables"), [(3, 2), (6, 2), (18, 6), (102, 34)])
def test_une_carte_demande_le_tiers_des_lieux_et_deux_au_moins(lieux: int, citables: int) -> None:
    assert territoires._compute_assez(lieux) == citables


def test_la_carte_d_un_theme_est_celle_de_son_premier_chiffre_cle_qui_se_cite(
    gate: Gate, vues: list[VueTheme]
) -> None:
    """Un chiffre indicatif, ou un nombre sans échelle de 0 à 100 %, laisse sa place au suivant."""
    vue = vues[0]
    premier, second, *_ = vue.cles
    indicatif = replace(premier, chiffre=replace(premier.chiffre, note="C", etat="indicative"))
    nombre = replace(premier, indicateur=replace(premier.indicateur, calcul=Calcul("moyenne")))
    for lignes, attendu in (
        ((premier, second), premier),
        ((indicatif, second), second),
        ((nombre, second), second),
    ):
        trouvee = territoires._find_carte(gate, replace(vue, lignes=lignes), "region")
        assert trouvee is not None
        assert trouvee[0].indicateur.id == attendu.indicateur.id


@dataclass(frozen=True)
class _Lieux:
    lieux: pd.DataFrame


def test_la_legende_compte_a_part_ce_qui_ne_se_cite_pas() -> None:
    """Un lieu indicatif a la couleur de sa classe sous ses hachures : il n'est pas de ceux que l'on cite."""
    motifs, rangs = ["plein", "plein", "hachure", "points"], [0, 1, 0, -1]
    carte: Any = _Lieux(pd.DataFrame({"motif": motifs, "rang": rangs}))
    entrees = (
        Entree("", "0 à 10 %", rang=0),
        Entree("", "Hachures", "hachure"),
        Entree("", "Points", "points"),
    )
    assert [territoires._count_lieux(carte, entree) for entree in entrees] == [1, 1, 1]
