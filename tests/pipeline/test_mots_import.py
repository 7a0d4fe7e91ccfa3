"""Les mots d'un import, dits par la vraie commande, et ce qu'une panne laisse : rien."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from barometre.cli import main
from barometre.cli.importer import list_motifs
from barometre.ingest.errors import Rejet
from barometre.pipeline.donnees import Donnees
from tests.pipeline.test_construire import QUESTIONNAIRE, VAGUE, codes, entrepot_neuf

__all__ = ["codes", "entrepot_neuf"]

Ecran = pytest.CaptureFixture[str]


@pytest.fixture
def commande(entrepot_neuf: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """La commande tapée ; un processus, et aucun fichier hors de l'entrepôt copié."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot_neuf)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    return ["importer", str(tmp_path / "r.csv"), "--questionnaire", QUESTIONNAIRE, "--vague", VAGUE]


def list_etat(dossier: str) -> dict[str, int]:
    """Chaque fichier et chaque dossier, avec l'instant de sa dernière écriture (ns)."""
    racine = Path(dossier)
    return {str(p.relative_to(racine)): p.stat().st_mtime_ns for p in (racine, *sorted(racine.rglob("*")))}


def write_melange(chemin: Path, codes: list[str]) -> None:
    """Soixante saines, un doublon, une ligne sans réponse, quarante fois une faute, une colonne inconnue."""
    lignes = ["id,submitdate,INSEE,Q01,Couleur"]
    lignes += [f"{i},2023-12-01 10:00:00,{code},A1,bleu" for i, code in enumerate(codes[:60])]
    lignes += [f"90,2023-12-02 10:00:00,{codes[0]},A4,", f"91,2023-12-02 10:00:00,{codes[61]},,"]
    lignes += [f"{100 + i},2023-12-01 10:00:00,{code},A9,rouge" for i, code in enumerate(codes[70:110])]
    chemin.write_text("\n".join(lignes) + "\n", encoding="utf-8")


def test_chaque_ligne_a_sa_raison_a_l_ecran_et_en_json(
    commande: list[str], codes: list[str], tmp_path: Path, capsys: Ecran
) -> None:
    write_melange(tmp_path / "r.csv", codes)
    assert main([*commande, "--essai"]) == 0
    ecran = capsys.readouterr().out
    assert "102 lignes lues = 60 chargées + 1 doublon + 40 en quarantaine + 1 ignorée." in ecran.replace(
        "\xa0", " "
    )
    assert ecran.count("en quarantaine : ") == 1
    assert "et 37 autres, colonne « Q01 » : Cette réponse n'est pas dans la liste" in ecran
    assert "doublon : ligne 2" in ecran
    assert "ignorée : ligne 63" in ecran
    assert "Couleur" in ecran
    assert main([*commande, "--essai", "--json"]) == 0
    objet = json.loads(capsys.readouterr().out)
    assert len(objet["rejets"]) == 40
    assert [bool(ligne["motif"]) for ligne in (*objet["lignes_doublons"], *objet["lignes_ignorees"])] == [
        True
    ] * 2
    assert any("Couleur" in phrase for phrase in objet["avertissements"])
    assert objet["avant_apres"][0] == {"objet": "répondantes", "avant": 0, "apres": 60}


def test_cinq_mille_fois_une_faute_tiennent_en_une_ligne() -> None:
    rejets = [Rejet(i, "SIREN", f"{i}", "Un SIREN compte neuf chiffres.") for i in range(2, 5_002)]
    exemples = "lignes 2 (« 2 »), 3 (« 3 »), 4 (« 4 ») et 4997 autres"
    assert list_motifs(rejets) == [f"{exemples}, colonne « SIREN » : Un SIREN compte neuf chiffres."]
    assert len(list_motifs([*rejets, Rejet(9, "Q01", "x", "Autre faute.")])) == 2


def test_un_refus_nomme_les_colonnes_les_proches_et_la_correspondance(
    commande: list[str], tmp_path: Path, capsys: Ecran
) -> None:
    (tmp_path / "r.csv").write_text("Sirène;Avez-vous un site web ?\n213300635;Oui\n", encoding="utf-8")
    assert main([*commande, "--essai"]) == 1
    erreur = capsys.readouterr().err
    assert "« Sirène », « Avez-vous un site web ? »" in erreur
    assert "--proposer" in erreur
    assert "--correspondance" in erreur
    # Un entête presque juste : le plus proche connu est nommé.
    entete = "Votre collectivite a t elle un sit internet"
    (tmp_path / "r.csv").write_text(f"SIREN;{entete}\n213300635;Oui\n", encoding="utf-8")
    assert main([*commande, "--essai"]) == 1
    assert "Votre collectivité a-t-elle un site internet" in capsys.readouterr().err


def test_un_essai_n_ecrit_pas_un_octet(
    commande: list[str], entrepot_neuf: str, codes: list[str], tmp_path: Path
) -> None:
    """Ni verrou, ni journal, ni fichier passager : un disque en lecture seule lui suffit."""
    write_melange(tmp_path / "r.csv", codes)
    avant = list_etat(entrepot_neuf)
    assert main([*commande, "--essai"]) == 0
    assert list_etat(entrepot_neuf) == avant


def test_un_disque_plein_ne_laisse_rien(
    commande: list[str],
    entrepot_neuf: str,
    codes: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Ecran,
) -> None:
    write_melange(Path(commande[1]), codes)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Donnees, "write", refuse)
    avant = list_etat(entrepot_neuf).keys()
    assert main([*commande, "--confirmer"]) == 1
    assert "Le disque est plein" in capsys.readouterr().err
    assert list_etat(entrepot_neuf).keys() == avant
