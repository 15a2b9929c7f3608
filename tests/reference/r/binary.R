# Reference answers for binary outcomes: tests/reference/test_binary.py reads what this writes.
#   Rscript tests/reference/r/binary.R        (from the repository's root)
# All pupils are simulated here. glmer and glm run at far tighter tolerances than their defaults:
# at its default tolPwrss (1e-7) glmer's standard errors are off by up to a per cent.
suppressPackageStartupMessages({
  library(lme4)
  library(glmmTMB)
  library(clubSandwich)
  library(jsonlite)
})
out <- "tests/reference/output"
tight <- glmerControl("bobyqa",
  tolPwrss = 1e-13, optCtrl = list(rhoend = 1e-10, maxfun = 1e5), calc.derivs = TRUE,
  check.conv.grad = "ignore"
)
exact <- glm.control(epsilon = 1e-15, maxit = 100)

simulate_pupils <- function(sizes, beta, sd, treated) {
  school <- rep(seq_along(sizes), sizes)
  n <- length(school)
  treat <- as.numeric(treated)[school]
  pre <- round(pmin(pmax(rnorm(n, 3, 0.6), 1), 5) * 12) / 12
  sex <- rbinom(n, 1, 0.5)
  odds <- beta[1] + beta[2] * treat + beta[3] * pre + beta[4] * sex + sd * rnorm(length(sizes))[school]
  data.frame(school, treat, pre = round(pre, 6), sex, tech = rbinom(n, 1, plogis(odds)))
}

mixed <- function(model) {
  tmb <- inherits(model, "glmmTMB")
  list(
    beta = as.numeric(if (tmb) fixef(model)$cond else fixef(model)),
    se = as.numeric(sqrt(diag(if (tmb) vcov(model)$cond else vcov(model)))),
    sd = as.numeric(attr((if (tmb) VarCorr(model)$cond else VarCorr(model))[[1]], "stddev")),
    log_likelihood = as.numeric(logLik(model))
  )
}

robust <- function(model, cluster, kind) {
  test <- coef_test(model, vcov = kind, cluster = cluster, test = "Satterthwaite")
  list(beta = as.numeric(coef(model)), se = test$SE, df = test$df)
}

# Average effect of treatment over pupils and schools: the random intercept integrated out by
# adaptive quadrature, and the delta method with differences of that integral.
average_effect <- function(model, data) {
  patterns <- unique(cbind(data$pre, data$sex))
  key <- match(paste(data$pre, data$sex), paste(patterns[, 1], patterns[, 2]))
  times <- tabulate(key, nrow(patterns))
  share <- function(parameters, treat) {
    eta <- as.numeric(cbind(1, treat, patterns) %*% parameters[1:4])
    sd <- exp(parameters[5])
    chance <- vapply(eta, function(e) {
      integrate(function(z) plogis(e + sd * z) * dnorm(z), -10, 10, rel.tol = 1e-12, subdivisions = 500)$value
    }, 0)
    sum(times * chance) / sum(times)
  }
  effect <- function(parameters) share(parameters, 1) - share(parameters, 0)
  at <- c(fixef(model)$cond, log(attr(VarCorr(model)$cond[[1]], "stddev")))
  joint <- vcov(model, full = TRUE)
  step <- 1e-4
  slope <- vapply(1:5, function(j) {
    move <- replace(numeric(5), j, step)
    (effect(at + move) - effect(at - move)) / (2 * step)
  }, 0)
  list(
    effect_points = 100 * effect(at), se_points = 100 * sqrt(drop(slope %*% joint %*% slope)),
    share_with = share(at, 1), share_without = share(at, 0)
  )
}

answers <- list(meta = list(R = R.version.string, packages = lapply(
  c(lme4 = "lme4", glmmTMB = "glmmTMB", clubSandwich = "clubSandwich"),
  function(p) as.character(packageVersion(p))
)))
formula <- tech ~ treat + pre + sex + (1 | school)

# Unequal schools.
set.seed(20261)
sizes <- pmax(3, round(rgamma(48, 3, 3 / 45)))
pupils <- simulate_pupils(sizes, c(-3, 0.4, 0.7, -0.8), 0.6, rbinom(48, 1, 0.5))
write.csv(pupils, file.path(out, "binary_pupils.csv"), row.names = FALSE, quote = FALSE)
laplace <- glmmTMB(formula, pupils, binomial, control = glmmTMBControl(optCtrl = list(rel.tol = 1e-14, x.tol = 1e-12)))
answers$pupils_glmmTMB <- mixed(laplace)
answers$pupils_average_effect <- average_effect(laplace, pupils)
for (k in c(1, 9, 25)) answers[[paste0("pupils_glmer_", k)]] <- mixed(glmer(formula, pupils, binomial, nAGQ = k, control = tight))
logit <- glm(tech ~ treat + pre + sex, binomial, pupils, control = exact)
answers$pupils_logit <- list(
  beta = as.numeric(coef(logit)), se = as.numeric(sqrt(diag(vcov(logit)))),
  log_likelihood = as.numeric(logLik(logit))
)
for (kind in c("CR0", "CR1", "CR1S", "CR2")) answers[[paste0("pupils_logit_", tolower(kind))]] <- robust(logit, pupils$school, kind)
answers$pupils_linear_cr2 <- robust(lm(tech ~ treat + pre + sex, pupils), pupils$school, "CR2")

# Few schools, one much larger: where CR2 and its degrees of freedom matter.
set.seed(20262)
few <- simulate_pupils(c(160, 12, 25, 8, 40, 15, 9, 30), c(-2, 0.5, 0.5, -0.5), 0.4, c(1, 0, 1, 0, 0, 1, 0, 0))
write.csv(few, file.path(out, "binary_few.csv"), row.names = FALSE, quote = FALSE)
answers$few_logit_cr2 <- robust(glm(tech ~ treat + pre + sex, binomial, few, control = exact), few$school, "CR2")
answers$few_linear_cr2 <- robust(lm(tech ~ treat + pre + sex, few), few$school, "CR2")

# Small groups that differ much: where Laplace is not good enough.
set.seed(20263)
classes <- simulate_pupils(rep(4, 150), c(-1, 0.5, 0.3, -0.5), 2, rbinom(150, 1, 0.5))
write.csv(classes, file.path(out, "binary_classes.csv"), row.names = FALSE, quote = FALSE)
answers$classes_glmmTMB <- mixed(glmmTMB(formula, classes, binomial, control = glmmTMBControl(optCtrl = list(rel.tol = 1e-14, x.tol = 1e-12))))
for (k in c(5, 25)) answers[[paste0("classes_glmer_", k)]] <- mixed(glmer(formula, classes, binomial, nAGQ = k, control = tight))

# Counts per school and sex.
set.seed(20264)
counts <- expand.grid(school = 1:30, sex = 0:1)
counts$treat <- as.numeric(counts$school %% 2 == 0)
counts$pupils <- 1 + rpois(60, 20)
counts$yes <- rbinom(60, counts$pupils, plogis(-1 + 0.5 * counts$treat - 0.6 * counts$sex + 0.7 * rnorm(30)[counts$school]))
write.csv(counts, file.path(out, "binary_counts.csv"), row.names = FALSE, quote = FALSE)
grouped <- cbind(yes, pupils - yes) ~ treat + sex + (1 | school)
answers$counts_glmmTMB <- mixed(glmmTMB(grouped, counts, binomial, control = glmmTMBControl(optCtrl = list(rel.tol = 1e-14, x.tol = 1e-12))))
answers$counts_glmer_9 <- mixed(glmer(grouped, counts, binomial, nAGQ = 9, control = tight))

# Groups that do not differ: the first seed at which lme4 itself ends at the boundary.
seed <- 20265
repeat {
  set.seed(seed)
  alike <- simulate_pupils(rep(20, 20), c(-2, 0.4, 0.5, -0.5), 0, rep(0:1, 10))
  model <- suppressMessages(glmer(formula, alike, binomial, control = tight))
  if (isSingular(model)) break
  seed <- seed + 1
}
write.csv(alike, file.path(out, "binary_alike.csv"), row.names = FALSE, quote = FALSE)
plain <- glm(tech ~ treat + pre + sex, binomial, alike, control = exact)
answers$alike_boundary <- list(
  beta = as.numeric(fixef(model)), se = as.numeric(sqrt(diag(vcov(plain)))), sd = 0,
  log_likelihood = as.numeric(logLik(plain))
)
write_json(answers, file.path(out, "binary.json"), auto_unbox = TRUE, digits = I(17), pretty = TRUE)
