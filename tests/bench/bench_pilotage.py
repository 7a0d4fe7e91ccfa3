"""Piloter : où relancer, une synthèse par format, celles des départements, une page projetée.

`python -m tests.bench pilotage`, sur l'entrepôt en service. Les départements s'écrivent par la commande,
dans un processus neuf ; les synthèses se mesurent mémoires vidées, les pages projetées après la chauffe.
"""

from __future__ import annotations

import gc
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, cast

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.depot import build_gate, read_active_version
from barometre.assemblage.participation import load_cadre, load_participation
from barometre.assemblage.theme import load_vague_defaut
from barometre.catalogue import load_catalogue
from barometre.domain.jour import get_jour
from barometre.domain.portee import PUBLIC
from barometre.rapports.demande import Demande, DemandeRefusee
from barometre.rapports.diapo import Choix
from barometre.rapports.diapos import build_diapos
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.rapports.synthese import build_apercu, build_synthese, prepare_synthese
from barometre.ui.blocks.carte_choix import list_sujets
from barometre.ui.chauffe import warm_up
from barometre.ui.serving import SEUILS
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.participation import AXES, Axe
from barometre.views.piloter.relance import BUTS, build_vue_relance, list_cibles
from barometre.warehouse.repository import open_repository
from tests.bench.mesure import build_ligne, get_entrepot, run_commande

FOIS = 7
REGIONS = ("region-84", "region-75", "region-53")


def run() -> list[dict[str, Any]]:
    """Toutes les lignes."""
    with tempfile.TemporaryDirectory() as dossier:
        entrepot = get_entrepot(Path(dossier))
        depot = open_repository(str(entrepot))
        gate = Gate(depot, PUBLIC)
        # La chauffe lit l'entrepôt en service.
        os.environ["BAROMETRE_ENTREPOT"] = str(entrepot)
        lignes = [*_measure_relance(gate), *_measure_syntheses(gate), _measure_chauffe()]
        # Celle des pages, qui lit ce que la chauffe a rangé.
        servie = build_gate(PUBLIC, read_active_version())
        lignes += [*_measure_presentation(servie), *_measure_participation(servie), *_measure_apercus(servie)]
        depot.close()
        return [*lignes, _measure_departements(entrepot, Path(dossier))]


def _time(travail: Callable[[], object], fois: int = 1) -> tuple[float, float]:
    """Secondes de processeur et secondes écoulées, médianes."""
    mesures = []
    for _ in range(fois):
        processeur, ecoule = time.process_time(), time.perf_counter()
        travail()
        mesures.append((time.process_time() - processeur, time.perf_counter() - ecoule))
    return statistics.median(m[0] for m in mesures), statistics.median(m[1] for m in mesures)


def _measure_relance(gate: Gate) -> list[dict[str, Any]]:
    catalogue = load_catalogue()
    indicateur = next(i for i in catalogue.list_indicateurs("inclusion", origine="declare") if i.est_part)
    vague = catalogue.vagues[-1].id
    lignes = []
    build = partial(build_vue_relance, cadre=load_cadre(gate))  # la chauffe l'a lu
    for demande in ("200", *BUTS):
        cpu, mur = _time(partial(build, gate, catalogue, indicateur.id, vague, demande), FOIS)
        nom = f"où relancer, {BUTS[demande].titre if demande in BUTS else '200 réponses de plus'}"
        note = f"{1000 * mur:.0f} ms écoulées"
        lignes.append(build_ligne(nom, 1000 * cpu, "ms de processeur", "150 ms", note=note))
    return lignes


def _measure_syntheses(gate: Gate) -> list[dict[str, Any]]:
    lignes = []
    for extension in FORMATS_DOCUMENT:
        memoire.forget()
        cpu, mur = _time(partial(_write, gate, extension))
        nom = f"synthèse nationale, {extension}"
        lignes.append(build_ligne(nom, cpu, "s de processeur", "10 s", note=f"{mur:.1f} s écoulées"))
    return lignes


def _write(gate: Gate, extension: str) -> bytes:
    return FORMATS_DOCUMENT[extension].write(build_synthese(gate, Demande()))


def _measure_chauffe() -> dict[str, Any]:
    """Comme le serveur : ce qui est prêt, figé, n'est plus relu par le ramasse-miettes."""
    memoire.forget()
    chauffe, _ = _time(warm_up)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SEUILS)
    return build_ligne("chauffe d'un processus", chauffe, "s de processeur", "")


def _measure_presentation(gate: Gate) -> list[dict[str, Any]]:
    """Trois fois chaque page : le choix qu'elle propose d'abord après la chauffe, un autre, puis le même."""
    lignes = []
    for page in (load_catalogue().themes[0].id, "carte", "evolution", "participation", "opsn", "synthese"):
        premier, *autres = _list_choix(gate, page)
        projeter = partial(memoire.get_vue, gate, build_diapos, page)
        chaud, _ = _time(partial(projeter, premier))
        froids = [_time(partial(projeter, autre))[0] for autre in autres]
        garde, _ = _time(partial(projeter, autres[0]), FOIS)
        note = (
            f"un choix que nul n'a ouvert, {len(froids)} fois : {1000 * min(froids):.0f} à "
            f"{1000 * max(froids):.0f} ms ; gardé : {1000 * garde:.1f} ms"
        )
        nom = f"présentation, {page}, première vue après la chauffe"
        lignes.append(build_ligne(nom, 1000 * chaud, "ms de processeur", "120 ms", note=note))
        nom = f"présentation, {page}, un choix que nul n'a ouvert"
        froid = statistics.median(froids)
        lignes.append(build_ligne(nom, 1000 * froid, "ms de processeur", "120 ms"))
    return lignes


def _measure_participation(gate: Gate) -> list[dict[str, Any]]:
    """Après la chauffe : trois questionnaires par axe, que nul n'a ouverts."""
    catalogue = load_catalogue()
    lignes = []
    for axe, titre in AXES.items():
        froids = []
        for theme in catalogue.themes[4:7]:
            vague = next(v.id for v in reversed(catalogue.vagues) if theme.id in v.questionnaires)
            froids.append(_time(partial(load_participation, gate, theme.id, vague, cast(Axe, axe)))[0])
        nom = f"Participation par {titre.lower()}, un choix que nul n'a ouvert"
        note = f"{1000 * min(froids):.0f} à {1000 * max(froids):.0f} ms"
        ligne = build_ligne(nom, 1000 * statistics.median(froids), "ms de processeur", "120 ms", note=note)
        lignes.append(ligne)
    return lignes


def _measure_apercus(gate: Gate) -> list[dict[str, Any]]:
    """La page Synthèse après la chauffe : des régions, des départements, des types que nul n'a ouverts."""
    demandes = {
        "région": [Demande(f"region-{code}") for code in ("28", "32", "76")],
        "département": [Demande(f"departement-{code}") for code in ("33", "59", "29")],
        "type": [Demande(type=type_) for type_ in ("epci", "commune", "departement")],
    }
    lignes = []
    for titre, choisies in demandes.items():
        froids = [_time(partial(_open_apercu, gate, demande))[0] for demande in choisies]
        note = f"{1000 * min(froids):.0f} à {1000 * max(froids):.0f} ms"
        nom = f"Synthèse, la page d'un choix que nul n'a ouvert ({titre})"
        ligne = build_ligne(nom, 1000 * statistics.median(froids), "ms de processeur", "120 ms", note=note)
        lignes.append(ligne)
    return lignes


def _open_apercu(gate: Gate, demande: Demande) -> None:
    """Ce que fait la page : les thèmes un à un, puis le début du document ; un refus se mesure aussi."""
    with suppress(DemandeRefusee):
        for _ in prepare_synthese(gate, demande):
            pass
        memoire.get_vue(gate, build_apercu, demande)


def _list_choix(gate: Gate, page: str) -> list[Choix]:
    """Ce que la page propose d'abord, puis trois choix que la chauffe n'a pas préparés."""
    catalogue = load_catalogue()
    themes = [theme.id for theme in catalogue.themes]
    suivis = themes[:1] + (themes[1:4] if page in ("carte", "opsn", "participation") else themes[:1] * 3)
    regions = ("france", *(REGIONS if suivis[-1] == themes[0] else ("france",) * 3))
    choix = []
    for theme, region in zip(suivis, regions, strict=True):
        posees = [v.id for v in catalogue.vagues if theme in v.questionnaires]
        vague = posees[-1] if page == "participation" else load_vague_defaut(gate, theme)
        selection = Selection("" if page == "synthese" else vague, region)
        indicateur = next(
            iter(list_cibles(catalogue, theme) if page == "participation" else list_sujets(theme))
        )
        choix.append(Choix(theme, vague, indicateur, "region", selection, get_jour()))
    return choix


def _measure_departements(entrepot: Path, dossier: Path) -> dict[str, Any]:
    sortie = dossier / "syntheses"
    mots = ("synthese", "--departements", "--format", "pdf", "-o", str(sortie))
    avant, charge = _read_enfants(), os.getloadavg()[0]
    _, mur = _time(partial(run_commande, entrepot, *mots))
    cpu = _read_enfants() - avant
    # Sur une machine chargée, le temps écoulé est celui des autres : la charge se lit à côté.
    note = (
        f"{len(list(sortie.glob('*.pdf')))} fichiers, {cpu:.1f} s de processeur, {os.cpu_count()} processus, "
        f"charge {charge:.1f} au départ"
    )
    return build_ligne("synthèses des départements, pdf", mur, "s", "60 s", note=note)


def _read_enfants() -> float:
    """Les secondes de processeur des commandes finies, et de leurs propres processus."""
    temps = resource.getrusage(resource.RUSAGE_CHILDREN)
    return temps.ru_utime + temps.ru_stime
