"""Comprendre ce qu'un lecteur tape : « mairie de Saint-Malo », « 59033 Lille cedex », une adresse entière."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from barometre.recherche.noms import normalise_nom

# Ce qui se dit avant un nom, et les types de collectivité que cela désigne. Le plus long d'abord.
PREFIXES: dict[str, tuple[str, ...]] = {
    "communaute de communes": ("epci",),
    "communaute d agglomeration": ("epci",),
    "communaute urbaine": ("epci",),
    "communaute": ("epci",),
    "metropole": ("epci",),
    "agglomeration": ("epci",),
    "agglo": ("epci",),
    "collectivite territoriale": ("region", "departement"),
    "collectivite": ("region", "departement", "commune"),
    "intercommunalite": ("epci", "ept"),
    "epci": ("epci",),
    "conseil departemental": ("departement", "region"),
    "conseil general": ("departement", "region"),
    "departement": ("departement", "commune", "region"),
    "conseil regional": ("region",),
    "region": ("region",),
    "cd": ("departement", "region"),
    "dpt": ("departement", "region"),
    "dept": ("departement", "region"),
    "cr": ("region",),
    "mairie": ("commune",),
    "ville": ("commune",),
    "commune": ("commune",),
    "hotel de ville": ("commune",),
}
# Après le préfixe : l'article contracté que le nom de la collectivité a peut-être en propre.
ARTICLES = (("du ", "le "), ("des ", "les "), ("de ", ""), ("d ", ""))
LIAISONS = ("de la ", "de l ", "du ", "des ", "de ", "d ", "la ", "le ", "les ", "l ")
_ARTICLES_SEULS = frozenset({"la", "le", "les", "l", "du", "de la"})
_PREFIXE = re.compile(
    rf"^(?:(?:la|le|l|ma|notre) )?({'|'.join(sorted(PREFIXES, key=len, reverse=True))}) (?P<reste>.+)$"
)
# « Nevers agglomération » : le nom de l'intercommunalité n'a pas toujours ce mot.
_SUFFIXE = re.compile(r"^(?P<nom>.+) (?:agglomeration|agglo|metropole|communaute|intercommunalite)$")
# « Rochelle (La) », « Havre, Le », « Haÿ-les-Roses (L') » : l'ordre d'un index alphabétique.
_ARTICLE_APRES = re.compile(r"^(?P<nom>.+?)\s*(?:,\s*|\(\s*)(?P<article>la|les?|l['’])\s*\)?$", re.IGNORECASE)
ARTICLES_DE_NOM = ("le ", "la ", "les ", "l ")
_CEDEX = re.compile(r"\s+cedex(\s+\d{1,2})?$")
# « Lyon 3eme », « Paris 12 » : la commune entière répond.
_ARRONDISSEMENT = re.compile(
    r"\b(paris|lyon|marseille) (?:\d{1,2}|[ivx]{1,5}?)(?:er|ere|e|eme)?(?: arrondissement)?$"
)
_CODE_ET_NOM = re.compile(r"(?:^|.* )(?P<code>\d{5}|2[ab]\d{3}) (?P<nom>\D.*)$")
_NOM_ET_CODE = re.compile(r"^(?P<nom>\D+) (?P<code>\d{5}|2[ab]\d{3})$")
# « Saint-Denis 93 », « 93 Saint-Denis ».
_NOM_ET_DEPARTEMENT = re.compile(r"^(?P<nom>\D+) (?P<ou>\d{2,3}|2[ab])$")
_DEPARTEMENT_ET_NOM = re.compile(r"^(?P<ou>\d{2,3}|2[ab]) (?P<nom>\D+)$")
_SITUE_PAR = re.compile(r" (?:d|de|du|des|en|a|au|aux|dans)(?: l| la| le| les)?$")
# Une adresse n'a pas plus de mots que cela après sa voie.
MOTS_DE_VILLE = 6
# Collectivités d'outre-mer sans commune au référentiel, par début de code INSEE ou postal (COG de l'INSEE).
HORS_CHAMP = {
    "975": "Saint-Pierre-et-Miquelon", "977": "Saint-Barthélemy", "978": "Saint-Martin",
    "984": "Terres australes et antarctiques françaises", "986": "Wallis-et-Futuna",
    "987": "Polynésie française", "988": "Nouvelle-Calédonie", "989": "Clipperton",
}  # fmt: skip
# Saint-Barthélemy et Saint-Martin gardent un code postal de la Guadeloupe.
POSTAUX_HORS_CHAMP = {"97133": "977", "97150": "978"}
# Leurs communes les plus demandées, et les noms courts.
VILLES_HORS_CHAMP = {
    "noumea": "988", "papeete": "987", "tahiti": "987", "mata utu": "986", "wallis": "986",
    "futuna": "986", "gustavia": "977", "saint barth": "977", "marigot": "978", "miquelon": "975",
    "collectivite de saint martin": "978", "collectivite de saint barthelemy": "977",
    "saint martin com": "978", "saint barthelemy com": "977",
}  # fmt: skip
_COM = re.compile(r"^(?P<com>97[578]|98[46789])(\d{2})?$")


# « SIREN 213300635 », « CP 33000 », « code INSEE : 33063 », « FR 213300635 ».
_CODE_NOMME = re.compile(
    r"^(?:(?:n[°o]|num[ée]ro|code)\s*)?(?P<quoi>siren|siret|insee|cog|postal|cp|fr)\s*:?\s*"
    r"(?P<code>(?:\d|2[ab])[\d ]*)$",
    re.IGNORECASE,
)
_POSTAL, _INSEE = ("code postal",), ("code INSEE", "ancien code INSEE")
_GENRES_NOMMES = {"cp": _POSTAL, "postal": _POSTAL, "insee": _INSEE, "cog": _INSEE}


def read_code_nomme(texte: str) -> tuple[str, tuple[str, ...]] | None:
    """Un code et le début des motifs que son nom demande ; rien si le texte n'est pas un code nommé."""
    trouve = _CODE_NOMME.match(texte)
    if not trouve:
        return None
    return trouve["code"].replace(" ", "").upper(), _GENRES_NOMMES.get(trouve["quoi"].lower(), ())


@dataclass(frozen=True, slots=True)
class Demande:
    """Un nom à chercher ; `types` et `code` restreignent, vides s'ils ne disent rien."""

    nom: str
    types: tuple[str, ...] = ()
    code: str = ""

    @property
    def departements(self) -> tuple[str, ...]:
        """Les départements où mène un code INSEE ou postal : 20 vaut pour les deux de Corse."""
        if not self.code:
            return ()
        if self.code.startswith("20"):
            return ("2A", "2B")
        return (self.code[:3] if self.code.startswith("97") else self.code[:2].upper(),)


def move_article(texte: str) -> str:
    """« Rochelle (La) » → « La Rochelle » ; tout autre texte est rendu tel quel."""
    trouve = _ARTICLE_APRES.match(texte)
    return f"{trouve['article']} {trouve['nom']}" if trouve else texte


def list_demandes(texte: str) -> Iterator[Demande]:
    """Les lectures possibles d'un texte, la plus littérale d'abord."""
    cle = _CEDEX.sub("", normalise_nom(texte))
    code = _CODE_ET_NOM.match(cle) or _NOM_ET_CODE.match(cle)
    if code:
        yield from _list_noms(code["nom"], code["code"].upper())
        return
    yield Demande(cle)
    yield from _list_noms(cle)
    if (ville := _ARRONDISSEMENT.sub(r"\1", cle)) != cle:
        yield Demande(ville)
        yield from _list_noms(ville)


def _list_noms(cle: str, code: str = "") -> Iterator[Demande]:
    prefixe = _PREFIXE.match(cle)
    if not prefixe:
        if code:
            yield Demande(cle, code=code)
        if suffixe := _SUFFIXE.match(cle):
            yield Demande(_strip(suffixe["nom"]), ("epci",), code)
        return
    types = PREFIXES[prefixe[1]]
    reste = prefixe["reste"]
    for contracte, article in ARTICLES:
        if reste.startswith(contracte):
            yield Demande(article + reste.removeprefix(contracte), types, code)
            break
    yield Demande(_strip(reste), types, code)


def _strip(reste: str) -> str:
    for liaison in LIAISONS:
        if reste.startswith(liaison):
            return reste.removeprefix(liaison)
    return reste


def list_situees(texte: str, lieux: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """« Saint-Denis 93 », « Saint-Denis Île-de-France » → le nom, et les départements du lieu.

    `lieux` : code ou nom (`normalise_nom`) → ses départements, le nom le plus long d'abord :
    « Seine-Saint-Denis » avant tout département dont il finirait le nom. À n'essayer que si le texte entier
    n'est le nom de rien : « Val-de-Marne » finit par un département sans être situé.
    """
    cle = normalise_nom(texte)
    trouve = _NOM_ET_DEPARTEMENT.match(cle) or _DEPARTEMENT_ET_NOM.match(cle)
    if trouve and trouve["ou"].upper() in lieux:
        yield trouve["nom"], lieux[trouve["ou"].upper()]
    for nom, departements in lieux.items():
        for ou in (nom, nom.removeprefix("la ")):
            if (debut := cle.removesuffix(f" {ou}")) in _ARTICLES_SEULS:
                yield nom, departements  # « la Gironde » est le département, pas une commune qu'il situe.
            elif debut != cle:
                net = debut.removesuffix(" la") if ou != nom else debut
                yield net, departements
                # « Saint-Pierre de la Réunion », « Valence en Drôme ».
                if (seul := _SITUE_PAR.sub("", net)) != net:
                    yield seul, departements


def list_villes(texte: str) -> Iterator[str]:
    """Les fins d'une adresse qui peuvent être une ville, de la plus longue à la plus courte."""
    mots = _CEDEX.sub("", normalise_nom(texte)).split()
    for debut in range(max(1, len(mots) - MOTS_DE_VILLE), len(mots)):
        yield " ".join(mots[debut:])


def describe_hors_champ(texte: str) -> str:
    """Une phrase si le texte désigne une collectivité que le baromètre n'interroge pas ; vide sinon."""
    cle = normalise_nom(texte).replace(" ", "")
    # « 98800 Nouméa » : le code dit la collectivité, quel que soit le nom qui suit.
    adresse = _CODE_ET_NOM.match(_CEDEX.sub("", normalise_nom(texte)))
    trouve = _COM.match(adresse["code"] if adresse else cle)
    com = POSTAUX_HORS_CHAMP.get(cle) or (trouve["com"] if trouve else "")
    noms = {normalise_nom(nom).replace(" ", ""): prefixe for prefixe, nom in HORS_CHAMP.items()}
    com = com or VILLES_HORS_CHAMP.get(normalise_nom(texte), "")
    # Saint-Martin et Saint-Barthélemy sont aussi des communes : leur nom seul ne suffit pas.
    com = com or (noms.get(cle, "") if noms.get(cle) not in ("977", "978") else "")
    return f"{HORS_CHAMP[com]} est hors du champ du baromètre." if com else ""
