"""Qui répond : combien, par groupe, face au pays entier, au fil des jours et des vagues. Jamais qui."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import (
    format_compte,
    format_date,
    format_effectif,
    format_guillemets,
    format_nombre,
    format_part,
    format_points,
    is_absent,
    read_nombre,
)
from barometre.domain.noms import build_cle_tri
from barometre.domain.provenance import Definition, Provenance
from barometre.domain.territoire import FRANCE, LIBELLES_COUVERTURES, LIBELLES_TYPES
from barometre.views.donnees.qualite import Qualite
from barometre.views.lecture.libelles import Libelles, lower_initiale
from barometre.views.lecture.provenance import build_provenance
from barometre.views.lecture.tableau import build_tableau, to_pourcent
from barometre.views.piloter.groupe import Groupe
from barometre.views.piloter.participation_epci import build_table_epci, describe_epci

Axe = Literal["strate", "type", "couverture", "region", "departement", "epci"]
AXES: dict[str, str] = {
    "strate": "Taille",
    "type": "Type",
    "couverture": "Accompagnement",
    "region": "Région",
    "departement": "Département",
    "epci": "Intercommunalité",
}
FAITS = ("type", "strate", "couverture")
NIVEAUX = ("region", "departement", "epci")
PLUMES = {"agent": "agent", "elu": "élu"}
CACHE = "moins de 10 réponses"
PRECAUTION = (
    "Un nombre de réponses se dit à cinq près, au hasard ; sous quinze collectivités, ou sous dix réponses, "
    "rien n’est dit. Qui a répondu n’est pas public."
)
COLONNES = ("groupe", "cadre", "repondantes", "taux", "part_cadre", "part_repondantes")


def describe_periode(catalogue: Catalogue, vague_id: str, jour: date) -> str:
    """Où en est la collecte de cette vague ; vide si nul n'en sait les dates."""
    vague = next((v for v in catalogue.vagues if v.id == vague_id), None)
    if vague is None:
        return ""
    ouverture, fermeture = format_date(vague.ouverture), format_date(vague.fermeture)
    return {
        "a_venir": f"Collecte à venir, à partir du {ouverture}.",
        "ouverte": "Collecte en cours" + (f", jusqu’au {fermeture}." if vague.fermeture else "."),
        "close": f"Collecte close le {fermeture}.",
        "inconnue": "",
    }[vague.get_etat(jour)]


@dataclass(frozen=True, slots=True)
class VueParticipation:
    """Un questionnaire à une vague, réparti selon un axe."""

    theme: str
    vague: str
    axe: Axe
    ensemble: Groupe
    groupes: tuple[Groupe, ...]
    cumul: pd.DataFrame
    vagues: tuple[tuple[str, int | None], ...]
    qualite: Qualite | None
    provenance: Provenance
    # Vagues répondues à ce questionnaire → collectivités ; rien sous dix.
    fidelite: Mapping[int, int | None] = field(default_factory=dict)

    @property
    def a_retenir(self) -> str:
        """Combien ont répondu, et quel groupe est le plus loin de sa part."""
        if self.ensemble.repondantes is None or self.ensemble.taux is None:
            return f"{self.vague} : trop peu de réponses pour dire qui a répondu à ce questionnaire."
        # Sans le questionnaire, ce compte se lisait comme celui de la vague entière, que dit l'accueil.
        debut = (
            f"{format_effectif(self.ensemble.repondantes, 'collectivité').capitalize()} sur "
            f"{format_nombre(self.ensemble.cadre)} ({format_part(self.ensemble.taux, 1)}) ont répondu au "
            f"questionnaire {format_guillemets(self.theme)}, {lower_initiale(self.vague)}."
        )
        return f"{debut} {self.phrase_ecart}"

    @property
    def phrase_ecart(self) -> str:
        """Le groupe dont la part parmi les répondantes s'écarte le plus de sa part dans le pays.

        Une intercommunalité n'a pas de part : ce qui s'en dit tient en une phrase à elle.
        """
        if self.axe == "epci":
            return describe_epci(self.groupes)
        ecarts = [(g, e) for g in self.groupes if (e := self.get_ecart(g)) is not None]
        if not ecarts:
            return "Aucun groupe n’a assez de réponses pour être comparé au pays."
        groupe, ecart = max(ecarts, key=lambda paire: abs(paire[1]))
        sens = "sur-représenté" if ecart > 0 else "sous-représenté"
        # Un compte se dit à cinq près : au dixième de point, deux phrases de la page se contredisaient.
        points = format_points(abs(ecart)).lstrip("+")
        return f"Le groupe le plus {sens} : {groupe.nom}, de {points}."

    def get_ecart(self, groupe: Groupe) -> float | None:
        """La part du groupe parmi les répondantes, moins sa part dans le pays."""
        part = self.get_part(groupe)
        return None if part is None else part - groupe.cadre / self.ensemble.cadre

    def get_part(self, groupe: Groupe) -> float | None:
        """La part du groupe parmi les répondantes, ou rien."""
        total = self.ensemble.repondantes
        return groupe.repondantes / total if groupe.repondantes is not None and total else None

    @property
    def cadre(self) -> pd.DataFrame:
        """Le cadre du graphique (`charts.representation`)."""
        return pd.DataFrame(
            {
                "groupe": [g.nom for g in self.groupes],
                "part_cadre": [g.cadre / self.ensemble.cadre for g in self.groupes],
                "part_repondantes": [self.get_part(g) for g in self.groupes],
                "texte": [self._describe(g) for g in self.groupes],
            }
        )

    def _describe(self, groupe: Groupe) -> str:
        if groupe.taux is None:
            return CACHE
        return f"taux {format_part(groupe.taux, 1)}"

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau de lecture, et celui qui se télécharge ; les effectifs y sont des nombres."""
        if self.axe == "epci":
            return build_table_epci(self.groupes)
        return build_tableau((self._to_rang(g) for g in (self.ensemble, *self.groupes)), COLONNES)

    def _to_rang(self, groupe: Groupe) -> tuple[object, ...]:
        valeurs = (groupe.taux, groupe.cadre / self.ensemble.cadre, self.get_part(groupe))
        return (groupe.nom, groupe.cadre, groupe.repondantes, *(to_pourcent(v, 1) for v in valeurs))


def count_jours(gate: Gate) -> pd.DataFrame:
    """Les réponses par vague, questionnaire et jour : d'un coup, tous les thèmes s'en servent."""
    return gate.count_participations("vague_id", "questionnaire_id", "date_reponse")


@dataclass(frozen=True, slots=True)
class Suivi:
    """Ce que toutes les répartitions d'un questionnaire partagent : ses vagues, leur cumul, leur panel."""

    par_vague: Mapping[str, Groupe]
    cumul: pd.DataFrame
    vagues: tuple[tuple[str, int | None], ...]
    qualites: Mapping[str, Qualite]
    fidelite: Mapping[int, int | None]


def build_suivi(
    gate: Gate, catalogue: Catalogue, theme_id: str, *, jours: pd.DataFrame, qualites: Sequence[Qualite]
) -> Suivi:
    """Le questionnaire d'un thème, vague après vague ; `jours` : `count_jours`, `qualites` : toutes."""
    libelles = Libelles(catalogue, gate)
    lignes = gate.get_referentiel()
    unites = lignes.loc[lignes["porteur_id"].isna(), "collectivite_id"]
    entiere = pd.Series(FRANCE, pd.Index(unites), dtype="category")
    vagues = [v.id for v in catalogue.vagues if theme_id in v.questionnaires]
    par_vague = {v: _count(gate, entiere, v, theme_id, {FRANCE: "Ensemble"})[0] for v in vagues}
    return Suivi(
        par_vague,
        build_cumul(jours, theme_id, {v: libelles.get_titre_vague(v) for v in vagues}),
        tuple((libelles.get_titre_vague(v), par_vague[v].repondantes) for v in vagues),
        {q.vague_id: q for q in qualites if q.questionnaire_id == theme_id},
        gate.count_fidelite(theme_id),
    )


def build_vue_participation(
    gate: Gate,
    catalogue: Catalogue,
    theme_id: str,
    vague_id: str,
    axe: Axe,
    *,
    suivi: Suivi,
    cadre: pd.DataFrame,
) -> VueParticipation:
    """Le questionnaire d'un thème à une vague, réparti selon un axe ; `cadre` : `read_cadre`."""
    libelles = Libelles(catalogue, gate)
    titre = f"{catalogue.get_theme(theme_id).titre}, {libelles.get_titre_vague(vague_id)}"
    return VueParticipation(
        theme=catalogue.get_theme(theme_id).titre,
        vague=libelles.get_titre_vague(vague_id),
        axe=axe,
        ensemble=suivi.par_vague[vague_id],
        groupes=_count(gate, cadre[axe], vague_id, theme_id, _list_noms(gate, libelles, axe, cadre)),
        cumul=suivi.cumul,
        vagues=suivi.vagues,
        qualite=suivi.qualites.get(vague_id),
        fidelite=suivi.fidelite,
        provenance=_build_provenance(gate, titre, f"{theme_id}_{vague_id}_{axe}"),
    )


def read_cadre(gate: Gate) -> pd.DataFrame:
    """Le cadre, par identifiant : type, strate, couverture, trois niveaux de territoire.

    Un groupe se nomme une fois, non trente-cinq mille : les colonnes sont des catégories.
    """
    lignes = gate.get_referentiel()
    cadre = lignes.loc[lignes["porteur_id"].isna(), ["collectivite_id", *FAITS, *NIVEAUX]]
    # Un index d'objets : chercher deux mille répondantes parmi des textes d'Arrow les convertirait tous.
    unites = pd.Index(cadre.pop("collectivite_id").to_numpy(dtype=object), name="collectivite_id")
    cadre = cadre.astype("category").set_axis(unites)
    for niveau in NIVEAUX:
        codes = cadre[niveau].cat
        noms = codes.rename_categories([f"{niveau}-{code}" for code in codes.categories])
        cadre[niveau] = noms.cat.remove_categories(noms.cat.categories.intersection([f"{niveau}-"]))
    return cadre


def _count(
    gate: Gate, groupes: pd.Series, vague_id: str, theme_id: str, noms: dict[str, str]
) -> tuple[Groupe, ...]:
    """Les groupes nommés, dans l'ordre de `noms`, comptés par la porte."""
    comptes = gate.count_repondantes(groupes, vague_id, theme_id)
    par_id = dict(zip(comptes.index.astype(str), comptes.to_dict("records"), strict=True))
    return tuple(
        Groupe(id_, nom, int(ligne["cadre"]), _entier(ligne["repondantes"]), read_nombre(ligne["taux"]))
        for id_, nom in noms.items()
        if (ligne := par_id.get(id_)) is not None
    )


def _entier(valeur: float) -> int | None:
    return None if is_absent(valeur) else int(valeur)


def _list_noms(gate: Gate, libelles: Libelles, axe: Axe, cadre: pd.DataFrame) -> dict[str, str]:
    """Les groupes d'un axe, dans l'ordre où on les lit."""
    if axe == "type":
        presents = set(cadre["type"].unique())
        return {t: nom for t, nom in LIBELLES_TYPES.items() if t in presents}
    if axe == "couverture":
        return LIBELLES_COUVERTURES
    if axe == "strate":
        return {s.id: libelles.get_strate(s.id) for s in libelles.catalogue.strates}
    territoires = gate.list_collectivites(type=axe, cadre=False).sort_values(
        "nom", key=lambda noms: noms.map(build_cle_tri)
    )
    noms = territoires["nom"].astype(str)
    if axe == "epci":  # « Val de Loire » : deux intercommunalités du même nom, dans deux départements
        noms += " (" + territoires["departement"].fillna("?").astype(str) + ")"
    return dict(zip(territoires["collectivite_id"].astype(str), noms, strict=True))


def build_cumul(jours: pd.DataFrame, theme_id: str, titres: dict[str, str]) -> pd.DataFrame:
    """Les réponses cumulées jour après jour, une série par vague : serie, date, cumul."""
    siens = jours[jours["questionnaire_id"].eq(theme_id) & jours["date_reponse"].notna()]
    siens = siens[siens["vague_id"].isin(list(titres))].sort_values(["vague_id", "date_reponse"])
    return pd.DataFrame(
        {
            "serie": siens["vague_id"].map(titres),
            "date": pd.to_datetime(siens["date_reponse"]).dt.date,
            "cumul": siens.groupby("vague_id")["questionnaires"].cumsum(),
        }
    ).reset_index(drop=True)


def describe_vagues(vagues: Sequence[tuple[str, int | None]]) -> str:
    """Ce que la participation devient d'une vague à l'autre, en une phrase."""
    connues = [(titre, n) for titre, n in vagues if n is not None]
    if len(connues) < 2:
        return "Ce questionnaire n’a été posé qu’une fois : rien à comparer."
    (avant, n1), (apres, n2) = connues[-2:]
    part = (n2 - n1) / n1
    sens = "de moins" if part < 0 else "de plus"
    return (
        f"Entre la {lower_initiale(avant)} et la {lower_initiale(apres)} : {format_effectif(n1, 'réponse')}, "
        f"puis {format_nombre(n2)} ({format_part(abs(part))} {sens})."
    )


def describe_fidelite(fidelite: Mapping[int, int | None]) -> str:
    """« Environ 310 collectivités ont répondu à deux vagues… » : le panel, en une phrase."""
    if len(fidelite) < 2:
        return "Aucune collectivité n’a répondu à deux vagues de ce questionnaire : il n’y a pas de panel."
    dits = [
        f"{format_effectif(n, 'collectivité')} à {format_compte(k, 'vague')}"
        for k, n in fidelite.items()
        if n is not None
    ]
    tus = sum(n is None for n in fidelite.values())
    reste = " ; le reste, moins de dix, ne se dit pas" if tus else ""
    return f"Ont répondu à ce questionnaire : {', '.join(dits)}{reste}." if dits else CACHE.capitalize() + "."


def describe_plumes(gate: Gate, theme_id: str, vague_id: str) -> str:
    """« Qui a répondu au nom de la collectivité : environ 1 875 agents… » ; pour le programme seul."""
    if gate.portee.role != "programme":
        return ""
    comptes = gate.count_participations("vague_id", "questionnaire_id", "profil")
    siens = comptes[comptes["questionnaire_id"].eq(theme_id) & comptes["vague_id"].eq(vague_id)]
    connus = {str(p): int(n) for p, n in zip(siens["profil"], siens["questionnaires"], strict=True)}
    dits = [format_effectif(connus[p], nom) for p, nom in PLUMES.items() if p in connus]
    if not dits:
        return "Qui a répondu au nom de la collectivité, élu ou agent : trop peu de réponses pour le dire."
    return f"Qui a répondu au nom de la collectivité : {', '.join(dits)}."


def _build_provenance(gate: Gate, titre: str, nom: str) -> Provenance:
    return build_provenance(
        gate.get_version(),
        f"Participation : {titre}",
        f"participation_{nom}",
        filtres=titre,
        definitions=(
            Definition(
                "Taux", "Part des collectivités du groupe qui ont rempli le questionnaire.", unite="%"
            ),
        ),
        precautions=(PRECAUTION,),
    )
