"""Les marques : placées en pour cent, bornées à la piste, chaque texte dans sa case."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from barometre.charts.marques import AXE_PARTS, DOUTEUX, PLEIN, Axe, Rang, build_marques


@settings(deadline=None)
@given(st.floats(-10, 10), st.floats(-5, 0), st.floats(0.1, 5))
def test_une_place_reste_sur_la_piste_et_suit_l_ordre(valeur: float, bas: float, haut: float) -> None:
    axe = Axe(bas, haut)
    assert 0 <= axe.place(valeur) <= 100
    assert axe.place(valeur) <= axe.place(valeur + 1)


def test_chaque_rang_a_un_nom_une_piste_et_une_valeur() -> None:
    html = build_marques([Rang("A", "24 %", point=0.24), Rang("B", raison="Caché.")], AXE_PARTS, "Titre")
    assert html.count("<li>") == 2
    assert html.count("baro-piste-rang") == 1
    assert 'role="group" aria-label="Titre"' in html
    assert "24\u202f%" in html


def test_sans_rien_a_dessiner_ni_piste_ni_point() -> None:
    html = build_marques([Rang("B", raison="Caché.")], AXE_PARTS, "Titre")
    assert "<i " not in html.partition("<ul>")[2]


def test_la_bande_va_du_bas_au_haut() -> None:
    html = build_marques([Rang("A", bas=0.2, haut=0.35, point=0.3)], AXE_PARTS, "T")
    assert 'baro-bande-plein" style="left:20.0%;width:15.0%' in html


def test_la_marque_de_la_collectivite_se_dessine_meme_sans_pairs() -> None:
    html = build_marques([Rang("A", suite="vous : oui", soi=1.0, raison="Caché.")], AXE_PARTS, "T")
    assert 'baro-soi" style="left:100.0%' in html
    assert "vous\u202f: oui" in html


def test_la_meme_raison_repetee_se_lit_une_fois_avec_tous_les_noms() -> None:
    caches = [Rang(f"Pratique {rang}", raison="Trop peu de réponses.") for rang in range(4)]
    montre = Rang("Montrée", "24 %", point=0.24)
    soi = Rang("La vôtre", suite="vous : oui", raison="Trop peu de réponses.")
    html = build_marques([montre, *caches, soi, Rang("Autre", raison="Sans objet.")], AXE_PARTS, "T")
    assert html.count("<li") == 4
    # Celle qui dit encore quelque chose garde sa ligne.
    assert html.count("Trop peu de réponses.") == 2
    assert all(rang.libelle in html for rang in caches)
    # Trois se lisent mieux en face de leur nom.
    assert build_marques([montre, *caches[:3]], AXE_PARTS, "T").count("Trop peu de réponses.") == 3


def test_une_valeur_que_rien_ne_demontre_n_est_pas_en_gras() -> None:
    """« +28 points » en gras à côté d'un rond creux se retenait comme un fait."""
    rangs = [Rang("A", valeur="+28 points", point=0.28, trait=trait) for trait in (PLEIN, DOUTEUX)]
    sur, douteux = (build_marques([rang], Axe(-1, 1, ()), "T") for rang in rangs)
    assert "<strong>+28 points</strong>" in sur
    assert "<strong>" not in douteux
    assert "+28 points" in douteux
