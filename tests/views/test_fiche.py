"""La fiche : jamais vide, et jamais une réponse de trop."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import yaml

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.catalogue.loader import DONNEES
from barometre.charts import build_positions
from barometre.domain.formats import INCONNU
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.territoire import ANNEE_POPULATIONS, ANNEE_POPULATIONS_MAYOTTE, Collectivite
from barometre.exports import FORMATS, build_fichier
from barometre.views.collectivite.comparer import VueComparer, build_cadre_positions, build_comparer
from barometre.views.collectivite.cote_a_cote import build_cote_a_cote
from barometre.views.collectivite.fiche import VueFiche, build_fiche
from barometre.views.collectivite.identite import describe_population
from barometre.views.collectivite.obligations import describe_loi
from barometre.views.collectivite.premiers_pas import SANS_SA_REPONSE
from barometre.views.collectivite.soi import Mesure, Soi
from barometre.views.collectivite.structure import Structure
from barometre.views.lecture.place import Verdict
from barometre.warehouse.repository import Repository
from tests.views.terrain_pairs import (
    DROM,
    MUETTE,
    SOI,
    TEXTE_SECRET,
    JournalMuet,
    list_communes,
    open_gate,
)

JOUR = date(2026, 11, 22)
ELU = Portee("collectivite", collectivite_id=SOI, simulee=True)
SANS_DROIT = (
    PUBLIC,
    Portee("collectivite", collectivite_id=MUETTE, simulee=True),
    Portee("opsn", opsn_id="absent", simulee=True),
    Portee("programme", simulee=True),
    Portee("operateur"),
)


def _fiche(terrain: Repository, structure: Structure, id_: str, portee: Portee = PUBLIC) -> VueFiche:
    vue = build_fiche(open_gate(terrain, portee), load_catalogue(), structure, id_, JOUR)
    assert vue is not None
    return vue


def _comparer(
    gate: Gate, structure: Structure, id_: str, choix: str = "strate", avec: tuple[str, ...] = ()
) -> VueComparer:
    collectivite = gate.get_collectivite(id_)
    assert collectivite is not None
    return build_comparer(
        gate, load_catalogue(), structure, collectivite, theme_id="communication", choix=choix, avec=avec
    )


def test_la_population_dit_son_annee_et_ne_se_confond_pas_avec_celle_du_recensement() -> None:
    """« 20 307 habitants » en tête et « 20 653 habitants (2021) » plus bas : deux nombres, une seule date."""
    dites = {
        describe_population(Collectivite(f"{type_}-{code}", type_, code, "X", population=1200, region=region))
        for type_, code, region in (("commune", "97611", "06"), ("region", "06", None))
    }
    assert dites == {"1\u202f200\u00a0habitants en 2017"}
    reste = Collectivite("commune-35115", "commune", "35115", "X", population=1200, region="53")
    assert describe_population(reste) == "1\u202f200\u00a0habitants en 2023"
    assert describe_population(replace(reste, population=None)) == INCONNU


def test_l_annee_des_populations_est_celle_que_dit_leur_source() -> None:
    (source,) = (
        s
        for s in yaml.safe_load((DONNEES / "sources.yml").read_text())["embarquees"]
        if s["id"] == "decoupage_administratif"
    )
    assert f"populations municipales {ANNEE_POPULATIONS}" in source["producteur"]
    assert f"Population de Mayotte de {ANNEE_POPULATIONS_MAYOTTE}" in source["precautions"]


def test_la_fiche_et_le_cote_a_cote_datent_la_population(terrain: Repository, structure: Structure) -> None:
    habitants = dict(_fiche(terrain, structure, SOI).identite.faits)["Population"]
    assert habitants.endswith(f"habitants en {ANNEE_POPULATIONS}")
    table = _comparer(open_gate(terrain), structure, SOI, avec=(DROM,)).cote_a_cote.table
    assert table.set_index(table.columns[0]).loc["Population"].iloc[0] == habitants


def test_le_cote_a_cote_date_chaque_mesure(terrain: Repository, structure: Structure) -> None:
    """« 26 % » sans année se lisait comme d'aujourd'hui ; une valeur cachée n'a que son mot."""
    gate, catalogue = open_gate(terrain), load_catalogue()
    ages, logements = (catalogue.get_indicateur(i) for i in ("part_65_ans_et_plus", "habitants_recenses"))
    soi = Soi(
        SOI,
        mesures=(
            Mesure(ages, 0.26, "26 %", "2021"),
            Mesure(logements, 9.0, "trop ancien", "1999", Verdict("cachee", mot="trop ancien")),
        ),
    )
    cote = build_cote_a_cote(gate, catalogue, soi, (), theme_id="communication", vague_id="")
    dites = cote.table.set_index(cote.table.columns[0]).iloc[:, 0]
    assert (dites[ages.titre], dites[logements.titre]) == ("26 % (2021)", "trop ancien")


def test_une_collectivite_muette_voit_ses_pairs_et_une_invitation(
    terrain: Repository, structure: Structure
) -> None:
    vue = _fiche(terrain, structure, MUETTE)
    assert "n’est pas public" in vue.a_retenir  # le public ne sait pas qu'elle n'a pas répondu
    elue = Portee("collectivite", collectivite_id=MUETTE, simulee=True)
    assert "n’a pas encore répondu" in _fiche(terrain, structure, MUETTE, elue).a_retenir
    communication = next(t for t in vue.themes if t.theme.id == "communication")
    assert communication.distribution.moyenne is not None
    assert vue.obligations
    assert vue.premiers_pas
    assert vue.forces == vue.ecarts == ()


def test_l_elu_lit_ses_forces_puis_ses_ecarts_en_phrases(terrain: Repository, structure: Structure) -> None:
    vue = _fiche(terrain, structure, SOI, ELU)
    assert vue.soi.lisible
    assert "pratiques suivies" in vue.a_retenir
    assert 0 < len(vue.ecarts) <= 5
    for ecart in vue.ecarts:
        assert "de vos pairs" in ecart.phrase or "chez vos pairs" in ecart.phrase
        assert ecart.phrase.endswith("vous avez répondu non.")
        assert ecart.reponse.est_non
    for force in vue.forces:
        assert force.reponse.est_oui
    ampleurs = [e.ampleur for e in vue.ecarts]
    assert ampleurs == sorted(ampleurs, reverse=True)


def test_un_theme_repondu_sans_compte_est_dit(terrain: Repository, structure: Structure) -> None:
    """« Sur 5 thèmes », lu par qui a rempli sept questionnaires, faisait douter des deux autres."""
    vue = _fiche(terrain, structure, SOI, ELU)
    comptes = [t for t in vue.themes if t.score is not None and t.score.montre]
    muet = next(t for t in vue.themes if t not in comptes)
    themes = (*comptes, replace(muet, has_repondu=True))
    assert "1\u00a0autre a trop de questions sans réponse" in replace(vue, themes=themes).a_retenir
    assert "sans réponse" not in replace(vue, themes=tuple(comptes)).a_retenir


def test_par_quoi_commencer_met_la_loi_devant_puis_les_pairs(
    terrain: Repository, structure: Structure
) -> None:
    pas = _fiche(terrain, structure, SOI, ELU).premiers_pas
    assert len(pas) <= 5
    assert [p.obligatoire for p in pas] == sorted((p.obligatoire for p in pas), reverse=True)
    assert all(p.raison for p in pas)
    assert all(p.actions for p in pas)


def test_un_pas_dont_la_reponse_manque_le_dit(terrain: Repository, structure: Structure) -> None:
    """Une ville qui a un délégué mais n'a pas reçu la question lisait qu'il lui restait à le désigner."""
    vue = _fiche(terrain, structure, SOI, ELU)
    vagues = {t.theme.id: t.pairs.vague_id for t in vue.themes}
    muettes = [vue.soi.get(p.indicateur.id, vagues[p.indicateur.theme_id]) is None for p in vue.premiers_pas]
    assert [SANS_SA_REPONSE in p.raison for p in vue.premiers_pas] == muettes
    assert any(muettes)
    assert not any(SANS_SA_REPONSE in p.raison for p in _fiche(terrain, structure, SOI).premiers_pas)


def test_une_obligation_n_est_faite_que_si_on_le_lit(terrain: Repository, structure: Structure) -> None:
    publiques = _fiche(terrain, structure, SOI).obligations
    assert {o.etat for o in publiques} == {"inconnu"}
    assert not any(o.detail for o in publiques)
    siennes = _fiche(terrain, structure, SOI, ELU).obligations
    for obligation in siennes:
        reponses = [r for p in obligation.seuil.preuves if (r := _read(terrain, p))]
        assert obligation.est_faite == any(r == 1 for r in reponses)


def test_sans_droit_la_loi_ne_dit_rien_de_reponses_qu_on_ne_lit_pas(
    terrain: Repository, structure: Structure
) -> None:
    """« Vos réponses n'en montrent aucune faite », dit au public d'une ville qui en déclare trois faites."""
    for portee, dit in ((PUBLIC, False), (ELU, True)):
        vue = _fiche(terrain, structure, SOI, portee)
        phrase = describe_loi(vue.obligations, lisible=vue.soi.lisible)
        assert ("Vos réponses" in phrase, "n’est pas public" in phrase) == (dit, not dit)
        assert "Un état inconnu ne veut pas dire non fait." in phrase


def _read(terrain: Repository, indicateur_id: str) -> float | None:
    lignes = terrain.list_valeurs(indicateur_id, collectivite_id=SOI)
    return None if lignes.empty else float(lignes["valeur"].iloc[0])


def test_une_collectivite_inconnue_n_a_pas_de_fiche(terrain: Repository, structure: Structure) -> None:
    gate = open_gate(terrain)
    assert build_fiche(gate, load_catalogue(), structure, "commune-99999", JOUR) is None


@pytest.mark.parametrize(("portee", "id_"), [*((p, SOI) for p in SANS_DROIT), (PUBLIC, DROM)])
def test_aucune_reponse_individuelle_ne_sort_sans_droit(
    terrain: Repository, structure: Structure, portee: Portee, id_: str
) -> None:
    """Vue, tableau, figure, fichiers, côte à côte : rien ne change quand les réponses changent."""
    gate = open_gate(terrain, portee)
    inversee = _InverseGate(terrain, portee, id_)
    assert _dump(gate, structure, id_) == _dump(inversee, structure, id_)


class _InverseGate(Gate):
    """La même porte sur un entrepôt où cette collectivité aurait répondu le contraire."""

    def __init__(self, terrain: Repository, portee: Portee, id_: str) -> None:
        super().__init__(_Inverse(terrain, id_), portee, journal=JournalMuet())  # type: ignore[arg-type]


class _Inverse:
    """Un dépôt qui inverse les réponses d'une collectivité ; les cellules publiées restent les mêmes."""

    def __init__(self, terrain: Repository, id_: str) -> None:
        self._terrain, self._id = terrain, id_

    def __getattr__(self, nom: str) -> Any:
        return getattr(self._terrain, nom)

    def list_valeurs(self, *arguments: Any, **filtres: Any) -> Any:
        lignes = self._terrain.list_valeurs(*arguments, **filtres)
        sienne = lignes["collectivite_id"].eq(self._id)
        return lignes.assign(valeur=lignes["valeur"].mask(sienne, 1 - lignes["valeur"]))


def _dump(gate: Gate, structure: Structure, id_: str) -> str:
    """Tout ce que le lecteur peut voir ou emporter, en un texte."""
    fiche = build_fiche(gate, load_catalogue(), structure, id_, JOUR)
    assert fiche is not None
    textes = [repr(fiche.soi.reponses), fiche.table.to_csv(), fiche.a_retenir, repr(fiche.provenance)]
    textes += [e.phrase for e in (*fiche.forces, *fiche.ecarts)]
    textes += [f"{t.phrase} {t.score} {t.distribution}" for t in fiche.themes]
    textes += [f"{o.etat} {o.detail}" for o in fiche.obligations] + [p.raison for p in fiche.premiers_pas]
    for choix in ("strate", "couverture", "semblables"):
        vue = _comparer(gate, structure, id_, choix, avec=("commune-03001", SOI))
        graphique = build_positions(
            build_cadre_positions([p for p in vue.positions if p.indicateur.est_part]), titre="", phrase=""
        )
        textes += [vue.table.to_csv(), vue.cote_a_cote.table.to_csv(), graphique.html]
        textes += [graphique.table.to_csv(), vue.a_retenir, repr(vue.contrastes), repr(vue.distribution)]
        textes += [repr(build_fichier(vue.table, vue.provenance, "csv"))]
    tout = "\n".join(textes)
    assert TEXTE_SECRET not in tout
    return tout


def test_le_controle_verrait_une_fuite(terrain: Repository, structure: Structure) -> None:
    """Pour l'élu, qui a le droit, inverser ses réponses se voit : le contrôle n'est pas aveugle."""
    gate, inversee = open_gate(terrain, ELU), _InverseGate(terrain, ELU, SOI)
    assert _dump(gate, structure, SOI) != _dump(inversee, structure, SOI)


def test_l_elu_ne_lit_pas_sa_voisine(terrain: Repository, structure: Structure) -> None:
    gate = open_gate(terrain, ELU)
    cote = _comparer(gate, structure, SOI, avec=("commune-01001",)).cote_a_cote
    assert cote.table.iloc[-1, 1] in ("oui", "non")
    assert cote.table.iloc[-1, 2] == "réponse non publique"


def test_les_fichiers_disent_d_ou_viennent_les_pairs(terrain: Repository, structure: Structure) -> None:
    sienne = _fiche(terrain, structure, SOI, ELU)
    assert any("elle y est comptée" in p for p in sienne.provenance.precautions)
    for extension in FORMATS:
        assert build_fichier(sienne.table, sienne.provenance, extension)
    assert sienne.provenance.get_nom("csv").endswith("_reponses-simulees.csv")


def test_trier_par_ecart_met_le_plus_grand_devant(terrain: Repository, structure: Structure) -> None:
    vue = _comparer(open_gate(terrain, ELU), structure, SOI)
    ecarts = [abs(p.ecart) for p in vue.sort("ecart") if p.ecart is not None]
    assert ecarts == sorted(ecarts, reverse=True)
    assert {p.indicateur.id for p in vue.sort("ecart")} == {p.indicateur.id for p in vue.positions}


def test_une_figure_n_a_aucun_chiffre_cache(terrain: Repository, structure: Structure) -> None:
    vue = _comparer(open_gate(terrain), structure, DROM)
    cadre = build_cadre_positions([p for p in vue.positions if p.indicateur.est_part])
    lue = replace(cadre[0], valeur=0.123456, bas=0.123456, haut=0.123456)
    assert "12.35%" in build_positions((lue, *cadre[1:]), titre="", phrase="").html
    graphique = build_positions((replace(lue, montre=False), *cadre[1:]), titre="", phrase="")
    assert "12.3" not in graphique.html


def test_le_terrain_a_des_repondantes_des_deux_cotes() -> None:
    assert {c["repond"] for c in list_communes()} == {True, False}
