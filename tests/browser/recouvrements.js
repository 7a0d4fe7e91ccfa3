// Les textes d'un même graphique qui se recouvrent : chaque nœud de texte visible, deux à deux.
() => {
  const boites = (graphique) => {
    const marche = document.createTreeWalker(graphique, NodeFilter.SHOW_TEXT);
    const trouvees = [];
    for (let noeud = marche.nextNode(); noeud; noeud = marche.nextNode()) {
      if (!noeud.data.trim() || noeud.parentElement.closest(".baro-invisible, style")) continue;
      const zone = document.createRange();
      zone.selectNodeContents(noeud);
      for (const b of zone.getClientRects()) {
        if (b.width > 1 && b.height > 1) trouvees.push({ noeud, b, texte: noeud.data.trim() });
      }
    }
    return trouvees;
  };
  // Un interligne serré fait se frôler les boîtes de deux lignes : l'encre, elle, laisse un cinquième libre.
  const touche = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.35 * Math.min(a.height, b.height);
  return [...document.querySelectorAll(".baro-marques, .stPlotlyChart")].flatMap((graphique) => {
    const toutes = boites(graphique);
    return toutes.flatMap((une, rang) => toutes.slice(rang + 1)
      .filter((autre) => autre.noeud !== une.noeud && touche(une.b, autre.b))
      .map((autre) => `${une.texte} / ${autre.texte}`));
  });
}
