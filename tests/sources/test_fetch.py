"""Récupérer : adresse officielle, miroir, dernière bonne copie ; rien n'est perdu quand cela échoue."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pandas as pd
import pytest

from barometre.catalogue import DONNEES, CatalogueError
from barometre.sources import fetch as f
from barometre.sources.catalogue import SourceExterieure, get_extension, load_sources_exterieures
from barometre.sources.errors import SourceInjoignable
from barometre.sources.lecture import Brut
from barometre.sources.modules import get_module

SOURCE = SourceExterieure(
    id="essai", titre="Source d'essai", producteur="Les tests", page="https://exemple.invalid/",
    adresse="https://exemple.invalid/essai.csv", miroir="numerique/essai.csv", usage="indicateurs",
    licence="Licence Ouverte 2.0", date="2024", millesime="", donnees_personnelles="aucune",
    perime_apres=10, precautions="Aucune.",
)  # fmt: skip
CONTENU = b"code\n33063\n"


@pytest.fixture
def lieu(tmp_path: Path) -> f.Lieu:
    return f.Lieu(None, tmp_path / "copies")


def client(repondre: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(repondre))


def ok(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=CONTENU)


def panne(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectTimeout("trop long")


def test_adresse_officielle_puis_bonne_copie(lieu: f.Lieu) -> None:
    neuve = f.fetch(SOURCE, lieu, client=client(ok))
    assert (neuve.origine, neuve.chemin.read_bytes()) == ("adresse", CONTENU)
    assert f.get_kept(SOURCE, lieu) is None  # pas encore bonne : elle n'a pas été lue
    gardee = f.keep(neuve, lieu)
    assert gardee.chemin.name == f"bonne-{gardee.empreinte[:12]}.csv"
    relue = f.get_kept(SOURCE, lieu)
    assert relue is not None
    assert (relue.empreinte, relue.origine) == (neuve.empreinte, "copie")


def test_une_adresse_muette_garde_la_derniere_copie(lieu: f.Lieu) -> None:
    f.keep(f.fetch(SOURCE, lieu, client=client(ok)), lieu)
    fiche = lieu.copies / "essai" / f.FICHE
    contenu = json.loads(fiche.read_text(encoding="utf-8"))
    contenu["recuperee_le"] = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    fiche.write_text(json.dumps(contenu), encoding="utf-8")
    copie = f.fetch(SOURCE, lieu, client=client(panne))
    assert copie.origine == "copie"
    assert "n'a pas répondu à temps" in copie.avertissement
    assert "(40\u00a0jours), est gardée." in copie.avertissement
    assert copie.chemin.read_bytes() == CONTENU


@pytest.mark.parametrize(
    ("repondre", "phrase"),
    [
        (panne, "n'a pas répondu à temps"),
        (lambda _: httpx.Response(404), "par l'erreur 404"),
        (lambda _: httpx.Response(302, headers={"location": "ftp://x"}), "302"),
    ],
)
def test_sans_copie_une_phrase(
    lieu: f.Lieu, repondre: Callable[[httpx.Request], httpx.Response], phrase: str
) -> None:
    with pytest.raises(SourceInjoignable, match=phrase):
        f.fetch(SOURCE, lieu, client=client(repondre))


def test_un_fichier_demesure_est_arrete(lieu: f.Lieu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f, "MAX_OCTETS", 5)
    with pytest.raises(SourceInjoignable, match="dépasse"):
        f.fetch(SOURCE, lieu, client=client(ok))


def test_sans_adresse_connue_on_demande_un_miroir(lieu: f.Lieu) -> None:
    with pytest.raises(SourceInjoignable, match="donnez un dossier miroir"):
        f.fetch(replace(SOURCE, adresse=""), lieu)


def test_miroir(tmp_path: Path, lieu: f.Lieu) -> None:
    miroir = tmp_path / "miroir"
    (miroir / "numerique").mkdir(parents=True)
    avec = replace(lieu, miroir=miroir)
    with pytest.raises(SourceInjoignable, match=r"numerique/essai\.csv"):
        f.fetch(SOURCE, avec)
    (miroir / SOURCE.miroir).write_bytes(CONTENU)
    copie = f.keep(f.fetch(SOURCE, avec), avec)
    assert (copie.origine, copie.chemin.read_bytes()) == ("miroir", CONTENU)
    assert (miroir / SOURCE.miroir).exists()  # le miroir n'est jamais touché


def test_une_copie_purgee_n_a_plus_de_donnees_personnelles(lieu: f.Lieu) -> None:
    neuve = f.fetch(
        SOURCE, lieu, client=client(lambda _: httpx.Response(200, content=b"code,tel\n1,0556102030\n"))
    )
    gardee = f.keep(neuve, lieu, Brut(pd.DataFrame({"code": ["1"]})))
    assert gardee.chemin.name == f"bonne-{gardee.empreinte[:12]}.csv.gz"
    assert gzip.decompress(gardee.chemin.read_bytes()) == b"code\n1\n"
    # il ne reste rien d'autre sur le disque que la copie purgée et sa fiche
    assert sorted(c.name for c in (lieu.copies / "essai").iterdir()) == [gardee.chemin.name, "copie.json"]


def test_une_construction_ne_telecharge_rien(lieu: f.Lieu) -> None:
    hors_ligne = replace(lieu, reseau=False)
    with pytest.raises(SourceInjoignable, match="pas encore été récupérée"):
        f.fetch(SOURCE, hors_ligne, client=client(ok))
    f.keep(f.fetch(SOURCE, lieu, client=client(ok)), lieu)
    assert f.fetch(SOURCE, hors_ligne).avertissement == ""


def test_une_fiche_de_copie_abimee_ne_vaut_rien(lieu: f.Lieu, tmp_path: Path) -> None:
    f.keep(f.fetch(SOURCE, lieu, client=client(ok)), lieu)
    fiche = lieu.copies / "essai" / f.FICHE
    (tmp_path / "secret.csv").write_text("x", encoding="utf-8")
    detournee = {"fichier": "../../secret.csv", "empreinte": "0", "recuperee_le": "2024-01-01T00:00:00+00:00"}
    for contenu in ("{", "[]", json.dumps(detournee)):
        fiche.write_text(contenu, encoding="utf-8")
        assert f.get_kept(SOURCE, lieu) is None


def test_toutes_les_sources_ont_leur_module_ou_sont_des_contours() -> None:
    sources = load_sources_exterieures()
    assert len(sources) >= 16
    for source in sources.values():
        if source.usage != "contours":
            assert get_module(source).COLONNES
            assert source.attendu.lignes, source.id


@pytest.mark.parametrize(
    ("nom", "extension"),
    [
        ("a.csv", ".csv"),
        ("a.csv.gz", ".csv.gz"),
        ("a_2017.3.csv", ".csv"),
        ("902bb360", ""),
        ("a.zip", ".zip"),
    ],
)
def test_extension(nom: str, extension: str) -> None:
    assert get_extension(nom) == extension


@pytest.mark.parametrize(
    ("avant", "apres", "phrase"),
    [
        ("miroir: reference/regions_2026.csv", "miroir: ../../etc/passwd", "n'a pas la forme attendue"),
        ("id: siren_regions", "id: siren_departements", "écrite deux fois"),
        ("depend_de: [operateurs_anct]", "depend_de: [france_services]", "doit venir avant"),
        ("usage: referentiel", "usage: divers", "n'est pas parmi"),
    ],
)
def test_un_catalogue_de_sources_faux_est_refuse(tmp_path: Path, avant: str, apres: str, phrase: str) -> None:
    texte = (DONNEES / "sources.yml").read_text(encoding="utf-8")
    (tmp_path / "sources.yml").write_text(texte.replace(avant, apres, 1), encoding="utf-8")
    with pytest.raises(CatalogueError, match=phrase):
        load_sources_exterieures(tmp_path)


def test_une_adresse_trop_lente_est_abandonnee(lieu: f.Lieu, monkeypatch: pytest.MonkeyPatch) -> None:
    f.keep(f.fetch(SOURCE, lieu, client=client(ok)), lieu)
    monkeypatch.setattr(f, "DUREE_MAX", -1.0)  # chaque morceau arrive après la limite
    copie = f.fetch(SOURCE, lieu, client=client(ok))
    assert copie.origine == "copie"
    assert "trop lente" in copie.avertissement
