"""Les quatre images du README : celles du script qui les refait, légères, chacune montrée et dite."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.photographier import DOSSIER, MAXIMUM, PHOTOS

README = Path(__file__).resolve().parents[2] / "README.md"


def test_le_readme_montre_les_images_que_le_script_refait() -> None:
    lu = README.read_text(encoding="utf-8")
    # Chacune a son texte de remplacement, en Markdown ou en HTML (une largeur y est donnée).
    markdown = re.findall(r"!\[[^\]]+\]\(docs/images/(\w+)\.jpg\)", lu)
    html = re.findall(r'<img src="docs/images/(\w+)\.jpg" alt="[^"]+"', lu)
    assert sorted(markdown + html) == sorted(photo.nom for photo in PHOTOS)


def test_chaque_image_est_un_jpeg_de_moins_de_200_ko() -> None:
    for photo in PHOTOS:
        octets = (DOSSIER / f"{photo.nom}.jpg").read_bytes()
        assert octets.startswith(b"\xff\xd8"), photo.nom
        assert len(octets) <= MAXIMUM == 200_000, photo.nom
