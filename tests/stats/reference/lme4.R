# Les effets de 40 départements de 8 régions (inventés) par lme4 : `Rscript lme4.R` dans ce dossier.
# nAGQ = 0 : constante et effets au mode joint, comme `mrp_grille` à un nœud ; nAGQ = 1 : Laplace.
suppressMessages(library(lme4))
d <- read.csv("lme4_departements.csv")[, c("departement", "region", "n", "oui")]
for (points in 0:1) {
  m <- glmer(cbind(oui, n - oui) ~ 1 + (1 | departement) + (1 | region), d, binomial, nAGQ = points)
  s <- as.data.frame(VarCorr(m))
  d[[paste0("logit_", points)]] <- predict(m)
  d[[paste0("sigma_departement_", points)]] <- s$sdcor[s$grp == "departement"]
  d[[paste0("sigma_region_", points)]] <- s$sdcor[s$grp == "region"]
}
d[5:10] <- round(d[5:10], 6)
write.csv(d, "lme4_departements.csv", row.names = FALSE, quote = FALSE)
