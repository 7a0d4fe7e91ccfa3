"""Le nom d'une collectivité dans une phrase : son article et son élision, d'après son type et son nom.

« Où en est la Corse ? », « la fiche d'Osly-Courtil », « les réponses du Havre ». Devant un h de commune, rien
ne s'élide : sans liste des h aspirés, « de Hyères » se dit encore, « d'Haguenau » non.
"""

from __future__ import annotations

import unicodedata

APOSTROPHE = "’"
VOYELLES = "aàâäeéèêëiîïoôöuùûüœæ"
# L'article des départements et des régions ; tous les autres prennent « la », ou « l' » devant une voyelle.
_MASCULINS = (
    "Bas-Rhin,Calvados,Cantal,Centre-Val de Loire,Cher,Doubs,Finistère,Gard,Gers,Grand Est,Haut-Rhin,Jura,"
    "Loir-et-Cher,Loiret,Lot,Lot-et-Garonne,Maine-et-Loire,Morbihan,Nord,Pas-de-Calais,Puy-de-Dôme,Rhône,"
    "Tarn,Tarn-et-Garonne,Territoire de Belfort,Val-de-Marne,Val-d'Oise,Var,Vaucluse"
)
_PLURIELS = (
    "Alpes-de-Haute-Provence,Alpes-Maritimes,Ardennes,Bouches-du-Rhône,Côtes-d'Armor,Deux-Sèvres,"
    "Hautes-Alpes,Hautes-Pyrénées,Hauts-de-France,Hauts-de-Seine,Landes,Pays de la Loire,"
    "Pyrénées-Atlantiques,Pyrénées-Orientales,Vosges,Yvelines"
)
MASCULINS, PLURIELS = frozenset(_MASCULINS.split(",")), frozenset(_PLURIELS.split(","))
SANS_ARTICLE = frozenset({"Paris", "Mayotte", "La Réunion"})
# Un h muet, un y qui s'élide devant une voyelle : l'usage les dit, la lettre non.
ELIDES = frozenset({"Hérault", "Yonne"})
# Le premier mot d'un groupement qui se dit avec un article.
GROUPEMENTS = ("CA", "CC", "CU", "Métropole", "Communauté", "Collectivité", "Ville", "Eurométropole")


def build_cle_tri(nom: str) -> str:
    """La clé de l'ordre du dictionnaire : « Ardèche » avant « Ardennes », « Œuilly » avec les o."""
    sans_ligature = nom.lower().replace("œ", "oe").replace("æ", "ae")
    lettres = unicodedata.normalize("NFKD", sans_ligature)
    return "".join(lettre for lettre in lettres if not unicodedata.combining(lettre))


def format_sujet(type_: str, nom: str) -> str:
    """« la Corse », « l’Ain », « les Landes », « la CA Mauges Communauté », « Le Havre »."""
    return f"{_get_article(type_, nom)}{nom}"


def format_complement(type_: str, nom: str) -> str:
    """« de la Corse », « de l’Ain », « des Landes », « d’Osly-Courtil », « du Havre », « de La Rochelle »."""
    article = _get_article(type_, nom)
    if article:
        return {"le ": "du ", "les ": "des "}.get(article, f"de {article}") + nom
    for debut, contraction in (("Le ", "du "), ("Les ", "des ")):
        if nom.startswith(debut):
            return contraction + nom.removeprefix(debut)
    return f"d{APOSTROPHE}{nom}" if _is_elide(nom) else f"de {nom}"


def _get_article(type_: str, nom: str) -> str:
    """L'article avec son espace, ou rien."""
    if nom.partition(" ")[0] in GROUPEMENTS:
        return f"l{APOSTROPHE}" if _is_elide(nom) else "la "
    if type_ not in ("departement", "region") or nom in SANS_ARTICLE:
        return ""
    if nom in PLURIELS:
        return "les "
    if _is_elide(nom) or nom in ELIDES:
        return f"l{APOSTROPHE}"
    return "le " if nom in MASCULINS else "la "


def _is_elide(nom: str) -> bool:
    """Vrai devant une voyelle ; un y n'en est une que devant une consonne (« d’Yvetot »), ou seul."""
    lettres = nom.lower()
    if lettres[:1] == "y":
        return not lettres[1:].startswith(tuple(VOYELLES))
    return lettres.startswith(tuple(VOYELLES))
