"""Ce qui doit être vrai d'une version : des requêtes qui ne doivent rien trouver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Float, Select, Table, and_, case, cast, func, not_, or_, select

from barometre.domain.secret import BRUIT_MAXIMAL, DECIMALES, MONTRES, PAS_EFFECTIF, SEUIL_REDRESSE
from barometre.warehouse import schema as s

# Les mêmes seuils que `domain.secret`, écrits ici une seconde fois exprès : un contrôle qui lirait la
# constante qu'il contrôle ne verrait pas qu'elle a changé.
SEUIL, SEUIL_CYBER = 10, 20
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Controle:
    """Un contrôle : son nom, s'il passe, ce qu'il a vu."""

    nom: str
    ok: bool
    detail: str


def list_controles(moteur: Engine, deja: Sequence[Controle] = ()) -> list[Controle]:
    """Tous les contrôles qui se font en SQL ; `deja` : ceux de tables qui n'ont pas changé depuis."""
    faits = {controle.nom: controle for controle in deja}
    with moteur.connect() as connexion:
        return [faits.get(nom) or _run(connexion, nom, requete) for nom, requete in _requetes()]


def check_grains(moteur: Engine) -> list[Controle]:
    """Le grain des réponses et de leurs valeurs, les plus longs : dès qu'elles sont écrites."""
    with moteur.connect() as connexion:
        return [_run(connexion, *_grain(table)) for table in (s.fait_reponse, s.fait_valeur)]


def _run(connexion: Connection, nom: str, requete: Select[Any]) -> Controle:
    fautes = connexion.execute(requete.limit(3)).all()
    if not fautes:
        return Controle(nom, True, "rien à signaler")
    exemples = " ; ".join(", ".join(str(v) for v in faute) for faute in fautes)
    return Controle(nom, False, f"par exemple : {exemples}")


def _requetes() -> Iterator[tuple[str, Select[Any]]]:
    yield "Référentiel : au moins une commune", _sans_commune()
    yield "Référentiel : chaque commune a sa région et son département", _communes_sans_territoire()
    yield "Référentiel : chaque EPCI de commune existe", _epci_inconnus()
    yield "Réponses : chaque répondant est du cadre", _repondants_inconnus()
    for table in (s.fait_reponse, s.fait_valeur, s.agregat):
        yield _grain(table)
    yield "Lots : lignes chargées = participations", _lots_faux()
    yield "Lots : lignes refusées = quarantaine", _quarantaines_fausses()
    yield "Fonds : projets chargés = actions", _actions_fausses()
    yield "Fonds : chaque bénéficiaire est connu", _beneficiaires_inconnus()
    yield "Chiffres : parts et intervalles dans leurs bornes", _hors_bornes()
    yield "Chiffres : les types s'additionnent au total national", _sommes_fausses("type")
    yield "Chiffres : les couvertures s'additionnent au total national", _sommes_fausses("couverture")
    yield "Chiffres : participants du total = participations", _participants_faux()
    yield "Poids : leur somme est le nombre de collectivités", _poids_faux()
    yield "Secret : aucune cellule publique sous le seuil", _sous_le_seuil()
    yield "Secret : aucune cellule de cybersécurité sous ses seuils", _cyber_sous_le_seuil()
    yield "Secret : chaque questionnaire rempli a sa clé", _sans_cle()


def _sans_commune() -> Select[Any]:
    c = s.dim_collectivite.c
    return select(func.count()).where(c.type == "commune").having(func.count() == 0)


def _communes_sans_territoire() -> Select[Any]:
    c, t = s.dim_collectivite.c, s.dim_collectivite.alias("territoire").c
    connus = select(t.collectivite_id)
    return select(c.collectivite_id).where(
        c.type == "commune",
        or_(
            ("departement-" + c.departement).not_in(connus),
            ("region-" + c.region).not_in(connus),
            c.departement.is_(None),
            c.region.is_(None),
            c.strate.is_(None),
        ),
    )


def _epci_inconnus() -> Select[Any]:
    c, t = s.dim_collectivite.c, s.dim_collectivite.alias("territoire").c
    return select(c.collectivite_id, c.epci).where(
        c.epci.is_not(None), ("epci-" + c.epci).not_in(select(t.collectivite_id))
    )


def _repondants_inconnus() -> Select[Any]:
    p, c = s.participation.c, s.dim_collectivite.c
    cadre = select(c.collectivite_id).where(c.porteur_id.is_(None))
    return select(p.collectivite_id, p.lot_id).where(p.collectivite_id.not_in(cadre))


def _grain(table: Table) -> tuple[str, Select[Any]]:
    cle = list(table.primary_key)
    return f"Grain de {table.name}", select(*cle).group_by(*cle).having(func.count() > 1)


def _lots_faux() -> Select[Any]:
    lot, p = s.lot_import.c, s.participation.c
    charges = select(func.count()).where(p.lot_id == lot.lot_id).scalar_subquery()
    return select(lot.lot_id, lot.charges, charges).where(lot.charges != charges)


def _quarantaines_fausses() -> Select[Any]:
    lot, q = s.lot_import.c, s.quarantaine.c
    refusees = select(func.count(q.ligne.distinct())).where(q.lot_id == lot.lot_id).scalar_subquery()
    return select(lot.lot_id, lot.quarantaine, refusees).where(lot.quarantaine != refusees)


def _actions_fausses() -> Select[Any]:
    lot, a = s.lot_actions.c, s.action_fonds.c
    chargees = select(func.count()).where(a.lot_id == lot.lot_id).scalar_subquery()
    return select(lot.lot_id, lot.charges, chargees).where(lot.charges != chargees)


def _beneficiaires_inconnus() -> Select[Any]:
    a, c, o = s.action_fonds.c, s.dim_collectivite.c, s.dim_opsn.c
    collectivite = and_(a.collectivite_id.is_not(None), a.collectivite_id.not_in(select(c.collectivite_id)))
    opsn = and_(a.opsn_id.is_not(None), a.opsn_id.not_in(select(o.opsn_id)))
    return select(a.lot_id, a.ligne).where(or_(collectivite, opsn))


def _hors_bornes() -> Select[Any]:
    a = s.agregat.c
    part = and_(a.n_oui.is_not(None), a.n > 0)
    # L'intervalle est celui de la part qui se lit : le redressé, le brut là où il se tait ; au pour cent.
    effectif = func.round(cast(a.n_publie, Float) / PAS_EFFECTIF) * PAS_EFFECTIF
    lue, jeu = case((effectif < SEUIL_REDRESSE, a.brut), else_=a.redresse), 10.0**-DECIMALES
    bornee = and_(
        a.brut.between(0, 1),
        a.redresse.between(0, 1),
        a.bas >= -TOLERANCE,
        a.haut <= 1 + TOLERANCE,
        a.bas <= lue + jeu,
        a.haut >= lue - jeu,
        a.n_oui <= a.n,
    )
    return select(a.indicateur_id, a.vague_id, a.territoire_id).where(part, not_(bornee))


def _sommes_fausses(dimension: str) -> Select[Any]:
    """À l'échelle nationale, les parties d'une dimension font le total."""
    a = s.agregat.c
    autres = [a[d] == "" for d in ("type", "strate", "couverture") if d != dimension]
    cle = [a.indicateur_id, a.vague_id]
    signe = func.sum(a.n).filter(a[dimension] == "") - func.sum(a.n).filter(a[dimension] != "")
    return select(*cle).where(a.territoire_id == "france", *autres).group_by(*cle).having(signe != 0)


def _participants_faux() -> Select[Any]:
    a, i, p = s.agregat.c, s.dim_indicateur.c, s.participation.c
    remplis = (
        select(func.count())
        .where(p.vague_id == a.vague_id, p.questionnaire_id == i.theme_id)
        .scalar_subquery()
    )
    total = and_(a.territoire_id == "france", a.type == "", a.strate == "", a.couverture == "")
    return (
        select(a.indicateur_id, a.vague_id, a.participants)
        .join(s.dim_indicateur, i.indicateur_id == a.indicateur_id)
        .where(total, func.abs(a.participants - remplis) > BRUIT_MAXIMAL)
    )


def _poids_faux() -> Select[Any]:
    w, c = s.poids.c, s.dim_collectivite.c
    cadre = select(func.count()).where(c.porteur_id.is_(None)).scalar_subquery()
    ecart = func.abs(func.sum(w.poids) - cadre)
    cle = [w.vague_id, w.questionnaire_id]
    return select(*cle, func.sum(w.poids)).group_by(*cle).having(ecart > TOLERANCE * cadre)


def _sous_le_seuil() -> Select[Any]:
    a = s.agregat.c
    petite = or_(a.n_publie < SEUIL, a.participants < SEUIL)
    return select(a.indicateur_id, a.territoire_id, a.n_publie).where(a.etat.in_(MONTRES), petite)


def _cyber_sous_le_seuil() -> Select[Any]:
    a, i = s.agregat.c, s.dim_indicateur.c
    petite = or_(
        a.n_publie < SEUIL_CYBER,
        a.participants < SEUIL_CYBER,
        a.niveau.in_(["departement", "epci"]),
    )
    return (
        select(a.indicateur_id, a.territoire_id, a.n_publie)
        .join(s.dim_indicateur, i.indicateur_id == a.indicateur_id)
        .where(i.sensibilite == "cyber", a.etat.in_(MONTRES), petite)
    )


def _sans_cle() -> Select[Any]:
    p, k = s.participation.c, s.cle_secrete.c
    cle = select(k.cle).where(k.vague_id == p.vague_id, k.questionnaire_id == p.questionnaire_id).exists()
    return select(p.vague_id, p.questionnaire_id).where(not_(cle)).distinct()
