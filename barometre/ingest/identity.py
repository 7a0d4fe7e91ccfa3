"""Rattacher une réponse à sa collectivité : par SIREN, SIRET ou code INSEE, jamais par le nom seul."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from barometre.domain.territoire import collectivite_id

SANS_IDENTIFIANT = (
    "Aucun identifiant : il faut un SIREN, un SIRET ou un code INSEE. Le nom seul ne rattache rien."
)
FUSIONNEE = (
    "Ce {} a la forme de celui d'une commune, mais n'est plus au référentiel : commune fusionnée depuis ? "
    "Donnez son code INSEE, les anciens codes sont reconnus."
)
CODE_POSTAL = (
    "Cette colonne contient des codes postaux ({} sur {}), pas des codes INSEE : un même code désigne une "
    "autre commune. Donnez le code INSEE, le SIREN ou le SIRET.{}"
)
CODE_AMBIGU = (
    "« {} » est un code INSEE et un code postal, et cette colonne contient aussi des codes postaux "
    "({} sur {}) : rien ne dit lequel c'est. Donnez le SIREN, ou le nom à côté."
)
INCONNU = (
    "Ce {} n'est pas celui d'une collectivité du référentiel. "
    "Un département ou une région se donne aussi par son type et son code."
)
CONTRADICTOIRE = "Les identifiants de la ligne se contredisent : ils désignent {}."
_COMMUNE = re.compile(r"^[0-9][0-9AB][0-9]{3}$")
_SEPARATEURS = re.compile(r"[\s.\-_/]+")
# Dans un code INSEE, un point n'est pas un séparateur : « 1004.0 » est le nombre 1004, pas la commune 10040.
_SEPARATEURS_CODE = re.compile(r"[\s\-_/]+")
# Du texte forcé par un tableur ; un nombre qu'il a mis en notation scientifique.
_TEXTE_FORCE = re.compile(r"""^(?:="([^"]*)"|'(.+))$""")
_SCIENTIFIQUE = re.compile(r"^(\d)[.,](\d+)[eE]\+?(\d{1,2})$", re.ASCII)
ARRONDI = (
    "Un tableur a arrondi ce numéro (notation scientifique) : ses derniers chiffres sont perdus. Mettez la "
    "colonne au format texte, puis exportez à nouveau."
)
_POINT_ZERO = re.compile(r"^\s*(\d+)[.,]0{1,2}\s*$")
_CORSE = re.compile(r"^20\d{3}$")
# La Poste numérote ses établissements sans clé de Luhn ; la règle est sans effet sur les collectivités.
_SIREN_LA_POSTE = "356000000"


@dataclass(frozen=True)
class Referentiel:
    """Les collectivités en vigueur (colonnes de `dim_collectivite`) et les codes qui ne le sont plus."""

    collectivites: pd.DataFrame
    codes_anciens: pd.DataFrame

    @cached_property
    def par_siren(self) -> dict[str, str]:
        """SIREN → collectivité, territoires portés exclus."""
        cadre = self.collectivites
        propres = cadre[~_rempli(cadre, "porteur_id") & _rempli(cadre, "siren")]
        return dict(zip(propres["siren"].tolist(), propres["collectivite_id"].tolist(), strict=True))

    @cached_property
    def sans_siren(self) -> frozenset[str]:
        """Les collectivités dont le référentiel ne connaît pas le SIREN (départements, régions)."""
        cadre = self.collectivites
        return frozenset(cadre.loc[~_rempli(cadre, "siren"), "collectivite_id"].tolist())

    @cached_property
    def porteurs(self) -> dict[str, str]:
        """Territoire → la collectivité qui en exerce les compétences (lui-même, le plus souvent)."""
        cadre = self.collectivites
        porteur = cadre["porteur_id"].where(_rempli(cadre, "porteur_id"), cadre["collectivite_id"])
        return dict(zip(cadre["collectivite_id"].tolist(), porteur.tolist(), strict=True))

    @cached_property
    def portes(self) -> dict[str, list[str]]:
        """Collectivité → les territoires dont elle exerce les compétences, elle-même exclue."""
        cadre, territoires = self.collectivites, defaultdict(list)
        portes = cadre[_rempli(cadre, "porteur_id")]
        for cle, porteur in zip(
            portes["collectivite_id"].tolist(), portes["porteur_id"].tolist(), strict=True
        ):
            territoires[porteur].append(cle)
        return dict(territoires)

    @cached_property
    def types_portes(self) -> set[tuple[str, str]]:
        """(collectivité, type de territoire qu'elle porte) : Paris est commune et département."""
        return {(porteur, territoire.partition("-")[0]) for territoire, porteur in self.porteurs.items()}

    @cached_property
    def codes_communes(self) -> frozenset[str]:
        """Les codes INSEE de communes, actuels et anciens."""
        cadre = self.collectivites
        return frozenset(cadre.loc[cadre["type"] == "commune", "code"].tolist()) | frozenset(self.anciens)

    @cached_property
    def codes_postaux(self) -> frozenset[str]:
        """Tous les codes postaux du référentiel ; aucun s'il ne les donne pas."""
        if "codes_postaux" not in self.collectivites:
            return frozenset()
        return frozenset(c for liste in self.collectivites["codes_postaux"].dropna() for c in liste.split())

    @cached_property
    def epci_de(self) -> dict[str, str]:
        """Commune → son intercommunalité."""
        cadre = self.collectivites
        if "epci" not in cadre:
            return {}
        membres = cadre[_rempli(cadre, "epci")]
        ids, epcis = membres["collectivite_id"].tolist(), membres["epci"].tolist()
        return {c: f"epci-{e}" for c, e in zip(ids, epcis, strict=True)}

    @cached_property
    def anciens(self) -> dict[str, str]:
        """Code qui n'est plus (ou pas) celui d'une commune → code de la commune actuelle."""
        anciens = self.codes_anciens
        return dict(zip(anciens["code"].tolist(), anciens["code_actuel"].tolist(), strict=True))


def _rempli(cadre: pd.DataFrame, colonne: str) -> pd.Series[bool]:
    return cadre[colonne].notna() & (cadre[colonne] != "")


# Un chiffre doublé, réduit à la somme de ses chiffres (7 → 14 → 5).
_DOUBLES = str.maketrans("0123456789", "0246813579")


def is_luhn(chiffres: str) -> bool:
    """Clé de contrôle d'un SIREN ou d'un SIRET."""
    if len(chiffres) == 14 and chiffres.startswith(_SIREN_LA_POSTE):
        return sum(map(int, chiffres)) % 5 == 0
    pairs, impairs = chiffres[-1::-2], chiffres[-2::-2].translate(_DOUBLES)
    return (sum(map(int, pairs)) + sum(map(int, impairs))) % 10 == 0


@dataclass(frozen=True, slots=True)
class Rattachement:
    """Une collectivité trouvée, ou un motif ; `recode` : par un code qui n'est plus en vigueur."""

    collectivite_id: str = ""
    motif: str = ""
    recode: bool = False
    # Un SIREN juste, mais absent du référentiel.
    inconnu: bool = False


def clean_numero(texte: str) -> str:
    """Ce qu'un tableur ajoute à un numéro s'en va : « 33063.0 », « ="33063" », « '33063 », « 3,3063E+04 »."""
    if trouve := _TEXTE_FORCE.match(texte):
        # « ="" » : une cellule vide, écrite en formule.
        texte = trouve[1] or trouve[2] or ""
    if (trouve := _SCIENTIFIQUE.match(texte)) and len(trouve[2]) == int(trouve[3]):
        return trouve[1] + trouve[2]
    return trouve[1] if (trouve := _POINT_ZERO.match(texte)) else texte


def _describe_longueur(texte: str, attendu: str) -> str:
    """Le motif d'un numéro trop court ou trop long ; arrondi par un tableur, il est perdu."""
    return ARRONDI if _SCIENTIFIQUE.match(texte) else attendu


def find_siren(texte: str, referentiel: Referentiel) -> Rattachement:
    """Par SIREN : neuf chiffres, connus du référentiel."""
    siren = _SEPARATEURS.sub("", clean_numero(texte))
    if _is_chiffres(siren, 14):
        return find_siret(siren, referentiel)
    if not _is_chiffres(siren, 9):
        return Rattachement(motif=_describe_longueur(texte, "Un SIREN compte neuf chiffres."))
    if trouve := referentiel.par_siren.get(siren):
        return Rattachement(trouve)
    if not is_luhn(siren):
        return Rattachement(motif="La clé de contrôle de ce SIREN est fausse : un chiffre est erroné.")
    return Rattachement(motif=_motif_inconnu("SIREN", siren), inconnu=True)


def find_siret(texte: str, referentiel: Referentiel) -> Rattachement:
    """Par SIRET : quatorze chiffres, clé juste, dont les neuf premiers sont le SIREN."""
    siret = _SEPARATEURS.sub("", clean_numero(texte))
    if _is_chiffres(siret, 9):
        return find_siren(siret, referentiel)
    if not _is_chiffres(siret, 14):
        return Rattachement(motif=_describe_longueur(texte, "Un SIRET compte quatorze chiffres."))
    if not is_luhn(siret):
        return Rattachement(motif="La clé de contrôle de ce SIRET est fausse : un chiffre est erroné.")
    if trouve := referentiel.par_siren.get(siret[:9]):
        return Rattachement(trouve)
    return Rattachement(motif=_motif_inconnu("SIRET", siret), inconnu=True)


def _motif_inconnu(nom: str, numero: str) -> str:
    """Les SIREN de communes commencent par 21 (Insee, catégorie juridique 7210)."""
    return (FUSIONNEE if numero.startswith("21") else INCONNU).format(nom)


def find_code(texte: str, type_: str, referentiel: Referentiel) -> Rattachement:
    """Par code INSEE et type ; un ancien code mène à la commune actuelle."""
    code = _SEPARATEURS_CODE.sub("", clean_numero(texte)).upper()
    if _is_chiffres(code, 9) or _is_chiffres(code, 14):
        return find_siret(code, referentiel)
    if type_ in {"departement", "region"}:
        return _find_territoire(type_, code, referentiel)
    if type_ in {"epci", "ept"}:
        return Rattachement(motif="Une intercommunalité s'identifie par son SIREN, pas par un code.")
    if not _COMMUNE.match(code):
        return Rattachement(motif=_motif_code(code, type_))
    return _find_commune(code, referentiel)


def _find_territoire(type_: str, code: str, referentiel: Referentiel) -> Rattachement:
    # Le type est dit : « 1 » ne peut être que 01, dont un tableur a perdu le zéro.
    porteur = referentiel.porteurs.get(collectivite_id(type_, code.zfill(2)))
    if porteur:
        return Rattachement(porteur)
    nom = "d'un département" if type_ == "departement" else "d'une région"
    return Rattachement(motif=f"Ce code n'est pas celui {nom} en vigueur.")


def _find_commune(code: str, referentiel: Referentiel) -> Rattachement:
    # Un code de commune déléguée qui est aussi celui d'une commune désigne la commune.
    if porteur := referentiel.porteurs.get(collectivite_id("commune", code)):
        return Rattachement(porteur)
    actuelle = referentiel.anciens.get(code, "")
    if porteur := referentiel.porteurs.get(collectivite_id("commune", actuelle)):
        return Rattachement(porteur, recode=True)
    return Rattachement(motif=_motif_commune_inconnue(code, referentiel))


def _motif_commune_inconnue(code: str, referentiel: Referentiel) -> str:
    motif = "Ce code INSEE n'est celui d'aucune commune, actuelle ou ancienne."
    if not _CORSE.match(code):
        return motif
    corses = [c for c in (f"2A{code[2:]}", f"2B{code[2:]}") if f"commune-{c}" in referentiel.porteurs]
    return f"{motif} En Corse, le code commence par 2A ou 2B : {' ou '.join(corses) or 'à vérifier'}."


def _motif_code(code: str, type_: str) -> str:
    if code.isdecimal() and len(code) == 4:
        return "Un code INSEE compte cinq caractères : un tableur a sans doute perdu le zéro du début."
    if len(code) in {1, 2, 3} and not type_:
        return "Ce code est celui d'un département ou d'une région : précisez le type de la collectivité."
    return "Un code INSEE compte cinq caractères (par exemple 33063 ou 2A004)."


def _is_chiffres(texte: str, nombre: int) -> bool:
    return len(texte) == nombre and texte.isascii() and texte.isdecimal()


def check_type(trouve: str, type_: str, referentiel: Referentiel) -> bool:
    """Vrai si le type déclaré est celui de la collectivité, ou d'un territoire qu'elle porte."""
    return not type_ or (trouve, type_) in referentiel.types_portes


def drop_unknown(rattachements: list[Rattachement], referentiel: Referentiel) -> list[Rattachement]:
    """Un SIREN inconnu ne contredit pas le code d'une collectivité dont le SIREN n'est pas au référentiel."""
    if any(r.collectivite_id in referentiel.sans_siren for r in rattachements):
        return [r for r in rattachements if not r.inconnu]
    return rattachements


def _drop_epci_de(trouves: set[str], type_: str, referentiel: Referentiel) -> list[str]:
    """L'intercommunalité d'une commune, à côté d'elle, ne la contredit pas : la commune répond.

    Sauf si le type dit que c'est l'intercommunalité qui répond.
    """
    epcis = {referentiel.epci_de[c] for c in trouves if c in referentiel.epci_de}
    if type_ in {"epci", "ept"} and epcis & trouves:
        return sorted(epcis & trouves)
    return sorted(trouves - epcis)


def count_codes_postaux(codes: list[str], referentiel: Referentiel) -> int:
    """Nombre de codes postaux d'une colonne qui en est une, 0 sinon.

    Une colonne de codes INSEE n'en contient que de vrais ; une colonne de codes postaux, moins.
    """
    cinq = [c for c in codes if len(c) == 5]
    insee = sum(c in referentiel.codes_communes for c in cinq)
    postaux = sum(c in referentiel.codes_postaux for c in cinq)
    return postaux if postaux >= max(0.8 * len(codes), 3) and postaux > insee + 1 else 0


# Un code INSEE mal tapé tombe rarement sur un code postal : cinq lignes sur mille suffisent à douter.
_PART_DE_POSTAUX = 0.005


def count_postaux_meles(codes: list[str], referentiel: Referentiel) -> int:
    """Nombre de codes postaux qui ne sont le code INSEE d'aucune commune, s'ils font douter des autres."""
    seuls = sum(c in referentiel.codes_postaux and c not in referentiel.codes_communes for c in codes)
    return seuls if seuls > _PART_DE_POSTAUX * len(codes) else 0


def is_ambigu(code: str, referentiel: Referentiel) -> bool:
    """Vrai d'un code INSEE qui est aussi un code postal."""
    return code in referentiel.codes_postaux and code in referentiel.codes_communes


def combine(rattachements: list[Rattachement], type_: str, referentiel: Referentiel) -> Rattachement:
    """Tous les identifiants remplis doivent désigner la même collectivité."""
    if not rattachements:
        return Rattachement(motif=SANS_IDENTIFIANT)
    if len(rattachements) == 1 and not type_ and not rattachements[0].motif:
        return rattachements[0]
    trouves = _drop_epci_de({r.collectivite_id for r in rattachements}, type_, referentiel)
    if len(trouves) > 1:
        return Rattachement(motif=CONTRADICTOIRE.format(" et ".join(trouves)))
    if not check_type(trouves[0], type_, referentiel):
        return Rattachement(motif=CONTRADICTOIRE.format(f"{trouves[0]}, or le type est « {type_} »"))
    return Rattachement(trouves[0], recode=any(r.recode for r in rattachements))
