"""Les données de l'État dans une construction : les copies déjà là, la montée que le catalogue déclare."""

from __future__ import annotations

from collections.abc import Iterator

from barometre.catalogue import Catalogue
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.recolte import Bilan, Recolte, Socle, build_source, harvest
from barometre.sources.catalogue import SourceExterieure, load_sources_exterieures
from barometre.sources.fetch import Lieu, get_kept, open_lieu
from barometre.warehouse.montee import Montee

JAMAIS = "Pas encore récupérée : « python -m barometre sources recuperer »."


def list_montees(catalogue: Catalogue) -> Iterator[Montee]:
    """La montée de chaque indicateur mesuré ; « valeur » n'en a pas."""
    for indicateur in catalogue.list_indicateurs(origine="mesure"):
        if indicateur.agregation != "valeur":
            yield Montee(
                indicateur.id,
                indicateur.agregation,
                indicateur.montee_de or indicateur.id,
                indicateur.ponderation,
            )


def add_copies(donnees: Donnees, lieu: Lieu | None = None) -> None:
    """Ajoute au socle d'une construction les sources dont une bonne copie est là ; ne télécharge rien.

    Les autres sont dites absentes : la page des sources les montre toutes.
    """
    sources = load_sources_exterieures()
    ou = lieu or open_lieu(reseau=False)
    ou = Lieu(None, ou.copies, reseau=False)
    recolte = Recolte(_read_socle(donnees))
    for source in sources.values():
        _add_copy(source, ou, recolte)
    _write(donnees, recolte)


def _add_copy(source: SourceExterieure, lieu: Lieu, recolte: Recolte) -> None:
    copie = get_kept(source, lieu)
    if copie is None:
        recolte.bilans.append(Bilan(source, "absente", JAMAIS))
    elif source.usage == "contours":
        recolte.bilans.append(
            Bilan(source, "chargee", "", empreinte=copie.empreinte, recuperee_le=copie.recuperee_le)
        )
    else:
        harvest(source, lieu, recolte)


def _read_socle(donnees: Donnees) -> Socle:
    return Socle(*(donnees.get(t) for t in ("dim_collectivite", "code_ancien", "dim_opsn", "lien_opsn")))


def _write(donnees: Donnees, recolte: Recolte) -> None:
    donnees.replace("dim_collectivite", recolte.socle.collectivites)
    donnees.replace("dim_opsn", recolte.socle.opsn)
    donnees.replace("lien_opsn", recolte.socle.liens)
    for bilan in recolte.bilans:
        donnees.add("dim_source", build_source(bilan))
    for source_id, valeurs in recolte.valeurs.items():
        donnees.add("fait_valeur", valeurs)
        donnees.add("quarantaine", recolte.quarantaines[source_id])
