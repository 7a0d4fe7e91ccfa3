"""Ce qui appelle une action : chaque alerte porte sa règle, sa preuve, depuis quand, quoi faire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from barometre.access import Gate
from barometre.catalogue.alertes import RegleAlerte
from barometre.catalogue.fonds import load_fonds
from barometre.catalogue.model import Catalogue
from barometre.catalogue.objectifs import Objectif
from barometre.domain.enquete import Vague
from barometre.domain.formats import (
    format_compte,
    format_date,
    format_effectif,
    format_guillemets,
    format_liste,
    format_nombre,
    format_part,
    format_points,
)
from barometre.domain.notes import format_note
from barometre.domain.provenance import Provenance
from barometre.stats.hypergeom import compute_cdf
from barometre.views.donnees.methode import describe_age
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.chiffres import Chiffre
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.place import count_months
from barometre.views.lecture.provenance import build_provenance_lecture
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau
from barometre.views.piloter.evolutions import build_vue_evolutions
from barometre.views.piloter.objectifs import EN_RETARD, build_vue_objectifs

# Le hasard d'une collecte identique ne doit pas suffire à alerter (test unilatéral de deux proportions).
NIVEAU = 0.001
CHANGEMENT = "indicateur_bouge"
# Une carte de l'accueil : au-delà, la page Alertes.
CHANGEMENTS_DITS = 3
LIGNES_ECARTEES, PROJETS_ECARTES = 10, 3
COLONNES = ("alerte", "preuve", "depuis", "action", "regle")
Regles = Mapping[str, RegleAlerte]


@dataclass(frozen=True, slots=True)
class Alerte:
    """Un fait établi qui appelle une action."""

    regle: RegleAlerte
    fait: str
    depuis: str
    # La vague d'avant, quand le fait en compare deux.
    avant: str = ""


@dataclass(frozen=True, slots=True)
class VueAlertes:
    """Toutes les alertes du jour, dans l'ordre des règles."""

    alertes: tuple[Alerte, ...]
    regles: tuple[RegleAlerte, ...]
    provenance: Provenance

    @property
    def a_retenir(self) -> str:
        """Combien, et de quelles règles."""
        if not self.alertes:
            return "Aucune alerte : aucune règle n’a de quoi se prouver aujourd’hui."
        par_regle: dict[str, list[Alerte]] = {}
        for alerte in self.alertes:
            par_regle.setdefault(alerte.regle.titre, []).append(alerte)
        dits = (f"{lower_initiale(titre)} {_count(siennes)}" for titre, siennes in par_regle.items())
        return f"{format_compte(len(self.alertes), 'alerte')} : {' ; '.join(dits)}."

    @property
    def phrase_changements(self) -> str:
        """Ce qui a bougé au-delà du hasard, les premiers en entier, combien d'autres, et depuis quand."""
        bouges = [a for a in self.alertes if a.regle.id == CHANGEMENT]
        if not bouges:
            return "Aucun changement au-delà du hasard."
        faits, restants = [a.fait for a in bouges[:CHANGEMENTS_DITS]], len(bouges) - CHANGEMENTS_DITS
        suite = f" ; {format_compte(restants, 'autre')} dans les alertes" if restants > 0 else ""
        return f"{' '.join(faits)} Depuis {_list_avants(bouges)}{suite}."

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau de lecture, et celui qui se télécharge."""
        lignes = [(a.regle.titre, a.fait, a.depuis, a.regle.action, a.regle.id) for a in self.alertes]
        return build_tableau(lignes, COLONNES)


def _count(alertes: Sequence[Alerte]) -> str:
    """« (6), depuis la première vague (novembre 2023) » : un mouvement sans son départ ne dit rien."""
    avants = _list_avants(alertes)
    return f"({len(alertes)}), depuis {avants}" if avants else f"({len(alertes)})"


def _list_avants(alertes: Sequence[Alerte]) -> str:
    """« la première vague (novembre 2023) ou la deuxième vague (février 2024) » ; vide si rien ne compare."""
    avants = dict.fromkeys(a.avant for a in alertes if a.avant)
    return format_liste([f"la {lower_initiale(avant)}" for avant in avants], "ou")


def build_vue_alertes(
    gate: Gate, catalogue: Catalogue, regles: Regles, objectifs: Sequence[Objectif], jour: date
) -> VueAlertes:
    """Chaque règle interrogée, sur ce que la portée peut lire."""
    alertes = (
        *_check_participation(gate, catalogue, regles["participation_baisse"], jour),
        *_check_changes(gate, catalogue, regles[CHANGEMENT], jour),
        *_check_objectifs(gate, catalogue, regles["objectif_en_retard"], objectifs),
        *_check_notes(gate, catalogue, regles["note_perdue"], jour),
        *_check_sources(gate, regles["source_perimee"], jour),
        *_check_closings(catalogue, regles["questionnaire_ferme"], jour),
        *_check_obligations(catalogue, regles["obligation_proche"], jour),
        *_check_quarantaine(gate, catalogue, regles["quarantaine_forte"]),
        *_check_quarantaine_fonds(gate, regles["quarantaine_fonds"]),
    )
    provenance = build_provenance_lecture(Lecture(gate, catalogue, Selection()), "Alertes", "alertes", [])
    return VueAlertes(alertes, tuple(regles.values()), replace(provenance, jour=jour))


# Une perte d'effectif qu'une collecte identique donne moins d'une fois sur cent.
Z_PERTE = 2.33


def is_real_fall(avant: int, apres: int, cadre: int, seuil: float) -> bool:
    """Vrai si la participation a perdu au moins `seuil`, et que le hasard ne l'explique pas.

    Test exact conditionnel de deux proportions : sachant le total, `apres` suit une loi hypergéométrique.
    """
    if not avant or apres > (1 - seuil) * avant:
        return False
    return compute_cdf(apres, 2 * cadre, avant + apres, cadre) < NIVEAU


def is_real_loss(avant: Chiffre, apres: Chiffre | None, seuil: float) -> bool:
    """Vrai si un chiffre citable ne l'est plus, faute de réponses et non d'un cheveu ni du hasard.

    À même collecte, deux effectifs s'écartent de plus de `Z_PERTE` fois la racine de leur somme une fois sur
    cent ; un effectif efficace varie moins encore.
    """
    if not avant.citable or avant.n_eff is None:
        return False
    if apres is None or not apres.montre or apres.n_eff is None:
        return True
    chute = avant.n_eff - apres.n_eff
    hasard = Z_PERTE * float(np.sqrt(avant.n_eff + apres.n_eff))
    return not apres.citable and chute >= seuil * avant.n_eff and chute > hasard


def _list_paires(gate: Gate, catalogue: Catalogue, jour: date) -> Iterator[tuple[str, str, str]]:
    """Thème, dernière vague qui l'a posé et reçu des réponses, et celle d'avant.

    Une vague à venir, ou pas encore chargée, n'a rien perdu ; une collecte en cours n'a pas fini de monter.
    """
    for theme in catalogue.themes:
        posees = [v for v in catalogue.vagues if theme.id in v.questionnaires]
        derniere = gate.get_derniere_vague(theme.id)
        rang = next((i for i, v in enumerate(posees) if v.id == derniere), 0)
        if rang and not _is_en_cours(posees[rang], jour):
            yield theme.id, posees[rang - 1].id, derniere


def _is_en_cours(vague: Vague, jour: date) -> bool:
    """Vrai si sa clôture est connue, et à venir ; sans date de clôture, ses réponses sont toutes là."""
    return vague.fermeture is not None and vague.fermeture >= jour


def _check_participation(
    gate: Gate, catalogue: Catalogue, regle: RegleAlerte, jour: date
) -> Iterator[Alerte]:
    comptes = gate.count_participations("vague_id", "questionnaire_id")
    nombres = comptes.set_index(["vague_id", "questionnaire_id"])["questionnaires"]
    cadre = len(gate.list_collectivites())
    for theme_id, v1, v2 in _list_paires(gate, catalogue, jour):
        avant, apres = (int(nombres.get((v, theme_id), 0)) for v in (v1, v2))
        if apres and is_real_fall(avant, apres, cadre, regle.seuil):
            fait = (
                f"{catalogue.get_theme(theme_id).titre} : {format_effectif(avant, 'réponse')}, puis "
                f"{format_nombre(apres)} ({format_part((avant - apres) / avant)} de moins)."
            )
            yield _build_comparee(catalogue, regle, fait, v1, v2)


def _check_changes(gate: Gate, catalogue: Catalogue, regle: RegleAlerte, jour: date) -> Iterator[Alerte]:
    for theme_id, v1, v2 in _list_paires(gate, catalogue, jour):
        vue = build_vue_evolutions(gate, catalogue, theme_id, Selection(v2), composition=False)
        for c in vue.montres:
            if c.indicateur.cle and c.demontre:
                titre, bouge = format_guillemets(c.indicateur.titre), f"{format_points(c.ecart)}, {c.texte}"
                fait = f"{titre} : {bouge} (intervalle : {c.intervalle})."
                yield _build_comparee(catalogue, regle, fait, v1, v2)


def _check_objectifs(
    gate: Gate, catalogue: Catalogue, regle: RegleAlerte, objectifs: Sequence[Objectif]
) -> Iterator[Alerte]:
    for etat in build_vue_objectifs(gate, catalogue, objectifs).etats:
        if etat.etat == EN_RETARD and etat.chiffre is not None:
            exemple = " Objectif d’exemple : aucun n’a été publié." * etat.objectif.exemple
            vagues = etat.objectif.depart, etat.chiffre.vague_id
            # La vague d'où part le chemin n'est pas celle depuis laquelle l'objectif est en retard.
            yield replace(_build_comparee(catalogue, regle, f"{etat.phrase}{exemple}", *vagues), avant="")


def _check_notes(gate: Gate, catalogue: Catalogue, regle: RegleAlerte, jour: date) -> Iterator[Alerte]:
    simulee = gate.get_version().simulee
    for theme_id, v1, v2 in _list_paires(gate, catalogue, jour):
        cles = [i for i in catalogue.list_indicateurs(theme_id, origine="declare") if i.cle]
        cellules = read_cellules(gate, [i.id for i in cles], Selection(), vague_id=[v1, v2])
        par_vague = {(c.indicateur_id, c.vague_id): c for c in cellules.values()}
        for indicateur in cles:
            avant, apres = (par_vague.get((indicateur.id, v)) for v in (v1, v2))
            if avant is not None and is_real_loss(avant, apres, regle.seuil):
                montree = apres is not None and apres.montre
                suite = format_note(apres.note, simulee=simulee) if apres and montree else "non publié"
                note = format_note(avant.note, simulee=simulee)
                fait = f"{format_guillemets(indicateur.titre)} : {note} ; puis {suite}."
                yield _build_comparee(catalogue, regle, fait, v1, v2)


def _check_sources(gate: Gate, regle: RegleAlerte, jour: date) -> Iterator[Alerte]:
    for ligne in gate.list_sources().to_dict("records"):
        texte = str(ligne["date"])
        mois = count_months(texte, jour)
        if ligne["etat"] in ("chargee", "gardee") and mois is not None and mois > regle.seuil:
            fait = f"{ligne['titre']} : {describe_age(texte, jour)}."
            yield Alerte(regle, fait, format_date(texte))


def _check_quarantaine(gate: Gate, catalogue: Catalogue, regle: RegleAlerte) -> Iterator[Alerte]:
    """Ce qu'un import a mis de côté : la part d'un petit fichier ne prouve rien, d'où dix lignes au moins."""
    for lot in gate.count_quarantaine().to_dict("records"):
        titre = catalogue.get_theme(str(lot["questionnaire_id"])).titre
        if fait := _describe_ecartees(titre, lot, regle, LIGNES_ECARTEES):
            yield Alerte(regle, fait, _name(catalogue, str(lot["vague_id"])))


def _check_quarantaine_fonds(gate: Gate, regle: RegleAlerte) -> Iterator[Alerte]:
    """Un « TOTAL » ou une note sous le tableau s'écartent de toute liste : trois lignes sont autre chose."""
    for lot in gate.count_quarantaine_fonds().to_dict("records"):
        titre = next((f.titre for f in load_fonds() if f.id == lot["fonds_id"]), str(lot["fonds_id"]))
        if fait := _describe_ecartees(titre, lot, regle, PROJETS_ECARTES):
            yield Alerte(regle, fait, format_date(lot["importe_le"]))


def _describe_ecartees(titre: str, lot: Mapping[Any, Any], regle: RegleAlerte, au_moins: int) -> str:
    """« Inclusion : 22 lignes en quarantaine sur 400 (6 %). » ; vide sous l'un des deux seuils."""
    lus, ecartees = int(lot["lus"]), int(lot["quarantaine"])
    if ecartees < au_moins or ecartees < regle.seuil * lus:
        return ""
    lignes = format_compte(ecartees, "ligne")
    return f"{titre} : {lignes} en quarantaine sur {format_nombre(lus)} ({format_part(ecartees / lus)})."


def _check_closings(catalogue: Catalogue, regle: RegleAlerte, jour: date) -> Iterator[Alerte]:
    limite = jour + timedelta(days=regle.seuil)
    for vague in catalogue.vagues:
        if vague.fermeture is not None and jour <= vague.fermeture <= limite:
            jours = (vague.fermeture - jour).days
            fait = f"{vague.titre} : ferme dans {format_compte(jours, 'jour')}."
            yield Alerte(regle, fait, format_date(vague.fermeture))


def _check_obligations(catalogue: Catalogue, regle: RegleAlerte, jour: date) -> Iterator[Alerte]:
    limite = jour + timedelta(days=regle.seuil)
    for seuil in catalogue.seuils:
        if seuil.depuis is not None and jour < seuil.depuis <= limite:
            yield Alerte(regle, f"{seuil.titre}.", format_date(seuil.depuis))


def _build_comparee(catalogue: Catalogue, regle: RegleAlerte, fait: str, v1: str, v2: str) -> Alerte:
    """Un fait entre deux vagues : les deux se disent."""
    avant, apres = _name(catalogue, v1), _name(catalogue, v2)
    entre = f"Entre la {lower_initiale(avant)} et la {lower_initiale(apres)}"
    return Alerte(regle, fait, entre, avant)


def _name(catalogue: Catalogue, vague_id: str) -> str:
    return next(v.titre for v in catalogue.vagues if v.id == vague_id)
