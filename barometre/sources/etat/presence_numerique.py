"""Présence numérique des territoires (DPNT, ANCT) : site, messagerie, référentiel RPNT.

Les téléphones ne sont jamais lus ; une adresse de messagerie est réduite à son domaine dès la lecture,
et les lignes n'en gardent que « domaine propre » ou non.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from barometre.recherche.noms import normalise_nom
from barometre.sources.contexte import (
    CODE_DISCORDANT,
    HORS_CADRE,
    SIREN_DISCORDANT,
    Contexte,
    reject_rows,
)
from barometre.sources.errors import SourceRefusee
from barometre.sources.gardes import list_dementis
from barometre.sources.lecture import Brut, read_bytes, read_csv, read_json, read_member
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs, join_valeurs
from barometre.sources.siren import is_siren

MEMBRE = "organizations.json"
COLONNES = ("type", "siren", "code_insee", "adresse_messagerie", "site_internet", "rpnt")
NOM = "libelle"
FACULTATIVES = (NOM, "departement_siret", "region_siret", "departement_code_insee", "region_code_insee")
# Les noms de l'échantillon JSON → ceux du fichier officiel.
ECHANTILLON = {
    "type": "type", "siren": "siren", "name": NOM, "insee_geo": "code_insee",
    "email_official": "adresse_messagerie", "website_url": "site_internet", "rcpnt": "rpnt",
    "dep_siret": "departement_siret", "region_siret": "region_siret", "insee_dep": "departement_code_insee",
    "insee_reg": "region_code_insee",
}  # fmt: skip
# Messageries que n'importe qui peut ouvrir.
DOMAINES_PUBLICS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "sfr.fr",
        "neuf.fr",
        "laposte.net",
        "yahoo.fr",
        "yahoo.com",
        "hotmail.fr",
        "hotmail.com",
        "outlook.fr",
        "outlook.com",
        "live.fr",
        "bbox.fr",
        "aol.com",
        "icloud.com",
        "club-internet.fr",
        "numericable.fr",
        "aliceadsl.fr",
        "cegetel.net",
        "nordnet.fr",
    ]
)
# Critères du référentiel de la présence numérique : « a » réunit les critères essentiels.
CRITERES = {"rpnt_conforme": "a", "rpnt_site": "1.a", "rpnt_messagerie": "2.a"}
# « 1.a,2.1,a », ou rien. Ce qui n'a pas la forme d'un critère, ou d'un nom de domaine, ne dit rien.
RPNT = r"(?:(?:\d\.(?:\d+|[a-z]+)|[a-z])\s*(?:,\s*|$))*"
HOTE = r"[^\s/]+\.[^\W\d]{2,}"
# De tant d'adresses propres qui se suivent, la part qui porte le nom de la commune, sous le quart de celle du
# fichier : ce ne sont plus les leurs. Et celle de tout fichier de dix tranches. Choisies, faute d'un vrai
# fichier : au hasard, une adresse sur cent porte le nom.
TRANCHE, PERTE_NOMS = 200, 0.25
TRANCHES, NOMS_MIN = 10, 0.05
DECALEE = "la colonne y est décalée."
TYPES = ("commune", "epci", "departement", "region")
REPETEE = "Cette collectivité est sur plusieurs lignes : on ne sait pas laquelle est la bonne."
PAS_UNE_COLLECTIVITE = "Cette ligne n'est pas une collectivité du cadre (arrondissement, ou type inconnu)."


def get_domaine(adresse: str) -> str:
    """`mairie@exemple.fr` → `exemple.fr` ; un domaine seul reste lui-même."""
    return adresse.rsplit("@", 1)[-1].strip().lower()


def get_hote(adresse: str) -> str:
    """`https://www.exemple.fr/accueil` → `exemple.fr`."""
    hote = adresse.split("://", 1)[-1].partition("/")[0].rpartition("@")[-1].lower()
    return hote.removeprefix("www.")


TRANSFORMATIONS = {"adresse_messagerie": get_domaine, "site_internet": get_hote}


def read(chemin: Path) -> Brut:
    """Le CSV officiel, sa version JSON, ou l'échantillon (une archive) ramené aux mêmes colonnes."""
    if chemin.suffix == ".zip":
        contenu = _rename(read_member(chemin, MEMBRE))
        return read_json(contenu, COLONNES, FACULTATIVES, transformations=TRANSFORMATIONS)
    if ".json" in chemin.suffixes:
        return read_json(read_bytes(chemin), COLONNES, FACULTATIVES, transformations=TRANSFORMATIONS)
    return read_csv(chemin, COLONNES, FACULTATIVES, transformations=TRANSFORMATIONS)


def _rename(contenu: bytes) -> bytes:
    try:
        objets: list[dict[str, Any]] = json.loads(contenu)
        return json.dumps([{n: o.get(v) for v, n in ECHANTILLON.items()} for o in objets]).encode()
    except (ValueError, AttributeError, TypeError) as erreur:
        raise SourceRefusee("L'échantillon n'a pas la forme attendue.") from erreur


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Par collectivité : site connu, messagerie à son domaine, conformité ; et le SIREN des territoires."""
    frame = brut.frame.assign(collectivite_id=brut.frame["siren"].map(contexte.sirens))
    autres = ~frame["type"].isin(TYPES)
    # Un arrondissement porte le SIREN de sa commune : il n'en est pas le double.
    doubles = ~autres & frame["siren"].ne("") & frame["siren"].mask(autres).duplicated(keep=False)
    inconnus = ~autres & ~doubles & frame["collectivite_id"].isna()
    placees = ~(autres | doubles | inconnus)
    # Les noms des intercommunalités varient trop d'un fichier à l'autre : ceux des communes se comparent.
    communes = frame["type"].eq("commune")
    dementis = list_dementis(frame, placees, ("siren", NOM, "code_insee"), contexte, communes)
    bons = frame[placees & dementis.eq("")].set_index("collectivite_id")
    _check_noms(bons[bons["type"].eq("commune")], contexte)
    rejets = [
        *brut.rejets,
        *reject_rows(frame[autres], "type", PAS_UNE_COLLECTIVITE),
        *reject_rows(frame[doubles], "siren", REPETEE),
        *reject_rows(frame[dementis.eq(SIREN_DISCORDANT)], "siren", SIREN_DISCORDANT),
        *reject_rows(frame[dementis.eq(CODE_DISCORDANT)], "code_insee", CODE_DISCORDANT),
        *reject_rows(frame[inconnus], "siren", HORS_CADRE),
    ]
    return build_resultat(
        brut.lus, rejets, valeurs=_values(bons, contexte.periode), attributs=_sirens(brut.frame, contexte)
    )


def _check_noms(communes: pd.DataFrame, contexte: Contexte) -> None:
    """Refuse un fichier dont les adresses, quelque part, ne portent plus le nom de leur commune.

    Un domaine propre, un site portent souvent ce nom ; décalés d'une ligne, presque plus aucun.
    """
    # Le mot le plus long du nom : les autres sont de trop de communes.
    noms = {cle: contexte.territoires.noms[cle][0] for cle in communes.index}
    mots = {cle: max(normalise_nom(nom).split(), key=len) for cle, nom in noms.items()}
    for colonne in TRANSFORMATIONS:
        adresses = communes[colonne]
        propres = adresses[adresses.str.match(HOTE) & ~adresses.isin(DOMAINES_PUBLICS)]
        paires = zip(propres, propres.index, strict=True)
        nommees = pd.Series([mots[cle] in adresse for adresse, cle in paires], dtype="float64")
        parts = nommees.groupby(nommees.index // TRANCHE).agg(["size", "mean"])
        pleines = parts.loc[parts["size"].eq(TRANCHE), "mean"]
        if nommees.mean() < NOMS_MIN:
            if len(pleines) >= TRANCHES:
                raise SourceRefusee(f"« {colonne} » ne porte presque jamais le nom des communes : {DECALEE}")
            continue
        for tranche in pleines.index[pleines < PERTE_NOMS * nommees.mean()]:
            debut = tranche * TRANCHE
            bouts = [noms[propres.index[rang]] for rang in (debut, debut + TRANCHE - 1)]
            raise SourceRefusee(
                f"De « {bouts[0]} » à « {bouts[1]} », « {colonne} » ne porte presque plus le nom des "
                f"communes : {DECALEE}"
            )


def _values(bons: pd.DataFrame, periode: str) -> pd.DataFrame:
    site, domaine, rpnt = bons["site_internet"], bons["adresse_messagerie"], bons["rpnt"]
    criteres = rpnt.map(lambda texte: {critere.strip() for critere in texte.split(",")})
    series = {
        "site_internet_recense": site.ne("").where(site.eq("") | site.str.match(HOTE)),
        "messagerie_domaine_propre": (~domaine.isin(DOMAINES_PUBLICS)).where(domaine.str.match(HOTE)),
        **{
            nom: criteres.map(lambda c, code=code: code in c).where(rpnt.str.fullmatch(RPNT))
            for nom, code in CRITERES.items()
        },
    }
    return join_valeurs(build_valeurs(nom, serie.astype("float64"), periode) for nom, serie in series.items())


def _sirens(frame: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Le SIREN des départements et des régions, quand la source le donne."""
    cadre = contexte.collectivites
    libres = set(cadre.loc[cadre["siren"].isna() & cadre["porteur_id"].isna(), "collectivite_id"])
    trouves: dict[str, str] = {}
    for type_ in ("departement", "region"):
        colonnes = [f"{type_}_code_insee", f"{type_}_siret"]
        if not set(colonnes) <= set(frame.columns):
            continue
        for code, siret in frame[colonnes].drop_duplicates().itertuples(index=False):
            if f"{type_}-{code}" in libres and is_siren(siret[:9]):
                trouves[f"{type_}-{code}"] = siret[:9]
    return pd.DataFrame({"collectivite_id": list(trouves), "siren": list(trouves.values())}, dtype="str")
