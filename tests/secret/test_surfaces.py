"""Chaque surface est listée, et rien de ce que le secret cache ne change ce qu'en lit le public."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from barometre.access import Gate
from barometre.api.application import build_api
from barometre.assemblage import depot, memoire
from barometre.assemblage.figure_seule import load_figure_seule, load_image_seule
from barometre.cli import main
from barometre.cli.analyse import COMMANDES
from barometre.cli.exporter import GPKG
from barometre.domain.portee import Portee
from barometre.exports import FORMATS
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.ui.navigation import list_pages
from barometre.ui.relecture import list_offerts
from barometre.ui.serving import build_routes
from barometre.ui.serving.apercu import load_apercu
from barometre.ui.serving.figures import build_page
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice
from tests.secret import surfaces
from tests.visite import open_page

THEME, INDICATEUR = "theme=communication", "site_internet"
API = {
    "/valeurs": ("?theme=communication&par=strate", "?theme=cybersecurite&niveau=region&format=csv"),
    "/collectivites": ("?recherche=Saint-Essai",),
}
DEMANDES = {
    "chercher": (["chercher", "Saint-Essai", "--json"],),
    "estimer": (["estimer", "--indicateur", "{indicateur}", "--par", "strate", "--json"],
                ["estimer", "--indicateur", "{indicateur}", "--par", "region"]),
    "pairs": (["pairs", surfaces.COMMUNE, "--json"],),
}  # fmt: skip
ELUE = Portee("collectivite", "commune-2A004", simulee=True)
VOISINES = {
    "fiche": {"collectivite": surfaces.COMMUNE},
    "comparer": {"collectivite": "commune-2A004", "theme": "communication", "avec": surfaces.COMMUNE},
    "participation": {"theme": "communication", "axe": "epci"},
}
Lire = Callable[[str], object]


@pytest.fixture(scope="module")
def entrepots(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """L'entrepôt factice, et le même où tout ce qui est caché a changé."""
    dossier = tmp_path_factory.mktemp("secret")
    adresse = build_entrepot_factice(dossier / "vrai", etat=True)
    return adresse, surfaces.trouble(dossier / "vrai", dossier / "trouble")


@pytest.fixture(scope="module")
def anciens(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[str, str], str]:
    """Deux entrepôts de deux versions, et l'ancienne, où seul l'un a tout ce qui est caché changé."""
    dossier = tmp_path_factory.mktemp("anciens")
    ancienne = open_repository(build_entrepot_factice(dossier / "vrai", etat=True)).read_version().version_id
    adresse = build_entrepot_factice(dossier / "vrai", etat=True)
    assert open_repository(adresse).read_version().version_id != ancienne
    return (adresse, surfaces.trouble(dossier / "vrai", dossier / "trouble", ancienne)), ancienne


@pytest.fixture
def comparer(entrepots: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Lit une surface sur les deux entrepôts : le public ne doit voir aucune différence."""

    def _comparer(lire: Lire, lieux: tuple[str, str] = entrepots) -> None:
        lus = []
        for adresse in lieux:
            monkeypatch.setenv("BAROMETRE_ENTREPOT", adresse)
            depot.forget()
            memoire.forget()
            lus.append(lire(adresse))
        assert lus[0]
        assert lus[0] == lus[1]

    yield _comparer
    depot.forget()
    memoire.forget()


def _list_attaquees(liste: dict[str, str]) -> list[str]:
    return [nom for nom, raison in liste.items() if raison == surfaces.ATTAQUEE]


def test_la_liste_des_surfaces_est_fermee(entrepots: tuple[str, str]) -> None:
    api = build_api(lambda _: Gate(open_repository(entrepots[0])))
    racines = {re.sub(r"^/(vendor|connexion)(/.*)?$", r"/\1", route.path) for route in build_routes()}  # type: ignore[attr-defined]
    assert set(surfaces.PAGES) == {page.adresse for page in list_pages()}
    assert set(surfaces.COMMANDES) == set(COMMANDES)
    assert set(surfaces.API) == set(api.openapi()["paths"])
    assert racines <= set(surfaces.ADRESSES)
    assert set(surfaces.FORMATS) == {*FORMATS, GPKG}
    assert set(surfaces.DOCUMENTS) == set(FORMATS_DOCUMENT)


def test_ce_qui_change_se_lirait_sans_la_porte(entrepots: tuple[str, str]) -> None:
    """La contre-épreuve : l'attaque voit bien deux entrepôts différents dès que le secret est ôté."""
    for table in ("list_agregats", "list_participations"):
        vrai, trouble = (getattr(open_repository(adresse), table)() for adresse in entrepots)
        assert not vrai.equals(trouble)


@pytest.mark.parametrize("chemin", _list_attaquees(surfaces.API))
def test_l_api_ne_dit_rien_de_ce_qui_est_cache(comparer: Callable[[Lire], None], chemin: str) -> None:
    def lire(adresse: str) -> list[bytes]:
        porte = Gate(open_repository(adresse))
        client = TestClient(build_api(lambda _: porte, par_minute=100_000))
        reponses = [client.get(chemin + suite) for suite in API.get(chemin, ("",))]
        assert {r.status_code for r in reponses} == {200}
        return [r.content for r in reponses]

    comparer(lire)


@pytest.mark.parametrize("adresse_page", _list_attaquees(surfaces.PAGES))
def test_une_page_ne_dit_rien_de_ce_qui_est_cache(
    comparer: Callable[[Lire], None], adresse_page: str
) -> None:
    def lire(_: str) -> list[str]:
        page = open_page(adresse_page, {"collectivite": surfaces.COMMUNE})
        assert not page.exception
        return [_write(bloc) for bloc in page.main]

    comparer(lire)


@pytest.mark.parametrize(("adresse_page", "demande"), list(VOISINES.items()))
def test_une_elue_ne_lit_rien_de_sa_voisine(
    comparer: Callable[[Lire], None], adresse_page: str, demande: dict[str, str]
) -> None:
    """Elle est nommée, sa voisine est celle dont tout change : réponses, participation, cellules cachées."""

    def lire(_: str) -> list[str]:
        page = open_page(adresse_page, demande, ELUE)
        assert not page.exception
        return [_write(bloc) for bloc in page.main]

    comparer(lire)


def _write(bloc: object) -> str:
    """Ce que le navigateur reçoit, moins les numéros tirés au sort des images et des fichiers."""
    texte = str(getattr(bloc, "proto", "")) + "".join(map(_write, getattr(bloc, "children", {}).values()))
    return re.sub(
        r"images/[\w.-]+\.png|fichiers/[\w.-]+|/media/\w+\.\w+|deferred_file_id: \"\w+\"", "", texte
    )


@pytest.mark.parametrize("commande", sorted(DEMANDES))
def test_une_commande_ne_dit_rien_de_ce_qui_est_cache(
    comparer: Callable[[Lire], None], commande: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def lire(_: str) -> str:
        for mots in DEMANDES[commande]:
            assert main([mot.format(indicateur=INDICATEUR) for mot in mots]) == 0
        return capsys.readouterr().out

    comparer(lire)


def test_verifier_un_fichier_ne_dit_rien_de_ce_qui_est_cache(
    comparer: Callable[[Lire], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Le fichier du public est le même sur les deux entrepôts : le dire vrai ou faux n'apprend rien."""
    vrai, faux = tmp_path / "vrai.csv", tmp_path / "faux.csv"

    def lire(_: str) -> str:
        if not vrai.exists():
            assert main(["exporter", f"{THEME}&par=strate", "-o", str(vrai)]) == 0
            faux.write_bytes(vrai.read_bytes().replace(b"[c]", b"[u]"))
            capsys.readouterr()
        assert main(["verifier-fichier", str(vrai)]) == 0
        assert main(["verifier-fichier", str(faux)]) == 1
        return capsys.readouterr().out

    comparer(lire)


@pytest.mark.parametrize("format_", _list_attaquees(surfaces.FORMATS))
def test_un_fichier_ne_dit_rien_de_ce_qui_est_cache(
    comparer: Callable[[Lire], None], format_: str, tmp_path: Path
) -> None:
    def lire(_: str) -> bytes:
        sortie = tmp_path / "vue"
        par = "par=territoire&niveau=region" if format_ == GPKG else "par=strate"
        assert main(["exporter", f"{THEME}&{par}", "--format", format_, "-o", str(sortie)]) == 0
        return sortie.read_bytes()

    comparer(lire)


@pytest.mark.parametrize("commande", [["fiche", surfaces.COMMUNE], ["synthese"]], ids=["fiche", "synthese"])
def test_un_document_ne_dit_rien_de_ce_qui_est_cache(
    comparer: Callable[[Lire], None], commande: list[str], tmp_path: Path
) -> None:
    """Tous les formats d'un entrepôt à la suite : ils disent la même composition, faite une fois."""
    formats = _list_attaquees(surfaces.DOCUMENTS)
    assert len(formats) == 4

    def lire(_: str) -> bytes:
        for format_ in formats:
            assert main([*commande, "--format", format_, "-o", str(tmp_path / format_)]) == 0
        return b"".join((tmp_path / format_).read_bytes() for format_ in formats)

    comparer(lire)


@pytest.mark.parametrize(
    "page", ["communication?vue=repartitions", "communication?", "participation?", "comparer?", "fiche?"]
)
def test_l_image_d_un_graphique_ne_dit_rien_de_ce_qui_est_cache(
    comparer: Callable[[Lire], None], page: str
) -> None:
    """Chaque image qu'une page offre au public, écrite telle qu'elle part ; lesquelles sont offertes aussi.

    Trop peu de pairs ont répondu ici pour que la figure d'une fiche ait un point : elle n'est pas offerte.
    """

    def lire(_: str) -> tuple[list[str], dict[str, bytes]]:
        adresse = f"{page}&theme=communication&collectivite={surfaces.COMMUNE}"
        offerts = dict(list_offerts(adresse))
        # Le SVG : les mêmes traits que le PNG, sans les comprimer.
        images = {nom: build() for nom, build in offerts.items() if nom.endswith(".svg")}
        assert all(image.startswith(b"<?xml") for image in images.values())
        assert bool(images) == (page != "fiche?"), adresse
        return list(offerts), images

    comparer(lire)


@pytest.mark.parametrize("demande", ["communication", f"explorer?indicateurs={INDICATEUR}&par=strate"])
def test_une_figure_hors_de_sa_page_ne_dit_rien_de_ce_qui_est_cache(
    comparer: Callable[[Lire], None], demande: str
) -> None:
    """Son image, le cadre d'un autre site et l'aperçu du lien : sans session, donc au public."""
    page, _, requete = demande.partition("?")

    def lire(_: str) -> object:
        gate = depot.open_gate_publique()
        figure = load_figure_seule(gate, page, requete)
        assert figure is not None
        image = load_image_seule(gate, page, requete, "png")
        return build_page(figure, page, requete), image, load_apercu(page, requete)

    comparer(lire)


ANCIENNES = {
    "communication": {},
    "fiche": {"collectivite": surfaces.COMMUNE},
    "comparer": {"collectivite": surfaces.COMMUNE, "theme": "communication"},
    "carte": {"indicateur": INDICATEUR},
    "evolution": {},
    "participation": {"theme": "communication", "axe": "epci"},
    "explorer": {"indicateurs": INDICATEUR, "par": "strate"},
}


@pytest.mark.parametrize("page", ANCIENNES)
def test_le_lien_d_une_ancienne_version_ne_dit_rien_de_ce_qu_elle_cache(
    comparer: Callable[..., None], anciens: tuple[tuple[str, str], str], page: str
) -> None:
    lieux, ancienne = anciens

    def lire(_: str) -> list[str]:
        ouverte = open_page(page, {**ANCIENNES[page], "version": ancienne})
        assert not ouverte.exception
        blocs = [_write(bloc) for bloc in ouverte.main]
        assert any(ancienne in bloc for bloc in blocs)  # c'est bien elle qui se lit
        return blocs

    comparer(lire, lieux)


@pytest.mark.parametrize("format_", _list_attaquees(surfaces.FORMATS))
def test_le_fichier_d_une_ancienne_version_ne_dit_rien_de_ce_qu_elle_cache(
    comparer: Callable[..., None], anciens: tuple[tuple[str, str], str], format_: str, tmp_path: Path
) -> None:
    lieux, ancienne = anciens

    def lire(_: str) -> bytes:
        sortie = tmp_path / "vue"
        par = "par=territoire&niveau=region" if format_ == GPKG else "par=strate"
        vue = f"{THEME}&{par}&version={ancienne}"
        assert main(["exporter", vue, "--format", format_, "-o", str(sortie)]) == 0
        return sortie.read_bytes()

    comparer(lire, lieux)


def test_ni_l_api_ni_l_image_d_une_ancienne_version_ne_disent_ce_qu_elle_cache(
    comparer: Callable[..., None], anciens: tuple[tuple[str, str], str]
) -> None:
    lieux, ancienne = anciens
    requete = f"version={ancienne}"

    def lire(_: str) -> object:
        client = TestClient(build_api(depot.open_gate_publique, par_minute=100_000))
        valeurs = [client.get(f"/valeurs{suite}&{requete}") for suite in API["/valeurs"]]
        assert {r.status_code for r in valeurs} == {200}
        figure = load_figure_seule(depot.open_gate_publique(ancienne), "communication", requete)
        assert figure is not None
        return (
            [r.content for r in valeurs],
            build_page(figure, "communication", requete),
            load_apercu("communication", requete),
        )

    comparer(lire, lieux)
