"""La page qui présente l'API : écrite ici, d'après le contrat ; aucun script, rien d'un autre hôte."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from barometre.api.debit import PAR_MINUTE
from barometre.api.retraits import Retrait
from barometre.domain.colonnes import load_colonnes
from barometre.domain.formats import format_date, format_ponctuation
from barometre.exports.colonnes import LEGENDE_MARQUES

EXEMPLES = (
    ("Les chiffres clés par région", "valeurs"),
    (
        "Un indicateur par taille, en CSV",
        "valeurs?indicateurs=site_internet&par=strate&format=csv",
    ),
    ("Trouver une collectivité", "collectivites?recherche=33063"),
    ("Les versions gardées", "versions"),
)
REGLES = (
    ("Une adresse, trois usages", "La requête de « valeurs » est celle de la page Explorer et de la commande "
     "« exporter » : copiez-la de l’une à l’autre."),
    ("Ce qui est public, et rien d’autre", "Un chiffre que le secret cache n’a que sa marque. Un territoire "
     "absent d’une vue croisée n’est pas un zéro."),
    ("Citer", "Baromètre Collectivités & Numérique (DINUM et Déclic), la vague et la version, dites par "
     "chaque réponse. Une note C, ou la marque [u], dit de ne pas citer."),
    ("Relire sans tout redemander", "ETag et Last-Modified suivent la version des données : If-None-Match "
     "rend 304 tant qu’elle n’a pas changé, HEAD l’étiquette seule. Les réponses sont compressées (gzip)."),
    ("Débit", f"Au plus {PAR_MINUTE} demandes par minute et par adresse de réseau ; au-delà, 429 et "
     "Retry-After."),
    ("Erreurs", "Chacune est un « problem+json » (RFC 9457), en français, qui dit quoi changer. "
     "Une clé que l’adresse ne lit pas, ou répétée à tort, est refusée : ignorée, elle rendrait tout."),
    ("Retraits", "Une adresse ou une colonne n’est retirée que douze mois après son annonce : en-têtes "
     "Deprecation et Sunset dans ses réponses, et une ligne ici. Ajouter une colonne n’est pas un retrait : "
     "lisez par nom, non par rang."),
)  # fmt: skip
CONTACT = "Une question, une erreur, un besoin : l’adresse est dans les"


def build_documentation(contrat: Mapping[str, Any], racine: str, retraits: Mapping[str, Retrait]) -> str:
    """La page entière."""
    regles = "".join(f"<dt>{escape(nom)}</dt><dd>{_phrase(texte)}</dd>" for nom, texte in REGLES)
    exemples = "".join(
        f'<li>{escape(titre)} : <a href="{adresse}"><code>{adresse}</code></a></li>'
        for titre, adresse in ((t, f"{racine}/{escape(requete)}") for t, requete in EXEMPLES)
    )
    adresses = "".join(
        _describe(f"{racine}{chemin}", verbes["get"]) for chemin, verbes in contrat["paths"].items()
    )
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>API du baromètre</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/ressources/style.css"></head><body>'
        '<main class="baro-seule baro-api"><h1>Lire les chiffres du baromètre par programme</h1>'
        f"<p>{_phrase(contrat['info']['description'])}</p>"
        f'<p><a href="{racine}/openapi.json">Contrat OpenAPI 3.1</a> · <a href="/explorer">Composer une vue '
        f"dans Explorer</a></p><h2>Essayer</h2><ul>{exemples}</ul><h2>Règles</h2><dl>{regles}</dl>"
        f"{_build_retraits(retraits, racine)}<h2>Adresses</h2>{adresses}"
        f"<h2>Ce que dit une valeur</h2>{_build_colonnes(contrat)}"
        f'<p>{_phrase(CONTACT)} <a href="/mentions_legales">mentions légales</a>.</p></main></body></html>'
    )


def _build_retraits(retraits: Mapping[str, Retrait], racine: str) -> str:
    """Les retraits annoncés, en clair ; « aucun » s'il n'y en a pas."""
    if not retraits:
        return "<p>Aucun retrait n’est annoncé.</p>"
    lignes = "".join(
        f"<li><code>{escape(racine + chemin)}</code> : annoncé le {format_date(r.annonce)}, ne répondra plus "
        f"le {format_date(r.fin)}{_write_suite(r.remplacante)}</li>"
        for chemin, r in retraits.items()
    )
    return f"<ul>{lignes}</ul>"


def _write_suite(remplacante: str) -> str:
    return f" ; remplacé par <code>{escape(remplacante)}</code>" if remplacante else ""


def _describe(chemin: str, lecture: Mapping[str, Any]) -> str:
    cles = "".join(_build_cle(p) for p in lecture.get("parameters", ()))
    return (
        f"<h3><code>{escape(chemin)}</code></h3><p>{_phrase(lecture['summary'])}.</p>"
        '<div class="baro-api-table"><table><thead><tr><th scope="col">Clé</th>'
        '<th scope="col">Ce qu’elle dit</th><th scope="col">Valeurs</th></tr></thead>'
        f"<tbody>{cles}</tbody></table></div>"
    )


def _build_cle(cle: Mapping[str, Any]) -> str:
    schema = cle["schema"]
    valeurs = ", ".join(map(str, schema.get("enum", ()))) or {
        "integer": "un entier", "boolean": "true ou false", "array": "se répète",
    }.get(schema.get("type", ""), "un texte")  # fmt: skip
    defaut = schema.get("default")
    suite = f" ; sinon {_write_defaut(defaut)}" if defaut not in (None, "", []) else ""
    oblige = " (obligatoire)" if cle.get("required") else ""
    return (
        f'<tr><th scope="row"><code>{escape(cle["name"])}</code>{oblige}</th>'
        f"<td>{_phrase(cle.get('description', ''))}</td><td>{escape(valeurs + suite)}</td></tr>"
    )


def _write_defaut(defaut: Any) -> str:
    if isinstance(defaut, list):
        return ", ".join(map(str, defaut))
    return str(defaut).lower() if isinstance(defaut, bool) else str(defaut)


def _build_colonnes(contrat: Mapping[str, Any]) -> str:
    """Les colonnes d'une valeur et les marques, avec les mots du dictionnaire."""
    schemas = (schema.get("properties", {}) for schema in contrat["components"]["schemas"].values())
    champs = next(lus for lus in schemas if "marque" in lus)
    connues = load_colonnes()
    lignes = "".join(
        f'<tr><th scope="row"><code>{escape(nom)}</code></th><td>{_phrase(connues[nom].definition)}</td></tr>'
        for nom in champs
        if nom in connues
    )
    marques = "".join(
        f'<tr><th scope="row"><code>{escape(marque)}</code></th><td>{_phrase(sens)}</td></tr>'
        for marque, sens in LEGENDE_MARQUES
    )
    return f'<div class="baro-api-table"><table><tbody>{lignes}{marques}</tbody></table></div>'


def _phrase(texte: str) -> str:
    return escape(format_ponctuation(texte))
