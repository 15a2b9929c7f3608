# lme4 on the columns benchmarks/effects.py wrote: model frame and fit inside the clock.
suppressMessages(library(lme4))
asked <- commandArgs(trailingOnly = TRUE)
folder <- asked[1]
columns <- strsplit(asked[3], ",")[[1]]; groups <- strsplit(asked[4], ",")[[1]]
read <- function(name, what, size) {
  file <- file.path(folder, paste0(name, ".bin"))
  readBin(file, what, n = file.size(file) / size, size = size, endian = "little")
}
data <- c(lapply(setNames(columns, columns), read, what = "double", size = 8),
          lapply(setNames(groups, groups), function(g) factor(read(g, "integer", 4))))
data <- as.data.frame(data)
invisible(gc())
memory <- function(key) {
  line <- grep(key, readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) * 1024 / 1e6
}
base <- memory("VmRSS")
formula <- as.formula(asked[2])
times <- sapply(seq_len(as.integer(asked[5])), function(i) {
  spent <- system.time(fit <<- suppressWarnings(lmer(formula, data, REML = TRUE)))
  c(spent[["elapsed"]], spent[["user.self"]] + spent[["sys.self"]])
})
number <- function(x) paste0("[", paste(sprintf("%.15g", x), collapse = ","), "]")
cat(sprintf(paste0('{"first": %g, "wall": %g, "cpu": %g, "memory": %g, "names": ["%s"], ',
                   '"beta": %s, "se": %s, "deviance": %.15g}\n'),
            times[1, 1], median(times[1, ]), median(times[2, ]), memory("VmHWM") - base,
            paste(names(fixef(fit)), collapse = '","'), number(fixef(fit)),
            number(sqrt(diag(as.matrix(vcov(fit))))), REMLcrit(fit)))
