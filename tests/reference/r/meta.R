# Reference answers for the meta-analysis of instroom.stats, from metafor and clubSandwich.
# Run from the repository: Rscript tests/reference/r/meta.R
# Made with R 4.2.2, metafor 3.8-1, clubSandwich 0.5.8.
suppressMessages({
  library(metafor)
  library(clubSandwich)
  library(jsonlite)
})
set.seed(20261124)
tight <- list(threshold = 1e-13, maxiter = 10000, tol = 1e-13)
out <- list()

# Trials of very different size, some between-trial variance and two moderators. -------------
k <- 24
trials <- data.frame(
  vi = round(4 / (20 + rgamma(k, 0.8, scale = 250)), 6),
  weeks = sample(1:30, k, replace = TRUE),
  role = rbinom(k, 1, 0.4)
)
trials$yi <- round(0.1 + 0.008 * trials$weeks + 0.15 * trials$role +
  rnorm(k, 0, 0.17) + rnorm(k, 0, sqrt(trials$vi)), 6)
write.csv(trials, "tests/reference/output/meta_trials.csv", row.names = FALSE)

# No more variance than chance: the estimate lies at the boundary. ---------------------------
flat <- data.frame(vi = round(runif(9, 0.02, 0.09), 6))
flat$yi <- round(0.2 + rnorm(9, 0, 0.4 * sqrt(flat$vi)), 6)
write.csv(flat, "tests/reference/output/meta_flat.csv", row.names = FALSE)

facts <- function(m) {
  p <- if (m$p == 1) predict(m) else NULL
  list(
    b = as.vector(m$b), se = m$se, zval = m$zval, pval = m$pval,
    ci_lb = m$ci.lb, ci_ub = m$ci.ub, tau2 = m$tau2, se_tau2 = m$se.tau2,
    I2 = m$I2 / 100, H2 = m$H2, QE = m$QE, QEp = m$QEp, QM = m$QM, QMp = m$QMp,
    pi_lb = p$pi.lb, pi_ub = p$pi.ub, weights = as.vector(weights(m)) / 100
  )
}
fits <- list()
for (data in c("trials", "flat")) {
  for (method in c("REML", "ML", "DL", "PM", "EB", "HE", "FE")) {
    for (test in c("z", "knha", "adhoc")) {
      m <- suppressWarnings( # of the combination FE and knha
        rma(yi, vi, data = get(data), method = method, test = test, control = tight))
      fits[[paste(data, method, test, sep = "_")]] <- facts(m)
      if (data == "trials") {
        m <- suppressWarnings(rma(yi, vi, mods = ~ weeks + role, data = trials, method = method,
                                  test = test, control = tight))
        fits[[paste("moderators", method, test, sep = "_")]] <- facts(m)
      }
    }
  }
}
out$fits <- fits
m <- rma(yi, vi, mods = ~ weeks + role, data = trials, test = "knha", control = tight)
at <- predict(m, newmods = rbind(c(10, 0), c(25, 1)))
out$predict <- list(pred = at$pred, se = at$se, ci_lb = at$ci.lb, ci_ub = at$ci.ub,
                    pi_lb = at$pi.lb, pi_ub = at$pi.ub)
mz <- rma(yi, vi, data = trials, control = tight)
mk <- rma(yi, vi, data = trials, test = "knha", control = tight)
# confint() finds its roots to 1e-4 of a step by default.
ci <- confint(mz, control = list(tol = 1e-14, maxiter = 10000))$random
out$q_profile <- list(tau2 = ci["tau^2", 2:3], I2 = ci["I^2(%)", 2:3] / 100)
egger <- function(e) list(statistic = e$zval, df = e$dfs, p = e$pval, limit = e$est,
                          limit_lb = e$ci.lb, limit_ub = e$ci.ub)
out$egger <- list(
  lm = egger(regtest(mz, model = "lm")),
  rma_z = egger(regtest(mz, model = "rma")),
  rma_knha = egger(regtest(mk, model = "rma"))
)
loo <- leave1out(mk)
out$leave_one_out <- list(estimate = loo$estimate, se = loo$se, ci_lb = loo$ci.lb,
                          ci_ub = loo$ci.ub, tau2 = loo$tau2, Q = loo$Q, I2 = loo$I2 / 100)
for (name in c("z", "knha", "moderators")) {
  model <- list(z = mz, knha = mk, moderators = m)[[name]]
  i <- influence(model)
  out$influence[[name]] <- c(unclass(i$inf)[c("rstudent", "dffits", "cook.d", "cov.r",
    "tau2.del", "QE.del", "hat", "weight")], list(dfbetas = as.matrix(i$dfbs)))
}

# Effects in studies in groups: three levels. -------------------------------------------------
groups <- sample(rep(1:14, times = c(1, 2, 2, 3, 3, 4, 4, 5, 6, 6, 7, 8, 9, 10)))
nested <- data.frame(group = groups, effect_id = seq_along(groups))
nested$yi <- rnorm(14, 0, 0.22)[groups] + rnorm(length(groups), 0, 0.15)
nested$vi <- round(runif(length(groups), 0.01, 0.09), 6)
nested$x <- round(rnorm(length(groups)), 3)
nested$z <- round(rnorm(14), 3)[groups]
nested$yi <- round(0.25 + 0.1 * nested$x + nested$yi +
  rnorm(length(groups), 0, sqrt(nested$vi)), 6)
write.csv(nested, "tests/reference/output/meta_nested.csv", row.names = FALSE)

# rma.mv() stops where its likelihood is flat to rounding: variances good to about 1e-6.
tight_mv <- list(optimizer = "BFGS", reltol = 1e-16, maxit = 10000)
levels3 <- function(m) list(
  b = as.vector(m$b), se = m$se, ci_lb = m$ci.lb, ci_ub = m$ci.ub, pval = m$pval,
  ddf = m$ddf, sigma2 = m$sigma2, loglik = as.vector(logLik(m)), QE = m$QE, QM = m$QM, QMp = m$QMp
)
mv <- function(formula, V, data = nested, ...) {
  rma.mv(yi, V, mods = formula, random = ~ 1 | group / effect_id, data = data,
         control = tight_mv, sparse = FALSE, ...)
}
out$three_level <- list(
  reml_z = levels3(mv(~1, nested$vi)),
  reml_t = levels3(mv(~1, nested$vi, test = "t", dfs = "contain")),
  ml_z = levels3(mv(~1, nested$vi, method = "ML")),
  moderators = levels3(mv(~ x + z, nested$vi)),
  moderators_t = levels3(mv(~ x + z, nested$vi, test = "t", dfs = "contain"))
)
robust <- function(m, cluster) {
  test <- coef_test(m, vcov = "CR2", cluster = cluster)
  list(b = test$beta, se = test$SE, df = test$df_Satt, p = test$p_Satt,
       vcov = as.matrix(vcovCR(m, type = "CR2", cluster = cluster))[, ], sigma2 = m$sigma2)
}
for (r in c(0.4, 0.6)) {
  V <- impute_covariance_matrix(nested$vi, cluster = nested$group, r = r, return_list = FALSE)
  out$che[[as.character(r)]] <- list(
    intercept = robust(mv(~1, V), nested$group),
    moderators = robust(mv(~ x + z, V), nested$group)
  )
}
out$three_level_cr2 <- robust(mv(~ x + z, nested$vi), nested$group)

# Robust variance estimation with the weights of Hedges, Tipton and Johnson (2010). -----------
# tau2 (and omega2) by the method of moments, from the expectations written out as matrices;
# clubSandwich does the rest through a fit that is given the final weights.
by_group <- outer(nested$group, nested$group, "==") * 1
moments <- function(X, W) {
  M <- solve(t(X) %*% W %*% X)
  diag(nrow(X)) - X %*% M %*% t(X) %*% W
}
rve <- function(formula, model, rho = 0.8) {
  X <- model.matrix(formula, nested)
  size <- ave(nested$vi, nested$group, FUN = length)
  average <- ave(nested$vi, nested$group)
  tr <- function(A) sum(diag(A))
  if (model == "correlated") {
    W <- diag(1 / (size * average))
    R <- moments(X, W)
    e <- R %*% nested$yi
    V <- rho * average * by_group
    diag(V) <- average
    A <- t(R) %*% W %*% R
    tau2 <- max(0, (sum(e * (W %*% e)) - tr(A %*% V)) / tr(A %*% by_group))
    omega2 <- NA
    w <- 1 / (size * (average + tau2))
  } else {
    W <- diag(1 / nested$vi)
    R <- moments(X, W)
    e <- R %*% nested$yi
    A <- t(R) %*% W %*% R
    B <- t(R) %*% by_group %*% R
    V <- diag(nested$vi)
    system <- rbind(c(tr(A %*% by_group), tr(A)), c(tr(B %*% by_group), tr(B)))
    right <- c(sum(e * (W %*% e)) - tr(A %*% V), sum(e * (by_group %*% e)) - tr(B %*% V))
    omega2 <- max(0, solve(system, right)[2])
    tau2 <- max(0, (right[1] - system[1, 2] * omega2) / system[1, 1])
    w <- 1 / (nested$vi + tau2 + omega2)
  }
  m <- rma(nested$yi, 1 / w, mods = X[, -1, drop = FALSE], method = "EE")
  if (ncol(X) == 1) m <- rma(nested$yi, 1 / w, method = "EE")
  test <- coef_test(m, vcov = "CR2", cluster = nested$group, target = 1 / w)
  list(b = test$beta, se = test$SE, df = test$df_Satt, p = test$p_Satt, tau2 = tau2,
       omega2 = omega2)
}
out$rve <- list(
  correlated = rve(~1, "correlated"),
  correlated_moderators = rve(~ x + z, "correlated"),
  correlated_half = rve(~ x + z, "correlated", 0.5),
  hierarchical = rve(~1, "hierarchical"),
  hierarchical_moderators = rve(~ x + z, "hierarchical")
)

# Effect measures. ----------------------------------------------------------------------------
means <- data.frame(m1 = c(3.1, 1, 50), s1 = c(0.6, 2, 10), n1 = c(240, 8, 31),
                    m2 = c(2.9, 2, 46), s2 = c(0.8, 5, 11), n2 = c(25, 12, 29))
pair <- function(e) list(yi = as.vector(e$yi), vi = as.vector(e$vi))
out$measures <- list(
  means = means,
  smd = pair(escalc("SMD", m1i = m1, sd1i = s1, n1i = n1, m2i = m2, sd2i = s2, n2i = n2,
                    data = means)),
  smdh = pair(escalc("SMDH", m1i = m1, sd1i = s1, n1i = n1, m2i = m2, sd2i = s2, n2i = n2,
                     data = means)),
  or = pair(escalc("OR", ai = c(54, 0), bi = c(186, 12), ci = c(38, 3), di = c(187, 9))),
  plo = pair(escalc("PLO", xi = c(38, 0, 7), ni = c(225, 11, 7)))
)

# Fully Bayesian: the marginal posterior of tau by R's own adaptive quadrature. ----------------
eight <- data.frame(yi = c(28, 8, -3, 7, -1, 1, 18, 12), sei = c(15, 10, 16, 11, 9, 11, 10, 18))
posterior <- function(y, v, log_prior, mean_prior = NULL) {
  one <- function(tau) {
    w <- 1 / (v + tau^2)
    w0 <- if (is.null(mean_prior)) 0 else 1 / mean_prior[2]^2
    m0 <- if (is.null(mean_prior)) 0 else mean_prior[1]
    W <- sum(w) + w0
    mu <- (sum(w * y) + w0 * m0) / W
    q <- sum(w * (y - mu)^2) + w0 * (mu - m0)^2
    c(0.5 * (sum(log(w)) - log(W) - q) + log_prior(tau), mu, W)
  }
  top <- max(sapply(seq(0, 20 * sd(y), length.out = 400), function(t) one(t)[1]))
  integral <- function(f) {
    integrand <- function(u) sapply(u, function(s) {
      tau <- s / (1 - s)
      o <- one(tau)
      exp(o[1] - top) * f(tau, o[2], o[3]) / (1 - s)^2
    })
    sum(sapply(1:20, function(i) {
      integrate(integrand, (i - 1) / 20, min(i / 20, 1 - 1e-12), rel.tol = 1e-12,
                subdivisions = 2000, stop.on.error = FALSE)$value
    }))
  }
  total <- integral(function(t, m, W) 1)
  mass <- function(x) {
    s <- x / (1 + x)
    integrate(function(u) sapply(u, function(s) exp(one(s / (1 - s))[1] - top) / (1 - s)^2), 0, s,
              rel.tol = 1e-12, subdivisions = 2000, stop.on.error = FALSE)$value / total
  }
  tau_root <- function(p) uniroot(function(x) mass(x) - p, c(1e-6, 40 * sd(y)), tol = 1e-13)$root
  mean <- integral(function(t, m, W) m) / total
  below <- function(x) integral(function(t, m, W) pnorm(x, m, 1 / sqrt(W))) / total
  below_new <- function(x) integral(function(t, m, W) pnorm(x, m, sqrt(1 / W + t^2))) / total
  root <- function(f, p) uniroot(function(x) f(x) - p, mean + c(-60, 60) * sd(y),
                                 tol = 1e-12)$root
  list(
    mean = mean,
    sd = sqrt(integral(function(t, m, W) 1 / W + (m - mean)^2) / total),
    low = root(below, 0.025), high = root(below, 0.975),
    tau_mean = integral(function(t, m, W) t) / total,
    tau_low = tau_root(0.025), tau_high = tau_root(0.975),
    new_low = root(below_new, 0.025), new_high = root(below_new, 0.975)
  )
}
half_normal <- function(s) function(t) log(2) + dnorm(t, 0, s, log = TRUE)
half_t <- function(s, df) function(t) log(2) + dt(t / s, df, log = TRUE) - log(s)
out$bayes <- list(
  trials_half_normal = posterior(trials$yi, trials$vi, half_normal(0.25)),
  trials_half_t = posterior(trials$yi, trials$vi, half_t(0.3, 4)),
  trials_mean_prior = posterior(trials$yi, trials$vi, half_normal(0.25), c(0, 0.2)),
  eight_half_normal = posterior(eight$yi, eight$sei^2, half_normal(10))
)
write_json(out, "tests/reference/output/meta.json", digits = NA, auto_unbox = TRUE, pretty = FALSE)
