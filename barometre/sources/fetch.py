"""Récupérer une source, de son adresse officielle ou d'un dossier miroir ; garder la dernière bonne copie.

Un fichier arrive à côté (`nouvelle`), il est lu, et ne remplace la bonne copie qu'ensuite : un fichier
abîmé ou changé de forme ne fait jamais perdre le précédent.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from barometre.domain.formats import format_compte
from barometre.fichiers import write_atomic
from barometre.sources.catalogue import SourceExterieure, get_extension
from barometre.sources.errors import SourceInjoignable
from barometre.sources.lecture import Brut, write_purgee

if TYPE_CHECKING:
    import httpx

Origine = Literal["adresse", "miroir", "copie", "embarquee"]
VARIABLE_MIROIR, VARIABLE_COPIES = "BAROMETRE_MIROIR", "BAROMETRE_COPIES"
COPIES_PAR_DEFAUT = "miroir"
FICHE = "copie.json"
MAX_OCTETS = 300 * 1024 * 1024
# En secondes, pour un fichier entier : un serveur qui rend un octet à la fois n'arrête pas tout le reste.
DUREE_MAX = 180.0
DELAI, DELAI_CONNEXION = 30.0, 10.0


@dataclass(frozen=True, slots=True)
class Copie:
    """Un fichier récupéré : où il est, d'où il vient, depuis quand."""

    source_id: str
    chemin: Path
    origine: Origine
    empreinte: str
    recuperee_le: datetime
    # Vide si tout va bien ; sinon, pourquoi l'on se contente de la dernière bonne copie.
    avertissement: str = ""
    # Ce que l'opérateur doit savoir d'un fichier admis.
    remarque: str = ""
    # Ce que les gardes refusaient de cette copie, et que l'opérateur a accepté.
    acceptes: tuple[str, ...] = ()
    # Les comptes de la bonne copie, auxquels un fichier neuf est comparé ; vide avant les gardes.
    comptes: Mapping[str, Any] | None = None

    @property
    def is_neuve(self) -> bool:
        """Vrai si le fichier vient d'arriver ; faux s'il était déjà là, ou fourni avec l'application."""
        return self.origine in ("adresse", "miroir")

    def get_age(self, maintenant: datetime | None = None) -> int:
        """L'âge en jours."""
        return ((maintenant or datetime.now(UTC)) - self.recuperee_le).days


@dataclass(frozen=True, slots=True)
class Lieu:
    """Où chercher (un miroir, ou personne : l'adresse officielle) et où garder les copies."""

    miroir: Path | None = None
    copies: Path = Path(COPIES_PAR_DEFAUT)
    # Faux : ne regarder que les copies déjà là (la construction ne télécharge rien).
    reseau: bool = True


def open_lieu(miroir: str | Path | None = None, *, reseau: bool = True) -> Lieu:
    """Le miroir demandé ou celui de l'environnement, et le dossier des copies."""
    choisi = miroir or os.environ.get(VARIABLE_MIROIR)
    copies = os.environ.get(VARIABLE_COPIES) or COPIES_PAR_DEFAUT
    return Lieu(Path(choisi) if choisi else None, Path(copies), reseau)


def fetch(source: SourceExterieure, lieu: Lieu, *, client: httpx.Client | None = None) -> Copie:
    """Un fichier neuf, sinon la dernière bonne copie avec un avertissement, sinon `SourceInjoignable`."""
    if not lieu.reseau and lieu.miroir is None:
        return _need_kept(source, lieu)
    try:
        return _fetch_new(source, lieu, client)
    except SourceInjoignable as erreur:
        gardee = get_kept(source, lieu)
        if gardee is None:
            raise
        return gardee if gardee.origine == "embarquee" else _warn(gardee, str(erreur))


def keep(copie: Copie, lieu: Lieu, purgee: Brut | None = None) -> Copie:
    """Fait d'un fichier bien lu la bonne copie de sa source.

    `purgee` : ce que l'on garde d'un fichier qui contient des données personnelles ; le fichier reçu
    est alors effacé.
    """
    if not copie.is_neuve:
        return copie
    dossier = lieu.copies / copie.source_id
    bonne = _place(copie, dossier, purgee)
    fiche = {
        "fichier": bonne.name, "origine": copie.origine, "empreinte": copie.empreinte,
        "recuperee_le": copie.recuperee_le.isoformat(), "comptes": copie.comptes,
    }  # fmt: skip
    write_atomic(dossier / FICHE, json.dumps(fiche, ensure_ascii=False).encode())
    for ancienne in dossier.glob("bonne*"):
        if ancienne != bonne:
            ancienne.unlink(missing_ok=True)
    return replace(copie, chemin=bonne)


def _place(copie: Copie, dossier: Path, purgee: Brut | None) -> Path:
    """Le fichier sous le nom de son contenu : tant que la fiche ne le désigne pas, l'ancien reste le bon."""
    fin = get_extension(copie.chemin.name) if purgee is None else ".csv.gz"
    bonne = dossier / f"bonne-{copie.empreinte[:12]}{fin}"
    if purgee is None:
        os.replace(copie.chemin, bonne)
        return bonne
    copie.chemin.unlink()
    write_purgee(purgee, dossier / "purgee.csv.gz")
    os.replace(dossier / "purgee.csv.gz", bonne)
    return bonne


def get_kept(source: SourceExterieure, lieu: Lieu) -> Copie | None:
    """La dernière bonne copie, à défaut celle que l'application fournit, ou None."""
    return _read_kept(source, lieu) or _get_embarquee(source)


def _get_embarquee(source: SourceExterieure) -> Copie | None:
    fourni = source.embarque
    if fourni is None or not fourni.chemin.is_file():
        return None
    return Copie(source.id, fourni.chemin, "embarquee", fourni.sha256, fourni.le)


def _read_kept(source: SourceExterieure, lieu: Lieu) -> Copie | None:
    dossier = lieu.copies / source.id
    try:
        fiche = json.loads((dossier / FICHE).read_text(encoding="utf-8"))
        # Le nom seul : une fiche modifiée ne fait pas lire un fichier d'ailleurs.
        chemin = dossier / Path(fiche["fichier"]).name
        quand = datetime.fromisoformat(fiche["recuperee_le"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    copie = Copie(source.id, chemin, "copie", fiche["empreinte"], quand, comptes=fiche.get("comptes"))
    return copie if chemin.is_file() else None


def _need_kept(source: SourceExterieure, lieu: Lieu) -> Copie:
    gardee = get_kept(source, lieu)
    if gardee is None:
        raise SourceInjoignable(f"« {source.titre} » n'a pas encore été récupérée.")
    return gardee


def fall_back(source: SourceExterieure, lieu: Lieu, motif: str) -> Copie | None:
    """La bonne copie quand le fichier neuf ne se lit pas."""
    gardee = get_kept(source, lieu)
    return _warn(gardee, motif) if gardee else None


def _fetch_new(source: SourceExterieure, lieu: Lieu, client: httpx.Client | None) -> Copie:
    if lieu.miroir is not None:
        return _copy_mirror(source, lieu, lieu.miroir)
    if not source.adresse:
        raise SourceInjoignable(
            f"« {source.titre} » n'a pas d'adresse de téléchargement connue : donnez un dossier miroir "
            f"(--miroir), où elle est « {source.miroir} »."
        )
    return _download(source, lieu, client)


def _copy_mirror(source: SourceExterieure, lieu: Lieu, miroir: Path) -> Copie:
    origine = miroir / source.miroir
    if not origine.is_file():
        raise SourceInjoignable(f"Le dossier miroir n'a pas le fichier « {source.miroir} ».")
    if origine.stat().st_size > MAX_OCTETS:
        raise SourceInjoignable(_too_big(source))
    cible = _nouvelle(source, lieu, get_extension(origine.name))
    shutil.copyfile(origine, cible)
    return Copie(source.id, cible, "miroir", hash_file(cible), datetime.now(UTC))


def _download(source: SourceExterieure, lieu: Lieu, client: httpx.Client | None) -> Copie:
    # Un miroir s'en passe : elle prend un vingtième du temps d'une récupération.
    import httpx  # noqa: PLC0415

    cible = _nouvelle(source, lieu, source.extension)
    delai = httpx.Timeout(DELAI, connect=DELAI_CONNEXION)
    propre = client or httpx.Client(timeout=delai, follow_redirects=True)
    try:
        with propre.stream("GET", source.adresse) as reponse:
            reponse.raise_for_status()
            _write_stream(reponse, cible, source)
    except httpx.HTTPStatusError as erreur:
        code = erreur.response.status_code
        raise SourceInjoignable(f"L'adresse de « {source.titre} » a répondu par l'erreur {code}.") from erreur
    except httpx.TimeoutException as erreur:
        raise SourceInjoignable(f"L'adresse de « {source.titre} » n'a pas répondu à temps.") from erreur
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as erreur:
        raise SourceInjoignable(f"L'adresse de « {source.titre} » n'a pas pu être jointe.") from erreur
    finally:
        if client is None:
            propre.close()
    return Copie(source.id, cible, "adresse", hash_file(cible), datetime.now(UTC))


def _write_stream(reponse: httpx.Response, cible: Path, source: SourceExterieure) -> None:
    recus, debut = 0, monotonic()
    with cible.open("wb") as sortie:
        for morceau in reponse.iter_bytes():
            recus += len(morceau)
            if recus > MAX_OCTETS:
                raise SourceInjoignable(_too_big(source))
            if monotonic() - debut > DUREE_MAX:
                raise SourceInjoignable(f"L'adresse de « {source.titre} » est trop lente : abandon.")
            sortie.write(morceau)


def _too_big(source: SourceExterieure) -> str:
    return f"Le fichier de « {source.titre} » dépasse {MAX_OCTETS // 1024**2} Mo : il n'est pas lu."


def _nouvelle(source: SourceExterieure, lieu: Lieu, extension: str) -> Path:
    dossier = lieu.copies / source.id
    try:
        dossier.mkdir(parents=True, exist_ok=True)
    except OSError as erreur:
        raise SourceInjoignable(
            f"Le dossier des copies « {lieu.copies} » ne peut pas être écrit."
        ) from erreur
    return dossier / f"nouvelle{extension}"


def _warn(gardee: Copie, motif: str) -> Copie:
    quand = f"{gardee.recuperee_le:%d/%m/%Y} ({format_compte(gardee.get_age(), 'jour')})"
    phrase = f"{motif} La dernière bonne copie, du {quand}, est gardée."
    return replace(gardee, avertissement=phrase)


def hash_file(chemin: Path) -> str:
    """L'empreinte SHA-256 d'un fichier."""
    with chemin.open("rb") as entree:
        return hashlib.file_digest(entree, "sha256").hexdigest()
