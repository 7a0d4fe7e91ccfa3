"""La vue d'un thème : vague choisie, phrase à retenir, chiffres cachés et vue plus large."""

from __future__ import annotations

from dataclasses import replace

import pytest

from barometre.domain.portee import Portee
from barometre.views.comprendre.ensemble import describe_changement
from barometre.views.comprendre.theme import VueTheme, build_vue_theme
from barometre.views.lecture.ligne import LigneIndicateur
from barometre.views.lecture.publies import SUIVI, SUIVI_BREF, build_publie
from barometre.views.lecture.selection import Selection
from tests.views.fausse_porte import FaussePorte, build_catalogue, cachee, cellule

LIGNES = [
    cellule("site"),
    cellule("site", vague_id="2023-v1", brut=0.26, redresse=0.22, n=500),
    cellule("site", territoire_id="region-01", niveau="region", redresse=0.31),
    cellule("agents", redresse=2.34, brut=2.5, bas=2.1, haut=2.6),
    cellule("lieu_a", redresse=0.5, note="B"),
    cachee("lieu_b"),
    cellule("cyber", redresse=0.05, brut=0.05, bas=0.0, haut=0.1, plafond="au_plus"),
]


def _vue(selection: Selection | None = None, lignes: list[dict[str, object]] | None = None) -> VueTheme:
    porte = FaussePorte(LIGNES if lignes is None else lignes)
    return build_vue_theme(porte, build_catalogue(), "essai", selection or Selection())


def _ligne(vue: VueTheme, id_: str) -> LigneIndicateur:
    return vue.get_ligne(id_)


def test_la_derniere_vague_qui_a_des_reponses_est_choisie() -> None:
    assert _vue().selection.vague_id == "2026-v4"


def test_une_vague_ou_le_theme_n_est_pas_pose_le_dit() -> None:
    vue = _vue(Selection(vague_id="2024-v2"))
    assert vue.selection.vague_id == "2026-v4"
    assert "n’y a pas été posé" in vue.messages[0]


def test_a_retenir_prend_le_chiffre_cle_citable() -> None:
    assert _vue().a_retenir.startswith(
        "24\u202f% des collectivités ont un site d'essai (entre 21 et 28\u202f%)."
    )


def test_a_retenir_dit_son_champ_une_seule_fois() -> None:
    """« Toutes les collectivités, Bretagne : … Toutes les collectivités, Bretagne : … »."""
    region = {"territoire_id": "region-01", "niveau": "region", "note": "B"}
    lignes = [cellule("site", redresse=0.31, **region), cellule("lieu_a", redresse=0.5, **region)]
    dite = _vue(Selection(territoire_id="region-01"), lignes).a_retenir
    assert dite.count("Nord-Essai") == 1
    assert "31\u202f%" in dite
    assert "50\u202f%" in dite


def test_a_retenir_ne_cite_pas_un_chiffre_indicatif() -> None:
    vue = _vue(lignes=[cellule("site", note="C", etat="indicative")])
    assert vue.a_retenir.startswith("Aucun chiffre ne peut être cité")


def test_une_selection_vide_le_dit() -> None:
    region = _vue(Selection(territoire_id="region-02"), [])
    assert region.est_vide
    assert "élargissez" in region.a_retenir
    # Plus large que la France sans filtre, il n'y a rien.
    assert _vue(lignes=[]).a_retenir.endswith("trop peu de collectivités ont répondu.")


def test_un_chiffre_cache_offre_la_vue_plus_large() -> None:
    # Le Sud-Essai n'a pas de cellule publiée : la France, si.
    lignes = [cellule("site"), cachee("site", territoire_id="region-02", niveau="region")]
    ligne = _ligne(_vue(Selection(territoire_id="region-02"), lignes), "site")
    assert ligne.citation.explication == "Non publiable : moins de 10 réponses."
    assert ligne.elargi is not None
    assert ligne.elargi.phrase == "Toutes les collectivités, France : 24\u202f%"


def test_un_departement_s_elargit_d_abord_a_sa_region() -> None:
    lignes = [
        cellule("site"),
        cellule("site", territoire_id="region-01", redresse=0.31),
        cachee("site", territoire_id="departement-0A"),
    ]
    ligne = _ligne(_vue(Selection(territoire_id="departement-0A"), lignes), "site")
    assert ligne.elargi is not None
    assert ligne.elargi.phrase == "Toutes les collectivités, Nord-Essai : 31\u202f%"


def test_le_chiffre_publie_est_rapproche_de_la_meme_vague() -> None:
    publie = _ligne(_vue(), "site").publies[0]
    assert (publie.valeur, publie.base) == ("26\u202f%", "base non publiée")
    assert (
        "26\u202f% en brut, 22\u202f% une fois redressé, sur environ\u00a0500\u00a0réponses"
        in publie.explication
    )
    assert "autre vague : Deuxième édition (2026)" in publie.explication


@pytest.mark.parametrize(
    ("simulee", "unite", "suivi"), [(True, "%", True), (False, "%", False), (True, "euros", False)]
)
def test_un_chiffre_simule_fait_pour_suivre_le_publie_le_dit(simulee: bool, unite: str, suivi: bool) -> None:
    """« Publié : 26 % » à côté de 26 % tirés au sort pour y tomber passait pour une confirmation."""
    catalogue = build_catalogue()
    site = catalogue.get_indicateur("site")
    publie = replace(catalogue.chiffres_publies[0], unite=unite)
    notre = _ligne(_vue(), "site").chiffre
    dit = build_publie(publie, site, notre, "vague", "vague", simulee=simulee)
    assert dit.suivi is suivi
    assert (SUIVI in dit.explication) is suivi
    assert dit.mention == (f"{dit.valeur} ({SUIVI_BREF})" if suivi else dit.valeur)


def test_un_chiffre_cyber_borne_reste_borne_partout() -> None:
    vue = _vue()
    ligne = _ligne(vue, "cyber")
    assert ligne.get_texte("redresse") == "moins de 5\u202f%"
    assert vue.table.set_index("indicateur_id").loc["cyber", "plafond"] == "au_plus"


def test_les_choix_multiples_se_lisent_ensemble() -> None:
    groupe = _vue().groupes[0]
    assert (groupe.titre, [ligne.indicateur.id for ligne in groupe.lignes]) == (
        "Quels lieux ?",
        ["lieu_a", "lieu_b"],
    )
    assert [ligne.montre for ligne in groupe.cadre] == [True, False]


def test_l_ensemble_trie_les_parts_et_met_a_part_moyennes_et_caches() -> None:
    ensemble = _vue().ensemble
    assert [ligne.indicateur.id for ligne in ensemble.montrees] == ["lieu_a", "site", "cyber"]
    assert [ligne.indicateur.id for ligne in ensemble.nombres] == ["agents"]
    assert len(ensemble.caches) == 1
    assert ensemble.nombres_tus == ()


def test_une_moyenne_qui_ne_se_cite_pas_ne_se_dit_pas() -> None:
    """« 0 ordinateur, entre 0 et 38 » : le document la tait, la page aussi."""
    ensemble = _vue().ensemble
    indicatives = tuple(
        replace(x, chiffre=replace(x.chiffre, note="C")) if x.indicateur.id == "agents" else x
        for x in ensemble.lignes
    )
    tue = replace(ensemble, lignes=indicatives)
    assert (tue.nombres, tue.caches) == ((), ensemble.caches)
    assert tue.nombres_tus == (next(x.indicateur.titre for x in indicatives if x.indicateur.id == "agents"),)


def test_un_changement_ne_se_dit_que_demontre() -> None:
    site, agents, autre = (_vue().get_ligne(id_) for id_ in ("site", "agents", "lieu_a"))
    assert describe_changement(site, {"verdict": "hausse", "changement": 0.062}) == "▲ +6\u00a0points"
    assert describe_changement(site, {"verdict": "", "changement": 0.062}) == "= non démontré"
    assert describe_changement(agents, {"verdict": "baisse", "changement": -0.31}) == "▼ −0,3 agent"
    assert describe_changement(autre, None) == "– rien à comparer"


def test_une_selection_vide_offre_des_vues_qui_publient_quelque_chose() -> None:
    vue = _vue(Selection(territoire_id="region-99"))
    assert vue.est_vide
    large, n = vue.plus_larges[0]
    assert large.selection.territoire_id == "france"
    assert n == 4  # site, agents, lieu_a, cyber


def test_les_pistes_viennent_des_pratiques_les_plus_rares_et_citables() -> None:
    pistes = _vue().pistes
    parts = [p.ligne.chiffre.redresse for p in pistes]
    assert parts == sorted(parts)
    assert all(p.ligne.chiffre.citable for p in pistes)


def test_la_table_est_dans_l_unite_affichee() -> None:
    table = _vue().table.set_index("indicateur_id")
    assert table.loc["site", "redresse"] == 24  # 0,24
    assert table.loc["agents", "redresse"] == pytest.approx(2.3)
    assert table.loc["lieu_b", "remarque"] == "Non publiable : moins de 10 réponses."


def test_brut_ou_redresse() -> None:
    vue = _vue(Selection(valeur="brut"))
    assert vue.a_retenir.startswith("26\u202f% des collectivités")  # brut, sans intervalle


def test_le_seuil_dit_est_le_meme_pour_tous() -> None:
    porte = FaussePorte([cachee("site")], Portee(role="programme"))
    vue = build_vue_theme(porte, build_catalogue(), "essai", Selection())
    assert "moins de 10 réponses" in _ligne(vue, "site").citation.explication


def test_la_provenance_dit_tout() -> None:
    provenance = _vue(Selection(strate="commune-0-499")).provenance
    assert provenance.filtres.startswith("Communes de moins de 500 habitants, France ; ")
    assert provenance.get_nom("csv").endswith("_reponses-simulees.csv")
    assert len(provenance.definitions) == 5


@pytest.mark.parametrize("territoire", ["france", "region-02"])
def test_la_vue_en_chiffres_bruts_se_deduit_de_l_autre(territoire: str) -> None:
    lignes = [*LIGNES, cachee("site", territoire_id="region-02", niveau="region")]
    redresse = _vue(Selection(territoire_id=territoire), lignes)
    brut = _vue(Selection(territoire_id=territoire, valeur="brut"), lignes)
    assert redresse.show_valeur("brut") == brut
    assert redresse.show_valeur("redresse") == redresse != brut
