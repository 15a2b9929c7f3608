# Reference answers for effect measures, trim and fill, and the
# standardised risk ratio of instroom.stats, from metafor and base R.
# Run from the repository: Rscript tests/reference/r/measures.R
# Made with R 4.2.2, metafor 3.8-1.
suppressMessages({
  library(metafor)
  library(jsonlite)
})
tight <- list(threshold = 1e-13, maxiter = 10000, tol = 1e-13)
pair <- function(e) list(yi = as.vector(e$yi), vi = as.vector(e$vi))
out <- list()

# Counts: ordinary, nobody in one cell, nobody in two, everybody. -----------------------------
counts <- data.frame(ai = c(54, 0, 7, 12, 0), n1i = c(240, 12, 40, 12, 15),
                     ci = c(38, 3, 7, 9, 0), n2i = c(225, 12, 41, 14, 16))
out$counts <- counts
out$rr <- pair(escalc("RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = counts, drop00 = FALSE))
out$rd <- pair(escalc("RD", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = counts, drop00 = FALSE))

# Before and after in one group. ---------------------------------------------------------------
change <- data.frame(post = c(3.42, 2.10, 5.0), pre = c(3.12, 2.30, 4.1), sd = c(0.61, 0.84, 1.2),
                     ri = c(0.55, 0.70, 0.0), ni = c(240, 25, 9))
out$change <- change
out$smcr <- pair(escalc("SMCR", m1i = post, m2i = pre, sd1i = sd, ri = ri, ni = ni, data = change))

# Trim and fill: small trials with large effects on one side, on the other, and none missing.
# The test is said again: metafor 3.8-1 does not hand that of the fit on. ------------------------
trials <- read.csv("tests/reference/output/meta_trials.csv")
skewed <- data.frame(
  yi = c(0.0531, 0.0817, 0.1203, 0.1018, 0.2226, 0.3137, 0.4549, 0.5262, 0.6171, 0.8383, 0.0294, 0.7105),
  vi = c(0.002, 0.003, 0.006, 0.004, 0.02, 0.03, 0.05, 0.06, 0.09, 0.12, 0.003, 0.10)
)
even <- data.frame(yi = c(0.1012, 0.2043, 0.3074, 0.1525, 0.2536), vi = c(0.02, 0.01, 0.02, 0.015, 0.03))
sets <- list(skewed = skewed, mirrored = transform(skewed, yi = -yi), even = even,
             trials = trials[, c("yi", "vi")])
fills <- list()
for (name in names(sets)) {
  for (method in c("REML", "DL", "FE")) {
    for (test in c("z", "knha")) {
      if (method == "FE" && test == "knha") next
      for (estimator in c("L0", "R0")) {
        m <- rma(yi, vi, data = sets[[name]], method = method, test = test, control = tight)
        f <- trimfill(m, estimator = estimator, control = tight, test = test)
        added <- f$fill
        fills[[paste(name, method, test, estimator, sep = "_")]] <- list(
          side = f$side, k0 = f$k0, se_k0 = f$se.k0, b = as.vector(f$b), se = f$se,
          ci_lb = f$ci.lb, ci_ub = f$ci.ub, pval = f$pval, tau2 = f$tau2,
          filled_yi = as.vector(f$yi.f)[added], filled_vi = as.vector(f$vi.f)[added])
      }
    }
  }
}
out$sets <- sets
out$fills <- fills

# The risk ratio of a logit, standardised over all people: delta method by hand from glm. --------
pupils <- data.frame(
  y = c(1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0),
  treat = rep(0:1, 10),
  score = c(2, 5, 3, 8, 7, 1, 6, 9, 4, 2, 8, 3, 5, 7, 2, 6, 1, 9, 4, 5)
)
g <- glm(y ~ treat + score, family = binomial, data = pupils,
         control = glm.control(epsilon = 1e-14, maxit = 100))
X1 <- model.matrix(g); X0 <- X1; X1[, "treat"] <- 1; X0[, "treat"] <- 0
p1 <- plogis(X1 %*% coef(g)); p0 <- plogis(X0 %*% coef(g))
d1 <- colMeans(X1 * as.vector(p1 * (1 - p1))); d0 <- colMeans(X0 * as.vector(p0 * (1 - p0)))
log_rr <- log(mean(p1) / mean(p0))
gradient <- d1 / mean(p1) - d0 / mean(p0)
se <- sqrt(drop(t(gradient) %*% vcov(g) %*% gradient))
out$risk_ratio <- list(data = pupils, log_rr = log_rr, se = se)

write(toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE),
      "tests/reference/output/measures.json")
