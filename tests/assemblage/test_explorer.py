"""Le graphique proposé suit la forme de la vue, dit ses chiffres et rien d'autre ; son image se relit."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from PIL import Image

from barometre.access import Gate
from barometre.assemblage import depot, memoire
from barometre.assemblage.explorer import list_lieux, load_explorer, load_figure
from barometre.assemblage.images import build_image_dessin
from barometre.catalogue import load_catalogue
from barometre.charts.marques import DOUTEUX
from barometre.domain.formats import is_absent
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION, REMIS_SOUS_DROIT
from barometre.views.donnees.demande import DemandeExplorer, parse_demande
from barometre.views.donnees.figure import choose_figure
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice

UN, DEUX = "indicateurs=site_internet", "indicateurs=site_internet&indicateurs=site_a_jour"


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    lu = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot"), etat=True))
    memoire.forget()
    yield Gate(lu)
    lu.close()


def _demande(gate: Gate, requete: str) -> DemandeExplorer:
    return parse_demande(requete, load_catalogue(), depot.list_territoires_of(gate))


@pytest.mark.parametrize(
    ("requete", "nature"),
    [
        (UN, "carte"),
        (DEUX, "nuage"),
        (f"{UN}&par=strate", "traits"),
        (f"{UN}&par=vague", "traits"),
        (f"{UN}&par=territoire&par=vague", "traits"),
        (f"{DEUX}&par=strate", ""),
        ("par=strate", ""),
        ("indicateurs=france_services_presence&par=", ""),
        ("indicateurs=reponses_vague_2&par=", ""),
    ],
)
def test_la_forme_decide_du_graphique(gate: Gate, requete: str, nature: str) -> None:
    demande = _demande(gate, requete)
    assert choose_figure(load_explorer(gate, demande), demande) == nature
    assert (load_figure(gate, demande) is not None) == (nature in ("nuage", "traits"))


def test_les_traits_sont_les_chiffres_de_la_vue(gate: Gate) -> None:
    demande = _demande(gate, f"{UN}&par=strate")
    table, figure = load_explorer(gate, demande).table, load_figure(gate, demande)
    assert figure is not None
    rangs = figure.dessin.rangs  # type: ignore[union-attr]
    assert [r.point for r in rangs] == [
        None if is_absent(v) else pytest.approx(v / 100) for v in table["valeur"]
    ]
    assert [bool(r.raison) for r in rangs] == table["valeur"].isna().tolist()
    assert [r.trait == DOUTEUX for r in rangs] == table["note"].eq("C").tolist()


def test_un_territoire_cache_n_a_pas_de_point_dans_le_nuage(gate: Gate) -> None:
    demande = _demande(gate, f"{DEUX}&niveau=region&vague=2026-v4")
    table, figure = load_explorer(gate, demande).table, load_figure(gate, demande)
    assert figure is not None
    large = table.pivot(index="territoire_id", columns="indicateur_id", values="valeur").dropna()
    points = figure.dessin.figure.data[0]  # type: ignore[union-attr]
    assert sorted(points.x) == pytest.approx(sorted(large["site_internet"]))
    assert sorted(points.y) == pytest.approx(sorted(large["site_a_jour"]))


def test_l_image_porte_titre_source_date_et_simulation(gate: Gate) -> None:
    demande = _demande(gate, f"{UN}&par=strate")
    vue, figure = load_explorer(gate, demande), load_figure(gate, demande)
    assert figure is not None
    png, svg = (
        build_image_dessin(figure.dessin, figure.titre, vue.provenance, extension)
        for extension in ("png", "svg")
    )
    assert Image.open(io.BytesIO(png)).format == "PNG"
    racine = ElementTree.fromstring(svg)
    # matplotlib dessine les lettres ; le texte d'origine reste en commentaire du tracé.
    assert racine.tag.endswith("svg")
    ecrit = svg.decode()
    lue = vue.provenance
    # Une mention longue est repliée : ses mots y sont, pas forcément à la suite.
    for mot in (figure.titre, lue.version, *AVERTISSEMENT_SIMULATION.split(), *lue.date.split()):
        assert mot in ecrit
    assert build_image_dessin(figure.dessin, figure.titre, vue.provenance, "svg") == svg


def test_une_vague_s_y_nomme_comme_sur_les_autres_pages(gate: Gate) -> None:
    titres = {vague.id: vague.titre for vague in load_catalogue().vagues}
    for requete, attendus in ((f"{UN}&par=vague", 2), (f"{UN}&par=territoire&par=vague", 2)):
        figure = load_figure(gate, _demande(gate, requete))
        assert figure is not None
        dits = [r.libelle for r in figure.dessin.rangs]  # type: ignore[union-attr]
        assert len({t for t in titres.values() for d in dits if d.endswith(t)}) >= attendus
        assert not [d for d in dits if any(id_ in d for id_ in titres)]


def test_l_image_remise_sous_un_droit_le_dit_elle_meme(gate: Gate) -> None:
    demande = _demande(gate, f"{UN}&par=strate")
    figure, lue = load_figure(gate, demande), load_explorer(gate, demande).provenance
    assert figure is not None
    for precautions, dit in (((REMIS_SOUS_DROIT,), True), (("Une précaution parmi d'autres.",), False)):
        svg = build_image_dessin(
            figure.dessin, "Titre", replace(lue, precautions=precautions), "svg"
        ).decode()
        assert all(mot in svg for mot in precautions[0].rstrip(".").split()) == dit


def test_les_lieux_proposes_sont_ceux_du_departement_et_ceux_de_l_adresse(gate: Gate) -> None:
    assert list_lieux(gate, "france", []) == {}
    lieux = list_lieux(gate, "departement-01", ["commune-2A004"])
    referentiel = gate.get_referentiel().set_index("collectivite_id")
    assert "commune-01001" in lieux
    assert "departement-01" not in lieux
    assert set(referentiel.loc[list(lieux), "departement"]) == {"01", "2A"}
    assert [i for i in lieux if referentiel.loc[i, "departement"] == "2A"] == ["commune-2A004"]


def test_un_indicateur_que_la_vague_n_a_pas_pose_ne_gene_pas_la_figure_de_l_autre(gate: Gate) -> None:
    autre = next(i for i in load_catalogue().list_indicateurs("donnee", origine="declare") if i.est_part)
    demande = _demande(gate, f"{UN}&indicateurs={autre.id}&par=strate&vague=2023-v1")
    vue = load_explorer(gate, demande)
    assert {i.id for i in vue.indicateurs} > set(vue.table["indicateur_id"]) == {"site_internet"}
    figure = load_figure(gate, demande)
    assert figure is not None
    assert figure.titre == load_catalogue().get_indicateur("site_internet").titre
