"""Un fichier trompeur est refusé, la bonne copie reste, la raison est dite ; chaque défaut vu a son cas."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from barometre.catalogue import DONNEES, load_catalogue
from barometre.pipeline import referentiel as ref
from barometre.pipeline.recolte import Bilan, Recolte, Socle, harvest
from barometre.sources.catalogue import SourceExterieure, load_sources_exterieures
from barometre.sources.empreinte import Empreinte
from barometre.sources.fetch import Copie, Lieu, get_kept

ENTETE = "id_pvd,insee_com,libelle"
SOURCES = load_sources_exterieures()
# Sans leur repère : leurs fichiers sont inventés ici.
PVD, FIBRE, CN = (
    replace(SOURCES[i], repere=None)
    for i in ("petites_villes_de_demain", "arcep_ftth", "conseillers_numeriques")
)
Lignes = Sequence[str]


@pytest.fixture(scope="module")
def socle() -> Socle:
    """Le vrai référentiel : les régions et les codes postaux n'ont de sens qu'entiers."""
    opsn, liens = ref.load_opsn(DONNEES)
    collectivites = ref.load_collectivites(DONNEES, load_catalogue(), liens)
    return Socle(collectivites, ref.load_codes_anciens(DONNEES), opsn, liens)


@pytest.fixture(scope="module")
def communes(socle: Socle) -> pd.DataFrame:
    """1 600 communes de toutes les régions, prises de loin en loin."""
    cadre = socle.collectivites
    toutes = cadre[cadre["type"].eq("commune") & cadre["codes_postaux"].notna()].sort_values("code")
    return toutes.iloc[[rang * (len(toutes) - 1) // 1599 for rang in range(1600)]]


def write(lieu: Lieu, source: SourceExterieure, lignes: Lignes, fin: str = "\n") -> None:
    assert lieu.miroir is not None
    chemin = lieu.miroir / source.miroir
    chemin.parent.mkdir(parents=True, exist_ok=True)
    octets = ("\n".join(lignes) + fin).encode()
    chemin.write_bytes(gzip.compress(octets) if chemin.suffix == ".gz" else octets)


def build_pvd(codes: Sequence[str]) -> list[str]:
    return [ENTETE, *(f"pvd-{rang},{code},Nom" for rang, code in enumerate(codes))]


def read(socle: Socle, lieu: Lieu, source: SourceExterieure, *, confirmer: bool = False) -> Bilan:
    recolte = Recolte(socle)
    harvest(source, lieu, recolte, confirmer=confirmer)
    return recolte.bilans[0]


@pytest.fixture
def lieu(tmp_path: Path) -> Lieu:
    return Lieu(tmp_path / "miroir", tmp_path / "copies")


Abimer = Callable[[pd.DataFrame], list[str]]
TROMPEURS: dict[str, tuple[Abimer, str]] = {
    "entêtes seules": (lambda c: [ENTETE], "n'a que ses entêtes"),
    "coupé à cent lignes": (lambda c: build_pvd(c["code"].head(100).tolist()), "100\xa0lignes"),
    "une seule région": (
        lambda c: build_pvd([code for code in c["code"] if code.startswith(("22", "29", "35", "56"))]),
        "lignes ; entre",
    ),
    "nombres de pandas": (lambda c: build_pvd((c["code"] + ".0").tolist()), "« 78003.0 »"),
    "zéros perdus": (lambda c: build_pvd(c["code"].str.lstrip("0").tolist()), "perdu le zéro"),
    "codes postaux": (lambda c: build_pvd(c["codes_postaux"].str[:5].tolist()), "codes postaux"),
    "clé répétée": (
        lambda c: [*build_pvd(c["code"].tolist()), *(f"b,{code},N" for code in c["code"][:400])],
        "se répète sur 400\xa0lignes",
    ),
    "page internet": (lambda c: ["<!DOCTYPE html><html><body>503</body></html>"], "une page internet"),
    "colonne renommée": (
        lambda c: [ligne.replace("insee_com", "code_insee") for ligne in build_pvd(c["code"].tolist())],
        "a changé de forme",
    ),
}  # fmt: skip


TROMPEURS |= {
    "quinze lignes sur cent perdues partout": (
        lambda c: build_pvd([code for rang, code in enumerate(c["code"]) if rang % 100 >= 15]),
        "lignes ; entre",
    ),
    "une ligne sur cinq redite sous un autre numéro": (
        lambda c: [*build_pvd(c["code"].tolist()), *(f"bis-{code},{code},Nom" for code in c["code"][::5])],
        "se répète sur 320\xa0lignes",
    ),
    "neuf codes sur dix d'ailleurs": (
        lambda c: build_pvd(
            [code if rang % 10 == 0 else f"99{rang:03}" for rang, code in enumerate(c["code"])]
        ),
        "Rejet de",
    ),
    "JSON d'erreur": (lambda c: ['{"error": "not found"}'], "a changé de forme"),
}


@pytest.mark.parametrize(("abimer", "raison"), TROMPEURS.values(), ids=TROMPEURS)
def test_un_fichier_trompeur_laisse_la_bonne_copie(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu, abimer: Abimer, raison: str
) -> None:
    write(lieu, PVD, abimer(communes))
    seul = read(socle, lieu, PVD)
    assert (seul.etat, seul.rapport) == ("absente", None)  # sans copie d'avant : la fiche suffit à refuser
    write(lieu, PVD, build_pvd(communes["code"].tolist()))
    bonne = read(socle, lieu, PVD)
    assert bonne.etat == "chargee"
    write(lieu, PVD, abimer(communes))
    refuse = read(socle, lieu, PVD)
    assert (refuse.etat, refuse.rapport, refuse.empreinte) == ("gardee", bonne.rapport, bonne.empreinte)
    assert raison in refuse.phrase
    assert "est gardée" in refuse.phrase


def test_une_derniere_ligne_coupee(socle: Socle, communes: pd.DataFrame, lieu: Lieu) -> None:
    lignes = build_pvd(communes["code"].tolist())
    write(lieu, PVD, [*lignes[:-1], lignes[-1].partition(",")[0]], fin="")
    assert "tronqué" in read(socle, lieu, PVD).phrase


def test_un_fichier_coupe_a_la_fin_d_une_ligne_est_le_debut_de_la_bonne_copie(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu
) -> None:
    """Trois lignes de moins sur cent passeraient pour une mise à jour ; un début exact n'en est pas une."""
    lignes = build_pvd(communes.sample(frac=1.0, random_state=1)["code"].tolist())
    write(lieu, PVD, lignes)
    assert read(socle, lieu, PVD).etat == "chargee"
    write(lieu, PVD, lignes[: len(lignes) * 97 // 100])
    refuse = read(socle, lieu, PVD)
    assert refuse.etat == "gardee"
    assert "est la bonne copie moins 49\xa0lignes qui s'y suivaient" in refuse.phrase
    assert read(socle, lieu, PVD, confirmer=True).etat == "chargee"


def test_une_colonne_decalee_d_une_ligne(socle: Socle, communes: pd.DataFrame, lieu: Lieu) -> None:
    """Les mêmes codes, chacun en face du département d'un autre : aucun compte ne le voit."""
    codes = communes.sample(frac=1.0, random_state=2)["code"].tolist()
    entete = "id_pvd,insee_com,insee_dep"
    droites = [f"p{i},{code},{code[:2]}" for i, code in enumerate(codes)]
    decalees = [f"p{i},{code},{codes[i - 1][:2]}" for i, code in enumerate(codes)]
    write(lieu, PVD, [entete, *decalees])
    assert "« insee_com » et « insee_dep » ne disent pas le même département" in read(socle, lieu, PVD).phrase
    write(lieu, PVD, [entete, *droites])
    assert read(socle, lieu, PVD).etat == "chargee"


def test_une_region_perdue_depuis_la_bonne_copie(socle: Socle, communes: pd.DataFrame, lieu: Lieu) -> None:
    write(lieu, PVD, build_pvd(communes["code"].tolist()))
    read(socle, lieu, PVD)
    sans_bretagne = communes.loc[communes["region"].ne("53"), "code"].tolist()
    write(lieu, PVD, build_pvd(sans_bretagne))
    refuse = read(socle, lieu, PVD)
    assert refuse.etat == "gardee"
    assert "La région\xa053 passe de" in refuse.phrase
    assert "--confirmer" in refuse.phrase
    acceptee = read(socle, lieu, PVD, confirmer=True)
    assert acceptee.etat == "chargee"
    kept = get_kept(PVD, lieu)
    assert kept is not None
    assert kept.comptes is not None
    assert "53" not in kept.comptes["regions"]  # elle devient la mesure de la suivante


def test_des_lignes_ecrites_deux_fois_ne_comptent_qu_une(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu
) -> None:
    """Le fichier entier deux fois : 18 215 postes en devenaient 36 430."""
    entete = "structure,Siret,Nb de conseillers recrutés,Code commune Insee"
    lignes = [f"S{rang},{rang},2,{code}" for rang, code in enumerate(communes["code"])]
    write(lieu, CN, [entete, *lignes, *lignes])
    recolte = Recolte(socle)
    harvest(CN, lieu, recolte)
    postes = recolte.valeurs[CN.id].query("indicateur_id == 'conseillers_numeriques_postes'")["valeur"]
    assert postes.sum() == 2 * len(lignes)
    rapport = recolte.bilans[0].rapport
    assert rapport is not None
    assert (rapport.lus, rapport.rejetes) == (2 * len(lignes), len(lignes))
    # La copie purgée n'a que deux colonnes : deux structures d'une commune y sont semblables.
    relue = read(socle, Lieu(None, lieu.copies, reseau=False), CN)
    assert relue.rapport is not None
    assert relue.rapport.charges == len(lignes)


@pytest.mark.parametrize("codage", ["cp1252", "utf-16"])
def test_un_autre_codage_est_refuse(socle: Socle, communes: pd.DataFrame, lieu: Lieu, codage: str) -> None:
    lignes = build_pvd(communes["code"].tolist())
    write(lieu, PVD, lignes)
    read(socle, lieu, PVD)
    assert lieu.miroir is not None
    (lieu.miroir / PVD.miroir).write_bytes("\n".join(lignes).replace("Nom", "Né").encode(codage))
    assert read(socle, lieu, PVD).etat == "gardee"


def test_des_colonnes_dans_un_autre_ordre_donnent_les_memes_valeurs(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu
) -> None:
    recoltes = []
    for ordre in ((0, 1, 2), (2, 0, 1)):
        lignes = [ligne.split(",") for ligne in build_pvd(communes["code"].tolist())]
        write(lieu, PVD, [",".join(ligne[rang] for rang in ordre) for ligne in lignes])
        recolte = Recolte(socle)
        harvest(PVD, lieu, recolte)
        recoltes.append(recolte.valeurs[PVD.id])
    pd.testing.assert_frame_equal(*recoltes)


def build_cn(codes: Sequence[str], postes: int) -> list[str]:
    entete = "structure,Siret,Nb de conseillers recrutés,Code commune Insee"
    return [entete, *(f"S{rang},{rang},{postes},{code}" for rang, code in enumerate(codes))]


def test_des_totaux_hors_de_la_fiche_sont_refuses_meme_sans_copie(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu
) -> None:
    write(lieu, CN, build_cn(communes["code"].tolist(), 4))
    refuse = read(socle, lieu, CN)
    assert refuse.etat == "absente"
    assert "_postes » est 6\u202f400 ; entre 1\u202f000 et 5\u202f000" in refuse.phrase


def test_des_totaux_doubles_sont_un_recul(socle: Socle, communes: pd.DataFrame, lieu: Lieu) -> None:
    write(lieu, CN, build_cn(communes["code"].tolist(), 1))
    read(socle, lieu, CN)
    write(lieu, CN, build_cn(communes["code"].tolist(), 2))
    refuse = read(socle, lieu, CN)
    assert refuse.etat == "gardee"
    assert "passe de 1\u202f600 à 3\u202f200" in refuse.phrase
    assert read(socle, lieu, CN, confirmer=True).etat == "chargee"


@pytest.mark.parametrize("copie", [False, True])
def test_des_valeurs_decalees_d_une_ligne(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu, copie: bool
) -> None:
    """Les mêmes codes, les mêmes nombres, chacun en face de la commune d'à côté : rien d'autre ne le voit."""
    codes = communes["code"].tolist()
    droites = [f"S{i},{i},{1 + int(code[-1], 36) % 3},{code}" for i, code in enumerate(codes)]
    nombres = [ligne.split(",")[2] for ligne in droites]
    decalees = [f"S{i},{i},{nombres[i - 1]},{code}" for i, code in enumerate(codes)]
    entete = build_cn([], 1)[0]
    write(lieu, CN, [entete, *droites])
    assert read(socle, lieu, CN).etat == "chargee"
    bonne = get_kept(CN, lieu)
    assert bonne is not None
    source = replace(CN, repere=Empreinte(**(bonne.comptes or {})))
    if not copie:
        shutil.rmtree(lieu.copies)
    write(lieu, source, [entete, *decalees])
    refuse = read(socle, lieu, source)
    assert refuse.etat == ("gardee" if copie else "absente")
    assert "ne sont plus celles des mêmes collectivités" in refuse.phrase
    assert read(socle, lieu, source, confirmer=True).etat == "chargee"


def build_reperee(socle: Socle, communes: pd.DataFrame, lieu: Lieu) -> SourceExterieure:
    """Les conseillers, avec le repère d'un bon fichier que l'on a vu ; aucune bonne copie ne reste."""
    write(lieu, CN, build_cn(communes["code"].tolist(), 2))
    assert read(socle, lieu, CN).etat == "chargee"
    bonne = get_kept(CN, lieu)
    assert bonne is not None
    assert bonne.comptes is not None
    shutil.rmtree(lieu.copies)
    return replace(CN, repere=Empreinte(**bonne.comptes))


PREMIERS: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "deux sur trois": (
        lambda codes: [c for r, c in enumerate(codes) if r % 3],
        "Le fichier a 1\u202f066\xa0lignes, contre 1\u202f600",
    ),
    "un sur cinq perdu": (lambda codes: [c for r, c in enumerate(codes) if r % 5], "Le fichier a 1\u202f280"),
    "la fin manque": (
        lambda codes: [c for c in codes if not "94" < c < "96"], "Le département\xa095 passe de",
    ),
    "un département manque": (
        lambda codes: [*(c for c in codes if c[:2] != "62"), *([codes[0]] * 40)],
        "Le département\xa062 passe de",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("abimer", "raison"), PREMIERS.values(), ids=PREMIERS)
def test_un_premier_fichier_coupe_est_refuse_sans_bonne_copie(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu,
    abimer: Callable[[list[str]], list[str]], raison: str,
) -> None:  # fmt: skip
    """La moitié des conseillers passait au premier chargement : 2 548 postes, et des zéros ailleurs."""
    source = build_reperee(socle, communes, lieu)
    assert read(socle, lieu, source).etat == "chargee"
    shutil.rmtree(lieu.copies)
    write(lieu, source, build_cn(abimer(sorted(communes["code"])), 2))
    refuse = read(socle, lieu, source)
    assert (refuse.etat, refuse.rapport) == ("absente", None)
    assert raison in refuse.phrase
    assert "--confirmer" in refuse.phrase
    # Les conseillers ont vraiment diminué depuis 2023 : un autre millésime se confirme.
    assert read(socle, lieu, source, confirmer=True).etat == "chargee"


def test_une_derniere_valeur_coupee(socle: Socle, communes: pd.DataFrame, lieu: Lieu) -> None:
    """« 33063 » coupé en « 330 » a le bon nombre de colonnes : c'est le saut de ligne qui manque."""
    source = build_reperee(socle, communes, lieu)
    lignes = build_cn(communes["code"].tolist(), 2)
    write(lieu, source, [*lignes[:-1], lignes[-1][:-2]], fin="")
    assert (
        "dans la publication connue (septembre 2023) : il est sans doute tronqué"
        in read(socle, lieu, source).phrase
    )


def test_la_meme_publication_coupee_au_dixieme_laisse_la_bonne_copie(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu
) -> None:
    """Une source sans adresse n'a qu'une publication : un dixième de moins n'est pas une mise à jour."""
    lignes = build_cn(communes.sample(frac=1.0, random_state=1)["code"].tolist(), 2)
    write(lieu, CN, lignes)
    assert read(socle, lieu, CN).etat == "chargee"
    write(lieu, CN, lignes[:1441])
    refuse = read(socle, lieu, CN)
    assert refuse.etat == "gardee"
    assert "Le fichier a 1\u202f440\xa0lignes, contre 1\u202f600 dans la bonne copie" in refuse.phrase
    assert read(socle, lieu, CN, confirmer=True).etat == "chargee"


def test_un_fichier_colle_deux_fois_n_est_pas_tronque(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu
) -> None:
    """Sa fin ne dit rien : ses lignes redites sont rejetées, les autres sont celles de la publication."""
    source = build_reperee(socle, communes, lieu)
    lignes = build_cn(communes["code"].tolist(), 2)
    write(lieu, source, [*lignes, *lignes[1:]], fin="")
    bilan = read(socle, lieu, source)
    assert bilan.etat == "chargee", bilan.phrase
    assert bilan.rapport is not None
    assert bilan.rapport.charges == len(lignes) - 1


def test_une_adresse_rend_la_publication_du_jour(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Le repère date de 2023 : un quart de lignes de moins, partout, n'y est plus un fichier coupé."""
    source = replace(
        build_reperee(socle, communes, lieu), adresse="https://exemple.invalid/cn.csv", suffixe=".csv"
    )
    codes = [code for rang, code in enumerate(communes["code"]) if rang % 4]

    def download(source: SourceExterieure, lieu: Lieu, client: object) -> Copie:
        chemin = lieu.copies / source.id / "nouvelle.csv"
        chemin.parent.mkdir(parents=True)
        chemin.write_text("\n".join(build_cn(codes, 2)) + "\n", encoding="utf-8")
        return Copie(source.id, chemin, "adresse", "0" * 64, datetime.now(UTC))

    monkeypatch.setattr("barometre.sources.fetch._download", download)
    assert read(socle, replace(lieu, miroir=None), source).etat == "chargee"


def test_chaque_source_qui_ecrit_des_zeros_a_son_repere() -> None:
    """Un échantillon n'en a pas : il est nommé par son nombre de lignes, non par des bornes basses."""
    sans = {s.id for s in SOURCES.values() if s.usage == "indicateurs" and s.repere is None}
    assert sans == {"presence_numerique"}
    dpnt = SOURCES["presence_numerique"].attendu
    assert (dpnt.echantillon, dpnt.regions) == (4, 17)
    assert dpnt.lignes is not None
    assert dpnt.lignes[0] > 20_000


def test_un_departement_dont_la_liste_ne_dit_rien_n_a_pas_de_zero(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu
) -> None:
    sans_finistere = communes.loc[communes["departement"].ne("29"), "code"].tolist()
    write(lieu, CN, build_cn(sans_finistere, 1))
    recolte = Recolte(socle)
    harvest(CN, lieu, recolte)
    connues = set(recolte.valeurs[CN.id]["collectivite_id"])
    assert "commune-29019" not in connues  # Brest : on ne sait pas
    assert "commune-35238" in connues  # Rennes : la liste parle de son département
