# Known answers for DIF, the graded response model and linking.
#
#   Rscript tests/reference/r/items.R        (from the top of the repository)
#
# Simulates its own data (fixed seed), and writes them with the answers to
# tests/reference/output/items_*.csv and items.json. The
# graded response model is maximised here directly: the marginal likelihood on 61 nodes, written
# out per pupil without EM, with numerical derivatives only, so that it shares no step with the
# Python code. The linking criteria are minimised by optim and differentiated numerically.

library(MASS)
library(jsonlite)
set.seed(20261124)
folder <- "tests/reference/output"

# ---- Data -------------------------------------------------------------------------------------
graded <- function(theta, a, b) {
  cut <- outer(theta, b, function(t, x) a * (t - x)) + 0
  rowSums(cut > rlogis(length(theta)))
}
n <- 900
group <- rep(0:1, c(500, 400))
theta <- ifelse(group == 1, rnorm(n, 0.4, 1.2), rnorm(n))
a <- c(1.2, 1.8, 0.9, 2.3, 1.5)
b <- rbind(c(-1.2, 0, 1.1), c(-0.8, 0.3, 1.4), c(-1.5, -0.2, 1.8), c(-0.6, 0.1, 0.9), c(-1, 0.5, 1.6))
y <- sapply(1:5, function(j) graded(theta - (j == 3) * 0.6 * group, a[j], b[j, ]))
colnames(y) <- paste0("i", 1:5)
write.csv(cbind(group, y), file.path(folder, "items_answers.csv"), row.names = FALSE, quote = FALSE)
holes <- y
holes[cbind(sample(n, 200), sample(5, 200, TRUE))] <- NA # missing answers, for the graded model
write.csv(cbind(group, holes), file.path(folder, "items_missing.csv"),
          row.names = FALSE, quote = FALSE)

# ---- Graded response model, directly ----------------------------------------------------------
nodes <- seq(-6, 6, length.out = 61)
# Parameters: per item slope, thresholds (a * b); then mean and log sd of group 1. `free` names an
# item whose parameters are its own in group 1 (they come after the other items').
unpack <- function(p, sizes) {
  ends <- cumsum(sizes)
  lapply(seq_along(sizes), function(j) p[(ends[j] - sizes[j] + 1):ends[j]])
}
category <- function(block) { # (categories, nodes)
  above <- rbind(1, t(sapply(block[-1], function(t) plogis(block[1] * nodes - t))), 0)
  above[-nrow(above), ] - above[-1, ]
}
pupils <- function(p, y, group, free = 0) {
  sizes <- rep(4, ncol(y) + (free > 0))
  blocks <- unpack(p, sizes)
  moments <- tail(p, 2)
  value <- numeric(nrow(y))
  posterior <- matrix(0, nrow(y), length(nodes))
  for (g in 0:1) {
    weight <- if (g == 0) dnorm(nodes) else dnorm(nodes, moments[1], exp(moments[2]))
    like <- matrix(weight / sum(weight), sum(group == g), length(nodes), byrow = TRUE)
    for (j in seq_len(ncol(y))) {
      block <- if (j == free && g == 1) blocks[[length(blocks)]] else blocks[[j]]
      prob <- category(block)
      seen <- !is.na(y[group == g, j])
      like[seen, ] <- like[seen, ] * prob[y[group == g, j][seen] + 1, ]
    }
    value[group == g] <- suppressWarnings(log(rowSums(like))) # nan where thresholds cross
    posterior[group == g, ] <- like / rowSums(like)
  }
  list(log_likelihood = sum(value), posterior = posterior)
}
slope <- function(f, p, h = 1e-5) sapply(seq_along(p), function(i) {
  e <- replace(numeric(length(p)), i, h) # five points: error of order h^4
  (8 * (f(p + e) - f(p - e)) - (f(p + 2 * e) - f(p - 2 * e))) / (12 * h)
})
bend <- function(f, p, h = 5e-4) {
  k <- length(p); out <- matrix(0, k, k); e <- diag(h, k); middle <- f(p)
  for (i in 1:k) {
    out[i, i] <- (-f(p + 2 * e[i, ]) + 16 * f(p + e[i, ]) - 30 * middle + 16 * f(p - e[i, ]) -
                    f(p - 2 * e[i, ])) / (12 * h^2)
    for (j in seq_len(i - 1)) {
      d <- function(s) f(p + s * (e[i, ] + e[j, ])) - f(p + s * (e[i, ] - e[j, ])) -
        f(p - s * (e[i, ] - e[j, ])) + f(p - s * (e[i, ] + e[j, ]))
      out[i, j] <- out[j, i] <- (16 * d(1) - d(2)) / (48 * h^2) # error of order h^4
    }
  }
  out
}
top <- function(f, p) { # BFGS, then Newton's steps with numerical derivatives
  p <- optim(p, function(x) -f(x), method = "BFGS", control = list(maxit = 500, reltol = 1e-12))$par
  hessian <- bend(f, p)
  for (i in 1:6) p <- p - solve(hessian, slope(f, p, 1e-3))
  list(p = p, value = f(p), hessian = bend(f, p))
}
model <- function(y, group) {
  start <- c(unlist(lapply(seq_len(ncol(y)), function(j) {
    share <- cumsum(prop.table(table(y[, j])))[1:3]
    c(1.5, qlogis(share) * 1.3)
  })), 0, 0)
  top(function(p) pupils(p, y, group)$log_likelihood, start)
}
described <- function(found, y, group) {
  p <- found$p; k <- ncol(y)
  blocks <- unpack(p, rep(4, k))
  a <- sapply(blocks, function(x) x[1])
  b <- t(sapply(blocks, function(x) x[-1] / x[1]))
  turn <- diag(length(p)) # delta method to (a, b, .., mean, variance)
  for (j in 1:k) {
    at <- (4 * j - 3):(4 * j)
    turn[at, at] <- rbind(c(1, 0, 0, 0), cbind(-blocks[[j]][-1] / a[j]^2, diag(3) / a[j]))
  }
  turn[length(p), length(p)] <- 2 * exp(2 * p[length(p)])
  se <- sqrt(diag(turn %*% solve(-found$hessian) %*% t(turn)))
  posterior <- pupils(p, y, group)$posterior
  eap <- as.vector(posterior %*% nodes)
  sd <- sqrt(as.vector(posterior %*% nodes^2) - eap^2)
  list(a = a, b = b, mean = p[length(p) - 1], variance = exp(2 * p[length(p)]), se = se,
       log_likelihood = found$value, eap = eap[1:12], sd = sd[1:12])
}
full <- model(y, group)
missing <- model(holes, group)
freed <- sapply(c(3, 5), function(j) {
  start <- append(full$p, full$p[(4 * j - 3):(4 * j)], 20)
  2 * (top(function(p) pupils(p, y, group, free = j)$log_likelihood, start)$value - full$value)
})
grm <- list(full = described(full, y, group), missing = described(missing, holes, group),
            free_item = c(3, 5), chi_square = freed)

# ---- Linking ----------------------------------------------------------------------------------
old <- list(a = c(1.1, 1.7, 0.9, 1.4),
            b = rbind(c(-1.3, -0.1, 1.0), c(-0.7, 0.4, 1.5), c(-1.6, 0.2, 1.9), c(-0.9, 0.1, 1.2)))
new <- list(a = c(1.28, 1.95, 1.02, 1.72),
            b = rbind(c(-1.62, -0.5, 0.47), c(-1.05, -0.12, 0.88), c(-1.77, -0.2, 1.35),
                      c(-1.3, -0.25, 0.6)))
weight <- dnorm(nodes) / sum(dnorm(nodes))
curves <- function(a, b, whole) {
  all <- lapply(seq_along(a), function(j) {
    above <- sapply(b[j, ], function(x) plogis(a[j] * (nodes - x)))
    if (whole) rowSums(above) else cbind(1, above) - cbind(above, 0)
  })
  if (whole) Reduce(`+`, all) else do.call(cbind, all)
}
link <- function(p, method) { # p: old a and b, new a and b, as (a, b1, b2, b3) per item
  part <- function(x) { m <- matrix(x, ncol = 4, byrow = TRUE); list(a = m[, 1], b = m[, -1]) }
  o <- part(p[1:16]); w <- part(p[17:32])
  spread <- function(x) sqrt(mean((x - mean(x))^2))
  A <- if (method == "mean_mean") mean(w$a) / mean(o$a) else spread(o$b) / spread(w$b)
  found <- c(A, mean(o$b) - A * mean(w$b))
  if (method %in% c("mean_mean", "mean_sigma")) return(found)
  whole <- method == "stocking_lord"
  target <- curves(o$a, o$b, whole)
  loss <- function(x) {
    apart <- target - curves(w$a / x[1], x[1] * w$b + x[2], whole)
    sum(weight * (if (whole) apart^2 else rowSums(apart^2)))
  }
  found <- optim(found, loss, method = "BFGS", control = list(reltol = 1e-14))$par
  for (i in 1:8) found <- found - solve(bend(loss, found, 1e-3), slope(loss, found, 1e-3))
  found
}
flat <- c(rbind(old$a, t(old$b)), rbind(new$a, t(new$b)))
variance <- c(rep(c(0.006, 0.004, 0.003, 0.005), 4), rep(c(0.008, 0.005, 0.003, 0.004), 4))
methods <- c("mean_sigma", "mean_mean", "haebara", "stocking_lord")
linking <- setNames(lapply(methods, function(m) {
  jacobian <- sapply(seq_along(flat), function(i) {
    e <- replace(numeric(32), i, 1e-3)
    (8 * (link(flat + e, m) - link(flat - e, m)) - (link(flat + 2 * e, m) - link(flat - 2 * e, m))) /
      12e-3
  })
  list(constants = link(flat, m), covariance = jacobian %*% diag(variance) %*% t(jacobian))
}), methods)

write_json(
  list(meta = list(R = R.version.string, MASS = as.character(packageVersion("MASS"))),
       grm = grm, linking = list(old = old, new = new, variance = variance, answers = linking)),
  file.path(folder, "items.json"), digits = NA, auto_unbox = TRUE, pretty = TRUE
)
