"""« Citer » une page : qui, quoi, quand, quelle version, à quelle adresse ; en texte, BibTeX et CSL-JSON."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from barometre.domain.formats import format_date
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION
from barometre.domain.version import Version

AUTEURS = ("DINUM", "Déclic")
OUVRAGE = "Baromètre Collectivités & Numérique"
# Les signes que LaTeX lit comme des commandes, hors de l'adresse (que `url` garde telle quelle).
_SPECIAUX = re.compile(r"([&%$#_{}])")


@dataclass(frozen=True, slots=True)
class Reference:
    """La même référence dans les trois écritures que demandent un courriel, LaTeX et Zotero."""

    texte: str
    bibtex: str
    csl: str


def build_reference(titre: str, version: Version, adresse: str) -> Reference:
    """La référence d'une page ; `adresse` nomme la version, et la rouvre tant qu'elle est gardée."""
    avis = AVERTISSEMENT_SIMULATION if version.simulee else ""
    return Reference(
        _build_texte(titre, version, adresse, avis),
        _build_bibtex(titre, version, adresse, avis),
        _build_csl(titre, version, adresse, avis),
    )


def build_cle(version_id: str, adresse: str) -> str:
    """Une clé par vue et par version, quel que soit l’hôte : deux vues citées ne se confondent pas."""
    lue = urlsplit(adresse)
    page = lue.path.rpartition("/")[2] or "accueil"
    vue = urlencode(sorted((nom, v) for nom, v in parse_qsl(lue.query) if nom != "version"))
    condense = hashlib.sha256(f"{page}?{vue}".encode()).hexdigest()[:6]
    return f"barometre-{page}-{condense}-{version_id}"


def _build_texte(titre: str, version: Version, adresse: str, avis: str) -> str:
    phrases = (
        f"{' et '.join(AUTEURS)}, {OUVRAGE}",
        f"«\u202f{titre}\u202f»",
        f"version {version.version_id} du {format_date(version.creee_le)}",
        adresse,
    )
    return f"{', '.join(phrases)}{f'. {avis}' if avis else ''}"


def _build_bibtex(titre: str, version: Version, adresse: str, avis: str) -> str:
    champs = {
        "author": " and ".join(f"{{{auteur}}}" for auteur in AUTEURS),
        "title": f"{{{_escape_latex(f'{OUVRAGE} : {titre}')}}}",
        "year": str(version.creee_le.year),
        "version": version.version_id,
        "url": adresse,
        "note": _escape_latex(avis),
    }
    lignes = ",\n".join(f"  {nom} = {{{texte}}}" for nom, texte in champs.items() if texte)
    return f"@misc{{{build_cle(version.version_id, adresse)},\n{lignes}\n}}"


def _escape_latex(texte: str) -> str:
    return _SPECIAUX.sub(r"\\\1", texte.replace("\\", " "))


def _build_csl(titre: str, version: Version, adresse: str, avis: str) -> str:
    """CSL-JSON 1.0 : un tableau d'un élément, que Zotero importe."""
    jour = version.creee_le
    fiche = {
        "id": build_cle(version.version_id, adresse),
        "type": "dataset",
        "title": titre,
        "container-title": OUVRAGE,
        "author": [{"literal": auteur} for auteur in AUTEURS],
        "issued": {"date-parts": [[jour.year, jour.month, jour.day]]},
        "version": version.version_id,
        "URL": adresse,
        "language": "fr",
        **({"note": avis} if avis else {}),
    }
    return json.dumps([fiche], ensure_ascii=False, indent=2)
