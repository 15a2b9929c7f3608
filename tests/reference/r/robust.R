# Answers of R for stats.robust, bootstrap, effect_size, multiplicity and missing_outcomes.
# Run from the root of the repository: Rscript tests/reference/r/robust.R
suppressMessages({library(clubSandwich); library(jsonlite); library(lme4); library(metafor)})
out <- "tests/reference/output"
cases <- list()
add <- function(id, call, expect) cases[[length(cases) + 1]] <<- list(id = id, r_call = call, expect = expect)
named <- function(x) as.list(x)

# Pupils in classes in schools of very different size, whole schools treated.
set.seed(20261)
schools <- 24
size <- pmax(3, round(rlnorm(schools, log(12), 0.7)))
d <- data.frame(school = rep(seq_len(schools), size))
n <- nrow(d)
d$klas <- d$school * 10 + (seq_len(n) %% 2)
d$treat <- as.numeric(d$school %in% sample(schools, 9))
d$girl <- rbinom(n, 1, 0.5)
d$year <- 2022 + sample(0:2, n, replace = TRUE)
d$post <- as.numeric(d$treat == 1 & d$year > 2022)
d$pre <- round(3 + rnorm(schools, 0, 0.3)[d$school] + rnorm(n, 0, 0.7), 4)
d$y <- round(1 + 0.5 * d$pre + 0.15 * d$treat - 0.1 * d$girl + rnorm(schools, 0, 0.25)[d$school] + rnorm(n, 0, 0.6), 4)
d$z <- round(0.6 * d$y + rnorm(n, 0, 0.5) + 0.2 * d$treat, 4)
d$w <- round(rnorm(schools, 0, 0.2)[d$school] + rnorm(n), 4)
write.csv(d, file.path(out, "robust.csv"), row.names = FALSE)

robust <- function(model, kind, coefs = "All") {
  t <- coef_test(model, vcov = kind, cluster = d$school, test = "Satterthwaite", coefs = coefs)
  f <- function(x) named(setNames(x, rownames(t)))
  list(beta = f(t$beta), se = f(t$SE), df = f(t$df_Satt), p = f(t$p_Satt))
}
m <- lm(y ~ treat + pre + girl, d)
for (kind in c("CR0", "CR1", "CR1S", "CR2", "CR3"))
  add(paste0("ancova_", kind), "coef_test(lm(y ~ treat + pre + girl), cluster = school)", robust(m, kind))
x <- lm(y ~ treat + girl + pre + treat:girl, d)
add("interaction_CR2", "coef_test(lm(y ~ treat * girl + pre), 'CR2')", robust(x, "CR2"))
L <- matrix(c(0, 1, 0, 0, 1), 1)
v <- vcovCR(x, cluster = d$school, type = "CR2")
g <- linear_contrast(x, vcov = v, contrasts = L, test = "Satterthwaite")
add("girls_CR2", "linear_contrast(..., treat + treat:girl)", list(beta = g$Est, se = g$SE, df = g$df))
fe <- lm(y ~ post + girl + pre + factor(school) + factor(year), d)
for (kind in c("CR0", "CR1", "CR1S", "CR2"))  # CR3 stops in R: singular
  add(paste0("two_way_", kind), "lm(y ~ post + girl + pre + factor(school) + factor(year))",
      robust(fe, kind, coefs = c("post", "girl", "pre")))
klas <- lm(y ~ girl + pre + factor(klas), d)
for (kind in c("CR1S", "CR2"))
  add(paste0("class_", kind), "lm(y ~ girl + pre + factor(klas)), clusters are schools",
      robust(klas, kind, coefs = c("girl", "pre")))

# Wild cluster bootstrap, row by row: restricted residuals, all sign patterns, CR1 statistics.
few <- d[d$school <= 9, ]
few$school <- as.integer(factor(few$school))
few$treat <- as.numeric(few$school %in% c(2, 4, 5, 8))
few$y <- few$y + 0.3 * few$treat
few <- few[few$school <= 9, ]
write.csv(few, file.path(out, "robust_few.csv"), row.names = FALSE)
groups <- max(few$school)
signs <- as.matrix(expand.grid(rep(list(c(1, -1)), groups)))
X <- model.matrix(~ treat + pre + girl, few)
bread <- solve(crossprod(X))
statistic <- function(y, null) {
  b <- bread %*% crossprod(X, y)
  e <- as.vector(y - X %*% b)
  s <- rowsum(X * e, few$school)
  v <- bread %*% crossprod(s) %*% bread * groups / (groups - 1)
  (b[2] - null) / sqrt(v[2, 2])
}
wild <- function(null, y = few$y) {
  R <- X[, -2]
  fit <- as.vector(R %*% solve(crossprod(R), crossprod(R, y - null * X[, 2]))) + null * X[, 2]
  e <- y - fit
  t <- statistic(y, null)
  draws <- apply(signs, 1, function(s) statistic(fit + e * s[few$school], null))
  list(t = t, p = mean(abs(draws) >= abs(t) * (1 - 1e-10)), draws = draws)
}
null <- c(0, 0.1, 0.25, -0.2, 0.6)
w <- lapply(null, wild)
add("wild", "row by row, 2^9 sign patterns", list(
  null = null, t = sapply(w, `[[`, "t"), p = sapply(w, `[[`, "p")))

ps <- c(0.001, 0.012, 0.012, 0.04, 0.2, 0.03, 0.9, 0.051)
add("p_adjust", "p.adjust", list(p = ps, BH = p.adjust(ps, "BH")))

# Hedges (2007), written out from the paper for unequal schools, with lmer's variances.
effect <- function(model, null) {
  vc <- as.data.frame(VarCorr(null))$vcov
  nt <- as.numeric(table(d$school[d$treat == 1])); nc <- as.numeric(table(d$school[d$treat == 0]))
  NT <- sum(nt); NC <- sum(nc); N <- NT + NC; mt <- length(nt); mc <- length(nc)
  rho <- vc[1] / sum(vc); b <- fixef(model)[["treat"]]
  nu <- function(k) (sum(k)^2 - sum(k^2)) / (sum(k) * (length(k) - 1))
  A <- function(k) (sum(k)^2 * sum(k^2) + sum(k^2)^2 - 2 * sum(k) * sum(k^3)) / sum(k)^2
  tilde <- NC * sum(nt^2) / (NT * N) + NT * sum(nc^2) / (NC * N)
  B <- nu(nt) * (mt - 1) + nu(nc) * (mc - 1)
  gw <- b / sqrt(vc[2])
  gt <- b / sqrt(sum(vc)) * sqrt(1 - rho * ((N - nu(nt) * mt - nu(nc) * mc) + nu(nt) + nu(nc) - 2) / (N - 2))
  vw <- N / (NT * NC) * (1 + (tilde - 1) * rho) / (1 - rho) + gw^2 / (2 * (N - mt - mc))
  vt <- N / (NT * NC) * (1 + (tilde - 1) * rho) +
    gt^2 * ((N - 2) * (1 - rho)^2 + (A(nt) + A(nc)) * rho^2 + 2 * B * rho * (1 - rho)) /
      (2 * (N - 2) * ((N - 2) - rho * (N - 2 - B)))
  list(beta = b, between = vc[1], within = vc[2], treated = nt, control = nc,
       g_total = gt, g_within = gw, se_total = sqrt(vt), se_within = sqrt(vw))
}
tight <- lmerControl(optimizer = "nloptwrap", optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14))
full <- lmer(y ~ treat + pre + girl + (1 | school), d, control = tight)
empty <- lmer(y ~ 1 + (1 | school), d, control = tight)
add("hedges_unconditional", "Hedges (2007) with the empty model's variances", effect(full, empty))
add("hedges_conditional", "Hedges (2007) with the model's own variances", effect(full, full))

# Bounds with missing outcomes: Lee (2009) by whole pupils, worst case on a scale of 0 to 6.
set.seed(20262)
b <- data.frame(treat = rep(c(1, 0), c(120, 100)))
b$y <- round(pmin(6, pmax(0, 3 + 0.3 * b$treat + rnorm(220))), 3)
b$y[sample(which(b$treat == 1), 20)] <- NA   # 100 of 120 answered
b$y[sample(which(b$treat == 0), 25)] <- NA   # 75 of 100 answered: trim 1 - .75 * 120 / 100 = 10 %
write.csv(b, file.path(out, "robust_bounds.csv"), row.names = FALSE)
y1 <- sort(b$y[b$treat == 1]); y0 <- b$y[b$treat == 0 & !is.na(b$y)]
keep <- round(length(y1) * 0.9)
fill <- function(t, value) mean(ifelse(is.na(b$y[b$treat == t]), value, b$y[b$treat == t]))
add("bounds", "sorted means", list(
  lee = c(mean(head(y1, keep)) - mean(y0), mean(tail(y1, keep)) - mean(y0)),
  manski = c(fill(1, 0) - fill(0, 6), fill(1, 6) - fill(0, 0))))

meta <- list(R = R.version.string, packages = lapply(
  setNames(nm = c("clubSandwich", "lme4", "metafor")), function(p) as.character(packageVersion(p))))
write_json(list(meta = meta, cases = cases), file.path(out, "robust.json"),
           digits = NA, auto_unbox = TRUE, pretty = TRUE)
