# Durées de R survey sur les fichiers d'un dossier : rake, calibrate logit, proportions avec intervalle.
suppressMessages(library(survey))
dossier <- commandArgs(trailingOnly = TRUE)[1]
echantillon <- read.csv(file.path(dossier, "echantillon.csv"), colClasses = "character")
marges <- read.csv(file.path(dossier, "marges.csv"), colClasses = c("character", "character", "numeric"))
noms <- unique(marges$marge)
echantillon[noms] <- lapply(echantillon[noms], factor)
items <- grep("^q", names(echantillon), value = TRUE)
echantillon[items] <- lapply(echantillon[items], as.numeric)
echantillon$N <- as.numeric(echantillon$N)
duree <- function(expression) 1000 * system.time(expression)[["elapsed"]]

plan <- svydesign(ids = ~1, strata = ~strate, fpc = ~N, data = echantillon)
formules <- lapply(noms, function(nom) as.formula(paste0("~", nom)))
cibles <- lapply(noms, function(nom) {
  m <- marges[marges$marge == nom, ]
  setNames(data.frame(m$modalite, m$population), c(nom, "Freq"))
})
t_rake <- duree(rake(plan, formules, cibles, control = list(maxit = 500, epsilon = 1e-6)))
modele <- as.formula(paste("~", paste(noms, collapse = "+")))
totaux <- colSums(model.matrix(modele, echantillon)) * 0
totaux["(Intercept)"] <- sum(cibles[[1]]$Freq)
for (nom in noms) {
  m <- marges[marges$marge == nom, ]
  cles <- paste0(nom, m$modalite)
  presents <- cles %in% names(totaux)
  totaux[cles[presents]] <- m$population[presents]
}
t_calage <- duree(cale <- calibrate(plan, modele, totaux, calfun = "logit", bounds = c(0.25, 5)))
t_parts <- duree(for (item in items) {
  svyby(as.formula(paste0("~", item)), ~departement, cale, svyciprop, vartype = "ci", method = "xlogit", na.rm = TRUE)
})
cat(t_rake, t_calage, t_parts, length(items) * length(unique(echantillon$departement)), "\n")
