"""« Ce que mesure l'État » : les données d'un thème pour un territoire, chacune avec sa date et sa source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_compte, format_date, format_nombre
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import LICENCE, Provenance
from barometre.views.lecture.champ import count_communes
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.place import EN_TETE, Relevee, Verdict, format_mesure, judge_place
from barometre.views.lecture.provenance import build_definition, build_provenance, round_valeur

# À qui le demander : une commande ne se lit que de qui tient le serveur.
PAR_UN_OPERATEUR = "un opérateur peut la charger, de la page Administration (Sources)"
NON_CHARGEES = (
    "Les données de l’État de ce thème ne sont pas chargées dans cette version\u202f: "
    f"{PAR_UN_OPERATEUR.replace(' la ', ' les ', 1)}. La page Sources et méthode dit l’état de chacune."
)
SANS_MESURE = "Aucune donnée de l’État n’est rattachée à ce thème\u202f: seules les réponses en parlent."
AUCUNE_ICI = "Les données de l’État de ce thème ne disent rien de ce territoire."


@dataclass(frozen=True, slots=True)
class Source:
    """D'où vient une donnée de l'État."""

    titre: str
    licence: str
    adresse: str
    etat: str


@dataclass(frozen=True, slots=True)
class MesureLue:
    """La valeur d'une donnée de l'État sur un territoire."""

    indicateur: Indicateur
    valeur: float | None
    periode: str
    source: Source
    # Sur quoi porte la valeur : « 34 875 communes », « publié tel quel pour ce territoire ».
    champ: str
    verdict: Verdict = EN_TETE
    # Vrai pour la valeur propre d'une collectivité : un fait s'y lit oui ou non.
    propre: bool = False

    @property
    def texte(self) -> str:
        """La valeur en mots, ou ce qui empêche de la montrer."""
        if self.valeur is None:
            return self.verdict.mot
        return format_mesure(self.indicateur, self.valeur, propre=self.propre)

    @property
    def date(self) -> str:
        """« 1er août 2024 »."""
        return format_date(self.periode)


@dataclass(frozen=True, slots=True)
class _LectureMesures:
    """Ce qui est le même pour toutes les mesures d'un territoire ; l'âge se compte au jour de la version."""

    catalogue: Catalogue
    sources: Mapping[str, Source]
    communes: int
    jour: date


@dataclass(frozen=True, slots=True)
class VueMesures:
    """Les données de l'État d'un thème, ou la phrase qui dit pourquoi il n'y en a pas."""

    territoire: str
    mesures: tuple[MesureLue, ...]
    message: str
    # Chargées, mais pas à cette maille.
    ailleurs: tuple[str, ...]
    provenance: Provenance

    @property
    def phrase(self) -> str:
        """La phrase avant les chiffres."""
        connues = [m for m in self.mesures if m.valeur is not None]
        if not connues:
            return self.message or AUCUNE_ICI
        # Une donnée ancienne ne parle la première que s'il n'y en a pas d'autre.
        m = min(connues, key=lambda m: m.verdict.place != "en_tete")
        n = format_compte(len(connues), "donnée")
        premiere = f"« {m.indicateur.titre} » : {m.texte} ({m.date})."
        return f"{self.territoire} : {n} de l’État sur ce thème. {premiere}"

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau qui se télécharge."""
        colonnes = [
            "indicateur_id",
            "titre",
            "valeur",
            "unite",
            "periode",
            "champ",
            "remarque",
            "source",
            "licence",
        ]
        return pd.DataFrame([_rang(m) for m in self.mesures], columns=colonnes)


def build_vue_mesures(gate: Gate, catalogue: Catalogue, theme_id: str, territoire_id: str) -> VueMesures:
    """Les données de l'État de ce thème pour ce territoire."""
    indicateurs = list_territoriaux(catalogue, theme_id)
    sources = read_sources(gate)
    territoire = Libelles(catalogue, gate).get_territoire(territoire_id)
    valeurs = read_dernieres(gate, [i.id for i in indicateurs], territoire_id)
    jour = gate.get_version().creee_le.date()
    lecture = _LectureMesures(catalogue, sources, count_communes(gate, territoire_id), jour)
    lues = [_build(i, valeurs, lecture) for i in indicateurs]
    chargees = {i.id for i in indicateurs if is_chargee(sources, i.source_id)}
    trouvees = tuple(m for m in lues if m is not None)
    ids = {m.indicateur.id for m in trouvees}
    return VueMesures(
        territoire=territoire,
        mesures=trouvees,
        message=_explain_absence(indicateurs, chargees),
        ailleurs=tuple(i.titre for i in indicateurs if i.id in chargees - ids),
        provenance=build_provenance_etat(
            gate,
            f"Ce que mesure l’État : {catalogue.get_theme(theme_id).titre}",
            f"mesures_{theme_id}",
            territoire,
            [m.indicateur for m in trouvees],
        ),
    )


def list_territoriaux(catalogue: Catalogue, theme_id: str) -> list[Indicateur]:
    """Les mesures qui ont une valeur par territoire : sans celles qu'une autre monte des communes."""
    mesures = catalogue.list_indicateurs(theme_id, origine="mesure")
    montees = {i.montee_de for i in mesures}
    return [i for i in mesures if i.agregation != "valeur" or i.id not in montees]


def read_sources(gate: Gate) -> Mapping[str, Source]:
    """Les sources de la version."""
    # Cinq colonnes d'un bloc : les vingt-cinq, ligne à ligne, prenaient deux millièmes de seconde.
    lignes = gate.list_sources()[["source_id", "titre", "licence", "adresse", "etat"]]
    return {str(id_): Source(*map(str, suite)) for id_, *suite in lignes.to_numpy(dtype=object).tolist()}


def is_chargee(sources: Mapping[str, Source], source_id: str) -> bool:
    """Vrai si la version a les valeurs de cette source."""
    return source_id in sources and sources[source_id].etat in ("chargee", "gardee", "embarquee")


def read_dernieres(gate: Gate, indicateurs: Sequence[str], territoire_id: str) -> dict[str, dict[str, Any]]:
    """La dernière valeur de chaque mesure pour un territoire."""
    lignes = gate.list_mesures(indicateurs, territoire_id)
    lignes = lignes[lignes["etat"].eq("repondu")].sort_values("periode", kind="stable")
    dernieres = lignes.drop_duplicates("indicateur_id", keep="last").to_dict("records")
    return {str(ligne["indicateur_id"]): {str(c): v for c, v in ligne.items()} for ligne in dernieres}


def _build(
    indicateur: Indicateur, dernieres: Mapping[str, dict[str, Any]], lecture: _LectureMesures
) -> MesureLue | None:
    ligne = dernieres.get(indicateur.id)
    if ligne is None:
        return None
    source_id = str(ligne["source_id"])
    source = lecture.sources.get(source_id, Source(source_id, "", "", ""))
    propre = bool(pd.isna(ligne["n_communes"]))
    n, total = (None, None) if propre else (int(ligne["n_communes"]), lecture.communes)
    relevee = Relevee(float(ligne["valeur"]), str(ligne["periode"]), n, total)
    plus_recente = lecture.catalogue.indicateurs.get(indicateur.remplacee_par)
    connue = plus_recente if plus_recente is not None and plus_recente.id in dernieres else None
    verdict = judge_place(indicateur, relevee, lecture.jour, connue)
    valeur = relevee.valeur if verdict.montre else None
    return MesureLue(indicateur, valeur, relevee.periode, source, _describe_champ(relevee), verdict, propre)


def _describe_champ(relevee: Relevee) -> str:
    if relevee.n is None:
        return "publié tel quel pour ce territoire"
    champ = format_compte(relevee.n, "commune connue", "communes connues")
    return f"{champ} sur {format_nombre(relevee.total)}" if relevee.n < (relevee.total or 0) else champ


def _explain_absence(indicateurs: Sequence[Indicateur], chargees: set[str]) -> str:
    if not indicateurs:
        return SANS_MESURE
    return "" if chargees else NON_CHARGEES


def _rang(mesure: MesureLue) -> dict[str, object]:
    return {
        "indicateur_id": mesure.indicateur.id,
        "titre": mesure.indicateur.titre,
        "valeur": round_valeur(mesure.indicateur, mesure.valeur),
        "unite": mesure.indicateur.unite,
        "periode": mesure.periode,
        "champ": mesure.champ,
        "remarque": mesure.verdict.raison,
        "source": mesure.source.titre,
        "licence": mesure.source.licence,
    }


def build_provenance_etat(
    gate: Gate, titre: str, nom: str, filtres: str, indicateurs: Sequence[Indicateur]
) -> Provenance:
    """La provenance d'une vue de données de l'État : rien n'y est simulé."""
    sources = read_sources(gate)
    noms = dict.fromkeys(sources[i.source_id].titre for i in indicateurs if i.source_id in sources)
    licences = dict.fromkeys(sources[i.source_id].licence for i in indicateurs if i.source_id in sources)
    return build_provenance(
        gate.get_version(),
        titre,
        nom,
        filtres=filtres,
        source=" ; ".join(noms) or "Données de l’État",
        definitions=(build_definition(i) for i in indicateurs),
        precautions=("Données mesurées par l’administration : aucune réponse au baromètre n’y entre.",),
        licence=" ; ".join(licences) or LICENCE,
        reponses=False,
    )
