"""Ce qui fait refuser un fichier bien formé : l'absence n'est pas un zéro, un doublon n'est pas deux faits.

Un fichier se juge sur sa fiche (`attendu`, dans `data/sources.yml`) et sur la dernière bonne copie ; à la
première récolte, sur le repère de la source (`data/reperes_sources.json`), du vrai fichier. Chaque refus
est une phrase qui dit quoi, combien, et ce qui était attendu ; la bonne copie reste.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from barometre.domain.formats import INSECABLE, format_compte, format_nombre, format_part
from barometre.sources.catalogue import Attendu
from barometre.sources.contexte import (
    CODE_DISCORDANT,
    SIREN_DISCORDANT,
    Contexte,
    find_autres_codes,
)
from barometre.sources.empreinte import Empreinte
from barometre.sources.errors import SourceRefusee
from barometre.sources.indices import describe_cause, read_departement
from barometre.sources.lecture import Brut
from barometre.sources.noms import find_discordants
from barometre.sources.resultat import Resultat
from barometre.sources.territoires import PAQUETS

# Par année entamée depuis la bonne copie. De nos propres fichiers : 2 549 labellisations France services fin
# 2022 (Etalab), 2 845 espaces en août 2024 (ANCT), soit 7 % par an ; le double est encore une mise à jour.
EVOLUTION_PAR_AN = 0.14
# Un total doublé, ou perdu de moitié, sans que les lignes changent : des nombres abîmés. De tous nos totaux,
# le cumul des accompagnements croît le plus : 69 % de juin 2023 à juin 2024 (DITP).
HAUSSE_TOTAL, PERTE_TOTAL = 0.8, 0.4
# Une région entière qui perd la moitié de ce que l'on en savait : un fichier coupé, non un fait.
PERTE_REGION_MAX = 0.5
# Un département, plus petit, varie davantage : les trois quarts. Un fichier coupé en vide.
PERTE_DEPARTEMENT_MAX = 0.75
BONNE_COPIE = "la bonne copie"
# Sous ces nombres, un échantillon ou une région minuscule : à dix, une ligne de plus est déjà un dixième.
LIGNES_COMPARABLES, LIGNES_REGION, TOTAL_COMPARABLE = 100, 10, 100.0
# Trois collectivités dont le fichier parlait, et plus une : un territoire entier qui manque.
TERRITOIRE_VIDE = 3
# Deux lignes voisines sortent parfois ensemble d'une liste ; trois, et rien d'autre, c'est une coupure.
BLOC = 3
# Part de rejets de plus que la copie précédente : le changement de code de 2018 à 2026 en fait moins de 0,02.
REJETS_EN_PLUS = 0.05
# Part de clés répétées qui met le fichier en cause : nos bons fichiers n'en ont pas une sur mille.
CLES_REPETEES_MAX = 0.005
# Part de lignes dont le code et le département se contredisent : au plus 1,4 % dans nos bons fichiers (un
# siège postal d'un autre département) ; une colonne décalée d'une ligne les oppose presque toutes.
DISCORDANTS_MAX = 0.1
# La corrélation de rang avec la population que perd un indicateur : 0,006 au hasard pour 35 000 communes ; de
# nos sources décalées d'une ligne, 0,06 à 0,7.
LIEN_PERDU, LIEN_PERDU_MEME = 0.12, 0.05
# En deçà de ce nombre d'unités, une corrélation varie trop d'elle-même.
UNITES_LIEES = 1_000
# Une colonne par trimestre se décale seule ; au-delà, une série se décale d'un bloc.
PERIODES_COMPAREES = 3
# Une valeur déjà publiée qui bouge de plus d'un centième est révisée ; la moitié d'un coup ne le sont pas.
REVISION, PART_REVISEE = 0.01, 0.5
# Part de la somme d'un paquet qui change : nulle d'une même publication, fusions de communes comprises.
PAQUET_DEPLACE = 0.03


def build_empreinte(brut: Brut, resultat: Resultat, contexte: Contexte) -> Empreinte:
    """Les comptes d'un fichier lu."""
    touchees, recentes = list_touchees(resultat), keep_recentes(resultat.valeurs)
    return Empreinte(
        brut.lus - brut.repetees,
        resultat.rapport.rejetes - brut.repetees,
        _count(touchees, contexte.territoires.regions),
        compute_totaux(resultat.valeurs),
        _count(touchees, contexte.territoires.departements),
        # Un fichier collé deux fois a une fin qui ne dit rien : ses doublons sont rejetés.
        None if brut.repetees else brut.finie,
        compute_liens(recentes, contexte),
        compute_paquets(recentes, contexte),
    )


def _count(touchees: pd.Index, territoires: pd.Series) -> dict[str, int]:
    """Les collectivités touchées de chaque territoire."""
    comptes = territoires.reindex(touchees).dropna().value_counts()
    return {str(territoire): int(nombre) for territoire, nombre in sorted(comptes.items()) if territoire}


def compute_totaux(valeurs: pd.DataFrame) -> dict[str, float]:
    """La somme de chaque indicateur à sa dernière période."""
    if valeurs.empty:
        return {}
    derniere = valeurs.groupby("indicateur_id")["periode"].transform("max")
    sommes = valeurs[valeurs["periode"].eq(derniere)].groupby("indicateur_id")["valeur"].sum()
    return {str(indicateur_id): float(somme) for indicateur_id, somme in sommes.items()}


def keep_recentes(valeurs: pd.DataFrame) -> pd.DataFrame:
    """Les valeurs des dernières périodes de chaque indicateur, sous une clé : l'indicateur et la période."""
    cles = valeurs[["indicateur_id", "periode"]].drop_duplicates().sort_values("periode")
    cles = cles.groupby("indicateur_id").tail(PERIODES_COMPAREES)
    return valeurs.merge(cles, on=["indicateur_id", "periode"]).assign(
        cle=lambda v: v["indicateur_id"].astype("str") + " " + v["periode"].astype("str")
    )


def compute_liens(recentes: pd.DataFrame, contexte: Contexte) -> dict[str, float]:
    """La corrélation de rang de chaque indicateur avec la population ; rien d'un indicateur trop peu connu.

    Presque tout ce que l'État mesure d'une commune suit sa taille : une colonne décalée d'une ligne n'est
    plus en face de la sienne.
    """
    liens = {}
    for cle, lignes in recentes.groupby("cle"):
        populations = contexte.territoires.populations.reindex(lignes["collectivite_id"]).to_numpy()
        lien = lignes["valeur"].rank().corr(pd.Series(populations, index=lignes.index).rank())
        if len(lignes) >= UNITES_LIEES and pd.notna(lien):
            liens[str(cle)] = round(float(lien), 4)
    return liens


def compute_paquets(recentes: pd.DataFrame, contexte: Contexte) -> dict[str, list[float]]:
    """La somme de chaque indicateur dans chaque paquet de collectivités."""
    paquets = recentes["collectivite_id"].map(contexte.territoires.paquets)
    sommes = recentes.groupby(["cle", paquets])["valeur"].sum().unstack().fillna(0.0)
    sommes = sommes.reindex(columns=range(PAQUETS), fill_value=0.0)
    return {str(nom): [round(float(x), 4) for x in ligne] for nom, *ligne in sommes.itertuples()}


def list_touchees(resultat: Resultat) -> pd.Index:
    """Les collectivités dont le fichier dit autre chose que « aucun »."""
    presentes = resultat.valeurs.loc[resultat.valeurs["valeur"].gt(0), "collectivite_id"]
    return pd.Index(presentes).union(pd.Index(resultat.attributs["collectivite_id"])).unique()


def _lignes(n: int) -> str:
    return format_compte(n, "ligne")


def check_lignes(brut: Brut, attendu: Attendu) -> None:
    """Refuse, avant de rien calculer, un fichier vide, coupé, ou trop long."""
    distinctes = brut.lus - brut.repetees
    if not distinctes:
        raise SourceRefusee("Le fichier n'a que ses entêtes : aucune ligne. L'absence n'est pas un zéro.")
    if brut.coupe:
        raise SourceRefusee("La dernière ligne du fichier est incomplète : le fichier est tronqué.")
    if distinctes == attendu.echantillon:
        return
    if attendu.lignes and not attendu.lignes[0] <= distinctes <= attendu.lignes[1]:
        raise SourceRefusee(
            f"Le fichier a {_lignes(distinctes)} ; entre {format_nombre(attendu.lignes[0])} et "
            f"{format_nombre(attendu.lignes[1])} étaient attendues : il est sans doute coupé, "
            "ou ce n'est pas le bon."
        )


def check_cle(brut: Brut, attendu: Attendu) -> None:
    """Refuse un fichier où ce qui devrait être unique se répète."""
    cle = [colonne for colonne in attendu.cle if colonne in brut.frame]
    if not cle:
        return
    repetees = int((brut.frame.duplicated(cle) & ~brut.frame[cle].isin([""]).any(axis=1)).sum())
    if repetees > CLES_REPETEES_MAX * len(brut.frame):
        noms = ", ".join(f"« {colonne} »" for colonne in cle)
        raise SourceRefusee(
            f"{noms} se répète sur {_lignes(repetees)}, alors qu'une ligne est attendue par clé."
        )


def list_coupures(neuf: Brut, ancien: Brut) -> Iterator[str]:
    """La bonne copie moins un bloc de lignes : coupée au début, au milieu ou à la fin.

    Une publication nouvelle peut perdre des lignes, çà et là ; non un bloc, et rien d'autre.
    """
    communes = [c for c in neuf.frame if c in ancien.frame]
    neuves, anciennes = (list(b.frame[communes].itertuples(index=False, name=None)) for b in (neuf, ancien))
    perdues = len(anciennes) - len(neuves)
    if not communes or perdues <= 0:
        return
    debut, fin = _count_memes(neuves, anciennes), _count_memes(neuves[::-1], anciennes[::-1])
    bout = len(neuves) in (debut, fin)
    if debut + fin >= len(neuves) and (bout or perdues >= BLOC):
        yield f"Le fichier est la bonne copie moins {_lignes(perdues)} qui s'y suivaient : il est tronqué."


def _count_memes(unes: Sequence[object], autres: Sequence[object]) -> int:
    """Les éléments égaux, depuis le premier."""
    paires = enumerate(zip(unes, autres, strict=False))
    return next((rang for rang, (une, autre) in paires if une != autre), min(len(unes), len(autres)))


def check_departements(brut: Brut, attendu: Attendu) -> None:
    """Refuse un fichier à la colonne décalée : ses codes n'y sont plus en face de leur département."""
    if not attendu.departement or not set(attendu.departement) <= set(brut.frame):
        return
    un, autre = (brut.frame[colonne].map(read_departement) for colonne in attendu.departement)
    remplis = un.ne("") & autre.ne("")
    opposes = int((remplis & un.ne(autre)).sum())
    check_discordants(opposes, int(remplis.sum()), attendu.departement, "le même département")


def list_dementis(
    frame: pd.DataFrame,
    placees: pd.Series,
    colonnes: tuple[str, str, str],
    contexte: Contexte,
    nommables: pd.Series | bool = True,
) -> pd.Series:
    """Le motif des lignes dont le nom, ou le code INSEE, dément le SIREN ; vide des autres. Refuse si trop.

    `frame` : `collectivite_id`, et les `colonnes` (SIREN, nom, code) ; `placees` : vrai des lignes à juger ;
    `nommables` : de celles dont le nom se compare.
    """
    _, nom, code = colonnes
    codees = placees & find_autres_codes(frame, code, contexte)
    nommees = placees & nommables & find_discordants(frame, nom, contexte.territoires.noms)
    motifs = pd.Series("", index=frame.index).mask(codees, CODE_DISCORDANT).mask(nommees, SIREN_DISCORDANT)
    check_discordants(int(motifs.ne("").sum()), int(placees.sum()), colonnes)
    return motifs


def check_discordants(
    opposes: int, remplis: int, colonnes: Iterable[str], quoi: str = "la même collectivité"
) -> None:
    """Refuse un fichier dont deux colonnes ne disent pas la même chose, `quoi`, sur trop de lignes."""
    if opposes > DISCORDANTS_MAX * remplis:
        noms = " et ".join(f"« {colonne} »" for colonne in colonnes)
        raise SourceRefusee(f"{noms} ne disent pas {quoi} sur {_lignes(opposes)} : une colonne est décalée.")


def is_courte(resultat: Resultat) -> bool:
    """Vrai d'une mesure dont aucun indicateur n'a assez d'unités pour que sa corrélation la garde."""
    comptes = resultat.valeurs.groupby(["indicateur_id", "periode"]).size()
    return bool(len(comptes)) and int(comptes.max()) < UNITES_LIEES


def list_changees(neuf: pd.DataFrame, ancien: pd.DataFrame) -> Iterator[str]:
    """Le fichier change la plupart des valeurs déjà publiées : même lieu, même période.

    Une révision en touche quelques-unes ; une colonne décalée, presque toutes.
    """
    cles = ["indicateur_id", "collectivite_id", "periode"]
    communes = neuf.merge(ancien, on=cles, suffixes=("", "_ancienne"))
    ecarts = (communes["valeur"] - communes["valeur_ancienne"]).abs()
    changees = int(ecarts.gt(REVISION * communes["valeur_ancienne"].abs()).sum())
    if len(communes) >= LIGNES_COMPARABLES and changees > PART_REVISEE * len(communes):
        yield (
            f"{format_compte(changees, 'valeur déjà publiée change', 'valeurs déjà publiées changent')} sur "
            f"{format_nombre(len(communes))} : une colonne est sans doute décalée."
        )


def check_rejets(empreinte: Empreinte, resultat: Resultat, attendu: Attendu, contexte: Contexte) -> None:
    """Refuse un fichier dont trop de lignes sont rejetées, et dit la cause probable."""
    part = empreinte.rejetes / empreinte.lignes
    if part > attendu.rejets:
        cause = describe_cause(resultat.rejets, contexte)
        raise SourceRefusee(
            f"Rejet de {_lignes(empreinte.rejetes)} sur {format_nombre(empreinte.lignes)}, au-delà des "
            f"{format_part(attendu.rejets)} tolérés{cause}."
        )


def check_totaux(empreinte: Empreinte, attendu: Attendu) -> None:
    """Refuse un fichier dont un total sort de ce que sa fiche tient pour possible."""
    for indicateur_id, (bas, haut) in attendu.totaux.items():
        total = empreinte.totaux.get(indicateur_id, 0.0)
        if not bas <= total <= haut:
            raise SourceRefusee(
                f"Le total de « {indicateur_id} » est {format_nombre(total)} ; entre {format_nombre(bas)} et "
                f"{format_nombre(haut)} étaient attendus : les nombres du fichier sont abîmés, "
                "ou ce n'est pas le bon."
            )


def check_regions(empreinte: Empreinte, attendu: Attendu) -> None:
    """Refuse un fichier à qui des régions manquent."""
    if empreinte.lignes != attendu.echantillon and len(empreinte.regions) < attendu.regions:
        raise SourceRefusee(
            f"Le fichier ne parle que de {format_compte(len(empreinte.regions), 'région')} ; "
            f"{attendu.regions} au moins étaient attendues."
        )


def list_reculs(
    neuve: Empreinte, avant: Empreinte | None, annees: float = 1.0, juge: str = BONNE_COPIE
) -> Iterator[str]:
    """Ce que le fichier neuf dit de trop peu, ou de trop, au regard de la bonne copie (ou du repère).

    `annees` : années entamées depuis ; l'écart admis croît avec elles. `juge` : le nom de `avant`.
    """
    if avant is None or avant.lignes < LIGNES_COMPARABLES:
        return
    if avant.finie and neuve.finie is False:
        yield (
            f"La dernière ligne du fichier n'est pas finie, ce qu'elle était dans {juge} : "
            "il est sans doute tronqué."
        )
    if abs(neuve.lignes / avant.lignes - 1) > EVOLUTION_PAR_AN * annees:
        yield f"Le fichier a {_lignes(neuve.lignes)}, contre {format_nombre(avant.lignes)} dans {juge}."
    if neuve.rejetes / neuve.lignes - avant.rejetes / avant.lignes > REJETS_EN_PLUS:
        yield f"Rejet de {_lignes(neuve.rejetes)}, contre {format_nombre(avant.rejetes)} dans {juge}."
    yield from _list_vides(neuve.regions, avant.regions, f"La région{INSECABLE}", PERTE_REGION_MAX)
    yield from _list_vides(
        neuve.departements, avant.departements, f"Le département{INSECABLE}", PERTE_DEPARTEMENT_MAX
    )
    for indicateur_id, total in avant.totaux.items():
        nouveau = neuve.totaux.get(indicateur_id, 0.0)
        evolution = nouveau / total - 1 if total >= TOTAL_COMPARABLE else 0.0
        if not -PERTE_TOTAL * annees <= evolution <= HAUSSE_TOTAL * annees:
            passage = f"{format_nombre(total)} à {format_nombre(nouveau)}"
            yield f"Le total de « {indicateur_id} » passe de {passage}."
    yield from _list_decalees(neuve, avant, LIEN_PERDU if annees >= 1 else LIEN_PERDU_MEME, juge)
    # Reconnaître plus de collectivités (une autre source apporte leurs SIREN) change aussi les sommes.
    memes = (neuve.lignes, neuve.rejetes) == (avant.lignes, avant.rejetes)
    if annees < 1 and memes:
        yield from _list_autres_valeurs(neuve, avant, juge)


def _list_decalees(neuve: Empreinte, avant: Empreinte, perte: float, juge: str) -> Iterator[str]:
    """Les indicateurs qui ne suivent plus la taille des collectivités comme ils la suivaient."""
    for indicateur_id, lien in avant.liens.items():
        nouveau = neuve.liens.get(indicateur_id, lien)
        if abs(lien) - nouveau * (1 if lien > 0 else -1) > perte:
            dits = " contre ".join(format_nombre(x, 2) for x in (nouveau, lien))
            yield (
                f"« {indicateur_id} » ne suit plus la population comme dans {juge} (corrélation {dits}) : "
                "une colonne est sans doute décalée."
            )


def _list_autres_valeurs(neuve: Empreinte, avant: Empreinte, juge: str) -> Iterator[str]:
    """D'une même publication, les indicateurs dont les valeurs ont changé de collectivité."""
    for indicateur_id, totaux in avant.paquets.items():
        ecarts = zip(totaux, neuve.paquets.get(indicateur_id, totaux), strict=False)
        if any(abs(neuf - ancien) > max(PAQUET_DEPLACE * abs(ancien), 3) for ancien, neuf in ecarts):
            yield (
                f"Les valeurs de « {indicateur_id} » ne sont plus celles des mêmes collectivités que dans "
                f"{juge} : une colonne est sans doute décalée, ou ce n'est pas la même publication."
            )


def _list_vides(neufs: Mapping[str, int], avant: Mapping[str, int], nom: str, perte: float) -> Iterator[str]:
    """Les territoires qui perdent plus que `perte` des collectivités dont le fichier parlait."""
    for code, nombre in avant.items():
        reste = neufs.get(code, 0)
        vide = nombre >= TERRITOIRE_VIDE and not reste
        if vide or (nombre >= LIGNES_REGION and reste < nombre * (1 - perte)):
            yield f"{nom}{code} passe de {format_compte(nombre, 'collectivité')} à {format_nombre(reste)}."
