# Reference answers for scales: reliability, polychorics, factor models, invariance, agreement.
#
#     Rscript tests/reference/r/scales.R        (from the top folder; writes tests/reference/output)
#
# All data are simulated here. Needs psych, lavaan, mnormt, jsonlite.
suppressPackageStartupMessages({
  library(psych)
  library(lavaan)
  library(jsonlite)
})
options(warn = 1, mc.cores = 1)
out <- "tests/reference/output"
set.seed(20261124)

cut_into <- function(x, cuts) as.integer(cut(x, c(-Inf, cuts, Inf)))
write_rows <- function(x, name) {
  write.csv(x, file.path(out, name), row.names = FALSE, na = "", quote = FALSE)
}

# --- data: 600 pupils, six items at two waves, gender; later items shift for girls on item 4
n <- 600
gender <- rep(c("boy", "girl"), c(280, 320))
first <- rnorm(n, ifelse(gender == "girl", -0.25, 0))
second <- 0.6 * first + 0.75 * rnorm(n) + 0.2
strength <- c(0.8, 0.7, 0.75, 0.6, 0.65, 0.5)
cuts <- list(
  c(-1.5, -0.5, 0.4, 1.3), c(-1.2, -0.4, 0.6, 1.5), c(-1.8, -0.9, 0.1, 1.1),
  c(-1.0, 0.0, 0.8, 1.6), c(-1.4, -0.6, 0.3, 1.2), c(-2.0, -1.0, 0.0, 1.0)
)
own <- matrix(rnorm(n * 6), n) * 0.4
answers <- function(leaning, shift) {
  sapply(1:6, function(i) {
    y <- strength[i] * leaning + own[, i] + sqrt(1 - strength[i]^2) * rnorm(n) * 0.85
    cut_into(y - shift * (i == 4) * (gender == "girl"), cuts[[i]])
  })
}
a <- answers(first, 0.35)
b <- answers(second, 0.35)
colnames(a) <- paste0("a", 1:6)
colnames(b) <- paste0("b", 1:6)
pupils <- data.frame(gender, a, b)
holes <- cbind(sample(n, 90, replace = TRUE), sample(6, 90, replace = TRUE))
with_holes <- a
with_holes[holes] <- NA
colnames(with_holes) <- paste0("m", 1:6)
write_rows(cbind(pupils, with_holes), "scales.csv")

# --- items that do not share their number of answers, with empty cells
m <- 130
f <- rnorm(m)
uneven <- data.frame(
  u1 = cut_into(0.8 * f + 0.6 * rnorm(m), c(-0.8, 0.7)),
  u2 = cut_into(0.7 * f + 0.7 * rnorm(m), c(-1, 0, 1.2)),
  u3 = cut_into(0.9 * f + 0.4 * rnorm(m), c(-1.4, -0.4, 0.5, 1.3)),
  u4 = cut_into(0.6 * f + 0.8 * rnorm(m), 0.2)
)
write_rows(uneven, "scales_uneven.csv")

# --- yes/no items, one pair with an empty cell
g <- rnorm(90)
yes <- data.frame(
  y1 = as.integer(g + 0.5 * rnorm(90) > -0.2), y2 = as.integer(g + 0.7 * rnorm(90) > 0.1),
  y3 = as.integer(g + 0.8 * rnorm(90) > 1.0)
)
yes$y4 <- as.integer(yes$y3 == 1 & g > 0.8 | g > 1.6)
write_rows(yes, "scales_yes.csv")

# --- ratings: 35 works by four judges; two raters on a five-point scale
quality <- rnorm(35)
judged <- round(sapply(c(0, 0.4, -0.3, 0.8), function(h) 5 + h + 1.2 * quality + 0.9 * rnorm(35)), 2)
colnames(judged) <- paste0("j", 1:4)
write_rows(judged, "scales_judged.csv")
q <- rnorm(150)
raters <- data.frame(
  r1 = cut_into(q + 0.5 * rnorm(150), c(-1.2, -0.3, 0.5, 1.3)),
  r2 = cut_into(q + 0.5 * rnorm(150), c(-1.0, -0.4, 0.6, 1.4))
)
write_rows(raters, "scales_raters.csv")

# --- alpha; standardized alpha, G6 and r_cor of pairwise correlations through alpha(R), because
# versions of psych differ in whether they take them from cov2cor or from cor
alpha_of <- function(x) {
  found <- suppressWarnings(psych::alpha(x))
  r <- suppressWarnings(psych::alpha(cor(x, use = "pairwise"), n.obs = nrow(x)))
  list(
    alpha = found$total$raw_alpha, se = found$total$ase,
    ci = c(found$feldt$lower.ci[[1]], found$feldt$upper.ci[[1]]),
    standardized = r$total$std.alpha, average_r = r$total$average_r, g6 = r$total[["G6(smc)"]],
    mean = found$item.stats$mean, sd = found$item.stats$sd, r_rest = found$item.stats$r.drop,
    r_corrected = r$item.stats$r.cor, alpha_without = found$alpha.drop$raw_alpha
  )
}

# --- polychorics
poly_psych <- function(x) {
  found <- suppressWarnings(suppressMessages(psych::polychoric(x, progress = FALSE)))
  list(rho = unname(found$rho))
}
poly_lavaan <- function(x) { # the sample statistics under a categorical model; the model is moot
  model <- paste("f =~", paste(colnames(x), collapse = " + "))
  fit <- suppressWarnings(cfa(model, as.data.frame(x), std.lv = TRUE, ordered = colnames(x)))
  found <- lavInspect(fit, "sampstat")
  gamma <- lavInspect(fit, "gamma")
  r <- (length(found$th) + 1):nrow(gamma)
  list(
    rho = unname(unclass(found$cov)), thresholds = as.numeric(found$th),
    acov = unname(unclass(gamma)[r, r]) / nrow(x)
  )
}

# --- bivariate normal
grid <- expand.grid(
  h = c(-3.1, -1, 0, 0.4, 2.2), k = c(-2, -0.3, 0, 1.7),
  rho = c(-0.999, -0.93, -0.5, 0, 0.2, 0.8, 0.95, 0.9995)
)
grid$p <- apply(grid, 1, function(x) {
  mnormt::sadmvn(c(-Inf, -Inf), x[1:2], c(0, 0), matrix(c(1, x[3], x[3], 1), 2),
    maxpts = 1e6, abseps = 1e-14
  )
})

# --- factor models; the stopping rule of lavaan (1e-10) leaves parameters good to about 1e-7
named <- c(
  "chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr",
  "logl", "aic", "bic"
)
measures <- function(fit) {
  x <- fitMeasures(fit)
  as.list(x[intersect(named, names(x))])
}
one_factor <- function(x, ...) {
  model <- paste("f =~", paste(colnames(x), collapse = " + "))
  fit <- cfa(model, as.data.frame(x), std.lv = TRUE, ...)
  k <- ncol(x)
  std <- standardizedSolution(fit)
  raw <- parameterEstimates(fit)
  list(
    fit = measures(fit), loadings = raw$est[1:k], loadings_se = raw$se[1:k],
    standardized = std$est.std[1:k], standardized_se = std$se[1:k],
    omega = sum(raw$est[1:k])^2 / sum(lavInspect(fit, "sampstat")$cov)
  )
}
ladder <- list(
  configural = NULL, metric = "loadings", scalar = c("loadings", "intercepts"),
  strict = c("loadings", "intercepts", "residuals")
)
factor_of <- function(fit) {
  est <- parameterEstimates(fit)
  pick <- function(rows) list(est = est$est[rows], se = est$se[rows])
  latent <- grepl("^f", est$lhs)
  list(
    mean = pick(latent & est$op == "~1"),
    variance = pick(latent & est$op == "~~" & est$lhs == est$rhs)
  )
}
by_group <- function(x, group) {
  model <- paste("f =~", paste(colnames(x), collapse = " + "))
  data <- data.frame(x, group = group)
  lapply(ladder, function(equal) {
    fit <- cfa(model, data, std.lv = TRUE, group = "group", group.label = sort(unique(group)),
      group.equal = if (is.null(equal)) "" else equal, meanstructure = TRUE)
    c(measures(fit), factor_of(fit))
  })
}
by_wave <- function(x, y, level) {
  k <- ncol(x)
  rank <- match(level, names(ladder)) - 1
  label <- function(kind, i, wave, from) {
    if (rank >= from) paste0(kind, i) else paste0(kind, i, "_", wave)
  }
  lines <- c()
  for (w in 1:2) {
    v <- list(colnames(x), colnames(y))[[w]]
    for (i in 1:k) {
      lines <- c(lines, sprintf("f%d =~ NA*%s + %s*%s", w, v[i], label("l", i, w, 1), v[i]))
      lines <- c(lines, sprintf("%s ~ %s*1", v[i], label("i", i, w, 2)))
      lines <- c(lines, sprintf("%s ~~ %s*%s", v[i], label("r", i, w, 3), v[i]))
    }
  }
  lines <- c(lines, sprintf("%s ~~ %s", colnames(x), colnames(y)), "f1 ~~ 1*f1", "f1 ~ 0*1",
    "f1 ~~ f2", if (rank >= 1) "f2 ~~ NA*f2" else "f2 ~~ 1*f2",
    if (rank >= 2) "f2 ~ NA*1" else "f2 ~ 0*1")
  fit <- lavaan(paste(lines, collapse = "\n"), data.frame(x, y), meanstructure = TRUE)
  c(measures(fit), factor_of(fit))
}

# --- agreement
icc_of <- function(x) {
  r <- psych::ICC(x, lmer = FALSE)$results
  lapply(setNames(1:6, r$type), function(i) {
    list(icc = r$ICC[i], f = r$F[i], p = r$p[i], ci = c(r[i, 7], r[i, 8]))
  })
}
kappa_of <- function(x, power) { # standard errors of psych are used for plain kappa only: in 2.2.9
  # its weighted one takes the wrong row weights (quadratic weights give a negative variance here)
  k <- 5
  w <- 1 - (abs(row(diag(k)) - col(diag(k))) / (k - 1))^power
  found <- psych::cohen.kappa(x, w = w)
  list(
    kappa = found$kappa, kappa_se = sqrt(found$var.kappa), kappa_ci = unname(found$confid[1, c(1, 3)]),
    weighted = found$weighted.kappa, weighted_se = kappa_se(table(x), w)
  )
}
kappa_se <- function(counts, w) { # delta method for multinomial shares, derivatives by differences
  p <- as.numeric(counts / sum(counts))
  value <- function(p) {
    p <- matrix(p / sum(p), nrow(w))
    e <- sum(w * outer(rowSums(p), colSums(p)))
    (sum(w * p) - e) / (1 - e)
  }
  h <- 1e-5
  slope <- sapply(seq_along(p), function(i) {
    up <- down <- p
    up[i] <- up[i] + h
    down[i] <- down[i] - h
    (value(up) - value(down)) / (2 * h)
  })
  sqrt((sum(p * slope^2) - sum(p * slope)^2) / sum(counts))
}

result <- list(
  meta = list(
    R = R.version.string, psych = as.character(packageVersion("psych")),
    lavaan = as.character(packageVersion("lavaan")), mnormt = as.character(packageVersion("mnormt"))
  ),
  alpha_complete = alpha_of(a),
  alpha_pairwise = alpha_of(with_holes),
  bivariate = as.list(grid),
  polychoric_psych = list(even = poly_psych(a), holes = poly_psych(with_holes), uneven = poly_psych(uneven)),
  polychoric_lavaan = list(even = poly_lavaan(a), yes = poly_lavaan(yes)),
  cfa_ml = one_factor(a),
  cfa_dwls = one_factor(a, ordered = colnames(a), estimator = "WLSMV"),
  minres = as.numeric(psych::fa(cor(a), 1, fm = "minres")$loadings),
  groups = by_group(a, gender),
  waves = setNames(lapply(names(ladder), function(l) by_wave(a, b, l)), names(ladder)),
  icc = icc_of(judged),
  kappa_linear = kappa_of(raters, 1),
  kappa_quadratic = kappa_of(raters, 2)
)
writeLines(toJSON(result, digits = I(17), auto_unbox = TRUE, pretty = 1), file.path(out, "scales.json"))
