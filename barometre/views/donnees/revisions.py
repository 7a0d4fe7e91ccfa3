"""Ce qu'un chiffre est devenu d'une version à l'autre : révisé, caché depuis, inchangé.

Lu deux fois par la porte du public : ce que le secret cachait avant et cache encore n'a pas changé pour lui.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_compte
from barometre.domain.secret import MONTRES
from barometre.domain.territoire import FRANCE
from barometre.views.lecture.address import Adresse, read_query

# Comparer les 100 000 cellules fines n'apprend rien de plus et coûte des secondes.
NIVEAUX = ["france", "region"]
NIVEAUX_DEMANDES = ("zone", "departement")
CLES = ["indicateur_id", "vague_id", "niveau", "territoire_id", "type", "strate", "couverture"]
COMPAREES = ["n", "brut", "redresse", "bas", "haut", "note", "etat", "plafond"]


@dataclass(frozen=True, slots=True)
class Etendue:
    """Les chiffres d'une page ou d'un fichier ; sans indicateur : ceux de tous les thèmes.

    `territoires`, `niveaux` : ceux que l'adresse nomme, en plus de la France et des régions.
    """

    indicateurs: tuple[str, ...] = ()
    territoires: tuple[str, ...] = ()
    niveaux: tuple[str, ...] = ()


TOUTE = Etendue()


@dataclass(frozen=True, slots=True)
class Revisions:
    """Combien de chiffres lus par le public ont changé, se cachent depuis, se montrent depuis, ou restent."""

    revises: int
    caches: int
    montres: int
    inchanges: int
    indicateurs: tuple[str, ...] = ()

    @property
    def is_vide(self) -> bool:
        """Vrai si aucun chiffre n'a changé."""
        return not (self.revises or self.caches or self.montres)

    @property
    def phrase(self) -> str:
        """« 12 chiffres révisés, 1 caché depuis, 310 inchangés », ou que rien n'a changé."""
        if self.is_vide:
            return "aucun n’a changé depuis" if self.inchanges else "aucun ne se lit dans les deux versions"
        mots = (
            (self.revises, "chiffre révisé", "chiffres révisés"),
            (self.caches, "caché depuis", "cachés depuis"),
            (self.montres, "montré depuis", "montrés depuis"),
            (self.inchanges, "inchangé", "inchangés"),
        )
        return ", ".join(format_compte(n, un, plusieurs) for n, un, plusieurs in mots if n)


def read_etendue(page: str, adresse: Adresse, catalogue: Catalogue) -> Etendue:
    """Ce que couvrent une page et son adresse : ses indicateurs nommés, ceux de son thème, ou tous."""
    nommes = (*adresse.list("indicateurs"), adresse.get("indicateur"))
    theme = page if page in catalogue.questionnaires else adresse.get("theme")
    choisis = tuple(i for i in nommes if i in catalogue.indicateurs) or _list_theme(theme, catalogue)
    lieux = (adresse.get("territoire"), *adresse.list("territoires"))
    niveaux = tuple(n for n in NIVEAUX_DEMANDES if n == adresse.get("niveau"))
    return Etendue(choisis, tuple(dict.fromkeys(t for t in lieux if t and t != FRANCE)), niveaux)


def read_etendue_mots(mots: Iterable[str], catalogue: Catalogue) -> Etendue:
    """La même chose d'une ligne du journal, aux mots qui sont un indicateur, un thème, une vue."""
    lues = [_read_mot(mot, catalogue) for mot in mots]
    return Etendue(
        tuple(dict.fromkeys(i for lue in lues for i in lue.indicateurs)),
        tuple(dict.fromkeys(t for lue in lues for t in lue.territoires)),
        tuple(dict.fromkeys(n for lue in lues for n in lue.niveaux)),
    )


def _read_mot(mot: str, catalogue: Catalogue) -> Etendue:
    if "=" in mot:
        return read_etendue("", read_query(mot), catalogue)
    if mot in NIVEAUX_DEMANDES:
        return Etendue(niveaux=(mot,))
    return Etendue((mot,) if mot in catalogue.indicateurs else _list_theme(mot, catalogue))


def _list_theme(theme: str, catalogue: Catalogue) -> tuple[str, ...]:
    if theme not in catalogue.questionnaires:
        return ()
    return tuple(i.id for i in catalogue.list_indicateurs(theme, origine="declare"))


def count_revisions(avant: Gate, apres: Gate, etendue: Etendue) -> Revisions:
    """Les chiffres de cette étendue, d'une version à l'autre."""
    jointes = join_versions(avant, apres, etendue)
    changees = list_changees(jointes)
    montrees = {m: jointes[f"etat_{m}"].isin(MONTRES) for m in ("avant", "apres")}
    ensemble = montrees["avant"] & montrees["apres"]
    return Revisions(
        revises=int((changees & ensemble).sum()),
        caches=int((montrees["avant"] & ~montrees["apres"]).sum()),
        montres=int((montrees["apres"] & ~montrees["avant"]).sum()),
        inchanges=int((ensemble & ~changees).sum()),
        indicateurs=tuple(sorted(set(jointes.loc[changees, "indicateur_id"].astype(str)))),
    )


def join_versions(avant: Gate, apres: Gate, etendue: Etendue = TOUTE) -> pd.DataFrame:
    """Une ligne par cellule de l'une ou de l'autre version, ses valeurs `_avant` et `_apres`."""
    tables = [_list_cellules(gate, etendue) for gate in (avant, apres)]
    if all(table.empty for table in tables):
        # Deux versions sans réponse : pandas ne sait pas joindre deux colonnes vides d'Arrow.
        tables = [table.astype(object) for table in tables]
    return tables[0].merge(tables[1], on=CLES, how="outer", suffixes=("_avant", "_apres"))


def _list_cellules(gate: Gate, etendue: Etendue) -> pd.DataFrame:
    indicateurs = list(etendue.indicateurs) or None
    lues = [gate.list_agregats(indicateurs, niveau=[*NIVEAUX, *etendue.niveaux])]
    if etendue.territoires:
        lues.append(gate.list_agregats(indicateurs, territoire_id=list(etendue.territoires)))
    return pd.concat(lues, ignore_index=True)[[*CLES, *COMPAREES]].drop_duplicates(CLES)


def list_changees(jointes: pd.DataFrame) -> pd.Series[bool]:
    """Ce que le public voit changer : une cellule cachée, ou absente, avant et après n'a pas changé."""
    changee = pd.Series(False, index=jointes.index)
    for nom in COMPAREES:
        avant, apres = jointes[f"{nom}_avant"], jointes[f"{nom}_apres"]
        egales = (avant == apres).fillna(False).astype(bool) | (avant.isna() & apres.isna())
        changee |= ~egales
    montrees = jointes["etat_avant"].isin(MONTRES) | jointes["etat_apres"].isin(MONTRES)
    return changee & montrees
