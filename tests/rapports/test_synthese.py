"""La synthèse ne recalcule rien : chaque chiffre est celui d'une cellule que la porte montre."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pypdf
import pytest

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.piloter import load_changements, load_evolutions
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_effectif_seul, format_nombre, format_part
from barometre.domain.jour import apply_jour
from barometre.rapports.blocs import build_tableau_chiffres
from barometre.rapports.demande import Demande, DemandeRefusee, choose_vagues
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.rapports.images import draw_vignettes
from barometre.rapports.modele import Document, Figure, Paragraphe, Planche, Point, Tableau
from barometre.rapports.repondantes import build_participation
from barometre.rapports.synthese import (
    ENTETES_QUALITE,
    GRANDEURS_TUES,
    RIEN,
    RIEN_CYBER,
    SANS_TEMOIN,
    _build_grandeurs,
    _drop_inconnue,
    _summarize,
    build_apercu,
    build_synthese,
    prepare_synthese,
)
from barometre.views.comprendre.theme import build_vue_theme
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.participation import read_cadre


def test_chaque_point_est_une_cellule_de_la_porte(gate: Gate, synthese: Document) -> None:
    titres = {i.id: i.titre for i in load_catalogue().indicateurs.values()}
    cellules = gate.list_agregats(territoire_id="france", type="", strate="", couverture="")
    noms = cellules["indicateur_id"].map(titres)
    permis = set(zip(noms, cellules["redresse"], cellules["n"].map(format_effectif_seul), strict=True))
    points = [p for s in synthese.sections for b in s.blocs if isinstance(b, Figure) for p in b.points]
    montres = [p for p in points if p.valeur is not None]
    assert montres
    for point in montres:
        assert (_get_titre(point), point.valeur, point.n) in permis


def _get_titre(point: Point) -> str:
    """Sans l'astérisque d'une part parmi certaines."""
    return point.libelle.removesuffix("*").rstrip()


def test_hors_de_la_france_entiere_le_champ_se_dit_avant_les_phrases(gate: Gate, synthese: Document) -> None:
    """« 62 % des collectivités » d'une région, recopié seul, se lirait comme un chiffre du pays."""
    debuts = [
        [b.texte for b in document.sections[0].blocs if isinstance(b, Paragraphe)]
        for document in (synthese, build_synthese(gate, Demande(type="commune")))
    ]
    assert debuts == [[], ["Tous ces chiffres sont ceux de : communes, France."]]


def test_une_duree_ou_un_montant_n_est_jamais_sur_l_echelle_des_parts(synthese: Document) -> None:
    figures = [b for s in synthese.sections for b in s.blocs if isinstance(b, Figure)]
    parts = {i.titre for i in load_catalogue().indicateurs.values() if i.est_part}
    assert {_get_titre(p) for figure in figures for p in figure.points} <= parts
    bornes = [v for f in figures for p in f.points for v in (p.valeur, p.bas, p.haut) if v is not None]
    assert all(0 <= v <= 1 for v in bornes)


def test_les_cartes_du_pdf_sont_des_dessins_et_non_des_images(synthese: Document) -> None:
    """Agrandies ou imprimées, elles restent nettes ; les autres formats ont un PNG, que tous lisent."""
    cartes = [v for s in synthese.sections for b in s.blocs if isinstance(b, Planche) for v in b.vignettes]
    assert len(cartes) > 1
    assert all(carte.croquis.startswith("<svg ") for carte in cartes)
    pdf = pypdf.PdfReader(io.BytesIO(FORMATS_DOCUMENT["pdf"].write(synthese)))
    assert [list(page.images) for page in pdf.pages if page.images] == []
    for image in draw_vignettes(synthese).values():
        assert image.octets[:4] == b"\x89PNG"


def test_deux_territoires_refaits_a_neuf_ont_les_memes_octets(gate: Gate) -> None:
    """Mémoires vidées, quatre ans entre les deux : rien n'y dépend du jour ni de l'ordre d'un ensemble.

    L'âge d'une source en dépend, l'état où elle est (« 6 fournies, 20 chargées ») est celui de la version.
    """
    ecrits: list[list[bytes]] = []
    for jour in (date(2026, 11, 28), date(2031, 3, 1)):
        memoire.forget()
        with apply_jour(jour):
            documents = [build_synthese(gate, demande) for demande in (Demande(), Demande(type="commune"))]
            ecrits.append([FORMATS_DOCUMENT["pdf"].write(document) for document in documents])
    assert ecrits[0][0] != ecrits[0][1]
    assert ecrits[0] == ecrits[1]


def test_les_sections_annoncees_y_sont(synthese: Document) -> None:
    titres = [section.titre for section in synthese.sections]
    assert titres[:2] == ["L’essentiel", "Chiffres clés"]
    assert titres[-1] == "Méthode, limites et sources"
    assert {"D’une vague à l’autre", "Qui a répondu", "Obligations"} <= set(titres)


def _list_paragraphes(document: Document, titre: str) -> list[str]:
    section = next(s for s in document.sections if s.titre == titre)
    return [b.texte for b in section.blocs if isinstance(b, Paragraphe)]


def test_l_apercu_est_le_debut_du_document(gate: Gate, synthese: Document) -> None:
    """Les mêmes mots et les mêmes chiffres ; ni carte ni détail de thème ne s'y composent."""
    with pytest.MonkeyPatch.context() as sans_carte:
        sans_carte.setattr("barometre.rapports.synthese.build_territoires", lambda *_: pytest.fail("composé"))
        apercu = build_apercu(gate, Demande())
    assert apercu == replace(synthese, sections=synthese.sections[:3])
    assert apercu.sections[-1].titre == "D’une vague à l’autre"


def test_la_lecture_d_avance_nomme_chaque_theme_et_garde_tout(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """La page montre où elle en est ; ensuite, le document ne relit plus aucune cellule de thème."""
    memoire.forget()
    etapes = list(prepare_synthese(gate, Demande()))
    parts = [part for part, _ in etapes]
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0.0, 1.0)
    titres = [theme.titre.lower() for theme in load_catalogue().themes]
    assert {etape.lower() for _, etape in etapes[:-1]} <= set(titres)
    monkeypatch.setattr("barometre.assemblage.theme.build_vue_theme", lambda *_: pytest.fail("relu"))
    assert build_apercu(gate, Demande()).sections
    with pytest.raises(DemandeRefusee):
        next(iter(prepare_synthese(gate, Demande("region-00"))))


def test_une_edition_ancienne_dit_que_ses_obligations_sont_d_aujourd_hui(gate: Gate) -> None:
    """Sous « première vague », les réponses de la dernière se lisaient comme celles d'alors."""
    catalogue = load_catalogue()
    ancienne = build_synthese(gate, Demande(edition=catalogue.vagues[0].id))
    derniere = catalogue.vagues[-1].titre
    assert ancienne.sous_titre == catalogue.vagues[0].titre
    dites = [phrase for phrase in _list_paragraphes(ancienne, "Obligations") if "le dernier connu" in phrase]
    assert len(dites) == 1
    assert derniere.lower() in dites[0].lower()


def test_un_territoire_ou_un_type_dit_combien_y_ont_repondu(gate: Gate) -> None:
    """Les comptes sont ceux de la porte ; la France entière a déjà les siens dans la représentativité."""
    catalogue, cadre = load_catalogue(), read_cadre(gate)
    region = str(cadre["region"].value_counts().index[0])
    for demande, axe, groupe in (
        (Demande(type="commune"), "type", "commune"),
        (Demande(region), "region", region),
    ):
        document = build_synthese(gate, demande)
        section = next(s for s in document.sections if s.titre == "Qui a répondu")
        tableau = section.blocs[0]
        assert isinstance(tableau, Tableau)
        theme = next(t for t in catalogue.themes if t.titre == tableau.lignes[0][0])
        vague_id = choose_vagues(catalogue, "")[theme.id]
        comptes = gate.count_repondantes(cadre[axe].dropna(), vague_id, theme.id).loc[groupe]
        n = comptes["repondantes"]
        dit = (
            ("non publié",) * 2 if pd.isna(n) else (format_effectif_seul(n), format_part(comptes["taux"], 1))
        )
        assert tableau.lignes[0][1:] == (format_nombre(comptes["cadre"]), *dit)
    france = next(s for s in build_synthese(gate, Demande()).sections if s.titre == "Qui a répondu")
    assert [b.titre for b in france.blocs if isinstance(b, Tableau)] == ["Représentativité, France entière"]


def test_sans_donnee_de_l_etat_le_redressement_non_verifie_se_dit(synthese: Document) -> None:
    """La colonne « hors calage » disparaissait, et avec elle l'aveu que rien n'a été vérifié."""
    section = next(s for s in synthese.sections if s.titre == "Qui a répondu")
    tableau = next(b for b in section.blocs if isinstance(b, Tableau))
    textes = [b.texte for b in section.blocs if isinstance(b, Paragraphe)]
    assert (SANS_TEMOIN in textes) == (tableau.entetes != ENTETES_QUALITE)
    plein = Tableau("T", ENTETES_QUALITE, (("x",) * len(ENTETES_QUALITE),))
    assert _drop_inconnue(plein) == plein
    assert SANS_TEMOIN in textes


def test_un_compte_sous_cent_est_dit_a_peu_pres(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    comptes = pd.DataFrame({"cadre": [563], "repondantes": [55.0], "taux": [0.098]}, index=["commune"])
    monkeypatch.setattr(Gate, "count_repondantes", lambda *_: comptes)
    memoire.forget()
    vue = build_vue_theme(
        gate, load_catalogue(), "inclusion", Selection(load_catalogue().vagues[-1].id, type="commune")
    )
    tableau = build_participation(gate, [vue])[0]
    memoire.forget()
    assert tableau.titre == "Participation : communes, France"
    assert tableau.lignes == (("Inclusion numérique", "563", "environ\u00a055", "9,8\u202f%"),)


def test_un_chiffre_que_rien_ne_redresse_le_dit(gate: Gate) -> None:
    """Une case vide se lisait comme un oubli."""
    vue = build_vue_theme(gate, load_catalogue(), "inclusion", Selection(load_catalogue().vagues[-1].id))
    ligne = next(ligne for ligne in vue.cles if ligne.chiffre.montre)
    brute = replace(ligne, chiffre=replace(ligne.chiffre, redresse=None))
    assert build_tableau_chiffres("Essai", [brute])[-1].lignes[0][1] == "non redressé"


@pytest.mark.parametrize(
    ("demande", "phrase"),
    [
        (Demande("commune-33063"), "n'est pas un territoire de synthèse"),
        (Demande("region-00"), "n'est pas un territoire de synthèse"),
        (Demande(type="canton"), "n'est pas un type"),
        (Demande(opsn_id="opsn-inconnu"), "n'existe pas"),
        (Demande(edition="1999"), "n'est ni une vague ni une année"),
    ],
)
def test_une_demande_impossible_dit_quoi_changer(gate: Gate, demande: Demande, phrase: str) -> None:
    with pytest.raises(DemandeRefusee, match=phrase):
        build_synthese(gate, demande)


def test_tous_les_chiffres_cles_sont_dans_le_document_montres_ou_comptes(synthese: Document) -> None:
    """Au-delà de trois par thème, le quatrième (« un projet d'IA ») n'était ni montré ni dit caché."""
    section = next(s for s in synthese.sections if s.titre == "Chiffres clés")
    tableau = next(b for b in section.blocs if isinstance(b, Tableau))
    montres = {ligne[0].removesuffix("*").rstrip() for ligne in tableau.lignes}
    cles = {i.titre for i in load_catalogue().list_indicateurs(origine="declare") if i.cle}
    dits = " ".join(b.texte for b in section.blocs if isinstance(b, Paragraphe))
    tus = re.search(r"Chiffres clés non publiés.* : (\d+)\.", dits)
    assert montres <= cles
    assert len(montres) + (int(tus[1]) if tus else 0) == len(cles)


def test_un_tableau_de_chiffres_marque_ce_qui_se_lit_parmi_certaines_et_dit_la_base(gate: Gate) -> None:
    """« Une déclaration d'accessibilité : 14 % » sans sa base se lisait sur toutes les collectivités."""
    vague = load_catalogue().vagues[-1].id
    lignes = build_vue_theme(gate, load_catalogue(), "communication", Selection(vague)).cles
    lire, tableau = build_tableau_chiffres("Essai", lignes)
    marques = [ligne[0] for ligne in tableau.lignes if ligne[0].endswith("*")]
    assert marques == ["Une déclaration d’accessibilité\u00a0*"]
    assert lire == Paragraphe("* parmi les seules collectivités ayant un site internet.", lie=True)
    etroite = [x for x in lignes if x.indicateur.sous_condition]
    lire, tableau = build_tableau_chiffres("Essai", etroite)
    assert lire == Paragraphe("Base : collectivités ayant un site internet.", lie=True)
    assert not tableau.lignes[0][0].endswith("*")


def test_en_cybersecurite_le_secret_n_est_pas_dit_manque_de_reponses(gate: Gate) -> None:
    """« Trop peu ont répondu », dans chaque département : même toutes, rien n'y serait publié."""
    catalogue, vague = load_catalogue(), load_catalogue().vagues[-1].id
    lieu = Selection(vague, territoire_id="departement-35")
    vues = {t: build_vue_theme(gate, catalogue, t, lieu) for t in ("cybersecurite", "inclusion")}
    assert all(vue.est_vide for vue in vues.values())
    assert {t: _summarize(vue) for t, vue in vues.items()} == {"cybersecurite": RIEN_CYBER, "inclusion": RIEN}


def test_un_chiffre_sans_note_ne_se_cite_pas(gate: Gate) -> None:
    """Un brut de moins de trente réponses n'a pas de note : la synthèse d'un département s'y arrêtait."""
    vue = build_vue_theme(gate, load_catalogue(), "inclusion", Selection(load_catalogue().vagues[-1].id))
    ligne = next(ligne for ligne in vue.cles if ligne.chiffre.montre)
    sans_note = replace(ligne, chiffre=replace(ligne.chiffre, note=""))
    assert build_tableau_chiffres("Essai", [sans_note])[-1].lignes[0][-2:] == ("", "non")


def test_un_document_dit_les_changements_de_la_page_evolution(gate: Gate) -> None:
    """Lus sans la part de la composition, qu'un document ne dit pas : mêmes écarts, bornes et verdicts."""
    for theme in load_catalogue().themes:
        page = load_evolutions(gate, theme.id, Selection()).vue
        document = load_changements(gate, theme.id, Selection())
        assert document.phrase == page.phrase
        assert document.changements == tuple(replace(c, decomposition=None) for c in page.changements)


def _list_tableaux(document: Document) -> list[Tableau]:
    return [b for section in document.sections for b in section.blocs if isinstance(b, Tableau)]


def test_chaque_chiffre_cle_est_sous_son_theme(synthese: Document) -> None:
    """« Aucune sensibilisation » ne se lit qu'en cybersécurité."""
    (tableau,) = [t for t in _list_tableaux(synthese) if t.titre.startswith("Chiffres clés")]
    themes = {
        titre: load_catalogue().get_theme(i.theme_id).titre
        for i in load_catalogue().indicateurs.values()
        for titre in (i.titre, i.titre_marque)
    }
    assert len(tableau.groupes) == len(tableau.lignes) > 1
    for groupe, ligne in zip(tableau.groupes, tableau.lignes, strict=True):
        assert themes[ligne[0]] == groupe
    assert [rang[0] for rang in tableau.rangs if len(rang) == 1] == list(dict.fromkeys(tableau.groupes))


def test_deux_tableaux_n_ont_pas_le_meme_titre(synthese: Document) -> None:
    """En annexe d'un diaporama, « Déjà publié… » revenait neuf fois sans dire de quoi."""
    titres = [tableau.titre for tableau in _list_tableaux(synthese)]
    assert len(set(titres)) == len(titres)


def test_un_nombre_qui_ne_se_cite_pas_est_nomme_sans_etre_ecrit(gate: Gate) -> None:
    """« 0 ordinateur, entre 0 et 38 » : le bruit de la protection, lu comme un résultat."""
    vue = build_vue_theme(
        gate, load_catalogue(), "outils_internes", Selection(load_catalogue().vagues[-1].id)
    )
    ligne = next(ligne for ligne in vue.ensemble.lignes if ligne.chiffre.montre)
    bruit = replace(ligne, chiffre=replace(ligne.chiffre, note="C", redresse=0.0, etat="indicative"))
    (dite,) = _build_grandeurs("Outils", [bruit])
    assert isinstance(dite, Paragraphe)
    assert dite.texte == f"{GRANDEURS_TUES} : {lower_initiale(ligne.indicateur.titre)}."
    citable = replace(ligne, chiffre=replace(ligne.chiffre, note="A", etat="published"))
    (tableau,) = _build_grandeurs("Outils", [citable])
    assert isinstance(tableau, Tableau)
