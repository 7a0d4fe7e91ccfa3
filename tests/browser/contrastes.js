// Les textes visibles dont le contraste avec le premier fond opaque est sous 4,5 (3 pour les grands).
() => {
  const CIBLES = "p h1 h2 h3 a label dt dd td th button summary".split(" ").map(b => `.stMain ${b}`)
    .concat(".stSidebar a", ".stSidebar span").join(",");
  const lire = couleur => (couleur.match(/[\d.]+/g) || []).map(Number);
  const canal = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const luminance = ([r, v, b]) => .2126 * canal(r) + .7152 * canal(v) + .0722 * canal(b);
  const fond = element => {
    for (let e = element; e; e = e.parentElement) {
      const couleur = lire(getComputedStyle(e).backgroundColor);
      if (couleur.length === 3 || couleur[3] === 1) return couleur;
    }
    return [255, 255, 255];
  };
  const faibles = new Set();
  for (const e of document.querySelectorAll(CIBLES)) {
    const style = getComputedStyle(e);
    if (!e.innerText?.trim() || !e.offsetParent || style.visibility === "hidden") continue;
    const [clair, fonce] = [luminance(lire(style.color)), luminance(fond(e))].sort((x, y) => y - x);
    const taille = parseFloat(style.fontSize);
    const seuil = taille >= 24 || (taille >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if ((clair + .05) / (fonce + .05) < seuil) faibles.add(`${e.tagName} ${e.innerText.slice(0, 30)} ${style.color}`);
  }
  return [...faibles];
}
