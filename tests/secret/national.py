"""De combien le bruit du secret déplace-t-il les chiffres nationaux ? Mesuré sur tous, à toutes les vagues.

    python -m tests.secret.national

Chaque part de la France entière de l'entrepôt en service (questionnaire × vague × question), avant son
arrondi au pour cent, moins la même recalculée des réponses et des poids, en points.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from barometre.catalogue import load_catalogue
from barometre.warehouse.repository import Repository, open_repository, read_rows

# Bandes d'effectif : une réponse vaut 100/n points.
BANDES = (0, 500, 1000, 1500, 10_000)


def measure_national(depot: Repository) -> pd.DataFrame:
    """Une ligne par part nationale montrée : `vague_id`, `theme`, `n`, et l'écart absolu des deux."""
    themes = {i.id: i.theme_id for i in load_catalogue().list_indicateurs(origine="declare") if i.est_part}
    moteur = depot.get_engine()
    total = dict.fromkeys(("type", "strate", "couverture"), "")
    lignes = read_rows(moteur, "agregat", territoire_id="france", indicateur_id=list(themes), **total)
    lignes = lignes[lignes["etat"].isin(["published", "indicative"])]
    valeurs = read_rows(moteur, "fait_valeur", indicateur_id=list(themes)).dropna(subset=["valeur"])
    valeurs = valeurs[valeurs["etat"].eq("repondu")].assign(
        questionnaire_id=valeurs["indicateur_id"].map(themes), vague_id=valeurs["periode"]
    )
    cle = ["vague_id", "questionnaire_id", "collectivite_id"]
    poids = read_rows(moteur, "poids")[[*cle, "poids"]]
    jointes = valeurs[[*cle, "indicateur_id", "valeur"]].merge(poids, on=cle)
    jointes = jointes.assign(pondere=jointes["poids"] * jointes["valeur"])
    sommes = jointes.groupby(["vague_id", "indicateur_id"], observed=True).agg(
        oui=("valeur", "mean"), pondere=("pondere", "sum"), poids=("poids", "sum")
    )
    lus = lignes.set_index(["vague_id", "indicateur_id"]).join(sommes)
    return pd.DataFrame(
        {
            "theme": lus.index.get_level_values("indicateur_id").map(themes),
            "n": lus["n"],
            "brut": 100 * (lus["brut"] - lus["oui"]).abs(),
            "redresse": 100 * (lus["redresse"] - lus["pondere"] / lus["poids"]).abs(),
        }
    ).reset_index("vague_id")


def summarise(ecarts: pd.DataFrame, par: list[str] | pd.Series) -> pd.DataFrame:
    """Moyenne, médiane, 95 centièmes et maximum des écarts, par groupe."""
    resumes = {
        nom: ecarts.groupby(par, observed=True)[nom].agg(
            ["size", "mean", "median", lambda x: np.quantile(x, 0.95), "max"]
        )
        for nom in ("brut", "redresse")
    }
    table = pd.concat(resumes, axis=1)
    return table.rename(columns={"<lambda_0>": "p95", "size": "chiffres", "mean": "moyenne"})


def main() -> None:
    """Tous ensemble, par effectif, par questionnaire et vague."""
    ecarts = measure_national(open_repository())
    tous = pd.Series("tous", ecarts.index)
    bandes = pd.cut(ecarts["n"], list(BANDES))
    for par in (tous, bandes, ["theme", "vague_id"]):
        print(summarise(ecarts, par).round(3).to_string())


if __name__ == "__main__":
    main()
