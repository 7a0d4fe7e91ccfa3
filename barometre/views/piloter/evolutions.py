"""Ce qui a bougé d'une vague à l'autre : ce que le test démontre, et ce qui vient de qui a répondu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import (
    FINE,
    format_compte,
    format_guillemets,
    format_points,
    is_absent,
)
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.stats.decomposition import Decomposition, decompose
from barometre.views.comprendre.evolution import AUCUN, BAISSE, HAUSSE, read_tests
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.chiffres import STRUCTURE, Chiffre, Cle, format_cellule
from barometre.views.lecture.citation import get_raison
from barometre.views.lecture.groupes_compares import is_hors_zero, name_premiers
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.provenance import build_provenance_lecture
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau, to_pourcent

NON_PUBLIABLE = "Non publiable : trop peu de réponses à l’une des deux vagues."
NON_TESTE = (
    "Non testé : un changement se teste pour la France, ses types et ses tailles, et par région, pour toutes "
    "les collectivités ou pour les communes."
)
# La part des répondantes de tailles cachées au-delà de laquelle « qui a répondu » ne se calcule plus.
RESTE = 0.2
# Sous deux points, un effet de composition ne se distingue pas des arrondis : les parts sont entières.
EFFET = 0.02
SEUL_DEMONTRE = " : l’intervalle exclut zéro, le test d’ensemble non"
# Le début des identifiants de territoire dont la construction teste les changements.
TERRITOIRES_TESTES = ("france", "region-")
REFORMULEE = (
    "La question a changé de mots entre les deux vagues\u202f: les deux chiffres ne se comparent pas."
)
PRECAUTION = (
    "Un changement n’est écrit que si le test le démontre, toutes les comparaisons du thème tenues ensemble. "
    "Les répondantes ne sont pas les mêmes d’une vague à l’autre : une part du mouvement peut venir de là."
)
COLONNES = (
    "titre", "avant", "apres", "changement", "changement_bas", "changement_haut", "verdict",
    "effet_composition", "effet_pratiques", "remarque",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changement:
    """Un indicateur aux deux vagues ; rien d'autre que son titre quand l'une des deux se cache."""

    indicateur: Indicateur
    avant: Chiffre | None = None
    apres: Chiffre | None = None
    ecart: float = 0.0
    bas: float = 0.0
    haut: float = 0.0
    mot: str = ""
    decomposition: Decomposition | None = None
    raison: str = NON_PUBLIABLE
    # Le mot du test quand les deux vagues sont redressées de la même façon ; vide si elles le sont déjà.
    mot_meme_methode: str = ""

    @property
    def montre(self) -> bool:
        """Vrai si les deux chiffres et leur écart se montrent."""
        return bool(self.mot)

    @property
    def demontre(self) -> bool:
        """Vrai si le test démontre une hausse ou une baisse."""
        return self.mot in (HAUSSE, BAISSE)

    @property
    def exclut_zero(self) -> bool:
        """Vrai si l'intervalle, tel qu'il se lit, est tout d'un côté de zéro."""
        return self.montre and is_hors_zero(self.bas, self.haut)

    @property
    def depend_de_la_methode(self) -> bool:
        """Vrai si redresser les deux vagues de la même façon change le verdict."""
        return self.montre and self.mot_meme_methode not in ("", self.mot)

    @property
    def intervalle(self) -> str:
        """« de −3 à +7 points »."""
        if not self.montre:
            return ""
        return f"de {format_points(self.bas).split()[0]} à {format_points(self.haut)}"

    @property
    def texte(self) -> str:
        """« +6 points, hausse au-delà du hasard », ou pourquoi rien n'est dit."""
        if not self.montre:
            return self.raison
        dit = f"{self.mot} au-delà du hasard" if self.demontre else AUCUN
        if self.exclut_zero and not self.demontre:
            dit = f"{AUCUN}{SEUL_DEMONTRE}"
        if not self.depend_de_la_methode:
            return dit
        return f"{dit} ; redressées de la même façon\u202f: {self.mot_meme_methode}"


@dataclass(frozen=True, slots=True)
class VueEvolutions:
    """Un thème entre deux vagues qui se suivent, pour une sélection."""

    theme_id: str
    avant: str
    apres: str
    champ: str
    changements: tuple[Changement, ...]
    provenance: Provenance
    absence: str = ""

    @property
    def montres(self) -> tuple[Changement, ...]:
        """Ceux dont on peut dire quelque chose."""
        return tuple(c for c in self.changements if c.montre)

    @property
    def phrase(self) -> str:
        """Ce qu'il faut retenir : l'absence de preuve se dit aussi fort qu'une hausse."""
        if self.absence:
            return self.absence
        if not self.montres:
            return "Aucun changement ne peut être mesuré : trop peu de réponses à l’une des deux vagues."
        hausses = [c for c in self.montres if c.mot == HAUSSE]
        baisses = [c for c in self.montres if c.mot == BAISSE]
        stables = len(self.montres) - len(hausses) - len(baisses)
        faits = [_count(hausses, "hausse"), _count(baisses, "baisse")]
        dits = " et ".join(f for f in faits if f) or "Aucun changement au-delà du hasard"
        sans = f"{format_compte(stables, 'indicateur')} sans changement démontré"
        avant, apres = lower_initiale(self.avant), lower_initiale(self.apres)
        return f"{dits} ; {sans}, entre la {avant} et la {apres}."

    @property
    def phrase_ensemble(self) -> str:
        """Pourquoi un intervalle tout d'un côté de zéro ne suffit pas ; vide s'il n'y en a pas."""
        seuls = [c for c in self.montres if c.exclut_zero and not c.demontre]
        if not seuls:
            return ""
        qui = name_premiers([c.indicateur.titre for c in seuls])
        return (
            f"Pour {qui}, le mouvement paraît net, pris seul (l’intervalle exclut zéro), mais il n’est pas "
            "démontré\u202f: à côté de toutes les comparaisons du thème (questions, tailles, régions), "
            "le hasard suffit, ou celles qui ont répondu aux deux vagues ont bougé dans l’autre sens."
        )

    @property
    def phrase_methode(self) -> str:
        """Combien de verdicts dépendent d'un redressement changé entre les vagues ; vide sans changement."""
        if not any(c.mot_meme_methode for c in self.montres):
            return ""
        dependent = [c for c in self.montres if c.depend_de_la_methode]
        debut = (
            "Les deux vagues n’ont pas les mêmes variables de redressement\u202f; refaites de la même façon,"
        )
        if not dependent:
            return f"{debut} aucun verdict ne change."
        noms = " et ".join(format_guillemets(c.indicateur.titre) for c in dependent[:2])
        return f"{debut} {format_compte(len(dependent), 'verdict change', 'verdicts changent')}, dont {noms}."

    @property
    def phrase_composition(self) -> str:
        """Combien de changements bruts viennent surtout de qui a répondu."""
        connues = [c for c in self.montres if c.decomposition is not None]
        surtout = [c for c in connues if c.decomposition and _is_composition(c.decomposition)]
        if not surtout:
            debut = "Aucun changement brut ne vient surtout, et pour plus de deux points, de qui a répondu"
            return f"{debut} ; le détail est dans le tableau."
        noms = " et ".join(format_guillemets(c.indicateur.titre) for c in surtout[:2])
        compte = format_compte(len(connues), "changement brut", "changements bruts")
        verbe = "vient" if len(surtout) == 1 else "viennent"
        lien = ", dont " if len(surtout) > 2 else f"{FINE}: "
        debut = f"Sur {compte}, {len(surtout)} {verbe} surtout, et pour plus de deux points, de qui a répondu"
        return f"{debut}{lien}{noms} ; le détail est dans le tableau."

    @property
    def cadre(self) -> pd.DataFrame:
        """Le cadre du graphique des écarts (`charts.ecarts`)."""
        return pd.DataFrame([_to_ligne(c) for c in self.changements])

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau de lecture, et celui qui se télécharge."""
        return build_tableau((_to_rang(c) for c in self.changements), COLONNES)


def build_vue_evolutions(
    gate: Gate, catalogue: Catalogue, theme_id: str, selection: Selection, *, composition: bool = True
) -> VueEvolutions:
    """Les parts du thème, de la vague qui précède à celle de la sélection.

    Sans `composition`, ce qui vient de qui a répondu n'est pas cherché : ses cellules par taille coûtent
    plus que tout le reste.
    """
    posees = [v.id for v in catalogue.vagues if theme_id in v.questionnaires]
    apres = selection.vague_id if selection.vague_id in posees else (posees or [""])[-1]
    lecture = Lecture(gate, catalogue, replace(selection, vague_id=apres))
    indicateurs = [i for i in catalogue.list_indicateurs(theme_id, origine="declare") if i.est_part]
    precedentes = posees[: posees.index(apres)] if apres in posees else []
    titre = f"Évolution, {lecture.contexte.champ}"
    vue = VueEvolutions(
        theme_id,
        lecture.libelles.get_titre_vague(precedentes[-1]) if precedentes else "",
        lecture.contexte.vague,
        lecture.contexte.champ,
        (),
        build_provenance_lecture(lecture, titre, f"evolution_{theme_id}", indicateurs),
    )
    if not precedentes:
        absence = f"{lecture.contexte.vague} : ce thème n’avait pas été posé avant, rien à comparer."
        return replace(vue, absence=absence)
    if not selection.territoire_id.startswith(TERRITOIRES_TESTES):
        return replace(vue, absence=f"{lecture.contexte.champ} : {lower_initiale(NON_TESTE)}")
    changements = _build_changements(lecture, indicateurs, precedentes[-1], composition=composition)
    return replace(vue, changements=changements, provenance=_add_precaution(vue.provenance))


def _add_precaution(provenance: Provenance) -> Provenance:
    return replace(provenance, precautions=(*provenance.precautions, PRECAUTION))


def _build_changements(
    lecture: Lecture, indicateurs: Sequence[Indicateur], avant: str, *, composition: bool
) -> tuple[Changement, ...]:
    selection = lecture.selection
    paires = (avant, selection.vague_id)
    tests = read_tests(lecture.gate, [i.id for i in indicateurs], selection, *paires)
    cellules = read_cellules(lecture.gate, [i.id for i in indicateurs], selection, vague_id=list(paires))
    strates = _read_strates(lecture, indicateurs, paires) if composition else {}
    changements = [
        Changement(i, raison=REFORMULEE)
        if lecture.catalogue.is_reformule(i, *paires)
        else _build(i, tests.get(i.id), cellules, selection, paires)
        for i in indicateurs
    ]
    complets = [replace(c, decomposition=_decompose(c, strates, paires)) for c in changements]
    return tuple(sorted(complets, key=_order))


def _build(
    indicateur: Indicateur,
    test: dict[Any, Any] | None,
    cellules: Mapping[Cle, Chiffre],
    selection: Selection,
    paires: tuple[str, str],
) -> Changement:
    s = selection
    cles = [(indicateur.id, v, s.territoire_id, s.type_effectif, s.strate, s.couverture) for v in paires]
    avant, apres = (cellules.get(cle) for cle in cles)
    if test is None or avant is None or apres is None or not (avant.montre and apres.montre):
        return Changement(indicateur, raison=_explain(indicateur, avant, apres))
    return Changement(
        indicateur,
        avant,
        apres,
        float(test["changement"]),
        float(test["bas"]),
        float(test["haut"]),
        str(test["verdict"]),
        mot_meme_methode=_read_mot(test.get("verdict_meme_methode")),
    )


def _read_mot(valeur: object) -> str:
    return "" if valeur is None or is_absent(valeur) else str(valeur)


def _explain(indicateur: Indicateur, *chiffres: Chiffre | None) -> str:
    """Un refus à structure égale nomme la tranche qui manque ; tout autre se dit sans rien en dire."""
    refus = (c.etat for c in chiffres if c is not None and c.etat.startswith(STRUCTURE))
    assez = all(c is not None and c.montre and not c.est_brut for c in chiffres)
    return next((get_raison(etat, indicateur) for etat in refus), NON_TESTE if assez else NON_PUBLIABLE)


def _read_strates(
    lecture: Lecture, indicateurs: Sequence[Indicateur], paires: tuple[str, str]
) -> Mapping[Cle, Chiffre]:
    """Les cellules nationales par strate : elles disent qui a répondu et ce que chaque taille déclare.

    Rien hors de la France entière : croiser territoire et strate laisserait trop peu de réponses.
    """
    if not lecture.selection.est_france_entiere:
        return {}
    strates = [s.id for s in lecture.catalogue.strates]
    filtres = {"vague_id": list(paires), "type": None, "strate": strates}
    return read_cellules(lecture.gate, [i.id for i in indicateurs], lecture.selection, **filtres)


def _decompose(
    changement: Changement, strates: Mapping[Cle, Chiffre], paires: tuple[str, str]
) -> Decomposition | None:
    """Les deux parties du changement brut, par strate ; celles qui se cachent n'en font qu'une.

    Rien si ce reste dépasse `RESTE` des répondantes d'une vague : ce qui y bouge ne se verrait plus.
    """
    if not changement.montre:
        return None
    siennes = [c for cle, c in strates.items() if cle[0] == changement.indicateur.id]
    cachees = {c.strate for c in siennes if not c.montre or c.brut is None}
    noms = sorted({c.strate for c in siennes} - cachees)
    if not noms:
        return None
    vagues = [{c.strate: c for c in siennes if c.vague_id == v} for v in paires]
    effectifs = [[_n(v.get(nom)) for nom in noms] for v in vagues]
    taux = [[_brut(v.get(nom)) for nom in noms] for v in vagues]
    if cachees:
        entieres = (changement.avant, changement.apres)
        restes = [_subtract(*x) for x in zip(entieres, effectifs, taux, strict=True)]
        if any(n > RESTE * _n(tout) for (n, _), tout in zip(restes, entieres, strict=True)):
            return None
        effectifs = [[*e, n] for e, (n, _) in zip(effectifs, restes, strict=True)]
        taux = [[*t, part] for t, (_, part) in zip(taux, restes, strict=True)]
    return decompose(effectifs[0], taux[0], effectifs[1], taux[1])


def _subtract(tout: Chiffre | None, effectifs: list[float], taux: list[float]) -> tuple[float, float]:
    """Les répondantes hors des strates montrées, et leur part de « oui », par différence de chiffres publics.

    La part n'est pas ramenée entre 0 et 1 : ainsi les deux parties s'ajoutent au changement montré.
    """
    n = max(_n(tout) - sum(effectifs), 0.0)
    oui = _n(tout) * _brut(tout) - sum(e * t for e, t in zip(effectifs, taux, strict=True))
    return n, oui / n if n else 0.0


def _n(chiffre: Chiffre | None) -> float:
    return float(chiffre.n or 0) if chiffre else 0.0


def _brut(chiffre: Chiffre | None) -> float:
    return chiffre.brut if chiffre and chiffre.brut is not None else 0.0


def _order(changement: Changement) -> tuple[bool, bool, float]:
    """Les changements au-delà du hasard d'abord, les plus grands en tête ; ce qui se cache à la fin."""
    return (not changement.montre, not changement.demontre, -abs(changement.ecart))


def _is_composition(parties: Decomposition) -> bool:
    return abs(parties.composition) > max(abs(parties.pratique), EFFET)


def _count(changements: Sequence[Changement], mot: str) -> str:
    if not changements:
        return ""
    premier = changements[0]
    exemple = f"{format_guillemets(premier.indicateur.titre)}, {format_points(premier.ecart)}"
    return f"{format_compte(len(changements), mot)} au-delà du hasard ({exemple})"


def _to_ligne(c: Changement) -> dict[str, object]:
    return {
        "groupe": c.indicateur.titre_marque,
        "montre": c.montre,
        "demontre": c.demontre,
        "ecart": c.ecart if c.montre else None,
        "bas": c.bas if c.montre else None,
        "haut": c.haut if c.montre else None,
        "texte": format_points(c.ecart) if c.montre else "",
        "intervalle": c.intervalle,
        "raison": "" if c.montre else c.raison,
    }


def _to_rang(c: Changement) -> tuple[object, ...]:
    if not c.montre or c.avant is None or c.apres is None:
        return (c.indicateur.titre, *(None,) * 5, c.texte, None, None, "")
    d = c.decomposition
    parties = (None, None) if d is None else (d.composition, d.pratique)
    valeurs = (c.avant.valeur, c.apres.valeur, c.ecart, c.bas, c.haut)
    nombres = [to_pourcent(v) for v in (*valeurs, *parties)]
    return (c.indicateur.titre, *nombres[:5], c.texte, *nombres[5:], _describe_plafonds(c.avant, c.apres, c))


def _describe_plafonds(avant: Chiffre, apres: Chiffre, c: Changement) -> str:
    """« Avant : moins de 3 %. » : une borne ne se lit jamais comme une valeur."""
    bornes = [(mot, x) for mot, x in (("Avant", avant), ("Après", apres)) if x.plafond]
    return " ".join(f"{mot} : {format_cellule(c.indicateur, x, 'redresse')}." for mot, x in bornes)
