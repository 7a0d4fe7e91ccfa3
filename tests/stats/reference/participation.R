# Ce que l'issue 12 a changé, par R 4.2.2 et survey 4.1-1 : `Rscript participation.R` dans ce dossier.
# Entrées : les vagues inventées et les marges du cadre ; sortie : participation.csv (case, key, key2, value).
suppressMessages(library(survey))
options(survey.lonely.psu = "adjust")
lire <- function(nom) read.csv(gzfile(paste0(nom, ".csv.gz")), colClasses = "character")
nombres <- function(d) { d[grep("^q", names(d))] <- lapply(d[grep("^q", names(d))], as.numeric); d }
v1 <- nombres(lire("wave1")); v2 <- lire("wave2"); marges <- lire("frame_margins")
marges$population <- as.numeric(marges$population)
total <- function(m) { x <- marges[marges$margin == m, ]; setNames(x$population, x$level) }
lignes <- list()
noter <- function(case, key, key2, value) lignes[[length(lignes) + 1]] <<-
  data.frame(case, key, key2, value = formatC(value, digits = 12, format = "g"))

# 1. p_g : les poids des « oui » corrigés de leur partie absente, puis le raking refait.
v1$N <- total("strate")[v1$strate]
v1$base <- v1$N / as.numeric(table(v1$strate)[v1$strate])
formules <- list(~strate, ~region, ~opsn)
cibles <- lapply(c("strate", "region", "opsn"), function(m)
  setNames(data.frame(names(total(m)), total(m)), c(m, "Freq")))
plan <- svydesign(ids = ~1, strata = ~strate, fpc = ~N, weights = ~base, data = v1)
caler <- function(poids) {
  d <- svydesign(ids = ~1, weights = poids, data = v1)
  weights(rake(d, formules, cibles, control = list(maxit = 2000, epsilon = 1e-9)))
}
w <- caler(v1$base)
for (q in c("q01", "q02", "q04")) {
  oui <- v1[[q]] == 1 & !is.na(v1[[q]])
  for (g in c(0.8, 1.25, 1.5, 2)) {
    wg <- caler(ifelse(oui, pmin(w, 1) + pmax(w - 1, 0) / g, w))
    noter("p_g", q, g, weighted.mean(v1[[q]], wg, na.rm = TRUE))
  }
}

# 2. Une région à structure égale : le coefficient d'une régression pondérée, et son erreur type de plan.
v1$ici <- as.numeric(v1$region == "R05")
modele <- svyglm(q01 ~ ici + strate + opsn, design = update(plan, ici = v1$ici))
noter("structure", "R05", "difference", coef(modele)[["ici"]])
noter("structure", "R05", "se", SE(modele)[["ici"]])

# 3. La même région avec les tailles du pays : moyennes par tranche, et leur combinaison.
tranches <- c("c1_<500" = "petite", "c2_500-999" = "petite", "c3_1000-3499" = "grande",
              "c4_3500-9999" = "grande", "c5_10000+" = "grande", "e_epci" = "interco")
v1$tranche <- tranches[v1$strate]
n <- tapply(total("strate"), tranches[names(total("strate"))], sum)
ici <- subset(update(plan, tranche = v1$tranche), region == "R05" & !is.na(tranche))
parts <- svyby(~q01, ~tranche, ici, svymean, covmat = TRUE)
s <- svycontrast(parts, setNames(as.numeric(n / sum(n))[match(parts$tranche, names(n))], parts$tranche))
noter("standardisation", "R05", "p", coef(s)[[1]])
noter("standardisation", "R05", "se", SE(s)[[1]])

# 4. Cochran-Mantel-Haenszel : loi normale corrigée sur la vague, loi exacte sur une ligne de quarante.
mh <- function(d, exact) {
  d <- d[d$strate %in% c("c1_<500", "c2_500-999", "c3_1000-3499", "c4_3500-9999"), ]
  mantelhaen.test(table(d$opsn, d$q01, d$strate), exact = exact)$p.value
}
noter("cmh", "normale", "p", mh(v1, FALSE))
noter("cmh", "exacte", "p", mh(v1[seq(1, nrow(v1), 40), ], TRUE))

# 5. Les propensions : qui, de la vague 1, a aussi répondu à la 2 ; le CV et le bruit qu'on en ôte.
repondu <- as.numeric(v1$uid %in% v2$uid)
logit <- glm(repondu ~ strate + region + opsn, binomial, v1, control = list(epsilon = 1e-12, maxit = 100))
rho <- fitted(logit)
noter("propensions", "", "cv", sqrt(mean((rho - mean(rho))^2)) / mean(rho))
noter("propensions", "", "noise", (logit$rank - 1) * (1 - mean(rho)) / sum(repondu))
write.csv(do.call(rbind, lignes), "participation.csv", row.names = FALSE, quote = FALSE)
