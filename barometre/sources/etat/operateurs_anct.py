"""Opérateurs de services numériques (ANCT) : qui ils sont, et les départements qu'ils couvrent.

Le statut y dit un partenariat avec l'ANCT, non une adhésion à Déclic : il n'est pas lu.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from barometre.domain.formats import format_compte
from barometre.recherche.noms import normalise_nom
from barometre.sources.contexte import Contexte, reject_motifs
from barometre.sources.errors import SourceRefusee
from barometre.sources.gardes import DISCORDANTS_MAX, check_discordants
from barometre.sources.lecture import Brut, read_bytes, read_csv, read_json
from barometre.sources.noms import find_discordants
from barometre.sources.resultat import Rejet, Resultat, build_resultat

COLONNES = ("id", "nom", "siret", "departements")
FACULTATIVES = ("url",)
SIRET = re.compile(r"^\d{14}$")
OPSN = ["opsn_id", "nom", "sigle", "forme_juridique", "siret", "source_url"]
# Ce que le fichier contient sans que ce soit un opérateur.
PAS_DES_OPERATEURS = ("TEST", "ANCT")
PAS_UN_OPERATEUR = "Cette ligne n'est pas un opérateur (ligne d'essai, ou l'agence elle-même)."
SANS_NOM = "L'opérateur n'a pas de nom, ou pas d'identifiant."
DISCORDANT = "Le nom, le SIRET et les départements ne sont pas ceux d'un même opérateur."


def read(chemin: Path) -> Brut:
    """Le CSV officiel, ou l'échantillon JSON."""
    if chemin.suffix == ".json":
        return read_json(read_bytes(chemin), COLONNES, FACULTATIVES)
    return read_csv(chemin, COLONNES, FACULTATIVES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Les OPSN nouveaux, les périmètres, et l'OPSN de chaque identifiant de la source."""
    motifs = _list_motifs(brut.frame, contexte)
    bons = brut.frame[motifs.eq("")]
    ids = dict(zip(bons["id"], _match(bons, contexte), strict=True))
    nouveaux = bons[
        bons["id"].map(ids).eq(bons["id"].map(_new_id)) & ~bons["id"].map(ids).isin(_known_ids(contexte))
    ]
    liens, rejets_liens = _links(bons, ids, contexte)
    rejets = [*brut.rejets, *reject_motifs(brut.frame, "nom", motifs), *rejets_liens]
    opsn = pd.DataFrame([_opsn(ligne) for _, ligne in nouveaux.iterrows()], columns=OPSN)
    return build_resultat(brut.lus, rejets, liens=liens, operateurs=ids, opsn=opsn)


def _list_motifs(frame: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """Le motif de refus de chaque ligne, ou vide ; refuse un fichier où trop se contredisent."""
    # « 30 », « ? » : ce n'est pas un nom.
    vides = ~frame["nom"].str.contains(r"[^\W\d_]") | frame["id"].eq("")
    essais = ~vides & frame["nom"].str.upper().isin(PAS_DES_OPERATEURS)
    lisibles = frame[~vides & ~essais]
    discordants = _find_discordants(lisibles, contexte).reindex(frame.index, fill_value=False)
    _check_sirets(lisibles["siret"])
    check_discordants(
        int(discordants.sum()), len(lisibles), ("nom", "siret", "departements"), "le même opérateur"
    )
    motifs = pd.Series("", index=frame.index).mask(discordants, DISCORDANT)
    return motifs.mask(essais, PAS_UN_OPERATEUR).mask(vides, SANS_NOM)


def _check_sirets(sirets: pd.Series) -> None:
    """Refuse une colonne de SIRET abîmée : un opérateur connu par son seul SIRET y deviendrait un nouveau."""
    abimes = int((sirets.ne("") & ~sirets.str.match(SIRET)).sum())
    if abimes > max(1, DISCORDANTS_MAX * len(sirets)):
        raise SourceRefusee(f"« siret » ne se lit pas sur {format_compte(abimes, 'ligne')}.")


def _find_discordants(frame: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """Vrai d'une ligne dont le nom, le SIRET ou les départements démentent l'opérateur que l'on connaît."""
    connus, opsn = dict(_index(contexte.opsn)), contexte.opsn
    par_siret, par_nom = frame["siret"].map(connus), frame["nom"].map(normalise_nom).map(connus)
    noms = {
        str(o): [str(n) for n in siens if n] for o, *siens in opsn[["opsn_id", "nom", "sigle"]].to_numpy()
    }
    sirens = {str(o): str(siret)[:9] for o, siret in opsn[["opsn_id", "siret"]].dropna().to_numpy()}
    siens = par_nom.map(sirens)
    autre_nom = find_discordants(frame.assign(collectivite_id=par_siret.fillna("")), "nom", noms)
    autre_siren = siens.notna() & frame["siret"].str.match(SIRET) & frame["siret"].str[:9].ne(siens)
    couverts = par_siret.fillna(par_nom).map(contexte.perimetres)
    ailleurs = [
        isinstance(connu, frozenset) and bool(cibles := _list_cibles(texte)) and connu.isdisjoint(cibles)
        for connu, texte in zip(couverts, frame["departements"], strict=True)
    ]
    return (
        (autre_nom & par_siret.notna()) | autre_siren | pd.Series(ailleurs, index=frame.index, dtype="bool")
    )


def _index(opsn: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """SIRET, sigle et nom de chaque OPSN connu."""
    for _, ligne in opsn.iterrows():
        for colonne in ("nom", "sigle"):
            if str(ligne[colonne] or ""):
                yield normalise_nom(str(ligne[colonne])), str(ligne["opsn_id"])
        if pd.notna(ligne["siret"]):
            yield str(ligne["siret"]), str(ligne["opsn_id"])


def _known_ids(contexte: Contexte) -> set[str]:
    return set(contexte.opsn["opsn_id"]) if "opsn_id" in contexte.opsn else set()


def _match(bons: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """L'OPSN connu de même SIRET, sinon de même nom ; sinon un nouveau."""
    connus = dict(_index(contexte.opsn))
    par_siret, par_nom = bons["siret"].map(connus), bons["nom"].map(normalise_nom).map(connus)
    return par_siret.fillna(par_nom).fillna(bons["id"].map(_new_id))


def _new_id(identifiant: str) -> str:
    return f"anct-{identifiant}"


def _opsn(ligne: pd.Series) -> dict[str, object]:
    return {
        "opsn_id": _new_id(ligne["id"]),
        "nom": ligne["nom"],
        "sigle": "",
        "forme_juridique": "",
        # ADM81 porte 11 chiffres : un SIRET faux reste vide.
        "siret": ligne["siret"] if SIRET.match(ligne["siret"]) else None,
        "source_url": str(ligne.get("url", "")),
    }


def _links(bons: pd.DataFrame, ids: dict[str, str], contexte: Contexte) -> tuple[pd.DataFrame, list[Rejet]]:
    """Un lien par département ; un département inconnu rejette l'opérateur, et le dit."""
    liens: list[tuple[str, str, str]] = []
    rejets: list[Rejet] = []
    for numero, ligne in bons.iterrows():
        cibles = _list_cibles(ligne["departements"])
        inconnus = [c for c in cibles if c not in contexte.territoires.identifiants]
        if inconnus:
            motif = f"Département inconnu du référentiel : {', '.join(c.split('-')[1] for c in inconnus)}."
            rejets.append(Rejet(int(str(numero)), "departements", ligne["departements"], motif))
            continue
        liens += [(ids[ligne["id"]], cible, "perimetre") for cible in dict.fromkeys(cibles)]
    return pd.DataFrame(liens, columns=["opsn_id", "cible_id", "nature"]).drop_duplicates(), rejets


def _list_cibles(departements: str) -> list[str]:
    codes = [c.strip() for c in re.split(r"[,;|]", departements.strip("[]{}")) if c.strip()]
    return [f"departement-{c.strip(chr(34) + chr(39))}" for c in codes]
