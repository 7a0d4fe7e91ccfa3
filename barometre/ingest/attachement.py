"""Rattacher chaque ligne à sa collectivité : ses identifiants, et rien à côté qui les contredise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from barometre.domain.formats import format_compte
from barometre.ingest.columns import Plan
from barometre.ingest.concordance import Noms
from barometre.ingest.export import Export
from barometre.ingest.genres import read_type
from barometre.ingest.identity import (
    CODE_AMBIGU,
    CODE_POSTAL,
    Rattachement,
    Referentiel,
    clean_numero,
    combine,
    count_codes_postaux,
    count_postaux_meles,
    drop_unknown,
    find_code,
    find_siren,
    find_siret,
    is_ambigu,
)
from barometre.ingest.labels import clean_label
from barometre.ingest.personal import mask_extrait
from barometre.ingest.sieges import drop_sieges, is_entete_epci, list_indecis
from barometre.ingest.vocabulary import load_vocabulary

_IDENTIFIANTS = ("siren", "siret", "code")
_MIN_DECALEES = 5
DECALEE = (
    "{} lignes sur {} ont un identifiant que « {} » contredit : une des deux colonnes a sans doute glissé, "
    "et celles qui s'accordent ne le doivent peut-être qu'au hasard."
)


def get_colonne(export: Export, plan: Plan, role: str, n: int) -> tuple[str, ...]:
    """Les cellules d'un rôle ; une colonne absente vaut une colonne vide."""
    rang = plan.roles.get(role)
    return export.colonnes[rang] if rang is not None else ("",) * n


def match_collectivites(
    export: Export,
    plan: Plan,
    referentiel: Referentiel,
    rejets: list[tuple[int, int, str]],
    illisibles: list[str],
) -> list[Rattachement]:
    """La collectivité de chaque ligne ; `rejets` reçoit les refus : rang de ligne, de colonne, motif.

    `illisibles` reçoit, en phrases, ce qui est écrit à côté des codes et ne s'y compare pas.
    """
    n = len(export.lignes)
    types = [read_type(t) for t in get_colonne(export, plan, "type", n)]
    chercher, noms = _build_finder(referentiel), Noms(referentiel)
    rattaches = []
    for i, type_ in enumerate(types):
        lus = [
            (rang, chercher(role, texte, type_)) for role, rang, texte in _list_identifiants(export, plan, i)
        ]
        lus = drop_sieges(lus, export.entetes, type_) if len(lus) > 1 else lus
        gardes = drop_unknown([lu for _, lu in lus], referentiel)
        mauvais = [(i, rang, lu.motif) for rang, lu in lus if lu.motif and lu in gardes]
        if not (mauvais or type_) and len(lus) > 1:
            mauvais = [
                (i, *refus)
                for refus in list_indecis(lus, export.entetes, _texte(export, plan, "nom", i), noms)
            ]
        lu = Rattachement() if mauvais else combine(gardes, type_, referentiel)
        rejets += mauvais or ([(i, _premiere_colonne(plan), lu.motif)] if lu.motif else [])
        rattaches.append(lu)
    illisibles += _list_illisibles(export, plan, noms, rattaches)
    return _check_concordance(export, plan, noms, rattaches, rejets)


def _list_illisibles(export: Export, plan: Plan, noms: Noms, rattaches: list[Rattachement]) -> Iterator[str]:
    """Une population, un code postal, un département qui ne se lisent pas ne contrôlent pas le code."""
    for role, rang in _list_temoins(plan):
        lisible = lru_cache(maxsize=None)(partial(noms.is_lisible, role))
        lignes = zip(rattaches, export.colonnes[rang], strict=True)
        vus = [texte for lu, texte in lignes if lu.collectivite_id and texte and not lisible(texte)]
        if vus:
            exemples = ", ".join(f"« {mask_extrait(t, 40)} »" for t in list(dict.fromkeys(vus))[:3])
            cellules = format_compte(len(vus), "cellule non comparable", "cellules non comparables")
            yield f"« {export.entetes[rang]} » : {cellules} ({exemples}) : le code n'y est pas contrôlé."


def _list_identifiants(export: Export, plan: Plan, ligne: int) -> list[tuple[str, int, str]]:
    """Les identifiants remplis d'une ligne : rôle, colonne, texte. « N/A » ou « - » n'en est pas un.

    Rangés par ordre de confiance s'il est déclaré : le premier rempli sert seul.
    """
    remplis = [
        (role, rang, texte)
        for role in _IDENTIFIANTS
        for rang in plan.colonnes_de.get(role, ())
        if (texte := export.colonnes[rang][ligne]) and clean_numero(texte)
    ]
    vides = load_vocabulary().identifiant_vide
    # Un long numéro n'est pas un mot : le nettoyer coûterait autant que le chercher.
    dits = [
        r for r in remplis if (len(r[2]) > 8 and r[2].isdecimal()) or (clean_label(r[2]) or r[2]) not in vides
    ]
    if plan.confiance:
        dits = sorted(dits, key=lambda r: _rang_confiance(plan, r[1]))[:1]
    return dits or remplis


def _rang_confiance(plan: Plan, rang: int) -> int:
    return plan.confiance.index(rang) if rang in plan.confiance else len(plan.confiance)


def _check_concordance(
    export: Export,
    plan: Plan,
    noms: Noms,
    rattaches: list[Rattachement],
    rejets: list[tuple[int, int, str]],
) -> list[Rattachement]:
    """Ce qui est écrit à côté du code (nom, département, population) ne doit pas le contredire."""
    types = get_colonne(export, plan, "type", len(rattaches))
    rattaches = _check_codes_postaux(export, plan, noms, rattaches, rejets)
    controles: dict[str, Callable[..., str]] = {
        "type": noms.check_type,
        "departement": noms.check_departement,
        "region": noms.check_region,
        "population": noms.check_population,
        "code_postal": noms.check_code_postal,
        "nom": noms.check_nom,
    }
    for role, rang in _list_temoins(plan):
        colonne = export.colonnes[rang]
        vus = lru_cache(maxsize=None)(controles[role])
        lignes = _list_nommees(role, export.entetes[rang], colonne, rattaches)
        if role == "nom" and not _is_colonne_de_noms(lignes, noms):
            continue
        motifs: dict[int, str] = {}
        for i, cle, texte in lignes:
            # « Bordeaux » abrège Bordeaux Métropole si le type dit que l'intercommunalité répond.
            dit = (read_type(types[i]) not in {"", "commune"},) if role == "nom" else ()
            if motif := vus(cle, texte, *dit):
                motifs[i] = motif
        rejets += [(i, rang, motif) for i, motif in motifs.items()]
        rejets += _list_decalees([i for i, _, _ in lignes], motifs, rang, export.entetes[rang])
    _check_epcis(export, plan, noms, rattaches, rejets)
    return rattaches


def _list_decalees(
    lignes: list[int], motifs: dict[int, str], rang: int, entete: str
) -> list[tuple[int, int, str]]:
    """Quand la plupart des lignes sont discordantes, celles qui s'accordent le doivent au hasard."""
    if len(motifs) < _MIN_DECALEES or 2 * len(motifs) <= len(lignes):
        return []
    motif = DECALEE.format(len(motifs), len(lignes), entete[:60])
    return [(i, rang, motif) for i in lignes if i not in motifs]


def _check_epcis(
    export: Export,
    plan: Plan,
    noms: Noms,
    rattaches: list[Rattachement],
    rejets: list[tuple[int, int, str]],
) -> None:
    """Une colonne « EPCI », à côté des communes, ne nomme pas une intercommunalité d'ailleurs."""
    for rang in plan.colonnes_de.get("nom", ()):
        if not is_entete_epci(export.entetes[rang]):
            continue
        verifier = lru_cache(maxsize=None)(noms.check_epci)
        for i, (lu, texte) in enumerate(zip(rattaches, export.colonnes[rang], strict=True)):
            if texte and lu.collectivite_id.startswith("commune-"):
                motif = verifier(lu.collectivite_id, texte)
                rejets += [(i, rang, motif)] if motif else []


def _list_temoins(plan: Plan) -> list[tuple[str, int]]:
    """Les colonnes écrites à côté des codes : rôle, colonne."""
    roles = ("type", "departement", "region", "population", "code_postal", "nom")
    return [(role, rang) for role in roles for rang in plan.colonnes_de.get(role, ())]


def _list_nommees(
    role: str, entete: str, colonne: tuple[str, ...], rattaches: list[Rattachement]
) -> list[tuple[int, str, str]]:
    """Les lignes dont cette colonne parle : rang, collectivité, texte.

    « Nom de l'EPCI », à côté d'une commune, nomme une autre collectivité qu'elle ; « Ville », à côté du
    SIREN d'un EPCI, son siège.
    """
    mots = set(clean_label(entete).replace("'", " ").split())
    epci, ville = bool(mots & {"epci", "intercommunalite"}), bool(mots & {"ville", "libgeo"})
    lignes = [
        (i, lu.collectivite_id, texte)
        for i, (lu, texte) in enumerate(zip(rattaches, colonne, strict=True))
        if lu.collectivite_id and texte
    ]
    if role != "nom" or not (epci or ville) or (epci and ville):
        return lignes
    return [ligne for ligne in lignes if ligne[1].startswith("commune-") == ville]


def _is_colonne_de_noms(lignes: list[tuple[int, str, str]], noms: Noms) -> bool:
    """Faux si la colonne nomme des services ou des personnes : elle ne contredit alors rien."""
    nommees = sum(
        noms.is_accord(c, n) or bool(noms.list_homonymes(c, n)) or bool(noms.find_autre_genre(c, n))
        for _, c, n in lignes
    )
    return 2 * nommees >= len(lignes)


def _check_codes_postaux(
    export: Export,
    plan: Plan,
    noms: Noms,
    rattaches: list[Rattachement],
    rejets: list[tuple[int, int, str]],
) -> list[Rattachement]:
    """Une colonne « Code INSEE » remplie de codes postaux est dite telle, en entier."""
    for rang in plan.colonnes_de.get("code", ()):
        codes = [c for c in export.colonnes[rang] if c]
        nombre = count_codes_postaux(codes, noms.referentiel)
        if not nombre:
            rejets += _list_meles(export, plan, noms, rattaches, rang)
            continue
        rejets[:] = [r for r in rejets if r[1] != rang]
        for i in (i for i, c in enumerate(export.colonnes[rang]) if c):
            candidate = noms.find_par_postal(export.colonnes[rang][i], _texte(export, plan, "nom", i))
            rejets.append((i, rang, CODE_POSTAL.format(nombre, len(codes), candidate)))
            rattaches[i] = Rattachement()
    return rattaches


def _list_meles(
    export: Export, plan: Plan, noms: Noms, rattaches: list[Rattachement], rang: int
) -> list[tuple[int, int, str]]:
    """Quelques codes postaux parmi des codes INSEE : ceux qui sont les deux ne se croient pas seuls."""
    codes = export.colonnes[rang]
    remplis = [c for c in codes if c]
    nombre = count_postaux_meles(remplis, noms.referentiel)
    douteuses = [i for i, c in enumerate(codes) if is_ambigu(c, noms.referentiel)] if nombre else []
    return [
        (i, rang, CODE_AMBIGU.format(codes[i], nombre, len(remplis)))
        for i in douteuses
        if len(_list_identifiants(export, plan, i)) == 1
        and not _is_confirmee(rattaches[i].collectivite_id, codes[i], _texte(export, plan, "nom", i), noms)
    ]


def _is_confirmee(cle: str, code: str, nom: str, noms: Noms) -> bool:
    """Vrai si le nom à côté s'accorde au code, ou si c'est aussi le code postal de la même commune."""
    siens = str(noms.get_fait(cle, "codes_postaux") or "").split()
    return not cle or code in siens or bool(nom and noms.is_accord(cle, nom))


def _texte(export: Export, plan: Plan, role: str, ligne: int) -> str:
    rang = plan.roles.get(role)
    return export.colonnes[rang][ligne] if rang is not None else ""


def _premiere_colonne(plan: Plan) -> int:
    return next((plan.roles[role] for role in _IDENTIFIANTS if role in plan.roles), -1)


def _build_finder(referentiel: Referentiel) -> Callable[[str, str, str], Rattachement]:
    @lru_cache(maxsize=200_000)
    def chercher(role: str, texte: str, type_: str) -> Rattachement:
        if role == "siren":
            return find_siren(texte, referentiel)
        return find_siret(texte, referentiel) if role == "siret" else find_code(texte, type_, referentiel)

    return chercher
