# Simulates pupils in classes in schools and in waves, fits multilevel models with lme4 and
# writes estimates, Satterthwaite and Kenward-Roger tests.
# Run in tests/reference/r: Rscript mixed.R
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(jsonlite)})
set.seed(20261)

tight <- lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE,
                     optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12, maxeval = 100000))

# Pupils in classes in schools in boards, of unequal sizes
boards <- 6; schools <- 18; classes <- 45; n <- 600
school_board <- sort(rep_len(seq_len(boards), schools))
class_school <- sort(c(seq_len(schools), sample(schools, classes - schools, replace = TRUE)))
klas <- sort(c(seq_len(classes), sample(classes, n - classes, replace = TRUE,
                                        prob = rexp(classes) + 0.3)))
wide <- data.frame(klas = klas, school = class_school[klas])
wide$board <- school_board[wide$school]
wide$treat <- wide$school %% 2
wide$pre <- round(rnorm(n, 3, 0.8), 4)
wide$girl <- rbinom(n, 1, 0.5)
wide$post <- round(0.8 + 0.25 * wide$treat + 0.6 * wide$pre - 0.15 * wide$girl +
  rnorm(boards, 0, 0.35)[wide$board] + rnorm(schools, 0, 0.3)[wide$school] +
  rnorm(classes, 0, 0.25)[wide$klas] + rnorm(n, 0, 0.6), 4)
wide$flat <- round(0.8 + 0.6 * wide$pre + rnorm(n, 0, 0.6), 4)   # no groups at all
wide$flat <- round(wide$flat - ave(wide$flat, wide$school) * 0.7, 4)  # less alike than chance

# Waves with drop-out, at unequal moments
pupils <- 120; waves <- 4
long <- data.frame(pupil = rep(seq_len(pupils), each = waves),
                   wave = rep(0:(waves - 1), pupils))
long$school <- sort(rep_len(1:12, pupils))[long$pupil]
long$treat <- long$school %% 2
long$time <- round(long$wave + runif(nrow(long), 0, 0.4), 3)
long <- long[runif(nrow(long)) < c(1, 0.95, 0.85, 0.7)[long$wave + 1], ]
u0 <- rnorm(pupils, 0, 0.6); u1 <- 0.15 * u0 + rnorm(pupils, 0, 0.2)
long$y <- round(2 + 0.1 * long$wave + 0.12 * long$treat * long$wave +
  rnorm(12, 0, 0.3)[long$school] + u0[long$pupil] + u1[long$pupil] * long$time +
  rnorm(nrow(long), 0, 0.4), 4)

# The same pupils, whose start and growth go together perfectly: growth differs less than chance
moment <- long$wave - ave(long$wave, long$pupil)
chance <- rnorm(nrow(long), 0, 0.6)
trend <- ave(moment * chance, long$pupil, FUN = sum) / pmax(ave(moment^2, long$pupil, FUN = sum), 1e-9)
long$tied <- round(2 + 0.1 * long$wave + u0[long$pupil] * (1 + 0.2 * long$wave) +
  chance - 0.8 * trend * moment, 4)

write.csv(wide, "../output/mixed_wide.csv", row.names = FALSE, quote = FALSE)
write.csv(long, "../output/mixed_long.csv", row.names = FALSE, quote = FALSE)

# One more Newton step per root of the variances, on a difference grid, would move lme4's
# optimum by less than 1e-7; the deviance is flat there.
sharpen <- function(formula, data, reml) {
  parsed <- lFormula(formula, data, REML = reml, control = tight)
  devfun <- do.call(mkLmerDevfun, parsed)
  start <- getME(lmer(formula, data, REML = reml, control = tight), "theta")
  low <- environment(devfun)$lower
  for (step in 1:4) {
    free <- !(low == 0 & start < 1e-5)
    if (!any(free)) { start[] <- 0; break }
    f <- function(t) { full <- start; full[!free] <- 0; full[free] <- t; devfun(full) }
    g <- numDeriv::grad(f, start[free]); h <- numDeriv::hessian(f, start[free])
    start[free] <- start[free] - solve(h, g)
    start[!free] <- 0
  }
  devfun(start)
  mkMerMod(environment(devfun), list(par = start, fval = devfun(start), conv = 0,
           message = "", feval = 0), parsed$reTrms, parsed$fr, mc = quote(lmer()))
}

describe <- function(id, formula, data, file, reml = TRUE, kr = FALSE, joint = NULL) {
  fit <- sharpen(formula, data, reml)
  test <- lmerTest:::as_lmerModLT(fit, lmer(formula, data, REML = reml, control = tight,
                                             devFunOnly = TRUE))
  table <- coef(summary(test, ddf = "Satterthwaite"))
  vc <- as.data.frame(VarCorr(fit))
  expect <- list(
    names = rownames(table), beta = table[, "Estimate"], se = table[, "Std. Error"],
    df = table[, "df"], p = table[, "Pr(>|t|)"],
    deviance = if (reml) REMLcrit(fit) else deviance(fit, REML = FALSE),
    variances = lapply(split(vc$vcov, paste(vc$grp, vc$var1, vc$var2)), as.numeric),
    theta = as.numeric(getME(fit, "theta")), n = nobs(fit))
  if (!is.null(joint)) {
    L <- diag(nrow(table))[match(joint, rownames(table)), , drop = FALSE]
    both <- contestMD(test, L, ddf = "Satterthwaite")
    expect$joint <- list(names = joint, f = both[["F value"]], df2 = both[["DenDF"]],
                         p = both[["Pr(>F)"]])
  }
  if (kr) {
    adjusted <- vcovAdj(fit)
    expect$se_kr <- sqrt(diag(as.matrix(adjusted)))
    expect$df_kr <- sapply(seq_len(nrow(table)), function(i) {
      L <- rep(0, nrow(table)); L[i] <- 1; Lb_ddf(L, vcov(fit), adjusted) })
    if (!is.null(joint)) {
      found <- getKR(KRmodcomp(fit, L), "Fstat")
      expect$joint_kr <- list(f = found, df2 = getKR(KRmodcomp(fit, L), "ddf"))
    }
  }
  list(id = id, call = deparse1(formula), data = file, reml = reml, expect = expect)
}

cases <- list(
  describe("school", post ~ treat + pre + girl + (1 | school), wide, "mixed_wide.csv",
           kr = TRUE, joint = c("treat", "girl")),
  describe("school_ml", post ~ treat + pre + girl + (1 | school), wide, "mixed_wide.csv",
           reml = FALSE),
  describe("class_in_school", post ~ treat + pre + girl + (1 | klas) + (1 | school), wide,
           "mixed_wide.csv", kr = TRUE, joint = c("treat", "pre", "girl")),
  describe("class_in_school_in_board",
           post ~ treat + pre + girl + (1 | klas) + (1 | school) + (1 | board), wide,
           "mixed_wide.csv", kr = TRUE),
  describe("boundary", flat ~ treat + pre + (1 | school), wide, "mixed_wide.csv", kr = TRUE),
  describe("growth", y ~ treat + wave + treat:wave + (1 + wave | pupil) + (1 | school), long,
           "mixed_long.csv", kr = TRUE, joint = c("wave", "treat:wave")),
  describe("growth_pupil_ml", y ~ treat + wave + (1 + wave | pupil), long, "mixed_long.csv",
           reml = FALSE),
  describe("growth_moments", y ~ treat + time + (1 + time | pupil) + (1 | school), long,
           "mixed_long.csv", kr = TRUE),
  describe("growth_tied", tied ~ treat + wave + (1 + wave | pupil), long, "mixed_long.csv",
           kr = TRUE),
  describe("growth_uncorrelated", y ~ treat + wave + (1 + wave || pupil) + (1 | school), long,
           "mixed_long.csv")
)

versions <- sapply(c("lme4", "lmerTest", "pbkrtest"), function(p) as.character(packageVersion(p)))
writeLines(toJSON(list(meta = list(R = R.version.string, packages = as.list(versions)),
                       cases = cases),
                  digits = NA, auto_unbox = TRUE, pretty = 1), "../output/mixed.json")
