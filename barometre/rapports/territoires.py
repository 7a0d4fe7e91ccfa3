"""Les cartes d'un document : la participation, puis un chiffre clé par thème, là où assez de lieux se citent.

Chaque carte est celle de la page Carte (`load_cartes`) : mêmes cellules, mêmes classes, même phrase.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.carte_gardee import CarteAffichee, Dessin, load_cartes
from barometre.catalogue import load_catalogue
from barometre.domain.formats import FINE, format_effectif, format_liste, format_part
from barometre.domain.notes import format_note
from barometre.domain.territoire import FRANCE
from barometre.maps.composition import PLEIN, Carte
from barometre.maps.croquis import Croquis, add_contour, build_croquis, explain_codes
from barometre.maps.legende import Entree
from barometre.rapports.modele import EntreeLegende, Paragraphe, Planche, Section, Vignette
from barometre.views.carte.pseudo_indicateurs import PARTICIPATION
from barometre.views.carte.valeurs import MONTRE
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.comprendre.theme import VueTheme
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.ligne import LigneIndicateur
from barometre.views.lecture.selection import Selection

TITRE = "Dans les territoires"
# En deçà du tiers des lieux, et de deux, une carte ne montre que ce qui manque.
PART_CITABLE, LIEUX_CITABLES = 1 / 3, 2
NOMS = {"region": "régions", "departement": "départements"}
SANS_PARTICIPATION = (
    "Participation : ni assez de départements ni assez de régions dont le taux se dise pour une carte (le "
    "tiers, et deux au moins)."
)
PLUS_FIN = "Les cartes de ce document ne descendent pas sous le département : la page Carte va plus loin."


def build_territoires(gate: Gate, selection: Selection, vues: Sequence[VueTheme]) -> Section:
    """La participation dans tout le pays, le territoire cerné ; puis les thèmes."""
    mention, codes = _situate(gate, selection, vues)
    tete: Planche | Paragraphe = Paragraphe(f"{SANS_PARTICIPATION} {mention}".rstrip())
    for niveau, cernes in (("departement", codes), ("region", frozenset[str]())):
        participation = _load(gate, _choose_participation(niveau, selection, vues))
        if _shows_assez(participation):
            vignette = _build_vignette(gate, participation, "Participation", mention, cernes)
            tete = _build_planche((vignette,), participation.carte)
            break
    niveau = {FRANCE: "region", "zone": "region", "region": "departement"}.get(_get_genre(selection), "")
    suite = _build_themes(gate, niveau, vues) if niveau else (Paragraphe(PLUS_FIN),)
    return Section(TITRE, (tete, *suite))


def _get_genre(selection: Selection) -> str:
    return selection.territoire_id.partition("-")[0]


def _situate(gate: Gate, selection: Selection, vues: Sequence[VueTheme]) -> tuple[str, frozenset[str]]:
    """Le taux du territoire à côté de celui du pays, et les départements à cerner."""
    genre = _get_genre(selection)
    niveau = genre if genre in NOMS else "departement"
    affichee = _load(gate, _choose_participation(niveau, selection, vues))
    reference = affichee.vue.releve.reference
    france = f"France{FINE}: {format_part(reference, 1)}." if reference else ""
    if genre not in NOMS:
        # Dans leurs cadres, un contour couvrirait la couleur des départements d'outre-mer.
        return france, frozenset()
    lieux = affichee.vue.cadre
    ici = lieux[lieux["territoire_id"].eq(selection.territoire_id)].to_dict("records")
    dits = [f"{x['nom']}{FINE}: {x['valeur_texte'] or 'non publié'}{_paren(x['detail'])}." for x in ici]
    departements = gate.list_collectivites(type="departement", cadre=False)
    code = selection.territoire_id.partition("-")[2]
    siens = departements.loc[departements[genre].eq(code), "code"]
    return " ".join(filter(None, (*dits, france))), frozenset(siens)


def _paren(texte: str) -> str:
    return f" ({texte})" if texte else ""


def _choose_participation(niveau: str, selection: Selection, vues: Sequence[VueTheme]) -> ChoixCarte:
    """Celle de la plus récente des vagues du document, tous questionnaires confondus, dans tout le pays."""
    lues = {vue.selection.vague_id for vue in vues}
    vagues = [vague.id for vague in load_catalogue().vagues if vague.id in lues]
    choisie = replace(selection, vague_id=vagues[-1] if vagues else "", territoire_id=FRANCE)
    return ChoixCarte(PARTICIPATION, "", niveau, choisie)


def _build_themes(gate: Gate, niveau: str, vues: Sequence[VueTheme]) -> tuple[Planche | Paragraphe, ...]:
    """Une carte par thème, et les thèmes qui n'en ont pas."""
    trouvees = [(vue.theme.titre, _find_carte(gate, vue, niveau)) for vue in vues]
    cartes = [(theme, *trouvee) for theme, trouvee in trouvees if trouvee]
    vignettes = tuple(
        _build_vignette(gate, affichee, theme, _describe_ensemble(ligne)) for theme, ligne, affichee in cartes
    )
    tus = [lower_initiale(theme) for theme, trouvee in trouvees if trouvee is None]
    planche = (_build_planche(vignettes, cartes[0][2].carte),) if cartes else ()
    return (*planche, *((Paragraphe(_explain_tus(tus, niveau, tous=not cartes)),) if tus else ()))


def _build_planche(vignettes: tuple[Vignette, ...], carte: Carte) -> Planche:
    codes = explain_codes(carte)
    dits = f" {codes}." if codes else ""
    lecture = f"Entre parenthèses, le nombre de territoires.{dits}"
    return Planche(vignettes, f"Contours{FINE}: {carte.source}.", lecture)


def _find_carte(gate: Gate, vue: VueTheme, niveau: str) -> tuple[LigneIndicateur, CarteAffichee] | None:
    """Le premier chiffre clé citable du thème dont assez de lieux se citent aussi."""
    for ligne in vue.cles:
        if ligne.chiffre.citable and ligne.indicateur.est_part:
            affichee = _load(gate, ChoixCarte(ligne.indicateur.id, vue.theme.id, niveau, vue.selection))
            if _shows_assez(affichee):
                return ligne, affichee
    return None


def _load(gate: Gate, choix: ChoixCarte) -> CarteAffichee:
    return load_cartes(gate, (choix,), Dessin())[0]


def _shows_assez(affichee: CarteAffichee) -> bool:
    carte = affichee.carte
    return not affichee.vue.est_vide and _count_citables(carte) >= _compute_assez(len(carte.lieux))


def _count_citables(carte: Carte) -> int:
    return int(carte.lieux["etat"].eq(MONTRE).sum())


def _compute_assez(lieux: int) -> float:
    return max(lieux * PART_CITABLE, LIEUX_CITABLES)


def _build_vignette(
    gate: Gate, affichee: CarteAffichee, theme: str, mention: str, codes: Collection[str] = ()
) -> Vignette:
    carte = affichee.carte
    croquis = memoire.get_vue(gate, _sketch, affichee.choix)
    if codes:
        croquis = add_contour(croquis, carte, codes)
    legende = tuple(_list_legende(carte))
    dite = " ; ".join(entree.texte for entree in legende)
    return Vignette(
        theme=theme,
        titre=affichee.vue.titre,
        phrase=carte.phrase,
        mention=mention,
        alt=f"{carte.nom} {mention} Légende{FINE}: {dite}.",
        legende=legende,
        croquis=croquis.svg,
        proportion=croquis.proportion,
    )


def _sketch(gate: Gate, choix: tuple[ChoixCarte, ...]) -> Croquis:
    """Le dessin d'une carte, le même pour tous les territoires qui s'y cernent."""
    return build_croquis(load_cartes(gate, choix, Dessin())[0].carte)


def _list_legende(carte: Carte) -> Iterator[EntreeLegende]:
    """Chaque entrée et ses lieux : ceux que l'on cite par classe, les indicatifs et les absents à part."""
    for entree in carte.legende.entrees:
        texte = f"{entree.libelle.partition(' (la raison')[0]} ({_count_lieux(carte, entree)})"
        yield EntreeLegende(entree.couleur, entree.motif, texte)


def _count_lieux(carte: Carte, entree: Entree) -> int:
    lieux = carte.lieux
    if entree.rang < 0:
        return int(lieux["motif"].eq(entree.motif).sum())
    return int((lieux["motif"].eq(PLEIN) & lieux["rang"].eq(entree.rang)).sum())


def _describe_ensemble(ligne: LigneIndicateur) -> str:
    """« Ensemble : 24 % (2 120 réponses, note A). » : le chiffre clé que la carte découpe."""
    texte, n = ligne.get_texte("redresse"), format_effectif(ligne.chiffre.n, "réponse")
    note = format_note(ligne.chiffre.note, simulee=ligne.contexte.simulee)
    return f"Ensemble{FINE}: {texte} ({n}, {note})."


def _explain_tus(themes: Sequence[str], niveau: str, *, tous: bool) -> str:
    raison = f"faute d’assez de {NOMS[niveau]} où un chiffre clé se cite (le tiers, et deux au moins)"
    if tous:
        return f"Aucun thème n’a de carte, {raison}."
    return f"Sans carte, {raison}{FINE}: {format_liste(list(themes))}."
