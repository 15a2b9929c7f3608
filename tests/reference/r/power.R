# Power and detectable effects from base R's noncentral t, for the formulas of Dong and Maynard
# (2013), table 2. Run from the repository: Rscript tests/reference/r/power.R (R 4.2.2).
suppressMessages(library(jsonlite))
set.seed(20261124)
answer <- function(design, arguments, se, df, effect, alpha, two_tailed) {
  critical <- qt(1 - alpha / (if (two_tailed) 2 else 1), df)
  at <- function(ncp) {
    upper <- pt(critical, df, ncp, lower.tail = FALSE)
    if (two_tailed) upper + pt(-critical, df, ncp) else upper
  }
  multiplier <- critical + qt(0.8, df)
  list(
    design = design, arguments = arguments, effect = effect, alpha = alpha,
    two_tailed = two_tailed, se = se, df = df, power = at(effect / se),
    mdes = multiplier * se + c(0, -critical, critical) * se,
    exact = se * uniroot(function(x) at(x) - 0.8, c(0, 20), tol = 1e-14)$root
  )
}
cases <- list()
for (i in 1:60) {
  J <- sample(6:80, 1); K <- sample(2:6, 1) + 1; n <- sample(8:30, 1)
  rho2 <- round(runif(1, 0, 0.2), 3); rho3 <- round(runif(1, 0.01, 0.3), 3)
  r1 <- round(runif(1, 0, 0.7), 2); r2 <- round(runif(1, 0, 0.7), 2); r3 <- round(runif(1, 0, 0.7), 2)
  o2 <- round(runif(1, 0, 0.4), 2); o3 <- round(runif(1, 0, 0.4), 2)
  p <- round(runif(1, 0.2, 0.8), 2); g <- sample(0:2, 1)
  effect <- round(runif(1, 0.05, 0.6), 3); alpha <- sample(c(0.05, 0.01, 0.1), 1)
  two <- i %% 3 != 0
  pq <- p * (1 - p)
  common <- list(share = p, covariates = g)
  one <- switch(i %% 6 + 1,
    list("ira", c(list(n = n * K, r2 = r1), common), sqrt((1 - r1) / (pq * n * K)), n * K - g - 2),
    list("cra2", c(list(schools = J, n = n, rho = rho3, r2 = c(r1, r2)), common),
         sqrt(rho3 * (1 - r2) / (pq * J) + (1 - rho3) * (1 - r1) / (pq * J * n)), J - g - 2),
    list("cra3", c(list(schools = J, classes = K, n = n, rho = c(rho2, rho3), r2 = c(r1, r2, r3)),
                   common),
         sqrt(rho3 * (1 - r3) / (pq * J) + rho2 * (1 - r2) / (pq * J * K) +
              (1 - rho2 - rho3) * (1 - r1) / (pq * J * K * n)), J - g - 2),
    list("bira2", c(list(schools = J, n = n, rho = rho3, omega = o3, r2 = c(r1, r3)), common),
         sqrt(rho3 * o3 * (1 - r3) / J + (1 - rho3) * (1 - r1) / (pq * J * n)), J - g - 1),
    list("bira3", c(list(schools = J, classes = K, n = n, rho = c(rho2, rho3), omega = c(o2, o3),
                         r2 = c(r1, r2, r3)), common),
         sqrt(rho3 * o3 * (1 - r3) / J + rho2 * o2 * (1 - r2) / (J * K) +
              (1 - rho2 - rho3) * (1 - r1) / (pq * J * K * n)), J - g - 1),
    list("bcra3", c(list(schools = J, classes = K, n = n, rho = c(rho2, rho3), omega = o3,
                         r2 = c(r1, r2, r3)), common),
         sqrt(rho3 * o3 * (1 - r3) / J + rho2 * (1 - r2) / (pq * J * K) +
              (1 - rho2 - rho3) * (1 - r1) / (pq * J * K * n)), J - g - 1)
  )
  cases[[i]] <- answer(one[[1]], one[[2]], one[[3]], one[[4]], effect, alpha, two)
}
# Only these schools: an effect of its own in each, or the same in all; classes drawn in schools.
only <- function(design, arguments, se, df) answer(design, arguments, se, df, 0.2, 0.05, TRUE)
cases <- c(cases, list(
  only("bira2", list(schools = 9, n = 20, rho = 0.1, effects = "fixed", r2 = c(0.3, 0), covariates = 1),
       sqrt(0.7 / (0.25 * 180)), 9 * 18 - 1),
  only("bira2", list(schools = 9, n = 20, rho = 0.1, effects = "constant", r2 = c(0.3, 0),
                     covariates = 1),
       sqrt(0.7 / (0.25 * 180)), 180 - 9 - 1 - 1),
  only("bcra3", list(schools = 8, classes = 6, n = 20, rho = c(0.1, 0.1), effects = "fixed",
                     r2 = c(0.3, 0.2, 0), covariates = 1),
       sqrt(0.1 * 0.8 / (0.25 * 48) + 0.9 * 0.7 / (0.25 * 960)), 8 * 4 - 1)
))
write_json(list(cases = cases), "tests/reference/output/power.json", digits = NA,
           auto_unbox = TRUE, pretty = FALSE)
