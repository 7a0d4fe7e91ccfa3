"""Un chiffre par groupe : un point, son intervalle, et la marque du brut (ou du redressé) à côté."""

from __future__ import annotations

from barometre.charts.cadre import build_table, has_compares, list_faits
from barometre.charts.marques import (
    AXE_PARTS,
    DOUTEUX,
    LEGENDE_BORNES,
    PLEIN,
    Axe,
    Marques,
    Rang,
    build_marques,
)
from barometre.charts.phrases import build_phrase
from barometre.domain.cadre import Cadre, LigneCadre, mask_cachees
from barometre.domain.formats import BORNES, format_effectif, format_nombre
from barometre.domain.indicateur import Indicateur
from barometre.domain.notes import explain_lettres

_DOUTE = "○ et pointillé : indicatif, à ne pas citer."
LEGENDES = {
    "redresse": f"● chiffre redressé ; bande : son intervalle ; trait gris : chiffre brut ; {_DOUTE}",
    "brut": f"● chiffre brut ; bande : intervalle du chiffre redressé, en trait gris ; {_DOUTE}",
}
LEGENDE_COMPARES = (
    "▲ ▼ : au-dessus ou en dessous de l’ensemble, d’après un test à 95 % (doublé : à 99,8 %) ; "
    "= : pas d’écart démontré."
)
LEGENDE_CHANGEMENT = "▲ ▼ : au-delà du hasard ; = : le test ne tranche pas ; – : rien à comparer."


def build_points(
    cadre: Cadre,
    indicateur: Indicateur,
    *,
    titre: str,
    tete: str = "groupe",
    valeur: str = "redresse",
    complement: str = "",
    changements: str = "",
    simulee: bool = False,
) -> Marques:
    """Une ligne par groupe.

    `complement` : une phrase à dire après celle du graphique. `changements` : le titre, à l'écran, de la
    colonne `changement` du cadre, quand il en a une.
    """
    propre = mask_cachees(cadre)
    rangs = tuple(_build_rang(ligne, valeur, simulee=simulee) for ligne in propre)
    axe = _build_axe(propre, indicateur)
    html = build_marques(rangs, axe, titre, colonnes=changements)
    phrase = " ".join(filter(None, [build_phrase(propre, valeur), complement]))
    compares = LEGENDE_COMPARES if has_compares(propre) else ""
    bornes = LEGENDE_BORNES if any(rang.borne for rang in rangs) else ""
    # Dans la légende même : une image part sans sa page, et un signe muet s'y lirait de travers.
    bouge = f"{changements} : {LEGENDE_CHANGEMENT}" if changements else ""
    dites = (LEGENDES[valeur], bornes, compares, explain_lettres(simulee=simulee), bouge)
    legende = " ".join(filter(None, dites))
    table = build_table(propre, indicateur, tete)
    if changements:
        table["changement_lu"] = [ligne.changement for ligne in propre]
    return Marques(html, phrase, table, f"{titre}. {phrase}", legende, rangs, axe, changements)


def _build_rang(ligne: LigneCadre, valeur: str, *, simulee: bool) -> Rang:
    # « = non démontré » : le signe suffit à l'œil, que la légende instruit.
    signe, _, mots = ligne.changement.partition(" ")
    muet = signe not in ("▲", "▼")
    if not ligne.montre:
        return Rang(ligne.groupe, raison=ligne.raison)
    autre = "brut" if valeur == "redresse" else "redresse"
    borne = ligne.plafond if ligne.plafond in BORNES else ""
    return Rang(
        ligne.groupe,
        valeur=ligne.get_texte(valeur),
        effectif=format_effectif(ligne.n, "réponse"),
        suite=" · ".join(filter(None, (ligne.note, ligne.marque))),
        changement=signe if muet else f"{signe} {mots}",
        changement_dit=mots if muet else "",
        point=ligne.get_valeur(valeur),
        bas=ligne.bas,
        haut=ligne.haut,
        # Brut et redressé d'une même borne se confondent.
        repere=None if borne else ligne.get_valeur(autre),
        trait=DOUTEUX if ligne.note == "C" else PLEIN,
        borne=borne,
        survol="\n".join(list_faits(ligne, simulee=simulee)),
    )


def _build_axe(lignes: Cadre, indicateur: Indicateur) -> Axe:
    if indicateur.est_part:
        return AXE_PARTS
    connues = [nombre for x in lignes for nombre in (x.haut, x.brut, x.redresse)]
    plafond = max([v for v in connues if v is not None], default=0.0) * 1.08 or 1.0
    # Trois repères : zéro, le milieu, le bout.
    reperes = (0.0, plafond / 2, plafond)
    return Axe(0, plafond, tuple((r, format_nombre(r, 0 if plafond >= 10 else 1)) for r in reperes))
