"""Ce que la page dit du secret est ce que le code applique."""

from __future__ import annotations

import re
from pathlib import Path

from barometre.domain.formats import format_effectif, format_nombre
from barometre.domain.secret import (
    BRUIT_BRUT,
    BRUIT_DIFFERENCE,
    BRUIT_ECART,
    BRUIT_MAXIMAL,
    DEVINE,
    DEVINE_TAUX,
    MARGE_EXTREME,
    NIVEAUX_CYBER,
    PAS_EFFECTIF,
    PAS_TAUX_EPCI,
    SEUIL,
    SEUIL_CADRE,
    SEUIL_CYBER,
    SEUIL_PARTICIPATION,
    SEUIL_REDRESSE,
)
from barometre.stats.grades import B_PRUDENCE_WIDTH, B_SIZE, C_SIZE
from barometre.views.piloter.participation import CACHE, PRECAUTION

RACINE = Path(__file__).resolve().parents[2]
MOTS = {3: "trois", 5: "cinq", 10: "dix", 15: "quinze", 20: "vingt", 30: "trente", 100: "cent"}


def _read(nom: str = "docs/lire_un_chiffre.md") -> str:
    return " ".join((RACINE / nom).read_text(encoding="utf-8").split())


def test_la_page_dit_les_seuils_du_code() -> None:
    page = _read()
    assert f"Moins de {SEUIL} réponses ({SEUIL_CYBER} en cybersécurité)" in page
    assert f"moins de {SEUIL} réponses n’est pas montré ; en cybersécurité, il en faut {SEUIL_CYBER}" in page
    assert (
        f"tout nombre de réponses, changé lui aussi au hasard, est donné à {MOTS[PAS_EFFECTIF]} près" in page
    )


def test_une_ou_deux_reponses_est_l_ordre_du_bruit() -> None:
    assert "au hasard, à une ou deux réponses près" in _read()
    assert 1 <= BRUIT_ECART <= 2


def test_la_participation_dit_les_memes_seuils() -> None:
    assert f"moins de {SEUIL_PARTICIPATION} réponses" == CACHE
    assert f"sous {MOTS[SEUIL_PARTICIPATION]} réponses" in PRECAUTION
    assert f"Un nombre de réponses se dit à {MOTS[PAS_EFFECTIF]} près" in PRECAUTION
    assert f"sous {MOTS[SEUIL_CADRE]} collectivités" in PRECAUTION


def test_la_methode_dit_les_seuils_et_le_bruit_du_code() -> None:
    methode = _read("docs/methode.md")
    for phrase in (
        f"un groupe de moins de {MOTS[SEUIL]} réponses ({MOTS[SEUIL_CYBER]} en cybersécurité) ne se lit pas",
        f"n ≥ {SEUIL} ; en cybersécurité n ≥ {SEUIL_CYBER}, région × type au plus fin",
        f"sur au moins {MOTS[SEUIL_CADRE]} collectivités et {MOTS[SEUIL_PARTICIPATION]} réponses",
        f"puis tous se disent à {MOTS[PAS_EFFECTIF]} près",
        f"d'écart-type s = {format_nombre(BRUIT_ECART, 1)}, au plus {BRUIT_MAXIMAL} réponses",
        f"d'écart-type {format_nombre(BRUIT_DIFFERENCE, 2)}, m le plus grand",
        f"à {format_nombre(DEVINE_TAUX, 2)} au plus passe {format_nombre(DEVINE, 3)}",
        f"d' entier, de clé propre, d'écart-type {format_nombre(BRUIT_BRUT, 1)}",
        f"à {MOTS[MARGE_EXTREME]} réponses ou moins de 0 ou de 100 % se borne",
        f"sous {MOTS[SEUIL_REDRESSE]} réponses, le redressé se tait",
        f"| C | n ≥ {SEUIL}, avec sa raison |",
        f"plus de {round(100 * B_PRUDENCE_WIDTH)} % du cadre est d’une strate",
    ):
        assert phrase in methode, phrase
    assert NIVEAUX_CYBER[-1] == "region"
    assert (C_SIZE, B_SIZE) == (SEUIL, SEUIL_REDRESSE)  # une note ne se donne pas à ce qui se cache


def test_le_glossaire_et_le_code_disent_les_memes_seuils() -> None:
    assert f"une part à {MOTS[MARGE_EXTREME]} réponses de 0 ou de 100 %" in _read("GLOSSAIRE.md")
    assert f"le brut sous {MOTS[SEUIL_REDRESSE]} réponses" in _read("barometre/views/lecture/chiffres.py")
    porte = _read("barometre/access/gate.py")
    assert (
        f"à {MOTS[PAS_EFFECTIF]} près ; un EPCI n'a qu'un taux, à {MOTS[round(100 * PAS_TAUX_EPCI)]} points"
        in porte
    )
    assert f"brouillées, à {MOTS[PAS_EFFECTIF]} près" in _read("barometre/domain/colonnes.toml")


def test_un_effectif_arrondi_se_dit_environ() -> None:
    assert format_effectif(35, "réponse") == "environ\u00a035\u00a0réponses"
    assert format_effectif(2165, "réponse") == "environ\u00a02\u202f165\u00a0réponses"
    assert format_effectif(None, "réponse") == "nombre de réponses non connu"


def test_aucune_phrase_ne_dit_un_effectif_de_cellule_sans_environ() -> None:
    """Un effectif d'un chiffre passe par `format_effectif` : « 35 réponses » serait faux à deux près."""
    nus = [
        f"{chemin.relative_to(RACINE)} : {trouve}"
        for chemin in (RACINE / "barometre").rglob("*.py")
        for trouve in re.findall(r"format_compte\([\w.]*chiffre\.n\b.*", chemin.read_text(encoding="utf-8"))
    ]
    assert nus == []
