"""Des fichiers abîmés, étrangers ou hostiles : une phrase, jamais une trace ni une colonne décalée."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barometre.sources import lecture
from barometre.sources.errors import SourceRefusee
from barometre.sources.lecture import ENTETES, read_csv, read_json, read_member
from tests.sources.conftest import Ecrire


def test_une_colonne_ecrite_deux_fois_est_refusee(ecrire: Ecrire) -> None:
    """La première l'emportait : décalée, elle donnait ses valeurs aux voisines."""
    with pytest.raises(SourceRefusee, match="« code » est écrite deux fois"):
        read_csv(ecrire("code,code,nom\n2,1,a\n"), ("code",))
    with pytest.raises(SourceRefusee, match="« role » est écrite deux fois"):
        read_csv(ecrire("code,role,role\n1,a,b\n"), ("code",), ("role",))
    read_csv(ecrire("code,nom,nom\n1,a,b\n"), ("code",))  # celle-là n'est pas lue


def test_des_entetes_au_milieu_ne_sont_pas_une_ligne(ecrire: Ecrire) -> None:
    brut = read_csv(ecrire("code,nom\n1,a\ncode,nom\n2,b\n"), ("code",))
    assert brut.frame["code"].tolist() == ["1", "2"]
    assert [(r.ligne, r.motif) for r in brut.rejets] == [(3, ENTETES)]


def test_les_noms_et_les_zeros_de_la_source(ecrire: Ecrire) -> None:
    brut = read_csv(ecrire("code;nom;autre\n01001;NA;x\n2A004;Œuilly;y\n"), ["code", "nom"])
    assert brut.frame["code"].tolist() == ["01001", "2A004"]
    assert brut.frame["nom"].tolist() == ["NA", "Œuilly"]  # « NA » est un nom
    assert brut.frame.index.tolist() == [2, 3]  # le numéro de ligne dans le fichier
    assert list(brut.frame.columns) == ["code", "nom"]  # « autre » n'entre pas


def test_une_ligne_de_trop_ne_decale_rien(ecrire: Ecrire) -> None:
    brut = read_csv(ecrire("code,nom\n01001,A\n01002,B,C\n\n01003,D\n"), ["code"])
    assert brut.frame["code"].tolist() == ["01001", "01003"]
    assert [(r.ligne, r.motif) for r in brut.rejets] == [(3, "La ligne a 3 colonnes au lieu de 2.")]
    assert brut.lus == 3  # la ligne vide ne compte pas


def test_les_colonnes_qui_manquent_sont_nommees(ecrire: Ecrire) -> None:
    chemin = ecrire("insee,nom\n01001,A\n")
    with pytest.raises(SourceRefusee, match="« code », « valeur » : la source a changé de forme"):
        read_csv(chemin, ["code", "valeur"])
    with pytest.raises(SourceRefusee, match="La colonne « code » manque"):
        read_csv(chemin, ["code", "nom"])


@pytest.mark.parametrize(
    ("octets", "motif"),
    [
        (b"", "vide"),
        (b"  \n ", "vide"),
        (b"<!DOCTYPE html><html>404</html>", "page internet"),
        (b"PK\x03\x04\x00\x00code", "pas un texte"),
        ("code\né".encode("latin-1"), "UTF-8"),
        (b"\x1f\x8b\x08\x00abc", "tronqué ou abîmé"),
    ],
)
def test_un_fichier_qui_n_en_est_pas_un(tmp_path: Path, octets: bytes, motif: str) -> None:
    chemin = tmp_path / "source.csv"
    chemin.write_bytes(octets)
    with pytest.raises(SourceRefusee, match=motif):
        read_csv(chemin, ["code"])


def test_une_archive_tronquee(ecrire: Ecrire) -> None:
    chemin = ecrire("code\n" + "01001\n" * 5000, "source.csv.gz")
    chemin.write_bytes(chemin.read_bytes()[:-40])
    with pytest.raises(SourceRefusee, match="tronqué"):
        read_csv(chemin, ["code"])


def test_une_bombe_n_est_pas_decompressee(ecrire: Ecrire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lecture, "MAX_OCTETS_LUS", 1000)
    with pytest.raises(SourceRefusee, match="dépasse"):
        read_csv(ecrire("code\n" + "0" * 5000, "source.csv.gz"), ["code"])


def test_une_cellule_demesuree(ecrire: Ecrire) -> None:
    with pytest.raises(SourceRefusee, match="illisible à la ligne"):
        read_csv(ecrire('code,nom\n01001,"' + "x" * 200_000 + '"\n'), ["code"])


def test_un_membre_d_archive_absent(tmp_path: Path) -> None:
    chemin = tmp_path / "a.zip"
    with zipfile.ZipFile(chemin, "w") as archive:
        archive.writestr("autre.json", "[]")
    with pytest.raises(SourceRefusee, match="ne contient pas"):
        read_member(chemin, "organizations.json")
    chemin.write_bytes(chemin.read_bytes()[:20])
    with pytest.raises(SourceRefusee, match="tronquée"):
        read_member(chemin, "autre.json")


@pytest.mark.parametrize("texte", [b"{", b"3", b'{"a": 1}', b"[1]", b"[" * 100_000])
def test_un_json_qui_n_est_pas_une_liste_d_objets(texte: bytes) -> None:
    with pytest.raises(SourceRefusee, match="JSON"):
        read_json(texte, ["id"])


def test_une_liste_json_devient_un_texte() -> None:
    brut = read_json(b'[{"id": 1, "deps": ["01", "2A"]}, {"id": null}]', ["id"], ["deps"])
    assert brut.frame["deps"].tolist() == ["01,2A", ""]
    assert brut.frame["id"].tolist() == ["1", ""]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_aucun_octet_ne_fait_de_trace(tmp_path: Path, octets: bytes) -> None:
    chemin = tmp_path / "source.csv"
    chemin.write_bytes(b"code;nom\n" + octets)
    try:
        brut = read_csv(chemin, ["code", "nom"])
    except SourceRefusee:
        return  # un refus en une phrase ; toute autre erreur fait échouer le test
    assert brut.lus == len(brut.frame) + len(brut.rejets)
