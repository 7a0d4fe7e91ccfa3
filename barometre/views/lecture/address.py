"""L'adresse d'une page est une interface : ses clés sont listées ici, une fois, jamais renommées en silence.

Absente = valeur par défaut ; vide = aucune (le total) ; répétée = plusieurs choisies. Une valeur reste
un texte (« 01 »). Une mauvaise valeur donne celle par défaut et une courte phrase.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

Valeur = str | tuple[str, ...]
# Les valeurs admises d'une clé : une liste close, ou une question posée à qui sait.
Admises = Collection[str] | Callable[[str], bool]
LONGUEUR_MAXIMALE = 200
# Ce qu'un courriel ou un réseau social ajoute à un lien : ce n'est pas une faute de qui l'ouvre.
PISTAGE = ("utm_", "mtm_", "pk_", "fbclid", "gclid", "msclkid", "embed_options")


@dataclass(frozen=True, slots=True)
class Cle:
    """Une clé de l'adresse : son nom, ce qu'elle désigne, sa valeur quand elle est absente."""

    nom: str
    libelle: str
    defaut: Valeur = ""
    # Garde sa valeur d'une page à l'autre pendant la visite.
    suivie: bool = False

    @property
    def multiple(self) -> bool:
        """Vrai si la clé peut être répétée."""
        return isinstance(self.defaut, tuple)


@dataclass(frozen=True, slots=True)
class Adresse:
    """Ce que dit une adresse : une valeur par clé, et les phrases sur ce qui n'a pas été compris."""

    valeurs: Mapping[str, Valeur]
    messages: tuple[str, ...] = ()
    # Chaque valeur écartée, avec sa clé : une commande et l'API disent ce qu'il fallait donner.
    ecartees: tuple[tuple[str, str], ...] = ()

    def get(self, nom: str) -> str:
        """La valeur d'une clé simple."""
        valeur = self.valeurs.get(nom, CLES[nom].defaut)
        return valeur if isinstance(valeur, str) else " ".join(valeur)

    def list(self, nom: str) -> tuple[str, ...]:
        """Les valeurs d'une clé qui se répète."""
        valeur = self.valeurs.get(nom, CLES[nom].defaut)
        return (valeur,) if isinstance(valeur, str) else valeur


CLES: dict[str, Cle] = {
    cle.nom: cle
    for cle in (
        Cle("recherche", "la recherche"),
        Cle("collectivite", "la collectivité", suivie=True),
        Cle("avec", "les collectivités comparées", defaut=()),
        Cle("theme", "le thème"),
        Cle("indicateur", "l’indicateur"),
        Cle("indicateurs", "les indicateurs", defaut=()),
        Cle("vague", "la vague"),
        Cle("niveau", "le niveau", defaut="region"),
        Cle("territoire", "le territoire", defaut="france"),
        Cle("territoires", "les territoires", defaut=()),
        Cle("type", "le type de collectivité"),
        Cle("strate", "la strate"),
        Cle("opsn", "la couverture par un OPSN"),
        Cle("pairs", "la façon de choisir les pairs", defaut="strate"),
        Cle("poids", "l’importance des variables", defaut=()),
        Cle("par", "la répartition", defaut=("territoire",)),
        Cle("questionnaire", "le questionnaire"),
        Cle("vue", "la vue"),
        Cle("repartition", "la répartition d’un indicateur"),
        Cle("obligation", "l’obligation"),
        Cle("programme", "le programme"),
        Cle("fonds", "le fonds"),
        Cle("presentation", "la diapositive projetée"),
        Cle("embed", "la figure seule"),
        Cle("axe", "la répartition des répondantes", defaut="strate"),
        Cle("relance", "ce que l’on va chercher en relançant", defaut="100"),
        Cle("classes", "la façon de classer les valeurs d’une carte", defaut="egales"),
        Cle("en_face", "la carte d’en face"),
        Cle("couche", "la couche posée sur la carte"),
        Cle("chiffres", "les chiffres bruts ou redressés", defaut="redresse", suivie=True),
        Cle("forme", "la forme du tableau", defaut="longue"),
        Cle("csv", "l’écriture des CSV", defaut="francais", suivie=True),
        Cle("page", "la page de l’aperçu", defaut="1"),
        Cle("nom", "le nom de la vue"),
        Cle("structure", "les tailles tenues égales"),
        Cle("version", "la version des données", suivie=True),
        Cle("voir_comme", "la vue prêtée par la démonstration", suivie=True),
    )
}
_DEFAUTS: dict[str, Valeur] = {nom: cle.defaut for nom, cle in CLES.items()}


def read_address(
    parametres: Mapping[str, Sequence[str] | str],
    admises: Mapping[str, Admises] | None = None,
    defauts: Mapping[str, Valeur] | None = None,
) -> Adresse:
    """Lit les clés connues ; une clé inconnue est ignorée, une mauvaise valeur est dite."""
    # Une page la lit vingt fois, et elle a deux clés sur quarante : les autres ne coûtent rien.
    valeurs = _DEFAUTS | {nom: defaut for nom, defaut in (defauts or {}).items() if nom in CLES}
    ecartees: list[tuple[str, str]] = []
    for nom in [nom for nom in CLES if nom in parametres]:
        donnees = _as_list(parametres[nom])
        bonnes = [v for v in donnees if _is_admise(v, (admises or {}).get(nom))]
        ecartees += [(nom, v) for v in donnees if v not in bonnes]
        valeurs[nom] = _choose(CLES[nom], donnees, bonnes, valeurs[nom])
    messages = [f"{explain_ecartee(nom, v)}\u202f: la valeur habituelle est affichée." for nom, v in ecartees]
    return Adresse(valeurs, tuple(messages), tuple(ecartees))


def read_query(
    requete: str,
    admises: Mapping[str, Admises] | None = None,
    defauts: Mapping[str, Valeur] | None = None,
) -> Adresse:
    """La même chose depuis un texte : « ?strate=commune-0-499&vague=2024-v2 »."""
    parametres = parse_qs(requete.split("?", 1)[-1].lstrip("?"), keep_blank_values=True)
    return read_address(parametres, admises, defauts)


def list_repetees(requete: str) -> tuple[str, ...]:
    """Les clés qui n'ont qu'une valeur, et qu'une adresse donne plusieurs fois, différentes."""
    parametres = parse_qs(requete.split("?", 1)[-1].lstrip("?"), keep_blank_values=True)
    return tuple(n for n, v in parametres.items() if n in CLES and not CLES[n].multiple and len(set(v)) > 1)


def list_inconnues(noms: Iterable[str]) -> tuple[str, ...]:
    """Les clés que rien ne lit, hors celles qu'un courriel ou un réseau ajoute à tout lien."""
    return tuple(nom for nom in noms if nom not in CLES and not nom.startswith(PISTAGE))


def explain_inconnues(noms: Sequence[str]) -> str:
    """La phrase d'une clé que l'adresse ne connaît pas."""
    dites = ", ".join(f"«\u202f{nom[:40]}\u202f»" for nom in noms[:3])
    connue = "clé inconnue" if len(noms) == 1 else "clés inconnues"
    return f"L’adresse a {'une' if len(noms) == 1 else 'des'} {connue}, {dites}"


def explain_ecartee(nom: str, valeur: str) -> str:
    """La phrase, sans son point, d'une valeur qui n'existe pas ; un signe invisible s'y voit."""
    lisible = "".join(signe if signe.isprintable() else "\ufffd" for signe in valeur[:40])
    courte = lisible if len(valeur) <= 40 else f"{lisible}…"
    return f"L’adresse demande pour {CLES[nom].libelle} «\u202f{courte}\u202f», qui n’existe pas"


def build_query(valeurs: Mapping[str, Valeur], defauts: Mapping[str, Valeur] | None = None) -> str:
    """L'adresse la plus courte qui redonne ces valeurs : les clés dans l'ordre de CLES, sans les défauts."""
    paires: list[tuple[str, str]] = []
    for nom, cle in CLES.items():
        valeur = valeurs.get(nom)
        if valeur is None or valeur == (defauts or {}).get(nom, cle.defaut):
            continue
        choisies = (valeur,) if isinstance(valeur, str) else valeur or ("",)
        paires += [(nom, v) for v in choisies]
    return urlencode(paires)


def _as_list(donnee: Sequence[str] | str) -> list[str]:
    return [donnee] if isinstance(donnee, str) else list(dict.fromkeys(donnee))


def _is_admise(valeur: str, admises: Admises | None) -> bool:
    if len(valeur) > LONGUEUR_MAXIMALE:
        return False
    if valeur == "" or admises is None:
        return True
    return admises(valeur) if callable(admises) else valeur in admises


def _choose(cle: Cle, donnees: list[str], bonnes: list[str], defaut: Valeur) -> Valeur:
    if not bonnes:
        return defaut
    if not cle.multiple:
        # La dernière l'emporte, comme dans les sélecteurs de Streamlit.
        return bonnes[-1]
    choisies = tuple(v for v in bonnes if v)
    return choisies if choisies or donnees == [""] else defaut
