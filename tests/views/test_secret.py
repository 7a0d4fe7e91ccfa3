"""Quelles que soient les cellules cachées, aucun de leurs nombres ne sort : texte, figure ou fichier."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from barometre.charts import Dessin, Graphique, Marques, build_points, build_vagues
from barometre.exports import to_csv, to_parquet, to_xlsx
from barometre.views.comprendre.dimensions import VAGUES
from barometre.views.comprendre.indicateur import VueIndicateur, build_vue_indicateur
from barometre.views.comprendre.theme import VueTheme, build_vue_theme
from barometre.views.lecture.selection import Selection
from tests.views.fausse_porte import REGIONS, STRATES, FaussePorte, build_catalogue, cellule

ADRESSES = [
    {"territoire_id": "france"},
    {"territoire_id": "france", "vague_id": "2023-v1"},
    *({"territoire_id": "france", "strate": strate, "type": strate.split("-")[0]} for strate in STRATES),
    *({"territoire_id": region, "niveau": "region"} for region in REGIONS),
    {"territoire_id": "france", "couverture": "adherente"},
]
IDS = ("site", "cyber", "lieu_a", "lieu_b")
CELLULES = [(id_, adresse) for id_ in IDS for adresse in ADRESSES]
ETATS = ("published", "indicative", "primary")


def _lignes(etats: list[str]) -> list[dict[str, object]]:
    """Une porte qui laisserait tout passer : chaque cellule cachée garde des nombres reconnaissables."""
    lignes = []
    for rang, ((id_, adresse), etat) in enumerate(zip(CELLULES, etats, strict=True)):
        if etat in ("published", "indicative"):
            note = "A" if etat == "published" else "C"
            lignes.append(cellule(id_, etat=etat, note=note, n=200, **adresse))
            continue
        part = 0.6 + rang / 1000  # 60,0 à 63,x % : aucune cellule montrée n'est dans ces eaux
        lignes.append(
            cellule(id_, etat=etat, note="A", n=7777, n_eff=7777.0, brut=part, redresse=part,
                    bas=part - 0.001, haut=part + 0.001, **adresse)
        )  # fmt: skip
    return lignes


# Une valeur cachée sous toutes ses écritures : 0.612, 61.2, 61,2, « 61 % », et son effectif.
INTERDIT = re.compile(r"\b0\.(59|6[0-4])\d*|\b(59|6[0-4])([.,]\d+)?\s?%|\b(59|6[0-4])[.,]\d+|7\s?777")


@settings(max_examples=25, deadline=None)
@given(
    etats=st.lists(st.sampled_from(ETATS), min_size=len(CELLULES), max_size=len(CELLULES)),
    territoire=st.sampled_from(["france", *REGIONS]),
    strate=st.sampled_from(["", *STRATES]),
    valeur=st.sampled_from(["redresse", "brut"]),
    indicateur_id=st.sampled_from(["site", "cyber"]),
)
def test_aucun_nombre_cache_ne_sort(
    etats: list[str], territoire: str, strate: str, valeur: str, indicateur_id: str
) -> None:
    porte, catalogue = FaussePorte(_lignes(etats)), build_catalogue()
    selection = Selection(territoire_id=territoire, strate=strate, valeur=valeur)
    theme = build_vue_theme(porte, catalogue, "essai", selection)
    for texte in _sorties_theme(theme):
        assert not INTERDIT.search(texte), texte[:2000]
    for texte in _sorties_indicateur(build_vue_indicateur(porte, catalogue, indicateur_id, selection)):
        assert not INTERDIT.search(texte), texte[:2000]


def _sorties_theme(vue: VueTheme) -> list[str]:
    indicateur = vue.lignes[0].indicateur
    groupes = [(g.titre, g.cadre) for g in vue.groupes if g.lignes]
    # Comme la page : un thème dont rien ne se montre n'a pas de graphique d'ensemble.
    groupes += [(vue.ensemble.titre, vue.ensemble.cadre)] if vue.ensemble.montrees else []
    graphiques = [
        build_points(cadre, indicateur, titre=titre, valeur=vue.selection.valeur) for titre, cadre in groupes
    ]
    phrases = [vue.a_retenir, *(repr((ligne.citation, ligne.elargi, ligne.publies)) for ligne in vue.lignes)]
    return [*phrases, *_textes(graphiques), *_fichiers(vue)]


def _sorties_indicateur(vue: VueIndicateur) -> list[str]:
    indicateur, valeur = vue.ligne.indicateur, vue.selection.valeur
    graphiques = [build_points(r.cadre, indicateur, titre=r.titre, valeur=valeur) for r in vue.repartitions]
    verdict = vue.verdict
    vagues = build_vagues(
        vue.get_repartition(VAGUES).cadre, indicateur, titre="V", verdict=verdict.mot, phrase=verdict.phrase
    )
    return [vue.sensibilite, verdict.phrase, *_textes([*graphiques, vagues]), *_fichiers(vue)]


def _textes(graphiques: list[Dessin]) -> list[str]:
    # Les ordonnées sont des pixels : seules les données, les mots et la table peuvent trahir.
    mots = ["\n".join([g.phrase, g.alt, g.table.to_csv()]) for g in graphiques]
    return mots + [g.html if isinstance(g, Marques) else _textes_figure(g) for g in graphiques]


def _textes_figure(graphique: Graphique) -> str:
    contenu = {
        "x": [list(trace.x) if trace.x is not None else [] for trace in graphique.figure.data],
        "textes": [[trace.text, trace.hovertext] for trace in graphique.figure.data],
        "annotations": [a.text for a in graphique.figure.layout.annotations],
    }
    return json.dumps(contenu, default=str, ensure_ascii=False)


def _fichiers(vue: VueTheme | VueIndicateur) -> list[str]:
    xlsx = zipfile.ZipFile(io.BytesIO(to_xlsx(vue.table, vue.provenance)))
    donnees = [xlsx.read("xl/worksheets/sheet1.xml").decode()]
    donnees += [xlsx.read(nom).decode() for nom in xlsx.namelist() if "sharedStrings" in nom]
    parquet = pd.read_parquet(io.BytesIO(to_parquet(vue.table, vue.provenance))).to_csv()
    valeurs = [re.sub(r'(r|s|width|min|max|ht)="[^"]*"', "", texte) for texte in donnees]
    return [to_csv(vue.table, vue.provenance).decode(), parquet, *valeurs]
