"""La réserve garde des octets sous leur condensé, sur chaque moteur ; un contenu abîmé se voit."""

from __future__ import annotations

from pathlib import Path

import pytest

from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.reserve import parse_contenu
from barometre.warehouse.versions import open_entrepot


def test_garde_une_fois_et_rend_les_memes_octets(entrepot: Entrepot) -> None:
    reserve = entrepot.get_reserve()
    cles = [reserve.add(contenu) for contenu in (b"un", b"deux", b"un")]
    assert cles[0] == cles[2]
    assert entrepot.get_reserve().list_cles() == sorted(set(cles))
    assert reserve.read(cles[1]) == b"deux"
    with pytest.raises(EntrepotError, match="n'a plus le fichier"):
        reserve.read("0" * 64)
    reserve.remove(cles[1])
    reserve.remove(cles[1])
    assert reserve.list_cles() == [cles[0]]


def test_un_contenu_change_n_est_pas_rendu(entrepot: Entrepot) -> None:
    reserve = entrepot.get_reserve()
    un, deux = reserve.add(b"un"), reserve.add(b"deux")
    for brut in (reserve.read_brut(deux) or b"", b"", b"pas du gzip"):
        with pytest.raises(EntrepotError, match="abîmé"):
            parse_contenu(un, brut)


def test_une_ecriture_coupee_s_efface_et_le_reste_demeure(tmp_path: Path) -> None:
    entrepot = open_entrepot(str(tmp_path / "entrepot"))
    cle = entrepot.get_reserve().add(b"un")
    (tmp_path / "entrepot" / "lots" / f".{'a' * 64}.json.gz-123").write_bytes(b"coup")
    assert entrepot.remove_debris() == 1
    assert entrepot.get_reserve().list_cles() == [cle]
