"""Les commandes : mots français, codes de sortie, un seul objet JSON."""

from __future__ import annotations

import errno
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from barometre.access.comptes import Identite
from barometre.access.registre import open_registre
from barometre.cli import main
from barometre.cli.analyse import list_commandes, translate
from barometre.cli.construire import list_phrases
from barometre.cli.erreurs import explain
from barometre.pipeline.rejeu import Rejoue
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.versions import open_entrepot

Ecran = pytest.CaptureFixture[str]


@pytest.fixture
def entrepot_mini(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, construire_mini: Callable[[Entrepot], str]
) -> str:
    """Un petit entrepôt désigné par l'environnement, et un registre à part."""
    adresse = str(tmp_path / "entrepot")
    monkeypatch.setenv("BAROMETRE_ENTREPOT", adresse)
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/registre.db")
    return construire_mini(open_entrepot(adresse))


ANGLAIS = re.compile(r"\b(usage:|options:|error|show this|positional|required|choose from|invalid)\b")


@pytest.mark.parametrize("commande", ["", *list_commandes()])
def test_l_aide_est_en_francais(commande: str, capsys: Ecran) -> None:
    assert main([*([commande] if commande else []), "--help"]) == 0
    aide = capsys.readouterr().out
    assert aide.startswith("usage : python -m barometre")
    assert not ANGLAIS.search(aide)


@pytest.mark.parametrize(
    ("mots", "phrase"),
    [
        ([], "il manque : COMMANDE."),
        (["inconnue"], "« inconnue » n'est pas possible"),
        (["importer", "x.csv"], "il manque : --questionnaire, --vague."),
        (["verifier", "--nimporte"], "« --nimporte » n'est pas compris."),
        (["estimer", "--indicateur"], "une valeur est attendue"),
        (["estimer", "--indicateur", "x", "--role", "roi"], "« roi » n'est pas possible"),
        (["acces", "retirer", "un"], "« un » n'est pas une valeur possible"),
    ],
)
def test_mal_employee_le_code_est_2(mots: list[str], phrase: str, capsys: Ecran) -> None:
    assert main(mots) == 2
    ecran = capsys.readouterr()
    assert phrase in ecran.err
    assert ecran.out == ""
    assert not ANGLAIS.search(ecran.err)


def test_une_phrase_inconnue_d_argparse_reste_lisible() -> None:
    assert translate("something new") == "something new"


def test_sans_entrepot_un_refus_en_une_phrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Ecran
) -> None:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", str(tmp_path / "vide"))
    for mots in (["verifier"], ["chercher", "Lyon"], ["estimer", "--indicateur", "site_internet"]):
        assert main([*mots, "--json"]) == 1
        ecran = capsys.readouterr()
        assert ecran.out == ""
        assert ecran.err.startswith("erreur : Aucun entrepôt")


def test_chercher(entrepot_mini: str, capsys: Ecran) -> None:
    assert main(["chercher", "St", "Aubin"]) == 0
    assert "commune-39476" in capsys.readouterr().out
    assert main(["chercher", "Saint-Bois", "--json"]) == 0
    trouvee = json.loads(capsys.readouterr().out)[0]
    assert (trouvee["collectivite_id"], trouvee["ancien_nom"]) == ("commune-01015", "Saint-Bois")
    assert main(["chercher", "introuvable", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["chercher", "introuvable"]) == 1


def test_versions(entrepot_mini: str, capsys: Ecran) -> None:
    assert main(["versions", "lister", "--json"]) == 0
    (ligne,) = json.loads(capsys.readouterr().out)
    assert (ligne["version"], ligne["active"], ligne["simulee"]) == (entrepot_mini, True, True)
    assert set(ligne) == {"version", "creee_le", "active", "simulee"}
    assert main(["versions", "activer", entrepot_mini]) == 0
    assert main(["versions", "activer", "20200101T000000Z-000000"]) == 1
    assert "Aucune version" in capsys.readouterr().err
    fait = open_registre().list_journal().iloc[-1]
    assert (fait["action"], fait["objet"], fait["role"]) == ("activer", entrepot_mini, "operateur")


def test_effacer_une_version_l_inscrit_d_abord(entrepot_mini: str, tmp_path: Path, capsys: Ecran) -> None:
    """Jamais celle qui sert ; sans --confirmer, rien n'est effacé ni inscrit."""
    ancienne = tmp_path / "entrepot" / "barometre-20200101T000000Z-abcdef.duckdb"
    shutil.copyfile(tmp_path / "entrepot" / f"barometre-{entrepot_mini}.duckdb", ancienne)
    effacer = ["versions", "effacer"]
    assert main([*effacer, entrepot_mini, "--confirmer"]) == 1
    assert "en service" in capsys.readouterr().err
    assert main([*effacer, "20190101T000000Z-abcdef", "--confirmer"]) == 1
    assert "Aucune version" in capsys.readouterr().err
    assert main([*effacer, "20200101T000000Z-abcdef"]) == 0
    assert "--confirmer" in capsys.readouterr().out
    assert ancienne.is_file()
    assert open_registre().list_journal().empty
    assert main([*effacer, "20200101T000000Z-abcdef", "--confirmer", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"version": "20200101T000000Z-abcdef", "effacee": True}
    assert not ancienne.is_file()
    assert open_entrepot(str(tmp_path / "entrepot")).list_ids() == [entrepot_mini]
    fait = open_registre().list_journal().iloc[0]
    assert (fait["action"], fait["objet"]) == ("effacer_version", "20200101T000000Z-abcdef")


def test_sans_journal_la_commande_ne_change_rien(
    entrepot_mini: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Ecran
) -> None:
    """Importer, recharger, remettre en service : écrit au journal avant, ou rien."""
    fichier = tmp_path / "v.csv"
    fichier.write_text("siren,Q01\n", encoding="utf-8")
    (tmp_path / "registre.db").write_bytes(b"pas une base")
    importer = ["importer", str(fichier), "--questionnaire", "cybersecurite", "--vague", "2024-v2"]
    for mots in (importer, ["importer-actions", str(fichier)], ["versions", "activer", entrepot_mini]):
        assert main(mots) == 1
        assert "registre des accès" in capsys.readouterr().err
    assert open_entrepot(str(tmp_path / "entrepot")).list_ids() == [entrepot_mini]


def test_verifier(entrepot_mini: str, capsys: Ecran) -> None:
    # Le petit référentiel n'a pas les départements et régions de toutes ses communes : refusé, et dit.
    assert main(["verifier", "--json"]) == 1
    objet = json.loads(capsys.readouterr().out)
    assert objet["version"] == entrepot_mini
    assert not objet["ok"]
    assert {"nom", "ok", "detail"} == set(objet["controles"][0])


def test_estimer_refuse_ce_qu_il_ne_connait_pas(entrepot_mini: str, capsys: Ecran) -> None:
    cas = {
        ("--indicateur", "inconnu"): "n'existe pas",
        ("--indicateur", "site_internet", "--par", "lune"): "axe inconnu",
        ("--indicateur", "site_internet", "--par", "region,zone"): "Un seul découpage",
        ("--indicateur", "site_internet"): "Aucun chiffre",
    }
    for mots, phrase in cas.items():
        assert main(["estimer", *mots]) == 1
        assert phrase in capsys.readouterr().err


def test_acces(entrepot_mini: str, capsys: Ecran) -> None:
    accorder = ["--role", "opsn", "--opsn", "opsn-a", "--motif", "convention", "--json"]
    assert main(["acces", "accorder", "c-jamais-venu", *accorder]) == 1
    assert "« c-jamais-venu »" in capsys.readouterr().err
    agent = Identite("https://pro", "idp", "agent", "agent@essai.fr", "21330063500017")
    compte = open_registre().comptes.recognize(agent)
    assert main(["acces", "accorder", compte, *accorder]) == 0
    numero = json.loads(capsys.readouterr().out)["acces"]
    assert main(["acces", "lister", "--json"]) == 0
    (droit,) = json.loads(capsys.readouterr().out)
    assert (droit["opsn_id"], droit["siret"]) == ("opsn-a", agent.siret)
    assert main(["acces", "retirer", str(numero)]) == 0
    assert main(["acces", "retirer", str(numero)]) == 1
    assert "Aucun droit en cours" in capsys.readouterr().err
    assert main(["acces", "accorder", compte, "--role", "collectivite", "--motif", "élu"]) == 1
    capsys.readouterr()
    assert main(["acces", "journal"]) == 0
    journal = capsys.readouterr().out
    assert "Retirer un droit" in journal
    assert "Opérateur du baromètre" in journal
    assert main(["acces", "purger", "--jours", "-1"]) == 1
    assert main(["acces", "purger"]) == 0
    assert "Rien à effacer" in capsys.readouterr().out
    assert main(["acces", "purger", "--jours", "0", "--confirmer", "--json"]) == 0
    assert [ligne["compte_id"] for ligne in json.loads(capsys.readouterr().out)] == [compte]


def test_une_panne_imprevue_reste_une_phrase(
    entrepot_mini: str, monkeypatch: pytest.MonkeyPatch, capsys: Ecran
) -> None:
    def panne(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("barometre.cli.verifier.verifier", panne)
    assert main(["verifier"]) == 1
    erreur = capsys.readouterr().err
    assert "Traceback" not in erreur
    assert "BAROMETRE_TRACE=1" in erreur


@pytest.mark.parametrize(
    ("panne", "phrase"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "Le disque est plein"),
        (RuntimeError("IO Error: Could not write: No space left on device"), "Le disque est plein"),
        (OSError(errno.EROFS, "Read-only file system"), "lecture seule"),
    ],
)
def test_un_disque_qui_refuse_a_sa_phrase(panne: Exception, phrase: str) -> None:
    enveloppe = ValueError("en cours d'écriture")
    enveloppe.__cause__ = panne
    assert phrase in explain(panne)
    assert phrase in explain(enveloppe)


def test_lots_d_une_reserve_vide(entrepot_mini: str, capsys: Ecran) -> None:
    assert main(["lots", "lister"]) == 0
    assert "aucun fichier" in capsys.readouterr().out
    assert main(["lots", "lister", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["lots", "recharger", "abc"]) == 1
    assert "Aucun fichier gardé" in capsys.readouterr().err
    assert main(["lots", "purger"]) == 0
    assert "Rien à effacer" in capsys.readouterr().out
    assert main(["lots", "purger", "--jours", "-1"]) == 1
    assert "nombre de jours positif" in capsys.readouterr().err


def test_oublier_des_reponses_n_est_plus_possible(capsys: Ecran) -> None:
    assert main(["construire", "--oublier-imports"]) == 2
    assert "n'est pas compris" in capsys.readouterr().err


def test_construire_dit_ce_que_deviennent_les_fichiers_recus() -> None:
    lots = [Rejoue("a", "un.csv", relu=True, avant=100, apres=100), Rejoue("b", "deux.csv", True, 50, 48),
            Rejoue("c", "vieux.csv", relu=False, avant=7, apres=7)]  # fmt: skip
    texte = " ".join(list_phrases(lots))
    assert "3\u00a0fichiers reçus rejoués, 155 réponses réelles" in texte
    assert "« deux.csv » passe de 50 à 48" in texte
    assert "un.csv" not in texte
    assert "repris tels quels, leur fichier n'étant pas gardé : vieux.csv" in texte
    assert list_phrases([]) == []
