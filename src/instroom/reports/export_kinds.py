"""What can be exported, and as what: apart, so that the command line waits for no table tools."""

#: The data sets there are.
DATASETS = ("observations",)
#: Formats of observations, each the ending of its files; the first is the usual one.
OBSERVATION_FORMATS = ("csv", "parquet")
