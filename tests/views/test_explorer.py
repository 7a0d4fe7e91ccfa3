"""Explorer : une adresse, une table à plat ; rien de caché n'y entre, rien d'inventé n'y passe."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.views.donnees import explorer
from barometre.views.donnees.demande import MODELES, ExplorationRefusee, explain_impossible, parse_demande
from barometre.views.donnees.explorer import build_vue_explorer
from barometre.views.donnees.formes import pivot_large, translate_bornes
from barometre.views.lecture.selection import Selection
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice

MESURE = "france_services_presence"
DEUX = "indicateurs=site_internet&indicateurs=site_a_jour"
TERRITOIRES = {"france": "France", "region-01": "Nord"}


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    depot = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot"), etat=True))
    yield Gate(depot)
    depot.close()


def _read(gate: Gate, requete: str):  # type: ignore[no-untyped-def]
    catalogue = load_catalogue()
    return build_vue_explorer(gate, catalogue, parse_demande(requete, catalogue, TERRITOIRES))


def test_les_valeurs_sont_celles_de_la_porte(gate: Gate) -> None:
    vue = _read(gate, "indicateurs=site_internet&par=territoire&niveau=region&vague=2026-v4")
    cellules = gate.list_agregats(
        "site_internet", "2026-v4", niveau="region", type="", strate="", couverture=""
    )
    attendues = dict(zip(cellules["territoire_id"], cellules["redresse"], strict=True))
    assert len(vue.table) == len(cellules) > 0
    for ligne in vue.table.to_dict("records"):
        assert ligne["redresse"] == pytest.approx(round(100 * attendues[ligne["territoire_id"]]), nan_ok=True)


def test_une_cellule_cachee_n_a_que_sa_marque(gate: Gate) -> None:
    vue = _read(gate, "theme=communication&par=strate")
    cachees = vue.table[vue.table["marque"].isin(["[c]", "[x]"])]
    assert cachees[["valeur", "redresse", "brut", "bas", "haut", "n"]].isna().all(axis=None)
    assert vue.caches + vue.absents == len(cachees)


def test_sans_vague_la_derniere_seule(gate: Gate) -> None:
    vue = _read(gate, "indicateurs=site_internet&par=")
    assert vue.table["vague_id"].nunique() <= 1


@pytest.mark.parametrize("requete", MODELES.values())
def test_les_modeles_se_lisent(gate: Gate, requete: str) -> None:
    assert _read(gate, requete).phrase


@pytest.mark.parametrize(
    ("requete", "mot"),
    [
        ("indicateurs=inconnu", "inconnu"),
        ("par=canton", "canton"),
        ("territoire=commune-33063", "commune-33063"),
        ("vague=1999", "1999"),
    ],
)
def test_une_mauvaise_valeur_est_refusee_par_une_phrase(gate: Gate, requete: str, mot: str) -> None:
    with pytest.raises(ExplorationRefusee, match=mot):
        _read(gate, requete)


def test_au_dela_de_la_limite_la_vue_est_refusee_et_dit_quoi_oter(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    lignes = len(_read(gate, "par=strate").table)
    monkeypatch.setattr(explorer, "MAXIMUM", lignes)
    assert _read(gate, "par=strate").phrase  # la limite elle-même passe
    monkeypatch.setattr(explorer, "MAXIMUM", lignes - 1)
    with pytest.raises(ExplorationRefusee, match="ôtez une répartition, ou choisissez moins"):
        _read(gate, "par=strate")


def test_un_territoire_sans_cellule_a_sa_ligne_et_n_est_pas_un_zero(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Une région de neuf répondantes n'a pas de cellule : la table la nomme, sans valeur ni effectif."""
    lire = Gate.list_agregats

    def sans_le_sud(porte: Gate, *args: object, **filtres: object) -> pd.DataFrame:
        cellules = lire(porte, *args, **filtres)  # type: ignore[arg-type]
        return cellules[cellules["territoire_id"].ne("region-02")]

    monkeypatch.setattr(Gate, "list_agregats", sans_le_sud)
    vue = _read(gate, "indicateurs=site_internet&niveau=region&vague=2026-v4")
    (absente,) = vue.table[vue.table["territoire_id"].eq("region-02")].to_dict("records")
    assert absente["marque"] == "[x]"
    assert pd.isna([absente[c] for c in ("valeur", "redresse", "brut", "n")]).all()
    assert vue.absents == 1
    assert "1\xa0chiffre indisponible" in vue.phrase
    # Dans une autre région seule, elle n'a pas à paraître ; croisée, une phrase le dit à la place.
    seule = _read(gate, "indicateurs=site_internet&niveau=region&vague=2026-v4&territoires=region-01")
    assert set(seule.table["territoire_id"]) == {"region-01"}
    croisee = _read(
        gate, "indicateurs=site_internet&vague=2026-v4&territoires=france&par=territoire&par=strate"
    )
    assert any("n’est pas un zéro" in message for message in croisee.messages)
    assert any("n’est pas un zéro" in texte for texte in croisee.provenance.precautions)


def test_une_vue_des_seules_donnees_de_l_etat_n_est_ni_simulee_ni_du_barometre(gate: Gate) -> None:
    etat = _read(gate, f"indicateurs={MESURE}&niveau=commune").provenance
    assert not etat.simulee
    assert "simulees" not in etat.get_nom("csv")
    assert "DINUM" not in etat.source
    melee = _read(gate, f"indicateurs=site_internet&indicateurs={MESURE}&par=territoire&niveau=region")
    assert melee.provenance.simulee


def test_la_provenance_dit_indicateur_repartition_niveau_et_vague(gate: Gate) -> None:
    lue = _read(gate, "indicateurs=site_internet&niveau=region").provenance
    titre = load_catalogue().indicateurs["site_internet"].titre
    assert titre in lue.titre
    assert lue.titre.endswith("par région")
    vague = load_catalogue().vagues[-1].titre
    assert lue.filtres.endswith(f"Régions ; {vague}")


def test_declare_mesure_et_publie_dans_une_meme_vue(gate: Gate) -> None:
    catalogue = load_catalogue()
    publie = next(p for p in catalogue.chiffres_publies if p.valeur is not None)
    vue = _read(gate, f"indicateurs=site_internet&indicateurs={MESURE}&indicateurs={publie.id}&par=")
    origines = dict(zip(vue.table["indicateur_id"], vue.table["origine"], strict=True))
    assert origines == {"site_internet": "declare", MESURE: "mesure", publie.id: "publie"}
    ligne = vue.table.set_index("indicateur_id").loc[publie.id]
    assert (ligne["valeur"], ligne["unite"], ligne["source"]) == (
        publie.valeur,
        publie.unite,
        publie.source_url,
    )


def test_une_donnee_de_l_etat_se_lit_par_commune_et_pas_par_taille(gate: Gate) -> None:
    vue = _read(gate, f"indicateurs={MESURE}&niveau=commune")
    attendues = gate.list_valeurs(MESURE, type="commune").set_index("collectivite_id")["valeur"]
    lues = vue.table.set_index("territoire_id")["valeur"]
    assert set(lues.index) == set(attendues.index)
    assert len(lues)
    part = load_catalogue().get_indicateur(MESURE).est_part
    for lieu, valeur in lues.dropna().items():
        assert valeur == pytest.approx(attendues[lieu] * (100 if part else 1), abs=0.51)
    par_taille = _read(gate, f"indicateurs={MESURE}&par=strate")
    assert par_taille.table.empty
    assert "toutes collectivités réunies" in par_taille.messages[0]


def test_dans_une_region_ses_departements_seuls(gate: Gate) -> None:
    region = gate.get_referentiel().query("type == 'departement'")["region"].iloc[0]
    vue = _read(gate, f"theme=communication&niveau=departement&territoire=region-{region}")
    lieux = gate.get_referentiel().set_index("collectivite_id")["region"]
    assert {lieux[t] for t in vue.table["territoire_id"]} <= {region}


def test_plusieurs_territoires_de_tout_niveau(gate: Gate) -> None:
    vue = _read(gate, "indicateurs=site_internet&territoires=france&territoires=region-01&vague=2026-v4")
    assert vue.table["territoire_id"].tolist() == ["france", "region-01"]
    sans = _read(
        gate, "indicateurs=site_internet&territoires=france&territoires=region-01&vague=2026-v4&par="
    )
    assert sans.table["territoire_id"].tolist() == ["france", "region-01"]


def test_des_communes_se_choisissent_une_a_une_a_cote_d_une_region(gate: Gate) -> None:
    """Une commune choisie a ses données de l'État, et jamais un chiffre des réponses."""
    connus = gate.get_referentiel()["collectivite_id"]
    une, autre = sorted(gate.list_valeurs(MESURE, type="commune")["collectivite_id"])[:2]
    catalogue = load_catalogue()
    requete = "&".join(f"territoires={lieu}" for lieu in (une, autre, "region-01"))
    requete += f"&indicateurs={MESURE}&indicateurs=site_internet&vague=2026-v4"
    demande = parse_demande(requete, catalogue, TERRITOIRES, set(connus).__contains__)
    table = build_vue_explorer(gate, catalogue, demande).table
    lues = table[table["territoire_id"].isin([une, autre])].set_index(["indicateur_id", "territoire_id"])
    assert lues.loc[MESURE, "valeur"].notna().all()
    assert set(lues.loc["site_internet", "marque"]) == {"[x]"}
    assert lues.loc["site_internet", ["valeur", "brut", "n"]].isna().all(axis=None)
    with pytest.raises(ExplorationRefusee, match="commune-99999"):
        parse_demande("territoires=commune-99999", catalogue, TERRITOIRES, set(connus).__contains__)


@pytest.mark.parametrize("par", ["par=territoire", "par=vague", "par=strate&par=vague"])
def test_en_large_les_memes_valeurs_et_les_memes_marques(gate: Gate, par: str) -> None:
    longue = _read(gate, f"{DEUX}&{par}")
    large = _read(gate, f"{DEUX}&{par}&forme=large").fichier
    assert not large.duplicated(
        [c for c in ("territoire_id", "type", "strate", "periode") if c in large]
    ).any()
    for ligne in longue.table.to_dict("records"):
        meme = large["territoire_id"].eq(ligne["territoire_id"]) & large["strate"].eq(ligne["strate"])
        meme &= large["type"].eq(ligne["type"])
        if "periode" in large:
            meme &= large["periode"].eq(ligne["vague_id"])
        (case,) = large.loc[meme].to_dict("records")
        assert case[ligne["indicateur_id"]] == pytest.approx(ligne["valeur"], nan_ok=True)
        for suite in ("marque", "plafond"):
            assert case.get(f"{ligne['indicateur_id']}_{suite}", "") == ligne[suite]


def test_en_large_une_borne_reste_une_borne() -> None:
    """« plus de 93 % » y était 93, sans rien à côté ; à l'écran, en mots."""
    commun = {"groupe": "Nord", "territoire_id": "region-01", "type": "", "strate": "", "couverture": "",
              "vague_id": "2026-v4", "periode": ""}  # fmt: skip
    lignes = [
        commun | {"indicateur_id": "a", "valeur": 93.0, "plafond": "au_moins", "marque": "[u]"},
        commun | {"indicateur_id": "b", "valeur": 40.0, "plafond": "", "marque": ""},
    ]
    large = pivot_large(pd.DataFrame(lignes), par_periode=False)
    assert large[["a", "a_plafond", "a_marque", "b"]].to_dict("records") == [
        {"a": 93.0, "a_plafond": "au_moins", "a_marque": "[u]", "b": 40.0}
    ]
    assert {"b_plafond", "b_marque"}.isdisjoint(large.columns)
    assert translate_bornes(large)["a_plafond"].tolist() == ["plus de"]


def test_l_apercu_se_lit_page_par_page(gate: Gate) -> None:
    vue = _read(gate, "theme=communication&par=strate&par=vague")
    lues = pd.concat([vue.get_page(numero) for numero in range(1, vue.pages + 1)])
    assert vue.pages > 1
    assert lues.equals(vue.fichier)
    assert vue.get_page(99).equals(vue.get_page(vue.pages))


def test_la_phrase_compte_ce_qui_est_cache(gate: Gate) -> None:
    vue = _read(gate, "theme=communication&par=strate")
    assert vue.caches > 0
    assert f"{vue.caches}\u00a0chiffre" in vue.phrase
    assert "par le secret" in vue.phrase


FIBRE = {
    "fibre_part_raccordable": ("2018-03", ["01001", "01002"]),
    "fibre_deploiement": ("2026-06", ["01001"]),
}


class AvecFibre(Gate):
    """La porte, où la fibre de 2018 est connue de deux communes, et celle qui la remplace d'une seule."""

    def list_valeurs(self, indicateur_id, *args, **filtres):  # type: ignore[no-untyped-def]
        if indicateur_id not in FIBRE:
            return super().list_valeurs(indicateur_id, *args, **filtres)
        periode, codes = FIBRE[indicateur_id]
        commun = {"indicateur_id": indicateur_id, "periode": periode, "valeur": 0.4, "etat": "repondu"}
        lignes = [commun | {"collectivite_id": f"commune-{c}", "n_communes": None} for c in codes]
        return pd.DataFrame(lignes)


def test_une_mesure_remplacee_ne_s_emporte_pas_la_ou_la_nouvelle_est_connue(gate: Gate) -> None:
    """Le fichier suit la page : thème, fiche et carte la cachent."""
    porte = AvecFibre(gate._repository)
    lignes = _read(porte, "indicateurs=fibre_part_raccordable&niveau=commune").table.set_index(
        "territoire_id"
    )
    assert lignes["marque"].to_dict() == {"commune-01001": "[x]", "commune-01002": ""}
    assert lignes["valeur"].isna().to_dict() == {"commune-01001": True, "commune-01002": False}
    assert lignes.loc["commune-01001", "remarque"].startswith("Remplacé par")


@pytest.mark.parametrize(("cle", "remede"), [("vague", "par=vague"), ("territoire", "territoires=…")])
def test_une_cle_donnee_deux_fois_est_refusee_et_non_perdue(cle: str, remede: str) -> None:
    """`exporter "vague=a&vague=b"` n'écrivait que la seconde, sans un mot."""
    catalogue = load_catalogue()
    requete = f"{cle}=2023-v1&{cle}=2026-v4"
    with pytest.raises(ExplorationRefusee, match=remede):
        parse_demande(requete, catalogue, TERRITOIRES)
    assert (
        parse_demande("vague=2026-v4&vague=2026-v4", catalogue, TERRITOIRES).selection.vague_id == "2026-v4"
    )


@pytest.mark.parametrize("forme", ["", "&forme=large"])
def test_l_apercu_dit_ce_qui_ne_se_lit_que_parmi_certaines(gate: Gate, forme: str) -> None:
    """« Un site à jour » à côté d'« Un site » : sans sa base, l'écran le donnait sur toutes."""
    vue = _read(gate, f"{DEUX}{forme}")
    a_jour = load_catalogue().get_indicateur("site_a_jour")
    assert (
        vue.explain_bases(1)
        == f"«\u202f{a_jour.titre}\u202f», parmi les seules {a_jour.base[:1].lower()}{a_jour.base[1:]}"
    )
    assert _read(gate, f"indicateurs=site_internet{forme}").explain_bases(1) == ""


def test_un_type_et_une_taille_d_un_autre_se_refusent_avec_leurs_noms() -> None:
    """« Du type « epci » et de la strate « commune-0-499 » » donnait des identifiants à lire."""
    phrase = explain_impossible(load_catalogue(), Selection(type="epci", strate="commune-0-499"))
    assert "Intercommunalités (EPCI)" in phrase
    assert "commune-0-499" not in phrase
    assert explain_impossible(load_catalogue(), Selection(type="commune", strate="commune-0-499")) == ""
