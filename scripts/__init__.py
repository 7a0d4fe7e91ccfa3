"""Les scripts qui fabriquent `data/` et `geo/` à partir de paquets publiés."""
