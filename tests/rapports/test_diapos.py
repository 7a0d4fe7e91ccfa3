"""Ce qui se projette : un chiffre et sa preuve par écran ; ni un chiffre caché, ni un écart non démontré."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from barometre.access import Gate
from barometre.assemblage.ensemble import load_accueil, load_chiffres_cles
from barometre.catalogue import load_catalogue
from barometre.domain.formats import INSECABLE, format_compte, format_effectif, format_part, format_points
from barometre.domain.indicateur import Indicateur
from barometre.domain.portee import PUBLIC, Portee
from barometre.rapports import diapos, diapos_piloter
from barometre.rapports.demande import Demande
from barometre.rapports.diapo import ELEMENTS, INDICATIF, Choix, Diapo, build_listes, list_preuves
from barometre.rapports.diapos import build_diapos
from barometre.rapports.diapos_piloter import RIEN_DE_DEMONTRE
from barometre.rapports.modele import Document
from barometre.views.carte.pseudo_indicateurs import PARTICIPATION
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.comprendre.theme import VueTheme, build_vue_theme
from barometre.views.lecture.chiffres import Chiffre
from barometre.views.lecture.groupes_compares import GroupeCompare
from barometre.views.lecture.ligne import LigneIndicateur
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.evolutions import AUCUN, BAISSE, HAUSSE, Changement
from barometre.views.piloter.opsn import EcartOpsn
from barometre.views.piloter.relance import Relance

THEME = "outils_internes"
EFFECTIFS = ((400, "couvertes"), (300, "non connues"))
CHOIX = Choix(THEME, "", "", "region", Selection(), date(2026, 11, 28))


@pytest.fixture(scope="module")
def vue(gate: Gate) -> VueTheme:
    """Un thème de parts et de nombres, tous montrés."""
    return build_vue_theme(gate, load_catalogue(), THEME, Selection())


def _project(
    vue: VueTheme, lignes: tuple[LigneIndicateur, ...], monkeypatch: pytest.MonkeyPatch, page: str = THEME
) -> tuple[Diapo, ...]:
    """Les écrans d'une page dont le thème n'a que ces lignes."""
    sienne = replace(vue, lignes=lignes, ensemble=replace(vue.ensemble, lignes=lignes))
    monkeypatch.setattr(diapos, "load_vue_theme", lambda *_: sienne)
    porte: Any = None
    return build_diapos(porte, page, CHOIX)


def _hide(ligne: LigneIndicateur) -> LigneIndicateur:
    return replace(ligne, chiffre=replace(ligne.chiffre, etat="primary", brut=None, redresse=None, note=""))


def _split(vue: VueTheme) -> tuple[LigneIndicateur, LigneIndicateur, LigneIndicateur]:
    """Deux parts et un nombre."""
    parts = [x for x in vue.lignes if x.indicateur.est_part and x.chiffre.montre]
    nombre = next(x for x in vue.lignes if not x.indicateur.est_part and x.chiffre.citable)
    return parts[0], parts[1], nombre


def test_un_theme_compte_et_projette_ce_qu_il_montre_et_nomme_a_part_ce_qu_il_cache(
    vue: VueTheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Un nombre qui se cite a son écran comme une part ; un indicateur caché n'est pas publié."""
    part, autre, nombre = _split(vue)
    tete, *suite, tue = _project(vue, (part, _hide(autre), nombre), monkeypatch)
    assert tete.phrase == f"2{INSECABLE}indicateurs publiés."
    assert [d.titre for d in suite] == [part.indicateur.titre, nombre.indicateur.titre]
    assert all(d.grand for d in suite)
    assert tue.elements == (autre.indicateur.titre,)


def test_un_theme_tout_cache_se_dit_en_un_ecran(vue: VueTheme, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nommer vingt-sept indicateurs que l'on ne publie pas prenait six écrans."""
    caches = tuple(_hide(ligne) for ligne in _split(vue)[:2])
    (seul,) = _project(vue, caches, monkeypatch)
    assert (seul.titre, seul.grand, seul.elements) == (vue.theme.titre, "", ())
    assert seul.phrase


def test_l_accueil_projette_chaque_theme_avec_son_chiffre_et_sa_preuve(gate: Gate) -> None:
    cartes = load_accueil(gate).cartes
    assert len(cartes) == len(load_catalogue().themes)
    lus = build_diapos(gate, "", CHOIX)[1:]
    assert [(d.titre, d.grand, d.preuve, d.phrase) for d in lus] == [
        (c.theme.titre, c.get_valeur("redresse"), c.get_preuve("redresse"), c.get_phrase("redresse"))
        for c in cartes
    ]


def test_une_synthese_se_projette_a_la_vague_demandee(monkeypatch: pytest.MonkeyPatch) -> None:
    demandes: list[Demande] = []
    document = Document("Synthèse", "Première vague", "", "", (), "2026-11-22", ())

    def build_debut(_: Gate, demande: Demande) -> Document:
        demandes.append(demande)
        return document

    monkeypatch.setattr(diapos, "build_debut", build_debut)
    monkeypatch.setattr(diapos, "list_cles", lambda *_: ())
    selection = Selection(vague_id="2023-v1", territoire_id="region-53", type="commune")
    porte: Any = None
    (ecran,) = build_diapos(porte, "synthese", replace(CHOIX, selection=selection))
    assert (ecran.titre, ecran.phrase) == (document.titre, document.sous_titre)
    assert demandes == [Demande("region-53", "commune", edition="2023-v1")]


def test_la_preuve_d_un_brut_dit_qu_il_n_est_pas_redresse_celle_d_un_redresse_donne_son_brut(
    vue: VueTheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, autre, _ = _split(vue)
    brute = replace(autre, chiffre=replace(autre.chiffre, redresse=None))
    preuves = {d.titre: d.preuve for d in _project(vue, (part, brute), monkeypatch)[1:]}
    assert preuves[brute.indicateur.titre].endswith(" · brut, non redressé")
    assert preuves[part.indicateur.titre].endswith(f" · brut {part.get_texte('brut')}")


@dataclass(frozen=True)
class _Carte:
    """Une carte : ce que l'écran en dit, et ce qui l'a demandée."""

    choix: tuple[ChoixCarte, ...]
    rang: int = 0
    titre: str = "Une carte"
    phrase: str = "Sa phrase."

    @property
    def vue(self) -> _Carte:
        return self

    @property
    def carte(self) -> _Carte:
        return self


def _project_carte(
    vue: VueTheme,
    ligne: LigneIndicateur,
    indicateur_id: str,
    monkeypatch: pytest.MonkeyPatch,
    depuis: str = "",
) -> tuple[Diapo, ...]:
    carte = _Carte((ChoixCarte(indicateur_id, THEME, "region", Selection(), depuis=depuis),))
    monkeypatch.setattr(diapos, "draw_cartes", lambda *_: [(carte, None)])
    return _project(vue, (ligne,), monkeypatch, "carte")


def test_le_chiffre_que_la_carte_decoupe_vient_avant_elle_s_il_se_montre(
    vue: VueTheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Caché, il n'a pas d'écran : « non publié » en corps de cent points n'apprend rien."""
    part = _split(vue)[0]
    montree, cachee = (
        [d.titre for d in _project_carte(vue, ligne, part.indicateur.id, monkeypatch)]
        for ligne in (part, _hide(part))
    )
    assert (montree, cachee) == ([part.indicateur.titre, "Une carte"], ["Une carte"])
    # Une carte des changements découpe un écart : le niveau du champ n'est pas le sien.
    (seule,) = _project_carte(vue, part, part.indicateur.id, monkeypatch, depuis="2023-v1")
    assert seule.titre == "Une carte"


def test_seul_un_fait_public_est_vrai_sur_une_version_simulee(
    vue: VueTheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Le nombre de réponses est tiré au sort comme elles : la participation simulée n'est pas un fait."""
    part = _split(vue)[0]
    mesure = load_catalogue().list_indicateurs(origine="mesure")[0]
    for indicateur_id, reel in ((mesure.id, True), (part.indicateur.id, False), (PARTICIPATION, False)):
        assert _project_carte(vue, part, indicateur_id, monkeypatch)[-1].reel == reel


def test_seul_un_chiffre_indicatif_dit_qu_il_ne_se_cite_pas(vue: VueTheme) -> None:
    chiffre = _split(vue)[0].chiffre
    dites = {note: list_preuves(replace(chiffre, note=note), simulee=False) for note in ("A", "B", "C")}
    assert [note for note, preuves in dites.items() if INDICATIF in preuves] == ["C"]


@pytest.mark.parametrize(
    ("nombre", "titres"),
    [
        (0, []),
        (1, ["T"]),
        (ELEMENTS, ["T"]),
        (ELEMENTS + 1, ["T (1 sur 2)", "T (2 sur 2)"]),
    ],
)
def test_une_liste_projette_tous_ses_elements_en_autant_d_ecrans_qu_il_faut(
    nombre: int, titres: list[str]
) -> None:
    elements = [f"Élément {rang}" for rang in range(nombre)]
    ecrans = list(build_listes("T", elements))
    assert [ecran.titre for ecran in ecrans] == titres
    assert [e for ecran in ecrans for e in ecran.elements] == elements


def test_un_ecart_que_rien_ne_demontre_ne_se_projette_pas_en_grand(vue: VueTheme) -> None:
    """« +4 points » en corps de cent points se lirait comme un fait."""
    indicateur = _split(vue)[0].indicateur
    for sens, grand in ((1, format_points(0.04)), (-1, format_points(0.04)), (0, RIEN_DE_DEMONTRE)):
        ecart = EcartOpsn(indicateur, GroupeCompare(sens, "", 0.04, -0.01, 0.09, 400, 300))
        ecran = diapos_piloter._project_ecart(ecart)
        assert ecran.grand == grand
        effectifs = [f"{format_effectif(n, 'réponse')} de {qui}" for n, qui in EFFECTIFS]
        assert ecran.preuve.endswith(f" · {', '.join(effectifs)}")


@pytest.mark.parametrize(
    ("mot", "grand"),
    [(HAUSSE, format_points(0.04)), (BAISSE, format_points(0.04)), (AUCUN, RIEN_DE_DEMONTRE)],
)
def test_un_changement_que_rien_ne_demontre_ne_se_projette_pas_en_grand(
    vue: VueTheme, mot: str, grand: str
) -> None:
    ligne = _split(vue)[0]
    change = Changement(ligne.indicateur, apres=ligne.chiffre, ecart=0.04, bas=-0.01, haut=0.09, mot=mot)
    ecran = diapos_piloter._project_changement(change, simulee=True)
    assert ecran.grand == grand
    assert ecran.preuve == " · ".join((change.intervalle, *list_preuves(ligne.chiffre, simulee=True)))


@dataclass(frozen=True)
class _Obligation:
    """Une obligation que l'on déclare remplie : son titre, son chiffre et la question qui le demande."""

    chiffre: Chiffre
    preuve: Indicateur
    titre: str = "Une obligation"
    phrase: str = "Sa phrase."

    @property
    def seuil(self) -> _Obligation:
        return self

    etats = declaration = seuil


def test_une_obligation_se_projette_a_son_chiffre_brut_s_il_n_est_pas_redresse(vue: VueTheme) -> None:
    ligne = _split(vue)[0]
    brut = replace(ligne.chiffre, redresse=None, brut=0.61)
    for chiffre, part in ((ligne.chiffre, ligne.get_texte("redresse")), (brut, format_part(0.61))):
        obligation: Any = _Obligation(chiffre, ligne.indicateur)
        assert part in diapos_piloter._project_obligation(obligation, simulee=False).grand
    cachee: Any = _Obligation(_hide(ligne).chiffre, ligne.indicateur)
    assert diapos_piloter._project_obligation(cachee, simulee=False) == Diapo(
        "Une obligation", phrase="Sa phrase."
    )


def test_un_chiffre_deja_publie_est_reel_et_dit_sa_base_son_annee_et_sa_note_absente(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    publies = load_chiffres_cles(gate)
    id_, titre, (premier, *autres) = publies.groupes[0]
    sans_base = replace(premier, publie=replace(premier.publie, base=""))
    groupes = ((id_, titre, (sans_base, *autres)), *publies.groupes[1:])
    monkeypatch.setattr(diapos, "load_chiffres_cles", lambda _: replace(publies, groupes=groupes))
    lus = [(titre, c.publie) for _, titre, groupe in groupes for c in groupe]
    for ecran, (titre, publie) in zip(build_diapos(gate, "chiffres_cles", CHOIX), lus, strict=True):
        preuve = f"{publie.base or 'base non publiée'} · {publie.annee} · note non publiée"
        assert ecran == Diapo(titre, publie.valeur, preuve, publie.libelle, reel=True)


@dataclass(frozen=True)
class _Relance:
    """Où relancer : une cible, et ses cellules de la plus utile à la moins utile."""

    relances: tuple[Relance, ...]
    titre: str = "Une cible"
    phrase: str = "Sa phrase."

    @property
    def cible(self) -> _Relance:
        return self


def test_on_relance_d_abord_la_ou_la_page_le_dit(monkeypatch: pytest.MonkeyPatch) -> None:
    relances = tuple(
        Relance("", "", f"Région {rang}", "Petites", 90, None, 9 - rang, 20, 5)
        for rang in range(ELEMENTS + 2)
    )
    monkeypatch.setattr(diapos_piloter, "load_relance", lambda *_: _Relance(relances))
    porte: Any = None
    tete, suite = diapos_piloter._relance(porte, CHOIX)
    assert (tete.preuve, tete.phrase) == ("Une cible", "Sa phrase.")
    assert list(suite.elements) == [
        f"Région {rang}, petites : {format_compte(9 - rang, 'réponse')} de plus" for rang in range(ELEMENTS)
    ]


@dataclass(frozen=True)
class _Porte:
    portee: Portee


def test_le_perimetre_suivi_ne_se_projette_qu_a_l_agent_de_son_opsn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Une liste de collectivités à relancer dit qui n'a pas répondu."""
    monkeypatch.setattr(diapos_piloter, "list_suivi", lambda *_: pytest.fail("lue sans droit"))
    for portee in (PUBLIC, Portee("programme"), Portee("collectivite", collectivite_id="commune-33063")):
        porte: Any = _Porte(portee)
        assert list(diapos_piloter._suivi(porte, CHOIX)) == []
