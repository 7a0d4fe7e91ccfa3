"""L'ensemble du catalogue : complet, cohérent, à jour, et fidèle à ce qui a été publié."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from barometre.catalogue import PARTICIPATION, CatalogueError, check_catalogue, load_catalogue
from barometre.domain.chiffre import ChiffrePublie
from tests.catalogue.conftest import CatalogueAbime

CATALOGUE = load_catalogue()
PUBLIES_PAR_THEME = [c for c in CATALOGUE.chiffres_publies if c.theme_id != PARTICIPATION]
THEMES = [
    "inclusion",
    "cybersecurite",
    "communication",
    "infrastructures",
    "outils_internes",
    "donnee",
    "dematerialisation",
    "services_en_ligne",
    "strategie",
]


def test_le_catalogue_tient_aujourd_hui() -> None:
    check_catalogue(date.today())


def test_les_neuf_themes_sont_dans_l_ordre() -> None:
    assert [theme.id for theme in CATALOGUE.themes] == THEMES
    assert [theme.rang for theme in CATALOGUE.themes] == list(range(1, 10))


def test_il_y_a_au_moins_quatre_vingt_dix_indicateurs_declares() -> None:
    assert len(CATALOGUE.list_indicateurs(origine="declare")) >= 90


@pytest.mark.parametrize("theme_id", THEMES)
def test_chaque_theme_a_au_moins_onze_indicateurs(theme_id: str) -> None:
    assert len(CATALOGUE.list_indicateurs(theme_id, origine="declare")) >= 11


def test_les_identifiants_de_questions_sont_uniques() -> None:
    ids = Counter(
        q.id for questionnaire in CATALOGUE.questionnaires.values() for q in questionnaire.questions
    )
    assert [id_ for id_, fois in ids.items() if fois > 1] == []


def test_la_premiere_edition_pose_chaque_questionnaire_une_fois() -> None:
    poses = [id_ for vague in CATALOGUE.vagues if vague.edition == 1 for id_ in vague.questionnaires]
    assert sorted(poses) == sorted(THEMES)


@pytest.mark.parametrize("chiffre", PUBLIES_PAR_THEME, ids=lambda c: c.id)
def test_chaque_chiffre_publie_a_son_indicateur(chiffre: ChiffrePublie) -> None:
    indicateur = CATALOGUE.get_indicateur(chiffre.indicateur_id)
    assert indicateur.theme_id == chiffre.theme_id
    assert indicateur.unite == chiffre.unite
    assert chiffre.id in indicateur.chiffres_publies


@pytest.mark.parametrize(
    ("indicateur_id", "valeur"),
    [
        ("aucune_sensibilisation", 43),
        ("sans_plan_continuite", 66),
        ("sans_responsable_securite", 73),
    ],
)
def test_un_manque_publie_reste_dit_comme_un_manque(indicateur_id: str, valeur: float) -> None:
    indicateur = CATALOGUE.get_indicateur(indicateur_id)
    publies = {c.id: c.valeur for c in CATALOGUE.chiffres_publies}
    assert indicateur.sens == "plus_bas_mieux"
    assert [publies[id_] for id_ in indicateur.chiffres_publies] == [valeur]


def test_les_chiffres_de_participation_sont_la() -> None:
    valeurs = {c.id: c.valeur for c in CATALOGUE.chiffres_publies if c.theme_id == PARTICIPATION}
    assert len(valeurs) == 17
    assert (valeurs["reponses_total_2025"], valeurs["reponses_vague_2"]) == (3117, 629)


def test_un_chiffre_publie_dit_sa_vague_sa_base_et_sa_source() -> None:
    assert [c.id for c in CATALOGUE.chiffres_publies if not (c.vague and c.base and c.extrait)] == []
    assert [c.id for c in CATALOGUE.chiffres_publies if c.source_url[:4] not in ("http", "")] == []


def test_une_question_filtree_a_une_base_restreinte() -> None:
    services = CATALOGUE.list_indicateurs("inclusion", groupe="services_lieux_mediation")
    assert len(services) == 8
    assert {i.calcul.non_concerne for i in services} == {"exclu"}
    assert {i.base for i in services} == {"Collectivités ayant un lieu de médiation numérique"}


def test_les_regles_du_catalogue_sont_lisibles_par_id() -> None:
    assert CATALOGUE.get_theme("donnee").rang == 6
    assert CATALOGUE.get_question("communication_q01").type == "choix_unique"
    with pytest.raises(KeyError, match="« sport » n'existe pas"):
        CATALOGUE.get_theme("sport")


def test_l_empreinte_change_avec_un_mot(abime: CatalogueAbime) -> None:
    avant = abime.build().empreinte
    abime.replace("themes.yml", "titre: Cybersécurité", "titre: Sécurité")
    assert abime.build().empreinte != avant


class TestVerification:
    """Ce que `check_catalogue` refuse, et que le chargement laisse passer."""

    def refus(self, abime: CatalogueAbime, jour: date = date(2026, 11, 22)) -> str:
        catalogue = abime.build()
        with pytest.raises(CatalogueError) as capture:
            check_catalogue(jour, catalogue)
        return str(capture.value)

    def test_une_fiche_a_relire(self, abime: CatalogueAbime) -> None:
        premiere = min(CATALOGUE.indicateurs.values(), key=lambda i: i.revision)
        check_catalogue(premiere.revision)  # le jour dit, la fiche vaut encore
        phrase = f"indicateur {premiere.id} › revision : la fiche devait être relue avant le"
        assert phrase in self.refus(abime, premiere.revision + timedelta(days=1))

    def test_un_theme_sans_questionnaire(self, abime: CatalogueAbime) -> None:
        abime.chemin("themes/donnee/indicateurs.yml").unlink()
        abime.chemin("themes/donnee/questionnaire.yml").unlink()
        assert "themes/donnee/questionnaire.yml : le fichier n'existe pas." in self.refus(abime)

    def test_un_indicateur_cyber_qui_ne_serait_pas_sensible(self, abime: CatalogueAbime) -> None:
        abime.replace("themes/cybersecurite/indicateurs.yml", "sensibilite: cyber", "sensibilite: normale")
        assert "un indicateur de cybersécurité est sensible" in self.refus(abime)

    def test_un_chiffre_publie_sans_indicateur(self, abime: CatalogueAbime) -> None:
        abime.replace("chiffres_publies.csv", "communication,site_internet,", "communication,site_web,")
        assert "site_internet_2025 › indicateur_id : l'indicateur « site_web » n'existe pas." in self.refus(
            abime
        )

    def test_une_preuve_absente(self, abime: CatalogueAbime) -> None:
        abime.replace("seuils_legaux.yml", "preuves: [dpo_designe]", "preuves: [dpo]")
        assert "delegue_protection_donnees › preuves : l'indicateur « dpo » n'existe pas." in self.refus(
            abime
        )

    def test_une_mesure_absente(self, abime: CatalogueAbime) -> None:
        abime.replace(
            "themes/communication/indicateurs.yml",
            "  mesure: site_internet_recense\n",
            "  mesure: inconnue\n",
        )
        assert "site_internet › mesure : « inconnue » n'est pas un indicateur mesuré." in self.refus(abime)

    def test_un_groupe_a_deux_titres(self, abime: CatalogueAbime) -> None:
        abime.replace(
            "themes/communication/indicateurs.yml",
            "  id: site_agenda\n",
            "  id: site_agenda\n  groupe_titre: Autre chose\n",
        )
        assert "site_agenda › groupe : « contenus_site » a deux thèmes ou deux titres." in self.refus(abime)

    def test_un_regroupement_vers_une_strate_inconnue(self, abime: CatalogueAbime) -> None:
        abime.replace("regroupements.yml", "[commune-500-999]", "[commune-500-1000]")
        assert "la strate « commune-500-1000 » n'existe pas." in self.refus(abime)


def test_une_fiche_mesuree_se_lit_dans_son_dossier(abime: CatalogueAbime) -> None:
    abime.write(
        "mesures/essai.yml",
        """
- id: mesure_d_essai
  theme: infrastructures
  titre: Une mesure d'essai
  definition: Part des locaux raccordables.
  unite: "%"
  decimales: 0
  sens: plus_haut_mieux
  calcul: {regle: mesure}
  agregation: moyenne_ponderee
  ponderation: population
  base: Toutes les communes
  source: essai
  perime_apres: 3
  part_connue: 0.5
  precautions: Aucune.
  pourquoi: Pour l'essai.
  actions: [{texte: Essayer.}]
  revision: 2027-06-30
""",
    )
    indicateur = abime.build().get_indicateur("mesure_d_essai")
    assert (indicateur.origine, indicateur.agregation) == ("mesure", "moyenne_ponderee")
    assert (indicateur.ponderation, indicateur.montee_de, indicateur.est_part) == ("population", "", True)
    assert indicateur.theme_id == "infrastructures"
    assert (indicateur.perime_apres, indicateur.part_connue, indicateur.oui_non) == (3, 0.5, False)


def test_une_mesure_remplacee_par_une_inconnue_est_refusee(abime: CatalogueAbime) -> None:
    abime.replace(
        "mesures/infrastructures.yml", "remplacee_par: fibre_deploiement", "remplacee_par: fibre_5g"
    )
    with pytest.raises(CatalogueError, match="« fibre_5g » n'existe pas"):
        abime.build()
