"""Baromètre Collectivités & Numérique."""
